/*
 * intent_inner.h - what the files of the intent stage share
 *
 * intent_text.c cuts the new words into sentences, intent_about.c finds which certificates a sentence speaks of, intent_read.c reads a
 * sentence, intent.c draws the conclusion.
 */
#ifndef MAILPROC_INTENT_INNER_H
#define MAILPROC_INTENT_INNER_H

#include <stdint.h>

#include "../base/buf.h"
#include "../base/span.h"
#include "../intent.h"

enum {
	INTENT_MAX_TEXT = 64 << 10, /* of new words: more is for a person to read */
	INTENT_MAX_SENTENCES = 2000,
	INTENT_MAX_CERTIFICATES = 64,
	SENTENCE_MAX_MATCHES = 96
};

/* What stands in the place of a certificate's name in a folded sentence. */
#define NAME_COVER '\x02'

struct sentence {
	char *text;   /* as the customer wrote it, line breaks as blanks; owned */
	char *folded; /* owned */
	bool starts_paragraph;
};

struct sentences {
	struct sentence *sentence;
	size_t count;
	bool too_many;
};

MUST_USE enum fault sentences_make(struct sentences *out, const char *text, const struct asked *asked, const struct rules *rules,
    struct why *why);
void sentences_release(struct sentences *sentences);

/* Certificates that some words of a sentence speak of, as a bit set in the order of the letter. */
struct about {
	size_t at, end; /* place in the folded sentence */
	uint64_t set;
	bool is_all;	/* "both", "all three" */
	bool is_rest;	/* "the others" */
	bool is_except; /* "other than": the complement of the names beside it */
};

enum { SENTENCE_MAX_ABOUT = 64 };

/*
 * Finds them, in order of place, and covers the names with NAME_COVER so that no rule reads letters of a name. *other: the
 * sentence holds the name of a host that was not asked about.
 */
size_t about_find(const struct asked *asked, const char *known_text, char *folded, struct about *about, size_t max, bool *other);
/* "3件のうち2件を更新", "two of the three": how many; 0 where nothing of the sort is said. */
size_t about_claimed(const char *folded);

/* What the sentences read so far come to: sets of certificates are bit sets in the order of the letter. */
struct deciding {
	const struct asked *asked;
	const struct rules *rules;
	struct intent made;
	struct buf reason; /* of the first doubt */
	char *known;	   /* lines of the letter and the quotation, folded */
	uint64_t all;	   /* one bit a certificate; one bit too where none was named */
	uint64_t named;	   /* anywhere in the words */
	size_t claimed;	   /* how many the customer says they speak of: "two of the three"; 0: not said */
	uint64_t renew, decline, doubt;
	uint64_t gone;	  /* what it was for is no more: not to renew, where nothing else is said */
	uint64_t renamed; /* another name or place is wanted: a doubt, unless it is not to be renewed anyway */
	const char *renamed_reason;
	size_t aside;	  /* bytes of sentences that no rule has read */
	bool on_subject;  /* some sentence names what our letter is about */
	uint64_t context; /* what the words before spoke of, and did not answer */
	bool loose_renew, loose_decline; /* said, but not of which certificate */
	enum rule_says heading;		 /* an answer that stands above the names it is about; SAYS_NOTHING: none */
	bool needed, unneeded, assent, waive; /* told somewhere; they answer only together */
	bool weak_renew, weak_decline;	      /* an answer rests on words that do not name the renewal */
	bool side_question;
	bool limit_reached, thanks, says_more; /* more than thanks */
	bool card, transfer;
	enum fault fault;
	struct why *why;
};

/* The first reason is the one told; the evidence has them all. */
void intent_doubt(struct deciding *d, uint64_t set, const char *reason);
void intent_say(struct deciding *d, enum rule_says says, uint64_t set);
void intent_read_sentence(struct deciding *d, const struct sentence *sentence);

/* intent_automatic.c: whether the words show that only a program can have written this; then the conclusion is drawn. */
bool intent_is_automatic(struct deciding *d, const struct message *message, const struct reply *reply);

/* ---- wishes for the invoice (intent_wish.c) ---- */

/* Sets purchase_order, addressee and wish_is_unclear from the new words. */
MUST_USE enum fault intent_read_wishes(struct intent *intent, const char *text, struct why *why);

#endif

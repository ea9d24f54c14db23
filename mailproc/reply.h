/*
 * reply.h - the words a customer newly wrote
 *
 * In:    struct message, struct asked (what our letter asked, and its text), rules
 * Out:   struct reply: the new words, the ticks in the quoted form, and what was cut
 * Next:  intent.h
 *
 * A mail program sends our letter back with the answer above it, below it or inside it. This module tells the two apart. It draws no
 * conclusion from the words; that is intent.h. Runs only inside a reader. Of a mail that is both text and HTML the reading that shows more is
 * taken; where the two say different things, both are handed over.
 *
 * Invariants: text is valid UTF-8 in reading order, paragraphs kept. What was cut is kept in `cut` for the reviewer.
 * Lifetime:   the reply owns its text; reply_release() may run on a zeroed reply.
 * Faults:     FAULT_STOP when memory is short. A mail without new words is not a fault: text is "".
 */
#ifndef MAILPROC_REPLY_H
#define MAILPROC_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "../rules/rule.h"
#include "../store/words.h"
#include "base/fault.h"

struct message;

/* What the letter that is answered asked. Owned by whoever made it; asked_release() frees what asked_from_json() made. */
struct asked {
	enum letter_kind letter;
	char **certificate; /* names in the letter's order */
	size_t certificate_count;
	char *letter_text;  /* the text part we sent; "" where it is not known */
};

enum tick_option { TICK_RENEW, TICK_DECLINE };

/* An option of the form that the customer marked. */
struct tick {
	enum tick_option option;
	int certificate; /* index into asked.certificate; -1: the letter asks about one, or it is not clear which */
	char *line;	 /* the line as it stands, for the evidence */
	bool struck;	 /* the option is struck out or deleted instead of ticked: the other one is meant */
};

struct reply {
	char *text; /* the new words; "" if none */
	char *cut;  /* quote, signature, footer: what was not read */
	struct tick *tick;
	size_t tick_count;
	bool form_is_ambiguous; /* both options marked, or marks that cannot be told */
	bool is_subject_only;	/* text was taken from the subject: the body has no new words */
	bool is_quotation;	/* text is a quotation or a forwarded mail that is not our letter: whose words it has cannot be told */
	char *unstruck;		/* the new words with those that are struck out; NULL: none are */
	struct reply *other;	/* the reading of the HTML part where it has other words than the text part; owned; NULL: none */
};

MUST_USE enum fault reply_extract(struct reply *out, const struct message *message, const struct asked *asked,
    const struct rules *rules, struct why *why);
void reply_release(struct reply *reply);

json_t *asked_to_json(const struct asked *asked);
MUST_USE enum fault asked_from_json(struct asked *out, const json_t *json, struct why *why);
void asked_release(struct asked *asked);

#endif

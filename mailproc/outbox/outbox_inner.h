/*
 * outbox_inner.h - what the files of this stage share
 *
 * outbox_header.c writes header fields, outbox_letter.c the mail around them; outbox_facts.c gathers records, outbox_data.c makes of
 * them what a template may say; outbox_lane.c is the child that talks to the server.
 */
#ifndef MAILPROC_OUTBOX_INNER_H
#define MAILPROC_OUTBOX_INNER_H

#include <sys/types.h>

#include "../../store/store_certificate.h"
#include "../../store/store_customer.h"
#include "../../store/store_money.h"
#include "../../templates/template.h"
#include "../base/buf.h"
#include "../outbox.h"
#include "../smtp.h"
#include "../token.h"

/* ---- what a letter is about (outbox_facts.c, outbox_sample.c) ---- */

struct outbox_item {
	struct renewal renewal;
	struct term term;
	struct certificate certificate;
	struct certificate successor; /* that closed the renewal; id 0: none */
	struct policy policy;
};

/* All records that a letter may speak of. Owned; a zeroed one is empty. */
struct outbox_facts {
	enum letter_kind kind;
	enum language language;
	int64_t now;
	char token[TOKEN_TEXT_MAX];
	struct customer customer;	/* id 0: not known */
	struct contact contact;		/* id 0: to staff */
	struct outbox_item *item;	/* in the letter's order */
	size_t item_count;
	struct invoice invoice;		/* id 0: none */
	json_t *invoice_json;		/* as store_invoice_json() gives it; NULL: none */
	struct review review;		/* id 0: none */
	struct message_record message;	/* that the review is about; id 0: none */
	char *words;			/* of staff, in their answer; NULL: none */
	json_t *waiting;		/* as store_waiting() gives it: in a digest; NULL: none */
};

bool outbox_is_to_staff(enum letter_kind kind);
/* Whether a letter of this kind speaks of an invoice. */
bool outbox_has_invoice(enum letter_kind kind);

/* Gathers the records of a letter; token is made when key is there. FAULT_ITEM when something it speaks of is missing. */
MUST_USE enum fault outbox_facts_gather(struct business *business, const struct letter *letter, struct outbox_facts *out,
    struct why *why);
void outbox_facts_release(struct outbox_facts *facts);

/* A letter of every kind needs facts to be tried with: which variation of the sample. */
struct outbox_sample {
	enum letter_kind kind;
	enum language language;
	size_t certificates;
	bool is_card, is_flex, is_firm, is_named, is_late, is_long; /* is_long: values as long as they come */
};
MUST_USE enum fault outbox_sample_facts(const struct config *config, const struct outbox_sample *sample, struct outbox_facts *out,
    struct why *why);
/* An invoice as one reply to these items would bring it, for a letter that is looked at before there is one. */
MUST_USE enum fault outbox_sample_invoice(const struct config *config, struct outbox_facts *facts, struct why *why);
/* A review of a mail by nobody, and a list of what waits, likewise. */
MUST_USE enum fault outbox_sample_review(struct outbox_facts *facts, struct why *why);
MUST_USE enum fault outbox_sample_waiting(struct outbox_facts *facts, struct why *why);
MUST_USE enum fault outbox_sample_words(struct outbox_facts *facts, struct why *why);

/* ---- what a template may say (outbox_data.c, outbox_mailto.c) ---- */

/* A new reference with every name of the table in outbox_data.c. */
MUST_USE enum fault outbox_data(const struct config *config, const struct outbox_facts *facts, json_t **out, struct why *why);
/* A mailto: link (RFC 6068) that answers all certificates of the letter alike. NULL: too long for mail programs; why tells of memory. */
MUST_USE enum fault outbox_mailto(const struct config *config, const struct outbox_facts *facts, bool renew, char **out,
    struct why *why);
/* config->address, with the token as sub-address where the configuration says that this works. The caller frees it. */
char *outbox_answer_address(const struct config *config, const char *token);

/* ---- rendering (outbox_render.c) ---- */

/* One letter as it will be sent. Owned. */
struct outbox_letter {
	struct letter_text words;
	char *message_id, *envelope_from;
	struct buf bytes;
};
MUST_USE enum fault outbox_letter_make(const struct config *config, const struct outbox_facts *facts, const char *in_reply_to,
    const char *thread, struct outbox_letter *out, struct why *why);
void outbox_letter_release(struct outbox_letter *letter);

/* Whom a letter with these facts is for, and who gets it: another one during a trial (redirect_all_to). */
const char *outbox_meant_for(const struct config *config, const struct outbox_facts *facts);
const char *outbox_recipient(const struct config *config, const char *meant_for);

/* ---- hours (outbox_hours.c) ---- */

/* Whether a letter of this kind may go out at this instant. */
bool outbox_may_go(const struct config *config, enum letter_kind kind, int64_t at);

/* ---- doubt (outbox.c) ---- */

enum { OUTBOX_DOUBT_S = 15 * 60 };
/* A claimed letter may have gone out: it is unknown, or tried again where the configuration says so. Inside the caller's transaction. */
MUST_USE enum fault outbox_doubt(struct business *business, int64_t id, const char *reason, struct outbox_counts *counts,
    struct why *why);

/* ---- lanes (outbox_lane.c) ---- */

/* A child with one connection, as the parent sees it. pid 0: not open. */
struct outbox_lane {
	pid_t pid;
	int fd;
};

enum lane_word_kind { LANE_UP = 1, LANE_DOWN, LANE_LETTER, LANE_OFFERED, LANE_REFUSED, LANE_UNSENDABLE, LANE_GO, LANE_ANSWER, LANE_LOST };

/* What a child says. */
struct lane_word {
	enum lane_word_kind kind;
	int code;	  /* of the server; 0: none */
	enum fault fault; /* of DOWN, LOST */
	bool is_broken;	  /* ANSWER: the connection ended with it */
	char text[WHY_MAX];
};

/* Forks. all: the lanes that are open, whose sockets the child closes. */
MUST_USE enum fault outbox_lane_open(struct outbox_lane *lane, const struct config *config, const struct outbox_lane *all, size_t count,
    struct why *why);
/* These answer false when the child is gone. */
bool outbox_lane_offer(const struct outbox_lane *lane, const char *envelope_from, const char *recipient, struct span bytes);
bool outbox_lane_go(const struct outbox_lane *lane);
bool outbox_lane_hear(const struct outbox_lane *lane, struct lane_word *word);
void outbox_lane_close(struct outbox_lane *lane); /* waits for the child */

/* ---- answers (outbox_answer.c) ---- */

/* A claimed letter, and what a child said of it. */
struct outbox_answer {
	int64_t letter, wanted_at;
	int tries; /* before this one */
	struct lane_word word;
};
MUST_USE enum fault outbox_answer_record(struct business *business, const struct outbox_answer *answer, struct outbox_counts *counts,
    struct why *why);

/* ---- header fields (outbox_header.c) ---- */

enum {
	HEADER_LINE = 76,	/* RFC 2047 2: of a line with an encoded word; RFC 5322 2.1.1 advises 78 for all */
	HEADER_VALUE_MAX = 8192 /* bytes of one value: longer ones are refused */
};

/* Whether text may stand in a header: UTF-8 without controls (C0, DEL, C1, line and paragraph separators), not too long. */
bool outbox_header_is_clean(const char *text);
/* Whether text is local-part@domain as mail_write() takes it: ASCII, at most 254 bytes, no quoting, no address literal. */
bool outbox_header_is_address(const char *text);
/* Whether text may stand between < and > of a Message-ID, and is short enough for a line. */
bool outbox_header_is_id(const char *text);

/* Each adds one field with its CRLF, folded. Values were found clean before. */
void outbox_header_text(struct buf *out, const char *field, const char *value);
void outbox_header_mailbox(struct buf *out, const char *field, const char *name, const char *address);
/* thread: ids with or without <>, blanks between; last is put at the end unless it is there. Too many: the first and the newest stay. */
void outbox_header_references(struct buf *out, const char *thread, const char *last);
/* "Content-Type: TYPE; name=…" and "Content-Disposition: attachment; filename=…". */
void outbox_header_file(struct buf *out, const char *type, const char *filename);

/* Adds bytes in base64 (RFC 4648 4); in_lines: of 76 characters, each closed by CRLF. */
void outbox_base64(struct buf *out, struct span bytes, bool in_lines);

#endif

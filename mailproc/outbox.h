/*
 * outbox.h - letters rendered, stored with their bytes and Message-ID, and kept until a server has accepted them
 *
 * In:    wanted letters (store_letter.h)
 * Out:   mails at the server; states and answers in the store
 * Next:  smtp.h
 *
 * outbox_data.c gathers what a template may say, outbox_letter.c makes the mail of it (RFC 5322, 2045, 2047, 2231, 3834), outbox_lane.c runs one child per SMTP
 * connection, outbox_retry.c says when to try again. The parent is the only writer: it commits all answers that wait in one transaction, then
 * releases each lane's next final dot. After a crash at most one letter a lane is in doubt.
 *
 * Faults: those of store.h and smtp.h. A letter that cannot be rendered is held with the reason, and the rest go on.
 */
#ifndef MAILPROC_OUTBOX_H
#define MAILPROC_OUTBOX_H

#include "../store/store_letter.h"
#include "renewal.h"

struct outbox_counts {
	size_t rendered, accepted, later, refused, held, unknown, withdrawn;
	size_t waiting; /* wanted, and not yet: for the hours of sending, the end of a pause, the billing program */
};

/* Renders every wanted letter whose time has come, and those again that could not be rendered before, in transactions of up to 100. */
MUST_USE enum fault outbox_render(struct business *business, struct outbox_counts *counts, struct why *why);

/* Settles what an earlier run left claimed: untouched ones are ready again, the one in doubt of each lane is unknown. */
MUST_USE enum fault outbox_settle(struct business *business, struct outbox_counts *counts, struct why *why);

/* Sends all ready letters. run is the id of this run. FAULT_AWAY when the server could not be reached; counts hold what was done. */
MUST_USE enum fault outbox_send(struct business *business, int64_t run, struct outbox_counts *counts, struct why *why);

/* One letter as it would be sent now, without storing anything: for preview and check. */
struct outbox_preview {
	char *subject, *text, *html; /* owned */
	struct buf bytes;	     /* the whole mail */
};
/* contact 0: the first the letter would go to. */
MUST_USE enum fault outbox_preview(struct business *business, enum letter_kind kind, int64_t renewal, int64_t contact,
    struct outbox_preview *out, struct why *why);
void outbox_preview_release(struct outbox_preview *preview);

/* Renders every letter in every language with sample data: what check does. problem is told each error. */
MUST_USE enum fault outbox_check_templates(const struct config *config, config_problem *problem, void *data, size_t *count,
    struct why *why);

/* When to try again after so many tries: 5 min, doubled each time, at most 4 h; 0: no more (config.retry_hours have passed since wanted_at). */
int64_t outbox_retry_at(const struct config *config, int64_t now, int64_t wanted_at, int tries);

/* ---- the letter writer (outbox_letter.c) ---- */

struct mail_parts {
	const char *from_name, *from_address;
	const char *to_name, *to_address;
	const char *reply_to;	 /* NULL: none */
	const char *subject;
	const char *message_id, *in_reply_to, *thread; /* ids without <>; NULL: none */
	const char *language;	 /* Content-Language */
	const char *kind;	 /* X-Mailproc-Letter */
	const char *would_go_to; /* X-Mailproc-Would-Go-To; NULL: it goes where it is meant to go */
	const char *text, *html; /* html NULL: text only */
	int64_t now;
	bool is_answer;		 /* Auto-Submitted: auto-replied, else auto-generated (RFC 3834) */
	struct {
		const char *filename, *type;
		struct span bytes;
	} attachment; /* filename NULL: none */
};
/* The whole mail, CRLF, lines within 998 bytes (RFC 5322 2.1.1). FAULT_ITEM when a value holds a control character or an address is bad. */
MUST_USE enum fault mail_write(struct buf *out, const struct mail_parts *parts, struct why *why);

#endif

/*
 * mailbox_inner.h - the two kinds of source behind mailbox.h
 */
#ifndef MAILPROC_MAILBOX_INNER_H
#define MAILPROC_MAILBOX_INNER_H

#include <stddef.h>

#include "../base/span.h"
#include "../mailbox.h"

struct imap;
struct maildir;

struct mailbox {
	char *name;		 /* owned */
	struct imap *imap;	 /* owned; one of the two */
	struct maildir *maildir; /* owned */
	uint32_t uid_validity, last_uid;
	int64_t since_at;
	size_t mail_max; /* bytes of a mail that are fetched */
};

enum { MAILBOX_BATCH_BYTES = 16 * 1000 * 1000 };

bool mailbox_has_controls(const char *text);
/* Room for one more mail at the end of the batch; the caller has count + 1 <= max. NULL: out of memory. */
struct mailbox_mail *mailbox_batch_add(struct mailbox_batch *batch);

/* ---- mailbox_imap.c, mailbox_imap_session.c ---- */

MUST_USE enum fault mailbox_imap_open(struct mailbox *mailbox, const struct config_source *source, struct why *why);
void mailbox_imap_close(struct imap *imap);
MUST_USE enum fault mailbox_imap_next(struct mailbox *mailbox, uint32_t after_uid, size_t max, struct mailbox_batch *out, struct why *why);
MUST_USE enum fault mailbox_imap_move(struct mailbox *mailbox, const char *const *key, size_t count, const char *folder, struct why *why);
MUST_USE enum fault mailbox_imap_has(struct mailbox *mailbox, const char *folder, const char *message_id, bool *has, struct why *why);

MUST_USE enum fault mailbox_imap_move_on(struct mailbox *mailbox, const struct mailbox_moved *moved, struct why *why);

MUST_USE enum fault mailbox_imap_newest(struct mailbox *mailbox, const char *folder, size_t max, struct mailbox_batch *out, struct why *why);

/* ---- mailbox_imap_idle.c ---- */

MUST_USE enum fault mailbox_imap_listen(struct mailbox *mailbox, struct why *why);
int mailbox_imap_descriptor(const struct mailbox *mailbox);
bool mailbox_imap_is_ready(const struct mailbox *mailbox);
MUST_USE enum fault mailbox_imap_listen_end(struct mailbox *mailbox, bool *changed, struct why *why);

/* ---- mailbox_maildir.c ---- */

MUST_USE enum fault mailbox_maildir_open(struct mailbox *mailbox, const struct config_source *source, struct why *why);
void mailbox_maildir_close(struct maildir *maildir);
MUST_USE enum fault mailbox_maildir_next(struct mailbox *mailbox, size_t max, struct mailbox_batch *out, struct why *why);
MUST_USE enum fault mailbox_maildir_move(struct mailbox *mailbox, const char *const *key, size_t count, const char *folder, struct why *why);
MUST_USE enum fault mailbox_maildir_move_on(struct mailbox *mailbox, const struct mailbox_moved *moved, struct why *why);
MUST_USE enum fault mailbox_maildir_has(struct mailbox *mailbox, const char *folder, const char *message_id, bool *has, struct why *why);

#endif

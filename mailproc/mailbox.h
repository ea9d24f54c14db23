/*
 * mailbox.h - a source of messages
 *
 * In:    struct config_source
 * Out:   raw mails with a key, oldest first, in batches
 * Next:  message.h
 *
 * IMAP (mailbox_imap.c) or a Maildir or a folder of .eml files (mailbox_maildir.c). Nothing on the server is flagged or moved by fetching
 * (BODY.PEEK); moving is asked for after the outcome is committed. No more than message_max_bytes of a mail is fetched; `size` tells what it
 * has on the server, so a cut mail is known.
 *
 * Keys:  IMAP "UIDVALIDITY:UID" (RFC 9051 2.3.1.1); Maildir: the unique part of the file name.
 * Faults: FAULT_AWAY: the server; FAULT_SETUP: login refused, a folder name with control characters; the fetched
 *        mails before a fault are kept.
 */
#ifndef MAILPROC_MAILBOX_H
#define MAILPROC_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/span.h"
#include "config.h"

struct mailbox;

struct mailbox_mail {
	char *key;	    /* owned */
	uint32_t uid;	    /* 0 in a Maildir */
	char *bytes;	    /* owned */
	size_t n;
	int64_t size;	    /* on the server */
	int64_t arrived_at; /* INTERNALDATE or the file's time */
};

struct mailbox_batch {
	struct mailbox_mail *mail; /* owned */
	size_t count;
};

/* Connects, logs in, selects. uid_validity is what the source says now (0 for a Maildir). */
MUST_USE enum fault mailbox_open(struct mailbox **out, const struct config *config, const struct config_source *source, struct why *why);
void mailbox_close(struct mailbox *mailbox); /* NULL is fine */

/* How the source is called in the store: user@host/folder, or the path. Borrowed. */
const char *mailbox_name(const struct mailbox *mailbox);
uint32_t mailbox_uid_validity(const struct mailbox *mailbox);

/*
 * The next mails above after_uid (IMAP) or not seen by this handle yet (Maildir), at most max of them and about 16 MB; count 0: no more. Mails that
 * arrived before since_at are left out. The caller releases the batch, also after a fault: it holds what was fetched before it, without a gap.
 */
MUST_USE enum fault mailbox_next(struct mailbox *mailbox, uint32_t after_uid, size_t max, struct mailbox_batch *out, struct why *why);
void mailbox_batch_release(struct mailbox_batch *batch);

/*
 * How far mailbox_next() has come: the highest UID that it gave out or left out as too old, after_uid where there was neither; 0 in a Maildir.
 * The next run can start above it.
 */
uint32_t mailbox_last_uid(const struct mailbox *mailbox);

/*
 * Moves mails, given by key, to a folder, created if absent (UID MOVE, RFC 6851; COPY, \Deleted and UID EXPUNGE where the server cannot move). A key that
 * is gone, or is of another UIDVALIDITY, is not a fault. In a Maildir the file is moved to the sibling folder .NAME.
 */
MUST_USE enum fault mailbox_move(struct mailbox *mailbox, const char *const *key, size_t count, const char *folder, struct why *why);

/*
 * Moves one mail on, from a folder that mailbox_move() put it into: its key does not lead there, so it is looked for by its Message-ID (without <>) and
 * moved only where its bytes are these. One that is not there, or that has no Message-ID, stays, and is not a fault.
 */
struct mailbox_moved {
	const char *key, *message_id; /* borrowed */
	struct span bytes;	      /* as fetched */
	const char *from, *to;	      /* folders */
};
MUST_USE enum fault mailbox_move_on(struct mailbox *mailbox, const struct mailbox_moved *moved, struct why *why);

/* The newest mails of a folder (NULL: the polled one), at most max, their first 64 KB. FAULT_ITEM when the folder is not there. */
MUST_USE enum fault mailbox_newest(struct mailbox *mailbox, const char *folder, size_t max, struct mailbox_batch *out, struct why *why);

/*
 * Asks to be told of new mail (IMAP IDLE). FAULT_ITEM: the source cannot (a Maildir, an old server). Between listen and listen_end nothing else may be
 * asked of the mailbox, for at most 25 minutes; input on the descriptor, or is_ready, is a reason to end it. *changed: mails came or went.
 */
MUST_USE enum fault mailbox_listen(struct mailbox *mailbox, struct why *why);
int mailbox_descriptor(const struct mailbox *mailbox);
bool mailbox_is_ready(const struct mailbox *mailbox);
MUST_USE enum fault mailbox_listen_end(struct mailbox *mailbox, bool *changed, struct why *why);

/*
 * Whether the folder (outside the poll) holds a mail with this Message-ID (without <>): settles a letter that may have gone out. FAULT_ITEM when the
 * folder does not exist, or the Message-ID has characters that cannot be asked for: then nobody knows.
 */
MUST_USE enum fault mailbox_has(struct mailbox *mailbox, const char *folder, const char *message_id, bool *has, struct why *why);

#endif

/*
 * mailbox_imap.h - what mailbox_imap.c and mailbox_imap_session.c share
 */
#ifndef MAILPROC_MAILBOX_IMAP_H
#define MAILPROC_MAILBOX_IMAP_H

#include <libetpan/mailimap.h>

#include "mailbox_inner.h"

/* A mail above after_uid, as the server listed it. */
struct imap_entry {
	uint32_t uid, size;
	int64_t arrived_at;
};

struct imap {
	mailimap *session;  /* owned; NULL after a fault that put it out of step */
	mailstream *stream; /* belongs to the session */
	char *server;	    /* owned: HOST:PORT, for causes */
	char *folder;	    /* owned: the polled folder as the server calls it */
	bool is_selected;   /* the polled folder, and for writing */
	bool has_move, has_uidplus;
	bool knows_names; /* prefix and delimiter were asked for */
	char *prefix;	  /* owned: of personal folders, "" or "INBOX." */
	char delimiter;	  /* between levels; NUL: none */
	int answer_timeout_s;
	uint32_t uid_next; /* 0: the server does not say */
	uint32_t listened_exists; /* mails in the folder when IDLE began */

	bool is_listed;
	struct imap_entry *entry; /* owned; by rising UID */
	size_t entry_count, entry_room, entry_at;
};

/* Makes a fault of libetpan's answer; what put the session out of step ends it. refused: the fault of a plain NO. */
enum fault mailbox_imap_fault(struct imap *imap, int code, enum fault refused, struct why *why, const char *what);

enum { MAILBOX_IMAP_BUDGET = 1000 * 1000 /* bytes of a small answer */ };

/* Limits for the next command: what the server may send, and how long it may take. */
void mailbox_imap_limit(struct imap *imap, uint64_t bytes);

/* Connects and logs in. */
MUST_USE enum fault mailbox_imap_start(struct imap *imap, const struct config_server *server, struct why *why);
/* The folder's name on the wire: prefix, delimiter, modified UTF-7 (RFC 9051 A.1). The caller frees it. */
MUST_USE enum fault mailbox_imap_folder_name(struct imap *imap, const char *folder, char **out, struct why *why);
/* Selects the polled folder unless it is selected. */
MUST_USE enum fault mailbox_imap_select(struct mailbox *mailbox, struct why *why);

/* Lists the mails above after_uid of the folder that is selected. */
MUST_USE enum fault mailbox_imap_list(struct imap *imap, uint32_t after_uid, struct why *why);
/* Fetches these mails, by rising UID, of the folder that is selected, about so many bytes together; keys are not set. */
MUST_USE enum fault mailbox_imap_fetch(struct mailbox *mailbox, const uint32_t *uid, size_t count, uint64_t bytes, struct mailbox_batch *out,
    struct why *why);

/* For sorting uint32_t. */
int mailbox_imap_by_uid(const void *a, const void *b);
/* The next set out of rising UIDs, as ranges, short enough for one command; *at moves behind it. NULL: out of memory. */
struct mailimap_set *mailbox_imap_set(const uint32_t *uid, size_t count, size_t *at);

#endif

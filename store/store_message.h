/*
 * store_message.h - mailboxes, messages and reviews (see store.h)
 *
 * A message is stored with its raw bytes before anything on the server changes; its outcome is written once, in the
 * transaction that does what the outcome says.
 */
#ifndef MAILPROC_STORE_MESSAGE_H
#define MAILPROC_STORE_MESSAGE_H

#include "store.h"
#include "words.h"

struct mailbox_record {
	int64_t id;
	uint32_t uid_validity;
	uint32_t last_uid;
	bool is_new; /* never polled before */
};

struct message_record {
	int64_t id;
	int64_t mailbox;
	char *key;
	int64_t size;
	int64_t arrived_at; /* 0: not known */
	int64_t fetched_at;
	int attempts;
	bool has_outcome;
	enum message_outcome outcome;
	char *reason;
	char *folder; /* where it belongs; NULL: it stays */
	char *lies_in; /* the folder that it was moved to last; NULL: where it was fetched */
	char *sender, *subject, *message_id; /* NULL: not known */
	int64_t letter, contact; /* 0: none */
};

/*
 * Finds the mailbox, or makes its record: in a transaction of its own where none is open. In a store for looking a mailbox that is not known
 * has id 0.
 */
MUST_USE enum fault store_mailbox_get(struct store *store, const char *name, struct mailbox_record *out, struct why *why);
MUST_USE enum fault store_mailbox_put(struct store *store, const struct mailbox_record *mailbox, int64_t now, struct why *why);

/*
 * Stores a fetched mail. *id is 0 when this key is in the store already (nothing is written). *same is the id of an earlier
 * message with equal bytes (0: none).
 */
MUST_USE enum fault store_message_add(struct store *store, int64_t mailbox, const char *key, const unsigned char sha256[32],
    const void *bytes, size_t n, int64_t size, int64_t arrived_at, int64_t now, int64_t *id, int64_t *same, struct why *why);
MUST_USE enum fault store_message_get(struct store *store, int64_t id, struct message_record *out, struct why *why);
/* Adds the raw bytes to out, an empty buffer whose maximum is the limit. */
struct buf;
MUST_USE enum fault store_message_raw(struct store *store, int64_t id, struct buf *out, struct why *why);
MUST_USE enum fault store_message_reading(struct store *store, int64_t id, json_t **out, struct why *why); /* NULL: none */
/* Ids above after of messages without an outcome, in order. */
MUST_USE enum fault store_message_unhandled(struct store *store, int64_t after, int64_t *ids, size_t max, size_t *count,
    struct why *why);
/* Ids above after of all messages, in order. */
MUST_USE enum fault store_message_list(struct store *store, int64_t after, int64_t *ids, size_t max, size_t *count, struct why *why);
/* Counts one more reading, in a transaction of its own; *attempts is the new count. */
MUST_USE enum fault store_message_attempt(struct store *store, int64_t id, int *attempts, struct why *why);

struct message_result {
	enum message_outcome outcome;
	const char *reason;	/* borrowed, for people */
	const char *folder;	/* borrowed; NULL: it stays where it is */
	const char *sender, *subject, *message_id; /* borrowed; NULL: not known */
	int64_t letter, contact;  /* 0: none */
	json_t *reading;	  /* borrowed; NULL: none */
};
/* Writes the outcome (FAULT_STOP when it has one). */
MUST_USE enum fault store_message_finish(struct store *store, int64_t id, const struct message_result *result, int64_t now,
    struct why *why);
/* Changes the outcome of a message that staff decided, and where it belongs now (it is to be moved again when that is elsewhere). */
MUST_USE enum fault store_message_redecide(struct store *store, int64_t id, enum message_outcome outcome, const char *folder,
    struct why *why);
/* Records a (reply, action) pair; *first is false when the message has acted on this renewal before. */
MUST_USE enum fault store_message_act(struct store *store, int64_t message, int64_t renewal, const char *action, int64_t now,
    bool *first, struct why *why);
/* Messages of a mailbox that are to be moved and were not: at most max, each with key and folder; the caller releases them. */
MUST_USE enum fault store_message_unmoved(struct store *store, int64_t mailbox, struct message_record *out, size_t max,
    size_t *count, struct why *why);
MUST_USE enum fault store_message_moved(struct store *store, int64_t id, int64_t now, struct why *why);
void message_record_release(struct message_record *record);

struct review {
	int64_t id;
	int64_t message;
	int64_t renewal; /* 0: not known */
	char *reason, *suggestion;
	int64_t opened_at;
	char *decision; /* NULL: open */
	char *decided_by, *note;
	int64_t decided_at;
};
MUST_USE enum fault store_review_add(struct store *store, int64_t message, int64_t renewal, const char *reason,
    const char *suggestion, int64_t now, int64_t *id, struct why *why);
MUST_USE enum fault store_review_get(struct store *store, int64_t id, struct review *out, bool *found, struct why *why);
/* Decides an open one: FAULT_ITEM when it is decided already. decision is one of the words of the schema. */
MUST_USE enum fault store_review_decide(struct store *store, int64_t id, const char *decision, const char *by, const char *note,
    int64_t now, struct why *why);
MUST_USE enum fault store_review_set_renewal(struct store *store, int64_t id, int64_t renewal, struct why *why);
void review_release(struct review *review);

#endif

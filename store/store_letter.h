/*
 * store_letter.h - letters of ours, from wanted to accepted (see store.h)
 *
 *   wanted → ready → claimed → accepted | refused | unknown, or back to ready for another try
 *
 * A wanted letter is a row without bytes; rendering gives it bytes and a Message-ID, which stay the same on every try. A claim names run, lane and
 * sequence: after a crash at most the first claimed letter of each lane that has no answer can have gone out.
 * A letter that is not (or no longer) in the state that a change expects is FAULT_LATER.
 */
#ifndef MAILPROC_STORE_LETTER_H
#define MAILPROC_STORE_LETTER_H

#include "../mailproc/base/buf.h"
#include "store.h"
#include "words.h"

struct letter_item {
	int64_t renewal;
	int round;
};

struct letter {
	int64_t id;
	enum letter_kind kind;
	int64_t customer; /* 0: to staff about a stranger's mail */
	int64_t contact;  /* 0: to staff */
	int64_t review;	  /* 0: to a customer */
	enum language language;
	enum letter_state state;
	int64_t state_at;
	char *reason;
	int64_t wanted_at, rendered_at; /* 0: not yet */
	char *message_id, *in_reply_to, *thread, *recipient, *envelope_from, *subject; /* NULL: not yet, or none */
	int tries;
	int64_t next_try_at;
	struct letter_item *item; /* owned, in the letter's order */
	size_t item_count;
};

/*
 * Wants a letter: kind, customer, contact, review, language, in_reply_to, thread and items are read, id is set.
 * *added is false when a letter of this kind for one of its renewals, rounds and this contact (or for this review) exists: nothing is written then.
 */
MUST_USE enum fault store_letter_want(struct store *store, struct letter *letter, int64_t now, bool *added, struct why *why);
MUST_USE enum fault store_letter_get(struct store *store, int64_t id, struct letter *out, bool *found, struct why *why);
MUST_USE enum fault store_letter_find(struct store *store, const char *message_id, int64_t *id, struct why *why); /* 0: none */
/* The newest letter (any state but withdrawn) about a renewal to a contact: for the thread. *id is 0 when none. */
MUST_USE enum fault store_letter_last(struct store *store, int64_t renewal, int64_t contact, int64_t *id, struct why *why);
/* What a renewal's letters (any state but withdrawn) tell: for "not so soon after the last" and "each step once". */
struct letter_history {
	int64_t last_at;	   /* when the newest was wanted; 0: there is none */
	int reminder_round;	   /* the lowest of reminders; 0: none */
	int payment_reminder_round; /* the highest of payment reminders; 0: none */
};
MUST_USE enum fault store_letter_history(struct store *store, int64_t renewal, struct letter_history *out, struct why *why);
/* Ids above after in a state and, for ready ones, whose next try is not after now. In order of id. */
MUST_USE enum fault store_letter_list(struct store *store, enum letter_state state, int64_t now, int64_t after, int64_t *ids,
    size_t max, size_t *count, struct why *why);

struct letter_rendering {
	const char *message_id, *recipient, *envelope_from, *subject; /* borrowed */
	struct span bytes;					      /* the whole mail */
	const char *text;					      /* its text part */
};
/* wanted, or held because it could not be rendered → ready. */
MUST_USE enum fault store_letter_rendered(struct store *store, int64_t id, const struct letter_rendering *rendering, int64_t now,
    struct why *why);
/* Adds the stored mail to bytes and its text part to text; either may be NULL. */
MUST_USE enum fault store_letter_bytes(struct store *store, int64_t id, struct buf *bytes, struct buf *text, struct why *why);
/* ready → claimed. */
MUST_USE enum fault store_letter_claim(struct store *store, int64_t id, int64_t run, int lane, int sequence, int64_t now,
    struct why *why);
/* claimed → ready, untouched: a claim whose turn provably never came. */
MUST_USE enum fault store_letter_unclaim(struct store *store, int64_t id, int64_t now, struct why *why);
/*
 * claimed, or unknown once it is settled, → state (accepted, refused, unknown, held, ready) with the server's answer. next_try_at counts for ready;
 * tries is counted up when it was claimed. code 0: no answer; answer and reason may be NULL.
 */
MUST_USE enum fault store_letter_answer(struct store *store, int64_t id, enum letter_state state, int code, const char *answer,
    int64_t next_try_at, const char *reason, int64_t now, struct why *why);
/* wanted, ready, or held and not rendered → held or withdrawn; ready → wanted to render anew (bytes and Message-ID dropped; never tried only). */
MUST_USE enum fault store_letter_park(struct store *store, int64_t id, enum letter_state state, const char *reason, int64_t now,
    struct why *why);
/*
 * Withdraws wanted and never tried ready letters of these kinds about a renewal; *count says how many. kinds is a bit set, 1u << kind. A letter
 * that is about other renewals too loses this one only (and is rendered anew).
 */
MUST_USE enum fault store_letter_withdraw(struct store *store, int64_t renewal, unsigned kinds, const char *reason, int64_t now,
    size_t *count, struct why *why);
MUST_USE enum fault store_letter_bounced(struct store *store, int64_t id, const char *status, struct why *why);

/* Claims that a run left behind: id, run, lane, sequence, in the order of run, lane, sequence. */
struct letter_claim {
	int64_t id, run;
	int lane, sequence;
};
MUST_USE enum fault store_letter_claims(struct store *store, struct letter_claim *out, size_t max, size_t *count,
    struct why *why);
void letter_release(struct letter *letter);

#endif

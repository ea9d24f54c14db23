/*
 * renewal_inner.h - what the files of the renewal stage share with each other only
 *
 * Calendar and domains are loaded by business_open() and never change after. Faults and transactions: as in renewal.h.
 */
#ifndef MAILPROC_RENEWAL_INNER_H
#define MAILPROC_RENEWAL_INNER_H

#include "../../store/store_certificate.h"
#include "../../store/store_customer.h"
#include "../../store/store_letter.h"
#include "../../store/store_money.h"
#include "../renewal.h"

/* ---- lists of lines (renewal_calendar.c) ---- */

/* Takes one line, without comment and blanks at its ends. FAULT_SETUP with a cause; file and line are put before it. */
typedef enum fault list_line(struct span line, void *data, struct why *why);
/* Reads "#" comments and lines of a file in data_dir, or of the operator's. FAULT_SETUP with "FILE:LINE: …". */
MUST_USE enum fault list_read(const char *path, list_line *take, void *data, struct why *why);

/* ---- closed days (renewal_calendar.c) ---- */

MUST_USE enum fault calendar_load(struct calendar **out, const char *path, struct why *why);
void calendar_free(struct calendar *calendar); /* NULL is fine */

/* ---- registrable and shared domains (renewal_domains.c) ---- */

/* own "" : only the program's list. */
MUST_USE enum fault domains_load(struct domains **out, const char *path, const char *own, struct why *why);
void domains_free(struct domains *domains); /* NULL is fine */
/* Whether both addresses are of one private domain: the same registrable domain, which strangers do not share. */
bool domains_are_same(const struct domains *domains, const char *address, const char *other);
/* The standing of an address among those on record (NULL-terminated; from NULL: SENDER_OTHER). */
enum sender_standing domains_standing(const struct domains *domains, const char *from, char *const *on_record);

/* ---- steps of the workflow (renewal_state.c) ---- */

/* What one event would do to one renewal. Owns the renewal's text. */
struct passage {
	struct renewal renewal;
	struct policy policy;
	enum renewal_state to;
	unsigned letters; /* bit set, 1u << kind of letter */
	bool changes;	  /* the state becomes another one */
	int round;	  /* of the renewal, afterwards */
	int letter_round; /* what letters of the step carry */
	enum payment_method method; /* in which it is, or would be, paid */
};

/* What must hold for a row of the table (renewal_guard.c): pure. */
struct guard {
	const char *name, *meaning;
	const char *refusal; /* when it says no */
	bool (*holds)(const struct passage *passage, int64_t now);
};
extern const struct guard guard_always, guard_transfer, guard_in_time, guard_running, guard_just_ended, guard_ended, guard_term_running, guard_term_over;
extern const struct guard *const passage_guards[]; /* those with a name, closed by NULL */

/*
 * Looks the event up in the table and asks the guard; writes nothing. *refusal (static text) says why it cannot happen; then only renewal and policy
 * are set in out. FAULT_ITEM when the product is not in the configuration.
 */
MUST_USE enum fault passage_plan(const struct business *business, int64_t renewal, enum renewal_event event, struct passage *out,
    const char **refusal, struct why *why);
void passage_release(struct passage *passage);

/* ---- the next dated step (renewal_schedule.c) ---- */

enum { ROUNDS_PER_ANSWER = 1000 }; /* a changed answer begins new rounds of payment reminders: round of the renewal * this + step */

/* What it depends on. */
struct schedule_facts {
	enum renewal_kind kind;
	enum renewal_state state;
	int round;
	const struct policy *policy;
	const struct calendar *calendar;
	int64_t now;
	int last_day;		    /* of the newest letter about it; -1: none */
	struct letter_history history;
	int due_day;		    /* of its unpaid invoice; -1: none */
	int remind_before, remind_after, last_chance_days; /* as configured */
};

/* The next dated step: on day (or later, but never before earliest_day) this event happens. */
struct schedule {
	enum renewal_event event; /* renewal_event_count: nothing is left for the calendar */
	int step;		  /* which of several: days before the end of a reminder, 1 and 2 of payment reminders */
	int day;		  /* -1: none */
	int earliest_day;	  /* so long after the last letter */
	int64_t invoice;	  /* a payment reminder is about; 0: none */
};

void schedule_make(struct schedule *out, const struct schedule_facts *facts);
/* The same with the facts from the store. */
MUST_USE enum fault schedule_next(const struct business *business, const struct renewal *renewal, const struct policy *policy,
    struct schedule *out, struct why *why);
/* Writes the next day of a renewal into the store, as it is now. */
MUST_USE enum fault schedule_write(const struct business *business, int64_t renewal, struct why *why);

/* ---- the daily letter to staff (renewal_digest.c) ---- */

/* Wants it when something waits and today's is not there. A transaction of its own. */
MUST_USE enum fault renewal_want_digest(struct business *business, struct why *why);

/* ---- orders taken back (renewal_void.c) ---- */

/* The open invoice of what has lapsed or was replaced is void, once nothing on it can be renewed any more. */
MUST_USE enum fault order_void_unpayable(struct business *business, const struct passage *passage, size_t count, struct why *why);

/* ---- the next term (renewal_term.c) ---- */

/*
 * A renewal that was closed by its new certificate: term, certificate and the passages that follow are recorded. A re-issue: the certificate, and what it
 * is followed by inside its term.
 */
MUST_USE enum fault term_follow(struct business *business, const struct passage *passage, const struct occurrence *occurrence,
    struct why *why);

/* ---- who is written to (renewal_letter.c) ---- */

/* Wants the letters of these steps: FAULT_ITEM when there is nobody to write to. */
MUST_USE enum fault passage_want_letters(struct business *business, const struct passage *passage, size_t count,
    const struct occurrence *occurrence, struct why *why);

/* References of a letter to this contact about a renewal; in_reply_to (NULL: none) is put at the end. */
MUST_USE enum fault letter_thread(struct business *business, int64_t renewal, int64_t contact, const char *in_reply_to, struct buf *thread,
    struct why *why);

/* ---- what waits for staff (renewal_review.c) ---- */

struct review_request {
	int64_t message, renewal, customer; /* renewal, customer: 0 when not known, renewal also when there are several */
	const char *reason, *suggestion;    /* borrowed, for people */
	bool tells_staff;		    /* by a letter */
};
/* Opens the review of a message, notes it in the renewal's history, and wants the letter to staff. */
MUST_USE enum fault review_open(struct business *business, const struct review_request *request, struct why *why);
/* Adds the sender of the message to the contact's further addresses, with an event (renewal_write.c). */
MUST_USE enum fault review_remember_sender(struct business *business, const struct review *review, const struct message_record *message,
    const char *by, struct why *why);
/* Where a message of this outcome belongs: NULL when it stays. folders may be NULL. */
const char *folder_of_outcome(const struct config_folders *folders, enum message_outcome outcome);

/* ---- mail without a letter (renewal_related.c) ---- */

MUST_USE enum fault match_add_renewal(struct match *match, int64_t renewal, struct why *why); /* of renewal_match.c */
/* For mail that answers no letter: sets is_related, customer and renewals from reference numbers, addresses and names. */
MUST_USE enum fault match_without_letter(struct business *business, const struct message *message, struct match *match, struct why *why);

/* ---- certificate requests (renewal_request.c) ---- */

/* Compares the requests that a mail carries with the certificates asked about: request_differs and request_note. Starts processes: no transaction is open. */
MUST_USE enum fault match_requests(struct business *business, const struct message *message, struct match *match, struct why *why);

/* ---- one message at work (renewal_apply.c, renewal_answer.c) ---- */

struct receipt {
	struct business *business;
	int64_t id;
	const struct message *message;
	const struct match *match;
	const struct intent *intent; /* NULL: it could not be read */
	const char *unreadable;

	enum message_outcome outcome; /* what became of it */
	struct why reason;	      /* in words: a text of limited length, as a cause is */
};

enum fault receipt_conclude(struct receipt *receipt, enum message_outcome outcome, const char *reason); /* always FAULT_NONE */
/* Opens a review with the reason of the receipt and what would have been done. */
MUST_USE enum fault receipt_open_review(struct receipt *receipt, bool tells_staff, struct why *why);
/* Puts the message before staff, with the reason. */
MUST_USE enum fault receipt_to_review(struct receipt *receipt, const char *reason, struct why *why);
/* A trusted and clear reply: every certificate gets its answer, or none does and staff see why. */
MUST_USE enum fault receipt_take_answers(struct receipt *receipt, struct why *why);

/* ---- the rule in words (renewal_trust.c) ---- */

/* Why trust_decide() decided so, for a reviewer. authentication_detail may be NULL. */
void trust_explain(char *out, size_t out_size, const char *token_problem, enum sender_standing standing, const struct message *message,
    enum config_authentication mode, char *const *on_record);

#endif

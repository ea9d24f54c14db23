/*
 * renewal.h - which renewal a reply belongs to, whether its sender may decide, and what follows
 *
 * In:    struct message, struct intent
 * Out:   states, orders, invoices, events, and letters that are wanted
 * Next:  outbox.h
 *
 * The workflow is one table {kind, state, event, guard, next state, letters} in renewal_state.c, printed by `mailproc workflow`;
 * renewal_advance() is the only writer of a state.
 *
 *   renewal_match.c    which letter a mail answers, which renewals     renewal_related.c   mail that answers no letter
 *   renewal_trust.c    the trust rule                                  renewal_domains.c   who belongs to one house
 *   renewal_apply.c    what a message leads to                         renewal_answer.c    the answers of a clear reply
 *   renewal_review.c   what staff say                                  renewal_due.c       what the calendar says
 *   renewal_policy.c   the dates                                       renewal_calendar.c  closed days
 *   renewal_schedule.c the next dated step                             renewal_term.c      the next term
 *   renewal_request.c  certificate requests in a mail                  renewal_void.c      orders taken back
 *   renewal_order.c    order and invoice                               renewal_letter.c    whom a step writes to
 *   renewal_digest.c   the daily letter to staff                       renewal_explain.c   how the dates came about
 *
 * Every function that writes runs inside the caller's transaction (store_begin) unless it says otherwise.
 * Faults: those of store.h; a pair of state and event that the table does not have is an answer (advanced is false), never a fault.
 */
#ifndef MAILPROC_RENEWAL_H
#define MAILPROC_RENEWAL_H

#include <stdio.h>

#include "../store/store.h"
#include "../store/store_message.h"
#include "../store/store_renewal.h"
#include "config.h"
#include "intent.h"
#include "message.h"
#include "secret.h"

/* What every step needs. All borrowed. */
struct business {
	struct store *store;
	const struct config *config;
	const unsigned char *key; /* SECRET_KEY_LEN bytes */
	struct calendar *calendar; /* closed days */
	struct domains *domains;   /* public suffixes and shared mail domains */
	int64_t now;
};

/* Loads closed days and domain lists. FAULT_SETUP with file and line. */
MUST_USE enum fault business_open(struct business *business, struct store *store, const struct config *config,
    const unsigned char *key, int64_t now, struct why *why);
void business_close(struct business *business); /* store, config and key are not its own */

/* ---- the state table (renewal_state.c) ---- */

struct certificate;
struct occurrence {
	enum renewal_event event;
	const char *by;	       /* 'mailproc' or a name; borrowed */
	int64_t message;       /* 0: none */
	json_t *evidence;      /* borrowed; NULL: {} */
	const char *in_reply_to; /* Message-ID of the customer's mail, for the thread; NULL */
	int64_t contact;	 /* whose letter that mail answers, or whom a confirmation is asked of; 0: nobody */
	const struct certificate *certificate; /* installed: the new one, borrowed; NULL: its dates are not known and taken from the rules */
	bool is_silent;		 /* no letters: the customer is paused, or an import tells what was done before */
};

/*
 * The ONLY way to change a state: checks the present state and the guard, writes the next, appends the event, makes order and invoice where it becomes
 * ordered, begins the next term where it becomes renewed, withdraws letters that are moot, wants the new ones. FAULT_ITEM: the product is not configured, or there is nobody to write to.
 * *advanced false: the table has no row for it (or the guard says no), and *explanation (static text) says which.
 */
MUST_USE enum fault renewal_advance(struct business *business, int64_t renewal, const struct occurrence *occurrence, bool *advanced,
    const char **explanation, struct why *why);
/*
 * renewal_advance() for several renewals of one customer: all or none, one order, and each letter about all that want it. step: the dated step of each,
 * as schedule_make() gave it; NULL where it was not the calendar.
 */
MUST_USE enum fault renewal_advance_all(struct business *business, const int64_t *renewal, const int *step, size_t count,
    const struct occurrence *occurrence, bool *advanced, const char **explanation, struct why *why);
/* The table, aligned; as a graph for Graphviz with dot. */
MUST_USE enum fault renewal_print_workflow(FILE *to, bool dot, struct why *why);

/*
 * The passages that a certificate of a term leads to, where they are not there yet: a renewal at the end of the term, and a re-issue where the certificate
 * ends inside it. A renewal that is still open is about this certificate from now on.
 */
MUST_USE enum fault renewal_begin(struct business *business, int64_t term, int64_t certificate, enum renewal_event event, json_t *evidence,
    const char *by, struct why *why);

/* ---- policy (renewal_policy.c) ---- */

enum { POLICY_REMINDERS_MAX = 8 };

struct policy {
	int64_t term_ends_at;
	int64_t ends_at;	   /* the end this passage is about: of the term, or of the certificate (re-issue) */
	int lead_days;		   /* before the end: L */
	int notice_day;		   /* lead time before the end, moved earlier from a closed day */
	int end_day;		   /* the local day of the end */
	int last_safe_day;	   /* to pay: the end less the vetting days, moved earlier from a closed day */
	int64_t next_term_ends_at; /* end + term + extra days */
	int reminder[POLICY_REMINDERS_MAX]; /* days before the end, falling, each less than lead_days */
	size_t reminder_count;
};
/* FAULT_ITEM when the product is not in the configuration. */
MUST_USE enum fault policy_of_renewal(const struct business *business, const struct renewal *renewal, struct policy *out, struct why *why);
/* The same as a pure function: starts_at and ends_at are those of the term, or of the certificate for a re-issue. */
void policy_make(struct policy *out, const struct calendar *calendar, const struct config_product *product, enum renewal_kind kind,
    int64_t starts_at, int64_t ends_at, int64_t term_ends_at);
/* The longest validity, in days, that browsers accept of a public certificate issued on this day; source: the rule in words. */
int policy_validity_days(int issued_day, const char **source);
bool calendar_is_closed(const struct calendar *calendar, int day);
int calendar_open_day_before(const struct calendar *calendar, int day); /* day itself when it is open */
int policy_due_day(const struct business *business, const struct policy *policy); /* of an invoice issued now */

/* How the dates came about (renewal_explain.c): one line each, label and text are borrowed. FAULT_ITEM when the product is not in the configuration. */
typedef void policy_line(const char *label, const char *text, void *data);
MUST_USE enum fault policy_explain(const struct business *business, const struct renewal *renewal, policy_line *line, void *data,
    struct why *why);
struct buf;
/* And the due day of an invoice. */
void policy_explain_due(const struct business *business, const struct policy *policy, int issued_day, int due_day, struct buf *out);

/* ---- which letter, which renewals, which sender (renewal_match.c, renewal_trust.c) ---- */

enum trust { TRUST_ACT, TRUST_CONFIRM, TRUST_REVIEW };

struct match {
	bool is_related;      /* token, reference, known sender or a name of ours: not foreign mail */
	bool token_is_valid;
	int64_t letter, contact, customer; /* 0: not known */
	int64_t *renewal;     /* owned; in the letter's order */
	size_t renewal_count;
	struct asked asked;   /* owned: what the letter asked */
	enum trust trust;
	char trust_reason[512]; /* in words: what a reviewer must see */
	bool request_differs;	/* a certificate request (CSR) in the mail asks for something else than the certificate has, or cannot be read */
	char request_note[768]; /* what it asks for and what differs, in words; "" when there is none */
};
MUST_USE enum fault renewal_match(struct business *business, const struct message *message, struct match *out, struct why *why);
void match_release(struct match *match);

/* The trust rule as a pure function of its row (see the table in renewal_trust.c). */
enum sender_standing { SENDER_EXACT, SENDER_SAME_DOMAIN, SENDER_OTHER };
enum trust trust_decide(bool token_is_valid, enum sender_standing standing, enum message_authentication authentication,
    enum config_authentication mode);

/* ---- what a message leads to (renewal_apply.c) ---- */

/*
 * Everything one message leads to, in one transaction of its own; *outcome tells what became of it. intent NULL: it could not be read, unreadable says why
 * (message and match may be NULL then). What cannot be written although the table allows it (FAULT_ITEM) is undone and put before staff.
 */
MUST_USE enum fault renewal_receive(struct business *business, int64_t message_id, const struct message *message,
    const struct match *match, const struct intent *intent, json_t *reading, const char *unreadable,
    const struct config_folders *folders, enum message_outcome *outcome, struct why *why);
/*
 * A review that names a renewal (one was asked about, or staff attached it) is about that one; else it is about all that the letter asked about.
 * Staff may decide whoever the sender was.
 */
struct review_decision {
	const char *word;      /* renew, decline, acknowledge or ignore */
	const char *by, *note; /* note may be NULL */
	bool voids;	       /* decline: an order that stands is taken back with it */
	bool remembers;	       /* the sender's address is one of the contact's from now on: FAULT_ITEM when either is not known */
	const char *purchase_order, *addressee; /* renew: for the order that it makes; NULL: as it is */
};
/* Staff decide a review. A transaction of its own. FAULT_ITEM with the cause when it cannot be done. */
MUST_USE enum fault renewal_decide_review(struct business *business, int64_t review, const struct review_decision *decision, struct why *why);
/*
 * A letter with these words (UTF-8) to the contact on record, in the thread: to whom the answered letter went, else who has the sender's address, else
 * who decides. Never to the sender as such. A transaction of its own. *address, owned by the caller, says where it goes.
 */
MUST_USE enum fault renewal_answer_review(struct business *business, int64_t review, const char *words, const char *by, char **address,
    struct why *why);
/* Attaches an open review to a renewal by its reference; it stays open. A transaction of its own. */
MUST_USE enum fault renewal_attach_review(struct business *business, int64_t review, const char *reference, const char *by, struct why *why);

/* ---- what the calendar leads to (renewal_due.c) ---- */

struct due_counts {
	size_t due, noticed, reminded, ended, paused, parked;
	size_t waiting; /* re-issues that staff apply for */
};
/*
 * Each renewal whose day has come: due means "from this day on and not yet done". Certificates of one customer that are due together, or within
 * days, share a letter and a transaction.
 */
MUST_USE enum fault renewal_run_due(struct business *business, struct due_counts *counts, struct why *why);

/* ---- order and invoice (renewal_order.c) ---- */

/*
 * One order and one invoice with a line each, for renewals of one customer; those that have an open or paid invoice are left out.
 * renewal_advance() calls it when a renewal becomes ordered.
 */
MUST_USE enum fault renewal_order(struct business *business, const int64_t *renewal, size_t count, struct why *why);

/*
 * Declines renewals of which some are ordered: their orders and invoices are void, what else stood on them is ordered anew. Inside the caller's transaction;
 * FAULT_ITEM when one is paid. (renewal_void.c)
 */
MUST_USE enum fault renewal_decline_order(struct business *business, const int64_t *renewal, size_t count, const struct occurrence *occurrence,
    struct why *why);
/* Staff take back an open invoice and its order: its renewals are asked about again. A transaction of its own. */
MUST_USE enum fault renewal_void_invoice(struct business *business, const char *number, const char *by, const char *note, struct why *why);

#endif

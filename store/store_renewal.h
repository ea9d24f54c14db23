/*
 * store_renewal.h - renewals and their history (see store.h)
 *
 * The state of a renewal is written by renewal_advance() in mailproc/ only; store_renewal_move() is its pen and checks the
 * state that it expects to find.
 */
#ifndef MAILPROC_STORE_RENEWAL_H
#define MAILPROC_STORE_RENEWAL_H

#include "store.h"
#include "words.h"

struct renewal {
	int64_t id;
	char *reference;
	enum renewal_kind kind;
	int64_t term;
	int64_t certificate;
	enum renewal_state state;
	int64_t state_at;
	int next_day;		  /* -1: no dated step is left */
	bool has_payment_method;  /* the customer asked for another one, for this renewal */
	enum payment_method payment_method;
	int round;
	int64_t successor; /* the certificate that closed it; 0: none */
	int64_t created_at;
	int64_t customer; /* of the term */
};

struct event {
	int64_t id;
	int64_t renewal; /* 0: about the whole */
	int64_t at;
	const char *event;	/* borrowed */
	const char *from_state; /* borrowed; NULL: none */
	const char *to_state;	/* borrowed; NULL: none */
	const char *by;		/* borrowed */
	int64_t message;	/* 0: none */
	json_t *evidence;	/* borrowed; NULL: {} */
};

MUST_USE enum fault store_renewal_get(struct store *store, int64_t id, struct renewal *out, struct why *why);
MUST_USE enum fault store_renewal_find(struct store *store, const char *reference, struct renewal *out, bool *found,
    struct why *why);
/* The renewal (or re-issue) of a certificate. */
MUST_USE enum fault store_renewal_of_certificate(struct store *store, int64_t certificate, enum renewal_kind kind,
    struct renewal *out, bool *found, struct why *why);
/* The newest renewal (or re-issue) of a term. */
MUST_USE enum fault store_renewal_of_term(struct store *store, int64_t term, enum renewal_kind kind, struct renewal *out,
    bool *found, struct why *why);
/* Inserts one in state upcoming; id and reference ("PREFIX-YEAR-00001", counter 'renewal') are set. */
MUST_USE enum fault store_renewal_add(struct store *store, struct renewal *renewal, const char *prefix, int year,
    struct why *why);
/* Moves from the state the record is expected in: FAULT_LATER when it is no longer in it. Round and next day are written too. */
MUST_USE enum fault store_renewal_move(struct store *store, const struct renewal *renewal, enum renewal_state to, int64_t now,
    int next_day, int round, struct why *why);
MUST_USE enum fault store_renewal_set_next_day(struct store *store, int64_t id, int next_day, struct why *why);
MUST_USE enum fault store_renewal_set_payment_method(struct store *store, int64_t id, enum payment_method method, struct why *why);
/* The certificate it is about from now on: a re-issue has replaced the one before. */
MUST_USE enum fault store_renewal_set_certificate(struct store *store, int64_t id, int64_t certificate, struct why *why);
/* The certificate that closed it, once. */
MUST_USE enum fault store_renewal_set_successor(struct store *store, int64_t id, int64_t certificate, struct why *why);
/* Up to max renewals (not re-issues) of a customer in this state whose next day is day or earlier, the most urgent first. */
MUST_USE enum fault store_renewal_siblings(struct store *store, int64_t customer, enum renewal_state state, int day, int64_t *ids,
    size_t max, size_t *count, struct why *why);
/* Ids of up to max renewals whose next day is day or earlier, and whose id is above after, in order of id. */
MUST_USE enum fault store_renewal_due(struct store *store, int day, int64_t after, int64_t *ids, size_t max,
    size_t *count, struct why *why);
void renewal_release(struct renewal *renewal);

MUST_USE enum fault store_event_add(struct store *store, const struct event *event, struct why *why);

#endif

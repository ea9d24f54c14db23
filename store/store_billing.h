/*
 * store_billing.h - what the billing program is to be told (see store.h)
 *
 * Of each order two things at most, in this order: that it stands, that it is void. Each waits until it is accepted, or refused for good.
 */
#ifndef MAILPROC_STORE_BILLING_H
#define MAILPROC_STORE_BILLING_H

#include "store.h"
#include "store_view.h"
#include "words.h"

struct billing_task {
	int64_t id;
	int64_t order;
	char number[32];
	char about[8]; /* order, void */
	enum billing_state state;
	int tries;
};

/* The order is to be told. That it is void is wanted by store_order_void(). */
MUST_USE enum fault store_billing_want(struct store *store, int64_t order, int64_t now, struct why *why);
/* Ids above after whose try is due, in order. */
MUST_USE enum fault store_billing_due(struct store *store, int64_t now, int64_t after, int64_t *ids, size_t max, size_t *count, struct why *why);
MUST_USE enum fault store_billing_get(struct store *store, int64_t id, struct billing_task *out, struct why *why);
/* What staff may settle about an order: the first that is not accepted; 0: nothing. */
MUST_USE enum fault store_billing_find(struct store *store, const char *number, int64_t *id, struct why *why);
/* Counts a try that is about to begin. FAULT_LATER when it does not wait any more. */
MUST_USE enum fault store_billing_try(struct store *store, int64_t id, int64_t next_try_at, struct why *why);
MUST_USE enum fault store_billing_answer(struct store *store, int64_t id, enum billing_state state, const char *text, int64_t next_try_at,
    int64_t now, struct why *why);
/* Whether a letter that sends the customer to this order in the control panel has to wait: it is paid by card there, and not accepted yet. */
MUST_USE enum fault store_billing_holds(struct store *store, int64_t order, bool *holds, struct why *why);

/*
 * Orders and voids, each once, by time: event (order, void), at, order, invoice, customer, customer_name, addressee, purchase_order, payment_method,
 * issued_day, due_day, currency, net, tax, total, reason, lines[{position, reference, product, description, amount, tax_percent}],
 * taxes[{tax_percent, net, tax}]. order 0: all; about "": both.
 */
MUST_USE enum fault store_view_order_events(struct store *store, int64_t order, const char *about, int64_t since_at, view_row *row, void *data,
    struct why *why);
/* order, invoice, about, state, tries, state_at, next_try_at, text, customer_name. all false: what is not settled. */
MUST_USE enum fault store_view_billing(struct store *store, bool all, view_row *row, void *data, struct why *why);

#endif

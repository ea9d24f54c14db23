/* store_money.h - orders and invoices (see store.h); what comes in is in store_payment.h. Whole units of the currency. */
#ifndef MAILPROC_STORE_MONEY_H
#define MAILPROC_STORE_MONEY_H

#include "store.h"
#include "words.h"

struct order_line {
	int64_t renewal;
	const char *product;	 /* borrowed */
	const char *description; /* borrowed */
	int64_t amount;		 /* without tax */
	int tax_percent;
};

struct order {
	int64_t id;
	char number[32];
	int64_t customer;
	enum payment_method payment_method;
	const char *purchase_order; /* borrowed; the customer's own number; NULL: none */
	int64_t created_at;
};

struct invoice {
	int64_t id;
	char number[32];
	int64_t order;
	int64_t customer;
	char *addressee;
	int issued_day;
	int due_day;
	char currency[4];
	int64_t net, tax, total;
	char state[8]; /* open, paid, void */
};

/* Inserts order and lines; id and number ("O-2026-00001", counter 'order') are set. */
MUST_USE enum fault store_order_add(struct store *store, struct order *order, const struct order_line *line, size_t count,
    int year, struct why *why);
/*
 * Inserts the invoice of an order with the order's lines and the tax per rate (each rate's tax given by the caller, in
 * ascending order of rate); id and number ("2026-000001", counter 'invoice', without gaps) are set. FAULT_ITEM when a renewal has an open invoice line already.
 */
struct invoice_tax {
	int percent;
	int64_t net, tax;
};
MUST_USE enum fault store_invoice_add(struct store *store, struct invoice *invoice, const struct order_line *line, size_t count,
    const struct invoice_tax *tax, size_t tax_count, int year, struct why *why);
MUST_USE enum fault store_invoice_of_renewal(struct store *store, int64_t renewal, struct invoice *out, bool *found,
    struct why *why); /* the open or paid one */
/* Voids the open order of a renewal, unless its invoice is paid, and its open invoice; the billing program is to be told, if it was told of the order. *voided is false when there was nothing to void. */
MUST_USE enum fault store_order_void(struct store *store, int64_t renewal, const char *reason, int64_t now, bool *voided,
    struct why *why);
/*
 * The whole invoice for a letter or a look, a new reference: id, number, order (number), customer (code), customer_name, addressee, issued_day,
 * due_day, currency, net, tax, total, state, payment_method, purchase_order, void_at, void_reason, lines[{position, reference, renewal (id), description, amount,
 * tax_percent}], taxes[{tax_percent, net, tax}], payments[{id, amount, paid_day, method, state, decision, source, recorded_at}]. Amounts are integers, days YYYY-MM-DD.
 */
MUST_USE enum fault store_invoice_json(struct store *store, int64_t invoice, json_t **out, struct why *why);
MUST_USE enum fault store_invoice_get(struct store *store, int64_t id, struct invoice *out, struct why *why);
MUST_USE enum fault store_invoice_find(struct store *store, const char *number, struct invoice *out, bool *found, struct why *why);
/* The open or paid one; where there is none, the one that was voided last. */
MUST_USE enum fault store_invoice_last_of_renewal(struct store *store, int64_t renewal, struct invoice *out, bool *found, struct why *why);
MUST_USE enum fault store_invoice_renewals(struct store *store, int64_t invoice, int64_t *ids, size_t max, size_t *count, struct why *why);
/* FAULT_ITEM when it is not open. */
MUST_USE enum fault store_invoice_set_paid(struct store *store, int64_t invoice, struct why *why);
/* Whether the open invoice of a renewal has nothing left to pay for: every renewal on it is lapsed, declined or replaced. */
MUST_USE enum fault store_invoice_is_unpayable(struct store *store, int64_t renewal, bool *is, struct why *why);

/* Invoices of this total that are not void: for matching a payment. */
struct invoice_candidate {
	int64_t id;
	const char *number, *state, *payer_kana, *customer_name; /* borrowed, for the call */
};
typedef enum fault invoice_candidate_row(const struct invoice_candidate *candidate, void *data, struct why *why);
MUST_USE enum fault store_invoice_with_total(struct store *store, int64_t total, invoice_candidate_row *row, void *data, struct why *why);

/* What a customer wishes for the order of a renewal, before there is one. NULL: as it is; "" takes it back. */
MUST_USE enum fault store_wishes_set(struct store *store, int64_t renewal, const char *purchase_order, const char *addressee, struct why *why);
/* Both are "" where there is no wish; owned by the caller. */
MUST_USE enum fault store_wishes_get(struct store *store, int64_t renewal, char **purchase_order, char **addressee, struct why *why);

void invoice_release(struct invoice *invoice);

#endif

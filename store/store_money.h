/* store_money.h - orders, invoices and payments (see store.h). Whole units of the currency. */
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
/* Voids the open order of a renewal, unless its invoice is paid, and its open invoice. *voided is false when there was nothing to void. */
MUST_USE enum fault store_order_void(struct store *store, int64_t renewal, const char *reason, int64_t now, bool *voided,
    struct why *why);
/*
 * The whole invoice for a letter or a look, a new reference: id, number, order (number), customer (code), customer_name, addressee, issued_day,
 * due_day, currency, net, tax, total, state, payment_method, void_at, void_reason, lines[{position, reference, renewal (id), description, amount,
 * tax_percent}], taxes[{tax_percent, net, tax}], payments[{amount, paid_day, method, source, recorded_at}]. Amounts are integers, days YYYY-MM-DD.
 */
MUST_USE enum fault store_invoice_json(struct store *store, int64_t invoice, json_t **out, struct why *why);
/* FAULT_ITEM when the invoice is not open. It is paid once the payments reach its total. */
MUST_USE enum fault store_payment_add(struct store *store, int64_t invoice, int64_t amount, int paid_day,
    enum payment_method method, const char *source, int64_t now, struct why *why);
void invoice_release(struct invoice *invoice);

#endif

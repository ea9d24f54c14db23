/* store_takeover.c - bills and letters from before. */
#include "store_takeover.h"

#include <stdio.h>
#include <string.h>

#include "../mailproc/base/day.h"
#include "store_inner.h"

struct found {
	int64_t invoice, order, customer; /* 0: there is none */
};

static enum fault
find_invoice(struct store *store, const char *number, struct found *out, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_TAKEOVER_INVOICE, why);
	bind_text(&q, ":number", number);
	if (query_next(&q)) {
		out->invoice = take_int(&q);
		out->order = take_int(&q);
		out->customer = take_int(&q);
	}
	return query_end(&q);
}

/* A number of the form "PREFIXYEAR-SEQUENCE" that we could give too: the counter goes on after it. */
static enum fault
move_counter(struct store *store, const char *counter, const char *prefix, const char *number, struct why *why)
{
	int year, used = 0;
	long long last;
	struct query q;

	if (strncmp(number, prefix, strlen(prefix)) != 0 || sscanf(number + strlen(prefix), "%4d-%9lld%n", &year, &last, &used) != 2 ||
	    number[strlen(prefix) + (size_t)used] != '\0' || year < 1970 || last <= 0)
		return FAULT_NONE;
	query_begin(&q, store, SQL_TAKEOVER_COUNTER, why);
	bind_text(&q, ":name", counter);
	bind_int(&q, ":year", year);
	bind_int(&q, ":last", last);
	return query_run(&q, NULL);
}

enum fault
store_takeover_numbers(struct store *store, const char *order_number, const char *invoice_number, struct why *why)
{
	enum fault fault = move_counter(store, "order", "O-", order_number, why);

	return fault != FAULT_NONE ? fault : move_counter(store, "invoice", "", invoice_number, why);
}

static enum fault
add_order(struct store *store, const struct takeover_bill *bill, int64_t *order, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_ORDER_ADD, why);
	bind_text(&q, ":number", bill->order_number);
	bind_int(&q, ":customer", bill->customer);
	bind_text(&q, ":payment_method", payment_method_text(bill->method));
	bind_text(&q, ":purchase_order", "");
	bind_int(&q, ":created_at", bill->created_at);
	fault = query_run(&q, NULL);
	*order = sqlite3_last_insert_rowid(store->db);
	if (fault != FAULT_NONE)
		return why_before(why, fault, "order %s", bill->order_number);
	return FAULT_NONE;
}

/* Without an amount: its lines bring it. */
static enum fault
add_invoice(struct store *store, const struct takeover_bill *bill, struct found *out, struct why *why)
{
	struct query q;
	enum fault fault = add_order(store, bill, &out->order, why);

	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_INVOICE_ADD, why);
	bind_text(&q, ":number", bill->invoice_number);
	bind_int(&q, ":year", day_year(bill->issued_day));
	bind_int_or_null(&q, ":sequence", 0, 0);
	bind_int(&q, ":orders", out->order);
	bind_int(&q, ":customer", bill->customer);
	bind_text(&q, ":addressee", bill->addressee);
	bind_int(&q, ":issued_day", bill->issued_day);
	bind_int(&q, ":due_day", bill->due_day);
	bind_text(&q, ":currency", bill->currency);
	bind_int(&q, ":net", 0);
	bind_int(&q, ":tax", 0);
	bind_int(&q, ":total", 0);
	fault = query_run(&q, NULL);
	out->invoice = sqlite3_last_insert_rowid(store->db);
	if (fault != FAULT_NONE)
		return why_before(why, fault, "invoice %s", bill->invoice_number);
	return FAULT_NONE;
}

static enum fault
add_lines(struct store *store, const struct takeover_bill *bill, const struct found *to, struct why *why)
{
	int64_t position = 0;
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_TAKEOVER_POSITION, why);
	bind_int(&q, ":orders", to->order);
	fault = query_id(&q, &position);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_ORDER_LINE_ADD, why);
	bind_int(&q, ":orders", to->order);
	bind_int(&q, ":position", position);
	bind_int(&q, ":renewal", bill->renewal);
	bind_text(&q, ":product", bill->product);
	bind_text(&q, ":description", bill->description);
	bind_int(&q, ":amount", bill->net);
	bind_int(&q, ":tax_percent", bill->tax_percent);
	fault = query_run(&q, NULL);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_INVOICE_LINE_ADD, why);
	bind_int(&q, ":invoice", to->invoice);
	bind_int(&q, ":position", position);
	bind_int(&q, ":renewal", bill->renewal);
	bind_text(&q, ":description", bill->description);
	bind_int(&q, ":amount", bill->net);
	bind_int(&q, ":tax_percent", bill->tax_percent);
	return query_run(&q, NULL);
}

static enum fault
add_amounts(struct store *store, const struct takeover_bill *bill, int64_t invoice, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_TAKEOVER_SUM, why);
	bind_int(&q, ":invoice", invoice);
	bind_int(&q, ":net", bill->net);
	bind_int(&q, ":tax", bill->tax);
	fault = query_run(&q, NULL);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_TAKEOVER_TAX, why);
	bind_int(&q, ":invoice", invoice);
	bind_int(&q, ":tax_percent", bill->tax_percent);
	bind_int(&q, ":net", bill->net);
	bind_int(&q, ":tax", bill->tax);
	return query_run(&q, NULL);
}

enum fault
store_takeover_bill(struct store *store, const struct takeover_bill *bill, int64_t *invoice, struct why *why)
{
	struct found to = {0};
	enum fault fault = find_invoice(store, bill->invoice_number, &to, why);

	if (fault == FAULT_NONE && to.invoice != 0 && to.customer != bill->customer)
		fault = why_set(why, FAULT_ITEM, "invoice %s belongs to another customer", bill->invoice_number);
	if (fault == FAULT_NONE && to.invoice == 0)
		fault = add_invoice(store, bill, &to, why);
	if (fault == FAULT_NONE)
		fault = add_lines(store, bill, &to, why);
	if (fault == FAULT_NONE)
		fault = add_amounts(store, bill, to.invoice, why);
	if (fault == FAULT_NONE)
		*invoice = to.invoice;
	return fault;
}

enum fault
store_takeover_letter(struct store *store, struct letter *letter, int64_t at, struct why *why)
{
	bool added = false;
	struct query q;
	enum fault fault = store_letter_want(store, letter, at, &added, why);

	if (fault != FAULT_NONE || !added)
		return fault;
	query_begin(&q, store, SQL_TAKEOVER_LETTER, why);
	bind_int(&q, ":id", letter->id);
	bind_int(&q, ":at", at);
	return query_run(&q, NULL);
}

/* store_money.c - orders and invoices. Numbers come from counters inside the transaction, so that none is left out. */
#include "store_money.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_inner.h"

static enum fault
add_order_line(struct store *store, int64_t order, int64_t position, const struct order_line *line, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_ORDER_LINE_ADD, why);
	bind_int(&q, ":orders", order);
	bind_int(&q, ":position", position);
	bind_int(&q, ":renewal", line->renewal);
	bind_text(&q, ":product", line->product);
	bind_text(&q, ":description", line->description);
	bind_int(&q, ":amount", line->amount);
	bind_int(&q, ":tax_percent", line->tax_percent);
	return query_run(&q, NULL);
}

enum fault
store_order_add(struct store *store, struct order *order, const struct order_line *line, size_t count, int year,
    struct why *why)
{
	int64_t number;
	struct query q;
	enum fault fault;

	if (count == 0)
		return why_set(why, FAULT_STOP, "an order without lines");
	fault = store_count_up(store, "order", year, &number, why);
	if (fault != FAULT_NONE)
		return fault;
	snprintf(order->number, sizeof order->number, "O-%04d-%05lld", year, (long long)number);
	query_begin(&q, store, SQL_ORDER_ADD, why);
	bind_text(&q, ":number", order->number);
	bind_int(&q, ":customer", order->customer);
	bind_text(&q, ":payment_method", payment_method_text(order->payment_method));
	bind_text(&q, ":purchase_order", order->purchase_order != NULL ? order->purchase_order : "");
	bind_int(&q, ":created_at", order->created_at);
	fault = query_run(&q, NULL);
	order->id = sqlite3_last_insert_rowid(store->db);
	for (size_t i = 0; fault == FAULT_NONE && i < count; i++)
		fault = add_order_line(store, order->id, (int64_t)i + 1, &line[i], why);
	return fault != FAULT_NONE ? why_before(why, fault, "order %s", order->number) : FAULT_NONE;
}

/* The constraint would refuse a second open line too, but its text would name columns only. */
static enum fault
check_no_open_line(struct store *store, int64_t renewal, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_INVOICE_LINE_OPEN, why);
	bind_int(&q, ":renewal", renewal);
	if (query_next(&q)) {
		const char *number = take_borrowed(&q);

		query_fail(&q, FAULT_ITEM, "invoice %s stands for this renewal already", number != NULL ? number : "");
	}
	return query_end(&q);
}

static enum fault
add_invoice_line(struct store *store, int64_t invoice, int64_t position, const struct order_line *line, struct why *why)
{
	struct query q;
	enum fault fault = check_no_open_line(store, line->renewal, why);

	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_INVOICE_LINE_ADD, why);
	bind_int(&q, ":invoice", invoice);
	bind_int(&q, ":position", position);
	bind_int(&q, ":renewal", line->renewal);
	bind_text(&q, ":description", line->description);
	bind_int(&q, ":amount", line->amount);
	bind_int(&q, ":tax_percent", line->tax_percent);
	return query_run(&q, NULL);
}

static enum fault
add_invoice_tax(struct store *store, int64_t invoice, const struct invoice_tax *tax, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_INVOICE_TAX_ADD, why);
	bind_int(&q, ":invoice", invoice);
	bind_int(&q, ":tax_percent", tax->percent);
	bind_int(&q, ":net", tax->net);
	bind_int(&q, ":tax", tax->tax);
	return query_run(&q, NULL);
}

static enum fault
add_invoice_head(struct store *store, struct invoice *invoice, int year, struct why *why)
{
	int64_t sequence;
	struct query q;
	enum fault fault = store_count_up(store, "invoice", year, &sequence, why);

	if (fault != FAULT_NONE)
		return fault;
	snprintf(invoice->number, sizeof invoice->number, "%04d-%06lld", year, (long long)sequence);
	query_begin(&q, store, SQL_INVOICE_ADD, why);
	bind_text(&q, ":number", invoice->number);
	bind_int(&q, ":year", year);
	bind_int(&q, ":sequence", sequence);
	bind_int(&q, ":orders", invoice->order);
	bind_int(&q, ":customer", invoice->customer);
	bind_text(&q, ":addressee", invoice->addressee);
	bind_int(&q, ":issued_day", invoice->issued_day);
	bind_int(&q, ":due_day", invoice->due_day);
	bind_text(&q, ":currency", invoice->currency);
	bind_int(&q, ":net", invoice->net);
	bind_int(&q, ":tax", invoice->tax);
	bind_int(&q, ":total", invoice->total);
	fault = query_run(&q, NULL);
	invoice->id = sqlite3_last_insert_rowid(store->db);
	snprintf(invoice->state, sizeof invoice->state, "open");
	return fault;
}

enum fault
store_invoice_add(struct store *store, struct invoice *invoice, const struct order_line *line, size_t count,
    const struct invoice_tax *tax, size_t tax_count, int year, struct why *why)
{
	enum fault fault;

	if (count == 0)
		return why_set(why, FAULT_STOP, "an invoice without lines");
	fault = add_invoice_head(store, invoice, year, why);
	for (size_t i = 0; fault == FAULT_NONE && i < count; i++)
		fault = add_invoice_line(store, invoice->id, (int64_t)i + 1, &line[i], why);
	for (size_t i = 0; fault == FAULT_NONE && i < tax_count; i++)
		fault = add_invoice_tax(store, invoice->id, &tax[i], why);
	return fault != FAULT_NONE ? why_before(why, fault, "invoice %s", invoice->number) : FAULT_NONE;
}

/* Ends a query for one invoice; out is written only when there is one. */
static enum fault
finish_invoice(struct query *q, struct invoice *out, bool *found)
{
	struct invoice made = {0};
	enum fault fault;

	*found = query_next(q);
	if (*found) {
		made.id = take_int(q);
		take_copy(q, made.number, sizeof made.number);
		made.order = take_int(q);
		made.customer = take_int(q);
		made.addressee = take_text(q);
		made.issued_day = (int)take_int(q);
		made.due_day = (int)take_int(q);
		take_copy(q, made.currency, sizeof made.currency);
		made.net = take_int(q);
		made.tax = take_int(q);
		made.total = take_int(q);
		take_copy(q, made.state, sizeof made.state);
	}
	fault = query_end(q);
	if (fault != FAULT_NONE || !*found) {
		invoice_release(&made);
		*found = false;
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_invoice_of_renewal(struct store *store, int64_t renewal, struct invoice *out, bool *found, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_INVOICE_OF_RENEWAL, why);
	bind_int(&q, ":renewal", renewal);
	return finish_invoice(&q, out, found);
}

enum fault
store_invoice_last_of_renewal(struct store *store, int64_t renewal, struct invoice *out, bool *found, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_INVOICE_LAST_OF_RENEWAL, why);
	bind_int(&q, ":renewal", renewal);
	return finish_invoice(&q, out, found);
}

enum fault
store_invoice_find(struct store *store, const char *number, struct invoice *out, bool *found, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_INVOICE_FIND, why);
	bind_text(&q, ":number", number);
	return finish_invoice(&q, out, found);
}

enum fault
store_invoice_get(struct store *store, int64_t id, struct invoice *out, struct why *why)
{
	struct query q;
	bool found;
	enum fault fault;

	query_begin(&q, store, SQL_INVOICE_GET, why);
	bind_int(&q, ":id", id);
	fault = finish_invoice(&q, out, &found);
	return fault != FAULT_NONE || found ? fault : why_set(why, FAULT_STOP, "there is no invoice %lld", (long long)id);
}

enum fault
store_invoice_renewals(struct store *store, int64_t invoice, int64_t *ids, size_t max, size_t *count, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_INVOICE_RENEWALS, why);
	bind_int(&q, ":invoice", invoice);
	return query_ids(&q, ids, max, count);
}

enum fault
store_invoice_set_paid(struct store *store, int64_t invoice, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_INVOICE_PAID, why);
	bind_int(&q, ":invoice", invoice);
	return query_run_one(&q, FAULT_ITEM, "the invoice is void or paid already");
}

enum fault
store_invoice_is_unpayable(struct store *store, int64_t renewal, bool *is, struct why *why)
{
	struct query q;
	int64_t id = 0;
	enum fault fault;

	query_begin(&q, store, SQL_INVOICE_UNPAYABLE, why);
	bind_int(&q, ":renewal", renewal);
	fault = query_id(&q, &id);
	*is = id != 0;
	return fault;
}

enum fault
store_invoice_with_total(struct store *store, int64_t total, invoice_candidate_row *row, void *data, struct why *why)
{
	struct query q;
	enum fault fault = FAULT_NONE, end_fault;

	query_begin(&q, store, SQL_INVOICE_WITH_TOTAL, why);
	bind_int(&q, ":total", total);
	while (fault == FAULT_NONE && query_next(&q)) {
		struct invoice_candidate candidate = {.id = take_int(&q)};

		candidate.number = take_borrowed(&q);
		candidate.state = take_borrowed(&q);
		candidate.payer_kana = take_borrowed(&q);
		candidate.customer_name = take_borrowed(&q);
		fault = row(&candidate, data, why);
	}
	end_fault = query_end(&q);
	return fault != FAULT_NONE ? fault : end_fault;
}

/* Lines first: they are found by the state that the invoice then loses. */
static enum fault
void_invoice(struct store *store, int64_t order, const char *reason, int64_t now, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_INVOICE_LINES_CLOSE, why);
	bind_int(&q, ":orders", order);
	fault = query_run(&q, NULL);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_INVOICE_VOID, why);
	bind_int(&q, ":orders", order);
	bind_int(&q, ":now", now);
	bind_text(&q, ":reason", reason);
	return query_run(&q, NULL);
}

enum fault
store_order_void(struct store *store, int64_t renewal, const char *reason, int64_t now, bool *voided, struct why *why)
{
	struct query q;
	int64_t order = 0;
	enum fault fault;

	*voided = false;
	query_begin(&q, store, SQL_ORDER_OPEN_OF_RENEWAL, why);
	bind_int(&q, ":renewal", renewal);
	fault = query_id(&q, &order);
	if (fault != FAULT_NONE || order == 0)
		return fault;
	fault = void_invoice(store, order, reason, now, why);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_ORDER_VOID, why);
	bind_int(&q, ":orders", order);
	bind_int(&q, ":now", now);
	bind_text(&q, ":reason", reason);
	fault = query_run(&q, NULL);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_BILLING_WANT_VOID, why);
	bind_int(&q, ":orders", order);
	bind_int(&q, ":now", now);
	fault = query_run(&q, NULL);
	*voided = fault == FAULT_NONE;
	return fault;
}

/* Adds the rows of a query about this invoice to the object under key. */
static enum fault
add_rows(struct store *store, enum sql which, int64_t invoice, json_t *to, const char *key, struct why *why)
{
	struct query q;
	json_t *rows = NULL;
	enum fault fault;

	query_begin(&q, store, which, why);
	bind_int(&q, ":invoice", invoice);
	fault = query_rows(&q, &rows);
	if (fault == FAULT_NONE && json_object_set_new(to, key, rows) != 0)
		fault = why_set(why, FAULT_STOP, "out of memory for an invoice");
	return fault;
}

enum fault
store_invoice_json(struct store *store, int64_t invoice, json_t **out, struct why *why)
{
	json_t *made = NULL;
	struct query q;
	bool begun;
	enum fault fault = store_look_begin(store, &begun, why);

	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_INVOICE_ROW, why);
	bind_int(&q, ":invoice", invoice);
	if (query_next(&q))
		made = take_row(&q);
	else
		query_fail(&q, FAULT_STOP, "there is no invoice %lld", (long long)invoice);
	fault = query_end(&q);
	if (fault == FAULT_NONE)
		fault = add_rows(store, SQL_INVOICE_ROW_LINES, invoice, made, "lines", why);
	if (fault == FAULT_NONE)
		fault = add_rows(store, SQL_INVOICE_ROW_TAXES, invoice, made, "taxes", why);
	if (fault == FAULT_NONE)
		fault = add_rows(store, SQL_INVOICE_ROW_PAYMENTS, invoice, made, "payments", why);
	store_look_end(store, begun);
	if (fault != FAULT_NONE) {
		json_decref(made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_wishes_set(struct store *store, int64_t renewal, const char *purchase_order, const char *addressee, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_WISHES_SET, why);
	bind_int(&q, ":renewal", renewal);
	bind_text(&q, ":purchase_order", purchase_order);
	bind_text(&q, ":addressee", addressee);
	return query_run_one(&q, FAULT_STOP, "there is no renewal %lld", (long long)renewal);
}

enum fault
store_wishes_get(struct store *store, int64_t renewal, char **purchase_order, char **addressee, struct why *why)
{
	char *made[2] = {NULL, NULL};
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_WISHES_GET, why);
	bind_int(&q, ":renewal", renewal);
	if (query_next(&q)) {
		made[0] = take_text(&q);
		made[1] = take_text(&q);
	} else {
		query_fail(&q, FAULT_STOP, "there is no renewal %lld", (long long)renewal);
	}
	fault = query_end(&q);
	if (fault != FAULT_NONE) {
		free(made[0]);
		free(made[1]);
		return fault;
	}
	*purchase_order = made[0];
	*addressee = made[1];
	return FAULT_NONE;
}

void
invoice_release(struct invoice *invoice)
{
	free(invoice->addressee);
	*invoice = (struct invoice){0};
}

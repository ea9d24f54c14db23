/* store_payment.c - money that came, and what became of it. */
#include "store_payment.h"

#include <stdlib.h>

#include "store_inner.h"

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

enum fault
store_payment_add(struct store *store, struct payment *payment, const unsigned char *key, int64_t now, bool *added, struct why *why)
{
	struct query q;
	int64_t changed = 0;
	enum fault fault;

	query_begin(&q, store, SQL_PAYMENT_ADD, why);
	bind_int_or_null(&q, ":invoice", payment->invoice, 0);
	bind_int(&q, ":amount", payment->amount);
	bind_int(&q, ":paid_day", payment->paid_day);
	bind_text(&q, ":method", payment_method_text(payment->method));
	bind_text(&q, ":state", payment_state_text(payment->state));
	bind_text(&q, ":source", or_empty(payment->source));
	bind_text(&q, ":payer", or_empty(payment->payer));
	bind_text(&q, ":text", or_empty(payment->text));
	bind_text(&q, ":reason", or_empty(payment->reason));
	if (key != NULL)
		bind_bytes(&q, ":import_key", key, PAYMENT_KEY_LEN);
	else
		bind_text(&q, ":import_key", NULL);
	bind_int(&q, ":now", now);
	fault = query_run(&q, &changed);
	*added = fault == FAULT_NONE && changed > 0;
	if (*added)
		payment->id = sqlite3_last_insert_rowid(store->db);
	return fault;
}

enum fault
store_payment_get(struct store *store, int64_t id, struct payment *out, bool *found, struct why *why)
{
	struct payment made = {0};
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_PAYMENT_GET, why);
	bind_int(&q, ":id", id);
	*found = query_next(&q);
	if (*found) {
		made.id = take_int(&q);
		made.invoice = take_int(&q);
		made.amount = take_int(&q);
		made.paid_day = (int)take_int(&q);
		TAKE_WORD(&q, payment_method, &made.method);
		TAKE_WORD(&q, payment_state, &made.state);
		made.source = take_text(&q);
		made.payer = take_text(&q);
		made.text = take_text(&q);
		made.reason = take_text(&q);
		made.decision = take_text(&q);
		made.decided_by = take_text(&q);
		made.note = take_text(&q);
	}
	fault = query_end(&q);
	if (fault != FAULT_NONE || !*found) {
		payment_release(&made);
		*found = false;
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_payment_place(struct store *store, int64_t id, int64_t invoice, enum payment_state state, const char *reason, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_PAYMENT_PLACE, why);
	bind_int(&q, ":id", id);
	bind_int_or_null(&q, ":invoice", invoice, 0);
	bind_text(&q, ":state", payment_state_text(state));
	bind_text(&q, ":reason", reason);
	return query_run_one(&q, FAULT_ITEM, "there is no payment %lld", (long long)id);
}

enum fault
store_payment_decide(struct store *store, int64_t id, const char *decision, const char *by, const char *note, int64_t now, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_PAYMENT_DECIDE, why);
	bind_int(&q, ":id", id);
	bind_text(&q, ":decision", decision);
	bind_text(&q, ":by", by);
	bind_text(&q, ":note", or_empty(note));
	bind_int(&q, ":now", now);
	return query_run_one(&q, FAULT_ITEM, "there is no payment %lld", (long long)id);
}

enum fault
store_payment_sum(struct store *store, int64_t invoice, int64_t except, int64_t *sum, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_PAYMENT_SUM, why);
	bind_int(&q, ":invoice", invoice);
	bind_int(&q, ":except", except);
	return query_id(&q, sum);
}

enum fault
store_payment_complete(struct store *store, int64_t invoice, const char *reason, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_PAYMENT_COMPLETE, why);
	bind_int(&q, ":invoice", invoice);
	bind_text(&q, ":reason", reason);
	return query_run(&q, NULL);
}

enum fault
store_view_payments(struct store *store, bool open_only, view_row *row, void *data, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_VIEW_PAYMENTS, why);
	bind_int(&q, ":open", open_only);
	return query_show(&q, row, data);
}

void
payment_release(struct payment *payment)
{
	free(payment->source);
	free(payment->payer);
	free(payment->text);
	free(payment->reason);
	free(payment->decision);
	free(payment->decided_by);
	free(payment->note);
	*payment = (struct payment){0};
}

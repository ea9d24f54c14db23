/* store_view.c - what people look at. The keys are the names of the columns in store_sql.c, and are a contract. */
#include "store_view.h"

#include "store_inner.h"
#include "store_money.h"
#include "store_renewal.h"
#include "words.h"

enum fault
store_view_renewals(struct store *store, const char *state, int until_day, view_row *row, void *data, struct why *why)
{
	struct query q;

	if (state != NULL) {
		query_begin(&q, store, SQL_VIEW_RENEWALS_STATE, why);
		bind_text(&q, ":state", state);
		bind_int(&q, ":until_day", until_day);
	} else if (until_day >= 0) {
		query_begin(&q, store, SQL_VIEW_RENEWALS_DUE, why);
		bind_int(&q, ":until_day", until_day);
	} else {
		query_begin(&q, store, SQL_VIEW_RENEWALS, why);
	}
	return query_show(&q, row, data);
}

enum fault
store_view_reviews(struct store *store, bool all, view_row *row, void *data, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_VIEW_REVIEWS, why);
	bind_int(&q, ":all", all);
	return query_show(&q, row, data);
}

/* Puts the only row of a query with one parameter (NULL: none) under key; null when there is no row. */
static enum fault
put_row(json_t *to, const char *key, struct store *store, enum sql which, const char *parameter, int64_t value, struct why *why)
{
	struct query q;
	json_t *row = NULL;
	enum fault fault;

	query_begin(&q, store, which, why);
	if (parameter != NULL)
		bind_int(&q, parameter, value);
	if (query_next(&q))
		row = take_row(&q);
	fault = query_end(&q);
	if (fault == FAULT_NONE && json_object_set_new(to, key, row != NULL ? row : json_null()) != 0)
		fault = why_set(why, FAULT_STOP, "out of memory for a view");
	else if (fault != FAULT_NONE)
		json_decref(row);
	return fault;
}

/* Puts all rows of a query with one parameter (NULL: none) under key, as an array. */
static enum fault
put_rows(json_t *to, const char *key, struct store *store, enum sql which, const char *parameter, int64_t value, struct why *why)
{
	struct query q;
	json_t *rows = NULL;
	enum fault fault;

	query_begin(&q, store, which, why);
	if (parameter != NULL)
		bind_int(&q, parameter, value);
	fault = query_rows(&q, &rows);
	if (fault == FAULT_NONE && json_object_set_new(to, key, rows) != 0)
		fault = why_set(why, FAULT_STOP, "out of memory for a view");
	return fault;
}

static enum fault
put_invoice(json_t *to, struct store *store, int64_t renewal, struct why *why)
{
	struct query q;
	json_t *invoice = NULL;
	int64_t id = 0;
	enum fault fault;

	query_begin(&q, store, SQL_VIEW_RENEWAL_INVOICE_ID, why);
	bind_int(&q, ":renewal", renewal);
	fault = query_id(&q, &id);
	if (fault == FAULT_NONE && id != 0)
		fault = store_invoice_json(store, id, &invoice, why);
	if (fault == FAULT_NONE && json_object_set_new(to, "invoice", invoice != NULL ? invoice : json_null()) != 0)
		fault = why_set(why, FAULT_STOP, "out of memory for a view");
	return fault;
}

static enum fault
put_order(json_t *to, struct store *store, int64_t renewal, struct why *why)
{
	struct query q;
	int64_t id = 0;
	enum fault fault;

	query_begin(&q, store, SQL_VIEW_RENEWAL_ORDER_ID, why);
	bind_int(&q, ":renewal", renewal);
	fault = query_id(&q, &id);
	return fault != FAULT_NONE ? fault : put_row(to, "order", store, SQL_VIEW_ORDER, ":orders", id, why);
}

/* The head of the view is the renewal's line in the list; all the rest is added to it. */
static enum fault
view_whole(struct store *store, const struct renewal *renewal, json_t **out, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_VIEW_RENEWAL, why);
	bind_int(&q, ":renewal", renewal->id);
	if (query_next(&q))
		*out = take_row(&q);
	else
		query_fail(&q, FAULT_STOP, "%s has lost its records", renewal->reference);
	fault = query_end(&q);
	if (fault == FAULT_NONE && json_object_set_new(*out, "round", json_integer(renewal->round)) != 0)
		fault = why_set(why, FAULT_STOP, "out of memory for a view");
	if (fault == FAULT_NONE)
		fault = put_row(*out, "customer", store, SQL_VIEW_CUSTOMER, ":customer", renewal->customer, why);
	if (fault == FAULT_NONE)
		fault = put_rows(*out, "contacts", store, SQL_VIEW_CONTACTS, ":customer", renewal->customer, why);
	if (fault == FAULT_NONE)
		fault = put_row(*out, "term", store, SQL_VIEW_TERM, ":term", renewal->term, why);
	if (fault == FAULT_NONE)
		fault = put_row(*out, "certificate", store, SQL_VIEW_CERTIFICATE, ":certificate", renewal->certificate, why);
	if (fault == FAULT_NONE)
		fault = put_row(*out, "sighting", store, SQL_VIEW_SIGHTING, ":renewal", renewal->id, why);
	if (fault == FAULT_NONE)
		fault = put_order(*out, store, renewal->id, why);
	if (fault == FAULT_NONE)
		fault = put_invoice(*out, store, renewal->id, why);
	if (fault == FAULT_NONE)
		fault = put_rows(*out, "letters", store, SQL_VIEW_LETTERS, ":renewal", renewal->id, why);
	if (fault == FAULT_NONE)
		fault = put_rows(*out, "events", store, SQL_VIEW_EVENTS, ":renewal", renewal->id, why);
	if (fault == FAULT_NONE)
		fault = put_rows(*out, "messages", store, SQL_VIEW_MESSAGES, ":renewal", renewal->id, why);
	return fault;
}

enum fault
store_view_renewal(struct store *store, const char *reference, json_t **out, struct why *why)
{
	struct renewal renewal = {0};
	json_t *made = NULL;
	bool begun, found;
	enum fault fault = store_look_begin(store, &begun, why);

	if (fault != FAULT_NONE)
		return fault;
	fault = store_renewal_find(store, reference, &renewal, &found, why);
	if (fault == FAULT_NONE && found)
		fault = view_whole(store, &renewal, &made, why);
	store_look_end(store, begun);
	renewal_release(&renewal);
	if (fault != FAULT_NONE) {
		json_decref(made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

/* Puts {WORD: n} under key, with every word of the list, also those that are counted nowhere. */
static enum fault
put_counts(json_t *to, const char *key, struct store *store, enum sql which, const char *(*word)(int), int words,
    struct why *why)
{
	json_t *counts = json_object();
	bool failed = counts == NULL;
	struct query q;
	enum fault fault;

	for (int i = 0; !failed && i < words; i++)
		failed = json_object_set_new(counts, word(i), json_integer(0)) != 0;
	query_begin(&q, store, which, why);
	while (!failed && query_next(&q)) {
		const char *name = take_borrowed(&q);

		failed = json_object_set_new(counts, name != NULL ? name : "", json_integer(take_int(&q))) != 0;
	}
	fault = query_end(&q);
	if (fault == FAULT_NONE && !failed && json_object_set(to, key, counts) != 0)
		failed = true;
	json_decref(counts);
	return fault != FAULT_NONE || !failed ? fault : why_set(why, FAULT_STOP, "out of memory for a view");
}

static const char *
state_word(int i)
{
	return renewal_state_text((enum renewal_state)i);
}

static const char *
letter_word(int i)
{
	return letter_state_text((enum letter_state)i);
}

static const char *
outcome_word(int i)
{
	return message_outcome_text((enum message_outcome)i);
}

static enum fault
put_unrelated(json_t *to, struct store *store, struct why *why)
{
	json_t *subjects = json_array();
	bool failed = subjects == NULL;
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_STATUS_UNRELATED, why);
	while (!failed && query_next(&q))
		failed = json_array_append_new(subjects, take_value(&q)) != 0;
	fault = query_end(&q);
	if (fault == FAULT_NONE && !failed && json_object_set(to, "unrelated_subjects", subjects) != 0)
		failed = true;
	json_decref(subjects);
	return fault != FAULT_NONE || !failed ? fault : why_set(why, FAULT_STOP, "out of memory for a view");
}

static enum fault
view_status(struct store *store, int today_day, int overdue_day, json_t **out, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_STATUS_NUMBERS, why);
	bind_int(&q, ":today", today_day);
	bind_int(&q, ":overdue", overdue_day);
	if (query_next(&q))
		*out = take_row(&q);
	fault = query_end(&q);
	if (fault == FAULT_NONE)
		fault = put_counts(*out, "states", store, SQL_STATUS_STATES, state_word, renewal_state_count, why);
	if (fault == FAULT_NONE)
		fault = put_counts(*out, "letters", store, SQL_STATUS_LETTERS, letter_word, letter_state_count, why);
	if (fault == FAULT_NONE)
		fault = put_counts(*out, "outcomes", store, SQL_STATUS_OUTCOMES, outcome_word, message_outcome_count, why);
	if (fault == FAULT_NONE)
		fault = put_unrelated(*out, store, why);
	if (fault == FAULT_NONE)
		fault = put_row(*out, "last_run", store, SQL_STATUS_LAST_RUN, NULL, 0, why);
	if (fault == FAULT_NONE)
		fault = put_rows(*out, "mailboxes", store, SQL_STATUS_MAILBOXES, NULL, 0, why);
	if (fault == FAULT_NONE)
		fault = put_rows(*out, "held", store, SQL_STATUS_HELD, NULL, 0, why);
	if (fault == FAULT_NONE)
		fault = put_rows(*out, "seen", store, SQL_STATUS_SEEN, NULL, 0, why);
	if (fault == FAULT_NONE)
		fault = put_row(*out, "guard", store, SQL_STATUS_GUARD, NULL, 0, why);
	return fault;
}

enum fault
store_view_status(struct store *store, int today_day, int overdue_day, json_t **out, struct why *why)
{
	json_t *made = NULL;
	bool begun;
	enum fault fault = store_look_begin(store, &begun, why);

	if (fault != FAULT_NONE)
		return fault;
	fault = view_status(store, today_day, overdue_day, &made, why);
	store_look_end(store, begun);
	if (fault != FAULT_NONE) {
		json_decref(made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_view_invoices_since(struct store *store, int64_t after, struct invoice_sum *out, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_VIEW_INVOICES_SINCE, why);
	bind_int(&q, ":after", after);
	if (query_next(&q)) {
		out->count = take_int(&q);
		out->total = take_int(&q);
		out->last = take_int(&q);
	}
	return query_end(&q);
}

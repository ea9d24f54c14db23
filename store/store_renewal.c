/* store_renewal.c - renewals and their events. */
#include "store_renewal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_inner.h"

static void
take_renewal(struct query *q, struct renewal *out)
{
	const char *method;

	out->id = take_int(q);
	out->reference = take_text(q);
	TAKE_WORD(q, renewal_kind, &out->kind);
	out->term = take_int(q);
	out->certificate = take_int(q);
	TAKE_WORD(q, renewal_state, &out->state);
	out->state_at = take_int(q);
	out->next_day = (int)take_int_or(q, -1);
	method = take_borrowed(q);
	out->has_payment_method = method != NULL && payment_method_parse(method, &out->payment_method);
	out->round = (int)take_int(q);
	out->successor = take_int(q);
	out->created_at = take_int(q);
	out->customer = take_int(q);
}

/* Ends a query for one renewal; out is written only when there is one. */
static enum fault
finish_renewal(struct query *q, struct renewal *out, bool *found)
{
	struct renewal made = {0};
	enum fault fault;

	*found = query_next(q);
	if (*found)
		take_renewal(q, &made);
	fault = query_end(q);
	if (fault != FAULT_NONE || !*found) {
		renewal_release(&made);
		*found = false;
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_renewal_get(struct store *store, int64_t id, struct renewal *out, struct why *why)
{
	struct query q;
	bool found;
	enum fault fault;

	query_begin(&q, store, SQL_RENEWAL_GET, why);
	bind_int(&q, ":id", id);
	fault = finish_renewal(&q, out, &found);
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_STOP, "there is no renewal %lld", (long long)id);
	return fault;
}

enum fault
store_renewal_find(struct store *store, const char *reference, struct renewal *out, bool *found, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_RENEWAL_FIND, why);
	bind_text(&q, ":reference", reference);
	return finish_renewal(&q, out, found);
}

enum fault
store_renewal_of_certificate(struct store *store, int64_t certificate, enum renewal_kind kind, struct renewal *out,
    bool *found, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_RENEWAL_OF_CERTIFICATE, why);
	bind_int(&q, ":certificate", certificate);
	bind_text(&q, ":kind", renewal_kind_text(kind));
	return finish_renewal(&q, out, found);
}

enum fault
store_renewal_of_term(struct store *store, int64_t term, enum renewal_kind kind, struct renewal *out, bool *found,
    struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_RENEWAL_OF_TERM, why);
	bind_int(&q, ":term", term);
	bind_text(&q, ":kind", renewal_kind_text(kind));
	return finish_renewal(&q, out, found);
}

enum fault
store_renewal_add(struct store *store, struct renewal *renewal, const char *prefix, int year, struct why *why)
{
	char *reference = NULL;
	int64_t number;
	struct query q;
	enum fault fault = store_count_up(store, "renewal", year, &number, why);

	if (fault != FAULT_NONE)
		return fault;
	if (asprintf(&reference, "%s-%04d-%05lld", prefix, year, (long long)number) < 0)
		return why_set(why, FAULT_STOP, "out of memory for a reference");
	query_begin(&q, store, SQL_RENEWAL_ADD, why);
	bind_text(&q, ":reference", reference);
	bind_text(&q, ":kind", renewal_kind_text(renewal->kind));
	bind_int(&q, ":term", renewal->term);
	bind_int(&q, ":certificate", renewal->certificate);
	bind_int_or_null(&q, ":next_day", renewal->next_day, -1);
	bind_text(&q, ":payment_method",
	    renewal->has_payment_method ? payment_method_text(renewal->payment_method) : NULL);
	bind_int(&q, ":round", renewal->round);
	bind_int(&q, ":created_at", renewal->created_at);
	fault = query_run(&q, NULL);
	if (fault != FAULT_NONE) {
		fault = why_before(why, fault, "renewal %s", reference);
		free(reference);
		return fault;
	}
	free(renewal->reference);
	renewal->reference = reference;
	renewal->id = sqlite3_last_insert_rowid(store->db);
	renewal->state = RENEWAL_UPCOMING;
	renewal->state_at = renewal->created_at;
	return FAULT_NONE;
}

enum fault
store_renewal_move(struct store *store, const struct renewal *renewal, enum renewal_state to, int64_t now, int next_day,
    int round, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_RENEWAL_MOVE, why);
	bind_int(&q, ":id", renewal->id);
	bind_text(&q, ":from", renewal_state_text(renewal->state));
	bind_text(&q, ":to", renewal_state_text(to));
	bind_int(&q, ":now", now);
	bind_int_or_null(&q, ":next_day", next_day, -1);
	bind_int(&q, ":round", round);
	return query_run_one(&q, FAULT_LATER, "%s is no longer in state %s",
	    renewal->reference != NULL ? renewal->reference : "the renewal", renewal_state_text(renewal->state));
}

enum fault
store_renewal_set_next_day(struct store *store, int64_t id, int next_day, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_RENEWAL_SET_NEXT_DAY, why);
	bind_int(&q, ":id", id);
	bind_int_or_null(&q, ":next_day", next_day, -1);
	return query_run_one(&q, FAULT_STOP, "there is no renewal %lld", (long long)id);
}

enum fault
store_renewal_set_payment_method(struct store *store, int64_t id, enum payment_method method, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_RENEWAL_SET_PAYMENT_METHOD, why);
	bind_int(&q, ":id", id);
	bind_text(&q, ":payment_method", payment_method_text(method));
	return query_run_one(&q, FAULT_STOP, "there is no renewal %lld", (long long)id);
}

static enum fault
set_certificate(struct store *store, enum sql which, int64_t id, int64_t certificate, struct why *why)
{
	struct query q;

	query_begin(&q, store, which, why);
	bind_int(&q, ":id", id);
	bind_int(&q, ":certificate", certificate);
	return query_run_one(&q, FAULT_STOP, "there is no renewal %lld, or it is closed already", (long long)id);
}

enum fault
store_renewal_set_certificate(struct store *store, int64_t id, int64_t certificate, struct why *why)
{
	return set_certificate(store, SQL_RENEWAL_SET_CERTIFICATE, id, certificate, why);
}

enum fault
store_renewal_set_successor(struct store *store, int64_t id, int64_t certificate, struct why *why)
{
	return set_certificate(store, SQL_RENEWAL_SET_SUCCESSOR, id, certificate, why);
}

enum fault
store_renewal_siblings(struct store *store, int64_t customer, enum renewal_state state, int day, int64_t *ids, size_t max,
    size_t *count, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_RENEWAL_SIBLINGS, why);
	bind_int(&q, ":customer", customer);
	bind_text(&q, ":state", renewal_state_text(state));
	bind_int(&q, ":day", day);
	bind_int(&q, ":max", (int64_t)max);
	return query_ids(&q, ids, max, count);
}

enum fault
store_renewal_due(struct store *store, int day, int64_t after, int64_t *ids, size_t max, size_t *count, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_RENEWAL_DUE, why);
	bind_int(&q, ":day", day);
	bind_int(&q, ":after", after);
	bind_int(&q, ":max", (int64_t)max);
	return query_ids(&q, ids, max, count);
}

void
renewal_release(struct renewal *renewal)
{
	free(renewal->reference);
	*renewal = (struct renewal){0};
}

enum fault
store_event_add(struct store *store, const struct event *event, struct why *why)
{
	char *evidence = NULL;
	struct query q;
	enum fault fault;

	if (event->evidence != NULL) {
		evidence = json_dumps(event->evidence, JSON_COMPACT | JSON_ENCODE_ANY);
		if (evidence == NULL)
			return why_set(why, FAULT_STOP, "out of memory for the evidence of an event");
	}
	query_begin(&q, store, SQL_EVENT_ADD, why);
	bind_int_or_null(&q, ":renewal", event->renewal, 0);
	bind_int(&q, ":at", event->at);
	bind_text(&q, ":event", event->event);
	bind_text(&q, ":from_state", event->from_state);
	bind_text(&q, ":to_state", event->to_state);
	bind_text(&q, ":by", event->by);
	bind_int_or_null(&q, ":message", event->message, 0);
	bind_json(&q, ":evidence", evidence);
	fault = query_run(&q, NULL);
	free(evidence);
	return fault;
}

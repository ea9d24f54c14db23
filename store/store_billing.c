/* store_billing.c - what the billing program is to be told, and what it answered. */
#include "store_billing.h"

#include "store_inner.h"

enum fault
store_billing_want(struct store *store, int64_t order, int64_t now, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_BILLING_WANT, why);
	bind_int(&q, ":orders", order);
	bind_int(&q, ":now", now);
	return query_run(&q, NULL);
}

enum fault
store_billing_due(struct store *store, int64_t now, int64_t after, int64_t *ids, size_t max, size_t *count, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_BILLING_DUE, why);
	bind_int(&q, ":now", now);
	bind_int(&q, ":after", after);
	bind_int(&q, ":max", (int64_t)max);
	return query_ids(&q, ids, max, count);
}

enum fault
store_billing_get(struct store *store, int64_t id, struct billing_task *out, struct why *why)
{
	struct billing_task made = {0};
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_BILLING_GET, why);
	bind_int(&q, ":id", id);
	if (query_next(&q)) {
		made.id = take_int(&q);
		made.order = take_int(&q);
		take_copy(&q, made.number, sizeof made.number);
		take_copy(&q, made.about, sizeof made.about);
		TAKE_WORD(&q, billing_state, &made.state);
		made.tries = (int)take_int(&q);
	} else {
		query_fail(&q, FAULT_STOP, "there is nothing to bill under %lld", (long long)id);
	}
	fault = query_end(&q);
	if (fault == FAULT_NONE)
		*out = made;
	return fault;
}

enum fault
store_billing_find(struct store *store, const char *number, int64_t *id, struct why *why)
{
	struct query q;

	*id = 0;
	query_begin(&q, store, SQL_BILLING_FIND, why);
	bind_text(&q, ":number", number);
	return query_id(&q, id);
}

enum fault
store_billing_try(struct store *store, int64_t id, int64_t next_try_at, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_BILLING_TRY, why);
	bind_int(&q, ":id", id);
	bind_int(&q, ":next_try_at", next_try_at);
	return query_run_one(&q, FAULT_LATER, "somebody else has settled it");
}

enum fault
store_billing_answer(struct store *store, int64_t id, enum billing_state state, const char *text, int64_t next_try_at, int64_t now,
    struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_BILLING_ANSWER, why);
	bind_int(&q, ":id", id);
	bind_text(&q, ":state", billing_state_text(state));
	bind_text(&q, ":text", text);
	bind_int(&q, ":next_try_at", next_try_at);
	bind_int(&q, ":now", now);
	return query_run_one(&q, FAULT_STOP, "there is nothing to bill under %lld", (long long)id);
}

enum fault
store_billing_holds(struct store *store, int64_t order, bool *holds, struct why *why)
{
	struct query q;
	int64_t answer = 0;
	enum fault fault;

	query_begin(&q, store, SQL_BILLING_HOLDS, why);
	bind_int(&q, ":orders", order);
	fault = query_id(&q, &answer);
	*holds = answer != 0;
	return fault;
}

enum fault
store_view_order_events(struct store *store, int64_t order, const char *about, int64_t since_at, view_row *row, void *data, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_ORDER_EVENTS, why);
	bind_int(&q, ":orders", order);
	bind_text(&q, ":about", about);
	bind_int(&q, ":since", since_at);
	return query_show(&q, row, data);
}

enum fault
store_view_billing(struct store *store, bool all, view_row *row, void *data, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_VIEW_BILLING, why);
	bind_int(&q, ":all", all);
	return query_show(&q, row, data);
}

/* store_guard.c - the one row that keeps runs from sending. */
#include "store_guard.h"

#include "store_inner.h"

enum fault
store_guard_get(struct store *store, struct guard *out, struct why *why)
{
	struct query q;

	*out = (struct guard){0};
	query_begin(&q, store, SQL_GUARD_GET, why);
	out->stands = query_next(&q);
	if (out->stands) {
		out->set_at = take_int(&q);
		take_copy(&q, out->reason, sizeof out->reason);
	}
	return query_end(&q);
}

enum fault
store_guard_set(struct store *store, const char *reason, int64_t now, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_GUARD_SET, why);
	bind_int(&q, ":now", now);
	bind_text(&q, ":reason", reason);
	return query_run(&q, NULL);
}

enum fault
store_guard_clear(struct store *store, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_GUARD_CLEAR, why);
	return query_run(&q, NULL);
}

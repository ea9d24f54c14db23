/* store_waiting.c - what waits for staff. */
#include "store_waiting.h"

#include "store_inner.h"

static const struct {
	const char *name;
	enum sql sql;
} lists[] = {
    {"reviews", SQL_WAITING_REVIEWS},
    {"letters", SQL_WAITING_LETTERS},
    {"unpaid", SQL_WAITING_UNPAID},
    {"apply", SQL_WAITING_APPLY},
    {"late", SQL_WAITING_LATE},
    {"reissues", SQL_WAITING_REISSUES},
};

static enum fault
add_list(struct store *store, size_t which, int today_day, int64_t now, json_t *to, size_t *count, struct why *why)
{
	json_t *rows = NULL;
	struct query q;
	enum fault fault;

	query_begin(&q, store, lists[which].sql, why);
	if (lists[which].sql == SQL_WAITING_UNPAID || lists[which].sql == SQL_WAITING_REISSUES)
		bind_int(&q, ":today", today_day);
	if (lists[which].sql == SQL_WAITING_LATE)
		bind_int(&q, ":now", now);
	fault = query_rows(&q, &rows);
	if (fault != FAULT_NONE)
		return fault;
	*count += json_array_size(rows);
	if (json_object_set_new(to, lists[which].name, rows) != 0)
		return why_set(why, FAULT_STOP, "out of memory for what waits");
	return FAULT_NONE;
}

enum fault
store_waiting(struct store *store, int today_day, int64_t now, json_t **out, struct why *why)
{
	json_t *made = json_object();
	size_t count = 0;
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < sizeof lists / sizeof *lists && fault == FAULT_NONE; i++)
		fault = add_list(store, i, today_day, now, made, &count, why);
	if (fault == FAULT_NONE && json_object_set_new(made, "count", json_integer((json_int_t)count)) != 0)
		fault = why_set(why, FAULT_STOP, "out of memory for what waits");
	if (fault != FAULT_NONE) {
		json_decref(made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_waiting_told_at(struct store *store, const char *kind, int64_t *at, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_WAITING_TOLD_AT, why);
	bind_text(&q, ":kind", kind);
	return query_id(&q, at);
}

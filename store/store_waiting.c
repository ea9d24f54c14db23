/* store_waiting.c - what waits for staff. */
#include "store_waiting.h"

#include "../mailproc/base/day.h"
#include "store_inner.h"

enum need { NEEDS_TODAY, NEEDS_SINCE, NEEDS_NOW };

static const struct {
	const char *name;
	enum sql sql;
	enum need need;
} lists[] = {
    {"reviews", SQL_WAITING_REVIEWS, NEEDS_SINCE},
    {"letters", SQL_WAITING_LETTERS, NEEDS_SINCE},
    {"payments", SQL_WAITING_PAYMENTS, NEEDS_SINCE},
    {"unpaid", SQL_WAITING_UNPAID, NEEDS_TODAY},
    {"apply", SQL_WAITING_APPLY, NEEDS_SINCE},
    {"late", SQL_WAITING_LATE, NEEDS_NOW},
    {"reissues", SQL_WAITING_REISSUES, NEEDS_TODAY},
};

static enum fault
add_list(struct store *store, size_t which, int64_t today, int64_t since, int64_t now, json_t *to, size_t *count, struct why *why)
{
	static const char *const parameter[] = {[NEEDS_TODAY] = ":today", [NEEDS_SINCE] = ":since", [NEEDS_NOW] = ":now"};
	const int64_t value[] = {[NEEDS_TODAY] = today, [NEEDS_SINCE] = since, [NEEDS_NOW] = now};
	json_t *rows = NULL;
	struct query q;
	enum fault fault;

	query_begin(&q, store, lists[which].sql, why);
	bind_int(&q, parameter[lists[which].need], value[lists[which].need]);
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
		fault = add_list(store, i, today_day, day_start(today_day), now, made, &count, why);
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

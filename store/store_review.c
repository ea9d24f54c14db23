/* store_review.c - messages that wait for staff (store_message.h). */
#include <stdlib.h>

#include "store_inner.h"
#include "store_message.h"

enum fault
store_review_add(struct store *store, int64_t message, int64_t renewal, const char *reason, const char *suggestion,
    int64_t now, int64_t *id, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_REVIEW_ADD, why);
	bind_int(&q, ":message", message);
	bind_int_or_null(&q, ":renewal", renewal, 0);
	bind_text(&q, ":reason", reason);
	bind_text(&q, ":suggestion", suggestion != NULL ? suggestion : "");
	bind_int(&q, ":now", now);
	fault = query_run(&q, NULL);
	if (fault == FAULT_NONE)
		*id = sqlite3_last_insert_rowid(store->db);
	return fault;
}

enum fault
store_review_get(struct store *store, int64_t id, struct review *out, bool *found, struct why *why)
{
	struct review made = {0};
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_REVIEW_GET, why);
	bind_int(&q, ":id", id);
	*found = query_next(&q);
	if (*found) {
		made.id = take_int(&q);
		made.message = take_int(&q);
		made.renewal = take_int(&q);
		made.reason = take_text(&q);
		made.suggestion = take_text(&q);
		made.opened_at = take_int(&q);
		made.decision = take_text(&q);
		made.decided_by = take_text(&q);
		made.note = take_text(&q);
		made.decided_at = take_int(&q);
	}
	fault = query_end(&q);
	if (fault != FAULT_NONE || !*found) {
		review_release(&made);
		*found = false;
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_review_decide(struct store *store, int64_t id, const char *decision, const char *by, const char *note, int64_t now,
    struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_REVIEW_DECIDE, why);
	bind_int(&q, ":id", id);
	bind_text(&q, ":decision", decision);
	bind_text(&q, ":by", by != NULL ? by : "");
	bind_text(&q, ":note", note != NULL ? note : "");
	bind_int(&q, ":now", now);
	return query_run_one(&q, FAULT_ITEM, "review %lld is decided already, or there is none", (long long)id);
}

enum fault
store_review_set_renewal(struct store *store, int64_t id, int64_t renewal, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_REVIEW_SET_RENEWAL, why);
	bind_int(&q, ":id", id);
	bind_int_or_null(&q, ":renewal", renewal, 0);
	return query_run_one(&q, FAULT_STOP, "there is no review %lld", (long long)id);
}

void
review_release(struct review *review)
{
	free(review->reason);
	free(review->suggestion);
	free(review->decision);
	free(review->decided_by);
	free(review->note);
	*review = (struct review){0};
}

/* renewal_digest.c - the daily letter to staff: once a day, and only when something has waited since yesterday. */
#include "renewal_inner.h"

#include "../../store/store_waiting.h"
#include "../base/day.h"

static enum fault
want_digest(struct business *business, int today, struct why *why)
{
	struct letter letter = {.kind = LETTER_DIGEST, .language = business->config->staff_language};
	json_t *waiting = NULL;
	bool added = false;
	enum fault fault = store_waiting(business->store, today, business->now, &waiting, why);

	if (fault == FAULT_NONE && json_integer_value(json_object_get(waiting, "count")) > 0)
		fault = store_letter_want(business->store, &letter, business->now, &added, why);
	json_decref(waiting);
	return fault;
}

enum fault
renewal_want_digest(struct business *business, struct why *why)
{
	int today = day_of_instant(business->now);
	int64_t told_at = 0;
	enum fault fault = store_begin(business->store, why);

	if (fault != FAULT_NONE)
		return fault;
	fault = store_waiting_told_at(business->store, letter_kind_text(LETTER_DIGEST), &told_at, why);
	if (fault == FAULT_NONE && (told_at == 0 || day_of_instant(told_at) < today))
		fault = want_digest(business, today, why);
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

/*
 * renewal_due.c - what the calendar leads to
 *
 * Due means "from this day on and not yet done": a missed day is made good by the next run, with one letter, and none after the
 * end. Each renewal has a transaction of its own, so that one that is broken is parked and the rest go on.
 */
#include "renewal_inner.h"

#include "base/day.h"
#include "base/log.h"

enum { PAGE = 256 };

/* What has to happen to a renewal whose day has come. */
enum due_step { DUE_NOTHING, DUE_NOTICE, DUE_END };

static enum due_step
step_of(const struct renewal *renewal, const struct policy *policy, int64_t now)
{
	if (now >= policy->ends_at)
		return DUE_END;
	if (renewal->kind == RENEWAL_KIND_RENEWAL && renewal->state == RENEWAL_UPCOMING && day_of_instant(now) >= policy->notice_day)
		return DUE_NOTICE;
	return DUE_NOTHING;
}

static enum fault
is_paused(struct business *business, int64_t id, bool *is, struct why *why)
{
	struct customer customer = {0};
	enum fault fault = store_customer_get(business->store, id, &customer, why);

	*is = customer.paused;
	customer_release(&customer);
	return fault;
}

static enum fault
advance(struct business *business, const struct renewal *renewal, enum renewal_event event, size_t *count, struct why *why)
{
	struct occurrence occurrence = {.event = event, .by = "mailproc"};
	const char *explanation = NULL;
	bool advanced = false;
	enum fault fault = renewal_advance(business, renewal->id, &occurrence, &advanced, &explanation, why);

	if (fault != FAULT_NONE)
		return fault;
	if (!advanced)
		return why_set(why, FAULT_ITEM, "%s: %s: %s", renewal->reference, renewal_event_text(event), explanation);
	++*count;
	return FAULT_NONE;
}

/*
 * Nothing is to be done today: the date was taken from other settings, or it is a re-issue that staff apply for. The next day is written again where
 * it lies ahead; a re-issue keeps its day, so that `list --due` shows it until it is done.
 */
static enum fault
wait(struct business *business, const struct renewal *renewal, const struct policy *policy, size_t *waiting, struct why *why)
{
	int next = policy_next_day(policy, renewal->state);

	if (next != -1 && next <= day_of_instant(business->now)) {
		++*waiting;
		return FAULT_NONE;
	}
	return store_renewal_set_next_day(business->store, renewal->id, next, why);
}

static enum fault
run_one(struct business *business, int64_t id, struct due_counts *counts, struct why *why)
{
	struct renewal renewal = {0};
	struct policy policy = {0};
	bool paused = false;
	enum fault fault;

	fault = store_renewal_get(business->store, id, &renewal, why);
	if (fault == FAULT_NONE)
		fault = policy_of_renewal(business, &renewal, &policy, why);
	if (fault != FAULT_NONE)
		goto out;
	switch (step_of(&renewal, &policy, business->now)) {
	case DUE_NOTHING:
		fault = wait(business, &renewal, &policy, &counts->waiting, why);
		break;
	case DUE_END:
		fault = policy_next_day(&policy, renewal.state) == -1
			    ? store_renewal_set_next_day(business->store, id, -1, why)
			    : advance(business, &renewal, EVENT_TERM_ENDED, &counts->ended, why);
		break;
	case DUE_NOTICE:
		fault = is_paused(business, renewal.customer, &paused, why);
		if (fault == FAULT_NONE && paused)
			counts->paused++;
		else if (fault == FAULT_NONE)
			fault = advance(business, &renewal, EVENT_WINDOW_OPENED, &counts->noticed, why);
		break;
	}
out:
	renewal_release(&renewal);
	return fault;
}

/* One renewal in a transaction of its own; what is unusable is parked. */
static enum fault
run_apart(struct business *business, int64_t id, struct due_counts *counts, struct why *why)
{
	struct due_counts after = *counts;
	struct why cause = {0};
	enum fault fault = store_begin(business->store, why);

	if (fault != FAULT_NONE)
		return fault;
	after.due++;
	fault = run_one(business, id, &after, &cause);
	if (fault == FAULT_NONE)
		fault = store_commit(business->store, &cause);
	else
		store_rollback(business->store);
	if (fault == FAULT_NONE) {
		*counts = after;
	} else if (fault == FAULT_ITEM) {
		log_warning("due: %s", cause.text);
		counts->due++;
		counts->parked++;
		fault = FAULT_NONE;
	} else {
		(void)why_set(why, fault, "%s", cause.text);
	}
	return fault;
}

enum fault
renewal_run_due(struct business *business, struct due_counts *counts, struct why *why)
{
	int today = day_of_instant(business->now);
	int64_t ids[PAGE], after = 0;
	size_t count = PAGE;
	enum fault fault = FAULT_NONE;

	while (fault == FAULT_NONE && count == PAGE) {
		fault = store_renewal_due(business->store, today, after, ids, PAGE, &count, why);
		for (size_t i = 0; i < count && fault == FAULT_NONE; i++) {
			after = ids[i];
			fault = run_apart(business, ids[i], counts, why);
		}
	}
	return fault;
}

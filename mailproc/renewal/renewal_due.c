/*
 * renewal_due.c - what the calendar leads to
 *
 * Due means "from this day on and not yet done": a missed day is made good by the next run, with one letter, and none after the
 * end. Certificates of one customer that are due together share a letter, and so do those whose day is near, so that nobody gets a letter a day. Each
 * group has a transaction of its own, so that one that is broken is parked and the rest go on.
 */
#include "renewal_inner.h"

#include "../base/day.h"
#include "../base/log.h"

enum {
	PAGE = 256,
	GROUP_MAX = 50,		 /* certificates a letter */
	NOTICE_AHEAD_DAYS = 7,	 /* a notice takes along what would be due so soon */
	REMINDER_AHEAD_DAYS = 3
};

/* Renewals of one customer to which the same happens today. */
struct group {
	enum renewal_event event;
	int64_t renewal[GROUP_MAX];
	int step[GROUP_MAX];
	size_t count;
};

static int
ahead_days(enum renewal_event event)
{
	if (event == EVENT_WINDOW_OPENED)
		return NOTICE_AHEAD_DAYS;
	return event == EVENT_REMINDER_DUE || event == EVENT_LAST_CHANCE_DUE ? REMINDER_AHEAD_DAYS : 0;
}

static void
group_add(struct group *group, const struct renewal *renewal, const struct schedule *schedule)
{
	group->renewal[group->count] = renewal->id;
	group->step[group->count++] = schedule->step;
}

/* Whether the same may happen to this one in the same letter. */
static enum fault
try_sibling(struct business *business, int64_t id, const struct schedule *first, struct group *group, struct why *why)
{
	struct passage passage = {0};
	struct schedule schedule = {0};
	const char *refusal = NULL;
	int today = day_of_instant(business->now);
	enum fault fault = passage_plan(business, id, group->event, &passage, &refusal, why);

	if (fault == FAULT_NONE && refusal == NULL)
		fault = schedule_next(business, &passage.renewal, &passage.policy, &schedule, why);
	if (fault == FAULT_NONE && refusal == NULL && schedule.event == group->event && schedule.earliest_day <= today &&
	    schedule.day <= today + ahead_days(group->event) &&
	    (group->event != EVENT_PAYMENT_REMINDER_DUE || schedule.invoice == first->invoice))
		group_add(group, &passage.renewal, &schedule);
	passage_release(&passage);
	return fault == FAULT_ITEM ? FAULT_NONE : fault; /* parked when its own turn comes */
}

static enum fault
gather(struct business *business, const struct renewal *renewal, const struct schedule *first, struct group *group, struct why *why)
{
	int64_t ids[GROUP_MAX];
	size_t count = 0;
	int today = day_of_instant(business->now);
	enum fault fault = FAULT_NONE;

	group->event = first->event;
	group_add(group, renewal, first);
	if (renewal->kind != RENEWAL_KIND_RENEWAL)
		return FAULT_NONE;
	fault = store_renewal_siblings(business->store, renewal->customer, renewal->state, today + ahead_days(first->event), ids, GROUP_MAX,
	    &count, why);
	for (size_t i = 0; i < count && fault == FAULT_NONE && group->count < GROUP_MAX; i++)
		if (ids[i] != renewal->id)
			fault = try_sibling(business, ids[i], first, group, why);
	return fault;
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

/* Nobody hears of the end of a paused one: the letter would be stale when the pause ends. */
static enum fault
advance(struct business *business, const struct renewal *renewal, const struct group *group, bool is_silent, struct why *why)
{
	struct occurrence occurrence = {.event = group->event, .by = "mailproc", .is_silent = is_silent};
	const char *explanation = NULL;
	bool advanced = false;
	enum fault fault = renewal_advance_all(business, group->renewal, group->step, group->count, &occurrence, &advanced, &explanation, why);

	if (fault == FAULT_NONE && !advanced)
		fault = why_set(why, FAULT_ITEM, "%s: %s: %s", renewal->reference, renewal_event_text(group->event), explanation);
	return fault;
}

static void
count_done(struct due_counts *counts, const struct group *group)
{
	size_t *what = group->event == EVENT_TERM_ENDED ? &counts->ended : group->event == EVENT_WINDOW_OPENED ? &counts->noticed : &counts->reminded;

	*what += group->count;
	counts->due += group->count - 1;
}

/* The day has come and something is to happen. */
static enum fault
run_step(struct business *business, const struct renewal *renewal, const struct schedule *schedule, struct due_counts *counts,
    struct why *why)
{
	struct group group = {0};
	bool paused = false;
	enum fault fault = is_paused(business, renewal->customer, &paused, why);

	if (fault == FAULT_NONE && paused && schedule->event != EVENT_TERM_ENDED) {
		counts->paused++;
		return FAULT_NONE;
	}
	if (fault == FAULT_NONE)
		fault = gather(business, renewal, schedule, &group, why);
	if (fault == FAULT_NONE)
		fault = advance(business, renewal, &group, paused, why);
	if (fault == FAULT_NONE)
		count_done(counts, &group);
	return fault;
}

/*
 * The next day is written again where nothing is to be done today: it was taken from other settings. A re-issue that staff apply for keeps its day, so
 * that `list --due` shows it until it is done.
 */
static enum fault
run_one(struct business *business, int64_t id, struct due_counts *counts, struct why *why)
{
	struct renewal renewal = {0};
	struct policy policy = {0};
	struct schedule schedule = {.day = -1};
	int today = day_of_instant(business->now);
	enum fault fault = store_renewal_get(business->store, id, &renewal, why);

	if (fault != FAULT_NONE || renewal.next_day == -1 || renewal.next_day > today)
		goto out; /* done meanwhile, with another one */
	counts->due++;
	fault = policy_of_renewal(business, &renewal, &policy, why);
	if (fault == FAULT_NONE)
		fault = schedule_next(business, &renewal, &policy, &schedule, why);
	if (fault != FAULT_NONE)
		goto out;
	if (schedule.event == EVENT_TERM_ENDED && business->now >= policy.ends_at && schedule.day > today)
		schedule.day = today; /* the end has passed, its day has not */
	if (schedule.event != renewal_event_count && schedule.day <= today) {
		fault = run_step(business, &renewal, &schedule, counts, why);
	} else {
		if (schedule.event == renewal_event_count && schedule.day != -1 && schedule.day <= today)
			counts->waiting++;
		else
			counts->due--; /* its day had not come after all */
		fault = store_renewal_set_next_day(business->store, id, schedule.day, why);
	}
out:
	renewal_release(&renewal);
	return fault;
}

/* One group in a transaction of its own; what is unusable is parked. */
static enum fault
run_apart(struct business *business, int64_t id, struct due_counts *counts, struct why *why)
{
	struct due_counts after = *counts;
	struct why cause = {0};
	enum fault fault = store_begin(business->store, why);

	if (fault != FAULT_NONE)
		return fault;
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
	if (fault == FAULT_NONE)
		fault = renewal_want_digest(business, why);
	return fault;
}

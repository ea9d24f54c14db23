/*
 * renewal_schedule.c - the next dated step of a renewal
 *
 * Every step is planned for a day before the end (or around the due date), moved earlier from a closed day. Of the steps that were missed only the newest
 * is made good. No reminder goes within three days of the last letter, whatever that was; only where the plan itself has its steps closer together
 * (3 and 1 days before the end) their distance counts.
 */
#include "renewal_inner.h"

#include <string.h>

#include "../../store/store_payment.h"
#include "../base/day.h"

enum {
	REST_DAYS = 3 /* after a letter there is no reminder for so long */
};

/* A step that the plan has. */
struct planned {
	int step, day;
	int rest_days; /* after the last letter */
	bool is_done;
};

/* The first of these (in the order of their days) that is still to come, or the newest that was missed; none after last_day. */
static void
pick(struct schedule *out, const struct schedule_facts *facts, const struct planned *planned, size_t count, enum renewal_event event,
    int last_day)
{
	int today = day_of_instant(facts->now);

	for (size_t i = 0; i < count; i++) {
		int earliest = facts->last_day == -1 ? 0 : facts->last_day + planned[i].rest_days;
		int day = planned[i].day > earliest ? planned[i].day : earliest;
		int horizon = day > today ? day : today;

		if (planned[i].is_done || planned[i].day <= facts->last_day || horizon > last_day)
			continue;
		if (i + 1 < count && planned[i + 1].day <= horizon)
			continue; /* the next one's day has come, or will have: one letter is enough */
		*out = (struct schedule){.event = event, .step = planned[i].step, .day = day, .earliest_day = earliest};
		return;
	}
}

static void
plan_reminders(struct schedule *out, const struct schedule_facts *facts)
{
	const struct policy *policy = facts->policy;
	struct planned planned[POLICY_REMINDERS_MAX];
	int before = policy->lead_days;

	for (size_t i = 0; i < policy->reminder_count; i++) {
		int days = policy->reminder[i];

		planned[i] = (struct planned){.step = days,
		    .day = calendar_open_day_before(facts->calendar, policy->end_day - days),
		    .rest_days = before - days < REST_DAYS ? before - days : REST_DAYS,
		    .is_done = facts->history.reminder_round != 0 && facts->history.reminder_round <= days};
		before = days;
	}
	pick(out, facts, planned, policy->reminder_count, EVENT_REMINDER_DUE, policy->end_day - 1);
}

/* Before and after the due date, never after the last safe day: then staff are told instead. */
static void
plan_payment_reminders(struct schedule *out, const struct schedule_facts *facts)
{
	const int days[] = {facts->due_day - facts->remind_before, facts->due_day + facts->remind_after};
	const bool is_wanted[] = {facts->remind_before > 0, facts->remind_after > 0};
	struct planned planned[2];
	size_t count = 0;

	if (facts->due_day == -1)
		return;
	for (int i = 0; i < 2; i++)
		if (is_wanted[i])
			planned[count++] = (struct planned){.step = i + 1, .day = calendar_open_day_before(facts->calendar, days[i]),
			    .rest_days = REST_DAYS,
			    .is_done = facts->history.payment_reminder_round >= facts->round * ROUNDS_PER_ANSWER + i + 1};
	pick(out, facts, planned, count, EVENT_PAYMENT_REMINDER_DUE, facts->policy->last_safe_day);
}

static void
plan_last_chance(struct schedule *out, const struct schedule_facts *facts)
{
	struct planned planned = {.step = facts->last_chance_days,
	    .day = calendar_open_day_before(facts->calendar, facts->policy->end_day - facts->last_chance_days),
	    .rest_days = REST_DAYS};

	if (facts->last_chance_days > 0)
		pick(out, facts, &planned, 1, EVENT_LAST_CHANCE_DUE, facts->policy->end_day - 1);
}

static void
make_renewal(struct schedule *out, const struct schedule_facts *facts)
{
	switch (facts->state) {
	case RENEWAL_UPCOMING:
		*out = (struct schedule){.event = EVENT_WINDOW_OPENED, .day = facts->policy->notice_day};
		break;
	case RENEWAL_NOTICED:
		plan_reminders(out, facts);
		break;
	case RENEWAL_ORDERED:
		plan_payment_reminders(out, facts);
		break;
	case RENEWAL_DECLINED:
		plan_last_chance(out, facts);
		break;
	case RENEWAL_PAID:
	case RENEWAL_APPLIED:
	case RENEWAL_RENEWED:
	case RENEWAL_LAPSED:
	case RENEWAL_REPLACED:
	case renewal_state_count:
		return;
	}
	if (out->day == -1 || facts->now >= facts->policy->ends_at)
		*out = (struct schedule){.event = EVENT_TERM_ENDED, .day = facts->policy->end_day + 1};
}

/* A re-issue waits for staff from its first day on: the certificate may end, and is needed all the same until the term ends. */
static void
make_reissue(struct schedule *out, const struct schedule_facts *facts)
{
	bool is_open = facts->state == RENEWAL_UPCOMING || facts->state == RENEWAL_NOTICED || facts->state == RENEWAL_APPLIED;

	if (is_open && facts->now >= facts->policy->term_ends_at)
		*out = (struct schedule){.event = EVENT_TERM_ENDED, .day = day_of_instant(facts->policy->term_ends_at)};
	else if (facts->state == RENEWAL_UPCOMING)
		*out = (struct schedule){.event = EVENT_WINDOW_OPENED, .day = facts->policy->notice_day};
	else if (facts->state == RENEWAL_NOTICED)
		out->day = facts->policy->notice_day;
	else if (facts->state == RENEWAL_APPLIED)
		out->day = day_of_instant(facts->policy->term_ends_at) + 1;
}

void
schedule_make(struct schedule *out, const struct schedule_facts *facts)
{
	*out = (struct schedule){.event = renewal_event_count, .day = -1};
	if (facts->kind == RENEWAL_KIND_REISSUE)
		make_reissue(out, facts);
	else
		make_renewal(out, facts);
}

enum fault
schedule_next(const struct business *business, const struct renewal *renewal, const struct policy *policy, struct schedule *out,
    struct why *why)
{
	const struct config *config = business->config;
	struct schedule_facts facts = {.kind = renewal->kind, .state = renewal->state, .round = renewal->round, .policy = policy,
	    .calendar = business->calendar, .now = business->now, .last_day = -1, .due_day = -1, .remind_before = config->remind_before,
	    .remind_after = config->remind_after, .last_chance_days = config->last_chance_days};
	struct invoice invoice = {0};
	bool found = false;
	int64_t paid = 0;
	enum fault fault = store_letter_history(business->store, renewal->id, &facts.history, why);

	if (fault == FAULT_NONE && renewal->state == RENEWAL_ORDERED)
		fault = store_invoice_of_renewal(business->store, renewal->id, &invoice, &found, why);
	if (fault == FAULT_NONE && found)
		fault = store_payment_sum(business->store, invoice.id, 0, &paid, why);
	if (fault != FAULT_NONE) {
		invoice_release(&invoice);
		return fault;
	}
	if (facts.history.last_at != 0)
		facts.last_day = day_of_instant(facts.history.last_at);
	if (found && paid == 0 && strcmp(invoice.state, "open") == 0) /* where some of it has come staff write */
		facts.due_day = invoice.due_day;
	schedule_make(out, &facts);
	out->invoice = invoice.id;
	invoice_release(&invoice);
	return FAULT_NONE;
}

enum fault
schedule_write(const struct business *business, int64_t id, struct why *why)
{
	struct renewal renewal = {0};
	struct policy policy = {0};
	struct schedule schedule = {.day = -1};
	enum fault fault = store_renewal_get(business->store, id, &renewal, why);

	if (fault == FAULT_NONE)
		fault = policy_of_renewal(business, &renewal, &policy, why);
	if (fault == FAULT_NONE)
		fault = schedule_next(business, &renewal, &policy, &schedule, why);
	if (fault == FAULT_NONE)
		fault = store_renewal_set_next_day(business->store, id, schedule.day, why);
	renewal_release(&renewal);
	return fault;
}

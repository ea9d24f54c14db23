/* renewal_guard.c - what must hold for a row of the workflow: pure functions of the record and the time. */
#include "renewal_inner.h"

#include "../base/day.h"

enum { LAPSED_LETTER_DAYS = 30, DAY_SECONDS = 24 * 60 * 60 };

static bool
always(const struct passage *passage, int64_t now)
{
	(void)passage;
	(void)now;
	return true;
}

static bool
has_ended(const struct passage *passage, int64_t now)
{
	return now >= passage->policy.ends_at;
}

static bool
has_just_ended(const struct passage *passage, int64_t now)
{
	return has_ended(passage, now) && now < passage->policy.ends_at + (int64_t)LAPSED_LETTER_DAYS * DAY_SECONDS;
}

static bool
has_not_ended(const struct passage *passage, int64_t now)
{
	return !has_ended(passage, now);
}

static bool
is_in_time(const struct passage *passage, int64_t now)
{
	return day_of_instant(now) <= passage->policy.last_safe_day && has_not_ended(passage, now);
}

static bool
is_in_time_by_transfer(const struct passage *passage, int64_t now)
{
	return is_in_time(passage, now) && passage->method == METHOD_TRANSFER;
}

static bool
has_term_ended(const struct passage *passage, int64_t now)
{
	return now >= passage->policy.term_ends_at;
}

static bool
has_term_not_ended(const struct passage *passage, int64_t now)
{
	return !has_term_ended(passage, now);
}

static const char too_late[] = "the last safe day to pay has passed: a renewal can no longer be promised";

const struct guard guard_always = {NULL, NULL, NULL, always};
const struct guard guard_transfer = {"transfer", "in time, and paid by bank transfer", too_late, is_in_time_by_transfer};
const struct guard guard_in_time = {"in-time", "today is not after the last safe day to pay", too_late, is_in_time};
const struct guard guard_running = {"running", "the end has not passed", "the end has passed", has_not_ended};
const struct guard guard_just_ended = {
    "just-ended", "the end has passed, not more than 30 days ago", "the end has not passed yet", has_just_ended};
const struct guard guard_ended = {"ended", "the end has passed", "the end has not passed yet", has_ended};
const struct guard guard_term_running = {"term-running", "the term has not ended", "the term has ended", has_term_not_ended};
const struct guard guard_term_over = {"term-over", "the term has ended", "the term has not ended yet", has_term_ended};
const struct guard *const passage_guards[] = {&guard_transfer, &guard_in_time, &guard_running, &guard_just_ended, &guard_ended,
    &guard_term_running, &guard_term_over, NULL};

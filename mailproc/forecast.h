/*
 * forecast.h - what will go out and be billed, day by day
 *
 * In:    a copy of the store (command_trial.h), whose clock is run forward
 * Out:   one row for each day on which something happens
 *
 * Each day does what a run does on that day, by the same code: due, render. Nothing is polled and nothing is sent: each letter counts as accepted at
 * once. So what is forecast is what happens, as far as the assumptions hold: no payment comes, nothing is imported, every letter is accepted, and the
 * customers answer as struct forecast_plan says.
 *
 * Never on the store itself: letters that were not sent would be recorded as accepted.
 */
#ifndef MAILPROC_FORECAST_H
#define MAILPROC_FORECAST_H

#include "../store/store_letter.h"
#include "renewal.h"

enum forecast_answers { ANSWERS_NONE, ANSWERS_RENEW, ANSWERS_DECLINE };

struct forecast_plan {
	int until_day;
	enum forecast_answers answers; /* of everybody who was asked, on the next day */
};

struct forecast_day {
	int day;
	size_t letters[letter_kind_count];
	size_t letter_sum;
	size_t held;   /* letters that cannot be rendered */
	size_t ended;  /* terms that end without a renewal */
	size_t parked; /* renewals that wait for a person */
	int64_t invoices, amount;
};

/* false ends the forecast */
typedef bool forecast_row(const struct forecast_day *day, void *data);

/* From business->now on, which is changed. The first day is always told, also when nothing happens. */
MUST_USE enum fault forecast_run(struct business *copy, const struct forecast_plan *plan, forecast_row *row, void *data, struct why *why);

#endif

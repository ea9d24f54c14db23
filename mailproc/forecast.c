/* forecast.c - the days to come, on a copy of the store. */
#include "forecast.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../store/store_view.h"
#include "base/day.h"
#include "base/table.h"
#include "outbox.h"

enum { PAGE = 100, PUT_OFF_S = 24 * 60 * 60 /* a letter that was put off is tried within the day */ };

struct forecast {
	struct business *business;
	const struct forecast_plan *plan;
	int64_t run;
	int sequence;
	int64_t last_invoice;
	struct forecast_day today;
};

/* ---- letters ---- */

static enum fault
accept_letter(struct forecast *f, int64_t id, struct why *why)
{
	struct store *store = f->business->store;
	struct letter letter = {0};
	bool found = false;
	enum fault fault = store_letter_get(store, id, &letter, &found, why);

	if (fault == FAULT_NONE)
		fault = store_letter_claim(store, id, f->run, 0, f->sequence++, f->business->now, why);
	if (fault == FAULT_NONE)
		fault = store_letter_answer(store, id, LETTER_ACCEPTED, 250, "forecast", 0, NULL, f->business->now, why);
	if (fault == FAULT_NONE) {
		f->today.letters[letter.kind]++;
		f->today.letter_sum++;
	}
	letter_release(&letter);
	return fault;
}

static enum fault
accept_letters(struct forecast *f, struct why *why)
{
	int64_t ids[PAGE], after = 0;
	size_t count = PAGE;
	enum fault fault = FAULT_NONE;

	while (fault == FAULT_NONE && count == PAGE) {
		fault = store_letter_list(f->business->store, LETTER_READY, f->business->now + PUT_OFF_S, after, ids, PAGE, &count, why);
		if (fault == FAULT_NONE && count > 0)
			fault = store_begin(f->business->store, why);
		for (size_t i = 0; fault == FAULT_NONE && i < count; i++) {
			fault = accept_letter(f, ids[i], why);
			after = ids[i];
		}
		if (fault == FAULT_NONE && count > 0)
			fault = store_commit(f->business->store, why);
	}
	store_rollback(f->business->store);
	return fault;
}

/* ---- answers ---- */

struct noticed {
	char **reference; /* owned */
	size_t count, room;
	bool failed;
};

static bool
add_asked(json_t *row, void *data)
{
	struct noticed *asked = data;
	const char *reference = json_string_value(json_object_get(row, "reference"));

	if (asked->count == asked->room) {
		size_t room = asked->room * 2 + 64;
		char **grown = realloc(asked->reference, room * sizeof *grown);

		asked->failed = grown == NULL;
		if (asked->failed)
			return false;
		asked->reference = grown;
		asked->room = room;
	}
	asked->reference[asked->count] = strdup(reference != NULL ? reference : "");
	asked->failed = asked->reference[asked->count] == NULL;
	asked->count += !asked->failed;
	return !asked->failed;
}

/* What the workflow refuses, as after the last safe day, stays without an answer. */
static enum fault
answer_one(struct forecast *f, const char *reference, struct why *why)
{
	struct business *business = f->business;
	struct occurrence occurrence = {
	    .event = f->plan->answers == ANSWERS_RENEW ? EVENT_SAID_RENEW : EVENT_SAID_DECLINE, .by = "forecast"};
	struct renewal renewal = {0};
	const char *explanation;
	bool found = false, advanced = false;
	struct why cause = {0};
	enum fault fault = store_begin(business->store, why);

	if (fault == FAULT_NONE)
		fault = store_renewal_find(business->store, reference, &renewal, &found, why);
	if (fault == FAULT_NONE && found) {
		fault = renewal_advance(business, renewal.id, &occurrence, &advanced, &explanation, &cause);
		if (fault != FAULT_NONE && fault != FAULT_ITEM)
			why_set(why, fault, "%s", cause.text);
	}
	if (fault == FAULT_NONE && advanced)
		fault = store_commit(business->store, why);
	store_rollback(business->store);
	renewal_release(&renewal);
	if (fault != FAULT_ITEM)
		return fault;
	f->today.parked++;
	return FAULT_NONE;
}

static enum fault
answer_all(struct forecast *f, struct why *why)
{
	struct noticed asked = {0};
	enum fault fault = store_view_renewals(f->business->store, renewal_state_text(RENEWAL_NOTICED), -1, add_asked, &asked, why);

	if (fault == FAULT_NONE && asked.failed)
		fault = why_set(why, FAULT_STOP, "no memory for a forecast");
	for (size_t i = 0; i < asked.count; i++) {
		if (fault == FAULT_NONE)
			fault = answer_one(f, asked.reference[i], why);
		free(asked.reference[i]);
	}
	free(asked.reference);
	return fault;
}

/* ---- days ---- */

static enum fault
count_invoices(struct forecast *f, struct why *why)
{
	struct invoice_sum sum = {0};
	enum fault fault = store_view_invoices_since(f->business->store, f->last_invoice, &sum, why);

	if (fault != FAULT_NONE)
		return fault;
	f->today.invoices = sum.count;
	f->today.amount = sum.total;
	f->last_invoice = sum.last;
	return FAULT_NONE;
}

static enum fault
do_day(struct forecast *f, bool is_first, struct why *why)
{
	struct due_counts due = {0};
	struct outbox_counts outbox = {0};
	enum fault fault = FAULT_NONE;

	f->today = (struct forecast_day){.day = day_of_instant(f->business->now)};
	if (!is_first && f->plan->answers != ANSWERS_NONE)
		fault = answer_all(f, why);
	if (fault == FAULT_NONE)
		fault = renewal_run_due(f->business, &due, why);
	if (fault == FAULT_NONE)
		fault = outbox_render(f->business, &outbox, why);
	if (fault == FAULT_NONE)
		fault = accept_letters(f, why);
	if (fault == FAULT_NONE)
		fault = count_invoices(f, why);
	f->today.held = outbox.held;
	f->today.ended = due.ended;
	f->today.parked += due.parked;
	return fault;
}

static bool
is_quiet(const struct forecast_day *day)
{
	return day->letter_sum == 0 && day->held == 0 && day->ended == 0 && day->invoices == 0;
}

static int64_t
elapsed_ms(const struct timespec *began)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - began->tv_sec) * 1000 + (now.tv_nsec - began->tv_nsec) / 1000000;
}

enum fault
forecast_run(struct business *copy, const struct forecast_plan *plan, forecast_row *row, void *data, struct why *why)
{
	struct forecast f = {.business = copy, .plan = plan};
	const struct config *configured = copy->config;
	struct config at_any_hour = *configured; /* a day is looked at as a whole: what waits for the hours of sending goes out on it */
	struct invoice_sum sum = {0};
	int first = day_of_instant(copy->now);
	int64_t time_of_day = copy->now - day_start(first);
	struct timespec began;
	bool more = true;
	enum fault fault = store_run_begin(copy->store, "forecast", copy->now, &f.run, why);

	at_any_hour.send_hours = NULL;
	copy->config = &at_any_hour;
	if (fault == FAULT_NONE)
		fault = store_view_invoices_since(copy->store, 0, &sum, why);
	f.last_invoice = sum.last;
	clock_gettime(CLOCK_MONOTONIC, &began);
	for (int day = first; fault == FAULT_NONE && more && day <= plan->until_day; day++) {
		if (day > first)
			copy->now = day_start(day) + time_of_day;
		fault = do_day(&f, day == first, why);
		if (fault == FAULT_NONE && (day == first || !is_quiet(&f.today)))
			more = row(&f.today, data);
		progress_show("days", (size_t)(day - first + 1), (size_t)(plan->until_day - first + 1), elapsed_ms(&began));
	}
	progress_end();
	copy->config = configured;
	return fault;
}

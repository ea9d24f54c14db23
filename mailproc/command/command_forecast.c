/* command_forecast.c - forecast: what will go out and be billed; and the guard that an import sets, which asks for a look at it. */
#include "command_forecast.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../store/store_guard.h"
#include "../base/day.h"
#include "../base/log.h"
#include "../base/table.h"
#include "command_trial.h"
#include "command_view.h"

enum { BAR_WIDTH = 24 };

/* ---- rows ---- */

struct rows {
	struct forecast_day *day; /* owned */
	size_t count, room;
	bool failed;
};

static bool
keep_row(const struct forecast_day *day, void *data)
{
	struct rows *rows = data;

	if (rows->count == rows->room) {
		size_t room = rows->room * 2 + 64;
		struct forecast_day *grown = realloc(rows->day, room * sizeof *grown);

		rows->failed = grown == NULL;
		if (rows->failed)
			return false;
		rows->day = grown;
		rows->room = room;
	}
	rows->day[rows->count++] = *day;
	return true;
}

/* "3 notice, 1 reminder"; a dash where there is none. */
static void
letters_text(char *out, size_t room, const struct forecast_day *day)
{
	size_t n = 0;

	snprintf(out, room, "-");
	for (int kind = 0; kind < (int)letter_kind_count && n < room; kind++)
		if (day->letters[kind] > 0)
			n += (size_t)snprintf(out + n, room - n, "%s%zu %s", n > 0 ? ", " : "", day->letters[kind],
			    letter_kind_text((enum letter_kind)kind));
}

static void
bar_text(char out[3 * BAR_WIDTH + 1], size_t n, size_t most)
{
	size_t width = most > 0 ? (n * BAR_WIDTH + most - 1) / most : 0;

	*out = '\0';
	for (size_t i = 0; i < width; i++)
		memcpy(out + 3 * i, "\xE2\x96\x88", 4);
}

/* ---- for people ---- */

static const char *
assumed_answers(enum forecast_answers answers)
{
	switch (answers) {
	case ANSWERS_RENEW:
		return "everybody who is asked answers \"renew\" on the next day";
	case ANSWERS_DECLINE:
		return "everybody who is asked answers \"decline\" on the next day";
	case ANSWERS_NONE:
		break;
	}
	return "no answer comes";
}

static void
print_sum(const struct rows *rows, const struct forecast_plan *plan, const char *currency)
{
	size_t letters = 0, ended = 0, held = 0;
	long long invoices = 0, amount = 0;
	char until[DAY_TEXT_MAX];

	for (size_t i = 0; i < rows->count; i++) {
		letters += rows->day[i].letter_sum;
		ended += rows->day[i].ended;
		held += rows->day[i].held;
		invoices += rows->day[i].invoices;
		amount += rows->day[i].amount;
	}
	printf("\nUntil %s: %zu letter%s, %lld invoice%s for %lld %s, %zu term%s that end%s.\n", day_text(until, plan->until_day), letters,
	    letters == 1 ? "" : "s", invoices, invoices == 1 ? "" : "s", amount, currency, ended, ended == 1 ? "" : "s", ended == 1 ? "s" : "");
	if (held > 0)
		printf("%zu letter%s cannot be rendered: mailproc check says why.\n", held, held == 1 ? "" : "s");
	printf("Assumed: %s; no payment comes; nothing more is imported; every letter is accepted.\n", assumed_answers(plan->answers));
}

static enum fault
print_rows(const struct rows *rows, struct why *why)
{
	static const char *const heading[] = {"day", ">letters", ">invoices", ">amount", ">ends", "which", NULL};
	static const char *const heading_plot[] = {"day", ">letters", ">invoices", ">amount", ">ends", "", "which", NULL};
	static const char *const weekday[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	bool has_plot = isatty(STDOUT_FILENO) == 1;
	struct table *t = table_new(has_plot ? heading_plot : heading);
	size_t most = 0;
	enum fault fault;

	for (size_t i = 0; i < rows->count; i++)
		most = rows->day[i].letter_sum > most ? rows->day[i].letter_sum : most;
	for (size_t i = 0; i < rows->count; i++) {
		const struct forecast_day *day = &rows->day[i];
		char when[DAY_TEXT_MAX + 8], letters[32], invoices[32], amount[32], ended[32], which[512], bar[3 * BAR_WIDTH + 1], text[DAY_TEXT_MAX];

		snprintf(when, sizeof when, "%s %s", day_text(text, day->day), weekday[day_weekday(day->day)]);
		snprintf(letters, sizeof letters, "%zu", day->letter_sum);
		snprintf(invoices, sizeof invoices, "%lld", (long long)day->invoices);
		snprintf(amount, sizeof amount, "%lld", (long long)day->amount);
		snprintf(ended, sizeof ended, "%zu", day->ended);
		letters_text(which, sizeof which, day);
		bar_text(bar, day->letter_sum, most);
		if (has_plot)
			table_add(t, when, letters, invoices, amount, ended, bar, which);
		else
			table_add(t, when, letters, invoices, amount, ended, which);
	}
	fault = table_print(t, stdout, why);
	table_free(t);
	return fault;
}

/* ---- for programs ---- */

static enum fault
print_rows_json(const struct rows *rows, struct why *why)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct forecast_day *day = &rows->day[i];
		json_t *letters = json_object(), *object;
		char text[DAY_TEXT_MAX];

		for (int kind = 0; kind < (int)letter_kind_count; kind++)
			if (day->letters[kind] > 0)
				json_object_set_new(letters, letter_kind_text((enum letter_kind)kind), json_integer((json_int_t)day->letters[kind]));
		object = json_pack("{s:s, s:o, s:I, s:I, s:I}", "day", day_text(text, day->day), "letters", letters, "invoices",
		    (json_int_t)day->invoices, "amount", (json_int_t)day->amount, "ended", (json_int_t)day->ended);
		if (object == NULL)
			return why_set(why, FAULT_STOP, "out of memory for a forecast");
		view_json(stdout, object);
		json_decref(object);
	}
	return FAULT_NONE;
}

/* ---- on a copy ---- */

enum fault
forecast_show(struct command_open *open, const struct forecast_plan *plan, bool as_json, size_t *today, struct why *why)
{
	struct rows rows = {0};
	struct trial trial = {.lock = -1};
	enum fault fault = trial_begin(&trial, open, why);

	if (fault == FAULT_NONE)
		fault = forecast_run(&open->business, plan, keep_row, &rows, why);
	if (fault == FAULT_NONE && rows.failed)
		fault = why_set(why, FAULT_STOP, "no memory for a forecast");
	if (fault == FAULT_NONE)
		fault = as_json ? print_rows_json(&rows, why) : print_rows(&rows, why);
	if (fault == FAULT_NONE && !as_json)
		print_sum(&rows, plan, open->config->currency);
	*today = rows.count > 0 ? rows.day[0].letter_sum : 0;
	free(rows.day);
	store_close(open->store);
	open->store = NULL;
	trial_end(&trial);
	return fault;
}

/* ---- the command ---- */

static bool
parse_answers(const char *text, enum forecast_answers *out)
{
	static const char *const words[] = {[ANSWERS_NONE] = "none", [ANSWERS_RENEW] = "renew", [ANSWERS_DECLINE] = "decline"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(text, words[i]) == 0) {
			*out = (enum forecast_answers)i;
			return true;
		}
	return false;
}

int
command_forecast(const struct command_context *context, int argc, char **argv)
{
	const char *until = NULL, *answers = "none";
	bool as_json = false;
	const struct command_option options[] = {{"until", NULL, &until}, {"answers", NULL, &answers}, {"json", &as_json, NULL}, {0}};
	struct forecast_plan plan = {0};
	struct command_open open;
	struct why why = {0};
	size_t today;
	int words, status = command_read_options(argc, argv, options, 0, 0, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (until != NULL && !day_parse(until, &plan.until_day))
		return command_usage("forecast", "--until wants a day: 2027-01-31");
	if (!parse_answers(answers, &plan.answers))
		return command_usage("forecast", "--answers is renew, decline or none");
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	if (until == NULL)
		plan.until_day = day_of_instant(open.business.now) + FORECAST_DAYS;
	if (plan.until_day < day_of_instant(open.business.now)) {
		command_close(&open);
		return command_usage("forecast", "--until lies in the past");
	}
	fault = forecast_show(&open, &plan, as_json, &today, &why);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

/* ---- the guard ---- */

/* The number of letters that staff allow; SIZE_MAX: any. */
static bool
parse_limit(const char *text, size_t *limit)
{
	char *end;

	*limit = SIZE_MAX;
	if (text == NULL)
		return true;
	errno = 0;
	*limit = (size_t)strtoull(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *text >= '0' && *text <= '9';
}

static enum fault
clear_guard(struct command_open *open, struct why *why)
{
	enum fault fault = store_begin(open->store, why);

	if (fault == FAULT_NONE)
		fault = store_guard_clear(open->store, why);
	if (fault == FAULT_NONE)
		return store_commit(open->store, why);
	store_rollback(open->store);
	return fault;
}

/* Shows what would happen; true when it is not more than the limit. */
static bool
look_ahead(struct command_open *open, const struct guard *guard, bool is_allowed, size_t limit, int *status)
{
	struct forecast_plan plan = {.until_day = day_of_instant(open->business.now) + FORECAST_DAYS};
	struct why why = {0};
	size_t today = 0;
	enum fault fault = forecast_show(open, &plan, false, &today, &why);

	if (fault != FAULT_NONE) {
		*status = command_fail(fault, &why);
		return false;
	}
	if (is_allowed && today <= limit)
		return true;
	*status = EX_CONFIG;
	if (is_allowed)
		log_error("%zu letter%s would go out today, and %zu %s allowed: nothing was done", today, today == 1 ? "" : "s", limit,
		    limit == 1 ? "is" : "are");
	else
		log_error("nothing was done: %s. This is what would go out; \"mailproc run --allow %zu\" lets it go", guard->reason, today);
	return false;
}

bool
guard_may_pass(struct command_open *open, const struct command_context *context, unsigned what, bool is_allowed, const char *limit_text,
    int *status)
{
	struct guard guard = {0};
	struct why why = {0};
	size_t limit;
	enum fault fault;

	if (!parse_limit(limit_text, &limit)) {
		*status = command_usage("run", "--allow wants a number of letters");
		return false;
	}
	fault = store_guard_get(open->store, &guard, &why);
	if (fault == FAULT_NONE && !guard.stands)
		return true;
	if (fault == FAULT_NONE && (!is_allowed || limit != SIZE_MAX)) {
		if (!look_ahead(open, &guard, is_allowed, limit, status))
			return false;
		command_close(open); /* the copy */
		*status = command_open(open, context, what);
		if (*status != EX_OK)
			return false;
	}
	if (fault == FAULT_NONE)
		fault = clear_guard(open, &why);
	if (fault != FAULT_NONE)
		*status = command_fail(fault, &why);
	return fault == FAULT_NONE;
}

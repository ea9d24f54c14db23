/* renewal_calendar.c - closed days are data: weekdays, days of every year, and single days, one a line. */
#include "renewal_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../base/day.h"
#include "../base/file.h"

enum {
	LIST_MAX_BYTES = 1 << 20,
	CLOSED_RUN_MAX = 366 /* closed days in a row that are still stepped over */
};

struct calendar {
	bool weekday[7];
	bool every[13][32]; /* month, day of the month */
	int *day;	    /* single days, ascending */
	size_t count, room;
};

/* ---- lists ---- */

enum fault
list_read(const char *path, list_line *take, void *data, struct why *why)
{
	struct buf text = BUF_MAX(LIST_MAX_BYTES);
	struct span rest, line;
	enum fault fault;
	unsigned number = 0;

	fault = file_read(&text, path, why);
	if (fault != FAULT_NONE) {
		fault = fault == FAULT_ITEM ? FAULT_SETUP : fault; /* our own file: the operator's matter */
		goto out;
	}
	rest = buf_span(&text);
	while (fault == FAULT_NONE && span_next_line(&rest, &line)) {
		const char *comment = line.n > 0 ? memchr(line.p, '#', line.n) : NULL;

		number++;
		if (comment != NULL)
			line.n = (size_t)(comment - line.p);
		line = span_trim(line);
		if (line.n > 0 && (fault = take(line, data, why)) != FAULT_NONE)
			why_before(why, fault, "%s:%u", path, number);
	}
out:
	buf_release(&text);
	return fault;
}

/* ---- closed days ---- */

static bool
take_word(struct span *line, const char *word)
{
	size_t n = strlen(word);

	if (!span_starts(*line, word) || (line->n > n && line->p[n] != ' ' && line->p[n] != '\t'))
		return false;
	*line = span_trim((struct span){line->p + n, line->n - n});
	return true;
}

static enum fault
take_weekday(struct calendar *calendar, struct span name, struct why *why)
{
	static const char *const names[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};

	for (size_t i = 0; i < 7; i++)
		if (span_is_caseless(name, names[i])) {
			calendar->weekday[i] = true;
			return FAULT_NONE;
		}
	return why_set(why, FAULT_SETUP, "'%.*s' is not a weekday", (int)name.n, name.p);
}

/* "MM-DD", or "MM-DD NAME". */
static enum fault
take_every(struct calendar *calendar, struct span rest, struct why *why)
{
	char text[] = "2024-MM-DD"; /* a leap year: 02-29 may be closed */
	int day, year, month, of_month;

	if (rest.n >= 5 && (rest.n == 5 || rest.p[5] == ' ' || rest.p[5] == '\t')) {
		memcpy(text + 5, rest.p, 5);
		if (day_parse(text, &day)) {
			day_split(day, &year, &month, &of_month);
			calendar->every[month][of_month] = true;
			return FAULT_NONE;
		}
	}
	return why_set(why, FAULT_SETUP, "'%.*s' is not a day of every year (MM-DD)", (int)rest.n, rest.p);
}

static enum fault
add_day(struct calendar *calendar, int day, struct why *why)
{
	if (calendar->count == calendar->room) {
		size_t room = calendar->room * 2 + 64;
		int *larger = realloc(calendar->day, room * sizeof *larger);

		if (larger == NULL)
			return why_set(why, FAULT_STOP, "no memory for closed days");
		calendar->day = larger;
		calendar->room = room;
	}
	calendar->day[calendar->count++] = day;
	return FAULT_NONE;
}

static enum fault
take_closed_day(struct span line, void *data, struct why *why)
{
	struct calendar *calendar = data;
	char text[11] = "";
	int day;

	if (take_word(&line, "weekday"))
		return take_weekday(calendar, line, why);
	if (take_word(&line, "every"))
		return take_every(calendar, line, why);
	if (line.n >= 10 && (line.n == 10 || line.p[10] == ' ' || line.p[10] == '\t')) {
		memcpy(text, line.p, 10);
		if (day_parse(text, &day))
			return add_day(calendar, day, why);
	}
	return why_set(why, FAULT_SETUP, "'%.*s' is not a closed day: 'weekday NAME', 'every MM-DD' or 'YYYY-MM-DD NAME'", (int)line.n,
	    line.p);
}

static int
compare_days(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

enum fault
calendar_load(struct calendar **out, const char *path, struct why *why)
{
	struct calendar *calendar = calloc(1, sizeof *calendar);
	bool has_open = false;
	enum fault fault;

	if (calendar == NULL)
		return why_set(why, FAULT_STOP, "no memory for closed days");
	fault = list_read(path, take_closed_day, calendar, why);
	for (size_t i = 0; i < 7; i++)
		has_open = has_open || !calendar->weekday[i];
	if (fault == FAULT_NONE && !has_open)
		fault = why_set(why, FAULT_SETUP, "%s: every weekday is closed", path);
	if (fault != FAULT_NONE) {
		calendar_free(calendar);
		return fault;
	}
	if (calendar->count > 0)
		qsort(calendar->day, calendar->count, sizeof *calendar->day, compare_days);
	*out = calendar;
	return FAULT_NONE;
}

void
calendar_free(struct calendar *calendar)
{
	if (calendar != NULL)
		free(calendar->day);
	free(calendar);
}

bool
calendar_is_closed(const struct calendar *calendar, int day)
{
	int year, month, of_month;

	if (calendar->weekday[day_weekday(day)])
		return true;
	day_split(day, &year, &month, &of_month);
	if (calendar->every[month][of_month])
		return true;
	return calendar->count > 0 && bsearch(&day, calendar->day, calendar->count, sizeof day, compare_days) != NULL;
}

int
calendar_open_day_before(const struct calendar *calendar, int day)
{
	for (int back = 0; back <= CLOSED_RUN_MAX && back <= day; back++)
		if (!calendar_is_closed(calendar, day - back))
			return day - back;
	return day; /* a year without an open day: the list is wrong, and the day as such is the best that is left */
}

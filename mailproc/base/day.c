/*
 * day.c - the calendar is computed (proleptic Gregorian, in days since 1970-01-01); only what lies between an instant and
 * its local day is asked of the C library, which reads the zone. Nothing depends on the locale.
 */
#include "day.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DAY_SECONDS = 86400, YEAR_FIRST = 1970, YEAR_LAST = 9999 };

/* 0001-01-02 and 9999-12-31T23:59:59Z: what lies outside is taken as these, so that no day overflows. */
static const int64_t instant_first = -62135510400, instant_last = 253402300799;

static char zone[64]; /* the one zone of the process, see the header */

static const char *const month_short[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const month_long[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December"};
static const char *const weekday_short[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const weekday_long[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const weekday_ja[] = {"日", "月", "火", "水", "木", "金", "土"};

/* True when the system's zoneinfo has a compiled zone (RFC 8536: it starts with "TZif") of this name. */
static bool
zone_is_known(const char *name)
{
	const char *folder = getenv("TZDIR");
	char path[512], magic[4];
	bool is_known;
	int fd;

	if (name[0] == '\0' || name[0] == '/' || name[0] == ':' || strstr(name, "..") != NULL || strlen(name) >= sizeof zone)
		return false;
	if (folder == NULL || folder[0] == '\0')
		folder = "/usr/share/zoneinfo";
	if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	is_known = read(fd, magic, sizeof magic) == (ssize_t)sizeof magic && memcmp(magic, "TZif", sizeof magic) == 0;
	close(fd);
	return is_known;
}

enum fault
day_set_zone(const char *name, struct why *why)
{
	if (!zone_is_known(name))
		return why_set(why, FAULT_SETUP, "the system does not know the time zone \"%s\"", name);
	if (setenv("TZ", name, 1) != 0)
		return why_set(why, FAULT_STOP, "the time zone cannot be set: %s", strerror(errno));
	tzset();
	snprintf(zone, sizeof zone, "%s", name);
	return FAULT_NONE;
}

const char *
day_zone(void)
{
	return zone;
}

/* ---- the calendar ---- */

/* Days from 1970-01-01 to a date; counts in eras of 400 years that start on 1 March, so that 29 February is last. */
static int
days_of_date(int year, int month, int day_of_month)
{
	int y = month <= 2 ? year - 1 : year;
	int era = (y >= 0 ? y : y - 399) / 400;
	int year_of_era = y - era * 400;
	int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day_of_month - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

void
day_split(int day, int *year, int *month, int *day_of_month)
{
	int z = day + 719468;
	int era = (z >= 0 ? z : z - 146096) / 146097;
	int day_of_era = z - era * 146097;
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int shifted_month = (5 * day_of_year + 2) / 153; /* 0 is March */

	*day_of_month = day_of_year - (153 * shifted_month + 2) / 5 + 1;
	*month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
	*year = year_of_era + era * 400 + (*month <= 2);
}

static bool
is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

int
day_make(int year, int month, int day_of_month)
{
	if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 || day_of_month < 1 ||
	    day_of_month > days_in_month(year, month))
		return -1;
	return days_of_date(year, month, day_of_month);
}

int
day_year(int day)
{
	int year, month, day_of_month;

	day_split(day, &year, &month, &day_of_month);
	return year;
}

int
day_weekday(int day)
{
	int weekday = (day + 4) % 7; /* 1970-01-01 was a Thursday */

	return weekday < 0 ? weekday + 7 : weekday;
}

int
day_add_years(int day, int years)
{
	int year, month, day_of_month;

	day_split(day, &year, &month, &day_of_month);
	year += years;
	if (day_of_month > days_in_month(year, month))
		day_of_month = days_in_month(year, month);
	return days_of_date(year, month, day_of_month);
}

/* ---- instants ---- */

static int64_t
within_calendar(int64_t at)
{
	return at < instant_first ? instant_first : at > instant_last ? instant_last : at;
}

/* at = *day * 86400 + the result, which is never negative. */
static int
split_utc(int64_t at, int *day)
{
	int64_t rest = at % DAY_SECONDS;

	if (rest < 0)
		rest += DAY_SECONDS;
	*day = (int)((at - rest) / DAY_SECONDS);
	return (int)rest;
}

int64_t
instant_add_years(int64_t at, int years)
{
	int day, second = split_utc(within_calendar(at), &day);

	return (int64_t)day_add_years(day, years) * DAY_SECONDS + second;
}

static struct tm
local_time(int64_t at)
{
	time_t t = (time_t)within_calendar(at);
	struct tm tm = {0};

	localtime_r(&t, &tm);
	return tm;
}

int
day_of_instant(int64_t at)
{
	struct tm tm = local_time(at);

	return days_of_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/*
 * A day need not start at 00:00 where clocks change at midnight, and a zone can skip a whole day: so the border is searched
 * for. No zone is more than 26 hours away from UTC.
 */
int64_t
day_start(int day)
{
	int64_t before = (int64_t)day * DAY_SECONDS - 26 * 3600, in = (int64_t)(day + 1) * DAY_SECONDS + 26 * 3600;

	while (in - before > 1) {
		int64_t middle = before + (in - before) / 2;

		if (day_of_instant(middle) >= day)
			in = middle;
		else
			before = middle;
	}
	return in;
}

/* ---- reading ---- */

/* Takes exactly count digits off *text. */
static bool
take_number(const char **text, int count, int *number)
{
	*number = 0;
	for (int i = 0; i < count; i++) {
		if (**text < '0' || **text > '9')
			return false;
		*number = *number * 10 + (*(*text)++ - '0');
	}
	return true;
}

static bool
take_char(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

static bool
take_date(const char **text, int *day)
{
	int year, month, day_of_month;

	if (!take_number(text, 4, &year) || !take_char(text, '-') || !take_number(text, 2, &month) || !take_char(text, '-') ||
	    !take_number(text, 2, &day_of_month))
		return false;
	*day = day_make(year, month, day_of_month);
	return *day >= 0;
}

bool
day_parse(const char *text, int *day)
{
	int found;

	if (!take_date(&text, &found) || *text != '\0')
		return false;
	*day = found;
	return true;
}

/* "Z" or "+09:00", in seconds east of UTC. */
static bool
take_offset(const char **text, int *offset)
{
	int sign, hours, minutes;

	*offset = 0;
	if (take_char(text, 'Z') || take_char(text, 'z'))
		return true;
	sign = **text == '-' ? -1 : 1;
	if ((!take_char(text, '+') && !take_char(text, '-')) || !take_number(text, 2, &hours) || !take_char(text, ':') ||
	    !take_number(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* RFC 3339 5.6; parts of a second are accepted and dropped. */
bool
instant_parse(const char *text, int64_t *at)
{
	int day, hour, minute, second, offset;
	int64_t found;

	if (!take_date(&text, &day))
		return false;
	if (*text == '\0') {
		*at = day_start(day);
		return true;
	}
	if ((!take_char(&text, 'T') && !take_char(&text, 't')) || !take_number(&text, 2, &hour) || !take_char(&text, ':') ||
	    !take_number(&text, 2, &minute) || !take_char(&text, ':') || !take_number(&text, 2, &second))
		return false;
	if (take_char(&text, '.')) {
		size_t digits = strspn(text, "0123456789");

		if (digits == 0)
			return false;
		text += digits;
	}
	if (!take_offset(&text, &offset) || *text != '\0' || hour > 23 || minute > 59 || second > 60)
		return false;
	found = (int64_t)day * DAY_SECONDS + hour * 3600 + minute * 60 + second - offset;
	if (second == 60 && found % DAY_SECONDS != 0) /* leap seconds are at the end of a UTC day */
		return false;
	*at = found;
	return true;
}

/* ---- writing ---- */

const char *
day_text(char out[DAY_TEXT_MAX], int day)
{
	int year, month, day_of_month;

	day_split(day, &year, &month, &day_of_month);
	snprintf(out, DAY_TEXT_MAX, "%04d-%02d-%02d", year, month, day_of_month);
	return out;
}

/* "+09:00" or, with an empty separator, "+0900". */
static void
offset_text(char out[16], const struct tm *tm, const char *separator)
{
	int minutes = (int)(tm->tm_gmtoff / 60), size = minutes < 0 ? -minutes : minutes;

	snprintf(out, 16, "%c%02d%s%02d", minutes < 0 ? '-' : '+', size / 60 % 100, separator, size % 60);
}

const char *
instant_text(char out[DAY_TEXT_MAX], int64_t at)
{
	struct tm tm = local_time(at);
	char offset[16];

	offset_text(offset, &tm, ":");
	snprintf(out, DAY_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%s", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, offset);
	return out;
}

const char *
instant_text_short(char out[DAY_TEXT_MAX], int64_t at)
{
	struct tm tm = local_time(at);

	snprintf(out, DAY_TEXT_MAX, "%04d-%02d-%02d %02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
	return out;
}

const char *
instant_text_mail(char out[DAY_TEXT_MAX], int64_t at)
{
	struct tm tm = local_time(at);
	char offset[16];

	offset_text(offset, &tm, "");
	snprintf(out, DAY_TEXT_MAX, "%s, %d %s %04d %02d:%02d:%02d %s", weekday_short[tm.tm_wday], tm.tm_mday,
	    month_short[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, offset);
	return out;
}

static bool
is_japanese(const char *language)
{
	return strcmp(language, "ja") == 0;
}

const char *
day_text_letter(char out[DAY_TEXT_MAX], int day, const char *language)
{
	int year, month, day_of_month;

	day_split(day, &year, &month, &day_of_month);
	if (is_japanese(language))
		snprintf(out, DAY_TEXT_MAX, "%d年%d月%d日(%s)", year, month, day_of_month, weekday_ja[day_weekday(day)]);
	else
		snprintf(out, DAY_TEXT_MAX, "%s, %d %s %d", weekday_long[day_weekday(day)], day_of_month, month_long[month - 1], year);
	return out;
}

const char *
instant_text_letter(char out[DAY_TEXT_MAX], int64_t at, const char *language)
{
	struct tm tm = local_time(at);
	/* Zones without letters of their own are named by their offset, "+03". */
	const char *utc = tm.tm_zone[0] == '+' || tm.tm_zone[0] == '-' ? "UTC" : "";
	size_t n;

	day_text_letter(out, day_of_instant(at), language);
	n = strlen(out);
	snprintf(out + n, DAY_TEXT_MAX - n, is_japanese(language) ? " %d:%02d (%s%.10s)" : ", %02d:%02d (%s%.10s)", tm.tm_hour, tm.tm_min,
	    utc, tm.tm_zone);
	return out;
}

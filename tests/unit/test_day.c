/* test_day.c - days and instants, mostly in Asia/Tokyo, and what zones with daylight saving time do to midnight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailproc/base/buf.h"
#include "mailproc/base/day.h"
#include "mailproc/base/file.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void
use_zone(const char *name)
{
	struct why why = {0};

	if (day_set_zone(name, &why) != FAULT_NONE)
		fail_msg("%s", why.text);
}

static int64_t
instant(const char *text)
{
	int64_t at;

	if (!instant_parse(text, &at))
		fail_msg("%s is not an instant", text);
	return at;
}

static int
day(const char *text)
{
	int found;

	if (!day_parse(text, &found))
		fail_msg("%s is not a day", text);
	return found;
}

static void
an_unknown_zone_is_refused(void **state)
{
	static const char *const names[] = {"", "Asia/Tokio", "/etc/passwd", "../zoneinfo/Asia/Tokyo", "Asia", "zone.tab", "JST-9",
	    ":Asia/Tokyo"};
	struct why why = {0};

	(void)state;
	use_zone("Asia/Tokyo");
	for (size_t i = 0; i < COUNT(names); i++)
		if (day_set_zone(names[i], &why) != FAULT_SETUP)
			fail_msg("%s was accepted", names[i]);
	assert_string_equal(day_zone(), "Asia/Tokyo");
	assert_int_equal(day_of_instant(instant("2027-01-20T23:59:59Z")), day("2027-01-21"));
}

static void
every_day_is_found_again_after_it_was_split(void **state)
{
	int want = day_make(1970, 1, 1);

	(void)state;
	assert_int_equal(want, 0);
	for (int year = 1970; year <= 2110; year++)
		for (int month = 1; month <= 12; month++)
			for (int of_month = 1; of_month <= 31; of_month++) {
				int made = day_make(year, month, of_month), y, m, d;

				if (made < 0)
					continue;
				assert_int_equal(made, want++);
				day_split(made, &y, &m, &d);
				assert_true(y == year && m == month && d == of_month);
				assert_int_equal(day_year(made), year);
			}
	assert_int_equal(want, day_make(2111, 1, 1));
}

static void
february_has_29_days_in_leap_years_only(void **state)
{
	static const struct {
		int year;
		bool is_leap;
	} cases[] = {{1972, true}, {2000, true}, {2024, true}, {2026, false}, {2028, true}, {2100, false}, {2400, true}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(day_make(cases[i].year, 2, 29) >= 0, cases[i].is_leap);
}

static void
days_that_do_not_exist_are_not_made(void **state)
{
	static const int cases[][3] = {{2026, 0, 1}, {2026, 13, 1}, {2026, 1, 0}, {2026, 1, 32}, {2026, 4, 31}, {2026, 2, 30},
	    {1969, 12, 31}, {10000, 1, 1}, {-1, 1, 1}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(day_make(cases[i][0], cases[i][1], cases[i][2]), -1);
}

static void
weekdays_are_those_of_the_calendar(void **state)
{
	(void)state;
	assert_int_equal(day_weekday(0), 4);
	assert_int_equal(day_weekday(-1), 3);
	assert_int_equal(day_weekday(-5), 6);
	assert_int_equal(day_weekday(day("2027-01-21")), 4);
	assert_int_equal(day_weekday(day("2000-02-29")), 2);
	assert_int_equal(day_weekday(day("9999-12-31")), 5);
}

static void
a_year_after_29_february_is_28_february(void **state)
{
	static const struct {
		const char *from;
		int years;
		const char *want;
	} cases[] = {
	    {"2028-02-29", 1, "2029-02-28"},
	    {"2028-02-29", 4, "2032-02-29"},
	    {"2028-02-28", 1, "2029-02-28"},
	    {"2027-02-28", 1, "2028-02-28"},
	    {"2028-02-29", -1, "2027-02-28"},
	    {"2096-02-29", 4, "2100-02-28"},
	    {"2027-01-31", 1, "2028-01-31"},
	    {"2027-12-31", 2, "2029-12-31"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(day_add_years(day(cases[i].from), cases[i].years), day(cases[i].want));
}

static void
a_year_of_an_instant_is_counted_in_utc(void **state)
{
	(void)state;
	use_zone("Asia/Tokyo");
	/* 2028-03-01 in Tokyo, but still 29 February in UTC, where certificates count */
	assert_int_equal(instant_add_years(instant("2028-02-29T23:59:59Z"), 1), instant("2029-02-28T23:59:59Z"));
	assert_int_equal(instant_add_years(instant("2027-01-20T23:59:59Z"), 1), instant("2028-01-20T23:59:59Z"));
	assert_int_equal(instant_add_years(instant("1970-01-01T00:00:00+09:00"), 1), instant("1971-01-01T00:00:00+09:00"));
}

static void
only_a_strict_date_is_a_day(void **state)
{
	static const char *const cases[] = {"", "2027", "2027-1-21", "2027-01-21 ", " 2027-01-21", "2027-01-21T", "2027/01/21", "27-01-21",
	    "2027-02-29", "2027-00-10", "2027-13-01", "+027-01-21", "2027-01-2a", "20270121", "0000-01-01", "２０２７-01-21"};
	int found = 7;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (day_parse(cases[i], &found))
			fail_msg("%s was accepted", cases[i]);
	assert_int_equal(found, 7);
}

static void
instants_are_read_as_rfc_3339_says(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} cases[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2027-01-20T23:59:59Z", 1800489599},
	    {"2027-01-21T08:59:59+09:00", 1800489599},
	    {"2027-01-20T18:29:59-05:30", 1800489599},
	    {"2027-01-20t23:59:59z", 1800489599},
	    {"2027-01-20T23:59:59.999999999Z", 1800489599},
	    {"2027-01-20T23:59:59-00:00", 1800489599},
	    {"2016-12-31T23:59:60Z", 1483228800},
	    {"2017-01-01T08:59:60+09:00", 1483228800},
	    {"2027-01-21", 1800457200}, /* 2027-01-20T15:00:00Z */
	    {"9999-12-31T23:59:59Z", 253402300799},
	};

	(void)state;
	use_zone("Asia/Tokyo");
	for (size_t i = 0; i < COUNT(cases); i++)
		if (instant(cases[i].text) != cases[i].want)
			fail_msg("%s is read as %lld", cases[i].text, (long long)instant(cases[i].text));
}

static void
what_is_not_rfc_3339_is_no_instant(void **state)
{
	static const char *const cases[] = {"", "now", "2027-01-20T23:59:59", "2027-01-20 23:59:59Z", "2027-01-20T23:59Z", "2027-01-20T24:00:00Z",
	    "2027-01-20T23:60:00Z", "2027-01-20T23:59:61Z", "2027-01-20T12:00:60Z", "2027-01-20T23:59:59.Z", "2027-01-20T23:59:59,5Z",
	    "2027-01-20T23:59:59+9:00", "2027-01-20T23:59:59+0900", "2027-01-20T23:59:59+24:00", "2027-01-20T23:59:59+09:60",
	    "2027-01-20T23:59:59Z ", "2027-01-20T23:59:59ZZ", "2027-02-29T00:00:00Z", "2027-01-20T", "2027-01-20T-1:00:00Z", "1800489599"};
	int64_t at = 7;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (instant_parse(cases[i], &at))
			fail_msg("%s was accepted", cases[i]);
	assert_int_equal(at, 7);
}

static void
the_last_second_of_a_utc_day_is_the_next_morning_in_tokyo(void **state)
{
	int64_t at = instant("2027-01-20T23:59:59Z");
	char out[DAY_TEXT_MAX];

	(void)state;
	use_zone("Asia/Tokyo");
	assert_int_equal(day_of_instant(at), day("2027-01-21"));
	assert_string_equal(instant_text(out, at), "2027-01-21T08:59:59+09:00");
	assert_string_equal(instant_text_short(out, at), "2027-01-21 08:59");
	assert_string_equal(instant_text_mail(out, at), "Thu, 21 Jan 2027 08:59:59 +0900");
	assert_string_equal(instant_text_letter(out, at, "ja"), "2027年1月21日(木) 8:59 (JST)");
	assert_string_equal(instant_text_letter(out, at, "en"), "Thursday, 21 January 2027, 08:59 (JST)");
}

static void
a_local_day_ends_at_its_last_second(void **state)
{
	(void)state;
	use_zone("Asia/Tokyo");
	assert_int_equal(day_of_instant(instant("2027-01-21T23:59:59+09:00")), day("2027-01-21"));
	assert_int_equal(day_of_instant(instant("2027-01-22T00:00:00+09:00")), day("2027-01-22"));
	use_zone("America/New_York");
	assert_int_equal(day_of_instant(instant("2027-01-22T04:59:59Z")), day("2027-01-21"));
	assert_int_equal(day_of_instant(instant("2027-01-22T05:00:00Z")), day("2027-01-22"));
	assert_int_equal(day_of_instant(0), -1);
}

static void
a_day_starts_where_its_zone_says(void **state)
{
	static const struct {
		const char *zone, *day, *want, *why;
	} cases[] = {
	    {"Asia/Tokyo", "2027-01-21", "2027-01-21T00:00:00+09:00", "no daylight saving time"},
	    {"UTC", "2028-02-29", "2028-02-29T00:00:00Z", "UTC"},
	    {"Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00+01:00", "clocks go forward later that day"},
	    {"Europe/Berlin", "2026-03-30", "2026-03-30T00:00:00+02:00", "summer"},
	    {"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", "there was no midnight"},
	    {"America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00", "midnight comes twice"},
	    {"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00", "the day was skipped"},
	    {"Pacific/Kiritimati", "2027-01-21", "2027-01-21T00:00:00+14:00", "farthest east"},
	    {"Asia/Kathmandu", "2027-01-21", "2027-01-21T00:00:00+05:45", "odd minutes"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		use_zone(cases[i].zone);
		if (day_start(day(cases[i].day)) != instant(cases[i].want))
			fail_msg("%s in %s (%s) starts at %lld", cases[i].day, cases[i].zone, cases[i].why,
			    (long long)day_start(day(cases[i].day)));
	}
}

static void
every_day_of_a_year_starts_in_itself(void **state)
{
	static const char *const zones[] = {"Asia/Tokyo", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"};

	(void)state;
	for (size_t i = 0; i < COUNT(zones); i++) {
		use_zone(zones[i]);
		for (int d = day("2026-01-01"); d <= day("2026-12-31"); d++) {
			assert_int_equal(day_of_instant(day_start(d)), d);
			assert_int_equal(day_of_instant(day_start(d) - 1), d - 1);
		}
	}
}

static void
instants_are_written_with_the_offset_of_their_date(void **state)
{
	static const struct {
		const char *zone, *at, *text, *mail, *letter;
	} cases[] = {
	    {"UTC", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00", "Fri, 2 Jan 2026 03:04:05 +0000", "Friday, 2 January 2026, 03:04 (UTC)"},
	    {"America/New_York", "2026-07-01T12:00:00Z", "2026-07-01T08:00:00-04:00", "Wed, 1 Jul 2026 08:00:00 -0400",
		"Wednesday, 1 July 2026, 08:00 (EDT)"},
	    {"America/New_York", "2026-12-01T12:00:00Z", "2026-12-01T07:00:00-05:00", "Tue, 1 Dec 2026 07:00:00 -0500",
		"Tuesday, 1 December 2026, 07:00 (EST)"},
	    {"America/St_Johns", "2026-12-01T12:00:00Z", "2026-12-01T08:30:00-03:30", "Tue, 1 Dec 2026 08:30:00 -0330",
		"Tuesday, 1 December 2026, 08:30 (NST)"},
	    {"Asia/Dubai", "2026-12-01T12:00:00Z", "2026-12-01T16:00:00+04:00", "Tue, 1 Dec 2026 16:00:00 +0400",
		"Tuesday, 1 December 2026, 16:00 (UTC+04)"},
	};
	char out[DAY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t at = instant(cases[i].at);

		use_zone(cases[i].zone);
		assert_string_equal(instant_text(out, at), cases[i].text);
		assert_int_equal(instant(out), at);
		assert_string_equal(instant_text_mail(out, at), cases[i].mail);
		assert_string_equal(instant_text_letter(out, at, "en"), cases[i].letter);
	}
}

static void
days_are_written_for_letters_in_both_languages(void **state)
{
	char out[DAY_TEXT_MAX];

	(void)state;
	assert_string_equal(day_text(out, day("2027-01-21")), "2027-01-21");
	assert_string_equal(day_text_letter(out, day("2027-01-21"), "ja"), "2027年1月21日(木)");
	assert_string_equal(day_text_letter(out, day("2027-01-21"), "en"), "Thursday, 21 January 2027");
	assert_string_equal(day_text_letter(out, day("2028-02-29"), "ja"), "2028年2月29日(火)");
	assert_string_equal(day_text_letter(out, day("2026-09-06"), "en"), "Sunday, 6 September 2026");
}

static void
instants_beyond_the_calendar_do_not_break_it(void **state)
{
	static const int64_t cases[] = {INT64_MIN, -62135596801, -1, 253402300799, 253402300800, INT64_MAX};
	char out[DAY_TEXT_MAX];

	(void)state;
	use_zone("Asia/Tokyo");
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(strlen(instant_text(out, cases[i])) > 0);
		assert_true(strlen(instant_text_letter(out, cases[i], "ja")) < DAY_TEXT_MAX - 1);
		(void)instant_add_years(cases[i], 1);
	}
	assert_string_equal(instant_text(out, -1), "1970-01-01T08:59:59+09:00");
}

/* ---- the list of closed days, as far as the law can be checked ---- */

static void
every_sunday_holiday_has_a_substitute_and_every_day_is_in_order(void **state)
{
	struct buf file = BUF_MAX(100000);
	struct why why = {0};
	struct span rest, line;
	int last = 0, sunday = -1;
	size_t count = 0;

	(void)state;
	assert_int_equal(file_read(&file, "rules/closed-days.list", &why), FAULT_NONE);
	rest = buf_span(&file);
	while (span_next_line(&rest, &line)) {
		char text[11] = "";
		struct span name;
		int holiday;

		if (line.n < 12 || line.p[0] != '2')
			continue;
		memcpy(text, line.p, 10);
		holiday = day(text);
		name = (struct span){line.p + 11, line.n - 11};
		assert_true(holiday > last);
		if (span_is(name, "振替休日")) {
			assert_true(sunday >= 0 && holiday - sunday <= 3);
			sunday = -1;
		} else {
			if (sunday >= 0 && holiday != last + 1)
				fail_msg("no substitute before %s", text);
			if (day_weekday(holiday) == 0)
				sunday = holiday;
		}
		if (span_is(name, "成人の日") || span_is(name, "海の日") || span_is(name, "敬老の日") || span_is(name, "スポーツの日"))
			assert_int_equal(day_weekday(holiday), 1);
		last = holiday;
		count++;
	}
	assert_true(count >= 6 * 16);
	assert_int_equal(sunday, -1);
	buf_release(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_unknown_zone_is_refused),
	    cmocka_unit_test(every_day_is_found_again_after_it_was_split),
	    cmocka_unit_test(february_has_29_days_in_leap_years_only),
	    cmocka_unit_test(days_that_do_not_exist_are_not_made),
	    cmocka_unit_test(weekdays_are_those_of_the_calendar),
	    cmocka_unit_test(a_year_after_29_february_is_28_february),
	    cmocka_unit_test(a_year_of_an_instant_is_counted_in_utc),
	    cmocka_unit_test(only_a_strict_date_is_a_day),
	    cmocka_unit_test(instants_are_read_as_rfc_3339_says),
	    cmocka_unit_test(what_is_not_rfc_3339_is_no_instant),
	    cmocka_unit_test(the_last_second_of_a_utc_day_is_the_next_morning_in_tokyo),
	    cmocka_unit_test(a_local_day_ends_at_its_last_second),
	    cmocka_unit_test(a_day_starts_where_its_zone_says),
	    cmocka_unit_test(every_day_of_a_year_starts_in_itself),
	    cmocka_unit_test(instants_are_written_with_the_offset_of_their_date),
	    cmocka_unit_test(days_are_written_for_letters_in_both_languages),
	    cmocka_unit_test(instants_beyond_the_calendar_do_not_break_it),
	    cmocka_unit_test(every_sunday_holiday_has_a_substitute_and_every_day_is_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_renewal_policy.c - the dates of a renewal, closed days, and lists with errors in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"

static struct fixture fixture;

static int
open_fixture(void **state)
{
	(void)state;
	fixture_open(&fixture, "2026-11-20T10:00:00+09:00");
	return 0;
}

static int
close_fixture(void **state)
{
	(void)state;
	fixture_close(&fixture);
	return 0;
}

static int
day_of(const char *text)
{
	int day = -1;

	assert_true(day_parse(text, &day));
	return day;
}

#define assert_day(day, want)                                                                      \
	do {                                                                                       \
		char text_[DAY_TEXT_MAX];                                                          \
		assert_string_equal(day_text(text_, day), want);                                   \
	} while (0)

static void
a_closed_day_is_a_weekday_a_day_of_every_year_or_a_single_day(void **state)
{
	static const struct {
		const char *day;
		bool is_closed;
	} cases[] = {
	    {"2026-11-20", false}, /* Friday */
	    {"2026-11-21", true},  /* Saturday */
	    {"2026-11-22", true},
	    {"2026-11-23", true}, /* a holiday */
	    {"2026-11-24", false},
	    {"2026-12-28", false},
	    {"2026-12-29", true},
	    {"2030-01-03", true},
	    {"2030-01-04", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(calendar_is_closed(fixture.business.calendar, day_of(cases[i].day)), cases[i].is_closed);
}

static void
a_date_on_a_closed_day_moves_earlier(void **state)
{
	static const char *const cases[][2] = {
	    {"2026-11-20", "2026-11-20"},
	    {"2026-11-23", "2026-11-20"},
	    {"2027-01-03", "2026-12-28"},
	    {"2027-01-11", "2027-01-08"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_day(calendar_open_day_before(fixture.business.calendar, day_of(cases[i][0])), cases[i][1]);
}

static void
the_dates_follow_from_term_and_product(void **state)
{
	static const struct {
		const char *product;
		enum renewal_kind kind;
		const char *starts_at, *ends_at;
		const char *notice, *end, *last_safe, *next_end;
	} cases[] = {
	    /* 60 days before 21 January (the UTC evening is the next morning in Tokyo) is Sunday 22 November: moved to Friday. */
	    {"true-businessid", RENEWAL_KIND_RENEWAL, "2026-01-21T00:00:00Z", "2027-01-20T23:59:59Z", "2026-11-20", "2027-01-21",
		"2027-01-15", "2028-01-21T08:59:59+09:00"},
	    /* Fourteen days more, and ten days of vetting: 11 January is a holiday on a Monday. */
	    {"secure-server-id", RENEWAL_KIND_RENEWAL, "2026-01-21T00:00:00Z", "2027-01-20T23:59:59Z", "2026-11-20", "2027-01-21",
		"2027-01-08", "2028-02-04T08:59:59+09:00"},
	    /* A year after 29 February is 28 February. */
	    {"true-businessid", RENEWAL_KIND_RENEWAL, "2027-02-28T03:00:00Z", "2028-02-29T03:00:00Z", "2027-12-28", "2028-02-29",
		"2028-02-24", "2029-02-28T12:00:00+09:00"},
	    /* A term of 47 days: a third of it. */
	    {"true-businessid", RENEWAL_KIND_RENEWAL, "2029-04-01T03:00:00Z", "2029-05-18T03:00:00Z", "2029-05-03", "2029-05-18",
		"2029-05-11", "2030-05-18T12:00:00+09:00"},
	    /* Configured for the product: 90 days, 23 October 2026 is a Friday. */
	    {"early", RENEWAL_KIND_RENEWAL, "2026-01-21T00:00:00Z", "2027-01-20T23:59:59Z", "2026-10-23", "2027-01-21", "2027-01-14",
		"2028-01-21T08:59:59+09:00"},
	    /* A re-issue: 30 days before the end of the certificate, or a third. */
	    {"true-businessid", RENEWAL_KIND_REISSUE, "2026-05-01T03:00:00Z", "2026-11-17T03:00:00Z", "2026-10-16", "2026-11-17",
		"2026-11-12", NULL},
	    {"early", RENEWAL_KIND_REISSUE, "2029-04-01T03:00:00Z", "2029-05-18T03:00:00Z", "2029-05-03", "2029-05-18", "2029-05-11",
		NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t starts_at = fixture_instant(cases[i].starts_at), ends_at = fixture_instant(cases[i].ends_at);
		char text[DAY_TEXT_MAX];
		struct policy policy;

		policy_make(&policy, fixture.business.calendar, config_find_product(&fixture.config, cases[i].product), cases[i].kind,
		    starts_at, ends_at, ends_at);
		assert_day(policy.notice_day, cases[i].notice);
		assert_day(policy.end_day, cases[i].end);
		assert_day(policy.last_safe_day, cases[i].last_safe);
		assert_int_equal(policy.ends_at, ends_at);
		if (cases[i].next_end != NULL)
			assert_string_equal(instant_text(text, policy.next_term_ends_at), cases[i].next_end);
	}
}

static void
an_invoice_is_due_after_14_days_but_not_after_the_last_safe_day(void **state)
{
	static const struct {
		const char *now, *last_safe, *want;
	} cases[] = {
	    {"2026-11-20T10:00:00+09:00", "2027-01-15", "2026-12-04"},
	    {"2026-12-18T10:00:00+09:00", "2027-01-15", "2026-12-28"}, /* 1 January is closed */
	    {"2027-01-07T10:00:00+09:00", "2027-01-15", "2027-01-15"},
	    {"2027-01-15T23:59:00+09:00", "2027-01-15", "2027-01-15"},
	    {"2027-01-16T10:00:00+09:00", "2027-01-15", "2027-01-16"}, /* staff ordered late: never before today */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct policy policy = {.last_safe_day = day_of(cases[i].last_safe)};
		struct business business = fixture.business;

		business.now = fixture_instant(cases[i].now);
		assert_day(policy_due_day(&business, &policy), cases[i].want);
	}
}

static void
a_reissue_begins_a_third_of_the_lifetime_before_the_end_at_most_30_days(void **state)
{
	static const struct {
		const char *starts_at, *ends_at, *notice;
	} cases[] = {
	    {"2025-12-20T03:00:00Z", "2027-01-21T03:00:00Z", "2026-12-22"}, /* 397 days */
	    {"2026-05-01T03:00:00Z", "2026-11-17T03:00:00Z", "2026-10-16"}, /* 200: 18 October is a Sunday */
	    {"2027-04-01T03:00:00Z", "2027-07-10T03:00:00Z", "2027-06-10"}, /* 100: 30 days, not 33 */
	    {"2029-04-01T03:00:00Z", "2029-05-18T03:00:00Z", "2029-05-03"}, /* 47: 15 days */
	    {"2026-11-24T03:00:00Z", "2026-11-30T03:00:00Z", "2026-11-27"}, /* 6: two days, and that is a Saturday */
	    {"2028-02-25T03:00:00Z", "2028-03-02T03:00:00Z", "2028-02-29"}, /* 6, over a leap day */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct policy policy;

		policy_make(&policy, fixture.business.calendar, config_find_product(&fixture.config, "true-businessid"), RENEWAL_KIND_REISSUE,
		    fixture_instant(cases[i].starts_at), fixture_instant(cases[i].ends_at), fixture_instant("2030-01-01T00:00:00Z"));
		assert_day(policy.notice_day, cases[i].notice);
	}
}

static void
reminders_are_half_of_the_notice_7_3_and_1_days_before_the_end_or_as_configured(void **state)
{
	static const struct {
		const char *product, *starts_at, *ends_at;
		int want[5];
	} cases[] = {
	    {"true-businessid", "2026-01-21T00:00:00Z", "2027-01-20T23:59:59Z", {30, 7, 3, 1, 0}},
	    {"true-businessid", "2029-04-01T03:00:00Z", "2029-05-18T03:00:00Z", {7, 3, 1, 0}},	  /* 15 days: its half is 7 */
	    {"true-businessid", "2026-11-24T03:00:00Z", "2026-12-03T03:00:00Z", {1, 0}},	  /* 3 days */
	    {"early", "2026-01-21T00:00:00Z", "2027-01-20T23:59:59Z", {45, 10, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct policy policy;
		size_t count = 0;

		policy_make(&policy, fixture.business.calendar, config_find_product(&fixture.config, cases[i].product), RENEWAL_KIND_RENEWAL,
		    fixture_instant(cases[i].starts_at), fixture_instant(cases[i].ends_at), 0);
		while (cases[i].want[count] != 0) {
			assert_true(count < policy.reminder_count);
			assert_int_equal(policy.reminder[count], cases[i].want[count]);
			count++;
		}
		assert_int_equal(policy.reminder_count, count);
	}
}

static void
browsers_accept_398_200_100_and_47_days(void **state)
{
	static const struct {
		const char *day;
		int days;
	} cases[] = {{"2026-03-14", 398}, {"2026-03-15", 200}, {"2027-03-14", 200}, {"2027-03-15", 100}, {"2029-03-14", 100}, {"2029-03-15", 47},
	    {"2040-01-01", 47}};
	const char *source = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(policy_validity_days(day_of(cases[i].day), &source), cases[i].days);
	assert_non_null(strstr(source, "SC-081v3"));
}

static void
an_unknown_product_is_told_by_name(void **state)
{
	int64_t customer = fixture_customer(&fixture, "C1", "例株式会社", LANGUAGE_JA, METHOD_CARD);
	int64_t id = fixture_renewal(&fixture, customer, "gone", "www.customer.example", "2027-01-20T23:59:59Z");
	struct renewal renewal = {0};
	struct policy policy;
	struct why why = {0};

	(void)state;
	MUST(store_renewal_get(fixture.store, id, &renewal, &why));
	assert_int_equal(policy_of_renewal(&fixture.business, &renewal, &policy, &why), FAULT_ITEM);
	assert_non_null(strstr(why.text, "'gone'"));
	renewal_release(&renewal);
}

/* The dates of a re-issue are those of the certificate, the next end that of the term. */
static void
a_reissue_looks_at_the_certificate(void **state)
{
	int64_t customer = fixture_customer(&fixture, "C2", "例株式会社", LANGUAGE_JA, METHOD_CARD);
	struct renewal renewal = {0};
	struct policy policy;
	struct why why = {0};
	bool changed;
	int64_t id = fixture_renewal_of(&fixture, RENEWAL_KIND_REISSUE, customer, "true-businessid", "re.customer.example",
	    "2027-05-31T23:59:59Z");
	struct certificate certificate = {0};

	(void)state;
	MUST(store_renewal_get(fixture.store, id, &renewal, &why));
	MUST(store_certificate_get(fixture.store, renewal.certificate, &certificate, &why));
	certificate.not_after = fixture_instant("2026-12-31T23:59:59Z");
	MUST(store_begin(fixture.store, &why));
	MUST(store_certificate_put(fixture.store, &certificate, &changed, &why));
	MUST(store_commit(fixture.store, &why));
	renewal.certificate = certificate.id;
	MUST(policy_of_renewal(&fixture.business, &renewal, &policy, &why));
	assert_day(policy.end_day, "2027-01-01");
	assert_int_equal(policy.ends_at, certificate.not_after);
	assert_int_equal(policy.term_ends_at, fixture_instant("2027-05-31T23:59:59Z"));
	certificate_release(&certificate);
	renewal_release(&renewal);
}

static void
an_error_in_a_list_is_told_with_file_and_line(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"weekday saturday\nweekday caturday\n", ":2: 'caturday' is not a weekday"},
	    {"# fine\n\nevery 13-01\n", ":3: '13-01' is not a day of every year (MM-DD)"},
	    {"every 1-1\n", ":1: '1-1' is not a day of every year (MM-DD)"},
	    {"2026-02-30 no day\n", ":1: '2026-02-30 no day' is not a closed day"},
	    {"holiday\n", ":1: 'holiday' is not a closed day"},
	    {"weekday sunday\nweekday monday\nweekday tuesday\nweekday wednesday\nweekday thursday\nweekday friday\nweekday saturday\n",
		"every weekday is closed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct calendar *calendar = NULL;
		struct why why = {0};

		fixture_write(&fixture, "closed", cases[i].text);
		assert_int_equal(calendar_load(&calendar, fixture_path(&fixture, "closed"), &why), FAULT_SETUP);
		assert_null(calendar);
		if (strstr(why.text, cases[i].want) == NULL)
			fail_msg("'%s' does not say '%s'", why.text, cases[i].want);
	}
	unlink(fixture_path(&fixture, "closed"));
}

static void
a_list_that_is_missing_is_a_matter_of_setup(void **state)
{
	struct business business = {0};
	struct config config = fixture.config;
	struct why why = {0};

	(void)state;
	config.closed_days = TEXT("/nonexistent/closed");
	assert_int_equal(business_open(&business, fixture.store, &config, fixture.key, 0, &why), FAULT_SETUP);
	assert_non_null(strstr(why.text, "/nonexistent/closed"));
	assert_null(business.calendar);
}

static void
the_lists_of_the_program_are_without_errors(void **state)
{
	struct calendar *calendar = NULL;
	struct domains *domains = NULL;
	struct why why = {0};

	(void)state;
	MUST(calendar_load(&calendar, "rules/closed-days.list", &why));
	MUST(domains_load(&domains, "rules/shared-domains.list", "", &why));
	assert_true(calendar_is_closed(calendar, day_of("2026-11-23")));
	assert_true(calendar_is_closed(calendar, day_of("2026-12-31")));
	assert_false(domains_are_same(domains, "a@gmail.com", "b@gmail.com"));
	assert_true(domains_are_same(domains, "a@customer.co.jp", "b@mail.customer.co.jp"));
	calendar_free(calendar);
	domains_free(domains);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_closed_day_is_a_weekday_a_day_of_every_year_or_a_single_day),
	    cmocka_unit_test(a_date_on_a_closed_day_moves_earlier),
	    cmocka_unit_test(the_dates_follow_from_term_and_product),
	    cmocka_unit_test(an_invoice_is_due_after_14_days_but_not_after_the_last_safe_day),
	    cmocka_unit_test(a_reissue_begins_a_third_of_the_lifetime_before_the_end_at_most_30_days),
	    cmocka_unit_test(reminders_are_half_of_the_notice_7_3_and_1_days_before_the_end_or_as_configured),
	    cmocka_unit_test(browsers_accept_398_200_100_and_47_days),
	    cmocka_unit_test(an_unknown_product_is_told_by_name),
	    cmocka_unit_test(a_reissue_looks_at_the_certificate),
	    cmocka_unit_test(an_error_in_a_list_is_told_with_file_and_line),
	    cmocka_unit_test(a_list_that_is_missing_is_a_matter_of_setup),
	    cmocka_unit_test(the_lists_of_the_program_are_without_errors),
	};

	return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}

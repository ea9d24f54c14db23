/* test_renewal_explain.c - every date is told with its rule, and what moved it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"
#include "mailproc/base/buf.h"

#define END "2027-01-20T23:59:59Z" /* 21 January in Tokyo */

static struct fixture fixture;
static int64_t customer;

static int
open_fixture(void **state)
{
	(void)state;
	fixture_open(&fixture, "2026-11-20T10:00:00+09:00");
	customer = fixture_customer(&fixture, "C1", "例株式会社", LANGUAGE_JA, METHOD_TRANSFER);
	fixture_contact(&fixture, customer, ROLE_ADMIN, "", "taro@customer.example");
	return 0;
}

static int
close_fixture(void **state)
{
	(void)state;
	fixture_close(&fixture);
	return 0;
}

static void
add_line(const char *label, const char *text, void *data)
{
	buf_addf(data, "%s: %s\n", label, text);
}

static void
assert_explained(int64_t id, const char *const *want)
{
	struct renewal renewal = {0};
	struct buf text = BUF_MAX(1 << 16);
	struct why why = {0};

	MUST(store_renewal_get(fixture.store, id, &renewal, &why));
	MUST(policy_explain(&fixture.business, &renewal, add_line, &text, &why));
	for (; *want != NULL; want++)
		if (strstr(buf_text(&text), *want) == NULL)
			fail_msg("not said: %s\n%s", *want, buf_text(&text));
	buf_release(&text);
	renewal_release(&renewal);
}

static void
the_dates_of_a_renewal_are_told_with_rule_and_source(void **state)
{
	int64_t id = fixture_renewal(&fixture, customer, "secure-server-id", "www.customer.example", END);

	(void)state;
	assert_explained(id,
	    (const char *const[]){"term ends: 2027-01-21 08:59, the end that was bought", "issued before 2026-03-15: at most 398 days",
		"notice day: 2026-11-20, 60 days before the end of the term: the least of 60 and a third of the term (2026-11-22 is closed: moved earlier)",
		"reminders: 2026-12-22, 2027-01-14, 2027-01-18, 2027-01-20: 30 7 3 1 days before the end",
		"last safe day: 2027-01-08 to pay: the end less 10 days of vetting (vetting_days of the product) (2027-01-11 is closed: moved earlier)",
		"renewed until: 2028-02-04 08:59, the end + 1 year + 14 days", "so it is: a renewal if the distinguished name stays", "next: 2026-11-20: window-opened",
		NULL});
	id = fixture_renewal(&fixture, customer, "early", "early.customer.example", END);
	assert_explained(id, (const char *const[]){"90 days before the end of the term: notice_days of the product", "45 10 days before the end (reminder_days of the product)", NULL});
}

static void
renewal_or_new_purchase_is_told_for_every_time(void **state)
{
	int64_t id = fixture_renewal(&fixture, customer, "true-businessid", "www.customer.example", END);

	(void)state;
	assert_true(fixture_advance(&fixture, id, EVENT_WINDOW_OPENED, NULL));
	fixture_set_now(&fixture, "2027-01-18T10:00:00+09:00");
	assert_explained(id, (const char *const[]){"so it is: not safely a renewal any more", NULL});
	fixture_set_now(&fixture, "2027-01-22T10:00:00+09:00");
	assert_explained(id, (const char *const[]){"so it is: a new purchase from now on", NULL});
	assert_true(fixture_advance(&fixture, id, EVENT_NAME_CHANGED, NULL));
	assert_explained(id, (const char *const[]){"so it is: a new purchase: another distinguished name", "next: no dated step is left", NULL});
}

static void
a_reissue_is_told_as_such(void **state)
{
	int64_t id = fixture_renewal_of(&fixture, RENEWAL_KIND_REISSUE, customer, "true-businessid", "www.customer.example", END);

	(void)state;
	fixture.authority[1].is_public = false;
	assert_explained(id, (const char *const[]){"a private authority has no limit", "re-issue day: 2026-12-22, 30 days before the end of the certificate",
	    "so it is: a re-issue inside the term", NULL});
	fixture_set_now(&fixture, "2026-12-22T10:00:00+09:00");
	assert_true(fixture_advance(&fixture, id, EVENT_WINDOW_OPENED, NULL));
	assert_explained(id, (const char *const[]){"next: since 2026-12-22 staff apply for the new certificate", NULL});
}

static void
the_due_day_is_told(void **state)
{
	static const struct {
		const char *issued, *due, *want;
	} cases[] = {
	    {"2026-11-20", "2026-12-04", "order + 14 days (payment_days)"},
	    {"2026-12-18", "2026-12-28", "order + 14 days (payment_days), moved to the bank day before"},
	    {"2027-01-07", "2027-01-15", "order + 14 days (payment_days), not after the last safe day 2027-01-15"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct policy policy = {0};
		struct buf text = BUF_MAX(1024);
		int issued, due;

		assert_true(day_parse("2027-01-15", &policy.last_safe_day) && day_parse(cases[i].issued, &issued) && day_parse(cases[i].due, &due));
		policy_explain_due(&fixture.business, &policy, issued, due, &text);
		assert_string_equal(buf_text(&text), cases[i].want);
		buf_release(&text);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(the_dates_of_a_renewal_are_told_with_rule_and_source),
	    CASE(renewal_or_new_purchase_is_told_for_every_time),
	    CASE(a_reissue_is_told_as_such),
	    CASE(the_due_day_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

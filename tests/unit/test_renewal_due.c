/* test_renewal_due.c - what the calendar leads to, on time, late, and never twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"
#include "mailproc/base/log.h"

#define END "2027-01-20T23:59:59Z" /* notice on Friday 20 November, the Sunday before is closed */

static struct fixture fixture;
static int64_t customer;

static int
open_fixture(void **state)
{
	(void)state;
	fixture_open(&fixture, "2026-11-19T10:00:00+09:00");
	customer = fixture_customer(&fixture, "C1", "例株式会社", LANGUAGE_JA, METHOD_TRANSFER);
	fixture_contact(&fixture, customer, ROLE_ADMIN, "例太郎", "taro@customer.example");
	return 0;
}

static int
close_fixture(void **state)
{
	(void)state;
	fixture_close(&fixture);
	return 0;
}

static int64_t
new_renewal(const char *name)
{
	return fixture_renewal(&fixture, customer, "true-businessid", name, END);
}

static struct due_counts
run_due(const char *now)
{
	struct due_counts counts = {0};
	struct why why = {0};

	fixture_set_now(&fixture, now);
	MUST(renewal_run_due(&fixture.business, &counts, &why));
	return counts;
}

static void
the_notice_goes_on_its_day_and_once(void **state)
{
	int64_t id = new_renewal("www.customer.example");

	(void)state;
	assert_int_equal(run_due("2026-11-19T23:59:59+09:00").due, 0);
	assert_int_equal(run_due("2026-11-20T00:00:00+09:00").noticed, 1);
	assert_int_equal(fixture_state(&fixture, id), RENEWAL_NOTICED);
	assert_int_equal(run_due("2026-11-20T00:05:00+09:00").due, 0);
	assert_int_equal(run_due("2026-12-20T00:05:00+09:00").due, 0);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter", 1);
	assert_sql_text(&fixture, "SELECT kind FROM letter", "notice");
}

static void
a_missed_month_is_made_good_with_one_notice(void **state)
{
	new_renewal("www.customer.example");
	(void)state;
	assert_int_equal(run_due("2027-01-01T12:00:00+09:00").noticed, 1);
	assert_sql_text(&fixture, "SELECT group_concat(kind) FROM letter", "notice");
}

static void
after_the_end_nothing_is_sent(void **state)
{
	int64_t id = new_renewal("www.customer.example");
	struct due_counts counts = run_due("2027-01-21T09:00:00+09:00"); /* a second after the end */

	(void)state;
	assert_int_equal(counts.noticed, 0);
	assert_int_equal(counts.ended, 1);
	assert_int_equal(fixture_state(&fixture, id), RENEWAL_LAPSED);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter", 0);
	assert_int_equal(run_due("2027-03-01").due, 0);
}

static void
what_was_not_answered_paid_or_wanted_lapses_after_the_end(void **state)
{
	int64_t noticed = new_renewal("a.customer.example"), ordered = new_renewal("b.customer.example"),
		declined = new_renewal("c.customer.example"), paid = new_renewal("d.customer.example");
	struct due_counts counts;

	(void)state;
	fixture_set_now(&fixture, "2026-11-20T10:00:00+09:00");
	assert_true(fixture_advance(&fixture, noticed, EVENT_WINDOW_OPENED, NULL));
	assert_true(fixture_advance(&fixture, ordered, EVENT_SAID_RENEW, NULL));
	assert_true(fixture_advance(&fixture, declined, EVENT_SAID_DECLINE, NULL));
	assert_true(fixture_advance(&fixture, paid, EVENT_SAID_RENEW, NULL));
	assert_true(fixture_advance(&fixture, paid, EVENT_PAID, NULL));
	counts = run_due("2027-01-22T00:00:00+09:00");
	assert_int_equal(counts.due, 3);
	assert_int_equal(counts.ended, 3);
	assert_int_equal(fixture_state(&fixture, noticed), RENEWAL_LAPSED);
	assert_int_equal(fixture_state(&fixture, ordered), RENEWAL_LAPSED);
	assert_int_equal(fixture_state(&fixture, declined), RENEWAL_LAPSED);
	assert_int_equal(fixture_state(&fixture, paid), RENEWAL_PAID);
	/* What had not gone out is withdrawn; who did not answer or pay is told of the end, who declined is not. */
	assert_sql_text(&fixture, "SELECT group_concat(kind, ' ') FROM (SELECT kind FROM letter WHERE state <> 'withdrawn' AND kind <> 'digest' ORDER BY kind)",
	    "invoice lapsed lapsed");
}

static void
a_paused_customer_gets_no_notice_until_the_pause_ends(void **state)
{
	struct customer record = {0};
	struct due_counts counts;
	struct why why = {0};
	int64_t id = new_renewal("www.customer.example");
	bool changed;

	(void)state;
	MUST(store_customer_get(fixture.store, customer, &record, &why));
	record.paused = true;
	MUST(store_begin(fixture.store, &why));
	MUST(store_customer_put(fixture.store, &record, &changed, &why));
	MUST(store_commit(fixture.store, &why));
	counts = run_due("2026-11-20");
	assert_int_equal(counts.due, 1);
	assert_int_equal(counts.paused, 1);
	assert_int_equal(counts.noticed, 0);
	record.paused = false;
	MUST(store_begin(fixture.store, &why));
	MUST(store_customer_put(fixture.store, &record, &changed, &why));
	MUST(store_commit(fixture.store, &why));
	assert_int_equal(run_due("2026-12-01").noticed, 1);
	assert_int_equal(fixture_state(&fixture, id), RENEWAL_NOTICED);
	customer_release(&record);
}

static void
one_that_is_broken_is_parked_and_the_rest_go_on(void **state)
{
	int64_t other = fixture_customer(&fixture, "C2", "Example Ltd", LANGUAGE_EN, METHOD_CARD); /* nobody to write to */
	int64_t gone = fixture_renewal(&fixture, customer, "gone", "gone.customer.example", END);
	int64_t mute = fixture_renewal(&fixture, other, "true-businessid", "www.other.example", END);
	int64_t fine = new_renewal("www.customer.example");
	struct due_counts counts;

	(void)state;
	log_set_level(LOG_LEVEL_QUIET);
	counts = run_due("2026-11-20");
	assert_int_equal(counts.due, 3);
	assert_int_equal(counts.parked, 2);
	assert_int_equal(counts.noticed, 1);
	assert_int_equal(fixture_state(&fixture, gone), RENEWAL_UPCOMING);
	assert_int_equal(fixture_state(&fixture, mute), RENEWAL_UPCOMING);
	assert_int_equal(fixture_state(&fixture, fine), RENEWAL_NOTICED);
	assert_sql_number(&fixture, "SELECT count(*) FROM event", 1);
	fixture_contact(&fixture, other, ROLE_ADMIN, "", "admin@other.example");
	assert_int_equal(run_due("2026-11-20").noticed, 1);
	log_set_level(LOG_LEVEL_DEFAULT);
}

static void
many_are_done_in_pages(void **state)
{
	struct due_counts counts;

	(void)state;
	for (int i = 0; i < 300; i++) {
		char name[64];

		snprintf(name, sizeof name, "www%d.customer.example", i);
		new_renewal(name);
	}
	counts = run_due("2026-11-24");
	assert_int_equal(counts.due, 300);
	assert_int_equal(counts.noticed, 300);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter", 6); /* of one customer: 50 a letter */
	assert_sql_number(&fixture, "SELECT count(*) FROM letter_item", 300);
}

static void
a_reissue_is_told_once_and_waits_for_staff_until_the_term_ends(void **state)
{
	int64_t id = fixture_renewal_of(&fixture, RENEWAL_KIND_REISSUE, customer, "true-businessid", "www.customer.example", END);
	struct due_counts counts;

	(void)state;
	assert_int_equal(run_due("2026-12-01").due, 0);
	assert_int_equal(run_due("2026-12-25").noticed, 1);
	counts = run_due("2026-12-26");
	assert_int_equal(counts.due, 1);
	assert_int_equal(counts.waiting, 1);
	assert_int_equal(fixture_state(&fixture, id), RENEWAL_NOTICED);
	assert_sql_text(&fixture, "SELECT group_concat(kind) FROM letter", "reissue-started,digest");
	assert_int_equal(run_due("2027-01-22").ended, 1);
}

static void
staff_get_one_digest_a_day_and_only_when_something_has_waited(void **state)
{
	int64_t id = new_renewal("www.customer.example");

	(void)state;
	(void)run_due("2026-11-20T10:00:00+09:00");
	assert_true(fixture_advance(&fixture, id, EVENT_SAID_RENEW, NULL));
	assert_true(fixture_advance(&fixture, id, EVENT_PAID, NULL));
	(void)run_due("2026-11-20T18:00:00+09:00"); /* paid today: staff know */
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'digest'", 0);
	(void)run_due("2026-11-21T09:00:00+09:00");
	(void)run_due("2026-11-21T09:05:00+09:00");
	(void)run_due("2026-11-22T09:05:00+09:00"); /* yesterday's has not gone out: it will tell of today too */
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'digest' AND contact IS NULL", 1);
}

/* Every day from one day to another, at ten in the morning; what was sent, as "DAY KIND" lines. */
static void
letters_of_days(const char *from, const char *to, char *out, size_t out_size)
{
	char text[DAY_TEXT_MAX];
	int day, last;

	assert_true(day_parse(from, &day) && day_parse(to, &last));
	for (; day <= last; day++) {
		char now[64];

		snprintf(now, sizeof now, "%sT10:00:00+09:00", day_text(text, day));
		(void)run_due(now);
	}
	fixture_text(&fixture,
	    "SELECT group_concat(date(wanted_at + 32400, 'unixepoch') || ' ' || kind, ', ') FROM (SELECT * FROM letter WHERE kind <> 'digest' AND (state <> 'withdrawn' OR "
	    "kind IN ('notice', 'reminder', 'payment-reminder', 'last-chance')) ORDER BY wanted_at, id)", out, out_size);
}

static void
without_an_answer_reminders_go_30_7_3_and_1_days_before_the_end(void **state)
{
	char got[1024];

	(void)state;
	new_renewal("www.customer.example");
	letters_of_days("2026-11-18", "2027-03-01", got, sizeof got);
	/* The end is Thursday 21 January. */
	assert_string_equal(got, "2026-11-20 notice, 2026-12-22 reminder, 2027-01-14 reminder, 2027-01-18 reminder, 2027-01-20 reminder, "
				 "2027-01-22 lapsed");
	assert_sql_text(&fixture, "SELECT group_concat(round) FROM (SELECT round FROM letter_item WHERE kind = 'reminder' ORDER BY letter)", "30,7,3,1");
}

static void
missed_weeks_are_made_good_with_one_reminder(void **state)
{
	char got[1024];

	(void)state;
	new_renewal("www.customer.example");
	(void)run_due("2026-11-20T10:00:00+09:00");
	letters_of_days("2027-01-15", "2027-01-21", got, sizeof got); /* 30 and 7 days were missed */
	assert_string_equal(got, "2026-11-20 notice, 2027-01-15 reminder, 2027-01-18 reminder, 2027-01-20 reminder");
	assert_sql_text(&fixture, "SELECT group_concat(round) FROM (SELECT round FROM letter_item WHERE kind = 'reminder' ORDER BY letter)", "7,3,1");
}

static void
a_late_first_letter_is_the_notice_and_reminders_keep_their_distance(void **state)
{
	char got[1024];

	(void)state;
	new_renewal("www.customer.example");
	letters_of_days("2027-01-16", "2027-01-21", got, sizeof got); /* five days before the end: 3 would be two days later */
	assert_string_equal(got, "2027-01-16 notice, 2027-01-19 reminder");
}

static void
who_declined_gets_one_last_letter_and_none_after_the_end(void **state)
{
	int64_t id = new_renewal("www.customer.example");
	char got[1024];

	(void)state;
	assert_true(fixture_advance(&fixture, id, EVENT_SAID_DECLINE, NULL));
	letters_of_days("2026-11-20", "2027-02-01", got, sizeof got);
	assert_string_equal(got, "2027-01-14 last-chance");
	assert_int_equal(fixture_state(&fixture, id), RENEWAL_LAPSED);
}

static void
an_unpaid_order_is_reminded_of_before_and_after_its_due_date(void **state)
{
	int64_t id = new_renewal("www.customer.example");
	char got[1024];

	(void)state;
	assert_true(fixture_advance(&fixture, id, EVENT_SAID_RENEW, NULL)); /* due on 3 December */
	letters_of_days("2026-11-20", "2027-02-01", got, sizeof got);
	assert_string_equal(got, "2026-11-30 payment-reminder, 2026-12-04 payment-reminder, 2027-01-22 lapsed");
}

static void
no_payment_reminder_goes_after_the_last_safe_day(void **state)
{
	int64_t id = new_renewal("www.customer.example");
	char got[1024];

	(void)state;
	fixture_set_now(&fixture, "2027-01-08T10:00:00+09:00");
	assert_true(fixture_advance(&fixture, id, EVENT_SAID_RENEW, NULL)); /* due on the last safe day, 15 January */
	letters_of_days("2027-01-08", "2027-01-21", got, sizeof got);
	assert_string_equal(got, "2027-01-08 payment-request, 2027-01-08 invoice, 2027-01-12 payment-reminder");
}

static void
certificates_that_are_due_within_a_week_share_their_letters(void **state)
{
	char got[1024];

	(void)state;
	new_renewal("a.customer.example");
	fixture_renewal(&fixture, customer, "true-businessid", "b.customer.example", "2027-01-26T23:59:59Z");
	fixture_renewal(&fixture, customer, "true-businessid", "c.customer.example", "2027-03-26T23:59:59Z");
	letters_of_days("2026-11-20", "2026-12-28", got, sizeof got);
	assert_string_equal(got, "2026-11-20 notice, 2026-12-22 reminder, 2026-12-28 reminder");
	assert_sql_text(&fixture, "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM letter_item GROUP BY letter ORDER BY letter)", "2,1,1");
}

/* The day in the store is of other settings: it is written again, nothing is sent early. */
static void
a_day_that_came_too_early_is_corrected(void **state)
{
	int64_t id = new_renewal("www.customer.example");
	struct why why = {0};

	(void)state;
	MUST(store_begin(fixture.store, &why));
	MUST(store_renewal_set_next_day(fixture.store, id, 0, &why));
	MUST(store_commit(fixture.store, &why));
	assert_int_equal(run_due("2026-11-01").noticed, 0);
	assert_sql_text(&fixture, "SELECT date(next_day * 86400, 'unixepoch') FROM renewal", "2026-11-20");
	assert_int_equal(run_due("2026-11-20").noticed, 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(the_notice_goes_on_its_day_and_once),
	    CASE(a_missed_month_is_made_good_with_one_notice),
	    CASE(after_the_end_nothing_is_sent),
	    CASE(what_was_not_answered_paid_or_wanted_lapses_after_the_end),
	    CASE(a_paused_customer_gets_no_notice_until_the_pause_ends),
	    CASE(one_that_is_broken_is_parked_and_the_rest_go_on),
	    CASE(many_are_done_in_pages),
	    CASE(a_reissue_is_told_once_and_waits_for_staff_until_the_term_ends),
	    CASE(staff_get_one_digest_a_day_and_only_when_something_has_waited),
	    CASE(without_an_answer_reminders_go_30_7_3_and_1_days_before_the_end),
	    CASE(missed_weeks_are_made_good_with_one_reminder),
	    CASE(a_late_first_letter_is_the_notice_and_reminders_keep_their_distance),
	    CASE(who_declined_gets_one_last_letter_and_none_after_the_end),
	    CASE(an_unpaid_order_is_reminded_of_before_and_after_its_due_date),
	    CASE(no_payment_reminder_goes_after_the_last_safe_day),
	    CASE(certificates_that_are_due_within_a_week_share_their_letters),
	    CASE(a_day_that_came_too_early_is_corrected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

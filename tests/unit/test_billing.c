/* test_billing.c - orders handed to the billing program: accepted, later, refused, void, and what customers wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"
#include "mailproc/billing.h"
#include "store/store_billing.h"
#include "store/store_money.h"

static struct fixture fixture;
static int64_t customer;

static int
open_fixture(void **state)
{
	(void)state;
	fixture_open(&fixture, "2026-11-20T10:00:00+09:00");
	fixture.config.billing_command = TEXT("exit 0");
	fixture.config.billing_seconds = 20;
	customer = fixture_customer(&fixture, "C1", "例株式会社; $(touch /tmp/x) \"'", LANGUAGE_JA, METHOD_CARD);
	fixture_contact(&fixture, customer, ROLE_ADMIN, "例太郎", "taro@customer.example");
	return 0;
}

static int
close_fixture(void **state)
{
	(void)state;
	unlink(fixture_path(&fixture, "told"));
	fixture_close(&fixture);
	return 0;
}

static int64_t
order(const char *name)
{
	int64_t renewal = fixture_renewal(&fixture, customer, "true-businessid", name, "2027-01-20T23:59:59Z");
	struct why why = {0};

	MUST(store_begin(fixture.store, &why));
	MUST(renewal_order(&fixture.business, &renewal, 1, &why));
	MUST(store_commit(fixture.store, &why));
	return renewal;
}

static void
void_order(int64_t renewal)
{
	struct why why = {0};
	bool voided = false;

	MUST(store_begin(fixture.store, &why));
	MUST(store_order_void(fixture.store, renewal, "no longer wanted", fixture.business.now, &voided, &why));
	MUST(store_commit(fixture.store, &why));
	assert_true(voided);
}

static struct billing_counts
run(const char *command)
{
	struct billing_counts counts = {0};
	struct why why = {0};

	fixture.config.billing_command = TEXT(command);
	MUST(billing_run(&fixture.business, &counts, &why));
	return counts;
}

static bool
holds(void)
{
	struct why why = {0};
	bool answer = false;

	MUST(store_billing_holds(fixture.store, 1, &answer, &why));
	return answer;
}

static void
an_accepted_order_is_told_once_as_data(void **state)
{
	char command[1200];
	struct billing_counts counts;

	(void)state;
	order("www.customer.example");
	assert_true(holds());
	snprintf(command, sizeof command, "cat >> %s", fixture_path(&fixture, "told"));
	counts = run(command);
	assert_int_equal(counts.accepted, 1);
	assert_false(holds());
	assert_int_equal(run(command).told, 0);
	assert_sql_text(&fixture, "SELECT state || ' ' || tries FROM billing", "accepted 1");
	snprintf(command, sizeof command, "grep -q '\"event\": \"order\".*\"order\": \"O-2026-00001\", \"invoice\": \"2026-000001\"' %s && grep -q touch %s",
	    fixture_path(&fixture, "told"), fixture_path(&fixture, "told"));
	assert_int_equal(system(command), 0);
}

static void
a_failure_is_tried_again_later_and_later(void **state)
{
	struct billing_counts counts;

	(void)state;
	order("www.customer.example");
	counts = run("echo the database is away >&2; exit 75");
	assert_int_equal(counts.later, 1);
	assert_true(holds());
	assert_sql_text(&fixture, "SELECT state || ' ' || text FROM billing", "waiting exit status 75: the database is away");
	assert_int_equal(run("exit 0").told, 0);
	fixture_set_now(&fixture, "2026-11-20T10:05:00+09:00");
	assert_int_equal(run("exit 1").later, 1);
	assert_sql_number(&fixture, "SELECT next_try_at FROM billing", fixture_instant("2026-11-20T10:15:00+09:00"));
	fixture_set_now(&fixture, "2026-11-25T10:00:00+09:00");
	assert_int_equal(run("kill -9 $$").later, 1);
	assert_sql_text(&fixture, "SELECT text FROM billing", "signal 9 ended it");
	fixture_set_now(&fixture, "2026-11-26T10:00:00+09:00");
	assert_int_equal(run("exit 0").accepted, 1);
	assert_false(holds());
}

static void
what_is_refused_for_good_waits_for_staff(void **state)
{
	struct why why = {0};

	(void)state;
	order("www.customer.example");
	assert_int_equal(run("echo unknown customer; exit 65").refused, 1);
	assert_true(holds());
	fixture_set_now(&fixture, "2026-11-30T10:00:00+09:00");
	assert_int_equal(run("exit 0").told, 0);
	assert_int_equal(billing_accept(&fixture.business, "O-2026-99999", "Sato", &why), FAULT_ITEM);
	MUST(billing_retry(&fixture.business, "O-2026-00001", &why));
	assert_int_equal(run("exit 65").refused, 1);
	MUST(billing_accept(&fixture.business, "O-2026-00001", "Sato", &why));
	assert_false(holds());
	assert_int_equal(billing_accept(&fixture.business, "O-2026-00001", "Sato", &why), FAULT_ITEM);
}

static void
a_void_is_told_after_its_order(void **state)
{
	char command[1200];

	(void)state;
	void_order(order("www.customer.example"));
	assert_int_equal(run("exit 75").told, 1);
	fixture_set_now(&fixture, "2026-11-20T11:00:00+09:00");
	snprintf(command, sizeof command, "cat >> %s", fixture_path(&fixture, "told"));
	assert_int_equal(run(command).accepted, 1);
	assert_int_equal(run(command).accepted, 1);
	assert_int_equal(run(command).told, 0);
	snprintf(command, sizeof command, "test \"$(grep -o '\"event\": \"[a-z]*\"' %s | tr '\\n' ' ')\" = '\"event\": \"order\" \"event\": \"void\" '",
	    fixture_path(&fixture, "told"));
	assert_int_equal(system(command), 0);
}

static void
a_void_of_a_refused_order_is_not_told(void **state)
{
	int64_t renewal = order("www.customer.example");

	(void)state;
	assert_int_equal(run("exit 65").refused, 1);
	void_order(renewal);
	assert_int_equal(run("exit 0").told, 0);
}

static void
three_failures_in_a_row_end_the_stage_for_this_run(void **state)
{
	static const char *const names[] = {"a.customer.example", "b.customer.example", "c.customer.example", "d.customer.example", "e.customer.example"};

	(void)state;
	for (size_t i = 0; i < 5; i++)
		order(names[i]);
	assert_int_equal(run("exit 75").told, 3);
	assert_int_equal(run("exit 0").accepted, 2);
}

static void
a_program_that_hangs_is_left_alone_until_the_next_run(void **state)
{
	(void)state;
	order("a.customer.example");
	order("b.customer.example");
	fixture.config.billing_seconds = 1;
	assert_int_equal(run("sleep 60").told, 1);
	assert_sql_text(&fixture, "SELECT text FROM billing WHERE tries = 1", "it did not end within 1 seconds");
}

static void
without_a_program_nothing_waits(void **state)
{
	(void)state;
	fixture.config.billing_command = TEXT("");
	order("www.customer.example");
	assert_false(holds());
	assert_sql_number(&fixture, "SELECT count(*) FROM billing", 0);
	assert_int_equal(run("exit 0").told, 0);
}

static bool
count_row(json_t *row, void *data)
{
	strcat(data, json_string_value(json_object_get(row, "event")));
	strcat(data, " ");
	return true;
}

static void
the_export_has_each_order_and_each_void_once(void **state)
{
	int64_t first = order("a.customer.example");
	char seen[200] = "";
	struct why why = {0};

	(void)state;
	order("b.customer.example");
	fixture_set_now(&fixture, "2026-11-21T10:00:00+09:00");
	void_order(first);
	MUST(store_view_order_events(fixture.store, 0, "", 0, count_row, seen, &why));
	assert_string_equal(seen, "order order void ");
	seen[0] = '\0';
	MUST(store_view_order_events(fixture.store, 0, "", fixture_instant("2026-11-21"), count_row, seen, &why));
	assert_string_equal(seen, "void ");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(an_accepted_order_is_told_once_as_data),
	    CASE(a_failure_is_tried_again_later_and_later),
	    CASE(what_is_refused_for_good_waits_for_staff),
	    CASE(a_void_is_told_after_its_order),
	    CASE(a_void_of_a_refused_order_is_not_told),
	    CASE(three_failures_in_a_row_end_the_stage_for_this_run),
	    CASE(a_program_that_hangs_is_left_alone_until_the_next_run),
	    CASE(without_a_program_nothing_waits),
	    CASE(the_export_has_each_order_and_each_void_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

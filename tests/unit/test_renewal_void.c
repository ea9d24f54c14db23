/* test_renewal_void.c - orders taken back: by staff, by a no after the order, at the end; and numbers without gaps after a crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>

#include "business_fixture.h"
#include "mailproc/payment.h"

static struct fixture fixture;
static int64_t customer, renewal[3];

static int
open_fixture(void **state)
{
	static const char *const names[] = {"a.customer.example", "b.customer.example", "c.customer.example"};

	(void)state;
	fixture_open(&fixture, "2026-11-20T10:00:00+09:00");
	customer = fixture_customer(&fixture, "C1", "例株式会社", LANGUAGE_JA, METHOD_TRANSFER);
	fixture_contact(&fixture, customer, ROLE_ADMIN, "例太郎", "taro@customer.example");
	for (int i = 0; i < 3; i++)
		renewal[i] = fixture_renewal(&fixture, customer, "true-businessid", names[i], "2027-01-20T23:59:59Z");
	return 0;
}

static int
close_fixture(void **state)
{
	(void)state;
	fixture_close(&fixture);
	return 0;
}

/* One order for the first so many. */
static void
order(size_t count)
{
	struct occurrence occurrence = {.event = EVENT_SAID_RENEW, .by = "test"};
	const char *explanation = NULL;
	bool advanced = false;
	struct why why = {0};

	MUST(store_begin(fixture.store, &why));
	MUST(renewal_advance_all(&fixture.business, renewal, NULL, count, &occurrence, &advanced, &explanation, &why));
	assert_true(advanced);
	MUST(store_commit(fixture.store, &why));
}

static enum fault
decline(const int64_t *which, size_t count, struct why *why)
{
	struct occurrence occurrence = {.by = "Sato"};
	enum fault fault = store_begin(fixture.store, why);

	if (fault == FAULT_NONE)
		fault = renewal_decline_order(&fixture.business, which, count, &occurrence, why);
	if (fault == FAULT_NONE)
		return store_commit(fixture.store, why);
	store_rollback(fixture.store);
	return fault;
}

static int64_t
letters(const char *kind)
{
	char sql[200];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM letter WHERE kind = '%s' AND state <> 'withdrawn'", kind);
	return fixture_number(&fixture, sql);
}

static void
staff_take_an_invoice_back_and_the_customer_is_asked_again(void **state)
{
	struct why why = {0};

	(void)state;
	order(2);
	MUST(renewal_void_invoice(&fixture.business, "2026-000001", "Sato", "a wrong price", &why));
	assert_int_equal(fixture_state(&fixture, renewal[0]), RENEWAL_NOTICED);
	assert_int_equal(fixture_state(&fixture, renewal[1]), RENEWAL_NOTICED);
	assert_sql_text(&fixture, "SELECT i.state || ' ' || o.state || ' ' || i.void_reason FROM invoice i JOIN orders o ON o.id = i.orders",
	    "void void a wrong price (Sato)");
	assert_int_equal(letters("payment-request"), 0);
	assert_int_equal(renewal_void_invoice(&fixture.business, "2026-000001", "Sato", "again", &why), FAULT_ITEM);
	assert_int_equal(renewal_void_invoice(&fixture.business, "2026-000009", "Sato", "none", &why), FAULT_ITEM);
	order(1);
	assert_sql_text(&fixture, "SELECT number FROM invoice WHERE state = 'open'", "2026-000002");
	assert_int_equal(letters("payment-request"), 1);
}

static void
a_paid_invoice_is_not_taken_back(void **state)
{
	struct payment_entry entry = {.amount = 36666, .by = "Sato"};
	struct payment_result result = {0};
	struct why why = {0};

	(void)state;
	order(1);
	assert_true(day_parse("2026-11-20", &entry.paid_day));
	MUST(payment_record(&fixture.business, "2026-000001", &entry, &result, &why));
	assert_int_equal(renewal_void_invoice(&fixture.business, "2026-000001", "Sato", "x", &why), FAULT_ITEM);
	assert_non_null(strstr(why.text, "is paid"));
	assert_int_equal(decline(renewal, 1, &why), FAULT_ITEM);
	assert_int_equal(fixture_state(&fixture, renewal[0]), RENEWAL_PAID);
}

static void
a_no_after_the_order_takes_it_back_and_is_confirmed(void **state)
{
	struct why why = {0};

	(void)state;
	order(1);
	MUST(decline(renewal, 1, &why));
	assert_int_equal(fixture_state(&fixture, renewal[0]), RENEWAL_DECLINED);
	assert_sql_text(&fixture, "SELECT state FROM invoice", "void");
	assert_int_equal(letters("declined"), 1);
	assert_int_equal(letters("payment-request"), 0);
}

static void
what_else_was_on_the_order_is_ordered_anew(void **state)
{
	struct why why = {0};

	(void)state;
	order(3);
	MUST(decline(&renewal[1], 1, &why));
	assert_int_equal(fixture_state(&fixture, renewal[0]), RENEWAL_ORDERED);
	assert_int_equal(fixture_state(&fixture, renewal[1]), RENEWAL_DECLINED);
	assert_int_equal(fixture_state(&fixture, renewal[2]), RENEWAL_ORDERED);
	assert_sql_text(&fixture, "SELECT group_concat(state) FROM invoice", "void,open");
	assert_sql_number(&fixture, "SELECT net FROM invoice WHERE state = 'open'", 66666);
	assert_sql_number(&fixture, "SELECT count(*) FROM invoice_line WHERE is_open = 1", 2);
	assert_int_equal(letters("payment-request"), 1);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter_item i JOIN letter l ON l.id = i.letter WHERE l.kind = 'payment-request' AND l.state = 'wanted'", 2);
	assert_int_equal(letters("invoice"), 1);
}

static void
several_noes_at_once_take_one_order_back_once(void **state)
{
	struct why why = {0};

	(void)state;
	order(2);
	MUST(decline(renewal, 3, &why));
	for (int i = 0; i < 3; i++)
		assert_int_equal(fixture_state(&fixture, renewal[i]), RENEWAL_DECLINED);
	assert_sql_text(&fixture, "SELECT group_concat(state) FROM invoice", "void");
	assert_sql_number(&fixture, "SELECT count(*) FROM orders", 1);
}

static void
an_invoice_nobody_can_pay_any_more_is_void_by_itself(void **state)
{
	(void)state;
	order(2);
	fixture_set_now(&fixture, "2027-01-25T10:00:00+09:00");
	assert_true(fixture_advance(&fixture, renewal[0], EVENT_TERM_ENDED, NULL));
	assert_sql_text(&fixture, "SELECT state FROM invoice", "open");
	assert_true(fixture_advance(&fixture, renewal[1], EVENT_TERM_ENDED, NULL));
	assert_sql_text(&fixture, "SELECT state || ' ' || void_reason FROM invoice", "void nothing on it can be renewed any more");
}

static void
a_replaced_renewal_leaves_no_open_invoice(void **state)
{
	(void)state;
	order(1);
	assert_true(fixture_advance(&fixture, renewal[0], EVENT_NAME_CHANGED, NULL));
	assert_sql_text(&fixture, "SELECT state FROM invoice", "void");
}

/* The process ends between the number and the commit. */
static void
a_crash_leaves_no_gap_in_the_numbers(void **state)
{
	int status = 0;
	pid_t child;

	(void)state;
	order(1);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct business business = fixture.business;
		struct store *store = NULL;

		if (store_open(&store, fixture_path(&fixture, "store.db"), STORE_WRITE, NULL) != FAULT_NONE)
			_exit(1);
		business.store = store;
		if (store_begin(store, NULL) != FAULT_NONE || renewal_order(&business, &renewal[1], 1, NULL) != FAULT_NONE)
			_exit(2);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	order(3);
	assert_sql_text(&fixture, "SELECT group_concat(number) FROM (SELECT number FROM invoice ORDER BY id)", "2026-000001,2026-000002");
	assert_sql_text(&fixture, "SELECT group_concat(number) FROM (SELECT number FROM orders ORDER BY id)", "O-2026-00001,O-2026-00002");
}

static void
wishes_stand_on_order_and_invoice(void **state)
{
	struct why why = {0};

	(void)state;
	MUST(store_begin(fixture.store, &why));
	MUST(store_wishes_set(fixture.store, renewal[1], "PO-4711", NULL, &why));
	MUST(store_wishes_set(fixture.store, renewal[1], NULL, "例株式会社 経理部", &why));
	MUST(store_commit(fixture.store, &why));
	order(2);
	assert_sql_text(&fixture, "SELECT o.purchase_order || '|' || i.addressee FROM invoice i JOIN orders o ON o.id = i.orders",
	    "PO-4711|例株式会社 経理部");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(staff_take_an_invoice_back_and_the_customer_is_asked_again),
	    CASE(a_paid_invoice_is_not_taken_back),
	    CASE(a_no_after_the_order_takes_it_back_and_is_confirmed),
	    CASE(what_else_was_on_the_order_is_ordered_anew),
	    CASE(several_noes_at_once_take_one_order_back_once),
	    CASE(an_invoice_nobody_can_pay_any_more_is_void_by_itself),
	    CASE(a_replaced_renewal_leaves_no_open_invoice),
	    CASE(a_crash_leaves_no_gap_in_the_numbers),
	    CASE(wishes_stand_on_order_and_invoice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_renewal_order.c - one order, one invoice, the tax once, and numbers without gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"

static struct fixture fixture;
static int64_t customer;

static int
open_fixture(void **state)
{
	(void)state;
	fixture_open(&fixture, "2026-11-20T10:00:00+09:00");
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
renewal_of(const char *product, const char *name, const char *ends_at)
{
	return fixture_renewal(&fixture, customer, product, name, ends_at);
}

static void
order(const int64_t *renewal, size_t count)
{
	struct why why = {0};

	MUST(store_begin(fixture.store, &why));
	MUST(renewal_order(&fixture.business, renewal, count, &why));
	MUST(store_commit(fixture.store, &why));
}

/* 33333 + 33333 + 55555 = 122221: 10 % of the sum is 12222, of the lines one by one it would be 3333 + 3333 + 5555 = 12221. */
static void
the_tax_is_rounded_once_per_invoice_downwards(void **state)
{
	int64_t renewal[] = {renewal_of("true-businessid", "www.customer.example", "2027-01-20T23:59:59Z"),
	    renewal_of("true-businessid", "shop.customer.example", "2027-01-20T23:59:59Z"),
	    renewal_of("sureserver", "mail.customer.example", "2027-01-20T23:59:59Z")};

	(void)state;
	order(renewal, 3);
	assert_sql_text(&fixture, "SELECT net || ' ' || tax || ' ' || total FROM invoice", "122221 12222 134443");
	assert_sql_text(&fixture, "SELECT tax_percent || ' ' || net || ' ' || tax FROM invoice_tax", "10 122221 12222");
	assert_sql_number(&fixture, "SELECT count(*) FROM orders", 1);
	assert_sql_number(&fixture, "SELECT count(*) FROM order_line", 3);
	assert_sql_number(&fixture, "SELECT count(*) FROM invoice_line WHERE is_open = 1", 3);
}

static void
lines_and_invoice_say_what_for_whom_and_until_when(void **state)
{
	int64_t renewal = renewal_of("secure-server-id", "www.customer.example", "2027-01-20T23:59:59Z");

	(void)state;
	order(&renewal, 1);
	assert_sql_text(&fixture, "SELECT product || ' | ' || description || ' | ' || amount FROM order_line",
	    "secure-server-id | セキュアサーバID 更新（www.customer.example） | 60000");
	assert_sql_text(&fixture,
	    "SELECT addressee || ' ' || currency || ' ' || date(issued_day * 86400, 'unixepoch') || ' ' || date(due_day * 86400, 'unixepoch') FROM invoice",
	    "例株式会社 JPY 2026-11-20 2026-12-04");
	assert_sql_text(&fixture, "SELECT payment_method FROM orders", "transfer");
}

static void
an_english_customer_gets_english_lines(void **state)
{
	int64_t other = fixture_customer(&fixture, "C2", "Example Ltd", LANGUAGE_EN, METHOD_CARD);
	int64_t renewal = fixture_renewal(&fixture, other, "secure-server-id", "www.other.example", "2027-01-20T23:59:59Z");

	(void)state;
	order(&renewal, 1);
	assert_sql_text(&fixture, "SELECT description FROM order_line", "Secure Server ID, renewal (www.other.example)");
	assert_sql_text(&fixture, "SELECT payment_method FROM orders", "card");
}

static void
the_method_asked_for_stands_before_the_customers(void **state)
{
	int64_t renewal = renewal_of("true-businessid", "www.customer.example", "2027-01-20T23:59:59Z");
	struct why why = {0};

	(void)state;
	MUST(store_begin(fixture.store, &why));
	MUST(store_renewal_set_payment_method(fixture.store, renewal, METHOD_CARD, &why));
	MUST(store_commit(fixture.store, &why));
	order(&renewal, 1);
	assert_sql_text(&fixture, "SELECT payment_method FROM orders", "card");
}

/* The one that ends first decides: 2026-12-01 less 5 days of vetting is 26 November. */
static void
the_due_day_is_the_earliest_of_all_lines(void **state)
{
	int64_t renewal[] = {renewal_of("true-businessid", "www.customer.example", "2027-01-20T23:59:59Z"),
	    renewal_of("true-businessid", "shop.customer.example", "2026-11-30T23:59:59Z")};

	(void)state;
	order(renewal, 2);
	assert_sql_text(&fixture, "SELECT date(due_day * 86400, 'unixepoch') FROM invoice", "2026-11-26");
}

static void
numbers_have_no_gap_after_a_rollback_and_start_again_each_year(void **state)
{
	int64_t renewal[4];
	struct why why = {0};

	(void)state;
	for (int i = 0; i < 4; i++) {
		char name[64];

		snprintf(name, sizeof name, "www%d.customer.example", i);
		renewal[i] = renewal_of("true-businessid", name, "2027-01-20T23:59:59Z");
	}
	order(&renewal[0], 1);
	MUST(store_begin(fixture.store, &why));
	MUST(renewal_order(&fixture.business, &renewal[1], 1, &why));
	store_rollback(fixture.store);
	order(&renewal[2], 1);
	assert_sql_text(&fixture, "SELECT group_concat(number, ' ') FROM (SELECT number FROM invoice ORDER BY id)",
	    "2026-000001 2026-000002");
	/* New Year's Eve in UTC is the new year in Tokyo. */
	fixture_set_now(&fixture, "2026-12-31T15:00:00Z");
	order(&renewal[3], 1);
	assert_sql_text(&fixture, "SELECT number FROM invoice ORDER BY id DESC LIMIT 1", "2027-000001");
	assert_sql_text(&fixture, "SELECT number FROM orders ORDER BY id DESC LIMIT 1", "O-2027-00001");
}

static void
what_was_ordered_is_not_ordered_again(void **state)
{
	int64_t renewal = renewal_of("true-businessid", "www.customer.example", "2027-01-20T23:59:59Z");

	(void)state;
	order(&renewal, 1);
	order(&renewal, 1);
	assert_sql_number(&fixture, "SELECT count(*) FROM orders", 1);
	assert_sql_number(&fixture, "SELECT count(*) FROM invoice", 1);
}

static void
two_customers_cannot_share_an_order(void **state)
{
	int64_t other = fixture_customer(&fixture, "C2", "Example Ltd", LANGUAGE_EN, METHOD_CARD);
	int64_t renewal[] = {renewal_of("true-businessid", "www.customer.example", "2027-01-20T23:59:59Z"),
	    fixture_renewal(&fixture, other, "true-businessid", "www.other.example", "2027-01-20T23:59:59Z")};
	struct why why = {0};

	(void)state;
	MUST(store_begin(fixture.store, &why));
	assert_int_equal(renewal_order(&fixture.business, renewal, 2, &why), FAULT_ITEM);
	store_rollback(fixture.store);
	assert_non_null(strstr(why.text, "different customers"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(the_tax_is_rounded_once_per_invoice_downwards),
	    CASE(lines_and_invoice_say_what_for_whom_and_until_when),
	    CASE(an_english_customer_gets_english_lines),
	    CASE(the_method_asked_for_stands_before_the_customers),
	    CASE(the_due_day_is_the_earliest_of_all_lines),
	    CASE(numbers_have_no_gap_after_a_rollback_and_start_again_each_year),
	    CASE(what_was_ordered_is_not_ordered_again),
	    CASE(two_customers_cannot_share_an_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

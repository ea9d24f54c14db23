/* test_payment.c - payments and their invoices: matched, short, over, double, late; what staff decide; a bank's file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"
#include "mailproc/payment.h"

/* The price of true-businessid with tax. */
enum { TOTAL = 36666 };

static struct fixture fixture;
static int64_t customer;

static int
open_fixture(void **state)
{
	struct customer record = {0};
	struct why why = {0};
	bool changed;

	(void)state;
	fixture_open(&fixture, "2026-11-20T10:00:00+09:00");
	customer = fixture_customer(&fixture, "C1", "さくら商事株式会社", LANGUAGE_JA, METHOD_TRANSFER);
	fixture_contact(&fixture, customer, ROLE_ADMIN, "例太郎", "taro@customer.example");
	MUST(store_customer_get(fixture.store, customer, &record, &why));
	free(record.payer_kana);
	record.payer_kana = strdup("カ）サクラショウジ");
	MUST(store_begin(fixture.store, &why));
	MUST(store_customer_put(fixture.store, &record, &changed, &why));
	MUST(store_commit(fixture.store, &why));
	customer_release(&record);
	return 0;
}

static int
close_fixture(void **state)
{
	(void)state;
	unlink(fixture_path(&fixture, "bank.csv"));
	fixture_close(&fixture);
	return 0;
}

/* A renewal with order and invoice. */
static int64_t
ordered_for(int64_t whose, const char *name)
{
	int64_t renewal = fixture_renewal(&fixture, whose, "true-businessid", name, "2027-01-20T23:59:59Z");

	assert_true(fixture_advance(&fixture, renewal, EVENT_SAID_RENEW, NULL));
	return renewal;
}

static int64_t
ordered(const char *name)
{
	return ordered_for(customer, name);
}

static struct payment_result
record(const char *what, int64_t amount, const char *day, bool accepts)
{
	struct payment_entry entry = {.amount = amount, .by = "Sato", .accepts = accepts};
	struct payment_result result = {0};
	struct why why = {0};

	assert_true(day_parse(day, &entry.paid_day));
	MUST(payment_record(&fixture.business, what, &entry, &result, &why));
	return result;
}

static void
expect_refused(const char *what, int64_t amount, const char *day, bool accepts, const char *cause)
{
	struct payment_entry entry = {.amount = amount, .by = "Sato", .accepts = accepts};
	struct payment_result result = {0};
	struct why why = {0};
	int64_t before = fixture_number(&fixture, "SELECT count(*) FROM payment");

	assert_true(day_parse(day, &entry.paid_day));
	assert_int_equal(payment_record(&fixture.business, what, &entry, &result, &why), FAULT_ITEM);
	if (strstr(why.text, cause) == NULL)
		fail_msg("'%s' instead of '%s'", why.text, cause);
	assert_sql_number(&fixture, "SELECT count(*) FROM payment", before);
}

/* ---- one payment ---- */

static void
the_exact_amount_pays_the_invoice_and_its_renewals(void **state)
{
	int64_t renewal = ordered("www.customer.example");
	struct payment_result result = record("2026-000001", TOTAL, "2026-11-20", false);

	(void)state;
	assert_int_equal(result.state, PAYMENT_MATCHED);
	assert_true(result.is_paid);
	assert_int_equal(fixture_state(&fixture, renewal), RENEWAL_PAID);
	assert_sql_text(&fixture, "SELECT state FROM invoice", "paid");
	assert_sql_text(&fixture, "SELECT method || ' ' || source FROM payment", "transfer Sato");
	assert_sql_text(&fixture, "SELECT evidence FROM event WHERE event = 'paid'", "{\"invoice\":\"2026-000001\",\"payment\":1,\"amount\":36666}");
}

static void
a_reference_is_as_good_as_a_number(void **state)
{
	int64_t renewal = ordered("www.customer.example");

	(void)state;
	assert_int_equal(record("SSL-2026-00001", TOTAL, "2026-11-20", false).state, PAYMENT_MATCHED);
	assert_int_equal(fixture_state(&fixture, renewal), RENEWAL_PAID);
	expect_refused("2026-000009", 1, "2026-11-20", false, "there is no invoice and no renewal");
	fixture_renewal(&fixture, customer, "true-businessid", "x.customer.example", "2027-01-20T23:59:59Z");
	expect_refused("SSL-2026-00002", 1, "2026-11-20", false, "was not ordered");
}

static void
short_and_over_wait_and_staff_accept_them(void **state)
{
	static const struct {
		int64_t amount;
		enum payment_state state;
		const char *reason;
	} cases[] = {{TOTAL - 440, PAYMENT_SHORT, "440 JPY too little"}, {TOTAL + 1, PAYMENT_OVER, "1 JPY too much"}};

	(void)state;
	for (int i = 0; i < 2; i++) {
		char name[64], number[32];
		int64_t renewal;
		struct payment_result result;
		struct why why = {0};

		snprintf(name, sizeof name, "www%d.customer.example", i);
		snprintf(number, sizeof number, "2026-%06d", i + 1);
		renewal = ordered(name);
		result = record(number, cases[i].amount, "2026-11-20", false);
		assert_int_equal(result.state, cases[i].state);
		assert_non_null(strstr(result.reason.text, cases[i].reason));
		assert_false(result.is_paid);
		assert_int_equal(fixture_state(&fixture, renewal), RENEWAL_ORDERED);
		MUST(payment_match(&fixture.business, result.id, number, true, "Sato", "the fee", &result, &why));
		assert_true(result.is_paid);
		assert_int_equal(fixture_state(&fixture, renewal), RENEWAL_PAID);
		assert_int_equal(payment_match(&fixture.business, result.id, number, true, "Sato", "", &result, &why), FAULT_ITEM);
	}
	assert_sql_text(&fixture, "SELECT group_concat(state || ' ' || decision || ' ' || decided_by || ' ' || note, ', ') FROM payment",
	    "short accepted Sato the fee, over accepted Sato the fee");
}

static void
two_short_ones_make_it_up(void **state)
{
	int64_t renewal = ordered("www.customer.example");

	(void)state;
	assert_int_equal(record("2026-000001", 30000, "2026-11-20", false).state, PAYMENT_SHORT);
	assert_int_equal(record("2026-000001", TOTAL - 30000, "2026-11-20", false).state, PAYMENT_MATCHED);
	assert_int_equal(fixture_state(&fixture, renewal), RENEWAL_PAID);
	assert_sql_text(&fixture, "SELECT group_concat(state || ':' || reason) FROM payment", "matched:made up by payment 2,matched:");
}

static void
what_staff_closed_does_not_count(void **state)
{
	struct why why = {0};

	(void)state;
	ordered("www.customer.example");
	record("2026-000001", 30000, "2026-11-20", false);
	MUST(payment_close(&fixture.business, 1, "Sato", "paid back", &why));
	assert_int_equal(payment_close(&fixture.business, 1, "Sato", "again", &why), FAULT_ITEM);
	assert_int_equal(payment_close(&fixture.business, 4711, "Sato", "none", &why), FAULT_ITEM);
	assert_int_equal(record("2026-000001", TOTAL - 30000, "2026-11-20", false).state, PAYMENT_SHORT);
}

static void
a_second_payment_is_double_and_cannot_be_accepted(void **state)
{
	struct why why = {0};

	(void)state;
	ordered("www.customer.example");
	record("2026-000001", TOTAL, "2026-11-20", false);
	assert_int_equal(record("2026-000001", TOTAL, "2026-11-20", false).state, PAYMENT_DOUBLE);
	expect_refused("2026-000001", TOTAL, "2026-11-20", true, "paid already");
	assert_int_equal(payment_close(&fixture.business, 1, "Sato", "x", &why), FAULT_ITEM);
	MUST(payment_close(&fixture.business, 2, "Sato", "paid back", &why));
}

/* The end is 2027-01-21 in Tokyo, vetting takes 5 days: 2027-01-16 is a Saturday, so the 15th is the last. */
static void
after_the_last_safe_day_staff_decide(void **state)
{
	int64_t renewal = ordered("www.customer.example");
	struct payment_result result;
	struct why why = {0};

	(void)state;
	fixture_set_now(&fixture, "2027-01-18T10:00:00+09:00");
	result = record("2026-000001", TOTAL, "2027-01-16", false);
	assert_int_equal(result.state, PAYMENT_LATE);
	assert_non_null(strstr(result.reason.text, "the last safe day of SSL-2026-00001 was 2027-01-15"));
	assert_int_equal(fixture_state(&fixture, renewal), RENEWAL_ORDERED);
	MUST(payment_match(&fixture.business, result.id, "2026-000001", true, "Sato", "the CA hurries", &result, &why));
	assert_int_equal(fixture_state(&fixture, renewal), RENEWAL_PAID);
}

static void
paid_in_time_but_told_later_is_in_time(void **state)
{
	(void)state;
	ordered("www.customer.example");
	fixture_set_now(&fixture, "2027-01-18T10:00:00+09:00");
	assert_int_equal(record("2026-000001", TOTAL, "2027-01-15", false).state, PAYMENT_MATCHED);
}

static void
after_the_end_of_the_term_it_is_late_and_cannot_be_accepted(void **state)
{
	int64_t renewal = ordered("www.customer.example");

	(void)state;
	fixture_set_now(&fixture, "2027-01-25T10:00:00+09:00");
	assert_int_equal(record("2026-000001", TOTAL, "2027-01-15", false).state, PAYMENT_LATE);
	assert_true(fixture_advance(&fixture, renewal, EVENT_TERM_ENDED, NULL));
	expect_refused("2026-000001", TOTAL, "2027-01-15", true, "cannot be accepted");
}

static void
one_invoice_with_several_renewals_is_paid_as_one(void **state)
{
	int64_t renewal[2];
	struct occurrence occurrence = {.event = EVENT_SAID_RENEW, .by = "test"};
	const char *explanation = NULL;
	struct why why = {0};
	bool advanced = false;

	(void)state;
	renewal[0] = fixture_renewal(&fixture, customer, "true-businessid", "a.customer.example", "2027-01-20T23:59:59Z");
	renewal[1] = fixture_renewal(&fixture, customer, "sureserver", "b.customer.example", "2027-01-20T23:59:59Z");
	MUST(store_begin(fixture.store, &why));
	MUST(renewal_advance_all(&fixture.business, renewal, NULL, 2, &occurrence, &advanced, &explanation, &why));
	MUST(store_commit(fixture.store, &why));
	assert_int_equal(record("2026-000001", 33333 + 55555 + 8888, "2026-11-20", false).state, PAYMENT_MATCHED);
	assert_int_equal(fixture_state(&fixture, renewal[0]), RENEWAL_PAID);
	assert_int_equal(fixture_state(&fixture, renewal[1]), RENEWAL_PAID);
}

/* ---- a bank's file ---- */

struct told {
	char text[4096];
	size_t count;
};

static void
note_problem(unsigned line, const char *column, const char *text, void *data)
{
	struct told *told = data;
	size_t n = strlen(told->text);

	snprintf(told->text + n, sizeof told->text - n, "%u: %s: %.60s\n", line, column != NULL ? column : "", text);
	told->count++;
}

static enum fault
import(const char *csv, struct payment_counts *counts, struct told *told)
{
	struct why why = {0};

	fixture_write(&fixture, "bank.csv", csv);
	*told = (struct told){0};
	return payment_import(&fixture.business, fixture_path(&fixture, "bank.csv"), counts, note_problem, told, &why);
}

static void
rows_are_matched_by_number_then_by_amount_and_name(void **state)
{
	int64_t other = fixture_customer(&fixture, "C2", "花屋すみれ", LANGUAGE_JA, METHOD_TRANSFER);
	int64_t a, b, c;
	struct payment_counts counts;
	struct told told;

	(void)state;
	fixture_contact(&fixture, other, ROLE_ADMIN, "", "hana@customer.example");
	a = ordered("a.customer.example");
	b = ordered_for(other, "b.customer.example");
	c = ordered_for(other, "c.customer.example");
	assert_int_equal(import("口座番号,1234567\r\n\r\n取引日,お支払金額,お預り金額,振込依頼人名,摘要\r\n"
				"2026/11/19,,\"36,666\",ｶ)ｻｸﾗｼﾖｳｼﾞ,振込\r\n"
				"2026/11/19,,36666,ﾊﾅﾔｽﾐﾚ,No.2026ー000002\r\n"
				"2026/11/19,500,,手数料,\r\n"
				"2026/11/19,,36666,ｼﾗﾅｲﾋﾄ,SSL-2026-00003\r\n"
				"2026/11/19,,36666,ｼﾗﾅｲﾋﾄ,\r\n",
			     &counts, &told),
	    FAULT_NONE);
	assert_int_equal(counts.state[PAYMENT_MATCHED], 3);
	assert_int_equal(counts.state[PAYMENT_UNMATCHED], 1);
	assert_int_equal(counts.outgoing, 1);
	assert_int_equal(fixture_state(&fixture, a), RENEWAL_PAID);
	assert_int_equal(fixture_state(&fixture, b), RENEWAL_PAID);
	assert_int_equal(fixture_state(&fixture, c), RENEWAL_PAID);
	assert_sql_text(&fixture, "SELECT payer || '|' || text FROM payment WHERE id = 1", "ｶ)ｻｸﾗｼﾖｳｼﾞ|振込");
}

static void
the_same_file_again_changes_nothing_and_equal_rows_are_two(void **state)
{
	static const char file[] = "日付,入金額,摘要\n2026-11-19,100,ｱｱ\n2026-11-19,100,ｱｱ\n2026-11-19,36666,振込 ｶ)ｻｸﾗｼﾖｳｼﾞ\n";
	static const char longer[] = "日付,入金額,摘要\n2026-11-19,100,ｱｱ\n2026-11-19,100,ｱｱ\n2026-11-19,36666,振込 ｶ)ｻｸﾗｼﾖｳｼﾞ\n2026-11-20,100,ｱｱ\n";
	int64_t renewal = ordered("www.customer.example");
	struct payment_counts counts;
	struct told told;

	(void)state;
	assert_int_equal(import(file, &counts, &told), FAULT_NONE);
	assert_int_equal(counts.state[PAYMENT_UNMATCHED], 2);
	assert_int_equal(counts.state[PAYMENT_MATCHED], 1);
	assert_int_equal(fixture_state(&fixture, renewal), RENEWAL_PAID);
	assert_int_equal(import(file, &counts, &told), FAULT_NONE);
	assert_int_equal(counts.known, 3);
	assert_sql_number(&fixture, "SELECT count(*) FROM payment", 3);
	assert_int_equal(import(longer, &counts, &told), FAULT_NONE);
	assert_int_equal(counts.known, 3);
	assert_sql_number(&fixture, "SELECT count(*) FROM payment", 4);
}

static void
what_is_not_certain_is_told_with_what_is_near(void **state)
{
	struct payment_counts counts;
	struct told told;
	struct payment_result result = {0};
	struct why why = {0};

	(void)state;
	ordered("a.customer.example");
	ordered("b.customer.example");
	assert_int_equal(import("date,amount,payer,description\n2026-11-19,36666,ｶ)ｻｸﾗｼﾖｳｼﾞ,\n2026-11-19,73332,ｶ)ｻｸﾗｼﾖｳｼﾞ,2026-000001 2026000002\n"
				"2026-11-19,36666,ｻﾄｳ,\n2026-11-19,5,ｻﾄｳ,tel 0320260000019\n",
			     &counts, &told),
	    FAULT_NONE);
	assert_int_equal(counts.state[PAYMENT_UNMATCHED], 4);
	assert_sql_text(&fixture, "SELECT reason FROM payment WHERE id = 1", "amount and name fit several invoices: 2026-000001, 2026-000002");
	assert_sql_text(&fixture, "SELECT reason FROM payment WHERE id = 2", "it names several invoices: 2026-000001, 2026-000002");
	assert_sql_text(&fixture, "SELECT reason LIKE 'the name is not known%2026-000001 (さくら商事株式会社)%' FROM payment WHERE id = 3", "1");
	MUST(payment_match(&fixture.business, 1, "2026-000002", false, "Sato", "asked", &result, &why));
	assert_int_equal(result.state, PAYMENT_MATCHED);
	assert_sql_text(&fixture, "SELECT state || ' ' || decided_by FROM payment WHERE id = 1", "matched Sato");
}

static void
a_number_with_another_amount_is_short_and_a_paid_one_double(void **state)
{
	struct payment_counts counts;
	struct told told;

	(void)state;
	ordered("a.customer.example");
	assert_int_equal(import("date,amount,payer,description\n2026-11-18,36226,ｻﾄｳ,2026-000001\n", &counts, &told), FAULT_NONE);
	assert_int_equal(counts.state[PAYMENT_SHORT], 1);
	assert_int_equal(import("date,amount,payer,description\n2026-11-19,440,ｻﾄｳ,2026-000001\n2026-11-19,36666,ｶ)ｻｸﾗｼﾖｳｼﾞ,\n", &counts, &told), FAULT_NONE);
	assert_int_equal(counts.state[PAYMENT_MATCHED], 1);
	assert_int_equal(counts.state[PAYMENT_DOUBLE], 1);
	assert_sql_text(&fixture, "SELECT state FROM invoice", "paid");
}

static const struct {
	const char *csv, *problem;
} bad_files[] = {
    {"", "1: : no line names a column"},
    {"日付,摘要\n2026-11-19,x\n", "1: : no line names a column"},
    {"日付,入金額\n2026-11-19,66000\n2026-13-01,66000\n", "3: 日付: \"2026-13-01\" is not a day"},
    {"日付,入金額(円)\n2026-11-19,66.5\n", "2: 入金額(円): \"66.5\" is not an amount"},
    {"日付,入金額\n,66000\n", "2: 日付: \"\" is not a day"},
    {"日付,入金額\n2026-11-19,\"66000\n", "2: 入金額: the quote that opens this field"},
    {"日付,入金額\n2026-11-19,66000\nx,y\n", "3: 入金額: \"y\" is not an amount"},
};

static void
a_bad_file_is_told_with_line_and_column_and_nothing_is_kept(void **state)
{
	struct payment_counts counts;
	struct told told;

	(void)state;
	ordered("www.customer.example");
	for (size_t i = 0; i < sizeof bad_files / sizeof bad_files[0]; i++) {
		assert_int_equal(import(bad_files[i].csv, &counts, &told), FAULT_ITEM);
		if (strncmp(told.text, bad_files[i].problem, strlen(bad_files[i].problem)) != 0)
			fail_msg("%s instead of %s", told.text, bad_files[i].problem);
		assert_sql_number(&fixture, "SELECT count(*) FROM payment", 0);
	}
}

static void
other_headings_are_configured(void **state)
{
	struct payment_counts counts;
	struct told told;

	(void)state;
	ordered("www.customer.example");
	fixture.config.bank_date = TEXT("Wann");
	fixture.config.bank_amount = TEXT("Wieviel");
	fixture.config.bank_payer = TEXT("Wer");
	assert_int_equal(import("wann,wieviel,wer,amount\n2026-11-19,36666,ｶ)ｻｸﾗｼﾖｳｼﾞ,1\n", &counts, &told), FAULT_NONE);
	assert_int_equal(counts.state[PAYMENT_MATCHED], 1);
}

/* A product that is no longer configured stops the renewal, not the money. */
static void
money_that_cannot_be_followed_waits_with_the_cause(void **state)
{
	struct payment_counts counts;
	struct told told;

	(void)state;
	ordered("www.customer.example");
	fixture.config.product_count = 0;
	assert_int_equal(import("date,amount,payer\n2026-11-19,36666,ｶ)ｻｸﾗｼﾖｳｼﾞ\n", &counts, &told), FAULT_NONE);
	assert_int_equal(counts.state[PAYMENT_UNMATCHED], 1);
	assert_sql_text(&fixture, "SELECT reason LIKE '%true-businessid%' FROM payment", "1");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(the_exact_amount_pays_the_invoice_and_its_renewals),
	    CASE(a_reference_is_as_good_as_a_number),
	    CASE(short_and_over_wait_and_staff_accept_them),
	    CASE(two_short_ones_make_it_up),
	    CASE(what_staff_closed_does_not_count),
	    CASE(a_second_payment_is_double_and_cannot_be_accepted),
	    CASE(after_the_last_safe_day_staff_decide),
	    CASE(paid_in_time_but_told_later_is_in_time),
	    CASE(after_the_end_of_the_term_it_is_late_and_cannot_be_accepted),
	    CASE(one_invoice_with_several_renewals_is_paid_as_one),
	    CASE(rows_are_matched_by_number_then_by_amount_and_name),
	    CASE(the_same_file_again_changes_nothing_and_equal_rows_are_two),
	    CASE(what_is_not_certain_is_told_with_what_is_near),
	    CASE(a_number_with_another_amount_is_short_and_a_paid_one_double),
	    CASE(a_bad_file_is_told_with_line_and_column_and_nothing_is_kept),
	    CASE(other_headings_are_configured),
	    CASE(money_that_cannot_be_followed_waits_with_the_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_import.c - a CSV file into the store: what is taken, what is refused on which line, and that nothing is done twice. */
#include "store_scratch.h"

#include "mailproc/base/buf.h"
#include "mailproc/base/file.h"
#include "mailproc/import.h"
#include "mailproc/import/import_inner.h"

#define TEXT(s) ((char[]){s})

static struct config_authority authorities[] = {{.id = TEXT("a1")}, {.id = TEXT("a2")}};
static struct config_product products[] = {
    {.id = TEXT("secure-server-id"), .authority = TEXT("a1"), .term_years = 1, .vetting_days = 7},
    {.id = TEXT("quick"), .authority = TEXT("a1"), .term_years = 1, .vetting_days = 3},
};
static struct config config = {.data_dir = TEXT("."), .closed_days = TEXT(""), .shared_domains = TEXT(""), .reference_prefix = TEXT("SSL"),
    .authority = authorities, .authority_count = 2, .product = products, .product_count = 2};

/* Problems as "LINE COLUMN: TEXT\n". */
static void
note(unsigned line, const char *column, const char *text, void *data)
{
	buf_addf(data, "%u %s: %s\n", line, column != NULL ? column : "-", text);
}

struct imported {
	enum fault fault;
	struct import_counts counts;
	struct buf problems;
};

static struct imported
import(struct scratch *s, const char *path, bool dry_run)
{
	struct imported made = {.problems = BUF_MAX(1 << 20)};
	struct business business = {0};

	DONE(s, business_open(&business, s->store, &config, NULL, T0, &s->why));
	made.fault = import_csv(&business, path, &(struct import_options){.dry_run = dry_run, .as_of_day = -1}, &made.counts, note, &made.problems, &s->why);
	assert_false(store_is_writing(s->store));
	business_close(&business);
	return made;
}

/* Writes text to a file of the scratch folder and imports it. */
static struct imported
import_text(struct scratch *s, const char *text, size_t n)
{
	char path[700];
	FILE *f;

	snprintf(path, sizeof path, "%s/test.csv", s->folder);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
	return import(s, path, false);
}

/* Every row of every table. */
static char *
dump(struct scratch *s)
{
	struct buf out = BUF_MAX(1 << 22);
	sqlite3_stmt *tables = NULL, *rows = NULL;

	assert_int_equal(sqlite3_prepare_v2(s->store->db, "SELECT 'SELECT * FROM ' || name FROM sqlite_master WHERE type = 'table' ORDER BY name",
			     -1, &tables, NULL),
	    SQLITE_OK);
	while (sqlite3_step(tables) == SQLITE_ROW) {
		const char *select = (const char *)sqlite3_column_text(tables, 0);

		buf_addf(&out, "%s\n", select);
		assert_int_equal(sqlite3_prepare_v2(s->store->db, select, -1, &rows, NULL), SQLITE_OK);
		while (sqlite3_step(rows) == SQLITE_ROW) {
			for (int i = 0; i < sqlite3_column_count(rows); i++)
				buf_addf(&out, "%s|", sqlite3_column_type(rows, i) == SQLITE_NULL ? "-" : (const char *)sqlite3_column_text(rows, i));
			buf_add_char(&out, '\n');
		}
		sqlite3_finalize(rows);
	}
	sqlite3_finalize(tables);
	return buf_take(&out);
}

static void
good(struct scratch *s, struct imported *made)
{
	if (made->fault != FAULT_NONE)
		fail_msg("%s\n%s", s->why.text, buf_text(&made->problems));
	buf_release(&made->problems);
}

#define COUNTS(made, r, cu, co, ce, re, un)                                                        \
	do {                                                                                       \
		assert_int_equal((made).counts.rows, r);                                           \
		assert_int_equal((made).counts.customers, cu);                                     \
		assert_int_equal((made).counts.contacts, co);                                      \
		assert_int_equal((made).counts.certificates, ce);                                  \
		assert_int_equal((made).counts.renewals, re);                                      \
		assert_int_equal((made).counts.unchanged, un);                                     \
	} while (0)

#define ONE(s, sql) assert_int_equal(scratch_number(s, "SELECT count(*) FROM " sql), 1)

static void
a_file_becomes_customers_certificates_and_renewals(void **state)
{
	struct scratch *s = *state;
	struct imported made = import(s, "tests/csv/customers.csv", false);

	good(s, &made);
	COUNTS(made, 4, 3, 4, 3, 3, 0);
	ONE(s, "customer WHERE code = 'K-1001' AND name = '株式会社髙島商事' AND is_firm AND plan = 'flex' AND payment_method = 'transfer'");
	ONE(s, "customer WHERE code = 'K-1002' AND NOT is_firm AND payment_method = 'card' AND payer_kana = ''");
	ONE(s, "customer WHERE code = 'K-1003' AND name = 'Example \"Web\" Ltd.' AND language = 'en'");
	ONE(s, "contact WHERE role = 'admin' AND address = 'ichiro@takashima.example.jp' AND name = '髙島 一郎' AND NOT text_only");
	ONE(s, "contact WHERE role = 'billing' AND address = 'a..b.@docomo.ne.jp' AND text_only AND name = '経理 ①課'");
	ONE(s, "contact WHERE role = 'admin' AND address = 'taro@yamada.example.jp'");
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM contact_address"), 2);
	ONE(s, "certificate WHERE common_name = 'www.takashima.example.jp' AND organization = 'Takashima Shoji Co., Ltd.' AND serial = '0abc01'"
	       " AND authority = 'a1' AND organizational_unit = 'IT' AND country = 'JP'");
	ONE(s, "certificate WHERE common_name = 'xn--xckya1d0c.example.jp' AND authority = 'a2' AND country = 'JP'");
	ONE(s, "certificate_name WHERE name = '*.yamada.example.jp'");
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM event WHERE event = 'imported' AND to_state = 'upcoming' AND by = 'mailproc'"), 4);
	ONE(s, "renewal WHERE kind = 're-issue' AND state = 'upcoming'"); /* of the certificate that ends inside its term */
	ONE(s, "renewal WHERE reference = 'SSL-2026-00003' AND state = 'upcoming' AND kind = 'renewal' AND round = 0");
}

static void
dates_are_local_days_with_their_last_second(void **state)
{
	struct scratch *s = *state;
	struct imported made = import(s, "tests/csv/customers.csv", false);

	good(s, &made);
	/* 2026-01-21T00:00:00+09:00 to 2027-01-20T23:59:59+09:00 */
	ONE(s, "certificate WHERE not_before = unixepoch('2026-01-20T15:00:00') AND not_after = unixepoch('2027-01-20T14:59:59')");
	/* An instant is itself, and a certificate begins a term before its end where the file does not say. */
	ONE(s, "certificate WHERE not_before = unixepoch('2025-12-31T23:59:59') AND not_after = unixepoch('2026-12-31T23:59:59')");
	/* The term outlasts the certificate where the file says so. */
	ONE(s, "term WHERE starts_at = unixepoch('2026-04-30T15:00:00') AND ends_at = unixepoch('2027-04-30T14:59:59')");
	/* 60 days before 2027-01-20 is Saturday, 2026-11-21: the open day before it. */
	ONE(s, "renewal r JOIN term t ON t.id = r.term WHERE t.common_name = 'www.takashima.example.jp' "
	       "AND r.next_day = unixepoch('2026-11-20') / 86400");
}

static void
the_same_file_again_changes_nothing_at_all(void **state)
{
	static const char *const same[] = {"tests/csv/customers.csv", "tests/csv/customers-bom.csv", "tests/csv/customers-cp932.csv"};
	struct scratch *s = *state;
	struct imported made = import(s, same[0], false);
	struct buf bytes[2] = {BUF_MAX(1 << 24), BUF_MAX(1 << 24)};
	char *rows[2];

	good(s, &made);
	rows[0] = dump(s);
	store_close(s->store);
	DONE(s, file_read(&bytes[0], s->path, &s->why));
	DONE(s, store_open(&s->store, s->path, STORE_WRITE, &s->why));
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		made = import(s, same[i], false);
		good(s, &made);
		COUNTS(made, 4, 0, 0, 0, 0, 4);
		rows[1] = dump(s);
		assert_string_equal(rows[0], rows[1]);
		free(rows[1]);
	}
	store_close(s->store);
	s->store = NULL;
	DONE(s, file_read(&bytes[1], s->path, &s->why));
	assert_int_equal(bytes[0].n, bytes[1].n);
	assert_memory_equal(bytes[0].p, bytes[1].p, bytes[0].n);
	free(rows[0]);
	buf_release(&bytes[0]);
	buf_release(&bytes[1]);
}

static void
cp932_reads_like_utf8(void **state)
{
	struct scratch *s = *state;
	struct imported made = import(s, "tests/csv/customers-cp932.csv", false);

	good(s, &made);
	ONE(s, "customer WHERE name = '株式会社髙島商事' AND payer_kana = 'ｶ)ﾀｶｼﾏｼﾖｳｼﾞ'");
	ONE(s, "contact WHERE name = '経理 ①課'");
}

static void
a_trial_keeps_nothing_and_counts_the_same(void **state)
{
	struct scratch *s = *state;
	char *before = dump(s), *after;
	struct imported made = import(s, "tests/csv/customers.csv", true);

	good(s, &made);
	COUNTS(made, 4, 3, 4, 3, 3, 0);
	after = dump(s);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

#define HEADING "customer,customer_name,language,contact_email,common_name,product,not_after"

static void
a_changed_value_updates_the_record(void **state)
{
	static const char first[] = HEADING ",plan,payer_kana,organization,san,contact_name\n"
					    "K-1,Old,ja,a@example.jp,www.example.jp,quick,2027-01-20,flex,ｱ,Example Ltd.,a.example.jp b.example.jp,Ito\n";
	static const char second[] = HEADING "\nK-1,New,ja,a@example.jp,www.example.jp,quick,2027-01-20\n";
	static const char third[] = HEADING ",plan,organization,san\nK-1,New,ja,a@example.jp,www.example.jp,quick,2027-01-20,,Other,c.example.jp\n";
	struct scratch *s = *state;
	struct imported made = import_text(s, first, sizeof first - 1);

	good(s, &made);
	made = import_text(s, second, sizeof second - 1);
	good(s, &made);
	COUNTS(made, 1, 1, 0, 0, 0, 0);
	/* Columns that the file does not have stay as they were. */
	ONE(s, "customer WHERE name = 'New' AND plan = 'flex' AND payer_kana = 'ｱ'");
	ONE(s, "certificate WHERE organization = 'Example Ltd.'");
	ONE(s, "contact WHERE name = 'Ito'");
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM certificate_name"), 2);
	made = import_text(s, third, sizeof third - 1);
	good(s, &made);
	COUNTS(made, 1, 1, 0, 1, 0, 0);
	ONE(s, "customer WHERE plan = 'standard'");
	ONE(s, "certificate_name WHERE name = 'c.example.jp'");
	ONE(s, "certificate WHERE organization = 'Other'");
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM renewal"), 1);
}

static void
certificates_of_one_term_have_one_renewal(void **state)
{
	static const char text[] = HEADING ",not_before,term_start,term_end\n"
					   "K-1,A,ja,a@example.jp,www.example.jp,quick,2026-11-16,2026-05-01,2026-05-01,2027-04-30\n"
					   "K-1,A,ja,a@example.jp,www.example.jp,quick,2027-04-30,2026-10-20,2026-05-01,2027-04-30\n";
	struct scratch *s = *state;
	struct imported made = import_text(s, text, sizeof text - 1);

	good(s, &made);
	COUNTS(made, 2, 1, 1, 2, 1, 0);
	ONE(s, "term");
	ONE(s, "renewal");
}

static void
every_error_is_told_and_nothing_is_kept(void **state)
{
	static const char *const want[] = {
	    "2 language: 'fr' is not one of: ja en",
	    "3 contact_email: 'nobody': not an address",
	    "4 contact_email: 'a b@example.jp': not a plain address",
	    "5 contact_email: 'a@example': a host name has a dot",
	    "6 common_name: 'www_1.example.jp': a host name is made of",
	    "7 product: 'no-such' is not a product",
	    "8 not_after: '20/01/2027' is not a date",
	    "9 not_after: '2027-02-29' is not a date",
	    "10 customer_name: is empty",
	    "10 person: 'maybe' is not one of: yes no",
	    "10 contact_role: 'owner' is not one of: admin billing technical",
	    "10 contact_also: 'x': not an address",
	    "10 country: is not a code of two letters",
	    "10 serial: is not a hexadecimal number",
	    "11 customer_name: holds a control character",
	    "13 not_after: the line has 6 fields, the first line names 12",
	    "14 contact_also: the line has 13 fields, the first line names 12",
	    "15 contact_email: 'a@192.0.2.1': this is a number",
	    "15 common_name: '*.*.example.jp': ",
	};
	struct scratch *s = *state;
	char *before = dump(s), *after;
	struct imported made = import(s, "tests/csv/wrong.csv", false);
	size_t lines = 0;

	assert_int_equal(made.fault, FAULT_ITEM);
	assert_non_null(strstr(s->why.text, "nothing was imported"));
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		if (strstr(buf_text(&made.problems), want[i]) == NULL)
			fail_msg("'%s' is not in:\n%s", want[i], buf_text(&made.problems));
	for (const char *c = buf_text(&made.problems); *c != '\0'; c++)
		lines += *c == '\n';
	assert_int_equal(lines, sizeof want / sizeof *want);
	after = dump(s);
	assert_string_equal(before, after);
	free(before);
	free(after);
	buf_release(&made.problems);
}

#define GOOD_ROW "K-1,A,ja,a@example.jp,www.example.jp,quick,2027-01-20"

/* Whole files and the first problem of each. */
static const struct {
	const char *text;
	size_t n;
	const char *want;
} broken[] = {
#define FILE_OF(text, want) {text, sizeof text - 1, want}
    FILE_OF("", "1 -: the file is empty"),
    FILE_OF("\r\n\r\n", "1 -: the file is empty"),
    FILE_OF("customer,customer_name\nK-1,A\n", "1 language: is missing"),
    FILE_OF(HEADING ",colour\n" GOOD_ROW ",red\n", "1 colour: is not a column"),
    FILE_OF(HEADING ",\"\x1b[2J\"\n" GOOD_ROW ",x\n", "1 -: heading 8 holds a control character"),
    FILE_OF(HEADING ",Customer\n" GOOD_ROW ",K-1\n", "1 Customer: stands twice"),
    FILE_OF(HEADING "\n" GOOD_ROW "\nK-2,\"A,ja\n\n", "3 customer_name: the quote that opens this field is not closed"),
    FILE_OF(HEADING "\n\n" GOOD_ROW "\nK-2,A \"B\" C,ja,x\n", "4 customer_name: a quote inside"),
    FILE_OF(HEADING "\nK-2,\"A\"B,ja,x\n", "2 customer_name: a quote inside"),
    FILE_OF(HEADING "\nK-1,A\0B,ja\n", "2 -: line 2 holds a NUL"),
    FILE_OF(HEADING "\r" GOOD_ROW "\rK-2,\xFF\xFD,ja\r", "3 -: line 3 is neither UTF-8 nor CP932"),
    FILE_OF("\xEF\xBB\xBF" HEADING "\n" GOOD_ROW "\nK-2,\x83\x41,ja\n", "3 -: line 3 is not UTF-8"),
    FILE_OF(HEADING "\nK-1,\"A\xC2\x85\",ja,a@example.jp,www.example.jp,quick,2027-01-20", "2 customer_name: holds a control"),
    FILE_OF(HEADING "\nK-1,A\tB,ja,a@example.jp,www.example.jp,quick,2027-01-20", "2 customer_name: holds a control"),
    FILE_OF(HEADING "\nK-1,A,ja,a@example.jp\xE2\x80\xA8,www.example.jp,quick,2027-01-20", "2 contact_email: holds a control"),
    FILE_OF(HEADING ",not_before\n" GOOD_ROW ",2027-01-21\n", "2 not_after: the certificate ends before it begins"),
    FILE_OF(HEADING ",term_start\n" GOOD_ROW ",2027-01-21\n", "2 term_start: the term ends before it begins"),
    FILE_OF(HEADING ",authority\n" GOOD_ROW ",a9\n", "2 authority: 'a9' is not"),
    FILE_OF(HEADING "\n" GOOD_ROW "\n\nK-1,B,ja,a@example.jp,www2.example.jp,quick,2027-01-20\n",
	"4 customer_name: 'B', but line 2 says 'A' about the same customer"),
    FILE_OF(HEADING ",contact_name\n" GOOD_ROW ",x\nK-1,A,ja,a@EXAMPLE.jp,www2.example.jp,quick,2027-01-20,y\n",
	"3 contact_name: 'y', but line 2 says 'x' about the same contact"),
    FILE_OF(HEADING ",organization\n" GOOD_ROW ",x\nK-1,A,ja,b@example.jp,WWW.example.jp,quick,2027-01-20,y\n",
	"3 organization: 'y', but line 2 says 'x' about the same certificate"),
};

static void
a_broken_file_names_line_and_column(void **state)
{
	struct scratch *s = *state;

	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct imported made = import_text(s, broken[i].text, broken[i].n);

		if (made.fault != FAULT_ITEM || strncmp(buf_text(&made.problems), broken[i].want, strlen(broken[i].want)) != 0)
			fail_msg("wanted '%s', got %d, '%s' and:\n%s", broken[i].want, made.fault, s->why.text, buf_text(&made.problems));
		buf_release(&made.problems);
	}
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM customer"), 0);
}

static void
a_thousand_problems_are_enough(void **state)
{
	struct scratch *s = *state;
	struct buf text = BUF_MAX(1 << 20);
	struct imported made;
	size_t lines = 0;

	buf_add_text(&text, HEADING "\n");
	for (int i = 0; i < 1500; i++)
		buf_addf(&text, "K-%d,A,fr,a@example.jp,www.example.jp,quick,2027-01-20\n", i);
	made = import_text(s, text.p, text.n);
	assert_int_equal(made.fault, FAULT_ITEM);
	assert_non_null(strstr(s->why.text, "more than 1000 problems"));
	for (const char *c = buf_text(&made.problems); *c != '\0'; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 1000);
	buf_release(&text);
	buf_release(&made.problems);
}

static void
a_missing_file_and_a_busy_store_leave_nothing(void **state)
{
	struct scratch *s = *state;
	struct store *other = NULL;
	struct imported made = import(s, "tests/csv/no-such.csv", false);

	assert_int_equal(made.fault, FAULT_ITEM);
	buf_release(&made.problems);
	DONE(s, store_open(&other, s->path, STORE_WRITE, &s->why));
	DONE(s, store_begin(other, &s->why));
	store_set_busy_timeout(s->store, 20);
	made = import(s, "tests/csv/customers.csv", false);
	assert_int_equal(made.fault, FAULT_LATER);
	buf_release(&made.problems);
	/* Looking for problems needs no lock. */
	made = import(s, "tests/csv/wrong.csv", false);
	assert_int_equal(made.fault, FAULT_ITEM);
	buf_release(&made.problems);
	store_close(other);
}

/* want NULL: refused */
static const struct {
	const char *text, *want;
	bool is_address;
} names[] = {
    {"WWW.Example.JP", "www.example.jp", false},
    {"*.example.jp", "*.example.jp", false},
    {"日本語.jp", "xn--wgv71a119e.jp", false},
    {"ｗｗｗ．ｅｘａｍｐｌｅ．ｊｐ", "www.example.jp", false},
    {"xn--wgv71a119e.jp", "xn--wgv71a119e.jp", false},
    {"3.example.jp", "3.example.jp", false},
    {"xn--a.jp", NULL, false},
    {"XN--WGV71A119E.jp", "xn--wgv71a119e.jp", false},
    {"www.*.jp", NULL, false},
    {"*", NULL, false},
    {"*.", NULL, false},
    {"localhost", NULL, false},
    {"-a.jp", NULL, false},
    {"a-.jp", NULL, false},
    {"a..jp", NULL, false},
    {".a.jp", NULL, false},
    {"a.jp.", NULL, false},
    {"a_b.jp", NULL, false},
    {"a b.jp", NULL, false},
    {"192.0.2.1", NULL, false},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.jp", NULL, false},
    {"a@b.jp", "a@b.jp", true},
    {"Taro.Yamada+ssl@Example.JP", "Taro.Yamada+ssl@example.jp", true},
    {"a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp", true},
    {".a@ezweb.ne.jp", ".a@ezweb.ne.jp", true},
    {"a@日本語.jp", "a@xn--wgv71a119e.jp", true},
    {"@b.jp", NULL, true},
    {"a@", NULL, true},
    {"a@b", NULL, true},
    {"a@@b.jp", NULL, true},
    {"a@b@c.jp", NULL, true},
    {"\"a b\"@c.jp", NULL, true},
    {"<a@b.jp>", NULL, true},
    {"a,b@c.jp", NULL, true},
    {"a;b@c.jp", NULL, true},
    {"日本@c.jp", NULL, true},
    {"a@[192.0.2.1]", NULL, true},
    {"a@*.jp", NULL, true},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.jp", NULL, true},
};

static void
names_are_as_the_protocols_carry_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char got[ADDRESS_MAX] = "";
		const char *problem = names[i].is_address ? import_address(got, names[i].text) : import_host(got, names[i].text, true);

		if ((problem == NULL) != (names[i].want != NULL) || (names[i].want != NULL && strcmp(got, names[i].want) != 0))
			fail_msg("'%s': %s, '%s'", names[i].text, problem != NULL ? problem : "taken", got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(a_file_becomes_customers_certificates_and_renewals),
	    WITH_STORE(dates_are_local_days_with_their_last_second),
	    WITH_STORE(the_same_file_again_changes_nothing_at_all),
	    WITH_STORE(cp932_reads_like_utf8),
	    WITH_STORE(a_trial_keeps_nothing_and_counts_the_same),
	    WITH_STORE(a_changed_value_updates_the_record),
	    WITH_STORE(certificates_of_one_term_have_one_renewal),
	    WITH_STORE(every_error_is_told_and_nothing_is_kept),
	    WITH_STORE(a_broken_file_names_line_and_column),
	    WITH_STORE(a_thousand_problems_are_enough),
	    WITH_STORE(a_missing_file_and_a_busy_store_leave_nothing),
	    cmocka_unit_test(names_are_as_the_protocols_carry_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

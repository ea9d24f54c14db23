/*
 * business_fixture.h - a small business for tests: a configuration by hand, a scratch store, customers and renewals
 *
 * Everything lies in a folder of its own under $TMPDIR that fixture_close() removes. Include it after cmocka.h. Every helper fails the test when
 * what it sets up cannot be set up. The zone is Asia/Tokyo, the time is the one given.
 *
 * Closed are weekends, the turn of the year, and the Japanese holidays 2026-11-23 and 2027-01-11.
 */
#ifndef BUSINESS_FIXTURE_H
#define BUSINESS_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "mailproc/base/day.h"
#include "mailproc/renewal.h"
#include "mailproc/renewal/renewal_inner.h"
#include "mailproc/token.h"

#define FIXTURE_HELPER __attribute__((unused)) static

/* What must not fail; the cause is printed when it does. */
#define MUST(call)                                                                                 \
	do {                                                                                       \
		if ((call) != FAULT_NONE)                                                          \
			fail_msg("%s: %s", #call, why.text);                                       \
	} while (0)

struct fixture {
	char dir[512];
	struct store *store;
	struct config config;
	struct config_product product[4];
	struct config_authority authority[3];
	struct config_source source;
	unsigned char key[SECRET_KEY_LEN];
	struct business business;
};

#define TEXT(literal) ((char *)(uintptr_t)(literal)) /* the configuration owns its text, except here */

FIXTURE_HELPER const char *
fixture_path(const struct fixture *f, const char *name)
{
	static char path[8][1024];
	static int next;
	char *p = path[next++ % 8];

	snprintf(p, 1024, "%s/%s", f->dir, name);
	return p;
}

FIXTURE_HELPER void
fixture_write(const struct fixture *f, const char *name, const char *text)
{
	FILE *file = fopen(fixture_path(f, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

FIXTURE_HELPER void
fixture_configure(struct fixture *f)
{
	struct config *c = &f->config;

	f->authority[0] = (struct config_authority){TEXT("symantec"), {{TEXT("シマンテック"), TEXT("Symantec")}}, {{TEXT(""), TEXT("")}}, true, TEXT("")};
	f->authority[1] = (struct config_authority){TEXT("geotrust"), {{TEXT("ジオトラスト"), TEXT("GeoTrust")}}, {{TEXT(""), TEXT("")}}, true, TEXT("")};
	f->authority[2] = (struct config_authority){TEXT("cybertrust"), {{TEXT("サイバートラスト"), TEXT("Cybertrust")}}, {{TEXT(""), TEXT("")}}, true, TEXT("")};
	f->product[0] = (struct config_product){.id = TEXT("secure-server-id"), .authority = TEXT("symantec"),
	    .name = {{TEXT("セキュアサーバID"), TEXT("Secure Server ID")}}, .price = 60000, .term_years = 1, .extra_days = 14,
	    .vetting_days = 10, .reminder_days = TEXT("")};
	f->product[1] = (struct config_product){.id = TEXT("true-businessid"), .authority = TEXT("geotrust"),
	    .name = {{TEXT("トゥルービジネスID"), TEXT("True BusinessID")}}, .price = 33333, .term_years = 1, .vetting_days = 5, .reminder_days = TEXT("")};
	f->product[2] = (struct config_product){.id = TEXT("sureserver"), .authority = TEXT("cybertrust"),
	    .name = {{TEXT("SureServer"), TEXT("SureServer")}}, .price = 55555, .term_years = 1, .vetting_days = 7, .reminder_days = TEXT("")};
	f->product[3] = (struct config_product){.id = TEXT("early"), .authority = TEXT("cybertrust"),
	    .name = {{TEXT("早期"), TEXT("Early")}}, .price = 1000, .term_years = 1, .vetting_days = 7, .notice_days = 90, .reminder_days = TEXT("45 10")};
	f->source = (struct config_source){.folders = {TEXT("Processed"), TEXT("Review"), TEXT("Automatic"), TEXT("Bounces"), true}};

	*c = (struct config){.path = TEXT("test.conf"), .dir = f->dir, .data_dir = f->dir, .store = TEXT("store.db"), .key = TEXT("key"),
	    .own_letters = TEXT(""), .own_rules = TEXT(""), .time_zone = TEXT("Asia/Tokyo"),
	    .company = {{TEXT("例示ホスティング株式会社"), TEXT("Example Hosting K.K.")}},
	    .desk = {{TEXT("SSL証明書係"), TEXT("SSL certificate desk")}},
	    .company_address = {{TEXT("東京都千代田区例町1-2-3"), TEXT("1-2-3 Reimachi, Chiyoda-ku, Tokyo")}},
	    .telephone = {{TEXT("03-0000-0000"), TEXT("+81-3-0000-0000")}},
	    .hours = {{TEXT("平日9時から17時"), TEXT("weekdays 9 to 17 JST")}},
	    .address = TEXT("ssl@hosting.example"), .staff = TEXT("staff@hosting.example"), .staff_language = LANGUAGE_JA,
	    .registration_number = TEXT("T1234567890123"), .control_panel = TEXT("https://panel.hosting.example/"),
	    .card_steps = {{TEXT("手順"), TEXT("steps")}}, .bank_account = {{TEXT("例銀行"), TEXT("Example Bank")}},
	    .transfer_fee = {{TEXT("振込手数料はご負担ください。"), TEXT("Please bear the transfer fee.")}},
	    .how_to_look = {{TEXT("鍵マーク"), TEXT("the padlock")}}, .flex_note = {{TEXT("IPアドレス共用"), TEXT("shared IP")}},
	    .browser_note = {{TEXT("警告"), TEXT("a warning")}}, .reference_prefix = TEXT("SSL"), .currency = TEXT("JPY"),
	    .tax_percent = 10, .payment_days = 14, .remind_before = 3, .remind_after = 3, .last_chance_days = 7, .send_hours = TEXT(""), .redirect_all_to = TEXT(""), .closed_days = TEXT(""), .authority = f->authority, .authority_count = 3,
	    .product = f->product, .product_count = 4, .source = &f->source, .source_count = 1, .message_max_bytes = 1 << 20,
	    .reader_seconds = 5, .reader_megabytes = 256, .protocol = PROTOCOL_SMTP, .ehlo_name = TEXT("hosting.example"), .lanes = 1,
	    .retry_hours = 48, .unknown = UNKNOWN_HOLD, .authentication = AUTHENTICATION_IF_PRESENT, .authserv_id = TEXT("mx.hosting.example"),
	    .subaddress_delimiter = TEXT("+"), .shared_domains = TEXT("")};
}

FIXTURE_HELPER int64_t
fixture_instant(const char *text)
{
	int64_t at = 0;

	assert_true(instant_parse(text, &at));
	return at;
}

/* now: RFC 3339 or YYYY-MM-DD in Tokyo. */
FIXTURE_HELPER void
fixture_open(struct fixture *f, const char *now)
{
	const char *tmp = getenv("TMPDIR");
	struct why why = {0};

	memset(f, 0, sizeof *f);
	snprintf(f->dir, sizeof f->dir, "%s/business.XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(mkdir(fixture_path(f, "rules"), 0700), 0);
	fixture_write(f, "rules/closed-days.list", "weekday saturday\nweekday sunday\n"
						   "every 12-29\nevery 12-30\nevery 12-31\nevery 01-01\nevery 01-02\nevery 01-03\n"
						   "2026-11-23 勤労感謝の日\n2027-01-11 成人の日\n");
	fixture_write(f, "rules/shared-domains.list", "# shared\ngmail.com\ndocomo.ne.jp\n*.ac.jp\n");
	MUST(day_set_zone("Asia/Tokyo", &why));
	fixture_configure(f);
	for (int i = 0; i < SECRET_KEY_LEN; i++)
		f->key[i] = (unsigned char)(i * 7 + 1);
	MUST(store_open(&f->store, fixture_path(f, "store.db"), STORE_CREATE, &why));
	MUST(business_open(&f->business, f->store, &f->config, f->key, fixture_instant(now), &why));
}

FIXTURE_HELPER void
fixture_close(struct fixture *f)
{
	static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm", "rules/closed-days.list",
	    "rules/shared-domains.list"};

	business_close(&f->business);
	store_close(f->store);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlink(fixture_path(f, names[i]));
	rmdir(fixture_path(f, "rules"));
	assert_int_equal(rmdir(f->dir), 0);
}

FIXTURE_HELPER void
fixture_set_now(struct fixture *f, const char *now)
{
	f->business.now = fixture_instant(now);
}

/* ---- looking into the store, past its functions ---- */

FIXTURE_HELPER void
fixture_text(const struct fixture *f, const char *sql, char *out, size_t out_size)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;

	assert_int_equal(sqlite3_open_v2(fixture_path(f, "store.db"), &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	out[0] = '\0';
	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != NULL)
		snprintf(out, out_size, "%s", (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

/* The first column of the first row as a number. */
FIXTURE_HELPER int64_t
fixture_number(const struct fixture *f, const char *sql)
{
	char text[64];

	fixture_text(f, sql, text, sizeof text);
	return strtoll(text, NULL, 10);
}

#define assert_sql_text(f, sql, want)                                                              \
	do {                                                                                       \
		char got_[4096];                                                                   \
		fixture_text(f, sql, got_, sizeof got_);                                           \
		assert_string_equal(got_, want);                                                   \
	} while (0)

#define assert_sql_number(f, sql, want) assert_int_equal(fixture_number(f, sql), want)

/* Everything that the store holds but runs, as one number: two looks at the same records give the same. */
FIXTURE_HELPER int64_t
fixture_row_count(const struct fixture *f)
{
	return fixture_number(f,
	    "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM letter) * 1000 + (SELECT count(*) FROM orders) * 1000000 +"
	    " (SELECT count(*) FROM invoice) * 10000000 + (SELECT count(*) FROM review) * 100000000 +"
	    " (SELECT coalesce(sum(last), 0) FROM counter) * 1000000000 + (SELECT count(*) FROM message_action) * 1000000000000");
}

/* ---- records; each in a transaction of its own ---- */

FIXTURE_HELPER int64_t
fixture_customer(struct fixture *f, const char *code, const char *name, enum language language, enum payment_method method)
{
	struct customer customer = {.code = TEXT(code), .name = TEXT(name), .is_firm = true, .language = language,
	    .payment_method = method, .payer_kana = TEXT(""), .pause_note = TEXT(""), .created_at = f->business.now};
	struct why why = {0};
	bool changed;

	MUST(store_begin(f->store, &why));
	MUST(store_customer_put(f->store, &customer, &changed, &why));
	MUST(store_commit(f->store, &why));
	return customer.id;
}

FIXTURE_HELPER int64_t
fixture_contact(struct fixture *f, int64_t customer, enum contact_role role, const char *name, const char *address)
{
	struct contact contact = {.customer = customer, .role = role, .name = TEXT(name), .address = TEXT(address)};
	struct why why = {0};
	bool changed;

	MUST(store_begin(f->store, &why));
	MUST(store_contact_put(f->store, &contact, f->business.now, &changed, &why));
	MUST(store_commit(f->store, &why));
	return contact.id;
}

/* A term of a year that ends at the instant given, with one certificate, and its renewal (or re-issue) in state upcoming. */
FIXTURE_HELPER int64_t
fixture_renewal_of(struct fixture *f, enum renewal_kind kind, int64_t customer, const char *product, const char *common_name,
    const char *ends_at)
{
	int64_t end = fixture_instant(ends_at);
	struct term term = {.customer = customer, .product = TEXT(product), .common_name = TEXT(common_name),
	    .starts_at = end - (int64_t)365 * 86400 + 1, .ends_at = end};
	struct certificate certificate = {.authority = TEXT("geotrust"), .common_name = TEXT(common_name), .organization = TEXT("Example"),
	    .organizational_unit = TEXT(""), .locality = TEXT("Chiyoda-ku"), .state_or_province = TEXT("Tokyo"), .country = TEXT("JP"),
	    .not_before = end - (int64_t)365 * 86400 + 1, .not_after = end, .serial = TEXT("01")};
	struct renewal renewal = {.kind = kind, .next_day = -1, .created_at = f->business.now};
	struct policy policy;
	struct why why = {0};
	bool changed;
	int64_t id;

	MUST(store_begin(f->store, &why));
	MUST(store_term_put(f->store, &term, &changed, &why));
	certificate.term = renewal.term = term.id;
	MUST(store_certificate_put(f->store, &certificate, &changed, &why));
	renewal.certificate = certificate.id;
	renewal.customer = customer;
	MUST(store_renewal_add(f->store, &renewal, "SSL", day_year(day_of_instant(end)) - 1, &why));
	id = renewal.id;
	if (config_find_product(&f->config, product) != NULL) {
		MUST(policy_of_renewal(&f->business, &renewal, &policy, &why));
		MUST(store_renewal_set_next_day(f->store, id, policy.notice_day, &why));
	} else {
		MUST(store_renewal_set_next_day(f->store, id, 0, &why));
	}
	MUST(store_commit(f->store, &why));
	free(renewal.reference);
	return id;
}

FIXTURE_HELPER int64_t
fixture_renewal(struct fixture *f, int64_t customer, const char *product, const char *common_name, const char *ends_at)
{
	return fixture_renewal_of(f, RENEWAL_KIND_RENEWAL, customer, product, common_name, ends_at);
}

FIXTURE_HELPER enum renewal_state
fixture_state(struct fixture *f, int64_t id)
{
	struct renewal renewal = {0};
	struct why why = {0};
	enum renewal_state state;

	MUST(store_renewal_get(f->store, id, &renewal, &why));
	state = renewal.state;
	renewal_release(&renewal);
	return state;
}

/* A letter that a server has accepted, with its token in the Message-ID; token (TOKEN_TEXT_MAX bytes) may be NULL. */
FIXTURE_HELPER int64_t
fixture_letter(struct fixture *f, enum letter_kind kind, int64_t customer, int64_t contact, const int64_t *renewal, size_t count,
    int round, char *token)
{
	struct letter_item item[8];
	struct letter letter = {.kind = kind, .customer = customer, .contact = contact, .language = LANGUAGE_JA, .thread = TEXT(""), .item = item,
	    .item_count = count};
	struct letter_rendering rendering = {.recipient = "taro@customer.example", .envelope_from = "ssl@hosting.example",
	    .subject = "お知らせ", .bytes = {"Subject: x\r\n\r\nx\r\n", 17}, .text = "更新を希望されますか。\n"};
	char made[TOKEN_TEXT_MAX], message_id[256];
	struct why why = {0};
	int64_t run = 0;
	bool added;

	assert_true(count <= 8);
	MUST(store_run_begin(f->store, "test", f->business.now, &run, &why));
	for (size_t i = 0; i < count; i++)
		item[i] = (struct letter_item){renewal[i], round};
	MUST(store_begin(f->store, &why));
	MUST(store_letter_want(f->store, &letter, f->business.now, &added, &why));
	assert_true(added);
	MUST(token_make(made, f->key, letter.id, contact, &why));
	snprintf(message_id, sizeof message_id, "%s@hosting.example", made);
	rendering.message_id = message_id;
	MUST(store_letter_rendered(f->store, letter.id, &rendering, f->business.now, &why));
	MUST(store_letter_claim(f->store, letter.id, run, 0, 1, f->business.now, &why));
	MUST(store_letter_answer(f->store, letter.id, LETTER_ACCEPTED, 250, "2.0.0 Ok", 0, NULL, f->business.now, &why));
	MUST(store_commit(f->store, &why));
	if (token != NULL)
		memcpy(token, made, TOKEN_TEXT_MAX);
	return letter.id;
}

/* A fetched mail, stored and not yet handled; its bytes do not matter. */
FIXTURE_HELPER int64_t
fixture_stored_mail(struct fixture *f)
{
	static unsigned number;
	struct mailbox_record mailbox = {0};
	unsigned char sha256[32] = {0};
	char key[32];
	struct why why = {0};
	int64_t id = 0, same = 0;

	MUST(store_begin(f->store, &why));
	MUST(store_mailbox_get(f->store, "test", &mailbox, &why));
	number++;
	memcpy(sha256, &number, sizeof number);
	snprintf(key, sizeof key, "1:%u", number);
	MUST(store_message_add(f->store, mailbox.id, key, sha256, "x", 1, 1, 0, f->business.now, &id, &same, &why));
	MUST(store_commit(f->store, &why));
	assert_true(id > 0);
	return id;
}

/* ---- what the business did: noticed by the calendar, answered by staff ---- */

/* One step of one renewal in a transaction of its own; false when the table refuses it (and nothing is kept). */
FIXTURE_HELPER bool
fixture_advance(struct fixture *f, int64_t renewal, enum renewal_event event, const char **explanation)
{
	struct occurrence occurrence = {.event = event, .by = "test"};
	const char *said = NULL;
	struct why why = {0};
	bool advanced = false;

	MUST(store_begin(f->store, &why));
	MUST(renewal_advance(&f->business, renewal, &occurrence, &advanced, &said, &why));
	if (advanced)
		MUST(store_commit(f->store, &why));
	else
		store_rollback(f->store);
	if (explanation != NULL)
		*explanation = said;
	return advanced;
}

#endif

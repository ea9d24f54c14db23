/* test_look.c - what a served certificate means for its renewal, which servers are looked at and how often, and what is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"
#include "mailproc/look.h"
#include "store/store_view.h"

#define NOW "2027-01-08T10:00:00+09:00"
#define END "2027-01-20T23:59:59Z"

/* ---- the judgement ---- */

static void
what_is_served_is_judged(void **state)
{
	static const struct {
		const char *common_name, *organization, *serial, *issuer, *not_after;
		const char *names[3];
		unsigned problems;
		enum renewal_kind kind;
		bool is_private;
		enum sighting_finding finding;
		bool is_for_staff, closes;
		const char *detail;
	} cases[] = {
	    {"www.a.example", "A", "1f", "Trust", END, {"www.a.example", "a.example"}, 0, RENEWAL_KIND_RENEWAL, false, SIGHTING_SAME, false, false, ""},
	    {"www.a.example", "A", "1f", "Trust", END, {"www.a.example", "a.example"}, 1u << PROBLEM_INCOMPLETE_CHAIN, RENEWAL_KIND_RENEWAL, false,
		SIGHTING_SAME, true, false, "the chain is incomplete: the server does not send its issuer's certificate"},
	    {"www.a.example", "A", "1f", "Trust", END, {"www.a.example", "a.example"}, 1u << PROBLEM_UNKNOWN_AUTHORITY, RENEWAL_KIND_RENEWAL, true,
		SIGHTING_SAME, false, false, ""},
	    {"www.a.example", "A", "2f", "Trust", END, {"www.a.example", "a.example"}, 0, RENEWAL_KIND_RENEWAL, false, SIGHTING_OTHER, true, false,
		"a certificate until 2027-01-21 08:59 is served; on record is one until 2027-01-21 08:59"},
	    {"www.a.example", "A", "2f", "Trust", "2026-12-31T23:59:59Z", {"www.a.example", "a.example"}, 0, RENEWAL_KIND_RENEWAL, false, SIGHTING_OTHER, true,
		false, "a certificate until 2027-01-01 08:59 is served; on record is one until 2027-01-21 08:59"},
	    {"www.a.example", "A", "2f", "Trust", "2027-07-20T23:59:59Z", {"www.a.example", "a.example"}, 0, RENEWAL_KIND_RENEWAL, false, SIGHTING_NEW, false, true,
		"a certificate until 2027-07-21 08:59 is served"},
	    {"www.a.example", NULL, "2f", "Trust", "2027-07-20T23:59:59Z", {"*.a.example", "a.example"}, 0, RENEWAL_KIND_RENEWAL, false, SIGHTING_NEW, false, true,
		"a certificate until 2027-07-21 08:59 is served"},
	    {"www.a.example", "B", "2f", "Trust", "2027-07-20T23:59:59Z", {"www.a.example", "a.example"}, 0, RENEWAL_KIND_RENEWAL, false, SIGHTING_CHANGED, true,
		false, "a certificate until 2027-07-21 08:59 is served; the organisation has changed from O=A to O=B: no renewal but a new purchase"},
	    {"www.a.example", "A", "2f", "Trust", "2027-07-20T23:59:59Z", {"www.a.example"}, 0, RENEWAL_KIND_RENEWAL, false, SIGHTING_CHANGED, true, false,
		"a certificate until 2027-07-21 08:59 is served; these host names lose cover: a.example"},
	    {"www.a.example", "A", "2f", "Other CA", "2027-07-20T23:59:59Z", {"www.a.example", "a.example"}, 0, RENEWAL_KIND_RENEWAL, false, SIGHTING_CHANGED, true,
		false, "a certificate until 2027-07-21 08:59 is served; it is issued by another authority: Other CA"},
	    {"www.a.example", "A", "2f", "Trust", "2027-07-20T23:59:59Z", {"www.a.example", "a.example"}, 1u << PROBLEM_SELF_SIGNED, RENEWAL_KIND_RENEWAL, false,
		SIGHTING_CHANGED, true, false,
		"a certificate until 2027-07-21 08:59 is served; it is self-signed: no authority vouches for it"},
	    {"www.a.example", "A", "2f", "Trust", "2027-07-20T23:59:59Z", {"www.a.example", "a.example"}, 1u << PROBLEM_SELF_SIGNED, RENEWAL_KIND_RENEWAL, true,
		SIGHTING_CHANGED, true, false,
		"a certificate until 2027-07-21 08:59 is served; it is self-signed: no authority vouches for it"},
	    {"www.a.example", "A", "2f", "Trust", "2027-07-20T23:59:59Z", {"www.a.example", "a.example"}, 1u << PROBLEM_INCOMPLETE_CHAIN, RENEWAL_KIND_RENEWAL, true,
		SIGHTING_NEW, false, true, "a certificate until 2027-07-21 08:59 is served"},
	    /* the term ends 2027-04-01: what ends before is a re-issue inside it */
	    {"www.a.example", "A", "2f", "Trust", "2027-03-01T23:59:59Z", {"www.a.example", "a.example"}, 0, RENEWAL_KIND_RENEWAL, false, SIGHTING_NEW, true, false,
		"a certificate until 2027-03-02 08:59 is served; it ends before the term does: a re-issue, not the renewal"},
	    {"www.a.example", "A", "2f", "Trust", "2027-03-01T23:59:59Z", {"www.a.example", "a.example"}, 0, RENEWAL_KIND_REISSUE, false, SIGHTING_NEW, false, true,
		"a certificate until 2027-03-02 08:59 is served"},
	};
	char name[] = "www.a.example", apex[] = "a.example", organization[] = "A", serial[] = "1f", *names[] = {apex, NULL};
	struct why why = {0};

	(void)state;
	MUST(day_set_zone("Asia/Tokyo", &why));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct certificate before = {.common_name = name, .organization = organization, .serial = serial, .name = names,
		    .not_after = fixture_instant(END)};
		const struct look_record record = {.certificate = &before, .kind = cases[i].kind, .term_ends_at = fixture_instant("2027-04-01"), .issuers = "Trust",
		    .is_public = !cases[i].is_private};
		char *list[] = {TEXT(cases[i].names[0]), TEXT(cases[i].names[1]), NULL};
		const struct certificate_seen seen = {.subject = {.common_name = TEXT(cases[i].common_name), .organization = TEXT(cases[i].organization),
							  .serial = TEXT(cases[i].serial), .name = list, .not_after = fixture_instant(cases[i].not_after)},
		    .issuer_organization = TEXT(cases[i].issuer), .problems = cases[i].problems};
		struct look_judgement judgement = {0};
		struct buf detail = BUF_MAX(4096);

		MUST(look_judge(&judgement, &detail, &record, &seen, &why));
		assert_string_equal(buf_text(&detail), cases[i].detail);
		assert_int_equal(judgement.finding, cases[i].finding);
		assert_int_equal(judgement.is_for_staff, cases[i].is_for_staff);
		assert_int_equal(judgement.closes, cases[i].closes);
		buf_release(&detail);
	}
}

static void
a_wildcard_is_looked_at_by_another_name(void **state)
{
	char plain[] = "www.a.example", star[] = "*.a.example", deep[] = "*.b.a.example", apex[] = "a.example";
	char *others[] = {star, deep, apex, NULL}, *none[] = {star, deep, NULL};

	(void)state;
	assert_string_equal(look_host(&(struct certificate){.common_name = plain, .name = others}), "www.a.example");
	assert_string_equal(look_host(&(struct certificate){.common_name = star, .name = others}), "a.example");
	assert_null(look_host(&(struct certificate){.common_name = star, .name = none}));
	assert_null(look_host(&(struct certificate){.common_name = star}));
}

/* ---- which, and how often ---- */

static struct fixture fixture;
static int64_t customer;

static int
open_fixture(void **state)
{
	(void)state;
	fixture_open(&fixture, NOW);
	fixture.config.look_max = 50;
	fixture.config.look_seconds = 2;
	fixture.config.look_port = 1; /* nobody listens there */
	fixture.config.look_connect_to = TEXT("127.0.0.1");
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

static void
move_to(int64_t id, enum renewal_state to)
{
	struct renewal renewal = {0};
	struct why why = {0};

	MUST(store_begin(fixture.store, &why));
	MUST(store_renewal_get(fixture.store, id, &renewal, &why));
	MUST(store_renewal_move(fixture.store, &renewal, to, fixture.business.now, -1, 0, &why));
	MUST(store_commit(fixture.store, &why));
	renewal_release(&renewal);
}

static struct look_counts
look_now(const char *now)
{
	struct look_counts counts = {0};
	struct why why = {0};

	fixture_set_now(&fixture, now);
	MUST(look_run(&fixture.business, &counts, &why));
	return counts;
}

static void
servers_are_looked_at_once_a_day_while_the_window_is_open(void **state)
{
	int64_t upcoming = fixture_renewal(&fixture, customer, "true-businessid", "a.customer.example", END);
	int64_t noticed = fixture_renewal(&fixture, customer, "true-businessid", "b.customer.example", END);
	int64_t declined = fixture_renewal(&fixture, customer, "true-businessid", "c.customer.example", END);

	(void)state;
	(void)upcoming;
	assert_int_equal(look_now(NOW).looked, 0);
	move_to(noticed, RENEWAL_NOTICED);
	move_to(declined, RENEWAL_DECLINED);
	assert_int_equal(look_now(NOW).looked, 1);
	assert_int_equal(look_now("2027-01-08T23:59:59+09:00").looked, 0);
	assert_int_equal(look_now("2027-01-09T00:00:00+09:00").away, 1);
	assert_sql_text(&fixture, "SELECT finding || ' ' || host || ' ' || is_for_staff FROM sighting", "away b.customer.example 0");
	assert_sql_number(&fixture, "SELECT since_at = looked_at FROM sighting", 0);
	assert_sql_number(&fixture, "SELECT count(*) FROM sighting", 1);
}

static void
a_run_looks_at_so_many_and_the_applied_first(void **state)
{
	int64_t id[5];
	char name[64];

	(void)state;
	fixture.config.look_max = 2;
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof name, "w%d.customer.example", i);
		id[i] = fixture_renewal(&fixture, customer, "true-businessid", name, END);
		move_to(id[i], i == 4 ? RENEWAL_APPLIED : RENEWAL_NOTICED);
	}
	assert_int_equal(look_now(NOW).looked, 2);
	assert_sql_text(&fixture, "SELECT group_concat(host) FROM (SELECT host FROM sighting ORDER BY host)", "w0.customer.example,w4.customer.example");
	assert_int_equal(look_now(NOW).looked, 2);
	assert_int_equal(look_now(NOW).looked, 1);
	assert_int_equal(look_now(NOW).looked, 0);
	fixture.config.look_max = 0;
	assert_int_equal(look_now("2027-01-09").looked, 0);
}

static void
a_wildcard_alone_is_not_checked(void **state)
{
	int64_t id = fixture_renewal(&fixture, customer, "true-businessid", "*.customer.example", END);
	struct look_counts counts;

	(void)state;
	move_to(id, RENEWAL_APPLIED);
	counts = look_now(NOW);
	assert_int_equal(counts.looked, 0);
	assert_int_equal(counts.not_checked, 1);
	assert_sql_text(&fixture, "SELECT finding FROM sighting", "not-checked");
	assert_int_equal(look_now(NOW).not_checked, 0);
}

static void
what_is_for_staff_is_news_once(void **state)
{
	int64_t id = fixture_renewal(&fixture, customer, "true-businessid", "www.customer.example", END);
	struct sighting s = {.renewal = id, .looked_at = 100, .host = TEXT("www.customer.example"), .finding = SIGHTING_CHANGED, .is_for_staff = true,
	    .detail = TEXT("d"), .not_after = 5, .serial = TEXT("aa")}, got = {0};
	bool is_news = false, found = false;
	struct why why = {0};
	json_t *view = NULL;

	(void)state;
	move_to(id, RENEWAL_APPLIED);
	MUST(store_begin(fixture.store, &why));
	MUST(store_sighting_put(fixture.store, &s, &is_news, &why));
	assert_true(is_news);
	s.looked_at = 200;
	MUST(store_sighting_put(fixture.store, &s, &is_news, &why));
	assert_false(is_news);
	s.looked_at = 300;
	s.serial = TEXT("bb");
	MUST(store_sighting_put(fixture.store, &s, &is_news, &why));
	assert_true(is_news);
	MUST(store_sighting_get(fixture.store, id, &got, &found, &why));
	MUST(store_commit(fixture.store, &why));
	assert_true(found);
	assert_int_equal(got.since_at, 300);
	assert_string_equal(got.serial, "bb");
	assert_int_equal(got.finding, SIGHTING_CHANGED);
	sighting_release(&got);
	MUST(store_sighting_get(fixture.store, id + 1, &got, &found, &why));
	assert_false(found);
	MUST(store_view_status(fixture.store, 0, 0, &view, &why));
	assert_int_equal(json_array_size(json_object_get(view, "seen")), 1);
	json_decref(view);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_served_is_judged),
	    cmocka_unit_test(a_wildcard_is_looked_at_by_another_name),
	    WITH_FIXTURE(servers_are_looked_at_once_a_day_while_the_window_is_open),
	    WITH_FIXTURE(a_run_looks_at_so_many_and_the_applied_first),
	    WITH_FIXTURE(a_wildcard_alone_is_not_checked),
	    WITH_FIXTURE(what_is_for_staff_is_news_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

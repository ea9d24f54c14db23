/* test_renewal_state.c - the workflow: what each event does, what it does not do, and whom letters go to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"

#define NOW "2026-11-20T10:00:00+09:00"	      /* the day of the notice */
#define END "2027-01-20T23:59:59Z"	      /* 21 January in Tokyo */
#define LATE "2027-01-18T10:00:00+09:00"      /* after the last safe day, 15 January */
#define AFTER_END "2027-01-22T10:00:00+09:00"

static struct fixture fixture;
static int64_t customer, admin, billing, technical;

static int
open_fixture(void **state)
{
	(void)state;
	fixture_open(&fixture, NOW);
	customer = fixture_customer(&fixture, "C1", "例株式会社", LANGUAGE_JA, METHOD_TRANSFER);
	admin = fixture_contact(&fixture, customer, ROLE_ADMIN, "例太郎", "taro@customer.example");
	billing = fixture_contact(&fixture, customer, ROLE_BILLING, "経理", "keiri@customer.example");
	technical = fixture_contact(&fixture, customer, ROLE_TECHNICAL, "例太郎", "Taro@customer.example");
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
new_renewal(enum renewal_kind kind)
{
	return fixture_renewal_of(&fixture, kind, customer, "true-businessid", "www.customer.example", END);
}

/* Brings a fresh renewal into a state, by the steps that lead there. */
static int64_t
renewal_in(enum renewal_kind kind, enum renewal_state state)
{
	static const enum renewal_event path[renewal_state_count][5] = {
	    [RENEWAL_UPCOMING] = {renewal_event_count},
	    [RENEWAL_NOTICED] = {EVENT_WINDOW_OPENED, renewal_event_count},
	    [RENEWAL_ORDERED] = {EVENT_SAID_RENEW, renewal_event_count},
	    [RENEWAL_PAID] = {EVENT_SAID_RENEW, EVENT_PAID, renewal_event_count},
	    [RENEWAL_APPLIED] = {EVENT_SAID_RENEW, EVENT_PAID, EVENT_APPLICATION_STARTED, renewal_event_count},
	    [RENEWAL_RENEWED] = {EVENT_SAID_RENEW, EVENT_PAID, EVENT_APPLICATION_STARTED, EVENT_INSTALLED, renewal_event_count},
	    [RENEWAL_DECLINED] = {EVENT_SAID_DECLINE, renewal_event_count},
	    [RENEWAL_LAPSED] = {EVENT_TERM_ENDED, renewal_event_count},
	    [RENEWAL_REPLACED] = {EVENT_WINDOW_OPENED, EVENT_NAME_CHANGED, renewal_event_count},
	};
	int64_t id = new_renewal(kind);

	if (state == RENEWAL_LAPSED)
		fixture_set_now(&fixture, AFTER_END);
	for (int i = 0; i < 5 && path[state][i] != renewal_event_count; i++) {
		enum renewal_event event = path[state][i];

		if (kind == RENEWAL_KIND_REISSUE && (event == EVENT_SAID_RENEW || event == EVENT_PAID))
			continue;
		assert_true(fixture_advance(&fixture, id, event, NULL));
	}
	fixture_set_now(&fixture, NOW);
	assert_int_equal(fixture_state(&fixture, id), state);
	return id;
}

#define NO_STEP renewal_state_count

/* Every pair of state and event, written down by hand: where it leads in time, and where after the last safe day and after the end. */
static const struct row {
	enum renewal_state from;
	enum renewal_event event;
	enum renewal_state in_time, late, ended;
} rows[] = {
	{RENEWAL_UPCOMING, EVENT_WINDOW_OPENED, RENEWAL_NOTICED, RENEWAL_NOTICED, NO_STEP},
	{RENEWAL_UPCOMING, EVENT_SAID_RENEW, RENEWAL_ORDERED, NO_STEP, NO_STEP},
	{RENEWAL_UPCOMING, EVENT_SAID_DECLINE, RENEWAL_DECLINED, RENEWAL_DECLINED, NO_STEP},
	{RENEWAL_UPCOMING, EVENT_CONFIRM_ASKED, RENEWAL_UPCOMING, RENEWAL_UPCOMING, NO_STEP},
	{RENEWAL_UPCOMING, EVENT_NAME_CHANGED, RENEWAL_REPLACED, RENEWAL_REPLACED, RENEWAL_REPLACED},
	{RENEWAL_UPCOMING, EVENT_TERM_ENDED, NO_STEP, NO_STEP, RENEWAL_LAPSED},
	{RENEWAL_NOTICED, EVENT_REMINDER_DUE, RENEWAL_NOTICED, RENEWAL_NOTICED, NO_STEP},
	{RENEWAL_NOTICED, EVENT_SAID_RENEW, RENEWAL_ORDERED, NO_STEP, NO_STEP},
	{RENEWAL_NOTICED, EVENT_SAID_DECLINE, RENEWAL_DECLINED, RENEWAL_DECLINED, NO_STEP},
	{RENEWAL_NOTICED, EVENT_CONFIRM_ASKED, RENEWAL_NOTICED, RENEWAL_NOTICED, NO_STEP},
	{RENEWAL_NOTICED, EVENT_NAME_CHANGED, RENEWAL_REPLACED, RENEWAL_REPLACED, RENEWAL_REPLACED},
	{RENEWAL_NOTICED, EVENT_TERM_ENDED, NO_STEP, NO_STEP, RENEWAL_LAPSED},
	{RENEWAL_DECLINED, EVENT_SAID_DECLINE, RENEWAL_DECLINED, RENEWAL_DECLINED, RENEWAL_DECLINED},
	{RENEWAL_DECLINED, EVENT_SAID_RENEW, RENEWAL_ORDERED, NO_STEP, NO_STEP},
	{RENEWAL_DECLINED, EVENT_CONFIRM_ASKED, RENEWAL_DECLINED, RENEWAL_DECLINED, NO_STEP},
	{RENEWAL_DECLINED, EVENT_LAST_CHANCE_DUE, RENEWAL_DECLINED, RENEWAL_DECLINED, NO_STEP},
	{RENEWAL_DECLINED, EVENT_NAME_CHANGED, RENEWAL_REPLACED, RENEWAL_REPLACED, RENEWAL_REPLACED},
	{RENEWAL_DECLINED, EVENT_TERM_ENDED, NO_STEP, NO_STEP, RENEWAL_LAPSED},
	{RENEWAL_ORDERED, EVENT_SAID_RENEW, RENEWAL_ORDERED, RENEWAL_ORDERED, RENEWAL_ORDERED},
	{RENEWAL_ORDERED, EVENT_INVOICE_ASKED, RENEWAL_ORDERED, RENEWAL_ORDERED, RENEWAL_ORDERED},
	{RENEWAL_ORDERED, EVENT_PAYMENT_REMINDER_DUE, RENEWAL_ORDERED, NO_STEP, NO_STEP},
	{RENEWAL_ORDERED, EVENT_ORDER_VOIDED, RENEWAL_NOTICED, RENEWAL_NOTICED, RENEWAL_NOTICED},
	{RENEWAL_ORDERED, EVENT_ORDER_DECLINED, RENEWAL_DECLINED, RENEWAL_DECLINED, NO_STEP},
	{RENEWAL_ORDERED, EVENT_ORDERED_ANEW, RENEWAL_ORDERED, NO_STEP, NO_STEP},
	{RENEWAL_ORDERED, EVENT_PAID, RENEWAL_PAID, RENEWAL_PAID, RENEWAL_PAID},
	{RENEWAL_ORDERED, EVENT_NAME_CHANGED, RENEWAL_REPLACED, RENEWAL_REPLACED, RENEWAL_REPLACED},
	{RENEWAL_ORDERED, EVENT_TERM_ENDED, NO_STEP, NO_STEP, RENEWAL_LAPSED},
	{RENEWAL_PAID, EVENT_SAID_RENEW, RENEWAL_PAID, RENEWAL_PAID, RENEWAL_PAID},
	{RENEWAL_PAID, EVENT_INVOICE_ASKED, RENEWAL_PAID, RENEWAL_PAID, RENEWAL_PAID},
	{RENEWAL_PAID, EVENT_INSTALLED, RENEWAL_RENEWED, RENEWAL_RENEWED, RENEWAL_RENEWED},
	{RENEWAL_PAID, EVENT_APPLICATION_STARTED, RENEWAL_APPLIED, RENEWAL_APPLIED, RENEWAL_APPLIED},
	{RENEWAL_APPLIED, EVENT_SAID_RENEW, RENEWAL_APPLIED, RENEWAL_APPLIED, RENEWAL_APPLIED},
	{RENEWAL_APPLIED, EVENT_ISSUED, RENEWAL_APPLIED, RENEWAL_APPLIED, RENEWAL_APPLIED},
	{RENEWAL_APPLIED, EVENT_INSTALLED, RENEWAL_RENEWED, RENEWAL_RENEWED, RENEWAL_RENEWED},
};

static enum renewal_state
wanted_state(enum renewal_state from, enum renewal_event event, int time)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].from == from && rows[i].event == event)
			return time == 0 ? rows[i].in_time : time == 1 ? rows[i].late : rows[i].ended;
	return NO_STEP;
}

/* All states, events and times, planned without writing. */
static void
every_pair_leads_where_the_table_says_or_nowhere(void **state)
{
	static const char *const times[] = {NOW, LATE, AFTER_END};
	int64_t before;

	(void)state;
	for (int from = 0; from < (int)renewal_state_count; from++) {
		int64_t id = renewal_in(RENEWAL_KIND_RENEWAL, (enum renewal_state)from);

		before = fixture_row_count(&fixture);
		for (int event = 0; event < (int)renewal_event_count; event++)
			for (int time = 0; time < 3; time++) {
				enum renewal_state want = wanted_state((enum renewal_state)from, (enum renewal_event)event, time);
				struct passage passage = {0};
				const char *refusal = NULL;
				struct why why = {0};

				fixture_set_now(&fixture, times[time]);
				MUST(passage_plan(&fixture.business, id, (enum renewal_event)event, &passage, &refusal, &why));
				if ((refusal == NULL) != (want != NO_STEP) || (refusal == NULL && passage.to != want))
					fail_msg("%s, %s, %s: refusal '%s', to %s", renewal_state_text((enum renewal_state)from),
					    renewal_event_text((enum renewal_event)event), times[time], refusal != NULL ? refusal : "",
					    renewal_state_text(passage.to));
				passage_release(&passage);
			}
		fixture_set_now(&fixture, NOW);
		assert_int_equal(fixture_row_count(&fixture), before);
		close_fixture(NULL);
		open_fixture(NULL);
	}
}

/* The same for re-issues: they never ask, never cost, and end with the term. */
static void
every_pair_of_a_reissue_leads_where_the_table_says_or_nowhere(void **state)
{
	static const struct {
		enum renewal_state from;
		enum renewal_event event;
		enum renewal_state running, over;
	} want[] = {
	    {RENEWAL_UPCOMING, EVENT_WINDOW_OPENED, RENEWAL_NOTICED, NO_STEP},
	    {RENEWAL_UPCOMING, EVENT_APPLICATION_STARTED, RENEWAL_APPLIED, RENEWAL_APPLIED},
	    {RENEWAL_UPCOMING, EVENT_INSTALLED, RENEWAL_RENEWED, RENEWAL_RENEWED},
	    {RENEWAL_UPCOMING, EVENT_TERM_ENDED, NO_STEP, RENEWAL_LAPSED},
	    {RENEWAL_NOTICED, EVENT_APPLICATION_STARTED, RENEWAL_APPLIED, RENEWAL_APPLIED},
	    {RENEWAL_NOTICED, EVENT_ISSUED, RENEWAL_APPLIED, RENEWAL_APPLIED},
	    {RENEWAL_NOTICED, EVENT_INSTALLED, RENEWAL_RENEWED, RENEWAL_RENEWED},
	    {RENEWAL_NOTICED, EVENT_TERM_ENDED, NO_STEP, RENEWAL_LAPSED},
	    {RENEWAL_APPLIED, EVENT_ISSUED, RENEWAL_APPLIED, RENEWAL_APPLIED},
	    {RENEWAL_APPLIED, EVENT_INSTALLED, RENEWAL_RENEWED, RENEWAL_RENEWED},
	    {RENEWAL_APPLIED, EVENT_TERM_ENDED, NO_STEP, RENEWAL_LAPSED},
	};
	static const enum renewal_event to[] = {EVENT_WINDOW_OPENED, EVENT_APPLICATION_STARTED, EVENT_INSTALLED};
	static const enum renewal_state from[] = {RENEWAL_UPCOMING, RENEWAL_NOTICED, RENEWAL_APPLIED, RENEWAL_RENEWED};
	int64_t id = new_renewal(RENEWAL_KIND_REISSUE);

	(void)state;
	for (size_t at = 0; at < 4; at++) {
		for (int event = 0; event < (int)renewal_event_count; event++)
			for (int over = 0; over < 2; over++) {
				enum renewal_state expected = NO_STEP;
				struct passage passage = {0};
				const char *refusal = NULL;
				struct why why = {0};

				for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
					if (want[i].from == from[at] && want[i].event == (enum renewal_event)event)
						expected = over ? want[i].over : want[i].running;
				fixture_set_now(&fixture, over ? AFTER_END : NOW);
				MUST(passage_plan(&fixture.business, id, (enum renewal_event)event, &passage, &refusal, &why));
				if ((refusal == NULL) != (expected != NO_STEP) || (refusal == NULL && passage.to != expected))
					fail_msg("%s, %s, %d: refusal '%s'", renewal_state_text(from[at]), renewal_event_text((enum renewal_event)event),
					    over, refusal != NULL ? refusal : "");
				passage_release(&passage);
			}
		fixture_set_now(&fixture, NOW);
		if (at < 3)
			assert_true(fixture_advance(&fixture, id, to[at], NULL));
	}
}

static void
a_pair_not_in_the_table_is_explained_and_leaves_nothing(void **state)
{
	int64_t id = renewal_in(RENEWAL_KIND_RENEWAL, RENEWAL_ORDERED), before = fixture_row_count(&fixture);
	const char *explanation = NULL;

	(void)state;
	assert_false(fixture_advance(&fixture, id, EVENT_SAID_DECLINE, &explanation));
	assert_non_null(strstr(explanation, "declined after the order"));
	assert_false(fixture_advance(&fixture, id, EVENT_INSTALLED, &explanation));
	assert_non_null(strstr(explanation, "'ordered'"));
	assert_int_equal(fixture_row_count(&fixture), before);
	fixture_set_now(&fixture, LATE);
	id = new_renewal(RENEWAL_KIND_REISSUE);
	assert_false(fixture_advance(&fixture, id, EVENT_SAID_RENEW, &explanation));
	assert_non_null(strstr(explanation, "re-issue"));
}

static void
a_yes_after_the_last_safe_day_is_refused_with_the_reason(void **state)
{
	int64_t id = renewal_in(RENEWAL_KIND_RENEWAL, RENEWAL_NOTICED);
	const char *explanation = NULL;

	(void)state;
	fixture_set_now(&fixture, "2027-01-16T00:00:00+09:00");
	assert_false(fixture_advance(&fixture, id, EVENT_SAID_RENEW, &explanation));
	assert_non_null(strstr(explanation, "last safe day"));
	fixture_set_now(&fixture, "2027-01-15T23:59:59+09:00");
	assert_true(fixture_advance(&fixture, id, EVENT_SAID_RENEW, &explanation));
}

static void
a_notice_goes_to_those_who_decide_and_an_answer_to_everybody_once(void **state)
{
	int64_t id = new_renewal(RENEWAL_KIND_RENEWAL);

	(void)state;
	assert_true(fixture_advance(&fixture, id, EVENT_WINDOW_OPENED, NULL));
	assert_sql_text(&fixture, "SELECT group_concat(kind || ' ' || contact) FROM letter", "notice 1");
	assert_true(fixture_advance(&fixture, id, EVENT_SAID_RENEW, NULL));
	/* The technical contact has the address of the admin. The notice that had not gone out is moot. */
	assert_sql_text(&fixture, "SELECT group_concat(kind || ' ' || contact || ' ' || state, ', ') FROM (SELECT * FROM letter ORDER BY id)",
	    "notice 1 withdrawn, payment-request 1 wanted, payment-request 2 wanted, invoice 2 wanted");
	assert_sql_number(&fixture, "SELECT count(*) FROM letter_item WHERE kind = 'payment-request' AND round = 1", 2);
	assert_int_equal(admin, 1);
	assert_int_equal(billing, 2);
	assert_int_equal(technical, 3);
}

static void
without_an_admin_everybody_gets_the_notice(void **state)
{
	int64_t other = fixture_customer(&fixture, "C2", "Example Ltd", LANGUAGE_EN, METHOD_CARD);
	int64_t id = fixture_renewal(&fixture, other, "true-businessid", "www.other.example", END);

	(void)state;
	fixture_contact(&fixture, other, ROLE_BILLING, "", "accounts@other.example");
	fixture_contact(&fixture, other, ROLE_TECHNICAL, "", "tech@other.example");
	assert_true(fixture_advance(&fixture, id, EVENT_WINDOW_OPENED, NULL));
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'notice' AND language = 'en'", 2);
}

static void
without_any_contact_nothing_happens(void **state)
{
	int64_t other = fixture_customer(&fixture, "C2", "Example Ltd", LANGUAGE_EN, METHOD_CARD);
	int64_t id = fixture_renewal(&fixture, other, "true-businessid", "www.other.example", END);
	struct occurrence occurrence = {.event = EVENT_WINDOW_OPENED, .by = "test"};
	const char *explanation;
	struct why why = {0};
	bool advanced = true;

	(void)state;
	MUST(store_begin(fixture.store, &why));
	assert_int_equal(renewal_advance(&fixture.business, id, &occurrence, &advanced, &explanation, &why), FAULT_ITEM);
	store_rollback(fixture.store);
	assert_false(advanced);
	assert_non_null(strstr(why.text, "no contact"));
	assert_int_equal(fixture_state(&fixture, id), RENEWAL_UPCOMING);
}

static void
the_same_answer_again_changes_nothing_and_brings_no_letter(void **state)
{
	int64_t id = renewal_in(RENEWAL_KIND_RENEWAL, RENEWAL_ORDERED);

	(void)state;
	assert_sql_number(&fixture, "SELECT count(*) FROM letter", 3);
	assert_true(fixture_advance(&fixture, id, EVENT_SAID_RENEW, NULL));
	assert_sql_number(&fixture, "SELECT count(*) FROM letter", 3);
	assert_sql_number(&fixture, "SELECT count(*) FROM orders", 1);
	assert_sql_number(&fixture, "SELECT round FROM renewal", 1);
	assert_sql_number(&fixture, "SELECT count(*) FROM event WHERE event = 'said-renew'", 2);
}

static void
a_changed_answer_gets_letters_of_its_own_round(void **state)
{
	int64_t id = renewal_in(RENEWAL_KIND_RENEWAL, RENEWAL_DECLINED);

	(void)state;
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'declined' AND state = 'wanted'", 2);
	assert_true(fixture_advance(&fixture, id, EVENT_SAID_RENEW, NULL));
	assert_sql_number(&fixture, "SELECT round FROM renewal", 2);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'declined' AND state = 'withdrawn'", 2);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter_item WHERE kind = 'payment-request' AND round = 2", 2);
	/* Three days before the invoice is due. */
	assert_sql_text(&fixture, "SELECT date(next_day * 86400, 'unixepoch') FROM renewal", "2026-12-01");
}

static void
a_step_is_recorded_with_its_evidence(void **state)
{
	int64_t id = renewal_in(RENEWAL_KIND_RENEWAL, RENEWAL_NOTICED), message = fixture_stored_mail(&fixture);
	json_t *evidence = json_pack("{s:s}", "rule", "ja-renew");
	struct occurrence occurrence = {.event = EVENT_SAID_RENEW, .by = "mailproc", .message = message, .evidence = evidence};
	const char *explanation;
	struct why why = {0};
	bool advanced = false;

	(void)state;
	MUST(store_begin(fixture.store, &why));
	MUST(renewal_advance(&fixture.business, id, &occurrence, &advanced, &explanation, &why));
	MUST(store_commit(fixture.store, &why));
	json_decref(evidence);
	assert_true(advanced);
	assert_sql_text(&fixture,
	    "SELECT from_state || ' ' || to_state || ' ' || by || ' ' || evidence || ' ' || (message IS NOT NULL) FROM event WHERE event = 'said-renew'",
	    "noticed ordered mailproc {\"rule\":\"ja-renew\"} 1");
}

static void
a_rolled_back_step_leaves_nothing(void **state)
{
	int64_t id = renewal_in(RENEWAL_KIND_RENEWAL, RENEWAL_NOTICED), before = fixture_row_count(&fixture);
	struct occurrence occurrence = {.event = EVENT_SAID_RENEW, .by = "test"};
	const char *explanation;
	struct why why = {0};
	bool advanced = false;

	(void)state;
	MUST(store_begin(fixture.store, &why));
	MUST(renewal_advance(&fixture.business, id, &occurrence, &advanced, &explanation, &why));
	assert_true(advanced);
	store_rollback(fixture.store);
	assert_int_equal(fixture_row_count(&fixture), before);
	assert_int_equal(fixture_state(&fixture, id), RENEWAL_NOTICED);
}

static void
everybody_stays_in_the_thread_of_their_own_letters(void **state)
{
	int64_t id = new_renewal(RENEWAL_KIND_RENEWAL);
	struct occurrence occurrence = {.event = EVENT_SAID_RENEW, .by = "mailproc", .in_reply_to = "reply@customer.example", .contact = admin};
	char token[TOKEN_TEXT_MAX], want[512];
	const char *explanation;
	struct why why = {0};
	bool advanced = false;

	(void)state;
	fixture_letter(&fixture, LETTER_NOTICE, customer, admin, &id, 1, 0, token);
	MUST(store_begin(fixture.store, &why));
	MUST(renewal_advance(&fixture.business, id, &occurrence, &advanced, &explanation, &why));
	MUST(store_commit(fixture.store, &why));
	snprintf(want, sizeof want, "reply@customer.example | <%s@hosting.example> <reply@customer.example>", token);
	assert_sql_text(&fixture, "SELECT in_reply_to || ' | ' || thread FROM letter WHERE kind = 'payment-request' AND contact = 1", want);
	assert_sql_text(&fixture, "SELECT coalesce(in_reply_to, 'none') || ' | ' || thread FROM letter WHERE kind = 'payment-request' AND contact = 2",
	    "none | ");
}

static void
a_message_id_that_would_break_a_header_is_left_out(void **state)
{
	int64_t id = new_renewal(RENEWAL_KIND_RENEWAL);
	struct occurrence occurrence = {.event = EVENT_SAID_RENEW, .by = "mailproc", .in_reply_to = "a\r\nBcc: x@evil.example", .contact = admin};
	const char *explanation;
	struct why why = {0};
	bool advanced = false;

	(void)state;
	MUST(store_begin(fixture.store, &why));
	MUST(renewal_advance(&fixture.business, id, &occurrence, &advanced, &explanation, &why));
	MUST(store_commit(fixture.store, &why));
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE in_reply_to IS NULL AND thread = ''", 3);
}

static void
a_reissue_tells_who_installs_and_costs_nothing(void **state)
{
	int64_t id = new_renewal(RENEWAL_KIND_REISSUE);

	(void)state;
	assert_true(fixture_advance(&fixture, id, EVENT_WINDOW_OPENED, NULL));
	assert_int_equal(fixture_state(&fixture, id), RENEWAL_NOTICED);
	/* The technical contact has the address of the admin; billing is not asked. */
	assert_sql_text(&fixture, "SELECT group_concat(kind || ' ' || contact) FROM letter", "reissue-started 1");
	assert_true(fixture_advance(&fixture, id, EVENT_APPLICATION_STARTED, NULL));
	assert_true(fixture_advance(&fixture, id, EVENT_ISSUED, NULL));
	assert_sql_text(&fixture, "SELECT group_concat(kind || ' ' || contact) FROM letter WHERE state = 'wanted'",
	    "reissue-started 1,install 1");
	assert_true(fixture_advance(&fixture, id, EVENT_INSTALLED, NULL));
	assert_int_equal(fixture_state(&fixture, id), RENEWAL_RENEWED);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE state = 'wanted'", 0);
	assert_sql_number(&fixture, "SELECT count(*) FROM orders", 0);
	assert_sql_number(&fixture, "SELECT next_day IS NULL FROM renewal WHERE id = 1", 1);
}

static void
who_pays_by_card_gets_no_invoice_unless_it_is_asked_for(void **state)
{
	int64_t other = fixture_customer(&fixture, "C2", "Example Ltd", LANGUAGE_EN, METHOD_CARD);
	int64_t id = fixture_renewal(&fixture, other, "true-businessid", "www.other.example", END);

	(void)state;
	fixture_contact(&fixture, other, ROLE_ADMIN, "", "admin@other.example");
	assert_true(fixture_advance(&fixture, id, EVENT_SAID_RENEW, NULL));
	assert_sql_text(&fixture, "SELECT group_concat(kind) FROM letter", "payment-request");
	assert_true(fixture_advance(&fixture, id, EVENT_INVOICE_ASKED, NULL));
	assert_true(fixture_advance(&fixture, id, EVENT_INVOICE_ASKED, NULL)); /* twice on one day is one letter */
	assert_sql_text(&fixture, "SELECT group_concat(kind) FROM letter", "payment-request,invoice");
}

static void
an_installed_certificate_begins_the_next_term_with_its_passages(void **state)
{
	int64_t id = renewal_in(RENEWAL_KIND_RENEWAL, RENEWAL_APPLIED);
	struct certificate seen = {.common_name = TEXT("www.customer.example"), .organization = TEXT("Example"), .country = TEXT("JP"),
	    .not_before = fixture_instant("2027-01-10T00:00:00Z"), .not_after = fixture_instant("2027-07-29T00:00:00Z"), .serial = TEXT("02")};
	struct occurrence occurrence = {.event = EVENT_INSTALLED, .by = "mailproc", .certificate = &seen};
	const char *explanation;
	struct why why = {0};
	bool advanced = false;

	(void)state;
	fixture_set_now(&fixture, "2027-01-12T10:00:00+09:00");
	MUST(store_begin(fixture.store, &why));
	MUST(renewal_advance(&fixture.business, id, &occurrence, &advanced, &explanation, &why));
	MUST(store_commit(fixture.store, &why));
	assert_true(advanced);
	assert_sql_text(&fixture, "SELECT datetime(ends_at, 'unixepoch') || ' after ' || previous FROM term WHERE id = 2", "2028-01-20 23:59:59 after 1");
	assert_sql_text(&fixture, "SELECT authority || ' ' || serial FROM certificate WHERE id = (SELECT successor FROM renewal WHERE id = 1)", "geotrust 02");
	/* The next renewal 60 days before the end of the term, the re-issue 30 days before the end of its certificate. */
	assert_sql_text(&fixture,
	    "SELECT group_concat(kind || ' ' || state || ' ' || date(next_day * 86400, 'unixepoch'), ', ') FROM (SELECT * FROM renewal WHERE id > 1 ORDER BY id)",
	    "renewal upcoming 2027-11-22, re-issue upcoming 2027-06-29");
	assert_sql_number(&fixture, "SELECT count(*) FROM event WHERE event = 'followed' AND evidence LIKE '%SSL-2026-00001%'", 2);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'renewed' AND state = 'wanted'", 2);
}

static void
a_reissue_is_followed_by_the_next_and_the_open_renewal_learns_of_the_certificate(void **state)
{
	int64_t first = renewal_in(RENEWAL_KIND_RENEWAL, RENEWAL_APPLIED), reissue;
	struct certificate seen = {.common_name = TEXT("www.customer.example"), .not_before = fixture_instant("2027-01-10T00:00:00Z"),
	    .not_after = fixture_instant("2027-04-20T00:00:00Z"), .serial = TEXT("02")};
	struct occurrence occurrence = {.event = EVENT_INSTALLED, .by = "mailproc", .certificate = &seen};
	const char *explanation;
	struct why why = {0};
	bool advanced = false;

	(void)state;
	MUST(store_begin(fixture.store, &why));
	MUST(renewal_advance(&fixture.business, first, &occurrence, &advanced, &explanation, &why));
	seen.not_before = fixture_instant("2027-04-01T00:00:00Z");
	seen.not_after = fixture_instant("2028-01-20T23:59:59Z");
	reissue = 3;
	MUST(renewal_advance(&fixture.business, reissue, &occurrence, &advanced, &explanation, &why));
	MUST(store_commit(fixture.store, &why));
	assert_int_equal(fixture_state(&fixture, reissue), RENEWAL_RENEWED);
	assert_sql_number(&fixture, "SELECT count(*) FROM renewal", 3); /* the certificate lasts to the end of the term: no further re-issue */
	assert_sql_number(&fixture, "SELECT n.certificate = r.successor FROM renewal n, renewal r WHERE n.id = 2 AND r.id = 3", 1);
	assert_sql_number(&fixture, "SELECT count(*) FROM term", 2);
}

static void
what_staff_say_is_installed_lasts_as_long_as_browsers_accept(void **state)
{
	int64_t id = renewal_in(RENEWAL_KIND_RENEWAL, RENEWAL_APPLIED);

	(void)state;
	assert_true(fixture_advance(&fixture, id, EVENT_INSTALLED, NULL));
	assert_sql_number(&fixture, "SELECT (not_after - not_before) / 86400 FROM certificate WHERE id = 2", 200);
	assert_sql_text(&fixture, "SELECT group_concat(kind) FROM renewal WHERE id > 1", "renewal,re-issue");
	/* A private authority has no such limit. */
	fixture.authority[1].is_public = false;
	id = fixture_renewal(&fixture, customer, "true-businessid", "intra.customer.example", END);
	assert_true(fixture_advance(&fixture, id, EVENT_SAID_RENEW, NULL));
	assert_true(fixture_advance(&fixture, id, EVENT_PAID, NULL));
	assert_true(fixture_advance(&fixture, id, EVENT_INSTALLED, NULL));
	assert_sql_text(&fixture, "SELECT datetime(not_after, 'unixepoch') FROM certificate ORDER BY id DESC LIMIT 1", "2028-01-20 23:59:59");
	assert_sql_number(&fixture, "SELECT count(*) FROM renewal WHERE kind = 're-issue'", 1);
}

static void
the_workflow_is_printed_within_80_columns_and_as_a_graph(void **state)
{
	char *text = NULL, *graph = NULL;
	size_t n = 0;
	struct why why = {0};
	FILE *to = open_memstream(&text, &n);
	struct span rest, line;
	size_t lines = 0;

	(void)state;
	MUST(renewal_print_workflow(to, false, &why));
	fclose(to);
	rest = (struct span){text, n};
	while (span_next_line(&rest, &line)) {
		if (line.n > 80)
			fail_msg("%zu bytes: %.*s", line.n, (int)line.n, line.p);
		lines++;
	}
	assert_true(lines > sizeof rows / sizeof rows[0]);
	assert_non_null(strstr(text, "payment-request"));
	to = open_memstream(&graph, &n);
	MUST(renewal_print_workflow(to, true, &why));
	fclose(to);
	assert_int_equal(strncmp(graph, "digraph workflow {\n", 19), 0);
	assert_non_null(strstr(graph, "\"renewal noticed\" -> \"renewal ordered\" [label=\"said-renew if transfer: payment-request invoice\\nsaid-renew if in-time: payment-request\"];"));
	free(text);
	free(graph);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(every_pair_leads_where_the_table_says_or_nowhere),
	    CASE(every_pair_of_a_reissue_leads_where_the_table_says_or_nowhere),
	    CASE(a_pair_not_in_the_table_is_explained_and_leaves_nothing),
	    CASE(a_yes_after_the_last_safe_day_is_refused_with_the_reason),
	    CASE(a_notice_goes_to_those_who_decide_and_an_answer_to_everybody_once),
	    CASE(without_an_admin_everybody_gets_the_notice),
	    CASE(without_any_contact_nothing_happens),
	    CASE(the_same_answer_again_changes_nothing_and_brings_no_letter),
	    CASE(a_changed_answer_gets_letters_of_its_own_round),
	    CASE(a_step_is_recorded_with_its_evidence),
	    CASE(a_rolled_back_step_leaves_nothing),
	    CASE(everybody_stays_in_the_thread_of_their_own_letters),
	    CASE(a_message_id_that_would_break_a_header_is_left_out),
	    CASE(a_reissue_tells_who_installs_and_costs_nothing),
	    CASE(who_pays_by_card_gets_no_invoice_unless_it_is_asked_for),
	    CASE(an_installed_certificate_begins_the_next_term_with_its_passages),
	    CASE(a_reissue_is_followed_by_the_next_and_the_open_renewal_learns_of_the_certificate),
	    CASE(what_staff_say_is_installed_lasts_as_long_as_browsers_accept),
	    CASE(the_workflow_is_printed_within_80_columns_and_as_a_graph),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

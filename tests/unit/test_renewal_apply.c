/* test_renewal_apply.c - what one message leads to: outcomes, folders, letters, reviews; and what staff decide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"

#define END "2027-01-20T23:59:59Z"

static struct fixture fixture;
static int64_t customer, admin, billing, renewal[2], letter;
static char token[TOKEN_TEXT_MAX], message_id[128];
static struct message message;
static struct intent_of_certificate certificate[2];
static struct evidence evidence;
static struct intent intent;
static bool is_moving;

/* Two certificates were asked about in one notice; the message answers it, from the contact, with renew for both. */
static int
open_fixture(void **state)
{
	(void)state;
	fixture_open(&fixture, "2026-11-24T10:00:00+09:00");
	customer = fixture_customer(&fixture, "C1", "例株式会社", LANGUAGE_JA, METHOD_TRANSFER);
	admin = fixture_contact(&fixture, customer, ROLE_ADMIN, "例太郎", "taro@customer.example");
	billing = fixture_contact(&fixture, customer, ROLE_BILLING, "経理", "keiri@customer.example");
	renewal[0] = fixture_renewal(&fixture, customer, "true-businessid", "www.customer.example", END);
	renewal[1] = fixture_renewal(&fixture, customer, "sureserver", "shop.customer.example", END);
	letter = fixture_letter(&fixture, LETTER_NOTICE, customer, admin, renewal, 2, 0, token);
	snprintf(message_id, sizeof message_id, "%s@hosting.example", token);
	message = (struct message){.message_id = TEXT("reply@customer.example"), .from = TEXT("taro@customer.example"),
	    .subject = TEXT("Re: お知らせ"), .text = TEXT("更新します。"), .tokens = token};
	certificate[0] = (struct intent_of_certificate){TEXT("www.customer.example"), VERDICT_RENEW};
	certificate[1] = (struct intent_of_certificate){TEXT("shop.customer.example"), VERDICT_RENEW};
	evidence = (struct evidence){TEXT("ja-renew"), TEXT("更新します"), TEXT("asks for the renewal")};
	intent = (struct intent){.verdict = VERDICT_RENEW, .reason = TEXT("asks for the renewal"), .certificate = certificate,
	    .certificate_count = 2, .evidence = &evidence, .evidence_count = 1};
	is_moving = true;
	return 0;
}

static int
close_fixture(void **state)
{
	(void)state;
	fixture_close(&fixture);
	return 0;
}

/* Asks about the first certificate only, in a letter of its own kind. */
static void
use_single_letter(enum letter_kind kind, int round)
{
	letter = fixture_letter(&fixture, kind, customer, admin, renewal, 1, round, token);
	intent.certificate_count = 1;
}

static enum message_outcome
receive_stored(int64_t id, const struct intent *given, const char *unreadable)
{
	enum message_outcome outcome = message_outcome_count;
	struct match match = {0};
	struct why why = {0};

	fixture.source.folders.move = is_moving;
	MUST(renewal_match(&fixture.business, &message, &match, &why));
	MUST(renewal_receive(&fixture.business, id, &message, &match, given, NULL, unreadable, &fixture.source.folders, &outcome, &why));
	match_release(&match);
	assert_false(store_is_writing(fixture.store));
	return outcome;
}

static enum message_outcome
receive(void)
{
	return receive_stored(fixture_stored_mail(&fixture), &intent, NULL);
}

#define assert_states(first, second)                                                               \
	do {                                                                                       \
		assert_int_equal(fixture_state(&fixture, renewal[0]), first);                      \
		assert_int_equal(fixture_state(&fixture, renewal[1]), second);                     \
	} while (0)

#define assert_last_message(want)                                                                  \
	assert_sql_text(&fixture, "SELECT outcome || ' ' || coalesce(folder, 'stays') FROM message ORDER BY id DESC LIMIT 1", want)

static void
a_yes_to_two_makes_one_order_and_one_letter_a_contact(void **state)
{
	(void)state;
	assert_int_equal(receive(), OUTCOME_APPLIED);
	assert_states(RENEWAL_ORDERED, RENEWAL_ORDERED);
	assert_last_message("applied Processed");
	assert_sql_number(&fixture, "SELECT count(*) FROM orders", 1);
	assert_sql_number(&fixture, "SELECT count(*) FROM invoice_line", 2);
	assert_sql_text(&fixture, "SELECT net || ' ' || tax FROM invoice", "88888 8888");
	assert_sql_text(&fixture,
	    "SELECT group_concat(kind || ' ' || contact || ' ' || (SELECT count(*) FROM letter_item WHERE letter = letter.id), ', ')"
	    " FROM letter WHERE kind <> 'notice'",
	    "payment-request 1 2, payment-request 2 2, invoice 2 2");
	assert_sql_text(&fixture, "SELECT reason || ' ' || sender || ' ' || letter || ' ' || contact FROM message",
	    "renew www.customer.example; renew shop.customer.example taro@customer.example 1 1");
	assert_sql_text(&fixture, "SELECT evidence FROM event WHERE event = 'said-renew' LIMIT 1",
	    "{\"verdict\":\"renew\",\"rules\":[{\"rule\":\"ja-renew\",\"words\":\"更新します\"}]}");
	assert_sql_text(&fixture, "SELECT group_concat(coalesce(in_reply_to, 'none')) FROM letter WHERE kind = 'payment-request'",
	    "reply@customer.example,none");
}

static void
a_partial_answer_orders_the_one_and_declines_the_other(void **state)
{
	(void)state;
	certificate[1].verdict = VERDICT_DECLINE;
	intent.verdict = VERDICT_PARTIAL;
	assert_int_equal(receive(), OUTCOME_APPLIED);
	assert_states(RENEWAL_ORDERED, RENEWAL_DECLINED);
	assert_sql_number(&fixture, "SELECT count(*) FROM order_line", 1);
	assert_sql_text(&fixture, "SELECT group_concat(kind || ' ' || contact, ', ') FROM letter WHERE kind <> 'notice'",
	    "payment-request 1, payment-request 2, invoice 2, declined 1, declined 2");
	assert_sql_text(&fixture, "SELECT reason FROM message", "renew www.customer.example; decline shop.customer.example");
}

static void
answers_are_matched_by_name_whatever_their_order(void **state)
{
	(void)state;
	certificate[0] = (struct intent_of_certificate){TEXT("Shop.customer.example"), VERDICT_DECLINE};
	certificate[1] = (struct intent_of_certificate){TEXT("www.customer.example"), VERDICT_RENEW};
	intent.verdict = VERDICT_PARTIAL;
	assert_int_equal(receive(), OUTCOME_APPLIED);
	assert_states(RENEWAL_ORDERED, RENEWAL_DECLINED);
}

static void
a_decline_ends_the_asking(void **state)
{
	(void)state;
	certificate[0].verdict = certificate[1].verdict = VERDICT_DECLINE;
	intent.verdict = VERDICT_DECLINE;
	assert_int_equal(receive(), OUTCOME_APPLIED);
	assert_states(RENEWAL_DECLINED, RENEWAL_DECLINED);
	assert_sql_number(&fixture, "SELECT count(*) FROM orders", 0);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'declined'", 2);
}

static void
if_one_answer_cannot_be_followed_none_is(void **state)
{
	(void)state;
	assert_true(fixture_advance(&fixture, renewal[1], EVENT_SAID_RENEW, NULL));
	certificate[1].verdict = VERDICT_DECLINE;
	intent.verdict = VERDICT_PARTIAL;
	assert_int_equal(receive(), OUTCOME_REVIEW);
	assert_states(RENEWAL_UPCOMING, RENEWAL_ORDERED);
	assert_last_message("review Review");
	assert_sql_text(&fixture, "SELECT reason || ' | ' || suggestion FROM review",
	    "shop.customer.example (SSL-2026-00002): it was declined after the order: order and invoice stand, a person decides about them "
	    "(decline --void takes them back)"
	    " | it would have been: renew www.customer.example; decline shop.customer.example");
	assert_sql_number(&fixture, "SELECT count(*) FROM message_action", 0);
	assert_sql_text(&fixture, "SELECT state || ' ' || language || ' ' || (review IS NOT NULL) || ' ' || customer FROM letter WHERE kind = 'needs-you'",
	    "wanted ja 1 1");
}

static void
a_missing_answer_goes_to_a_person(void **state)
{
	(void)state;
	intent.certificate_count = 1;
	assert_int_equal(receive(), OUTCOME_REVIEW);
	assert_states(RENEWAL_UPCOMING, RENEWAL_UPCOMING);
	assert_sql_text(&fixture, "SELECT reason FROM review", "there is no clear answer about shop.customer.example");
}

static void
a_late_yes_goes_to_a_person(void **state)
{
	(void)state;
	use_single_letter(LETTER_REMINDER, 0);
	fixture_set_now(&fixture, "2027-01-18T10:00:00+09:00");
	assert_int_equal(receive(), OUTCOME_REVIEW);
	assert_states(RENEWAL_UPCOMING, RENEWAL_UPCOMING);
	assert_sql_number(&fixture, "SELECT reason LIKE '%last safe day%' FROM review", 1);
	assert_sql_number(&fixture, "SELECT renewal FROM review", renewal[0]);
}

static void
the_same_answer_again_brings_no_second_letter(void **state)
{
	(void)state;
	assert_int_equal(receive(), OUTCOME_APPLIED);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter", 4);
	assert_int_equal(receive(), OUTCOME_APPLIED);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter", 4);
	assert_sql_number(&fixture, "SELECT count(*) FROM orders", 1);
	assert_sql_number(&fixture, "SELECT reason LIKE '%: the same answer again: nothing changed' FROM message ORDER BY id DESC LIMIT 1", 1);
}

static void
a_changed_answer_in_time_is_followed(void **state)
{
	(void)state;
	certificate[0].verdict = certificate[1].verdict = intent.verdict = VERDICT_DECLINE;
	assert_int_equal(receive(), OUTCOME_APPLIED);
	certificate[0].verdict = certificate[1].verdict = intent.verdict = VERDICT_RENEW;
	assert_int_equal(receive(), OUTCOME_APPLIED);
	assert_states(RENEWAL_ORDERED, RENEWAL_ORDERED);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter_item WHERE kind = 'payment-request' AND round = 2", 4);
	certificate[0].verdict = certificate[1].verdict = intent.verdict = VERDICT_DECLINE;
	assert_int_equal(receive(), OUTCOME_REVIEW);
	assert_states(RENEWAL_ORDERED, RENEWAL_ORDERED);
}

static void
the_payment_method_asked_for_is_taken_before_the_order(void **state)
{
	(void)state;
	intent.wants_method = true;
	intent.method = METHOD_CARD;
	assert_int_equal(receive(), OUTCOME_APPLIED);
	assert_sql_text(&fixture, "SELECT payment_method FROM orders", "card");
	/* Another one after the order is for a person. */
	intent.method = METHOD_TRANSFER;
	assert_int_equal(receive(), OUTCOME_REVIEW);
	assert_sql_number(&fixture, "SELECT reason LIKE '%another payment method%' FROM review", 1);
	assert_sql_number(&fixture, "SELECT count(*) FROM renewal WHERE payment_method = 'card'", 2);
}

static void
who_may_not_decide_goes_to_a_person(void **state)
{
	static const struct {
		const char *from;
		enum message_authentication authentication;
		const char *tokens;
		const char *reason;
	} cases[] = {
	    {"x@evil.example", AUTHENTICATION_PASS, token, "%x@evil.example is not on record%"},
	    {"taro@customer.example", AUTHENTICATION_FAIL, token, "%authentication of the sender failed%"},
	    {"taro@customer.example", AUTHENTICATION_PASS, "", "%no token of ours%"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char sql[256];

		message.from = TEXT(cases[i].from);
		message.authentication = cases[i].authentication;
		message.tokens = TEXT(cases[i].tokens);
		assert_int_equal(receive(), OUTCOME_REVIEW);
		snprintf(sql, sizeof sql, "SELECT reason LIKE '%s' FROM review ORDER BY id DESC LIMIT 1", cases[i].reason);
		assert_sql_number(&fixture, sql, 1);
	}
	assert_states(RENEWAL_UPCOMING, RENEWAL_UPCOMING);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'needs-you'", 3);
}

static void
a_colleague_costs_one_word_of_the_contact(void **state)
{
	(void)state;
	message.from = TEXT("hanako@customer.example");
	assert_int_equal(receive(), OUTCOME_REVIEW);
	assert_states(RENEWAL_UPCOMING, RENEWAL_UPCOMING);
	assert_sql_text(&fixture, "SELECT group_concat(kind || ' ' || contact) FROM letter WHERE id > 1", "confirm 1");
	assert_sql_number(&fixture, "SELECT count(*) FROM event WHERE event = 'confirm-asked'", 2);
	assert_sql_text(&fixture, "SELECT suggestion FROM review", "it would have been: renew www.customer.example; renew shop.customer.example");
	/* Asked once, however often the colleague writes. */
	assert_int_equal(receive(), OUTCOME_REVIEW);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'confirm'", 1);
	/* The contact says yes: the confirmation that has not gone out is withdrawn. */
	message.from = TEXT("taro@customer.example");
	assert_int_equal(receive(), OUTCOME_APPLIED);
	assert_sql_text(&fixture, "SELECT state FROM letter WHERE kind = 'confirm'", "withdrawn");
}

static void
an_unclear_answer_goes_to_a_person(void **state)
{
	(void)state;
	intent.verdict = VERDICT_REVIEW;
	intent.reason = TEXT("asks something");
	certificate[0].verdict = certificate[1].verdict = VERDICT_REVIEW;
	assert_int_equal(receive(), OUTCOME_REVIEW);
	assert_sql_text(&fixture, "SELECT reason || '|' || suggestion FROM review", "asks something|");
	assert_sql_number(&fixture, "SELECT renewal IS NULL FROM review", 1);
}

static void
thanks_are_acknowledged_only_where_nothing_was_asked(void **state)
{
	(void)state;
	intent.verdict = VERDICT_REVIEW;
	intent.acknowledges = true;
	intent.reason = TEXT("only thanks");
	assert_int_equal(receive(), OUTCOME_REVIEW);
	use_single_letter(LETTER_PAYMENT_REQUEST, 1);
	assert_int_equal(receive(), OUTCOME_ACKNOWLEDGED);
	assert_last_message("acknowledged Processed");
	message.from = TEXT("x@evil.example");
	assert_int_equal(receive(), OUTCOME_REVIEW);
}

static void
an_answer_to_a_letter_that_asked_nothing_goes_to_a_person(void **state)
{
	(void)state;
	use_single_letter(LETTER_DECLINED, 1);
	assert_int_equal(receive(), OUTCOME_REVIEW);
	assert_sql_text(&fixture, "SELECT reason FROM review", "it says 'renew' to a letter that asked nothing (declined)");
}

static void
automatic_mail_is_recorded_and_never_answered(void **state)
{
	int64_t before;

	(void)state;
	message.kind = MESSAGE_AUTOMATIC;
	message.kind_reason = TEXT("Auto-Submitted: auto-replied");
	before = fixture_number(&fixture, "SELECT count(*) FROM letter");
	assert_int_equal(receive(), OUTCOME_AUTOMATIC);
	assert_last_message("automatic Automatic");
	message.kind = MESSAGE_PERSON;
	intent.verdict = VERDICT_AUTO;
	assert_int_equal(receive(), OUTCOME_AUTOMATIC);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter", before);
	assert_sql_number(&fixture, "SELECT count(*) FROM review", 0);
	assert_states(RENEWAL_UPCOMING, RENEWAL_UPCOMING);
}

static void
foreign_mail_stays_where_it_is(void **state)
{
	(void)state;
	message = (struct message){.from = TEXT("x@shop.example"), .subject = TEXT("sale"), .text = TEXT("buy")};
	assert_int_equal(receive(), OUTCOME_UNRELATED);
	assert_last_message("unrelated stays");
	assert_sql_number(&fixture, "SELECT count(*) FROM review", 0);
}

static void
nothing_is_moved_where_that_is_configured(void **state)
{
	(void)state;
	is_moving = false;
	assert_int_equal(receive(), OUTCOME_APPLIED);
	assert_last_message("applied stays");
}

static void
a_hard_bounce_is_shown_to_staff(void **state)
{
	(void)state;
	message = (struct message){.kind = MESSAGE_BOUNCE, .from = TEXT("mailer-daemon@mx.example"), .subject = TEXT("failed"),
	    .bounce = {.recipient = TEXT("taro@customer.example"), .status = TEXT("5.1.1"), .kind = BOUNCE_HARD, .original_id = message_id}};
	assert_int_equal(receive_stored(fixture_stored_mail(&fixture), NULL, NULL), OUTCOME_BOUNCE);
	assert_last_message("bounce Bounces");
	assert_sql_text(&fixture, "SELECT bounce_status FROM letter WHERE id = 1", "5.1.1");
	assert_sql_text(&fixture, "SELECT reason FROM review", "the notice to taro@customer.example did not arrive: 5.1.1");
	assert_sql_number(&fixture, "SELECT count(*) FROM event WHERE event = 'letter-bounced'", 2);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'needs-you'", 1);
}

static void
a_refused_letter_is_shown_to_staff_and_a_full_mailbox_is_not(void **state)
{
	static char *const statuses[] = {TEXT("4.4.7"), TEXT("5.2.2"), TEXT("5.7.1"), NULL};
	static const int reviews[] = {0, 0, 1, 2};

	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		message = (struct message){.kind = MESSAGE_BOUNCE, .from = TEXT("mailer-daemon@mx.example"), .subject = TEXT("failed"),
		    .bounce = {.recipient = TEXT("taro@customer.example"), .status = statuses[i], .kind = BOUNCE_SOFT, .original_id = message_id}};
		assert_int_equal(receive_stored(fixture_stored_mail(&fixture), NULL, NULL), OUTCOME_BOUNCE);
		assert_sql_number(&fixture, "SELECT count(*) FROM review", reviews[i]);
	}
}

static void
a_delay_is_no_bounce_of_the_letter(void **state)
{
	(void)state;
	message = (struct message){.kind = MESSAGE_BOUNCE,
	    .bounce = {.recipient = TEXT("taro@customer.example"), .status = TEXT("4.4.1"), .kind = BOUNCE_DELAYED, .original_id = message_id}};
	assert_int_equal(receive(), OUTCOME_BOUNCE);
	assert_sql_number(&fixture, "SELECT bounce_status IS NULL FROM letter WHERE id = 1", 1);
	assert_sql_number(&fixture, "SELECT count(*) FROM review", 0);
}

/* Else each letter to staff that came back would bring another. */
static void
a_bounced_letter_to_staff_brings_no_letter_to_staff(void **state)
{
	char staff_id[] = "staff-1@hosting.example";
	struct letter_rendering rendering = {.message_id = staff_id, .recipient = "staff@hosting.example", .envelope_from = "ssl@hosting.example",
	    .subject = "x", .bytes = {"x", 1}, .text = "x"};
	struct why why = {0};
	int64_t id;

	(void)state;
	message.tokens = NULL;
	assert_int_equal(receive(), OUTCOME_REVIEW);
	id = fixture_number(&fixture, "SELECT id FROM letter WHERE kind = 'needs-you'");
	MUST(store_begin(fixture.store, &why));
	MUST(store_letter_rendered(fixture.store, id, &rendering, fixture.business.now, &why));
	MUST(store_commit(fixture.store, &why));
	message = (struct message){.kind = MESSAGE_BOUNCE,
	    .bounce = {.recipient = TEXT("staff@hosting.example"), .status = TEXT("5.1.1"), .kind = BOUNCE_HARD, .original_id = staff_id}};
	assert_int_equal(receive(), OUTCOME_BOUNCE);
	assert_sql_number(&fixture, "SELECT count(*) FROM review", 2);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'needs-you'", 1);
}

static void
what_cannot_be_read_is_quarantined(void **state)
{
	enum message_outcome outcome = message_outcome_count;
	struct why why = {0};

	(void)state;
	assert_int_equal(receive_stored(fixture_stored_mail(&fixture), NULL, "the reader died: SIGSEGV"), OUTCOME_QUARANTINED);
	assert_last_message("quarantined Review");
	MUST(renewal_receive(&fixture.business, fixture_stored_mail(&fixture), NULL, NULL, NULL, NULL, "too many parts",
	    &fixture.source.folders, &outcome, &why));
	assert_int_equal(outcome, OUTCOME_QUARANTINED);
	assert_sql_text(&fixture, "SELECT group_concat(reason, ', ') FROM review", "the reader died: SIGSEGV, too many parts");
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'needs-you'", 2);
}

static void
what_the_records_refuse_goes_to_a_person_and_leaves_nothing(void **state)
{
	(void)state;
	fixture.product[2].id = TEXT("renamed");
	assert_int_equal(receive(), OUTCOME_REVIEW);
	assert_states(RENEWAL_UPCOMING, RENEWAL_UPCOMING);
	assert_sql_text(&fixture, "SELECT reason FROM review",
	    "it cannot be done: SSL-2026-00002: the product 'sureserver' is not in the configuration");
	assert_sql_number(&fixture, "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM message_action)", 0);
	assert_last_message("review Review");
}

static void
a_message_that_has_acted_does_not_act_again(void **state)
{
	int64_t id = fixture_stored_mail(&fixture);
	struct why why = {0};
	bool first = false;

	(void)state;
	MUST(store_begin(fixture.store, &why));
	MUST(store_message_act(fixture.store, id, renewal[0], "renew", fixture.business.now, &first, &why));
	MUST(store_commit(fixture.store, &why));
	assert_true(first);
	assert_int_equal(receive_stored(id, &intent, NULL), OUTCOME_DUPLICATE);
	assert_states(RENEWAL_UPCOMING, RENEWAL_UPCOMING);
}

/* ---- staff ---- */

static int64_t
new_review(void)
{
	intent.verdict = VERDICT_REVIEW;
	certificate[0].verdict = certificate[1].verdict = VERDICT_REVIEW;
	assert_int_equal(receive(), OUTCOME_REVIEW);
	return fixture_number(&fixture, "SELECT max(id) FROM review");
}

static enum fault
decide(int64_t review, const char *decision, struct why *why)
{
	enum fault fault = renewal_decide_review(&fixture.business, review,
	    &(struct review_decision){.word = decision, .by = "suzuki", .note = "by telephone"}, why);

	assert_false(store_is_writing(fixture.store));
	return fault;
}

static void
staff_decide_whoever_the_sender_was(void **state)
{
	struct why why = {0};
	int64_t review;

	(void)state;
	message.from = TEXT("x@evil.example");
	review = new_review();
	MUST(decide(review, "renew", &why));
	assert_states(RENEWAL_ORDERED, RENEWAL_ORDERED);
	assert_last_message("applied Processed");
	assert_sql_text(&fixture, "SELECT decision || ' ' || decided_by || ' ' || note FROM review", "renew suzuki by telephone");
	assert_sql_number(&fixture, "SELECT count(*) FROM event WHERE event = 'review-decided' AND by = 'suzuki'", 2);
	assert_sql_number(&fixture, "SELECT count(*) FROM event WHERE event = 'said-renew' AND by = 'suzuki'", 2);
	assert_sql_number(&fixture, "SELECT count(*) FROM letter WHERE kind = 'payment-request'", 2);
	assert_int_equal(decide(review, "decline", &why), FAULT_ITEM);
	assert_non_null(strstr(why.text, "decided already: renew, by suzuki"));
	assert_states(RENEWAL_ORDERED, RENEWAL_ORDERED);
}

static void
a_review_that_was_attached_is_about_that_renewal_only(void **state)
{
	struct why why = {0};
	int64_t review = new_review();

	(void)state;
	assert_int_equal(renewal_attach_review(&fixture.business, review, "SSL-2026-99999", "suzuki", &why), FAULT_ITEM);
	MUST(renewal_attach_review(&fixture.business, review, "SSL-2026-00002", "suzuki", &why));
	MUST(decide(review, "decline", &why));
	assert_states(RENEWAL_UPCOMING, RENEWAL_DECLINED);
}

static void
what_the_table_refuses_staff_are_told_and_nothing_is_kept(void **state)
{
	struct why why = {0};
	int64_t review, before;

	(void)state;
	assert_true(fixture_advance(&fixture, renewal[1], EVENT_SAID_RENEW, NULL));
	review = new_review();
	before = fixture_row_count(&fixture);
	assert_int_equal(decide(review, "decline", &why), FAULT_ITEM);
	assert_non_null(strstr(why.text, "declined after the order"));
	assert_int_equal(fixture_row_count(&fixture), before);
	assert_states(RENEWAL_UPCOMING, RENEWAL_ORDERED);
	assert_sql_number(&fixture, "SELECT decision IS NULL FROM review", 1);
}

static void
a_review_about_nothing_known_has_to_be_attached_first(void **state)
{
	struct why why = {0};
	int64_t review;

	(void)state;
	message.tokens = NULL;
	review = new_review();
	assert_int_equal(decide(review, "renew", &why), FAULT_ITEM);
	assert_non_null(strstr(why.text, "attach"));
	MUST(renewal_attach_review(&fixture.business, review, "SSL-2026-00001", "suzuki", &why));
	MUST(decide(review, "renew", &why));
	assert_states(RENEWAL_ORDERED, RENEWAL_UPCOMING);
}

static void
what_needs_no_action_is_closed(void **state)
{
	struct why why = {0};
	int64_t review = new_review();

	(void)state;
	MUST(decide(review, "acknowledge", &why));
	assert_last_message("acknowledged Processed");
	review = new_review();
	MUST(decide(review, "ignore", &why));
	assert_last_message("review Processed");
	assert_states(RENEWAL_UPCOMING, RENEWAL_UPCOMING);
	assert_int_equal(decide(review, "maybe", &why), FAULT_ITEM);
	assert_int_equal(decide(4711, "renew", &why), FAULT_ITEM);
	assert_int_equal(billing, 2);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_yes_to_two_makes_one_order_and_one_letter_a_contact),
	    CASE(a_partial_answer_orders_the_one_and_declines_the_other),
	    CASE(answers_are_matched_by_name_whatever_their_order),
	    CASE(a_decline_ends_the_asking),
	    CASE(if_one_answer_cannot_be_followed_none_is),
	    CASE(a_missing_answer_goes_to_a_person),
	    CASE(a_late_yes_goes_to_a_person),
	    CASE(the_same_answer_again_brings_no_second_letter),
	    CASE(a_changed_answer_in_time_is_followed),
	    CASE(the_payment_method_asked_for_is_taken_before_the_order),
	    CASE(who_may_not_decide_goes_to_a_person),
	    CASE(a_colleague_costs_one_word_of_the_contact),
	    CASE(an_unclear_answer_goes_to_a_person),
	    CASE(thanks_are_acknowledged_only_where_nothing_was_asked),
	    CASE(an_answer_to_a_letter_that_asked_nothing_goes_to_a_person),
	    CASE(automatic_mail_is_recorded_and_never_answered),
	    CASE(foreign_mail_stays_where_it_is),
	    CASE(nothing_is_moved_where_that_is_configured),
	    CASE(a_hard_bounce_is_shown_to_staff),
	    CASE(a_refused_letter_is_shown_to_staff_and_a_full_mailbox_is_not), CASE(a_delay_is_no_bounce_of_the_letter),
	    CASE(a_bounced_letter_to_staff_brings_no_letter_to_staff),
	    CASE(what_cannot_be_read_is_quarantined),
	    CASE(what_the_records_refuse_goes_to_a_person_and_leaves_nothing),
	    CASE(a_message_that_has_acted_does_not_act_again),
	    CASE(staff_decide_whoever_the_sender_was),
	    CASE(a_review_that_was_attached_is_about_that_renewal_only),
	    CASE(what_the_table_refuses_staff_are_told_and_nothing_is_kept),
	    CASE(a_review_about_nothing_known_has_to_be_attached_first),
	    CASE(what_needs_no_action_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

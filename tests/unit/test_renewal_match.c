/* test_renewal_match.c - which letter a mail answers, and whether its sender may decide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"

#define END "2027-01-20T23:59:59Z"

static struct fixture fixture;
static int64_t customer, admin, renewal[3], letter;
static char token[TOKEN_TEXT_MAX], message_id[128];
static struct message message;
static struct match match;

/* A customer with two certificates that one notice asks about, and a third that has a notice of its own. */
static int
open_fixture(void **state)
{
	(void)state;
	fixture_open(&fixture, "2026-11-24T10:00:00+09:00");
	customer = fixture_customer(&fixture, "C1", "例株式会社", LANGUAGE_JA, METHOD_TRANSFER);
	admin = fixture_contact(&fixture, customer, ROLE_ADMIN, "例太郎", "taro@customer.example");
	renewal[0] = fixture_renewal(&fixture, customer, "true-businessid", "www.customer.example", END);
	renewal[1] = fixture_renewal(&fixture, customer, "true-businessid", "shop.customer.example", END);
	renewal[2] = fixture_renewal(&fixture, customer, "true-businessid", "mail.customer.example", END);
	letter = fixture_letter(&fixture, LETTER_NOTICE, customer, admin, renewal, 2, 0, token);
	snprintf(message_id, sizeof message_id, "%s@hosting.example", token);
	message = (struct message){.from = TEXT("taro@customer.example"), .subject = TEXT("Re: お知らせ"), .text = TEXT("更新します。"),
	    .tokens = token};
	match = (struct match){0};
	return 0;
}

static int
close_fixture(void **state)
{
	(void)state;
	match_release(&match);
	fixture_close(&fixture);
	return 0;
}

static void
do_match(void)
{
	struct why why = {0};

	match_release(&match);
	MUST(renewal_match(&fixture.business, &message, &match, &why));
}

static void
a_valid_token_finds_letter_contact_and_renewals_in_order(void **state)
{
	(void)state;
	do_match();
	assert_true(match.is_related);
	assert_true(match.token_is_valid);
	assert_int_equal(match.letter, letter);
	assert_int_equal(match.contact, admin);
	assert_int_equal(match.customer, customer);
	assert_int_equal(match.renewal_count, 2);
	assert_int_equal(match.renewal[0], renewal[0]);
	assert_int_equal(match.renewal[1], renewal[1]);
	assert_int_equal(match.asked.letter, LETTER_NOTICE);
	assert_int_equal(match.asked.certificate_count, 2);
	assert_string_equal(match.asked.certificate[0], "www.customer.example");
	assert_string_equal(match.asked.certificate[1], "shop.customer.example");
	assert_string_equal(match.asked.letter_text, "更新を希望されますか。\n");
	assert_int_equal(match.trust, TRUST_ACT);
}

static void
the_sender_decides_what_a_valid_token_is_worth(void **state)
{
	static const struct {
		const char *from;
		enum message_authentication authentication;
		enum trust want;
		const char *reason;
	} cases[] = {
	    {"taro@customer.example", AUTHENTICATION_ABSENT, TRUST_ACT, "is on record"},
	    {"also@elsewhere.example", AUTHENTICATION_ABSENT, TRUST_ACT, "is on record"},
	    {"taro@customer.example", AUTHENTICATION_FAIL, TRUST_REVIEW, "authentication of the sender failed"},
	    {"hanako@mail.customer.example", AUTHENTICATION_PASS, TRUST_ACT, "others of this domain are"},
	    {"hanako@customer.example", AUTHENTICATION_ABSENT, TRUST_CONFIRM, "others of this domain are: known are "},
	    {"x@evil.example", AUTHENTICATION_PASS, TRUST_REVIEW, "x@evil.example is not on record for this customer"},
	    {NULL, AUTHENTICATION_PASS, TRUST_REVIEW, "the sender is not clear (two From)"},
	};
	struct why why = {0};
	bool changed;

	(void)state;
	MUST(store_begin(fixture.store, &why));
	MUST(store_contact_add_address(fixture.store, admin, "also@elsewhere.example", &changed, &why));
	MUST(store_commit(fixture.store, &why));
	message.from_problem = TEXT("two From");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		message.from = TEXT(cases[i].from);
		message.authentication = cases[i].authentication;
		do_match();
		assert_int_equal(match.trust, cases[i].want);
		if (strstr(match.trust_reason, cases[i].reason) == NULL)
			fail_msg("'%s' does not say '%s'", match.trust_reason, cases[i].reason);
	}
}

static void
a_forged_token_proves_nothing(void **state)
{
	char forged[TOKEN_TEXT_MAX];

	(void)state;
	strcpy(forged, token);
	forged[5] = forged[5] == 'a' ? 'b' : 'a';
	message.tokens = forged;
	do_match();
	assert_true(match.is_related);
	assert_false(match.token_is_valid);
	assert_int_equal(match.letter, 0);
	assert_int_equal(match.trust, TRUST_REVIEW);
	assert_non_null(strstr(match.trust_reason, "not one of ours"));
}

static void
a_token_of_another_contact_is_refused(void **state)
{
	char other[TOKEN_TEXT_MAX];
	struct why why = {0};

	(void)state;
	MUST(token_make(other, fixture.key, letter, admin + 1, &why));
	message.tokens = other;
	do_match();
	assert_false(match.token_is_valid);
}

static void
a_token_is_void_90_days_after_the_end(void **state)
{
	char *reference[] = {message_id};

	(void)state;
	message.reference = reference;
	message.reference_count = 1;
	fixture_set_now(&fixture, "2027-04-20T23:59:58Z");
	do_match();
	assert_true(match.token_is_valid);
	fixture_set_now(&fixture, "2027-04-20T23:59:59Z");
	do_match();
	assert_false(match.token_is_valid);
	assert_true(match.is_related);
	assert_int_equal(match.letter, letter); /* by its Message-ID, for the reviewer */
	assert_int_equal(match.trust, TRUST_REVIEW);
	assert_non_null(strstr(match.trust_reason, "void"));
}

static void
without_a_token_an_id_of_ours_leads_to_the_letter_but_proves_nothing(void **state)
{
	char *reference[] = {TEXT("foreign@x.example"), message_id};

	(void)state;
	message.tokens = NULL;
	message.reference = reference;
	message.reference_count = 2;
	do_match();
	assert_true(match.is_related);
	assert_false(match.token_is_valid);
	assert_int_equal(match.letter, letter);
	assert_int_equal(match.renewal_count, 2);
	assert_int_equal(match.trust, TRUST_REVIEW);
	assert_non_null(strstr(match.trust_reason, "no token"));
}

static void
of_a_thread_the_newest_letter_is_answered_unless_the_ids_name_another(void **state)
{
	char newer[TOKEN_TEXT_MAX], both[256];
	char *reference[] = {message_id};
	int64_t second = fixture_letter(&fixture, LETTER_PAYMENT_REQUEST, customer, admin, renewal, 1, 1, newer);

	(void)state;
	snprintf(both, sizeof both, "%s %s", newer, token);
	message.tokens = both;
	do_match();
	assert_true(match.token_is_valid);
	assert_int_equal(match.letter, second);
	message.reference = reference;
	message.reference_count = 1;
	do_match();
	assert_int_equal(match.letter, letter);
	assert_int_equal(match.asked.letter, LETTER_NOTICE);
}

static void
tokens_of_letters_about_different_renewals_go_to_a_person(void **state)
{
	char other[TOKEN_TEXT_MAX], both[256];

	(void)state;
	fixture_letter(&fixture, LETTER_NOTICE, customer, admin, &renewal[2], 1, 0, other);
	snprintf(both, sizeof both, "%s %s", token, other);
	message.tokens = both;
	do_match();
	assert_false(match.token_is_valid);
	assert_int_equal(match.trust, TRUST_REVIEW);
	assert_non_null(strstr(match.trust_reason, "different renewals"));
}

static void
mail_about_our_business_is_told_from_foreign_mail(void **state)
{
	static const struct {
		const char *from, *subject, *text;
		bool is_related, has_customer;
		size_t renewals;
	} cases[] = {
	    {"x@evil.example", "hello", "buy now", false, false, 0},
	    {"x@evil.example", "Re: [SSL-2026-00001] お知らせ", "?", true, true, 1},
	    {"x@evil.example", "ssl-2026-00002, SSL-2026-00001, SSL-2026-00002", "?", true, true, 2},
	    {"x@evil.example", "SSL-2026-99999 SSL-26-1 SSL-2026-1", "?", false, false, 0},
	    {"Taro@customer.example", "電話の件", "お電話ください", true, true, 0},
	    {"x@evil.example", "期限", "https://WWW.customer.example/ の証明書は", true, false, 0},
	    {"x@evil.example", "www.customer.example.", "", true, false, 0},
	    {"x@evil.example", "期限", "https://ww.customer.example/ と www.customer.example.evil.example", false, false, 0},
	    {NULL, NULL, NULL, false, false, 0},
	};

	(void)state;
	message.tokens = NULL;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		message.from = TEXT(cases[i].from);
		message.subject = TEXT(cases[i].subject);
		message.text = TEXT(cases[i].text);
		do_match();
		if (match.is_related != cases[i].is_related || (match.customer != 0) != cases[i].has_customer ||
		    match.renewal_count != cases[i].renewals)
			fail_msg("case %zu: related %d, customer %lld, %zu renewals", i, match.is_related, (long long)match.customer,
			    match.renewal_count);
		assert_int_equal(match.trust, TRUST_REVIEW);
		assert_non_null(match.asked.letter_text);
		assert_int_equal(match.asked.certificate_count, match.renewal_count);
	}
}

static void
a_bounce_finds_its_letter_by_the_original_id(void **state)
{
	(void)state;
	message = (struct message){.kind = MESSAGE_BOUNCE, .from = TEXT("mailer-daemon@mx.example"),
	    .bounce = {.original_id = message_id, .recipient = TEXT("taro@customer.example")}};
	do_match();
	assert_true(match.is_related);
	assert_int_equal(match.letter, letter);
	message.bounce.original_id = NULL;
	do_match();
	assert_true(match.is_related);
	assert_int_equal(match.letter, 0);
	assert_int_equal(match.customer, customer);
	message.bounce.recipient = TEXT("stranger@x.example");
	do_match();
	assert_false(match.is_related);
}

static void
a_thousand_tokens_cost_no_more_than_a_limit(void **state)
{
	struct buf many = BUF_MAX(1 << 20);

	(void)state;
	for (int i = 1; i <= 10000; i++)
		buf_addf(&many, "%d-abcdefghijklmnopqrstuvwxy2 ", i + 100);
	message.tokens = TEXT(buf_text(&many));
	do_match();
	assert_false(match.token_is_valid);
	assert_true(match.is_related);
	buf_release(&many);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_valid_token_finds_letter_contact_and_renewals_in_order),
	    CASE(the_sender_decides_what_a_valid_token_is_worth),
	    CASE(a_forged_token_proves_nothing),
	    CASE(a_token_of_another_contact_is_refused),
	    CASE(a_token_is_void_90_days_after_the_end),
	    CASE(without_a_token_an_id_of_ours_leads_to_the_letter_but_proves_nothing),
	    CASE(of_a_thread_the_newest_letter_is_answered_unless_the_ids_name_another),
	    CASE(tokens_of_letters_about_different_renewals_go_to_a_person),
	    CASE(mail_about_our_business_is_told_from_foreign_mail),
	    CASE(a_bounce_finds_its_letter_by_the_original_id),
	    CASE(a_thousand_tokens_cost_no_more_than_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

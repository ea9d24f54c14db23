/* test_renewal_trust.c - the trust rule row by row, and who belongs to one house. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "business_fixture.h"

static struct fixture fixture;

static int
open_fixture(void **state)
{
	(void)state;
	fixture_open(&fixture, "2026-11-20T10:00:00+09:00");
	return 0;
}

static int
close_fixture(void **state)
{
	(void)state;
	fixture_close(&fixture);
	return 0;
}

#define ACT TRUST_ACT
#define ASK TRUST_CONFIRM
#define REV TRUST_REVIEW

/* All 2 x 3 x 3 x 3 combinations, written down by hand. */
static void
every_row_of_the_trust_rule_holds(void **state)
{
	static const enum sender_standing standings[] = {SENDER_EXACT, SENDER_SAME_DOMAIN, SENDER_OTHER};
	static const enum message_authentication authentications[] = {AUTHENTICATION_PASS, AUTHENTICATION_ABSENT, AUTHENTICATION_FAIL};
	/* [mode][standing][authentication], with a valid token */
	static const enum trust want[3][3][3] = {
	    [AUTHENTICATION_IF_PRESENT] = {{ACT, ACT, REV}, {ACT, ASK, REV}, {REV, REV, REV}},
	    [AUTHENTICATION_REQUIRED] = {{ACT, REV, REV}, {ACT, ASK, REV}, {REV, REV, REV}},
	    [AUTHENTICATION_OFF] = {{ACT, ACT, ACT}, {ASK, ASK, ASK}, {REV, REV, REV}},
	};

	(void)state;
	for (int mode = 0; mode < 3; mode++)
		for (int s = 0; s < 3; s++)
			for (int a = 0; a < 3; a++) {
				enum config_authentication m = (enum config_authentication)mode;

				if (trust_decide(true, standings[s], authentications[a], m) != want[mode][s][a])
					fail_msg("with a token: mode %d, standing %d, authentication %d", mode, s, a);
				if (trust_decide(false, standings[s], authentications[a], m) != TRUST_REVIEW)
					fail_msg("without a token: mode %d, standing %d, authentication %d", mode, s, a);
			}
}

static void
a_private_domain_is_one_house_and_a_shared_one_is_not(void **state)
{
	static const struct {
		const char *a, *b;
		bool are_same;
	} cases[] = {
	    {"taro@customer.co.jp", "hanako@customer.co.jp", true},
	    {"taro@customer.co.jp", "hanako@Tokyo.CUSTOMER.co.jp", true},
	    {"taro@customer.example", "hanako@mail.customer.example", true},
	    {"taro@customer.co.jp", "taro@other.co.jp", false},
	    {"taro@customer.co.jp", "taro@co.jp", false},
	    {"taro@customer.co.jp", "taro@customer.co.jp.evil.example", false},
	    {"taro@customer.co.jp", "taro@evilcustomer.co.jp", false},
	    {"a@gmail.com", "b@gmail.com", false},
	    {"a@sub.gmail.com", "b@sub.gmail.com", false},
	    {"a@docomo.ne.jp", "b@docomo.ne.jp", false},
	    {"a@cs.example.ac.jp", "b@law.example.ac.jp", false},
	    {"a@x.github.io", "b@y.github.io", false},
	    {"a@[192.0.2.1]", "b@[192.0.2.1]", false},
	    {"a@com", "b@com", false},
	    {"a", "b", false},
	    {"a@", "b@", false},
	    {"\"taro@customer.co.jp\"@evil.example", "hanako@customer.co.jp", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (domains_are_same(fixture.business.domains, cases[i].a, cases[i].b) != cases[i].are_same)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
}

static void
the_standing_of_a_sender_is_the_best_of_all_addresses_on_record(void **state)
{
	char *on_record[] = {TEXT("info@other.example"), TEXT("taro@customer.co.jp"), TEXT("taro@gmail.com"), NULL};
	char *nobody[] = {NULL};
	const struct domains *domains = fixture.business.domains;

	(void)state;
	assert_int_equal(domains_standing(domains, "taro@customer.co.jp", on_record), SENDER_EXACT);
	assert_int_equal(domains_standing(domains, "Taro@customer.co.jp", on_record), SENDER_EXACT);
	assert_int_equal(domains_standing(domains, "taro@gmail.com", on_record), SENDER_EXACT);
	assert_int_equal(domains_standing(domains, "hanako@customer.co.jp", on_record), SENDER_SAME_DOMAIN);
	assert_int_equal(domains_standing(domains, "hanako@gmail.com", on_record), SENDER_OTHER);
	assert_int_equal(domains_standing(domains, "taro@evil.example", on_record), SENDER_OTHER);
	assert_int_equal(domains_standing(domains, NULL, on_record), SENDER_OTHER);
	assert_int_equal(domains_standing(domains, "taro@customer.co.jp", nobody), SENDER_OTHER);
}

static void
the_operators_list_is_read_after_the_programs(void **state)
{
	struct domains *domains = NULL;
	struct why why = {0};

	(void)state;
	fixture_write(&fixture, "own.list", "Shared-Office.example # a provider\n");
	MUST(domains_load(&domains, fixture_path(&fixture, "rules/shared-domains.list"), fixture_path(&fixture, "own.list"), &why));
	assert_false(domains_are_same(domains, "a@shared-office.example", "b@shared-office.example"));
	assert_false(domains_are_same(domains, "a@gmail.com", "b@gmail.com"));
	assert_true(domains_are_same(domains, "a@customer.example", "b@customer.example"));
	domains_free(domains);
	fixture_write(&fixture, "own.list", "fine.example\nnot a domain\n");
	assert_int_equal(
	    domains_load(&domains, fixture_path(&fixture, "rules/shared-domains.list"), fixture_path(&fixture, "own.list"), &why),
	    FAULT_SETUP);
	assert_non_null(strstr(why.text, "own.list:2: 'not a domain'"));
	unlink(fixture_path(&fixture, "own.list"));
}

static void
a_reviewer_sees_who_is_known_and_what_failed(void **state)
{
	char *on_record[] = {TEXT("taro@customer.co.jp"), TEXT("keiri@customer.co.jp"), NULL};
	struct message message = {.from = TEXT("x@evil.example"), .authentication = AUTHENTICATION_FAIL,
	    .authentication_detail = TEXT("dmarc=fail")};
	char text[512];

	(void)state;
	trust_explain(text, sizeof text, NULL, SENDER_OTHER, &message, AUTHENTICATION_IF_PRESENT, on_record);
	assert_string_equal(text, "the sender x@evil.example is not on record for this customer: known are taro@customer.co.jp, "
				  "keiri@customer.co.jp; the authentication of the sender failed (dmarc=fail)");
	message.authentication = AUTHENTICATION_PASS;
	trust_explain(text, sizeof text, "there is no token of ours in it", SENDER_EXACT, &message, AUTHENTICATION_IF_PRESENT, on_record);
	assert_string_equal(text, "there is no token of ours in it; the sender x@evil.example is on record");
}

static void
a_long_reason_is_cut_at_a_character(void **state)
{
	char long_address[2000];
	struct message message = {.from = long_address};
	char *nobody[] = {NULL};
	char text[512];

	(void)state;
	for (size_t i = 0; i + 3 < sizeof long_address; i += 3)
		memcpy(long_address + i, "あ", 3);
	for (size_t shift = 0; shift < 3; shift++) {
		memmove(long_address + 1, long_address, 1990);
		long_address[0] = 'a';
		long_address[1900] = '\0';
		trust_explain(text, sizeof text, NULL, SENDER_OTHER, &message, AUTHENTICATION_IF_PRESENT, nobody);
		assert_true(strlen(text) < sizeof text);
		assert_int_equal((unsigned char)text[strlen(text) - 3], 0xE3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_of_the_trust_rule_holds),
	    cmocka_unit_test(a_private_domain_is_one_house_and_a_shared_one_is_not),
	    cmocka_unit_test(the_standing_of_a_sender_is_the_best_of_all_addresses_on_record),
	    cmocka_unit_test(the_operators_list_is_read_after_the_programs),
	    cmocka_unit_test(a_reviewer_sees_who_is_known_and_what_failed),
	    cmocka_unit_test(a_long_reason_is_cut_at_a_character),
	};

	return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}

/* test_token.c - what a token is bound to, and where it is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "mailproc/token.h"

static unsigned char key[SECRET_KEY_LEN];

static int
make_key(void **state)
{
	(void)state;
	for (int i = 0; i < SECRET_KEY_LEN; i++)
		key[i] = (unsigned char)i;
	return 0;
}

static const char *
token_of(int64_t letter, int64_t contact)
{
	static char token[TOKEN_TEXT_MAX];
	struct why why = {0};

	assert_int_equal(token_make(token, key, letter, contact, &why), FAULT_NONE);
	return token;
}

/* Computed apart from this program, with Python's hmac and base64. */
static void
it_is_the_hmac_of_label_letter_and_contact(void **state)
{
	(void)state;
	assert_string_equal(token_of(42, 7), "42-6suay24qivlx5ma22vp5o6ndeu");
	assert_string_equal(token_of(INT64_MAX, 0), "9223372036854775807-hllr32fskefnrzod5bk7dlp7vq");
}

static void
it_is_valid_for_its_letter_contact_and_key_only(void **state)
{
	unsigned char other[SECRET_KEY_LEN];
	char token[TOKEN_TEXT_MAX];

	(void)state;
	strcpy(token, token_of(42, 7));
	assert_true(token_is_valid(token, key, 42, 7));
	assert_false(token_is_valid(token, key, 42, 8));
	assert_false(token_is_valid(token, key, 43, 7));
	memcpy(other, key, sizeof other);
	other[31] ^= 1;
	assert_false(token_is_valid(token, other, 42, 7));
	assert_false(token_is_valid("", key, 42, 7));
	assert_false(token_is_valid("42-", key, 42, 7));
}

static void
case_does_not_matter(void **state)
{
	char token[TOKEN_TEXT_MAX];

	(void)state;
	strcpy(token, token_of(42, 7));
	for (char *p = token; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
	assert_true(token_is_valid(token, key, 42, 7));
}

/* Every character of the MAC, changed to every other one. */
static void
no_changed_character_is_accepted(void **state)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	char token[TOKEN_TEXT_MAX];
	int tried = 0;

	(void)state;
	for (size_t at = 3; at < 3 + 26; at++)
		for (size_t i = 0; i < 32; i++) {
			strcpy(token, token_of(42, 7));
			if (token[at] == alphabet[i])
				continue;
			token[at] = alphabet[i];
			tried++;
			assert_false(token_is_valid(token, key, 42, 7));
		}
	assert_int_equal(tried, 26 * 31);
}

#define MAC "abcdefghijklmnopqrstuvwxy2"

static void
it_is_found_wherever_it_stands(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: none */
		int64_t letter;
	} cases[] = {
	    {"12-" MAC, "12-" MAC, 12},
	    {"<12-" MAC "@hosting.example>", "12-" MAC, 12},
	    {"ssl+12-" MAC "@hosting.example", "12-" MAC, 12},
	    {"Re: ご案内 [12-" MAC "]", "12-" MAC, 12},
	    {"mailproc.12-" MAC ".1@x", "12-" MAC, 12},
	    {"番号12-" MAC "です", "12-" MAC, 12},
	    {"subject=Re%3A%2012-" MAC, "12-" MAC, 12},
	    {"SSL-2026-00123 12-ABCDEFGHIJKLMNOPQRSTUVWXY2", "12-" MAC, 12},
	    {"9223372036854775807-" MAC, "9223372036854775807-" MAC, INT64_MAX},
	    {"9223372036854775808-" MAC, NULL, 0},
	    {"99999999999999999999-" MAC, NULL, 0},
	    {"012-" MAC, NULL, 0},
	    {"0-" MAC, NULL, 0},
	    {"-" MAC, NULL, 0},
	    {"12-" MAC "x", NULL, 0},
	    {"12-abcdefghijklmnopqrstuvwxy", NULL, 0},
	    {"12-abcdefghijklmnopqrstuvwxy1", NULL, 0},
	    {"12 -" MAC, NULL, 0},
	    {"", NULL, 0},
	    {"-", NULL, 0},
	    {"12-", NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span rest = span_of(cases[i].text);
		char token[TOKEN_TEXT_MAX];
		int64_t letter = 0;

		if (token_find(&rest, token, &letter) != (cases[i].want != NULL))
			fail_msg("%s: found and should not, or the other way round", cases[i].text);
		if (cases[i].want == NULL)
			continue;
		assert_string_equal(token, cases[i].want);
		assert_int_equal(letter, cases[i].letter);
		assert_false(token_find(&rest, token, &letter));
	}
}

static void
several_are_found_in_their_order(void **state)
{
	struct span rest = span_of("1-" MAC " x 2-" MAC ",3-" MAC "\n");
	char token[TOKEN_TEXT_MAX];
	int64_t letter = 0;

	(void)state;
	for (int64_t want = 1; want <= 3; want++) {
		assert_true(token_find(&rest, token, &letter));
		assert_int_equal(letter, want);
	}
	assert_false(token_find(&rest, token, &letter));
	rest = (struct span){NULL, 0};
	assert_false(token_find(&rest, token, &letter));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_the_hmac_of_label_letter_and_contact),
	    cmocka_unit_test(it_is_valid_for_its_letter_contact_and_key_only),
	    cmocka_unit_test(case_does_not_matter),
	    cmocka_unit_test(no_changed_character_is_accepted),
	    cmocka_unit_test(it_is_found_wherever_it_stands),
	    cmocka_unit_test(several_are_found_in_their_order),
	};

	return cmocka_run_group_tests(tests, make_key, NULL);
}

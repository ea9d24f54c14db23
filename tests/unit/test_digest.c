/* test_digest.c - the vectors of FIPS 180-4, and that chance is not constant */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "mailproc/digest.h"

static const struct {
	const char *text, *want;
} vector[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void
test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vector / sizeof vector[0]; i++) {
		unsigned char digest[DIGEST_LEN];
		char text[2 * DIGEST_LEN + 1];

		assert_int_equal(digest_sha256(digest, vector[i].text, strlen(vector[i].text), NULL), FAULT_NONE);
		for (size_t j = 0; j < DIGEST_LEN; j++)
			snprintf(text + 2 * j, 3, "%02x", digest[j]);
		assert_string_equal(text, vector[i].want);
	}
}

static void
test_nothing(void **state)
{
	unsigned char a[DIGEST_LEN], b[DIGEST_LEN];

	(void)state;
	assert_int_equal(digest_sha256(a, NULL, 0, NULL), FAULT_NONE);
	assert_int_equal(digest_sha256(b, "", 0, NULL), FAULT_NONE);
	assert_memory_equal(a, b, DIGEST_LEN);
}

static void
test_random(void **state)
{
	unsigned char a[16] = {0}, b[16] = {0};

	(void)state;
	assert_int_equal(digest_random(a, sizeof a, NULL), FAULT_NONE);
	assert_int_equal(digest_random(b, sizeof b, NULL), FAULT_NONE);
	assert_memory_not_equal(a, b, sizeof a);
}

/* RFC 4648 10 */
static void
test_base64(void **state)
{
	static const char *const want[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
	char out[16];

	(void)state;
	for (size_t n = 0; n <= 6; n++) {
		digest_base64(out, "foobar", n);
		assert_string_equal(out, want[n]);
	}
	digest_base64(out, "\377\376\000\377", 4);
	assert_string_equal(out, "//4A/w==");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    {"SHA-256 gives the published values", test_vectors, NULL, NULL, NULL},
	    {"the digest of nothing does not need a pointer", test_nothing, NULL, NULL, NULL},
	    {"two random values differ", test_random, NULL, NULL, NULL},
	    {"base64 gives the published values", test_base64, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

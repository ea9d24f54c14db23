/* token.c - the token is computed anew for every check: nothing about it is stored. OpenSSL's HMAC, base32 of RFC 4648 section 6. */
#include "token.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char label[] = "mailproc letter token 1"; /* another use of the key, or another form of token, has another label */
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

enum {
	MAC_BYTES = 16,	    /* of the 32 that SHA-256 gives */
	MAC_TEXT = 26,	    /* 128 bits in base32: 25 characters of five bits and one of three */
	LETTER_DIGITS = 19, /* of INT64_MAX */
	SIGNED_BYTES = sizeof label + 8 + 8
};

static void
put_number(unsigned char *p, int64_t value)
{
	uint64_t bits = (uint64_t)value;

	for (int i = 7; i >= 0; i--, bits >>= 8)
		p[i] = bits & 0xFF;
}

static void
add_base32(char *out, const unsigned char bytes[MAC_BYTES])
{
	unsigned held = 0, bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < MAC_BYTES; i++) {
		held = (held << 8 | bytes[i]) & 0xFFFF;
		for (bits += 8; bits >= 5; bits -= 5)
			out[n++] = alphabet[held >> (bits - 5) & 31];
	}
	out[n++] = alphabet[held << (5 - bits) & 31];
	out[n] = '\0';
}

enum fault
token_make(char out[TOKEN_TEXT_MAX], const unsigned char key[SECRET_KEY_LEN], int64_t letter, int64_t contact, struct why *why)
{
	unsigned char text[SIGNED_BYTES], mac[EVP_MAX_MD_SIZE];
	unsigned mac_len = 0;
	int n;

	/* The label's closing NUL is signed too, and the numbers have a fixed width: no two pairs give the same bytes. */
	memcpy(text, label, sizeof label);
	put_number(text + sizeof label, letter);
	put_number(text + sizeof label + 8, contact);
	if (HMAC(EVP_sha256(), key, SECRET_KEY_LEN, text, sizeof text, mac, &mac_len) == NULL || mac_len < MAC_BYTES)
		return why_set(why, FAULT_STOP, "the token of letter %" PRId64 " cannot be made: HMAC failed", letter);
	n = snprintf(out, TOKEN_TEXT_MAX, "%" PRId64 "-", letter);
	add_base32(out + n, mac);
	OPENSSL_cleanse(mac, sizeof mac);
	return FAULT_NONE;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_base32(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
}

static bool
is_alphanumeric(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || is_digit(c);
}

/*
 * The digits before the hyphen at p: their number, 0 when they are not a letter's number as token_make() writes it. In a quoted mailto link
 * a blank before the token is "%20", whose digits are not the letter's.
 */
static size_t
digits_before(const char *from, const char *hyphen)
{
	size_t n = 0;

	while (n <= LETTER_DIGITS && hyphen - n > from && is_digit(hyphen[-(ptrdiff_t)n - 1]))
		n++;
	if (n > 2 && hyphen - n > from && hyphen[-(ptrdiff_t)n - 1] == '%')
		n -= 2;
	return n > LETTER_DIGITS || n == 0 || hyphen[-(ptrdiff_t)n] == '0' ? 0 : n;
}

/* Whether exactly a MAC's worth of base32 stands at p. */
static bool
mac_stands_at(const char *p, const char *end)
{
	if (end - p < MAC_TEXT || (end - p > MAC_TEXT && is_alphanumeric(p[MAC_TEXT])))
		return false;
	for (int i = 0; i < MAC_TEXT; i++)
		if (!is_base32(p[i]))
			return false;
	return true;
}

/* False when the number is larger than an id can be. */
static bool
read_letter(const char *digits, size_t n, int64_t *letter)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (uint64_t)(digits[i] - '0');
	*letter = (int64_t)value;
	return value <= INT64_MAX;
}

bool
token_find(struct span *rest, char out[TOKEN_TEXT_MAX], int64_t *letter)
{
	const char *end = rest->p + rest->n, *from = rest->p, *at = rest->p, *hyphen;
	size_t digits, n;

	while (at < end && (hyphen = memchr(at, '-', (size_t)(end - at))) != NULL) {
		at = hyphen + 1;
		digits = digits_before(from, hyphen);
		if (digits == 0 || !mac_stands_at(at, end) || !read_letter(hyphen - digits, digits, letter))
			continue;
		n = digits + 1 + MAC_TEXT;
		for (size_t i = 0; i < n; i++)
			out[i] = lower(hyphen[-(ptrdiff_t)digits + (ptrdiff_t)i]);
		out[n] = '\0';
		*rest = (struct span){at + MAC_TEXT, (size_t)(end - at) - MAC_TEXT};
		return true;
	}
	*rest = (struct span){NULL, 0};
	return false;
}

bool
token_is_valid(const char *token, const unsigned char key[SECRET_KEY_LEN], int64_t letter, int64_t contact)
{
	char expected[TOKEN_TEXT_MAX], given[TOKEN_TEXT_MAX];
	size_t n;

	if (token_make(expected, key, letter, contact, NULL) != FAULT_NONE)
		return false;
	n = strlen(expected);
	if (strlen(token) != n)
		return false;
	for (size_t i = 0; i <= n; i++)
		given[i] = lower(token[i]);
	return CRYPTO_memcmp(given, expected, n) == 0;
}

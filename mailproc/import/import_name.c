/* import_name.c - addresses and host names, strictly, and as the protocols carry them (RFC 5321, 5890). */
#include "import_inner.h"

#include <ctype.h>
#include <idn2.h>
#include <stdbool.h>
#include <string.h>

enum { HOST_LONGEST = 253 };

/* Labels of letters, digits and hyphens (RFC 1123 2.1), at least two of them. NULL, or what is wrong. */
static const char *
check_labels(const char *name)
{
	size_t labels = 0, n;
	const char *last = name;

	for (const char *label = name;; label += n + 1) {
		n = strcspn(label, ".");
		if (n == 0)
			return "a host name has no empty label";
		if (n > 63)
			return "a label of a host name has at most 63 characters";
		if (label[0] == '-' || label[n - 1] == '-')
			return "a label of a host name does not begin or end with a hyphen";
		if (strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-") < n)
			return "a host name is made of letters, digits, hyphens and dots";
		labels++;
		last = label;
		if (label[n] == '\0')
			break;
	}
	if (labels < 2)
		return "a host name has a dot";
	if (strspn(last, "0123456789") == n)
		return "this is a number, not a host name";
	return NULL;
}

/* Most names are plain ASCII and need lower case only; what is, or claims to be, an international name goes through libidn2. */
static const char *
to_ascii(char *out, const char *text)
{
	char *ascii = NULL;
	size_t n = strlen(text);
	bool is_plain = strcasestr(text, "xn--") == NULL;

	for (size_t i = 0; i < n && is_plain; i++)
		is_plain = (unsigned char)text[i] < 0x80;
	if (!is_plain) {
		if (idn2_to_ascii_8z(text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
			return "not a host name";
		text = ascii;
		n = strlen(text);
	}
	if (n <= HOST_LONGEST)
		for (size_t i = 0; i <= n; i++)
			out[i] = (char)tolower((unsigned char)text[i]);
	idn2_free(ascii);
	return n <= HOST_LONGEST ? check_labels(out) : "a host name has at most 253 characters";
}

const char *
import_host(char out[HOST_MAX], const char *text, bool may_be_wildcard)
{
	bool is_wildcard = strncmp(text, "*.", 2) == 0;

	if (!is_wildcard)
		return to_ascii(out, text);
	if (!may_be_wildcard)
		return "a wildcard does not belong here";
	memcpy(out, "*.", 2);
	return to_ascii(out + 2, text + 2);
}

/*
 * The local part is a dot-atom (RFC 5322 3.2.3), but dots may stand anywhere in it: Japanese carriers gave out addresses such as
 * "a..b.@docomo.ne.jp" for years, and they are in use.
 */
const char *
import_address(char out[ADDRESS_MAX], const char *text)
{
	const char *at = strrchr(text, '@'), *problem;
	char domain[HOST_MAX];
	size_t local;

	if (at == NULL || at == text)
		return "not an address (name@domain)";
	local = (size_t)(at - text);
	if (local > 64)
		return "the part of an address before the @ has at most 64 characters";
	if (strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.") < local)
		return "not a plain address (name@domain)";
	problem = import_host(domain, at + 1, false);
	if (problem != NULL)
		return problem;
	if (local + 1 + strlen(domain) > 254)
		return "an address has at most 254 characters";
	memcpy(out, text, local + 1);
	memcpy(out + local + 1, domain, strlen(domain) + 1);
	return NULL;
}

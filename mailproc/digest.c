/* digest.c - OpenSSL's SHA-256 and random bytes behind calls that can fail only for want of memory or entropy; base64. */
#include "digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

enum fault
digest_sha256(unsigned char out[DIGEST_LEN], const void *bytes, size_t n, struct why *why)
{
	unsigned made = 0;

	/* A NULL with length 0 is the digest of nothing; EVP_Digest wants a pointer all the same. */
	if (EVP_Digest(bytes != NULL ? bytes : "", n, out, &made, EVP_sha256(), NULL) != 1 ||
	    made != DIGEST_LEN)
		return why_set(why, FAULT_STOP, "SHA-256 of %zu bytes failed", n);
	return FAULT_NONE;
}

enum fault
digest_random(void *out, size_t n, struct why *why)
{
	if (n > INT_MAX || RAND_bytes(out, (int)n) != 1)
		return why_set(why, FAULT_STOP, "no random bytes from the system");
	return FAULT_NONE;
}

void
digest_base64(char *out, const void *bytes, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = bytes;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		unsigned long group = (unsigned long)in[i] << 16 | (left > 1 ? in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);

		*out++ = digit[group >> 18 & 63];
		*out++ = digit[group >> 12 & 63];
		*out++ = left > 1 ? digit[group >> 6 & 63] : '=';
		*out++ = left > 2 ? digit[group & 63] : '=';
	}
	*out = '\0';
}

/* digest.c - OpenSSL's SHA-256 and random bytes behind two calls that can fail only for want of memory or entropy. */
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

/* digest.h - SHA-256 of bytes (FIPS 180-4), random bytes, base64 (RFC 4648) */
#ifndef MAILPROC_DIGEST_H
#define MAILPROC_DIGEST_H

#include <stddef.h>

#include "base/fault.h"

enum { DIGEST_LEN = 32 };

MUST_USE enum fault digest_sha256(unsigned char out[DIGEST_LEN], const void *bytes, size_t n, struct why *why);
MUST_USE enum fault digest_random(void *out, size_t n, struct why *why);

/* Base64 with padding, closed by a NUL: out has room for (n + 2) / 3 * 4 + 1 bytes. */
void digest_base64(char *out, const void *bytes, size_t n);

#endif

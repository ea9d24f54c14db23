/* digest.h - SHA-256 of bytes (FIPS 180-4), random bytes, hexadecimal */
#ifndef MAILPROC_DIGEST_H
#define MAILPROC_DIGEST_H

#include <stddef.h>

#include "base/fault.h"

enum { DIGEST_LEN = 32 };

MUST_USE enum fault digest_sha256(unsigned char out[DIGEST_LEN], const void *bytes, size_t n, struct why *why);
MUST_USE enum fault digest_random(void *out, size_t n, struct why *why);

#endif

/*
 * token.h - proof that a reply answers a letter of ours
 *
 * A token is "LETTER-MAC": the letter's number in decimal and HMAC-SHA-256, cut to 128 bits, in lower-case base32 (RFC 4648 6, 26
 * characters, no padding) over the letter, the contact and a label. It went only to the mailbox of the contact. It stands in the Message-ID, in a body
 * line, in subject and body of the mailto links, and in Reply-To and the envelope sender where sub-addresses work.
 * RFC 2104 for HMAC; the cut to half of the output is RFC 2104 section 5.
 */
#ifndef MAILPROC_TOKEN_H
#define MAILPROC_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/span.h"
#include "secret.h"

enum { TOKEN_TEXT_MAX = 19 + 1 + 26 + 1 };

/* contact 0 for letters to staff. FAULT_STOP when OpenSSL fails. */
MUST_USE enum fault token_make(char out[TOKEN_TEXT_MAX], const unsigned char key[SECRET_KEY_LEN], int64_t letter, int64_t contact,
    struct why *why);

/* The next thing in *rest that looks like a token (case is ignored: mail programs change it): false when none is left. */
bool token_find(struct span *rest, char out[TOKEN_TEXT_MAX], int64_t *letter);

/* Whether the token is the one of this letter and contact, compared in constant time. */
bool token_is_valid(const char *token, const unsigned char key[SECRET_KEY_LEN], int64_t letter, int64_t contact);

#endif

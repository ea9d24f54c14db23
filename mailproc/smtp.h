/*
 * smtp.h - hands letters to the server
 *
 * In:    envelope and bytes of one letter
 * Out:   the server's answer, with its text
 *
 * SMTP (RFC 5321) and LMTP (RFC 2033) over stream.h: STARTTLS (RFC 3207), AUTH PLAIN, LOGIN, XOAUTH2, PIPELINING (RFC 2920), SIZE, 8BITMIME, SMTPUTF8. Many
 * letters per connection. Sending is two steps, so that the mark of the last letter is durable before the final dot of the next one:
 * smtp_offer() sends MAIL, RCPT, DATA and the text; smtp_finish() sends the final dot and reads the answer.
 *
 * Invariants: envelope addresses have no control characters, blanks or angle brackets, and at most 254 bytes: else FAULT_ITEM and nothing
 *             is sent. A bare CR or LF in the bytes becomes CRLF; lines that start with a dot are stuffed.
 * Faults:     FAULT_AWAY: the connection is lost or the server said 421 (which stands in *answer too, and means that this letter was not
 *             taken); FAULT_SETUP: login refused, TLS not offered. After FAULT_AWAY only smtp_close() is left.
 *             Answers 4xx and 5xx are values, not faults.
 */
#ifndef MAILPROC_SMTP_H
#define MAILPROC_SMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "config.h"
#include "secret.h"

struct smtp;

enum { SMTP_ANSWER_MAX = 512 };

struct smtp_answer {
	int code;			/* 0: the connection was lost before an answer */
	char text[SMTP_ANSWER_MAX];	/* lines joined by blanks, UTF-8, no controls */
};

MUST_USE enum fault smtp_open(struct smtp **out, const struct config *config, const struct secret *secret, struct why *why);
void smtp_close(struct smtp *smtp); /* QUIT, not waited for; what it says decides nothing. NULL is fine. */

/*
 * Offers one letter. *offered is true when the server waits for the final dot; else *answer is the refusal for this recipient and the
 * connection can take the next letter.
 */
MUST_USE enum fault smtp_offer(struct smtp *smtp, const char *envelope_from, const char *recipient, const void *bytes, size_t n,
    bool *offered, struct smtp_answer *answer, struct why *why);
/* Sends the final dot. A fault after it leaves answer->code 0: the letter may have been accepted. */
MUST_USE enum fault smtp_finish(struct smtp *smtp, struct smtp_answer *answer, struct why *why);

bool smtp_address_is_sendable(const char *address);

#endif

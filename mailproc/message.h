/*
 * message.h - one mail decoded
 *
 * In:    raw bytes of a mail from anybody
 * Out:   struct message: addresses, ids, dates, the text a person sees, in UTF-8; automatic mail and bounces recognised
 * Next:  reply.h
 *
 * Runs only inside a reader (reader.h): libetpan's MIME parser, behind guards, gives the part tree; header words (RFC 2047), parameters
 * (RFC 2231) and character sets are decoded here, because Japanese mail needs more than libetpan knows.
 *
 * Invariants: all text is valid UTF-8 without NUL, lines end in LF; header values are one line. Nothing foreign can make reading take longer or
 *             use more than the limits below; a limit that was reached is named in `suspicion`.
 * Lifetime:   the message owns all its text; message_release() frees it and may run on a zeroed message.
 * Faults:     FAULT_ITEM when the mail cannot be read at all (too large, too many parts or comments); FAULT_STOP for memory.
 */
#ifndef MAILPROC_MESSAGE_H
#define MAILPROC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "base/fault.h"
#include "base/span.h"

enum {
	MESSAGE_MAX_BYTES = 30 << 20,	 /* larger mails are not parsed */
	MESSAGE_MAX_TEXT = 1 << 20,	 /* of the text kept */
	MESSAGE_MAX_PARTS = 500,
	MESSAGE_MAX_DEPTH = 50,
	MESSAGE_MAX_ADDRESSES = 200,
	MESSAGE_MAX_REFERENCES = 100,
	MESSAGE_MAX_REQUESTS = 3	 /* of certificates (CSR), 16 KB each */
};

/* Text struck out in HTML (<s>, <del>, line-through) stands between these private-use characters in `text`. */
#define MESSAGE_STRUCK_OPEN "\xEE\x80\x80"  /* U+E000 */
#define MESSAGE_STRUCK_CLOSE "\xEE\x80\x81" /* U+E001 */
/* A line that HTML shows as quoted (<blockquote>, Outlook's and Gmail's quote blocks) starts with this, once a level. */
#define MESSAGE_QUOTED "> "

enum message_kind { MESSAGE_PERSON, MESSAGE_AUTOMATIC, MESSAGE_BOUNCE };
enum message_authentication { AUTHENTICATION_ABSENT, AUTHENTICATION_PASS, AUTHENTICATION_FAIL };
/* Hard: the address can never be reached; soft: this letter was not delivered; delayed: the server still tries. */
enum bounce_kind { BOUNCE_HARD, BOUNCE_SOFT, BOUNCE_DELAYED };
const char *bounce_kind_text(enum bounce_kind kind);

struct message {
	char *message_id;	/* without <>; NULL: none or malformed */
	char **reference;	/* ids of In-Reply-To, then References from the newest; without <> */
	size_t reference_count;
	char *from_name;	/* "" if none */
	char *from;		/* addr-spec, domain in lower-case A-labels; NULL unless there is exactly one From with one mailbox */
	char *from_problem;	/* why `from` is NULL */
	char **recipient;	/* To, Cc, Delivered-To, X-Original-To, Envelope-To */
	size_t recipient_count;
	char *subject;		/* "" if none */
	int64_t date_at;	/* 0: none; never trusted for logic */
	char *text;		/* the words a person sees; "" if none */
	bool is_html;		/* text was made from HTML */
	char *other_text;	/* the HTML reading where a text part exists too; NULL: none */
	char **attachment;	/* file names, or types where there is none */
	size_t attachment_count;
	char **request;		/* what looks like a certificate request (CSR), attached or in the text: DER in base64 on one line */
	size_t request_count;
	char *suspicion;	/* hidden text, readings that differ, a limit; NULL: none */

	enum message_kind kind;
	bool seems_automatic;	/* a person's, but with a sender or header that machines have: the words decide (intent.h) */
	bool denies_automatic;	/* Auto-Submitted: no */
	char *kind_reason;	/* which header or words show that it is automatic or a bounce; "" for a person */
	struct {
		char *recipient;	 /* NULL: not found */
		char *status;		 /* RFC 3463 "5.1.1"; NULL: not found */
		enum bounce_kind kind;
		char *original_id;	 /* Message-ID of the returned mail, without <>; NULL: not found */
	} bounce;

	enum message_authentication authentication; /* of the topmost Authentication-Results with our authserv-id, aligned with From */
	char *authentication_detail;		    /* in words */
	char *tokens;		/* every text that may hold a token (subject, body, ids, recipients), blank-separated tokens only */
};

/* authserv_id "" : none is ours. */
MUST_USE enum fault message_parse(struct message *out, struct span raw, const char *authserv_id, struct why *why);
void message_release(struct message *message);

/* Opens every character set converter, so that a sandboxed process needs to load nothing. Once, before message_parse(). */
MUST_USE enum fault message_prepare(struct why *why);

/* For the pipe between reader and parent, and for the store: all fields, under their names. A new reference; NULL: memory. */
json_t *message_to_json(const struct message *message);
MUST_USE enum fault message_from_json(struct message *out, const json_t *json, struct why *why);

#endif

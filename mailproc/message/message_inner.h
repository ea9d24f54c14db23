/*
 * message_inner.h - shared by the files of message: nothing else includes it
 *
 * One struct decoding lives while a mail is read. Spans in it point into the raw bytes, which outlive it. Whatever runs out of memory sets
 * `is_short`, which message_parse() looks at once; whatever is odd enough for a person to know goes through message_suspect().
 */
#ifndef MAILPROC_MESSAGE_INNER_H
#define MAILPROC_MESSAGE_INNER_H

#include "../base/buf.h"
#include "../message.h"

enum {
	FIELDS_MAX = 20000,	  /* fields kept of one header */
	FIELD_MAX = 64 << 10,	  /* bytes of one field that are read */
	SUSPICION_MAX = 2000,
	NAME_MAX_BYTES = 4 << 10, /* of one subject, name, id or address */
	TOKENS_MAX = 64
};

/* ---- message_guard.c ---- */

/* FAULT_ITEM when libetpan's parser must not see these bytes. */
MUST_USE enum fault message_guard(struct span raw, struct why *why);
/* Bytes with CR-only line ends made LF in out; untouched bytes stay where they are. Without a leading mbox "From " line. */
struct span message_normalise(struct buf *out, struct span raw);

/* ---- message_charset.c ---- */

MUST_USE enum fault message_charset_prepare(struct why *why);
/* Adds bytes that are said to be in this character set as valid UTF-8; an empty or unknown label is guessed. */
void message_add_decoded(struct buf *out, struct span bytes, struct span label);

/* ---- message_header.c ---- */

struct field {
	struct span name;
	struct span value; /* as it stands, with its folds */
	bool is_odd;	   /* white space between name and colon */
};

struct fields {
	struct field *field; /* owned */
	size_t count;
	bool has_more; /* FIELDS_MAX reached */
	bool is_short; /* memory */
};

/* Splits a header; *body (may be NULL) is what follows its empty line. */
void message_fields_split(struct fields *out, struct span header, struct span *body);
void message_fields_release(struct fields *fields);
const struct field *message_field_find(const struct fields *fields, const char *name); /* the first; NULL: none */

void message_add_unfolded(struct buf *out, struct span value); /* bytes without line breaks and NUL, at most FIELD_MAX */
void message_add_words(struct buf *out, struct span unfolded);	/* RFC 2047 decoded, one line of UTF-8 */
void message_add_field(struct buf *out, struct span value);	/* both */
char *message_field_text(const struct fields *fields, const char *name); /* decoded; NULL: no such field or memory */

/* The next id in <> of *rest, without them. */
bool message_next_id(struct span *rest, struct span *id);
int64_t message_date(struct span value); /* 0: cannot be told */

/* ---- message_param.c ---- */

/* A structured field such as Content-Type: its value (lower case) and parameters, read with tolerance. */
struct content {
	char value[128];   /* "text/plain"; "" when there is none */
	char charset[64];
	char report_type[64];
	char *name;	   /* file name, UTF-8; owned; NULL: none */
	bool is_flowed, is_delsp;
	bool has_boundary;
};
void message_content_parse(struct content *out, struct span value);
void message_content_release(struct content *content);

/* ---- message_address.c ---- */

struct decoding;
void message_read_from(struct decoding *d);
void message_read_recipients(struct decoding *d);
/* "user@domain" with the domain in lower-case A-labels into out; false when it is no plain address. */
bool message_add_address(struct buf *out, struct span address);

/* ---- message_html.c ---- */

enum { HTML_HIDDEN = 1, HTML_CUT = 2 };
/* Adds the words that a person sees in UTF-8 HTML. Returns what is odd (bits). */
unsigned message_add_html(struct buf *out, struct span html);

/* ---- message_mime.c ---- */

void message_read_parts(struct decoding *d);

/* ---- message_request.c ---- */

/* Keeps the certificate requests in a part of this type, and those in the text that was read. */
void message_note_request(struct decoding *d, const char *type, struct span body, struct span encoding);
void message_read_requests(struct decoding *d);

/* ---- message_transfer.c ---- */

void message_add_base64(struct buf *out, struct span bytes);
void message_add_quoted_printable(struct buf *out, struct span bytes, bool is_word);
void message_add_transfer_decoded(struct buf *out, struct span body, struct span encoding);
void message_add_flowed(struct buf *out, struct span text, bool is_delsp);
void message_add_within(struct buf *out, struct span s); /* as much of s as there is room for */

/* ---- message_differ.c ---- */

/* Whether two readings of the same text begin with different words. */
bool message_texts_differ(struct span first, struct span second);

/* ---- the rest ---- */

struct decoding {
	struct message *out;
	struct span raw;
	struct fields fields;
	struct buf suspicion;
	bool is_short;

	/* found among the parts */
	char report_type[64];		/* of the outermost multipart/report */
	struct buf delivery_status;	/* message/delivery-status, decoded */
	struct buf returned;		/* the returned mail or its header */
	size_t parts;
};

void message_suspect(struct decoding *d, const char *text);
char *message_copy(struct decoding *d, struct span s);
void message_list_add(struct decoding *d, char ***list, size_t *count, size_t max, struct span text);
/* haystack holds needle, ASCII case ignored. */
bool message_holds(struct span haystack, const char *needle);

void message_read_kind(struct decoding *d);   /* message_auto.c */
bool message_read_bounce(struct decoding *d); /* message_bounce.c: false: it is none */
void message_read_authentication(struct decoding *d, const char *authserv_id); /* message_auth.c */

#endif

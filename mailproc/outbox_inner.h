/*
 * outbox_inner.h - what the files of this stage share
 *
 * outbox_header.c writes header fields, outbox_letter.c the mail around them; outbox_facts.c gathers records, outbox_data.c makes of
 * them what a template may say; outbox_lane.c is the child that talks to the server.
 */
#ifndef MAILPROC_OUTBOX_INNER_H
#define MAILPROC_OUTBOX_INNER_H

#include "base/buf.h"
#include "outbox.h"

/* ---- header fields (outbox_header.c) ---- */

enum {
	HEADER_LINE = 76,	/* RFC 2047 2: of a line with an encoded word; RFC 5322 2.1.1 advises 78 for all */
	HEADER_VALUE_MAX = 8192 /* bytes of one value: longer ones are refused */
};

/* Whether text may stand in a header: UTF-8 without controls (C0, DEL, C1, line and paragraph separators), not too long. */
bool outbox_header_is_clean(const char *text);
/* Whether text is local-part@domain as mail_write() takes it: ASCII, at most 254 bytes, no quoting, no address literal. */
bool outbox_header_is_address(const char *text);
/* Whether text may stand between < and > of a Message-ID, and is short enough for a line. */
bool outbox_header_is_id(const char *text);

/* Each adds one field with its CRLF, folded. Values were found clean before. */
void outbox_header_text(struct buf *out, const char *field, const char *value);
void outbox_header_mailbox(struct buf *out, const char *field, const char *name, const char *address);
/* thread: ids with or without <>, blanks between; last is put at the end unless it is there. Too many: the first and the newest stay. */
void outbox_header_references(struct buf *out, const char *thread, const char *last);
/* "Content-Type: TYPE; name=…" and "Content-Disposition: attachment; filename=…". */
void outbox_header_file(struct buf *out, const char *type, const char *filename);

/* Adds bytes in base64 (RFC 4648 4); in_lines: of 76 characters, each closed by CRLF. */
void outbox_base64(struct buf *out, struct span bytes, bool in_lines);

#endif

/* message_transfer.c - what stands between the bytes of a part and its text: base64, quoted-printable, format=flowed. */
#include "message_inner.h"

/* ---- transfer encodings (RFC 2045) ---- */

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* What is not in the alphabet is skipped; padding ends a group and not the text, because some programs join encoded pieces. */
void
message_add_base64(struct buf *out, struct span s)
{
	unsigned bits = 0, held = 0;

	for (size_t i = 0; i < s.n && !out->failed; i++) {
		int value = base64_value(s.p[i]);

		if (s.p[i] == '=')
			held = 0;
		if (value < 0)
			continue;
		bits = (bits << 6 | (unsigned)value) & 0xFFFFFF;
		held += 6;
		if (held >= 8) {
			held -= 8;
			buf_add_char(out, (char)(bits >> held & 0xFF));
		}
	}
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The length of a soft line break at the start of s ("=", blanks, line end), 0 if there is none. */
static size_t
soft_break(struct span s)
{
	size_t n = 1;

	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t' || s.p[n] == '\r'))
		n++;
	if (n == s.n)
		return n;
	return s.p[n] == '\n' ? n + 1 : 0;
}

/* is_word: the Q encoding of RFC 2047, where _ is a blank. */
void
message_add_quoted_printable(struct buf *out, struct span s, bool is_word)
{
	for (size_t i = 0; i < s.n && !out->failed;) {
		struct span here = {s.p + i, s.n - i};
		size_t n;

		if (here.p[0] == '=' && here.n >= 3 && hex_value(here.p[1]) >= 0 && hex_value(here.p[2]) >= 0) {
			buf_add_char(out, (char)(hex_value(here.p[1]) * 16 + hex_value(here.p[2])));
			i += 3;
		} else if (here.p[0] == '=' && !is_word && (n = soft_break(here)) > 0) {
			i += n;
		} else {
			buf_add_char(out, is_word && here.p[0] == '_' ? ' ' : here.p[0]);
			i++;
		}
	}
}

/* Adds as much of s as there is room for, so that a text that is too long keeps its beginning. */
void
message_add_within(struct buf *out, struct span s)
{
	size_t room = out->max > out->n ? out->max - out->n : 0;

	if (s.n > room && !out->failed) {
		while (room > 0 && ((unsigned char)s.p[room] & 0xC0) == 0x80)
			room--;
		buf_add(out, s.p, room);
		out->failed = out->too_large = true;
		return;
	}
	buf_add_span(out, s);
}

void
message_add_transfer_decoded(struct buf *out, struct span body, struct span encoding)
{
	encoding = span_trim(encoding);
	if (encoding.n >= 6 && strncasecmp(encoding.p, "base64", 6) == 0)
		message_add_base64(out, body);
	else if (encoding.n >= 6 && strncasecmp(encoding.p, "quoted", 6) == 0)
		message_add_quoted_printable(out, body, false);
	else
		message_add_within(out, body);
}

/* ---- format=flowed (RFC 3676) ---- */

static size_t
quote_depth(struct span *line)
{
	size_t depth = 0;

	while (line->n > 0 && line->p[0] == '>') {
		depth++;
		line->p++;
		line->n--;
	}
	if (line->n > 0 && line->p[0] == ' ') { /* stuffed */
		line->p++;
		line->n--;
	}
	return depth;
}

void
message_add_flowed(struct buf *out, struct span text, bool is_delsp)
{
	struct span rest = text, line;
	size_t depth_before = 0;
	bool is_open = false; /* the line before goes on in this one */

	while (span_next_line(&rest, &line)) {
		size_t depth = quote_depth(&line);
		bool is_signature = span_is(line, "-- ");
		bool flows = line.n > 0 && line.p[line.n - 1] == ' ' && !is_signature;

		if (is_open && (depth != depth_before || is_signature)) {
			buf_add_char(out, '\n');
			is_open = false;
		}
		if (!is_open)
			for (size_t i = 0; i < depth; i++)
				buf_add_text(out, MESSAGE_QUOTED);
		if (flows && is_delsp)
			line.n--;
		message_add_within(out, line);
		if (!flows)
			buf_add_char(out, '\n');
		is_open = flows;
		depth_before = depth;
	}
	if (is_open)
		buf_add_char(out, '\n');
}

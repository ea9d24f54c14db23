/*
 * outbox_header.c - header fields of a letter: folded, and encoded where they hold more than ASCII
 *
 * RFC 5322 for syntax and folding, RFC 2047 for words (B encoding only: it is shorter than Q for Japanese, and no character of it means anything
 * to old parsers), RFC 2231 for file names, with the RFC 2047 form in `name` beside it for older Outlooks.
 */
#include "outbox_inner.h"

#include "../base/text.h"

enum { WORD_FRAME = 12 }; /* of an encoded word, around its base64 */

static const char base64_digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool
outbox_header_is_clean(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (strlen(text) > HEADER_VALUE_MAX || !text_is_utf8(span_of(text)))
		return false;
	for (; *p != '\0'; p++) {
		if (*p < ' ' || *p == 0x7f)
			return false;
		if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			return false;
		/* U+2028 and U+2029 end a line for some programs. */
		if (p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9))
			return false;
	}
	return true;
}

static bool
is_atext(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_domain(const char *text)
{
	size_t label = 0;

	for (; *text != '\0'; text++) {
		bool is_plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9');

		if (*text == '.' ? label == 0 : !is_plain && *text != '-' && *text != '_')
			return false;
		label = *text == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0;
}

bool
outbox_header_is_address(const char *text)
{
	const char *at = strchr(text, '@');

	if (at == NULL || at == text || at - text > 64 || strlen(text) > 254)
		return false;
	for (const char *p = text; p < at; p++)
		if (!is_atext(*p) && *p != '.')
			return false;
	return is_domain(at + 1);
}

bool
outbox_header_is_id(const char *text)
{
	size_t n = strlen(text);

	if (n < 3 || n > 900 || strchr(text, '@') == NULL)
		return false;
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 0x7f || *text == '<' || *text == '>')
			return false;
	return true;
}

/* Bytes that the line which ends out has so far. */
static size_t
line_length(const struct buf *out)
{
	size_t n = 0;

	while (n < out->n && out->p[out->n - 1 - n] != '\n')
		n++;
	return n;
}

static void
fold(struct buf *out)
{
	/* The blank that divides what was written from what follows becomes the first of the next line: no line ends in a blank. */
	if (out->n > 0 && out->p[out->n - 1] == ' ')
		out->p[--out->n] = '\0';
	buf_add_text(out, "\r\n ");
}

void
outbox_base64(struct buf *out, struct span bytes, bool in_lines)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	char line[HEADER_LINE + 2];
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		unsigned bits = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0u) | (left > 2 ? p[i + 2] : 0u);

		line[n++] = base64_digit[bits >> 18 & 63];
		line[n++] = base64_digit[bits >> 12 & 63];
		line[n++] = left > 1 ? base64_digit[bits >> 6 & 63] : '=';
		line[n++] = left > 2 ? base64_digit[bits & 63] : '=';
		if (n == HEADER_LINE || left <= 3) {
			buf_add(out, line, n);
			if (in_lines)
				buf_add_text(out, "\r\n");
			n = 0;
		}
	}
}

/* The bytes of text, whole characters only, that fit into an encoded word of this many columns. A character that joins to the one before it (variation
 * selector, joiner, combining mark, skin tone) may still be parted from it: RFC 2047 6.2 puts the words together again before they are shown. */
static size_t
word_bytes(const char *text, size_t columns)
{
	size_t max = (columns - WORD_FRAME) / 4 * 3, n = strlen(text);

	if (n <= max)
		return n;
	while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

/* Adds text as encoded words of at most 75 bytes, on lines of at most 76 less reserve. */
static void
add_words(struct buf *out, const char *text, size_t reserve)
{
	const size_t least = WORD_FRAME + 8; /* room for any one character */

	for (bool is_first = true; *text != '\0'; is_first = false) {
		size_t used = line_length(out), n;

		if (!is_first || used + least + reserve > HEADER_LINE) {
			fold(out);
			used = 1;
		}
		n = word_bytes(text, HEADER_LINE - used - reserve);
		buf_add_text(out, "=?UTF-8?B?");
		outbox_base64(out, (struct span){text, n}, false);
		buf_add_text(out, "?=");
		text += n;
	}
}

/* ASCII that survives folding at its blanks: no blanks at the ends or in a row, nothing that looks like an encoded word, no overlong piece. */
static bool
is_plain(const char *text)
{
	size_t piece = 0;

	if (*text == ' ' || strstr(text, "=?") != NULL)
		return false;
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
		if (*text == ' ' && (text[1] == ' ' || text[1] == '\0'))
			return false;
		piece = *text == ' ' ? 0 : piece + 1;
		if (piece > 60)
			return false;
	}
	return true;
}

static void
add_plain(struct buf *out, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (line_length(out) + n > HEADER_LINE && line_length(out) > 1)
			fold(out);
		buf_add(out, text, n);
		text += n;
		if (*text == ' ') {
			buf_add_char(out, ' ');
			text++;
		}
	}
}

void
outbox_header_text(struct buf *out, const char *field, const char *value)
{
	buf_addf(out, "%s: ", field);
	if (is_plain(value))
		add_plain(out, value);
	else
		add_words(out, value, 0);
	buf_add_text(out, "\r\n");
}

/* A display name: atoms as they are, other ASCII as a quoted string, the rest encoded (RFC 5322 3.2.5, RFC 2047 5). */
static void
add_name(struct buf *out, const char *name)
{
	bool is_atoms = true;

	if (!is_plain(name) || strlen(name) > 50) {
		add_words(out, name, 0);
		return;
	}
	for (const char *p = name; *p != '\0'; p++)
		is_atoms = is_atoms && (is_atext(*p) || *p == ' ');
	if (is_atoms) {
		add_plain(out, name);
		return;
	}
	buf_add_char(out, '"');
	for (const char *p = name; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *p);
	}
	buf_add_char(out, '"');
}

/* A local part that is no dot-atom (a dot at its end or two in a row, as carrier phones have them) is quoted. */
static void
add_address(struct buf *out, const char *address)
{
	size_t local = strcspn(address, "@");
	bool is_quoted = address[0] == '.' || address[local - 1] == '.';

	for (size_t i = 1; i < local; i++)
		is_quoted = is_quoted || (address[i] == '.' && address[i - 1] == '.');
	if (line_length(out) + strlen(address) + 4 > HEADER_LINE)
		fold(out);
	buf_add_char(out, '<');
	if (is_quoted)
		buf_addf(out, "\"%.*s\"%s", (int)local, address, address + local);
	else
		buf_add_text(out, address);
	buf_add_char(out, '>');
}

void
outbox_header_mailbox(struct buf *out, const char *field, const char *name, const char *address)
{
	buf_addf(out, "%s: ", field);
	if (name != NULL && *name != '\0') {
		add_name(out, name);
		buf_add_char(out, ' ');
	}
	add_address(out, address);
	buf_add_text(out, "\r\n");
}

enum { REFERENCES_KEPT = 20 };

/* The next usable id in *rest; others are passed over. */
static bool
next_id(struct span *rest, struct span *id)
{
	while (rest->n > 0) {
		size_t n = 0;
		char text[1024];

		while (rest->n > 0 && strchr(" <>\t\r\n", *rest->p) != NULL) {
			rest->p++;
			rest->n--;
		}
		while (n < rest->n && strchr(" <>\t\r\n", rest->p[n]) == NULL)
			n++;
		*id = (struct span){rest->p, n};
		rest->p += n;
		rest->n -= n;
		if (n > 0 && n < sizeof text) {
			memcpy(text, id->p, n);
			text[n] = '\0';
			if (outbox_header_is_id(text))
				return true;
		}
	}
	return false;
}

static void
add_id(struct buf *out, struct span id)
{
	if (line_length(out) + id.n + 3 > HEADER_LINE)
		fold(out);
	buf_add_char(out, '<');
	buf_add_span(out, id);
	buf_add_text(out, "> ");
}

void
outbox_header_references(struct buf *out, const char *thread, const char *last)
{
	struct span rest = span_of(thread), id, newest = {0};
	size_t count = 0, skip;

	while (next_id(&rest, &id)) {
		newest = id;
		count++;
	}
	if (last != NULL && (!outbox_header_is_id(last) || (newest.p != NULL && span_is(newest, last))))
		last = NULL;
	if (count == 0 && last == NULL)
		return;
	skip = count > REFERENCES_KEPT ? count - REFERENCES_KEPT : 0;
	buf_add_text(out, "References: ");
	rest = span_of(thread);
	for (size_t i = 0; next_id(&rest, &id); i++)
		if (i == 0 || i > skip)
			add_id(out, id);
	if (last != NULL)
		add_id(out, span_of(last));
	if (out->n > 0 && !out->failed)
		out->p[--out->n] = '\0';
	buf_add_text(out, "\r\n");
}

/* RFC 2231: UTF-8 with percent signs, in numbered pieces where one line does not hold it. */
static void
add_extended(struct buf *out, const char *filename)
{
	size_t room = HEADER_LINE - strlen(" filename*00*=;"), used = 0;
	struct buf piece = BUF_MAX(HEADER_VALUE_MAX * 3 + 16);
	int number = 0;

	buf_add_text(&piece, "UTF-8''");
	used = piece.n;
	for (const unsigned char *p = (const unsigned char *)filename; *p != '\0';) {
		size_t bytes = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
		bool is_same = *p < 0x80 && (is_atext((char)*p) || *p == '.') && strchr("*'%", *p) == NULL;

		if (used + (is_same ? 1 : bytes * 3) > room) {
			buf_addf(out, ";\r\n filename*%d*=%s", number++, buf_text(&piece));
			buf_clear(&piece);
			used = 0;
		}
		for (size_t i = 0; i < bytes; i++, p++)
			buf_addf(&piece, is_same ? "%c" : "%%%02X", *p);
		used = piece.n;
	}
	if (number == 0)
		buf_addf(out, ";\r\n filename*=%s", buf_text(&piece));
	else
		buf_addf(out, ";\r\n filename*%d*=%s", number, buf_text(&piece));
	buf_release(&piece);
}

void
outbox_header_file(struct buf *out, const char *type, const char *filename)
{
	bool is_simple = strlen(filename) <= 50;

	for (const char *p = filename; *p != '\0'; p++)
		is_simple = is_simple && (is_atext(*p) || *p == '.' || *p == ' ');
	buf_addf(out, "Content-Type: %s;\r\n name=\"", type);
	if (is_simple)
		buf_add_text(out, filename);
	else
		add_words(out, filename, 1);
	buf_add_text(out, "\"\r\nContent-Disposition: attachment");
	if (is_simple)
		buf_addf(out, ";\r\n filename=\"%s\"", filename);
	else
		add_extended(out, filename);
	buf_add_text(out, "\r\n");
}

/*
 * reply_signature.c - what stands under a mail and says nothing: names and addresses, "Sent from my iPhone", disclaimers
 *
 * A signature is cut where it is certain: below "-- ", between lines of ornament where an address or a telephone number stands, or where a
 * rule knows the line. Other names and addresses stay: they do no harm.
 */
#include "reply_inner.h"

#include <ctype.h>
#include <string.h>

#define SAYS_SIGNATURE_ONLY (1ul << SAYS_SIGNATURE)

enum { ORNAMENT_MIN = 5, BLOCK_MAX = 14 };

static size_t
char_len(char c)
{
	unsigned char u = (unsigned char)c;

	return u < 0x80 ? 1 : u < 0xE0 ? 2 : u < 0xF0 ? 3 : 4;
}

/* Whether the character at p is drawn, not spoken: ASCII signs, box drawing, geometric shapes, stars. */
static bool
is_ornament(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;
	unsigned code;

	if (n == 1)
		return strchr("-_=*~+#:.,^/\\|'`\"<>oO", *p) != NULL;
	if (n != 3)
		return false;
	code = (unsigned)(u[0] & 0x0F) << 12 | (unsigned)(u[1] & 0x3F) << 6 | (u[2] & 0x3F);
	return (code >= 0x2010 && code <= 0x2015) || (code >= 0x2500 && code <= 0x27BF) || code == 0x2026 || code == 0x30FB ||
	    code == 0x3013 || code == 0x30FC || code == 0x301C || code == 0xFF1D || code == 0xFF0A || code == 0xFF0D || code == 0xFF3F ||
	    code == 0xFF5E || code == 0x203B || code == 0x2022;
}

static bool
span_is_all(struct span s, char c)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != c)
			return false;
	return s.n > 0;
}

/* At least five ornaments and hardly any letter. */
static bool
is_ornament_line(const struct reply_line *line)
{
	size_t ornaments = 0, letters = 0;

	for (size_t i = 0; i < line->inner.n;) {
		size_t n = char_len(line->inner.p[i]);

		if (i + n > line->inner.n)
			break;
		if (is_ornament(line->inner.p + i, n))
			ornaments++;
		else if (!isspace((unsigned char)line->inner.p[i]))
			letters++;
		i += n;
	}
	/* "__", "====": a short line of one sign. */
	if (letters == 0 && ornaments >= 2 && strchr("_=*", line->inner.p[0]) != NULL && span_is_all(line->inner, line->inner.p[0]))
		return true;
	return ornaments >= ORNAMENT_MIN && letters * 4 <= ornaments;
}

static bool
is_cut(const struct reply_line *line)
{
	return line->is != LINE_NEW && line->is != LINE_BLANK;
}

static bool
shows_address(const struct reply_line *line)
{
	static const char *const sign[] = {"tel", "fax", "電話", "〒", "@", "http", "www.", "mobile", "phone", "内線", "直通", "住所", "e-mail", "担当"};

	for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
		if (strstr(line->folded, sign[i]) != NULL)
			return true;
	return false;
}

static void
cut(struct reply_lines *lines, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < lines->count; i++)
		if (lines->line[i].is == LINE_NEW)
			lines->line[i].is = LINE_SIGNATURE;
}

/* The end of the block that the line of ornaments at i opens: behind the next such line, or where a quotation or the mail ends. */
static size_t
block_end(const struct reply_lines *lines, size_t i, bool *has_address)
{
	size_t k = i + 1;

	*has_address = false;
	for (; k < lines->count && !is_cut(&lines->line[k]); k++) {
		if (lines->line[k].is == LINE_NEW && is_ornament_line(&lines->line[k]))
			return k + 1;
		*has_address = *has_address || shows_address(&lines->line[k]);
	}
	return k;
}

/* Where the paragraph that holds line i ends. */
static size_t
paragraph_end(const struct reply_lines *lines, size_t i)
{
	while (i < lines->count && lines->line[i].is == LINE_NEW)
		i++;
	return i;
}

void
reply_signature_find(struct reply_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct reply_line *line = &lines->line[i];
		bool has_address;
		size_t end;

		if (line->is != LINE_NEW)
			continue;
		if (span_is(line->inner, "--") || span_is(line->inner, "—")) {
			for (end = i + 1; end < lines->count && !is_cut(&lines->line[end]);)
				end++;
			cut(lines, i, end);
		} else if (is_ornament_line(line)) {
			end = block_end(lines, i, &has_address);
			cut(lines, i, has_address && end - i <= BLOCK_MAX ? end : i + 1);
		} else if (reply_line_says(lines, line, SAYS_SIGNATURE_ONLY)) {
			cut(lines, i, paragraph_end(lines, i));
		}
	}
}

/*
 * text.c - utf8proc is known only here. Folding works on pieces of fixed size that are cut where nothing can be joined
 * across the cut, and limits runs of marks after decomposition, because a half-width voiced mark becomes one only there.
 */
#include "text.h"

#include <utf8proc.h>

enum {
	MARKS_MAX = 30,		 /* in a run */
	PIECE_MAX = 1024,	 /* code points put in order and composed at once */
	PIECE_ENOUGH = 256,	 /* so many are worth a cut at the next good place */
	DECOMPOSITION_MAX = 32,	 /* code points that one can become (Unicode's longest is 18) */
	REPLACEMENT = 0xFFFD
};

/* Takes one code point off *s; -1 for bytes that are none: a bad one with the continuation bytes it asked for. */
static int
take_code(struct span *s)
{
	const unsigned char *p = (const unsigned char *)s->p;
	utf8proc_int32_t code = -1;
	utf8proc_ssize_t got;
	size_t n, need;

	if (p[0] < 0x80) {
		s->p++;
		s->n--;
		return p[0];
	}
	got = utf8proc_iterate(p, s->n < 4 ? (utf8proc_ssize_t)s->n : 4, &code);
	if (got > 0) {
		s->p += got;
		s->n -= (size_t)got;
		return code;
	}
	need = p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : p[0] >= 0xE0 && p[0] <= 0xEF ? 3 : p[0] >= 0xC0 && p[0] <= 0xDF ? 2 : 1;
	for (n = 1; n < need && n < s->n && (p[n] & 0xC0) == 0x80; n++)
		;
	s->p += n;
	s->n -= n;
	return -1;
}

bool
text_is_utf8(struct span s)
{
	while (s.n > 0)
		if (take_code(&s) <= 0)
			return false;
	return true;
}

static bool
is_control(int code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

void
text_add_clean(struct buf *out, struct span s)
{
	while (s.n > 0 && !out->failed) {
		const char *start = s.p;
		int code = take_code(&s);

		if (code == '\r') {
			if (s.n == 0 || *s.p != '\n')
				buf_add_char(out, '\n');
		} else if (code < 0 || (is_control(code) && code != '\t' && code != '\n')) {
			buf_add_code(out, REPLACEMENT);
		} else {
			buf_add(out, start, (size_t)(s.p - start));
		}
	}
}

/* ---- folding ---- */

struct piece {
	utf8proc_int32_t code[PIECE_MAX];
	size_t n;
	size_t marks; /* in the run that the piece ends in */
};

static int
combining_class(utf8proc_int32_t code)
{
	return code < 0x300 ? 0 : utf8proc_get_property(code)->combining_class;
}

/* Canonical order (UAX 15): marks between two starters, sorted by class, equal ones in their order. Runs are short by now. */
static void
piece_order(struct piece *piece)
{
	for (size_t i = 1; i < piece->n; i++) {
		utf8proc_int32_t code = piece->code[i];
		int class = combining_class(code);
		size_t at = i;

		if (class == 0)
			continue;
		while (at > 0 && combining_class(piece->code[at - 1]) > class) {
			piece->code[at] = piece->code[at - 1];
			at--;
		}
		piece->code[at] = code;
	}
}

static void
piece_flush(struct piece *piece, struct buf *out)
{
	utf8proc_ssize_t n;

	if (piece->n == 0)
		return;
	piece_order(piece);
	n = utf8proc_normalize_utf32(piece->code, (utf8proc_ssize_t)piece->n, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	for (utf8proc_ssize_t i = 0; i < n; i++)
		buf_add_code(out, (unsigned)piece->code[i]);
	piece->n = 0;
}

/* True for code points that never join with what stands before them: only marks and the vowels and finals of Hangul do. */
static bool
starts_anew(utf8proc_int32_t code)
{
	const utf8proc_property_t *property;

	if (code < 0x300)
		return true;
	if (code >= 0x1160 && code <= 0x11FF)
		return false;
	property = utf8proc_get_property(code);
	return property->combining_class == 0 && property->category != UTF8PROC_CATEGORY_MN && property->category != UTF8PROC_CATEGORY_MC &&
	       property->category != UTF8PROC_CATEGORY_ME;
}

static void
piece_add(struct piece *piece, struct buf *out, utf8proc_int32_t code)
{
	if (combining_class(code) != 0) {
		if (piece->marks == MARKS_MAX)
			return;
		piece->marks++;
	} else {
		piece->marks = 0;
		if (piece->n >= PIECE_ENOUGH && starts_anew(code))
			piece_flush(piece, out);
	}
	if (piece->n == PIECE_MAX)
		piece_flush(piece, out);
	piece->code[piece->n++] = code;
}

/* What utf8proc does not fold, and must not see. */
static int
fold_by_hand(int code)
{
	switch (code) {
	case -1: /* the caller promised that there is none */
		return REPLACEMENT;
	case '\t':
		return ' ';
	case 0x2028: /* line separator, paragraph separator */
	case 0x2029:
		return '\n';
	case 0x301C: /* wave dash: what JIS has where Windows has the full-width tilde */
		return '~';
	default:
		return code;
	}
}

void
text_add_folded(struct buf *out, struct span s)
{
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	utf8proc_int32_t become[DECOMPOSITION_MAX];
	struct piece piece;

	piece.n = piece.marks = 0;
	while (s.n > 0 && !out->failed) {
		int code = fold_by_hand(take_code(&s)), boundary = 0;
		utf8proc_ssize_t n;

		if (code < 0x80) {
			piece_add(&piece, out, code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code);
			continue;
		}
		n = utf8proc_decompose_char(code, become, DECOMPOSITION_MAX, options, &boundary);
		for (utf8proc_ssize_t i = 0; i < n && i < DECOMPOSITION_MAX; i++)
			piece_add(&piece, out, become[i]);
	}
	piece_flush(&piece, out);
}

/* Bytes of a link or the name of a picture at the start of s, 0 if there is none: text shows them in words, HTML keeps them in attributes. */
static size_t
address_len(struct span s)
{
	static const char *const starts[] = {"http://", "https://", "mailto:", "[cid:", "[image", "tel:"};
	size_t n = 0;

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (span_starts(s, starts[i]))
			n = strlen(starts[i]);
	if (n > 0 && s.p[0] == '[') {
		const char *close = memchr(s.p, ']', s.n < 300 ? s.n : 300);

		return close != NULL ? (size_t)(close + 1 - s.p) : 0;
	}
	while (n > 0 && n < s.n && (unsigned char)s.p[n] > ' ' && (unsigned char)s.p[n] < 0x80 && s.p[n] != '>')
		n++;
	return n;
}

static bool
is_letter(int code)
{
	int category = code < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_get_property(code)->category;

	return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
	    (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

void
text_add_letters(struct buf *out, struct span s)
{
	struct buf folded = BUF_MAX(out->max);

	text_add_folded(&folded, s);
	s = buf_span(&folded);
	while (s.n > 0 && !out->failed) {
		size_t skip = address_len(s);
		const char *start = s.p;

		if (skip > 0) {
			s.p += skip;
			s.n -= skip;
		} else if (is_letter(take_code(&s))) {
			buf_add(out, start, (size_t)(s.p - start));
		}
	}
	out->failed = out->failed || folded.failed;
	buf_release(&folded);
}

/* ---- showing ---- */

enum shown { SHOWN_NOT, SHOWN_BLANK, SHOWN_ITSELF };

static enum shown
how_shown(int code)
{
	const utf8proc_property_t *property;

	if (code > 0x20 && code < 0x7F)
		return SHOWN_ITSELF;
	if (code == ' ' || (code >= '\t' && code <= '\r') || code == 0x85)
		return SHOWN_BLANK;
	if (is_control(code))
		return SHOWN_NOT;
	property = utf8proc_get_property(code);
	if (property->category == UTF8PROC_CATEGORY_ZS || property->category == UTF8PROC_CATEGORY_ZL ||
	    property->category == UTF8PROC_CATEGORY_ZP)
		return SHOWN_BLANK;
	if (property->category == UTF8PROC_CATEGORY_CF || property->ignorable)
		return SHOWN_NOT;
	return SHOWN_ITSELF;
}

void
text_add_printable(struct buf *out, struct span s)
{
	bool after_blank = false;

	while (s.n > 0 && !out->failed) {
		const char *start = s.p;
		int code = take_code(&s);
		enum shown shown = code < 0 ? SHOWN_ITSELF : how_shown(code);

		if (shown == SHOWN_NOT)
			continue;
		if (shown == SHOWN_BLANK) {
			if (!after_blank)
				buf_add_char(out, ' ');
		} else if (code < 0) {
			buf_add_code(out, REPLACEMENT);
		} else {
			buf_add(out, start, (size_t)(s.p - start));
		}
		after_blank = shown == SHOWN_BLANK;
	}
}

static size_t
code_width(int code)
{
	int width = code < 0 ? 1 : code < 0x80 ? !is_control(code) : utf8proc_charwidth(code);

	return width > 0 ? (size_t)width : 0;
}

size_t
text_width(struct span s)
{
	size_t width = 0;

	while (s.n > 0)
		width += code_width(take_code(&s));
	return width;
}

size_t
text_cut(struct span s, size_t width)
{
	const char *start = s.p, *end = s.p;

	while (s.n > 0) {
		size_t more = code_width(take_code(&s));

		if (more > width)
			break;
		width -= more;
		end = s.p;
	}
	return (size_t)(end - start);
}

/*
 * message_differ.c - do the text part and the HTML part of a mail say the same
 *
 * Compared are the letters and digits at the beginning, folded: programs write marks, links and white space differently in the two.
 */
#include "message_inner.h"

#include "base/text.h"

#include <ctype.h>

enum { COMPARED = 200, EXAMINED = 16 << 10 }; /* characters compared; bytes looked at */

/* Text parts show links and pictures in words that HTML keeps in attributes: their length at the start of s, 0 if there is none. */
static size_t
skip_address(struct span s)
{
	static const char *const starts[] = {"http://", "https://", "mailto:", "[cid:", "[image", "tel:"};
	size_t n = 0;

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (span_starts(s, starts[i]))
			n = strlen(starts[i]);
	if (n == 0)
		return 0;
	if (s.p[0] == '[') {
		const char *close = memchr(s.p, ']', s.n < 300 ? s.n : 300);

		return close != NULL ? (size_t)(close + 1 - s.p) : 0;
	}
	while (n < s.n && (unsigned char)s.p[n] > ' ' && (unsigned char)s.p[n] < 0x80 && s.p[n] != '>')
		n++;
	return n;
}

static size_t
character_bytes(char lead)
{
	unsigned char c = (unsigned char)lead;

	return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* Punctuation and marks outside ASCII: U+2000 to U+2FFF, U+3000 to U+303F and private use, told by their bytes. */
static bool
is_mark(const char *p, size_t n)
{
	const unsigned char *c = (const unsigned char *)p;

	if (n == 1)
		return !isalnum(c[0]);
	if (n == 2)
		return c[0] == 0xC2;
	if (n == 4)
		return c[0] == 0xF0 && c[1] == 0x9F; /* emoji */
	return c[0] == 0xE2 || (c[0] == 0xE3 && c[1] == 0x80 && c[2] != 0x85) || (c[0] == 0xEE) || (c[0] == 0xEF && c[1] == 0xBF);
}

/* The text above the first quoted line: the two readings show quotations in different ways. All of it if nothing stands above. */
static struct span
above_quote(struct span text)
{
	static const char *const starts[] = {">", "From:", "-----", "____", "差出人:", "差出人："};
	struct span rest = text, line;

	while (span_next_line(&rest, &line)) {
		line = span_trim(line);
		for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
			size_t n = (size_t)(line.p - text.p);

			if (span_starts(line, starts[i]))
				return span_trim((struct span){text.p, n}).n > 0 ? (struct span){text.p, n} : text;
		}
	}
	return text;
}

static void
add_words(struct buf *out, struct span s)
{
	struct buf folded = BUF_MAX(EXAMINED * 8);
	struct span f;
	size_t count = 0;

	if (s.n > EXAMINED) {
		s.n = EXAMINED;
		while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xC0) == 0x80)
			s.n--;
	}
	text_add_folded(&folded, s);
	f = buf_span(&folded);
	while (f.n > 0 && count < COMPARED) {
		size_t skip = skip_address(f), n = character_bytes(f.p[0]);

		if (skip == 0 && n <= f.n && !is_mark(f.p, n)) {
			buf_add(out, f.p, n);
			count++;
		}
		n = skip > 0 ? skip : n <= f.n ? n : f.n;
		f.p += n;
		f.n -= n;
	}
	buf_release(&folded);
}

bool
message_texts_differ(struct span plain, struct span html)
{
	struct buf a = BUF_MAX(COMPARED * 8), b = BUF_MAX(COMPARED * 8);
	size_t n;
	bool differ;

	add_words(&a, above_quote(plain));
	add_words(&b, above_quote(html));
	n = a.n < b.n ? a.n : b.n; /* one of them may go on: a signature, a disclaimer */
	differ = n == 0 ? a.n != b.n : memcmp(a.p, b.p, n) != 0;
	buf_release(&a);
	buf_release(&b);
	return differ;
}

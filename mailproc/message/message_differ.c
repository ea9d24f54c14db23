/*
 * message_differ.c - do two text parts of a mail, given as alternatives, say the same
 *
 * Compared are the letters and digits, folded, as far as both go. Text and HTML are compared by reply.h, which knows the new words.
 */
#include "message_inner.h"

#include "../base/text.h"

enum { EXAMINED = 16 << 10 }; /* bytes looked at */

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
	if (s.n > EXAMINED) {
		s.n = EXAMINED;
		while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xC0) == 0x80)
			s.n--;
	}
	text_add_letters(out, s);
}

bool
message_texts_differ(struct span first, struct span second)
{
	struct buf a = BUF_MAX(EXAMINED * 8), b = BUF_MAX(EXAMINED * 8);
	size_t n;
	bool differ;

	add_words(&a, above_quote(first));
	add_words(&b, above_quote(second));
	n = a.n < b.n ? a.n : b.n; /* one of them may go on: a signature, a disclaimer */
	differ = n == 0 ? a.n != b.n : memcmp(a.p, b.p, n) != 0;
	buf_release(&a);
	buf_release(&b);
	return differ;
}

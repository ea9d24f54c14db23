/* message_html_lines.c - HTML's flow of text as lines: white space, breaks, quote marks, struck text. */
#include "message_html_inner.h"

int
html_quote_level(const struct page *page)
{
	int level = page->quotes;

	if (level == 0 && page->quoted_to_end)
		level = 1;
	return level < QUOTE_LEVELS_MAX ? level : QUOTE_LEVELS_MAX;
}

static void
write_line_start(struct page *page)
{
	for (int i = html_quote_level(page); i > 0; i--)
		buf_add_text(page->out, MESSAGE_QUOTED);
	page->line_has_text = true;
}

void
html_close_struck(struct page *page)
{
	if (page->is_struck_open)
		buf_add_text(page->out, MESSAGE_STRUCK_CLOSE);
	page->is_struck_open = false;
}

static void
trim_blanks(struct buf *out)
{
	while (!out->failed && out->n > 0 && (out->p[out->n - 1] == ' ' || out->p[out->n - 1] == '\t'))
		out->p[--out->n] = '\0';
}

void
html_write_break(struct page *page)
{
	html_close_struck(page);
	if (!page->line_has_text)
		write_line_start(page);
	trim_blanks(page->out);
	buf_add_char(page->out, '\n');
	page->line_has_text = page->wants_blank = false;
}

/* The border of a block: a line ends if there is one. */
void
html_write_border(struct page *page, bool is_paragraph)
{
	if (page->line_has_text) {
		html_write_break(page);
		page->wants_empty_line = is_paragraph;
	} else if (is_paragraph && page->out->n > 0) {
		page->wants_empty_line = true;
	}
	page->wants_blank = false;
}

static void
write_pending(struct page *page)
{
	if (page->wants_empty_line) {
		struct buf *out = page->out;

		page->wants_empty_line = false;
		if (!page->line_has_text && out->n > 1 && !(out->p[out->n - 1] == '\n' && out->p[out->n - 2] == '\n'))
			html_write_break(page);
	}
	if (!page->line_has_text)
		write_line_start(page);
	else if (page->wants_blank)
		buf_add_char(page->out, ' ');
	page->wants_blank = false;
}

static void
write_bytes(struct page *page, const char *p, size_t n)
{
	if ((page->flags & IN_STRUCK) == 0)
		html_close_struck(page);
	write_pending(page);
	if ((page->flags & IN_STRUCK) != 0 && !page->is_struck_open) {
		buf_add_text(page->out, MESSAGE_STRUCK_OPEN);
		page->is_struck_open = true;
	}
	buf_add(page->out, p, n);
}

void
html_write_text(struct page *page, const char *text)
{
	write_bytes(page, text, strlen(text));
}

/* The characters with which we mark struck text, written by the sender. */
static bool
is_mark(struct span s)
{
	return span_starts(s, MESSAGE_STRUCK_OPEN) || span_starts(s, MESSAGE_STRUCK_CLOSE);
}

/* Running text: white space is one blank, except in <pre>; a no-break space is a blank that stays. */
void
html_write_characters(struct page *page, struct span s)
{
	size_t start = 0, i = 0;

	while (i < s.n) {
		char c = s.p[i];
		bool is_no_break = c == '\xC2' && i + 1 < s.n && s.p[i + 1] == '\xA0';
		bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';

		if (!is_space && !is_no_break && (c != '\xEE' || !is_mark((struct span){s.p + i, s.n - i}))) {
			i++;
			continue;
		}
		if (i > start)
			write_bytes(page, s.p + start, i - start);
		if (c == '\xEE') {
			html_write_text(page, "\xEF\xBF\xBD");
			start = i += 3;
			continue;
		}
		if (is_no_break)
			html_write_text(page, " ");
		else if ((page->flags & IN_PRE) != 0 && c == '\n')
			html_write_break(page);
		else if ((page->flags & IN_PRE) != 0 && c != '\r')
			write_bytes(page, &c, 1);
		else
			page->wants_blank = page->line_has_text;
		i += is_no_break ? 2 : 1;
		start = i;
	}
	if (i > start)
		write_bytes(page, s.p + start, i - start);
}

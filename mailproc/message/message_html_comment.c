/*
 * message_html_comment.c - takes comments out of HTML before it is parsed
 *
 * libxml2 and browsers differ in where a comment ends ("<!-->" is a whole one for browsers), and what the parser skips must be what nobody
 * sees. "<![if !mso]>" and its like are comments for browsers and text for libxml2.
 */
#include "message_html_inner.h"

#include <ctype.h>

/* The length of the comment at the start of s (HTML Standard 13.2.5.43 and following); one that does not end takes everything. */
static size_t
comment_length(struct span s)
{
	if (span_starts(s, "<!-->"))
		return 5;
	if (span_starts(s, "<!--->"))
		return 6;
	for (size_t i = 4; i + 2 < s.n; i++) {
		if (memcmp(s.p + i, "-->", 3) == 0)
			return i + 3;
		if (i + 3 < s.n && memcmp(s.p + i, "--!>", 4) == 0)
			return i + 4;
	}
	return s.n;
}

/* The length of a tag at the start of s: a ">" in a quoted value does not end it. */
static size_t
tag_length(struct span s)
{
	char quote = '\0';

	for (size_t i = 1; i < s.n; i++) {
		if (quote != '\0')
			quote = s.p[i] == quote ? '\0' : quote;
		else if ((s.p[i] == '"' || s.p[i] == '\'') && s.p[i - 1] == '=')
			quote = s.p[i];
		else if (s.p[i] == '>')
			return i + 1;
	}
	return s.n;
}

/* The length of the text of <style> or <script> at the start of s, up to the end tag. */
static size_t
raw_text_length(struct span s, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n + 2 <= s.n; i++)
		if (s.p[i] == '<' && s.p[i + 1] == '/' && strncasecmp(s.p + i + 2, name, n) == 0)
			return i;
	return s.n;
}

static bool
is_tag(struct span s, const char *name)
{
	size_t n = strlen(name);

	return s.n > n + 1 && strncasecmp(s.p + 1, name, n) == 0 && !isalnum((unsigned char)s.p[n + 1]);
}

void
html_add_without_comments(struct buf *out, struct span html)
{
	while (html.n > 0) {
		const char *open = memchr(html.p, '<', html.n);
		size_t n = open != NULL ? (size_t)(open - html.p) : html.n;

		buf_add(out, html.p, n);
		html = (struct span){html.p + n, html.n - n};
		if (html.n == 0)
			return;
		if (span_starts(html, "<!--")) {
			n = comment_length(html);
		} else if (span_starts(html, "<![")) {
			n = tag_length(html);
		} else {
			n = html.n > 1 && (isalpha((unsigned char)html.p[1]) || html.p[1] == '/') ? tag_length(html) : 1;
			if (is_tag(html, "style"))
				n += raw_text_length((struct span){html.p + n, html.n - n}, "style");
			else if (is_tag(html, "script"))
				n += raw_text_length((struct span){html.p + n, html.n - n}, "script");
			buf_add(out, html.p, n);
		}
		html = (struct span){html.p + n, html.n - n};
	}
}

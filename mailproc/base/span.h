/*
 * span.h - a piece of somebody else's text
 *
 * A span borrows: it lives no longer than the text it points into. It is not closed by a NUL. A zeroed
 * span is an empty one.
 */
#ifndef MAILPROC_SPAN_H
#define MAILPROC_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct span {
	const char *p;
	size_t n; /* bytes */
};

static inline struct span
span_of(const char *text)
{
	return (struct span){text, text != NULL ? strlen(text) : 0};
}

static inline bool
span_is(struct span s, const char *text)
{
	size_t n = strlen(text);

	return s.n == n && (n == 0 || memcmp(s.p, text, n) == 0);
}

/* As span_is, without regard to the case of ASCII letters. */
static inline bool
span_is_caseless(struct span s, const char *text)
{
	size_t n = strlen(text);

	return s.n == n && (n == 0 || strncasecmp(s.p, text, n) == 0);
}

static inline bool
span_starts(struct span s, const char *text)
{
	size_t n = strlen(text);

	return s.n >= n && memcmp(s.p, text, n) == 0;
}

/* Without ASCII white space at both ends. */
static inline struct span
span_trim(struct span s)
{
	while (s.n > 0 && (*s.p == ' ' || (*s.p >= '\t' && *s.p <= '\r'))) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || (s.p[s.n - 1] >= '\t' && s.p[s.n - 1] <= '\r')))
		s.n--;
	return s;
}

/* Takes the next line off *rest, without its LF or CRLF. False when nothing is left. */
static inline bool
span_next_line(struct span *rest, struct span *line)
{
	const char *end;

	if (rest->n == 0)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	line->p = rest->p;
	line->n = end != NULL ? (size_t)(end - rest->p) : rest->n;
	rest->p += line->n + (end != NULL);
	rest->n -= line->n + (end != NULL);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

#endif

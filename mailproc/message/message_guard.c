/*
 * message_guard.c - what libetpan 1.9.4 must not see, and one function of it that is replaced
 *
 * Comments nest by recursion and so do parts: a mail of 200 KB can overflow the stack. Of 14,979 mails of public test collections none has more than
 * 330 lines that start with Content-Type, so the limits cost nothing.
 */
#include "message_inner.h"

#include <libetpan/libetpan.h>
#include <stdlib.h>

enum {
	PARENTHESES_MAX = 20000, /* in one folded line */
	CONTENT_TYPES_MAX = MESSAGE_MAX_PARTS,
	LINES_OF_DASHES_MAX = 100000
};

/*
 * libetpan's own copies len - 2 bytes of a quoted boundary without looking whether len is at least 2: `boundary="\""` is a heap overflow.
 * The library calls it through the procedure linkage table, so this definition in the executable is the one that runs.
 */
char *
mailmime_extract_boundary(struct mailmime_content *content_type)
{
	static char name[] = "boundary";
	const char *value = mailmime_content_param_get(content_type, name);
	char *boundary;
	size_t n;

	if (value == NULL)
		return NULL;
	n = strlen(value);
	if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
		value++;
		n -= 2;
	}
	boundary = malloc(n + 1);
	if (boundary == NULL)
		return NULL;
	memcpy(boundary, value, n);
	boundary[n] = '\0';
	return boundary;
}

static size_t
count_parentheses(struct span line)
{
	size_t n = 0;

	for (size_t i = 0; i < line.n; i++)
		n += line.p[i] == '(';
	return n;
}

enum fault
message_guard(struct span raw, struct why *why)
{
	size_t parentheses = 0, content_types = 0, delimiters = 0;
	struct span rest = raw, line;

	if (raw.n > MESSAGE_MAX_BYTES)
		return why_set(why, FAULT_ITEM, "the mail is larger than %d bytes", MESSAGE_MAX_BYTES);
	while (span_next_line(&rest, &line)) {
		if (line.n == 0 || (line.p[0] != ' ' && line.p[0] != '\t'))
			parentheses = 0;
		parentheses += count_parentheses(line);
		if (parentheses > PARENTHESES_MAX)
			return why_set(why, FAULT_ITEM, "a line of the mail has more than %d opening parentheses",
			    PARENTHESES_MAX);
		if (line.n >= 12 && strncasecmp(line.p, "content-type", 12) == 0)
			content_types++;
		if (content_types > CONTENT_TYPES_MAX)
			return why_set(why, FAULT_ITEM, "the mail has more than %d parts", MESSAGE_MAX_PARTS);
		if (line.n >= 2 && line.p[0] == '-' && line.p[1] == '-')
			delimiters++;
		if (delimiters > LINES_OF_DASHES_MAX)
			return why_set(why, FAULT_ITEM, "the mail has more than %d lines like borders of parts",
			    LINES_OF_DASHES_MAX);
	}
	return FAULT_NONE;
}

struct span
message_normalise(struct buf *out, struct span raw)
{
	struct span line, rest;

	if (memchr(raw.p, '\n', raw.n) == NULL && memchr(raw.p, '\r', raw.n) != NULL) {
		buf_add_span(out, raw);
		for (size_t i = 0; i < out->n; i++)
			if (out->p[i] == '\r')
				out->p[i] = '\n';
		raw = buf_span(out);
	}
	rest = raw;
	if (span_starts(raw, "From ") && span_next_line(&rest, &line))
		return rest;
	return raw;
}

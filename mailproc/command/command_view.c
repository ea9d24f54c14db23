/* command_view.c - foreign text is printed through text_add_printable() only: it must not steer the terminal. */
#include "command_view.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/text.h"

enum { LINE_MAX_BYTES = 64 << 10, LABEL_WIDTH = 14, LINE_WIDTH = 80 };

const char *
view_text(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL && *text != '\0' ? text : NULL;
}

int64_t
view_number(const json_t *row, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(row, key));
}

const char *
view_when(char out[VIEW_WHEN_MAX], const json_t *row, const char *key)
{
	const char *text = view_text(row, key);

	if (text == NULL)
		return NULL;
	snprintf(out, VIEW_WHEN_MAX, "%.16s", text); /* to the minute */
	if (strlen(out) > 10)
		out[10] = ' ';
	return out;
}

static void
add_printable(struct buf *out, struct span text)
{
	struct buf clean = BUF_MAX(LINE_MAX_BYTES);

	text_add_clean(&clean, text);
	text_add_printable(out, buf_span(&clean));
	buf_release(&clean);
}

/* The bytes of text that go on one line of a terminal: up to the last blank that fits, or as much as fits where there is none, as in Japanese. */
static size_t
line_of(struct span text, size_t width)
{
	size_t n = text_cut(text, width), blank;

	if (n == text.n || n == 0)
		return text.n;
	for (blank = n; blank > 0 && text.p[blank] != ' '; blank--)
		;
	return blank > 0 ? blank : n;
}

void
view_line(FILE *to, const char *label, const char *text)
{
	struct buf shown = BUF_MAX(LINE_MAX_BYTES);
	bool is_wrapped = isatty(fileno(to)) == 1;
	struct span rest;

	if (text == NULL || *text == '\0')
		return;
	add_printable(&shown, span_of(text));
	rest = buf_span(&shown);
	do {
		size_t n = is_wrapped ? line_of(rest, LINE_WIDTH - LABEL_WIDTH - 1) : rest.n;

		fprintf(to, "%-*s %.*s\n", LABEL_WIDTH, label, (int)n, n > 0 ? rest.p : "");
		label = "";
		rest = (struct span){rest.p + n, rest.n - n};
		for (; rest.n > 0 && *rest.p == ' '; rest.n--)
			rest.p++;
	} while (rest.n > 0);
	buf_release(&shown);
}

void
view_linef(FILE *to, const char *label, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return;
	view_line(to, label, text);
	free(text);
}

void
view_block(FILE *to, const char *text, size_t max)
{
	struct span rest = span_of(text), line;
	struct buf shown = BUF_MAX(LINE_MAX_BYTES);
	size_t n = 0;

	while (span_next_line(&rest, &line)) {
		if (n++ >= max)
			continue;
		buf_clear(&shown);
		add_printable(&shown, line);
		fprintf(to, "  | %s\n", buf_text(&shown));
	}
	if (n > max)
		fprintf(to, "  (%zu lines more)\n", n - max);
	buf_release(&shown);
}

void
view_json(FILE *to, const json_t *object)
{
	json_dumpf(object, to, 0);
	fputc('\n', to);
}

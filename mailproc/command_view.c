/* command_view.c - foreign text is printed through text_add_printable() only: it must not steer the terminal. */
#include "command_view.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { LINE_MAX_BYTES = 64 << 10, LABEL_WIDTH = 14 };

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
print_printable(FILE *to, const char *text, size_t n)
{
	struct buf shown = BUF_MAX(LINE_MAX_BYTES);
	struct buf clean = BUF_MAX(LINE_MAX_BYTES);

	text_add_clean(&clean, (struct span){text, n});
	text_add_printable(&shown, buf_span(&clean));
	fputs(buf_text(&shown), to);
	buf_release(&clean);
	buf_release(&shown);
}

void
view_line(FILE *to, const char *label, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	fprintf(to, "%-*s ", LABEL_WIDTH, label);
	print_printable(to, text, strlen(text));
	fputc('\n', to);
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
	size_t n = 0;

	while (span_next_line(&rest, &line)) {
		if (n++ >= max)
			continue;
		fputs("  | ", to);
		print_printable(to, line.p, line.n);
		fputc('\n', to);
	}
	if (n > max)
		fprintf(to, "  (%zu lines more)\n", n - max);
}

void
view_json(FILE *to, const json_t *object)
{
	json_dumpf(object, to, 0);
	fputc('\n', to);
}

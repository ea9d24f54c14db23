/* table.c - cells are kept in one array, row by row, and widths are counted when the table is printed. */
#include "table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text.h"

enum {
	COLUMNS_UNKNOWN = 80, /* a terminal that does not say how wide it is */
	LAST_COLUMN_MIN = 8,  /* the last column is not cut below this, even if the line is then too long */
	GAP = 2,	      /* blanks between columns */
	CELL_MAX = 65536,     /* bytes */
	PROGRESS_EVERY_MS = 100
};

struct table {
	size_t columns;
	bool *is_right; /* owned, one a column */
	char **cell;	/* owned, with the headings as first row */
	size_t cells, room;
	bool failed; /* memory was short */
};

/* Takes text over in printable form; at most one cell more. */
static void
add_cell(struct table *t, const char *text)
{
	struct buf shown = BUF_MAX(CELL_MAX);
	char **more;

	if (t->cells == t->room) {
		size_t room = t->room != 0 ? t->room * 2 : 64;

		more = reallocarray(t->cell, room, sizeof *more);
		if (more == NULL) {
			t->failed = true;
			return;
		}
		t->cell = more;
		t->room = room;
	}
	text_add_printable(&shown, span_of(text));
	if (shown.too_large) /* what did fit is enough for a table */
		shown.failed = shown.too_large = false;
	t->cell[t->cells] = buf_take(&shown);
	if (t->cell[t->cells] == NULL)
		t->failed = true;
	else
		t->cells++;
}

struct table *
table_new(const char *const heading[])
{
	struct table *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	while (heading[t->columns] != NULL)
		t->columns++;
	t->is_right = calloc(t->columns + 1, sizeof *t->is_right);
	if (t->is_right == NULL) {
		free(t);
		return NULL;
	}
	for (size_t i = 0; i < t->columns && !t->failed; i++) {
		t->is_right[i] = heading[i][0] == '>';
		add_cell(t, heading[i] + t->is_right[i]);
	}
	return t;
}

void
table_add(struct table *t, ...)
{
	va_list args;

	if (t == NULL || t->failed)
		return;
	va_start(args, t);
	for (size_t i = 0; i < t->columns && !t->failed; i++) {
		const char *text = va_arg(args, const char *);

		add_cell(t, text != NULL ? text : "-");
	}
	va_end(args);
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->cells; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t->is_right);
	free(t);
}

/* Columns of the terminal that to is; 0 when it is none. */
static size_t
terminal_width(FILE *to)
{
	struct winsize size = {0};
	int fd = fileno(to);

	if (fd < 0 || !isatty(fd))
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_UNKNOWN;
	return size.ws_col;
}

static bool
may_be_bold(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no_color == NULL || no_color[0] == '\0') && (term == NULL || strcmp(term, "dumb") != 0);
}

static void
print_blanks(FILE *to, size_t count)
{
	while (count-- > 0)
		putc(' ', to);
}

/* The last cell is not filled up with blanks, and cut to max columns (0: not cut). */
static void
print_cell(FILE *to, const char *cell, size_t width, bool is_right, bool is_last, size_t max)
{
	struct span text = span_of(cell);
	size_t used = text_width(text);
	bool is_cut = is_last && max > 0 && used > max;

	if (is_cut) {
		text.n = text_cut(text, max - 1);
		used = text_width(text) + 1;
	}
	if (is_right && used < width)
		print_blanks(to, width - used);
	fwrite(text.p, 1, text.n, to);
	if (is_cut)
		fputs("…", to);
	if (!is_last)
		print_blanks(to, GAP + (!is_right && used < width ? width - used : 0));
}

static bool
has_headings(const struct table *t)
{
	for (size_t i = 0; i < t->columns && i < t->cells; i++)
		if (t->cell[i][0] != '\0')
			return true;
	return false;
}

static void
print_rows(const struct table *t, FILE *to, const size_t *width, size_t last_max, bool is_bold)
{
	size_t first = has_headings(t) ? 0 : t->columns;

	for (size_t i = first; i < t->cells - t->cells % t->columns; i++) {
		size_t column = i % t->columns;

		if (i == 0 && is_bold)
			fputs("\033[1m", to);
		print_cell(to, t->cell[i], width[column], t->is_right[column], column + 1 == t->columns, last_max);
		if (column + 1 < t->columns)
			continue;
		fputs(i + 1 == t->columns && is_bold ? "\033[0m\n" : "\n", to);
	}
}

enum fault
table_print(struct table *t, FILE *to, struct why *why)
{
	size_t terminal = terminal_width(to), others = 0, last_max = 0;
	size_t *width;

	if (t == NULL || t->columns == 0)
		return why_set(why, FAULT_STOP, "out of memory for a table");
	width = calloc(t->columns, sizeof *width);
	if (width == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a table");
	for (size_t i = 0; i < t->cells; i++) {
		size_t cell = text_width(span_of(t->cell[i]));

		if (cell > width[i % t->columns])
			width[i % t->columns] = cell;
	}
	for (size_t i = 0; i + 1 < t->columns; i++)
		others += width[i] + GAP;
	if (terminal > 0) {
		last_max = terminal > others + LAST_COLUMN_MIN ? terminal - others : LAST_COLUMN_MIN;
		if (width[t->columns - 1] > last_max)
			width[t->columns - 1] = last_max;
	}
	print_rows(t, to, width, last_max, terminal > 0 && may_be_bold());
	free(width);
	if (fflush(to) != 0 || ferror(to))
		return why_set(why, FAULT_STOP, "output cannot be written: %s", strerror(errno));
	if (t->failed)
		return why_set(why, FAULT_STOP, "out of memory: the table is not complete");
	return FAULT_NONE;
}

/* ---- progress ---- */

static struct {
	int64_t shown_at_ms; /* elapsed time when the line was last written */
	bool is_shown;
} progress;

void
progress_show(const char *verb, size_t done, size_t of, int64_t elapsed_ms)
{
	unsigned long long rate = elapsed_ms > 0 ? (unsigned long long)done * 1000 / (unsigned long long)elapsed_ms : 0;
	int64_t since = elapsed_ms - progress.shown_at_ms;

	if (progress.is_shown && done != of && since >= 0 && since < PROGRESS_EVERY_MS)
		return;
	if (!isatty(STDERR_FILENO))
		return;
	progress.is_shown = true;
	progress.shown_at_ms = elapsed_ms;
	if (of > 0)
		fprintf(stderr, "\r\033[K%s %zu of %zu, %llu/s", verb, done, of, rate);
	else
		fprintf(stderr, "\r\033[K%s %zu, %llu/s", verb, done, rate);
	fflush(stderr);
}

void
progress_end(void)
{
	if (progress.is_shown)
		fputs("\r\033[K", stderr);
	progress.is_shown = false;
	progress.shown_at_ms = 0;
}

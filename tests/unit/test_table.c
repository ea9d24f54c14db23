/* test_table.c - alignment by width, in a file and on a pseudo-terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "mailproc/base/table.h"
#include "mailproc/base/text.h"

/* What the table prints into a file. */
static const char *
printed(struct table *t, char *out, size_t size)
{
	FILE *file = tmpfile();
	struct why why = {0};
	size_t n;

	assert_non_null(file);
	assert_int_equal(table_print(t, file, &why), FAULT_NONE);
	rewind(file);
	n = fread(out, 1, size - 1, file);
	out[n] = '\0';
	fclose(file);
	return out;
}

static void
columns_line_up_with_japanese_and_latin_text(void **state)
{
	static const char *const heading[] = {"Reference", "Customer", ">Yen", "State", NULL};
	struct table *t = table_new(heading);
	char out[2000];

	(void)state;
	table_add(t, "SSL-2026-00001", "株式会社サンプル", "66000", "noticed");
	table_add(t, "SSL-2026-00002", "Example Ltd", "1100", NULL);
	table_add(t, "SSL-3", "ｶﾌﾞ", NULL, "済");
	assert_string_equal(printed(t, out, sizeof out),
	    "Reference       Customer            Yen  State\n"
	    "SSL-2026-00001  株式会社サンプル  66000  noticed\n"
	    "SSL-2026-00002  Example Ltd        1100  -\n"
	    "SSL-3           ｶﾌﾞ                   -  済\n");
	table_free(t);
}

static void
a_right_aligned_last_column_is_aligned(void **state)
{
	static const char *const heading[] = {"Day", ">Letters", NULL};
	struct table *t = table_new(heading);
	char out[200];

	(void)state;
	table_add(t, "2027-01-21", "7");
	assert_string_equal(printed(t, out, sizeof out), "Day         Letters\n2027-01-21        7\n");
	table_free(t);
}

static void
nothing_is_cut_in_a_file(void **state)
{
	static const char *const heading[] = {"A", "B", NULL};
	struct table *t = table_new(heading);
	char text[500], out[1000];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	table_add(t, "a", text);
	printed(t, out, sizeof out);
	assert_non_null(strstr(out, text));
	assert_null(strchr(out, '\033'));
	table_free(t);
}

static void
cells_cannot_break_lines_or_send_escapes(void **state)
{
	static const char *const heading[] = {"A", "B", NULL};
	struct table *t = table_new(heading);
	char out[200];

	(void)state;
	table_add(t, "one\ntwo", "\033]0;title\a\xE2\x80\xAEx");
	assert_string_equal(printed(t, out, sizeof out), "A        B\none two  ]0;titlex\n");
	table_free(t);
}

static void
headings_without_words_are_left_out(void **state)
{
	static const char *const heading[] = {"", ">", NULL};
	struct table *t = table_new(heading);
	char out[200];

	(void)state;
	table_add(t, "due", "12");
	table_add(t, "sent", "3");
	assert_string_equal(printed(t, out, sizeof out), "due   12\nsent   3\n");
	table_free(t);
}

static void
a_table_without_rows_is_its_headings(void **state)
{
	static const char *const heading[] = {"A", "B", NULL};
	struct table *t = table_new(heading);
	char out[200];

	(void)state;
	assert_string_equal(printed(t, out, sizeof out), "A  B\n");
	table_free(t);
	table_free(NULL);
}

static void
many_rows_are_all_printed(void **state)
{
	static const char *const heading[] = {">N", "Text", NULL};
	struct table *t = table_new(heading);
	FILE *file = tmpfile();
	size_t lines = 0;
	char number[20];

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < 1000; i++) {
		snprintf(number, sizeof number, "%d", i);
		table_add(t, number, "text");
	}
	assert_int_equal(table_print(t, file, NULL), FAULT_NONE);
	rewind(file);
	for (int c; (c = getc(file)) != EOF;)
		lines += c == '\n';
	assert_int_equal(lines, 1001);
	fclose(file);
	table_free(t);
}

static void
output_that_cannot_be_written_is_told(void **state)
{
	static const char *const heading[] = {"A", NULL};
	struct table *t = table_new(heading);
	FILE *full = fopen("/dev/full", "w");
	struct why why = {0};

	(void)state;
	assert_non_null(full);
	assert_int_equal(table_print(t, full, &why), FAULT_STOP);
	assert_int_equal(table_print(NULL, stdout, &why), FAULT_STOP);
	fclose(full);
	table_free(t);
}

/* ---- on a terminal ---- */

struct terminal {
	int master;
	FILE *slave;
};

static void
open_terminal(struct terminal *terminal, unsigned short columns)
{
	struct winsize size = {.ws_row = 24, .ws_col = columns};
	struct termios settings;
	int fd;

	terminal->master = posix_openpt(O_RDWR | O_NOCTTY);
	if (terminal->master < 0) {
		print_message("skipped: no pseudo-terminal can be had here\n");
		skip();
	}
	assert_int_equal(grantpt(terminal->master), 0);
	assert_int_equal(unlockpt(terminal->master), 0);
	fd = open(ptsname(terminal->master), O_RDWR | O_NOCTTY);
	assert_true(fd >= 0);
	assert_int_equal(tcgetattr(fd, &settings), 0);
	settings.c_oflag &= ~(tcflag_t)OPOST;
	assert_int_equal(tcsetattr(fd, TCSANOW, &settings), 0);
	assert_int_equal(ioctl(fd, TIOCSWINSZ, &size), 0);
	terminal->slave = fdopen(fd, "w");
	assert_non_null(terminal->slave);
}

/* What was shown so far. A terminal gives it in pieces, so a mark is written behind it and waited for. */
static const char *
shown(struct terminal *terminal, char *out, size_t size)
{
	static const char mark[] = "<end of output>";
	struct pollfd wait = {.fd = terminal->master, .events = POLLIN};
	char *found = NULL;
	size_t n = 0;

	fputs(mark, terminal->slave);
	fflush(terminal->slave);
	while (found == NULL) {
		ssize_t got;

		assert_int_equal(poll(&wait, 1, 5000), 1);
		got = read(terminal->master, out + n, size - 1 - n);
		assert_true(got > 0);
		n += (size_t)got;
		out[n] = '\0';
		found = strstr(out, mark);
	}
	*found = '\0';
	return out;
}

static void
close_terminal(struct terminal *terminal)
{
	fclose(terminal->slave);
	close(terminal->master);
}

static void
the_last_column_is_cut_to_the_terminal(void **state)
{
	static const char *const heading[] = {"Id", "Subject", NULL};
	static const struct {
		unsigned short columns;
		const char *text, *want;
	} cases[] = {
	    {20, "更新をお願いします。よろしく", "\033[1mId  Subject\033[0m\n7   更新をお願いし…\n"},
	    {21, "更新をお願いします。よろしく", "\033[1mId  Subject\033[0m\n7   更新をお願いしま…\n"},
	    {20, "exactly sixteen.", "\033[1mId  Subject\033[0m\n7   exactly sixteen.\n"},
	    {20, "exactly seventeen", "\033[1mId  Subject\033[0m\n7   exactly sevente…\n"},
	    {3, "not less than eight", "\033[1mId  Subject\033[0m\n7   not les…\n"},
	    {0, "a short one", "\033[1mId  Subject\033[0m\n7   a short one\n"},
	};
	char out[1000];

	(void)state;
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct table *t = table_new(heading);
		struct terminal terminal;

		open_terminal(&terminal, cases[i].columns);
		table_add(t, "7", cases[i].text);
		assert_int_equal(table_print(t, terminal.slave, NULL), FAULT_NONE);
		assert_string_equal(shown(&terminal, out, sizeof out), cases[i].want);
		close_terminal(&terminal);
		table_free(t);
	}
}

static void
no_color_leaves_headings_plain(void **state)
{
	static const char *const heading[] = {"A", NULL};
	struct table *t = table_new(heading);
	struct terminal terminal;
	char out[100];

	(void)state;
	setenv("NO_COLOR", "1", 1);
	open_terminal(&terminal, 80);
	assert_int_equal(table_print(t, terminal.slave, NULL), FAULT_NONE);
	assert_string_equal(shown(&terminal, out, sizeof out), "A\n");
	close_terminal(&terminal);
	table_free(t);
	unsetenv("NO_COLOR");
}

/* Runs a whole piece of work with standard error on the file, and gives that back. */
static void
show_progress_on(FILE *file)
{
	int kept = dup(STDERR_FILENO);

	fflush(stderr);
	assert_true(kept >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
	progress_show("polled", 10, 1000, 100);
	progress_show("polled", 11, 1000, 110); /* too soon to be seen */
	progress_show("polled", 120, 1000, 1400);
	progress_show("polled", 1000, 1000, 1401); /* the end is always seen */
	progress_end();
	progress_show("looked at", 3, 0, 0);
	progress_end();
	progress_end();
	fflush(stderr);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
}

static void
progress_is_seen_on_a_terminal_only(void **state)
{
	FILE *file = tmpfile();
	struct terminal terminal;
	char out[1000];

	(void)state;
	assert_non_null(file);
	show_progress_on(file);
	assert_int_equal(ftell(file), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_END), 0);
	fclose(file);
	open_terminal(&terminal, 80);
	show_progress_on(terminal.slave);
	assert_string_equal(shown(&terminal, out, sizeof out),
	    "\r\033[Kpolled 10 of 1000, 100/s\r\033[Kpolled 120 of 1000, 85/s\r\033[Kpolled 1000 of 1000, 713/s\r\033[K"
	    "\r\033[Klooked at 3, 0/s\r\033[K");
	close_terminal(&terminal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_line_up_with_japanese_and_latin_text),
	    cmocka_unit_test(a_right_aligned_last_column_is_aligned),
	    cmocka_unit_test(nothing_is_cut_in_a_file),
	    cmocka_unit_test(cells_cannot_break_lines_or_send_escapes),
	    cmocka_unit_test(headings_without_words_are_left_out),
	    cmocka_unit_test(a_table_without_rows_is_its_headings),
	    cmocka_unit_test(many_rows_are_all_printed),
	    cmocka_unit_test(output_that_cannot_be_written_is_told),
	    cmocka_unit_test(the_last_column_is_cut_to_the_terminal),
	    cmocka_unit_test(no_color_leaves_headings_plain),
	    cmocka_unit_test(progress_is_seen_on_a_terminal_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

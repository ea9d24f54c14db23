/* test_log.c - what the log shows and what it keeps to itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailproc/base/log.h"

/* What one round of messages leaves on standard error. */
static const char *
said(char *out, size_t size, enum log_level level, const char *text)
{
	int kept = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	size_t n;

	assert_non_null(file);
	fflush(stderr);
	assert_true(kept >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
	log_set_level(level);
	log_error("%s", text);
	log_warning("%s", text);
	log_step("%s", text);
	log_set_level(LOG_LEVEL_DEFAULT);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
	rewind(file);
	n = fread(out, 1, size - 1, file);
	out[n] = '\0';
	fclose(file);
	return out;
}

static void
each_level_says_what_it_should(void **state)
{
	char out[1000];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_string_equal(said(out, sizeof out, LOG_LEVEL_QUIET, "x"), "mailproc: error: x\n");
	assert_string_equal(said(out, sizeof out, LOG_LEVEL_DEFAULT, "x"), "mailproc: error: x\nmailproc: warning: x\n");
	assert_string_equal(said(out, sizeof out, LOG_LEVEL_VERBOSE, "x"), "mailproc: error: x\nmailproc: warning: x\nmailproc: x\n");
	setenv("JOURNAL_STREAM", "8:1", 1);
	assert_string_equal(said(out, sizeof out, LOG_LEVEL_VERBOSE, "x"), "<3>error: x\n<4>warning: x\n<6>x\n");
	unsetenv("JOURNAL_STREAM");
}

static void
foreign_text_starts_no_line_and_no_escape(void **state)
{
	char out[1000];

	(void)state;
	assert_string_equal(said(out, sizeof out, LOG_LEVEL_QUIET, "a\r\nb\033[1m\x7F\xC2\x9B" "2J 日本\xC2"),
	    "mailproc: error: a  b [1m   2J 日本\xC2\n");
}

static void
a_long_message_is_cut_to_one_line(void **state)
{
	char text[5000], out[5000];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	said(out, sizeof out, LOG_LEVEL_QUIET, text);
	assert_true(strlen(out) < 2048);
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
}

static void
addresses_are_shortened_unless_all_is_wanted(void **state)
{
	static const struct {
		const char *address, *want;
	} cases[] = {{"taro@customer.example", "t***@customer.example"}, {"t@c.example", "t***@c.example"}, {"太郎@c.example", "太***@c.example"},
	    {"\"a@b\"@c.example", "\"***@c.example"}, {"@c.example", "@c.example"}, {"taro", "taro"}, {"", ""}, {NULL, "(no address)"}};
	char out[64], full[64];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_string_equal(log_address(out, sizeof out, cases[i].address), cases[i].want);
		log_set_level(LOG_LEVEL_VERBOSE);
		log_address(full, sizeof full, cases[i].address);
		log_set_level(LOG_LEVEL_DEFAULT);
		assert_string_equal(full, cases[i].address != NULL ? cases[i].address : cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_level_says_what_it_should),
	    cmocka_unit_test(foreign_text_starts_no_line_and_no_escape),
	    cmocka_unit_test(a_long_message_is_cut_to_one_line),
	    cmocka_unit_test(addresses_are_shortened_unless_all_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_program.c - commands of the operator's: what they get, what they say, how they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>

#include "mailproc/program.h"

static const struct ending {
	const char *command, *input, *output;
	int status; /* -1: a signal */
	bool in_time, keeps_errors;
} endings[] = {
    {"cat", "{\"a\":1}\n", "{\"a\":1}\n", 0, true, false},
    {"cat", "", "", 0, true, false},
    {"exit 65", "unread input", "", 65, true, false},
    {"echo said; echo and said >&2", "", "said\nand said\n", 0, true, true},
    {"kill -9 $$", "", "", -1, true, false},
    {"true & exit 75", "", "", 75, true, false},
    {"sleep 60", "", "", -1, false, false},
    {"no-such-command-here 2>/dev/null", "", "", 127, true, false},
};

static void
a_command_gets_its_input_and_its_end_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		const struct ending *e = &endings[i];
		const struct program program = {e->command, span_of(e->input), e->in_time ? 20 : 1, e->keeps_errors};
		struct buf out = BUF_MAX(100);
		struct program_end end = {0};
		struct why why = {0};

		assert_int_equal(program_run(&program, &out, &end, &why), FAULT_NONE);
		if (end.in_time != e->in_time || end.status != e->status || strcmp(buf_text(&out), e->output) != 0)
			fail_msg("%s: in time %d, status %d, output \"%s\"", e->command, end.in_time, end.status, buf_text(&out));
		buf_release(&out);
	}
}

static void
a_large_input_is_given_whole_and_much_output_is_cut(void **state)
{
	struct buf input = BUF_MAX(1 << 20), out = BUF_MAX(64);
	struct program program = {.command = "wc -c", .seconds = 20};
	struct program_end end = {0};
	struct why why = {0};

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_add_text(&input, "12345678");
	program.input = buf_span(&input);
	assert_int_equal(program_run(&program, &out, &end, &why), FAULT_NONE);
	assert_int_equal(strtol(buf_text(&out), NULL, 10), 800000);
	buf_clear(&out);
	program.command = "cat";
	assert_int_equal(program_run(&program, &out, &end, &why), FAULT_NONE);
	assert_int_equal(out.n, 64);
	assert_false(out.failed);
	buf_release(&out);
	buf_release(&input);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_command_gets_its_input_and_its_end_is_told),
	    cmocka_unit_test(a_large_input_is_given_whole_and_much_output_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_fault.c - causes are cut at characters, and exit statuses are those of sysexits.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sysexits.h>

#include "mailproc/base/fault.h"
#include "mailproc/base/text.h"

static void
a_cause_is_kept_with_its_fault(void **state)
{
	struct why why = {0};

	(void)state;
	assert_int_equal(why_set(&why, FAULT_ITEM, "%s: %d", "letter", 7), FAULT_ITEM);
	assert_string_equal(why.text, "letter: 7");
	assert_int_equal(why_before(&why, FAULT_SETUP, "line %d", 3), FAULT_SETUP);
	assert_string_equal(why.text, "line 3: letter: 7");
}

static void
a_cause_may_be_dropped(void **state)
{
	(void)state;
	assert_int_equal(why_set(NULL, FAULT_LATER, "%s", "x"), FAULT_LATER);
	assert_int_equal(why_before(NULL, FAULT_STOP, "%s", "x"), FAULT_STOP);
}

static void
a_long_cause_is_cut_between_characters(void **state)
{
	static const char *const units[] = {"a", "é", "あ", "𠮷"};
	char text[3 * WHY_MAX];

	(void)state;
	for (size_t unit = 0; unit < sizeof units / sizeof *units; unit++)
		for (size_t shift = 0; shift < 4; shift++) {
			size_t step = strlen(units[unit]), n;
			struct why why = {0};

			memset(text, '.', shift);
			for (n = shift; n + step < sizeof text; n += step)
				memcpy(text + n, units[unit], step);
			text[n] = '\0';
			why_set(&why, FAULT_ITEM, "%s", text);
			assert_true(strlen(why.text) < WHY_MAX && strlen(why.text) + step >= WHY_MAX);
			assert_true(text_is_utf8(span_of(why.text)));
			why_before(&why, FAULT_ITEM, "%s", "é");
			assert_true(text_is_utf8(span_of(why.text)));
			assert_memory_equal(why.text, "é: ", strlen("é: "));
			why_before(&why, FAULT_ITEM, "%s", text); /* the new part alone is too long */
			assert_true(text_is_utf8(span_of(why.text)));
		}
}

static void
exit_statuses_are_those_of_the_manual(void **state)
{
	static const struct {
		enum fault fault;
		int want;
	} cases[] = {{FAULT_NONE, 0}, {FAULT_LATER, 75}, {FAULT_AWAY, 69}, {FAULT_ITEM, 65}, {FAULT_SETUP, 78}, {FAULT_STOP, 70}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(fault_exit_status(cases[i].fault), cases[i].want);
	assert_int_equal(fault_exit_status((enum fault)99), EX_SOFTWARE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cause_is_kept_with_its_fault),
	    cmocka_unit_test(a_cause_may_be_dropped),
	    cmocka_unit_test(a_long_cause_is_cut_between_characters),
	    cmocka_unit_test(exit_statuses_are_those_of_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

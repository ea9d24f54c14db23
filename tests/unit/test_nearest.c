/* test_nearest.c - what somebody meant who mistyped a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "mailproc/nearest.h"

static const char *const words[] = {"init", "check", "import", "run", "status", "list", "review", "reader_seconds"};

static const struct {
	const char *typed, *want; /* NULL: none is near */
} cases[] = {
    {"list", "list"},
    {"lsit", "list"},
    {"lst", "list"},
    {"listt", "list"},
    {"statsu", "status"},
    {"stauts", "status"},
    {"reviw", "review"},
    {"reader_second", "reader_seconds"},
    {"ru", "run"},
    {"zzzz", NULL},
    {"", NULL},
    {"x", NULL},
    {"an-endless-word-that-is-longer-than-any-setting-has-ever-been", NULL},
};

static void
test_mistyped_words_find_what_was_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct nearest nearest = {.typed = cases[i].typed};

		for (size_t j = 0; j < sizeof words / sizeof words[0]; j++)
			nearest_try(&nearest, words[j]);
		if (cases[i].want == NULL ? nearest.word != NULL : nearest.word == NULL || strcmp(nearest.word, cases[i].want) != 0)
			fail_msg("\"%s\" gives %s", cases[i].typed, nearest.word != NULL ? nearest.word : "nothing");
	}
}

static void
test_nearer_word_wins_whatever_the_order(void **state)
{
	static const char *const both[2][2] = {{"since", "since_at"}, {"since_at", "since"}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct nearest nearest = {.typed = "sinc"};

		nearest_try(&nearest, both[i][0]);
		nearest_try(&nearest, both[i][1]);
		assert_string_equal(nearest.word, "since");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mistyped_words_find_what_was_meant),
	    cmocka_unit_test(test_nearer_word_wins_whatever_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_buf.c - growing text, its maximum, and spans. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "mailproc/base/buf.h"

static void
an_empty_buffer_is_empty_text(void **state)
{
	struct buf b = BUF_MAX(10), zeroed = {0};
	char *taken;

	(void)state;
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_fault(&b, NULL, "x"), FAULT_NONE);
	taken = buf_take(&b);
	assert_string_equal(taken, "");
	free(taken);
	buf_release(&b);
	buf_release(&b);
	buf_release(&zeroed);
}

static void
text_grows_and_stays_closed(void **state)
{
	struct buf b = BUF_MAX(100000);

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		buf_add_char(&b, (char)('a' + i % 26));
		assert_int_equal(b.p[b.n], '\0');
	}
	buf_addf(&b, "%s-%d", "x", 42);
	buf_add_span(&b, (struct span){"abc", 2});
	buf_add(&b, "\0z", 2);
	assert_int_equal(b.n, 10000 + 4 + 2 + 2);
	assert_string_equal(b.p + 10000, "x-42ab");
	assert_int_equal(b.p[10007], 'z');
	buf_release(&b);
}

static void
the_maximum_can_be_reached_but_not_passed(void **state)
{
	struct buf b = BUF_MAX(5);
	struct why why = {0};

	(void)state;
	buf_add_text(&b, "12345");
	assert_int_equal(buf_fault(&b, &why, "the text"), FAULT_NONE);
	buf_add_text(&b, "");
	assert_false(b.failed);
	buf_add_char(&b, '6');
	assert_true(b.failed && b.too_large);
	buf_clear(&b);
	buf_add_text(&b, "1234");
	buf_add_text(&b, "56");
	buf_add_text(&b, "5"); /* dropped too: nothing may be missing in the middle */
	assert_string_equal(buf_text(&b), "1234");
	assert_int_equal(buf_fault(&b, &why, "the text"), FAULT_ITEM);
	assert_string_equal(why.text, "the text is larger than 5 bytes");
	assert_null(buf_take(&b));
	assert_false(b.failed);
	buf_add_text(&b, "again");
	assert_string_equal(buf_text(&b), "again");
	buf_addf(&b, "%s", "x");
	assert_true(b.too_large);
	buf_release(&b);
}

static void
a_size_that_overflows_is_too_large(void **state)
{
	struct buf b = BUF_MAX(100);

	(void)state;
	buf_add_text(&b, "x");
	buf_add(&b, "y", SIZE_MAX);
	assert_true(b.too_large);
	assert_string_equal(buf_text(&b), "x");
	buf_release(&b);
	b = BUF_MAX(SIZE_MAX);
	buf_add(&b, "y", SIZE_MAX);
	buf_add(&b, "y", SIZE_MAX - 1);
	assert_int_equal(buf_fault(&b, NULL, "x"), FAULT_STOP);
	buf_release(&b);
}

static void
taken_text_belongs_to_the_caller(void **state)
{
	struct buf b = BUF_MAX(100);
	char *first, *second;

	(void)state;
	buf_add_text(&b, "first");
	first = buf_take(&b);
	buf_add_text(&b, "second");
	second = buf_take(&b);
	assert_string_equal(first, "first");
	assert_string_equal(second, "second");
	free(first);
	free(second);
	buf_release(&b);
}

static void
code_points_become_utf8(void **state)
{
	static const struct {
		unsigned code;
		const char *want;
	} cases[] = {{'a', "a"}, {0x7F, "\x7F"}, {0x80, "\xC2\x80"}, {0x7FF, "\xDF\xBF"}, {0x800, "\xE0\xA0\x80"}, {0x3042, "あ"},
	    {0xFFFF, "\xEF\xBF\xBF"}, {0x10000, "\xF0\x90\x80\x80"}, {0x10FFFF, "\xF4\x8F\xBF\xBF"}, {0xD800, "\xEF\xBF\xBD"},
	    {0xDFFF, "\xEF\xBF\xBD"}, {0x110000, "\xEF\xBF\xBD"}, {UINT_MAX, "\xEF\xBF\xBD"}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = BUF_MAX(10);

		buf_add_code(&b, cases[i].code);
		assert_string_equal(buf_text(&b), cases[i].want);
		buf_release(&b);
	}
}

static void
spans_are_compared_and_trimmed(void **state)
{
	(void)state;
	assert_true(span_is((struct span){"abcd", 3}, "abc"));
	assert_false(span_is((struct span){"abcd", 3}, "ab"));
	assert_false(span_is((struct span){"abcd", 3}, "abcd"));
	assert_true(span_is((struct span){0}, ""));
	assert_true(span_is_caseless(span_of("Subject"), "SUBJECT"));
	assert_false(span_is_caseless(span_of("Subject"), "SUBJECTS"));
	assert_true(span_starts(span_of("prefix"), "pre"));
	assert_false(span_starts(span_of("pr"), "pre"));
	assert_true(span_is(span_trim(span_of(" \t\r\n a b \f\v ")), "a b"));
	assert_int_equal(span_trim(span_of(" \n ")).n, 0);
	assert_int_equal(span_of(NULL).n, 0);
}

static void
lines_end_in_lf_or_crlf(void **state)
{
	struct span rest = span_of("one\r\ntwo\n\nfour\rstill four\nfive"), line;
	static const char *const want[] = {"one", "two", "", "four\rstill four", "five"};
	size_t count = 0;

	(void)state;
	while (span_next_line(&rest, &line)) {
		assert_true(count < sizeof want / sizeof *want);
		assert_true(span_is(line, want[count++]));
	}
	assert_int_equal(count, sizeof want / sizeof *want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_buffer_is_empty_text),
	    cmocka_unit_test(text_grows_and_stays_closed),
	    cmocka_unit_test(the_maximum_can_be_reached_but_not_passed),
	    cmocka_unit_test(a_size_that_overflows_is_too_large),
	    cmocka_unit_test(taken_text_belongs_to_the_caller),
	    cmocka_unit_test(code_points_become_utf8),
	    cmocka_unit_test(spans_are_compared_and_trimmed),
	    cmocka_unit_test(lines_end_in_lf_or_crlf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

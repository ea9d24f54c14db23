/* test_text.c - cleaning, folding, showing and measuring UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailproc/base/text.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct pair {
	const char *text, *want;
};

typedef void change(struct buf *out, struct span s);

static void
check_pairs(change *add, const struct pair *pair, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct buf out = BUF_MAX(10000);

		add(&out, span_of(pair[i].text));
		if (strcmp(buf_text(&out), pair[i].want) != 0)
			fail_msg("[%s] became [%s], not [%s]", pair[i].text, buf_text(&out), pair[i].want);
		buf_release(&out);
	}
}

static void
only_well_formed_text_is_utf8(void **state)
{
	static const char *const good[] = {"", "abc\n\t", "日本語", "é", "𠮷", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF", "\x7F"};
	static const char *const bad[] = {"\x80", "a\xFF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
	    "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE3\x81", "\xE3", "\xF0\x9F\x98", "日\xE3\x81。"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!text_is_utf8(span_of(good[i])))
			fail_msg("good text %zu was refused", i);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (text_is_utf8(span_of(bad[i])))
			fail_msg("bad text %zu was accepted", i);
	assert_false(text_is_utf8((struct span){"a\0b", 3}));
	assert_true(text_is_utf8((struct span){0}));
}

static void
a_character_that_is_cut_off_is_not_read_beyond_its_end(void **state)
{
	static const char *const characters[] = {"é", "あ", "𠮷"};

	(void)state;
	for (size_t i = 0; i < COUNT(characters); i++)
		for (size_t n = 1; n < strlen(characters[i]); n++) {
			char *exact = malloc(n); /* so that a sanitizer sees the next byte */
			struct buf out = BUF_MAX(100);

			assert_non_null(exact);
			memcpy(exact, characters[i], n);
			assert_false(text_is_utf8((struct span){exact, n}));
			text_add_clean(&out, (struct span){exact, n});
			assert_string_equal(buf_text(&out), "\xEF\xBF\xBD");
			buf_clear(&out);
			text_add_folded(&out, (struct span){exact, n});
			assert_string_equal(buf_text(&out), "\xEF\xBF\xBD");
			assert_int_equal(text_width((struct span){exact, n}), 1);
			buf_release(&out);
			free(exact);
		}
}

static void
cleaning_leaves_valid_text_with_lf_line_ends(void **state)
{
	static const struct pair pairs[] = {
	    {"", ""},
	    {"plain\ttext\n", "plain\ttext\n"},
	    {"a\r\nb\rc\r\r\nd\n\re", "a\nb\nc\n\nd\n\ne"},
	    {"a\r", "a\n"},
	    {"bell\a esc\033[1m del\x7F", "bell\xEF\xBF\xBD esc\xEF\xBF\xBD[1m del\xEF\xBF\xBD"},
	    {"c1 \xC2\x85 \xC2\x9B", "c1 \xEF\xBF\xBD \xEF\xBF\xBD"},
	    {"\xE3\x81|\xFF|\xC3(", "\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD("},
	    {"\xE3\x81\xE3\x81\x82", "\xEF\xBF\xBDあ"},
	    {"\xE3\x81\n更新", "\xEF\xBF\xBD\n更新"},
	    {"日本語 ｶﾞ 𠮷", "日本語 ｶﾞ 𠮷"},
	};
	struct buf out = BUF_MAX(100);

	(void)state;
	check_pairs(text_add_clean, pairs, COUNT(pairs));
	text_add_clean(&out, (struct span){"a\0b", 3});
	assert_string_equal(buf_text(&out), "a\xEF\xBF\xBD" "b");
	buf_release(&out);
}

static void
cleaned_text_is_utf8_whatever_the_bytes_were(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct buf out = BUF_MAX(1000), folded = BUF_MAX(10000), shown = BUF_MAX(1000);
		char bytes[40];

		for (size_t i = 0; i < sizeof bytes; i++) {
			seed = seed * 1103515245 + 12345;
			bytes[i] = (char)(seed >> 16 & 0x100 ? 0x80 | (seed >> 20 & 0x7F) : seed >> 20 & 0xFF);
		}
		text_add_clean(&out, (struct span){bytes, sizeof bytes});
		text_add_folded(&folded, buf_span(&out));
		text_add_printable(&shown, (struct span){bytes, sizeof bytes});
		assert_true(text_is_utf8(buf_span(&out)));
		assert_true(text_is_utf8(buf_span(&folded)));
		assert_true(text_is_utf8(buf_span(&shown)));
		buf_release(&out);
		buf_release(&folded);
		buf_release(&shown);
	}
}

static void
folding_makes_the_same_words_equal(void **state)
{
	static const struct pair pairs[] = {
	    {"", ""},
	    {"Renew PLEASE", "renew please"},
	    {"ＲＥＮＥＷ　１２３！", "renew 123!"},
	    {"ｺｳｼﾝ ｶﾞｷﾞﾊﾟ ｳﾞ", "コウシン ガギパ ヴ"},
	    {"ｻｰﾊﾞ証明書", "サーバ証明書"},
	    {"㈱テスト ㍿ ① Ⅳ ㌔ ﬁ ％", "(株)テスト 株式会社 1 iv キロ fi %"},
	    {"か\xE3\x82\x99 は\xE3\x82\x9A e\xCC\x81", "が ぱ é"},
	    {"がぱé", "がぱé"},
	    {"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "한"},
	    {"10〜20～30~", "10~20~30~"},
	    {"－ ‐ ー ―", "- ‐ ー ―"},
	    {"Straße ÉCOLE ΣΑΣ İ", "strasse école σασ i\xCC\x87"},
	    {"a\xE2\x80\x8B" "b\xC2\xAD" "c\xEF\xBB\xBF" "d\xE2\x80\x8D" "e\xEF\xB8\x8F", "abcde"},
	    {"一行目\n二行目\n\n四行目", "一行目\n二行目\n\n四行目"},
	    {"a\xE2\x80\xA8" "b\xE2\x80\xA9" "c", "a\nb\nc"},
	    {"a\tb\xC2\xA0" "c\xE3\x80\x80" "d", "a b c d"},
	    {"髙﨑 𠮷野家", "髙﨑 𠮷野家"},
	    {"\xCC\x81" "a", "\xCC\x81" "a"},
	    {"q\xCC\x87\xCC\xA3", "q\xCC\xA3\xCC\x87"},
	};

	(void)state;
	check_pairs(text_add_folded, pairs, COUNT(pairs));
}

static void
folding_twice_changes_nothing_more(void **state)
{
	static const char *const texts[] = {"ｶﾞＡｂＣ①㈱〜", "が\xCC\x81\xCC\xA3x", "ﷺ ﬃ ǅ ẞ ΐ", "İSTANBUL ﾞﾞ", "한글 각 ᄒ"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct buf once = BUF_MAX(1000), twice = BUF_MAX(1000);

		text_add_folded(&once, span_of(texts[i]));
		text_add_folded(&twice, buf_span(&once));
		assert_string_equal(buf_text(&twice), buf_text(&once));
		buf_release(&once);
		buf_release(&twice);
	}
}

/* Pieces are cut inside; what stands at the cut must come out as anywhere else. */
static void
long_text_is_folded_as_short_text_is(void **state)
{
	static const struct pair units[] = {{"ｶﾞ", "ガ"}, {"か\xE3\x82\x99", "が"}, {"e\xCC\x81", "é"}, {"Ａ", "a"}, {"が", "が"}, {"ﷺ", NULL},
	    {"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "한"}, {"\xD0\x98\xCC\x86", "й"}};

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++)
		for (size_t before = 0; before < 3; before++) {
			struct buf text = BUF_MAX(100000), out = BUF_MAX(1000000), one = BUF_MAX(100);
			size_t at;

			for (size_t n = 0; n < before; n++)
				buf_add_char(&text, '.');
			for (size_t n = 0; n < 3000; n++)
				buf_add_text(&text, units[i].text);
			text_add_folded(&out, buf_span(&text));
			if (units[i].want != NULL)
				buf_add_text(&one, units[i].want);
			else
				text_add_folded(&one, span_of(units[i].text));
			assert_int_equal(out.n, before + 3000 * one.n);
			for (at = before; at < out.n; at += one.n)
				assert_memory_equal(out.p + at, one.p, one.n);
			buf_release(&text);
			buf_release(&out);
			buf_release(&one);
		}
}

/* Plain normalisation takes minutes for these: without the cut this test would not end. */
static void
runs_of_marks_are_cut(void **state)
{
	static const char *const runs[] = {"\xCC\x81", "\xCC\x97\xCC\x81", "ﾞ\xCC\x81", "\xCC\x81ﾟ", "\xCD\x84", "\xCC\x81\xE2\x80\x8B\xCC\x97"};

	(void)state;
	for (size_t i = 0; i < COUNT(runs); i++) {
		struct buf text = BUF_MAX(1000000), out = BUF_MAX(1000000);

		buf_add_text(&text, "更新a");
		while (text.n < 400000)
			buf_add_text(&text, runs[i]);
		buf_add_text(&text, "b更新");
		text_add_folded(&out, buf_span(&text));
		assert_true(out.n <= strlen("更新ab更新") + 30 * 4);
		assert_memory_equal(out.p, "更新", 6);
		assert_string_equal(out.p + out.n - 7, "b更新");
		buf_release(&text);
		buf_release(&out);
	}
}

static void
thirty_marks_in_a_run_are_kept(void **state)
{
	struct buf text = BUF_MAX(1000), out = BUF_MAX(1000);

	(void)state;
	buf_add_char(&text, 'x');
	for (int i = 0; i < 40; i++)
		buf_add_text(&text, "\xCC\xB8");
	buf_add_text(&text, "y\xCC\xB8");
	text_add_folded(&out, buf_span(&text));
	assert_int_equal(out.n, 1 + 30 * 2 + 1 + 2);
	buf_release(&text);
	buf_release(&out);
}

static void
folding_stops_at_the_maximum_of_its_buffer(void **state)
{
	struct buf out = BUF_MAX(10);
	struct why why = {0};

	(void)state;
	text_add_folded(&out, span_of("ﷺﷺ"));
	assert_true(out.n <= 10);
	assert_int_equal(buf_fault(&out, &why, "the text"), FAULT_ITEM);
	buf_release(&out);
}

static void
what_is_shown_keeps_to_one_line_and_direction(void **state)
{
	static const struct pair pairs[] = {
	    {"", ""},
	    {"株式会社　テスト\r\n\t担当", "株式会社 テスト 担当"},
	    {"a  b\n\n\nc", "a b c"},
	    {"\033[31mred\033[0m\a", "[31mred[0m"},
	    {"abc\xE2\x80\xAEtxt.exe\xE2\x80\xAC", "abctxt.exe"},
	    {"\xE2\x81\xA6x\xE2\x81\xA9\xE2\x80\x8F", "x"},
	    {"a\xE2\x80\x8B" "b\xEF\xBB\xBF" "c\xC2\xAD" "d", "abcd"},
	    {"x\xC2\x9B" "31m\x7F", "x31m"},
	    {"a\xE2\x80\xA8" "b\xC2\x85" "c", "a b c"},
	    {"が か\xE3\x82\x99 é", "が か\xE3\x82\x99 é"},
	    {"bad \xFF byte", "bad \xEF\xBF\xBD byte"},
	    {"\xE3\x85\xA4\xEF\xBE\xA0x", "x"},
	};

	(void)state;
	check_pairs(text_add_printable, pairs, COUNT(pairs));
}

static void
width_counts_columns_of_a_terminal(void **state)
{
	static const struct {
		const char *text;
		size_t want;
	} cases[] = {
	    {"", 0},
	    {"abc", 3},
	    {"日本語", 6},
	    {"ｶﾞ", 2},
	    {"ガ", 2},
	    {"か\xE3\x82\x99", 2},
	    {"Ａ１", 4},
	    {"é e\xCC\x81", 3},
	    {"①…α", 3}, /* ambiguous ones are narrow */
	    {"　", 2},
	    {"𠮷", 2},
	    {"\n\t", 0},
	    {"\xFF", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (text_width(span_of(cases[i].text)) != cases[i].want)
			fail_msg("[%s] is %zu wide, not %zu", cases[i].text, text_width(span_of(cases[i].text)), cases[i].want);
}

static void
a_cut_never_splits_a_character(void **state)
{
	static const struct {
		const char *text;
		size_t width, want;
	} cases[] = {
	    {"日本語", 0, 0},
	    {"日本語", 1, 0},
	    {"日本語", 2, 3},
	    {"日本語", 3, 3},
	    {"日本語", 5, 6},
	    {"日本語", 6, 9},
	    {"日本語", 99, 9},
	    {"a日b", 2, 1},
	    {"a日b", 3, 4},
	    {"e\xCC\x81x", 1, 3}, /* the mark stays with its letter */
	    {"", 5, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(text_cut(span_of(cases[i].text), cases[i].width), cases[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_well_formed_text_is_utf8),
	    cmocka_unit_test(a_character_that_is_cut_off_is_not_read_beyond_its_end),
	    cmocka_unit_test(cleaning_leaves_valid_text_with_lf_line_ends),
	    cmocka_unit_test(cleaned_text_is_utf8_whatever_the_bytes_were),
	    cmocka_unit_test(folding_makes_the_same_words_equal),
	    cmocka_unit_test(folding_twice_changes_nothing_more),
	    cmocka_unit_test(long_text_is_folded_as_short_text_is),
	    cmocka_unit_test(runs_of_marks_are_cut),
	    cmocka_unit_test(thirty_marks_in_a_run_are_kept),
	    cmocka_unit_test(folding_stops_at_the_maximum_of_its_buffer),
	    cmocka_unit_test(what_is_shown_keeps_to_one_line_and_direction),
	    cmocka_unit_test(width_counts_columns_of_a_terminal),
	    cmocka_unit_test(a_cut_never_splits_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

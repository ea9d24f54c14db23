/* test_rule.c - the format of rules files, folding, reading in order, limits; and all rules of this project with their examples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rules/rule.h"

#define FRAME(id, says, pattern) "rule " id "\n language ja\n says " says "\n pattern " pattern "\n reason r\n yes 更新します\n no 天気\n"

static enum fault
load_text(struct rules **rules, const char *text, struct why *why)
{
	char dir[] = "/tmp/test_rule_XXXXXX", path[64];
	enum fault fault;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/a.rules", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	fault = rules_load(rules, dir, "", NULL, NULL, why);
	unlink(path);
	rmdir(dir);
	return fault;
}

static void
test_problems(void **state)
{
	static const struct {
		const char *text, *want;
	} row[] = {
	    {"pattern x\n", "a.rules:1: pattern stands before the first rule"},
	    {"rule a\n colour red\n", ":2: colour is not a word of rules"},
	    {"rule a\n says maybe\n", ":2: a rule cannot say maybe"},
	    {"rule a\n language fr\n says renew\n pattern x\n reason r\n yes x\n no y\n", ":1: rule a needs a language"},
	    {"rule a\n language ja\n says renew\n reason r\n yes x\n no y\n", ":1: rule a has no pattern"},
	    {"rule a\n language ja\n says renew\n pattern x\n reason r\n no y\n", ":1: rule a has no yes line"},
	    {"rule a\n language ja\n says renew\n pattern x\n reason r\n yes x\n", ":1: rule a has no no line"},
	    {"rule a\n language ja\n says renew\n pattern x\n yes x\n no y\n", ":1: rule a has no reason"},
	    {"rule a\n language ja\n says renew\n pattern (x\n", ":4: the pattern cannot be compiled"},
	    {"rule a\n language ja\n says renew\n pattern {other}\n", ":4: no word {other}"},
	    {"word a x\nword a y\n", ":2: the word a is defined twice"},
	    {FRAME("a", "renew", "更新") FRAME("a", "renew", "継続"), ":8: the id a is used twice"},
	    {FRAME("a", "renew", "更新") FRAME("b", "renew", "更新"), ":11: the pattern stands already in rule a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct rules *rules = NULL;
		struct why why = {0};

		assert_int_equal(load_text(&rules, row[i].text, &why), FAULT_SETUP);
		assert_null(rules);
		if (strstr(why.text, row[i].want) == NULL)
			fail_msg("%s: not in: %s", row[i].want, why.text);
	}
}

static void
test_fold(void **state)
{
	static const struct {
		const char *from, *to;
	} row[] = {{"ｺｳｼﾝ　ｼﾏｽ", "こうしんします"}, {"更新 し ます〜", "更新します"}, {"ＳＳＬ　証明書", "ssl証明書"}, {"Please\n  RENEW", "please renew"}, {"更​新", "更新"},
	    {"www は", "wwwは"}, {"更新して下さい", "更新してください"}};
	struct rules *rules;
	struct why why = {0};

	(void)state;
	assert_int_equal(load_text(&rules, "spelling 下さ くださ\n" FRAME("a", "renew", "更新"), &why), FAULT_NONE);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct buf out = BUF_MAX(1000);

		rules_fold(rules, &out, span_of(row[i].from));
		assert_string_equal(buf_text(&out), row[i].to);
		buf_release(&out);
	}
	rules_free(rules);
}

/* A pattern is folded like text, but its escapes and operators stay. */
static void
test_pattern_fold(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool match;
	} row[] = {{"コウシン", "こうしん", true}, {"費用？", "費用?", true}, {"費用？", "費", false}, {"\\S\\d", "a1", true}, {"\\S", " ", false}, {"RENEW", "renew", true},
	    {"\\x{66F4}新", "更新", true}, {"くダサイ", "ください", true}, {"\\bwe\\b", "we are", true}, {"{w}する", "継続する", true}, {"a{2,3}", "aa", true}};
	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		char text[600];
		struct rules *rules = NULL;
		struct why why = {0};
		struct rule_match match;
		bool limit = false;

		snprintf(text, sizeof text, "spelling 下さ くださ\nword w 更新|継続\nrule a\n language any\n says renew\n pattern %s\n reason r\n yes x\n no y\n", row[i].pattern);
		if (load_text(&rules, text, &why) != FAULT_NONE)
			fail_msg("%s", why.text);
		if ((rules_match(rules, 1ul << SAYS_RENEW, span_of(row[i].text), &match, 1, &limit) > 0) != row[i].match)
			fail_msg("%s on %s", row[i].pattern, row[i].text);
		assert_false(limit);
		rules_free(rules);
	}
}

/* What an earlier rule has read, a later one does not read again. */
static void
test_read_covers(void **state)
{
	struct rules *rules;
	struct why why = {0};
	struct rule_match match[8];
	bool limit = false;

	(void)state;
	assert_int_equal(load_text(&rules, FRAME("a", "renew", "更新しないわけ") FRAME("b", "decline", "更新しない") FRAME("c", "question", "更新") FRAME("d", "negation", "ない"), &why),
	    FAULT_NONE);
	assert_int_equal(rules_read(rules, span_of("更新しないわけに、更新しない"), match, 8, &limit), 4);
	assert_string_equal(match[0].id, "a");
	assert_string_equal(match[1].id, "c");
	assert_string_equal(match[2].id, "b");
	assert_string_equal(match[3].id, "c");
	assert_int_equal(rules_read(rules, span_of("更新しないわけに、更新しない"), match, 2, &limit), 2);
	assert_true(limit);
	rules_free(rules);
}

static void
test_limit(void **state)
{
	struct rules *rules;
	struct why why = {0};
	struct rule_match match;
	char text[4002];
	bool limit = false;

	(void)state;
	memset(text, 'a', 4000);
	strcpy(text + 4000, "!");
	assert_int_equal(load_text(&rules, FRAME("a", "renew", "(a+)+$"), &why), FAULT_NONE);
	assert_int_equal(rules_match(rules, 1ul << SAYS_RENEW, span_of(text), &match, 1, &limit), 0);
	assert_true(limit);
	rules_free(rules);
}

static void
test_check_fails(void **state)
{
	struct rules *rules;
	struct why why = {0};
	size_t run;

	(void)state;
	assert_int_equal(load_text(&rules, FRAME("a", "renew", "継続"), &why), FAULT_NONE);
	assert_int_equal(rules_check(rules, NULL, NULL, &run, &why), FAULT_SETUP);
	assert_non_null(strstr(why.text, ":6: rule a does not read: 更新します"));
	rules_free(rules);
	assert_int_equal(load_text(&rules, FRAME("a", "renew", "更|天"), &why), FAULT_NONE);
	assert_int_equal(rules_check(rules, NULL, NULL, &run, &why), FAULT_SETUP);
	assert_non_null(strstr(why.text, ":7: rule a must not read: 天気"));
	rules_free(rules);
	/* The second rule never gets a word. */
	assert_int_equal(load_text(&rules, FRAME("a", "renew", "更新し") FRAME("b", "renew", "更新"), &why), FAULT_NONE);
	assert_int_equal(rules_check(rules, NULL, NULL, &run, &why), FAULT_SETUP);
	assert_non_null(strstr(why.text, "rule b does not read"));
	rules_free(rules);
}

static void
print_problem(const char *file, unsigned line, const char *text, void *data)
{
	(void)data;
	print_error("%s:%u: %s\n", file, line, text);
}

static void
test_own_rules(void **state)
{
	struct rules *rules;
	struct why why = {0};
	size_t run;

	(void)state;
	assert_int_equal(rules_load(&rules, "rules", "", print_problem, NULL, &why), FAULT_NONE);
	assert_int_equal(rules_check(rules, print_problem, NULL, &run, &why), FAULT_NONE);
	assert_true(run >= 2 * rules_count(rules) && rules_count(rules) > 40);
	rules_free(rules);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_problems),
	    cmocka_unit_test(test_fold),
	    cmocka_unit_test(test_pattern_fold),
	    cmocka_unit_test(test_read_covers),
	    cmocka_unit_test(test_limit),
	    cmocka_unit_test(test_check_fails),
	    cmocka_unit_test(test_own_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

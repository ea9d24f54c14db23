/* rule.c - compiles and matches; PCRE2 is known only here. Every match has limits, and one that was reached is told. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "rule_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Measured: (a+)+$ on 4,000 letters ends after 0.3 ms with this limit, after 60 ms with PCRE2's own. */
enum {
	MATCH_LIMIT = 100000,
	HEAP_LIMIT_KIB = 20000,
	DEPTH_LIMIT = 1000,
	JIT_STACK_FIRST = 64 << 10,
	JIT_STACK_MOST = 1 << 20
};

/* What covers words that were read: no letter of any pattern. */
static const char COVER = '\x01';

#define RULE_SAYS_TEXT(name, text, meaning) [name] = text,
#define RULE_SAYS_MEANING(name, text, meaning) [name] = meaning,
static const char *const says_text[] = {RULE_SAYS(RULE_SAYS_TEXT)};
static const char *const says_meaning[] = {RULE_SAYS(RULE_SAYS_MEANING)};

#define BIT(says) (1ul << (says))

static const unsigned long READ_FIRST = BIT(SAYS_NOTHING) | BIT(SAYS_OTHER_THING) | BIT(SAYS_RENEW) | BIT(SAYS_DECLINE) |
    BIT(SAYS_GO_AHEAD) | BIT(SAYS_STOP);
/* Read whatever else the words are. */
static const unsigned long READ_WHOLE = BIT(SAYS_REVIEW) | BIT(SAYS_TOPIC) | BIT(SAYS_CLAUSE);
static const unsigned long READ_LEFT = BIT(SAYS_NEGATION) | BIT(SAYS_UNREAD);
static const unsigned long NOT_READ = BIT(SAYS_SOME) | BIT(SAYS_QUOTE) | BIT(SAYS_SIGNATURE) | BIT(SAYS_AUTOMATIC) | BIT(SAYS_ABSENCE) |
    BIT(SAYS_REACTION) | BIT(SAYS_BOUNCE);

const char *
rule_says_text(enum rule_says says)
{
	return says_text[says];
}

const char *
rule_says_meaning(enum rule_says says)
{
	return says_meaning[says];
}

size_t
rules_count(const struct rules *rules)
{
	return rules->count;
}

enum fault
rule_compile(struct rule_pattern *pattern, struct why *why)
{
	int error;
	PCRE2_SIZE at;
	PCRE2_UCHAR text[160];
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern->text, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &error, &at, NULL);

	if (code == NULL) {
		pcre2_get_error_message(error, text, sizeof text);
		return why_set(why, FAULT_SETUP, "the pattern cannot be compiled: %s, before \"%.40s\"", (char *)text, pattern->text + at);
	}
	/* Where there is no JIT the interpreter does the same, slower. */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	pattern->code = code;
	return FAULT_NONE;
}

enum fault
rule_prepare(struct rules *rules, struct why *why)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);

	rules->match_context = context;
	rules->match_data = pcre2_match_data_create(1, NULL);
	rules->jit_stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, NULL);
	if (context == NULL || rules->match_data == NULL)
		return why_set(why, FAULT_STOP, "out of memory for rules");
	pcre2_set_match_limit(context, MATCH_LIMIT);
	pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
	pcre2_set_depth_limit(context, DEPTH_LIMIT);
	if (rules->jit_stack != NULL)
		pcre2_jit_stack_assign(context, NULL, rules->jit_stack);
	return FAULT_NONE;
}

static void
rule_release(struct rule *rule)
{
	for (size_t i = 0; i < rule->pattern_count; i++) {
		free(rule->pattern[i].text);
		pcre2_code_free(rule->pattern[i].code);
	}
	for (size_t i = 0; i < rule->example_count; i++)
		free(rule->example[i].text);
	free(rule->pattern);
	free(rule->example);
	free(rule->id);
	free(rule->language);
	free(rule->reason);
}

void
rules_free(struct rules *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->count; i++)
		rule_release(&rules->rule[i]);
	for (size_t i = 0; i < rules->word_count; i++) {
		free(rules->word[i].name);
		free(rules->word[i].pattern);
	}
	for (size_t i = 0; i < rules->spelling_count; i++) {
		free(rules->spelling[i].from);
		free(rules->spelling[i].to);
	}
	for (size_t i = 0; i < rules->file_count; i++)
		free(rules->file[i]);
	free(rules->rule);
	free(rules->word);
	free(rules->spelling);
	free(rules->file);
	pcre2_match_data_free(rules->match_data);
	pcre2_match_context_free(rules->match_context);
	pcre2_jit_stack_free(rules->jit_stack);
	free(rules);
}

/* The leftmost match of any of the rule's patterns at or after from. An empty match is none. */
static bool
find(const struct rules *rules, const struct rule *rule, struct span text, size_t from, struct span *words, bool *limit_reached)
{
	bool found = false;

	for (size_t i = 0; i < rule->pattern_count; i++) {
		int rc = pcre2_match(rule->pattern[i].code, (PCRE2_SPTR)text.p, text.n, from, PCRE2_NO_UTF_CHECK, rules->match_data,
		    rules->match_context);
		const PCRE2_SIZE *at = pcre2_get_ovector_pointer(rules->match_data);

		if (rc == PCRE2_ERROR_NOMATCH)
			continue;
		if (rc < 0) {
			*limit_reached = true;
			continue;
		}
		/* \K in a lookahead can put the start behind the end. */
		if (at[1] <= at[0] || (found && text.p + at[0] >= words->p))
			continue;
		*words = (struct span){text.p + at[0], at[1] - at[0]};
		found = true;
	}
	return found;
}

size_t
rules_match(const struct rules *rules, unsigned long says, struct span folded, struct rule_match *match, size_t max,
    bool *limit_reached)
{
	size_t count = 0;
	struct span words;

	if (folded.n == 0)
		return 0;
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rule[i];

		if ((says & BIT(rule->says)) == 0 || !find(rules, rule, folded, 0, &words, limit_reached))
			continue;
		if (count == max) {
			*limit_reached = true;
			break;
		}
		match[count++] = (struct rule_match){rule->id, rule->reason, rule->says, words};
	}
	return count;
}

struct reading {
	const struct rules *rules;
	struct span folded;
	struct rule_match *match;
	size_t count, max;
	bool *limit_reached;
};

/* Runs one kind of rules over text, which has the same length as the sentence. cover, cover_nothing: where what was read is covered; may be NULL. */
static void
read_with(struct reading *r, unsigned long says, char *text, char *cover_nothing, bool covers)
{
	for (size_t i = 0; i < r->rules->count; i++) {
		const struct rule *rule = &r->rules->rule[i];
		struct span words;
		size_t from = 0;

		if ((says & BIT(rule->says)) == 0)
			continue;
		while (from < r->folded.n && find(r->rules, rule, (struct span){text, r->folded.n}, from, &words, r->limit_reached)) {
			size_t at = (size_t)(words.p - text);

			if (r->count == r->max) {
				*r->limit_reached = true;
				return;
			}
			r->match[r->count++] = (struct rule_match){rule->id, rule->reason, rule->says, {r->folded.p + at, words.n}};
			if (covers)
				memset(text + at, COVER, words.n);
			if (cover_nothing != NULL && (rule->says == SAYS_NOTHING || rule->says == SAYS_OTHER_THING))
				memset(cover_nothing + at, COVER, words.n);
			from = at + words.n;
		}
	}
}

static int
by_place(const void *a, const void *b)
{
	const struct rule_match *x = a, *y = b;

	return (x->words.p > y->words.p) - (x->words.p < y->words.p);
}

size_t
rules_read(const struct rules *rules, struct span folded, struct rule_match *match, size_t max, bool *limit_reached)
{
	struct reading r = {.rules = rules, .folded = folded, .match = match, .max = max, .limit_reached = limit_reached};
	char *first, *rest;

	if (folded.n == 0)
		return 0;
	first = malloc(folded.n);
	rest = malloc(folded.n);
	if (first == NULL || rest == NULL) {
		*limit_reached = true;
	} else {
		memcpy(first, folded.p, folded.n);
		memcpy(rest, folded.p, folded.n);
		read_with(&r, READ_WHOLE, first, NULL, false);
		read_with(&r, READ_FIRST, first, rest, true);
		read_with(&r, READ_LEFT, first, NULL, false);
		read_with(&r, ~(READ_FIRST | NOT_READ | READ_LEFT | READ_WHOLE), rest, NULL, false);
		qsort(match, r.count, sizeof *match, by_place);
	}
	free(rest);
	free(first);
	return r.count;
}

/* Whether the rule reads something in the example: alone among quotes and signatures, else in its place among all rules. */
static bool
reads(const struct rules *rules, const struct rule *rule, struct span folded, bool *limit_reached)
{
	struct rule_match match[64];
	struct span words;
	size_t n;

	if (BIT(rule->says) & NOT_READ)
		return folded.n > 0 && find(rules, rule, folded, 0, &words, limit_reached);
	n = rules_read(rules, folded, match, sizeof match / sizeof *match, limit_reached);
	for (size_t i = 0; i < n; i++)
		if (strcmp(match[i].id, rule->id) == 0)
			return true;
	return false;
}

static void
tell(rule_problem *problem, void *data, const struct rule *rule, unsigned line, const char *text, struct why *why, bool *failed)
{
	if (problem != NULL)
		problem(rule->file, line, text, data);
	if (!*failed)
		why_set(why, FAULT_SETUP, "%s:%u: %s", rule->file, line, text);
	*failed = true;
}

enum fault
rules_check(const struct rules *rules, rule_problem *problem, void *data, size_t *run, struct why *why)
{
	bool failed = false;

	*run = 0;
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rule[i];

		for (size_t j = 0; j < rule->example_count; j++) {
			const struct rule_example *example = &rule->example[j];
			struct buf folded = BUF_MAX(RULES_MAX_FILE);
			bool limit_reached = false, found;
			char text[WHY_MAX];

			rules_fold(rules, &folded, span_of(example->text));
			found = reads(rules, rule, buf_span(&folded), &limit_reached);
			buf_release(&folded);
			++*run;
			if (found == example->must_match && !limit_reached)
				continue;
			snprintf(text, sizeof text, "rule %s %s: %s", rule->id,
			    limit_reached ? "reaches a limit on" : found ? "must not read" : "does not read", example->text);
			tell(problem, data, rule, example->line, text, why, &failed);
		}
	}
	return failed ? FAULT_SETUP : FAULT_NONE;
}

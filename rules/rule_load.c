/* rule_load.c - reads *.rules: one statement a line. All problems of all files are told, so that staff mend them in one go. */
#include "rule_inner.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../mailproc/base/file.h"
#include "../mailproc/base/text.h"

/* For %.*s: long foreign text is cut. */
#define SPAN_ARGS(s) (int)((s).n < 200 ? (s).n : 200), (s).p

struct loading {
	struct rules *rules;
	struct rule *rule; /* the one that lines belong to; NULL before the first */
	const char *file;
	unsigned line;
	rule_problem *problem;
	void *data;
	struct why *why;
	bool failed, no_memory;
};

/* Tells a problem of a line; the first is also the cause. */
static void
tell_at(struct loading *l, const char *file, unsigned line, const char *text)
{
	if (l->problem != NULL)
		l->problem(file, line, text, l->data);
	if (!l->failed)
		why_set(l->why, FAULT_SETUP, "%s:%u: %s", file, line, text);
	l->failed = true;
}

PRINTF_LIKE(2, 3)
static void
tell(struct loading *l, const char *format, ...)
{
	char text[WHY_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	tell_at(l, l->file, l->line, text);
}

/* One more element of *array, zeroed. */
static void *
grow(struct loading *l, void *array, size_t *count, size_t size)
{
	void **p = array;
	char *more = realloc(*p, (*count + 1) * size);

	if (more == NULL) {
		l->no_memory = true;
		return NULL;
	}
	*p = more;
	memset(more + *count * size, 0, size);
	return more + (*count)++ * size;
}

static char *
copy(struct loading *l, struct span s)
{
	char *p = strndup(s.p != NULL ? s.p : "", s.n);

	if (p == NULL)
		l->no_memory = true;
	return p;
}

static struct span
take_word(struct span *rest)
{
	struct span word = {rest->p, 0};

	while (word.n < rest->n && !isspace((unsigned char)rest->p[word.n]))
		word.n++;
	rest->p += word.n;
	rest->n -= word.n;
	*rest = span_trim(*rest);
	return word;
}

static bool
is_word_char(char c)
{
	return islower((unsigned char)c) || isdigit((unsigned char)c) || c == '-';
}

/* The name in "{name}" at the start of s; empty: it is something else, such as {2,3}. */
static struct span
word_reference(struct span s)
{
	size_t n = 1;

	if (s.n < 3 || s.p[0] != '{' || !islower((unsigned char)s.p[1]))
		return (struct span){0};
	while (n < s.n && is_word_char(s.p[n]))
		n++;
	return n < s.n && s.p[n] == '}' ? (struct span){s.p + 1, n - 1} : (struct span){0};
}

/* Adds the pattern with the patterns of words in place of {word}. */
static void
put_words_in(struct loading *l, struct buf *out, struct span pattern)
{
	size_t i = 0;

	while (i < pattern.n) {
		struct span name = word_reference((struct span){pattern.p + i, pattern.n - i});
		const struct rule_word *word = NULL;

		if (name.n == 0 || (i > 0 && strchr("pPxoNgk", pattern.p[i - 1]) != NULL && i > 1 && pattern.p[i - 2] == '\\')) {
			buf_add_char(out, pattern.p[i++]);
			continue;
		}
		for (size_t w = 0; w < l->rules->word_count; w++)
			if (span_is(name, l->rules->word[w].name))
				word = &l->rules->word[w];
		if (word == NULL)
			tell(l, "no word {%.*s} has been defined before this line", SPAN_ARGS(name));
		else
			buf_addf(out, "(?:%s)", word->pattern);
		i += name.n + 2;
	}
}

static void
add_word(struct loading *l, struct span rest)
{
	struct span name = take_word(&rest);
	struct buf pattern = BUF_MAX(RULES_MAX_PATTERN);
	struct rule_word *word;

	if (name.n == 0 || rest.n == 0 || !islower((unsigned char)name.p[0])) {
		tell(l, "a word needs a name in small letters and a pattern");
		return;
	}
	for (size_t i = 0; i < l->rules->word_count; i++)
		if (span_is(name, l->rules->word[i].name))
			tell(l, "the word %.*s is defined twice", SPAN_ARGS(name));
	put_words_in(l, &pattern, rest);
	word = grow(l, &l->rules->word, &l->rules->word_count, sizeof *word);
	if (word != NULL) {
		word->name = copy(l, name);
		word->pattern = copy(l, buf_span(&pattern));
	}
	buf_release(&pattern);
}

static void
add_spelling(struct loading *l, struct span rest)
{
	struct span from = take_word(&rest), to = take_word(&rest);
	struct rule_spelling *spelling;
	struct buf a = BUF_MAX(200), b = BUF_MAX(200);

	if (from.n == 0 || to.n == 0 || rest.n != 0) {
		tell(l, "a spelling needs two spellings");
		return;
	}
	rules_fold(l->rules, &a, from);
	rules_fold(l->rules, &b, to);
	spelling = a.n > 0 ? grow(l, &l->rules->spelling, &l->rules->spelling_count, sizeof *spelling) : NULL;
	if (spelling != NULL) {
		spelling->from = buf_take(&a);
		spelling->to = buf_take(&b);
		if (spelling->from == NULL || spelling->to == NULL)
			l->no_memory = true;
	}
	buf_release(&b);
	buf_release(&a);
}

static void
add_pattern(struct loading *l, struct span text)
{
	struct buf whole = BUF_MAX(RULES_MAX_PATTERN), folded = BUF_MAX(RULES_MAX_PATTERN);
	struct rule_pattern *pattern = grow(l, &l->rule->pattern, &l->rule->pattern_count, sizeof *pattern);
	struct why why = {0};

	put_words_in(l, &whole, text);
	rules_fold_pattern(l->rules, &folded, buf_span(&whole));
	if (folded.too_large)
		tell(l, "the pattern is too long");
	if (pattern != NULL) {
		pattern->line = l->line;
		pattern->text = buf_take(&folded);
		if (pattern->text == NULL)
			l->no_memory = true;
		else if (rule_compile(pattern, &why) != FAULT_NONE)
			tell_at(l, l->file, l->line, why.text);
	}
	buf_release(&folded);
	buf_release(&whole);
}

static void
add_example(struct loading *l, struct span text, bool must_match)
{
	struct rule_example *example = grow(l, &l->rule->example, &l->rule->example_count, sizeof *example);

	if (example == NULL)
		return;
	example->text = copy(l, text);
	example->must_match = must_match;
	example->line = l->line;
}

static void
add_rule(struct loading *l, struct span id)
{
	for (size_t i = 0; i < l->rules->count; i++)
		if (span_is(id, l->rules->rule[i].id))
			tell(l, "the id %.*s is used twice", SPAN_ARGS(id));
	l->rule = grow(l, &l->rules->rule, &l->rules->count, sizeof *l->rule);
	if (l->rule == NULL)
		return;
	l->rule->id = copy(l, id);
	l->rule->file = l->file;
	l->rule->line = l->line;
	l->rule->says = RULE_SAYS_COUNT;
}

static void
set_says(struct loading *l, struct span text)
{
	for (int i = 0; i < RULE_SAYS_COUNT; i++)
		if (span_is(text, rule_says_text((enum rule_says)i)))
			l->rule->says = (enum rule_says)i;
	if (l->rule->says == RULE_SAYS_COUNT)
		tell(l, "a rule cannot say %.*s", SPAN_ARGS(text));
}

static void
set_text(struct loading *l, char **field, struct span text)
{
	if (*field != NULL)
		tell(l, "said twice, now as %.*s", SPAN_ARGS(text));
	free(*field);
	*field = copy(l, text);
}

static void
add_line(struct loading *l, struct span line)
{
	struct span rest = span_trim(line), key;

	if (rest.n == 0 || rest.p[0] == '#')
		return;
	key = take_word(&rest);
	if (rest.n == 0)
		tell(l, "nothing stands after %.*s", SPAN_ARGS(key));
	else if (span_is(key, "rule"))
		add_rule(l, rest);
	else if (span_is(key, "word"))
		add_word(l, rest);
	else if (span_is(key, "spelling"))
		add_spelling(l, rest);
	else if (l->rule == NULL)
		tell(l, "%.*s stands before the first rule", SPAN_ARGS(key));
	else if (span_is(key, "language"))
		set_text(l, &l->rule->language, rest);
	else if (span_is(key, "says"))
		set_says(l, rest);
	else if (span_is(key, "pattern"))
		add_pattern(l, rest);
	else if (span_is(key, "reason"))
		set_text(l, &l->rule->reason, rest);
	else if (span_is(key, "yes") || span_is(key, "no"))
		add_example(l, rest, span_is(key, "yes"));
	else
		tell(l, "%.*s is not a word of rules", SPAN_ARGS(key));
}

/* What can only be seen when a rule is complete. */
static void
check_rule(struct loading *l, const struct rule *rule)
{
	bool has_yes = false, has_no = false, known;
	char text[WHY_MAX];

	for (size_t i = 0; i < rule->example_count; i++)
		*(rule->example[i].must_match ? &has_yes : &has_no) = true;
	known = rule->language != NULL &&
	    (strcmp(rule->language, "ja") == 0 || strcmp(rule->language, "en") == 0 || strcmp(rule->language, "any") == 0);
	snprintf(text, sizeof text, "rule %s %s", rule->id,
	    !known		       ? "needs a language: ja, en or any"
		: rule->says == RULE_SAYS_COUNT ? "does not tell what it says"
		: rule->pattern_count == 0      ? "has no pattern"
		: rule->reason == NULL	       ? "has no reason"
		: !has_yes		       ? "has no yes line"
					       : "has no no line");
	if (!known || rule->says == RULE_SAYS_COUNT || rule->pattern_count == 0 || rule->reason == NULL || !has_yes || !has_no)
		tell_at(l, rule->file, rule->line, text);
}

static void
check_duplicates(struct loading *l, const struct rule *rule, const struct rule_pattern *pattern)
{
	char text[WHY_MAX];

	for (const struct rule *other = l->rules->rule; other <= rule; other++)
		for (size_t i = 0; i < other->pattern_count && &other->pattern[i] != pattern; i++) {
			if (strcmp(other->pattern[i].text, pattern->text) != 0)
				continue;
			snprintf(text, sizeof text, "the pattern stands already in rule %s", other->id);
			tell_at(l, rule->file, pattern->line, text);
			return;
		}
}

static enum fault
load_file(struct loading *l, char *path)
{
	struct buf text = BUF_MAX(RULES_MAX_FILE);
	char **name = grow(l, &l->rules->file, &l->rules->file_count, sizeof *name);
	struct span rest, line;
	enum fault fault;

	if (name == NULL) {
		free(path);
		return why_set(l->why, FAULT_STOP, "out of memory for rules");
	}
	*name = path;
	fault = file_read(&text, path, l->why);
	if (fault == FAULT_ITEM)
		fault = FAULT_SETUP;
	rest = buf_span(&text);
	l->file = path;
	l->line = 0;
	l->rule = NULL;
	if (fault == FAULT_NONE && !text_is_utf8(rest))
		tell(l, "the file is not UTF-8");
	else
		while (fault == FAULT_NONE && !l->no_memory && span_next_line(&rest, &line)) {
			l->line++;
			add_line(l, line);
		}
	buf_release(&text);
	return fault;
}

static enum fault
load_dir(struct loading *l, const char *dir)
{
	struct file_list list = {0};
	enum fault fault = file_list_dir(&list, dir, ".rules", l->why);

	if (fault == FAULT_ITEM)
		fault = FAULT_SETUP;
	for (size_t i = 0; fault == FAULT_NONE && i < list.count; i++) {
		char *path = file_path(dir, list.name[i]);

		fault = path != NULL ? load_file(l, path) : why_set(l->why, FAULT_STOP, "out of memory for rules");
	}
	file_list_release(&list);
	return fault;
}

enum fault
rules_load(struct rules **out, const char *dir, const char *own, rule_problem *problem, void *data, struct why *why)
{
	struct loading l = {.problem = problem, .data = data, .why = why};
	enum fault fault;

	*out = NULL;
	l.rules = calloc(1, sizeof *l.rules);
	if (l.rules == NULL)
		return why_set(why, FAULT_STOP, "out of memory for rules");
	fault = load_dir(&l, dir);
	if (fault == FAULT_NONE && own[0] != '\0')
		fault = load_dir(&l, own);
	if (fault == FAULT_NONE && l.no_memory)
		fault = why_set(why, FAULT_STOP, "out of memory for rules");
	if (fault != FAULT_NONE)
		goto out;
	for (size_t i = 0; i < l.rules->count; i++) {
		check_rule(&l, &l.rules->rule[i]);
		for (size_t j = 0; j < l.rules->rule[i].pattern_count; j++)
			check_duplicates(&l, &l.rules->rule[i], &l.rules->rule[i].pattern[j]);
	}
	fault = l.failed ? FAULT_SETUP : rule_prepare(l.rules, why);
	if (fault != FAULT_NONE)
		goto out;
	*out = l.rules;
	l.rules = NULL;
out:
	rules_free(l.rules);
	return fault;
}

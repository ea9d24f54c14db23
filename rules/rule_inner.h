/*
 * rule_inner.h - what the files of the rules share
 *
 * rule_load.c reads the files, rule_fold.c makes text and patterns alike, rule.c compiles and matches.
 */
#ifndef RULES_RULE_INNER_H
#define RULES_RULE_INNER_H

#include "rule.h"

enum {
	RULES_MAX_FILE = 1 << 20,
	RULES_MAX_PATTERN = 64 << 10 /* after words were put in */
};

struct rule_pattern {
	char *text; /* folded, words put in; owned */
	void *code; /* pcre2_code; owned */
	unsigned line;
};

struct rule_example {
	char *text; /* owned */
	bool must_match;
	unsigned line;
};

struct rule {
	char *id;
	char *language;
	char *reason;
	enum rule_says says;
	struct rule_pattern *pattern;
	size_t pattern_count;
	struct rule_example *example;
	size_t example_count;
	const char *file; /* borrowed from rules.file */
	unsigned line;
};

/* "word NAME PATTERN" */
struct rule_word {
	char *name;
	char *pattern; /* as written, words before it put in */
};

/* "spelling FROM TO", both folded */
struct rule_spelling {
	char *from, *to;
};

struct rules {
	struct rule *rule;
	size_t count;
	struct rule_word *word;
	size_t word_count;
	struct rule_spelling *spelling;
	size_t spelling_count;
	char **file;
	size_t file_count;
	void *match_data, *match_context, *jit_stack; /* of PCRE2 */
};

/* Adds a pattern folded as text is, but for what has a meaning in a pattern: backslash sequences stay as they are, and a character that folding
 * makes an ASCII sign (？ → ?) is that sign, not an operator. */
void rules_fold_pattern(const struct rules *rules, struct buf *out, struct span pattern);

/* Compiles the pattern; the cause, with the place in the pattern, goes into why. */
MUST_USE enum fault rule_compile(struct rule_pattern *pattern, struct why *why);
MUST_USE enum fault rule_prepare(struct rules *rules, struct why *why);

#endif

/* config_problem.c - the problems of a configuration file, collected and told in the order of its lines. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "config_inner.h"

enum { FINDINGS_MAX = 1000, FINDING_MAX_BYTES = 700 };

/* 0: mailproc.conf itself; included files follow as they are met. */
static unsigned
rank_of_file(const struct config_loading *l, const char *file)
{
	unsigned rank = 1;

	if (strcmp(file, l->config->path) == 0)
		return 0;
	for (size_t i = 0; i < l->finding_count; i++) {
		if (strcmp(l->finding[i].file, file) == 0)
			return l->finding[i].rank;
		if (l->finding[i].rank >= rank)
			rank = l->finding[i].rank + 1;
	}
	return rank;
}

static void add(struct config_loading *l, const char *file, unsigned line, const char *format, va_list args) PRINTF_LIKE(4, 0);

static void
add(struct config_loading *l, const char *file, unsigned line, const char *format, va_list args)
{
	struct config_finding *f, *grown;
	char text[FINDING_MAX_BYTES];

	if (l->finding_count >= FINDINGS_MAX)
		return;
	grown = realloc(l->finding, (l->finding_count + 1) * sizeof *grown);
	if (grown == NULL) {
		l->is_short_of_memory = true;
		return;
	}
	l->finding = grown;
	f = &grown[l->finding_count];
	vsnprintf(text, sizeof text, format, args);
	*f = (struct config_finding){.file = strdup(file), .text = strdup(text), .line = line, .order = l->finding_count};
	if (f->file == NULL || f->text == NULL) {
		free(f->file);
		free(f->text);
		l->is_short_of_memory = true;
		return;
	}
	f->rank = rank_of_file(l, file);
	l->finding_count++;
}

void
config_problem_on(struct config_loading *l, const char *file, unsigned line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(l, file, line, format, args);
	va_end(args);
}

void
config_problem_at(struct config_loading *l, const config_setting_t *given, const char *format, ...)
{
	const char *included = given != NULL ? config_setting_source_file(given) : NULL;
	char *file = included != NULL ? file_path(l->config->dir, included) : NULL; /* as it stands after @include */
	va_list args;

	va_start(args, format);
	add(l, file != NULL ? file : l->config->path, given != NULL ? config_setting_source_line(given) : 0, format, args);
	va_end(args);
	free(file);
}

/* Problems of the file as a whole (line 0) come last. */
static int
compare_findings(const void *left, const void *right)
{
	const struct config_finding *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->line != b->line)
		return a->line - 1 < b->line - 1 ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

bool
config_tell_problems(struct config_loading *l, config_problem *problem, void *data, struct why *why)
{
	if (l->finding_count == 0)
		return false;
	qsort(l->finding, l->finding_count, sizeof *l->finding, compare_findings);
	for (size_t i = 0; i < l->finding_count && problem != NULL; i++)
		problem(l->finding[i].file, l->finding[i].line, l->finding[i].text, data);
	if (l->finding[0].line > 0)
		why_set(why, FAULT_SETUP, "%s:%u: %s", l->finding[0].file, l->finding[0].line, l->finding[0].text);
	else
		why_set(why, FAULT_SETUP, "%s: %s", l->finding[0].file, l->finding[0].text);
	return true;
}

void
config_problems_release(struct config_loading *l)
{
	for (size_t i = 0; i < l->finding_count; i++) {
		free(l->finding[i].file);
		free(l->finding[i].text);
	}
	free(l->finding);
	l->finding = NULL;
	l->finding_count = 0;
}

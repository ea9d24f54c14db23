/* outbox_check.c - every letter in every language, rendered and written with sample facts, as it will be when it counts. */
#include "outbox_inner.h"

#include <stdio.h>
#include <stdlib.h>

/* Each letter is tried with all of these: together they take every branch of our own templates. */
static const struct outbox_sample samples[] = {
    {.certificates = 1, .is_card = true, .is_firm = true},
    {.certificates = 1, .is_flex = true, .is_firm = true, .is_named = true},
    {.certificates = 3, .is_firm = true, .is_named = true, .is_long = true},
    {.certificates = 1, .is_card = true, .is_late = true},
    {.certificates = 2, .is_card = true, .is_flex = true, .is_late = true, .is_named = true},
};

static enum fault
try_sample(const struct config *config, const struct outbox_sample *sample, struct why *why)
{
	struct outbox_facts facts = {0};
	struct outbox_letter letter = {0};
	enum fault fault = outbox_sample_facts(config, sample, &facts, why);

	if (fault == FAULT_NONE)
		fault = outbox_letter_make(config, &facts, NULL, NULL, &letter, why);
	outbox_letter_release(&letter);
	/* Text only: the same words, without the twin. */
	facts.contact.text_only = true;
	if (fault == FAULT_NONE)
		fault = outbox_letter_make(config, &facts, NULL, NULL, &letter, why);
	outbox_letter_release(&letter);
	outbox_facts_release(&facts);
	return fault;
}

/* Templates say "FILE:LINE: cause": file and line are told apart from it. Other causes belong to the letter as a whole. */
static void
tell(enum letter_kind kind, const char *text, config_problem *problem, void *data)
{
	const char *colon = strchr(text, ':');
	char file[512];
	unsigned line = 0;
	int used = 0;

	if (problem == NULL)
		return;
	if (colon != NULL && (size_t)(colon - text) < sizeof file && sscanf(colon, ":%u: %n", &line, &used) == 1 && used > 0) {
		snprintf(file, sizeof file, "%.*s", (int)(colon - text), text);
		problem(file, line, colon + used, data);
	} else {
		problem(letter_kind_text(kind), 0, text, data);
	}
}

/* A letter in one language: its first error is told, the others would mostly be the same one again. */
static enum fault
check_letter(const struct config *config, enum letter_kind kind, enum language language, config_problem *problem, void *data,
    struct why *why)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < sizeof samples / sizeof samples[0] && fault == FAULT_NONE; i++) {
		struct outbox_sample sample = samples[i];

		sample.kind = kind;
		sample.language = language;
		fault = try_sample(config, &sample, why);
	}
	if (fault != FAULT_NONE && fault != FAULT_STOP)
		tell(kind, why->text, problem, data);
	return fault;
}

enum fault
outbox_check_templates(const struct config *config, config_problem *problem, void *data, size_t *count, struct why *why)
{
	enum fault worst = FAULT_NONE;
	struct why first = {0};

	*count = 0;
	for (int kind = 0; kind < (int)letter_kind_count; kind++) {
		for (int language = 0; language < (int)language_count; language++) {
			struct why one = {0};
			enum fault fault = check_letter(config, (enum letter_kind)kind, (enum language)language, problem, data, &one);

			++*count;
			if (fault == FAULT_STOP)
				return why_set(why, fault, "%s", one.text);
			if (fault != FAULT_NONE && worst == FAULT_NONE)
				first = one;
			if (fault != FAULT_NONE)
				worst = FAULT_SETUP;
		}
	}
	return worst == FAULT_NONE ? FAULT_NONE : why_set(why, worst, "%s", first.text);
}

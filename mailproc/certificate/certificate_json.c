/* certificate_json.c - a seen certificate as JSON, and back: for the pipe between processes, for --json and for the store. */
#include "../certificate.h"

#include <stdlib.h>
#include <string.h>

void
certificate_seen_release(struct certificate_seen *seen)
{
	certificate_release(&seen->subject);
	free(seen->issuer_common_name);
	free(seen->issuer_organization);
	free(seen->chain_problem);
	*seen = (struct certificate_seen){0};
}

static const struct {
	const char *text, *meaning;
} problems[] = {
#define PROBLEM_WORDS(name, text, meaning) [name] = {text, meaning},
    CERTIFICATE_PROBLEMS(PROBLEM_WORDS)};

const char *
certificate_problem_text(enum certificate_problem problem)
{
	return problems[problem].text;
}

const char *
certificate_problem_meaning(enum certificate_problem problem)
{
	return problems[problem].meaning;
}

/* ---- to JSON ---- */

static json_t *
subject_json(const struct certificate *subject)
{
	json_t *json = json_object();

	for (int field = 0; field < certificate_field_count; field++) {
		const char *text = certificate_field_of(subject, (enum certificate_field)field);

		json_object_set_new(json, certificate_field_text((enum certificate_field)field), *text != '\0' ? json_string(text) : json_null());
	}
	return json;
}

json_t *
certificate_seen_json(const struct certificate_seen *seen)
{
	const struct certificate *subject = &seen->subject;
	json_t *names = json_array(), *words = json_array(), *json;

	for (size_t i = 0; subject->name != NULL && subject->name[i] != NULL; i++)
		json_array_append_new(names, json_string(subject->name[i]));
	for (unsigned i = 0; i < certificate_problem_count; i++)
		if (seen->problems & 1u << i)
			json_array_append_new(words, json_string(problems[i].text));
	json = json_pack("{s:s, s:o, s:o, s:{s:s?, s:s?}, s:s?, s:I, s:I, s:o, s:s?}", "kind", seen->is_request ? "request" : "certificate", "subject",
	    subject_json(subject), "names", names, "issuer", "common_name", seen->issuer_common_name, "organization", seen->issuer_organization,
	    "serial", subject->serial, "not_before", (json_int_t)subject->not_before, "not_after", (json_int_t)subject->not_after, "problems", words,
	    "chain_problem", seen->chain_problem);
	return json;
}

/* ---- and back ---- */

/* A copy of the text under key; NULL when it is absent. */
static bool
take(char **out, const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	*out = text != NULL ? strdup(text) : NULL;
	return text == NULL || *out != NULL;
}

static bool
take_names(char ***out, const json_t *names)
{
	size_t count = json_array_size(names);

	if (count == 0)
		return true;
	*out = calloc(count + 1, sizeof **out);
	for (size_t i = 0; *out != NULL && i < count; i++) {
		const char *name = json_string_value(json_array_get(names, i));

		(*out)[i] = strdup(name != NULL ? name : "");
		if ((*out)[i] == NULL)
			return false;
	}
	return *out != NULL;
}

static unsigned
take_problems(const json_t *words)
{
	unsigned set = 0;

	for (size_t i = 0; i < json_array_size(words); i++) {
		const char *word = json_string_value(json_array_get(words, i));

		for (unsigned k = 0; word != NULL && k < certificate_problem_count; k++)
			if (strcmp(problems[k].text, word) == 0)
				set |= 1u << k;
	}
	return set;
}

enum fault
certificate_seen_parse(struct certificate_seen *out, const json_t *json, struct why *why)
{
	const json_t *subject = json_object_get(json, "subject"), *issuer = json_object_get(json, "issuer");
	const char *kind = json_string_value(json_object_get(json, "kind"));
	struct certificate_seen made = {.is_request = kind != NULL && strcmp(kind, "request") == 0};
	struct certificate *s = &made.subject;

	if (kind == NULL || !json_is_object(subject))
		return why_set(why, FAULT_ITEM, "what was seen of a certificate cannot be read");
	if (!take(&s->common_name, subject, "common_name") || !take(&s->organization, subject, "organization") ||
	    !take(&s->organizational_unit, subject, "organizational_unit") || !take(&s->locality, subject, "locality") ||
	    !take(&s->state_or_province, subject, "state_or_province") || !take(&s->country, subject, "country") ||
	    !take(&s->serial, json, "serial") || !take(&made.issuer_common_name, issuer, "common_name") ||
	    !take(&made.issuer_organization, issuer, "organization") || !take(&made.chain_problem, json, "chain_problem") ||
	    !take_names(&s->name, json_object_get(json, "names"))) {
		certificate_seen_release(&made);
		return why_set(why, FAULT_STOP, "out of memory for a certificate");
	}
	s->not_before = (int64_t)json_integer_value(json_object_get(json, "not_before"));
	s->not_after = (int64_t)json_integer_value(json_object_get(json, "not_after"));
	made.problems = take_problems(json_object_get(json, "problems"));
	*out = made;
	return FAULT_NONE;
}

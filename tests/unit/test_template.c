/*
 * test_template.c - the Mustache specification's own suites, and what letters need beyond them. The suites are read from the folder
 * spec-mustache in the folder that FIXTURES names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailproc/base/file.h"
#include "templates/template.h"

static const char *const suite_names[] = {"interpolation", "sections", "inverted", "delimiters", "comments", "partials"};

/* Partials out of a JSON object. */
static bool
partial_of_json(const char *name, char **text, void *data)
{
	const char *found = json_string_value(json_object_get(data, name));

	if (found == NULL)
		return false;
	*text = strdup(found);
	return *text != NULL;
}

static enum fault
render(struct buf *out, const char *text, const json_t *data, json_t *partials, bool strict, enum template_escape escape,
    struct why *why)
{
	struct template_options options = {.strict = strict, .partial = partial_of_json, .data = partials};
	struct template *template = NULL;
	enum fault fault = template_parse(&template, "letter.txt", 1, span_of(text), escape, why);

	if (fault == FAULT_NONE)
		fault = template_render(template, data, &options, out, why);
	template_free(template);
	return fault;
}

/* ---- the specification ---- */

static size_t
run_suite(const json_t *suite, size_t *failed)
{
	const json_t *test;
	size_t i, count = 0;

	json_array_foreach (json_object_get(suite, "tests"), i, test) {
		struct buf out = BUF_MAX(100000);
		struct why why = {0};
		const char *want = json_string_value(json_object_get(test, "expected"));
		enum fault fault = render(&out, json_string_value(json_object_get(test, "template")), json_object_get(test, "data"),
		    json_object_get(test, "partials"), false, TEMPLATE_HTML, &why);

		count++;
		if (fault != FAULT_NONE || strcmp(buf_text(&out), want) != 0) {
			print_error("%s: want [%s], got [%s] %s\n", json_string_value(json_object_get(test, "name")), want,
			    buf_text(&out), why.text);
			(*failed)++;
		}
		buf_release(&out);
	}
	return count;
}

static void
the_core_suites_of_the_specification_pass(void **state)
{
	const char *fixtures = getenv("FIXTURES");
	size_t failed = 0, count = 0;

	(void)state;
	if (fixtures == NULL) {
		print_message("# %zu suites of the specification skipped: FIXTURES is not set\n", sizeof suite_names / sizeof *suite_names);
		skip();
	}
	for (size_t i = 0; i < sizeof suite_names / sizeof *suite_names; i++) {
		json_error_t error;
		char path[4096];
		json_t *suite;
		size_t cases;

		snprintf(path, sizeof path, "%s/spec-mustache/%s.json", fixtures, suite_names[i]);
		suite = json_load_file(path, 0, &error);
		if (suite == NULL)
			fail_msg("%s: %s", path, error.text);
		cases = run_suite(suite, &failed);
		assert_true(cases > 0);
		count += cases;
		json_decref(suite);
	}
	print_message("# %zu cases of the specification\n", count);
	assert_int_equal(failed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_core_suites_of_the_specification_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* ---- beyond the specification ---- */

/* Renders with JSON text as data; NULL partials: none. */
static enum fault
render_json(struct buf *out, const char *text, const char *data, const char *partials, bool strict, enum template_escape escape,
    struct why *why)
{
	json_error_t error;
	json_t *values = json_loads(data, JSON_DECODE_ANY, &error), *parts = partials != NULL ? json_loads(partials, 0, &error) : NULL;
	enum fault fault;

	if (values == NULL || (partials != NULL && parts == NULL))
		fail_msg("%s: %s", data, error.text);
	fault = render(out, text, values, parts, strict, escape, why);
	json_decref(values);
	json_decref(parts);
	return fault;
}

static void
values_are_shown_as_people_write_them(void **state)
{
	static const struct {
		const char *text, *data, *want;
	} cases[] = {
	    {"{{n}}", "{\"n\":66000}", "66000"},
	    {"{{n}}", "{\"n\":-1}", "-1"},
	    {"{{n}}", "{\"n\":9007199254740993}", "9007199254740993"},
	    {"{{n}}", "{\"n\":1.5}", "1.5"},
	    {"{{n}}", "{\"n\":0.1}", "0.1"},
	    {"{{n}}", "{\"n\":85.0}", "85"},
	    {"{{n}}", "{\"n\":0}", "0"},
	    {"{{#n}}yes{{/n}}", "{\"n\":0}", "yes"},
	    {"{{t}} {{f}} [{{z}}]", "{\"t\":true,\"f\":false,\"z\":null}", "true false []"},
	    {"{{#s}}yes{{/s}}{{^s}}no{{/s}}", "{\"s\":\"\"}", "no"},
	    {"{{#s}}{{.}}{{/s}}", "{\"s\":\"text\"}", "text"},
	    {"{{#o}}yes{{/o}}", "{\"o\":{}}", "yes"},
	    {"{{a}}{{=<% %>=}}<%a%>{{a}}<%={{ }}=%>{{a}}", "{\"a\":1}", "11{{a}}1"},
	    {"{{=| |=}}|{a}| |&a|", "{\"a\":\"<\"}", "< <"},
	    {"{{ # a }}x{{ / a }}", "{\"a\":true}", "x"},
	    {"{{会社名}} 御中", "{\"会社名\":\"株式会社サンプル\"}", "株式会社サンプル 御中"},
	    {"{{a}}", "{\"a\":\"{{b}}{{/x}}\",\"b\":\"never\"}", "{{b}}{{/x}}"}, /* a value is never expanded again */
	    {"a } }} { {a}", "{}", "a } }} { {a}"},
	    {"", "{}", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_MAX(1000);
		struct why why = {0};

		if (render_json(&out, cases[i].text, cases[i].data, NULL, true, TEMPLATE_PLAIN, &why) != FAULT_NONE)
			fail_msg("%s: %s", cases[i].text, why.text);
		assert_string_equal(buf_text(&out), cases[i].want);
		buf_release(&out);
	}
}

static void
html_is_escaped_and_plain_text_is_not(void **state)
{
	const char *text = "{{v}}|{{{v}}}|{{&v}}", *data = "{\"v\":\"<b class='x' id=\\\"y\\\">&日\"}";
	struct buf out = BUF_MAX(1000);

	(void)state;
	assert_int_equal(render_json(&out, text, data, NULL, true, TEMPLATE_HTML, NULL), FAULT_NONE);
	assert_string_equal(buf_text(&out), "&lt;b class=&#39;x&#39; id=&quot;y&quot;&gt;&amp;日|<b class='x' id=\"y\">&日|<b class='x' id=\"y\">&日");
	buf_clear(&out);
	assert_int_equal(render_json(&out, text, data, NULL, true, TEMPLATE_PLAIN, NULL), FAULT_NONE);
	assert_string_equal(buf_text(&out), "<b class='x' id=\"y\">&日|<b class='x' id=\"y\">&日|<b class='x' id=\"y\">&日");
	buf_release(&out);
}

static void
strict_rendering_names_what_the_data_do_not_have(void **state)
{
	static const struct {
		const char *text, *data, *want; /* NULL: no error */
	} cases[] = {
	    {"one\ntwo {{nmae}}", "{\"name\":1}", "letter.txt:2: unknown name nmae"},
	    {"{{#a}}\n{{b}}\n{{/a}}", "{\"a\":true}", "letter.txt:2: unknown name b"},
	    {"{{#a}}\n{{b}}\n{{/a}}", "{\"a\":false}", NULL},
	    {"\n\n{{#a}}x{{/a}}", "{}", "letter.txt:3: unknown name a"},
	    {"{{^a}}x{{/a}}", "{}", "letter.txt:1: unknown name a"},
	    {"{{a.b}}", "{\"a\":{}}", "letter.txt:1: unknown name a.b"},
	    {"{{a.b}}", "{\"a\":null}", "letter.txt:1: unknown name a.b"},
	    {"{{a.b}}{{a.c}}", "{\"a\":{\"b\":null,\"c\":\"\"}}", NULL},
	    {"{{#list}}{{outer}}{{inner}}{{/list}}", "{\"outer\":1,\"list\":[{\"inner\":2}]}", NULL},
	    {"{{#list}}{{inner}}{{/list}}", "{\"list\":[{\"inner\":2},{}]}", "letter.txt:1: unknown name inner"},
	    {"{{#list}}{{inner}}{{/list}}", "{\"list\":[]}", NULL},
	    {"{{list}}", "{\"list\":[]}", "letter.txt:1: a list or an object cannot be shown: list"},
	    {"{{o}}", "{\"o\":{}}", "letter.txt:1: a list or an object cannot be shown: o"},
	    {"{{! nothing }}\n{{! more\nlines }}\n{{x}}", "{}", "letter.txt:4: unknown name x"},
	    {"a\n\n{{>gone}}", "{}", "letter.txt:3: there is no partial gone"},
	    {"a\n\n{{>p}}", "{}", "letter.txt:3: partial p:2: unknown name x"},
	    {"{{>q}}", "{}", "letter.txt:1: partial p:2: unknown name x"},
	    {"{{>bad}}", "{}", "letter.txt:1: partial bad:1: the tag is not closed"},
	};
	const char *partials = "{\"p\":\"\\n{{x}}\",\"q\":\"{{>p}}\",\"bad\":\"{{\"}";

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_MAX(1000);
		struct why why = {0};
		enum fault fault = render_json(&out, cases[i].text, cases[i].data, partials, true, TEMPLATE_PLAIN, &why);

		assert_int_equal(fault, cases[i].want != NULL ? FAULT_SETUP : FAULT_NONE);
		assert_string_equal(why.text, cases[i].want != NULL ? cases[i].want : "");
		buf_release(&out);
	}
}

static void
mistakes_in_a_template_are_told_with_their_line(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"a\n{{#b}}\nc", "letter.txt:2: the section \"b\" is not closed"},
	    {"a\n{{/b}}", "letter.txt:2: no section is open that \"b\" could close"},
	    {"{{#a}}\n{{#b}}\n{{/a}}\n{{/b}}", "letter.txt:3: \"a\" closes the section \"b\" of line 2"},
	    {"a\n{{b", "letter.txt:2: the tag is not closed"},
	    {"{{b}", "letter.txt:1: the tag is not closed"},
	    {"{{{b}}", "letter.txt:1: the tag is not closed"},
	    {"{{", "letter.txt:1: the tag is not closed"},
	    {"{{}}", "letter.txt:1: the tag is empty"},
	    {"{{ # }}", "letter.txt:1: the tag is empty"},
	    {"{{{}}}", "letter.txt:1: the tag is empty"},
	    {"{{==}}", "letter.txt:1: the tag is empty"},
	    {"{{=x=}}", "letter.txt:1: \"x\" is not a pair of delimiters"},
	    {"{{=a b c=}}", "letter.txt:1: \"a b c\" is not a pair of delimiters"},
	    {"{{=a =b=}}", "letter.txt:1: \"a =b\" is not a pair of delimiters"},
	    {"{{=<% %>=}}\n<%a", "letter.txt:2: the tag is not closed"},
	    {"{{!", "letter.txt:1: the tag is not closed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct template *template = NULL;
		struct why why = {0};

		assert_int_equal(template_parse(&template, "letter.txt", 1, span_of(cases[i].text), TEMPLATE_PLAIN, &why), FAULT_SETUP);
		assert_null(template);
		assert_string_equal(why.text, cases[i].want);
	}
}

/* ---- hostile templates ---- */

static void
repeat(struct buf *text, const char *piece, size_t times)
{
	while (times-- > 0)
		buf_add_text(text, piece);
}

static void
sections_nest_a_hundred_deep_and_no_deeper(void **state)
{
	(void)state;
	for (size_t depth = 100; depth <= 101; depth++) {
		struct buf text = BUF_MAX(100000), out = BUF_MAX(1000);
		struct why why = {0};

		repeat(&text, "{{#a}}", depth);
		buf_add_char(&text, 'x');
		repeat(&text, "{{/a}}", depth);
		assert_int_equal(render_json(&out, buf_text(&text), "{\"a\":{}}", NULL, true, TEMPLATE_PLAIN, &why),
		    depth <= 100 ? FAULT_NONE : FAULT_SETUP);
		assert_string_equal(buf_text(&out), depth <= 100 ? "x" : "");
		buf_release(&text);
		buf_release(&out);
	}
}

static void
a_million_open_sections_are_refused(void **state)
{
	struct buf text = BUF_MAX(10000000), out = BUF_MAX(1000);

	(void)state;
	repeat(&text, "{{#a}}", 1000000);
	assert_int_equal(render_json(&out, buf_text(&text), "{\"a\":{}}", NULL, true, TEMPLATE_PLAIN, NULL), FAULT_SETUP);
	buf_release(&text);
	buf_release(&out);
}

static void
partials_without_an_end_are_refused(void **state)
{
	static const struct {
		const char *partials, *data;
	} cases[] = {
	    {"{\"p\":\"x{{>p}}\"}", "{}"},
	    {"{\"p\":\"{{>q}}\",\"q\":\"{{>p}}\"}", "{}"},
	    {"{\"p\":\"{{>p}}{{>p}}\"}", "{}"},
	    {"{\"p\":\"  {{>p}}\\n\"}", "{}"},
	    {"{\"p\":\"{{#a}}{{>p}}{{/a}}\"}", "{\"a\":true}"},
	    {"{\"p\":\"{{#a}}{{#a}}{{#a}}{{>p}}{{/a}}{{/a}}{{/a}}\"}", "{\"a\":[1,2,3]}"},
	    {"{\"p\":\"{{^a}}{{^a}}{{^a}}{{>p}}{{/a}}{{/a}}{{/a}}\"}", "{\"a\":false}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_MAX(100000);
		struct why why = {0};

		assert_int_equal(render_json(&out, "{{>p}}", cases[i].data, cases[i].partials, true, TEMPLATE_PLAIN, &why), FAULT_SETUP);
		assert_memory_equal(why.text, "letter.txt:1: ", strlen("letter.txt:1: "));
		buf_release(&out);
	}
}

/* 2 to the 49th inclusions without a word of output, and as many turns of empty lists. */
static void
work_that_doubles_at_each_level_is_stopped(void **state)
{
	struct buf partials = BUF_MAX(10000), text = BUF_MAX(10000), out = BUF_MAX(1000);
	struct why why = {0};

	(void)state;
	buf_add_char(&partials, '{');
	for (int i = 0; i < 49; i++)
		buf_addf(&partials, "\"p%d\":\"{{>p%d}}{{>p%d}}\",", i, i + 1, i + 1);
	buf_add_text(&partials, "\"p49\":\"\"}");
	assert_int_equal(render_json(&out, "{{>p0}}", "{}", buf_text(&partials), true, TEMPLATE_PLAIN, &why), FAULT_SETUP);
	assert_non_null(strstr(why.text, "takes too long"));
	repeat(&text, "{{#a}}", 90);
	repeat(&text, "{{/a}}", 90);
	assert_int_equal(render_json(&out, buf_text(&text), "{\"a\":[1,2,3,4]}", NULL, true, TEMPLATE_PLAIN, &why), FAULT_SETUP);
	assert_non_null(strstr(why.text, "takes too long"));
	buf_release(&partials);
	buf_release(&text);
	buf_release(&out);
}

static void
output_ends_at_the_maximum_of_its_buffer(void **state)
{
	struct buf out = BUF_MAX(10);
	struct why why = {0};

	(void)state;
	assert_int_equal(render_json(&out, "{{#a}}xxx{{/a}}", "{\"a\":[1,2,3,4]}", NULL, true, TEMPLATE_PLAIN, &why), FAULT_ITEM);
	assert_true(out.n <= 10);
	buf_release(&out);
}

static void
any_bytes_are_parsed_or_refused(void **state)
{
	static const char signs[] = "{{{{}}}}#^/>!=&. \n\tab";
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct buf out = BUF_MAX(10000);
		char text[40];
		size_t n;

		for (n = 0; n + 1 < sizeof text; n++) {
			seed = seed * 1103515245 + 12345;
			text[n] = signs[(seed >> 16) % (sizeof signs - 1)];
		}
		text[n] = '\0';
		(void)!render_json(&out, text, "{\"a\":[{\"b\":1}],\"b\":{\"a\":2}}", "{\"a\":\"{{>b}}\\n\",\"b\":\"{{#b}}x{{/b}}\"}", false,
		    TEMPLATE_HTML, NULL);
		buf_release(&out);
	}
}

/* ---- letters ---- */

struct folders {
	char *root;
	char *dir, *own; /* in it, with ja/ each */
};

static const char *const folder_names[] = {"dir/ja", "dir", "own/ja", "own", NULL};

static void
make_folders(struct folders *f)
{
	const char *tmp = getenv("TMPDIR");

	f->root = file_path(tmp != NULL ? tmp : "/tmp", "mailproc-template-XXXXXX");
	assert_non_null(f->root);
	assert_non_null(mkdtemp(f->root));
	f->dir = file_path(f->root, "dir");
	f->own = file_path(f->root, "own");
	for (int i = 3; i >= 0; i--) {
		char *path = file_path(f->root, folder_names[i]);

		assert_int_equal(mkdir(path, 0700), 0);
		free(path);
	}
}

static void
remove_folders(struct folders *f)
{
	for (int i = 0; folder_names[i] != NULL; i++) {
		char *path = file_path(f->root, folder_names[i]);
		struct file_list list = {0};

		assert_int_equal(file_list_dir(&list, path, "", NULL), FAULT_NONE);
		for (size_t k = 0; k < list.count; k++) {
			char *file = file_path(path, list.name[k]);

			remove(file);
			free(file);
		}
		file_list_release(&list);
		rmdir(path);
		free(path);
	}
	assert_int_equal(rmdir(f->root), 0);
	free(f->root);
	free(f->dir);
	free(f->own);
}

/* Writes a file below the root: "dir/ja/notice.txt". An older one is replaced. */
static void
put(const struct folders *f, const char *name, const char *text)
{
	char *path = file_path(f->root, name);
	struct why why = {0};

	unlink(path);
	if (file_create(path, 0600, text, strlen(text), &why) != FAULT_NONE)
		fail_msg("%s", why.text);
	free(path);
}

static void
take_away(const struct folders *f, const char *name)
{
	char *path = file_path(f->root, name);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static enum fault
letter(struct letter_text *out, const struct folders *f, bool with_own, const char *data, struct why *why)
{
	json_error_t error;
	json_t *values = json_loads(data, 0, &error);
	enum fault fault;

	if (values == NULL)
		fail_msg("%s: %s", data, error.text);
	fault = letter_text_render(out, f->dir, with_own ? f->own : "", "ja", "notice", values, why);
	json_decref(values);
	return fault;
}

static void
a_letter_has_a_subject_and_two_texts(void **state)
{
	struct letter_text made = {0};
	struct folders f = {0};
	struct why why = {0};

	(void)state;
	make_folders(&f);
	put(&f, "dir/ja/notice.txt", "\xEF\xBB\xBFSubject: {{name}} の更新 <{{n}}>\r\n\r\n{{> header}}\r\n{{name}} & co\r\n");
	put(&f, "dir/ja/notice.html", "<p>{{name}} & co</p>\n  {{> header}}\n");
	put(&f, "dir/ja/_header.txt", "拝啓 {{name}}\n\n");
	put(&f, "dir/ja/_header.html", "<h1>{{name}}</h1>\n");
	if (letter(&made, &f, false, "{\"name\":\"A&B\",\"n\":1}", &why) != FAULT_NONE)
		fail_msg("%s", why.text);
	assert_string_equal(made.subject, "A&B の更新 <1>");
	assert_string_equal(made.text, "拝啓 A&B\n\nA&B & co\n");
	assert_string_equal(made.html, "<p>A&amp;B & co</p>\n  <h1>A&amp;B</h1>\n");
	letter_text_release(&made);
	letter_text_release(&made);
	remove_folders(&f);
}

static void
own_letters_and_partials_stand_before_the_programs(void **state)
{
	struct letter_text made = {0};
	struct folders f = {0};
	struct why why = {0};

	(void)state;
	make_folders(&f);
	put(&f, "dir/ja/notice.txt", "Subject: s\n\nprogram {{> sign}}");
	put(&f, "dir/ja/notice.html", "program {{> sign}}");
	put(&f, "dir/ja/_sign.txt", "program's sign");
	put(&f, "dir/ja/_sign.html", "program's sign");
	put(&f, "own/ja/_sign.txt", "own sign");
	assert_int_equal(letter(&made, &f, true, "{}", &why), FAULT_NONE);
	assert_string_equal(made.text, "program own sign");
	assert_string_equal(made.html, "program program's sign");
	letter_text_release(&made);
	put(&f, "own/ja/notice.txt", "Subject: s\n\nown");
	assert_int_equal(letter(&made, &f, true, "{}", &why), FAULT_SETUP);
	assert_non_null(strstr(why.text, "own/ja/notice.html: missing"));
	put(&f, "own/ja/notice.html", "own html");
	assert_int_equal(letter(&made, &f, true, "{}", &why), FAULT_NONE);
	assert_string_equal(made.text, "own");
	assert_string_equal(made.html, "own html");
	letter_text_release(&made);
	take_away(&f, "own/ja/notice.txt");
	assert_int_equal(letter(&made, &f, true, "{}", &why), FAULT_SETUP);
	assert_non_null(strstr(why.text, "own/ja/notice.txt: missing"));
	assert_int_equal(letter(&made, &f, false, "{}", &why), FAULT_NONE);
	letter_text_release(&made);
	take_away(&f, "dir/ja/notice.html");
	assert_int_equal(letter(&made, &f, false, "{}", &why), FAULT_SETUP);
	assert_non_null(strstr(why.text, "dir/ja/notice.html: missing"));
	assert_null(made.text);
	remove_folders(&f);
}

static void
a_bad_letter_is_refused_with_file_and_line(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"Subject: s\nFrom: x\n\nbody", "notice.txt:2: unknown header \"From\""},
	    {"Subject: s\nbody\n", "notice.txt:2: neither a header"},
	    {"\nbody", "notice.txt:1: there is no Subject"},
	    {"Subject: s", "notice.txt:1: there is no blank line"},
	    {"", "notice.txt:1: there is no blank line"},
	    {"Subject: s\nSubject: t\n\nbody", "notice.txt:2: a second Subject"},
	    {"Subject:\n\nbody", "notice.txt:1: the Subject is empty"},
	    {"Subject: {{x}}\n\nbody", "notice.txt:1: unknown name x"},
	    {"Subject: s\n\none\n{{x}}", "notice.txt:4: unknown name x"},
	    {"Subject: s\n\none\n\n{{#x}}", "notice.txt:5: the section \"x\" is not closed"},
	    {"Subject: s\n\n{{> header}}", "notice.txt:3: there is no partial header"},
	    {"Subject: s\n\n{{> ../ja/notice}}", "notice.txt:3: there is no partial ../ja/notice"},
	    {"Subject: s\n\n\xFF", "notice.txt:1: the file is not UTF-8"},
	    {"Subject: s\n\nfine", "notice.html:2: unknown name y"},
	};
	struct folders f = {0};

	(void)state;
	make_folders(&f);
	put(&f, "dir/ja/notice.html", "<p>\n{{y}}");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct letter_text made = {0};
		struct why why = {0};

		put(&f, "dir/ja/notice.txt", cases[i].text);
		assert_int_equal(letter(&made, &f, false, "{}", &why), FAULT_SETUP);
		if (strstr(why.text, cases[i].want) == NULL)
			fail_msg("want \"%s\", got \"%s\"", cases[i].want, why.text);
		assert_null(made.subject);
	}
	remove_folders(&f);
}

static void
data_cannot_bring_controls_into_a_subject(void **state)
{
	static const char *const values[] = {"a\\r\\nBcc: x@y.example", "a\\nb", "a\\rb", "a\\tb", "a\\u0001", "a\\u007f", "a\\u0085b", "\\n", ""};
	struct folders f = {0};

	(void)state;
	make_folders(&f);
	put(&f, "dir/ja/notice.txt", "Subject: {{v}}\n\n{{v}}");
	put(&f, "dir/ja/notice.html", "{{v}}");
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct letter_text made = {0};
		struct why why = {0};
		char data[100];

		snprintf(data, sizeof data, "{\"v\":\"%s\"}", values[i]);
		assert_int_equal(letter(&made, &f, false, data, &why), FAULT_ITEM);
		assert_non_null(strstr(why.text, "notice.txt:1: "));
		assert_null(made.subject);
	}
	remove_folders(&f);
}

static void
values_of_several_lines_come_with_lf_into_the_text(void **state)
{
	struct letter_text made = {0};
	struct folders f = {0};
	struct why why = {0};

	(void)state;
	make_folders(&f);
	put(&f, "dir/ja/notice.txt", "Subject: s\n\n{{v}}.");
	put(&f, "dir/ja/notice.html", "{{v}}.");
	assert_int_equal(letter(&made, &f, false, "{\"v\":\"one\\r\\ntwo\\rthree\\u0007\"}", &why), FAULT_NONE);
	assert_string_equal(made.text, "one\ntwo\nthree\xEF\xBF\xBD.");
	assert_string_equal(made.html, "one\ntwo\nthree\xEF\xBF\xBD.");
	letter_text_release(&made);
	remove_folders(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_core_suites_of_the_specification_pass),
	    cmocka_unit_test(values_are_shown_as_people_write_them),
	    cmocka_unit_test(html_is_escaped_and_plain_text_is_not),
	    cmocka_unit_test(strict_rendering_names_what_the_data_do_not_have),
	    cmocka_unit_test(mistakes_in_a_template_are_told_with_their_line),
	    cmocka_unit_test(sections_nest_a_hundred_deep_and_no_deeper),
	    cmocka_unit_test(a_million_open_sections_are_refused),
	    cmocka_unit_test(partials_without_an_end_are_refused),
	    cmocka_unit_test(work_that_doubles_at_each_level_is_stopped),
	    cmocka_unit_test(output_ends_at_the_maximum_of_its_buffer),
	    cmocka_unit_test(any_bytes_are_parsed_or_refused),
	    cmocka_unit_test(a_letter_has_a_subject_and_two_texts),
	    cmocka_unit_test(own_letters_and_partials_stand_before_the_programs),
	    cmocka_unit_test(a_bad_letter_is_refused_with_file_and_line),
	    cmocka_unit_test(data_cannot_bring_controls_into_a_subject),
	    cmocka_unit_test(values_of_several_lines_come_with_lf_into_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

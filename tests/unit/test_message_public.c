/*
 * test_message_public.c - subject, sender and text of other projects' odd and broken mails, as these projects expect them
 *
 * Runs where FIXTURES names the folder of the public mails. Some are read in another way on purpose (text that is hidden, parts beside the first), so there is
 * a floor for each figure and not equality.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mailproc/base/file.h"
#include "mailproc/message.h"

enum { SUBJECT, SENDER, TEXT, FIGURES };

static const char *const names[FIGURES] = {"subject", "sender", "text"};
static size_t of[FIGURES], same[FIGURES];

/* Without white space, so that folds and wraps do not count. */
static char *
squeezed(const char *text)
{
	char *copy = malloc(strlen(text) + 1), *to = copy;

	assert_non_null(copy);
	for (; *text != '\0'; text++)
		if (strchr(" \t\r\n", *text) == NULL)
			*to++ = *text;
	*to = '\0';
	return copy;
}

static void
compare(size_t figure, const char *file, const char *want, const char *have)
{
	char *a = squeezed(want), *b = squeezed(have != NULL ? have : "");
	bool is_same = figure == SENDER ? strcasecmp(a, b) == 0 : strcmp(a, b) == 0;

	of[figure]++;
	same[figure] += is_same;
	if (!is_same && getenv("LIST") != NULL)
		print_message("%s: %s: %.70s | %.70s\n", file, names[figure], a, b);
	free(a);
	free(b);
}

/* The value of a header field of the outermost part, under its kind ("Text", "Address"). */
static const json_t *
field_of(const json_t *mail, const char *name, const char *kind)
{
	const json_t *headers = json_object_get(json_array_get(json_object_get(mail, "parts"), 0), "headers");
	const json_t *found = NULL, *one;
	size_t i;

	json_array_foreach(headers, i, one) {
		const char *is = json_string_value(json_object_get(one, "name"));

		if (is != NULL && strcmp(is, name) == 0 && found == NULL)
			found = json_object_get(json_object_get(one, "value"), kind);
	}
	return found;
}

/* NULL unless there is one part of text and it is plain. */
static const char *
text_of(const json_t *mail)
{
	const json_t *body = json_object_get(mail, "text_body"), *part;

	if (json_array_size(body) != 1)
		return NULL;
	part = json_array_get(json_object_get(mail, "parts"), (size_t)json_integer_value(json_array_get(body, 0)));
	return json_string_value(json_object_get(json_object_get(part, "body"), "Text"));
}

static void
compare_mail(const char *file, const json_t *mail, const struct message *message)
{
	const char *subject = json_string_value(field_of(mail, "subject", "Text")), *text = text_of(mail);
	const json_t *list = json_object_get(field_of(mail, "from", "Address"), "List");
	const char *sender = json_string_value(json_object_get(json_array_get(list, 0), "address"));

	if (subject != NULL)
		compare(SUBJECT, file, subject, message->subject);
	if (sender != NULL && json_array_size(list) == 1 && strchr(sender, '@') != NULL)
		compare(SENDER, file, sender, message->from);
	if (text != NULL)
		compare(TEXT, file, text, message->text);
}

static void
public_mails_are_read_as_others_read_them(void **state)
{
	static const size_t floors[FIGURES] = {74, 74, 58};
	const char *folder = getenv("FIXTURES");
	char pattern[4096];
	glob_t found = {0};

	(void)state;
	if (folder == NULL) {
		print_message("skipped: FIXTURES does not name the folder of the public mails\n");
		skip();
	}
	snprintf(pattern, sizeof pattern, "%s/mime-stalwart/*/*.json", folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		json_t *mail = json_load_file(found.gl_pathv[i], 0, NULL);
		struct buf raw = BUF_MAX(MESSAGE_MAX_BYTES);
		struct message message = {0};
		struct why why = {0};
		size_t n = strlen(found.gl_pathv[i]);

		snprintf(pattern, sizeof pattern, "%.*s.eml", (int)(n - 5), found.gl_pathv[i]);
		if (json_is_object(mail) && file_read(&raw, pattern, &why) == FAULT_NONE &&
		    message_parse(&message, buf_span(&raw), "", &why) == FAULT_NONE)
			compare_mail(pattern + strlen(folder) + 1, mail, &message);
		message_release(&message);
		buf_release(&raw);
		json_decref(mail);
	}
	globfree(&found);
	for (size_t i = 0; i < FIGURES; i++)
		print_message("stalwart-%s-equal %zu/%zu\n", names[i], same[i], of[i]);
	for (size_t i = 0; i < FIGURES; i++)
		assert_true(of[i] > 0 && same[i] >= floors[i]);
}

static int
prepare(void **state)
{
	struct why why = {0};

	(void)state;
	return message_prepare(&why) == FAULT_NONE ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(public_mails_are_read_as_others_read_them)};

	return cmocka_run_group_tests(tests, prepare, NULL);
}

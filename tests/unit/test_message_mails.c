/* Whole mails of tests/mails/message against what stands beside them (tests/mails/README). Run from the top of the checkout. */
#include "message_fixture.h"

#include "mailproc/base/file.h"

static void
expect_line(const char *file, const struct message *m, const json_t *json, struct span line)
{
	const char *blank = memchr(line.p, ' ', line.n);
	size_t n = blank != NULL ? (size_t)(blank - line.p) : line.n;
	char key[40], value[500];

	snprintf(key, sizeof key, "%.*s", (int)n, line.p);
	snprintf(value, sizeof value, "%.*s", (int)(line.n - n - (blank != NULL)), line.p + n + (blank != NULL));
	if (strcmp(key, "text-has") == 0) {
		if (strstr(m->text, value) == NULL)
			fail_msg("%s: \"%s\" is not in the text:\n%s", file, value, m->text);
	} else if (strcmp(key, "other-has") == 0) {
		if (m->other_text == NULL || strstr(m->other_text, value) == NULL)
			fail_msg("%s: \"%s\" is not in the other text", file, value);
	} else if (strcmp(key, "no-suspicion") == 0) {
		expect_text("the suspicion", file, m->suspicion, NULL);
	} else if (strcmp(key, "is-html") == 0) {
		assert_true(m->is_html);
	} else {
		expect_text(key, file, json_string_value(json_object_get(json, key)), value);
	}
}

static void
check_mail(const char *name)
{
	struct buf mail = BUF_MAX(1 << 20), want = BUF_MAX(1 << 20);
	char path[300];
	struct why why = {0};
	struct message m = {0};
	struct span rest, line;
	json_t *json;

	snprintf(path, sizeof path, "tests/mails/message/%s", name);
	assert_int_equal(file_read(&mail, path, &why), FAULT_NONE);
	snprintf(path + strlen(path) - 4, 6, ".want");
	if (file_read(&want, path, &why) != FAULT_NONE)
		fail_msg("%s", why.text);
	assert_int_equal(parse_bytes(&m, mail.p, mail.n, "", &why), FAULT_NONE);
	json = message_to_json(&m);
	assert_non_null(json);
	for (rest = buf_span(&want); span_next_line(&rest, &line);)
		expect_line(name, &m, json, line);
	json_decref(json);
	message_release(&m);
	buf_release(&mail);
	buf_release(&want);
}

static void
every_mail_is_read_as_is_stated(void **state)
{
	struct file_list list = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(file_list_dir(&list, "tests/mails/message", ".eml", &why), FAULT_NONE);
	assert_true(list.count >= 6);
	for (size_t i = 0; i < list.count; i++)
		check_mail(list.name[i]);
	file_list_release(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_mail_is_read_as_is_stated)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

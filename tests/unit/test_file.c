/* test_file.c - whole files, secrets, and lists of names, in a scratch folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailproc/base/file.h"

static int
make_scratch(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = NULL;

	if (asprintf(&dir, "%s/mailproc-file-XXXXXX", tmp != NULL ? tmp : "/tmp") < 0 || mkdtemp(dir) == NULL)
		return -1;
	*state = dir;
	return 0;
}

static int
remove_scratch(void **state)
{
	struct file_list list = {0};
	char *dir = *state;

	if (file_list_dir(&list, dir, "", NULL) != FAULT_NONE)
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		char *path = file_path(dir, list.name[i]);

		if (remove(path) != 0)
			perror(path);
		free(path);
	}
	file_list_release(&list);
	if (rmdir(dir) != 0)
		perror(dir);
	free(dir);
	return 0;
}

/* A path in the scratch folder; the caller frees it. */
static char *
in(void **state, const char *name)
{
	char *path = file_path(*state, name);

	assert_non_null(path);
	return path;
}

static void
create(const char *path, mode_t mode, const char *text)
{
	struct why why = {0};

	if (file_create(path, mode, text, strlen(text), &why) != FAULT_NONE)
		fail_msg("%s", why.text);
}

static void
what_was_written_is_read(void **state)
{
	char *path = in(state, "written");
	size_t n = 300000;
	char *bytes = malloc(n);
	struct buf out = BUF_MAX(n + 6);
	struct stat st;

	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i * 7);
	assert_int_equal(file_create(path, 0600, bytes, n, NULL), FAULT_NONE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	buf_add_text(&out, "before");
	assert_int_equal(file_read(&out, path, NULL), FAULT_NONE);
	assert_int_equal(out.n, n + 6);
	assert_memory_equal(out.p + 6, bytes, n);
	assert_true(file_exists(path));
	buf_release(&out);
	free(bytes);
	free(path);
}

static void
an_empty_file_is_read_as_nothing(void **state)
{
	char *path = in(state, "empty");
	struct buf out = BUF_MAX(0);

	create(path, 0644, "");
	assert_int_equal(file_read(&out, path, NULL), FAULT_NONE);
	assert_int_equal(out.n, 0);
	buf_release(&out);
	free(path);
}

static void
a_file_that_exists_is_not_overwritten(void **state)
{
	char *path = in(state, "kept");
	struct buf out = BUF_MAX(100);
	struct why why = {0};

	create(path, 0644, "first");
	assert_int_equal(file_create(path, 0644, "second", 6, &why), FAULT_ITEM);
	assert_non_null(strstr(why.text, path));
	assert_int_equal(file_read(&out, path, NULL), FAULT_NONE);
	assert_string_equal(buf_text(&out), "first");
	buf_release(&out);
	free(path);
}

static void
a_file_larger_than_the_buffer_is_refused_and_leaves_nothing(void **state)
{
	char *path = in(state, "large");
	struct buf out = BUF_MAX(9);
	struct why why = {0};

	create(path, 0644, "0123456789");
	assert_int_equal(file_read(&out, path, &why), FAULT_ITEM);
	assert_non_null(strstr(why.text, "large"));
	assert_int_equal(out.n, 0);
	out.max = 10;
	buf_clear(&out);
	assert_int_equal(file_read(&out, path, &why), FAULT_NONE);
	assert_int_equal(out.n, 10);
	buf_release(&out);
	free(path);
}

static void
what_is_no_file_is_refused_without_waiting(void **state)
{
	char *fifo = in(state, "fifo"), *missing = in(state, "missing");
	struct buf out = BUF_MAX(100);
	struct why why = {0};

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(file_read(&out, fifo, &why), FAULT_ITEM);
	assert_int_equal(file_read(&out, *state, &why), FAULT_ITEM);
	assert_int_equal(file_read_secret(&out, fifo, &why), FAULT_ITEM);
	assert_int_equal(file_read(&out, "/dev/zero", &why), FAULT_ITEM);
	assert_int_equal(file_read(&out, missing, &why), FAULT_ITEM);
	assert_non_null(strstr(why.text, "missing"));
	assert_false(file_exists(missing));
	assert_int_equal(out.n, 0);
	buf_release(&out);
	free(fifo);
	free(missing);
}

static void
a_secret_is_read_only_when_it_is_closed_to_others(void **state)
{
	static const struct {
		mode_t mode;
		enum fault want;
	} cases[] = {{0600, FAULT_NONE}, {0400, FAULT_NONE}, {0700, FAULT_NONE}, {0640, FAULT_SETUP}, {0604, FAULT_SETUP}, {0644, FAULT_SETUP},
	    {0610, FAULT_SETUP}, {0602, FAULT_SETUP}, {0660, FAULT_SETUP}};
	char *path = in(state, "secret");

	create(path, 0600, "hush");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_MAX(100);
		struct why why = {0};

		assert_int_equal(chmod(path, cases[i].mode), 0);
		assert_int_equal(file_read_secret(&out, path, &why), cases[i].want);
		assert_string_equal(buf_text(&out), cases[i].want == FAULT_NONE ? "hush" : "");
		if (cases[i].want == FAULT_SETUP)
			assert_non_null(strstr(why.text, path));
		assert_null(strstr(why.text, "hush"));
		buf_release(&out);
	}
	free(path);
}

static void
a_folder_that_is_missing_takes_no_file(void **state)
{
	char *path = in(state, "nowhere/file");

	assert_int_equal(file_create(path, 0600, "x", 1, NULL), FAULT_ITEM);
	assert_false(file_exists(path));
	free(path);
}

static void
paths_are_joined_unless_the_name_is_absolute(void **state)
{
	static const struct {
		const char *dir, *name, *want;
	} cases[] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}, {"a", "/b", "/b"}, {"/x/y", "../b", "/x/y/../b"}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *path = file_path(cases[i].dir, cases[i].name);

		assert_string_equal(path, cases[i].want);
		free(path);
	}
}

static void
names_are_listed_in_order_without_dot_files(void **state)
{
	static const char *const names[] = {"b.list-test", "a.list-test", "B.list-test", ".hidden.list-test", "c.list-tes", "日.list-test",
	    "a10.list-test", "a2.list-test"};
	static const char *const want[] = {"B.list-test", "a.list-test", "a10.list-test", "a2.list-test", "b.list-test", "日.list-test"};
	struct file_list list = {0};
	char *hidden = in(state, ".hidden.list-test");

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *path = in(state, names[i]);

		create(path, 0600, "");
		free(path);
	}
	assert_int_equal(file_list_dir(&list, *state, ".list-test", NULL), FAULT_NONE);
	assert_int_equal(list.count, sizeof want / sizeof *want);
	for (size_t i = 0; i < list.count; i++)
		assert_string_equal(list.name[i], want[i]);
	file_list_release(&list);
	file_list_release(&list);
	assert_int_equal(file_list_dir(&list, *state, ".nothing-ends-so", NULL), FAULT_NONE);
	assert_int_equal(list.count, 0);
	file_list_release(&list);
	assert_int_equal(file_list_dir(&list, hidden, "", NULL), FAULT_ITEM);
	assert_int_equal(unlink(hidden), 0);
	free(hidden);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_written_is_read),
	    cmocka_unit_test(an_empty_file_is_read_as_nothing),
	    cmocka_unit_test(a_file_that_exists_is_not_overwritten),
	    cmocka_unit_test(a_file_larger_than_the_buffer_is_refused_and_leaves_nothing),
	    cmocka_unit_test(what_is_no_file_is_refused_without_waiting),
	    cmocka_unit_test(a_secret_is_read_only_when_it_is_closed_to_others),
	    cmocka_unit_test(a_folder_that_is_missing_takes_no_file),
	    cmocka_unit_test(paths_are_joined_unless_the_name_is_absolute),
	    cmocka_unit_test(names_are_listed_in_order_without_dot_files),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}

/* The reader with a small set of rules of its own: what a process that reads foreign mail may do to us, and how its end is told. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "mailproc/reader.h"

static char folder[] = "/tmp/test_reader.XXXXXX";
static struct reader_zygote *zygote;

static const char rules[] = "rule en-renew\n  language en\n  says     renew\n  pattern  please renew\n  reason   asks for the renewal\n"
			    "  yes      Please renew.\n  no       Thanks.\n";

static void
ignore_problem(const char *file, unsigned line, const char *text, void *data)
{
	(void)data;
	fprintf(stderr, "%s:%u: %s\n", file, line, text);
}

static int
start(void **state)
{
	char path[100];
	struct why why = {0};
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/test.rules", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(rules, file);
	fclose(file);
	if (reader_start(&zygote, folder, "", "mx.example", (struct reader_limits){1, 512}, ignore_problem, NULL, &why) != FAULT_NONE) {
		fprintf(stderr, "%s\n", why.text);
		return -1;
	}
	return 0;
}

static int
stop(void **state)
{
	char path[100];

	(void)state;
	reader_stop(zygote);
	snprintf(path, sizeof path, "%s/test.rules", folder);
	unlink(path);
	rmdir(folder);
	return 0;
}

static const char ordinary[] = "From: Jane <jane@acme.example>\nTo: ssl@host.example\nSubject: =?utf-8?B?5pel5pys?=\nMessage-ID: <a@acme.example>\n"
			       "Content-Type: text/html; charset=iso-2022-jp\n\n<p>Please renew.</p><p>\x1b$BF|K\\\x1b(B</p>\n";

static void
a_mail_is_read_and_decided_in_two_steps(void **state)
{
	char name[] = "www.acme.example", *names[] = {name}, letter[] = "";
	struct asked asked = {.letter = LETTER_NOTICE, .certificate = names, .certificate_count = 1, .letter_text = letter};
	struct message message = {0};
	struct intent intent = {0};
	struct reading *reading;
	struct why why = {0};
	json_t *json = NULL;

	(void)state;
	assert_int_equal(reader_read(zygote, span_of(ordinary), &reading, &message, &why), FAULT_NONE);
	assert_string_equal(message.from, "jane@acme.example");
	assert_string_equal(message.subject, "日本");
	assert_non_null(strstr(message.text, "日本"));
	assert_int_equal(reader_decide(reading, &asked, &intent, &json, &why), FAULT_NONE);
	assert_int_equal(intent.certificate_count, 1);
	assert_string_equal(intent.certificate[0].name, name);
	assert_non_null(json_object_get(json, "reply"));
	json_decref(json);
	intent_release(&intent);
	message_release(&message);
}

static void
step_two_may_be_left_out(void **state)
{
	struct message message = {0};
	struct reading *reading;
	struct why why = {0};

	(void)state;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(reader_read(zygote, span_of(ordinary), &reading, &message, &why), FAULT_NONE);
		message_release(&message);
		reading_end(reading);
	}
	reading_end(NULL);
}

static void
a_mail_that_cannot_be_read_is_told_with_its_reason(void **state)
{
	size_t n = 300000;
	char *mail = malloc(n);
	struct message message = {0};
	struct reading *reading;
	struct why why = {0};

	(void)state;
	memset(mail, '(', n);
	memcpy(mail, "Date: ", 6);
	assert_int_equal(reader_read(zygote, (struct span){mail, n}, &reading, &message, &why), FAULT_ITEM);
	assert_null(reading);
	assert_non_null(strstr(why.text, "parentheses"));
	free(mail);
	assert_int_equal(reader_read(zygote, (struct span){"", (size_t)MESSAGE_MAX_BYTES + 1}, &reading, &message, &why), FAULT_ITEM);
	assert_non_null(strstr(why.text, "larger"));
}

static void
two_readers_do_not_know_of_each_other(void **state)
{
	struct message a = {0}, b = {0};
	struct reading *first, *second;
	struct why why = {0};

	(void)state;
	assert_int_equal(reader_read(zygote, span_of(ordinary), &first, &a, &why), FAULT_NONE);
	assert_int_equal(reader_read(zygote, span_of("Subject: other\n\nx\n"), &second, &b, &why), FAULT_NONE);
	reading_end(first);
	assert_string_equal(b.subject, "other");
	reading_end(second);
	message_release(&a);
	message_release(&b);
}

static void
the_next_mail_is_read_while_one_is_waited_for(void **state)
{
	static const char *const mails[] = {"From: a@x.example\n\n1\n", "From: b@x.example\n\n2\n", "From: c@x.example\n\n3\n"};
	struct reading *reading[3];
	struct why why = {0};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(reader_begin(zygote, span_of(mails[i]), &reading[i], &why), FAULT_NONE);
	reading_end(reading[1]);
	for (size_t i = 0; i < 3; i += 2) {
		struct message message = {0};

		assert_int_equal(reader_take(reading[i], &message, &why), FAULT_NONE);
		assert_int_equal(message.from[0], mails[i][6]);
		assert_int_equal(message.text[0], '1' + (char)i);
		message_release(&message);
		reading_end(reading[i]);
	}
}

static void
an_empty_mail_is_a_mail(void **state)
{
	struct message message = {0};
	struct reading *reading;
	struct why why = {0};

	(void)state;
	assert_int_equal(reader_read(zygote, (struct span){"", 0}, &reading, &message, &why), FAULT_NONE);
	assert_string_equal(message.text, "");
	assert_null(message.from);
	message_release(&message);
	reading_end(reading);
}

/* The first child of a process, as the kernel tells it; 0: none. */
static pid_t
child_of(pid_t pid)
{
	char path[80];
	int child = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
	file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%d", &child) != 1)
		child = 0;
	if (file != NULL)
		fclose(file);
	return child;
}

/* A reader between its two steps is sent a signal, as a mail would make it fail. */
static void
end_a_reader(int signal, const char *expected)
{
	char letter[] = "";
	struct asked asked = {.letter_text = letter};
	struct message message = {0};
	struct intent intent = {0};
	struct reading *reading;
	struct why why = {0};
	json_t *json = NULL;
	pid_t reader;

	assert_int_equal(reader_read(zygote, span_of(ordinary), &reading, &message, &why), FAULT_NONE);
	reader = child_of(child_of(getpid()));
	if (reader == 0)
		skip(); /* a kernel that does not tell the children of a process */
	kill(reader, signal);
	assert_int_equal(reader_decide(reading, &asked, &intent, &json, &why), FAULT_ITEM);
	assert_null(json);
	assert_non_null(strstr(why.text, expected));
	message_release(&message);
	a_mail_is_read_and_decided_in_two_steps(NULL);
}

static void
a_reader_that_dies_costs_one_mail(void **state)
{
	(void)state;
	end_a_reader(SIGKILL, "the mail crashed its reader (signal 9)");
}

static void
a_reader_that_is_too_slow_costs_one_mail(void **state)
{
	(void)state;
	end_a_reader(SIGSTOP, "took longer than 2 seconds");
}

static void
a_zygote_that_is_gone_ends_the_run(void **state)
{
	struct reader_zygote *second = NULL;
	struct message message = {0};
	struct reading *reading;
	struct why why = {0};
	pid_t other = child_of(getpid());

	(void)state;
	reader_stop(zygote);
	zygote = NULL;
	assert_int_equal(reader_start(&second, folder, "", "", (struct reader_limits){1, 512}, ignore_problem, NULL, &why), FAULT_NONE);
	if (other == 0)
		skip();
	kill(child_of(getpid()), SIGKILL);
	assert_int_equal(reader_read(second, span_of(ordinary), &reading, &message, &why), FAULT_STOP);
	assert_non_null(strstr(why.text, "is gone"));
	zygote = second;
}

#if !defined(__SANITIZE_ADDRESS__)
static void
a_mail_that_needs_too_much_memory_is_told_so(void **state)
{
	size_t n = 20 << 20;
	char *mail = malloc(n);
	struct reader_zygote *small = NULL;
	struct message message = {0};
	struct reading *reading;
	struct why why = {0};

	(void)state;
	memset(mail, 'a', n);
	memcpy(mail, "\n\n", 2);
	assert_int_equal(reader_start(&small, folder, "", "", (struct reader_limits){1, 64}, ignore_problem, NULL, &why), FAULT_NONE);
	assert_int_equal(reader_read(small, (struct span){mail, n}, &reading, &message, &why), FAULT_ITEM);
	assert_non_null(strstr(why.text, "64 megabytes"));
	reader_stop(small);
	free(mail);
}
#endif

static void
rules_that_are_missing_are_an_error_of_the_set_up(void **state)
{
	struct reader_zygote *none = NULL;
	struct why why = {0};

	(void)state;
	assert_int_equal(reader_start(&none, "/nonexistent/rules", "", "", (struct reader_limits){2, 512}, ignore_problem, NULL, &why), FAULT_SETUP);
	assert_null(none);
	reader_stop(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_mail_is_read_and_decided_in_two_steps),
	    cmocka_unit_test(step_two_may_be_left_out),
	    cmocka_unit_test(a_mail_that_cannot_be_read_is_told_with_its_reason),
	    cmocka_unit_test(two_readers_do_not_know_of_each_other), cmocka_unit_test(the_next_mail_is_read_while_one_is_waited_for),
	    cmocka_unit_test(an_empty_mail_is_a_mail),
	    cmocka_unit_test(a_reader_that_dies_costs_one_mail),
	    cmocka_unit_test(a_reader_that_is_too_slow_costs_one_mail),
#if !defined(__SANITIZE_ADDRESS__)
	    cmocka_unit_test(a_mail_that_needs_too_much_memory_is_told_so),
#endif
	    cmocka_unit_test(rules_that_are_missing_are_an_error_of_the_set_up),
	    cmocka_unit_test(a_zygote_that_is_gone_ends_the_run), /* the last one: it ends the zygote of the others */
	};

	return cmocka_run_group_tests(tests, start, stop);
}

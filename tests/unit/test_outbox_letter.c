/* test_outbox_letter.c - what the letter writer writes is read back by Python's email package as it went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <jansson.h>

#include "mailproc/base/day.h"
#include "mailproc/outbox.h"

enum { NOW = 1800000000 };

#define KANJI_20 "専用証明書更新手続案内有効期限重要件名長文"
#define ASCII_100 "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"

static const char *const values[] = {
    "plain words",
    "Example Inc.",
    "O'Neil, Sons & Co. (Tokyo); <Sales>: team@work",
    "\"quoted\" and back\\slash",
    "trailing backslash\\",
    "日本語",
    "株式会社サンプル 東京支店 情報システム部 御中",
    "【重要】専用SSL証明書の有効期限と更新手続きのご案内（www.example.jp）[SSL-2026-00123]",
    "髙橋 﨑 ①㈱ ｶﾅ",
    "emoji 👩‍👩‍👧‍👦 family 🏳️‍🌈 and 𠮷野家",
    "🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏🙏",
    "=?UTF-8?B?5L2g5aW9?= looks encoded",
    "=?",
    "two  blanks and   three",
    " blank first",
    "blank last ",
    KANJI_20 KANJI_20 KANJI_20 KANJI_20 KANJI_20 KANJI_20,
    ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100,
    "a long line of many short words that has to be folded more than once because it is longer than what the standard advises for a line of a header field",
    "a long line of words with, some \"special\" (characters) in it; which is too long for one quoted string on one line of a header",
    "100% #1 {brace} ~tilde `tick`",
    "Zażółć gęślą jaźń – naïve café",
};
enum { VALUES = sizeof values / sizeof values[0] };

static char dir[] = "/tmp/mailproc-letter-XXXXXX";

static struct mail_parts
parts_with(const char *value)
{
	struct mail_parts parts = {
	    .from_name = "サンプルホスティング SSL更新窓口",
	    .from_address = "ssl-renewal@hosting.example",
	    .to_name = value,
	    .to_address = "k-kitamura@kitamura-seiki.example",
	    .subject = value,
	    .message_id = "SSL-2026-00123.7-abcdefghijklmnopqrstuvwxyz.0123456789abcdef@hosting.example",
	    .language = "ja",
	    .kind = "notice",
	    .text = "一行目\n\nFrom the start\n.\n最後の行\n",
	    .html = "<p>日本語</p>\n",
	    .now = NOW,
	};

	return parts;
}

static void
write_mail(const struct mail_parts *parts, const char *name)
{
	struct buf out = BUF_MAX(1 << 20);
	struct why why = {0};
	char path[256];
	FILE *file;

	if (mail_write(&out, parts, &why) != FAULT_NONE)
		fail_msg("%s: %s", name, why.text);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(out.p, 1, out.n, file), out.n);
	assert_int_equal(fclose(file), 0);
	buf_release(&out);
}

/* Every file that matches, as an array of what Python read, in the order of names. */
static json_t *
read_mails(const char *pattern)
{
	char command[512];
	json_t *list = json_array(), *one;
	json_error_t error;
	FILE *from;

	snprintf(command, sizeof command, "python3 tests/unit/parse_mail.py %s/%s", dir, pattern);
	from = popen(command, "r");
	assert_non_null(from);
	while ((one = json_loadf(from, JSON_DISABLE_EOF_CHECK, &error)) != NULL)
		json_array_append_new(list, one);
	assert_int_equal(pclose(from), 0);
	return list;
}

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static const char *
person(const json_t *mail, const char *field, size_t which)
{
	return json_string_value(json_array_get(json_array_get(json_object_get(mail, field), 0), which));
}

static void
assert_well_formed(const json_t *mail, const char *what)
{
	if (json_array_size(json_object_get(mail, "defects")) != 0)
		fail_msg("%s: %s", what, json_dumps(json_object_get(mail, "defects"), 0));
	assert_true(json_integer_value(json_object_get(mail, "longest")) <= 998);
	if (json_integer_value(json_object_get(mail, "longest_folded")) > 78)
		fail_msg("%s: a line of %d bytes in the header", what, (int)json_integer_value(json_object_get(mail, "longest_folded")));
	assert_int_equal(json_integer_value(json_object_get(mail, "bare_ends")), 0);
	assert_int_equal(json_integer_value(json_object_get(mail, "blank_ended")), 0);
	assert_true(json_is_true(json_object_get(mail, "is_ascii")));
}

static void
subject_and_names_come_back_as_they_went_in(void **state)
{
	json_t *mails;

	(void)state;
	for (size_t i = 0; i < VALUES; i++) {
		struct mail_parts parts = parts_with(values[i]);
		char name[32];

		snprintf(name, sizeof name, "value-%02zu.eml", i);
		write_mail(&parts, name);
	}
	mails = read_mails("value-*.eml");
	assert_int_equal(json_array_size(mails), VALUES);
	for (size_t i = 0; i < VALUES; i++) {
		const json_t *mail = json_array_get(mails, i);

		assert_well_formed(mail, values[i]);
		assert_string_equal(text_of(mail, "subject"), values[i]);
		assert_string_equal(person(mail, "to", 0), values[i]);
		assert_string_equal(person(mail, "to", 1), "k-kitamura@kitamura-seiki.example");
		assert_string_equal(person(mail, "from", 0), "サンプルホスティング SSL更新窓口");
		assert_int_equal(json_array_size(json_object_get(mail, "recipients")), 1);
		assert_string_equal(json_string_value(json_array_get(json_object_get(mail, "recipients"), 0)), "k-kitamura@kitamura-seiki.example");
	}
	json_decref(mails);
}

static void
every_length_of_value_keeps_the_lines_short(void **state)
{
	char value[3 * 120 + 1] = "";
	json_t *mails;

	(void)state;
	for (int i = 0; i < 120; i++) {
		struct mail_parts parts;
		char name[32];

		strcat(value, i % 5 == 4 ? "x" : "更");
		parts = parts_with(value);
		snprintf(name, sizeof name, "length-%03d.eml", i);
		write_mail(&parts, name);
	}
	mails = read_mails("length-*.eml");
	for (size_t i = 0; i < 120; i++) {
		const json_t *mail = json_array_get(mails, i);

		assert_well_formed(mail, "length");
		assert_int_equal(strlen(text_of(mail, "subject")), strlen(person(mail, "to", 0)));
		assert_int_equal(strncmp(text_of(mail, "subject"), value, strlen(text_of(mail, "subject"))), 0);
	}
	json_decref(mails);
}

static void
bodies_come_back_and_the_html_twin_may_be_missing(void **state)
{
	struct mail_parts both = parts_with("both"), only = parts_with("only");
	json_t *mails;

	(void)state;
	only.html = NULL;
	only.text = "text\ttab\n\n\nlong " ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 "\r\nno end";
	write_mail(&both, "body-1.eml");
	write_mail(&only, "body-2.eml");
	mails = read_mails("body-*.eml");
	assert_string_equal(text_of(json_array_get(mails, 0), "type"), "multipart/alternative");
	assert_string_equal(text_of(json_array_get(mails, 0), "text"), both.text);
	assert_string_equal(text_of(json_array_get(mails, 0), "html"), both.html);
	assert_string_equal(text_of(json_array_get(mails, 1), "type"), "text/plain");
	assert_string_equal(text_of(json_array_get(mails, 1), "text"),
	    "text\ttab\n\n\nlong " ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 ASCII_100 "\nno end\n");
	assert_well_formed(json_array_get(mails, 0), "both");
	assert_well_formed(json_array_get(mails, 1), "text only");
	json_decref(mails);
}

static void
an_attachment_keeps_its_name_type_and_bytes(void **state)
{
	static const char *const name[] = {"invoice.pdf", "請求書.pdf", "請求書 2026年11月分 株式会社サンプル 東京支店 御中 (控え).pdf", "a'b%c*\"d.pdf"};
	static const char bytes[] = "\0\1\2 binary \r\n.\r\n\xff";
	json_t *mails;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct mail_parts parts = parts_with("file");
		char file[32];

		parts.attachment.filename = name[i];
		parts.attachment.type = "application/pdf";
		parts.attachment.bytes = (struct span){bytes, sizeof bytes};
		snprintf(file, sizeof file, "file-%zu.eml", i);
		write_mail(&parts, file);
	}
	mails = read_mails("file-*.eml");
	for (size_t i = 0; i < 4; i++) {
		const json_t *mail = json_array_get(mails, i), *file = json_array_get(json_object_get(mail, "files"), 0);

		assert_well_formed(mail, name[i]);
		assert_string_equal(text_of(mail, "type"), "multipart/mixed");
		assert_string_equal(json_string_value(json_array_get(file, 0)), name[i]);
		assert_string_equal(json_string_value(json_array_get(file, 1)), "application/pdf");
		assert_string_equal(json_string_value(json_array_get(file, 2)), "0001022062696e617279200d0a2e0d0aff00");
		assert_string_equal(text_of(mail, "text"), "一行目\n\nFrom the start\n.\n最後の行\n");
	}
	json_decref(mails);
}

static void
the_thread_and_the_marks_of_an_automatic_mail_are_there(void **state)
{
	struct mail_parts parts = parts_with("thread"), first = parts_with("first");
	json_t *mails;
	const json_t *mail;

	(void)state;
	parts.in_reply_to = "CAF-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long@mail.customer.example";
	parts.thread = "<one@hosting.example> <two@customer.example>";
	parts.reply_to = "ssl-renewal+7-abcdefghijklmnopqrstuvwxyz@hosting.example";
	parts.is_answer = true;
	write_mail(&parts, "thread-1.eml");
	write_mail(&first, "thread-2.eml");
	mails = read_mails("thread-*.eml");
	mail = json_array_get(mails, 0);
	assert_string_equal(text_of(mail, "in_reply_to"),
	    "<CAF-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long@mail.customer.example>");
	assert_string_equal(text_of(mail, "references"),
	    "<one@hosting.example> <two@customer.example> <CAF-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long@mail.customer.example>");
	assert_string_equal(text_of(mail, "auto"), "auto-replied");
	assert_string_equal(person(mail, "reply_to", 1), parts.reply_to);
	assert_string_equal(text_of(mail, "kind"), "notice");
	assert_string_equal(text_of(mail, "language"), "ja");
	assert_string_equal(text_of(mail, "date"), "2027-01-15T17:00:00+09:00");
	assert_string_equal(text_of(mail, "message_id"), "<SSL-2026-00123.7-abcdefghijklmnopqrstuvwxyz.0123456789abcdef@hosting.example>");
	assert_well_formed(mail, "thread");
	mail = json_array_get(mails, 1);
	assert_string_equal(text_of(mail, "auto"), "auto-generated");
	assert_true(json_is_null(json_object_get(mail, "references")));
	for (size_t i = 0; i < json_array_size(json_object_get(mail, "fields")); i++)
		assert_string_not_equal(json_string_value(json_array_get(json_object_get(mail, "fields"), i)), "list-unsubscribe");
	json_decref(mails);
}

static void
a_long_thread_keeps_its_first_and_its_newest_ids(void **state)
{
	struct mail_parts parts = parts_with("thread");
	struct buf thread = BUF_MAX(1 << 16);
	json_t *mails;
	const char *references;

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_addf(&thread, "%s<%d@x.example>", i > 0 ? " " : "", i);
	parts.thread = buf_text(&thread);
	write_mail(&parts, "long-thread.eml");
	mails = read_mails("long-thread.eml");
	references = text_of(json_array_get(mails, 0), "references");
	assert_non_null(strstr(references, "<0@x.example>"));
	assert_null(strstr(references, "<50@x.example>"));
	assert_non_null(strstr(references, "<99@x.example>"));
	assert_well_formed(json_array_get(mails, 0), "long thread");
	json_decref(mails);
	buf_release(&thread);
}

static void
addresses_of_carrier_phones_are_quoted(void **state)
{
	struct mail_parts parts = parts_with("phone");
	struct buf out = BUF_MAX(1 << 20);
	struct why why;

	(void)state;
	parts.to_address = "taro..y.@docomo.example";
	assert_int_equal(mail_write(&out, &parts, &why), FAULT_NONE);
	assert_non_null(strstr(buf_text(&out), "<\"taro..y.\"@docomo.example>"));
	buf_release(&out);
}

static void
a_value_that_could_add_a_header_is_refused(void **state)
{
	static const char *const evil[] = {"Evil\r\nBcc: x@y", "Evil\nBcc: x@y", "Evil\rBcc: x@y", "tab\there", "nul\x01", "del\x7f", "c1\xc2\x85",
	    "line\xe2\x80\xa8separator", "not utf-8 \xff", "overlong \xc0\x8a"};
	struct buf out = BUF_MAX(1 << 20);
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
		struct mail_parts part[6];

		for (size_t k = 0; k < 6; k++)
			part[k] = parts_with("fine");
		part[0].subject = evil[i];
		part[1].to_name = evil[i];
		part[2].from_name = evil[i];
		part[3].attachment.filename = evil[i];
		part[3].attachment.type = "application/pdf";
		part[4].thread = evil[i];
		part[5].kind = evil[i];
		for (size_t k = 0; k < 6; k++)
			assert_int_equal(mail_write(&out, &part[k], &why), FAULT_ITEM);
	}
	assert_int_equal(out.n, 0);
	buf_release(&out);
}

static void
a_bad_address_or_id_is_refused(void **state)
{
	static const char *const address[] = {"", "nobody", "@x.example", "a@", "a@b@c", "a b@x.example", "a@x .example", "<a@x.example>", "a@x..example",
	    "a,b@x.example", "a@x.example\r\nRCPT TO:<y@z>", "ユーザー@x.example", "a@例.jp", "\"a\"@x.example", "a@[127.0.0.1]", "a@x.example,b@y.example"};
	static const char *const id[] = {"", "x", "no-at", "a b@x", "<a@x>", "a@x\r\nX: y", "日本@x"};
	struct buf out = BUF_MAX(1 << 20);
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof address / sizeof address[0]; i++) {
		struct mail_parts to = parts_with("fine"), from = parts_with("fine"), reply = parts_with("fine");

		to.to_address = from.from_address = reply.reply_to = address[i];
		if (mail_write(&out, &to, &why) != FAULT_ITEM || mail_write(&out, &from, &why) != FAULT_ITEM || mail_write(&out, &reply, &why) != FAULT_ITEM)
			fail_msg("<%s> was taken", address[i]);
	}
	for (size_t i = 0; i < sizeof id / sizeof id[0]; i++) {
		struct mail_parts own = parts_with("fine"), theirs = parts_with("fine");

		own.message_id = theirs.in_reply_to = id[i];
		if (mail_write(&out, &own, &why) != FAULT_ITEM || mail_write(&out, &theirs, &why) != FAULT_ITEM)
			fail_msg("id <%s> was taken", id[i]);
	}
	assert_int_equal(out.n, 0);
	buf_release(&out);
}

static void
boundaries_differ_from_mail_to_mail(void **state)
{
	struct mail_parts parts = parts_with("fine");
	struct buf first = BUF_MAX(1 << 20), second = BUF_MAX(1 << 20);
	struct why why;

	(void)state;
	assert_int_equal(mail_write(&first, &parts, &why), FAULT_NONE);
	assert_int_equal(mail_write(&second, &parts, &why), FAULT_NONE);
	assert_int_equal(first.n, second.n);
	assert_int_not_equal(memcmp(first.p, second.p, first.n), 0);
	buf_release(&first);
	buf_release(&second);
}

static int
make_dir(void **state)
{
	struct why why;

	(void)state;
	return mkdtemp(dir) == NULL || day_set_zone("Asia/Tokyo", &why) != FAULT_NONE;
}

static int
remove_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(subject_and_names_come_back_as_they_went_in),
	    cmocka_unit_test(every_length_of_value_keeps_the_lines_short),
	    cmocka_unit_test(bodies_come_back_and_the_html_twin_may_be_missing),
	    cmocka_unit_test(an_attachment_keeps_its_name_type_and_bytes),
	    cmocka_unit_test(the_thread_and_the_marks_of_an_automatic_mail_are_there),
	    cmocka_unit_test(a_long_thread_keeps_its_first_and_its_newest_ids),
	    cmocka_unit_test(addresses_of_carrier_phones_are_quoted),
	    cmocka_unit_test(a_value_that_could_add_a_header_is_refused),
	    cmocka_unit_test(a_bad_address_or_id_is_refused),
	    cmocka_unit_test(boundaries_differ_from_mail_to_mail),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}

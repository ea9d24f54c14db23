/* Parts, encodings and character sets; and the mails that kill MIME parsers. */
#include "message_fixture.h"

#define HTML "Content-Type: text/html; charset=utf-8\n\n"
#define PLAIN "Content-Type: text/plain; charset=utf-8\n\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=a\n\n"
#define MIXED "Content-Type: multipart/mixed; boundary=m\n\n"

static void
the_text_is_what_a_person_reads(void **state)
{
	static const struct {
		const char *mail, *text, *other, *suspicion;
	} table[] = {
	    {"Subject: x\n\nhello\n", "hello\n", NULL, NULL},
	    {"Subject: x\r\n\r\nhello\r\nyou\r\n", "hello\nyou\n", NULL, NULL},
	    {"From nobody Mon Jan 1 00:00:00 2024\nSubject: x\n\nhello\n", "hello\n", NULL, NULL},
	    {"Subject: x\r\rhello\ryou\r", "hello\nyou\n", NULL, NULL},
	    {"", "", NULL, NULL},
	    {ALTERNATIVE "--a\n" PLAIN "hello\n--a\n" HTML "<p>hello</p>\n--a--\n", "hello", "hello\n", NULL},
	    {ALTERNATIVE "--a\n" PLAIN "hello\n--a\n" HTML "<p><b>Hello</b>, \n</p>\n--a--\n", "hello", "Hello,\n", NULL},
	    {ALTERNATIVE "--a\n" PLAIN "renew\n--a\n" HTML "<p>do not renew</p>\n--a--\n", "renew", "do not renew\n", NULL},
	    {ALTERNATIVE "--a\n" PLAIN "hello\n--a\n" HTML "<p>hello</p><p>a footer</p>\n--a--\n", "hello", "hello\n\na footer\n", NULL},
	    {ALTERNATIVE "--a\n" PLAIN "see <https://x.example/>\n--a\n" HTML "<p><a href='https://x.example/'>see</a></p>\n--a--\n", "see <https://x.example/>", "see\n", NULL},
	    {ALTERNATIVE "--a\n" PLAIN " \n--a\n" HTML "<p>only here</p>\n--a--\n", "only here\n", NULL, NULL},
	    {ALTERNATIVE "--a\n" HTML "<p>only here</p>\n--a--\n", "only here\n", NULL, NULL},
	    {HTML "<p>a<br>b</p>\n", "a\nb\n", NULL, NULL},
	    {MIXED "--m\n" PLAIN "one\n--m\n" PLAIN "two\n--m--\n", "one\ntwo", NULL, NULL},
	    {MIXED "--m\n" PLAIN "one\n--m\nContent-Type: text/plain; name=x.txt\nContent-Disposition: attachment; filename=x.txt\n\nno\n--m--\n", "one", NULL, NULL},
	    {MIXED "--m\n" PLAIN "one\n--m\nContent-Type: text/plain\nContent-Disposition: inline; filename=x.txt\n\ntwo\n--m--\n", "one\ntwo", NULL, NULL},
	    {MIXED "--m\n" PLAIN "one\n--m\nContent-Type: message/rfc822\n\nSubject: inner\n\ninner words\n--m--\n", "one", NULL, NULL},
	    {MIXED "--m\n" ALTERNATIVE "--a\n" PLAIN "one\n--a\n" HTML "<p>one</p>\n--a--\n--m\n" HTML "<p>two</p>\n--m--\n", "one\ntwo\n", NULL, NULL},
	    {"Content-Type: text/plain; name=body.txt\n\nhello\n", "hello\n", NULL, NULL},
	    {"Content-Type: text/html charset=utf-8\n\n<p>h\xC3\xA9</p>\n", "hé\n", NULL, NULL},
	    {"Content-Type: text\n\nhello\n", "hello\n", NULL, NULL},
	    {"Content-Type: multipart/mixed\n\nhello\n", "hello\n", NULL, NULL},
	    {"Content-Type: multipart/mixed; boundary=x\n\nno border\n", "no border", NULL, NULL},
	    {"Content-Type: text/plain\nContent-Type: text/html\n\nhello\n", "hello\n", NULL, "a part has more than one Content-Type"},
	    {"Content-Type: multipart/mixed boundary=m\n\n--m\n\none\n--m--\n", NULL, NULL, "the parts of the mail cannot be told apart"},
	    {"Content-Type: multipart/mixed; boundary=m\nContent-Type: text/plain\n\n--m\n\none\n--m--\n", NULL, NULL, "a part has more than one Content-Type"},
	    {"Content-Type: multipart/encrypted; boundary=m\n\n--m\n\n--m--\n", NULL, NULL, "the mail is encrypted"},
	    {MIXED "--m\n" PLAIN "never closed", "never closed", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;

		parse(&m, table[i].mail);
		if (table[i].text != NULL)
			expect_text("the text", table[i].mail, m.text, table[i].text);
		if (table[i].other != NULL)
			expect_text("the other text", table[i].mail, m.other_text, table[i].other);
		expect_text("the suspicion", table[i].mail, m.suspicion, table[i].suspicion);
		message_release(&m);
	}
}

static void
bytes_of_any_character_set_become_utf_8(void **state)
{
	static const struct {
		const char *type, *encoding, *body, *want;
	} table[] = {
	    {"text/plain; charset=iso-2022-jp", "7bit", "\x1b$BF|K\\\x1b(B", "日本"},
	    {"text/plain; charset=iso-2022-jp", "7bit", "\x1b$B-!-j\x1b(B end", "①㈱ end"},
	    {"text/plain; charset=iso-2022-jp", "7bit", "\x1b$B|b\x1b(B", "髙"}, /* IBM's */
	    {"text/plain; charset=iso-2022-jp", "7bit", "\x1b(I139\x1b(B end", "ｱｳｹ end"},
	    {"text/plain; charset=iso-2022-jp", "7bit", "\x1b$(D0!\x1b(B", "丂"},
	    {"text/plain; charset=iso-2022-jp", "7bit", "\x1b$BF|K\\\nabc", "日本\nabc"}, /* the line ends in kanji */
	    {"text/plain; charset=iso-2022-jp", "8bit", "\x93\xfa\x96\x7b", "日本"},
	    {"text/plain; charset=iso-2022-jp", "8bit", "日本", "日本"},
	    {"text/plain; charset=ISO-2022-JP-MS", "7bit", "\x1b$B-!\x1b(B", "①"},
	    {"text/plain; charset=cp50221", "7bit", "\x1b$B-!\x1b(B", "①"},
	    {"text/plain; charset=shift_jis", "8bit", "\x87\x40\x87\x8a\x81\x60", "①㈱～"},
	    {"text/plain; charset=\"x-sjis\"", "8bit", "\x87\x40", "①"},
	    {"text/plain; charset=ms_kanji", "8bit", "\x87\x40", "①"},
	    {"text/plain; charset=euc-jp", "8bit", "\xad\xa1\xad\xea", "①㈱"},
	    {"text/plain; charset='utf-8'", "8bit", "日本", "日本"},
	    {"text/plain; charset=utf-8*ja", "8bit", "日本", "日本"},
	    {"text/plain; charset=utf-8", "8bit", "\xEF\xBB\xBF日本", "日本"},
	    {"text/plain; charset=utf-8", "8bit", "a\xff" "b", "a\xEF\xBF\xBD" "b"},
	    {"text/plain; charset=utf-8", "8bit", "日\xe6", "日\xEF\xBF\xBD"},
	    {"text/plain; charset=us-ascii", "8bit", "日本", "日本"},
	    {"text/plain", "8bit", "\x93\xfa\x96\x7b", "日本"},
	    {"text/plain", "8bit", "\xc6\xfc\xcb\xdc\xa4\xc7\xa4\xb9", "日本です"},
	    {"text/plain", "8bit", "caf\xe9 ", "café "},
	    {"text/plain; charset=unknown-8bit", "8bit", "\x93\xfa\x96\x7b", "日本"},
	    {"text/plain; charset=iso-8859-1", "8bit", "\x80 \xe9", "€ é"},
	    {"text/plain; charset=windows-1251", "8bit", "\xcf\xf0", "Пр"},
	    {"text/plain; charset=koi8-r", "8bit", "\xf0\xd2", "Пр"},
	    {"text/plain; charset=gb2312", "8bit", "\xc4\xe3\x81\x40", "你丂"},
	    {"text/plain; charset=gb18030", "8bit", "\xc4\xe3", "你"},
	    {"text/plain; charset=big5", "8bit", "\xa7\x41", "你"},
	    {"text/plain; charset=ks_c_5601-1987", "8bit", "\xc7\xd1", "한"},
	    {"text/plain; charset=euc-kr", "8bit", "\xc7\xd1", "한"},
	    {"text/plain; charset=iso-2022-kr", "7bit", "\x1b$)C\x0eGQ\x0f", "한"},
	    {"text/plain; charset=utf-7", "7bit", "+ZeVnLIqe-", "日本語"},
	    {"text/plain; charset=utf-8", "7bit", "+ZeVnLIqe-", "+ZeVnLIqe-"},
	    {"text/plain; charset=utf-16", "base64", "/v9l5Wcs", "日本"},
	    {"text/plain; charset=utf-16", "base64", "ZeVnLA==", "日本"},
	    {"text/plain; charset=utf-8", "base64 (comment)", "5pel\n5pys", "日本"},
	    {"text/plain; charset=utf-8", "BASE64", "5pe*l5p==ys=", "日\xEF\xBF\xBD\xEF\xBF\xBD"},
	    {"text/plain; charset=utf-8", "quoted-printable", "=E6=97=A5=\n=E6=9C=AC x=3D=ZZ", "日本 x==ZZ"},
	    {"text/plain; charset=utf-8", "8-bit", "日本", "日本"},
	    {"text/html", "8bit", "<meta charset=shift_jis><p>\x93\xfa\x96\x7b", "日本\n"},
	    {"text/html; charset=utf-8", "8bit", "<meta charset=shift_jis><p>日本", "日本\n"},
	    {"text/plain; charset=utf-8", "8bit", "a\xEE\x80\x80" "b", "a\xEF\xBF\xBD" "b"}, /* our mark of struck text */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;
		char mail[1000];
		size_t n;

		snprintf(mail, sizeof mail, "Content-Type: %s\nContent-Transfer-Encoding: %s\n\n%s", table[i].type, table[i].encoding, table[i].body);
		parse(&m, mail);
		n = strlen(m.text);
		if (n > 0 && m.text[n - 1] == '\n' && table[i].want[strlen(table[i].want) - 1] != '\n')
			m.text[n - 1] = '\0';
		expect_text("the text", mail, m.text, table[i].want);
		message_release(&m);
	}
}

static void
flowed_lines_are_joined(void **state)
{
	static const struct {
		const char *type, *body, *want;
	} table[] = {
	    {"format=flowed", "one \ntwo\nthree\n", "one two\nthree\n"},
	    {"format=flowed; delsp=yes", "日 \n本\n", "日本\n"},
	    {"format=flowed", "> one \n> two\nnew\n", "> one two\nnew\n"},
	    {"format=flowed", ">> one \n> two\n", "> > one \n> two\n"},
	    {"format=flowed", "text\n-- \nName\n", "text\n-- \nName\n"},
	    {"format=flowed", " >not a quote\n", ">not a quote\n"},
	    {"format=fixed", "one \ntwo\n", "one \ntwo\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;
		char mail[1000];

		snprintf(mail, sizeof mail, "Content-Type: text/plain; charset=utf-8; %s\n\n%s", table[i].type, table[i].body);
		parse(&m, mail);
		expect_text("the text", mail, m.text, table[i].want);
		message_release(&m);
	}
}

/* libetpan's own mailmime_extract_boundary writes behind its buffer on the first two: the replacement must be the one that runs. */
static void
boundaries_of_one_quote_are_harmless(void **state)
{
	static const char *const mails[] = {
	    "Content-Type: multipart/mixed; boundary=\"\\\"\"\n\nx\n",
	    ("From: jane@acme.example\nSubject: SSL-2026-00001\nMessage-ID: <p2@acme.example>\nMIME-Version: 1.0\n"
	     "Content-Type: multipart/mixed; boundary=\"\\\"\"\n\n--\"\nx\n"),
	    "Content-Type: multipart/mixed; boundary=\"\"\n\nx\n",
	    "Content-Type: multipart/mixed; boundary=\n\nx\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(mails); i++)
		for (int again = 0; again < 50; again++) {
			struct message m;

			parse(&m, mails[i]);
			message_release(&m);
		}
}

/* before, then unit many times, then after */
static struct message
parse_repeated(const char *before, const char *unit, size_t times, const char *after, enum fault *fault, struct why *why)
{
	size_t n = strlen(unit), at = strlen(before), all = at + n * times + strlen(after);
	char *mail = malloc(all + 1);
	struct message m = {0};

	assert_non_null(mail);
	memcpy(mail, before, at);
	for (size_t i = 0; i < times; i++, at += n)
		memcpy(mail + at, unit, n);
	strcpy(mail + at, after);
	*fault = message_parse(&m, (struct span){mail, all}, "mx.host.example", why);
	free(mail);
	return m;
}

static void
hostile_mails_end_in_time(void **state)
{
	static const struct {
		const char *before, *unit;
		size_t times;
		const char *after;
		enum fault want;
		const char *words; /* in the cause, or in the suspicion */
	} table[] = {
	    {"Date: ", "(", 200000, "\n\nx\n", FAULT_ITEM, "parentheses"},
	    {"To: a@b.example\n ", "(\n ", 30000, "\n\nx\n", FAULT_ITEM, "parentheses"},
	    {"From: ", "(", 15000, "\n\nx\n", FAULT_NONE, NULL},
	    {"", "Content-Type: message/rfc822\n\n", 100000, "x\n", FAULT_ITEM, "parts"},
	    {"", "Content-Type: message/rfc822\n\n", 400, "x\n", FAULT_NONE, NULL},
	    {"", "Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\n", 10000, "x\n", FAULT_ITEM, "parts"},
	    {"", "Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\n", 450, "x\n", FAULT_NONE, NULL},
	    {"Content-Type: multipart/mixed; boundary=q\n\n", "--q\n\nx\n", 90000, "--q--\n", FAULT_NONE, "more parts than are read"},
	    {"Content-Type: multipart/mixed; boundary=q\n\n--q\n\n", "--qx\n", 1000000, "--q--\n", FAULT_ITEM, "borders"},
	    {"", "X-A: b\n", 100000, "\nbody\n", FAULT_NONE, "more header fields than are read"},
	    {"X-Long: ", "a", 5000000, "\n\nbody\n", FAULT_NONE, "a header field is longer"},
	    {"References:", " <a@r.example>", 200000, "\n\nbody\n", FAULT_NONE, "a header field is longer"},
	    {"To: a@b.example", ", u@x.example", 100000, "\n\nbody\n", FAULT_NONE, "more recipients than are read"},
	    {"X: a\n", " b\n", 500000, "\nbody\n", FAULT_NONE, NULL},
	    {"Subject: ", "=?utf-8?Q?", 6000, "\n\nx\n", FAULT_NONE, NULL},
	    {"Subject: ", "=?utf-8?Q?a?= ", 100000, "\n\nx\n", FAULT_NONE, NULL},
	    {"Content-Type: application/x; name=\"", "name ", 12000, "\"\n\nx\n", FAULT_NONE, NULL},
	    {"Content-Type: text/plain", "; p=v", 100000, "\n\nx\n", FAULT_NONE, NULL},
	    {"Content-Type: text/plain; name*0=a", "; name*1=b", 10000, "\n\nx\n", FAULT_NONE, NULL},
	    {"\n", "0123456789\n", 1000000, "", FAULT_NONE, "longer than what is read"},
	    {"Content-Type: text/html\n\n", "<div>", 200000, "x", FAULT_NONE, NULL},
	    {"Content-Type: text/html\n\n", "<blockquote>", 80000, "x", FAULT_NONE, NULL},
	    {"Content-Type: text/html\n\n", "<", 900000, "x", FAULT_NONE, NULL},
	    {"Content-Type: text/html\n\n", "<!--", 200000, "x", FAULT_NONE, NULL},
	    {"Content-Type: text/html\n\n", "&", 900000, "x", FAULT_NONE, NULL},
	    {"Content-Type: text/html\n\n<a b=\"", "<![", 200000, "x", FAULT_NONE, NULL},
	    {"Content-Type: text/html\n\n", "<ol><li>", 50000, "x", FAULT_NONE, NULL},
	    {"Content-Type: text/html\n\n<style>", ".a{display:none}", 50000, "</style><p class=a>x", FAULT_NONE, "hidden text"},
	    {"Content-Type: text/html\n\n", "<p style='display:none;color:#fff'>a", 20000, "x", FAULT_NONE, "hidden text"},
	    {"\n", "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81", 50000, "", FAULT_NONE, NULL},
	    {"Authentication-Results: mx.host.example", "; a=b", 100000, "\nFrom: a@b.example\n\nx\n", FAULT_NONE, NULL},
	    {"Authentication-Results: mx.host.example; a=b ", "(", 10000, "\nFrom: a@b.example\n\nx\n", FAULT_NONE, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct why why = {0};
		enum fault fault;
		struct message m = parse_repeated(table[i].before, table[i].unit, table[i].times, table[i].after, &fault, &why);
		const char *said = fault != FAULT_NONE ? why.text : m.suspicion;

		if (fault != table[i].want)
			fail_msg("%s%s…: fault %d (%s)", table[i].before, table[i].unit, (int)fault, why.text);
		if (table[i].words != NULL && (said == NULL || strstr(said, table[i].words) == NULL))
			fail_msg("%s%s…: \"%s\" does not say \"%s\"", table[i].before, table[i].unit, said != NULL ? said : "(nothing)", table[i].words);
		message_release(&m);
	}
}

static void
every_byte_may_stand_anywhere(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		static const char base[] = "From: =?utf-8?Q?a?= <a@b.example>\r\nContent-Type: multipart/alternative; boundary=\"x\"\r\n\r\n--x\r\n"
					   "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$BF|\x1b(B\r\n--x\r\nContent-Type: text/html\r\n"
					   "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p style=3D'color:#fff'>a&amp;</p>\r\n--x--\r\n";
		char mail[sizeof base];
		struct message m = {0}, again = {0};
		struct why why = {0};
		json_t *json;

		memcpy(mail, base, sizeof base);
		for (int i = 0; i < 5; i++) {
			seed = seed * 1103515245 + 12345;
			mail[(seed >> 8) % (sizeof mail - 1)] = (char)(seed >> 24);
		}
		assert_int_equal(parse_bytes(&m, mail, sizeof mail - 1 - seed % 40, "mx.host.example", &why), FAULT_NONE);
		json = message_to_json(&m);
		assert_non_null(json);
		if (message_from_json(&again, json, &why) != FAULT_NONE)
			fail_msg("%s", why.text);
		json_decref(json);
		message_release(&m);
		message_release(&again);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_text_is_what_a_person_reads),
	    cmocka_unit_test(bytes_of_any_character_set_become_utf_8),
	    cmocka_unit_test(flowed_lines_are_joined),
	    cmocka_unit_test(boundaries_of_one_quote_are_harmless),
	    cmocka_unit_test(hostile_mails_end_in_time),
	    cmocka_unit_test(every_byte_may_stand_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

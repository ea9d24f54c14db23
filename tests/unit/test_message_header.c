/* Header words, addresses, ids, dates and parameters, as real programs write them. */
#include "message_fixture.h"

static void
subjects_are_decoded(void **state)
{
	static const struct {
		const char *subject, *want;
	} table[] = {
	    {"plain", "plain"},
	    {"  two  blanks ", "two  blanks"},
	    {"=?UTF-8?B?5pel5pys6Kqe?=", "日本語"},
	    {"=?UTF-8?B?5pel5pw=?= =?UTF-8?B?rOiqng==?=", "日本語"}, /* cut inside a character, padded */
	    {"=?UTF-8?B?5pel5pys?=\n =?UTF-8?B?6Kqe?=", "日本語"},
	    {"=?UTF-8?B?5pel5pw=?=\n =?utf-8?q?=AC=E8=AA=9E?=", "日本語"}, /* cut, and in two encodings */
	    {"=?ISO-2022-JP?B?GyRCRnxLXDhsGyhC?=", "日本語"},
	    {"=?ISO-2022-JP?B?GyRCLSEbKEI=?=", "①"}, /* NEC row 13 */
	    {"=?ISO-2022-JP?B?GyRCRnxLXDhs?= =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本語日本"}, /* no way back to ASCII */
	    {"=?Shift_JIS?B?h4o=?=", "㈱"},
	    {"=?windows-31j?B?h4o=?=", "㈱"},
	    {"=?utf-8?Q?Re=3A_hello_w=C3=B6rld?=", "Re: hello wörld"},
	    {"=?utf-8?Q?hello world?=", "hello world"},
	    {"=?utf-8?B?5pel5pys6Kqe", "=?utf-8?B?5pel5pys6Kqe"},
	    {"=?x-foo?B?YWJj?=", "abc"},
	    {"=?utf-8?B?5pel*!?=", "日"},
	    {"a=?utf-8?Q?b?=c", "abc"},
	    {"日本語 Re: x", "日本語 Re: x"},
	    {"\x93\xfa\x96\x7b Re", "日本 Re"},
	    {"Die Fr\xF6sche", "Die Frösche"},
	    {"\x1b$BF|K\\\x1b(B Re", "日本 Re"},
	    {"abc =?utf-8?B?5pel5pys6Kqe?= def", "abc 日本語 def"},
	    {"=?utf-8?X?abc?= tail", "=?utf-8?X?abc?= tail"},
	    {"=?utf-8*ja?B?5pel5pys6Kqe?=", "日本語"},
	    {"=?utf-8?B?/////w==?= tail", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD tail"},
	    {"=?utf-8?Q?" "?= x", " x"},
	    {"=?us-ascii?Q?=E6=97=A5?=", "日"},
	    {"=?utf-8?Q?a=0D=0ABcc=3A_x?=", "a Bcc: x"}, /* a line break in a word stays in its line */
	    {"=?utf-8?Q?a=00b=1Bc?=", "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c"},
	    {"=?iso-8859-1?Q?=80?=", "€"},
	    {"=?gb2312?B?xOM=?=", "你"},
	    {"=?euc-jp?B?raE=?=", "①"},
	    {"=?iso-2022-jp?B?GyhJMTIzGyhC?=", "ｱｲｳ"},
	    {"=?utf-8?Q?=EE=80=80x?=", "\xEF\xBF\xBDx"}, /* the mark of struck text is ours */
	    {"=?", "=?"},
	    {"=?=?=?=?=", "=?=?=?=?="},
	    {"=?utf-8?Q?=41?=", "A"},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;
		char header[500];

		snprintf(header, sizeof header, "Subject: %s\n", table[i].subject);
		parse_header(&m, header);
		expect_text("the subject", header, m.subject, table[i].want);
		message_release(&m);
	}
}

static void
from_is_taken_only_where_it_is_plain(void **state)
{
	static const struct {
		const char *header, *want;
	} table[] = {
	    {"From: a@b.example\n", "a@b.example"},
	    {"from:a@b.example\n", "a@b.example"},
	    {"From: <a@b.example>\n", "a@b.example"},
	    {"From: Taro <a@B.Example>\n", "a@b.example"},
	    {"From: A.B@b.example\n", "A.B@b.example"},
	    {"From: \"Yamada, Taro\" <a@b.example>\n", "a@b.example"},
	    {"From: Yamada, Taro <a@b.example>\n", "a@b.example"},
	    {"From: Yamada, Taro. <a@b.example>\n", "a@b.example"},
	    {"From: 山田 太郎 <a@b.example>\n", "a@b.example"},
	    {"From: =?UTF-8?B?5bGx55Sw?= <a@b.example>\n", "a@b.example"},
	    {"From: =?UTF-8?B?5bGx55Sw?=\n <a@b.example>\n", "a@b.example"},
	    {"From: a@b.example (Comment Name)\n", "a@b.example"},
	    {"From: a..b.@docomo.example\n", "a..b.@docomo.example"},
	    {"From: \"a..b.\"@docomo.example\n", "a..b.@docomo.example"},
	    {"From: a+b=c@b.example\n", "a+b=c@b.example"},
	    {"From: \"boss@c.example\" <evil@x.example>\n", "evil@x.example"},
	    {"From: a@日本.example\n", "a@xn--wgv71a.example"},
	    {"From: a@XN--WGV71A.example\n", "a@xn--wgv71a.example"},
	    {"From: a@[192.0.2.1]\n", NULL},
	    {"From: boss@c.example <evil@x.example>\n", NULL},
	    {"From: a@b.example, c@d.example\n", NULL},
	    {"From: <a@b.example>, <c@d.example>\n", NULL},
	    {"From: <a@b.example> <c@d.example>\n", NULL},
	    {"From: a@b.example <c@d.example> <e@f.example>\n", NULL},
	    {"From: a@b.example\nFrom: c@d.example\n", NULL},
	    {"From: a@b.example\nFrom: a@b.example\n", NULL},
	    {"From: a@b.example\nFROM : c@d.example\n", NULL},
	    {"From : a@b.example\n", NULL},
	    {"From: group: a@b.example;\n", NULL},
	    {"From: group: a@b.example, c@d.example;\n", NULL},
	    {"From: <@x.example:a@b.example>\n", NULL},
	    {"From: <@x.example,@y.example:a@b.example>\n", NULL},
	    {"From: <a@b.example\n", NULL},
	    {"From: a@b.example>\n", NULL},
	    {"From: MAILER-DAEMON\n", NULL},
	    {"From:\n", NULL},
	    {"From: @b.example\n", NULL},
	    {"From: a@\n", NULL},
	    {"From: a@b@c.example\n", NULL},
	    {"From: <a@b.example>x\n", NULL},
	    {"From: \"a b\"@c.example\n", NULL},
	    {"From: \"a\\b\"@c.example\n", NULL},
	    {"From: a@b..example\n", NULL},
	    {"From: a@-b.example\n", NULL},
	    {"From: a@b.example.\n", NULL},
	    {"From: a@b_c.example\n", "a@b_c.example"},
	    {"From: a(x)@b.example\n", "a@b.example"},
	    {"From: <a(x)@b.example>\n", NULL},
	    {"From: =?utf-8?Q?a@b.example?=\n", NULL},
	    {"From: =?utf-8?Q?x?=@b.example\n", NULL},
	    {"From: =?utf-8?Q?boss@c.example=3C?= <evil@x.example>\n", NULL},
	    {"From: a\x01@b.example\n", NULL},
	    {"From: (a@b.example\n", NULL},
	    {"From: \"a@b.example\n", NULL},
	    {"Sender: a@b.example\nReply-To: a@b.example\nResent-From: a@b.example\n", NULL},
	    {"Subject: x\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;

		parse_header(&m, table[i].header);
		expect_text("From", table[i].header, m.from, table[i].want);
		if ((m.from == NULL) != (m.from_problem != NULL))
			fail_msg("%s: an address and a problem, or neither", table[i].header);
		message_release(&m);
	}
}

static void
a_nul_in_from_is_a_problem(void **state)
{
	static const char mail[] = "From: a@b.example\0.evil.example\n\nx\n";
	struct message m = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(parse_bytes(&m, mail, sizeof mail - 1, "", &why), FAULT_NONE);
	assert_null(m.from);
	message_release(&m);
}

static void
names_are_decoded_after_the_structure(void **state)
{
	static const struct {
		const char *header, *want;
	} table[] = {
	    {"From: \"Yamada, Taro\" <a@b.example>\n", "Yamada, Taro"},
	    {"From: =?UTF-8?B?5bGx55Sw?= <a@b.example>\n", "山田"},
	    {"From: \"=?UTF-8?B?5bGx55Sw?=\" <a@b.example>\n", "山田"},
	    {"From: a@b.example (Taro)\n", "Taro"},
	    {"From: a@b.example\n", ""},
	    {"From: \"A \\\"B\\\" C\" <a@b.example>\n", "A \"B\" C"},
	    {"From: Yamada, Taro <a@b.example>\n", "Yamada, Taro"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;

		parse_header(&m, table[i].header);
		expect_text("the name", table[i].header, m.from_name, table[i].want);
		message_release(&m);
	}
}

static void
dates_are_read_with_tolerance(void **state)
{
	static const struct {
		const char *date;
		int64_t want;
	} table[] = {
	    {"Mon, 23 Nov 2026 10:00:00 +0900", 1795395600},
	    {"23 Nov 2026 10:00:00 +0900", 1795395600},
	    {"Mon, 23 Nov 2026 01:00:00 GMT", 1795395600},
	    {"Mon, 23 Nov 2026 01:00 UT", 1795395600},
	    {"23 Nov 26 10:00 JST", 1795395600},
	    {"Mon, 23 Nov 2026 10:00:00 +0900 (JST)", 1795395600},
	    {"Sun, 22 Nov 2026 20:00:00 -0500", 1795395600},
	    {"not a date", 0},
	    {"Mon, 99 Nov 2026 10:00:00 +0900", 0},
	    {"Mon, 23 Foo 2026 10:00:00 +0900", 0},
	    {"", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;
		char header[300];

		snprintf(header, sizeof header, "Date: %s\n", table[i].date);
		parse_header(&m, header);
		if (m.date_at != table[i].want)
			fail_msg("%s is %lld, not %lld", table[i].date, (long long)m.date_at, (long long)table[i].want);
		message_release(&m);
	}
}

static void
ids_are_read_out_of_anything(void **state)
{
	struct message m;

	(void)state;
	parse_header(&m, "Message-ID: < a@b >\nIn-Reply-To: Message of Mon <x@y>\nReferences: <1@r>,<2@r> junk\n <!&!AAAA@x>\n\t<[R-2026]@x>\n");
	expect_text("Message-ID", "", m.message_id, "a@b");
	assert_int_equal(m.reference_count, 5);
	expect_text("reference", "0", m.reference[0], "x@y");
	expect_text("reference", "1", m.reference[1], "[R-2026]@x");
	expect_text("reference", "2", m.reference[2], "!&!AAAA@x");
	expect_text("reference", "4", m.reference[4], "1@r");
	message_release(&m);
	parse_header(&m, "Message-ID: no-angle@b\n");
	assert_null(m.message_id);
	message_release(&m);
}

static void
the_newest_references_are_kept(void **state)
{
	struct message m;
	char header[8000] = "References:";
	size_t n = strlen(header);

	(void)state;
	for (int i = 0; i < 300; i++)
		n += (size_t)snprintf(header + n, sizeof header - n, " <%d@r.example>", i);
	strcat(header, "\n");
	parse_header(&m, header);
	assert_int_equal(m.reference_count, MESSAGE_MAX_REFERENCES);
	expect_text("reference", "0", m.reference[0], "299@r.example");
	expect_text("reference", "99", m.reference[99], "200@r.example");
	message_release(&m);
}

static void
recipients_are_gathered(void **state)
{
	struct message m;
	static const char *const want[] = {"a@b.example", "c@d.example", "e@f.example", "g@h.example", "i@j.example"};

	(void)state;
	parse_header(&m, "Cc: Team: e@f.example, \"x, y\" <g@h.example>;\nTo: A <a@B.example>, c@d.example (C), broken\nDelivered-To: i@j.example\n");
	assert_int_equal(m.recipient_count, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++)
		expect_text("recipient", "", m.recipient[i], want[i]);
	message_release(&m);
}

static void
file_names_are_decoded(void **state)
{
	static const struct {
		const char *fields, *want;
	} table[] = {
	    {"Content-Disposition: attachment; filename*=UTF-8''%E6%97%A5.pdf\n", "日.pdf"},
	    {"Content-Type: application/pdf; name*=UTF-8''%E6%97%A5.pdf\n", "日.pdf"},
	    {"Content-Type: application/pdf; name*0=\"ab\"; name*1=\"cd.pdf\"\n", "abcd.pdf"},
	    {"Content-Disposition: attachment; filename*0*=UTF-8''%E6%97; filename*1*=%A5.pdf\n", "日.pdf"},
	    {"Content-Type: application/pdf; name=\"=?UTF-8?B?5pel?=.pdf\"\n", "日.pdf"},
	    {"Content-Type: application/pdf; name==?ISO-2022-JP?B?GyRCRnwbKEI=?=.pdf\n", "日.pdf"},
	    {"Content-Type: application/pdf; name=two words.pdf; x=y\n", "two words.pdf"},
	    {"Content-Disposition: attachment; filename=\"a\\\"b.pdf\"\n", "a\"b.pdf"},
	    {"Content-Disposition: attachment; filename=\"\x93\xfa.pdf\"\n", "日.pdf"},
	    {"Content-Disposition: attachment; filename=old.pdf; filename*=UTF-8''new.pdf\n", "new.pdf"},
	    {"Content-Disposition: attachment; filename*=UTF-8''new.pdf; filename=old.pdf\n", "new.pdf"},
	    {"Content-Type: application/pdf\n", "application/pdf"},
	    {"Content-Disposition: attachment\n", "text/plain"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;
		char mail[1000];

		snprintf(mail, sizeof mail, "Content-Type: multipart/mixed; boundary=q\n\n--q\n\ntext\n--q\n%s\nx\n--q--\n", table[i].fields);
		parse(&m, mail);
		if (m.attachment_count != 1)
			fail_msg("%s: %zu attachments", table[i].fields, m.attachment_count);
		expect_text("the file name", table[i].fields, m.attachment[0], table[i].want);
		message_release(&m);
	}
}

static void
tokens_are_found_wherever_they_stand(void **state)
{
	struct message m;

	(void)state;
	parse(&m, "Subject: Re: [12-ABCDEFGHIJKLMNOPQRSTUVWXYZ]\nTo: ssl+34-abcdefghijklmnopqrstuvwxyz@host.example\n"
		  "References: <SSL-2026-00123.56-aaaaaaaaaaaaaaaaaaaaaaaaaa@host.example>\n\n"
		  "> 78-bbbbbbbbbbbbbbbbbbbbbbbbbb\n12-abcdefghijklmnopqrstuvwxyz\n9-bbbbbbbbbbbbbbbbbbbbbbbbb 9-bbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
		  "x9-bbbbbbbbbbbbbbbbbbbbbbbbb1 12345678901234567890-aaaaaaaaaaaaaaaaaaaaaaaaaa\n");
	expect_text("tokens", "", m.tokens, "12-abcdefghijklmnopqrstuvwxyz 78-bbbbbbbbbbbbbbbbbbbbbbbbbb 56-aaaaaaaaaaaaaaaaaaaaaaaaaa 34-abcdefghijklmnopqrstuvwxyz");
	message_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(subjects_are_decoded),
	    cmocka_unit_test(from_is_taken_only_where_it_is_plain),
	    cmocka_unit_test(a_nul_in_from_is_a_problem),
	    cmocka_unit_test(names_are_decoded_after_the_structure),
	    cmocka_unit_test(dates_are_read_with_tolerance),
	    cmocka_unit_test(ids_are_read_out_of_anything),
	    cmocka_unit_test(the_newest_references_are_kept),
	    cmocka_unit_test(recipients_are_gathered),
	    cmocka_unit_test(file_names_are_decoded),
	    cmocka_unit_test(tokens_are_found_wherever_they_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

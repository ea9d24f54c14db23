/* People, programs and delivery reports; and a message as JSON. */
#include "message_fixture.h"

#define REPORT "Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nIt failed.\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.x.example\n\n"
#define RETURNED "--r\nContent-Type: message/rfc822\n\nSubject: ours\nMessage-ID: <ours@host.example>\n\nbody\n--r--\n"
#define DAEMON "From: MAILER-DAEMON@x.example\nReturn-Path: <>\n"

static void
people_and_programs_are_told_apart(void **state)
{
	static const struct {
		const char *mail;
		enum message_kind want;
	} table[] = {
	    {"Subject: Re: x\n\nPlease renew.\n", MESSAGE_PERSON},
	    {"Auto-Submitted: auto-replied\nSubject: Re: x\n\nI am away.\n", MESSAGE_AUTOMATIC},
	    {"Auto-Submitted: auto-generated; x=y\n\nx\n", MESSAGE_AUTOMATIC},
	    {"Auto-Submitted: Auto-Replied (vacation)\n\nx\n", MESSAGE_AUTOMATIC},
	    {"Auto-Submitted: no\n\nI am out of office tomorrow, please renew.\n", MESSAGE_PERSON},
	    {"Auto-Submitted: no\nSubject: Out of Office\n\nI am out of the office.\n", MESSAGE_PERSON},
	    {"X-Autoreply: yes\n\nx\n", MESSAGE_AUTOMATIC},
	    {"X-Autoreply: no\n\nx\n", MESSAGE_PERSON},
	    {"X-Autorespond: vacation\n\nx\n", MESSAGE_AUTOMATIC},
	    {"X-Auto-Response-Suppress: All\n\nPlease renew.\n", MESSAGE_PERSON},
	    {"Precedence: bulk\n\nPlease renew.\n", MESSAGE_PERSON},
	    {"Precedence: list\nList-Id: <x.example>\n\nPlease renew.\n", MESSAGE_PERSON},
	    {"Precedence: auto_reply\n\nx\n", MESSAGE_AUTOMATIC},
	    {"Return-Path: <>\n\nPlease renew.\n", MESSAGE_PERSON},
	    {"Content-Type: multipart/report; report-type=disposition-notification; boundary=r\n\n--r\n\nread\n--r\nContent-Type: message/disposition-notification\n\nDisposition: manual-action\n--r--\n", MESSAGE_AUTOMATIC},
	    {"Content-Type: multipart/report; report-type=feedback-report; boundary=r\n\n--r\n\nabuse\n--r--\n", MESSAGE_AUTOMATIC},
	    {REPORT "Final-Recipient: rfc822; a@x.example\nAction: delivered\nStatus: 2.0.0\n\n" RETURNED, MESSAGE_AUTOMATIC},
	    {"List-Id: <l.example>\nReturn-Path: <l-owner@l.example>\n" REPORT "Action: failed\nStatus: 5.1.1\n\n" RETURNED, MESSAGE_AUTOMATIC},
	    {"Subject: Fwd: Undelivered Mail\nFrom: jane@acme.example\n\nYour mail could not be delivered, see below.\n", MESSAGE_PERSON},
	    {"Subject: undeliverable goods\nFrom: jane@acme.example\n\nThe address does not exist.\n", MESSAGE_PERSON},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;

		parse(&m, table[i].mail);
		if (m.kind != table[i].want)
			fail_msg("%s\nis %d (%s), not %d", table[i].mail, (int)m.kind, m.kind_reason, (int)table[i].want);
		if ((m.kind == MESSAGE_PERSON) != (m.kind_reason[0] == '\0'))
			fail_msg("%s\na reason for what is no person, and none for a person", table[i].mail);
		message_release(&m);
	}
}

/* What is left to the words. */
static void
signs_of_a_machine_are_noted(void **state)
{
	static const struct {
		const char *mail;
		bool seems, denies;
	} table[] = {
	    {"From: jane@acme.example\nReturn-Path: <jane@acme.example>\n\nx\n", false, false},
	    {"From: jane@acme.example\nReturn-Path: <>\n\nx\n", true, false},
	    {"From: jane@acme.example\nReturn-Path:\n\nx\n", true, false},
	    {"From: jane@acme.example\nX-Auto-Response-Suppress: All\n\nx\n", true, false},
	    {"From: jane@acme.example\nPrecedence: bulk\nList-Id: <x.example>\n\nx\n", false, false},
	    {"From: No-Reply@acme.example\n\nx\n", true, false},
	    {"From: staff-bounces@acme.example\n\nx\n", true, false},
	    {"From: noreply.smith@acme.example\n\nx\n", false, false},
	    {"From: no-reply@acme.example\nAuto-Submitted: no\n\nx\n", false, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;

		parse(&m, table[i].mail);
		if (m.kind != MESSAGE_PERSON || m.seems_automatic != table[i].seems || m.denies_automatic != table[i].denies)
			fail_msg("%s\nis %d, seems %d, denies %d", table[i].mail, (int)m.kind, (int)m.seems_automatic, (int)m.denies_automatic);
		message_release(&m);
	}
}

static void
delivery_reports_are_read(void **state)
{
	static const struct {
		const char *mail;
		enum bounce_kind want;
		const char *recipient, *status, *original_id;
	} table[] = {
	    {REPORT "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n\n" RETURNED, BOUNCE_HARD, "a@x.example", "5.1.1", "ours@host.example"},
	    {REPORT "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 4.4.7\n\n" RETURNED, BOUNCE_SOFT, "a@x.example", "4.4.7", "ours@host.example"},
	    {REPORT "Final-Recipient: rfc822; a@x.example\nAction: delayed\nStatus: 4.4.1\n\n" RETURNED, BOUNCE_DELAYED, "a@x.example", "4.4.1", "ours@host.example"},
	    {REPORT "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.2.2\n\n" RETURNED, BOUNCE_SOFT, "a@x.example", "5.2.2", "ours@host.example"},
	    {REPORT "Original-Recipient: rfc822;b@x.example\nFinal-Recipient: rfc822; a@y.example\nAction: Failed (x)\nStatus: 5.0.0 (permanent)\n\n" RETURNED, BOUNCE_SOFT, "b@x.example", "5.0.0", "ours@host.example"},
	    {REPORT "Final-Recipient: rfc822; a@x.example\nAction: delayed\nStatus: 4.0.0\n\nFinal-Recipient: rfc822; b@x.example\nAction: failed\nStatus: 5.1.1\n\n" RETURNED, BOUNCE_HARD, "b@x.example", "5.1.1", "ours@host.example"},
	    {REPORT "Final-Recipient: rfc822; a@x.example\nAction: failed\nDiagnostic-Code: smtp; 550 5.7.1 refused\n\n" "--r\nContent-Type: text/rfc822-headers\n\nMessage-ID:\n <ours@host.example>\n--r--\n", BOUNCE_SOFT, "a@x.example", "5.7.1", "ours@host.example"},
	    {REPORT "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n--r--\n", BOUNCE_HARD, "a@x.example", "5.1.1", NULL},
	    {DAEMON "Subject: Undelivered Mail Returned to Sender\n\n<a@x.example>: host mx.x.example[192.0.2.1] said: 550 5.1.1 User unknown\n\nMessage-Id: <ours@host.example>\n", BOUNCE_HARD, "a@x.example", "5.1.1", "ours@host.example"},
	    {DAEMON "Subject: failure notice\n\nHi. This is the qmail-send program at x.example.\nI'm afraid I wasn't able to deliver your message.\n\n<a@x.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <ours@host.example>\n", BOUNCE_HARD, "a@x.example", "5.1.1", "ours@host.example"},
	    {DAEMON "Subject: Warning: message delayed\n\nYour message to a@x.example has not yet been delivered (4.4.1); we will keep trying.\n", BOUNCE_DELAYED, "a@x.example", "4.4.1", NULL},
	    {"From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\nX-Failed-Recipients: a@x.example\nSubject: Delivery Status Notification (Failure)\n\nAddress not found\nThe response was: 550 5.1.1\n", BOUNCE_HARD, "a@x.example", "5.1.1", NULL},
	    {"From: postmaster@x.example\nReturn-Path: <>\nSubject: Undeliverable: SSL\n\nYour message did not reach the following recipient: a@x.example\n", BOUNCE_SOFT, "a@x.example", NULL, NULL},
	    {DAEMON "Subject: Mail System Error - Returned Mail\nContent-Type: text/plain; charset=utf-8\n\n次のあて先へのメッセージはエラーのため送信できませんでした。\n<a@docomo.example>: 550 Unknown user a@docomo.example\n", BOUNCE_SOFT, "a@docomo.example", NULL, NULL},
	    {"From: Postmaster@ezweb.example\nSubject: Mail System Error - Returned Mail\nContent-Type: text/plain; charset=utf-8\n\nメールアドレスが存在しませんでした。\n<a@ezweb.example>\n", BOUNCE_HARD, "a@ezweb.example", NULL, NULL},
	    {"From: postmaster@x.example\nSubject: メールの配送に失敗しました\nContent-Type: text/plain; charset=utf-8\n\n受信を拒否しました。\n宛先：a@x.example\n理由：当該アドレスは廃止されています\n", BOUNCE_HARD, "a@x.example", NULL, NULL},
	    {"From: no-reply@x.example\nReturn-Path: <>\nSubject: Mail\nContent-Type: multipart/mixed; boundary=r\n\n--r\n\nYour mail to a@x.example came back, as their mailbox is full.\n" RETURNED, BOUNCE_SOFT, "a@x.example", NULL, "ours@host.example"},
	    {DAEMON "Subject: Undelivered Mail\n\n<a@x.example>: host mx said: 550 5.1.1 <a@x.example>... User unknown (in reply to end of\n    DATA command)\n", BOUNCE_SOFT, "a@x.example", "5.1.1", NULL},
	    {DAEMON "Subject: Undelivered Mail\n\n<a@x.example>: host mx said: 550 User unknown (in reply to RCPT\n    TO command)\n\n<b@x.example>: mailbox full\n", BOUNCE_HARD, "a@x.example", NULL, NULL},
	    {DAEMON "Subject: Returned mail\n\na@x.example: mailbox is full, try again later\n", BOUNCE_SOFT, "a@x.example", NULL, NULL},
	    {DAEMON "Subject: Returned mail\n\n<a@x.example>: 452 too busy, gave up. 192.0.2.5.1\n", BOUNCE_SOFT, "a@x.example", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;

		parse(&m, table[i].mail);
		if (m.kind != MESSAGE_BOUNCE || m.bounce.kind != table[i].want)
			fail_msg("%s\nis %d (%s), bounce %d, not %d", table[i].mail, (int)m.kind, m.kind_reason, (int)m.bounce.kind, (int)table[i].want);
		expect_text("the recipient", table[i].mail, m.bounce.recipient, table[i].recipient);
		expect_text("the status", table[i].mail, m.bounce.status, table[i].status);
		expect_text("the original id", table[i].mail, m.bounce.original_id, table[i].original_id);
		message_release(&m);
	}
}

static const char full[] = "From: \"日本\" <jane@acme.example>\nTo: ssl@host.example\nSubject: 件名\nDate: Mon, 23 Nov 2026 10:00:00 +0900\nMessage-ID: <a@b>\n"
			   "References: <c@d> <e@f>\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=a\n\n"
			   "--a\nContent-Type: text/plain; charset=utf-8\n\nwords\n--a\nContent-Type: text/html\n\n<p>other</p>\n--a--\n--m\n"
			   "Content-Type: application/pdf; name=x.pdf\n\n%PDF\n--m--\n";

static void
a_message_survives_json(void **state)
{
	struct message m, again = {0};
	struct why why = {0};
	json_t *json, *second;

	(void)state;
	parse(&m, full);
	json = message_to_json(&m);
	assert_int_equal(message_from_json(&again, json, &why), FAULT_NONE);
	assert_string_equal(again.subject, "件名");
	assert_string_equal(again.other_text, m.other_text);
	assert_string_equal(again.attachment[0], "x.pdf");
	assert_int_equal(again.reference_count, 2);
	second = message_to_json(&again);
	assert_true(json_equal(json, second));
	json_decref(json);
	json_decref(second);
	message_release(&m);
	message_release(&again);
	message_release(&again);
}

static void
json_that_is_no_message_is_refused(void **state)
{
	static const struct {
		const char *key, *value;
	} changes[] = {
	    {"subject", "5"}, {"subject", "null"}, {"subject", "\"a\\nb\""}, {"text", "\"a\\u0007\""}, {"text", "[]"}, {"from", "\"not an address\""},
	    {"from", "\"A@B.EXAMPLE\""}, {"from_problem", "\"both\""}, {"kind", "\"human\""}, {"kind", "1"}, {"date_at", "\"x\""}, {"is_html", "1"},
	    {"reference", "\"x\""}, {"reference", "[1]"}, {"recipient", "{}"}, {"tokens", "\"a\\tb\""}, {"authentication", "\"yes\""}, {"bounce_kind", "\"\""},
	};
	struct message m;

	(void)state;
	parse(&m, full);
	for (size_t i = 0; i < COUNT(changes); i++) {
		struct message again = {0};
		struct why why = {0};
		json_t *json = message_to_json(&m);

		json_object_set_new(json, changes[i].key, json_loads(changes[i].value, JSON_DECODE_ANY, NULL));
		if (message_from_json(&again, json, &why) != FAULT_ITEM || why.text[0] == '\0')
			fail_msg("%s: %s is taken", changes[i].key, changes[i].value);
		json_object_del(json, changes[i].key);
		json_decref(json);
	}
	message_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(people_and_programs_are_told_apart),
	    cmocka_unit_test(signs_of_a_machine_are_noted), cmocka_unit_test(delivery_reports_are_read),
	    cmocka_unit_test(a_message_survives_json),
	    cmocka_unit_test(json_that_is_no_message_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

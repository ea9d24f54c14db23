/* test_automatic.c - mail that only its words show to be a program's, and people's mail that must never be taken for it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "mailproc/intent.h"
#include "mailproc/message.h"

static struct rules *rules;

/* Runs all stages on a mail: header, an empty line, text in UTF-8. */
static void
read_mail(const char *mail, struct intent *intent)
{
	static char name[] = "www.shop.example", letter[] = "";
	static char *names[] = {name};
	struct asked asked = {LETTER_NOTICE, names, 1, letter};
	struct message message = {0};
	struct reply reply = {0};
	struct why why = {0};

	if (message_parse(&message, (struct span){mail, strlen(mail)}, "", &why) != FAULT_NONE ||
	    reply_extract(&reply, &message, &asked, rules, &why) != FAULT_NONE ||
	    intent_decide(intent, &message, &reply, &asked, rules, &why) != FAULT_NONE)
		fail_msg("%s: %s", mail, why.text);
	reply_release(&reply);
	message_release(&message);
}

#define FROM "From: jane@acme.example\nContent-Type: text/plain; charset=utf-8\n"
#define NO_REPLY "From: no-reply@acme.example\nContent-Type: text/plain; charset=utf-8\n"
#define EMPTY_PATH "Return-Path: <>\n" FROM

static const char *const automatic[] = {
    FROM "Subject: 自動応答: SSL\n\nこのメールは自動返信です。\n",
    FROM "Subject: 【自動返信】お問い合わせ\n\n自動的に送信しております。\n",
    FROM "Subject: Re: x\n\nお問い合わせいただきありがとうございます。\n以下の内容で受け付けました。\n\n受付番号：48213\n件名　　：専用SSL証明書の更新のご案内\n",
    FROM "Subject: 年末年始休業のお知らせ\n\n下記の期間を年末年始休業とさせていただきます。\n期間中にいただきましたメールには、1月5日以降、順次ご返信いたします。\n",
    FROM "Subject: Re: x\n\nただいま休暇をいただいております。お急ぎの場合は総務の大野までご連絡ください。\n",
    FROM "Subject: 開封済み: 専用SSL証明書の有効期限\n\nメッセージ\n\n    宛先:    川上\n    件名:    専用SSL証明書の有効期限\n\nが、2027年1月7日 11:32:45 に開封されました。\n",
    FROM "Subject: Automatic reply: SSL\n\nThank you. I am out of the office.\n",
    FROM "Subject: Re: x\n\nI am on annual leave until Monday 7 December with no access to email. For anything urgent please contact the service desk.\n\nPriya\n",
    FROM "Subject: Ticket #7 created: SSL\n\nHello Sample Hosting SSL Renewals,\n\nYour ticket has been logged.\n\n  Ticket   : 7\n  Category : Certificates\n",
    FROM "Subject: Read: SSL\n\nYour message\n\n   To: Barney\n   Subject: Your SSL certificate expires in 30 days\n\n was read on Tuesday, December 22, 2026 8:47:51 AM.\n",
    FROM "Subject: Please confirm you are human\n\nYour message has been put on my waiting list.\n",
    NO_REPLY "Subject: Re: x\n\nI am out of the office until Monday.\n",
    EMPTY_PATH "Subject: x\n\nI am out of the office until Monday.\n",
    EMPTY_PATH "Subject: x\n\nただいま不在にしております。\n",
    "X-Auto-Response-Suppress: All\n" FROM "Subject: Automatic reply: SSL\n\nx\n",
};

/* A person's words among, before and after what machines write. */
static const char *const people[] = {
    FROM "Subject: Re: x\n\nI am out of the office until the 30th, so briefly: yes, renew ours. Any paperwork can wait till I'm back.\n",
    FROM "Subject: Re: x\n\nI'm away until 5 January and will decide when I'm back.\n",
    FROM "Subject: Re: x\n\nI am on leave with limited access to email, but go ahead.\n",
    FROM "Subject: Re: x\n\nI'm on vacation until Monday. I will reply about the certificate when I return.\n",
    FROM "Subject: Re: x\n\nI'm out of the office until Monday, I will get back to you when I return.\n\n> The certificate of www.shop.example ends soon.\n",
    FROM "Subject: Automatic reply: SSL\n\nPlease renew it. I am out of the office.\n",
    FROM "Subject: Out of Office: SSL\n\nPlease renew it.\n",
    FROM "Subject: Ticket #7 created: SSL\n\nPlease renew the certificate. Your ticket has been logged.\n",
    FROM "Subject: Ticket #7 updated\n\nYour ticket has been received. We no longer need the site.\n",
    FROM "Subject: Re: Automatic reply: SSL\n\nSorry, that was my automatic reply. Keep it going.\n",
    FROM "Subject: Re: x\n\nThis is an automated response? I want to talk to a person.\n",
    FROM "Subject: Re: x\n\n小島です。休暇中のため携帯から失礼します。\n12/28まで不在にしておりますが、SSLの件は進めておいてください。\n",
    FROM "Subject: Re: x\n\n12月25日より休業に入ります。担当役員が不在のため、更新の可否は1月6日以降にあらためてご返事させてください。\n",
    FROM "Subject: Re: x\n\n出張中のため、来週ご連絡いたします。その方向でお願いします。\n",
    FROM "Subject: Re: x\n\nただいま休暇をいただいております。順次ご返信いたします。\nはい\n",
    FROM "Subject: Re: x\n\n私は4月に異動いたしまして、現在は情報課の根本が担当です。今後のご案内は nemoto@acme.example へお願いいたします。\n",
    FROM "Subject: Re: 自動応答の件\n\n更新をお願いします。明日は不在です。\n",
    FROM "Subject: Re: x\n\n更新をお願いします。\n> このメールは自動送信です。\n",
    FROM "Subject: Re: x\n\n承知しました。このメールは自動送信ではありません。\n",
    "Auto-Submitted: no\n" FROM "Subject: Out of Office: SSL\n\nI am on annual leave. If this is urgent, call us.\n",
    EMPTY_PATH "Subject: x\n\nPlease renew.\n",
    EMPTY_PATH "Subject: x\n\nI am out of the office until Monday. Please renew.\n",
    EMPTY_PATH "Subject: x\n\nよろしくお願いいたします。\n",
    NO_REPLY "Subject: Re: x\n\n更新をお願いします。\n",
    "X-Auto-Response-Suppress: All\nList-Id: <x.example>\nPrecedence: list\n" FROM "Subject: Re: x\n\nThat is fine with us.\n",
};

static void
words_that_only_programs_write_are_automatic(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof automatic / sizeof *automatic; i++) {
		struct intent intent = {0};

		read_mail(automatic[i], &intent);
		if (intent.verdict != VERDICT_AUTO)
			fail_msg("%s\nis %s (%s), not automatic", automatic[i], verdict_text(intent.verdict), intent.reason);
		if (intent.evidence_count != 1 || intent.evidence[0].text[0] == '\0')
			fail_msg("%s\nis automatic without its words", automatic[i]);
		intent_release(&intent);
	}
}

static void
an_answer_is_never_automatic_whatever_stands_beside_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
		struct intent intent = {0};

		read_mail(people[i], &intent);
		if (intent.verdict == VERDICT_AUTO || intent.verdict == VERDICT_BOUNCE)
			fail_msg("%s\nis lost as %s (%s: %s)", people[i], verdict_text(intent.verdict), intent.reason, intent.evidence[0].text);
		intent_release(&intent);
	}
}

static int
load(void **state)
{
	struct why why = {0};

	(void)state;
	return rules_load(&rules, "rules", "", NULL, NULL, &why) == FAULT_NONE && message_prepare(&why) == FAULT_NONE ? 0 : -1;
}

static int
unload(void **state)
{
	(void)state;
	rules_free(rules);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_that_only_programs_write_are_automatic),
	    cmocka_unit_test(an_answer_is_never_automatic_whatever_stands_beside_it),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

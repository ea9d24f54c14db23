/* test_reply_clients.c - the new words of a reply are found whatever program quoted our letter, and wherever the answer stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailproc/base/buf.h"
#include "mailproc/base/span.h"
#include "mailproc/message.h"
#include "mailproc/reply.h"

static struct rules *rules;
static char name[] = "www.a.example";
static char *names[] = {name};

static const char letter_ja[] = "株式会社テスト 御中\n\n平素はサンプルホスティングをご利用いただき、\n誠にありがとうございます。\nご利用中の専用SSL証明書の有効期限が近づいてまいりましたので、\n"
				"更新の手続きについてご案内いたします。\n\n専用SSL証明書は自動では更新されません。更新には毎年お申し込みが\n必要です。\n\n  コモンネーム : www.a.example\n  有効期限     : 2027年2月15日\n\n"
				"■ ご回答\n[ ] 更新する\n[ ] 更新しない\n\n■ 更新されない場合\n期限後はブラウザで警告が表示されます。\n更新しない場合もご返信ください。\n\n管理番号: SSL-2026-00123\n";
static const char letter_en[] = "Dear customer,\n\nA dedicated SSL certificate of yours will expire soon. This is how its\nrenewal works, and what we ask of you.\n\nDedicated SSL certificates are not renewed automatically: an application\n"
				"is needed each year.\n\n  Common name    : www.a.example\n  Expires        : 15 February 2027\n\n* Your answer\n[ ] Renew\n[ ] Do not renew\n\n* If you do not renew\n"
				"Browsers show a warning after that day. Please do not renew twice.\n\nReference: SSL-2026-00123\n";

/* How a program introduces the letter that it quotes, and how it quotes. */
struct client {
	const char *name, *introduction, *mark; /* mark NULL: the letter stands as it is */
	bool is_known_by_letter;		/* only the letter itself tells that it is quoted */
};

static const struct client client[] = {
    {"Gmail, Japanese", "2026年11月22日(日) 10:00 サンプルホスティング SSL更新窓口 <ssl@hosting.example>:\n\n", "> ", false},
    {"Gmail, English", "On Sun, Nov 22, 2026 at 10:00 AM Sample Hosting <ssl@hosting.example> wrote:\n\n", "> ", false},
    {"Gmail, broken line", "On Sun, Nov 22, 2026 at 10:00 AM Sample Hosting SSL Renewals <\nssl-renewal@hosting.example> wrote:\n\n", "> ", false},
    {"Gmail, German", "Am So., 22. Nov. 2026 um 10:00 Uhr schrieb Sample Hosting <\nssl@hosting.example>:\n\n", "> ", false},
    {"Apple Mail, Japanese", "2026/11/22 10:00、サンプルホスティング <ssl@hosting.example>のメール:\n\n", "> ", false},
    {"Apple Mail, English", "On 22 Nov 2026, at 10:00, Sample Hosting <ssl@hosting.example> wrote:\n\n", "> ", false},
    {"Apple Mail, two lines", "On Nov 22, 2026, at 10:00, Sample Hosting\n<ssl@hosting.example> wrote:\n\n", "> ", false},
    {"Thunderbird, Japanese", "On 2026/11/22 10:00, サンプルホスティング SSL更新窓口 wrote:\n", "> ", false},
    {"Thunderbird, new Japanese", "2026/11/22 10:00、サンプルホスティング さんは書きました:\n", "> ", false},
    {"Outlook, Japanese", "差出人: サンプルホスティング <ssl@hosting.example>\n送信日時: 2026年11月22日日曜日 10:00\n宛先: 総務 <soumu@a.example>\n件名: 【重要】専用SSL証明書 [SSL-2026-00123]\n\n", NULL, false},
    {"Outlook, English", "From: Sample Hosting <ssl@hosting.example>\nSent: Sunday, November 22, 2026 10:00 AM\nTo: Admin\nSubject: Your certificate [SSL-2026-00123]\n\n", NULL, false},
    {"Outlook, with a line above", "________________________________\nFrom: Sample Hosting <ssl@hosting.example>\nSent: Sunday, November 22, 2026 10:00 AM\nTo: Admin\nSubject: Your certificate\n\n", NULL, false},
    {"Outlook, bold fields", "*From:* Sample Hosting <ssl@hosting.example>\n*Sent:* Sunday, November 22, 2026 10:00 AM\n*To:* Admin\n*Subject:* Your certificate\n\n", NULL, false},
    {"Outlook Express", "----- Original Message -----\nFrom: \"Sample Hosting\" <ssl@hosting.example>\nTo: <soumu@a.example>\nSent: Sunday, November 22, 2026 10:00 AM\nSubject: 【重要】\n\n\n", "> ", false},
    {"Outlook, -----Original Message-----", "-----Original Message-----\nFrom: Sample Hosting <ssl@hosting.example>\nSent: Sunday, November 22, 2026 10:00 AM\nTo: Admin\nSubject: x\n\n", NULL, false},
    {"Outlook, Italian", "Da: Sample Hosting <ssl@hosting.example>\nInviato: domenica 22 novembre 2026 10:00\nA: Admin\nOggetto: x\n\n", NULL, false},
    {"Yahoo! Japan", "----- Original Message -----\n>From: ssl@hosting.example\n>To: soumu@a.example\n>Date: 2026/11/22, Sun 10:00\n>Subject: 【重要】\n>\n", ">", false},
    {"Yahoo!", "On Sunday, November 22, 2026 at 10:00:00 AM GMT+9, Sample Hosting <ssl@hosting.example> wrote:\n\n", " ", false},
    {"Becky!", "On Sun, 22 Nov 2026 10:00:14 +0900\nサンプルホスティング <ssl@hosting.example> wrote:\n\n", "> ", false},
    {"Shuriken", "サンプルホスティング <ssl@hosting.example> wrote:\n", "> ", false},
    {"docomo", "---------- 元のメッセージ ----------\n差出人：サンプルホスティング<ssl@hosting.example>\n日時：2026/11/22 10:00\n件名：【重要】専用SSL証明書\n\n", NULL, false},
    {"au", "-----Original Message-----\nFrom: ssl@hosting.example\nDate: 2026/11/22 10:00\nTo: a@a.example\nSubject: 【重要】\n\n", NULL, false},
    {"SoftBank", "", ">", false},
    {"full-width marks", "", "＞", false},
    {"Notes", "差出人: ssl@hosting.example\n宛先: 総務\n日付: 2026/11/22 10:00\n件名: 【重要】\n\n", NULL, false},
    {"Exchange, mobile", "-------- 元のメッセージ --------\n差出人: サンプルホスティング <ssl@hosting.example>\n日付: 2026/11/22 10:00 (GMT+09:00)\n宛先: soumu@a.example\n件名: 【重要】\n\n", NULL, false},
    {"Samsung", "-------- Original message --------\nFrom: Sample Hosting <ssl@hosting.example>\nDate: 22/11/2026 10:00 (GMT+00:00)\nTo: a@a.example\nSubject: x\n\n", NULL, false},
    {"Zoho", "---- On Sun, 22 Nov 2026 10:00:00 +0900 Sample Hosting <ssl@hosting.example> wrote ----\n\n", NULL, false},
    {"webmail with pipes", "", "| ", false},
    {"ticket system", "##- Please type your reply above this line -##\n\n", NULL, false},
    {"forwarded inside", "---------- Forwarded message ---------\nFrom: Sample Hosting <ssl@hosting.example>\nDate: Sun, Nov 22, 2026 at 10:00 AM\nSubject: x\nTo: <a@a.example>\n\n", NULL, false},
    {"nothing at all", "", NULL, true},
};

static void
add_letter(struct buf *out, const struct client *c, const char *letter)
{
	struct span rest = span_of(letter), line;

	buf_add_text(out, c->introduction);
	while (span_next_line(&rest, &line)) {
		buf_add_text(out, c->mark != NULL ? c->mark : "");
		buf_add_span(out, line);
		buf_add_char(out, '\n');
	}
}

static void
read_reply(struct reply *out, const char *text, const char *letter)
{
	char subject[] = "Re: x";
	char *text_copy = strdup(text), *letter_copy = strdup(letter);
	struct message message = {.text = text_copy, .subject = subject};
	struct asked asked = {LETTER_NOTICE, names, 1, letter_copy};
	struct why why = {0};

	if (reply_extract(out, &message, &asked, rules, &why) != FAULT_NONE)
		fail_msg("%s", why.text);
	free(text_copy);
	free(letter_copy);
}

static void
expect(const struct client *c, const char *what, const char *text, const char *letter, const char *words, const char *ticks)
{
	struct reply reply = {0};
	char got[60] = "";

	read_reply(&reply, text, letter);
	for (size_t i = 0; i < reply.tick_count && i < 10; i++)
		strcat(got, (reply.tick[i].option == TICK_RENEW) != reply.tick[i].struck ? "+" : "-");
	if (reply.form_is_ambiguous)
		strcat(got, "?");
	if (strcmp(reply.text, words) != 0)
		fail_msg("%s, %s, %s: {%s} instead of {%s} in\n%s", c->name, what, letter[0] != '\0' ? "letter known" : "letter not known", reply.text, words, text);
	if (strcmp(got, ticks) != 0)
		fail_msg("%s, %s: ticks %s instead of %s in\n%s", c->name, what, got, ticks, text);
	reply_release(&reply);
}

static const char *const answers[][2] = {
    {"お世話になっております。\n更新をお願いします。\n\n山田", "Hello,\nplease renew.\n\nAnn"},
    {"今回は更新しません", "No, let it lapse"},
    {"承知しました。2027年分も更新でお願いします。\n支払いは12/15までに行います。", "On 3 December we decided to renew.\nThe PO is 4500 2026."},
};

/* The answer above the letter, with the letter at hand and without it. */
static void
answers_above_are_found_in_every_client(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof client / sizeof *client; i++)
		for (size_t a = 0; a < sizeof answers / sizeof *answers; a++)
			for (size_t language = 0; language < 2; language++)
				for (int known = client[i].is_known_by_letter; known < 2; known++) {
					const char *letter = language == 0 ? letter_ja : letter_en;
					struct buf text = BUF_MAX(20000);

					buf_addf(&text, "%s\n\n", answers[a][language]);
					add_letter(&text, &client[i], letter);
					expect(&client[i], "above", text.p, known ? letter : "", answers[a][language], "");
					buf_release(&text);
				}
}

/* Right above the introduction, without an empty line. */
static void
the_last_line_above_is_never_taken_for_the_introduction(void **state)
{
	static const char *const last[] = {"更新します", "Please renew", "2027年も更新します", "Renew for 2027", "3. 更新しない"};

	(void)state;
	for (size_t i = 0; i < sizeof client / sizeof *client; i++)
		for (size_t a = 0; a < sizeof last / sizeof *last && !client[i].is_known_by_letter && client[i].introduction[0] != '\0'; a++) {
			struct buf text = BUF_MAX(20000);

			buf_addf(&text, "%s\n", last[a]);
			add_letter(&text, &client[i], letter_ja);
			expect(&client[i], "right above", text.p, letter_ja, last[a], "");
			buf_release(&text);
		}
}

static void
answers_below_are_found_where_the_letter_is_marked_or_at_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof client / sizeof *client; i++)
		for (size_t language = 0; language < 2; language++) {
			const char *letter = language == 0 ? letter_ja : letter_en;
			struct buf text = BUF_MAX(20000);

			if (client[i].mark != NULL && strcmp(client[i].mark, " ") == 0)
				continue;
			add_letter(&text, &client[i], letter);
			buf_addf(&text, "\n%s\n", answers[0][language]);
			expect(&client[i], "below", text.p, letter, answers[0][language], "");
			buf_release(&text);
		}
}

/* The letter with one box marked. */
static char *
with_tick(const char *letter, const char *option)
{
	const char *at = strstr(letter, option);
	struct buf out = BUF_MAX(20000);

	assert_non_null(at);
	buf_add(&out, letter, (size_t)(at - letter));
	buf_add_text(&out, "[x] ");
	buf_add_text(&out, at + strlen("[ ] "));
	return buf_take(&out);
}

static void
ticks_in_the_quotation_are_read_in_every_client(void **state)
{
	static const struct {
		const char *letter, *option, *tick;
	} row[] = {{letter_ja, "[ ] 更新する", "+"}, {letter_ja, "[ ] 更新しない", "-"}, {letter_en, "[ ] Renew", "+"}, {letter_en, "[ ] Do not renew", "-"}};

	(void)state;
	for (size_t i = 0; i < sizeof client / sizeof *client; i++)
		for (size_t k = 0; k < sizeof row / sizeof *row; k++)
			for (int known = client[i].is_known_by_letter; known < 2; known++) {
				char *ticked = with_tick(row[k].letter, row[k].option);
				struct buf text = BUF_MAX(20000);

				add_letter(&text, &client[i], ticked);
				expect(&client[i], "ticked", text.p, known ? row[k].letter : "", "", row[k].tick);
				buf_release(&text);
				free(ticked);
			}
}

static void
a_quotation_alone_is_no_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof client / sizeof *client; i++)
		for (int known = client[i].is_known_by_letter; known < 2; known++) {
			struct buf text = BUF_MAX(20000);

			add_letter(&text, &client[i], letter_ja);
			expect(&client[i], "quotation alone", text.p, known ? letter_ja : "", "", "");
			buf_release(&text);
		}
}

static void
what_was_cut_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof client / sizeof *client; i++) {
		struct buf text = BUF_MAX(20000);
		struct reply reply = {0};

		buf_add_text(&text, "更新します。\n\n");
		add_letter(&text, &client[i], letter_ja);
		read_reply(&reply, text.p, letter_ja);
		assert_non_null(strstr(reply.cut, "更新しない場合もご返信ください。"));
		reply_release(&reply);
		buf_release(&text);
	}
}

static void
footers_are_cut(void **state)
{
	static const char *const footer[] = {"-- \n株式会社テスト 山田\nTEL 03-0000-0000", "━━━━━━━━━━━━━━━\n株式会社テスト\n山田 太郎\nTEL 03-0000-0000\n━━━━━━━━━━━━━━━", "iPhoneから送信", "Sent from my iPhone",
	    "Outlook for iOS を入手", "Get Outlook for Android", "Sent via BlackBerry", "私のiPhoneから", "Yahoo!メールから送信", "__\nA Inc.\nhttps://a.example",
	    "This e-mail and any attachments are confidential and intended solely for the addressee.", "本メールには秘密情報が含まれている場合があります。誤って受信された場合は破棄してください。", "本メールはウイルスチェック済みです。",
	    "CONFIDENTIALITY NOTICE: do not renew, copy or disclose.", "ᐧ", "[cid:logo.png]", "Von meinem iPhone gesendet", "Envoyé de mon iPhone", "====", "Please consider the environment before printing this e-mail."};

	(void)state;
	for (size_t i = 0; i < sizeof footer / sizeof *footer; i++) {
		static const struct client none = {"footer", "", NULL, false};
		struct buf text = BUF_MAX(20000);

		buf_addf(&text, "更新をお願いします。\n\n%s\n", footer[i]);
		expect(&none, footer[i], text.p, "", "更新をお願いします。", "");
		buf_release(&text);
	}
}

static int
load(void **state)
{
	struct why why = {0};

	(void)state;
	return rules_load(&rules, "rules", "", NULL, NULL, &why) == FAULT_NONE ? 0 : -1;
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
	    cmocka_unit_test(answers_above_are_found_in_every_client),
	    cmocka_unit_test(the_last_line_above_is_never_taken_for_the_introduction),
	    cmocka_unit_test(answers_below_are_found_where_the_letter_is_marked_or_at_hand),
	    cmocka_unit_test(ticks_in_the_quotation_are_read_in_every_client),
	    cmocka_unit_test(a_quotation_alone_is_no_answer),
	    cmocka_unit_test(what_was_cut_is_kept),
	    cmocka_unit_test(footers_are_cut),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

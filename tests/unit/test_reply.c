/* test_reply.c - the new words among quotes, forms, signatures; each way of quoting with each place of the answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailproc/message.h"
#include "mailproc/reply.h"

static struct rules *rules;
static char name_a[] = "www.a.example", name_b[] = "mail.a.example";
static char *one[] = {name_a}, *two[] = {name_a, name_b};

/* Ticks as text: "+0" renew of certificate 0, "-" decline of the only one, "~" struck, "?" ambiguous. */
static void
read_reply(const char *text, const char *subject, const char *letter, bool several, char *words, size_t words_n, char *ticks)
{
	char text_copy[8000], subject_copy[300], letter_copy[4000];
	struct message message = {.text = text_copy, .subject = subject_copy};
	struct asked asked = {LETTER_NOTICE, several ? two : one, several ? 2 : 1, letter_copy};
	struct reply reply = {0};
	struct why why = {0};

	snprintf(text_copy, sizeof text_copy, "%s", text);
	snprintf(subject_copy, sizeof subject_copy, "%s", subject);
	snprintf(letter_copy, sizeof letter_copy, "%s", letter);
	if (reply_extract(&reply, &message, &asked, rules, &why) != FAULT_NONE)
		fail_msg("%s", why.text);
	snprintf(words, words_n, "%s", reply.text);
	*ticks = '\0';
	for (size_t i = 0; i < reply.tick_count; i++) {
		strcat(ticks, reply.tick[i].option == TICK_RENEW ? "+" : "-");
		if (reply.tick[i].certificate >= 0)
			sprintf(ticks + strlen(ticks), "%d", reply.tick[i].certificate);
		if (reply.tick[i].struck)
			strcat(ticks, "~");
	}
	if (reply.form_is_ambiguous)
		strcat(ticks, "?");
	reply_release(&reply);
	reply_release(&reply);
}

static void
test_quotes(void **state)
{
	static const char answer[] = "お世話になります。\n更新をお願いします。";
	static const char *const quote[] = {
	    "-----Original Message-----\nFrom: Hosting <a@b.example>\nSent: Sunday, November 22, 2026 10:00 AM\nTo: x\nSubject: 【重要】\n\n[ ] 更新する\n[ ] 更新しない\n",
	    "差出人: ホスティング <a@b.example>\n送信日時: 2026年11月22日 10:00\n宛先: x\n件名: 【重要】\n\n更新しない場合\n",
	    "________________________________\n差出人: ホスティング <a@b.example>\n送信日時: 2026年11月22日 10:00\n件名: 【重要】\n\n更新しない場合\n",
	    "From: Hosting <a@b.example>\nSent: Sunday\nTo: x\nSubject: y\n\nrenew or not\n",
	    "----- Original Message -----\nFrom: \"Hosting\" <a@b.example>\nTo: x\nDate: 2026/11/22\nSubject: y\n\n\n> 更新しない\n>\n",
	    "----- Original Message -----\n>From: Hosting\n>To: x\n>Date: 2026/11/26\n>Subject: y\n>\n>更新しない\n",
	    "2026年11月26日(木) 10:02 ホスティング <ssl@b.example>:\n\n> 更新しない\n>\n",
	    "2026/12/22 10:00、ホスティング <ssl@b.example>のメール:\n\n> \n> 更新しない\n",
	    "2026-12-10 10:00 に ホスティング さんは書きました:\n> 更新しない\n",
	    "On 2026/11/22 10:00, ホスティング wrote:\n> 更新しない\n",
	    "On Sun, 22 Nov 2026 10:00:14 +0900\nホスティング <ssl@b.example> wrote:\n\n> 更新しない\n",
	    "On Nov 22, 2026, at 10:00, Hosting\n<ssl@b.example> wrote:\n\n> Do not renew\n",
	    "---------- 元のメッセージ ----------\n差出人：ホスティング<ssl@b.example>\n日時：2026/11/26 10:00\n件名：【重要】\n\n更新しない\n",
	    "---------- Forwarded message ---------\nFrom: Hosting <a@b.example>\nDate: 2026/11/26\nSubject: y\n\n更新しない\n",
	    "送信者: ホスティング <a@b.example>\n宛先:   x\ncc:\n日付:   2026/12/10 10:00\n件名:   y\n\n更新しない\n",
	    "> 更新しない\n> 更新する\n",
	    "＞更新しない\n＞更新する\n",
	    "| 更新しない\n|\n| 更新する\n",
	    "-- \n株式会社テスト\n更新しない堂\n",
	    "iPhoneから送信\n\n> 更新しない\n",
	    "Sent from my iPhone\n",
	    "Outlook for iOSを入手\n",
	    "─────────────\n株式会社 更新しない\nTEL: 03-0000-0000\n─────────────\n",
	    "＝＝＝＝＝＝＝＝＝＝\n市役所\n電話：0296-00-0000\n＝＝＝＝＝＝＝＝＝＝\n\nFrom: a\nSent: b\nSubject: c\n\n更新しない\n",
	    "本メールには機密情報が含まれている場合があります。\nThis is not to renew.\n",
	    "This e-mail and any attachments may contain confidential information. Please do not renew, copy or disclose it.\n",
	};
	char text[6000], words[2000], ticks[60];

	(void)state;
	for (size_t i = 0; i < sizeof quote / sizeof *quote; i++) {
		snprintf(text, sizeof text, "%s\n\n%s", answer, quote[i]);
		read_reply(text, "Re: x", "", false, words, sizeof words, ticks);
		if (strcmp(words, answer) != 0)
			fail_msg("above %s: %s", quote[i], words);
		read_reply(quote[i], "Re: x", "", false, words, sizeof words, ticks);
		if (strcmp(words, "") != 0)
			fail_msg("nothing but %s: %s", quote[i], words);
	}
}

/* Answers below a marked quotation, and inside of it. */
static void
test_places(void **state)
{
	static const struct {
		const char *text, *want;
	} row[] = {
	    {"> 更新しない\n> 更新する\n\n更新をお願いします。", "更新をお願いします。"},
	    {"On 2026/11/22 10:00, a wrote:\n> 更新しない\n\n更新で。\n\n-- \n会社", "更新で。"},
	    {"> 一\n\n更新します。\n\n> 二\n\nなし。", "更新します。\n\nなし。"},
	    {"答え\n> 引用\n続き", "答え\n\n続き"},
	    {"はい\n\n\nありがとう", "はい\n\n\nありがとう"},
	    {"2026年11月22日に届いた件、更新します。", "2026年11月22日に届いた件、更新します。"},
	    {"一行目\n二行目", "一行目\n二行目"},
	    {"更新します\n--\n会社名", "更新します"},
	};
	char words[2000], ticks[60];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		read_reply(row[i].text, "Re: x", "", false, words, sizeof words, ticks);
		if (strcmp(words, row[i].want) != 0)
			fail_msg("%s: %s", row[i].text, words);
	}
}

/* Our own letter, unmarked and unannounced, is known by its text. */
static void
test_letter_text(void **state)
{
	static const char letter[] = "平素はご利用いただき、誠にありがとうございます。\n専用SSL証明書は自動では更新されません。\nお手数ですが返信してください。\n[ ] 更新する\n[ ] 更新しない\n以上です。\n";
	char text[3000], words[2000], ticks[60];

	(void)state;
	snprintf(text, sizeof text, "更新をお願いします。\n\n%s", letter);
	read_reply(text, "Re: x", letter, false, words, sizeof words, ticks);
	assert_string_equal(words, "更新をお願いします。");
	assert_string_equal(ticks, "");
	snprintf(text, sizeof text, "From: a\nSent: b\nSubject: c\n\n%s\n更新をお願いします。\n", letter);
	read_reply(text, "Re: x", letter, false, words, sizeof words, ticks);
	assert_string_equal(words, "更新をお願いします。");
	/* One line of the two is left. */
	read_reply("平素はご利用いただき、誠にありがとうございます。\n専用SSL証明書は自動では更新されません。\nお手数ですが返信してください。\n[ ] 更新しない\n以上です。\n", "Re: x", letter, false, words,
	    sizeof words, ticks);
	assert_string_equal(ticks, "-");
}

static void
test_form(void **state)
{
	static const struct {
		const char *text, *want;
	} row[] = {
	    {"[ ] 更新する\n[ ] 更新しない", ""},
	    {"[x] 更新する\n[ ] 更新しない", "+"},
	    {"[ ] 更新する\n[x] 更新しない", "-"},
	    {"[Ｘ] 更新する\n[ ] 更新しない", "+"},
	    {"［ｘ］更新する\n［　］更新しない", "+"},
	    {"[レ] 更新する\n[ ] 更新しない", "+"},
	    {"[ﾚ] 更新しない", "-"},
	    {"[○] 更新する\n[ ] 更新しない", "+"},
	    {"[◯] 更新しない\n[ ] 更新する", "-"},
	    {"(○) 更新する\n( ) 更新しない", "+"},
	    {"（〇）更新しない\n（　）更新する", "-"},
	    {"（○）更新する　（　）更新しない", "+"},
	    {"　３．更新の意思　（○）更新する　（　）更新しない", "+"},
	    {"■　更新する\n□　更新しない", "+"},
	    {"□ 更新する\n■ 更新しない", "-"},
	    {"☐ 更新する\n☑ 更新しない", "-"},
	    {"[✓] 更新する\n[ ] 更新しない", "+"},
	    {"[✔] 更新しない\n[ ] 更新する", "-"},
	    {"[×] 更新する\n[○] 更新しない", "-"},
	    {"[x] 更新する\n[o] 更新しない", "-"},
	    {"● 更新する\n○ 更新しない", "+"},
	    {"○ 更新する\n● 更新しない", "-"},
	    {"> [x] 更新する\n> [ ] 更新しない", "+"},
	    {"| ☐ 更新する\n| ☑ 更新しない", "-"},
	    {"＞　[レ] 更新しない", "-"},
	    {"[ ] 更新する　←◯こっち\n[ ] 更新しない", "+"},
	    {"[ ] 更新する\n[ ] 更新しない ← これ", "-"},
	    {"[ ] 更新する：○\n[ ] 更新しない", "+"},
	    {"**[x] 更新する**\n~~[ ] 更新しない~~", "+"},
	    {"[ ] 更新する\n~~[ ] 更新しない~~", "-~"},
	    {MESSAGE_STRUCK_OPEN "[ ] 更新する" MESSAGE_STRUCK_CLOSE "\n[ ] 更新しない", "+~"},
	    {"[✓] 更新する\n[✓] 更新しない", "?"},
	    {"[x] 更新する\n[x] 更新しない", "?"},
	    {"[×] 更新する\n[ ] 更新しない", "?"},
	    {"[x] Renew\n[ ] Do not renew", "+"},
	    {"[ ] Renew\n[X] Do not renew", "-"},
	    {"> [X] Renew\n> [ ] Do not renew", "+"},
	    {"( ) Renew (x) Do not renew", "-"},
	    {"[ ] Renew <-- this one please\n[ ] Do not renew", "+"},
	    {"[x] Yes, please renew the certificate\n[ ] No, do not renew it", "+"},
	    {">> [x] 更新する\n>> [ ] 更新しない", ""},
	    {"■更新について質問があります", ""},
	    {"■ 更新のお願い\n○ 更新の手順", ""},
	    {"更新する", ""},
	};
	char words[2000], ticks[60];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		read_reply(row[i].text, "Re: x", "", false, words, sizeof words, ticks);
		if (strcmp(ticks, row[i].want) != 0)
			fail_msg("%s: %s instead of %s", row[i].text, ticks, row[i].want);
	}
}

static void
test_form_of_several(void **state)
{
	static const struct {
		const char *text, *want;
	} row[] = {
	    {"1. www.a.example [SSL-2026-1]\n[x] 更新する\n[ ] 更新しない\n\n2. mail.a.example [SSL-2026-2]\n[ ] 更新する\n[x] 更新しない", "+0-1"},
	    {"> 1. www.a.example\n> [ ] 更新する\n> [x] 更新しない\n>\n> 2. mail.a.example\n> [x] 更新する\n> [ ] 更新しない", "-0+1"},
	    {"> www.a.example  2027-02-15 → 更新する\n> mail.a.example  2027-02-15 → 更新しない（停止）", "+0-1"},
	    {"○＝更新、×＝更新なし\nwww.a.example 2027年2月15日 ○\nmail.a.example 2027年2月15日 ×", "+0-1"},
	    {"[x] 更新する\n[ ] 更新しない", "+"},
	    {"www.a.example: [x] Renew [ ] Do not renew\nmail.a.example: [ ] Renew [x] Do not renew", "+0-1"},
	};
	char words[2000], ticks[60];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		read_reply(row[i].text, "Re: x", "", true, words, sizeof words, ticks);
		if (strcmp(ticks, row[i].want) != 0)
			fail_msg("%s: %s instead of %s", row[i].text, ticks, row[i].want);
	}
}

static void
test_subject(void **state)
{
	static const struct {
		const char *subject, *want;
	} row[] = {
	    {"【更新希望】Re: 【重要】証明書（www.a.example）[SSL-2026-00175]", "【更新希望】"},
	    {"SSL更新不要です Re: 【再送】証明書 [SSL-2026-00175]", "SSL更新不要です"},
	    {"Re: 【重要】証明書 [SSL-2026-00175]", ""},
	    {"Re: 【重要】証明書 [SSL-2026-00175] 更新します", "更新します"},
	    {"【重要】更新手続きのご案内 [SSL-2026-00175]", ""},
	    {"更新します", "更新します"},
	    {"RENEW - RE: Your certificate [SSL-2026-00175]", "RENEW -"},
	};
	char words[2000], ticks[60];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		read_reply("\n\nGalaxyから送信\n> 更新のご案内\n", row[i].subject, "", false, words, sizeof words, ticks);
		if (strcmp(words, row[i].want) != 0)
			fail_msg("%s: %s", row[i].subject, words);
		/* Words in the body go first. */
		read_reply("本文", row[i].subject, "", false, words, sizeof words, ticks);
		assert_string_equal(words, "本文");
	}
}

static void
test_asked_json(void **state)
{
	char letter[] = "letter text";
	struct asked asked = {LETTER_REMINDER, two, 2, letter}, back = {0};
	struct why why = {0};
	json_t *json = asked_to_json(&asked), *broken = json_pack("{s:s}", "letter", "notice");

	(void)state;
	assert_int_equal(asked_from_json(&back, json, &why), FAULT_NONE);
	assert_int_equal(back.letter, LETTER_REMINDER);
	assert_int_equal(back.certificate_count, 2);
	assert_string_equal(back.certificate[1], name_b);
	assert_string_equal(back.letter_text, letter);
	asked_release(&back);
	asked_release(&back);
	assert_int_equal(asked_from_json(&back, broken, &why), FAULT_STOP);
	json_decref(broken);
	json_decref(json);
}

static int
load(void **state)
{
	struct why why = {0};

	(void)state;
	return rules_load(&rules, "rules", "", NULL, NULL, &why) != FAULT_NONE;
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
	    cmocka_unit_test(test_quotes),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_letter_text),
	    cmocka_unit_test(test_form),
	    cmocka_unit_test(test_form_of_several),
	    cmocka_unit_test(test_subject),
	    cmocka_unit_test(test_asked_json),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

/* test_outbox_data.c - every letter says what it must, in lines that mail programs leave alone, whatever the values are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mailproc/base/day.h"
#include "mailproc/base/text.h"
#include "mailproc/outbox/outbox_inner.h"

static struct config *config;

static void
print_problem(const char *file, unsigned line, const char *text, void *data)
{
	(void)data;
	print_error("%s:%u: %s\n", file, line, text);
}

static struct outbox_letter
make(const struct outbox_facts *facts)
{
	struct outbox_letter letter = {0};
	struct why why = {0};

	if (outbox_letter_make(config, facts, NULL, NULL, &letter, &why) != FAULT_NONE)
		fail_msg("%s: %s", letter_kind_text(facts->kind), why.text);
	return letter;
}

static struct outbox_facts
facts_of(struct outbox_sample sample)
{
	struct outbox_facts facts = {0};
	struct why why;

	assert_int_equal(outbox_sample_facts(config, &sample, &facts, &why), FAULT_NONE);
	return facts;
}

enum { KINDS = letter_kind_count };

static void
every_letter_renders_in_every_language(void **state)
{
	size_t count = 0;
	struct why why = {0};

	(void)state;
	if (outbox_check_templates(config, print_problem, NULL, &count, &why) != FAULT_NONE)
		fail_msg("%s", why.text);
	assert_int_equal(count, KINDS * language_count);
}

static bool
is_in(const struct config_text *text, const char *line, enum language language)
{
	return *line != '\0' && text->in[language] != NULL && strstr(text->in[language], line) != NULL;
}

/* Lines made of values that may be long: names, links that stand alone on their line, and the operator's own texts. */
static bool
is_fixed(struct span line, const struct outbox_facts *facts)
{
	char text[4096];

	snprintf(text, sizeof text, "%.*s", (int)line.n, line.p);
	return !is_in(&config->flex_note, text, facts->language) && !is_in(&config->card_steps, text, facts->language) &&
	    !is_in(&config->how_to_look, text, facts->language) && strstr(text, "<mailto:") == NULL && strstr(text, "https://") == NULL &&
	    (facts->customer.name == NULL || strstr(text, facts->customer.name) == NULL) &&
	    (facts->item_count == 0 || strstr(text, facts->item[0].certificate.common_name) == NULL);
}

static void
the_fixed_text_keeps_to_its_width(void **state)
{
	static const size_t width[language_count] = {[LANGUAGE_JA] = 70, [LANGUAGE_EN] = 72};

	(void)state;
	for (unsigned i = 0; i < KINDS * language_count * 16; i++) {
		struct outbox_facts facts = facts_of((struct outbox_sample){.kind = (enum letter_kind)(i % KINDS), .language = (enum language)(i / KINDS % language_count),
		    .certificates = i & 1 ? 12 : 1, .is_card = i & 2, .is_flex = i & 4, .is_firm = true, .is_late = i & 8, .is_named = i & 16, .is_long = true});
		struct outbox_letter letter = make(&facts);
		struct span rest = span_of(letter.words.text), line;

		while (span_next_line(&rest, &line))
			if (is_fixed(line, &facts) && text_width(line) > width[facts.language])
				fail_msg("%s %s: %zu columns: %.*s", letter_kind_text(facts.kind), language_text(facts.language), text_width(line),
				    (int)line.n, line.p);
		outbox_letter_release(&letter);
		outbox_facts_release(&facts);
	}
}

static size_t
occurrences(const char *text, const char *of)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, of)) != NULL; p += strlen(of))
		n++;
	return n;
}

struct expectation {
	enum letter_kind kind;
	enum language language;
	const char *text;
};

/* What the business asks of each letter, found in text and twin alike. Breaks of lines and marks of HTML do not count. */
static const struct expectation expectations[] = {
    {LETTER_NOTICE, LANGUAGE_JA, "株式会社サンプル商事 御中"},
    {LETTER_NOTICE, LANGUAGE_JA, "2027年1月23日(土) 10:00 (JST)"},
    {LETTER_NOTICE, LANGUAGE_JA, "自動では更新されません"},
    {LETTER_NOTICE, LANGUAGE_JA, "毎年お申し込みが必要"},
    {LETTER_NOTICE, LANGUAGE_JA, "発行までに日数がかかる"},
    {LETTER_NOTICE, LANGUAGE_JA, "更新される場合も、更新されない場合も"},
    {LETTER_NOTICE, LANGUAGE_JA, "新規購入のお取り扱いとなります"},
    {LETTER_NOTICE, LANGUAGE_JA, "コモンネーム、組織名（英語表記）、部門名、市区町村、都道府県"},
    {LETTER_NOTICE, LANGUAGE_JA, "次の日までにご入金"},
    {LETTER_NOTICE, LANGUAGE_JA, "2028年1月23日(日)"},
    {LETTER_NOTICE, LANGUAGE_JA, "警告"},
    {LETTER_NOTICE, LANGUAGE_JA, "IPアドレス共用"},
    {LETTER_NOTICE, LANGUAGE_JA, "https://www.customer.example/"},
    {LETTER_NOTICE, LANGUAGE_JA, "アドレスバー"},
    {LETTER_NOTICE, LANGUAGE_JA, "[ ] 更新する"},
    {LETTER_NOTICE, LANGUAGE_JA, "[ ] 更新しない"},
    {LETTER_NOTICE, LANGUAGE_JA, "照合キー: 123-abcdefghijklmnopqrstuvwxyz"},
    {LETTER_NOTICE, LANGUAGE_EN, "Saturday, 23 January 2027, 10:00 (JST)"},
    {LETTER_NOTICE, LANGUAGE_EN, "not renewed automatically"},
    {LETTER_NOTICE, LANGUAGE_EN, "an application is needed each year"},
    {LETTER_NOTICE, LANGUAGE_EN, "Issuing can take time"},
    {LETTER_NOTICE, LANGUAGE_EN, "answer also if you do not want to renew"},
    {LETTER_NOTICE, LANGUAGE_EN, "makes it a new purchase"},
    {LETTER_NOTICE, LANGUAGE_EN, "if your payment reaches us by"},
    {LETTER_NOTICE, LANGUAGE_EN, "Sunday, 23 January 2028"},
    {LETTER_NOTICE, LANGUAGE_EN, "browsers show a warning"},
    {LETTER_NOTICE, LANGUAGE_EN, "shared-IP plan"},
    {LETTER_NOTICE, LANGUAGE_EN, "[ ] Renew"},
    {LETTER_NOTICE, LANGUAGE_EN, "[ ] Do not renew"},
    {LETTER_NOTICE, LANGUAGE_EN, "Reply key: 123-abcdefghijklmnopqrstuvwxyz"},
    {LETTER_CONFIRM, LANGUAGE_JA, "[ ] 更新する"},
    {LETTER_CONFIRM, LANGUAGE_JA, "ご返信をいただくまで、手続きは行いません"},
    {LETTER_CONFIRM, LANGUAGE_EN, "[ ] Do not renew"},
    {LETTER_CONFIRM, LANGUAGE_EN, "another address of your organisation"},
    {LETTER_DECLINED, LANGUAGE_JA, "更新されないとのご回答を承りました"},
    {LETTER_DECLINED, LANGUAGE_JA, "2027年1月23日(土) 10:00 (JST) に有効期限を迎えます"},
    {LETTER_DECLINED, LANGUAGE_JA, "IPアドレス共用"},
    {LETTER_DECLINED, LANGUAGE_JA, "お考えが変わった場合"},
    {LETTER_DECLINED, LANGUAGE_EN, "you do not want to renew"},
    {LETTER_DECLINED, LANGUAGE_EN, "expires on Saturday, 23 January 2027, 10:00 (JST)"},
    {LETTER_DECLINED, LANGUAGE_EN, "shared-IP plan"},
    {LETTER_DECLINED, LANGUAGE_EN, "If you change your mind"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_JA, "更新されるとのご回答を承り"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_JA, "O-0000-00000"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_JA, "2026-000000"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_JA, "10%対象"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_JA, "お振込名義"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_JA, "カ）サンプルシヨウジ"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_JA, "振込手数料"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_JA, "ご注文を取り消します"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_EN, "you want to renew"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_EN, "Tax at 10 %"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_EN, "bank transfer"},
    {LETTER_PAYMENT_REQUEST, LANGUAGE_EN, "can be cancelled"},
    {LETTER_REMINDER, LANGUAGE_JA, "まだご回答をいただいておりません"},
    {LETTER_REMINDER, LANGUAGE_JA, "[ ] 更新しない"},
    {LETTER_REMINDER, LANGUAGE_EN, "have no answer yet"},
    {LETTER_REMINDER, LANGUAGE_EN, "answer also if you do not want to renew"},
    {LETTER_INVOICE, LANGUAGE_JA, "登録番号"},
    {LETTER_INVOICE, LANGUAGE_JA, "T1234567890123"},
    {LETTER_INVOICE, LANGUAGE_JA, "株式会社サンプル商事 御中"},
    {LETTER_INVOICE, LANGUAGE_JA, "10%対象 計"},
    {LETTER_INVOICE, LANGUAGE_JA, "消費税 10%"},
    {LETTER_INVOICE, LANGUAGE_JA, "2026年11月24日(火)"},
    {LETTER_INVOICE, LANGUAGE_EN, "Sum at 10 %"},
    {LETTER_INVOICE, LANGUAGE_EN, "T1234567890123"},
    {LETTER_PAYMENT_REMINDER, LANGUAGE_JA, "お支払い期限が近づいてまいりました"},
    {LETTER_PAYMENT_REMINDER, LANGUAGE_EN, "will soon be due"},
    {LETTER_APPLICATION_STARTED, LANGUAGE_JA, "ご入金を確認いたしました"},
    {LETTER_APPLICATION_STARTED, LANGUAGE_JA, "新規にご購入いただく場合と同じ手続き"},
    {LETTER_APPLICATION_STARTED, LANGUAGE_JA, "/ja/ssl/symantec.html"},
    {LETTER_APPLICATION_STARTED, LANGUAGE_EN, "the same as for a first purchase"},
    {LETTER_APPLICATION_STARTED, LANGUAGE_EN, "/en/ssl/symantec.html"},
    {LETTER_LAST_CHANCE, LANGUAGE_JA, "ご返信は不要です"},
    {LETTER_LAST_CHANCE, LANGUAGE_EN, "you need not answer"},
    {LETTER_LAPSED, LANGUAGE_JA, "新規購入のお取り扱いとなります"},
    {LETTER_LAPSED, LANGUAGE_JA, "IPアドレス共用"},
    {LETTER_LAPSED, LANGUAGE_EN, "it can no longer be renewed"},
    {LETTER_NEW_PURCHASE, LANGUAGE_JA, "新規購入のお取り扱いとなります"},
    {LETTER_NEW_PURCHASE, LANGUAGE_EN, "makes it a new purchase"},
    {LETTER_RENEWED, LANGUAGE_JA, "更新が完了し"},
    {LETTER_RENEWED, LANGUAGE_JA, "費用はかかりません"},
    {LETTER_RENEWED, LANGUAGE_EN, "is complete"},
    {LETTER_REISSUE_STARTED, LANGUAGE_JA, "お申し込みもお支払いも不要です"},
    {LETTER_REISSUE_STARTED, LANGUAGE_EN, "nothing to pay"},
    {LETTER_INSTALL, LANGUAGE_JA, "インストールしてください"},
    {LETTER_INSTALL, LANGUAGE_EN, "Please install the new one"},
    {LETTER_DIGEST, LANGUAGE_JA, "2026-000012"},
    {LETTER_DIGEST, LANGUAGE_EN, "Unpaid past the due date"},
    {LETTER_NEEDS_YOU, LANGUAGE_JA, "mailproc review show 12"},
    {LETTER_NEEDS_YOU, LANGUAGE_JA, "mailproc review decide 12 renew --by YOU"},
    {LETTER_NEEDS_YOU, LANGUAGE_JA, "「更新する」と「更新しない」の両方が書かれています"},
    {LETTER_NEEDS_YOU, LANGUAGE_EN, "mailproc review show 12"},
    {LETTER_NEEDS_YOU, LANGUAGE_EN, "mailproc review decide 12 decline --by YOU"},
    {LETTER_NEEDS_YOU, LANGUAGE_EN, "What would have been done"},
};

/* Without line breaks (between Japanese words there is no blank), tags and entities. */
static char *
flat(const char *text, bool is_html, bool is_japanese)
{
	struct buf out = BUF_MAX(1 << 20);
	bool in_tag = false;

	for (; *text != '\0'; text++) {
		if (is_html && *text == '<')
			in_tag = true;
		if (!in_tag && *text == '\n' && !is_japanese)
			buf_add_char(&out, ' ');
		else if (!in_tag && *text != '\n')
			buf_add_char(&out, *text);
		if (*text == '>')
			in_tag = false;
	}
	return buf_take(&out);
}

static void
each_letter_says_what_the_business_asks_in_text_and_in_html(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
		const struct expectation *e = &expectations[i];
		struct outbox_facts facts = facts_of((struct outbox_sample){.kind = e->kind, .language = e->language, .certificates = 1, .is_flex = true, .is_firm = true});
		struct outbox_letter letter = make(&facts);
		char *text = flat(letter.words.text, false, e->language == LANGUAGE_JA), *html = flat(letter.words.html, true, e->language == LANGUAGE_JA);

		if (strstr(text, e->text) == NULL)
			fail_msg("%s %s: the text does not say: %s\n%s", letter_kind_text(e->kind), language_text(e->language), e->text, letter.words.text);
		if (strstr(html, e->text) == NULL)
			fail_msg("%s %s: the HTML does not say: %s", letter_kind_text(e->kind), language_text(e->language), e->text);
		free(text);
		free(html);
		outbox_letter_release(&letter);
		outbox_facts_release(&facts);
	}
}

static void
a_form_has_two_lines_a_certificate_and_the_reference_is_in_the_subject(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		bool is_ja = i & 1;
		struct outbox_facts facts = facts_of((struct outbox_sample){.kind = i & 2 ? LETTER_NOTICE : LETTER_CONFIRM,
		    .language = is_ja ? LANGUAGE_JA : LANGUAGE_EN, .certificates = 3, .is_firm = true});
		struct outbox_letter letter = make(&facts);

		assert_int_equal(occurrences(letter.words.text, is_ja ? "\n[ ] 更新する\n" : "\n[ ] Renew\n"), 3);
		assert_int_equal(occurrences(letter.words.text, is_ja ? "\n[ ] 更新しない\n" : "\n[ ] Do not renew\n"), 3);
		assert_non_null(strstr(letter.words.subject, "[SSL-2026-00123]"));
		for (size_t k = 0; k < 3; k++)
			assert_true(occurrences(letter.words.text, facts.item[k].certificate.common_name) >= 2);
		outbox_letter_release(&letter);
		outbox_facts_release(&facts);
	}
}

/* The value of a field of a link, decoded. */
static char *
link_field(const char *link, const char *field)
{
	const char *p = strstr(link, field);
	struct buf out = BUF_MAX(4096);

	assert_non_null(p);
	for (p += strlen(field); *p != '\0' && *p != '&'; p++) {
		unsigned byte = (unsigned char)*p;

		if (*p == '%') {
			assert_int_equal(sscanf(p + 1, "%2x", &byte), 1);
			p += 2;
		}
		buf_add_char(&out, (char)byte);
	}
	return buf_take(&out);
}

static void
the_links_open_a_reply_with_the_form_filled_in(void **state)
{
	static const struct {
		enum language language;
		size_t certificates;
		bool renew;
		const char *subject, *body;
	} table[] = {
	    {LANGUAGE_JA, 1, true, "Re: 専用SSL証明書 www.customer.example [SSL-2026-00123] 123-abcdefghijklmnopqrstuvwxyz",
		"[x] 更新する\r\n\r\n[SSL-2026-00123]\r\n照合キー: 123-abcdefghijklmnopqrstuvwxyz\r\n"},
	    {LANGUAGE_EN, 1, false, "Re: SSL certificate www.customer.example [SSL-2026-00123] 123-abcdefghijklmnopqrstuvwxyz",
		"[x] Do not renew\r\n\r\n[SSL-2026-00123]\r\nReply key: 123-abcdefghijklmnopqrstuvwxyz\r\n"},
	    {LANGUAGE_JA, 2, false, "Re: 専用SSL証明書 www.customer.example [SSL-2026-00123] 123-abcdefghijklmnopqrstuvwxyz",
		"1. www.customer.example [SSL-2026-00123]\r\n[x] 更新しない\r\n2. s2.www.customer.example [SSL-2026-00124]\r\n[x] 更新しない\r\n\r\n"
		"[SSL-2026-00123]\r\n照合キー: 123-abcdefghijklmnopqrstuvwxyz\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct outbox_facts facts = facts_of((struct outbox_sample){.kind = LETTER_NOTICE, .language = table[i].language, .certificates = table[i].certificates});
		char *link = NULL, *field;
		struct why why;

		assert_int_equal(outbox_mailto(config, &facts, table[i].renew, &link, &why), FAULT_NONE);
		assert_non_null(link);
		assert_int_equal(strspn(link, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%:@?&="), strlen(link));
		field = link_field(link, "?subject=");
		assert_string_equal(field, table[i].subject);
		free(field);
		field = link_field(link, "&body=");
		assert_string_equal(field, table[i].body);
		free(field);
		free(link);
		outbox_facts_release(&facts);
	}
}

static void
links_too_long_for_mail_programs_are_left_out(void **state)
{
	struct outbox_facts facts = facts_of((struct outbox_sample){.kind = LETTER_NOTICE, .certificates = 30, .is_long = true});
	struct outbox_letter letter = make(&facts);

	(void)state;
	assert_null(strstr(letter.words.text, "mailto:"));
	assert_int_equal(occurrences(letter.words.text, "\n[ ] 更新する\n"), 30);
	outbox_letter_release(&letter);
	outbox_facts_release(&facts);
}

static void
a_customer_cannot_break_the_html_nor_add_a_header(void **state)
{
	struct outbox_facts facts = facts_of((struct outbox_sample){.kind = LETTER_PAYMENT_REQUEST, .certificates = 1, .is_firm = true});
	struct outbox_letter letter;
	struct why why;

	(void)state;
	free(facts.customer.name);
	facts.customer.name = strdup("<script>alert(\"&amp;'\")</script> {{reply_key}}");
	letter = make(&facts);
	assert_null(strstr(letter.words.html, "<script"));
	assert_non_null(strstr(letter.words.html, "&lt;script&gt;alert(&quot;&amp;amp;"));
	assert_non_null(strstr(letter.words.text, "{{reply_key}}"));
	outbox_letter_release(&letter);
	free(facts.customer.name);
	facts.customer.name = strdup("Evil\r\nBcc: x@y.example");
	letter = (struct outbox_letter){0};
	assert_int_equal(outbox_letter_make(config, &facts, NULL, NULL, &letter, &why), FAULT_ITEM);
	outbox_facts_release(&facts);
}

static json_t *
data_of(const struct outbox_facts *facts)
{
	json_t *data = NULL;
	struct why why;

	assert_int_equal(outbox_data(config, facts, &data, &why), FAULT_NONE);
	return data;
}

static const char *
value(const json_t *data, const char *object, const char *name)
{
	return json_string_value(json_object_get(json_object_get(data, object), name));
}

static void
amounts_have_separators_and_their_currency(void **state)
{
	static const struct {
		enum language language;
		const char *currency;
		int64_t amount;
		const char *text;
	} table[] = {
	    {LANGUAGE_JA, "JPY", 66000, "¥66,000"}, {LANGUAGE_EN, "JPY", 66000, "JPY 66,000"}, {LANGUAGE_JA, "USD", 1234567, "USD 1,234,567"},
	    {LANGUAGE_JA, "JPY", 0, "¥0"}, {LANGUAGE_JA, "JPY", 999, "¥999"}, {LANGUAGE_EN, "EUR", 1000, "EUR 1,000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct outbox_facts facts = facts_of((struct outbox_sample){.kind = LETTER_PAYMENT_REQUEST, .language = table[i].language, .certificates = 1});
		json_t *data;

		facts.invoice.total = table[i].amount;
		snprintf(facts.invoice.currency, sizeof facts.invoice.currency, "%s", table[i].currency);
		data = data_of(&facts);
		assert_string_equal(value(data, "invoice", "total"), table[i].text);
		json_decref(data);
		outbox_facts_release(&facts);
	}
}

static void
a_wildcard_is_looked_at_by_another_of_its_names(void **state)
{
	struct outbox_facts facts = facts_of((struct outbox_sample){.kind = LETTER_NOTICE, .certificates = 1});
	struct certificate *certificate = &facts.item[0].certificate;
	json_t *data;

	(void)state;
	free(certificate->common_name);
	certificate->common_name = strdup("*.customer.example");
	data = data_of(&facts);
	assert_null(value(data, "first", "look_url"));
	json_decref(data);
	certificate->name = calloc(3, sizeof *certificate->name);
	certificate->name[0] = strdup("*.customer.example");
	certificate->name[1] = strdup("customer.example");
	data = data_of(&facts);
	assert_string_equal(value(data, "first", "look_url"), "https://customer.example/");
	json_decref(data);
	outbox_facts_release(&facts);
}

static void
a_contact_who_wants_text_gets_no_html(void **state)
{
	struct outbox_facts facts = facts_of((struct outbox_sample){.kind = LETTER_NOTICE, .certificates = 1});
	struct outbox_letter letter;

	(void)state;
	facts.contact.text_only = true;
	letter = make(&facts);
	assert_null(strstr(buf_text(&letter.bytes), "text/html"));
	outbox_letter_release(&letter);
	facts.contact.text_only = false;
	letter = make(&facts);
	assert_non_null(strstr(buf_text(&letter.bytes), "text/html"));
	outbox_letter_release(&letter);
	outbox_facts_release(&facts);
}

static void
the_token_stands_where_a_reply_brings_it_back(void **state)
{
	struct outbox_facts facts = facts_of((struct outbox_sample){.kind = LETTER_NOTICE, .certificates = 1});
	struct outbox_letter letter = make(&facts);

	(void)state;
	assert_non_null(strstr(letter.message_id, "SSL-2026-00123.123-abcdefghijklmnopqrstuvwxyz."));
	assert_string_equal(letter.envelope_from, config->address);
	assert_null(strstr(buf_text(&letter.bytes), "Reply-To:"));
	outbox_letter_release(&letter);
	config->subaddress = true;
	letter = make(&facts);
	config->subaddress = false;
	assert_non_null(strstr(letter.envelope_from, "+123-abcdefghijklmnopqrstuvwxyz@"));
	assert_non_null(strstr(buf_text(&letter.bytes), "Reply-To:"));
	outbox_letter_release(&letter);
	outbox_facts_release(&facts);
}

static int
load(void **state)
{
	char dir[] = "/tmp/mailproc-data-XXXXXX", path[64];
	char *sample = config_sample();
	struct why why = {0};
	FILE *file;
	enum fault fault;

	(void)state;
	if (mkdtemp(dir) == NULL || sample == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/mailproc.conf", dir);
	file = fopen(path, "w");
	fputs(sample, file);
	fclose(file);
	free(sample);
	fault = config_load(&config, path, print_problem, NULL, &why);
	if (fault == FAULT_NONE) {
		free(config->registration_number);
		config->registration_number = strdup("T1234567890123");
	}
	unlink(path);
	rmdir(dir);
	if (fault != FAULT_NONE) {
		print_error("%s\n", why.text);
		return -1;
	}
	free(config->data_dir);
	config->data_dir = strdup(".");
	return day_set_zone("Asia/Tokyo", &why) != FAULT_NONE;
}

static int
unload(void **state)
{
	(void)state;
	config_free(config);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_letter_renders_in_every_language),
	    cmocka_unit_test(the_fixed_text_keeps_to_its_width),
	    cmocka_unit_test(each_letter_says_what_the_business_asks_in_text_and_in_html),
	    cmocka_unit_test(a_form_has_two_lines_a_certificate_and_the_reference_is_in_the_subject),
	    cmocka_unit_test(the_links_open_a_reply_with_the_form_filled_in),
	    cmocka_unit_test(links_too_long_for_mail_programs_are_left_out),
	    cmocka_unit_test(a_customer_cannot_break_the_html_nor_add_a_header),
	    cmocka_unit_test(amounts_have_separators_and_their_currency),
	    cmocka_unit_test(a_wildcard_is_looked_at_by_another_of_its_names),
	    cmocka_unit_test(a_contact_who_wants_text_gets_no_html),
	    cmocka_unit_test(the_token_stands_where_a_reply_brings_it_back),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

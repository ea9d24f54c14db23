/*
 * outbox_sample.c - letters without a store: facts made up, to try templates with
 *
 * The first product of the configuration is what the sample customer has, so that names, amounts and days are the operator's own.
 */
#include "outbox_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/day.h"

enum { SAMPLE_DAYS_LEFT = 60, DAY_SECONDS = 24 * 60 * 60 };

static bool
copy(char **to, const char *text)
{
	*to = strdup(text);
	return *to != NULL;
}

static bool
sample_people(const struct outbox_sample *sample, struct outbox_facts *facts)
{
	static const char *const customer[language_count][2] = {[LANGUAGE_JA] = {"株式会社サンプル商事", "独立行政法人日本長名称研究開発推進機構東日本統括事業本部"},
	    [LANGUAGE_EN] = {"Sample Trading Ltd.", "The International Association of Exceptionally Long Company Names (East Japan)"}};
	static const char *const contact[language_count] = {[LANGUAGE_JA] = "佐藤 花子", [LANGUAGE_EN] = "Hanako Sato"};
	struct customer *c = &facts->customer;
	struct contact *to = &facts->contact;

	c->id = 1;
	c->is_firm = sample->is_firm;
	c->language = sample->language;
	c->plan = sample->is_flex ? PLAN_FLEX : PLAN_STANDARD;
	c->payment_method = sample->is_card ? METHOD_CARD : METHOD_TRANSFER;
	to->id = 1;
	to->customer = 1;
	return copy(&c->code, "C-1001") && copy(&c->name, customer[sample->language][sample->is_long]) &&
	    copy(&c->payer_kana, "カ）サンプルシヨウジ") && copy(&c->pause_note, "") &&
	    copy(&to->name, sample->is_named ? contact[sample->language] : "") && copy(&to->address, "hanako.sato@customer.example");
}

static bool
sample_certificate(const struct config *config, const struct outbox_sample *sample, size_t position, struct certificate *c)
{
	static const char *const name[] = {"www.customer.example", "a-rather-long-host-name.department.division.customer-group.example"};
	char common_name[128];

	if (position == 0)
		snprintf(common_name, sizeof common_name, "%s", name[sample->is_long]);
	else
		snprintf(common_name, sizeof common_name, "s%zu.%s", position + 1, name[sample->is_long]);
	return copy(&c->authority, config->product_count > 0 ? config->product[0].authority : "authority") &&
	    copy(&c->common_name, common_name) && copy(&c->organization, "Sample Trading Ltd.") &&
	    copy(&c->organizational_unit, "Web") && copy(&c->locality, "Chiyoda-ku") && copy(&c->state_or_province, "Tokyo") &&
	    copy(&c->country, "JP") && copy(&c->serial, "01");
}

static bool
sample_item(const struct config *config, const struct outbox_sample *sample, size_t position, int64_t now, struct outbox_item *item)
{
	const struct config_product *product = config->product_count > 0 ? &config->product[0] : NULL;
	int64_t ends_at = now + (int64_t)(sample->is_late ? 2 : SAMPLE_DAYS_LEFT) * DAY_SECONDS;
	int vetting = product != NULL ? product->vetting_days : 5, end_day = day_of_instant(ends_at);
	char reference[64];

	item->renewal.id = (int64_t)position + 1;
	item->term.ends_at = ends_at;
	item->term.starts_at = instant_add_years(ends_at, -1);
	item->certificate.not_after = ends_at;
	item->certificate.not_before = item->term.starts_at;
	item->successor.id = 1;
	item->successor.not_after = ends_at + (int64_t)(position % 2 == 0 ? 200 : 366) * DAY_SECONDS;
	item->policy = (struct policy){.term_ends_at = ends_at, .ends_at = ends_at, .end_day = end_day, .last_safe_day = end_day - vetting,
	    .next_term_ends_at = instant_add_years(ends_at, product != NULL ? product->term_years : 1)};
	snprintf(reference, sizeof reference, "%s-%d-%05zu", config->reference_prefix, day_year(day_of_instant(now)), position + 123);
	return copy(&item->renewal.reference, reference) && sample_certificate(config, sample, position, &item->certificate) &&
	    copy(&item->term.common_name, item->certificate.common_name) && copy(&item->term.product, product != NULL ? product->id : "product");
}

enum fault
outbox_sample_invoice(const struct config *config, struct outbox_facts *facts, struct why *why)
{
	struct invoice *invoice = &facts->invoice;
	json_t *lines = json_array();
	int today = day_of_instant(facts->now);

	for (size_t i = 0; i < facts->item_count; i++) {
		const struct config_product *product = config_find_product(config, facts->item[i].term.product);
		int64_t price = product != NULL ? product->price : 0;

		invoice->net += price;
		json_array_append_new(lines, json_pack("{s:I, s:s, s:I, s:i}", "position", (json_int_t)i + 1, "description",
		    facts->item[i].certificate.common_name, "amount", (json_int_t)price, "tax_percent", config->tax_percent));
	}
	invoice->id = 1;
	invoice->tax = invoice->net * config->tax_percent / 100;
	invoice->total = invoice->net + invoice->tax;
	invoice->issued_day = today;
	invoice->due_day = today + config->payment_days;
	snprintf(invoice->currency, sizeof invoice->currency, "%s", config->currency);
	snprintf(invoice->number, sizeof invoice->number, "%d-000000", day_year(today));
	facts->invoice_json = json_pack("{s:s, s:s, s:o, s:[{s:i, s:I, s:I}]}", "order", "O-0000-00000", "payment_method",
	    payment_method_text(facts->customer.payment_method), "lines", lines, "taxes", "tax_percent", config->tax_percent, "net",
	    (json_int_t)invoice->net, "tax", (json_int_t)invoice->tax);
	if (facts->invoice_json == NULL || !copy(&invoice->addressee, facts->customer.name))
		return why_set(why, FAULT_STOP, "no memory for a sample");
	return FAULT_NONE;
}

enum fault
outbox_sample_review(struct outbox_facts *facts, struct why *why)
{
	static const char *const text[language_count][3] = {
	    [LANGUAGE_JA] = {"「更新する」と「更新しない」の両方が書かれています", "何もしません", "Re: 専用SSL証明書"},
	    [LANGUAGE_EN] = {"the mail says both that it should be renewed and that it should not", "nothing", "Re: SSL certificate"}};
	const char *const *words = text[facts->language];

	facts->review.id = 12;
	facts->review.opened_at = facts->now;
	facts->message.id = 1;
	if (!copy(&facts->review.reason, words[0]) || !copy(&facts->review.suggestion, words[1]) ||
	    !copy(&facts->message.subject, words[2]) || !copy(&facts->message.sender, "hanako.sato@customer.example"))
		return why_set(why, FAULT_STOP, "no memory for a sample");
	return FAULT_NONE;
}

enum fault
outbox_sample_waiting(struct outbox_facts *facts, struct why *why)
{
	static const char at[] = "2026-11-20T09:30:00+09:00", name[] = "株式会社サンプル商事", reference[] = "SSL-2026-00123",
			  host[] = "www.customer.example";

	facts->waiting = json_pack("{s:i, s:[{s:i, s:s, s:s, s:s, s:s}], s:[{s:i, s:s, s:s, s:s, s:s}], s:[{s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:s}], s:[{s:s, s:s, s:i, s:s, s:s, s:s, s:s}],"
				   " s:[{s:s, s:s, s:s, s:s}], s:[{s:s, s:s, s:s, s:s, s:s}], s:[{s:s, s:s, s:s, s:s}]}",
	    "count", 7, "reviews", "id", 12, "opened_at", at, "reference", reference, "customer_name", name, "reason",
	    "it says that it should be renewed, and that it should not", "letters", "id", 34, "kind", "notice", "state", "unknown", "reference",
	    reference, "reason", "the run ended before the server's answer was recorded", "payments", "id", 3, "total", 80000, "currency", "JPY", "paid_day",
	    "2026-11-19", "state", "short", "payer", "カ）サンプルシヨウジ", "number", "2026-000012", "reason", "9,100 are missing", "unpaid", "number", "2026-000012", "customer_name", name,
	    "total", 89100, "currency", "JPY", "due_day", "2026-11-18", "reference", reference, "common_name", host, "apply", "reference",
	    reference, "common_name", host, "customer_name", name, "state_at", at, "late", "reference", reference, "common_name", host,
	    "customer_name", name, "state", "applied", "ends_at", at, "reissues", "reference", reference, "common_name", host, "customer_name",
	    name, "ends_at", at);
	return facts->waiting != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "no memory for a sample");
}

enum fault
outbox_sample_words(struct outbox_facts *facts, struct why *why)
{
	facts->words = strdup("Thank you for your question.\n\nIt costs the same.");
	return facts->words != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "no memory for a sample");
}

enum fault
outbox_sample_facts(const struct config *config, const struct outbox_sample *sample, struct outbox_facts *out, struct why *why)
{
	struct outbox_facts facts = {.kind = sample->kind, .language = sample->language, .now = day_start(day_make(2026, 11, 24)) + 36000};
	enum fault fault = FAULT_NONE;
	bool made = sample_people(sample, &facts);

	facts.item = calloc(sample->certificates + 1, sizeof *facts.item);
	made = made && facts.item != NULL;
	for (size_t i = 0; i < sample->certificates && made; i++, facts.item_count++)
		made = sample_item(config, sample, i, facts.now, &facts.item[i]);
	snprintf(facts.token, sizeof facts.token, "123-abcdefghijklmnopqrstuvwxyz");
	if (!made)
		fault = why_set(why, FAULT_STOP, "no memory for a sample");
	if (fault == FAULT_NONE && outbox_has_invoice(sample->kind))
		fault = outbox_sample_invoice(config, &facts, why);
	if (fault == FAULT_NONE && sample->is_late && facts.invoice.id != 0)
		facts.invoice.due_day = day_of_instant(facts.now) - 3;
	if (outbox_is_to_staff(sample->kind))
		contact_release(&facts.contact);
	if (fault == FAULT_NONE && sample->kind == LETTER_NEEDS_YOU)
		fault = outbox_sample_review(&facts, why);
	if (fault == FAULT_NONE && sample->kind == LETTER_ANSWER)
		fault = outbox_sample_words(&facts, why);
	if (fault == FAULT_NONE && sample->kind == LETTER_DIGEST)
		fault = outbox_sample_waiting(&facts, why);
	if (fault != FAULT_NONE) {
		outbox_facts_release(&facts);
		return fault;
	}
	*out = facts;
	return FAULT_NONE;
}

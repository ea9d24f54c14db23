/*
 * outbox_data.c - what a template may say
 *
 * Every name is always there; what is not known is null, so that {{#name}} … {{/name}} leaves it out. Texts of several lines are
 * lists of lines. Dates, instants and amounts are text as a letter in the letter's language has them.
 *
 *   language                          "ja" or "en"
 *   company  company_address  desk    who writes
 *   telephone  hours  address
 *   registration_number  control_panel
 *   reference                         of the first certificate; null in a letter to staff about a stranger's mail
 *   reply_key                         the token
 *   customer.code .name .is_firm      honorific: 御中 for a firm, 様 for a person
 *           .honorific
 *   contact.name .is_named            a person other than the customer's name itself
 *   count  is_several                 of certificates
 *   certificates[], first             the list, and the first of it
 *     .position .reference .common_name .organization .organizational_unit .locality .state_or_province .country
 *     .authority .guide_url .product .price
 *     .expires .expires_day           the certificate's end: with time and zone; the day alone
 *     .term_ends .term_differs        the term's end; whether it is another day
 *     .days_left                      until the end that the letter is about
 *     .last_safe_day .is_late         the last day on which a payment makes it a renewal; whether it has passed
 *     .next_term_ends                 of the renewed term
 *     .new_expires                    the end of the certificate that closed the renewal; null: not known
 *     .look_url                       where a browser shows it; null for a wildcard without another name
 *   is_late                           of any certificate
 *   has_reissue                       a new certificate ends inside its term
 *   plan_is_flex  flex_note[]  how_to_look[]  browser_note[]
 *   has_mailto  mailto_renew  mailto_decline
 *   payment.is_card .is_transfer      and .card_steps[] .bank_account[] .transfer_fee[] .payer_kana
 *   order.number                      null but in letters about an invoice, like the next
 *   invoice.number .issued_day .due_day .addressee .net .tax .total .is_overdue
 *   invoice.lines[]                   .position .description .amount .tax_percent
 *   invoice.taxes[]                   .tax_percent .net .tax
 *   words[]                           what staff wrote, in their answer; null else
 *   review.id .reason .suggestion     and .opened .sender .subject: letters to staff
 *   waiting.count .today              in the daily letter to staff; and of each list of store_waiting.h, with its names there:
 *   waiting.has_reviews               whether there are any, and likewise of the others
 */
#include "outbox_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/day.h"

/* The objects under construction: the first value that memory does not suffice for makes the whole fail. */
struct making {
	const struct config *config;
	const struct outbox_facts *facts;
	const char *language;
	bool failed;
};

static void
set(struct making *m, json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value) != 0)
		m->failed = true;
}

static void
set_text(struct making *m, json_t *object, const char *name, const char *text)
{
	set(m, object, name, text != NULL && *text != '\0' ? json_string(text) : json_null());
}

static void
set_day(struct making *m, json_t *object, const char *name, int day)
{
	char text[DAY_TEXT_MAX];

	set_text(m, object, name, day_text_letter(text, day, m->language));
}

static void
set_instant(struct making *m, json_t *object, const char *name, int64_t at)
{
	char text[DAY_TEXT_MAX];

	set_text(m, object, name, instant_text_letter(text, at, m->language));
}

/* ¥66,000 in Japanese letters, JPY 66,000 elsewhere; other currencies by their code. */
static void
set_amount(struct making *m, json_t *object, const char *name, int64_t amount, const char *currency)
{
	char digits[32], text[64];
	size_t n, at = 0;
	bool is_yen = m->facts->language == LANGUAGE_JA && strcmp(currency, "JPY") == 0;

	n = (size_t)snprintf(digits, sizeof digits, "%" PRId64, amount);
	at = (size_t)snprintf(text, sizeof text, is_yen ? "¥" : "%.3s ", currency);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0 && digits[i - 1] != '-')
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = '\0';
	set_text(m, object, name, text);
}

static void
set_lines(struct making *m, json_t *object, const char *name, const struct config_text *text)
{
	const char *words = text->in[m->facts->language];
	struct span rest = span_of(words), line;
	json_t *list = json_array();

	while (span_next_line(&rest, &line))
		if (json_array_append_new(list, json_stringn(line.p, line.n)) != 0)
			m->failed = true;
	set(m, object, name, list);
}

static const char *
in_language(const struct making *m, const struct config_text *text)
{
	return text->in[m->facts->language];
}

/* ---- certificates ---- */

/* The name that a browser can be pointed at: a wildcard has none of its own. */
static const char *
visible_name(const struct certificate *certificate)
{
	if (certificate->common_name[0] != '*')
		return certificate->common_name;
	for (size_t i = 0; certificate->name != NULL && certificate->name[i] != NULL; i++)
		if (certificate->name[i][0] != '*')
			return certificate->name[i];
	return NULL;
}

static void
set_product(struct making *m, json_t *to, const struct outbox_item *item)
{
	const struct config_product *product = config_find_product(m->config, item->term.product);
	const struct config_authority *authority = config_find_authority(m->config, item->certificate.authority);

	set_text(m, to, "product", product != NULL ? in_language(m, &product->name) : item->term.product);
	set_text(m, to, "authority", authority != NULL ? in_language(m, &authority->name) : item->certificate.authority);
	set_text(m, to, "guide_url", authority != NULL ? in_language(m, &authority->guide_url) : NULL);
	if (product != NULL)
		set_amount(m, to, "price", product->price, m->config->currency);
	else
		set(m, to, "price", json_null());
}

static bool
is_late(const struct making *m, const struct outbox_item *item)
{
	return day_of_instant(m->facts->now) > item->policy.last_safe_day;
}

static json_t *
certificate_json(struct making *m, const struct outbox_item *item, size_t position)
{
	const struct certificate *c = &item->certificate;
	const char *name = visible_name(c);
	json_t *to = json_object();
	char url[512];
	int left = item->policy.end_day - day_of_instant(m->facts->now);

	set(m, to, "position", json_integer((json_int_t)position));
	set_text(m, to, "reference", item->renewal.reference);
	set_text(m, to, "common_name", c->common_name);
	set_text(m, to, "organization", c->organization);
	set_text(m, to, "organizational_unit", c->organizational_unit);
	set_text(m, to, "locality", c->locality);
	set_text(m, to, "state_or_province", c->state_or_province);
	set_text(m, to, "country", c->country);
	set_product(m, to, item);
	set_instant(m, to, "expires", c->not_after);
	set_day(m, to, "expires_day", day_of_instant(c->not_after));
	set_instant(m, to, "term_ends", item->term.ends_at);
	set(m, to, "term_differs", json_boolean(day_of_instant(c->not_after) != day_of_instant(item->term.ends_at)));
	set(m, to, "days_left", json_integer(left > 0 ? left : 0));
	set_day(m, to, "last_safe_day", item->policy.last_safe_day);
	set(m, to, "is_late", json_boolean(is_late(m, item)));
	set_day(m, to, "next_term_ends", day_of_instant(item->policy.next_term_ends_at));
	if (item->successor.id != 0)
		set_instant(m, to, "new_expires", item->successor.not_after);
	else
		set(m, to, "new_expires", json_null());
	snprintf(url, sizeof url, "https://%s/", name != NULL ? name : "");
	set_text(m, to, "look_url", name != NULL ? url : NULL);
	return to;
}

static void
set_certificates(struct making *m, json_t *to)
{
	const struct outbox_facts *facts = m->facts;
	json_t *list = json_array();
	bool any_late = false, any_reissue = false;

	for (size_t i = 0; i < facts->item_count; i++) {
		const struct outbox_item *item = &facts->item[i];

		any_reissue = any_reissue || (item->successor.id != 0 &&
		    day_of_instant(item->successor.not_after) < day_of_instant(item->policy.next_term_ends_at));
		any_late = any_late || is_late(m, &facts->item[i]);
		if (json_array_append_new(list, certificate_json(m, &facts->item[i], i + 1)) != 0)
			m->failed = true;
	}
	set(m, to, "first", facts->item_count > 0 ? json_incref(json_array_get(list, 0)) : json_null());
	set(m, to, "certificates", list);
	set(m, to, "count", json_integer((json_int_t)facts->item_count));
	set(m, to, "is_several", json_boolean(facts->item_count > 1));
	set(m, to, "is_late", json_boolean(any_late));
	set(m, to, "has_reissue", json_boolean(any_reissue));
	set_text(m, to, "reference", facts->item_count > 0 ? facts->item[0].renewal.reference : NULL);
}

/* ---- people ---- */

static void
set_company(struct making *m, json_t *to)
{
	const struct config *config = m->config;

	set_text(m, to, "language", m->language);
	set_text(m, to, "company", in_language(m, &config->company));
	set_text(m, to, "company_address", in_language(m, &config->company_address));
	set_text(m, to, "desk", in_language(m, &config->desk));
	set_text(m, to, "telephone", in_language(m, &config->telephone));
	set_text(m, to, "hours", in_language(m, &config->hours));
	set_text(m, to, "address", config->address);
	set_text(m, to, "registration_number", config->registration_number);
	set_text(m, to, "control_panel", config->control_panel);
	set_lines(m, to, "flex_note", &config->flex_note);
	set_lines(m, to, "how_to_look", &config->how_to_look);
	set_lines(m, to, "browser_note", &config->browser_note);
}

static void
set_people(struct making *m, json_t *to)
{
	const struct customer *customer = &m->facts->customer;
	const struct contact *contact = &m->facts->contact;
	json_t *who = json_object(), *person = json_object();
	bool is_named = contact->id != 0 && contact->name != NULL && *contact->name != '\0' &&
	    (customer->name == NULL || strcmp(contact->name, customer->name) != 0);

	set_text(m, who, "code", customer->code);
	set_text(m, who, "name", customer->name);
	set(m, who, "is_firm", json_boolean(customer->is_firm));
	set_text(m, who, "honorific", customer->is_firm ? "御中" : "様");
	set(m, to, "customer", who);
	set_text(m, person, "name", is_named ? contact->name : NULL);
	set(m, person, "is_named", json_boolean(is_named));
	set(m, to, "contact", person);
	set(m, to, "plan_is_flex", json_boolean(customer->id != 0 && customer->plan == PLAN_FLEX));
}

/* ---- money ---- */

static enum payment_method
payment_method_of(const struct outbox_facts *facts)
{
	enum payment_method method = facts->customer.payment_method;

	if (facts->item_count > 0 && facts->item[0].renewal.has_payment_method)
		method = facts->item[0].renewal.payment_method;
	/* What was ordered stands, whatever was changed on the record since. */
	if (facts->invoice_json != NULL)
		(void)payment_method_parse(json_string_value(json_object_get(facts->invoice_json, "payment_method")), &method);
	return method;
}

static void
set_payment(struct making *m, json_t *to)
{
	enum payment_method method = payment_method_of(m->facts);
	json_t *payment = json_object();

	set(m, payment, "is_card", json_boolean(method == METHOD_CARD));
	set(m, payment, "is_transfer", json_boolean(method == METHOD_TRANSFER));
	set_lines(m, payment, "card_steps", &m->config->card_steps);
	set_lines(m, payment, "bank_account", &m->config->bank_account);
	set_lines(m, payment, "transfer_fee", &m->config->transfer_fee);
	set_text(m, payment, "payer_kana", m->facts->customer.payer_kana);
	set(m, to, "payment", payment);
}

/* Copies the rows of a list of the invoice, with these columns as amounts and the others as they are. */
static void
set_rows(struct making *m, json_t *to, const char *name, const char *const amount[])
{
	const json_t *rows = json_object_get(m->facts->invoice_json, name);
	json_t *list = json_array(), *made;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		made = json_deep_copy(json_array_get(rows, i));
		for (size_t k = 0; amount[k] != NULL; k++)
			set_amount(m, made, amount[k], json_integer_value(json_object_get(made, amount[k])), m->facts->invoice.currency);
		if (json_array_append_new(list, made) != 0)
			m->failed = true;
	}
	set(m, to, name, list);
}

static void
set_invoice(struct making *m, json_t *to)
{
	const struct invoice *invoice = &m->facts->invoice;
	json_t *made, *order;

	if (m->facts->invoice_json == NULL) {
		set(m, to, "invoice", json_null());
		set(m, to, "order", json_null());
		return;
	}
	made = json_object();
	order = json_object();
	set_text(m, order, "number", json_string_value(json_object_get(m->facts->invoice_json, "order")));
	set(m, to, "order", order);
	set_text(m, made, "number", invoice->number);
	set_day(m, made, "issued_day", invoice->issued_day);
	set_day(m, made, "due_day", invoice->due_day);
	set(m, made, "is_overdue", json_boolean(day_of_instant(m->facts->now) > invoice->due_day));
	set_text(m, made, "addressee", invoice->addressee);
	set_amount(m, made, "net", invoice->net, invoice->currency);
	set_amount(m, made, "tax", invoice->tax, invoice->currency);
	set_amount(m, made, "total", invoice->total, invoice->currency);
	set_rows(m, made, "lines", (const char *const[]){"amount", NULL});
	set_rows(m, made, "taxes", (const char *const[]){"net", "tax", NULL});
	set(m, to, "invoice", made);
}

/* ---- the rest ---- */

static void
set_review(struct making *m, json_t *to)
{
	const struct review *review = &m->facts->review;
	json_t *made;

	if (review->id == 0) {
		set(m, to, "review", json_null());
		return;
	}
	made = json_object();
	set(m, made, "id", json_integer(review->id));
	set_text(m, made, "reason", review->reason);
	set_text(m, made, "suggestion", review->suggestion);
	set_instant(m, made, "opened", review->opened_at);
	set_text(m, made, "sender", m->facts->message.sender);
	set_text(m, made, "subject", m->facts->message.subject);
	set(m, to, "review", made);
}

/* "2026-11-24T10:00:00+09:00" as "2026-11-24 10:00": lists for staff are short. */
static void
shorten_instant(struct making *m, json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));
	char shortened[17];

	if (text == NULL || strlen(text) < 16)
		return;
	snprintf(shortened, sizeof shortened, "%.10s %.5s", text, text + 11);
	set_text(m, row, name, shortened);
}

static void
set_words(struct making *m, json_t *to)
{
	const struct config_text text = {{[LANGUAGE_JA] = m->facts->words, [LANGUAGE_EN] = m->facts->words}};

	if (m->facts->words != NULL)
		set_lines(m, to, "words", &text);
	else
		set(m, to, "words", json_null());
}

static void
set_waiting(struct making *m, json_t *to)
{
	static const char *const lists[] = {"reviews", "letters", "payments", "unpaid", "apply", "late", "reissues"};
	static const char *const instants[] = {"opened_at", "state_at", "ends_at"};
	char today[DAY_TEXT_MAX], has[32];
	json_t *made, *row;
	size_t at;

	if (m->facts->waiting == NULL) {
		set(m, to, "waiting", json_null());
		return;
	}
	made = json_deep_copy(m->facts->waiting);
	set_text(m, made, "today", day_text(today, day_of_instant(m->facts->now)));
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		json_t *rows = json_object_get(made, lists[i]);

		snprintf(has, sizeof has, "has_%s", lists[i]);
		set(m, made, has, json_boolean(json_array_size(rows) > 0));
		json_array_foreach(rows, at, row) {
			for (size_t k = 0; k < sizeof instants / sizeof instants[0]; k++)
				shorten_instant(m, row, instants[k]);
			if (json_is_integer(json_object_get(row, "total")))
				set_amount(m, row, "total", json_integer_value(json_object_get(row, "total")),
				    json_string_value(json_object_get(row, "currency")));
		}
	}
	set(m, to, "waiting", made);
}

static enum fault
set_links(struct making *m, json_t *to, struct why *why)
{
	char *renew = NULL, *decline = NULL;
	enum fault fault = outbox_mailto(m->config, m->facts, true, &renew, why);
	bool both;

	if (fault == FAULT_NONE)
		fault = outbox_mailto(m->config, m->facts, false, &decline, why);
	both = renew != NULL && decline != NULL;
	set(m, to, "has_mailto", json_boolean(both));
	set_text(m, to, "mailto_renew", both ? renew : NULL);
	set_text(m, to, "mailto_decline", both ? decline : NULL);
	free(renew);
	free(decline);
	return fault;
}

enum fault
outbox_data(const struct config *config, const struct outbox_facts *facts, json_t **out, struct why *why)
{
	struct making m = {.config = config, .facts = facts, .language = language_text(facts->language)};
	json_t *made = json_object();
	enum fault fault;

	set_company(&m, made);
	set_people(&m, made);
	set_certificates(&m, made);
	set_payment(&m, made);
	set_invoice(&m, made);
	set_review(&m, made);
	set_words(&m, made);
	set_waiting(&m, made);
	set_text(&m, made, "reply_key", facts->token);
	fault = set_links(&m, made, why);
	if (fault == FAULT_NONE && m.failed)
		fault = why_set(why, FAULT_STOP, "no memory for the data of a letter");
	if (fault != FAULT_NONE) {
		json_decref(made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

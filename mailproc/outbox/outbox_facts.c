/* outbox_facts.c - the records that one letter speaks of, read from the store when it is rendered. */
#include "outbox_inner.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../../store/store_waiting.h"
#include "../../store/store_words.h"
#include "../base/day.h"

bool
outbox_is_to_staff(enum letter_kind kind)
{
	return kind == LETTER_NEEDS_YOU || kind == LETTER_DIGEST;
}

bool
outbox_has_invoice(enum letter_kind kind)
{
	return kind == LETTER_PAYMENT_REQUEST || kind == LETTER_INVOICE || kind == LETTER_PAYMENT_REMINDER;
}

static enum fault
gather_item(struct business *business, int64_t id, struct outbox_item *out, struct why *why)
{
	enum fault fault = store_renewal_get(business->store, id, &out->renewal, why);

	if (fault == FAULT_NONE)
		fault = store_term_get(business->store, out->renewal.term, &out->term, why);
	if (fault == FAULT_NONE)
		fault = store_certificate_get(business->store, out->renewal.certificate, &out->certificate, why);
	if (fault == FAULT_NONE && out->renewal.successor != 0)
		fault = store_certificate_get(business->store, out->renewal.successor, &out->successor, why);
	if (fault == FAULT_NONE)
		fault = policy_of_renewal(business, &out->renewal, &out->policy, why);
	return fault;
}

static enum fault
gather_items(struct business *business, const int64_t *renewal, size_t count, struct outbox_facts *facts, struct why *why)
{
	enum fault fault = FAULT_NONE;

	facts->item = calloc(count + 1, sizeof *facts->item);
	if (facts->item == NULL)
		return why_set(why, FAULT_STOP, "no memory for what a letter is about");
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++)
		fault = gather_item(business, renewal[i], &facts->item[facts->item_count++], why);
	return fault;
}

static enum fault
gather_people(struct business *business, int64_t customer, int64_t contact, struct outbox_facts *facts, struct why *why)
{
	enum fault fault = FAULT_NONE;

	if (customer != 0)
		fault = store_customer_get(business->store, customer, &facts->customer, why);
	if (fault == FAULT_NONE && contact != 0)
		fault = store_contact_get(business->store, contact, &facts->contact, why);
	if (fault == FAULT_NONE && !outbox_is_to_staff(facts->kind) && (facts->customer.id == 0 || facts->contact.id == 0))
		fault = why_set(why, FAULT_ITEM, "the letter has no customer or no contact");
	return fault;
}

static enum fault
gather_invoice(struct business *business, struct outbox_facts *facts, struct why *why)
{
	bool found = false;
	enum fault fault;

	if (!outbox_has_invoice(facts->kind))
		return FAULT_NONE;
	if (facts->item_count == 0)
		return why_set(why, FAULT_ITEM, "the letter is about no renewal");
	fault = store_invoice_of_renewal(business->store, facts->item[0].renewal.id, &facts->invoice, &found, why);
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "%s has no open invoice", facts->item[0].renewal.reference);
	if (fault == FAULT_NONE)
		fault = store_invoice_json(business->store, facts->invoice.id, &facts->invoice_json, why);
	return fault;
}

/* A letter to staff has no items: it is about the renewal that the review may belong to. */
static enum fault
gather_review(struct business *business, int64_t review, struct outbox_facts *facts, struct why *why)
{
	bool found = false;
	enum fault fault = store_review_get(business->store, review, &facts->review, &found, why);

	if (fault == FAULT_NONE && !found)
		return why_set(why, FAULT_ITEM, "there is no review %" PRId64, review);
	if (fault == FAULT_NONE)
		fault = store_message_get(business->store, facts->review.message, &facts->message, why);
	if (fault == FAULT_NONE && facts->review.renewal != 0 && facts->item_count == 0)
		fault = gather_items(business, &facts->review.renewal, 1, facts, why);
	if (fault == FAULT_NONE && facts->customer.id == 0 && facts->item_count > 0)
		fault = store_customer_get(business->store, facts->item[0].renewal.customer, &facts->customer, why);
	return fault;
}

enum fault
outbox_facts_gather(struct business *business, const struct letter *letter, struct outbox_facts *out, struct why *why)
{
	struct outbox_facts facts = {.kind = letter->kind, .language = letter->language, .now = business->now};
	int64_t *renewal = calloc(letter->item_count + 1, sizeof *renewal);
	enum fault fault;

	if (renewal == NULL)
		return why_set(why, FAULT_STOP, "no memory for what a letter is about");
	for (size_t i = 0; i < letter->item_count; i++)
		renewal[i] = letter->item[i].renewal;
	fault = gather_people(business, letter->customer, letter->contact, &facts, why);
	if (fault == FAULT_NONE && letter->item_count > 0)
		fault = gather_items(business, renewal, letter->item_count, &facts, why);
	if (fault == FAULT_NONE && letter->review != 0)
		fault = gather_review(business, letter->review, &facts, why);
	if (fault == FAULT_NONE && !outbox_is_to_staff(letter->kind) && facts.item_count == 0)
		fault = why_set(why, FAULT_ITEM, "the letter is about no renewal");
	if (fault == FAULT_NONE)
		fault = gather_invoice(business, &facts, why);
	if (fault == FAULT_NONE && letter->kind == LETTER_ANSWER)
		fault = store_words_get(business->store, letter->id, &facts.words, why);
	if (fault == FAULT_NONE && letter->kind == LETTER_DIGEST)
		fault = store_waiting(business->store, day_of_instant(business->now), business->now, &facts.waiting, why);
	if (fault == FAULT_NONE && business->key != NULL)
		fault = token_make(facts.token, business->key, letter->id, letter->contact, why);
	free(renewal);
	if (fault != FAULT_NONE) {
		outbox_facts_release(&facts);
		return fault;
	}
	*out = facts;
	return FAULT_NONE;
}

void
outbox_facts_release(struct outbox_facts *facts)
{
	customer_release(&facts->customer);
	contact_release(&facts->contact);
	for (size_t i = 0; i < facts->item_count; i++) {
		renewal_release(&facts->item[i].renewal);
		term_release(&facts->item[i].term);
		certificate_release(&facts->item[i].certificate);
		certificate_release(&facts->item[i].successor);
	}
	free(facts->item);
	invoice_release(&facts->invoice);
	json_decref(facts->invoice_json);
	free(facts->words);
	json_decref(facts->waiting);
	review_release(&facts->review);
	message_record_release(&facts->message);
	*facts = (struct outbox_facts){0};
}

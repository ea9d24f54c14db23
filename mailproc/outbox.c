/*
 * outbox.c - wanted letters become ready, what an earlier run left in doubt is settled, and a letter can be looked at beforehand
 *
 * Sending is in outbox_send.c.
 */
#include "outbox/outbox_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../store/store_billing.h"
#include "base/log.h"

enum {
	RENDER_GROUP = 100,	     /* letters a transaction */
	SETTLE_GROUP = 200,
	STALE_AFTER_S = 24 * 60 * 60 /* a letter never tried for so long says yesterday's things: it is rendered anew */
};

/* A lookup that has happened before it is written: rolled back unless the work is committed. */
static enum fault
finish(struct business *business, enum fault fault, struct why *why)
{
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

/* ---- rendering ---- */

static enum fault
store_rendering(struct business *business, const struct letter *letter, const struct outbox_facts *facts, struct outbox_letter *made,
    struct why *why)
{
	struct letter_rendering rendering = {
	    .message_id = made->message_id,
	    .recipient = outbox_recipient(business->config, outbox_meant_for(business->config, facts)),
	    .envelope_from = made->envelope_from,
	    .subject = made->words.subject,
	    .bytes = buf_span(&made->bytes),
	    .text = made->words.text,
	};

	return store_letter_rendered(business->store, letter->id, &rendering, business->now, why);
}

/*
 * For the hours of sending, and the end of a pause. And a letter that sends a customer to an invoice in the control panel waits until the billing
 * program has taken that order.
 */
static enum fault
has_to_wait(struct business *business, const struct outbox_facts *facts, bool *waits, struct why *why)
{
	*waits = !outbox_may_go(business->config, facts->kind, business->now) || (facts->customer.paused && facts->contact.id != 0);
	if (*waits)
		return FAULT_NONE;
	if (!config_has_billing(business->config) || (facts->kind != LETTER_PAYMENT_REQUEST && facts->kind != LETTER_PAYMENT_REMINDER))
		return FAULT_NONE;
	return store_billing_holds(business->store, facts->invoice.order, waits, why);
}

/* What is wrong with a letter holds this letter; only the store's own faults are faults here. */
static enum fault
hold(struct business *business, const struct letter *letter, enum fault fault, struct outbox_counts *counts, struct why *why)
{
	if (fault != FAULT_ITEM && fault != FAULT_SETUP)
		return fault;
	if (letter->state == LETTER_HELD) /* told before */
		return FAULT_NONE;
	log_warning("letter %" PRId64 " (%s) is held: %s", letter->id, letter_kind_text(letter->kind), why->text);
	fault = store_letter_park(business->store, letter->id, LETTER_HELD, why->text, business->now, why);
	counts->held += fault == FAULT_NONE;
	return fault;
}

/* One letter that is wanted, or that is held because it could not be rendered before: its template may be mended. */
static enum fault
render_one(struct business *business, int64_t id, struct outbox_counts *counts, struct why *why)
{
	struct letter letter = {0};
	struct outbox_facts facts = {0};
	struct outbox_letter made = {0};
	bool found = false, waits = false;
	enum fault fault = store_letter_get(business->store, id, &letter, &found, why);

	if (fault != FAULT_NONE || !found || (letter.state == LETTER_HELD && letter.rendered_at != 0))
		goto out;
	fault = outbox_facts_gather(business, &letter, &facts, why);
	if (fault == FAULT_NONE)
		fault = has_to_wait(business, &facts, &waits, why);
	if (fault == FAULT_NONE && waits) {
		counts->waiting++;
		goto out;
	}
	if (fault == FAULT_NONE)
		fault = outbox_letter_make(business->config, &facts, letter.in_reply_to, letter.thread, &made, why);
	if (fault == FAULT_NONE) {
		fault = store_rendering(business, &letter, &facts, &made, why);
		counts->rendered += fault == FAULT_NONE;
	} else {
		fault = hold(business, &letter, fault, counts, why);
	}
out:
	outbox_letter_release(&made);
	outbox_facts_release(&facts);
	letter_release(&letter);
	return fault;
}

/* Whether a rendered letter still goes where it is meant to go: addresses change, trials begin and end. */
static enum fault
is_well_addressed(struct business *business, const struct letter *letter, bool *is, struct why *why)
{
	struct contact contact = {0};
	const char *meant_for = business->config->staff;
	enum fault fault = FAULT_NONE;

	if (letter->contact != 0)
		fault = store_contact_get(business->store, letter->contact, &contact, why);
	if (contact.address != NULL)
		meant_for = contact.address;
	*is = letter->recipient != NULL && strcmp(letter->recipient, outbox_recipient(business->config, meant_for)) == 0;
	contact_release(&contact);
	return fault;
}

/*
 * A ready letter that no server has seen is wanted again when it is a day old, when its hour has passed, or when it would go to the wrong address. One that
 * was tried keeps its bytes; in a trial it must not go to a customer.
 */
static enum fault
renew_one(struct business *business, int64_t id, struct outbox_counts *counts, struct why *why)
{
	struct letter letter = {0};
	bool found = false, is_fine = false;
	const char *reason = NULL;
	enum fault fault = store_letter_get(business->store, id, &letter, &found, why);

	if (fault == FAULT_NONE && found)
		fault = is_well_addressed(business, &letter, &is_fine, why);
	if (fault != FAULT_NONE || !found)
		goto out;
	if (!is_fine)
		reason = "it was meant for another address";
	else if (!outbox_may_go(business->config, letter.kind, business->now))
		reason = "the hours of sending are over: rendered anew";
	else if (letter.rendered_at + STALE_AFTER_S < business->now)
		reason = "not tried for a day: rendered anew";
	if (reason != NULL && letter.tries == 0) {
		fault = store_letter_park(business->store, id, LETTER_WANTED, reason, business->now, why);
		counts->withdrawn += fault == FAULT_NONE;
	} else if (!is_fine && outbox_recipient(business->config, NULL) != NULL) {
		fault = store_letter_park(business->store, id, LETTER_HELD, "it was tried before the trial began (redirect_all_to)", business->now, why);
		counts->held += fault == FAULT_NONE;
	}
out:
	letter_release(&letter);
	return fault;
}

typedef enum fault each_letter(struct business *business, int64_t id, struct outbox_counts *counts, struct why *why);

/* Calls each for every letter in this state, in transactions of a group. */
static enum fault
for_letters(struct business *business, enum letter_state state, each_letter *each, struct outbox_counts *counts, struct why *why)
{
	int64_t ids[RENDER_GROUP], after = 0;
	size_t count = RENDER_GROUP;
	enum fault fault = FAULT_NONE;

	while (fault == FAULT_NONE && count == RENDER_GROUP) {
		struct outbox_counts before = *counts;

		fault = store_begin(business->store, why);
		if (fault != FAULT_NONE)
			break;
		fault = store_letter_list(business->store, state, business->now, after, ids, RENDER_GROUP, &count, why);
		for (size_t i = 0; i < count && fault == FAULT_NONE; i++) {
			fault = each(business, ids[i], counts, why);
			after = ids[i];
		}
		fault = finish(business, fault, why);
		if (fault != FAULT_NONE)
			*counts = before;
	}
	return fault;
}

enum fault
outbox_render(struct business *business, struct outbox_counts *counts, struct why *why)
{
	enum fault fault = for_letters(business, LETTER_READY, renew_one, counts, why);

	if (fault == FAULT_NONE)
		fault = for_letters(business, LETTER_WANTED, render_one, counts, why);
	if (fault == FAULT_NONE)
		fault = for_letters(business, LETTER_HELD, render_one, counts, why);
	return fault;
}

/* ---- settling ---- */

enum fault
outbox_doubt(struct business *business, int64_t id, const char *reason, struct outbox_counts *counts, struct why *why)
{
	enum fault fault;
	struct letter letter = {0};
	int64_t again_at = 0;
	bool found = false;

	if (business->config->unknown == UNKNOWN_RESEND) {
		fault = store_letter_get(business->store, id, &letter, &found, why);
		if (fault != FAULT_NONE)
			return fault;
		again_at = outbox_retry_at(business->config, business->now, letter.wanted_at, letter.tries + 1);
		letter_release(&letter);
	}
	/* A quarter of an hour at least: a copy that is on its way shows up meanwhile. */
	if (again_at != 0 && again_at < business->now + OUTBOX_DOUBT_S)
		again_at = business->now + OUTBOX_DOUBT_S;
	fault = store_letter_answer(business->store, id, again_at != 0 ? LETTER_READY : LETTER_UNKNOWN, 0, NULL, again_at, reason,
	    business->now, why);
	if (fault != FAULT_NONE)
		return fault;
	if (again_at != 0)
		counts->later++;
	else
		counts->unknown++;
	return FAULT_NONE;
}

/* The order in a lane is strict: of what a run left claimed there, only the first can have gone out. */
static enum fault
settle_group(struct business *business, const struct letter_claim *claim, size_t count, struct letter_claim *last,
    struct outbox_counts *counts, struct why *why)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < count && fault == FAULT_NONE; i++) {
		bool is_first = claim[i].run != last->run || claim[i].lane != last->lane;

		if (is_first)
			fault = outbox_doubt(business, claim[i].id, "the run ended before the server's answer was recorded", counts, why);
		else
			fault = store_letter_unclaim(business->store, claim[i].id, business->now, why);
		*last = claim[i];
	}
	return fault;
}

enum fault
outbox_settle(struct business *business, struct outbox_counts *counts, struct why *why)
{
	struct letter_claim claim[SETTLE_GROUP], last = {.run = -1, .lane = -1};
	size_t count = SETTLE_GROUP;
	enum fault fault = FAULT_NONE;

	while (fault == FAULT_NONE && count == SETTLE_GROUP) {
		struct outbox_counts before = *counts;

		fault = store_begin(business->store, why);
		if (fault != FAULT_NONE)
			break;
		fault = store_letter_claims(business->store, claim, SETTLE_GROUP, &count, why);
		if (fault == FAULT_NONE)
			fault = settle_group(business, claim, count, &last, counts, why);
		fault = finish(business, fault, why);
		if (fault != FAULT_NONE)
			*counts = before;
	}
	return fault;
}

/* ---- looking at a letter beforehand ---- */

/* The contact a letter of this kind would go to first: who decides comes first in the list. */
static enum fault
first_contact(struct business *business, int64_t customer, int64_t *contact, struct why *why)
{
	struct contact_list list = {0};
	enum fault fault = store_contact_list(business->store, customer, &list, why);

	if (fault == FAULT_NONE && list.count == 0)
		fault = why_set(why, FAULT_ITEM, "the customer has no contact to write to");
	if (fault == FAULT_NONE)
		*contact = list.contact[0].id;
	contact_list_release(&list);
	return fault;
}

/* The facts of a letter that does not exist: an invoice or a review that is not there yet is made up. */
static enum fault
preview_facts(struct business *business, enum letter_kind kind, int64_t renewal, int64_t contact, struct outbox_facts *facts,
    struct why *why)
{
	struct renewal record = {0};
	struct customer customer = {0};
	struct letter_item item = {.renewal = renewal};
	struct letter letter = {.kind = kind, .contact = contact, .item = &item, .item_count = 1};
	struct outbox_facts asked = {0};
	struct business keyless = *business;
	enum fault fault = store_renewal_get(business->store, renewal, &record, why);

	keyless.key = NULL; /* the token of a letter that was never sent must not be valid */
	letter.customer = record.customer;
	if (fault == FAULT_NONE && contact == 0 && !outbox_is_to_staff(kind))
		fault = first_contact(business, record.customer, &letter.contact, why);
	if (fault == FAULT_NONE)
		fault = store_customer_get(business->store, record.customer, &customer, why);
	letter.language = outbox_is_to_staff(kind) ? business->config->staff_language : customer.language;
	if (fault == FAULT_NONE)
		fault = outbox_facts_gather(&keyless, &letter, &asked, why);
	if (fault == FAULT_ITEM && (outbox_has_invoice(kind) || kind == LETTER_ANSWER)) {
		letter.kind = LETTER_NOTICE;
		fault = outbox_facts_gather(&keyless, &letter, &asked, why);
		asked.kind = kind;
		if (fault == FAULT_NONE)
			fault = kind == LETTER_ANSWER ? outbox_sample_words(&asked, why) : outbox_sample_invoice(business->config, &asked, why);
	}
	if (fault == FAULT_NONE && kind == LETTER_NEEDS_YOU)
		fault = outbox_sample_review(&asked, why);
	if (fault == FAULT_NONE && kind == LETTER_DIGEST && json_integer_value(json_object_get(asked.waiting, "count")) == 0) {
		json_decref(asked.waiting);
		asked.waiting = NULL;
		fault = outbox_sample_waiting(&asked, why);
	}
	snprintf(asked.token, sizeof asked.token, "0-aaaaaaaaaaaaaaaaaaaaaaaaaa");
	if (fault == FAULT_NONE) {
		*facts = asked;
		asked = (struct outbox_facts){0};
	}
	outbox_facts_release(&asked);
	customer_release(&customer);
	renewal_release(&record);
	return fault;
}

enum fault
outbox_preview(struct business *business, enum letter_kind kind, int64_t renewal, int64_t contact, struct outbox_preview *out,
    struct why *why)
{
	struct outbox_facts facts = {0};
	struct outbox_letter made = {0};
	enum fault fault = preview_facts(business, kind, renewal, contact, &facts, why);

	if (fault == FAULT_NONE)
		fault = outbox_letter_make(business->config, &facts, NULL, NULL, &made, why);
	if (fault == FAULT_NONE) {
		*out = (struct outbox_preview){made.words.subject, made.words.text, made.words.html, made.bytes};
		made.words = (struct letter_text){0};
		made.bytes = (struct buf){0};
	}
	outbox_letter_release(&made);
	outbox_facts_release(&facts);
	return fault;
}

void
outbox_preview_release(struct outbox_preview *preview)
{
	free(preview->subject);
	free(preview->text);
	free(preview->html);
	buf_release(&preview->bytes);
	*preview = (struct outbox_preview){0};
}

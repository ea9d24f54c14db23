/*
 * renewal_void.c - orders taken back: by staff, after a no that came too late, or because nothing is left to pay for
 *
 * An order may hold several certificates. Where one of them is declined, order and invoice are void as a whole, and the others are ordered anew: an invoice
 * that is out is never changed.
 */
#include "renewal_inner.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 1000 /* of one invoice: more than one reply can name */ };

static bool
is_among(const int64_t *ids, size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static enum fault
is_ordered(struct business *business, int64_t id, bool *is, struct why *why)
{
	struct renewal renewal = {0};
	enum fault fault = store_renewal_get(business->store, id, &renewal, why);

	*is = fault == FAULT_NONE && renewal.state == RENEWAL_ORDERED;
	renewal_release(&renewal);
	return fault;
}

/* Keeps those that are ordered, in their order. */
static enum fault
keep_ordered(struct business *business, int64_t *ids, size_t *count, struct why *why)
{
	size_t kept = 0;
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < *count && fault == FAULT_NONE; i++) {
		bool is = false;

		fault = is_ordered(business, ids[i], &is, why);
		if (is)
			ids[kept++] = ids[i];
	}
	*count = kept;
	return fault;
}

/* All of them, or FAULT_ITEM with what stands against it. */
static enum fault
advance(struct business *business, const int64_t *ids, size_t count, const struct occurrence *occurrence, enum renewal_event event,
    struct why *why)
{
	struct occurrence this = *occurrence;
	const char *explanation = NULL;
	bool advanced = true;
	enum fault fault = FAULT_NONE;

	this.event = event;
	if (count > 0)
		fault = renewal_advance_all(business, ids, NULL, count, &this, &advanced, &explanation, why);
	return fault == FAULT_NONE && !advanced ? why_set(why, FAULT_ITEM, "%s", explanation) : fault;
}

/* Voids one order; the renewals on it go where declined says, the others are ordered anew. */
static enum fault
decline_on(struct business *business, const struct invoice *invoice, const int64_t *declined, size_t declined_count,
    const struct occurrence *occurrence, struct why *why)
{
	int64_t on[LINES_MAX], gone[LINES_MAX], rest[LINES_MAX];
	size_t on_count = 0, gone_count = 0, rest_count = 0;
	bool voided = false;
	enum fault fault = store_invoice_renewals(business->store, invoice->id, on, LINES_MAX, &on_count, why);

	if (fault == FAULT_NONE)
		fault = keep_ordered(business, on, &on_count, why);
	for (size_t i = 0; i < on_count; i++) {
		if (is_among(declined, declined_count, on[i]))
			gone[gone_count++] = on[i];
		else
			rest[rest_count++] = on[i];
	}
	if (fault == FAULT_NONE && gone_count > 0)
		fault = store_order_void(business->store, gone[0], "declined after the order", business->now, &voided, why);
	if (fault == FAULT_NONE && gone_count > 0 && !voided)
		fault = why_set(why, FAULT_ITEM, "invoice %s is paid: it cannot be void", invoice->number);
	if (fault == FAULT_NONE)
		fault = advance(business, gone, gone_count, occurrence, EVENT_ORDER_DECLINED, why);
	if (fault == FAULT_NONE)
		fault = advance(business, rest, rest_count, occurrence, EVENT_ORDERED_ANEW, why);
	return fault;
}

/* One of them: what an earlier one of the same order has taken with it is declined already. */
static enum fault
decline_one(struct business *business, const int64_t *all, size_t count, int64_t renewal, bool was_ordered, const struct occurrence *occurrence,
    struct why *why)
{
	struct invoice invoice = {0};
	bool is = false, found = false;
	enum fault fault;

	if (!was_ordered)
		return advance(business, &renewal, 1, occurrence, EVENT_SAID_DECLINE, why);
	fault = is_ordered(business, renewal, &is, why);
	if (fault == FAULT_NONE && is)
		fault = store_invoice_of_renewal(business->store, renewal, &invoice, &found, why);
	if (fault == FAULT_NONE && found)
		fault = decline_on(business, &invoice, all, count, occurrence, why);
	else if (fault == FAULT_NONE && is)
		fault = advance(business, &renewal, 1, occurrence, EVENT_ORDER_DECLINED, why);
	invoice_release(&invoice);
	return fault;
}

enum fault
renewal_decline_order(struct business *business, const int64_t *renewal, size_t count, const struct occurrence *occurrence, struct why *why)
{
	bool *was_ordered = calloc(count + 1, sizeof *was_ordered);
	enum fault fault = FAULT_NONE;

	if (was_ordered == NULL)
		return why_set(why, FAULT_STOP, "no memory for an order");
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++)
		fault = is_ordered(business, renewal[i], &was_ordered[i], why);
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++)
		fault = decline_one(business, renewal, count, renewal[i], was_ordered[i], occurrence, why);
	free(was_ordered);
	return fault;
}

/* ---- by staff ---- */

static enum fault
void_invoice(struct business *business, const char *number, const char *by, const char *note, struct why *why)
{
	struct occurrence occurrence = {.by = by};
	struct invoice invoice = {0};
	struct why reason = {0}; /* in words: a text of limited length, as a cause is */
	int64_t on[LINES_MAX];
	size_t count = 0;
	bool found = false, voided = false;
	enum fault fault = store_invoice_find(business->store, number, &invoice, &found, why);

	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "there is no invoice %s", number);
	if (fault == FAULT_NONE && strcmp(invoice.state, "open") != 0)
		fault = why_set(why, FAULT_ITEM, "invoice %s is %s: only an open one can be void", number, invoice.state);
	if (fault == FAULT_NONE)
		fault = store_invoice_renewals(business->store, invoice.id, on, LINES_MAX, &count, why);
	(void)why_set(&reason, FAULT_NONE, "%s (%s)", note, by);
	if (fault == FAULT_NONE && count > 0)
		fault = store_order_void(business->store, on[0], reason.text, business->now, &voided, why);
	if (fault == FAULT_NONE && !voided)
		fault = why_set(why, FAULT_STOP, "the order of invoice %s is not open", number);
	if (fault == FAULT_NONE)
		occurrence.evidence = json_pack("{s:s}", "invoice", number);
	if (fault == FAULT_NONE)
		fault = keep_ordered(business, on, &count, why);
	if (fault == FAULT_NONE)
		fault = advance(business, on, count, &occurrence, EVENT_ORDER_VOIDED, why);
	json_decref(occurrence.evidence);
	invoice_release(&invoice);
	return fault;
}

enum fault
renewal_void_invoice(struct business *business, const char *number, const char *by, const char *note, struct why *why)
{
	enum fault fault = store_begin(business->store, why);

	if (fault == FAULT_NONE)
		fault = void_invoice(business, number, by, note, why);
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

/* ---- by itself ---- */

enum fault
order_void_unpayable(struct business *business, const struct passage *passage, size_t count, struct why *why)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < count && fault == FAULT_NONE; i++) {
		bool is = false, voided;

		if (!passage[i].changes || (passage[i].to != RENEWAL_LAPSED && passage[i].to != RENEWAL_REPLACED))
			continue;
		fault = store_invoice_is_unpayable(business->store, passage[i].renewal.id, &is, why);
		if (fault == FAULT_NONE && is)
			fault = store_order_void(business->store, passage[i].renewal.id, "nothing on it can be renewed any more", business->now,
			    &voided, why);
	}
	return fault;
}

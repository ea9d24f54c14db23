/* payment.c - one payment and its invoice: judged, recorded, and the renewals advanced where it pays. */
#include "payment/payment_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/day.h"

enum { LINES_MAX = 1000 /* of one invoice: more than one reply can name */ };

/* ---- judging ---- */

/* Whether it came too late for a renewal of the invoice: then it is a person's decision what becomes of it. */
static enum fault
check_late(struct business *business, int64_t id, int paid_day, struct why *reason, struct why *why)
{
	char paid[DAY_TEXT_MAX], safe[DAY_TEXT_MAX];
	struct renewal renewal = {0};
	struct policy policy = {0};
	enum fault fault = store_renewal_get(business->store, id, &renewal, why);

	if (fault == FAULT_NONE)
		fault = policy_of_renewal(business, &renewal, &policy, why);
	if (fault == FAULT_NONE && paid_day > policy.last_safe_day)
		(void)why_set(reason, FAULT_NONE, "paid on %s, the last safe day of %s was %s", day_text(paid, paid_day), renewal.reference,
		    day_text(safe, policy.last_safe_day));
	else if (fault == FAULT_NONE && business->now >= policy.ends_at)
		(void)why_set(reason, FAULT_NONE, "the term of %s has ended", renewal.reference);
	renewal_release(&renewal);
	return fault;
}

/* What the payment is to the invoice; reason stays empty where it is matched. */
static enum fault
judge(struct business *business, const struct payment *payment, const struct invoice *invoice, const int64_t *renewal, size_t count,
    enum payment_state *state, struct why *reason, struct why *why)
{
	int64_t sum = 0, asked;
	enum fault fault = FAULT_NONE;

	*state = PAYMENT_LATE;
	if (strcmp(invoice->state, "void") == 0) {
		(void)why_set(reason, FAULT_NONE, "invoice %s is void", invoice->number);
		return FAULT_NONE;
	}
	if (strcmp(invoice->state, "paid") == 0) {
		*state = PAYMENT_DOUBLE;
		(void)why_set(reason, FAULT_NONE, "invoice %s is paid already", invoice->number);
		return FAULT_NONE;
	}
	for (size_t i = 0; i < count && fault == FAULT_NONE && reason->text[0] == '\0'; i++)
		fault = check_late(business, renewal[i], payment->paid_day, reason, why);
	if (fault != FAULT_NONE || reason->text[0] != '\0')
		return fault;
	fault = store_payment_sum(business->store, invoice->id, payment->id, &sum, why);
	asked = invoice->total - sum;
	*state = payment->amount == asked ? PAYMENT_MATCHED : payment->amount < asked ? PAYMENT_SHORT : PAYMENT_OVER;
	if (*state == PAYMENT_SHORT)
		(void)why_set(reason, FAULT_NONE, "%" PRId64 " %s too little: invoice %s asks for %" PRId64, asked - payment->amount,
		    invoice->currency, invoice->number, asked);
	else if (*state == PAYMENT_OVER)
		(void)why_set(reason, FAULT_NONE, "%" PRId64 " %s too much: invoice %s asks for %" PRId64, payment->amount - asked, invoice->currency,
		    invoice->number, asked);
	return fault;
}

/* ---- paying ---- */

/* Every renewal of the invoice becomes paid, or none does and refusal says why. */
static enum fault
settle(struct business *business, const struct payment *payment, const struct invoice *invoice, const int64_t *renewal, size_t count,
    const char *by, struct why *refusal, struct why *why)
{
	json_t *evidence = json_pack("{s:s, s:I, s:I}", "invoice", invoice->number, "payment", (json_int_t)payment->id, "amount",
	    (json_int_t)payment->amount);
	struct occurrence occurrence = {.event = EVENT_PAID, .by = by, .evidence = evidence};
	const char *explanation = NULL;
	bool advanced = false;
	char reason[80];
	enum fault fault;

	if (evidence == NULL)
		return why_set(why, FAULT_STOP, "no memory for an event");
	fault = renewal_advance_all(business, renewal, NULL, count, &occurrence, &advanced, &explanation, why);
	json_decref(evidence);
	if (fault != FAULT_NONE)
		return fault;
	if (!advanced) {
		(void)why_set(refusal, FAULT_NONE, "invoice %s: %s", invoice->number, explanation);
		return FAULT_NONE;
	}
	snprintf(reason, sizeof reason, "made up by payment %" PRId64, payment->id);
	fault = store_invoice_set_paid(business->store, invoice->id, why);
	return fault != FAULT_NONE ? fault : store_payment_complete(business->store, invoice->id, reason, why);
}

enum fault
payment_place(struct business *business, struct payment *payment, const struct invoice *invoice, bool accepts, const char *by,
    const char *note, struct payment_result *result, struct why *why)
{
	struct payment_result made = {.id = payment->id};
	struct why refusal = {0};
	int64_t renewal[LINES_MAX];
	size_t count = 0;
	bool pays;
	enum fault fault;

	snprintf(made.invoice, sizeof made.invoice, "%s", invoice->number);
	fault = store_invoice_renewals(business->store, invoice->id, renewal, LINES_MAX, &count, why);
	if (fault == FAULT_NONE)
		fault = judge(business, payment, invoice, renewal, count, &made.state, &made.reason, why);
	if (fault == FAULT_NONE && accepts && strcmp(invoice->state, "open") != 0)
		fault = why_set(why, FAULT_ITEM, "it cannot be accepted: %s", made.reason.text);
	pays = made.state == PAYMENT_MATCHED || accepts;
	/* What it is stands on record before the rest of the invoice's payments is completed by it. */
	if (fault == FAULT_NONE)
		fault = store_payment_place(business->store, payment->id, invoice->id, made.state, made.reason.text, why);
	if (fault == FAULT_NONE && pays && made.state != PAYMENT_MATCHED)
		fault = store_payment_decide(business->store, payment->id, "accepted", by, note, business->now, why);
	if (fault == FAULT_NONE && pays)
		fault = settle(business, payment, invoice, renewal, count, by, &refusal, why);
	if (fault == FAULT_NONE && refusal.text[0] != '\0') {
		if (accepts)
			return why_set(why, FAULT_ITEM, "it cannot be accepted: %s", refusal.text);
		made.state = PAYMENT_LATE;
		made.reason = refusal;
		fault = store_payment_place(business->store, payment->id, invoice->id, made.state, made.reason.text, why);
	}
	made.is_paid = pays && refusal.text[0] == '\0';
	if (fault == FAULT_NONE)
		*result = made;
	return fault;
}

/* ---- staff ---- */

/* By number, or by reference of a renewal. FAULT_ITEM: there is none. */
static enum fault
find_invoice(struct business *business, const char *what, struct invoice *out, struct why *why)
{
	struct renewal renewal = {0};
	bool found = false;
	enum fault fault = store_invoice_find(business->store, what, out, &found, why);

	if (fault != FAULT_NONE || found)
		return fault;
	fault = store_renewal_find(business->store, what, &renewal, &found, why);
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "there is no invoice and no renewal %s", what);
	if (fault == FAULT_NONE)
		fault = store_invoice_last_of_renewal(business->store, renewal.id, out, &found, why);
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "%s has no invoice: it was not ordered", what);
	renewal_release(&renewal);
	return fault;
}

static enum fault
method_of_invoice(struct business *business, int64_t invoice, enum payment_method *method, struct why *why)
{
	json_t *json = NULL;
	enum fault fault = store_invoice_json(business->store, invoice, &json, why);

	if (fault == FAULT_NONE && !payment_method_parse(json_string_value(json_object_get(json, "payment_method")), method))
		fault = why_set(why, FAULT_STOP, "an order has no payment method");
	json_decref(json);
	return fault;
}

static enum fault
record(struct business *business, const char *what, const struct payment_entry *entry, struct payment_result *result, struct why *why)
{
	struct payment payment = {
	    .amount = entry->amount, .paid_day = entry->paid_day, .method = entry->method, .state = PAYMENT_UNMATCHED};
	struct invoice invoice = {0};
	bool added = false;
	enum fault fault = find_invoice(business, what, &invoice, why);

	if (fault == FAULT_NONE && !entry->has_method)
		fault = method_of_invoice(business, invoice.id, &payment.method, why);
	if (fault == FAULT_NONE && (payment.source = strdup(entry->by)) == NULL)
		fault = why_set(why, FAULT_STOP, "no memory for a payment");
	if (fault == FAULT_NONE)
		fault = store_payment_add(business->store, &payment, NULL, business->now, &added, why);
	if (fault == FAULT_NONE)
		fault = payment_place(business, &payment, &invoice, entry->accepts, entry->by, entry->note, result, why);
	invoice_release(&invoice);
	payment_release(&payment);
	return fault;
}

/* Commits, or rolls back on a fault. */
static enum fault
finish(struct business *business, enum fault fault, struct why *why)
{
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

enum fault
payment_record(struct business *business, const char *what, const struct payment_entry *entry, struct payment_result *result,
    struct why *why)
{
	enum fault fault = store_begin(business->store, why);

	return fault != FAULT_NONE ? fault : finish(business, record(business, what, entry, result, why), why);
}

/* A payment that waits for staff. */
static enum fault
load_open(struct business *business, int64_t id, struct payment *out, struct why *why)
{
	bool found = false;
	enum fault fault = store_payment_get(business->store, id, out, &found, why);

	if (fault != FAULT_NONE)
		return fault;
	if (!found)
		return why_set(why, FAULT_ITEM, "there is no payment %" PRId64, id);
	if (out->decision != NULL)
		return why_set(why, FAULT_ITEM, "payment %" PRId64 " was decided already: %s, by %s", id, out->decision, out->decided_by);
	if (out->state == PAYMENT_MATCHED)
		return why_set(why, FAULT_ITEM, "payment %" PRId64 " is matched: nothing is to be decided", id);
	return FAULT_NONE;
}

enum fault
payment_match(struct business *business, int64_t id, const char *number, bool accepts, const char *by, const char *note,
    struct payment_result *result, struct why *why)
{
	struct payment payment = {0};
	struct invoice invoice = {0};
	enum fault fault = store_begin(business->store, why);

	if (fault != FAULT_NONE)
		return fault;
	fault = load_open(business, id, &payment, why);
	if (fault == FAULT_NONE)
		fault = find_invoice(business, number, &invoice, why);
	if (fault == FAULT_NONE)
		fault = payment_place(business, &payment, &invoice, accepts, by, note, result, why);
	if (fault == FAULT_NONE && result->state == PAYMENT_MATCHED) /* who said so stays on record */
		fault = store_payment_decide(business->store, id, "accepted", by, note, business->now, why);
	payment_release(&payment);
	invoice_release(&invoice);
	return finish(business, fault, why);
}

enum fault
payment_close(struct business *business, int64_t id, const char *by, const char *note, struct why *why)
{
	struct payment payment = {0};
	enum fault fault = store_begin(business->store, why);

	if (fault != FAULT_NONE)
		return fault;
	fault = load_open(business, id, &payment, why);
	if (fault == FAULT_NONE)
		fault = store_payment_decide(business->store, id, "closed", by, note, business->now, why);
	payment_release(&payment);
	return finish(business, fault, why);
}

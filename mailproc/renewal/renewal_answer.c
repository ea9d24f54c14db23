/* renewal_answer.c - the certificates of one reply get their answers: all of them, or none, or one word is asked of the contact. */
#include "renewal_inner.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/buf.h"

/* What is to be done about each renewal that the letter asked about. */
struct answers {
	struct passage *passage;  /* owned, in the order of match->renewal */
	enum verdict *verdict;	  /* owned: renew or decline */
	size_t count, change_count;
};

static void
answers_release(struct answers *answers)
{
	for (size_t i = 0; i < answers->count; i++)
		passage_release(&answers->passage[i]);
	free(answers->passage);
	free(answers->verdict);
}

static enum renewal_event
event_of(enum verdict verdict)
{
	return verdict == VERDICT_RENEW ? EVENT_SAID_RENEW : EVENT_SAID_DECLINE;
}

/* The verdict about the certificate at this place of the letter: review when there is none. */
static enum verdict
verdict_of(const struct intent *intent, const struct asked *asked, size_t place)
{
	const char *name = asked->certificate[place];

	if (intent->certificate_count == 0 && asked->certificate_count == 1)
		return intent->verdict;
	/* Two certificates of a letter may have one name: then their places tell them apart. */
	if (intent->certificate_count == asked->certificate_count && strcasecmp(intent->certificate[place].name, name) == 0)
		return intent->certificate[place].verdict;
	for (size_t i = 0; i < intent->certificate_count; i++)
		if (strcasecmp(intent->certificate[i].name, name) == 0)
			return intent->certificate[i].verdict;
	return VERDICT_REVIEW;
}

/* A changed payment method after the order is not a renewal's business any more: the invoice has gone out. */
static enum fault
check_method(struct receipt *receipt, const struct answers *answers, size_t i, struct why *problem, struct why *why)
{
	const struct renewal *renewal = &answers->passage[i].renewal;
	struct customer customer = {0};
	enum payment_method present;
	enum fault fault;

	if (!receipt->intent->wants_method || answers->passage[i].changes || answers->verdict[i] != VERDICT_RENEW)
		return FAULT_NONE;
	fault = store_customer_get(receipt->business->store, renewal->customer, &customer, why);
	if (fault != FAULT_NONE)
		return fault;
	present = renewal->has_payment_method ? renewal->payment_method : customer.payment_method;
	if (present != receipt->intent->method)
		(void)why_set(problem, FAULT_NONE, "%s is ordered already, and another payment method is asked for: %s",
		    renewal->reference, payment_method_text(receipt->intent->method));
	customer_release(&customer);
	return FAULT_NONE;
}

/* What is wished for the invoice goes onto an order that is still to be made; an invoice that is out is a person's business. */
static void
check_wishes(struct receipt *receipt, const struct answers *answers, size_t i, struct why *problem)
{
	const struct intent *intent = receipt->intent;
	bool wishes = intent->purchase_order != NULL || intent->addressee != NULL || intent->wish_is_unclear;

	if (!wishes || answers->verdict[i] != VERDICT_RENEW || problem->text[0] != '\0')
		return;
	if (!answers->passage[i].changes)
		(void)why_set(problem, FAULT_NONE, "%s is ordered already, and something is wished for its invoice", answers->passage[i].renewal.reference);
	else if (intent->wish_is_unclear)
		(void)why_set(problem, FAULT_NONE, "something is wished for the invoice, and it is not clear what (renew --purchase-order, --addressee)");
}

/* Plans every answer; writes nothing. problem says why not all of them can be followed. */
static enum fault
plan_answers(struct receipt *receipt, struct answers *answers, struct why *problem, struct why *why)
{
	const struct match *match = receipt->match;
	enum fault fault = FAULT_NONE;

	answers->passage = calloc(match->renewal_count + 1, sizeof *answers->passage);
	answers->verdict = calloc(match->renewal_count + 1, sizeof *answers->verdict);
	if (answers->passage == NULL || answers->verdict == NULL)
		return why_set(why, FAULT_STOP, "no memory for answers");
	if (match->renewal_count == 0)
		(void)why_set(problem, FAULT_NONE, "it is not known which renewal it is about");
	for (size_t i = 0; i < match->renewal_count && fault == FAULT_NONE && problem->text[0] == '\0'; i++) {
		enum verdict verdict = verdict_of(receipt->intent, &match->asked, i);
		const char *refusal = NULL;

		if (verdict != VERDICT_RENEW && verdict != VERDICT_DECLINE) {
			(void)why_set(problem, FAULT_NONE, "there is no clear answer about %s", match->asked.certificate[i]);
			break;
		}
		fault = passage_plan(receipt->business, match->renewal[i], event_of(verdict), &answers->passage[i], &refusal, why);
		if (fault != FAULT_NONE)
			break;
		answers->verdict[answers->count++] = verdict;
		answers->change_count += answers->passage[i].changes;
		if (refusal != NULL)
			(void)why_set(problem, FAULT_NONE, "%s (%s): %s", match->asked.certificate[i],
			    answers->passage[i].renewal.reference, refusal);
		else
			fault = check_method(receipt, answers, i, problem, why);
		if (refusal == NULL && fault == FAULT_NONE)
			check_wishes(receipt, answers, i, problem);
	}
	return fault;
}

/* Rules and the words that matched, for the history. */
static json_t *
evidence_of(const struct receipt *receipt)
{
	const struct intent *intent = receipt->intent;
	json_t *evidence = json_pack("{s:s, s:[]}", "verdict", verdict_text(intent->verdict), "rules");

	for (size_t i = 0; evidence != NULL && i < intent->evidence_count; i++)
		(void)json_array_append_new(json_object_get(evidence, "rules"),
		    json_pack("{s:s, s:s}", "rule", intent->evidence[i].rule, "words", intent->evidence[i].text));
	if (evidence != NULL && receipt->match->request_note[0] != '\0')
		(void)json_object_set_new(evidence, "note", json_string(receipt->match->request_note));
	return evidence;
}

/* Advances those of the answers that have this verdict, together. */
static enum fault
advance_verdict(struct receipt *receipt, const struct answers *answers, enum verdict verdict, const struct occurrence *occurrence,
    struct why *why)
{
	int64_t *renewal = calloc(answers->count + 1, sizeof *renewal);
	const char *explanation = NULL;
	bool advanced = true;
	size_t count = 0;
	enum fault fault = FAULT_NONE;

	if (renewal == NULL)
		return why_set(why, FAULT_STOP, "no memory for answers");
	for (size_t i = 0; i < answers->count; i++)
		if (answers->verdict[i] == verdict)
			renewal[count++] = answers->passage[i].renewal.id;
	if (count > 0)
		fault = renewal_advance_all(receipt->business, renewal, NULL, count, occurrence, &advanced, &explanation, why);
	if (fault == FAULT_NONE && !advanced)
		fault = why_set(why, FAULT_ITEM, "%s", explanation);
	free(renewal);
	return fault;
}

/* Notes each (reply, action) pair; *first is false when the message has acted before. */
static enum fault
note_actions(struct receipt *receipt, const struct answers *answers, bool *first, struct why *why)
{
	struct store *store = receipt->business->store;
	enum fault fault = FAULT_NONE;

	*first = true;
	for (size_t i = 0; i < answers->count && fault == FAULT_NONE && *first; i++)
		fault = store_message_act(store, receipt->id, answers->passage[i].renewal.id, verdict_text(answers->verdict[i]),
		    receipt->business->now, first, why);
	return fault;
}

static enum fault
set_method(struct receipt *receipt, const struct answers *answers, struct why *why)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < answers->count && fault == FAULT_NONE && receipt->intent->wants_method; i++)
		if (answers->verdict[i] == VERDICT_RENEW && answers->passage[i].changes)
			fault = store_renewal_set_payment_method(receipt->business->store, answers->passage[i].renewal.id,
			    receipt->intent->method, why);
	return fault;
}

static enum fault
set_wishes(struct receipt *receipt, const struct answers *answers, struct why *why)
{
	const struct intent *intent = receipt->intent;
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < answers->count && fault == FAULT_NONE && (intent->purchase_order != NULL || intent->addressee != NULL); i++)
		if (answers->verdict[i] == VERDICT_RENEW && answers->passage[i].changes)
			fault = store_wishes_set(receipt->business->store, answers->passage[i].renewal.id, intent->purchase_order,
			    intent->addressee, why);
	return fault;
}

static enum fault
apply_answers(struct receipt *receipt, const struct answers *answers, struct why *why)
{
	json_t *evidence = evidence_of(receipt);
	struct occurrence occurrence = {.by = "mailproc",
	    .message = receipt->id,
	    .evidence = evidence,
	    .in_reply_to = receipt->message->message_id,
	    .contact = receipt->match->contact};
	struct buf words = BUF_MAX(64 << 10);
	bool first = false;
	enum fault fault;

	fault = note_actions(receipt, answers, &first, why);
	if (fault != FAULT_NONE || !first) {
		if (fault == FAULT_NONE)
			(void)receipt_conclude(receipt, OUTCOME_DUPLICATE, "this message was acted on before");
		goto out;
	}
	fault = set_method(receipt, answers, why);
	if (fault == FAULT_NONE)
		fault = set_wishes(receipt, answers, why);
	occurrence.event = EVENT_SAID_RENEW;
	if (fault == FAULT_NONE)
		fault = advance_verdict(receipt, answers, VERDICT_RENEW, &occurrence, why);
	occurrence.event = EVENT_SAID_DECLINE;
	if (fault == FAULT_NONE)
		fault = advance_verdict(receipt, answers, VERDICT_DECLINE, &occurrence, why);
	for (size_t i = 0; i < answers->count; i++)
		buf_addf(&words, "%s%s %s", i > 0 ? "; " : "", verdict_text(answers->verdict[i]), receipt->match->asked.certificate[i]);
	if (answers->change_count == 0)
		buf_addf(&words, ": the same answer again: nothing changed");
	(void)receipt_conclude(receipt, OUTCOME_APPLIED, buf_text(&words));
out:
	buf_release(&words);
	json_decref(evidence);
	return fault;
}

/* One word is asked of the contact on record about everything that the answer would change. */
static enum fault
ask_contact(struct receipt *receipt, const struct answers *answers, struct why *why)
{
	json_t *evidence = evidence_of(receipt);
	struct occurrence occurrence = {.event = EVENT_CONFIRM_ASKED,
	    .by = "mailproc",
	    .message = receipt->id,
	    .evidence = evidence,
	    .contact = receipt->match->contact};
	int64_t *renewal = calloc(answers->count + 1, sizeof *renewal);
	const char *explanation = NULL;
	bool advanced = false;
	size_t count = 0;
	enum fault fault = FAULT_STOP;

	if (renewal == NULL) {
		fault = why_set(why, FAULT_STOP, "no memory for answers");
		goto out;
	}
	for (size_t i = 0; i < answers->count; i++)
		if (answers->passage[i].changes)
			renewal[count++] = answers->passage[i].renewal.id;
	fault = renewal_advance_all(receipt->business, renewal, NULL, count, &occurrence, &advanced, &explanation, why);
	if (fault != FAULT_NONE)
		goto out;
	if (!advanced) {
		fault = receipt_to_review(receipt, explanation, why);
		goto out;
	}
	receipt->outcome = OUTCOME_REVIEW;
	(void)why_set(&receipt->reason, FAULT_NONE, "one word was asked of the contact on record: %s", receipt->match->trust_reason);
	fault = receipt_open_review(receipt, false, why);
out:
	free(renewal);
	json_decref(evidence);
	return fault;
}

enum fault
receipt_take_answers(struct receipt *receipt, struct why *why)
{
	struct answers answers = {0};
	struct why problem = {0};
	enum fault fault;

	fault = plan_answers(receipt, &answers, &problem, why);
	if (fault == FAULT_NONE) {
		if (problem.text[0] != '\0')
			fault = receipt_to_review(receipt, problem.text, why);
		else if (receipt->match->trust == TRUST_CONFIRM && answers.change_count > 0)
			fault = ask_contact(receipt, &answers, why);
		else
			fault = apply_answers(receipt, &answers, why);
	}
	answers_release(&answers);
	return fault;
}

/*
 * renewal_apply.c - what one message leads to
 *
 * Questions are asked in this order, and the first that is answered with yes decides: unreadable? foreign? a bounce? automatic? thanks only? not
 * trusted? not clear? Only then do the certificates get their answers: all of them or none.
 */
#include "renewal_inner.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

/* One message at work. */
struct receipt {
	struct business *business;
	int64_t id;
	const struct message *message;
	const struct match *match;
	const struct intent *intent; /* NULL: it could not be read */
	const char *unreadable;

	enum message_outcome outcome; /* what became of it */
	struct why reason;	      /* in words: a text of limited length, as a cause is */
};

static enum fault
conclude(struct receipt *receipt, enum message_outcome outcome, const char *reason)
{
	receipt->outcome = outcome;
	(void)why_set(&receipt->reason, FAULT_NONE, "%s", reason);
	return FAULT_NONE;
}

/* ---- to staff ---- */

/* "renew www.example.jp; decline shop.example.jp": "" when nothing was understood. */
static void
add_answers(const struct intent *intent, struct buf *out)
{
	if (intent == NULL)
		return;
	for (size_t i = 0; i < intent->certificate_count; i++)
		if (intent->certificate[i].verdict == VERDICT_RENEW || intent->certificate[i].verdict == VERDICT_DECLINE)
			buf_addf(out, "%s%s %s", out->n > 0 ? "; " : "", verdict_text(intent->certificate[i].verdict),
			    intent->certificate[i].name);
}

static enum fault
open_review(struct receipt *receipt, bool tells_staff, struct why *why)
{
	struct buf answers = BUF_MAX(64 << 10), suggestion = BUF_MAX(64 << 10);
	const struct match *match = receipt->match;
	struct review_request request = {.message = receipt->id,
	    .renewal = match->renewal_count == 1 ? match->renewal[0] : 0,
	    .customer = match->customer,
	    .reason = receipt->reason.text,
	    .tells_staff = tells_staff};
	enum fault fault;

	add_answers(receipt->intent, &answers);
	if (answers.n > 0)
		buf_addf(&suggestion, "it would have been: %s", buf_text(&answers));
	request.suggestion = buf_text(&suggestion);
	fault = review_open(receipt->business, &request, why);
	buf_release(&suggestion);
	buf_release(&answers);
	return fault;
}

/* Puts the message before staff, with the reason. */
static enum fault
to_review(struct receipt *receipt, const char *reason, struct why *why)
{
	(void)conclude(receipt, OUTCOME_REVIEW, reason);
	return open_review(receipt, true, why);
}

static enum fault
quarantine(struct receipt *receipt, struct why *why)
{
	(void)conclude(receipt, OUTCOME_QUARANTINED, receipt->unreadable != NULL ? receipt->unreadable : "it could not be read");
	return open_review(receipt, true, why);
}

/* ---- bounces ---- */

static enum fault
note_bounce(struct receipt *receipt, const char *status, struct why *why)
{
	const struct match *match = receipt->match;
	json_t *evidence = json_pack("{s:I, s:s}", "letter", (json_int_t)match->letter, "status", status);
	struct event event = {.at = receipt->business->now,
	    .event = renewal_event_text(EVENT_LETTER_BOUNCED),
	    .by = "mailproc",
	    .message = receipt->id,
	    .evidence = evidence};
	enum fault fault;

	if (evidence == NULL)
		return why_set(why, FAULT_STOP, "no memory for an event");
	fault = store_letter_bounced(receipt->business->store, match->letter, status, why);
	for (size_t i = 0; i < match->renewal_count && fault == FAULT_NONE; i++) {
		event.renewal = match->renewal[i];
		fault = store_event_add(receipt->business->store, &event, why);
	}
	json_decref(evidence);
	return fault;
}

static enum fault
take_bounce(struct receipt *receipt, struct why *why)
{
	const struct message *message = receipt->message;
	const struct match *match = receipt->match;
	const char *status = message->bounce.status != NULL ? message->bounce.status : "no status";
	const char *recipient = message->bounce.recipient != NULL ? message->bounce.recipient : "an address that is not named";
	const char *what = match->letter != 0 ? letter_kind_text(match->asked.letter) : "letter";
	enum fault fault = FAULT_NONE;

	receipt->outcome = OUTCOME_BOUNCE;
	if (message->bounce.kind == BOUNCE_DELAYED) {
		(void)why_set(&receipt->reason, FAULT_NONE, "the %s to %s is delayed: %s", what, recipient, status);
		return FAULT_NONE;
	}
	(void)why_set(&receipt->reason, FAULT_NONE, "the %s to %s did not arrive: %s", what, recipient, status);
	if (match->letter != 0)
		fault = note_bounce(receipt, status, why);
	/* A letter to staff that came back is told in `review list` only: another letter would come back too. */
	if (fault == FAULT_NONE && message->bounce.kind == BOUNCE_HARD)
		fault = open_review(receipt, match->letter == 0 || match->contact != 0, why);
	return fault;
}

/* ---- answers ---- */

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
	}
	return fault;
}

/* Rules and the words that matched, for the history. */
static json_t *
evidence_of(const struct intent *intent)
{
	json_t *evidence = json_pack("{s:s, s:[]}", "verdict", verdict_text(intent->verdict), "rules");

	for (size_t i = 0; evidence != NULL && i < intent->evidence_count; i++)
		(void)json_array_append_new(json_object_get(evidence, "rules"),
		    json_pack("{s:s, s:s}", "rule", intent->evidence[i].rule, "words", intent->evidence[i].text));
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
		fault = renewal_advance_all(receipt->business, renewal, count, occurrence, &advanced, &explanation, why);
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
apply_answers(struct receipt *receipt, const struct answers *answers, struct why *why)
{
	json_t *evidence = evidence_of(receipt->intent);
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
			(void)conclude(receipt, OUTCOME_DUPLICATE, "this message was acted on before");
		goto out;
	}
	fault = set_method(receipt, answers, why);
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
	(void)conclude(receipt, OUTCOME_APPLIED, buf_text(&words));
out:
	buf_release(&words);
	json_decref(evidence);
	return fault;
}

/* One word is asked of the contact on record about everything that the answer would change. */
static enum fault
ask_contact(struct receipt *receipt, const struct answers *answers, struct why *why)
{
	json_t *evidence = evidence_of(receipt->intent);
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
	fault = renewal_advance_all(receipt->business, renewal, count, &occurrence, &advanced, &explanation, why);
	if (fault != FAULT_NONE)
		goto out;
	if (!advanced) {
		fault = to_review(receipt, explanation, why);
		goto out;
	}
	receipt->outcome = OUTCOME_REVIEW;
	(void)why_set(&receipt->reason, FAULT_NONE, "one word was asked of the contact on record: %s", receipt->match->trust_reason);
	fault = open_review(receipt, false, why);
out:
	free(renewal);
	json_decref(evidence);
	return fault;
}

static enum fault
take_answers(struct receipt *receipt, struct why *why)
{
	struct answers answers = {0};
	struct why problem = {0};
	enum fault fault;

	fault = plan_answers(receipt, &answers, &problem, why);
	if (fault == FAULT_NONE) {
		if (problem.text[0] != '\0')
			fault = to_review(receipt, problem.text, why);
		else if (receipt->match->trust == TRUST_CONFIRM && answers.change_count > 0)
			fault = ask_contact(receipt, &answers, why);
		else
			fault = apply_answers(receipt, &answers, why);
	}
	answers_release(&answers);
	return fault;
}

/* ---- the order of the questions ---- */

static bool
asks_nothing(enum letter_kind kind)
{
	switch (kind) {
	case LETTER_PAYMENT_REQUEST:
	case LETTER_PAYMENT_REMINDER:
	case LETTER_APPLICATION_STARTED:
	case LETTER_DECLINED:
		return true;
	case LETTER_NOTICE:
	case LETTER_REMINDER:
	case LETTER_CONFIRM:
	case LETTER_NEEDS_YOU:
	case letter_kind_count:
		break;
	}
	return false;
}

/* A message from a person about our business, read. */
static enum fault
take_reply(struct receipt *receipt, struct why *why)
{
	const struct intent *intent = receipt->intent;
	const struct match *match = receipt->match;
	struct why reason = {0};

	if (match->trust == TRUST_REVIEW) {
		(void)why_set(&reason, FAULT_NONE, "%s; %s", match->trust_reason, intent->reason != NULL ? intent->reason : "");
		return to_review(receipt, reason.text, why);
	}
	if (intent->acknowledges && match->letter != 0 && asks_nothing(match->asked.letter))
		return conclude(receipt, OUTCOME_ACKNOWLEDGED, "thanks for a letter that asked nothing");
	if (intent->verdict != VERDICT_RENEW && intent->verdict != VERDICT_DECLINE && intent->verdict != VERDICT_PARTIAL)
		return to_review(receipt, intent->reason != NULL ? intent->reason : "it is not clear what is wanted", why);
	if (asks_nothing(match->asked.letter)) {
		(void)why_set(&reason, FAULT_NONE, "it says '%s' to a letter that asked nothing (%s)", verdict_text(intent->verdict),
		    letter_kind_text(match->asked.letter));
		return to_review(receipt, reason.text, why);
	}
	return take_answers(receipt, why);
}

static enum fault
take(struct receipt *receipt, struct why *why)
{
	const struct message *message = receipt->message;
	bool is_person = message->kind == MESSAGE_PERSON;

	if (receipt->unreadable != NULL || (is_person && receipt->intent == NULL))
		return quarantine(receipt, why);
	if (!receipt->match->is_related)
		return conclude(receipt, OUTCOME_UNRELATED, "no token, no reference, unknown sender, none of our names in it");
	if (message->kind == MESSAGE_BOUNCE)
		return take_bounce(receipt, why);
	if (!is_person)
		return conclude(receipt, OUTCOME_AUTOMATIC, message->kind_reason != NULL ? message->kind_reason : "");
	if (receipt->intent->verdict == VERDICT_AUTO || receipt->intent->verdict == VERDICT_BOUNCE)
		return conclude(receipt, receipt->intent->verdict == VERDICT_AUTO ? OUTCOME_AUTOMATIC : OUTCOME_BOUNCE,
		    receipt->intent->reason != NULL ? receipt->intent->reason : "");
	return take_reply(receipt, why);
}

static enum fault
finish(const struct receipt *receipt, json_t *reading, const struct config_folders *folders, struct why *why)
{
	const struct message *message = receipt->message;
	struct message_result result = {.outcome = receipt->outcome,
	    .reason = receipt->reason.text,
	    .folder = folder_of_outcome(folders, receipt->outcome),
	    .sender = message->from,
	    .subject = message->subject,
	    .message_id = message->message_id,
	    .letter = receipt->match->letter,
	    .contact = receipt->match->contact,
	    .reading = reading};

	return store_message_finish(receipt->business->store, receipt->id, &result, receipt->business->now, why);
}

enum fault
renewal_receive(struct business *business, int64_t message_id, const struct message *message, const struct match *match,
    const struct intent *intent, json_t *reading, const char *unreadable, const struct config_folders *folders,
    enum message_outcome *outcome, struct why *why)
{
	const struct message no_message = {0};
	const struct match no_match = {.trust = TRUST_REVIEW};
	struct receipt receipt = {.business = business,
	    .id = message_id,
	    .message = message != NULL ? message : &no_message,
	    .match = match != NULL ? match : &no_match,
	    .intent = intent,
	    .unreadable = unreadable};
	struct why problem = {0};
	enum fault fault;

	fault = store_begin(business->store, why);
	if (fault != FAULT_NONE)
		return fault;
	fault = take(&receipt, &problem);
	if (fault == FAULT_ITEM) {
		/* The table allows it and the records do not (nobody to write to, a product that is gone): staff see why. */
		store_rollback(business->store);
		fault = store_begin(business->store, why);
		if (fault != FAULT_NONE)
			return fault;
		(void)why_before(&problem, FAULT_NONE, "it cannot be done");
		fault = to_review(&receipt, problem.text, why);
	} else if (fault != FAULT_NONE) {
		(void)why_set(why, fault, "%s", problem.text);
	}
	if (fault == FAULT_NONE)
		fault = finish(&receipt, reading, folders, why);
	if (fault == FAULT_NONE)
		fault = store_commit(business->store, why);
	else
		store_rollback(business->store);
	if (fault == FAULT_NONE)
		*outcome = receipt.outcome;
	return fault;
}

/*
 * renewal_apply.c - what one message leads to
 *
 * Questions are asked in this order, and the first that is answered with yes decides: unreadable? foreign? a bounce? automatic? thanks only? not
 * trusted? not clear? Only then do the certificates get their answers: all of them or none.
 */
#include "renewal_inner.h"

#include <string.h>

#include "../base/buf.h"

enum fault
receipt_conclude(struct receipt *receipt, enum message_outcome outcome, const char *reason)
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

enum fault
receipt_open_review(struct receipt *receipt, bool tells_staff, struct why *why)
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
	if (match->request_note[0] != '\0' && strstr(receipt->reason.text, match->request_note) == NULL)
		buf_addf(&suggestion, "%s%s", suggestion.n > 0 ? "; " : "", match->request_note);
	request.suggestion = buf_text(&suggestion);
	fault = review_open(receipt->business, &request, why);
	buf_release(&suggestion);
	buf_release(&answers);
	return fault;
}

/* Puts the message before staff, with the reason. */
enum fault
receipt_to_review(struct receipt *receipt, const char *reason, struct why *why)
{
	(void)receipt_conclude(receipt, OUTCOME_REVIEW, reason);
	return receipt_open_review(receipt, true, why);
}

static enum fault
quarantine(struct receipt *receipt, struct why *why)
{
	(void)receipt_conclude(receipt, OUTCOME_QUARANTINED, receipt->unreadable != NULL ? receipt->unreadable : "it could not be read");
	return receipt_open_review(receipt, true, why);
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

/* A full mailbox and what a server could not do today: the next letter may arrive. All else is not mended by writing again. */
static bool
is_passing(const struct message *message)
{
	const char *status = message->bounce.status;

	return message->bounce.kind != BOUNCE_HARD && status != NULL && (status[0] == '4' || strcmp(status, "5.2.2") == 0);
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
	if (fault == FAULT_NONE && !is_passing(message))
		fault = receipt_open_review(receipt, match->letter == 0 || match->contact != 0, why);
	return fault;
}

/* ---- the order of the questions ---- */

static bool
asks_nothing(enum letter_kind kind)
{
	switch (kind) {
	case LETTER_PAYMENT_REQUEST:
	case LETTER_PAYMENT_REMINDER:
	case LETTER_INVOICE:
	case LETTER_APPLICATION_STARTED:
	case LETTER_RENEWED:
	case LETTER_DECLINED:
	case LETTER_LAPSED:
	case LETTER_NEW_PURCHASE:
	case LETTER_REISSUE_STARTED:
	case LETTER_INSTALL:
		return true;
	case LETTER_NOTICE:
	case LETTER_REMINDER:
	case LETTER_LAST_CHANCE:
	case LETTER_CONFIRM:
	case LETTER_ANSWER: /* nobody but its writer knows */
	case LETTER_NEEDS_YOU:
	case LETTER_DIGEST:
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
		return receipt_to_review(receipt, reason.text, why);
	}
	/* A name that changes makes it a new purchase; thanks, or a no, with a request in hand are for staff. */
	if (match->request_differs || (match->request_note[0] != '\0' && (intent->acknowledges || intent->verdict == VERDICT_DECLINE)))
		return receipt_to_review(receipt, match->request_note, why);
	if (intent->acknowledges && match->letter != 0 && asks_nothing(match->asked.letter))
		return receipt_conclude(receipt, OUTCOME_ACKNOWLEDGED, "thanks for a letter that asked nothing");
	if (intent->verdict != VERDICT_RENEW && intent->verdict != VERDICT_DECLINE && intent->verdict != VERDICT_PARTIAL)
		return receipt_to_review(receipt, intent->reason != NULL ? intent->reason : "it is not clear what is wanted", why);
	if (asks_nothing(match->asked.letter)) {
		(void)why_set(&reason, FAULT_NONE, "it says '%s' to a letter that asked nothing (%s)", verdict_text(intent->verdict),
		    letter_kind_text(match->asked.letter));
		return receipt_to_review(receipt, reason.text, why);
	}
	return receipt_take_answers(receipt, why);
}

static enum fault
take(struct receipt *receipt, struct why *why)
{
	const struct message *message = receipt->message;
	bool is_person = message->kind == MESSAGE_PERSON;

	if (receipt->unreadable != NULL || (is_person && receipt->intent == NULL))
		return quarantine(receipt, why);
	if (!receipt->match->is_related)
		return receipt_conclude(receipt, OUTCOME_UNRELATED, "no token, no reference, unknown sender, none of our names in it");
	if (message->kind == MESSAGE_BOUNCE)
		return take_bounce(receipt, why);
	if (!is_person)
		return receipt_conclude(receipt, OUTCOME_AUTOMATIC, message->kind_reason != NULL ? message->kind_reason : "");
	if (receipt->intent->verdict == VERDICT_AUTO || receipt->intent->verdict == VERDICT_BOUNCE)
		return receipt_conclude(receipt, receipt->intent->verdict == VERDICT_AUTO ? OUTCOME_AUTOMATIC : OUTCOME_BOUNCE,
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
		fault = receipt_to_review(&receipt, problem.text, why);
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

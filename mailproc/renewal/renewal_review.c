/* renewal_review.c - messages that wait for staff: opened, attached to a renewal, decided. */
#include "renewal_inner.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *
folder_of_outcome(const struct config_folders *folders, enum message_outcome outcome)
{
	if (folders == NULL || !folders->move)
		return NULL;
	switch (outcome) {
	case OUTCOME_APPLIED:
	case OUTCOME_ACKNOWLEDGED:
	case OUTCOME_DUPLICATE:
		return folders->processed;
	case OUTCOME_AUTOMATIC:
		return folders->automatic;
	case OUTCOME_BOUNCE:
		return folders->bounces;
	case OUTCOME_REVIEW:
	case OUTCOME_QUARANTINED:
		return folders->review;
	case OUTCOME_UNRELATED:
	case message_outcome_count:
		break;
	}
	return NULL;
}

/* ---- opening ---- */

/* Appends an event about a review to the history of a renewal; the review's words stay out of it, since events cannot be erased. */
static enum fault
add_event(struct business *business, int64_t renewal, enum renewal_event kind, const char *by, int64_t message, int64_t review,
    const char *decision, struct why *why)
{
	json_t *evidence = json_pack("{s:I, s:s*}", "review", (json_int_t)review, "decision", decision);
	struct event event = {.renewal = renewal,
	    .at = business->now,
	    .event = renewal_event_text(kind),
	    .by = by,
	    .message = message,
	    .evidence = evidence};
	enum fault fault;

	if (evidence == NULL)
		return why_set(why, FAULT_STOP, "no memory for an event");
	fault = store_event_add(business->store, &event, why);
	json_decref(evidence);
	return fault;
}

enum fault
review_open(struct business *business, const struct review_request *request, struct why *why)
{
	struct letter letter = {
	    .kind = LETTER_NEEDS_YOU, .customer = request->customer, .language = business->config->staff_language};
	int64_t review = 0;
	bool added = false;
	enum fault fault;

	fault = store_review_add(business->store, request->message, request->renewal, request->reason,
	    request->suggestion != NULL ? request->suggestion : "", business->now, &review, why);
	if (fault == FAULT_NONE && request->renewal != 0)
		fault = add_event(business, request->renewal, EVENT_REVIEW_OPENED, "mailproc", request->message, review, NULL, why);
	if (fault == FAULT_NONE && request->tells_staff) {
		letter.review = review;
		fault = store_letter_want(business->store, &letter, business->now, &added, why);
	}
	return fault;
}

/* ---- deciding ---- */

/* What a word of `review decide` does. */
struct decision {
	const char *word;
	bool acts;
	enum renewal_event event;     /* if it acts */
	enum message_outcome outcome; /* of the message, unless it keeps its own */
	bool keeps_outcome;
};

static const struct decision decisions[] = {
    {"renew", true, EVENT_SAID_RENEW, OUTCOME_APPLIED, false},
    {"decline", true, EVENT_SAID_DECLINE, OUTCOME_APPLIED, false},
    {"acknowledge", false, EVENT_REVIEW_DECIDED, OUTCOME_ACKNOWLEDGED, false},
    {"ignore", false, EVENT_REVIEW_DECIDED, OUTCOME_REVIEW, true},
};

static const struct decision *
decision_find(const char *word)
{
	for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++)
		if (strcmp(decisions[i].word, word) == 0)
			return &decisions[i];
	return NULL;
}

/* Everything a decision is about. */
struct matter {
	struct review review;
	struct message_record message;
	struct letter letter; /* the one that was answered; empty when none is known */
	int64_t *renewal;
	size_t renewal_count;
};

static void
matter_release(struct matter *matter)
{
	review_release(&matter->review);
	message_record_release(&matter->message);
	letter_release(&matter->letter);
	free(matter->renewal);
}

static enum fault
review_load(struct business *business, int64_t id, struct review *out, struct why *why)
{
	bool found = false;
	enum fault fault = store_review_get(business->store, id, out, &found, why);

	if (fault != FAULT_NONE)
		return fault;
	if (!found)
		return why_set(why, FAULT_ITEM, "there is no review %" PRId64, id);
	if (out->decision != NULL)
		return why_set(why, FAULT_ITEM, "review %" PRId64 " was decided already: %s, by %s", id, out->decision, out->decided_by);
	return FAULT_NONE;
}

static enum fault
matter_load(struct business *business, int64_t review, struct matter *out, struct why *why)
{
	bool found = false;
	enum fault fault;

	fault = review_load(business, review, &out->review, why);
	if (fault == FAULT_NONE)
		fault = store_message_get(business->store, out->review.message, &out->message, why);
	if (fault == FAULT_NONE && out->message.letter != 0)
		fault = store_letter_get(business->store, out->message.letter, &out->letter, &found, why);
	if (fault != FAULT_NONE)
		return fault;
	out->renewal = calloc(out->letter.item_count + 1, sizeof *out->renewal);
	if (out->renewal == NULL)
		return why_set(why, FAULT_STOP, "no memory for a review");
	if (out->review.renewal != 0)
		out->renewal[out->renewal_count++] = out->review.renewal;
	else
		for (size_t i = 0; i < out->letter.item_count; i++)
			out->renewal[out->renewal_count++] = out->letter.item[i].renewal;
	return FAULT_NONE;
}

/* What the customer wishes for the order stands on the renewals before it is made; afterwards the invoice is out. */
static enum fault
set_wishes(struct business *business, const struct matter *matter, const struct review_decision *said, struct why *why)
{
	enum fault fault = FAULT_NONE;

	if (said->purchase_order == NULL && said->addressee == NULL)
		return FAULT_NONE;
	for (size_t i = 0; i < matter->renewal_count && fault == FAULT_NONE; i++) {
		struct invoice invoice = {0};
		bool found = false;

		fault = store_invoice_of_renewal(business->store, matter->renewal[i], &invoice, &found, why);
		if (fault == FAULT_NONE && found)
			fault = why_set(why, FAULT_ITEM, "invoice %s is out already: it is not changed, only taken back (invoice void)", invoice.number);
		if (fault == FAULT_NONE)
			fault = store_wishes_set(business->store, matter->renewal[i], said->purchase_order, said->addressee, why);
		invoice_release(&invoice);
	}
	return fault;
}

static enum fault
act(struct business *business, const struct matter *matter, const struct decision *decision, const struct review_decision *said, struct why *why)
{
	json_t *evidence = json_pack("{s:I, s:s}", "review", (json_int_t)matter->review.id, "decision", decision->word);
	struct occurrence occurrence = {.event = decision->event,
	    .by = said->by,
	    .message = matter->message.id,
	    .evidence = evidence,
	    .in_reply_to = matter->message.message_id,
	    .contact = matter->message.contact};
	const char *explanation = NULL;
	bool advanced = true, first = true;
	enum fault fault = FAULT_NONE;

	if (evidence == NULL)
		return why_set(why, FAULT_STOP, "no memory for an event");
	if (matter->renewal_count == 0)
		fault = why_set(why, FAULT_ITEM, "it is not known which renewal review %" PRId64 " is about: attach it to one first",
		    matter->review.id);
	for (size_t i = 0; i < matter->renewal_count && fault == FAULT_NONE; i++) {
		fault = store_message_act(business->store, matter->message.id, matter->renewal[i], decision->word, business->now, &first,
		    why);
		if (fault == FAULT_NONE && !first)
			fault = why_set(why, FAULT_ITEM, "this message was acted on before");
	}
	if (fault == FAULT_NONE)
		fault = set_wishes(business, matter, said, why);
	if (fault == FAULT_NONE && said->voids && decision->event == EVENT_SAID_DECLINE)
		fault = renewal_decline_order(business, matter->renewal, matter->renewal_count, &occurrence, why);
	else if (fault == FAULT_NONE)
		fault = renewal_advance_all(business, matter->renewal, NULL, matter->renewal_count, &occurrence, &advanced, &explanation, why);
	if (fault == FAULT_NONE && !advanced)
		fault = why_set(why, FAULT_ITEM, "review %" PRId64 " cannot be decided so: %s", matter->review.id, explanation);
	json_decref(evidence);
	return fault;
}

/* Where a decided message belongs: beside the review folder that it was put into. */
static const char *
folder_after(const struct config *config, const struct message_record *message, enum message_outcome outcome)
{
	if (message->folder == NULL)
		return NULL;
	for (size_t i = 0; i < config->source_count; i++)
		if (strcmp(config->source[i].folders.review, message->folder) == 0)
			return folder_of_outcome(&config->source[i].folders, outcome);
	return message->folder;
}

/* A message that waited for staff gets the outcome of what they said; a bounce stays one. */
static enum fault
redecide(struct business *business, const struct matter *matter, const struct decision *decision, struct why *why)
{
	enum message_outcome was = matter->message.outcome;

	if (was != OUTCOME_REVIEW && was != OUTCOME_QUARANTINED)
		return FAULT_NONE;
	return store_message_redecide(business->store, matter->message.id, decision->keeps_outcome ? was : decision->outcome,
	    folder_after(business->config, &matter->message, OUTCOME_APPLIED), why);
}

static enum fault
decide(struct business *business, int64_t review, const struct decision *decision, const struct review_decision *said,
    struct why *why)
{
	struct matter matter = {0};
	enum fault fault;

	fault = matter_load(business, review, &matter, why);
	if (fault == FAULT_NONE && decision->acts)
		fault = act(business, &matter, decision, said, why);
	if (fault == FAULT_NONE)
		fault = store_review_decide(business->store, review, decision->word, said->by, said->note != NULL ? said->note : "", business->now, why);
	for (size_t i = 0; i < matter.renewal_count && fault == FAULT_NONE; i++)
		fault = add_event(business, matter.renewal[i], EVENT_REVIEW_DECIDED, said->by, matter.message.id, review, decision->word, why);
	if (fault == FAULT_NONE)
		fault = redecide(business, &matter, decision, why);
	if (fault == FAULT_NONE && said->remembers)
		fault = review_remember_sender(business, &matter.review, &matter.message, said->by, why);
	matter_release(&matter);
	return fault;
}

enum fault
renewal_decide_review(struct business *business, int64_t review, const struct review_decision *said, struct why *why)
{
	const struct decision *decision = decision_find(said->word);
	enum fault fault;

	if (decision == NULL)
		return why_set(why, FAULT_ITEM, "'%s' is no decision: renew, decline, acknowledge or ignore", said->word);
	fault = store_begin(business->store, why);
	if (fault == FAULT_NONE)
		fault = decide(business, review, decision, said, why);
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

/* ---- attaching ---- */

static enum fault
attach(struct business *business, int64_t id, const char *reference, const char *by, struct why *why)
{
	struct review review = {0};
	struct renewal renewal = {0};
	bool found = false;
	enum fault fault;

	fault = review_load(business, id, &review, why);
	if (fault == FAULT_NONE)
		fault = store_renewal_find(business->store, reference, &renewal, &found, why);
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "there is no renewal %s", reference);
	if (fault == FAULT_NONE)
		fault = store_review_set_renewal(business->store, id, renewal.id, why);
	if (fault == FAULT_NONE)
		fault = add_event(business, renewal.id, EVENT_REVIEW_OPENED, by, review.message, id, "attached", why);
	renewal_release(&renewal);
	review_release(&review);
	return fault;
}

enum fault
renewal_attach_review(struct business *business, int64_t review, const char *reference, const char *by, struct why *why)
{
	enum fault fault = store_begin(business->store, why);

	if (fault == FAULT_NONE)
		fault = attach(business, review, reference, by, why);
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

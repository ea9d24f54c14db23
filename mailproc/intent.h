/*
 * intent.h - what the customer wants, per certificate, with evidence
 *
 * In:    struct message, struct reply, struct asked, rules
 * Out:   struct intent: a verdict on the message, one per certificate, the rules and words that led to it
 * Next:  renewal.h
 *
 * A verdict other than review is given only where a careful clerk would act at once: some clause says renew or decline about the
 * certificate asked about, and nothing in the new words contradicts, conditions, asks, postpones or doubts it. A doubt is a verdict, not an error. Runs only inside a
 * reader.
 *
 * Lifetime:   the intent owns all its text; intent_release() may run on a zeroed intent.
 * Faults:     FAULT_STOP when memory is short.
 */
#ifndef MAILPROC_INTENT_H
#define MAILPROC_INTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "reply.h"

struct evidence {
	char *rule;  /* id of a rule, or "form", "limit", "suspicion" */
	char *text;  /* the words that matched, as the customer wrote them */
	char *reason;
};

struct intent_of_certificate {
	char *name;
	enum verdict verdict; /* renew, decline or review */
};

struct intent {
	enum verdict verdict;
	char *reason; /* for a clerk, one sentence */
	struct intent_of_certificate *certificate;
	size_t certificate_count;
	struct evidence *evidence;
	size_t evidence_count;
	bool acknowledges;	  /* nothing but thanks: done if the letter asked nothing */
	bool wants_method;	  /* asks for a payment method */
	enum payment_method method;
	char *purchase_order, *addressee; /* wished for the invoice; NULL: no wish */
	bool wish_is_unclear;		  /* something is wished for the invoice that is not certain */
};

MUST_USE enum fault intent_decide(struct intent *out, const struct message *message, const struct reply *reply,
    const struct asked *asked, const struct rules *rules, struct why *why);
void intent_release(struct intent *intent);

/* {"verdict","reason","certificates":{NAME:word},"reply","evidence":[{"rule","text","reason"}],…}: the contract of classify --json, and what the store keeps. */
json_t *intent_to_json(const struct intent *intent, const struct reply *reply);
MUST_USE enum fault intent_from_json(struct intent *out, const json_t *json, struct why *why);

#endif

/*
 * intent_evidence.h - the words that led to a verdict, as the customer wrote them
 *
 * Rules read folded text; people want to see what was written. Evidence is kept as JSON with the verdict.
 */
#ifndef MAILPROC_INTENT_EVIDENCE_H
#define MAILPROC_INTENT_EVIDENCE_H

#include "../base/span.h"
#include "../intent.h"

MUST_USE enum fault evidence_add(struct intent *intent, const char *rule, struct span text, const char *reason, struct why *why);

/* match->words lies in folded, which is text folded. */
MUST_USE enum fault evidence_add_match(struct intent *intent, const struct rules *rules, const char *text, const char *folded,
    const struct rule_match *match, struct why *why);

#endif

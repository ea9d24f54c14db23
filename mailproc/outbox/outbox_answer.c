/* outbox_answer.c - what the server's answer, or its silence, makes of a letter. Inside the caller's transaction. */
#include "outbox_inner.h"

#include <inttypes.h>
#include <stdio.h>

#include "../base/log.h"

static enum fault
accept(struct business *business, const struct outbox_answer *a, struct outbox_counts *counts, struct why *why)
{
	enum fault fault = store_letter_answer(business->store, a->letter, LETTER_ACCEPTED, a->word.code, a->word.text, 0, NULL, business->now, why);

	counts->accepted += fault == FAULT_NONE;
	return fault;
}

static enum fault
refuse(struct business *business, const struct outbox_answer *a, const char *reason, struct outbox_counts *counts, struct why *why)
{
	enum fault fault = store_letter_answer(business->store, a->letter, LETTER_REFUSED, a->word.code, a->word.text, 0, reason, business->now, why);

	log_warning("letter %" PRId64 " is refused: %s", a->letter, reason);
	counts->refused += fault == FAULT_NONE;
	return fault;
}

static enum fault
put_off(struct business *business, const struct outbox_answer *a, struct outbox_counts *counts, struct why *why)
{
	int64_t again_at = outbox_retry_at(business->config, business->now, a->wanted_at, a->tries + 1);
	char reason[WHY_MAX + 64];
	enum fault fault;

	if (again_at == 0) {
		snprintf(reason, sizeof reason, "not accepted for %d hours: %d %s", business->config->retry_hours, a->word.code, a->word.text);
		return refuse(business, a, reason, counts, why);
	}
	fault = store_letter_answer(business->store, a->letter, LETTER_READY, a->word.code, a->word.text, again_at, a->word.text, business->now, why);
	counts->later += fault == FAULT_NONE;
	return fault;
}

static enum fault
hold(struct business *business, const struct outbox_answer *a, struct outbox_counts *counts, struct why *why)
{
	enum fault fault = store_letter_answer(business->store, a->letter, LETTER_HELD, 0, NULL, 0, a->word.text, business->now, why);

	log_warning("letter %" PRId64 " is held: %s", a->letter, a->word.text);
	counts->held += fault == FAULT_NONE;
	return fault;
}

enum fault
outbox_answer_record(struct business *business, const struct outbox_answer *a, struct outbox_counts *counts, struct why *why)
{
	int class = a->word.code / 100;
	char reason[WHY_MAX + 64];

	log_step("letter %" PRId64 ": %d %s", a->letter, a->word.code, a->word.text);
	if (a->word.kind == LANE_UNSENDABLE)
		return hold(business, a, counts, why);
	/* Before the dot nothing can have been accepted. */
	if (a->word.kind == LANE_LOST || class == 4)
		return put_off(business, a, counts, why);
	if (a->word.kind == LANE_ANSWER && class == 2)
		return accept(business, a, counts, why);
	if (a->word.kind == LANE_ANSWER && class != 5) {
		snprintf(reason, sizeof reason, "no answer after the letter was handed over: %s", a->word.text);
		log_warning("letter %" PRId64 ": %s", a->letter, reason);
		return outbox_doubt(business, a->letter, reason, counts, why);
	}
	snprintf(reason, sizeof reason, "%d %s", a->word.code, a->word.text);
	return refuse(business, a, reason, counts, why);
}

/* billing.c - one order after the other, oldest first; a try is counted durably before it begins. */
#include "billing.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "../store/store_billing.h"
#include "base/log.h"
#include "base/text.h"
#include "program.h"

enum {
	FIRST_DELAY_S = 5 * 60,
	LONGEST_DELAY_S = 4 * 60 * 60,
	PAGE = 64,
	FAILURES_IN_A_ROW = 3,
	OUTPUT_MAX_BYTES = 2048 /* of what the program says */
};

/* How the program ended. */
struct answer {
	enum billing_state state; /* waiting: to be tried again */
	bool hangs;
	struct why text; /* in words: a text of limited length, as a cause is */
};

static int64_t
next_try(int64_t now, int tries)
{
	int64_t delay = FIRST_DELAY_S;

	for (int i = 1; i < tries && delay < LONGEST_DELAY_S; i++)
		delay *= 2;
	return now + (delay < LONGEST_DELAY_S ? delay : LONGEST_DELAY_S);
}

/* ---- one telling ---- */

static bool
keep_text(json_t *row, void *data)
{
	char **text = data, *dumped = json_dumps(row, 0);

	if (dumped == NULL || asprintf(text, "%s\n", dumped) < 0)
		*text = NULL;
	free(dumped);
	return false;
}

static void
read_answer(const struct program_end *end, int seconds, const struct buf *output, struct answer *out)
{
	struct buf clean = BUF_MAX(2 * OUTPUT_MAX_BYTES), said = BUF_MAX(4 * OUTPUT_MAX_BYTES);
	char how[64];

	text_add_clean(&clean, buf_span(output));
	text_add_printable(&said, span_trim(buf_span(&clean)));
	out->hangs = !end->in_time;
	if (!end->in_time || (end->status != EX_OK && end->status != EX_DATAERR))
		out->state = BILLING_WAITING;
	else
		out->state = end->status == EX_OK ? BILLING_ACCEPTED : BILLING_REFUSED;
	if (!end->in_time)
		snprintf(how, sizeof how, "it did not end within %d seconds", seconds);
	else if (end->status < 0)
		snprintf(how, sizeof how, "signal %d ended it", end->signal);
	else
		snprintf(how, sizeof how, "exit status %d", end->status);
	(void)why_set(&out->text, FAULT_NONE, "%s%s%s", how, said.n > 0 ? ": " : "", buf_text(&said));
	buf_release(&clean);
	buf_release(&said);
}

static enum fault
tell(const struct config *config, const char *input, struct answer *out, struct why *why)
{
	const struct program program = {
	    .command = config->billing_command, .input = span_of(input), .seconds = config->billing_seconds, .keeps_errors = true};
	struct buf output = BUF_MAX(OUTPUT_MAX_BYTES);
	struct program_end end = {0};
	enum fault fault = program_run(&program, &output, &end, why);

	if (fault == FAULT_NONE)
		read_answer(&end, program.seconds, &output, out);
	buf_release(&output);
	return fault;
}

/* Reads what is to be told and counts the try. */
static enum fault
begin_one(struct business *business, int64_t id, struct billing_task *task, char **input, struct why *why)
{
	enum fault fault = store_begin(business->store, why);

	if (fault == FAULT_NONE)
		fault = store_billing_get(business->store, id, task, why);
	if (fault == FAULT_NONE)
		fault = store_billing_try(business->store, id, next_try(business->now, task->tries + 1), why);
	if (fault == FAULT_NONE)
		fault = store_view_order_events(business->store, task->order, task->about, 0, keep_text, input, why);
	if (fault == FAULT_NONE && *input == NULL)
		fault = why_set(why, FAULT_STOP, "order %s has lost its records", task->number);
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

static enum fault
end_one(struct business *business, const struct billing_task *task, const struct answer *answer, struct why *why)
{
	enum fault fault = store_begin(business->store, why);

	if (fault == FAULT_NONE)
		fault = store_billing_answer(business->store, task->id, answer->state, answer->text.text,
		    next_try(business->now, task->tries + 1), business->now, why);
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

static enum fault
tell_one(struct business *business, int64_t id, struct billing_counts *counts, struct answer *answer, struct why *why)
{
	struct billing_task task = {0};
	char *input = NULL;
	enum fault fault = begin_one(business, id, &task, &input, why);

	if (fault == FAULT_LATER) { /* staff were quicker */
		answer->state = BILLING_ACCEPTED;
		return FAULT_NONE;
	}
	if (fault == FAULT_NONE) {
		counts->told++;
		fault = tell(business->config, input, answer, why);
	}
	if (fault == FAULT_NONE)
		fault = end_one(business, &task, answer, why);
	if (fault == FAULT_NONE && answer->state != BILLING_ACCEPTED)
		log_warning("order %s (%s): the billing program %s: %s", task.number, task.about,
		    answer->state == BILLING_REFUSED ? "refused it" : "has not taken it", answer->text.text);
	counts->accepted += fault == FAULT_NONE && answer->state == BILLING_ACCEPTED;
	counts->later += fault == FAULT_NONE && answer->state == BILLING_WAITING;
	counts->refused += fault == FAULT_NONE && answer->state == BILLING_REFUSED;
	free(input);
	return fault;
}

enum fault
billing_run(struct business *business, struct billing_counts *counts, struct why *why)
{
	int64_t ids[PAGE], after = 0;
	size_t count = PAGE, failures = 0;
	enum fault fault = FAULT_NONE;

	if (!config_has_billing(business->config))
		return FAULT_NONE;
	while (fault == FAULT_NONE && count == PAGE && failures < FAILURES_IN_A_ROW) {
		fault = store_billing_due(business->store, business->now, after, ids, PAGE, &count, why);
		for (size_t i = 0; i < count && fault == FAULT_NONE && failures < FAILURES_IN_A_ROW; i++) {
			struct answer answer = {0};

			after = ids[i];
			fault = tell_one(business, ids[i], counts, &answer, why);
			failures = answer.hangs ? FAILURES_IN_A_ROW : answer.state == BILLING_WAITING ? failures + 1 : 0;
		}
	}
	return fault;
}

/* ---- staff ---- */

static enum fault
settle(struct business *business, const char *order, enum billing_state state, const char *text, struct why *why)
{
	int64_t id = 0;
	enum fault fault = store_begin(business->store, why);

	if (fault != FAULT_NONE)
		return fault;
	fault = store_billing_find(business->store, order, &id, why);
	if (fault == FAULT_NONE && id == 0)
		fault = why_set(why, FAULT_ITEM, "the billing program has nothing to be told about an order %s", order);
	if (fault == FAULT_NONE)
		fault = store_billing_answer(business->store, id, state, text, business->now, business->now, why);
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

enum fault
billing_retry(struct business *business, const char *order, struct why *why)
{
	return settle(business, order, BILLING_WAITING, "to be tried again, staff said", why);
}

enum fault
billing_accept(struct business *business, const char *order, const char *by, struct why *why)
{
	struct why text = {0};

	(void)why_set(&text, FAULT_NONE, "entered by hand, says %.200s", by);
	return settle(business, order, BILLING_ACCEPTED, text.text, why);
}

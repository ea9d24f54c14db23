/*
 * renewal_state.c - the workflow as one table, and the one function that obeys it
 *
 * A row says: a renewal of this kind, in this state, on this event, if the guard holds, goes to that state, and these letters are
 * wanted. What is not in the table does not happen: the caller is told why, and puts the matter before a person. An answer that changes a state counts the round
 * up, so that a changed answer gets letters of its own; the same answer again changes nothing and brings no letter.
 */
#include "renewal_inner.h"

#include <stdlib.h>
#include <string.h>

#include "../base/day.h"
#include "../base/log.h"
#include "../base/table.h"

/* ---- the table ---- */

struct step {
	enum renewal_kind kind;
	enum renewal_state from;
	enum renewal_event event;
	const struct guard *guard;
	enum renewal_state to;
	unsigned letters; /* bit set, 1u << kind of letter */
};

#define RENEWAL RENEWAL_KIND_RENEWAL
#define REISSUE RENEWAL_KIND_REISSUE
#define ALWAYS &guard_always
#define TRANSFER &guard_transfer
#define IN_TIME &guard_in_time
#define RUNNING &guard_running
#define JUST_ENDED &guard_just_ended
#define ENDED &guard_ended
#define TERM_RUNNING &guard_term_running
#define TERM_OVER &guard_term_over
#define LETTER(name) (1u << LETTER_##name)

/* Of rows with the same state and event the first counts whose guard holds. */
static const struct step steps[] = {
	/* kind, in state, on event, if, to state, letters */
	{RENEWAL, RENEWAL_UPCOMING, EVENT_WINDOW_OPENED, RUNNING, RENEWAL_NOTICED, LETTER(NOTICE)},
	{RENEWAL, RENEWAL_UPCOMING, EVENT_SAID_RENEW, TRANSFER, RENEWAL_ORDERED, LETTER(PAYMENT_REQUEST) | LETTER(INVOICE)},
	{RENEWAL, RENEWAL_UPCOMING, EVENT_SAID_RENEW, IN_TIME, RENEWAL_ORDERED, LETTER(PAYMENT_REQUEST)},
	{RENEWAL, RENEWAL_UPCOMING, EVENT_SAID_DECLINE, RUNNING, RENEWAL_DECLINED, LETTER(DECLINED)},
	{RENEWAL, RENEWAL_UPCOMING, EVENT_CONFIRM_ASKED, RUNNING, RENEWAL_UPCOMING, LETTER(CONFIRM)},
	{RENEWAL, RENEWAL_UPCOMING, EVENT_NAME_CHANGED, ALWAYS, RENEWAL_REPLACED, LETTER(NEW_PURCHASE)},
	{RENEWAL, RENEWAL_UPCOMING, EVENT_TERM_ENDED, ENDED, RENEWAL_LAPSED, 0},

	{RENEWAL, RENEWAL_NOTICED, EVENT_REMINDER_DUE, RUNNING, RENEWAL_NOTICED, LETTER(REMINDER)},
	{RENEWAL, RENEWAL_NOTICED, EVENT_SAID_RENEW, TRANSFER, RENEWAL_ORDERED, LETTER(PAYMENT_REQUEST) | LETTER(INVOICE)},
	{RENEWAL, RENEWAL_NOTICED, EVENT_SAID_RENEW, IN_TIME, RENEWAL_ORDERED, LETTER(PAYMENT_REQUEST)},
	{RENEWAL, RENEWAL_NOTICED, EVENT_SAID_DECLINE, RUNNING, RENEWAL_DECLINED, LETTER(DECLINED)},
	{RENEWAL, RENEWAL_NOTICED, EVENT_CONFIRM_ASKED, RUNNING, RENEWAL_NOTICED, LETTER(CONFIRM)},
	{RENEWAL, RENEWAL_NOTICED, EVENT_NAME_CHANGED, ALWAYS, RENEWAL_REPLACED, LETTER(NEW_PURCHASE)},
	{RENEWAL, RENEWAL_NOTICED, EVENT_TERM_ENDED, JUST_ENDED, RENEWAL_LAPSED, LETTER(LAPSED)},
	{RENEWAL, RENEWAL_NOTICED, EVENT_TERM_ENDED, ENDED, RENEWAL_LAPSED, 0},

	{RENEWAL, RENEWAL_DECLINED, EVENT_SAID_DECLINE, ALWAYS, RENEWAL_DECLINED, 0},
	{RENEWAL, RENEWAL_DECLINED, EVENT_LAST_CHANCE_DUE, RUNNING, RENEWAL_DECLINED, LETTER(LAST_CHANCE)},
	{RENEWAL, RENEWAL_DECLINED, EVENT_SAID_RENEW, TRANSFER, RENEWAL_ORDERED, LETTER(PAYMENT_REQUEST) | LETTER(INVOICE)},
	{RENEWAL, RENEWAL_DECLINED, EVENT_SAID_RENEW, IN_TIME, RENEWAL_ORDERED, LETTER(PAYMENT_REQUEST)},
	{RENEWAL, RENEWAL_DECLINED, EVENT_CONFIRM_ASKED, RUNNING, RENEWAL_DECLINED, LETTER(CONFIRM)},
	{RENEWAL, RENEWAL_DECLINED, EVENT_NAME_CHANGED, ALWAYS, RENEWAL_REPLACED, LETTER(NEW_PURCHASE)},
	{RENEWAL, RENEWAL_DECLINED, EVENT_TERM_ENDED, ENDED, RENEWAL_LAPSED, 0},

	{RENEWAL, RENEWAL_ORDERED, EVENT_SAID_RENEW, ALWAYS, RENEWAL_ORDERED, 0},
	{RENEWAL, RENEWAL_ORDERED, EVENT_INVOICE_ASKED, ALWAYS, RENEWAL_ORDERED, LETTER(INVOICE)},
	{RENEWAL, RENEWAL_ORDERED, EVENT_PAYMENT_REMINDER_DUE, IN_TIME, RENEWAL_ORDERED, LETTER(PAYMENT_REMINDER)},
	{RENEWAL, RENEWAL_ORDERED, EVENT_ORDER_VOIDED, ALWAYS, RENEWAL_NOTICED, 0},
	{RENEWAL, RENEWAL_ORDERED, EVENT_ORDER_DECLINED, RUNNING, RENEWAL_DECLINED, LETTER(DECLINED)},
	{RENEWAL, RENEWAL_ORDERED, EVENT_ORDERED_ANEW, TRANSFER, RENEWAL_ORDERED, LETTER(PAYMENT_REQUEST) | LETTER(INVOICE)},
	{RENEWAL, RENEWAL_ORDERED, EVENT_ORDERED_ANEW, IN_TIME, RENEWAL_ORDERED, LETTER(PAYMENT_REQUEST)},
	{RENEWAL, RENEWAL_ORDERED, EVENT_PAID, ALWAYS, RENEWAL_PAID, 0},
	{RENEWAL, RENEWAL_ORDERED, EVENT_NAME_CHANGED, ALWAYS, RENEWAL_REPLACED, LETTER(NEW_PURCHASE)},
	{RENEWAL, RENEWAL_ORDERED, EVENT_TERM_ENDED, JUST_ENDED, RENEWAL_LAPSED, LETTER(LAPSED)},
	{RENEWAL, RENEWAL_ORDERED, EVENT_TERM_ENDED, ENDED, RENEWAL_LAPSED, 0},

	{RENEWAL, RENEWAL_PAID, EVENT_SAID_RENEW, ALWAYS, RENEWAL_PAID, 0},
	{RENEWAL, RENEWAL_PAID, EVENT_INVOICE_ASKED, ALWAYS, RENEWAL_PAID, LETTER(INVOICE)},
	{RENEWAL, RENEWAL_PAID, EVENT_APPLICATION_STARTED, ALWAYS, RENEWAL_APPLIED, LETTER(APPLICATION_STARTED)},
	{RENEWAL, RENEWAL_PAID, EVENT_INSTALLED, ALWAYS, RENEWAL_RENEWED, LETTER(RENEWED)},

	{RENEWAL, RENEWAL_APPLIED, EVENT_SAID_RENEW, ALWAYS, RENEWAL_APPLIED, 0},
	{RENEWAL, RENEWAL_APPLIED, EVENT_ISSUED, ALWAYS, RENEWAL_APPLIED, 0},
	{RENEWAL, RENEWAL_APPLIED, EVENT_INSTALLED, ALWAYS, RENEWAL_RENEWED, LETTER(RENEWED)},

	/* A re-issue asks for no decision and costs nothing: staff apply, the customer is told, and installs. */
	{REISSUE, RENEWAL_UPCOMING, EVENT_WINDOW_OPENED, TERM_RUNNING, RENEWAL_NOTICED, LETTER(REISSUE_STARTED)},
	{REISSUE, RENEWAL_UPCOMING, EVENT_APPLICATION_STARTED, ALWAYS, RENEWAL_APPLIED, LETTER(REISSUE_STARTED)},
	{REISSUE, RENEWAL_UPCOMING, EVENT_INSTALLED, ALWAYS, RENEWAL_RENEWED, 0},
	{REISSUE, RENEWAL_UPCOMING, EVENT_TERM_ENDED, TERM_OVER, RENEWAL_LAPSED, 0},
	{REISSUE, RENEWAL_NOTICED, EVENT_APPLICATION_STARTED, ALWAYS, RENEWAL_APPLIED, 0},
	{REISSUE, RENEWAL_NOTICED, EVENT_ISSUED, ALWAYS, RENEWAL_APPLIED, LETTER(INSTALL)},
	{REISSUE, RENEWAL_NOTICED, EVENT_INSTALLED, ALWAYS, RENEWAL_RENEWED, 0},
	{REISSUE, RENEWAL_NOTICED, EVENT_TERM_ENDED, TERM_OVER, RENEWAL_LAPSED, 0},
	{REISSUE, RENEWAL_APPLIED, EVENT_ISSUED, ALWAYS, RENEWAL_APPLIED, LETTER(INSTALL)},
	{REISSUE, RENEWAL_APPLIED, EVENT_INSTALLED, ALWAYS, RENEWAL_RENEWED, 0},
	{REISSUE, RENEWAL_APPLIED, EVENT_TERM_ENDED, TERM_OVER, RENEWAL_LAPSED, 0},
};

enum { STEP_COUNT = sizeof steps / sizeof steps[0] };

/* Why a pair is not in the table, for a person. */
static const char *
explain_missing(enum renewal_kind kind, enum renewal_state state, enum renewal_event event)
{
#define EXPLAIN_STATE(name, text, meaning) [name] = "the workflow has no step for this: the renewal is '" text "' (" meaning ")",
	static const char *const by_state[] = {RENEWAL_STATES(EXPLAIN_STATE)};

	if (kind == REISSUE && (event == EVENT_SAID_RENEW || event == EVENT_SAID_DECLINE))
		return "a re-issue inside a paid term asks nothing of the customer";
	if (event == EVENT_SAID_DECLINE && state == RENEWAL_ORDERED)
		return "it was declined after the order: order and invoice stand, a person decides about them (decline --void takes them back)";
	if (event == EVENT_SAID_DECLINE && (state == RENEWAL_PAID || state == RENEWAL_APPLIED))
		return "it was declined after the payment: a person decides";
	return by_state[state];
}

/* The first row whose guard holds. NULL: *refusal says why there is none. */
static const struct step *
step_find(const struct passage *passage, enum renewal_event event, int64_t now, const char **refusal)
{
	const struct renewal *renewal = &passage->renewal;

	*refusal = explain_missing(renewal->kind, renewal->state, event);
	for (size_t i = 0; i < STEP_COUNT; i++) {
		const struct step *step = &steps[i];

		if (step->kind != renewal->kind || step->from != renewal->state || step->event != event)
			continue;
		if (step->guard->holds(passage, now)) {
			*refusal = NULL;
			return step;
		}
		*refusal = step->guard->refusal;
	}
	return NULL;
}

/* ---- what would happen ---- */

void
passage_release(struct passage *passage)
{
	renewal_release(&passage->renewal);
	*passage = (struct passage){0};
}

static enum fault
passage_load(const struct business *business, int64_t renewal, struct passage *out, struct why *why)
{
	struct customer customer = {0};
	enum fault fault = store_renewal_get(business->store, renewal, &out->renewal, why);

	if (fault == FAULT_NONE)
		fault = policy_of_renewal(business, &out->renewal, &out->policy, why);
	if (fault == FAULT_NONE)
		fault = store_customer_get(business->store, out->renewal.customer, &customer, why);
	if (fault == FAULT_NONE)
		out->method = out->renewal.has_payment_method ? out->renewal.payment_method : customer.payment_method;
	customer_release(&customer);
	return fault;
}

/* Whether a changed state gets letters of its own: after an answer, and where an order takes the place of another. */
static bool
begins_round(enum renewal_event event)
{
	return event == EVENT_SAID_RENEW || event == EVENT_SAID_DECLINE || event == EVENT_ORDER_DECLINED || event == EVENT_ORDERED_ANEW;
}

enum fault
passage_plan(const struct business *business, int64_t renewal, enum renewal_event event, struct passage *out, const char **refusal,
    struct why *why)
{
	struct passage made = {0};
	const struct step *step;
	enum fault fault = passage_load(business, renewal, &made, why);

	*refusal = NULL;
	if (fault != FAULT_NONE) {
		passage_release(&made);
		return fault;
	}
	step = step_find(&made, event, business->now, refusal);
	if (step != NULL) {
		made.to = step->to;
		made.letters = step->letters;
		made.changes = step->to != step->from || event == EVENT_ORDERED_ANEW;
		made.round = made.renewal.round + (made.changes && begins_round(event));
		made.letter_round = made.round;
	}
	*out = made;
	return FAULT_NONE;
}

/* What can happen several times in one state has rounds of its own: each dated step, each day on which the invoice is asked for. */
static int
letter_round_of(const struct business *business, const struct passage *passage, enum renewal_event event, int step)
{
	if (event == EVENT_PAYMENT_REMINDER_DUE)
		return passage->round * ROUNDS_PER_ANSWER + step;
	if (event == EVENT_REMINDER_DUE)
		return step;
	return event == EVENT_INVOICE_ASKED ? day_of_instant(business->now) : passage->round;
}

/* ---- doing it ---- */

/* Letters that say something else than the state a renewal is in now, and have not gone out. */
static unsigned
moot_letters(enum renewal_state state)
{
	const unsigned asking = LETTER(NOTICE) | LETTER(REMINDER) | LETTER(CONFIRM) | LETTER(LAST_CHANCE);
	const unsigned paying = LETTER(PAYMENT_REQUEST) | LETTER(PAYMENT_REMINDER);
	const unsigned reissuing = LETTER(REISSUE_STARTED) | LETTER(INSTALL);

	switch (state) {
	case RENEWAL_UPCOMING:
		return 0;
	case RENEWAL_NOTICED: /* its order was taken back */
		return paying | LETTER(INVOICE);
	case RENEWAL_ORDERED: /* letters about an order that this one takes the place of */
		return paying | LETTER(INVOICE) | asking | LETTER(DECLINED);
	case RENEWAL_DECLINED:
		return asking | paying | LETTER(INVOICE);
	case RENEWAL_PAID:
	case RENEWAL_APPLIED:
		return asking | paying;
	case RENEWAL_RENEWED:
	case RENEWAL_LAPSED:
	case RENEWAL_REPLACED:
	case renewal_state_count:
		break;
	}
	return asking | paying | reissuing | LETTER(DECLINED) | LETTER(INVOICE);
}

static enum fault
passage_write(struct business *business, const struct passage *passage, const struct occurrence *occurrence, struct why *why)
{
	const struct renewal *renewal = &passage->renewal;
	struct event event = {
	    .renewal = renewal->id,
	    .at = business->now,
	    .event = renewal_event_text(occurrence->event),
	    .from_state = renewal_state_text(renewal->state),
	    .to_state = renewal_state_text(passage->to),
	    .by = occurrence->by,
	    .message = occurrence->message,
	    .evidence = occurrence->evidence,
	};
	size_t withdrawn;
	enum fault fault = FAULT_NONE;

	if (passage->changes)
		fault = store_renewal_move(business->store, renewal, passage->to, business->now, -1, passage->round, why);
	if (fault == FAULT_NONE)
		fault = store_event_add(business->store, &event, why);
	if (fault == FAULT_NONE && passage->changes && moot_letters(passage->to) != 0)
		fault = store_letter_withdraw(business->store, renewal->id, moot_letters(passage->to),
		    "the renewal has gone on without it", business->now, &withdrawn, why);
	if (fault == FAULT_NONE)
		log_step("%s: %s: %s -> %s", renewal->reference, event.event, event.from_state, event.to_state);
	return fault;
}

/* One order for everything that is newly ordered. */
static enum fault
order_new(struct business *business, const struct passage *passage, size_t count, struct why *why)
{
	int64_t *newly = calloc(count, sizeof *newly);
	size_t newly_count = 0;
	enum fault fault = FAULT_NONE;

	if (newly == NULL)
		return why_set(why, FAULT_STOP, "no memory for an order");
	for (size_t i = 0; i < count; i++)
		if (passage[i].changes && passage[i].to == RENEWAL_ORDERED)
			newly[newly_count++] = passage[i].renewal.id;
	if (newly_count > 0)
		fault = renewal_order(business, newly, newly_count, why);
	free(newly);
	return fault;
}

/* What a step brings with it: the order, the next term, letters, and the day of what comes next. */
static enum fault
bring_about(struct business *business, const struct passage *passage, size_t count, const struct occurrence *occurrence,
    struct why *why)
{
	enum fault fault = order_new(business, passage, count, why);

	if (fault == FAULT_NONE)
		fault = order_void_unpayable(business, passage, count, why);
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++)
		if (passage[i].changes && passage[i].to == RENEWAL_RENEWED)
			fault = term_follow(business, &passage[i], occurrence, why);
	if (fault == FAULT_NONE && !occurrence->is_silent)
		fault = passage_want_letters(business, passage, count, occurrence, why);
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++)
		fault = schedule_write(business, passage[i].renewal.id, why);
	return fault;
}

enum fault
renewal_advance_all(struct business *business, const int64_t *renewal, const int *step, size_t count,
    const struct occurrence *occurrence, bool *advanced, const char **explanation, struct why *why)
{
	struct passage *passage = calloc(count + 1, sizeof *passage);
	enum fault fault = FAULT_NONE;

	*advanced = false;
	*explanation = NULL;
	if (passage == NULL)
		return why_set(why, FAULT_STOP, "no memory for a step");
	/* First whether all of it is possible, so that a refusal leaves nothing half done. */
	for (size_t i = 0; i < count && fault == FAULT_NONE && *explanation == NULL; i++)
		fault = passage_plan(business, renewal[i], occurrence->event, &passage[i], explanation, why);
	if (fault != FAULT_NONE || *explanation != NULL)
		goto out;
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++) {
		passage[i].letter_round = letter_round_of(business, &passage[i], occurrence->event, step != NULL ? step[i] : 0);
		fault = passage_write(business, &passage[i], occurrence, why);
	}
	if (fault == FAULT_NONE)
		fault = bring_about(business, passage, count, occurrence, why);
	*advanced = fault == FAULT_NONE;
out:
	for (size_t i = 0; i < count; i++)
		passage_release(&passage[i]);
	free(passage);
	return fault;
}

enum fault
renewal_advance(struct business *business, int64_t renewal, const struct occurrence *occurrence, bool *advanced,
    const char **explanation, struct why *why)
{
	return renewal_advance_all(business, &renewal, NULL, 1, occurrence, advanced, explanation, why);
}

/* ---- showing it ---- */

/* The letters of a step, separated by blanks; "" if none. */
static void
letters_text(unsigned letters, struct buf *out)
{
	for (int kind = 0; kind < (int)letter_kind_count; kind++)
		if (letters & 1u << kind)
			buf_addf(out, "%s%s", out->n > 0 ? " " : "", letter_kind_text((enum letter_kind)kind));
}

static enum fault
print_table(FILE *to, enum renewal_kind kind, struct why *why)
{
	static const char *const heading[] = {"STATE", "EVENT", "IF", "TO", "LETTERS", NULL};
	struct table *table = table_new(heading);
	enum fault fault;

	for (size_t i = 0; i < STEP_COUNT; i++) {
		struct buf letters = BUF_MAX(256);

		if (steps[i].kind != kind)
			continue;
		letters_text(steps[i].letters, &letters);
		table_add(table, renewal_state_text(steps[i].from), renewal_event_text(steps[i].event), steps[i].guard->name,
		    renewal_state_text(steps[i].to), letters.n > 0 ? buf_text(&letters) : NULL);
		buf_release(&letters);
	}
	fprintf(to, "%s: %s\n\n", renewal_kind_text(kind), renewal_kind_meaning(kind));
	fault = table_print(table, to, why);
	table_free(table);
	fprintf(to, "\n");
	return fault;
}

static void
print_meanings(FILE *to)
{
	for (const struct guard *const *guard = passage_guards; *guard != NULL; guard++)
		fprintf(to, "if %s: %s\n", (*guard)->name, (*guard)->meaning);
	fprintf(to, "\nOf rows with one state and event the first counts whose guard holds. 'ordered'\n"
		    "makes order and invoice, 'renewed' the next term. What is not here waits for\nstaff.\n");
}

/* The steps between two states are one arrow: a line each, the event, its guard and the letters. */
static void
print_dot_arrow(FILE *to, const struct step *first)
{
	const char *kind = renewal_kind_text(first->kind);

	fprintf(to, "\t\t\"%s %s\" -> \"%s %s\" [label=\"", kind, renewal_state_text(first->from), kind, renewal_state_text(first->to));
	for (const struct step *step = first; step < steps + STEP_COUNT; step++) {
		struct buf letters = BUF_MAX(256);

		if (step->kind != first->kind || step->from != first->from || step->to != first->to)
			continue;
		letters_text(step->letters, &letters);
		fprintf(to, "%s%s", step == first ? "" : "\\n", renewal_event_text(step->event));
		if (step->guard->name != NULL)
			fprintf(to, " if %s", step->guard->name);
		if (letters.n > 0)
			fprintf(to, ": %s", buf_text(&letters));
		buf_release(&letters);
	}
	fprintf(to, "\"];\n");
}

static bool
is_first_between(const struct step *step)
{
	for (const struct step *earlier = steps; earlier < step; earlier++)
		if (earlier->kind == step->kind && earlier->from == step->from && earlier->to == step->to)
			return false;
	return true;
}

static void
print_dot_steps(FILE *to, enum renewal_kind kind)
{
	const char *name = renewal_kind_text(kind);

	fprintf(to, "\tsubgraph \"cluster %s\" {\n\t\tlabel=\"%s\";\n", name, name);
	for (int state = 0; state < renewal_state_count; state++) {
		bool is_used = false;

		for (size_t i = 0; i < STEP_COUNT; i++)
			is_used = is_used || (steps[i].kind == kind && ((int)steps[i].from == state || (int)steps[i].to == state));
		if (is_used)
			fprintf(to, "\t\t\"%s %s\" [label=\"%s\"];\n", name, renewal_state_text((enum renewal_state)state),
			    renewal_state_text((enum renewal_state)state));
	}
	for (size_t i = 0; i < STEP_COUNT; i++)
		if (steps[i].kind == kind && is_first_between(&steps[i]))
			print_dot_arrow(to, &steps[i]);
	fprintf(to, "\t}\n");
}

enum fault
renewal_print_workflow(FILE *to, bool dot, struct why *why)
{
	enum fault fault = FAULT_NONE;

	if (dot) {
		fprintf(to, "digraph workflow {\n\trankdir=LR;\n\tnode [shape=box, style=rounded];\n\tedge [fontsize=9];\n");
		print_dot_steps(to, RENEWAL);
		print_dot_steps(to, REISSUE);
		fprintf(to, "}\n");
	} else {
		fault = print_table(to, RENEWAL, why);
		if (fault == FAULT_NONE)
			fault = print_table(to, REISSUE, why);
		print_meanings(to);
	}
	if (fault == FAULT_NONE && (fflush(to) != 0 || ferror(to)))
		fault = why_set(why, FAULT_STOP, "the workflow cannot be written");
	return fault;
}

/*
 * import_state.c - the present state of a renewal that somebody else has begun: what a row says of it, checked; and taken over
 *
 * The steps that were made are made again, in their order and at their time, by the one function that writes states, but silently: nobody gets a letter
 * again. What the calendar would have sent until then counts as sent.
 */
#include "import_inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../store/store_money.h"
#include "../../store/store_payment.h"
#include "../../store/store_renewal.h"
#include "../../store/store_takeover.h"
#include "../base/day.h"

enum { HALF_A_DAY_S = 12 * 60 * 60 };

/* ---- what the row says ---- */

static bool
says(const struct import_row *row, enum import_column column)
{
	return row->text[column][0] != '\0';
}

/* A day that is not after the one that the states are of; -1 where the row does not say. */
static int
take_day(struct import *import, const struct import_row *row, enum import_column column, bool is_past)
{
	char limit[DAY_TEXT_MAX];
	int day = -1;

	if (!says(row, column))
		return -1;
	if (!day_parse(row->text[column], &day))
		import_tell(import, row->line, import_heading(column), "'%s' is not a day (2027-01-21)", row->text[column]);
	else if (is_past && day > import->as_of_day)
		import_tell(import, row->line, import_heading(column), "%s lies after %s, the day that the states are of", row->text[column],
		    day_text(limit, import->as_of_day));
	return day;
}

static int64_t
take_amount(struct import *import, const struct import_row *row)
{
	const char *text = row->text[COLUMN_INVOICE_AMOUNT];
	char *end;
	long long amount;

	if (*text == '\0')
		return 0;
	errno = 0;
	amount = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || *text < '0' || *text > '9' || amount <= 0 || amount > 1000000000000LL) {
		import_tell(import, row->line, import_heading(COLUMN_INVOICE_AMOUNT), "'%s' is not an amount in whole units", text);
		return 0;
	}
	return amount;
}

static void
take_state(struct import *import, struct import_row *row)
{
	static const enum renewal_state states[] = {RENEWAL_UPCOMING, RENEWAL_NOTICED, RENEWAL_ORDERED, RENEWAL_PAID, RENEWAL_APPLIED};
	const char *text = row->text[COLUMN_STATE];

	row->taken.state = RENEWAL_UPCOMING;
	if (*text == '\0')
		return;
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(text, renewal_state_text(states[i])) == 0) {
			row->taken.state = states[i];
			return;
		}
	import_tell(import, row->line, import_heading(COLUMN_STATE), "'%s' is not one of: upcoming noticed ordered paid applied", text);
}

static void
take_answer(struct import *import, struct import_row *row)
{
	const char *text = row->text[COLUMN_ANSWER];
	bool is_decline = strcmp(text, "decline") == 0, is_renew = strcmp(text, "renew") == 0;

	if (*text != '\0' && !is_decline && !is_renew)
		import_tell(import, row->line, import_heading(COLUMN_ANSWER), "'%s' is not one of: renew decline", text);
	row->taken.said_renew = is_renew;
	row->taken.said_decline = is_decline;
}

static void
want(struct import *import, const struct import_row *row, enum import_column column)
{
	if (!says(row, column))
		import_tell(import, row->line, import_heading(column), "is empty, and the state is %s", renewal_state_text(row->taken.state));
}

static void
refuse(struct import *import, const struct import_row *row, enum import_column column)
{
	if (says(row, column))
		import_tell(import, row->line, import_heading(column), "is given, and the state is %s%s", renewal_state_text(row->taken.state),
		    row->taken.said_decline ? ", declined" : "");
}

void
import_state_check(struct import *import, struct import_row *row)
{
	struct import_taken *taken = &row->taken;
	bool is_billed;

	take_state(import, row);
	take_answer(import, row);
	taken->answered_day = take_day(import, row, COLUMN_ANSWERED_ON, true);
	taken->letter_day = take_day(import, row, COLUMN_LAST_LETTER, true);
	taken->issued_day = take_day(import, row, COLUMN_INVOICE_ISSUED, true);
	taken->due_day = take_day(import, row, COLUMN_INVOICE_DUE, false);
	taken->paid_day = take_day(import, row, COLUMN_PAID_ON, true);
	taken->amount = take_amount(import, row);
	is_billed = taken->state == RENEWAL_ORDERED || taken->state == RENEWAL_PAID || taken->state == RENEWAL_APPLIED;
	if (is_billed && taken->said_decline)
		import_tell(import, row->line, import_heading(COLUMN_ANSWER), "is decline, and the state is %s", renewal_state_text(taken->state));
	if (taken->answered_day != -1 && !says(row, COLUMN_ANSWER) && !is_billed)
		import_tell(import, row->line, import_heading(COLUMN_ANSWERED_ON), "is given without an answer");
	for (enum import_column column = COLUMN_ORDER_NUMBER; column <= COLUMN_PAID_ON; column++) {
		bool is_payment = column == COLUMN_PAID_ON;

		if (!is_billed || (is_payment && taken->state == RENEWAL_ORDERED))
			refuse(import, row, column);
		else if (column == COLUMN_INVOICE_NUMBER || column == COLUMN_INVOICE_AMOUNT || is_payment ||
		    (column == COLUMN_INVOICE_DUE && taken->state == RENEWAL_ORDERED))
			want(import, row, column);
	}
	if (taken->state == RENEWAL_UPCOMING && !says(row, COLUMN_ANSWER))
		refuse(import, row, COLUMN_LAST_LETTER);
}

/* ---- taking it over ---- */

/* The middle of a day, but not after the instant that the states are of. */
static int64_t
instant_in(const struct import *import, int day)
{
	int64_t at = day != -1 ? day_start(day) + HALF_A_DAY_S : import->as_of_at;

	return at < import->as_of_at ? at : import->as_of_at;
}

/* One step, at an instant. What the workflow refuses is a problem of the row. */
static enum fault
step(struct import *import, const struct import_row *row, int64_t renewal, enum renewal_event event, int64_t at, bool is_silent,
    struct why *why)
{
	struct business then = *import->business; /* the same, with another clock */
	json_t *evidence = json_pack("{s:s}", "source", "import");
	struct occurrence occurrence = {.event = event, .by = "import", .evidence = evidence, .is_silent = is_silent};
	const char *explanation = NULL;
	bool advanced = false;
	struct why cause = {0};
	enum fault fault;

	if (evidence == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a row");
	then.now = at;
	fault = renewal_advance(&then, renewal, &occurrence, &advanced, &explanation, &cause);
	json_decref(evidence);
	if (fault == FAULT_NONE && advanced)
		return FAULT_NONE;
	if (fault != FAULT_NONE && fault != FAULT_ITEM)
		return why_set(why, fault, "%s", cause.text);
	import_tell(import, row->line, import_heading(event == EVENT_SAID_RENEW || event == EVENT_SAID_DECLINE ? COLUMN_ANSWER : COLUMN_STATE),
	    "%s: %s", renewal_event_text(event), fault == FAULT_ITEM ? cause.text : explanation);
	return FAULT_NONE;
}

static enum fault
take_letter(struct import *import, const struct import_row *row, int64_t renewal, struct why *why)
{
	const struct import_taken *taken = &row->taken;
	bool is_answered = taken->said_decline || taken->state == RENEWAL_ORDERED;
	struct letter_item item = {.renewal = renewal, .round = is_answered};
	struct letter letter = {.kind = taken->said_decline ? LETTER_DECLINED : is_answered ? LETTER_PAYMENT_REQUEST : LETTER_NOTICE,
	    .customer = row->customer.id, .contact = row->contact.id, .language = row->customer.language, .item = &item, .item_count = 1};

	if (!taken->said_decline && taken->state != RENEWAL_NOTICED && taken->state != RENEWAL_ORDERED)
		return FAULT_NONE; /* nothing dated is left */
	return store_takeover_letter(import->business->store, &letter, instant_in(import, taken->letter_day), why);
}

static enum fault
take_bill(struct import *import, const struct import_row *row, int64_t renewal, struct why *why)
{
	const struct import_taken *taken = &row->taken;
	const struct config *config = import->business->config;
	struct store *store = import->business->store;
	const char *number = row->text[COLUMN_INVOICE_NUMBER], *order = row->text[COLUMN_ORDER_NUMBER];
	int issued = taken->issued_day != -1 ? taken->issued_day : day_of_instant(instant_in(import, taken->answered_day));
	struct takeover_bill bill = {.customer = row->customer.id, .renewal = renewal, .method = row->customer.payment_method,
	    .order_number = *order != '\0' ? order : number, .invoice_number = number, .addressee = row->customer.name,
	    .product = row->term.product, .description = row->common_name, .currency = config->currency, .issued_day = issued,
	    .due_day = taken->due_day != -1 ? taken->due_day : issued, .tax_percent = config->tax_percent, .created_at = day_start(issued)};
	struct payment payment = {.amount = taken->amount, .paid_day = taken->paid_day, .method = row->customer.payment_method,
	    .state = PAYMENT_MATCHED, .source = (char *)(uintptr_t)"import"};
	struct invoice invoice = {0};
	bool added = false;
	enum fault fault;

	bill.tax = taken->amount * config->tax_percent / (100 + config->tax_percent);
	bill.net = taken->amount - bill.tax;
	fault = store_takeover_bill(store, &bill, &payment.invoice, why);
	if (fault != FAULT_NONE || taken->state == RENEWAL_ORDERED)
		return fault;
	fault = store_payment_add(store, &payment, NULL, import->business->now, &added, why);
	if (fault == FAULT_NONE)
		fault = store_invoice_get(store, payment.invoice, &invoice, why);
	if (fault == FAULT_NONE && strcmp(invoice.state, "open") == 0)
		fault = store_invoice_set_paid(store, payment.invoice, why);
	invoice_release(&invoice);
	return fault;
}

/* The steps up to the state, each at its time. */
static enum fault
take_steps(struct import *import, const struct import_row *row, int64_t renewal, struct why *why)
{
	const struct import_taken *taken = &row->taken;
	int64_t answered_at = instant_in(import, taken->answered_day), paid_at = instant_in(import, taken->paid_day);
	bool is_billed = taken->state != RENEWAL_UPCOMING && taken->state != RENEWAL_NOTICED;
	size_t problems = import->problems;
	enum fault fault = FAULT_NONE;

	if (taken->state != RENEWAL_UPCOMING)
		fault = step(import, row, renewal, EVENT_WINDOW_OPENED, answered_at, true, why);
	if (fault == FAULT_NONE && taken->said_decline)
		return step(import, row, renewal, EVENT_SAID_DECLINE, answered_at, true, why);
	if (fault == FAULT_NONE && taken->said_renew && !is_billed) /* the order is for us to make, and the customer hears of it */
		return step(import, row, renewal, EVENT_SAID_RENEW, import->business->now, false, why);
	if (fault == FAULT_NONE && is_billed)
		fault = step(import, row, renewal, EVENT_SAID_RENEW, answered_at, true, why);
	if (fault == FAULT_NONE && import->problems == problems && (taken->state == RENEWAL_PAID || taken->state == RENEWAL_APPLIED))
		fault = step(import, row, renewal, EVENT_PAID, paid_at, true, why);
	if (fault == FAULT_NONE && import->problems == problems && taken->state == RENEWAL_APPLIED)
		fault = step(import, row, renewal, EVENT_APPLICATION_STARTED, import->as_of_at, true, why);
	return fault;
}

enum fault
import_state_take(struct import *import, const struct import_row *row, int64_t renewal, struct why *why)
{
	const struct import_taken *taken = &row->taken;
	struct why cause = {0};
	enum fault fault = FAULT_NONE;

	if (taken->state == RENEWAL_UPCOMING && !taken->said_renew && !taken->said_decline)
		return FAULT_NONE;
	if (taken->state == RENEWAL_ORDERED || taken->state == RENEWAL_PAID || taken->state == RENEWAL_APPLIED) {
		fault = take_bill(import, row, renewal, &cause);
		if (fault == FAULT_ITEM) {
			import_tell(import, row->line, import_heading(COLUMN_INVOICE_NUMBER), "%s", cause.text);
			return FAULT_NONE;
		}
	}
	if (fault == FAULT_NONE)
		fault = take_letter(import, row, renewal, &cause);
	if (fault != FAULT_NONE)
		return why_set(why, fault, "%s", cause.text);
	return take_steps(import, row, renewal, why);
}

/* command_payment.c - money that came: recorded, read from a bank's file, decided. */
#include "../command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../base/day.h"
#include "../base/table.h"
#include "command_trial.h"
#include "command_view.h"
#include "../payment.h"

static int
usage(const char *problem)
{
	return command_usage("payment", problem);
}

/* What became of a payment; 1 where it waits for staff. */
static int
tell(const struct payment_result *result)
{
	bool waits = !result->is_paid;

	printf("payment %" PRId64 ": %s, invoice %s%s%s%s\n", result->id, payment_state_text(result->state), result->invoice,
	    result->is_paid ? " is paid" : "", result->reason.text[0] != '\0' ? ": " : "", result->reason.text);
	if (waits)
		printf("It waits for staff: mailproc payment match %" PRId64 " %s --accept --by NAME, or payment close\n", result->id, result->invoice);
	return waits ? 1 : EX_OK;
}

/* ---- record ---- */

static int
record_payment(const struct command_context *context, int argc, char **argv)
{
	const char *date = NULL, *method = NULL;
	struct payment_entry entry = {0};
	const struct command_option options[] = {{"date", NULL, &date}, {"method", NULL, &method}, {"by", NULL, &entry.by}, {"note", NULL, &entry.note},
	    {"accept", &entry.accepts, NULL}, {0}};
	struct payment_result result = {0};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 3, 3, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (!payment_parse_amount(argv[3], &entry.amount) || entry.amount <= 0)
		return usage("AMOUNT is a number of whole units such as 66000");
	if (date == NULL || !day_parse(date, &entry.paid_day))
		return usage("--date DATE is missing or no day such as 2026-11-22: when it was paid");
	if (entry.by == NULL || *entry.by == '\0')
		return usage("--by NAME is missing: who says so");
	if (method != NULL && !payment_method_parse(method, &entry.method))
		return usage("--method is card or transfer");
	entry.has_method = method != NULL;
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	if (entry.paid_day > day_of_instant(open.business.now))
		fault = why_set(&why, FAULT_ITEM, "%s is still to come: a payment is recorded when it has come", date);
	else
		fault = payment_record(&open.business, argv[2], &entry, &result, &why);
	command_close(&open);
	return fault == FAULT_NONE ? tell(&result) : command_fail(fault, &why);
}

/* ---- import ---- */

static int
print_counts(const struct payment_counts *counts, bool is_trial)
{
	size_t waiting = 0;

	printf("%zu rows: %zu no deposits, %zu on record already", counts->rows, counts->outgoing, counts->known);
	for (enum payment_state state = 0; state < payment_state_count; state++) {
		if (counts->state[state] > 0)
			printf(", %zu %s", counts->state[state], payment_state_text(state));
		if (state != PAYMENT_MATCHED)
			waiting += counts->state[state];
	}
	putchar('\n');
	if (is_trial)
		puts("A dry run on a copy of the store: nothing was kept.");
	else if (waiting > 0)
		printf("%zu wait%s for staff: mailproc payment list --open\n", waiting, waiting == 1 ? "s" : "");
	return waiting > 0 && !is_trial ? 1 : EX_OK;
}

static int
import_payments(const struct command_context *context, int argc, char **argv)
{
	bool is_trial = false;
	const struct command_option options[] = {{"dry-run", &is_trial, NULL}, {0}};
	struct payment_counts counts = {0};
	struct command_open open;
	struct trial trial = {.lock = -1};
	struct command_told told;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 2, 2, &words);
	enum fault fault = FAULT_NONE;

	if (status != COMMAND_GO_ON)
		return status;
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	told = (struct command_told){.path = argv[2]};
	if (is_trial)
		fault = trial_begin(&trial, &open, &why);
	if (fault == FAULT_NONE)
		fault = payment_import(&open.business, argv[2], &counts, command_print_row_problem, &told, &why);
	command_close(&open);
	trial_end(&trial);
	if (fault == FAULT_NONE)
		return print_counts(&counts, is_trial);
	if (told.problems > 0)
		fprintf(stderr, "%s: %zu problem%s: nothing was imported\n", argv[2], told.problems, told.problems == 1 ? "" : "s");
	return told.problems > 0 ? fault_exit_status(fault) : command_fail(fault, &why);
}

/* ---- list ---- */

static bool
add_row(json_t *row, void *data)
{
	char id[32], amount[32];
	const char *decision = view_text(row, "decision"), *payer = view_text(row, "payer"), *name = view_text(row, "customer_name");

	snprintf(id, sizeof id, "%" PRId64, view_number(row, "id"));
	snprintf(amount, sizeof amount, "%" PRId64, view_number(row, "amount"));
	table_add(data, id, view_text(row, "paid_day"), amount, view_text(row, "state"), decision, view_text(row, "invoice"),
	    payer != NULL ? payer : name, view_text(row, "reason"));
	return true;
}

static bool
print_row(json_t *row, void *data)
{
	(void)data;
	view_json(stdout, row);
	return !ferror(stdout);
}

static int
list_payments(const struct command_context *context, int argc, char **argv)
{
	static const char *const heading[] = {">n", "paid", ">amount", "state", "decision", "invoice", "payer", "why", NULL};
	bool open_only = false, as_json = false;
	const struct command_option options[] = {{"open", &open_only, NULL}, {"json", &as_json, NULL}, {0}};
	struct command_open open;
	struct table *t;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 1, 1, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	status = command_open(&open, context, OPEN_STORE_READ);
	if (status != EX_OK)
		return status;
	t = table_new(heading);
	fault = store_view_payments(open.store, open_only, as_json ? print_row : add_row, t, &why);
	if (fault == FAULT_NONE && !as_json)
		fault = table_print(t, stdout, &why);
	table_free(t);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

/* ---- decide ---- */

/* The number of a payment; -1: it is none. */
static int64_t
parse_id(const char *text)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	return errno != 0 || end == text || *end != '\0' || n <= 0 ? -1 : n;
}

static int
match_payment(const struct command_context *context, int argc, char **argv)
{
	const char *by = NULL, *note = NULL;
	bool accepts = false;
	const struct command_option options[] = {{"by", NULL, &by}, {"note", NULL, &note}, {"accept", &accepts, NULL}, {0}};
	struct payment_result result = {0};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 3, 3, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (parse_id(argv[2]) < 0)
		return usage("N is the number that payment list shows");
	if (by == NULL || *by == '\0')
		return usage("--by NAME is missing: who decides");
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	fault = payment_match(&open.business, parse_id(argv[2]), argv[3], accepts, by, note, &result, &why);
	command_close(&open);
	return fault == FAULT_NONE ? tell(&result) : command_fail(fault, &why);
}

static int
close_payment(const struct command_context *context, int argc, char **argv)
{
	const char *by = NULL, *note = NULL;
	const struct command_option options[] = {{"by", NULL, &by}, {"note", NULL, &note}, {0}};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 2, 2, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (parse_id(argv[2]) < 0)
		return usage("N is the number that payment list shows");
	if (by == NULL || *by == '\0')
		return usage("--by NAME is missing: who decides");
	if (note == NULL || *note == '\0')
		return usage("--note TEXT is missing: what became of the money");
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	fault = payment_close(&open.business, parse_id(argv[2]), by, note, &why);
	command_close(&open);
	if (fault != FAULT_NONE)
		return command_fail(fault, &why);
	printf("payment %s: closed by %s\n", argv[2], by);
	return EX_OK;
}

int
command_payment(const struct command_context *context, int argc, char **argv)
{
	static const struct command_step steps[] = {
	    {"record", record_payment}, {"import", import_payments}, {"list", list_payments}, {"match", match_payment}, {"close", close_payment}, {0}};

	return command_run_step(context, argc, argv, steps);
}

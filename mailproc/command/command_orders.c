/* command_orders.c - what the company's billing system is handed: as a file, and by the program that billing.h runs. */
#include "../command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../store/store_billing.h"
#include "../base/day.h"
#include "../base/table.h"
#include "../billing.h"
#include "command_view.h"

/* ---- export ---- */

/* The columns of the CSV; references are those of the lines, blanks between. */
static const char *const columns[] = {"event", "at", "order", "invoice", "customer", "customer_name", "addressee", "purchase_order", "payment_method",
    "issued_day", "due_day", "currency", "net", "tax", "total", "reason"};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

/* RFC 4180. A field that a spreadsheet would take for a formula gets a blank before it. */
static void
print_field(const char *text, bool is_last)
{
	bool is_quoted = strpbrk(text, ",\"\r\n") != NULL;

	if (is_quoted)
		putchar('"');
	if (*text != '\0' && strchr("=+-@\t", *text) != NULL)
		putchar(' ');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	if (is_quoted)
		putchar('"');
	if (is_last)
		fputs("\r\n", stdout);
	else
		putchar(',');
}

static bool
print_csv(json_t *row, void *data)
{
	const json_t *lines = json_object_get(row, "lines"), *line;
	struct buf references = BUF_MAX(64 << 10);
	char number[32];
	size_t i;

	(void)data;
	for (i = 0; i < COLUMN_COUNT; i++) {
		const json_t *value = json_object_get(row, columns[i]);

		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
		print_field(json_is_integer(value) ? number : json_is_string(value) ? json_string_value(value) : "", false);
	}
	json_array_foreach(lines, i, line)
		buf_addf(&references, "%s%s", i > 0 ? " " : "", view_text(line, "reference"));
	print_field(buf_text(&references), true);
	buf_release(&references);
	return !ferror(stdout);
}

static bool
print_json(json_t *row, void *data)
{
	(void)data;
	view_json(stdout, row);
	return !ferror(stdout);
}

static int
export_orders(const struct command_context *context, int argc, char **argv)
{
	bool as_json = false, as_csv = false;
	const char *since = NULL;
	const struct command_option options[] = {{"json", &as_json, NULL}, {"csv", &as_csv, NULL}, {"since", NULL, &since}, {0}};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 1, 1, &words);
	int day = 0;
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (as_json && as_csv)
		return command_usage("orders", "--json and --csv exclude each other");
	if (since != NULL && !day_parse(since, &day))
		return command_usage("orders", "--since wants a day such as 2026-11-22");
	status = command_open(&open, context, OPEN_STORE_READ);
	if (status != EX_OK)
		return status;
	for (size_t i = 0; i < COLUMN_COUNT && !as_json; i++)
		print_field(columns[i], false);
	if (!as_json)
		print_field("references", true);
	fault = store_view_order_events(open.store, 0, "", since != NULL ? day_start(day) : 0, as_json ? print_json : print_csv, NULL, &why);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

/* ---- what the program has not taken ---- */

static bool
add_row(json_t *row, void *data)
{
	char when[VIEW_WHEN_MAX], tries[32];
	bool waits = strcmp(view_text(row, "state"), "waiting") == 0;

	snprintf(tries, sizeof tries, "%lld", (long long)view_number(row, "tries"));
	table_add(data, view_text(row, "order"), view_text(row, "about"), view_text(row, "state"), tries,
	    waits ? view_when(when, row, "next_try_at") : NULL, view_text(row, "customer_name"), view_text(row, "text"));
	return true;
}

static int
list_orders(const struct command_context *context, int argc, char **argv)
{
	static const char *const heading[] = {"order", "about", "state", ">tries", "next try", "customer", "answer", NULL};
	bool as_json = false, all = false;
	const struct command_option options[] = {{"json", &as_json, NULL}, {"all", &all, NULL}, {0}};
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
	fault = store_view_billing(open.store, all, as_json ? print_json : add_row, t, &why);
	if (fault == FAULT_NONE && !as_json)
		fault = table_print(t, stdout, &why);
	table_free(t);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

/* ---- settling ---- */

static int
settle_order(const struct command_context *context, int argc, char **argv)
{
	bool retries = strcmp(argv[1], "retry") == 0;
	const char *by = NULL;
	const struct command_option options[] = {{"by", NULL, &by}, {0}};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 2, 2, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (!retries && (by == NULL || *by == '\0'))
		return command_usage("orders", "--by NAME is missing: who says so");
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	fault = retries ? billing_retry(&open.business, argv[2], &why) : billing_accept(&open.business, argv[2], by, &why);
	command_close(&open);
	if (fault != FAULT_NONE)
		return command_fail(fault, &why);
	printf(retries ? "order %s: the next run tells it again\n" : "order %s: accepted\n", argv[2]);
	return EX_OK;
}

int
command_orders(const struct command_context *context, int argc, char **argv)
{
	static const struct command_step steps[] = {{"export", export_orders}, {"list", list_orders}, {"retry", settle_order}, {"accept", settle_order}, {0}};

	return command_run_step(context, argc, argv, steps);
}

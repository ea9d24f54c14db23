/* command_list.c - renewals by state or date. */
#include "../command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../store/store_view.h"
#include "../base/day.h"
#include "../base/table.h"
#include "command_view.h"

struct list {
	struct table *table; /* NULL: JSON */
	bool is_due;	     /* the day that counts is the next one, else the end: both are too much for 80 columns */
	size_t count;
};

static bool
add_row(json_t *row, void *data)
{
	struct list *list = data;
	char end[VIEW_WHEN_MAX], name[512];

	list->count++;
	if (list->table == NULL) {
		view_json(stdout, row);
		return !ferror(stdout);
	}
	if (view_when(end, row, "term_ends_at") != NULL)
		end[10] = '\0'; /* the day is enough here */
	snprintf(name, sizeof name, "%s%s%s%s", view_text(row, "common_name"), view_text(row, "seen") != NULL ? " (seen: " : "",
	    view_text(row, "seen") != NULL ? view_text(row, "seen") : "", view_text(row, "seen") != NULL ? ")" : "");
	table_add(list->table, view_text(row, "reference"), view_text(row, "state"), list->is_due ? view_text(row, "next_day") : end, name,
	    view_text(row, "customer_name"));
	return true;
}

/* "all": the open ones, then those that have come to an end, state by state. */
static enum fault
view_states(struct store *store, const char *state, int until_day, struct list *list, struct why *why)
{
	static const enum renewal_state ended[] = {RENEWAL_RENEWED, RENEWAL_LAPSED, RENEWAL_REPLACED};
	bool is_all = state != NULL && strcmp(state, "all") == 0;
	enum fault fault = store_view_renewals(store, is_all ? NULL : state, until_day, add_row, list, why);

	for (size_t i = 0; fault == FAULT_NONE && is_all && i < sizeof ended / sizeof ended[0]; i++)
		fault = store_view_renewals(store, renewal_state_text(ended[i]), until_day, add_row, list, why);
	return fault;
}

static enum fault
print_list(struct store *store, const char *state, int until_day, bool as_json, struct why *why)
{
	const char *const heading[] = {"reference", "state", until_day >= 0 ? "next day" : "term ends", "certificate", "customer", NULL};
	struct list list = {.table = as_json ? NULL : table_new(heading), .is_due = until_day >= 0};
	enum fault fault = view_states(store, state, until_day, &list, why);

	if (fault == FAULT_NONE && !as_json && list.count > 0)
		fault = table_print(list.table, stdout, why);
	else if (fault == FAULT_NONE && !as_json)
		puts(until_day >= 0 ? "Nothing is due." : state != NULL ? "No renewal is in this state." : "No renewal is open.");
	table_free(list.table);
	return fault;
}

int
command_list(const struct command_context *context, int argc, char **argv)
{
	bool as_json = false, is_due = false;
	const char *state = NULL;
	const struct command_option options[] = {{"json", &as_json, NULL}, {"due", &is_due, NULL}, {"state", NULL, &state}, {0}};
	enum renewal_state known;
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 0, 0, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (state != NULL && strcmp(state, "all") != 0 && !renewal_state_parse(state, &known))
		return command_usage("list", "there is no such state");
	status = command_open(&open, context, OPEN_STORE_READ);
	if (status != EX_OK)
		return status;
	fault = print_list(open.store, state, is_due ? day_of_instant(open.business.now) : -1, as_json, &why);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

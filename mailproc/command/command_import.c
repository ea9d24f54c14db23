/* command_import.c - customers from a file; import.h does it, here it is told. */
#include "../command.h"

#include <stdio.h>
#include <sysexits.h>

#include "../base/day.h"
#include "../import.h"

static void
print_counts(const struct import_counts *counts, const struct import_options *how)
{
	printf("%zu rows: %zu customers, %zu contacts, %zu certificates, %zu renewals new or changed; %zu rows as they were\n", counts->rows,
	    counts->customers, counts->contacts, counts->certificates, counts->renewals, counts->unchanged);
	if (how->dry_run)
		puts("A dry run: nothing was kept.");
	else if (!how->is_allowed && counts->renewals + counts->certificates > 0)
		puts("The next run shows what would go out, and waits for --allow.");
}

int
command_import(const struct command_context *context, int argc, char **argv)
{
	struct import_options how = {.as_of_day = -1};
	const char *as_of = NULL;
	const struct command_option options[] = {{"as-of", NULL, &as_of}, {"certificates", NULL, &how.certificates}, {"dry-run", &how.dry_run, NULL}, {"allow", &how.is_allowed, NULL}, {0}};
	struct import_counts counts = {0};
	struct command_open open;
	struct command_told told;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 1, 1, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (as_of != NULL && !day_parse(as_of, &how.as_of_day))
		return command_usage("import", "--as-of wants a day: 2026-11-01");
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	if (how.as_of_day > day_of_instant(open.business.now)) {
		command_close(&open);
		return command_usage("import", "--as-of lies in the future");
	}
	told = (struct command_told){.path = argv[1]};
	fault = import_csv(&open.business, argv[1], &how, &counts, command_print_row_problem, &told, &why);
	command_close(&open);
	if (fault == FAULT_NONE) {
		print_counts(&counts, &how);
		return EX_OK;
	}
	if (told.problems > 0)
		fprintf(stderr, "%s: %zu problem%s: nothing was imported\n", argv[1], told.problems, told.problems == 1 ? "" : "s");
	return told.problems > 0 ? fault_exit_status(fault) : command_fail(fault, &why);
}

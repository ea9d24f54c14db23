/* command_import.c - customers from a file; import.h does it, here it is told. */
#include "command.h"

#include <stdio.h>
#include <sysexits.h>

#include "base/text.h"
#include "import.h"

enum { LINE_MAX_BYTES = 16 << 10 };

struct told {
	const char *path;
	size_t problems;
};

static void
print_problem(unsigned line, const char *column, const char *text, void *data)
{
	struct told *told = data;
	struct buf raw = BUF_MAX(LINE_MAX_BYTES), clean = BUF_MAX(LINE_MAX_BYTES), shown = BUF_MAX(LINE_MAX_BYTES);

	told->problems++;
	buf_addf(&raw, "%s:%u: %s%s%s", told->path, line, column != NULL ? column : "", column != NULL && *column != '\0' ? ": " : "", text);
	text_add_clean(&clean, buf_span(&raw)); /* what the file holds must not steer the terminal */
	text_add_printable(&shown, buf_span(&clean));
	fprintf(stderr, "%s\n", buf_text(&shown));
	buf_release(&raw);
	buf_release(&clean);
	buf_release(&shown);
}

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
	struct import_options how = {0};
	const struct command_option options[] = {{"dry-run", &how.dry_run, NULL}, {"allow", &how.is_allowed, NULL}, {0}};
	struct import_counts counts = {0};
	struct command_open open;
	struct told told;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 1, 1, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	told = (struct told){.path = argv[1]};
	fault = import_csv(&open.business, argv[1], &how, &counts, print_problem, &told, &why);
	command_close(&open);
	if (fault == FAULT_NONE) {
		print_counts(&counts, &how);
		return EX_OK;
	}
	if (told.problems > 0)
		fprintf(stderr, "%s: %zu problem%s: nothing was imported\n", argv[1], told.problems, told.problems == 1 ? "" : "s");
	return told.problems > 0 ? fault_exit_status(fault) : command_fail(fault, &why);
}

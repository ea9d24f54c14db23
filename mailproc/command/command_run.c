/* command_run.c - run, poll, look, due and send: one run of the pipeline, and what it did in a table. */
#include "../command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../base/table.h"
#include "command_forecast.h"
#include "command_trial.h"
#include "../pipeline.h"

struct row {
	const char *step, *what;
	size_t count;
	bool is_always; /* also when it is 0 */
};

static enum fault
print_rows(const struct row *row, size_t count, unsigned parts, struct why *why)
{
	static const char *const heading[] = {"step", "what", ">count", NULL};
	static const struct {
		const char *step;
		unsigned part;
	} steps[] = {{"poll", PIPELINE_POLL}, {"look", PIPELINE_LOOK}, {"due", PIPELINE_DUE}, {"send", PIPELINE_SEND}};
	struct table *t = table_new(heading);
	enum fault fault;
	char number[32];

	for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
		for (size_t i = 0; parts & steps[s].part && i < count; i++) {
			if (strcmp(row[i].step, steps[s].step) != 0 || (row[i].count == 0 && !row[i].is_always))
				continue;
			snprintf(number, sizeof number, "%zu", row[i].count);
			table_add(t, row[i].step, row[i].what, number);
		}
	fault = table_print(t, stdout, why);
	table_free(t);
	return fault;
}

static enum fault
print_report(const struct pipeline_counts *c, unsigned parts, struct why *why)
{
	struct row row[26 + message_outcome_count];
	char what[message_outcome_count][128];
	size_t n = 0;

	row[n++] = (struct row){"poll", "mails fetched", c->fetched, true};
	for (size_t i = 0; i < message_outcome_count; i++) {
		snprintf(what[i], sizeof what[i], "%s: %s", message_outcome_text((enum message_outcome)i),
		    message_outcome_meaning((enum message_outcome)i));
		row[n++] = (struct row){"poll", what[i], c->outcome[i], false};
	}
	row[n++] = (struct row){"poll", "moved to their folder", c->moved, false};
	row[n++] = (struct row){"look", "servers looked at", c->look.looked, false};
	row[n++] = (struct row){"look", "new certificates that closed a renewal", c->look.installed, false};
	row[n++] = (struct row){"look", "servers that were away", c->look.away, false};
	row[n++] = (struct row){"look", "not checked: a wildcard without another name", c->look.not_checked, false};
	row[n++] = (struct row){"look", "newly for a person", c->look.parked, false};
	row[n++] = (struct row){"due", "renewals whose day has come", c->due.due, true};
	row[n++] = (struct row){"due", "customers asked", c->due.noticed, false};
	row[n++] = (struct row){"due", "customers reminded", c->due.reminded, false};
	row[n++] = (struct row){"due", "terms that ended", c->due.ended, false};
	row[n++] = (struct row){"due", "skipped: the customer is paused", c->due.paused, false};
	row[n++] = (struct row){"due", "re-issues that staff apply for", c->due.waiting, false};
	row[n++] = (struct row){"due", "put aside for a person", c->due.parked, false};
	row[n++] = (struct row){"send", "orders and voids told to the billing program", c->billing.told, false};
	row[n++] = (struct row){"send", "accepted by the billing program", c->billing.accepted, false};
	row[n++] = (struct row){"send", "to be told again later", c->billing.later, false};
	row[n++] = (struct row){"send", "refused by the billing program", c->billing.refused, false};
	row[n++] = (struct row){"send", "letters that wait (hours, pause, billing)", c->outbox.waiting, false};
	row[n++] = (struct row){"send", "letters rendered", c->outbox.rendered, false};
	row[n++] = (struct row){"send", "letters accepted by the server", c->outbox.accepted, true};
	row[n++] = (struct row){"send", "skipped: to be tried again later", c->outbox.later, false};
	row[n++] = (struct row){"send", "refused by the server", c->outbox.refused, false};
	row[n++] = (struct row){"send", "held for a person", c->outbox.held, false};
	row[n++] = (struct row){"send", "unknown: it may have been accepted", c->outbox.unknown, false};
	row[n++] = (struct row){"send", "withdrawn", c->outbox.withdrawn, false};
	return print_rows(row, n, parts, why);
}

static unsigned
parts_of(const char *command)
{
	if (strcmp(command, "poll") == 0)
		return PIPELINE_POLL;
	if (strcmp(command, "look") == 0)
		return PIPELINE_LOOK;
	if (strcmp(command, "due") == 0)
		return PIPELINE_DUE;
	return strcmp(command, "send") == 0 ? PIPELINE_SEND : PIPELINE_ALL;
}

int
command_run(const struct command_context *context, int argc, char **argv)
{
	bool is_trial = false, is_allowed = false;
	const char *allowed = NULL;
	const struct command_option options[] = {{"dry-run", &is_trial, NULL}, {"allow", &is_allowed, &allowed}, {0}};
	unsigned parts = parts_of(argv[0]), what = OPEN_STORE | (parts & PIPELINE_POLL ? OPEN_READER : 0);
	struct pipeline_counts counts = {0};
	struct command_open open;
	struct trial trial = {.lock = -1};
	struct why why = {0}, print_why = {0};
	int words, status = command_read_options(argc, argv, options, 0, 0, &words);
	enum fault fault = FAULT_NONE;

	if (status != COMMAND_GO_ON)
		return status;
	if (is_trial && parts == PIPELINE_LOOK)
		return command_usage("look", "a dry run looks at nothing");
	status = command_open(&open, context, what);
	if (status != EX_OK)
		return status;
	if (!is_trial && parts != PIPELINE_POLL && parts != PIPELINE_LOOK && !guard_may_pass(&open, context, what, is_allowed, allowed, &status)) {
		command_close(&open);
		return status;
	}
	if (is_trial)
		fault = trial_begin(&trial, &open, &why);
	if (fault == FAULT_NONE) {
		fault = pipeline_run(&open.business, open.zygote, argv[0], parts | (is_trial ? PIPELINE_TRIAL : 0), &counts, &why);
		if (fault != FAULT_LATER && print_report(&counts, parts, &print_why) != FAULT_NONE)
			command_fail(FAULT_STOP, &print_why);
		if (is_trial)
			puts("A dry run on a copy of the store: nothing was sent, moved or kept.");
	}
	command_close(&open);
	trial_end(&trial);
	if (fault == FAULT_AWAY)
		return EX_UNAVAILABLE; /* told when it happened */
	if (fault != FAULT_NONE)
		return command_fail(fault, &why);
	if (counts.parked > 0)
		printf("%zu newly wait%s for a person: mailproc review list, mailproc status\n", counts.parked, counts.parked == 1 ? "s" : "");
	return counts.parked > 0 ? 1 : EX_OK;
}

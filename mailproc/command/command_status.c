/* command_status.c - the work in numbers. Standing alarms are told here and not by runs. */
#include "../command.h"
#include "command_status.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "../../store/store_view.h"
#include "../base/day.h"
#include "../base/table.h"
#include "command_view.h"

enum { STORE_CHECK_MAX_BYTES = 64 << 20 }; /* a larger store is not read whole each time; mailproc check does */

static const char *
state_meaning(const char *word)
{
	enum renewal_state state;

	return renewal_state_parse(word, &state) ? renewal_state_meaning(state) : "";
}

static const char *
letter_meaning(const char *word)
{
	enum letter_state state;

	return letter_state_parse(word, &state) ? letter_state_meaning(state) : "";
}

static const char *
outcome_meaning(const char *word)
{
	enum message_outcome outcome;

	return message_outcome_parse(word, &outcome) ? message_outcome_meaning(outcome) : "";
}

/* Words that are counted, without those that are counted nowhere. */
static enum fault
print_counts(const char *title, const json_t *counts, const char *(*meaning)(const char *), struct why *why)
{
	const char *const heading[] = {title, ">count", "meaning", NULL};
	struct table *t = table_new(heading);
	const char *word;
	json_t *count;
	size_t shown = 0;
	char number[32];
	enum fault fault = FAULT_NONE;

	json_object_foreach((json_t *)(uintptr_t)counts, word, count) {
		if (json_integer_value(count) == 0)
			continue;
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(count));
		table_add(t, word, number, meaning(word));
		shown++;
	}
	if (shown > 0) {
		fault = table_print(t, stdout, why);
		putchar('\n');
	}
	table_free(t);
	return fault;
}

static void
print_last_run(const json_t *status)
{
	const json_t *run = json_object_get(status, "last_run");
	char began[VIEW_WHEN_MAX], ended[VIEW_WHEN_MAX];

	if (!json_is_object(run)) {
		view_line(stdout, "last run", "none yet");
		return;
	}
	if (view_when(ended, run, "ended_at") != NULL)
		view_linef(stdout, "last run", "%s, %s to %s", view_text(run, "command"), view_when(began, run, "started_at"), ended);
	else
		view_linef(stdout, "last run", "%s, began %s and has not ended", view_text(run, "command"), view_when(began, run, "started_at"));
	view_line(stdout, "its fault", view_text(run, "fault"));
}

static void
print_mailboxes(const json_t *status)
{
	const json_t *mailbox;
	char polled[VIEW_WHEN_MAX];
	size_t i;

	json_array_foreach(json_object_get(status, "mailboxes"), i, mailbox)
		view_linef(stdout, i == 0 ? "polled" : "", "%s %s", view_when(polled, mailbox, "polled_at") != NULL ? polled : "never",
		    view_text(mailbox, "name"));
}

static void
print_needs(const json_t *status)
{
	int64_t reviews = view_number(status, "reviews_open"), due = view_number(status, "due"), unhandled = view_number(status, "unhandled");
	char oldest[VIEW_WHEN_MAX];

	if (reviews > 0)
		view_linef(stdout, "reviews", "%lld wait%s for staff, since %s (mailproc review list)", (long long)reviews,
		    reviews == 1 ? "s" : "", view_when(oldest, status, "oldest_review_at"));
	else
		view_line(stdout, "reviews", "Nothing waits for staff.");
	if (due > 0)
		view_linef(stdout, "due", "%lld renewal%s: the next run does it", (long long)due, due == 1 ? "" : "s");
	if (unhandled > 0)
		view_linef(stdout, "unhandled", "%lld mail%s fetched and not yet read: the next run does it", (long long)unhandled,
		    unhandled == 1 ? "" : "s");
}

static void
print_money(const json_t *status)
{
	int64_t open = view_number(status, "invoices_open"), overdue = view_number(status, "invoices_overdue");
	int64_t payments = view_number(status, "payments_open"), failing = view_number(status, "billing_failing");
	int64_t refused = view_number(status, "billing_refused");

	if (open > 0)
		view_linef(stdout, "invoices", "%lld open, %lld overdue", (long long)open, (long long)overdue);
	if (payments > 0)
		view_linef(stdout, "payments", "%lld wait%s for staff (mailproc payment list --open)", (long long)payments, payments == 1 ? "s" : "");
	if (failing > 0)
		view_linef(stdout, "billing", "%lld not taken yet by the billing program (mailproc orders list)", (long long)failing);
	if (refused > 0)
		view_linef(stdout, "billing", "%lld refused by the billing program (mailproc orders list)", (long long)refused);
}

static enum fault
print_held(const json_t *status, struct why *why)
{
	static const char *const heading[] = {"letter", "kind", "state", "renewal", "reason", NULL};
	struct table *t = table_new(heading);
	const json_t *letter;
	char number[32];
	size_t i;
	enum fault fault = FAULT_NONE;

	json_array_foreach(json_object_get(status, "held"), i, letter) {
		snprintf(number, sizeof number, "%lld", (long long)view_number(letter, "id"));
		table_add(t, number, view_text(letter, "kind"), view_text(letter, "state"), view_text(letter, "reference"), view_text(letter, "reason"));
	}
	if (json_array_size(json_object_get(status, "held")) > 0) {
		puts("Letters that did not go out:");
		fault = table_print(t, stdout, why);
		putchar('\n');
	}
	table_free(t);
	return fault;
}

/* Certificates on servers that are not what is on record or was expected. */
static void
print_seen(const json_t *status)
{
	const json_t *seen;
	char since[VIEW_WHEN_MAX];
	size_t i;

	json_array_foreach(json_object_get(status, "seen"), i, seen) {
		if (i == 0)
			puts("Seen on servers, for a person (mailproc show REF, mailproc certificate HOST):");
		view_linef(stdout, view_text(seen, "reference"), "%s: %s, since %s", view_text(seen, "host"), view_text(seen, "finding"),
		    view_when(since, seen, "since_at"));
		view_line(stdout, "", view_text(seen, "detail"));
	}
	if (i > 0)
		putchar('\n');
}

static void
print_unrelated(const json_t *status)
{
	const json_t *subject;
	size_t i;

	if (json_array_size(json_object_get(status, "unrelated_subjects")) == 0)
		return;
	puts("Mails that are not about our letters, newest first:");
	json_array_foreach(json_object_get(status, "unrelated_subjects"), i, subject)
		view_block(stdout, json_is_string(subject) && *json_string_value(subject) != '\0' ? json_string_value(subject) : "(no subject)", 1);
}

static void
print_alarms(const struct alarm alarm[alarm_count])
{
	bool any = false;

	for (enum alarm_kind kind = 0; kind < alarm_count; kind++) {
		if (!alarm[kind].stands)
			continue;
		view_linef(stdout, any ? "" : "ALARM", "%s: %s", alarm_word(kind), alarm[kind].text);
		any = true;
	}
	if (any)
		putchar('\n');
}

static enum fault
print_status(const json_t *status, const struct alarm alarm[alarm_count], struct why *why)
{
	enum fault fault;

	print_alarms(alarm);
	print_needs(status);
	print_money(status);
	print_last_run(status);
	print_mailboxes(status);
	putchar('\n');
	fault = print_counts("renewals", json_object_get(status, "states"), state_meaning, why);
	if (fault == FAULT_NONE)
		fault = print_counts("letters", json_object_get(status, "letters"), letter_meaning, why);
	if (fault == FAULT_NONE)
		fault = print_counts("mails", json_object_get(status, "outcomes"), outcome_meaning, why);
	if (fault == FAULT_NONE)
		fault = print_held(status, why);
	print_seen(status);
	print_unrelated(status);
	return fault;
}

/* The view with its alarms: [{alarm, text}]. */
static enum fault
print_status_json(json_t *status, const struct alarm alarm[alarm_count], struct why *why)
{
	json_t *list = json_array();
	bool failed = list == NULL;

	for (enum alarm_kind kind = 0; !failed && kind < alarm_count; kind++)
		if (alarm[kind].stands)
			failed = json_array_append_new(list, json_pack("{s:s, s:s}", "alarm", alarm_word(kind), "text", alarm[kind].text)) != 0;
	if (failed || json_object_set(status, "alarms", list) != 0) {
		json_decref(list);
		return why_set(why, FAULT_STOP, "out of memory for the status");
	}
	json_decref(list);
	view_json(stdout, status);
	return FAULT_NONE;
}

static void
look_at_store(struct command_open *open, struct alarm *alarm)
{
	struct stat st;
	struct why why = {0};

	if (stat(open->config->store, &st) != 0 || st.st_size > STORE_CHECK_MAX_BYTES || store_check(open->store, &why) == FAULT_NONE)
		return;
	alarm->stands = true;
	snprintf(alarm->text, sizeof alarm->text, "%s", why.text);
}

static bool
any_stands(const struct alarm alarm[alarm_count])
{
	for (enum alarm_kind kind = 0; kind < alarm_count; kind++)
		if (alarm[kind].stands)
			return true;
	return false;
}

int
command_status(const struct command_context *context, int argc, char **argv)
{
	bool as_json = false, as_metrics = false;
	const struct command_option options[] = {{"json", &as_json, NULL}, {"metrics", &as_metrics, NULL}, {0}};
	struct alarm alarm[alarm_count];
	struct command_open open;
	struct why why = {0};
	json_t *view = NULL;
	int words, today, status = command_read_options(argc, argv, options, 0, 0, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (as_json && as_metrics)
		return command_usage("status", "--json or --metrics, not both");
	status = command_open(&open, context, OPEN_STORE_READ);
	if (status != EX_OK)
		return status;
	today = day_of_instant(open.business.now);
	fault = store_view_status(open.store, today, today - open.config->alarm_overdue_days, &view, &why);
	if (fault == FAULT_NONE) {
		alarms_find(alarm, view, open.config, open.business.now);
		look_at_store(&open, &alarm[ALARM_STORE]);
		status = any_stands(alarm) ? 1 : EX_OK;
		if (as_json)
			fault = print_status_json(view, alarm, &why);
		else if (as_metrics)
			status_print_metrics(stdout, view, alarm);
		else
			fault = print_status(view, alarm, &why);
	}
	json_decref(view);
	command_close(&open);
	return fault == FAULT_NONE ? status : command_fail(fault, &why);
}

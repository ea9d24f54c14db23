/* command_metrics.c - the numbers of status in the text format of Prometheus (exposition format 0.0.4). */
#include "command_status.h"

#include <string.h>

#include "../base/day.h"

static void
head(FILE *to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value: backslash, double quote and line feed are escaped. */
static void
print_label(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			fprintf(to, "\\%c", *text);
		else if (*text == '\n')
			fputs("\\n", to);
		else
			fputc(*text, to);
	}
}

static void
labelled(FILE *to, const char *name, const char *label, const char *value, int64_t n)
{
	fprintf(to, "%s{%s=\"", name, label);
	print_label(to, value);
	fprintf(to, "\"} %lld\n", (long long)n);
}

static void
print_counts(FILE *to, const json_t *counts, const char *name, const char *label)
{
	const char *word;
	json_t *n;

	json_object_foreach((json_t *)(uintptr_t)counts, word, n)
		labelled(to, name, label, word, (int64_t)json_integer_value(n));
}

static void
number(FILE *to, const char *name, const char *help, int64_t n)
{
	head(to, name, "gauge", help);
	fprintf(to, "%s %lld\n", name, (long long)n);
}

static int64_t
seconds_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	int64_t at;

	return text != NULL && instant_parse(text, &at) ? at : 0;
}

static int64_t
number_of(const json_t *status, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(status, key));
}

static void
print_mailboxes(FILE *to, const json_t *status)
{
	const json_t *mailbox;
	size_t i;

	head(to, "mailproc_poll_timestamp_seconds", "gauge", "When the mailbox was last polled; 0: never.");
	json_array_foreach(json_object_get(status, "mailboxes"), i, mailbox)
		labelled(to, "mailproc_poll_timestamp_seconds", "mailbox", json_string_value(json_object_get(mailbox, "name")),
		    seconds_of(mailbox, "polled_at"));
}

void
status_print_metrics(FILE *to, const json_t *status, const struct alarm alarm[alarm_count])
{
	const json_t *run = json_object_get(status, "last_run");
	const char *fault = json_string_value(json_object_get(run, "fault"));

	head(to, "mailproc_renewals", "gauge", "Renewals by state.");
	print_counts(to, json_object_get(status, "states"), "mailproc_renewals", "state");
	head(to, "mailproc_letters", "gauge", "Letters by state.");
	print_counts(to, json_object_get(status, "letters"), "mailproc_letters", "state");
	head(to, "mailproc_mails", "gauge", "Mails that came in, by outcome.");
	print_counts(to, json_object_get(status, "outcomes"), "mailproc_mails", "outcome");
	number(to, "mailproc_reviews_open", "Messages that wait for staff.", number_of(status, "reviews_open"));
	number(to, "mailproc_oldest_review_timestamp_seconds", "Since when the oldest of them waits; 0: none does.",
	    seconds_of(status, "oldest_review_at"));
	number(to, "mailproc_due", "Renewals whose day has come.", number_of(status, "due"));
	number(to, "mailproc_overdue", "Renewals whose day has passed and was not handled.", number_of(status, "overdue"));
	number(to, "mailproc_invoices_open", "Invoices that are neither paid nor void.", number_of(status, "invoices_open"));
	number(to, "mailproc_invoices_overdue", "Open invoices after their due date.", number_of(status, "invoices_overdue"));
	number(to, "mailproc_payments_open", "Payments that wait for staff.", number_of(status, "payments_open"));
	number(to, "mailproc_billing_waiting", "Orders and voids that the billing program has not taken yet.", number_of(status, "billing_waiting"));
	number(to, "mailproc_billing_refused", "Orders and voids that the billing program refused.", number_of(status, "billing_refused"));
	number(to, "mailproc_unhandled", "Mails fetched and not yet read.", number_of(status, "unhandled"));
	number(to, "mailproc_run_timestamp_seconds", "When the last run began; 0: never.", seconds_of(run, "started_at"));
	number(to, "mailproc_run_failed", "Whether the last run failed.", fault != NULL && *fault != '\0');
	print_mailboxes(to, status);
	head(to, "mailproc_alarm", "gauge", "Whether an alarm stands.");
	for (enum alarm_kind kind = 0; kind < alarm_count; kind++)
		labelled(to, "mailproc_alarm", "alarm", alarm_word(kind), alarm[kind].stands);
}

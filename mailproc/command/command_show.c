/* command_show.c - one renewal: every date and how it came about, every letter, and the words that decided. */
#include "../command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../store/store_renewal.h"
#include "../../store/store_view.h"
#include "../base/buf.h"
#include "../base/day.h"
#include "../base/table.h"
#include "command_view.h"

static void
add_part(struct buf *out, const char *attribute, const char *value)
{
	if (value != NULL)
		buf_addf(out, "%s%s=%s", out->n > 0 ? ", " : "", attribute, value);
}

/* RFC 4514 names of the attributes, from the common name outwards. */
static void
print_certificate(const json_t *certificate)
{
	struct buf name = BUF_MAX(8192), others = BUF_MAX(64 << 10);
	char from[VIEW_WHEN_MAX], to[VIEW_WHEN_MAX];
	const json_t *other;
	size_t i;

	add_part(&name, "CN", view_text(certificate, "common_name"));
	add_part(&name, "O", view_text(certificate, "organization"));
	add_part(&name, "OU", view_text(certificate, "organizational_unit"));
	add_part(&name, "L", view_text(certificate, "locality"));
	add_part(&name, "ST", view_text(certificate, "state_or_province"));
	add_part(&name, "C", view_text(certificate, "country"));
	json_array_foreach(json_object_get(certificate, "names"), i, other)
		buf_addf(&others, "%s%s", i > 0 ? ", " : "", json_string_value(other));
	view_line(stdout, "certificate", buf_text(&name));
	view_line(stdout, "also for", buf_text(&others));
	view_linef(stdout, "valid", "%s to %s", view_when(from, certificate, "not_before"), view_when(to, certificate, "not_after"));
	view_line(stdout, "serial", view_text(certificate, "serial"));
	buf_release(&name);
	buf_release(&others);
}

/* What the last look at the server found. */
static void
print_sighting(const json_t *sighting)
{
	char when[VIEW_WHEN_MAX], since[VIEW_WHEN_MAX];
	enum sighting_finding finding;

	if (!json_is_object(sighting) || !sighting_finding_parse(view_text(sighting, "finding"), &finding))
		return;
	view_linef(stdout, "seen", "%s%s: %s%s", view_when(when, sighting, "looked_at"), finding == SIGHTING_NOT_CHECKED ? ", not checked" : "",
	    sighting_finding_meaning(finding), json_is_true(json_object_get(sighting, "is_for_staff")) ? " (for a person)" : "");
	view_line(stdout, "", view_text(sighting, "detail"));
	if (view_when(since, sighting, "since_at") != NULL && strcmp(since, when) != 0)
		view_linef(stdout, "", "so since %s", since);
}

static void
print_customer(const json_t *view)
{
	const json_t *customer = json_object_get(view, "customer"), *contact;
	const char *code = view_text(customer, "code");
	size_t i;

	view_linef(stdout, "customer", "%s (%s), %s, plan %s, pays by %s", view_text(customer, "name"), code != NULL ? code : "-",
	    view_text(customer, "language"), view_text(customer, "plan"), view_text(customer, "payment_method"));
	if (view_number(customer, "paused") != 0 || json_is_true(json_object_get(customer, "paused")))
		view_linef(stdout, "", "PAUSED: %s", view_text(customer, "pause_note") != NULL ? view_text(customer, "pause_note") : "no note");
	json_array_foreach(json_object_get(view, "contacts"), i, contact)
		view_linef(stdout, i == 0 ? "contacts" : "", "%s: %s <%s>", view_text(contact, "role"),
		    view_text(contact, "name") != NULL ? view_text(contact, "name") : "-", view_text(contact, "address"));
}

static void
print_date(const char *label, const char *text, void *data)
{
	(void)data;
	view_line(stdout, label, text);
}

/* The dates, each with the rule that makes it. */
static enum fault
print_dates(const struct command_open *open, const struct renewal *renewal, struct why *why)
{
	struct why cause = {0};
	enum fault fault = policy_explain(&open->business, renewal, print_date, NULL, &cause);

	if (fault == FAULT_ITEM) {
		view_linef(stdout, "dates", "not known: %s", cause.text);
		return FAULT_NONE;
	}
	if (fault != FAULT_NONE)
		*why = cause;
	return fault;
}

/* Why an invoice is due on its day. */
static void
print_due(const struct command_open *open, const struct renewal *renewal, const json_t *invoice)
{
	struct buf rule = BUF_MAX(1024);
	struct policy policy;
	struct why why = {0};
	int issued, due;

	if (day_parse(view_text(invoice, "issued_day"), &issued) && day_parse(view_text(invoice, "due_day"), &due) &&
	    policy_of_renewal(&open->business, renewal, &policy, &why) == FAULT_NONE) {
		policy_explain_due(&open->business, &policy, issued, due, &rule);
		view_linef(stdout, "", "due: %s", buf_text(&rule));
	}
	buf_release(&rule);
}

static void
print_money(const struct command_open *open, const struct renewal *renewal, const json_t *view)
{
	const json_t *order = json_object_get(view, "order"), *invoice = json_object_get(view, "invoice");
	char when[VIEW_WHEN_MAX];

	if (json_is_object(order)) {
		view_linef(stdout, "order", "%s of %s, %s, by %s", view_text(order, "number"), view_when(when, order, "created_at"),
		    view_text(order, "state"), view_text(order, "payment_method"));
		view_line(stdout, "their number", view_text(order, "purchase_order"));
		if (view_text(order, "billing_state") != NULL)
			view_linef(stdout, "billing", "%s%s%s", view_text(order, "billing_state"), view_text(order, "billing_text") != NULL ? ": " : "",
			    view_text(order, "billing_text") != NULL ? view_text(order, "billing_text") : "");
	}
	if (json_is_object(invoice))
		view_linef(stdout, "invoice", "%s, %s: %lld + tax %lld = %lld %s, due %s", view_text(invoice, "number"), view_text(invoice, "state"),
		    (long long)view_number(invoice, "net"), (long long)view_number(invoice, "tax"), (long long)view_number(invoice, "total"),
		    view_text(invoice, "currency"), view_text(invoice, "due_day"));
	if (json_is_object(invoice))
		print_due(open, renewal, invoice);
}

static enum fault
print_letters(const json_t *view, struct why *why)
{
	static const char *const heading[] = {"letter", "kind", "state", "since", "to", "answer or reason", NULL};
	struct table *t = table_new(heading);
	const json_t *letter;
	char number[32], when[VIEW_WHEN_MAX];
	size_t i;
	enum fault fault;

	json_array_foreach(json_object_get(view, "letters"), i, letter) {
		snprintf(number, sizeof number, "%lld", (long long)view_number(letter, "id"));
		table_add(t, number, view_text(letter, "kind"), view_text(letter, "state"), view_when(when, letter, "state_at"),
		    view_text(letter, "contact") != NULL ? view_text(letter, "contact") : "staff",
		    view_text(letter, "reason") != NULL ? view_text(letter, "reason") : view_text(letter, "answer"));
	}
	if (i == 0)
		puts("\nNo letter yet.");
	else
		putchar('\n');
	fault = i > 0 ? table_print(t, stdout, why) : FAULT_NONE;
	table_free(t);
	return fault;
}

/* What an event rests on: rules and words, or what staff decided. */
static void
print_evidence(const json_t *evidence)
{
	const json_t *rule;
	size_t i;

	if (view_text(evidence, "verdict") != NULL)
		view_linef(stdout, "", "    understood as %s", view_text(evidence, "verdict"));
	json_array_foreach(json_object_get(evidence, "rules"), i, rule)
		view_linef(stdout, "", "    \"%s\" (%s)", view_text(rule, "words") != NULL ? view_text(rule, "words") : "", view_text(rule, "rule"));
	if (view_number(evidence, "review") != 0)
		view_linef(stdout, "", "    review %lld%s%s", (long long)view_number(evidence, "review"),
		    view_text(evidence, "decision") != NULL ? ": " : "", view_text(evidence, "decision") != NULL ? view_text(evidence, "decision") : "");
	view_line(stdout, "", view_text(evidence, "note"));
}

static void
print_history(const json_t *view)
{
	const json_t *event;
	char when[VIEW_WHEN_MAX];
	size_t i;

	puts("\nHistory:");
	json_array_foreach(json_object_get(view, "events"), i, event) {
		const char *from = view_text(event, "from"), *to = view_text(event, "to"), *by = view_text(event, "by");
		struct buf line = BUF_MAX(4096);

		buf_add_text(&line, view_text(event, "event"));
		if (to != NULL)
			buf_addf(&line, ", %s%s%s", from != NULL ? from : "", from != NULL ? " → " : "", to);
		buf_addf(&line, " (%s)", by != NULL ? by : "mailproc");
		if (view_number(event, "message") != 0)
			buf_addf(&line, ", message %lld", (long long)view_number(event, "message"));
		view_line(stdout, view_when(when, event, "at") != NULL ? when : "", buf_text(&line));
		print_evidence(json_object_get(event, "evidence"));
		buf_release(&line);
	}
}

static void
print_messages(const json_t *view)
{
	const json_t *message;
	char when[VIEW_WHEN_MAX];
	size_t i;

	json_array_foreach(json_object_get(view, "messages"), i, message) {
		if (i == 0)
			puts("\nMails:");
		view_linef(stdout, view_when(when, message, "handled_at") != NULL ? when : "not yet read", "message %lld: %s%s%s",
		    (long long)view_number(message, "id"), view_text(message, "outcome") != NULL ? view_text(message, "outcome") : "-",
		    view_text(message, "reason") != NULL ? ", " : "", view_text(message, "reason") != NULL ? view_text(message, "reason") : "");
	}
}

static enum fault
print_renewal(struct command_open *open, const char *reference, const json_t *view, struct why *why)
{
	struct renewal renewal = {0};
	char when[VIEW_WHEN_MAX];
	bool found = false;
	enum fault fault = store_renewal_find(open->store, reference, &renewal, &found, why);

	if (fault != FAULT_NONE)
		return fault;
	view_linef(stdout, reference, "%s: %s since %s", view_text(view, "kind"), view_text(view, "state"), view_when(when, view, "state_at"));
	view_line(stdout, "", renewal_state_meaning(renewal.state));
	print_customer(view);
	print_certificate(json_object_get(view, "certificate"));
	print_sighting(json_object_get(view, "sighting"));
	fault = print_dates(open, &renewal, why);
	print_money(open, &renewal, view);
	if (fault == FAULT_NONE)
		fault = print_letters(view, why);
	print_history(view);
	print_messages(view);
	renewal_release(&renewal);
	return fault;
}

int
command_show(const struct command_context *context, int argc, char **argv)
{
	bool as_json = false;
	const struct command_option options[] = {{"json", &as_json, NULL}, {0}};
	struct command_open open;
	struct why why = {0};
	json_t *view = NULL;
	int words, status = command_read_options(argc, argv, options, 1, 1, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	status = command_open(&open, context, OPEN_STORE_READ);
	if (status != EX_OK)
		return status;
	fault = store_view_renewal(open.store, argv[1], &view, &why);
	if (fault == FAULT_NONE && view == NULL)
		fault = why_set(&why, FAULT_ITEM, "there is no renewal %s (mailproc list)", argv[1]);
	if (fault == FAULT_NONE && as_json)
		view_json(stdout, view);
	else if (fault == FAULT_NONE)
		fault = print_renewal(&open, argv[1], view, &why);
	json_decref(view);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

/* command_record.c - what staff know from elsewhere: a telephone call, a paper, a certificate that they have seen. */
#include "../command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../store/store_certificate.h"
#include "../../store/store_customer.h"
#include "../../store/store_renewal.h"
#include "../base/day.h"
#include "../base/file.h"
#include "../certificate.h"

enum { FILE_MAX_BYTES = 1 << 20, FILE_SECONDS = 10 };

static const struct {
	const char *word;
	enum renewal_event event;
	bool has_certificate; /* --certificate and --until say something about it */
} actions[] = {
    {"renew", EVENT_SAID_RENEW, false},
    {"decline", EVENT_SAID_DECLINE, false},
    {"invoice", EVENT_INVOICE_ASKED, false},
    {"applied", EVENT_APPLICATION_STARTED, false},
    {"issued", EVENT_ISSUED, false},
    {"installed", EVENT_INSTALLED, true},
    {"new-purchase", EVENT_NAME_CHANGED, false},
    {"pause", EVENT_PAUSED, false},
    {"resume", EVENT_RESUMED, false},
};
enum { ACTION_COUNT = sizeof actions / sizeof actions[0] };

struct record {
	const char *reference, *by, *note, *file, *until;
	size_t action;
	struct certificate_job job; /* the certificate in the file, when one is given */
	struct certificate installed; /* made of --until; borrows the text of the present one */
	struct certificate present;
	struct renewal renewal;
	json_t *evidence;
};

static void
record_release(struct record *r)
{
	certificate_jobs_release(&r->job, 1);
	certificate_release(&r->present);
	renewal_release(&r->renewal);
	json_decref(r->evidence);
}

/* ---- the certificate ---- */

/* Foreign bytes are read in a child, before any transaction. */
static enum fault
read_certificate(struct record *r, int64_t now, struct why *why)
{
	struct buf bytes = BUF_MAX(FILE_MAX_BYTES);
	enum fault fault = file_read(&bytes, r->file, why);

	if (fault == FAULT_NONE) {
		r->job.bytes = buf_span(&bytes);
		fault = certificate_look(&r->job, 1, 1, FILE_SECONDS, now, why);
	}
	r->job.bytes = (struct span){0};
	buf_release(&bytes);
	if (fault == FAULT_NONE && r->job.fault != FAULT_NONE)
		fault = why_set(why, FAULT_ITEM, "%s: %s", r->file, r->job.why.text);
	if (fault == FAULT_NONE && r->job.seen.is_request)
		fault = why_set(why, FAULT_ITEM, "%s is a certificate request, not a certificate", r->file);
	return fault;
}

/* Its end is all that is known: the rest is as in the present one. */
static enum fault
make_certificate(struct record *r, struct business *business, struct why *why)
{
	int64_t until;
	int day;

	if (!instant_parse(r->until, &until))
		return why_set(why, FAULT_ITEM, "--until \"%s\" is no day or time", r->until);
	if (day_parse(r->until, &day))
		until = day_start(day + 1) - 1;
	if (until <= business->now)
		return why_set(why, FAULT_ITEM, "--until \"%s\" has passed", r->until);
	r->installed = r->present;
	r->installed.not_before = business->now;
	r->installed.not_after = until;
	r->installed.serial = NULL;
	return FAULT_NONE;
}

/* The wrong file would close the renewal with the wrong certificate. */
static enum fault
check_certificate(const struct record *r, struct why *why)
{
	struct comparison comparison = {0};
	struct buf differences = BUF_MAX(64 << 10);
	enum fault fault = certificate_compare(&comparison, &r->present, &r->job.seen, "", why);

	if (fault == FAULT_NONE && r->job.seen.subject.not_after <= r->present.not_after)
		fault = why_set(why, FAULT_ITEM, "%s ends not later than the certificate on record", r->file);
	if (fault == FAULT_NONE && comparison.verdict == CERTIFICATE_NEW_PURCHASE) {
		certificate_add_differences(&differences, &comparison, &r->present, &r->job.seen);
		fault = why_set(why, FAULT_ITEM, "%s has another distinguished name: %s (record %s new-purchase)", r->file,
		    buf_text(&differences), r->reference);
	}
	comparison_release(&comparison);
	buf_release(&differences);
	return fault;
}

static enum fault
find_certificate(struct record *r, struct business *business, const struct certificate **out, struct why *why)
{
	enum fault fault = FAULT_NONE;

	if (r->file != NULL) {
		*out = &r->job.seen.subject;
		return check_certificate(r, why);
	}
	if (r->until != NULL) {
		fault = make_certificate(r, business, why);
		*out = &r->installed;
	}
	return fault;
}

/* ---- writing ---- */

static enum fault
set_paused(struct record *r, struct business *business, bool paused, struct why *why)
{
	struct customer customer = {0};
	struct event event = {.renewal = r->renewal.id, .at = business->now, .event = renewal_event_text(actions[r->action].event),
	    .by = r->by, .evidence = r->evidence};
	bool changed = false;
	enum fault fault = store_customer_get(business->store, r->renewal.customer, &customer, why);

	if (fault == FAULT_NONE && customer.paused == paused)
		fault = why_set(why, FAULT_ITEM, "the customer of %s is %s", r->reference, paused ? "paused already" : "not paused");
	if (fault == FAULT_NONE) {
		customer.paused = paused;
		free(customer.pause_note);
		customer.pause_note = strdup(paused && r->note != NULL ? r->note : "");
		fault = customer.pause_note != NULL ? store_customer_put(business->store, &customer, &changed, why)
						    : why_set(why, FAULT_STOP, "out of memory");
	}
	if (fault == FAULT_NONE)
		fault = store_event_add(business->store, &event, why);
	customer_release(&customer);
	return fault;
}

static enum fault
advance(struct record *r, struct business *business, struct why *why)
{
	struct occurrence occurrence = {.event = actions[r->action].event, .by = r->by, .evidence = r->evidence};
	const char *explanation = NULL;
	bool advanced = false;
	enum fault fault = find_certificate(r, business, &occurrence.certificate, why);

	if (fault == FAULT_NONE)
		fault = renewal_advance(business, r->renewal.id, &occurrence, &advanced, &explanation, why);
	if (fault == FAULT_NONE && !advanced)
		fault = why_set(why, FAULT_ITEM, "%s: '%s' cannot be recorded: %s", r->reference, actions[r->action].word, explanation);
	return fault;
}

static enum fault
load(struct record *r, struct business *business, struct why *why)
{
	bool found = false;
	enum fault fault = store_renewal_find(business->store, r->reference, &r->renewal, &found, why);

	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "there is no renewal %s (mailproc list)", r->reference);
	if (fault == FAULT_NONE)
		fault = store_certificate_get(business->store, r->renewal.certificate, &r->present, why);
	if (fault == FAULT_NONE && (r->evidence = json_pack("{s:s, s:s*}", "recorded", actions[r->action].word, "note", r->note)) == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory");
	return fault;
}

static enum fault
write_record(struct record *r, struct business *business, struct why *why)
{
	enum renewal_event event = actions[r->action].event;
	enum fault fault = store_begin(business->store, why);

	if (fault != FAULT_NONE)
		return fault;
	fault = load(r, business, why);
	if (fault == FAULT_NONE)
		fault = event == EVENT_PAUSED || event == EVENT_RESUMED ? set_paused(r, business, event == EVENT_PAUSED, why)
								       : advance(r, business, why);
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

/* ---- what it came to ---- */

static enum fault
print_result(const struct record *r, struct business *business, struct why *why)
{
	struct renewal after = {0};
	char day[DAY_TEXT_MAX];
	enum fault fault = store_renewal_get(business->store, r->renewal.id, &after, why);

	if (fault != FAULT_NONE)
		return fault;
	if (actions[r->action].event == EVENT_PAUSED)
		printf("%s: the customer gets no letters until record %s resume\n", r->reference, r->reference);
	else if (actions[r->action].event == EVENT_RESUMED)
		printf("%s: the customer gets letters again\n", r->reference);
	else if (after.state == r->renewal.state)
		printf("%s: recorded; it stays %s\n", r->reference, renewal_state_text(after.state));
	else
		printf("%s: %s, was %s%s%s\n", r->reference, renewal_state_text(after.state), renewal_state_text(r->renewal.state),
		    after.next_day != -1 ? "; next on " : "", after.next_day != -1 ? day_text(day, after.next_day) : "");
	renewal_release(&after);
	return FAULT_NONE;
}

static const char *
problem_of(const struct record *r)
{
	if (r->action == ACTION_COUNT)
		return "what happened is renew, decline, invoice, applied, issued, installed, new-purchase, pause or resume";
	if (r->by == NULL || *r->by == '\0')
		return "--by NAME is missing: the history says who knew it";
	if ((r->file != NULL || r->until != NULL) && !actions[r->action].has_certificate)
		return "--certificate and --until belong to installed";
	if (r->file != NULL && r->until != NULL)
		return "--certificate and --until do not go together";
	return NULL;
}

int
command_record(const struct command_context *context, int argc, char **argv)
{
	struct record r = {0};
	const struct command_option options[] = {
	    {"by", NULL, &r.by}, {"note", NULL, &r.note}, {"certificate", NULL, &r.file}, {"until", NULL, &r.until}, {0}};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 2, 2, &words);
	enum fault fault = FAULT_NONE;

	if (status != COMMAND_GO_ON)
		return status;
	r.reference = argv[1];
	while (r.action < ACTION_COUNT && strcmp(actions[r.action].word, argv[2]) != 0)
		r.action++;
	if (problem_of(&r) != NULL)
		return command_usage("record", problem_of(&r));
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	if (r.file != NULL)
		fault = read_certificate(&r, open.business.now, &why);
	if (fault == FAULT_NONE)
		fault = write_record(&r, &open.business, &why);
	if (fault == FAULT_NONE)
		fault = print_result(&r, &open.business, &why);
	record_release(&r);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

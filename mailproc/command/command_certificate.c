/*
 * command_certificate.c - a certificate as it is served, in a file, or asked for by a request; and the record beside it
 *
 * The store is wanted only for the comparison: without a configuration, or without a store, the certificate alone is shown.
 */
#include "../command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../store/store_certificate.h"
#include "../../store/store_renewal.h"
#include "../base/day.h"
#include "../base/file.h"
#include "../base/log.h"
#include "../base/table.h"
#include "../certificate.h"
#include "command_view.h"

enum { DAY_SECONDS = 24 * 60 * 60, LOOK_SECONDS = 10, AT_A_TIME = 8 };

struct looking {
	struct command_open open;
	const char *reference; /* --for; NULL */
	bool as_json, has_store;
};

/* One word of the command line. */
struct subject {
	const char *given;
	char host[CERTIFICATE_HOST_MAX];
	int port; /* 0: a file */
	struct certificate_job *job;
};

/* The certificate on record that it is compared with. */
struct on_record {
	bool found;
	struct certificate certificate;
	char *reference; /* owned; NULL: no renewal stands for it */
	struct comparison comparison;
	bool is_this; /* it is the one on record itself */
};

static void
on_record_release(struct on_record *r)
{
	certificate_release(&r->certificate);
	comparison_release(&r->comparison);
	free(r->reference);
	*r = (struct on_record){0};
}

/* ---- the record ---- */

static enum fault
find_for_reference(struct looking *l, struct on_record *out, struct why *why)
{
	struct renewal renewal = {0};
	enum fault fault = store_renewal_find(l->open.store, l->reference, &renewal, &out->found, why);

	if (fault == FAULT_NONE && !out->found)
		fault = why_set(why, FAULT_ITEM, "there is no renewal %s (mailproc list)", l->reference);
	if (fault == FAULT_NONE)
		fault = store_certificate_newest(l->open.store, renewal.term, &out->certificate, why);
	if (fault == FAULT_NONE && (out->reference = strdup(renewal.reference)) == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory");
	renewal_release(&renewal);
	return fault;
}

static enum fault
find_reference(struct looking *l, struct on_record *out, struct why *why)
{
	struct renewal renewal = {0};
	bool found = false;
	enum fault fault = store_renewal_of_term(l->open.store, out->certificate.term, RENEWAL_KIND_RENEWAL, &renewal, &found, why);

	if (fault == FAULT_NONE && found && (out->reference = strdup(renewal.reference)) == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory");
	renewal_release(&renewal);
	return fault;
}

/* By the name that was looked at, or by the names in it. */
static enum fault
find_by_name(struct looking *l, const struct subject *s, struct on_record *out, struct why *why)
{
	const struct certificate *seen = &s->job->seen.subject;
	enum fault fault = FAULT_NONE;

	if (s->port != 0)
		fault = store_certificate_of_name(l->open.store, s->host, &out->certificate, &out->found, why);
	if (fault == FAULT_NONE && !out->found && seen->common_name != NULL)
		fault = store_certificate_of_name(l->open.store, seen->common_name, &out->certificate, &out->found, why);
	for (size_t i = 0; fault == FAULT_NONE && !out->found && seen->name != NULL && seen->name[i] != NULL; i++)
		fault = store_certificate_of_name(l->open.store, seen->name[i], &out->certificate, &out->found, why);
	return fault == FAULT_NONE && out->found ? find_reference(l, out, why) : fault;
}

static enum fault
find_record(struct looking *l, const struct subject *s, struct on_record *out, struct why *why)
{
	const struct certificate_seen *seen = &s->job->seen;
	const struct config_authority *authority;
	enum fault fault;

	if (!l->has_store)
		return FAULT_NONE;
	fault = l->reference != NULL ? find_for_reference(l, out, why) : find_by_name(l, s, out, why);
	if (fault != FAULT_NONE || !out->found)
		return fault;
	authority = config_find_authority(l->open.config, out->certificate.authority);
	out->is_this = !seen->is_request && seen->subject.not_after == out->certificate.not_after;
	return certificate_compare(&out->comparison, &out->certificate, seen, authority != NULL ? authority->issuers : "", why);
}

/* ---- for people ---- */

/* "2027-01-21 (Thu) 08:59:59 +09:00 (Asia/Tokyo)" */
static const char *
moment(char out[128], int64_t at)
{
	static const char *const weekday[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	char text[DAY_TEXT_MAX];
	const char *time = strchr(instant_text(text, at), 'T'); /* after a year of any length: RFC 5280 knows 9999-12-31T23:59:59Z */

	snprintf(out, 128, "%.*s (%s) %.8s %s (%s)", (int)(time - text), text, weekday[day_weekday(day_of_instant(at))], time + 1, time + 9, day_zone());
	return out;
}

static int
days_left(int64_t now, int64_t end)
{
	return day_of_instant(end) - day_of_instant(now);
}

static void
print_dates(const struct certificate *c, int64_t now)
{
	int days = days_left(now, c->not_after);
	char text[128];

	view_line(stdout, "valid from", moment(text, c->not_before));
	if (now > c->not_after)
		view_linef(stdout, "until", "%s: expired %d day%s ago", moment(text, c->not_after), -days, days == -1 ? "" : "s");
	else
		view_linef(stdout, "until", "%s: %d day%s left", moment(text, c->not_after), days, days == 1 ? "" : "s");
}

static void
print_names(const char *label, char **name)
{
	struct buf text = BUF_MAX(64 << 10);

	for (size_t i = 0; name != NULL && name[i] != NULL; i++)
		buf_addf(&text, "%s%s", i > 0 ? ", " : "", name[i]);
	view_line(stdout, label, buf_text(&text));
	buf_release(&text);
}

static void
print_seen(const struct subject *s, int64_t now)
{
	const struct certificate_seen *seen = &s->job->seen;
	struct buf text = BUF_MAX(64 << 10);

	if (s->port != 0)
		view_linef(stdout, "server", "%s, port %d", s->host, s->port);
	else
		view_linef(stdout, "file", "%s: a certificate%s", s->given, seen->is_request ? " request" : "");
	certificate_add_subject(&text, &seen->subject);
	view_line(stdout, seen->is_request ? "asks for" : "certificate", buf_text(&text));
	print_names("names", seen->subject.name);
	if (!seen->is_request) {
		view_linef(stdout, "issuer", "%s%s%s", seen->issuer_organization != NULL ? seen->issuer_organization : "",
		    seen->issuer_organization != NULL && seen->issuer_common_name != NULL ? ", " : "",
		    seen->issuer_common_name != NULL ? seen->issuer_common_name : "");
		view_line(stdout, "serial", seen->subject.serial);
		print_dates(&seen->subject, now);
	}
	buf_clear(&text);
	certificate_add_problems(&text, seen);
	view_line(stdout, "problems", seen->problems != 0 ? buf_text(&text) : "none");
	buf_release(&text);
}

static const char *
verdict_sentence(const struct on_record *r, bool is_request)
{
	switch (r->comparison.verdict) {
	case CERTIFICATE_RENEWAL:
		return is_request ? "a renewal: the distinguished name is that of the certificate" : "the distinguished name is that on record";
	case CERTIFICATE_NEW_PURCHASE:
		return is_request ? "a new purchase: the distinguished name changes" : "the distinguished name is another one: no renewal of the one on record";
	case CERTIFICATE_UNSURE:
		return "a person looks: see the table";
	}
	return "";
}

static enum fault
print_record(const struct on_record *r, const struct certificate_seen *seen, struct why *why)
{
	const char *const heading[] = {"", "on record", seen->is_request ? "asked for" : "served", "what it means", NULL};
	struct table *t = table_new(heading);
	char before[DAY_TEXT_MAX], after[DAY_TEXT_MAX];
	enum fault fault;

	view_linef(stdout, "on record", "%s%s", r->reference != NULL ? r->reference : "yes", r->is_this ? ", this certificate" : "");
	for (int i = 0; i < certificate_field_count; i++) {
		enum certificate_field field = (enum certificate_field)i;
		const char *was = certificate_field_of(&r->certificate, field), *is = certificate_field_of(&seen->subject, field);

		if (*was != '\0' || *is != '\0')
			table_add(t, certificate_field_attribute(field), *was != '\0' ? was : NULL, *is != '\0' ? is : NULL,
			    field_finding_meaning(field, r->comparison.field[i], seen->is_request));
	}
	for (size_t i = 0; r->comparison.lost != NULL && r->comparison.lost[i] != NULL; i++)
		table_add(t, "name", r->comparison.lost[i], NULL, "this host name loses cover");
	for (size_t i = 0; r->comparison.added != NULL && r->comparison.added[i] != NULL; i++)
		table_add(t, "name", NULL, r->comparison.added[i], "new");
	if (r->comparison.is_other_authority)
		table_add(t, "issuer", r->certificate.authority, seen->issuer_organization, "another authority: a person looks");
	if (!seen->is_request)
		table_add(t, "until", instant_text_short(before, r->certificate.not_after), instant_text_short(after, seen->subject.not_after),
		    r->is_this ? "same" : seen->subject.not_after > r->certificate.not_after ? "later: a newer certificate" : "earlier: an older certificate");
	fault = table_print(t, stdout, why);
	table_free(t);
	view_line(stdout, "so it is", verdict_sentence(r, seen->is_request));
	return fault;
}

/* ---- for programs ---- */

static json_t *
names_json(char **name)
{
	json_t *list = json_array();

	for (size_t i = 0; name != NULL && name[i] != NULL; i++)
		json_array_append_new(list, json_string(name[i]));
	return list;
}

static json_t *
record_json(const struct on_record *r, const struct certificate_seen *seen)
{
	json_t *list = json_array();
	char end[DAY_TEXT_MAX];

	if (!r->found) {
		json_decref(list);
		return json_null();
	}
	for (int i = 0; i < certificate_field_count; i++) {
		enum certificate_field field = (enum certificate_field)i;

		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s}", "field", certificate_field_text(field), "record", certificate_field_of(&r->certificate, field),
			"seen", certificate_field_of(&seen->subject, field), "finding", field_finding_text(r->comparison.field[i])));
	}
	return json_pack("{s:s?, s:b, s:s, s:s, s:o, s:o, s:o, s:b}", "reference", r->reference, "is_this", r->is_this, "not_after",
	    instant_text(end, r->certificate.not_after), "verdict", certificate_verdict_text(r->comparison.verdict), "fields", list, "lost",
	    names_json(r->comparison.lost), "added", names_json(r->comparison.added), "other_authority", r->comparison.is_other_authority);
}

static void
print_json(const struct subject *s, const struct on_record *r, int64_t now)
{
	const struct certificate_seen *seen = &s->job->seen;
	json_t *row = s->job->fault == FAULT_NONE ? certificate_seen_json(seen) : json_object();
	char text[DAY_TEXT_MAX];

	json_object_set_new(row, "source", json_string(s->given));
	if (s->job->fault != FAULT_NONE) {
		json_object_set_new(row, "fault", json_string(s->job->why.text));
	} else {
		json_object_set_new(row, "not_before", seen->is_request ? json_null() : json_string(instant_text(text, seen->subject.not_before)));
		json_object_set_new(row, "not_after", seen->is_request ? json_null() : json_string(instant_text(text, seen->subject.not_after)));
		json_object_set_new(row, "days_left", seen->is_request ? json_null() : json_integer(days_left(now, seen->subject.not_after)));
		json_object_set_new(row, "record", record_json(r, seen));
	}
	view_json(stdout, row);
	json_decref(row);
}

/* ---- the command ---- */

/* A word with a slash, or the name of a file that is there, is a file; anything else is a host. */
static enum fault
sort_out(struct subject *s, const char *given, struct buf *bytes, struct why *why)
{
	s->given = given;
	if (strchr(given, '/') != NULL || file_exists(given)) {
		enum fault fault = file_read(bytes, given, why);

		s->job->bytes = buf_span(bytes);
		return fault;
	}
	if (!certificate_split_host(given, s->host, &s->port))
		return why_set(why, FAULT_ITEM, "there is no such file, and it is not a host name");
	s->job->host = s->host;
	s->job->port = s->port;
	return FAULT_NONE;
}

static enum fault
show(struct looking *l, const struct subject *s, struct why *why)
{
	struct on_record record = {0};
	int64_t now = l->open.business.now;
	enum fault fault = s->job->fault;

	if (fault != FAULT_NONE)
		*why = s->job->why;
	if (fault != FAULT_NONE && l->as_json)
		print_json(s, &record, now);
	if (fault != FAULT_NONE)
		return why_before(why, fault, "%s", s->given);
	fault = find_record(l, s, &record, why);
	if (fault == FAULT_NONE && l->as_json) {
		print_json(s, &record, now);
	} else if (fault == FAULT_NONE) {
		print_seen(s, now);
		if (record.found)
			fault = print_record(&record, &s->job->seen, why);
		else if (l->has_store)
			view_line(stdout, "on record", "no");
	}
	on_record_release(&record);
	return fault;
}

/* The first fault decides the exit status; all of them are told. */
static int
look_and_show(struct looking *l, struct subject *subject, struct certificate_job *job, struct buf *bytes, char **word, size_t count)
{
	int seconds = l->open.config != NULL ? l->open.config->look_seconds : LOOK_SECONDS, status = EX_OK, failed;
	struct why why = {0};
	bool shown = false;
	enum fault fault;

	for (size_t i = 0; i < count; i++) {
		subject[i].job = &job[i];
		job[i].fault = sort_out(&subject[i], word[i], &bytes[i], &job[i].why);
	}
	fault = certificate_look(job, count, AT_A_TIME, seconds, l->open.business.now, &why);
	if (fault != FAULT_NONE)
		return command_fail(fault, &why);
	for (size_t i = 0; i < count; i++) {
		if (shown && job[i].fault == FAULT_NONE && !l->as_json)
			putchar('\n');
		shown = shown || job[i].fault == FAULT_NONE;
		fault = show(l, &subject[i], &why);
		failed = fault != FAULT_NONE ? command_fail(fault, &why) : EX_OK;
		status = status == EX_OK ? failed : status;
	}
	certificate_jobs_release(job, count);
	return status;
}

static int
open_what_is_there(struct looking *l, const struct command_context *context)
{
	int status;

	l->open.business.now = context->now;
	if (context->now_text != NULL && !instant_parse(context->now_text, &l->open.business.now))
		return command_usage("certificate", "--now cannot be read");
	if (l->reference == NULL && !file_exists(context->config_path))
		return EX_OK;
	status = command_open(&l->open, context, OPEN_CONFIG);
	if (status != EX_OK || (l->reference == NULL && !file_exists(l->open.config->store)))
		return status;
	command_close(&l->open);
	l->has_store = true;
	return command_open(&l->open, context, OPEN_STORE_READ);
}

int
command_certificate(const struct command_context *context, int argc, char **argv)
{
	struct looking l = {0};
	const struct command_option options[] = {{"json", &l.as_json, NULL}, {"for", NULL, &l.reference}, {0}};
	struct subject *subject;
	struct certificate_job *job;
	struct buf *bytes;
	int words, status = command_read_options(argc, argv, options, 1, argc, &words);

	if (status != COMMAND_GO_ON)
		return status;
	status = open_what_is_there(&l, context);
	if (status != EX_OK)
		return status;
	subject = calloc((size_t)words, sizeof *subject);
	job = calloc((size_t)words, sizeof *job);
	bytes = calloc((size_t)words, sizeof *bytes);
	for (int i = 0; bytes != NULL && i < words; i++)
		bytes[i] = BUF_MAX(CERTIFICATE_MAX_BYTES);
	if (subject == NULL || job == NULL || bytes == NULL)
		status = command_fail(FAULT_STOP, &(struct why){"out of memory"});
	else
		status = look_and_show(&l, subject, job, bytes, argv + 1, (size_t)words);
	for (int i = 0; bytes != NULL && i < words; i++)
		buf_release(&bytes[i]);
	free(bytes);
	free(job);
	free(subject);
	command_close(&l.open);
	return status;
}

/*
 * renewal_request.c - the certificate requests (CSR) in a mail, beside the certificates that it is about
 *
 * A request for another distinguished name makes a new purchase of a renewal, whatever the words of the mail say. Requests are foreign bytes: they are read in
 * processes of their own, before any transaction.
 */
#include "renewal_inner.h"

#include <string.h>
#include <strings.h>

#include "../base/buf.h"
#include "../certificate.h"

enum { READ_SECONDS = 5, NOTE_MAX = 8 << 10 };

/* The certificate on record that the request is for: of the same common name, or the only one that is asked about. */
static enum fault
find_record(struct business *business, const struct match *match, const struct certificate *asked, struct certificate *out, bool *found,
    struct why *why)
{
	enum fault fault = FAULT_NONE;

	*found = false;
	for (size_t i = 0; i < match->renewal_count && fault == FAULT_NONE && !*found; i++) {
		struct renewal renewal = {0};
		struct certificate certificate = {0};

		fault = store_renewal_get(business->store, match->renewal[i], &renewal, why);
		if (fault == FAULT_NONE)
			fault = store_certificate_newest(business->store, renewal.term, &certificate, why);
		*found = fault == FAULT_NONE && (match->renewal_count == 1 || (asked->common_name != NULL && certificate.common_name != NULL &&
							 strcasecmp(asked->common_name, certificate.common_name) == 0));
		if (*found) {
			*out = certificate;
			certificate = (struct certificate){0};
		}
		certificate_release(&certificate);
		renewal_release(&renewal);
	}
	return fault;
}

static bool
is_like(const struct comparison *c, const struct certificate_seen *seen)
{
	return c->verdict == CERTIFICATE_RENEWAL && c->lost == NULL && seen->problems == 0;
}

static enum fault
compare_request(struct business *business, const struct certificate_seen *seen, struct match *match, struct buf *note, struct why *why)
{
	struct certificate record = {0};
	struct comparison comparison = {0};
	const char *name = seen->subject.common_name != NULL ? seen->subject.common_name
	    : seen->subject.name != NULL		      ? seen->subject.name[0]
							      : "no name";
	struct buf differences = BUF_MAX(NOTE_MAX);
	bool found;
	enum fault fault = find_record(business, match, &seen->subject, &record, &found, why);

	if (fault == FAULT_NONE && found)
		fault = certificate_compare(&comparison, &record, seen, "", why);
	if (fault != FAULT_NONE)
		goto out;
	buf_addf(note, "a certificate request for %.200s: ", name);
	if (!found) {
		buf_add_text(note, match->renewal_count > 0 ? "none of the certificates that it is about has this name" : "it is not known for which certificate");
		match->request_differs = match->request_differs || match->renewal_count > 0;
	} else if (is_like(&comparison, seen)) {
		buf_add_text(note, "the distinguished name of the certificate, so it is a renewal");
	} else {
		certificate_add_differences(&differences, &comparison, &record, seen);
		certificate_add_problems(&differences, seen);
		buf_add_text(note, buf_text(&differences));
		match->request_differs = true;
	}
out:
	buf_release(&differences);
	comparison_release(&comparison);
	certificate_release(&record);
	return fault;
}

enum fault
match_requests(struct business *business, const struct message *message, struct match *match, struct why *why)
{
	struct certificate_job job[MESSAGE_MAX_REQUESTS] = {0};
	size_t count = message->request_count < MESSAGE_MAX_REQUESTS ? message->request_count : MESSAGE_MAX_REQUESTS;
	struct buf note = BUF_MAX(4 * NOTE_MAX);
	struct why text = {0};
	enum fault fault = FAULT_NONE;

	if (count == 0)
		return FAULT_NONE;
	for (size_t i = 0; i < count; i++)
		job[i].bytes = span_of(message->request[i]);
	fault = certificate_look(job, count, MESSAGE_MAX_REQUESTS, READ_SECONDS, business->now, why);
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++) {
		if (i > 0)
			buf_add_text(&note, "; ");
		if (job[i].fault == FAULT_NONE) {
			fault = compare_request(business, &job[i].seen, match, &note, why);
		} else {
			buf_addf(&note, "a certificate request that cannot be read: %s", job[i].why.text);
			match->request_differs = true;
		}
	}
	/* A cause has a limit of its own, and is cut between characters. */
	(void)why_set(&text, FAULT_NONE, "%.700s", buf_text(&note));
	snprintf(match->request_note, sizeof match->request_note, "%s", text.text);
	certificate_jobs_release(job, count);
	buf_release(&note);
	return fault;
}

/*
 * look.c - which servers, and what follows from what they serve
 *
 * The looks of a batch are done first, without a transaction; then each is written in one of its own, with the renewal as it is by then.
 */
#include "look.h"

#include <stdlib.h>
#include <string.h>

#include "../store/store_certificate.h"
#include "../store/store_customer.h"
#include "../store/store_renewal.h"
#include "base/day.h"
#include "base/log.h"

enum { BATCH = 64, AT_A_TIME = 8 };

struct look {
	int64_t renewal;
	char host[CERTIFICATE_HOST_MAX]; /* "" where there is no name to look at */
};

/* What is on record of a renewal. */
struct present {
	struct renewal renewal;
	struct term term;
	struct certificate certificate; /* the newest of the term */
	struct customer customer;
};

static void
present_release(struct present *p)
{
	renewal_release(&p->renewal);
	term_release(&p->term);
	certificate_release(&p->certificate);
	customer_release(&p->customer);
}

static enum fault
present_get(struct business *business, int64_t renewal, struct present *out, struct why *why)
{
	enum fault fault = store_renewal_get(business->store, renewal, &out->renewal, why);

	if (fault == FAULT_NONE)
		fault = store_term_get(business->store, out->renewal.term, &out->term, why);
	if (fault == FAULT_NONE)
		fault = store_certificate_newest(business->store, out->renewal.term, &out->certificate, why);
	if (fault == FAULT_NONE)
		fault = store_customer_get(business->store, out->renewal.customer, &out->customer, why);
	return fault;
}

/* ---- before ---- */

const char *
look_host(const struct certificate *c)
{
	if (c->common_name != NULL && strchr(c->common_name, '*') == NULL)
		return c->common_name;
	for (size_t i = 0; c->name != NULL && c->name[i] != NULL; i++)
		if (strchr(c->name[i], '*') == NULL)
			return c->name[i];
	return NULL;
}

static enum fault
prepare(struct business *business, int64_t renewal, struct look *look, struct certificate_job *job, struct why *why)
{
	struct present present = {0};
	const char *host;
	bool is_address;
	enum fault fault = present_get(business, renewal, &present, why);

	look->renewal = renewal;
	host = look_host(&present.certificate);
	if (host == NULL || !certificate_host(look->host, host, &is_address)) {
		look->host[0] = '\0';
		job->fault = FAULT_ITEM; /* nothing to do */
	}
	job->host = look->host;
	job->port = business->config->look_port;
	job->connect_to = business->config->look_connect_to;
	present_release(&present);
	return fault;
}

/* ---- after ---- */

static enum fault
close_renewal(struct business *business, const struct present *present, const struct certificate_seen *seen, const char *host, bool *closed,
    struct why *why)
{
	struct occurrence occurrence = {.event = EVENT_INSTALLED, .by = "mailproc", .is_silent = present->customer.paused};
	struct certificate installed = seen->subject; /* borrows its text */
	const char *explanation = NULL;
	char end[DAY_TEXT_MAX], note[512];
	enum fault fault;

	if (installed.common_name == NULL) /* it stands among the names only */
		installed.common_name = present->certificate.common_name;
	snprintf(note, sizeof note, "%s serves a certificate until %s, serial %s, issued by %s", host,
	    instant_text_short(end, seen->subject.not_after), seen->subject.serial != NULL ? seen->subject.serial : "",
	    seen->issuer_organization != NULL ? seen->issuer_organization : "an authority without a name");
	occurrence.evidence = json_pack("{s:s, s:s, s:s, s:s}", "note", note, "host", host, "serial",
	    seen->subject.serial != NULL ? seen->subject.serial : "", "not_after", instant_text(end, seen->subject.not_after));
	if (occurrence.evidence == NULL)
		return why_set(why, FAULT_STOP, "no memory for an event");
	occurrence.certificate = &installed;
	fault = renewal_advance(business, present->renewal.id, &occurrence, closed, &explanation, why);
	json_decref(occurrence.evidence);
	if (fault == FAULT_NONE && !*closed)
		log_step("%s: %s", present->renewal.reference, explanation);
	return fault;
}

static bool
awaits_certificate(const struct renewal *renewal)
{
	/* A re-issue needs no decision and no money: its certificate may be there before anybody said that it was applied for. */
	return renewal->state == RENEWAL_APPLIED || renewal->kind == RENEWAL_KIND_REISSUE;
}

static enum fault
judge(struct business *business, const struct present *present, const struct certificate_job *job, const char *host, const char *obstacle,
    struct sighting *sighting, struct buf *detail, bool *closed, struct why *why)
{
	const struct config_authority *authority = config_find_authority(business->config, present->certificate.authority);
	const struct look_record record = {.certificate = &present->certificate,
	    .kind = present->renewal.kind,
	    .term_ends_at = present->term.ends_at,
	    .issuers = authority != NULL ? authority->issuers : "",
	    .is_public = authority == NULL || authority->is_public};
	struct look_judgement judgement = {0};
	enum fault fault = look_judge(&judgement, detail, &record, &job->seen, why);

	sighting->finding = judgement.finding;
	sighting->is_for_staff = judgement.is_for_staff;
	sighting->not_after = job->seen.subject.not_after;
	sighting->serial = job->seen.subject.serial;
	if (fault == FAULT_NONE && judgement.closes && awaits_certificate(&present->renewal) && obstacle == NULL)
		fault = close_renewal(business, present, &job->seen, host, closed, why);
	if (fault == FAULT_NONE && judgement.closes && !*closed) {
		sighting->is_for_staff = true;
		if (obstacle != NULL)
			buf_addf(detail, "; it cannot close the renewal: %s", obstacle);
		else
			buf_addf(detail, "; the renewal is '%s': staff say whether this certificate closes it", renewal_state_text(present->renewal.state));
	}
	return fault;
}

/* obstacle: why closing the renewal has failed already, and is not tried again; NULL: it has not been tried. */
static enum fault
settle(struct business *business, const struct look *look, const struct certificate_job *job, const char *obstacle, struct look_counts *counts,
    struct why *why)
{
	struct sighting sighting = {.renewal = look->renewal, .looked_at = business->now, .host = (char *)(uintptr_t)look->host};
	struct present present = {0};
	struct buf detail = BUF_MAX(16 << 10);
	bool is_news = false, closed = false;
	enum fault fault = present_get(business, look->renewal, &present, why);

	if (fault != FAULT_NONE)
		goto out;
	if (look->host[0] == '\0') {
		sighting.finding = SIGHTING_NOT_CHECKED;
	} else if (job->fault != FAULT_NONE) {
		sighting.finding = SIGHTING_AWAY;
		buf_add_text(&detail, job->why.text);
	} else {
		fault = judge(business, &present, job, look->host, obstacle, &sighting, &detail, &closed, why);
	}
	sighting.detail = (char *)(uintptr_t)buf_text(&detail);
	if (fault == FAULT_NONE)
		fault = store_sighting_put(business->store, &sighting, &is_news, why);
	if (fault != FAULT_NONE)
		goto out;
	counts->looked += look->host[0] != '\0';
	counts->installed += closed;
	counts->away += sighting.finding == SIGHTING_AWAY;
	counts->not_checked += sighting.finding == SIGHTING_NOT_CHECKED;
	counts->parked += sighting.is_for_staff && is_news;
	log_step("%s: looked at %s: %s%s%s", present.renewal.reference, look->host, sighting_finding_text(sighting.finding),
	    detail.n > 0 ? ": " : "", buf_text(&detail));
out:
	present_release(&present);
	buf_release(&detail);
	return fault;
}

static enum fault
settle_apart(struct business *business, const struct look *look, const struct certificate_job *job, const char *obstacle,
    struct look_counts *counts, struct why *why)
{
	struct look_counts after = *counts;
	enum fault fault = store_begin(business->store, why);

	if (fault != FAULT_NONE)
		return fault;
	fault = settle(business, look, job, obstacle, &after, why);
	if (fault == FAULT_NONE)
		fault = store_commit(business->store, why);
	store_rollback(business->store);
	if (fault == FAULT_NONE)
		*counts = after;
	return fault;
}

/* One look in a transaction of its own. Where the records do not allow the renewal to be closed (a product that is gone), staff see what was seen, and why. */
static enum fault
settle_or_tell(struct business *business, const struct look *look, const struct certificate_job *job, struct look_counts *counts,
    struct why *why)
{
	struct why cause = {0}, obstacle;
	enum fault fault = settle_apart(business, look, job, NULL, counts, &cause);

	if (fault == FAULT_ITEM) {
		obstacle = cause;
		fault = settle_apart(business, look, job, obstacle.text, counts, &cause);
	}
	return fault == FAULT_NONE ? FAULT_NONE : why_set(why, fault, "%s", cause.text);
}

static enum fault
look_at(struct business *business, const int64_t *ids, size_t count, struct look_counts *counts, struct why *why)
{
	struct look *look = calloc(count, sizeof *look);
	struct certificate_job *job = calloc(count, sizeof *job);
	enum fault fault = FAULT_NONE;

	if (look == NULL || job == NULL)
		fault = why_set(why, FAULT_STOP, "no memory for looking at servers");
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++)
		fault = prepare(business, ids[i], &look[i], &job[i], why);
	if (fault == FAULT_NONE)
		fault = certificate_look(job, count, AT_A_TIME, business->config->look_seconds, business->now, why);
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++)
		fault = settle_or_tell(business, &look[i], &job[i], counts, why);
	if (job != NULL)
		certificate_jobs_release(job, count);
	free(job);
	free(look);
	return fault;
}

enum fault
look_run(struct business *business, struct look_counts *counts, struct why *why)
{
	size_t max = (size_t)business->config->look_max, count = 0;
	int today = day_of_instant(business->now);
	int64_t *ids = calloc(max + 1, sizeof *ids);
	enum fault fault = FAULT_NONE;

	if (ids == NULL)
		return why_set(why, FAULT_STOP, "no memory for looking at servers");
	if (max > 0)
		fault = store_sighting_due(business->store, today, day_start(today), ids, max, &count, why);
	for (size_t done = 0; fault == FAULT_NONE && done < count; done += BATCH)
		fault = look_at(business, ids + done, count - done < BATCH ? count - done : BATCH, counts, why);
	free(ids);
	return fault;
}

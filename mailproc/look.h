/*
 * look.h - looks at the servers of certificates that are near their end
 *
 * In:    renewals whose window is open, and those whose new certificate should be installed
 * Out:   sightings: what is served, beside what is on record; a new certificate closes its renewal
 *
 * A run looks at a server once a day, at so many in all, several at a time, each with a deadline; nothing is looked at while a transaction is open, and a
 * server that is away costs nothing but its line. What is new but not as expected is for staff: shown by status, list and show.
 *
 * Faults: those of the store; what is wrong with a server is a finding.
 */
#ifndef MAILPROC_LOOK_H
#define MAILPROC_LOOK_H

#include "../store/store_sighting.h"
#include "base/buf.h"
#include "certificate.h"
#include "renewal.h"

struct look_counts {
	size_t looked;	  /* at servers */
	size_t installed; /* new certificates that closed their renewal */
	size_t away, not_checked;
	size_t parked;	  /* newly for staff */
};
MUST_USE enum fault look_run(struct business *business, struct look_counts *counts, struct why *why);

/* ---- what is seen, judged: a pure function ---- */

struct look_judgement {
	enum sighting_finding finding;
	bool is_for_staff;
	bool closes; /* it is what a renewal waits for that has been applied for */
};
struct look_record {
	const struct certificate *certificate; /* the newest of the term */
	enum renewal_kind kind;
	int64_t term_ends_at;
	const char *issuers; /* of its authority; "" any */
	bool is_public;	     /* else its authority need not be known to this system */
};
/* detail: what a person should know of it, in words. */
MUST_USE enum fault look_judge(struct look_judgement *out, struct buf *detail, const struct look_record *record,
    const struct certificate_seen *seen, struct why *why);

/* The name under which a certificate can be looked at: a wildcard's other name. NULL: there is none. Borrowed. */
const char *look_host(const struct certificate *certificate);

#endif

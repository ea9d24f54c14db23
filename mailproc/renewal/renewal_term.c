/* renewal_term.c - what follows a new certificate: the next term, the next renewal, and re-issues inside the term. */
#include "renewal_inner.h"

#include <stdlib.h>

#include "../base/day.h"

enum { DAY_SECONDS = 24 * 60 * 60 };

/* ---- passages ---- */

static enum fault
add_passage(struct business *business, enum renewal_kind kind, int64_t term, int64_t certificate, enum renewal_event happened,
    json_t *evidence, const char *by, struct why *why)
{
	struct renewal renewal = {.kind = kind, .term = term, .certificate = certificate, .next_day = -1, .created_at = business->now};
	struct event event = {.at = business->now, .event = renewal_event_text(happened),
	    .to_state = renewal_state_text(RENEWAL_UPCOMING), .by = by, .evidence = evidence};
	enum fault fault = store_renewal_add(business->store, &renewal, business->config->reference_prefix,
	    day_year(day_of_instant(business->now)), why);

	event.renewal = renewal.id;
	if (fault == FAULT_NONE)
		fault = store_event_add(business->store, &event, why);
	if (fault == FAULT_NONE)
		fault = schedule_write(business, renewal.id, why);
	renewal_release(&renewal);
	return fault;
}

static bool
is_open(enum renewal_state state)
{
	return state != RENEWAL_RENEWED && state != RENEWAL_LAPSED && state != RENEWAL_REPLACED;
}

/* The renewal of the term: a new one, or the one that is open is told of the certificate. */
static enum fault
begin_renewal(struct business *business, int64_t term, int64_t certificate, enum renewal_event event, json_t *evidence, const char *by,
    struct why *why)
{
	struct renewal present = {0};
	bool found = false;
	enum fault fault = store_renewal_of_term(business->store, term, RENEWAL_KIND_RENEWAL, &present, &found, why);

	if (fault == FAULT_NONE && !found)
		fault = add_passage(business, RENEWAL_KIND_RENEWAL, term, certificate, event, evidence, by, why);
	else if (fault == FAULT_NONE && is_open(present.state) && present.certificate != certificate)
		fault = store_renewal_set_certificate(business->store, present.id, certificate, why);
	renewal_release(&present);
	return fault;
}

static enum fault
begin_reissue(struct business *business, int64_t term_id, int64_t certificate_id, enum renewal_event event, json_t *evidence,
    const char *by, struct why *why)
{
	struct term term = {0};
	struct certificate certificate = {0};
	struct renewal present = {0};
	bool found = false;
	enum fault fault = store_term_get(business->store, term_id, &term, why);

	if (fault == FAULT_NONE)
		fault = store_certificate_get(business->store, certificate_id, &certificate, why);
	if (fault == FAULT_NONE)
		fault = store_renewal_of_certificate(business->store, certificate_id, RENEWAL_KIND_REISSUE, &present, &found, why);
	if (fault == FAULT_NONE && !found && day_of_instant(certificate.not_after) < day_of_instant(term.ends_at))
		fault = add_passage(business, RENEWAL_KIND_REISSUE, term_id, certificate_id, event, evidence, by, why);
	renewal_release(&present);
	certificate_release(&certificate);
	term_release(&term);
	return fault;
}

enum fault
renewal_begin(struct business *business, int64_t term, int64_t certificate, enum renewal_event event, json_t *evidence, const char *by,
    struct why *why)
{
	enum fault fault = begin_renewal(business, term, certificate, event, evidence, by, why);

	if (fault == FAULT_NONE)
		fault = begin_reissue(business, term, certificate, event, evidence, by, why);
	return fault;
}

/* ---- the certificate that closes a passage ---- */

/* Nobody has seen it yet: it begins today and lasts as long as the term, or as browsers accept. */
static int64_t
assumed_end(const struct business *business, const struct certificate *present, int64_t term_ends_at)
{
	const struct config_authority *authority = config_find_authority(business->config, present->authority);
	int64_t cap = business->now + (int64_t)policy_validity_days(day_of_instant(business->now), NULL) * DAY_SECONDS;

	return (authority == NULL || authority->is_public) && cap < term_ends_at ? cap : term_ends_at;
}

/* The new certificate as it is recorded: what is known of it, the rest as in the present one. */
static enum fault
put_certificate(struct business *business, const struct certificate *present, const struct certificate *seen, int64_t term,
    int64_t term_ends_at, int64_t *id, struct why *why)
{
	struct certificate made = seen != NULL ? *seen : *present; /* borrows their text */
	bool changed = false;
	enum fault fault;

	made.id = 0;
	made.term = term;
	if (seen == NULL) {
		made.not_before = business->now;
		made.not_after = assumed_end(business, present, term_ends_at);
		made.serial = (char *)(uintptr_t)"";
	} else if (made.authority == NULL || made.authority[0] == '\0') {
		made.authority = present->authority;
	}
	fault = store_certificate_put(business->store, &made, &changed, why);
	*id = made.id;
	return fault;
}

/* The term that follows: from the end of the present one, so long as the product says. */
static enum fault
put_next_term(struct business *business, const struct passage *passage, int64_t *id, struct why *why)
{
	struct term present = {0}, next = {0};
	bool changed = false;
	enum fault fault = store_term_get(business->store, passage->renewal.term, &present, why);

	if (fault == FAULT_NONE) {
		next = (struct term){.customer = present.customer, .product = present.product, .common_name = present.common_name,
		    .starts_at = present.ends_at, .ends_at = passage->policy.next_term_ends_at, .previous = present.id};
		fault = store_term_put(business->store, &next, &changed, why);
		*id = next.id;
	}
	term_release(&present);
	return fault;
}

enum fault
term_follow(struct business *business, const struct passage *passage, const struct occurrence *occurrence, struct why *why)
{
	bool is_renewal = passage->renewal.kind == RENEWAL_KIND_RENEWAL;
	int64_t term_ends_at = is_renewal ? passage->policy.next_term_ends_at : passage->policy.term_ends_at;
	int64_t term = passage->renewal.term, certificate = 0;
	struct certificate present = {0};
	json_t *evidence = json_pack("{s:s}", "after", passage->renewal.reference);
	enum fault fault = FAULT_NONE;

	if (evidence == NULL)
		return why_set(why, FAULT_STOP, "no memory for an event");
	if (is_renewal)
		fault = put_next_term(business, passage, &term, why);
	if (fault == FAULT_NONE)
		fault = store_certificate_get(business->store, passage->renewal.certificate, &present, why);
	if (fault == FAULT_NONE)
		fault = put_certificate(business, &present, occurrence->certificate, term, term_ends_at, &certificate, why);
	if (fault == FAULT_NONE)
		fault = store_renewal_set_successor(business->store, passage->renewal.id, certificate, why);
	if (fault == FAULT_NONE)
		fault = renewal_begin(business, term, certificate, EVENT_FOLLOWED, evidence, occurrence->by, why);
	certificate_release(&present);
	json_decref(evidence);
	return fault;
}

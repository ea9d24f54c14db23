/* renewal_policy.c - the dates of a renewal. Days are local calendar days; what falls on a closed day moves earlier. */
#include "renewal_inner.h"

#include "base/day.h"

enum {
	LEAD_DAYS_RENEWAL = 60, /* before the end of the term, or a third of it where that is less */
	LEAD_DAYS_REISSUE = 30, /* before the end of the certificate, likewise */
	DAY_SECONDS = 24 * 60 * 60
};

static int
lead_days(const struct config_product *product, enum renewal_kind kind, int64_t starts_at, int64_t ends_at)
{
	int third = (day_of_instant(ends_at) - day_of_instant(starts_at)) / 3;
	int most = kind == RENEWAL_KIND_REISSUE ? LEAD_DAYS_REISSUE : LEAD_DAYS_RENEWAL;

	if (kind == RENEWAL_KIND_RENEWAL && product->notice_days > 0)
		return product->notice_days;
	return third < most ? third : most;
}

void
policy_make(struct policy *out, const struct calendar *calendar, const struct config_product *product, enum renewal_kind kind,
    int64_t starts_at, int64_t ends_at, int64_t term_ends_at)
{
	out->ends_at = ends_at;
	out->term_ends_at = term_ends_at;
	out->end_day = day_of_instant(ends_at);
	out->notice_day = calendar_open_day_before(calendar, out->end_day - lead_days(product, kind, starts_at, ends_at));
	out->last_safe_day = calendar_open_day_before(calendar, out->end_day - product->vetting_days);
	out->next_term_ends_at = instant_add_years(term_ends_at, product->term_years) + (int64_t)product->extra_days * DAY_SECONDS;
}

enum fault
policy_of_renewal(const struct business *business, const struct renewal *renewal, struct policy *out, struct why *why)
{
	struct term term = {0};
	struct certificate certificate = {0};
	const struct config_product *product;
	enum fault fault;

	fault = store_term_get(business->store, renewal->term, &term, why);
	if (fault != FAULT_NONE)
		goto out;
	product = config_find_product(business->config, term.product);
	if (product == NULL) {
		fault = why_set(why, FAULT_ITEM, "%s: the product '%s' is not in the configuration", renewal->reference, term.product);
		goto out;
	}
	if (renewal->kind == RENEWAL_KIND_RENEWAL) {
		policy_make(out, business->calendar, product, renewal->kind, term.starts_at, term.ends_at, term.ends_at);
		goto out;
	}
	fault = store_certificate_get(business->store, renewal->certificate, &certificate, why);
	if (fault == FAULT_NONE)
		policy_make(out, business->calendar, product, renewal->kind, certificate.not_before, certificate.not_after,
		    term.ends_at);
out:
	certificate_release(&certificate);
	term_release(&term);
	return fault;
}

int
policy_due_day(const struct business *business, const struct policy *policy)
{
	int today = day_of_instant(business->now);
	int due = today + business->config->payment_days;

	if (due > policy->last_safe_day)
		due = policy->last_safe_day;
	due = calendar_open_day_before(business->calendar, due);
	return due < today ? today : due;
}

int
policy_next_day(const struct policy *policy, enum renewal_state state)
{
	switch (state) {
	case RENEWAL_UPCOMING:
		return policy->notice_day;
	case RENEWAL_NOTICED:
	case RENEWAL_ORDERED:
	case RENEWAL_DECLINED:
		return policy->end_day + 1;
	case RENEWAL_PAID:
	case RENEWAL_APPLIED:
	case RENEWAL_RENEWED:
	case RENEWAL_LAPSED:
	case RENEWAL_REPLACED:
	case renewal_state_count:
		break;
	}
	return -1;
}

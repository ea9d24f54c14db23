/* renewal_policy.c - the dates of a renewal. Days are local calendar days; what falls on a closed day moves earlier. */
#include "renewal_inner.h"

#include <stdlib.h>

#include "../base/day.h"

enum {
	LEAD_DAYS_RENEWAL = 60, /* before the end of the term, or a third of it where that is less */
	LEAD_DAYS_REISSUE = 30, /* before the end of the certificate, likewise */
	DAY_SECONDS = 24 * 60 * 60
};

/* ---- how long before the end ---- */

static int
lead_days(const struct config_product *product, enum renewal_kind kind, int64_t starts_at, int64_t ends_at)
{
	int third = (day_of_instant(ends_at) - day_of_instant(starts_at)) / 3;
	int most = kind == RENEWAL_KIND_REISSUE ? LEAD_DAYS_REISSUE : LEAD_DAYS_RENEWAL;
	int configured = kind == RENEWAL_KIND_REISSUE ? product->reissue_days : product->notice_days;

	if (configured > 0)
		return configured;
	return third < most ? third : most;
}

static void
add_reminder(struct policy *policy, int days)
{
	int last = policy->reminder_count > 0 ? policy->reminder[policy->reminder_count - 1] : policy->lead_days;

	if (days > 0 && days < last && policy->reminder_count < POLICY_REMINDERS_MAX)
		policy->reminder[policy->reminder_count++] = days;
}

/* As configured, or half of the notice's, 7, 3 and 1: what is not before the notice and falling is left out. */
static void
plan_reminders(struct policy *policy, const char *configured)
{
	static const int usual[] = {7, 3, 1};
	char *end;

	policy->reminder_count = 0;
	if (configured != NULL && *configured != '\0') {
		for (const char *p = configured; *p != '\0'; p = end) {
			long days = strtol(p, &end, 10);

			if (end == p)
				return;
			add_reminder(policy, (int)days);
		}
		return;
	}
	add_reminder(policy, policy->lead_days / 2);
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		add_reminder(policy, usual[i]);
}

/* ---- the dates ---- */

void
policy_make(struct policy *out, const struct calendar *calendar, const struct config_product *product, enum renewal_kind kind,
    int64_t starts_at, int64_t ends_at, int64_t term_ends_at)
{
	out->ends_at = ends_at;
	out->term_ends_at = term_ends_at;
	out->end_day = day_of_instant(ends_at);
	out->lead_days = lead_days(product, kind, starts_at, ends_at);
	out->notice_day = calendar_open_day_before(calendar, out->end_day - out->lead_days);
	plan_reminders(out, product->reminder_days);
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

/* ---- what browsers accept ---- */

/* CA/Browser Forum ballot SC-081v3: the limit for certificates issued from this day (UTC) on. */
static const struct {
	int year, month, of_month, days;
	const char *source;
} validity[] = {
    {2029, 3, 15, 47, "issued since 2029-03-15: at most 47 days (CA/Browser Forum ballot SC-081v3)"},
    {2027, 3, 15, 100, "issued since 2027-03-15: at most 100 days (CA/Browser Forum ballot SC-081v3)"},
    {2026, 3, 15, 200, "issued since 2026-03-15: at most 200 days (CA/Browser Forum ballot SC-081v3)"},
    {1970, 1, 1, 398, "issued before 2026-03-15: at most 398 days (CA/Browser Forum ballot SC-031)"},
};

int
policy_validity_days(int issued_day, const char **source)
{
	size_t i = 0;

	while (i + 1 < sizeof validity / sizeof validity[0] &&
	       issued_day < day_make(validity[i].year, validity[i].month, validity[i].of_month))
		i++;
	if (source != NULL)
		*source = validity[i].source;
	return validity[i].days;
}

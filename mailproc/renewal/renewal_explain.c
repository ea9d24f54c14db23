/* renewal_explain.c - how each date came about: the rule, where it comes from, and what moved it. */
#include "renewal_inner.h"

#include <stdarg.h>
#include <stdio.h>

#include "../base/buf.h"
#include "../base/day.h"

enum { DAY_SECONDS = 24 * 60 * 60, LINE_MAX_BYTES = 4096 };

/* What the lines are made of. */
struct explaining {
	const struct business *business;
	const struct renewal *renewal;
	const struct policy *policy;
	const struct config_product *product;
	struct term term;
	struct certificate certificate;
	policy_line *line;
	void *data;
};

static PRINTF_LIKE(3, 4) void
tell(const struct explaining *e, const char *label, const char *format, ...)
{
	char text[LINE_MAX_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	e->line(label, text, e->data);
}

/* " (2026-11-22 is closed)" where a day was moved. */
static void
add_move(struct buf *out, int planned, int day)
{
	char text[DAY_TEXT_MAX];

	if (planned != day)
		buf_addf(out, " (%s is closed: moved earlier)", day_text(text, planned));
}

static void
explain_ends(const struct explaining *e)
{
	const struct config_authority *authority = config_find_authority(e->business->config, e->certificate.authority);
	bool is_public = authority == NULL || authority->is_public;
	const char *source = NULL;
	char end[DAY_TEXT_MAX];
	int lifetime = (int)((e->certificate.not_after - e->certificate.not_before + DAY_SECONDS - 1) / DAY_SECONDS);

	(void)policy_validity_days(day_of_instant(e->certificate.not_before), &source);
	tell(e, "term ends", "%s, the end that was bought", instant_text_short(end, e->policy->term_ends_at));
	tell(e, "its certificate", "until %s, %d days long; %s", instant_text_short(end, e->certificate.not_after), lifetime,
	    is_public ? source : "a private authority has no limit");
}

static void
explain_window(const struct explaining *e)
{
	bool is_reissue = e->renewal->kind == RENEWAL_KIND_REISSUE;
	int configured = is_reissue ? e->product->reissue_days : e->product->notice_days, most = is_reissue ? 30 : 60;
	struct buf rule = BUF_MAX(LINE_MAX_BYTES);
	char day[DAY_TEXT_MAX];

	if (configured > 0)
		buf_addf(&rule, "%s of the product", is_reissue ? "reissue_days" : "notice_days");
	else if (e->policy->lead_days == most)
		buf_addf(&rule, "the least of %d and a third of the %s", most, is_reissue ? "certificate's lifetime" : "term");
	else
		buf_addf(&rule, "a third of the %s, less than %d", is_reissue ? "certificate's lifetime" : "term", most);
	add_move(&rule, e->policy->end_day - e->policy->lead_days, e->policy->notice_day);
	tell(e, is_reissue ? "re-issue day" : "notice day", "%s, %d days before the end of the %s: %s", day_text(day, e->policy->notice_day),
	    e->policy->lead_days, is_reissue ? "certificate" : "term", buf_text(&rule));
	buf_release(&rule);
}

static void
explain_reminders(const struct explaining *e)
{
	struct buf days = BUF_MAX(LINE_MAX_BYTES);
	char text[DAY_TEXT_MAX];

	for (size_t i = 0; i < e->policy->reminder_count; i++) {
		int planned = e->policy->end_day - e->policy->reminder[i];

		buf_addf(&days, "%s%s", i > 0 ? ", " : "", day_text(text, calendar_open_day_before(e->business->calendar, planned)));
	}
	buf_addf(&days, ":");
	for (size_t i = 0; i < e->policy->reminder_count; i++)
		buf_addf(&days, " %d", e->policy->reminder[i]);
	buf_addf(&days, " days before the end (%s), never on a closed day, never within 3 days of the last letter",
	    e->product->reminder_days != NULL && *e->product->reminder_days != '\0' ? "reminder_days of the product" : "half of the notice's, 7, 3, 1");
	if (e->policy->reminder_count > 0)
		tell(e, "reminders", "%s", buf_text(&days));
	buf_release(&days);
}

static void
explain_last_day(const struct explaining *e)
{
	struct buf rule = BUF_MAX(LINE_MAX_BYTES);
	char day[DAY_TEXT_MAX], end[DAY_TEXT_MAX];

	add_move(&rule, e->policy->end_day - e->product->vetting_days, e->policy->last_safe_day);
	tell(e, "last safe day", "%s to pay: the end less %d days of vetting (vetting_days of the product)%s",
	    day_text(day, e->policy->last_safe_day), e->product->vetting_days, buf_text(&rule));
	tell(e, "renewed until", "%s, the end + %d year%s + %d days (term_years, extra_days of the product)",
	    instant_text_short(end, e->policy->next_term_ends_at), e->product->term_years, e->product->term_years == 1 ? "" : "s",
	    e->product->extra_days);
	buf_release(&rule);
}

/* The same distinguished name, issued before the end: else it is a new purchase. */
static const char *
verdict_of(const struct explaining *e)
{
	int64_t now = e->business->now;

	if (e->renewal->state == RENEWAL_REPLACED)
		return "a new purchase: another distinguished name was wanted (the history says by whom)";
	if (e->renewal->state == RENEWAL_RENEWED)
		return "a renewal: the same distinguished name, a new certificate before the end";
	if (e->renewal->state == RENEWAL_LAPSED || now >= e->policy->ends_at)
		return "a new purchase from now on: the end has passed without a new certificate";
	if (e->renewal->state == RENEWAL_PAID || e->renewal->state == RENEWAL_APPLIED)
		return "a renewal if the certificate is issued before the end: it is paid";
	if (day_of_instant(now) > e->policy->last_safe_day)
		return "not safely a renewal any more: the last safe day to pay has passed, so a yes goes to staff";
	return "a renewal if the distinguished name stays and it is paid by the last safe day; else a new purchase";
}

static enum fault
explain_next(const struct explaining *e, struct why *why)
{
	struct schedule schedule = {.day = -1};
	char day[DAY_TEXT_MAX];
	enum fault fault = schedule_next(e->business, e->renewal, e->policy, &schedule, why);

	if (fault != FAULT_NONE)
		return fault;
	if (schedule.day == -1)
		tell(e, "next", "no dated step is left");
	else if (schedule.event == renewal_event_count)
		tell(e, "next", "since %s staff apply for the new certificate", day_text(day, schedule.day));
	else
		tell(e, "next", "%s: %s (%s)", day_text(day, schedule.day), renewal_event_text(schedule.event), renewal_event_meaning(schedule.event));
	return FAULT_NONE;
}

enum fault
policy_explain(const struct business *business, const struct renewal *renewal, policy_line *line, void *data, struct why *why)
{
	struct policy policy = {0};
	struct explaining e = {.business = business, .renewal = renewal, .policy = &policy, .line = line, .data = data};
	enum fault fault = policy_of_renewal(business, renewal, &policy, why);

	if (fault == FAULT_NONE)
		fault = store_term_get(business->store, renewal->term, &e.term, why);
	if (fault == FAULT_NONE)
		fault = store_certificate_get(business->store, renewal->certificate, &e.certificate, why);
	if (fault != FAULT_NONE)
		goto out;
	e.product = config_find_product(business->config, e.term.product); /* policy_of_renewal() has found it */
	tell(&e, "product", "%s (%s)", e.product->name.in[LANGUAGE_EN], e.product->id);
	explain_ends(&e);
	explain_window(&e);
	if (renewal->kind == RENEWAL_KIND_RENEWAL) {
		explain_reminders(&e);
		explain_last_day(&e);
		tell(&e, "so it is", "%s", verdict_of(&e));
	} else {
		tell(&e, "so it is", "a re-issue inside the term: nothing is asked, nothing is paid");
	}
	fault = explain_next(&e, why);
out:
	certificate_release(&e.certificate);
	term_release(&e.term);
	return fault;
}

void
policy_explain_due(const struct business *business, const struct policy *policy, int issued_day, int due_day, struct buf *out)
{
	int days = business->config->payment_days, planned = issued_day + days;
	char text[DAY_TEXT_MAX];

	buf_addf(out, "order + %d days (payment_days)", days);
	if (planned > policy->last_safe_day)
		buf_addf(out, ", not after the last safe day %s", day_text(text, policy->last_safe_day));
	if (due_day < planned && due_day < policy->last_safe_day)
		buf_addf(out, ", moved to the bank day before");
}

/*
 * look_judge.c - what a served certificate means for its renewal
 *
 * Only a certificate that is newer, for the same names, of the right authority and without any fault closes a renewal by itself; and the one that closes a
 * renewal of a term reaches beyond its end, or it would be a re-issue inside it.
 */
#include <string.h>

#include "base/day.h"
#include "look.h"

static bool
is_same_one(const struct certificate *record, const struct certificate *seen)
{
	if (record->not_after != seen->not_after)
		return false;
	/* A serial number is not always on record. */
	return record->serial == NULL || *record->serial == '\0' || seen->serial == NULL || strcmp(record->serial, seen->serial) == 0;
}

/* A private authority is unknown to this system by its nature. */
static unsigned
problems_of(const struct certificate_seen *seen, bool is_public)
{
	unsigned nature = 1u << PROBLEM_UNKNOWN_AUTHORITY | 1u << PROBLEM_INCOMPLETE_CHAIN;

	return is_public ? seen->problems : seen->problems & ~nature;
}

static bool
is_as_expected(const struct comparison *c)
{
	for (int field = 0; field < certificate_field_count; field++)
		if (c->field[field] == FIELD_CHANGED)
			return false;
	return c->lost == NULL && !c->is_other_authority;
}

static void
add_problems(struct buf *detail, const struct certificate_seen *seen, unsigned problems)
{
	struct certificate_seen shown = *seen;
	struct buf text = BUF_MAX(4096);

	shown.problems = problems;
	certificate_add_problems(&text, &shown);
	if (text.n > 0)
		buf_addf(detail, "%s%s", detail->n > 0 ? "; " : "", buf_text(&text));
	buf_release(&text);
}

enum fault
look_judge(struct look_judgement *out, struct buf *detail, const struct look_record *record, const struct certificate_seen *seen, struct why *why)
{
	const struct certificate *before = record->certificate;
	unsigned problems = problems_of(seen, record->is_public);
	bool is_newer = seen->subject.not_after > before->not_after;
	struct comparison comparison = {0};
	char end[DAY_TEXT_MAX];
	enum fault fault;

	*out = (struct look_judgement){.finding = SIGHTING_SAME, .is_for_staff = problems != 0};
	if (is_same_one(before, &seen->subject)) {
		add_problems(detail, seen, problems);
		return FAULT_NONE;
	}
	fault = certificate_compare(&comparison, before, seen, record->issuers, why);
	if (fault != FAULT_NONE)
		return fault;
	buf_addf(detail, "a certificate until %s is served", instant_text_short(end, seen->subject.not_after));
	certificate_add_differences(detail, &comparison, before, seen);
	add_problems(detail, seen, problems);
	if (!is_newer) {
		out->finding = SIGHTING_OTHER;
		out->is_for_staff = true;
		buf_addf(detail, "; on record is one until %s", instant_text_short(end, before->not_after));
	} else if (!is_as_expected(&comparison) || problems != 0) {
		out->finding = SIGHTING_CHANGED;
		out->is_for_staff = true;
	} else {
		out->finding = SIGHTING_NEW;
		out->closes = record->kind == RENEWAL_KIND_REISSUE || seen->subject.not_after > record->term_ends_at;
		out->is_for_staff = !out->closes;
		if (!out->closes)
			buf_addf(detail, "; it ends before the term does: a re-issue, not the renewal");
	}
	comparison_release(&comparison);
	return FAULT_NONE;
}

/*
 * certificate_compare.c - the record and the new one, field by field
 *
 * A renewal is one of the same distinguished name: common name, organisation, organisational unit, locality, state or prefecture. Texts are compared
 * folded (NFKC, case) and without blanks: "Example Co., Ltd." and "EXAMPLE CO.,LTD." are one firm, and full-width letters are letters.
 */
#include "../certificate.h"

#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../base/text.h"

enum { TEXT_MAX_BYTES = 64 << 10 };

static const struct {
	const char *text, *attribute, *person;
} fields[] = {
    [FIELD_COMMON_NAME] = {"common_name", "CN", "the common name"},
    [FIELD_ORGANIZATION] = {"organization", "O", "the organisation"},
    [FIELD_ORGANIZATIONAL_UNIT] = {"organizational_unit", "OU", "the organisational unit"},
    [FIELD_LOCALITY] = {"locality", "L", "the locality"},
    [FIELD_STATE_OR_PROVINCE] = {"state_or_province", "ST", "the state or prefecture"},
    [FIELD_COUNTRY] = {"country", "C", "the country"},
};

const char *
certificate_field_text(enum certificate_field field)
{
	return fields[field].text;
}

const char *
certificate_field_attribute(enum certificate_field field)
{
	return fields[field].attribute;
}

const char *
certificate_field_of(const struct certificate *c, enum certificate_field field)
{
	const char *const text[] = {[FIELD_COMMON_NAME] = c->common_name,
	    [FIELD_ORGANIZATION] = c->organization,
	    [FIELD_ORGANIZATIONAL_UNIT] = c->organizational_unit,
	    [FIELD_LOCALITY] = c->locality,
	    [FIELD_STATE_OR_PROVINCE] = c->state_or_province,
	    [FIELD_COUNTRY] = c->country};

	return text[field] != NULL ? text[field] : "";
}

/* ---- texts ---- */

/* Folded, without blanks. */
static void
add_plain(struct buf *out, struct span text)
{
	struct buf folded = BUF_MAX(TEXT_MAX_BYTES);

	text_add_folded(&folded, text);
	for (size_t i = 0; i < folded.n; i++)
		if (folded.p[i] != ' ' && folded.p[i] != '\n')
			buf_add_char(out, folded.p[i]);
	if (folded.failed)
		out->failed = true;
	buf_release(&folded);
}

/* What cannot be compared is not the same. */
static bool
is_same_text(const char *a, const char *b)
{
	struct buf plain_a = BUF_MAX(TEXT_MAX_BYTES), plain_b = BUF_MAX(TEXT_MAX_BYTES);
	bool is_same;

	add_plain(&plain_a, span_of(a));
	add_plain(&plain_b, span_of(b));
	is_same = !plain_a.failed && !plain_b.failed && strcmp(buf_text(&plain_a), buf_text(&plain_b)) == 0;
	buf_release(&plain_a);
	buf_release(&plain_b);
	return is_same;
}

static bool
holds_text(const char *text, struct span part)
{
	struct buf plain = BUF_MAX(TEXT_MAX_BYTES), plain_part = BUF_MAX(TEXT_MAX_BYTES);
	bool holds;

	add_plain(&plain, span_of(text != NULL ? text : ""));
	add_plain(&plain_part, part);
	holds = plain_part.n > 0 && strstr(buf_text(&plain), buf_text(&plain_part)) != NULL;
	buf_release(&plain);
	buf_release(&plain_part);
	return holds;
}

/* ---- names ---- */

/* "*.example.jp" covers one label more, never none and never two (RFC 9525 6.3). */
static bool
covers(const char *pattern, const char *name)
{
	const char *dot = strchr(name, '.');

	if (strcasecmp(pattern, name) == 0)
		return true;
	return strncmp(pattern, "*.", 2) == 0 && dot != NULL && dot != name && name[0] != '*' && strcasecmp(pattern + 1, dot) == 0;
}

static bool
is_covered(const struct certificate *by, const char *name)
{
	if (by->common_name != NULL && covers(by->common_name, name))
		return true;
	for (size_t i = 0; by->name != NULL && by->name[i] != NULL; i++)
		if (covers(by->name[i], name))
			return true;
	return false;
}

static bool
add_name(char ***list, size_t *count, const char *name)
{
	char **more = realloc(*list, (*count + 2) * sizeof *more);

	if (more == NULL)
		return false;
	*list = more;
	more[*count] = strdup(name);
	more[*count + 1] = NULL;
	return more[(*count)++] != NULL;
}

/* The names of one that the other does not cover; its common name counts. */
static bool
names_without(char ***out, const struct certificate *of, const struct certificate *in)
{
	size_t count = 0;

	if (of->common_name != NULL && !is_covered(in, of->common_name) && !add_name(out, &count, of->common_name))
		return false;
	for (size_t i = 0; of->name != NULL && of->name[i] != NULL; i++)
		if (!is_covered(in, of->name[i]) && (of->common_name == NULL || strcasecmp(of->name[i], of->common_name) != 0) &&
		    !add_name(out, &count, of->name[i]))
			return false;
	return true;
}

/* ---- the comparison ---- */

static enum field_finding
compare_field(enum certificate_field field, const struct certificate *record, const struct certificate *seen)
{
	const char *before = certificate_field_of(record, field), *after = certificate_field_of(seen, field);

	if (*before == '\0')
		return *after == '\0' ? FIELD_SAME : FIELD_ADDED;
	if (*after != '\0')
		return is_same_text(before, after) ? FIELD_SAME : FIELD_CHANGED;
	/* Authorities begin to leave the common name out too; it stands among the names then. */
	return field == FIELD_COMMON_NAME && !is_covered(seen, before) ? FIELD_CHANGED : FIELD_DROPPED;
}

static enum certificate_verdict
verdict_of(const struct comparison *c)
{
	enum certificate_verdict verdict = CERTIFICATE_RENEWAL;

	for (int field = 0; field < certificate_field_count; field++) {
		if (c->field[field] == FIELD_CHANGED && field != FIELD_COUNTRY)
			return CERTIFICATE_NEW_PURCHASE;
		if (c->field[field] == FIELD_CHANGED || c->field[field] == FIELD_ADDED)
			verdict = CERTIFICATE_UNSURE;
	}
	return verdict;
}

static bool
is_issued_by(const struct certificate_seen *seen, const char *issuers)
{
	bool is_any = true;

	for (const char *at = issuers; *at != '\0'; at += strcspn(at, ";"), at += *at == ';') {
		struct span text = span_trim((struct span){at, strcspn(at, ";")});

		if (text.n == 0)
			continue;
		is_any = false;
		if (holds_text(seen->issuer_organization, text) || holds_text(seen->issuer_common_name, text))
			return true;
	}
	return is_any;
}

enum fault
certificate_compare(struct comparison *out, const struct certificate *record, const struct certificate_seen *seen, const char *issuers,
    struct why *why)
{
	struct comparison made = {0};

	for (int field = 0; field < certificate_field_count; field++)
		made.field[field] = compare_field((enum certificate_field)field, record, &seen->subject);
	made.verdict = verdict_of(&made);
	made.is_other_authority = !seen->is_request && !is_issued_by(seen, issuers != NULL ? issuers : "");
	/* A request without alternative names leaves them to the order: nothing is lost by it. */
	if (((!seen->is_request || seen->subject.name != NULL) && !names_without(&made.lost, record, &seen->subject)) || !names_without(&made.added, &seen->subject, record)) {
		comparison_release(&made);
		return why_set(why, FAULT_STOP, "out of memory for a comparison");
	}
	*out = made;
	return FAULT_NONE;
}

static void
free_names(char **name)
{
	for (size_t i = 0; name != NULL && name[i] != NULL; i++)
		free(name[i]);
	free(name);
}

void
comparison_release(struct comparison *c)
{
	free_names(c->lost);
	free_names(c->added);
	*c = (struct comparison){0};
}

/* ---- in words ---- */

const char *
field_finding_text(enum field_finding finding)
{
	static const char *const text[] = {
	    [FIELD_SAME] = "same", [FIELD_DROPPED] = "dropped", [FIELD_ADDED] = "added", [FIELD_CHANGED] = "changed"};

	return text[finding];
}

const char *
field_finding_meaning(enum certificate_field field, enum field_finding finding, bool is_request)
{
	switch (finding) {
	case FIELD_SAME:
		return "same";
	case FIELD_DROPPED:
		return is_request ? "not asked for: not a change" : "dropped by the authority: not a change";
	case FIELD_ADDED:
		return "not on record: a person looks";
	case FIELD_CHANGED:
		return field == FIELD_COUNTRY ? "changed: a person looks" : "changed: new purchase";
	}
	return "";
}

const char *
certificate_verdict_text(enum certificate_verdict verdict)
{
	static const char *const text[] = {
	    [CERTIFICATE_RENEWAL] = "renewal", [CERTIFICATE_NEW_PURCHASE] = "new-purchase", [CERTIFICATE_UNSURE] = "unsure"};

	return text[verdict];
}

void
certificate_add_subject(struct buf *out, const struct certificate *subject)
{
	bool has_one = false;

	for (int field = 0; field < certificate_field_count; field++) {
		const char *text = certificate_field_of(subject, (enum certificate_field)field);

		if (*text != '\0')
			buf_addf(out, "%s%s=%s", has_one ? ", " : "", fields[field].attribute, text);
		has_one = has_one || *text != '\0';
	}
}

void
certificate_add_problems(struct buf *out, const struct certificate_seen *seen)
{
	for (unsigned i = 0; i < certificate_problem_count; i++)
		if (seen->problems & 1u << i) {
			buf_addf(out, "%s%s", out->n > 0 ? "; " : "", certificate_problem_meaning((enum certificate_problem)i));
			if (i == PROBLEM_BAD_CHAIN && seen->chain_problem != NULL)
				buf_addf(out, " (%s)", seen->chain_problem);
		}
}

static void
add_names(struct buf *out, char **name, const char *lead)
{
	for (size_t i = 0; name != NULL && name[i] != NULL; i++)
		buf_addf(out, "%s%s%s", i > 0 ? ", " : out->n > 0 ? "; " : "", i > 0 ? "" : lead, name[i]);
}

void
certificate_add_differences(struct buf *out, const struct comparison *c, const struct certificate *record, const struct certificate_seen *seen)
{
	for (int i = 0; i < certificate_field_count; i++) {
		enum certificate_field field = (enum certificate_field)i;
		const char *before = certificate_field_of(record, field), *after = certificate_field_of(&seen->subject, field);
		const char *attribute = fields[field].attribute, *then = out->n > 0 ? "; " : "";

		if (c->field[i] == FIELD_CHANGED && seen->is_request)
			buf_addf(out, "%sthe request asks for %s=%s; the certificate has %s=%s: %s", then, attribute, *after != '\0' ? after : "(none)",
			    attribute, before, field == FIELD_COUNTRY ? "a person looks" : "new purchase");
		else if (c->field[i] == FIELD_CHANGED)
			buf_addf(out, "%s%s has changed from %s=%s to %s=%s%s", then, fields[field].person, attribute, before, attribute,
			    *after != '\0' ? after : "(none)", field == FIELD_COUNTRY ? "" : ": no renewal but a new purchase");
		else if (c->field[i] == FIELD_ADDED)
			buf_addf(out, "%s%s=%s is not on record", then, attribute, after);
	}
	add_names(out, c->lost, "these host names lose cover: ");
	if (c->is_other_authority)
		buf_addf(out, "%sit is issued by another authority: %s", out->n > 0 ? "; " : "",
		    seen->issuer_organization != NULL ? seen->issuer_organization : seen->issuer_common_name != NULL ? seen->issuer_common_name : "(no name)");
}

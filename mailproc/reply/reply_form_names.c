/*
 * reply_form_names.c - the certificates that a line names, and lines that hold nothing but names and answers
 *
 * "更新する: www、shop", "1と3は更新、2は不要です": where every word of a line is a name, a number of the list, or an answer.
 */
#include "reply_form_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_REACH = 8, NAMES_MAX = 64 };

#define COUNT(a) (sizeof(a) / sizeof *(a))

bool
form_is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '-';
}

/* The place behind the certificate's name in the folded text, as a whole word; NULL: not there. */
static const char *
behind_name(const char *folded, const char *name)
{
	const char *p = folded;
	size_t n = strlen(name);

	while ((p = strcasestr(p, name)) != NULL) {
		bool before = p == folded || (!form_is_name_char(p[-1]) && p[-1] != '.' && p[-1] != '@');
		bool after = !form_is_name_char(p[n]) && (p[n] != '.' || !form_is_name_char(p[n + 1]));

		p += n;
		if (before && after)
			return p;
	}
	return NULL;
}

int
form_named(const struct asked *asked, const char *folded, const char **behind)
{
	int found = -1;

	for (size_t c = 0; c < asked->certificate_count; c++) {
		const char *p = behind_name(folded, asked->certificate[c]);

		if (p == NULL)
			continue;
		if (found >= 0)
			return -2;
		found = (int)c;
		*behind = p;
	}
	return found;
}

int
form_certificate_above(const struct reply_lines *lines, size_t i)
{
	size_t reach = 0;

	for (size_t k = i + 1; k-- > 0 && reach < NAME_REACH;) {
		const char *behind;
		int found;

		if (lines->line[k].is == LINE_BLANK)
			continue;
		reach++;
		found = form_named(lines->asked, lines->line[k].folded, &behind);
		if (found != -1)
			return found >= 0 ? found : -1;
	}
	return -1;
}

/* The name, label or number of a certificate at the start of s; its length in *n. -1: none. */
static int
certificate_at(const struct asked *asked, struct span s, size_t *n)
{
	size_t digits = 0;
	int found = -1;

	*n = 0;
	for (size_t c = 0; c < asked->certificate_count; c++) {
		const char *name = asked->certificate[c];
		size_t whole = strlen(name), label = strcspn(name, ".");

		if (s.n >= whole && strncasecmp(s.p, name, whole) == 0 && (s.n == whole || !form_is_name_char(s.p[whole]))) {
			*n = whole;
			return (int)c;
		}
		if (label < 2 || s.n < label || strncasecmp(s.p, name, label) != 0 || (s.n > label && (form_is_name_char(s.p[label]) || s.p[label] == '.')))
			continue;
		if (found >= 0)
			return -1;
		found = (int)c;
		*n = label;
	}
	if (found >= 0)
		return found;
	if (span_starts(s, "no."))
		digits = 3;
	while (digits < s.n && isdigit((unsigned char)s.p[digits]))
		digits++;
	if (digits == 0 || digits > 5 || !isdigit((unsigned char)s.p[digits - 1]) || (digits < s.n && form_is_name_char(s.p[digits])))
		return -1;
	found = atoi(s.p + (span_starts(s, "no.") ? 3 : 0)) - 1;
	*n = digits;
	return found >= 0 && (size_t)found < asked->certificate_count ? found : -1;
}

static size_t
joint_len(struct span s)
{
	static const char *const joint[] = {" ", ",", "、", "・", "と", "および", "及び", "/", "&", "and ", "+", "番"};

	for (size_t i = 0; i < COUNT(joint); i++)
		if (span_starts(s, joint[i]))
			return strlen(joint[i]);
	return 0;
}

/* The names that s starts with, joined by commas and the like; their number, and their length in *n. */
static size_t
names_at(const struct asked *asked, struct span s, int certificate[NAMES_MAX], size_t *n)
{
	size_t count = 0, at = 0;

	*n = 0;
	while (at < s.n && count < NAMES_MAX) {
		size_t joint = joint_len(form_rest(s, at)), name;
		int found = joint == 0 ? certificate_at(asked, form_rest(s, at), &name) : -1;

		if (joint == 0 && found < 0)
			break;
		at += joint > 0 ? joint : name;
		if (joint == 0) {
			certificate[count++] = found;
			*n = at;
		}
	}
	return count;
}

static struct span
skip_any(struct span s, const char *const *list, size_t count)
{
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < count; i++)
			if (span_starts(s, list[i])) {
				s = form_rest(s, strlen(list[i]));
				again = true;
			}
	}
	return s;
}

/* "更新する: www、shop", "[不要] 3": an answer, and the certificates that it is given for, and nothing else. */
static bool
read_names_behind(struct form *form, size_t i)
{
	static const char *const border[] = {":", "】", "]", "→", "⇒", "=", "-", "…"}, *const opening[] = {"[", "(", "<", "*", "-", " ", "【", "■", "●", "・"};
	struct span s = span_of(form->lines->line[i].folded), rest = {0};
	int certificate[NAMES_MAX];
	enum tick_option option;
	enum mark mark;
	size_t count, n;

	for (size_t b = 0; b < COUNT(border) && rest.n == 0; b++) {
		const char *p = memmem(s.p, s.n, border[b], strlen(border[b]));

		if (p != NULL && p != s.p && form_answer(skip_any((struct span){s.p, (size_t)(p - s.p)}, opening, COUNT(opening)), &option, &mark) && mark == MARK_NONE)
			rest = span_trim(form_rest(s, (size_t)(p - s.p) + strlen(border[b])));
	}
	count = names_at(form->lines->asked, rest, certificate, &n);
	if (count == 0 || n != rest.n)
		return false;
	for (size_t k = 0; k < count; k++)
		form_add_option(form, (struct option){option, MARK_TICK, false, i, certificate[k]});
	return true;
}

/* The answer at the start of s that goes up to a comma or the end; its length with what follows, 0: none. */
static size_t
answer_at(struct span s, enum tick_option *option)
{
	static const char *const end[] = {"、", ",", "。", ";", ".", " / ", " "};

	for (size_t n = 1; n <= s.n; n++) {
		enum mark mark;
		size_t more = 0;

		for (size_t i = 0; i < COUNT(end) && n < s.n; i++)
			if (span_starts(form_rest(s, n), end[i]))
				more = strlen(end[i]);
		if ((more > 0 || n == s.n) && form_answer((struct span){s.p, n}, option, &mark) && mark == MARK_NONE)
			return n + more;
	}
	return 0;
}

/* "1と3は更新、2は不要です": clauses of names and an answer, and nothing else. */
static bool
read_clauses(struct form *form, size_t i)
{
	static const char *const particle[] = {"は", "を", "が", "も", ":", "→", "⇒", "-", "=", " ", "の方は", "については", "のみ", "だけ", "の証明書は", "is", "are", "should be", "番は", "番を"};
	struct span s = span_of(form->lines->line[i].folded);
	struct {
		int certificate;
		enum tick_option option;
	} found[NAMES_MAX];
	size_t count = 0;

	while (s.n > 0) {
		int certificate[NAMES_MAX];
		enum tick_option option;
		size_t n, more = names_at(form->lines->asked, s, certificate, &n);

		if (more == 0 || count + more > NAMES_MAX)
			return false;
		s = skip_any(form_rest(s, n), particle, COUNT(particle));
		n = answer_at(s, &option);
		if (n == 0)
			return false;
		for (size_t k = 0; k < more; k++) {
			found[count].certificate = certificate[k];
			found[count++].option = option;
		}
		s = span_trim(form_rest(s, n));
	}
	for (size_t k = 0; k < count; k++)
		form_add_option(form, (struct option){found[k].option, MARK_TICK, false, i, found[k].certificate});
	return count > 0;
}

void
form_read_names(struct form *form, size_t i)
{
	if (read_names_behind(form, i) || read_clauses(form, i))
		form->lines->line[i].is = LINE_FORM;
}

/* ---- an answer behind a label ---- */

static bool
is_label(struct span s)
{
	static const char *const lead[] = {"専用ssl", "ssl", "証明書の", "証明書", "さーばー", "今回の", "・", "■", "●", "*", "-", " ", "certificate ", "ご", "お", "の"};
	static const char *const label[] = {"更新", "更新の有無", "更新有無", "更新の要否", "更新要否", "更新の要・不要", "更新の意思", "更新意思", "更新のご意思", "更新の意思の有無", "更新の可否", "更新可否", "更新希望", "更新の希望", "更新について",
	    "更新の件", "更新手続", "継続", "継続の有無", "継続希望", "回答", "返答", "返事", "答え", "更新に関する回答", "renew", "renew?", "renewal", "answer", "your answer", "our answer", "my answer", "decision", "our decision", "response",
	    "renewal decision", "renewal required", "renew certificate", "to renew", "renew y/n", "renew (y/n)", "renewal (y/n)", "renewal requested"};

	s = skip_any(span_trim(s), lead, COUNT(lead));
	for (size_t i = 0; i < COUNT(label); i++)
		if (span_is(span_trim(s), label[i]))
			return true;
	return false;
}

void
form_read_fields(struct form *form)
{
	static const char *const border[] = {":", "→", "⇒", "=", "…", "...", "->"};
	struct reply_lines *lines = form->lines;

	for (size_t i = 0; i < lines->count && lines->asked->certificate_count < 2; i++) {
		struct reply_line *line = &lines->line[i];
		struct span s = span_of(line->folded);
		bool found = false;

		for (size_t b = 0; b < COUNT(border) && line->is == LINE_NEW && !found; b++) {
			const char *p = memmem(s.p, s.n, border[b], strlen(border[b]));
			enum tick_option option;
			enum mark mark;

			if (p == NULL || !is_label((struct span){s.p, (size_t)(p - s.p)}))
				continue;
			found = form_answer(form_rest(s, (size_t)(p - s.p) + strlen(border[b])), &option, &mark);
			if (found)
				form_add_option(form, (struct option){option, MARK_TICK, false, i, -1});
		}
		if (found)
			line->is = LINE_FORM;
	}
}

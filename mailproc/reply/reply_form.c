/*
 * reply_form.c - the ticks in the form of our letter
 *
 * The letter shows "[ ] 更新する" and "[ ] 更新しない", "[ ] Renew" and "[ ] Do not renew". Customers put x, レ, ○ or ■ into the box or beside
 * it, delete the line they do not want, or strike it out; in the quotation, or in a copy above it. All options that belong to one
 * certificate are collected first and judged together: ○ is a tick beside ×, and an empty circle beside ●.
 */
#include "reply_form_inner.h"

#include <stdlib.h>
#include <string.h>

#include "../message.h"

enum { OPTIONS_A_LINE = 4, POINTER_MAX = 60 };

static struct span
trim_marks(struct span s)
{
	s = span_trim(s);
	while (s.n > 0 && s.p[0] == '*' && s.n > 1)
		s = span_trim(form_rest(s, 1));
	return s;
}

void
form_add_option(struct form *form, struct option option)
{
	struct option *more = realloc(form->option, (form->count + 1) * sizeof *more);

	if (more == NULL) {
		form->no_memory = true;
		return;
	}
	form->option = more;
	form->option[form->count++] = option;
}

static bool
is_struck(const struct reply_line *line)
{
	return memmem(line->inner.p, line->inner.n, MESSAGE_STRUCK_OPEN, strlen(MESSAGE_STRUCK_OPEN)) != NULL ||
	    strstr(line->folded, "~~") != NULL;
}

/* How far the option at the start of s reaches: to the next box that has an option of its own. */
static struct span
option_extent(struct span s)
{
	for (size_t k = 1; k < s.n; k++) {
		enum tick_option other;
		bool is_bracket;
		size_t n;

		if (((unsigned char)s.p[k] & 0xC0) == 0x80)
			continue;
		form_box_at(form_rest(s, k), &n, &is_bracket);
		if (n > 0 && k > 3 && form_option_at(form_rest(s, k + n), &other))
			return (struct span){s.p, k};
	}
	return s;
}

/* ■ and ○ also stand before headings: there the option must be ours to the word, and end there. */
static bool
is_option(struct span behind, bool in_brackets, enum tick_option *option)
{
	size_t n;

	if (in_brackets)
		return form_option_at(behind, option);
	return form_bare_option(behind, option, &n) && (n == behind.n || strchr(" (:,.~*<-=", behind.p[n]) != NULL ||
	    span_starts(form_rest(behind, n), "←") || span_starts(form_rest(behind, n), "。") || span_starts(form_rest(behind, n), "、"));
}

static enum mark
mark_of(enum mark in_box, struct span behind)
{
	enum tick_option bare;
	enum mark later;
	size_t n;

	if (in_box != MARK_EMPTY || !form_bare_option(behind, &bare, &n))
		return in_box;
	later = form_mark_behind(form_rest(behind, n));
	return later != MARK_NONE ? later : in_box;
}

/* Whether line i is all that is quoted: the customer left the one option of our form that they mean. */
static bool
is_only_quoted(const struct reply_lines *lines, size_t i)
{
	for (size_t k = 0; k < lines->count; k++)
		if (k != i && lines->line[k].is != LINE_BLANK && lines->line[k].is != LINE_NEW && lines->line[k].is != LINE_ATTRIBUTION)
			return false;
	return lines->line[i].is == LINE_QUOTED;
}

/* An option without a box: only where something is put behind or before it, or where it is struck out. */
static size_t
option_without_box(const struct reply_lines *lines, size_t i, struct option *option)
{
	const struct reply_line *line = &lines->line[i];
	struct span s = trim_marks(span_of(line->folded));
	enum mark mark = MARK_NONE;
	enum tick_option bare;
	size_t n, at = 0;

	while (at < s.n && at < 8 && !form_bare_option(form_rest(s, at), &bare, &n))
		at++;
	if (at > 0 && (at >= s.n || at >= 8 || line->is == LINE_NEW || !form_ends_in_arrow((struct span){s.p, at})))
		return 0;
	if (!form_bare_option(form_rest(s, at), &bare, &n))
		return 0;
	if (at > 0 && at + n == s.n)
		mark = MARK_TICK;
	else if (at == 0)
		mark = form_mark_behind(form_rest(s, n));
	if (mark == MARK_NONE && at == 0 && n == s.n && is_only_quoted(lines, i))
		mark = MARK_EMPTY;
	if (mark == MARK_NONE && !is_struck(line))
		return 0;
	*option = (struct option){.option = bare, .mark = mark, .line = i};
	return 1;
}

/* The options of a line. */
static size_t
options_in(const struct reply_lines *lines, size_t i, struct option *option)
{
	struct span s = span_of(lines->line[i].folded);
	size_t count = 0, at = 0, first = 0, n;

	while (at < s.n && count < OPTIONS_A_LINE) {
		bool in_brackets;
		enum mark mark = form_box_at(form_rest(s, at), &n, &in_brackets);
		enum tick_option what;
		struct span behind;

		if (n == 0) {
			for (at++; at < s.n && ((unsigned char)s.p[at] & 0xC0) == 0x80;)
				at++;
			continue;
		}
		behind = option_extent(trim_marks(form_rest(s, at + n)));
		first = count == 0 ? at : first;
		at += n;
		if (is_option(behind, in_brackets, &what))
			option[count++] = (struct option){.option = what, .mark = mark_of(mark, behind), .line = i};
	}
	if (count == 0)
		count = option_without_box(lines, i, option);
	else if (count == 1 && option[0].mark == MARK_EMPTY && form_ends_in_arrow((struct span){s.p, first}))
		option[0].mark = MARK_TICK;
	/* Where two options share a line it cannot be seen which one is struck. */
	if (count == 1)
		option[0].struck = is_struck(&lines->line[i]);
	return count;
}

/* What a line points at: 1 the line below ("↓ここ"), -1 the line above ("↑これ", "^^^^"), 0 nothing. *mark is what it says of it. */
static int
points_at(const struct reply_line *line, enum mark *mark)
{
	static const char *const arrow[] = {"↓", "⇓", "👇", "↑", "⇑", "👆"};
	struct buf words = BUF_MAX(POINTER_MAX * 2);
	struct span s = span_of(line->folded);
	bool down = false, up = false;

	*mark = MARK_TICK;
	if (s.n >= 3 && *s.p == '^' && strspn(s.p, "^~ ") == s.n)
		return -1;
	if (s.n == 0 || s.n > POINTER_MAX)
		return 0;
	while (s.n > 0) {
		size_t skip = 0;

		for (size_t i = 0; i < sizeof arrow / sizeof *arrow; i++)
			if (span_starts(s, arrow[i])) {
				skip = strlen(arrow[i]);
				down = down || i < 3;
				up = up || i >= 3;
			}
		if (skip == 0)
			buf_add_char(&words, *s.p);
		s = form_rest(s, skip > 0 ? skip : 1);
	}
	*mark = form_pointer(buf_span(&words));
	buf_release(&words);
	return down == up ? 0 : down ? 1 : -1;
}

/* A line that points at one option beside it is its mark. Where it says more, it is a doubt, and its words stay. */
static void
read_pointers(struct form *form)
{
	struct reply_lines *lines = form->lines;

	for (size_t i = 0; i < lines->count; i++) {
		struct reply_line *line = &lines->line[i];
		enum mark mark = MARK_NONE;
		int way = line->is == LINE_BLANK || line->age > 1 ? 0 : points_at(line, &mark);
		size_t found = form->count, count = 0;

		if (way == 0 || reply_is_in_letter(lines, line))
			continue;
		for (size_t k = 0; k < form->count; k++)
			if (form->option[k].line + 1 == i + (size_t)(way + 1) || form->option[k].line == i + (size_t)(way == 1)) {
				if ((way == 1) == (form->option[k].line > i)) {
					found = k;
					count++;
				}
			}
		if (count != 1)
			continue;
		if (form->option[found].mark <= MARK_EMPTY)
			form->option[found].mark = mark;
		if (mark == MARK_TICK)
			line->is = LINE_FORM;
	}
}

/*
 * A chosen option with more words than the option itself, "[x] 更新する予定ですが、部門名が変わります": the words are read as well. Only what
 * stands behind the last box of the line counts.
 */
static bool
says_more_than_option(struct span s)
{
	enum tick_option option;
	size_t from = 0, n;
	bool is_bracket;

	for (size_t at = 0; at < s.n; at++)
		if (((unsigned char)s.p[at] & 0xC0) != 0x80 && form_box_at(form_rest(s, at), &n, &is_bracket) != MARK_NONE && n > 0) {
			from = at + n;
			at += n - 1;
		}
	s = trim_marks(form_rest(s, from));
	if (s.n == 0)
		return false;
	if (!form_bare_option(s, &option, &n))
		return true;
	s = span_trim(form_rest(s, n));
	while (s.n > 0 && strchr("*~.,:;!) ", *s.p) != NULL)
		s = form_rest(s, 1);
	return s.n > 0 && form_mark_behind(s) == MARK_NONE && !span_starts(s, "。") && !span_starts(s, MESSAGE_STRUCK_CLOSE);
}

static void
collect(struct form *form)
{
	struct reply_lines *lines = form->lines;

	for (size_t i = 0; i < lines->count; i++) {
		struct reply_line *line = &lines->line[i];
		struct option option[OPTIONS_A_LINE];
		size_t n;

		/* What stands two mails back answered another question. */
		if (line->is == LINE_BLANK || line->is == LINE_ATTRIBUTION || line->age > 1)
			continue;
		n = options_in(lines, i, option);
		for (size_t k = 0; k < n; k++) {
			option[k].certificate = lines->asked->certificate_count > 1 ? form_certificate_above(lines, i) : -1;
			form_add_option(form, option[k]);
		}
		if (n > 0 && line->is == LINE_NEW && !(n == 1 && option[0].mark > MARK_EMPTY && !option[0].struck && says_more_than_option(span_of(line->folded))))
			line->is = LINE_FORM;
	}
	read_pointers(form);
	form_read_rows(form);
	form_read_fields(form);
}

/* The two options of one certificate, judged together. */
struct pair {
	const struct option *of[2]; /* by enum tick_option; the one that says most */
	bool contradicts;
};

static bool
says_more(const struct option *a, const struct option *b)
{
	return b == NULL || (a->struck && !b->struck) || (b->mark <= MARK_EMPTY && a->mark > MARK_EMPTY);
}

static bool
is_marked(const struct option *o)
{
	return o != NULL && !o->struck && o->mark > MARK_EMPTY && o->mark != MARK_REFUSAL;
}

/* Whether a is chosen when b is the other option, which may be missing. */
static bool
is_chosen(const struct option *a, const struct option *b)
{
	enum mark other = b != NULL ? b->mark : MARK_NONE;

	if (a == NULL || a->struck || a->mark == MARK_DOUBT || other == MARK_DOUBT || a->mark == MARK_REFUSAL)
		return false;
	if (!is_marked(a))
		return b != NULL && b->struck;
	if (a->mark == MARK_OTHER)
		return other == MARK_EMPTY;
	if (!is_marked(b))
		return a->mark != MARK_CROSS || other == MARK_REFUSAL;
	if (other == MARK_CROSS || other == MARK_X)
		return a->mark != MARK_CROSS && a->mark != MARK_X;
	if (other == MARK_CIRCLE)
		return a->mark == MARK_FILLED || a->mark == MARK_TICK;
	return false;
}

static enum fault
add_tick(struct reply *out, const struct reply_lines *lines, const struct option *o, bool struck, struct why *why)
{
	struct tick *more = realloc(out->tick, (out->tick_count + 1) * sizeof *more);
	const struct span text = lines->line[o->line].inner;
	char *line = strndup(text.p, text.n);

	if (more != NULL)
		out->tick = more;
	if (more == NULL || line == NULL) {
		free(line);
		return why_set(why, FAULT_STOP, "out of memory for ticks");
	}
	out->tick[out->tick_count++] = (struct tick){o->option, o->certificate, line, struck};
	return FAULT_NONE;
}

/* Whether an empty box stands in another line: the other option, with words that are not known. */
static bool
has_other_box(const struct reply_lines *lines, size_t not_here)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct span s = span_of(lines->line[i].folded);
		bool is_bracket;
		size_t n;

		for (size_t at = 0; i != not_here && lines->line[i].age < 2 && at < s.n; at++)
			if (form_box_at(form_rest(s, at), &n, &is_bracket) == MARK_EMPTY)
				return true;
	}
	return false;
}

/*
 * One option is left of two, with an empty box: was the other deleted? Not where a program may have cut the quotation short behind the
 * first one; so either it is the second, or the quotation goes on behind it, or it is all there is.
 */
static bool
is_other_deleted(const struct form *form, const struct option *o)
{
	const struct reply_lines *lines = form->lines;
	bool is_last = true, is_first = true;

	if (lines->asked->certificate_count < 2 && has_other_box(lines, o->line))
		return false;
	for (size_t i = 0; i < lines->count; i++) {
		bool is_same = lines->line[i].is == lines->line[o->line].is || (lines->line[i].is == LINE_QUOTED && lines->line[i].age == 1);

		if (i == o->line || !is_same)
			continue;
		if (i < o->line)
			is_first = false;
		else
			is_last = false;
	}
	if (lines->asked->certificate_count > 1)
		return !is_last || o->option == TICK_DECLINE;
	return o->option == TICK_DECLINE || !is_last || is_first;
}

static enum fault
judge(struct reply *out, const struct form *form, int certificate, struct why *why)
{
	struct pair pair = {0};
	const struct option *renew, *decline;
	size_t count = 0;

	for (size_t i = 0; i < form->count; i++) {
		const struct option *o = &form->option[i];

		if (o->certificate != certificate)
			continue;
		count++;
		if (says_more(o, pair.of[o->option]))
			pair.of[o->option] = o;
	}
	renew = pair.of[TICK_RENEW];
	decline = pair.of[TICK_DECLINE];
	if (count == 0)
		return FAULT_NONE;
	if (is_chosen(renew, decline) && !is_chosen(decline, renew))
		return add_tick(out, form->lines, is_marked(renew) ? renew : decline, !is_marked(renew), why);
	if (is_chosen(decline, renew) && !is_chosen(renew, decline))
		return add_tick(out, form->lines, is_marked(decline) ? decline : renew, !is_marked(decline), why);
	if ((renew != NULL && (renew->mark > MARK_EMPTY || renew->struck)) || (decline != NULL && (decline->mark > MARK_EMPTY || decline->struck))) {
		out->form_is_ambiguous = true;
		return FAULT_NONE;
	}
	/* Both boxes empty: not answered here. */
	if (count == 1 && is_other_deleted(form, renew != NULL ? renew : decline))
		return add_tick(out, form->lines, renew != NULL ? renew : decline, false, why);
	return FAULT_NONE;
}

enum fault
reply_form_read(struct reply *out, struct reply_lines *lines, struct why *why)
{
	struct form form = {.lines = lines};
	enum fault fault = FAULT_NONE;

	collect(&form);
	if (form.no_memory)
		fault = why_set(why, FAULT_STOP, "out of memory for the form");
	out->form_is_ambiguous = form.is_ambiguous;
	for (int c = -1; fault == FAULT_NONE && c < (int)lines->asked->certificate_count; c++)
		fault = judge(out, &form, c, why);
	free(form.option);
	return fault;
}

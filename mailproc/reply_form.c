/*
 * reply_form.c - the ticks in the form of our letter
 *
 * The letter shows "[ ] 更新する" and "[ ] 更新しない", "[ ] Renew" and "[ ] Do not renew". Customers put x, レ, ○ or ■ into the box or beside
 * it, delete the line they do not want, or strike it out; in the quotation, or in a copy above it. All options that belong to one
 * certificate are collected first and judged together: ○ is a tick beside ×, and an empty circle beside ●.
 */
#include "reply_inner.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

enum mark { MARK_NONE, MARK_EMPTY, MARK_CIRCLE, MARK_CROSS, MARK_X, MARK_TICK, MARK_FILLED };

enum { OPTIONS_A_LINE = 4, NAME_REACH = 8, OPTION_MAX = 120 };

/* One option as it stands in the mail. */
struct option {
	enum tick_option option;
	enum mark mark;
	bool struck;
	const struct reply_line *line;
	int certificate;
};

struct form {
	struct option *option;
	size_t count;
	const struct reply_lines *lines;
	bool no_memory;
};

struct sign {
	const char *text;
	enum mark mark;
};

/* Signs that are a box by themselves, filled or empty; folded. */
static const struct sign boxes[] = {{"□", MARK_EMPTY}, {"☐", MARK_EMPTY}, {"◻", MARK_EMPTY}, {"▢", MARK_EMPTY}, {"⬜", MARK_EMPTY}, {"■", MARK_TICK},
    {"☑", MARK_TICK}, {"☒", MARK_TICK}, {"✅", MARK_TICK}, {"✓", MARK_TICK}, {"✔", MARK_TICK}, {"🗹", MARK_TICK}, {"◼", MARK_TICK}, {"⬛", MARK_TICK},
    {"○", MARK_CIRCLE}, {"◯", MARK_CIRCLE}, {"〇", MARK_CIRCLE}, {"⭕", MARK_CIRCLE}, {"◎", MARK_FILLED}, {"●", MARK_FILLED}, {"◉", MARK_FILLED}, {"⦿", MARK_FILLED},
    {"🔘", MARK_FILLED}, {"×", MARK_CROSS}, {"✕", MARK_CROSS}, {"✖", MARK_CROSS}, {"✗", MARK_CROSS}, {"✘", MARK_CROSS}, {"❌", MARK_CROSS},
    {"レ点", MARK_TICK}};

/* Signs that are a mark only inside brackets or after an arrow. */
static const struct sign letters[] = {{"x", MARK_X}, {"v", MARK_TICK}, {"れ", MARK_TICK}, {"レ", MARK_TICK}, {"∨", MARK_TICK}, {"√", MARK_TICK}, {"ν", MARK_TICK},
    {"o", MARK_CIRCLE}, {"*", MARK_TICK}, {"•", MARK_TICK}, {"・", MARK_NONE}, {"y", MARK_TICK}, {"yes", MARK_TICK}, {"済", MARK_TICK}};

static struct span
rest_at(struct span s, size_t at)
{
	return at <= s.n ? (struct span){s.p + at, s.n - at} : (struct span){0};
}

static struct span
trim_marks(struct span s)
{
	s = span_trim(s);
	while (s.n > 0 && s.p[0] == '*' && s.n > 1)
		s = span_trim(rest_at(s, 1));
	return s;
}

/* The sign at the start of s; its length in *n, 0 where none is. */
static enum mark
sign_at(const struct sign *sign, size_t count, struct span s, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < count; i++)
		if (span_starts(s, sign[i].text) && strlen(sign[i].text) > *n) {
			*n = strlen(sign[i].text);
			for (size_t k = i; k < count; k++)
				if (span_starts(s, sign[k].text) && strlen(sign[k].text) > *n)
					i = k, *n = strlen(sign[k].text);
			return sign[i].mark;
		}
	return MARK_NONE;
}

#define BOX_AT(s, n) sign_at(boxes, sizeof boxes / sizeof *boxes, s, n)
#define LETTER_AT(s, n) sign_at(letters, sizeof letters / sizeof *letters, s, n)

/* Whether s starts with a sign that is a box by itself. */
static bool
is_sign(struct span s)
{
	size_t n;

	BOX_AT(s, &n);
	return n > 0;
}

/* What stands inside brackets. *known is false where it is text and no mark. */
static enum mark
mark_inside(struct span inside, bool *known)
{
	struct span s = span_trim(inside);
	enum mark mark;
	size_t n;

	*known = true;
	if (s.n == 0 || span_is(s, "_") || span_is(s, "-") || span_is(s, "　"))
		return MARK_EMPTY;
	mark = BOX_AT(s, &n);
	if (n == s.n)
		return mark == MARK_EMPTY ? MARK_EMPTY : mark;
	mark = LETTER_AT(s, &n);
	if (n == s.n && mark != MARK_NONE)
		return mark;
	*known = false;
	return MARK_NONE;
}

/* A box at the start of s: [x], (○), ■. *n is its length, 0 where none is. */
static enum mark
box_at(struct span s, size_t *n)
{
	static const char *const bracket[][2] = {{"[", "]"}, {"(", ")"}, {"〔", "〕"}, {"【", "】"}, {"<", ">"}, {"{", "}"}};

	for (size_t i = 0; i < sizeof bracket / sizeof *bracket; i++) {
		struct span inside;
		const char *end;
		enum mark mark;
		bool known;

		if (!span_starts(s, bracket[i][0]))
			continue;
		inside = rest_at(s, strlen(bracket[i][0]));
		end = memmem(inside.p, inside.n, bracket[i][1], strlen(bracket[i][1]));
		if (end == NULL || end - inside.p > 12)
			continue;
		inside.n = (size_t)(end - inside.p);
		mark = mark_inside(inside, &known);
		if (!known)
			continue;
		*n = (size_t)(end - s.p) + strlen(bracket[i][1]);
		return mark;
	}
	return BOX_AT(s, n);
}

/* The option that text right behind a box names. */
static bool
option_at(struct span s, enum tick_option *option)
{
	static const char *const no[] = {"ない", "ません", "不要", "なし", "しない", "not ", "n't", "no ", "no,", "decline", "cancel", "lapse", "expire", "いらない", "不可"};
	struct span head = {s.p, s.n < OPTION_MAX ? s.n : OPTION_MAX};
	bool is_about;

	is_about = memmem(head.p, head.n, "更新", strlen("更新")) != NULL || memmem(head.p, head.n, "renew", 5) != NULL ||
	    memmem(head.p, head.n, "継続", strlen("継続")) != NULL;
	if (!is_about)
		return false;
	*option = TICK_RENEW;
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (memmem(head.p, head.n, no[i], strlen(no[i])) != NULL)
			*option = TICK_DECLINE;
	return true;
}

/* Whether the text is an option and nothing else, as the letter writes it. */
static bool
is_bare_option(struct span s, enum tick_option *option, size_t *n)
{
	static const struct {
		const char *text;
		enum tick_option option;
	} bare[] = {{"更新しない", TICK_DECLINE}, {"更新する", TICK_RENEW}, {"更新しません", TICK_DECLINE}, {"更新します", TICK_RENEW},
	    {"更新を希望しない", TICK_DECLINE}, {"更新を希望しません", TICK_DECLINE}, {"更新を希望する", TICK_RENEW}, {"更新を希望します", TICK_RENEW},
	    {"do not renew", TICK_DECLINE}, {"don't renew", TICK_DECLINE}, {"no, do not renew", TICK_DECLINE}, {"yes, renew", TICK_RENEW},
	    {"renew", TICK_RENEW}};

	for (size_t i = 0; i < sizeof bare / sizeof *bare; i++)
		if (span_starts(s, bare[i].text)) {
			*option = bare[i].option;
			*n = strlen(bare[i].text);
			return true;
		}
	return false;
}

/* A mark behind the option: "更新する ←○こちら", "Renew <-- this one", "更新する：○". */
static enum mark
mark_behind(struct span s)
{
	static const char *const arrow[] = {"←", "<-", "<=", "⇐", "◀", "👈", "<<"}, *const between[] = {":", "→", "->", "...", "=>"};
	bool has_arrow = false;
	enum mark mark;
	size_t n;

	s = span_trim(s);
	for (size_t i = 0; i < sizeof arrow / sizeof *arrow; i++)
		has_arrow = has_arrow || span_starts(s, arrow[i]);
	if (has_arrow) {
		static const char *const no[] = {"×", "ない", "no", "not", "ません", "ちがう", "違"};

		for (size_t i = 0; i < sizeof no / sizeof *no; i++)
			if (memmem(s.p, s.n, no[i], strlen(no[i])) != NULL)
				return MARK_NONE;
		return MARK_TICK;
	}
	for (size_t i = 0; i < sizeof between / sizeof *between; i++)
		if (span_starts(s, between[i]))
			s = span_trim(rest_at(s, strlen(between[i])));
	mark = box_at(s, &n);
	if (n > 0 && span_trim(rest_at(s, n)).n == 0)
		return mark;
	mark = LETTER_AT(s, &n);
	return n > 0 && n == s.n ? mark : MARK_NONE;
}

static void
add_option(struct form *form, struct option option)
{
	struct option *more = realloc(form->option, (form->count + 1) * sizeof *more);

	if (more == NULL) {
		form->no_memory = true;
		return;
	}
	form->option = more;
	form->option[form->count++] = option;
}

/* Whether the certificate's name stands in the folded text, as a whole word. */
static bool
names(const char *folded, const char *name)
{
	const char *p = folded;
	size_t n = strlen(name);

	while ((p = strcasestr(p, name)) != NULL) {
		bool before = p == folded || strchr("abcdefghijklmnopqrstuvwxyz0123456789-.", p[-1]) == NULL;
		bool after = p[n] == '\0' || strchr("abcdefghijklmnopqrstuvwxyz0123456789-", p[n]) == NULL;

		if (before && after)
			return true;
		p += n;
	}
	return false;
}

/* The certificate that the lines up to i speak of last; -1: none, or several at once. */
static int
certificate_above(const struct reply_lines *lines, size_t i)
{
	size_t reach = 0;

	for (size_t k = i + 1; k-- > 0 && reach < NAME_REACH;) {
		int found = -1;
		size_t count = 0;

		if (lines->line[k].is == LINE_BLANK)
			continue;
		reach++;
		for (size_t c = 0; c < lines->asked->certificate_count; c++)
			if (names(lines->line[k].folded, lines->asked->certificate[c])) {
				found = (int)c;
				count++;
			}
		if (count > 0)
			return count == 1 ? found : -1;
	}
	return -1;
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
		size_t n;

		if (((unsigned char)s.p[k] & 0xC0) == 0x80)
			continue;
		box_at(rest_at(s, k), &n);
		if (n > 0 && k > 3 && option_at(rest_at(s, k + n), &other))
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
		return behind.n <= OPTION_MAX && option_at(behind, option);
	return is_bare_option(behind, option, &n) && (n == behind.n || strchr(" (:,.~*<-=", behind.p[n]) != NULL ||
	    span_starts(rest_at(behind, n), "←") || span_starts(rest_at(behind, n), "。") || span_starts(rest_at(behind, n), "、"));
}

static enum mark
mark_of(enum mark in_box, struct span behind)
{
	enum tick_option bare;
	enum mark later;
	size_t n;

	if (in_box != MARK_EMPTY || !is_bare_option(behind, &bare, &n))
		return in_box;
	later = mark_behind(rest_at(behind, n));
	return later != MARK_NONE ? later : in_box;
}

/* An option without a box: only where something is put behind it, or where it is struck out. */
static size_t
option_without_box(const struct reply_line *line, struct option *option)
{
	struct span s = trim_marks(span_of(line->folded));
	enum tick_option bare;
	enum mark later;
	size_t n;

	if (!is_bare_option(s, &bare, &n))
		return 0;
	later = mark_behind(rest_at(s, n));
	if (later == MARK_NONE && !is_struck(line))
		return 0;
	*option = (struct option){.option = bare, .mark = later, .line = line};
	return 1;
}

/* The options of a line. */
static size_t
options_in(const struct reply_line *line, struct option *option)
{
	struct span s = span_of(line->folded);
	size_t count = 0, at = 0, n;

	while (at < s.n && count < OPTIONS_A_LINE) {
		enum mark mark = box_at(rest_at(s, at), &n);
		bool in_brackets = n > 0 && memchr("[(<{\xe3", s.p[at], 5) != NULL && !is_sign(rest_at(s, at));
		enum tick_option what;
		struct span behind;

		if (n == 0) {
			for (at++; at < s.n && ((unsigned char)s.p[at] & 0xC0) == 0x80;)
				at++;
			continue;
		}
		behind = option_extent(trim_marks(rest_at(s, at + n)));
		at += n;
		if (is_option(behind, in_brackets, &what))
			option[count++] = (struct option){.option = what, .mark = mark_of(mark, behind), .line = line};
	}
	if (count == 0)
		count = option_without_box(line, option);
	/* Where two options share a line it cannot be seen which one is struck. */
	if (count == 1)
		option[0].struck = is_struck(line);
	return count;
}

/* A row "www.example.jp  2027-02-15  → 更新する" or "… ○" of the list of certificates. */
static void
read_row(struct form *form, struct reply_line *line, bool has_legend)
{
	const struct asked *asked = form->lines->asked;
	int certificate = -1;
	struct span s = span_of(line->folded), tail;
	enum tick_option option;
	const char *at = NULL;
	enum mark mark;
	size_t n;

	for (size_t c = 0; c < asked->certificate_count; c++)
		if (names(line->folded, asked->certificate[c])) {
			if (certificate >= 0)
				return;
			certificate = (int)c;
			at = strcasestr(line->folded, asked->certificate[c]) + strlen(asked->certificate[c]);
		}
	if (certificate < 0)
		return;
	for (const char *p = at; (p = strstr(p, "→")) != NULL; at = p)
		p += strlen("→");
	tail = span_trim((struct span){at, s.n - (size_t)(at - s.p)});
	if (is_bare_option(tail, &option, &n)) {
		if (n == tail.n || tail.p[n] == '(' || tail.p[n] == ' ') {
			add_option(form, (struct option){option, MARK_TICK, false, line, certificate});
			line->is = LINE_FORM;
		}
		return;
	}
	if (!has_legend || asked->certificate_count < 2)
		return;
	for (size_t k = tail.n; k-- > 0;) {
		if (((unsigned char)tail.p[k] & 0xC0) == 0x80)
			continue;
		mark = BOX_AT(rest_at(tail, k), &n);
		if (n == 0 && !strchr(" |\t", tail.p[k]))
			return;
		if (n == 0)
			continue;
		if (mark == MARK_CIRCLE || mark == MARK_CROSS) {
			add_option(form, (struct option){mark == MARK_CIRCLE ? TICK_RENEW : TICK_DECLINE, MARK_TICK, false, line, certificate});
			line->is = LINE_FORM;
		}
		return;
	}
}

/* "○＝更新、×＝更新なし", or a column that is headed 更新. */
static bool
find_legend(struct reply_lines *lines)
{
	static const char *const legend[] = {"○=更新", "○:更新", "○は更新", "○→更新", "更新:○", "更新=○", "更新は○", "○が更新", "○更新", "更新○", "o=renew", "○=renew", "〇=更新", "〇:更新"};

	bool found = false;

	for (size_t i = 0; i < lines->count; i++)
		for (size_t k = 0; k < sizeof legend / sizeof *legend; k++)
			if (strstr(lines->line[i].folded, legend[k]) != NULL && lines->asked->certificate_count > 1) {
				found = true;
				if (lines->line[i].is == LINE_NEW)
					lines->line[i].is = LINE_FORM;
			}
	return found;
}

static void
collect(struct form *form, struct reply_lines *lines)
{
	bool legend = find_legend(lines);

	for (size_t i = 0; i < lines->count; i++) {
		struct reply_line *line = &lines->line[i];
		struct option option[OPTIONS_A_LINE];
		size_t n;

		/* What stands two mails back answered another question. */
		if (line->is == LINE_BLANK || line->is == LINE_ATTRIBUTION || line->age > 1)
			continue;
		n = options_in(line, option);
		if (n > 0 && line->is == LINE_NEW)
			line->is = LINE_FORM;
		for (size_t k = 0; k < n; k++) {
			option[k].certificate = lines->asked->certificate_count > 1 ? certificate_above(lines, i) : -1;
			add_option(form, option[k]);
		}
		if (n == 0)
			read_row(form, line, legend);
	}
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
	return o != NULL && !o->struck && o->mark > MARK_EMPTY;
}

/* Whether a is chosen when b is the other option, which may be missing. */
static bool
is_chosen(const struct option *a, const struct option *b)
{
	enum mark other = b != NULL ? b->mark : MARK_NONE;

	if (a == NULL || a->struck)
		return false;
	if (!is_marked(a))
		return b != NULL && b->struck && !is_marked(a);
	if (!is_marked(b))
		return a->mark != MARK_CROSS;
	if (other == MARK_CROSS || other == MARK_X)
		return a->mark != MARK_CROSS && a->mark != MARK_X;
	if (other == MARK_CIRCLE)
		return a->mark == MARK_FILLED || a->mark == MARK_TICK;
	return false;
}

static enum fault
add_tick(struct reply *out, const struct option *o, bool struck, struct why *why)
{
	struct tick *more = realloc(out->tick, (out->tick_count + 1) * sizeof *more);
	char *line = strndup(o->line->inner.p, o->line->inner.n);

	if (more != NULL)
		out->tick = more;
	if (more == NULL || line == NULL) {
		free(line);
		return why_set(why, FAULT_STOP, "out of memory for ticks");
	}
	out->tick[out->tick_count++] = (struct tick){o->option, o->certificate, line, struck};
	return FAULT_NONE;
}

/* Whether our letter shows both options, so that a missing one was deleted. */
static bool
letter_has_both(const struct asked *asked)
{
	const char *text = asked->letter_text;

	return text != NULL &&
	    ((strstr(text, "更新する") != NULL && strstr(text, "更新しない") != NULL) ||
		(strcasestr(text, "] renew") != NULL && strcasestr(text, "not renew") != NULL));
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
		return add_tick(out, is_marked(renew) ? renew : decline, !is_marked(renew), why);
	if (is_chosen(decline, renew) && !is_chosen(renew, decline))
		return add_tick(out, is_marked(decline) ? decline : renew, !is_marked(decline), why);
	if (is_marked(renew) || is_marked(decline) || (renew != NULL && renew->struck) || (decline != NULL && decline->struck)) {
		out->form_is_ambiguous = true;
		return FAULT_NONE;
	}
	/* Both boxes empty: not answered here. One line left of two: the other was deleted. */
	if (count == 1 && (renew == NULL) != (decline == NULL) && letter_has_both(form->lines->asked))
		return add_tick(out, renew != NULL ? renew : decline, false, why);
	return FAULT_NONE;
}

enum fault
reply_form_read(struct reply *out, struct reply_lines *lines, struct why *why)
{
	struct form form = {.lines = lines};
	enum fault fault = FAULT_NONE;

	collect(&form, lines);
	if (form.no_memory)
		fault = why_set(why, FAULT_STOP, "out of memory for the form");
	for (int c = -1; fault == FAULT_NONE && c < (int)lines->asked->certificate_count; c++)
		fault = judge(out, &form, c, why);
	free(form.option);
	return fault;
}

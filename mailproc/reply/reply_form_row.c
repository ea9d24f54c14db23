/*
 * reply_form_row.c - answers that stand beside the name of a certificate
 *
 * "www.example.jp  SSL-2026-00123  2027-02-15  更新する": a row of the list with a word or a sign behind it; an answer on the line below a
 * quoted name. A row that holds anything else is left to be read as words.
 */
#include "reply_form_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct span
skip_separators(struct span s)
{
	static const char *const separator[] = {" ", ":", "|", "-", "–", "—", "…", "・", "=", "→", "⇒", "➡", ">", ",", "、", "/", "\"", "*", "(", "[", "]", ")", "「", "」", "は", "の証明書は", "について",
	    ".", ";", "~", "ー", "─"};

	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < COUNT(separator); i++)
			if (s.n > strlen(separator[i]) && span_starts(s, separator[i])) {
				s = form_rest(s, strlen(separator[i]));
				again = true;
			}
	}
	return s;
}

/* Bytes of a date at the start of s: 2027年2月15日(月), 2027/1/21, 15 feb 2027, feb 15, 2027. 0: none. */
static size_t
date_len(struct span s)
{
	static const char *const month[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "年", "月", "日", "まで", "期限", "(月)", "(火)", "(水)", "(木)", "(金)", "(土)", "(日)"};
	size_t n = 0, digits = 0;

	while (n < s.n) {
		size_t word = 0;

		for (size_t i = 0; i < COUNT(month); i++)
			if (span_starts(form_rest(s, n), month[i]))
				word = strlen(month[i]);
		if (word == 3 && islower((unsigned char)s.p[n]))
			while (n + word < s.n && islower((unsigned char)s.p[n + word]))
				word++;
		if (word == 0 && (isdigit((unsigned char)s.p[n]) || (n > 0 && strchr("/-., ", s.p[n]) != NULL)))
			word = 1;
		if (word == 0)
			break;
		digits += isdigit((unsigned char)s.p[n]) != 0;
		n += word;
	}
	return digits >= 3 ? n : 0;
}

struct span
form_answer_behind(struct span s)
{
	for (;;) {
		size_t n;

		s = skip_separators(s);
		n = span_starts(s, "ssl-") ? 4 + strspn(s.p + 4, "0123456789-") : date_len(s);
		if (n == 0 || n > s.n)
			return span_trim(s);
		s = form_rest(s, n);
	}
}

/* The certificate that a row starts with, by the first label of its name or its number in the list; -1: none. */
static int
by_label_or_number(const struct asked *asked, struct span s, const char **behind)
{
	static const char *const bullet[] = {"・", "-", "*", "•", "●", "■", "◆", "→", " "};
	int found = -1;
	size_t n;

	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < COUNT(bullet); i++)
			if (s.n > strlen(bullet[i]) && span_starts(s, bullet[i])) {
				s = form_rest(s, strlen(bullet[i]));
				again = true;
			}
	}
	for (size_t c = 0; c < asked->certificate_count; c++) {
		size_t label = strcspn(asked->certificate[c], ".");

		if (label < 2 || s.n <= label || strncasecmp(s.p, asked->certificate[c], label) != 0 || form_is_name_char(s.p[label]))
			continue;
		if (s.p[label] == '.' && s.n > label + 1 && form_is_name_char(s.p[label + 1]))
			continue;
		if (found >= 0)
			return -1;
		found = (int)c;
		*behind = s.p + label;
	}
	if (found >= 0)
		return found;
	if (span_starts(s, "no."))
		s = span_trim(form_rest(s, 3));
	else if (span_starts(s, "no") || span_starts(s, "#") || span_starts(s, "("))
		s = span_trim(form_rest(s, span_starts(s, "no") ? 2 : 1));
	n = s.n > 0 ? strspn(s.p, "0123456789") : 0;
	if (n == 0 || n > 2 || n >= s.n || atoi(s.p) < 1 || (size_t)atoi(s.p) > asked->certificate_count)
		return -1;
	found = atoi(s.p) - 1;
	s = form_rest(s, n);
	if (span_starts(s, "番目") || span_starts(s, "件目") || span_starts(s, "つ目"))
		s = form_rest(s, strlen("番目"));
	else if (span_starts(s, "番"))
		s = form_rest(s, strlen("番"));
	else if (strchr(".):= ", s.p[0]) == NULL && (unsigned char)s.p[0] < 0x80)
		return -1;
	*behind = s.p;
	return found;
}

/* ---- one row ---- */

struct row {
	int certificate;
	enum tick_option option;
	enum mark mark;
	struct span note; /* in brackets behind the answer, folded */
	bool is_ditto;
};

/* Whether the words before a name are nothing but a bullet, a number, a reference. */
static bool
is_lead(struct span s)
{
	s = form_answer_behind(s);
	while (s.n > 0 && (isdigit((unsigned char)*s.p) || strchr(".:)([]#*- \"", *s.p) != NULL))
		s = form_rest(s, 1);
	return s.n == 0 || span_is(s, "no") || span_is(s, "・") || span_is(s, "●") || span_is(s, "こもんねーむ") || span_is(s, "こもんねーむ:") || span_is(s, "common name:");
}

static bool
is_ditto(struct span s)
{
	static const char *const ditto[] = {"同上", "同じ", "同じく", "〃", "々", "\"", "''", "ditto", "same", "same as above", "same again", "同様", "同様に", "上に同じ", "上と同じ"};

	while (s.n > 3 && (span_is(form_rest(s, s.n - 3), "。") || span_is(form_rest(s, s.n - 3), "、")))
		s.n -= 3;
	if (s.n > 6 && span_is(form_rest(s, s.n - 6), "です"))
		s.n -= 6;
	for (size_t i = 0; i < COUNT(ditto); i++)
		if (span_is(s, ditto[i]))
			return true;
	return false;
}

/* "○ www.example.jp": a sign right before the name, and nothing behind it. A circle is a bullet as well: so only where a cross is used too. */
static bool
parse_sign_before(const struct asked *asked, const struct reply_line *line, bool has_cross, struct row *row)
{
	const char *behind = NULL;
	struct span s = span_of(line->folded), sign;

	row->certificate = form_named(asked, line->folded, &behind);
	if (row->certificate < 0 || !has_cross || line->is != LINE_NEW || span_trim(span_of(behind)).n > 0)
		return false;
	sign = span_trim((struct span){s.p, (size_t)(behind - s.p) - strlen(asked->certificate[row->certificate])});
	return form_answer(sign, &row->option, &row->mark) && row->mark != MARK_NONE;
}

static bool
has_cross_before_name(const struct reply_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct row row = {0};

		if (parse_sign_before(lines->asked, &lines->line[i], true, &row) && row.mark == MARK_CROSS)
			return true;
	}
	return false;
}

static bool
parse_row(const struct asked *asked, const struct reply_line *line, struct row *row)
{
	const char *behind = NULL, *open;
	struct span s = span_of(line->folded), tail;

	*row = (struct row){.certificate = form_named(asked, line->folded, &behind)};
	if (row->certificate == -1 && line->is == LINE_NEW && asked->certificate_count > 1)
		row->certificate = by_label_or_number(asked, s, &behind);
	else if (row->certificate >= 0 && !is_lead((struct span){s.p, (size_t)(behind - s.p) - strlen(asked->certificate[row->certificate])}))
		return false;
	if (row->certificate < 0)
		return false;
	tail = form_answer_behind((struct span){behind, s.n - (size_t)(behind - s.p)});
	/* A row between pipes. */
	while (s.p[0] == '|' && tail.n > 0 && (tail.p[tail.n - 1] == '|' || tail.p[tail.n - 1] == ' '))
		tail.n--;
	row->is_ditto = is_ditto(span_trim((struct span){behind, s.n - (size_t)(behind - s.p)})) || is_ditto(tail);
	/* A ditto mark may have been taken for a separator. */
	if (!row->is_ditto && tail.n == 0 && s.n > 0 && s.p[s.n - 1] == '"')
		row->is_ditto = true;
	if (row->is_ditto || form_answer(tail, &row->option, &row->mark))
		return true;
	open = tail.n > 2 && tail.p[tail.n - 1] == ')' ? memchr(tail.p + 1, '(', tail.n - 1) : NULL;
	if (open == NULL || !form_answer((struct span){tail.p, (size_t)(open - tail.p)}, &row->option, &row->mark))
		return false;
	row->note = (struct span){open, (size_t)(tail.p + tail.n - open)};
	return true;
}

/* What is left of a line to be read as words: from its last bracket on. */
static void
keep_note(struct form *form, struct reply_line *line)
{
	static const char *const open[] = {"(", "（"};
	const char *from = NULL;

	for (size_t i = 0; i < COUNT(open); i++)
		for (const char *p = line->whole.p; (p = memmem(p, line->whole.n - (size_t)(p - line->whole.p), open[i], strlen(open[i]))) != NULL; p++)
			from = from == NULL || p < from ? p : from;
	if (from == NULL)
		return;
	free(line->left);
	line->left = strndup(from, line->whole.n - (size_t)(from - line->whole.p));
	form->no_memory = form->no_memory || line->left == NULL;
	line->is = LINE_NEW;
}

/* ---- an answer below each quoted name ---- */

/* The certificate of the quoted line above line i, where i starts words of the customer; -1: none. */
static int
quoted_above(const struct reply_lines *lines, size_t i)
{
	const char *behind;
	size_t k = i;
	int found;

	if (lines->line[i].is != LINE_NEW)
		return -1;
	while (k > 0 && lines->line[k - 1].is == LINE_BLANK)
		k--;
	if (k == 0 || lines->line[k - 1].is != LINE_QUOTED || lines->line[k - 1].age > 1)
		return -1;
	found = form_named(lines->asked, lines->line[k - 1].folded, &behind);
	return found >= 0 ? found : -1;
}

static void
put_name_before(struct form *form, struct reply_line *line, int certificate)
{
	struct buf text = BUF_MAX(1 << 20);

	buf_addf(&text, "%s:\n", form->lines->asked->certificate[certificate]);
	buf_add_span(&text, line->whole);
	free(line->left);
	line->left = buf_take(&text);
	form->no_memory = form->no_memory || line->left == NULL;
}

/* Where words stand below the names of two certificates or more, each of them speaks of the name above it. */
static void
read_answers_below(struct form *form)
{
	struct reply_lines *lines = form->lines;
	size_t answered = 0;
	int last = -1;

	for (size_t i = 0; i < lines->count; i++) {
		int c = quoted_above(lines, i);

		answered += c >= 0 && c != last;
		last = c >= 0 ? c : last;
	}
	for (size_t i = 0; answered > 1 && i < lines->count; i++) {
		int c = quoted_above(lines, i);
		bool is_alone = i + 1 >= lines->count || lines->line[i + 1].is != LINE_NEW;
		enum tick_option option;
		enum mark mark;

		if (c < 0)
			continue;
		if (is_alone && form_answer(form_answer_behind(span_of(lines->line[i].folded)), &option, &mark)) {
			form_add_option(form, (struct option){option, MARK_TICK, false, i, c});
			lines->line[i].is = LINE_FORM;
		} else {
			put_name_before(form, &lines->line[i], c);
		}
	}
}

/* ---- all rows ---- */

/* A circle and a cross speak for themselves only where both are used, or where it is said what they mean. */
static void
judge_signs(struct form *form, size_t from, bool has_legend, bool is_reversed)
{
	bool has_sign = false, has_cross = false, has_renew = false;

	for (size_t i = from; i < form->count; i++) {
		struct option *o = &form->option[i];

		has_sign = has_sign || o->mark == MARK_CIRCLE || o->mark == MARK_CROSS;
		has_cross = has_cross || o->mark == MARK_CROSS;
		has_renew = has_renew || (o->option == TICK_RENEW && o->mark != MARK_CROSS);
		o->mark = MARK_TICK;
	}
	if (has_sign && (is_reversed || (has_cross && !has_renew && !has_legend)))
		form->is_ambiguous = true;
}

void
form_read_rows(struct form *form)
{
	struct reply_lines *lines = form->lines;
	size_t from, first = lines->count;
	bool is_reversed, legend = form_find_legend(lines, &is_reversed), has_cross = lines->asked->certificate_count > 1 && has_cross_before_name(lines);
	struct row last = {.certificate = -1};

	read_answers_below(form);
	form_read_column_tables(form);
	from = form->count;
	for (size_t i = 0; i < lines->count; i++) {
		struct reply_line *line = &lines->line[i];
		struct row row = {0};

		if (line->is == LINE_BLANK || line->is == LINE_FORM || line->is == LINE_ATTRIBUTION || line->age > 1 || line->left != NULL)
			continue;
		/* A single certificate's row above the quotation is a sentence like any other. */
		if ((line->is == LINE_NEW && lines->asked->certificate_count < 2) || (line->is != LINE_NEW && reply_is_in_letter(lines, line)) ||
		    (!parse_row(lines->asked, line, &row) && !parse_sign_before(lines->asked, line, has_cross, &row))) {
			last.certificate = -1;
			if (line->is == LINE_NEW && lines->asked->certificate_count > 1)
				form_read_names(form, i);
			continue;
		}
		if (row.is_ditto && last.certificate < 0)
			continue;
		if (row.is_ditto) {
			row.option = last.option;
			row.mark = last.mark;
		}
		form_add_option(form, (struct option){row.option, row.mark, false, i, row.certificate});
		line->is = LINE_FORM;
		if (row.note.n > 0)
			keep_note(form, line);
		first = i < first ? i : first;
		last = row;
	}
	judge_signs(form, from, legend, is_reversed);
	if (form->count > from) {
		form_cut_heading(form, first);
		if (legend)
			form_cut_legend(form);
	}
}

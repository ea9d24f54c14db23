/*
 * reply_form_table.c - what stands above the rows of a list: legends, headings, a column for each option
 */
#include "reply_form_inner.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"

enum { HEADING_REACH = 3, COLUMN_SLACK = 4 };

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- legends and headings ---- */

/* "○＝更新、×＝更新なし". What it stands in is read as words but for the legend. *is_reversed: the circle is said to mean the opposite. */
bool
form_find_legend(struct reply_lines *lines, bool *is_reversed)
{
	static const char *const legend[] = {"○=更新", "○:更新", "○は更新", "○→更新", "更新:○", "更新=○", "更新は○", "○が更新", "○更新", "更新○", "o=renew", "○=renew", "○:renew", "○=継続", "○:継続", "○要",
	    "○=要", "○:要", "更新するものに○", "更新に○", "更新する場合は○"};
	static const char *const reversed[] = {"○=更新し", "○:更新し", "○は更新し", "○が更新し", "○=不要", "○:不要", "○は不要", "○が不要", "不要なものに○", "しないものに○", "×=更新する", "×は更新する", "○=停止", "○は停止",
	    "○=解約", "不要に○", "更新なし=○", "更新しないに○"};
	bool found = false;

	*is_reversed = false;
	for (size_t i = 0; i < lines->count; i++) {
		struct reply_line *line = &lines->line[i];
		const char *folded = line->folded;

		for (size_t k = 0; k < COUNT(reversed); k++)
			if (strstr(folded, reversed[k]) != NULL && strstr(folded, "○=更新します") == NULL && strstr(folded, "○=更新する") == NULL &&
			    strstr(folded, "○:更新する") == NULL && strstr(folded, "○は更新する") == NULL && strstr(folded, "○が更新する") == NULL)
				*is_reversed = true;
		for (size_t k = 0; k < COUNT(legend); k++)
			found = found || strstr(folded, legend[k]) != NULL;
	}
	return found;
}

/* Takes the legend in brackets out of the words, or the line where it holds nothing else. */
void
form_cut_legend(struct form *form)
{
	for (size_t i = 0; i < form->lines->count; i++) {
		struct reply_line *line = &form->lines->line[i];
		const char *p = line->is == LINE_NEW ? strstr(line->folded, "○") : NULL;
		const char *open, *cross = strstr(line->folded, "×");

		if (p == NULL || cross == NULL || form->lines->asked->certificate_count < 2)
			continue;
		if (strlen(line->folded) < 80 && strstr(line->folded, "。") == NULL) {
			line->is = LINE_FORM;
			continue;
		}
		open = memmem(line->whole.p, line->whole.n, "（", 3);
		if (open == NULL)
			open = memchr(line->whole.p, '(', line->whole.n);
		if (open == NULL || line->folded[strlen(line->folded) - 1] != ')')
			continue;
		free(line->left);
		line->left = strndup(line->whole.p, (size_t)(open - line->whole.p));
		form->no_memory = form->no_memory || line->left == NULL;
	}
}

/* The heading of a table, above its first row: names of columns. */
void
form_cut_heading(struct form *form, size_t first)
{
	static const char *const column[] = {"こもんねーむ", "管理番号", "有効期限", "証明書", "common name", "certificate", "reference", "ref", "no ", "no.", "expires", "host", "domain", "どめいん", "更新", "renew", "さいと"};
	size_t reach = 0;

	for (size_t k = first; k-- > 0 && reach < HEADING_REACH;) {
		struct reply_line *line = &form->lines->line[k];
		size_t columns = 0;
		const char *behind;

		if (line->is == LINE_BLANK)
			continue;
		reach++;
		if (line->is != LINE_NEW || form_named(form->lines->asked, line->folded, &behind) != -1)
			return;
		for (size_t i = 0; i < COUNT(column); i++)
			columns += strstr(line->folded, column[i]) != NULL;
		if (columns >= 2 && (memchr(line->whole.p, '\t', line->whole.n) != NULL || memmem(line->whole.p, line->whole.n, "  ", 2) != NULL ||
		    memmem(line->whole.p, line->whole.n, "　", 3) != NULL || memchr(line->whole.p, '|', line->whole.n) != NULL)) {
			line->is = LINE_FORM;
			return;
		}
	}
}

/* ---- a column for each option ---- */

struct column {
	size_t from, to, tabs; /* on the screen */
};

static size_t
count_tabs(struct span s)
{
	size_t tabs = 0;

	for (size_t i = 0; i < s.n; i++)
		tabs += s.p[i] == '\t';
	return tabs;
}

static bool
find_column(const struct reply_line *line, const char *const *text, size_t count, struct column *out)
{
	for (size_t i = 0; i < count; i++) {
		const char *p = memmem(line->whole.p, line->whole.n, text[i], strlen(text[i]));
		struct span before;

		if (p == NULL)
			continue;
		before = (struct span){line->whole.p, (size_t)(p - line->whole.p)};
		*out = (struct column){text_width(before), text_width(before) + text_width(span_of(text[i])), count_tabs(before)};
		return true;
	}
	return false;
}

static size_t
distance(const struct column *column, size_t x)
{
	return x + 1 < column->from ? column->from - x : x > column->to ? x - column->to : 0;
}

/* What stands before the last character of a line that is no closing bracket. */
static struct span
before_last_mark(const struct reply_line *line)
{
	const char *p = line->inner.p + line->inner.n;

	do {
		p--;
		while (p > line->whole.p && ((unsigned char)*p & 0xC0) == 0x80)
			p--;
	} while (p > line->whole.p && (*p == ' ' || *p == ']' || *p == ')' || *p == '|'));
	return (struct span){line->whole.p, (size_t)(p - line->whole.p)};
}

/* Reads the rows below a heading with two columns; a mark that stands between them is no answer. */
static void
read_columns(struct form *form, size_t heading, const struct column *renew, const struct column *decline)
{
	for (size_t i = heading + 1; i < form->lines->count; i++) {
		struct reply_line *line = &form->lines->line[i];
		struct span before;
		const char *behind;
		enum mark mark;
		size_t x, to_renew, to_decline;
		int certificate;

		if (line->is == LINE_BLANK)
			continue;
		certificate = form_named(form->lines->asked, line->folded, &behind);
		if (certificate < 0 || line->is == LINE_ATTRIBUTION)
			return;
		mark = form_mark_behind(form_answer_behind(span_of(behind)));
		if (mark <= MARK_EMPTY)
			continue;
		before = before_last_mark(line);
		x = text_width(before);
		to_renew = count_tabs(before) > 0 ? (count_tabs(before) == renew->tabs ? 0 : 99) : distance(renew, x);
		to_decline = count_tabs(before) > 0 ? (count_tabs(before) == decline->tabs ? 0 : 99) : distance(decline, x);
		line->is = LINE_FORM;
		if ((to_renew <= COLUMN_SLACK) == (to_decline <= COLUMN_SLACK))
			form->is_ambiguous = true;
		else
			form_add_option(form, (struct option){to_renew < to_decline ? TICK_RENEW : TICK_DECLINE, mark == MARK_DOUBT ? mark : MARK_TICK, false, i, certificate});
	}
}

void
form_read_column_tables(struct form *form)
{
	static const char *const yes[] = {"更新する", "更新します", "Renew", "renew", "RENEW", "更新"}, *const no[] = {"更新しない", "更新しません", "Do not renew", "do not renew", "Do Not Renew", "DO NOT RENEW", "Don't renew",
	    "不要", "Cancel"};

	for (size_t i = 0; i < form->lines->count && form->lines->asked->certificate_count > 1; i++) {
		struct reply_line *line = &form->lines->line[i];
		struct column renew, decline;
		const char *behind;
		size_t count = form->count;

		if (line->is == LINE_BLANK || line->is == LINE_ATTRIBUTION || line->age > 1 || form_named(form->lines->asked, line->folded, &behind) != -1)
			continue;
		if (!find_column(line, no, COUNT(no), &decline) || !find_column(line, yes, COUNT(yes), &renew))
			continue;
		if (renew.to > decline.from && renew.from <= decline.from + 8 && renew.tabs == decline.tabs)
			continue;
		read_columns(form, i, &renew, &decline);
		if (form->count > count && line->is == LINE_NEW)
			line->is = LINE_FORM;
	}
}

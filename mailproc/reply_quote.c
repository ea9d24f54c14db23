/*
 * reply_quote.c - what somebody else wrote
 *
 * Three ways of quoting: marks before each line; a block of headers, after which the earlier mail stands unmarked to the end; and our
 * own letter, unmarked, with nothing that says so. The last is found by comparing with the letter.
 */
#include "reply_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SAYS_QUOTE_ONLY (1ul << SAYS_QUOTE)

enum { LETTER_RUN_LINES = 3, LETTER_RUN_BYTES = 60, HEADER_BLOCK_LINES = 10 };

/* Which field of a mail's header the line shows; 0: none. */
static int
header_field(const char *folded)
{
	static const struct {
		const char *name;
		int field;
	} fields[] = {{"from", 1}, {"差出人", 1}, {"送信者", 1}, {"送信元", 1}, {"発信者", 1}, {"sent", 2}, {"date", 2}, {"送信日時", 2},
	    {"日時", 2}, {"日付", 2}, {"送信日", 2}, {"to", 3}, {"宛先", 3}, {"受信者", 3}, {"cc", 4}, {"subject", 5}, {"sub", 5}, {"件名", 5},
	    {"importance", 6}, {"重要度", 6}, {"reply-to", 6}, {"返信先", 6}};
	struct span s = span_of(folded);

	while (s.n > 0 && (*s.p == '*' || *s.p == '_')) {
		s.p++;
		s.n--;
	}
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		size_t n = strlen(fields[i].name);

		if (!span_starts(s, fields[i].name))
			continue;
		while (n < s.n && (s.p[n] == ' ' || s.p[n] == '*' || s.p[n] == '_'))
			n++;
		if (n < s.n && s.p[n] == ':')
			return fields[i].field;
	}
	return 0;
}

/* The line after a block of header lines that starts at i; i itself where none does: From and Date or Subject at least. */
static size_t
header_block_end(const struct reply_lines *lines, size_t i)
{
	size_t end = i, seen = 0, blank = 0, fields = 0;

	for (size_t k = i; k < lines->count && k < i + HEADER_BLOCK_LINES + blank; k++) {
		const struct reply_line *line = &lines->line[k];
		int field = header_field(line->folded);

		if (line->is == LINE_BLANK) {
			if (++blank > 2)
				break;
			continue;
		}
		if (field == 0 && line->folded[0] != '\0' && seen > 0 && k > i && line->whole.p[0] != ' ' && line->whole.p[0] != '\t')
			break;
		if (field == 0 && seen == 0)
			break;
		if (field == 0)
			continue;
		blank = 0;
		fields |= 1u << field;
		seen++;
		end = k + 1;
	}
	return (fields & 2u) != 0 && (fields & (4u | 32u)) != 0 ? end : i;
}

static size_t
next_written(const struct reply_lines *lines, size_t i)
{
	while (i < lines->count && lines->line[i].is == LINE_BLANK)
		i++;
	return i;
}

static void
mark(struct reply_lines *lines, size_t from, size_t to, enum line_is is, size_t age)
{
	for (size_t i = from; i < to && i < lines->count; i++)
		if (lines->line[i].is != LINE_BLANK) {
			lines->line[i].is = is;
			lines->line[i].age = age;
		}
}

/* "On 22 Nov 2026, at 10:00, Sample Hosting\n<ssl@example> wrote:" takes two lines or three. */
static bool
says_quote_in_lines(const struct reply_lines *lines, size_t i, size_t n)
{
	struct buf joined = BUF_MAX(4096);
	struct rule_match match;
	bool limit_reached = false, found;

	for (size_t k = i; k < i + n; k++) {
		if (k >= lines->count || lines->line[k].is == LINE_BLANK || lines->line[k].depth != lines->line[i].depth) {
			buf_release(&joined);
			return false;
		}
		buf_add_text(&joined, lines->line[k].folded);
		buf_add_char(&joined, ' ');
	}
	found = !joined.failed && rules_match(lines->rules, SAYS_QUOTE_ONLY, span_trim(buf_span(&joined)), &match, 1, &limit_reached) > 0;
	buf_release(&joined);
	return found;
}

/* How many lines from i introduce a quotation; 0: none. */
static size_t
introduction(const struct reply_lines *lines, size_t i)
{
	size_t end = header_block_end(lines, i);

	if (end > i)
		return end - i;
	for (size_t n = 1; n <= 3; n++)
		if (says_quote_in_lines(lines, i, n))
			return n;
	return 0;
}

/*
 * Inside an unmarked quotation of our letter the customer may have written between our lines or below them: what is not
 * in the letter is new. Only where the quotation is certainly our letter, and only up to the next introduction.
 */
static void
find_answers_inside(struct reply_lines *lines, size_t from, size_t to)
{
	size_t first = to, in_letter = 0;

	for (size_t i = from; i < to; i++)
		if (lines->line[i].is == LINE_QUOTED && reply_is_in_letter(lines, &lines->line[i])) {
			in_letter++;
			if (first == to)
				first = i;
		}
	if (in_letter < LETTER_RUN_LINES)
		return;
	for (size_t i = first; i < to; i++)
		if (lines->line[i].is == LINE_QUOTED && !reply_is_in_letter(lines, &lines->line[i]))
			lines->line[i].is = LINE_NEW;
}

/* Runs of lines that stand in our letter, without marks and without introduction. */
static void
find_letter_runs(struct reply_lines *lines)
{
	size_t i = 0;

	while (i < lines->count) {
		size_t end = i, count = 0, bytes = 0;

		for (size_t k = i; k < lines->count; k++) {
			if (lines->line[k].is == LINE_BLANK)
				continue;
			if (lines->line[k].is != LINE_NEW || !reply_is_in_letter(lines, &lines->line[k]))
				break;
			count++;
			bytes += lines->line[k].inner.n;
			end = k + 1;
		}
		if (count >= LETTER_RUN_LINES && bytes >= LETTER_RUN_BYTES)
			mark(lines, i, end, LINE_QUOTED, 1);
		i = end > i ? end : i + 1;
	}
}

static bool
is_rule_line(const struct reply_line *line)
{
	return strspn(line->folded, "_-=*") >= 5 && line->folded[strspn(line->folded, "_-=* ")] == '\0';
}

/* What follows an introduction at line i, which ends before `end`: marked lines speak for themselves, unmarked ones are quoted up to the end. */
static size_t
quote_after(struct reply_lines *lines, size_t i, size_t end, size_t age)
{
	size_t next = next_written(lines, end), to;

	mark(lines, i, end, LINE_ATTRIBUTION, age);
	if (i > 0 && is_rule_line(&lines->line[i - 1]) && lines->line[i - 1].is == LINE_NEW)
		lines->line[i - 1].is = LINE_ATTRIBUTION;
	/* A second header block right below, as after "-----Original Message-----". */
	while (next < lines->count && lines->line[next].depth == 0 && header_block_end(lines, next) > next) {
		to = header_block_end(lines, next);
		mark(lines, next, to, LINE_ATTRIBUTION, age);
		next = next_written(lines, to);
	}
	if (next >= lines->count || lines->line[next].depth > 0)
		return next;
	for (to = next; to < lines->count && introduction(lines, to) == 0;)
		to++;
	mark(lines, next, to, LINE_QUOTED, age);
	if (age == 1)
		find_answers_inside(lines, next, to);
	return to;
}

void
reply_quote_find(struct reply_lines *lines)
{
	size_t unmarked = 0, i = 0;

	while (i < lines->count) {
		struct reply_line *line = &lines->line[i];
		size_t n;

		if (line->is == LINE_BLANK) {
			i++;
			continue;
		}
		if (line->depth > 0) {
			line->is = LINE_QUOTED;
			line->age = line->depth + unmarked;
			i++;
			continue;
		}
		n = introduction(lines, i);
		if (n == 0) {
			i++;
			continue;
		}
		n = quote_after(lines, i, i + n, unmarked + 1);
		/* Only an unmarked quotation makes what follows older. */
		if (n > 0 && n <= lines->count && n > i && lines->line[n - 1].is == LINE_QUOTED)
			unmarked++;
		i = n;
	}
	find_letter_runs(lines);
}

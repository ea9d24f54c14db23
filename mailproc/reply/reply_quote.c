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

enum { LETTER_RUN_LINES = 3, LETTER_RUN_BYTES = 60, HEADER_BLOCK_LINES = 10, INTRODUCTION_LINES = 5 };

/* Which field of a mail's header the line shows; 0: none. */
static int
header_field(const char *folded)
{
	static const struct {
		const char *name;
		int field;
	} fields[] = {{"from", 1}, {"差出人", 1}, {"送信者", 1}, {"送信元", 1}, {"発信者", 1}, {"发件人", 1}, {"寄件者", 1}, {"von", 1}, {"de", 1}, {"da", 1}, {"van", 1}, {"från", 1},
	    {"fra", 1}, {"od", 1}, {"от", 1}, {"від", 1}, {"sent", 2}, {"date", 2}, {"送信日時", 2}, {"日時", 2}, {"日付", 2}, {"送信日", 2}, {"送信時刻", 2}, {"发送时间", 2}, {"gesendet", 2}, {"datum", 2},
	    {"envoyé", 2}, {"envoyé le", 2}, {"message du", 2}, {"inviato", 2}, {"data", 2}, {"enviado", 2}, {"enviado el", 2}, {"fecha", 2}, {"verzonden", 2}, {"skickat", 2}, {"sendt", 2}, {"dato", 2},
	    {"wysłano", 2}, {"отправлено", 2}, {"дата", 2}, {"to", 3}, {"宛先", 3}, {"受信者", 3}, {"收件人", 3}, {"an", 3}, {"à", 3}, {"a", 3}, {"para", 3}, {"aan", 3}, {"till", 3}, {"til", 3}, {"do", 3},
	    {"кому", 3}, {"cc", 4}, {"bcc", 4}, {"copie à", 4}, {"kopie", 4}, {"抄送", 4}, {"subject", 5}, {"sub", 5}, {"件名", 5}, {"主题", 5}, {"主旨", 5}, {"betreff", 5}, {"objet", 5}, {"sujet", 5}, {"oggetto", 5},
	    {"asunto", 5}, {"assunto", 5}, {"onderwerp", 5}, {"ämne", 5}, {"emne", 5}, {"temat", 5}, {"тема", 5}, {"importance", 6}, {"重要度", 6}, {"priority", 6}, {"reply-to", 6}, {"返信先", 6}, {"risposta", 6},
	    {"attachments", 6}, {"添付ふぁいる", 6}, {"添付", 6}};
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
		/* What a field says may go on in the next line: indented, an address, or the rest of a subject in the middle of the block. */
		if (field == 0 && seen > 0 && strchr(" \t<", line->whole.p[0]) == NULL &&
		    (k + 1 >= lines->count || header_field(lines->line[k + 1].folded) == 0 || line->inner.n > 78 || strstr(line->folded, "。") != NULL))
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

/* Whether nothing but a date stands in the line: "On Sun, 22 Nov 2026 10:00:14 +0900". */
static bool
is_date_line(const char *folded)
{
	static const char *const word[] = {"on", "at", "am", "pm", "gmt", "utc", "jst", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "day", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct",
	    "nov", "dec", "年", "月", "日", "時", "分", "秒", "(火)", "(水)", "(木)", "(金)", "(土)", "に", "、"};
	bool has_digit = false;

	while (*folded != '\0') {
		size_t n = strcspn(folded, "abcdefghijklmnopqrstuvwxyz") > 0 && (unsigned char)*folded < 0x80 ? 1 : 0;

		has_digit = has_digit || isdigit((unsigned char)*folded);
		for (size_t i = 0; n == 0 && i < sizeof word / sizeof *word; i++)
			if (strncmp(folded, word[i], strlen(word[i])) == 0)
				n = strlen(word[i]);
		if (n == 0)
			return false;
		folded += n;
		if (islower((unsigned char)folded[-1]) && n == 3)
			folded += strspn(folded, "abcdefghijklmnopqrstuvwxyz");
	}
	return has_digit;
}

/* Whether a line ends, or the next begins, with the bracket of an address. */
static bool
is_broken_address(const struct reply_line *line, const struct reply_line *next)
{
	return (line->inner.n > 0 && line->inner.p[line->inner.n - 1] == '<') || span_starts(next->inner, "<");
}

/* The n written lines from i, folded, in lines. False where they do not belong together. *end is the line after the last. */
static bool
join_lines(const struct reply_lines *lines, size_t i, size_t n, struct buf *joined, size_t *end)
{
	size_t k = i;

	for (size_t taken = 0; taken < n; k++) {
		const struct reply_line *line = k < lines->count ? &lines->line[k] : NULL;
		/* A program broke "<address>" or "> wrote:" off: the bracket looks like a quote mark. */
		bool is_rest = line != NULL && taken > 0 && line->depth == lines->line[i].depth + 1 && line->inner.n > 0 && line->inner.n < 20 &&
		    line->inner.p[line->inner.n - 1] == ':';

		if (line == NULL)
			return false;
		if (line->is == LINE_BLANK && line->depth == lines->line[i].depth && k + 1 < lines->count && span_is(lines->line[k + 1].inner, "<"))
			continue;
		if (line->is == LINE_BLANK || (line->depth != lines->line[i].depth && !is_rest))
			return false;
		if (taken > 0)
			buf_add_char(joined, '\n');
		buf_add_text(joined, line->folded);
		taken++;
	}
	*end = k;
	return !joined->failed;
}

/* Rules that know a line of our letter say quote too; they introduce nothing, and stand behind those that do. */
static bool
is_letter_rule(const char *id)
{
	return strncmp(id, "quote-letter", strlen("quote-letter")) == 0;
}

static bool
says_quote(const struct reply_lines *lines, size_t i, size_t n, size_t *end)
{
	struct buf joined = BUF_MAX(4096);
	struct rule_match match;
	bool limit_reached = false, found;

	found = join_lines(lines, i, n, &joined, end) &&
	    rules_match(lines->rules, SAYS_QUOTE_ONLY, span_trim(buf_span(&joined)), &match, 1, &limit_reached) > 0 && !is_letter_rule(match.id);
	buf_release(&joined);
	return found;
}

/* How many lines from i introduce a quotation; 0: none. */
static size_t
introduction(const struct reply_lines *lines, size_t i)
{
	size_t end = header_block_end(lines, i), later;

	if (end > i)
		return end - i;
	for (size_t n = 1; n <= INTRODUCTION_LINES; n++) {
		bool is_behind_words = false;

		if (!says_quote(lines, i, n, &end))
			continue;
		/* The customer's last line may stand right above: then the lines below it are the introduction, without it. */
		for (size_t k = 1; k < n; k++)
			is_behind_words = is_behind_words || (says_quote(lines, i + k, n - k, &later) && !is_date_line(lines->line[i + k - 1].folded) &&
			    !is_broken_address(&lines->line[i + k - 1], &lines->line[i + k]));
		return is_behind_words ? 0 : end - i;
	}
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

/* Lines of our letter that rules know, wherever they stand; a field of its list only where a sentence of it stands too. */
static void
find_letter_lines(struct reply_lines *lines)
{
	for (int fields = 0; fields < 2; fields++) {
		bool found = false;

		for (size_t i = 0; i < lines->count; i++) {
			struct reply_line *line = &lines->line[i];
			struct rule_match match;
			bool limit_reached = false, is_field;

			if (line->is != LINE_NEW || rules_match(lines->rules, SAYS_QUOTE_ONLY, span_of(line->folded), &match, 1, &limit_reached) == 0 ||
			    !is_letter_rule(match.id))
				continue;
			is_field = strcmp(match.id, "quote-letter-field") == 0;
			if (is_field == (fields == 1))
				mark(lines, i, i + 1, LINE_QUOTED, 1);
			found = found || !is_field;
		}
		if (!found)
			return;
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
	find_letter_lines(lines);
}

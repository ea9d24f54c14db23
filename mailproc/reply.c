/* reply.c - puts the stage together, and takes what was asked over the pipe. */
#include "reply/reply_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "message.h"

enum { REPLY_MAX_TEXT = MESSAGE_MAX_TEXT + 4096, REPLY_MAX_LINES = 40000, REPLY_MAX_FOLDED_LINE = 64 << 10, LETTER_MAX = 1 << 20 };

void
reply_lines_release(struct reply_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		free(lines->line[i].folded);
		free(lines->line[i].left);
	}
	free(lines->line);
	buf_release(&lines->letter);
	*lines = (struct reply_lines){0};
}

/* Bytes of the quote mark at the start of s; 0: none. */
static size_t
quote_mark(struct span s)
{
	static const char *const mark[] = {">", "＞", "|", "｜", "≫", "》"};

	for (size_t i = 0; i < sizeof mark / sizeof *mark; i++)
		if (span_starts(s, mark[i]))
			return strlen(mark[i]);
	return 0;
}

static struct span
skip_blanks(struct span s)
{
	static const char wide_blank[] = "　", no_break[] = "\xC2\xA0", zero_width[] = "\xEF\xBB\xBF";

	for (;;) {
		size_t n = 0;

		if (s.n > 0 && (*s.p == ' ' || *s.p == '\t'))
			n = 1;
		else if (span_starts(s, wide_blank) || span_starts(s, zero_width))
			n = 3;
		else if (span_starts(s, no_break))
			n = 2;
		if (n == 0)
			return s;
		s.p += n;
		s.n -= n;
	}
}

static void
strip_marks(struct reply_line *line)
{
	struct span s = skip_blanks(line->whole);
	size_t n;

	while ((n = quote_mark(s)) > 0) {
		line->depth++;
		s.p += n;
		s.n -= n;
		s = skip_blanks(s);
	}
	line->inner = span_trim(s);
}

/* A line between two pipes is a row of a table and quotes nothing. */
static bool
is_table_row(const struct reply_line *line)
{
	struct span s = span_trim(line->whole);

	return s.n > 1 && s.p[0] == '|' && memchr(s.p + 1, '|', s.n - 1) != NULL && s.p[1] != '|';
}

static enum fault
add_line(struct reply_lines *lines, struct span whole, struct why *why)
{
	struct reply_line *line = &lines->line[lines->count++];
	struct buf folded = BUF_MAX(REPLY_MAX_FOLDED_LINE);
	enum fault fault;

	line->whole = line->inner = whole;
	strip_marks(line);
	if (is_table_row(line)) {
		line->depth = 0;
		line->inner = span_trim(whole);
	}
	/* A line that is too long for any header, form or signature is read as words, by intent. */
	if (line->inner.n < REPLY_MAX_FOLDED_LINE / 20)
		rules_fold(lines->rules, &folded, line->inner);
	fault = buf_fault(&folded, why, "a line of the reply");
	if (fault == FAULT_NONE) {
		line->folded = buf_take(&folded);
		if (line->folded == NULL)
			fault = why_set(why, FAULT_STOP, "out of memory for the reply");
		else if (line->inner.n == 0 || (line->folded[0] == '\0' && line->inner.n < REPLY_MAX_FOLDED_LINE / 20))
			line->is = LINE_BLANK;
	}
	buf_release(&folded);
	return fault;
}

static void
add_tight(struct buf *out, const char *folded)
{
	for (; *folded != '\0'; folded++)
		if (*folded != ' ')
			buf_add_char(out, *folded);
}

static enum fault
fold_letter(struct reply_lines *lines, struct why *why)
{
	struct buf folded = BUF_MAX(LETTER_MAX * 4);
	enum fault fault;

	if (lines->asked->letter_text != NULL)
		rules_fold(lines->rules, &folded, span_of(lines->asked->letter_text));
	lines->letter = BUF_MAX(LETTER_MAX * 4);
	add_tight(&lines->letter, buf_text(&folded));
	fault = buf_fault(&lines->letter, why, "our letter");
	buf_release(&folded);
	return fault;
}

enum fault
reply_lines_make(struct reply_lines *out, const char *text, const struct asked *asked, const struct rules *rules, struct why *why)
{
	struct reply_lines made = {.rules = rules, .asked = asked};
	struct span rest = span_of(text), line;
	enum fault fault = FAULT_NONE;
	size_t room = 1;

	for (const char *p = text; *p != '\0'; p++)
		room += *p == '\n';
	if (room > REPLY_MAX_LINES)
		return why_set(why, FAULT_ITEM, "the mail has %zu lines", room);
	made.line = calloc(room, sizeof *made.line);
	if (made.line == NULL)
		return why_set(why, FAULT_STOP, "out of memory for the reply");
	while (fault == FAULT_NONE && span_next_line(&rest, &line))
		fault = add_line(&made, line, why);
	if (fault == FAULT_NONE)
		fault = fold_letter(&made, why);
	if (fault == FAULT_NONE) {
		*out = made;
		made = (struct reply_lines){0};
	}
	reply_lines_release(&made);
	return fault;
}

bool
reply_is_in_letter(const struct reply_lines *lines, const struct reply_line *line)
{
	struct buf tight = BUF_MAX(LETTER_MAX);
	bool found;

	add_tight(&tight, line->folded);
	found = tight.n >= 4 && lines->letter.n > 0 && memmem(lines->letter.p, lines->letter.n, tight.p, tight.n) != NULL;
	buf_release(&tight);
	return found;
}

bool
reply_line_says(const struct reply_lines *lines, const struct reply_line *line, unsigned long says)
{
	struct rule_match match;
	bool limit_reached = false;

	return rules_match(lines->rules, says, span_of(line->folded), &match, 1, &limit_reached) > 0 || limit_reached;
}

/* Adds a line without what the customer struck out. */
static void
add_unstruck(struct buf *out, struct span s)
{
	bool struck = false;
	size_t i = 0;

	while (i < s.n) {
		struct span rest = {s.p + i, s.n - i};

		if (span_starts(rest, MESSAGE_STRUCK_OPEN) || span_starts(rest, MESSAGE_STRUCK_CLOSE)) {
			struck = span_starts(rest, MESSAGE_STRUCK_OPEN);
			i += strlen(MESSAGE_STRUCK_OPEN);
			continue;
		}
		if (!struck)
			buf_add_char(out, s.p[i]);
		i++;
	}
}

/* *unstruck is the same with what was struck out. */
static void
put_together(const struct reply_lines *lines, struct buf *text, struct buf *unstruck, struct buf *cut)
{
	size_t blank = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct reply_line *line = &lines->line[i];

		if (line->is == LINE_BLANK) {
			blank += line->depth == 0;
			continue;
		}
		if (line->is == LINE_NEW) {
			/* Words on both sides of a quotation do not belong to one paragraph. */
			if (text->n > 0 && blank == 0 && lines->line[i - 1].is != LINE_NEW)
				blank = 1;
			for (size_t k = 0; text->n > 0 && k < blank + 1; k++)
				buf_add_char(text, '\n');
			add_unstruck(text, line->left != NULL ? span_of(line->left) : line->whole);
			buf_add_span(unstruck, line->whole);
			buf_add_char(unstruck, '\n');
		} else {
			buf_add_span(cut, line->whole);
			buf_add_char(cut, '\n');
		}
		blank = 0;
	}
}

static bool
has_words(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80 || (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		    (s.p[i] >= 'a' && s.p[i] <= 'z'))
			return true;
	return false;
}

/* Whether a quotation has to do with the renewal: then it is of our letter, or of what was written about it. */
static bool
is_of_renewal(const struct reply_lines *lines)
{
	static const char *const word[] = {"更新", "renew", "ssl", "証明書", "certificate", "hosting"};

	for (size_t i = 0; i < lines->count; i++) {
		const struct reply_line *line = &lines->line[i];

		for (size_t k = 0; line->folded != NULL && k < sizeof word / sizeof *word; k++)
			if (strstr(line->folded, word[k]) != NULL)
				return true;
		for (size_t k = 0; k < lines->asked->certificate_count; k++)
			if (strcasestr(line->folded, lines->asked->certificate[k]) != NULL)
				return true;
	}
	return false;
}

/* Whether no line was written more than one mail back. */
static bool
is_one_quotation(const struct reply_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->line[i].age > 1)
			return false;
	return true;
}

/* A mail that is nothing but a quotation, as it stands. */
static void
put_quotation(const struct reply_lines *lines, struct buf *text)
{
	size_t blank = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct reply_line *line = &lines->line[i];

		if (line->is != LINE_QUOTED) {
			blank += line->is == LINE_BLANK;
			continue;
		}
		for (size_t k = 0; text->n > 0 && k < blank + 1; k++)
			buf_add_char(text, '\n');
		add_unstruck(text, line->whole);
		blank = 0;
	}
}

/* Reads one text of the mail. */
static enum fault
read_text(struct reply *out, const char *mail_text, const char *subject, const struct asked *asked, const struct rules *rules, struct why *why)
{
	struct reply made = {0};
	struct reply_lines lines = {0};
	struct buf text = BUF_MAX(REPLY_MAX_TEXT), unstruck = BUF_MAX(REPLY_MAX_TEXT), cut = BUF_MAX(REPLY_MAX_TEXT);
	enum fault fault = reply_lines_make(&lines, mail_text, asked, rules, why);

	if (fault != FAULT_NONE)
		goto out;
	reply_quote_find(&lines);
	fault = reply_form_read(&made, &lines, why);
	if (fault != FAULT_NONE)
		goto out;
	reply_signature_find(&lines);
	put_together(&lines, &text, &unstruck, &cut);
	if (!has_words(buf_span(&text)) && made.tick_count == 0 && !made.form_is_ambiguous) {
		buf_clear(&text);
		reply_subject_words(&text, subject);
		made.is_subject_only = text.n > 0;
		if (text.n == 0 && is_one_quotation(&lines) && !is_of_renewal(&lines)) {
			put_quotation(&lines, &text);
			made.is_quotation = has_words(buf_span(&text));
		}
	}
	fault = buf_fault(&text, why, "the reply");
	if (fault == FAULT_NONE)
		fault = buf_fault(&cut, why, "the quotation");
	if (fault != FAULT_NONE)
		goto out;
	if (strstr(buf_text(&unstruck), MESSAGE_STRUCK_OPEN) != NULL)
		made.unstruck = buf_take(&unstruck);
	made.text = buf_take(&text);
	made.cut = buf_take(&cut);
	if (made.text == NULL || made.cut == NULL) {
		fault = why_set(why, FAULT_STOP, "out of memory for the reply");
		goto out;
	}
	*out = made;
	made = (struct reply){0};
out:
	buf_release(&cut);
	buf_release(&unstruck);
	buf_release(&text);
	reply_lines_release(&lines);
	reply_release(&made);
	return fault;
}

enum fault
reply_extract(struct reply *out, const struct message *message, const struct asked *asked, const struct rules *rules,
    struct why *why)
{
	struct reply text = {0}, *html = NULL;
	enum fault fault = read_text(&text, message->text, message->subject, asked, rules, why);

	if (fault == FAULT_NONE && message->other_text != NULL) {
		html = calloc(1, sizeof *html);
		fault = html == NULL ? why_set(why, FAULT_STOP, "out of memory for the reply")
				     : read_text(html, message->other_text, message->subject, asked, rules, why);
	}
	if (fault == FAULT_NONE && html != NULL)
		switch (reply_choose(&text, html)) {
		case CHOOSE_TEXT:
			break;
		case CHOOSE_HTML:
			reply_release(&text);
			text = *html;
			*html = (struct reply){0};
			break;
		case CHOOSE_BOTH:
			text.other = html;
			html = NULL;
			break;
		}
	if (fault == FAULT_NONE) {
		*out = text;
		text = (struct reply){0};
	}
	reply_release(&text);
	if (html != NULL)
		reply_release(html);
	free(html);
	return fault;
}

void
reply_release(struct reply *reply)
{
	for (size_t i = 0; i < reply->tick_count; i++)
		free(reply->tick[i].line);
	free(reply->tick);
	free(reply->text);
	free(reply->cut);
	free(reply->unstruck);
	if (reply->other != NULL)
		reply_release(reply->other);
	free(reply->other);
	*reply = (struct reply){0};
}

json_t *
asked_to_json(const struct asked *asked)
{
	json_t *names = json_array(), *json;

	for (size_t i = 0; i < asked->certificate_count; i++)
		if (json_array_append_new(names, json_string(asked->certificate[i])) != 0) {
			json_decref(names);
			return NULL;
		}
	json = json_pack("{s:s, s:o, s:s}", "letter", letter_kind_text(asked->letter), "certificates", names, "text",
	    asked->letter_text != NULL ? asked->letter_text : "");
	return json;
}

enum fault
asked_from_json(struct asked *out, const json_t *json, struct why *why)
{
	struct asked made = {0};
	const json_t *names = json_object_get(json, "certificates");
	const char *text = json_string_value(json_object_get(json, "text"));
	enum fault fault = FAULT_NONE;

	if (!json_is_array(names) || text == NULL ||
	    !letter_kind_parse(json_string_value(json_object_get(json, "letter")), &made.letter))
		return why_set(why, FAULT_STOP, "what was asked is not complete");
	made.letter_text = strdup(text);
	made.certificate = calloc(json_array_size(names) + 1, sizeof *made.certificate);
	if (made.letter_text == NULL || made.certificate == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory for what was asked");
	for (size_t i = 0; fault == FAULT_NONE && i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		made.certificate[i] = name != NULL ? strdup(name) : NULL;
		if (made.certificate[i] == NULL)
			fault = why_set(why, FAULT_STOP, "a name that was asked about cannot be read");
		else
			made.certificate_count++;
	}
	if (fault == FAULT_NONE) {
		*out = made;
		made = (struct asked){0};
	}
	asked_release(&made);
	return fault;
}

void
asked_release(struct asked *asked)
{
	for (size_t i = 0; i < asked->certificate_count; i++)
		free(asked->certificate[i]);
	free(asked->certificate);
	free(asked->letter_text);
	*asked = (struct asked){0};
}

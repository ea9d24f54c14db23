/*
 * intent_text.c - the new words, cut into sentences
 *
 * Mail breaks lines in the middle of a sentence, and leaves full stops out at the end of one. A line goes on in the next where it is
 * long, or ends in a comma or a particle; it ends where the next one is indented, numbered, bulleted or starts with a certificate's name.
 */
#include "intent_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"

/* Lines as wide as this were broken by the mail program, not by the writer. */
enum { WRAPPED_JA = 36, WRAPPED_EN = 50 };

struct cutting {
	struct sentences made;
	struct buf text;
	const struct asked *asked;
	const struct rules *rules;
	bool new_paragraph, no_memory;
};

void
sentences_release(struct sentences *sentences)
{
	for (size_t i = 0; i < sentences->count; i++) {
		free(sentences->sentence[i].text);
		free(sentences->sentence[i].folded);
	}
	free(sentences->sentence);
	*sentences = (struct sentences){0};
}

static size_t
char_len(char c)
{
	unsigned char u = (unsigned char)c;

	return u < 0x80 ? 1 : u < 0xE0 ? 2 : u < 0xF0 ? 3 : 4;
}

static void
end_sentence(struct cutting *c)
{
	struct span s = span_trim(buf_span(&c->text));
	struct buf folded = BUF_MAX(INTENT_MAX_TEXT * 20);
	struct sentence *more;

	if (s.n == 0)
		return;
	if (c->made.count == INTENT_MAX_SENTENCES) {
		c->made.too_many = true;
		buf_clear(&c->text);
		return;
	}
	more = realloc(c->made.sentence, (c->made.count + 1) * sizeof *more);
	if (more == NULL) {
		c->no_memory = true;
		return;
	}
	c->made.sentence = more;
	rules_fold(c->rules, &folded, s);
	more[c->made.count] = (struct sentence){strndup(s.p, s.n), buf_take(&folded), c->new_paragraph};
	if (more[c->made.count].text == NULL || more[c->made.count].folded == NULL)
		c->no_memory = true;
	c->made.count++;
	c->new_paragraph = false;
	buf_release(&folded);
	buf_clear(&c->text);
}

static bool
starts_with_any(struct span s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_starts(s, list[i]))
			return true;
	return false;
}

static bool
ends_with_any(struct span s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(list[i]);

		if (s.n >= n && memcmp(s.p + s.n - n, list[i], n) == 0)
			return true;
	}
	return false;
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A line that is an item of a list, a row, or starts with a name of a certificate. */
static bool
starts_item(const struct cutting *c, struct span line)
{
	static const char *const bullet[] = {"・", "●", "○", "■", "□", "◆", "◇", "→", "⇒", "-", "*", "•", "※", "(", "（", "①", "②", "③", "④", "⑤", "「", "[", "【", "SSL-"};

	if (starts_with_any(line, bullet, COUNT(bullet)))
		return true;
	if (line.n > 1 && isdigit((unsigned char)line.p[0]) && strchr(".)", line.p[1]) != NULL)
		return true;
	for (size_t i = 0; i < c->asked->certificate_count; i++) {
		size_t n = strcspn(c->asked->certificate[i], ".");

		/* Its first label will do: "www 更新". */
		if (line.n > n && n > 1 && strncasecmp(line.p, c->asked->certificate[i], n) == 0 && !isalnum((unsigned char)line.p[n]))
			return true;
	}
	return false;
}

/* Whether the sentence goes on from line to next. */
static bool
goes_on(const struct cutting *c, struct span line, struct span next)
{
	static const char *const joint[] = {"、", ",", "，", "は", "が", "を", "に", "の", "と", "も", "で", "へ", "や", "て", "ため", "ので", "および", "または",
	    "及び", " the", " to", " and", " or", " of", " a", " for", " not", " we", " I", "n't", " is", " be"};
	bool is_japanese = false;

	line = span_trim(line);
	if (line.n == 0 || next.n == 0 || starts_item(c, next))
		return false;
	for (size_t i = 0; i < line.n; i++)
		is_japanese = is_japanese || (unsigned char)line.p[i] >= 0xE3;
	if (c->asked->certificate_count > 1 && starts_item(c, line))
		return text_width(line) >= (is_japanese ? WRAPPED_JA : WRAPPED_EN) && ends_with_any(line, joint, COUNT(joint));
	if (ends_with_any(line, joint, COUNT(joint)))
		return true;
	if (islower((unsigned char)next.p[0]))
		return true;
	return text_width(line) >= (is_japanese ? WRAPPED_JA : WRAPPED_EN);
}

/* Bytes of a full stop at p; 0: none. A dot ends a sentence only before a blank or the end, and not behind a single letter or "Mr". */
static size_t
full_stop(struct span line, size_t i)
{
	static const char *const wide[] = {"。", "！", "？", "．", "｡", "‼", "⁉"};
	struct span here = {line.p + i, line.n - i};

	for (size_t k = 0; k < COUNT(wide); k++)
		if (span_starts(here, wide[k]))
			return strlen(wide[k]);
	if (*here.p == '!' || *here.p == '?')
		return 1;
	if (*here.p == ';' && here.n > 1 && here.p[1] == ' ')
		return 1;
	if (*here.p != '.' || (here.n > 1 && !isspace((unsigned char)here.p[1]) && (unsigned char)here.p[1] < 0x80))
		return 0;
	if (i >= 2 && (line.p[i - 2] == ' ' || line.p[i - 2] == '.') && isalpha((unsigned char)line.p[i - 1]))
		return 0;
	if (i >= 1 && isdigit((unsigned char)line.p[i - 1]) && i <= 2)
		return 0;
	if (i >= 2 && (memcmp(line.p + i - 2, "Mr", 2) == 0 || memcmp(line.p + i - 2, "Ms", 2) == 0 || memcmp(line.p + i - 2, "Dr", 2) == 0 ||
	    memcmp(line.p + i - 2, "No", 2) == 0))
		return 0;
	return 1;
}

/* Adds a line, ending a sentence at each full stop that stands outside of 「」. */
static void
add_line(struct cutting *c, struct span line)
{
	int quoted = 0;

	for (size_t i = 0; i < line.n;) {
		struct span here = {line.p + i, line.n - i};
		size_t stop = full_stop(line, i), n = char_len(line.p[i]);

		if (n > here.n)
			n = here.n;
		if (span_starts(here, "「") || span_starts(here, "『"))
			quoted++;
		else if ((span_starts(here, "」") || span_starts(here, "』")) && quoted > 0)
			quoted--;
		if (stop == 0 || quoted > 0) {
			buf_add(&c->text, line.p + i, n);
			i += n;
			continue;
		}
		/* Several stops, as in "!?" and "。。", are one. */
		do {
			buf_add(&c->text, line.p + i, stop);
			i += stop;
			stop = i < line.n ? full_stop(line, i) : 0;
		} while (stop > 0);
		end_sentence(c);
	}
}

enum fault
sentences_make(struct sentences *out, const char *text, const struct asked *asked, const struct rules *rules, struct why *why)
{
	struct cutting c = {.text = BUF_MAX(INTENT_MAX_TEXT + 1024), .asked = asked, .rules = rules, .new_paragraph = true};
	struct span rest = span_of(text), line, next;
	bool more = span_next_line(&rest, &line);
	enum fault fault = FAULT_NONE;

	while (more) {
		add_line(&c, span_trim(line));
		more = span_next_line(&rest, &next);
		if (c.text.n > 0 && more && goes_on(&c, line, span_trim(next)))
			buf_add_char(&c.text, ' ');
		else
			end_sentence(&c);
		if (more && span_trim(next).n == 0)
			c.new_paragraph = true;
		line = next;
	}
	end_sentence(&c);
	fault = buf_fault(&c.text, why, "a sentence");
	if (fault == FAULT_NONE && c.no_memory)
		fault = why_set(why, FAULT_STOP, "out of memory for sentences");
	if (fault == FAULT_NONE) {
		*out = c.made;
		c.made = (struct sentences){0};
	}
	sentences_release(&c.made);
	buf_release(&c.text);
	return fault;
}

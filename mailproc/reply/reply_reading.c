/*
 * reply_reading.c - a mail as text and as HTML: which of the two is read
 *
 * The text part may be a stub ("this mail is HTML"), may lack what the customer struck out, or may have lost half of the words. Compared
 * are the new words alone, by their letters: programs quote and decorate in different ways. Where the two say different things, both are handed over, and
 * intent.h acts only if it makes the same of both.
 */
#include "reply_inner.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"

enum { LETTERS_MAX = 8 << 20 };

static bool
is_silent(const struct reply *reply)
{
	struct buf letters = BUF_MAX(LETTERS_MAX);
	bool none;

	text_add_letters(&letters, span_of(reply->text));
	none = letters.n == 0 && !letters.failed && reply->tick_count == 0 && !reply->form_is_ambiguous;
	buf_release(&letters);
	return none || reply->is_subject_only;
}

static bool
has_same_ticks(const struct reply *a, const struct reply *b)
{
	if (a->tick_count != b->tick_count || a->form_is_ambiguous != b->form_is_ambiguous)
		return false;
	for (size_t i = 0; i < a->tick_count; i++)
		if (a->tick[i].option != b->tick[i].option || a->tick[i].certificate != b->tick[i].certificate || a->tick[i].struck != b->tick[i].struck)
			return false;
	return true;
}

enum same { SAME_WORDS, FIRST_HAS_MORE, SECOND_HAS_MORE, OTHER_WORDS };

static enum same
compare(const char *first, const char *second)
{
	struct buf a = BUF_MAX(LETTERS_MAX), b = BUF_MAX(LETTERS_MAX);
	enum same same = OTHER_WORDS;

	text_add_letters(&a, span_of(first));
	text_add_letters(&b, span_of(second));
	if (a.failed || b.failed)
		same = OTHER_WORDS;
	else if (strcmp(buf_text(&a), buf_text(&b)) == 0)
		same = SAME_WORDS;
	else if (b.n > 0 && strstr(buf_text(&a), buf_text(&b)) != NULL)
		same = FIRST_HAS_MORE;
	else if (a.n > 0 && strstr(buf_text(&b), buf_text(&a)) != NULL)
		same = SECOND_HAS_MORE;
	buf_release(&a);
	buf_release(&b);
	return same;
}

enum reply_choice
reply_choose(const struct reply *text, const struct reply *html)
{
	bool same_ticks = has_same_ticks(text, html);
	enum same same;

	if (is_silent(text))
		return CHOOSE_HTML;
	if (is_silent(html))
		return CHOOSE_BOTH;
	same = compare(text->text, html->text);
	/* Only HTML can show what was struck out. */
	if (same != SAME_WORDS && html->unstruck != NULL && same_ticks && compare(text->text, html->unstruck) == SAME_WORDS)
		return CHOOSE_HTML;
	if (!same_ticks && (same != SAME_WORDS || text->tick_count > 0 || text->form_is_ambiguous))
		return CHOOSE_BOTH;
	switch (same) {
	case SAME_WORDS:
		return same_ticks ? CHOOSE_TEXT : CHOOSE_HTML;
	case FIRST_HAS_MORE:
		return CHOOSE_TEXT;
	case SECOND_HAS_MORE:
		return CHOOSE_HTML;
	case OTHER_WORDS:
		break;
	}
	return CHOOSE_BOTH;
}

/* reply_form_mark.c - boxes, ticks and options in a line of the form, in all the ways they are written. All text here is folded. */
#include "reply_form_inner.h"

#include <ctype.h>
#include <string.h>

enum { OPTION_MAX = 120, INSIDE_MAX = 40, INSIDE_CHARACTERS = 12, POINTER_CHARACTERS = 24 };

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct sign {
	const char *text;
	enum mark mark;
};

/* Signs that are a box by themselves, filled or empty. */
static const struct sign boxes[] = {{"□", MARK_EMPTY}, {"☐", MARK_EMPTY}, {"◻", MARK_EMPTY}, {"▢", MARK_EMPTY}, {"⬜", MARK_EMPTY}, {"■", MARK_TICK},
    {"☑", MARK_TICK}, {"☒", MARK_TICK}, {"✅", MARK_TICK}, {"✓", MARK_TICK}, {"✔", MARK_TICK}, {"🗹", MARK_TICK}, {"◼", MARK_TICK}, {"⬛", MARK_TICK},
    {"○", MARK_CIRCLE}, {"◯", MARK_CIRCLE}, {"〇", MARK_CIRCLE}, {"⭕", MARK_CIRCLE}, {"◎", MARK_FILLED}, {"●", MARK_FILLED}, {"◉", MARK_FILLED}, {"⦿", MARK_FILLED},
    {"⚫", MARK_FILLED}, {"🔘", MARK_FILLED}, {"★", MARK_FILLED}, {"◆", MARK_FILLED}, {"×", MARK_CROSS}, {"✕", MARK_CROSS}, {"✖", MARK_CROSS}, {"✗", MARK_CROSS},
    {"✘", MARK_CROSS}, {"❌", MARK_CROSS}, {"☓", MARK_CROSS}, {"🆗", MARK_TICK}, {"👍", MARK_TICK}, {"☆", MARK_EMPTY}, {"◇", MARK_EMPTY}, {"れ点", MARK_TICK}};

/* Signs that are a mark only inside brackets or behind an option. */
static const struct sign letters[] = {{"x", MARK_X}, {"v", MARK_TICK}, {"れ", MARK_TICK}, {"∨", MARK_TICK}, {"√", MARK_TICK}, {"ν", MARK_TICK}, {"ⅴ", MARK_TICK},
    {"o", MARK_CIRCLE}, {"*", MARK_TICK}, {"•", MARK_TICK}, {"y", MARK_TICK}, {"yes", MARK_TICK},
    {"ok", MARK_TICK}, {"済", MARK_TICK}, {"はい", MARK_TICK}, {"まる", MARK_CIRCLE}, {"丸", MARK_CIRCLE}, {"ちぇっく", MARK_TICK}, {"check", MARK_TICK}, {"checked", MARK_TICK},
    {"no", MARK_REFUSAL}, {"n", MARK_REFUSAL}, {"いいえ", MARK_REFUSAL}, {"ばつ", MARK_REFUSAL}, {"不要", MARK_REFUSAL}, {"不", MARK_REFUSAL}, {"否", MARK_REFUSAL},
    {"なし", MARK_REFUSAL}, {"?", MARK_DOUBT}, {"△", MARK_DOUBT}, {"▲", MARK_DOUBT}, {"??", MARK_DOUBT}, {"未定", MARK_DOUBT}, {"保留", MARK_DOUBT}, {"検討中", MARK_DOUBT},
    {"tbd", MARK_DOUBT}, {"tbc", MARK_DOUBT}, {"maybe", MARK_DOUBT}};

static const struct {
	const char *text;
	enum tick_option option;
} bare[] = {{"更新しない", TICK_DECLINE}, {"更新する", TICK_RENEW}, {"更新しません", TICK_DECLINE}, {"更新します", TICK_RENEW}, {"更新を希望しない", TICK_DECLINE},
    {"更新を希望しません", TICK_DECLINE}, {"更新を希望する", TICK_RENEW}, {"更新を希望します", TICK_RENEW}, {"更新を行わない", TICK_DECLINE}, {"更新を行う", TICK_RENEW},
    {"更新をしない", TICK_DECLINE}, {"更新をする", TICK_RENEW}, {"継続しない", TICK_DECLINE}, {"継続する", TICK_RENEW}, {"do not renew", TICK_DECLINE},
    {"don't renew", TICK_DECLINE}, {"dont renew", TICK_DECLINE}, {"not renew", TICK_DECLINE}, {"no, do not renew", TICK_DECLINE}, {"yes, renew", TICK_RENEW}, {"renew", TICK_RENEW},
    {"please renew", TICK_RENEW}, {"i want to renew", TICK_RENEW}, {"we want to renew", TICK_RENEW}, {"i do not want to renew", TICK_DECLINE},
    {"we do not want to renew", TICK_DECLINE}, {"i don't want to renew", TICK_DECLINE}, {"we don't want to renew", TICK_DECLINE}, {"i wish to renew", TICK_RENEW},
    {"we wish to renew", TICK_RENEW}, {"i do not wish to renew", TICK_DECLINE}, {"we do not wish to renew", TICK_DECLINE}, {"yes, i want to renew", TICK_RENEW},
    {"no, i do not want to renew", TICK_DECLINE}};

/* The longest sign that s starts with; its length in *n, 0 where none is. */
static enum mark
sign_at(const struct sign *sign, size_t count, struct span s, size_t *n)
{
	enum mark mark = MARK_NONE;

	*n = 0;
	for (size_t i = 0; i < count; i++)
		if (strlen(sign[i].text) > *n && span_starts(s, sign[i].text)) {
			*n = strlen(sign[i].text);
			mark = sign[i].mark;
		}
	/* A sign may be drawn as a picture or as a letter (U+FE0F, U+FE0E): the same sign. */
	if (*n > 0 && (span_starts(form_rest(s, *n), "\xEF\xB8\x8F") || span_starts(form_rest(s, *n), "\xEF\xB8\x8E")))
		*n += 3;
	return mark;
}

static bool
contains(struct span s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memmem(s.p, s.n, list[i], strlen(list[i])) != NULL)
			return true;
	return false;
}

static size_t
characters(struct span s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.n; i++)
		count += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return count;
}

/* What stands inside brackets; MARK_NONE where it is text and no mark. */
static enum mark
mark_inside(struct span inside)
{
	static const char *const number[] = {"ssl-", "重要", "再送", "件", "re:", "http", "@"};
	struct span s = span_trim(inside);
	enum mark mark;
	size_t n;

	if (s.n == 0 || span_is(s, "_") || span_is(s, "-") || span_is(s, "　") || span_is(s, "__"))
		return MARK_EMPTY;
	mark = sign_at(boxes, COUNT(boxes), s, &n);
	if (n == s.n)
		return mark;
	mark = sign_at(letters, COUNT(letters), s, &n);
	if (n == s.n)
		return mark;
	if (characters(s) > INSIDE_CHARACTERS || contains(s, number, COUNT(number)))
		return MARK_NONE;
	mark = sign_at(boxes, COUNT(boxes), s, &n);
	/* "[○ ]", "[xx]", "[ レ点 ]": the same sign again, or a word behind it. */
	if (n > 0 && mark != MARK_EMPTY)
		return span_starts(form_rest(s, n), "?") ? MARK_DOUBT : mark;
	if (span_is(s, "xx") || span_is(s, "xxx"))
		return MARK_X;
	return memchr(s.p, '?', s.n) != NULL ? MARK_DOUBT : MARK_OTHER;
}

/* Whether s is an option as our letter writes it, and nothing else but another box or a sign. */
static bool
is_whole_option(struct span s, enum tick_option *option)
{
	size_t n;

	return form_bare_option(s, option, &n) && (n == s.n || strchr(" (:,.~*<-=[|", s.p[n]) != NULL || (unsigned char)s.p[n] == 0xE2);
}

enum mark
form_box_at(struct span s, size_t *n, bool *is_bracket)
{
	static const char *const bracket[][2] = {{"[", "]"}, {"(", ")"}, {"〔", "〕"}, {"【", "】"}, {"<", ">"}, {"{", "}"}, {"「", "」"}};

	*is_bracket = false;
	for (size_t i = 0; i < COUNT(bracket); i++) {
		struct span inside = form_rest(s, strlen(bracket[i][0]));
		enum tick_option option;
		enum mark mark;
		const char *end;
		size_t length;

		if (!span_starts(s, bracket[i][0]))
			continue;
		end = memmem(inside.p, inside.n, bracket[i][1], strlen(bracket[i][1]));
		/* "[(^o^)/]" has a bracket of the same kind inside; "(x) Renew" has not. */
		if (end == NULL || end - inside.p > INSIDE_MAX)
			continue;
		inside.n = (size_t)(end - inside.p);
		mark = mark_inside(inside);
		length = (size_t)(end - s.p) + strlen(bracket[i][1]);
		if (mark == MARK_NONE || (mark == MARK_OTHER && (i > 1 || !is_whole_option(span_trim(form_rest(s, length)), &option))))
			continue;
		*n = length;
		*is_bracket = true;
		return mark;
	}
	return sign_at(boxes, COUNT(boxes), s, n);
}

bool
form_option_at(struct span s, enum tick_option *option)
{
	static const char *const no[] = {"ない", "ません", "不要", "なし", "しない", "not ", "n't", "no ", "no,", "decline", "cancel", "lapse", "expire", "いらない", "不可", "dont "};
	static const char *const about[] = {"更新", "renew", "継続"};
	struct span head = {s.p, s.n < OPTION_MAX ? s.n : OPTION_MAX};

	if (!contains(head, about, COUNT(about)))
		return false;
	*option = contains(head, no, COUNT(no)) ? TICK_DECLINE : TICK_RENEW;
	return true;
}

bool
form_bare_option(struct span s, enum tick_option *option, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < COUNT(bare); i++)
		if (strlen(bare[i].text) > *n && span_starts(s, bare[i].text)) {
			*option = bare[i].option;
			*n = strlen(bare[i].text);
		}
	return *n > 0;
}

enum mark
form_pointer(struct span s)
{
	static const char *const pointing[] = {"これ", "こちら", "こっち", "ここ", "この", "this", "here", "お願", "です", "希望", "まる", "印", "mark", "ちぇっく", "our", "choice", "選択",
	    "選び", "回答", "yes", "はい", "ok", "me", "で", "○", "◯", "〇", "れ", "☑", "✓", "✔", "●", "that one", "please", "!", "x", "v"};
	static const char *const no[] = {"×", "ない", "no", "ません", "ちがう", "違", "なく", "除", "削除", "?", "か", "どう", "なぜ", "何", "いくら", "意味", "教え", "不明", "質問", "なら", "場合",
	    "which", "if", "except", "what", "how", "why", "cost", "price", "mean", "question", "下", "上"};

	while (s.n > 0 && strchr("<-=~ .", *s.p) != NULL)
		s = form_rest(s, 1);
	while (span_starts(s, "←") || span_starts(s, "─") || span_starts(s, "―") || span_starts(s, "ー") || span_starts(s, "━") || span_starts(s, "…"))
		s = form_rest(s, strlen("←"));
	s = span_trim(s);
	if (s.n == 0)
		return MARK_TICK;
	if (contains(s, no, COUNT(no)) || characters(s) > POINTER_CHARACTERS)
		return MARK_DOUBT;
	return contains(s, pointing, COUNT(pointing)) ? MARK_TICK : MARK_DOUBT;
}

enum mark
form_mark_behind(struct span s)
{
	static const char *const arrow[] = {"←", "<-", "<=", "⇐", "◀", "👈", "<<", "⬅"}, *const between[] = {":", "→", "->", "...", "=>", "…"};
	enum mark mark;
	bool is_bracket;
	size_t n;

	s = span_trim(s);
	for (size_t i = 0; i < COUNT(arrow); i++)
		if (span_starts(s, arrow[i]))
			return form_pointer(form_rest(s, strlen(arrow[i])));
	for (size_t i = 0; i < COUNT(between); i++)
		while (span_starts(s, between[i]))
			s = span_trim(form_rest(s, strlen(between[i])));
	mark = form_box_at(s, &n, &is_bracket);
	if (n > 0 && span_trim(form_rest(s, n)).n == 0)
		return mark;
	mark = sign_at(letters, COUNT(letters), s, &n);
	return n > 0 && n == s.n ? mark : MARK_NONE;
}

bool
form_ends_in_arrow(struct span s)
{
	static const char *const arrow[] = {"→", "⇒", "->", "=>", "➡", "➔", "👉", "☞", "▶", "►", "⇨", "➜"};

	s = span_trim(s);
	if (characters(s) > 4)
		return false;
	for (size_t i = 0; i < COUNT(arrow); i++)
		if (s.n >= strlen(arrow[i]) && span_is(form_rest(s, s.n - strlen(arrow[i])), arrow[i]))
			return true;
	return false;
}

/* Words of courtesy behind a word of answer. */
static struct span
without_courtesy(struct span s)
{
	static const char *const courtesy[] = {"。", ".", "!", "~", "、", ",", "です", "でお願いします", "でお願いいたします", "をお願いします", "お願いします", "をお願いいたします", "お願いいたします",
	    "で", "となります", "とします", "といたします", "ください", "してください", "please", "thanks", "thank you", "thx", "it", "希望", "を希望", "を希望します", "希望します", "します", "いたします",
	    "でよろしく"};

	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < COUNT(courtesy); i++) {
			size_t n = strlen(courtesy[i]);
			bool is_word = s.n > n && (!isalpha((unsigned char)courtesy[i][0]) || s.p[s.n - n - 1] == ' ' || s.p[s.n - n - 1] == ',');

			if (is_word && memcmp(s.p + s.n - n, courtesy[i], n) == 0) {
				s = span_trim((struct span){s.p, s.n - n});
				again = true;
			}
		}
	}
	return s;
}

bool
form_answer(struct span s, enum tick_option *option, enum mark *mark)
{
	static const struct {
		const char *text;
		enum tick_option option;
	} word[] = {{"更新", TICK_RENEW}, {"更新あり", TICK_RENEW}, {"する", TICK_RENEW}, {"します", TICK_RENEW}, {"要", TICK_RENEW}, {"必要", TICK_RENEW}, {"要更新", TICK_RENEW},
	    {"更新要", TICK_RENEW}, {"更新必要", TICK_RENEW}, {"継続", TICK_RENEW}, {"継続します", TICK_RENEW}, {"はい", TICK_RENEW}, {"希望", TICK_RENEW}, {"希望する", TICK_RENEW}, {"有", TICK_RENEW},
	    {"あり", TICK_RENEW}, {"更新する方", TICK_RENEW}, {"y", TICK_RENEW}, {"yes", TICK_RENEW}, {"keep", TICK_RENEW}, {"extend", TICK_RENEW}, {"to be renewed", TICK_RENEW},
	    {"to renew", TICK_RENEW}, {"yes, please", TICK_RENEW}, {"yes please renew", TICK_RENEW}, {"go ahead", TICK_RENEW}, {"ok to renew", TICK_RENEW}, {"renew for 1 year", TICK_RENEW},
	    {"renew for one year", TICK_RENEW}, {"更新なし", TICK_DECLINE}, {"更新不要", TICK_DECLINE}, {"不要", TICK_DECLINE}, {"否", TICK_DECLINE}, {"しない", TICK_DECLINE}, {"しません", TICK_DECLINE},
	    {"いいえ", TICK_DECLINE}, {"いらない", TICK_DECLINE}, {"いりません", TICK_DECLINE}, {"希望しない", TICK_DECLINE}, {"希望しません", TICK_DECLINE}, {"なし", TICK_DECLINE}, {"無", TICK_DECLINE},
	    {"失効", TICK_DECLINE}, {"廃止", TICK_DECLINE}, {"更新せず", TICK_DECLINE}, {"非更新", TICK_DECLINE}, {"継続なし", TICK_DECLINE}, {"継続不要", TICK_DECLINE}, {"継続しません", TICK_DECLINE},
	    {"必要ない", TICK_DECLINE}, {"必要なし", TICK_DECLINE}, {"必要ありません", TICK_DECLINE}, {"n", TICK_DECLINE}, {"no", TICK_DECLINE}, {"drop", TICK_DECLINE},
	    {"no renewal", TICK_DECLINE}, {"not needed", TICK_DECLINE}, {"no longer needed", TICK_DECLINE}, {"not required", TICK_DECLINE}, {"let it lapse", TICK_DECLINE},
	    {"let lapse", TICK_DECLINE}, {"let expire", TICK_DECLINE}, {"let it expire", TICK_DECLINE}, {"let it go", TICK_DECLINE}, {"lapse", TICK_DECLINE}, {"expire", TICK_DECLINE},
	    {"not to be renewed", TICK_DECLINE}, {"not renewing", TICK_DECLINE}, {"don't need", TICK_DECLINE}, {"no thanks", TICK_DECLINE}, {"no, thanks", TICK_DECLINE},
	    {"no thank you", TICK_DECLINE}};
	struct span plain = without_courtesy(span_trim(s));
	bool is_bracket;
	size_t n;

	*mark = MARK_NONE;
	if (plain.n == 0)
		return false;
	for (int i = 0; i < 2; i++) {
		struct span whole = i == 0 ? span_trim(s) : plain;

		for (size_t k = 0; k < COUNT(word); k++)
			if (span_is(whole, word[k].text)) {
				*option = word[k].option;
				return true;
			}
		if (form_bare_option(whole, option, &n) && n == whole.n)
			return true;
	}
	*mark = form_box_at(plain, &n, &is_bracket);
	if (n != plain.n)
		*mark = MARK_NONE;
	*option = *mark == MARK_CROSS ? TICK_DECLINE : TICK_RENEW;
	return *mark == MARK_CIRCLE || *mark == MARK_CROSS;
}

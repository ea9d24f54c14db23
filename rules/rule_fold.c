/* rule_fold.c - text and patterns made alike: NFKC, lower case, one kana, no blanks between Japanese characters, one spelling. */
#include "rule_inner.h"

#include <ctype.h>
#include <string.h>

#include "../mailproc/base/text.h"

enum { FOLD_MAX = 8 << 20, HIRAGANA_FIRST = 0x3041, KATAKANA_FIRST = 0x30A1, KATAKANA_LAST = 0x30F6 };

/* Bytes of the character at p; s is valid UTF-8. */
static size_t
char_len(const char *p)
{
	unsigned char c = (unsigned char)*p;

	return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* The code point at p where it has three bytes, else 0: all kana and nearly all kanji have three. */
static unsigned
code_of_three(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (n < 3 || (u[0] & 0xF0) != 0xE0)
		return 0;
	return (unsigned)(u[0] & 0x0F) << 12 | (unsigned)(u[1] & 0x3F) << 6 | (u[2] & 0x3F);
}

static bool
is_hiragana(unsigned code)
{
	return code >= HIRAGANA_FIRST && code <= 0x309F;
}

/* Katakana become hiragana, so that ｺｳｼﾝ, コウシン and こうしん are one word. */
static void
add_one_kana(struct buf *out, struct span s)
{
	size_t i = 0;

	while (i < s.n) {
		size_t n = char_len(s.p + i);
		unsigned code = code_of_three(s.p + i, s.n - i);

		if (code >= KATAKANA_FIRST && code <= KATAKANA_LAST)
			buf_add_code(out, code - KATAKANA_FIRST + HIRAGANA_FIRST);
		else
			buf_add(out, s.p + i, n <= s.n - i ? n : s.n - i);
		i += n;
	}
}

static const struct rule_spelling *
spelling_at(const struct rules *rules, const char *p, size_t n)
{
	for (size_t i = 0; i < rules->spelling_count; i++) {
		size_t k = strlen(rules->spelling[i].from);

		if (k <= n && memcmp(p, rules->spelling[i].from, k) == 0)
			return &rules->spelling[i];
	}
	return NULL;
}

static void
add_one_spelling(const struct rules *rules, struct buf *out, struct span s)
{
	size_t i = 0;

	while (i < s.n) {
		const struct rule_spelling *found = spelling_at(rules, s.p + i, s.n - i);
		size_t n = char_len(s.p + i);

		if (found != NULL) {
			buf_add_text(out, found->to);
			i += strlen(found->from);
			continue;
		}
		buf_add(out, s.p + i, n <= s.n - i ? n : s.n - i);
		i += n;
	}
}

/* Blanks: none beside a Japanese character, one elsewhere. A long-drawn ~ after hiragana (します~) is no letter. */
static void
add_one_blank(struct buf *out, struct span s)
{
	bool blank = false, after_wide = true, after_hiragana = false;
	size_t i = 0;

	while (i < s.n) {
		size_t n = char_len(s.p + i);
		bool wide = n >= 3;

		if (isspace((unsigned char)s.p[i])) {
			blank = true;
			i++;
			continue;
		}
		if (s.p[i] == '~' && after_hiragana) {
			i++;
			continue;
		}
		if (blank && !wide && !after_wide)
			buf_add_char(out, ' ');
		buf_add(out, s.p + i, n <= s.n - i ? n : s.n - i);
		blank = false;
		after_wide = wide;
		after_hiragana = is_hiragana(code_of_three(s.p + i, s.n - i));
		i += n;
	}
}

void
rules_fold(const struct rules *rules, struct buf *out, struct span text)
{
	struct buf plain = BUF_MAX(FOLD_MAX), kana = BUF_MAX(FOLD_MAX), tight = BUF_MAX(FOLD_MAX);

	text_add_folded(&plain, text);
	add_one_kana(&kana, buf_span(&plain));
	add_one_blank(&tight, buf_span(&kana));
	add_one_spelling(rules, out, buf_span(&tight));
	if (plain.failed || kana.failed || tight.failed)
		out->failed = true;
	buf_release(&tight);
	buf_release(&kana);
	buf_release(&plain);
}

/* A stretch without backslashes and without brackets that have a meaning. */
static void
fold_literal(const struct rules *rules, struct buf *out, struct span s, bool is_ascii)
{
	struct buf plain = BUF_MAX(RULES_MAX_PATTERN), kana = BUF_MAX(RULES_MAX_PATTERN), one = BUF_MAX(RULES_MAX_PATTERN);

	if (is_ascii) {
		for (size_t i = 0; i < s.n; i++)
			buf_add_char(out, (char)tolower((unsigned char)s.p[i]));
		return;
	}
	text_add_folded(&plain, s);
	add_one_kana(&kana, buf_span(&plain));
	add_one_spelling(rules, &one, buf_span(&kana));
	for (size_t i = 0; i < one.n; i++) {
		if (ispunct((unsigned char)one.p[i]))
			buf_add_char(out, '\\');
		buf_add_char(out, one.p[i]);
	}
	if (plain.failed || kana.failed || one.failed)
		out->failed = true;
	buf_release(&one);
	buf_release(&kana);
	buf_release(&plain);
}

/* The backslash sequence at the start of s: \d, \p{Han}, \x{3042}. */
static size_t
escape_len(struct span s)
{
	const char *end;

	if (s.n > 3 && strchr("pPxoNgk", s.p[1]) != NULL && s.p[2] == '{') {
		end = memchr(s.p, '}', s.n);
		if (end != NULL)
			return (size_t)(end - s.p) + 1;
	}
	return s.n > 1 ? 1 + char_len(s.p + 1) : s.n;
}

void
rules_fold_pattern(const struct rules *rules, struct buf *out, struct span pattern)
{
	size_t i = 0;

	while (i < pattern.n) {
		size_t from = i;
		bool is_ascii = (unsigned char)pattern.p[i] < 0x80;

		if (pattern.p[i] == '\\') {
			i += escape_len((struct span){pattern.p + i, pattern.n - i});
			buf_add(out, pattern.p + from, i - from);
			continue;
		}
		while (i < pattern.n && pattern.p[i] != '\\' && ((unsigned char)pattern.p[i] < 0x80) == is_ascii)
			i++;
		fold_literal(rules, out, (struct span){pattern.p + from, i - from}, is_ascii);
	}
}

/*
 * payment_name.c - payers' names as banks carry them
 *
 * Banks know half-width kana without small letters, and abbreviate the legal form: ｶ)ｻｸﾗｼﾖｳｼﾞ is カブシキガイシャ サクラショウジ. Both sides are folded.
 */
#include "../payment.h"

#include <stdio.h>
#include <string.h>

#include "../base/text.h"

enum { NAME_MAX_BYTES = 4096, KATAKANA = 0x30A1, HIRAGANA = 0x3041, HIRAGANA_END = 0x3096 };

/* Abbreviated forms (Zengin), as they stand before ")" or after "(". */
static const char *const short_forms[] = {"カ", "ユ", "ド", "メ", "シ", "ソ", "イ", "ザイ", "シヤ", "シユウ", "ガク", "フク", "トクヒ", "ドク", "ベン", "ギヨ",
    "シホウ", "ゼイ", "ダイ", "ノウ", "チユウ", "株", "有", "同", "資", "名", "医", "財", "社", "学"};
/* Whole words, at either end. Folded: no small kana. */
static const char *const long_forms[] = {"カブシキガイシヤ", "カブシキカイシヤ", "ユウゲンガイシヤ", "ユウゲンカイシヤ", "ゴウドウガイシヤ", "ゴウドウカイシヤ",
    "ゴウシガイシヤ", "ゴウメイガイシヤ", "イツパンシヤダンホウジン", "コウエキシヤダンホウジン", "イツパンザイダンホウジン", "コウエキザイダンホウジン", "シヤカイフクシホウジン",
    "イリヨウホウジン", "ガツコウホウジン", "トクテイヒエイリカツドウホウジン", "株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "医療法人", "学校法人"};
/* English ones, at the end, without marks and blanks. */
static const char *const english_forms[] = {"coltd", "cltd", "ltd", "limited", "inc", "llc", "kk", "corp", "gmbh"};

#define COUNT(list) (sizeof list / sizeof list[0])

/* The code point at *p, which is moved behind it. The text is valid UTF-8. */
static unsigned
next_code(const char **p)
{
	const unsigned char *s = (const unsigned char *)*p;
	int more = *s >= 0xF0 ? 3 : *s >= 0xE0 ? 2 : *s >= 0xC0 ? 1 : 0;
	unsigned code = more == 3 ? *s & 7u : more == 2 ? *s & 15u : more == 1 ? *s & 31u : *s;

	for (int i = 1; i <= more; i++)
		code = code << 6 | (s[i] & 63u);
	*p += 1 + more;
	return code;
}

/* Kana without the differences that banks do not make. */
static unsigned
plain_kana(unsigned code)
{
	static const struct {
		unsigned from, to;
	} pairs[] = {{0x30A1, 0x30A2}, {0x30A3, 0x30A4}, {0x30A5, 0x30A6}, {0x30A7, 0x30A8}, {0x30A9, 0x30AA}, {0x30C3, 0x30C4}, {0x30E3, 0x30E4},
	    {0x30E5, 0x30E6}, {0x30E7, 0x30E8}, {0x30EE, 0x30EF}, {0x30F5, 0x30AB}, {0x30F6, 0x30B1}, {0x30F2, 0x30AA}, {0x30C2, 0x30B8}, {0x30C5, 0x30BA}};

	if (code >= HIRAGANA && code <= HIRAGANA_END)
		code += KATAKANA - HIRAGANA;
	for (size_t i = 0; i < COUNT(pairs); i++)
		if (pairs[i].from == code)
			return pairs[i].to;
	return code;
}

/* Blanks, marks, and the voice of length, which banks write as a hyphen or not at all. */
static bool
is_dropped(unsigned code)
{
	if (code <= 0x7F)
		return strchr(" \t\n.,-_/'\"*&", (int)code) != NULL;
	return (code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0x30FC || code == 0x30FB || code == 0x3001 || code == 0x3002 ||
	    code == 0x300C || code == 0x300D || code == 0x2019;
}

static bool
cut_start(struct span *name, const char *before, const char *form, const char *after)
{
	char whole[128];
	size_t n = (size_t)snprintf(whole, sizeof whole, "%s%s%s", before, form, after);

	if (name->n <= n || memcmp(name->p, whole, n) != 0)
		return false;
	name->p += n;
	name->n -= n;
	return true;
}

static bool
cut_end(struct span *name, const char *before, const char *form, const char *after)
{
	char whole[128];
	size_t n = (size_t)snprintf(whole, sizeof whole, "%s%s%s", before, form, after);

	if (name->n <= n || memcmp(name->p + name->n - n, whole, n) != 0)
		return false;
	name->n -= n;
	return true;
}

/* At most one form is cut: a firm has one. */
static void
cut_form(struct span *name)
{
	for (size_t i = 0; i < COUNT(short_forms); i++)
		if (cut_start(name, "(", short_forms[i], ")") || cut_start(name, "", short_forms[i], ")") ||
		    cut_end(name, "(", short_forms[i], ")") || cut_end(name, "(", short_forms[i], ""))
			return;
	for (size_t i = 0; i < COUNT(long_forms); i++)
		if (cut_start(name, "", long_forms[i], "") || cut_end(name, "", long_forms[i], ""))
			return;
	for (size_t i = 0; i < COUNT(english_forms); i++)
		if (cut_end(name, "", english_forms[i], ""))
			return;
}

void
payment_name_fold(struct buf *out, struct span name)
{
	struct buf folded = BUF_MAX(NAME_MAX_BYTES), kana = BUF_MAX(NAME_MAX_BYTES);
	struct span rest;

	if (text_is_utf8(name))
		text_add_folded(&folded, name);
	for (const char *p = buf_text(&folded); *p != '\0';) {
		unsigned code = plain_kana(next_code(&p));

		if (!is_dropped(code))
			buf_add_code(&kana, code);
	}
	rest = buf_span(&kana);
	cut_form(&rest);
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] != '(' && rest.p[i] != ')')
			buf_add_char(out, rest.p[i]);
	buf_release(&folded);
	buf_release(&kana);
}

bool
payment_name_is(struct span name, const char *other)
{
	struct buf a = BUF_MAX(NAME_MAX_BYTES), b = BUF_MAX(NAME_MAX_BYTES);
	bool is;

	payment_name_fold(&a, name);
	payment_name_fold(&b, span_of(other));
	is = a.n > 0 && !a.failed && !b.failed && a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
	buf_release(&a);
	buf_release(&b);
	return is;
}

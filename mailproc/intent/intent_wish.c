/*
 * intent_wish.c - what a customer wishes to read on the invoice: a purchase-order number, another addressee
 *
 * Only what cannot be misread is taken; a wish that is uttered in any other way is told as unclear, so that no invoice goes out without it.
 */
#include "intent_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { ORDER_MAX = 40, ADDRESSEE_MAX = 150 /* bytes */ };

typedef const char *const word_list[];

static word_list order_words = {"発注番号", "発注No", "発注書番号", "注文番号", "注文書番号", "PO番号", "ＰＯ番号", "P.O.番号", "purchase order", "PO number", "PO no",
    "PO#", "P.O. number", "P.O. no", NULL};
static word_list addressee_words = {"宛名", "請求書の宛先", "請求先名", "made out to", "make the invoice out to", "bill to", "addressed to", "address the invoice to",
    "invoice to", NULL};
/* What may stand between the word and what is wished. */
static word_list links = {" ", "\n", "\t", "　", ":", "：", "=", "#", "は", "が", "を", "番号", "number", "no.", "no", "is", "として", "の", "「", "『", "\"", "“", NULL};
static word_list quotes_open = {"「", "『", "\"", "“", NULL};
static word_list quotes_close = {"」", "』", "\"", "”", NULL};
static word_list addressee_ends = {"でお願い", "で御願い", "でおねがい", "にして", "として", "に変更", "でご", "で発行", "にてお", "です", "となります", "。", "、", "\n", ". ", ", please",
    " please", " and ", NULL};
static word_list legal_forms = {"株式会社", "有限会社", "合同会社", "合資会社", "法人", "㈱", "（株）", "(株)", "組合", "Ltd", "Inc", "LLC", "K.K", "Corp", "GmbH", "Company", NULL};
/* Names that are none. */
static word_list vague_words = {"同じ", "同様", "前回", "昨年", "上記", "下記", "以下", "そのまま", "いつも", "貴社", "弊社", "御社", "当社", "same", "our ", "my ", "@", NULL};

/* The place behind the first of the words; NULL: none is there. */
static const char *
find_word(const char *text, word_list words)
{
	const char *first = NULL, *behind = NULL;

	for (size_t i = 0; words[i] != NULL; i++) {
		const char *at = strcasestr(text, words[i]);

		if (at != NULL && (first == NULL || at < first)) {
			first = at;
			behind = at + strlen(words[i]);
		}
	}
	return behind;
}

static size_t
starts_with(const char *text, word_list words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (strncasecmp(text, words[i], strlen(words[i])) == 0)
			return strlen(words[i]);
	return 0;
}

/* ---- the number ---- */

static bool
take_number(const char *p, char **out)
{
	size_t n = 0, skip;
	bool has_digit = false;

	while ((skip = starts_with(p, links)) > 0)
		p += skip;
	while (isalnum((unsigned char)p[n]) || (n > 0 && p[n] != '\0' && strchr("-_/.", p[n]) != NULL)) {
		has_digit = has_digit || isdigit((unsigned char)p[n]);
		n++;
	}
	while (n > 0 && strchr("-_/.", p[n - 1]) != NULL)
		n--;
	if (!has_digit || n > ORDER_MAX)
		return false;
	*out = strndup(p, n);
	return true;
}

/* ---- the addressee ---- */

/* Without what is said to a person or firm: the letter adds it. */
static size_t
without_honorific(const char *name, size_t n)
{
	static word_list honorifics = {"御中", "様", "宛て", "宛", " ", "　", ".", NULL};

	for (size_t i = 0; honorifics[i] != NULL;) {
		size_t m = strlen(honorifics[i]);

		if (n > m && memcmp(name + n - m, honorifics[i], m) == 0) {
			n -= m;
			i = 0;
		} else {
			i++;
		}
	}
	return n;
}

static bool
is_name(const char *name, bool is_quoted)
{
	for (const char *p = name; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			return false;
	return strlen(name) > 2 && strlen(name) <= ADDRESSEE_MAX && find_word(name, vague_words) == NULL &&
	    (is_quoted || find_word(name, legal_forms) != NULL);
}

static bool
take_addressee(const char *p, char **out)
{
	const char *end = NULL;
	size_t skip, n;
	bool is_quoted = false;
	char *name;

	while ((skip = starts_with(p, links)) > 0) {
		is_quoted = is_quoted || starts_with(p, quotes_open) > 0;
		p += skip;
	}
	for (end = p; *end != '\0' && starts_with(end, is_quoted ? quotes_close : addressee_ends) == 0;)
		end++;
	if (is_quoted && *end == '\0')
		return false;
	n = without_honorific(p, (size_t)(end - p));
	name = strndup(p, n);
	if (name != NULL && !is_name(name, is_quoted)) {
		free(name);
		return false;
	}
	*out = name;
	return true;
}

enum fault
intent_read_wishes(struct intent *intent, const char *text, struct why *why)
{
	const char *number = find_word(text, order_words), *addressee = find_word(text, addressee_words);
	bool is_clear = true;

	if (number != NULL)
		is_clear = take_number(number, &intent->purchase_order);
	if (addressee != NULL)
		is_clear = take_addressee(addressee, &intent->addressee) && is_clear;
	intent->wish_is_unclear = !is_clear;
	if (is_clear && ((number != NULL && intent->purchase_order == NULL) || (addressee != NULL && intent->addressee == NULL)))
		return why_set(why, FAULT_STOP, "out of memory for the intent");
	return FAULT_NONE;
}

/*
 * payment_find.c - which invoice a row of a bank's file means
 *
 * A number that the payer wrote decides. Without one, the exact amount and the payer's name together do, where they fit one invoice only. Everything else
 * is for a person, who is told what is near.
 */
#include "payment_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"

enum { WORDS_MAX_BYTES = 16 << 10, NUMBER_MAX = 32, NAMED_MAX = 8 };

/* ---- by number ---- */

/* Invoices that the words name, each once. */
struct named {
	int64_t id[NAMED_MAX];
	size_t count;
	struct buf numbers; /* in words */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What payers and banks put between the parts of a number: nothing, a hyphen of any kind, a blank. */
static size_t
gap_at(const char *p)
{
	static const char *const gaps[] = {"-", " ", "_", "/", "ー", "－", "‐", "−", "–", "—", "―"};

	for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++)
		if (strncmp(p, gaps[i], strlen(gaps[i])) == 0)
			return strlen(gaps[i]);
	return 0;
}

/* A year of this century, and so many digits more, not a part of a longer number. The bytes it takes; 0: it is none. */
static size_t
number_at(const char *text, size_t at, size_t digits, char year[5], char rest[NUMBER_MAX])
{
	const char *p = text + at;
	size_t gap;

	if ((at > 0 && is_digit(p[-1])) || p[0] != '2' || p[1] != '0' || !is_digit(p[2]) || !is_digit(p[3]))
		return 0;
	snprintf(year, 5, "%.4s", p);
	gap = gap_at(p + 4);
	for (size_t i = 0; i < digits; i++)
		if (!is_digit(p[4 + gap + i]))
			return 0;
	if (is_digit(p[4 + gap + digits]))
		return 0;
	snprintf(rest, NUMBER_MAX, "%.*s", (int)digits, p + 4 + gap);
	return 4 + gap + digits;
}

static void
named_add(struct named *named, const struct invoice *invoice)
{
	for (size_t i = 0; i < named->count; i++)
		if (named->id[i] == invoice->id)
			return;
	if (named->count == NAMED_MAX)
		return;
	named->id[named->count++] = invoice->id;
	buf_addf(&named->numbers, "%s%s", named->numbers.n > 0 ? ", " : "", invoice->number);
}

static enum fault
try_number(struct business *business, const char *year, const char *rest, struct named *named, struct why *why)
{
	struct invoice invoice = {0};
	char number[2 * NUMBER_MAX];
	bool found = false;
	enum fault fault;

	snprintf(number, sizeof number, "%s-%s", year, rest);
	fault = store_invoice_find(business->store, number, &invoice, &found, why);
	if (fault == FAULT_NONE && found)
		named_add(named, &invoice);
	invoice_release(&invoice);
	return fault;
}

static enum fault
try_reference(struct business *business, const char *year, const char *rest, struct named *named, struct why *why)
{
	struct renewal renewal = {0};
	struct invoice invoice = {0};
	char reference[3 * NUMBER_MAX];
	bool found = false;
	enum fault fault;

	snprintf(reference, sizeof reference, "%s-%s-%s", business->config->reference_prefix, year, rest);
	fault = store_renewal_find(business->store, reference, &renewal, &found, why);
	if (fault == FAULT_NONE && found)
		fault = store_invoice_last_of_renewal(business->store, renewal.id, &invoice, &found, why);
	if (fault == FAULT_NONE && found)
		named_add(named, &invoice);
	renewal_release(&renewal);
	invoice_release(&invoice);
	return fault;
}

/* Whether the reference's prefix stands before this place, with or without a hyphen. text is folded. */
static bool
follows_prefix(const char *text, size_t at, const char *prefix)
{
	size_t n = strlen(prefix);

	while (at > 0 && (text[at - 1] == '-' || text[at - 1] == ' '))
		at--;
	return at >= n && strncasecmp(text + at - n, prefix, n) == 0;
}

static enum fault
find_named(struct business *business, const char *text, struct named *named, struct why *why)
{
	char year[5], rest[NUMBER_MAX];
	enum fault fault = FAULT_NONE;

	for (size_t at = 0; text[at] != '\0' && fault == FAULT_NONE; at++) {
		if (number_at(text, at, 6, year, rest) > 0)
			fault = try_number(business, year, rest, named, why);
		else if (number_at(text, at, 5, year, rest) > 0 && follows_prefix(text, at, business->config->reference_prefix))
			fault = try_reference(business, year, rest, named, why);
	}
	return fault;
}

/* ---- by amount and name ---- */

struct fitting {
	struct span payer;
	int64_t open, paid; /* the last of each */
	size_t open_count, paid_count;
	struct buf near; /* numbers of open ones of this amount with another name */
	struct buf fits; /* numbers of open ones that fit */
};

static enum fault
take_candidate(const struct invoice_candidate *candidate, void *data, struct why *why)
{
	struct fitting *fitting = data;
	bool is_open = strcmp(candidate->state, "open") == 0;

	(void)why;
	if (payment_name_is(fitting->payer, candidate->payer_kana) || payment_name_is(fitting->payer, candidate->customer_name)) {
		*(is_open ? &fitting->open : &fitting->paid) = candidate->id;
		++*(is_open ? &fitting->open_count : &fitting->paid_count);
		if (is_open)
			buf_addf(&fitting->fits, "%s%s", fitting->fits.n > 0 ? ", " : "", candidate->number);
	} else if (is_open && fitting->near.n < 200) {
		buf_addf(&fitting->near, "%s%s (%s)", fitting->near.n > 0 ? ", " : "", candidate->number, candidate->customer_name);
	}
	return FAULT_NONE;
}

/* Banks put what it is before the name where they have one field for both. */
static struct span
name_in(const char *payer, const char *text)
{
	static const char *const words[] = {"振込", "フリコミ", "ﾌﾘｺﾐ", "入金", "送金"};
	struct span name = span_trim(span_of(*payer != '\0' ? payer : text));

	for (size_t i = 0; *payer == '\0' && i < sizeof words / sizeof words[0]; i++)
		if (span_starts(name, words[i])) {
			name.p += strlen(words[i]);
			name.n -= strlen(words[i]);
			break;
		}
	return span_trim(name);
}

static enum fault
find_fitting(struct business *business, int64_t amount, const char *payer, const char *text, struct payment_find *out, struct why *why)
{
	struct fitting fitting = {
	    .payer = name_in(payer, text), .near = BUF_MAX(WORDS_MAX_BYTES), .fits = BUF_MAX(WORDS_MAX_BYTES)};
	enum fault fault = store_invoice_with_total(business->store, amount, take_candidate, &fitting, why);

	if (fault != FAULT_NONE)
		goto out;
	if (fitting.open_count == 1)
		out->invoice = fitting.open;
	else if (fitting.open_count > 1)
		(void)why_set(&out->reason, FAULT_NONE, "amount and name fit several invoices: %s", buf_text(&fitting.fits));
	else if (fitting.paid_count == 1)
		out->invoice = fitting.paid;
	else if (fitting.near.n > 0)
		(void)why_set(&out->reason, FAULT_NONE, "the name is not known; this amount is asked for by %s", buf_text(&fitting.near));
	else
		(void)why_set(&out->reason, FAULT_NONE, "no number is named, and no invoice of this amount and payer is open");
out:
	buf_release(&fitting.near);
	buf_release(&fitting.fits);
	return fault;
}

enum fault
payment_find(struct business *business, int64_t amount, const char *payer, const char *text, struct payment_find *out, struct why *why)
{
	struct buf raw = BUF_MAX(WORDS_MAX_BYTES), words = BUF_MAX(4 * WORDS_MAX_BYTES);
	struct named named = {.numbers = BUF_MAX(WORDS_MAX_BYTES)};
	enum fault fault;

	*out = (struct payment_find){0};
	buf_addf(&raw, "%s\n%s", payer, text);
	text_add_folded(&words, buf_span(&raw));
	fault = find_named(business, buf_text(&words), &named, why);
	if (fault == FAULT_NONE && named.count == 1)
		out->invoice = named.id[0];
	else if (fault == FAULT_NONE && named.count > 1)
		(void)why_set(&out->reason, FAULT_NONE, "it names several invoices: %s", buf_text(&named.numbers));
	else if (fault == FAULT_NONE)
		fault = find_fitting(business, amount, payer, text, out, why);
	buf_release(&named.numbers);
	buf_release(&words);
	buf_release(&raw);
	return fault;
}

/* payment_field.c - days and amounts as banks write them, folded to half width before they are read. */
#include "../payment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/day.h"
#include "../base/text.h"

enum { FIELD_MAX_BYTES = 256, REIWA = 2018 /* the year before its first */, AMOUNT_DIGITS = 12 };

/* Folded, without blanks. False: too long. */
static bool
fold_field(struct buf *out, const char *text)
{
	struct buf folded = BUF_MAX(FIELD_MAX_BYTES);
	bool good;

	if (text_is_utf8(span_of(text)))
		text_add_folded(&folded, span_of(text));
	for (size_t i = 0; i < folded.n; i++)
		if (folded.p[i] != ' ' && folded.p[i] != '\n')
			buf_add_char(out, folded.p[i]);
	good = !folded.failed && !out->failed;
	buf_release(&folded);
	return good;
}

/* From 1 to max digits at *p, which is moved. -1: none. */
static int
take_number(const char **p, int max)
{
	int value = 0, n = 0;

	for (; n < max && **p >= '0' && **p <= '9'; n++)
		value = value * 10 + *(*p)++ - '0';
	return n > 0 ? value : -1;
}

static bool
take_word(const char **p, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*p, word, n) != 0)
		return false;
	*p += n;
	return true;
}

/* What stands between the parts of a day: the same word, or the mark that was found first. */
static bool
take_mark(const char **p, const char *word, char *mark)
{
	if (take_word(p, word))
		return true;
	if (**p == '\0' || strchr("-/.", **p) == NULL || (*mark != '\0' && *mark != **p))
		return false;
	*mark = *(*p)++;
	return true;
}

static bool
read_day(const char *p, int *day)
{
	bool is_reiwa = take_word(&p, "令和") || take_word(&p, "r");
	char mark = '\0';
	int year, month, day_of_month;

	if (!is_reiwa && strspn(p, "0123456789") == 8 && p[8] == '\0') {
		year = take_number(&p, 4);
		month = take_number(&p, 2);
		day_of_month = take_number(&p, 2);
	} else {
		year = take_word(&p, "元") ? 1 : take_number(&p, is_reiwa ? 2 : 4);
		if (!take_mark(&p, "年", &mark))
			return false;
		month = take_number(&p, 2);
		if (!take_mark(&p, "月", &mark))
			return false;
		day_of_month = take_number(&p, 2);
		(void)take_word(&p, "日");
	}
	if (*p != '\0' || year < 0 || month < 0 || day_of_month < 0)
		return false;
	if (is_reiwa)
		year += REIWA;
	*day = year >= 2000 ? day_make(year, month, day_of_month) : -1;
	return *day >= 0;
}

bool
payment_parse_day(const char *text, int *day)
{
	struct buf folded = BUF_MAX(FIELD_MAX_BYTES);
	bool good = fold_field(&folded, text) && read_day(buf_text(&folded), day);

	buf_release(&folded);
	return good;
}

/* Digits, in groups of three where there are commas. */
static bool
read_digits(const char *p, int64_t *amount)
{
	bool has_commas = strchr(p, ',') != NULL;
	size_t group = 0, digits = 0;
	int64_t value = 0;

	for (; *p != '\0'; p++) {
		if (*p == ',') {
			if (group == 0 || group > 3 || (digits > group && group != 3))
				return false;
			group = 0;
		} else if (*p >= '0' && *p <= '9' && digits < AMOUNT_DIGITS) {
			value = value * 10 + *p - '0';
			group++;
			digits++;
		} else {
			return false;
		}
	}
	*amount = value;
	return digits > 0 && (!has_commas || group == 3);
}

bool
payment_parse_amount(const char *text, int64_t *amount)
{
	struct buf folded = BUF_MAX(FIELD_MAX_BYTES);
	bool is_negative = false, good = fold_field(&folded, text);
	char *p = folded.p;
	size_t n = folded.n;

	*amount = 0;
	if (good && n > 0 && strcmp(p, "-") != 0) {
		if (*p == '-' || *p == '+') {
			is_negative = *p == '-';
			p++;
		}
		if (strncmp(p, "¥", strlen("¥")) == 0)
			p += strlen("¥");
		else if (*p == '\\')
			p++;
		n = strlen(p);
		if (n > strlen("円") && strcmp(p + n - strlen("円"), "円") == 0)
			p[n - strlen("円")] = '\0';
		if (strlen(p) > 3 && strcmp(p + strlen(p) - 3, ".00") == 0)
			p[strlen(p) - 3] = '\0';
		good = read_digits(p, amount);
		if (is_negative)
			*amount = -*amount;
	}
	buf_release(&folded);
	return good;
}

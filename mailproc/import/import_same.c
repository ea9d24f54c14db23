/*
 * import_same.c - rows of one file that describe the same customer, contact or certificate must agree: which of them was meant
 * cannot be guessed. What a row said first is kept under its key, in a tree.
 */
#include "import_inner.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct import_same {
	void *root; /* of struct said, by key */
};

/* One allocation: key, then the texts of the columns, each closed by NUL. */
struct said {
	unsigned line;
	size_t values_at;
	char text[];
};

static const enum import_column of_customer[] = {COLUMN_CUSTOMER_NAME, COLUMN_PERSON, COLUMN_LANGUAGE, COLUMN_PLAN,
    COLUMN_PAYMENT_METHOD, COLUMN_PAYER_KANA};
static const enum import_column of_contact[] = {COLUMN_CONTACT_NAME, COLUMN_TEXT_ONLY};
static const enum import_column of_certificate[] = {COLUMN_ORGANIZATION, COLUMN_ORGANIZATIONAL_UNIT, COLUMN_LOCALITY,
    COLUMN_STATE_OR_PROVINCE, COLUMN_COUNTRY, COLUMN_SAN, COLUMN_AUTHORITY, COLUMN_NOT_BEFORE, COLUMN_TERM_START, COLUMN_SERIAL,
    COLUMN_STATE, COLUMN_ANSWER, COLUMN_ANSWERED_ON, COLUMN_LAST_LETTER, COLUMN_INVOICE_NUMBER, COLUMN_INVOICE_AMOUNT};
static const enum import_column of_invoice[] = {COLUMN_CUSTOMER, COLUMN_ORDER_NUMBER, COLUMN_INVOICE_ISSUED, COLUMN_INVOICE_DUE, COLUMN_PAID_ON};

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct said *)a)->text, ((const struct said *)b)->text);
}

/* What the row says, as one entry; NULL when memory is short. Texts hold no control character, so that one can stand between. */
static struct said *
make_said(const struct import_row *row, const char *key, const enum import_column *column, size_t count)
{
	size_t n = strlen(key) + 1, at = n;
	struct said *said;

	for (size_t i = 0; i < count; i++)
		n += strlen(row->text[column[i]]) + 1;
	said = malloc(sizeof *said + n);
	if (said == NULL)
		return NULL;
	said->line = row->line;
	said->values_at = at;
	memcpy(said->text, key, at);
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(row->text[column[i]]) + 1;

		memcpy(said->text + at, row->text[column[i]], length);
		at += length;
	}
	return said;
}

static void
tell_differences(struct import *import, const struct import_row *row, const struct said *before, const enum import_column *column,
    size_t count, const char *what)
{
	const char *value = before->text + before->values_at;

	for (size_t i = 0; i < count; i++, value += strlen(value) + 1)
		if (strcmp(value, row->text[column[i]]) != 0)
			import_tell(import, row->line, import_heading(column[i]),
			    "'%s', but line %u says '%s' about the same %s", row->text[column[i]], before->line, value, what);
}

static enum fault
check(struct import *import, const struct import_row *row, const char *key, const enum import_column *column, size_t count,
    const char *what, struct why *why)
{
	struct said *said = key != NULL ? make_said(row, key, column, count) : NULL;
	struct said **found = said != NULL ? tsearch(said, &import->same->root, compare) : NULL;

	if (found == NULL) {
		free(said);
		return why_set(why, FAULT_STOP, "out of memory for the rows of a file");
	}
	if (*found != said) {
		tell_differences(import, row, *found, column, count, what);
		free(said);
	}
	return FAULT_NONE;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum fault
import_same_check(struct import *import, struct import_row *row, struct why *why)
{
	struct buf key = BUF_MAX(1 << 16);
	enum fault fault;

	if (import->same == NULL && (import->same = calloc(1, sizeof *import->same)) == NULL)
		return why_set(why, FAULT_STOP, "out of memory for the rows of a file");
	buf_addf(&key, "customer\x1f%s", row->customer.code);
	fault = check(import, row, key.p, of_customer, COUNT(of_customer), "customer", why);
	if (fault == FAULT_NONE) {
		buf_clear(&key);
		buf_addf(&key, "contact\x1f%s\x1f%d\x1f%s", row->customer.code, (int)row->contact.role, row->contact.address);
		fault = check(import, row, key.p, of_contact, COUNT(of_contact), "contact", why);
	}
	if (fault == FAULT_NONE) {
		buf_clear(&key);
		buf_addf(&key, "certificate\x1f%s\x1f%s\x1f%s\x1f%lld\x1f%lld", row->customer.code, row->common_name,
		    row->term.product, (long long)row->term.ends_at, (long long)row->certificate.not_after);
		fault = check(import, row, key.p, of_certificate, COUNT(of_certificate), "certificate", why);
	}
	if (fault == FAULT_NONE && row->text[COLUMN_INVOICE_NUMBER][0] != '\0') {
		buf_clear(&key);
		buf_addf(&key, "invoice\x1f%s", row->text[COLUMN_INVOICE_NUMBER]);
		fault = check(import, row, key.p, of_invoice, COUNT(of_invoice), "invoice", why);
	}
	if (fault == FAULT_NONE)
		fault = buf_fault(&key, why, "the key of a row");
	buf_release(&key);
	return fault;
}

void
import_same_free(struct import_same *same)
{
	if (same == NULL)
		return;
	tdestroy(same->root, free);
	free(same);
}

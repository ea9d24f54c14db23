/*
 * import_inner.h - what the files of the import share
 *
 * import_table.c turns bytes into records, import_row.c a record into a checked row, import_name.c knows addresses and host names,
 * import_same.c finds rows that contradict each other, import_keep.c writes a row into the store; import.c drives them twice: to check, and to keep.
 */
#ifndef MAILPROC_IMPORT_INNER_H
#define MAILPROC_IMPORT_INNER_H

#include <stdbool.h>

#include "../../store/store_certificate.h"
#include "../../store/store_customer.h"
#include "../base/buf.h"
#include "../import.h"
#include "import_table.h"

/* name, heading, whether the file must have it and each row must fill it */
#define IMPORT_COLUMNS(X)                                                                          \
	X(COLUMN_CUSTOMER, "customer", true)                                                       \
	X(COLUMN_CUSTOMER_NAME, "customer_name", true)                                             \
	X(COLUMN_PERSON, "person", false)                                                          \
	X(COLUMN_LANGUAGE, "language", true)                                                       \
	X(COLUMN_PLAN, "plan", false)                                                              \
	X(COLUMN_PAYMENT_METHOD, "payment_method", false)                                          \
	X(COLUMN_PAYER_KANA, "payer_kana", false)                                                  \
	X(COLUMN_CONTACT_ROLE, "contact_role", false)                                              \
	X(COLUMN_CONTACT_NAME, "contact_name", false)                                              \
	X(COLUMN_CONTACT_EMAIL, "contact_email", true)                                             \
	X(COLUMN_CONTACT_ALSO, "contact_also", false)                                              \
	X(COLUMN_TEXT_ONLY, "text_only", false)                                                    \
	X(COLUMN_COMMON_NAME, "common_name", true)                                                 \
	X(COLUMN_ORGANIZATION, "organization", false)                                              \
	X(COLUMN_ORGANIZATIONAL_UNIT, "organizational_unit", false)                                \
	X(COLUMN_LOCALITY, "locality", false)                                                      \
	X(COLUMN_STATE_OR_PROVINCE, "state_or_province", false)                                    \
	X(COLUMN_COUNTRY, "country", false)                                                        \
	X(COLUMN_SAN, "san", false)                                                                \
	X(COLUMN_AUTHORITY, "authority", false)                                                    \
	X(COLUMN_PRODUCT, "product", true)                                                         \
	X(COLUMN_NOT_BEFORE, "not_before", false)                                                  \
	X(COLUMN_NOT_AFTER, "not_after", true)                                                     \
	X(COLUMN_TERM_START, "term_start", false)                                                  \
	X(COLUMN_TERM_END, "term_end", false)                                                      \
	X(COLUMN_SERIAL, "serial", false)                                                          \
	X(COLUMN_STATE, "state", false)                                                            \
	X(COLUMN_ANSWER, "answer", false)                                                          \
	X(COLUMN_ANSWERED_ON, "answered_on", false)                                                \
	X(COLUMN_LAST_LETTER, "last_letter", false)                                                \
	X(COLUMN_ORDER_NUMBER, "order_number", false)                                              \
	X(COLUMN_INVOICE_NUMBER, "invoice_number", false)                                          \
	X(COLUMN_INVOICE_AMOUNT, "invoice_amount", false)                                          \
	X(COLUMN_INVOICE_ISSUED, "invoice_issued", false)                                          \
	X(COLUMN_INVOICE_DUE, "invoice_due", false)                                                \
	X(COLUMN_PAID_ON, "paid_on", false)                                                        \
	X(COLUMN_CERTIFICATE, "certificate", false)

#define IMPORT_COLUMN_NAME(name, heading, required) name,
enum import_column { IMPORT_COLUMNS(IMPORT_COLUMN_NAME) import_column_count };

enum {
	IMPORT_MAX_ROWS = 1000000,
	IMPORT_MAX_NAMES = 250,	  /* in one list */
	IMPORT_MAX_PROBLEMS = 1000 /* that are listed */
};

const char *import_heading(enum import_column column);

/* Which columns the file has, and where the import stands. */
struct import {
	struct business *business;
	const struct config_product *last_product; /* of the row before: most files name few */
	int field_of[import_column_count]; /* the field of a record that a column stands in; -1: the file does not have it */
	size_t field_count;
	size_t rows;
	import_problem *problem;
	void *data;
	size_t problems;
	struct import_same *same;	/* owned; while checking */
	struct import_counts counts;
	struct import_pem *pem; /* owned; NULL: no folder of certificates was given */
	bool is_allowed; /* no guard is set */
	int as_of_day;	 /* the day that states are of, and its last instant, or now */
	int64_t as_of_at;
};

/* Tells a problem. column may be NULL. Only the first IMPORT_MAX_PROBLEMS are told, all are counted. */
void import_tell(struct import *import, unsigned line, const char *column, const char *format, ...) PRINTF_LIKE(4, 5);

/* ---- import_name.c ---- */

/* Writes a host name in lower-case A-labels to out; a first label "*" where that is allowed. NULL, or what is wrong with it. */
enum { HOST_MAX = 256 /* 253 characters, "*." and NUL */, ADDRESS_MAX = 320 };
const char *import_host(char out[HOST_MAX], const char *text, bool may_be_wildcard);
/* Writes an address with its domain in lower-case A-labels to out. NULL, or what is wrong with it. */
const char *import_address(char out[ADDRESS_MAX], const char *text);

/* ---- import_row.c ---- */

/* C0, DEL, C1 and the line and paragraph separators: what could add a line to a letter or rule a terminal. */
bool import_has_control(const char *text);

/* Where somebody else has brought a renewal. Days are -1 where the row does not say. */
struct import_taken {
	enum renewal_state state; /* upcoming, noticed, ordered, paid or applied */
	bool said_renew, said_decline;
	int answered_day, letter_day, issued_day, due_day, paid_day;
	int64_t amount; /* of this certificate, with tax; 0: none */
};

struct import_row {
	unsigned line;
	char *text[import_column_count]; /* borrowed, trimmed; "" where the row does not say */
	struct customer customer;	 /* its text is borrowed */
	struct contact contact;		 /* its text is borrowed */
	char address[ADDRESS_MAX];
	char **also;			 /* owned; NULL: none */
	struct term term;		 /* its text is borrowed */
	struct certificate certificate;	 /* its text is borrowed, but not the names */
	char common_name[HOST_MAX];
	const struct config_product *product;
	struct import_taken taken;
};
/* Checks a record and fills row, an empty one. *good is false when problems were told. */
MUST_USE enum fault import_row_make(struct import *import, unsigned line, char **field, struct import_row *row, bool *good,
    struct why *why);
void import_row_release(struct import_row *row);

/* ---- import_pem.c ---- */

/* Reads every file of a folder: each must hold a certificate. FAULT_ITEM with the name of the first that does not. */
MUST_USE enum fault import_pem_load(struct import_pem **out, const char *dir, int64_t now, struct why *why);
void import_pem_free(struct import_pem *pem); /* NULL is fine */
/* Fills what the row leaves open, from the file that it names or the one with its common name. */
void import_pem_fill(struct import *import, struct import_row *row);

/* ---- import_same.c ---- */

/* Tells where the row describes its customer, contact or certificate differently from an earlier row. */
MUST_USE enum fault import_same_check(struct import *import, struct import_row *row, struct why *why);
void import_same_free(struct import_same *same);

/* ---- import_keep.c ---- */

/* Writes the row, inside the open transaction, and counts. What the file has no column for stays as it is on record. */
MUST_USE enum fault import_keep(struct import *import, struct import_row *row, struct why *why);
/* Once all rows are written: the renewal, and the re-issue, that the newest certificate of a term leads to, with its present state. */
MUST_USE enum fault import_begin(struct import *import, struct import_row *row, struct why *why);

/* ---- import_state.c ---- */

/* Tells where what the row says of the present state does not fit together. */
void import_state_check(struct import *import, struct import_row *row);
/* Brings a new renewal to its present state. What the workflow refuses is told as a problem. */
MUST_USE enum fault import_state_take(struct import *import, const struct import_row *row, int64_t renewal, struct why *why);

#endif

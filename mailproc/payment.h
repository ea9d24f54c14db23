/*
 * payment.h - money that came: which invoice it is for, and what follows
 *
 * In:    what staff say, or a bank's file
 * Out:   payments on record; invoices paid, their renewals advanced
 *
 * A payment that reaches exactly what its invoice asks for, in time, pays it: every renewal of the invoice becomes paid. Short, over, double, late and
 * unmatched ones are recorded as what they are and wait for staff, who accept them, match them with another invoice, or close them.
 *
 *   payment.c         one payment and its invoice        payment_import.c  a bank's file
 *   payment_find.c    which invoice is meant             payment_field.c   days and amounts as banks write them
 *   payment_name.c    payers' names
 *
 * Every function is a transaction of its own (payment_import: one for each payment).
 * Faults: those of store.h; FAULT_ITEM with the cause where what is asked for cannot be. Then nothing was kept.
 */
#ifndef MAILPROC_PAYMENT_H
#define MAILPROC_PAYMENT_H

#include "../store/store_payment.h"
#include "base/buf.h"
#include "import.h"
#include "renewal.h"

/* What is known about money that came. All borrowed. */
struct payment_entry {
	int64_t amount;
	int paid_day;
	bool has_method; /* else as the order says */
	enum payment_method method;
	const char *by, *note; /* note may be NULL */
	bool accepts;	       /* staff take it as paid, although it is short, over or late */
};

struct payment_result {
	int64_t id;
	enum payment_state state;
	bool is_paid;	    /* the invoice is, now */
	char invoice[32];   /* its number; "": not known */
	struct why reason; /* in words; empty where it is matched */
};

/* what: the number of an invoice, or the reference of a renewal. */
MUST_USE enum fault payment_record(struct business *business, const char *what, const struct payment_entry *entry,
    struct payment_result *result, struct why *why);
/* A payment that waits for staff belongs to this invoice. */
MUST_USE enum fault payment_match(struct business *business, int64_t id, const char *invoice, bool accepts, const char *by, const char *note,
    struct payment_result *result, struct why *why);
/* It is not for any invoice: it was paid back, or belongs to other business. */
MUST_USE enum fault payment_close(struct business *business, int64_t id, const char *by, const char *note, struct why *why);

struct payment_counts {
	size_t rows;	 /* of the file, without heading */
	size_t outgoing; /* rows that are no deposit */
	size_t known;	 /* on record already */
	size_t state[payment_state_count];
};
/*
 * A bank's file. All its rows are checked first; problem is told each error, and then nothing is kept (FAULT_ITEM). The same row of the same or of another
 * file is taken once; equal rows of one file are as many payments.
 */
MUST_USE enum fault payment_import(struct business *business, const char *path, struct payment_counts *counts, import_problem *problem, void *data,
    struct why *why);

/* ---- names (payment_name.c) ---- */

/* Adds the name as banks would write it: kana in full size without voice of length, without legal form, blanks and marks. */
void payment_name_fold(struct buf *out, struct span name);
/* Whether both are the same payer; an empty name is nobody's. */
bool payment_name_is(struct span name, const char *other);

/* ---- fields (payment_field.c) ---- */

/* 2026-11-22, 2026/1/5, 20261122, 2026年11月22日, R8.11.22, 令和8年11月22日, in any width. */
bool payment_parse_day(const char *text, int *day);
/* 12,100 ¥12100 12100円 in any width; *amount is 0 for "", "-" and 0; negative for what went out. False: it is no amount of whole units. */
bool payment_parse_amount(const char *text, int64_t *amount);

#endif

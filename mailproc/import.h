/*
 * import.h - customers, contacts, terms and certificates from a CSV file
 *
 * RFC 4180 (libcsv is known only in import.c), UTF-8 with or without BOM, or CP932 as Excel in Japan writes it. The first line names the columns
 * (mailproc(1), IMPORT; import_inner.h has the list). All errors are listed with line and column; all or nothing; the same file again changes nothing.
 *
 * A customer is known by its code; a contact by customer, role and address; a certificate by customer, common name, product, end of the term and
 * its own end. A changed value updates the record. A column that the file does not have leaves what is on record; a field that is empty means
 * the default (for dates: what is on record, if anything is). Rows of one file that describe the same one differently are errors.
 */
#ifndef MAILPROC_IMPORT_H
#define MAILPROC_IMPORT_H

#include "renewal.h"

struct import_counts {
	size_t rows, customers, contacts, certificates, renewals, unchanged; /* new or changed records; rows that changed nothing */
};

typedef void import_problem(unsigned line, const char *column, const char *text, void *data);

struct import_options {
	bool dry_run;	 /* everything is checked and counted, nothing is kept */
	const char *certificates; /* a folder of certificate files; NULL: none */
	int as_of_day;	 /* states are of this day: what was due before counts as done; -1: today */
	bool is_allowed; /* the next run may send without being asked again: no guard is set (store_guard.h) */
};

/*
 * FAULT_ITEM when there are problems (each is told, up to 1000; column NULL: the whole
 * line) or the file cannot be read. A transaction of its own.
 */
MUST_USE enum fault import_csv(struct business *business, const char *path, const struct import_options *options,
    struct import_counts *counts, import_problem *problem, void *data, struct why *why);

#endif

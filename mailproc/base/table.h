/*
 * table.h - aligned output for people
 *
 * Columns are aligned by display width, also with Japanese. The table is printed when it is complete. On a terminal the last
 * column is cut so that a line fits (80 columns where the width is not known), elsewhere nothing is cut. Where all headings are
 * empty, no line of headings is printed.
 *
 * Lifetime: table_new/table_free. Cell text is copied and made printable (text_add_printable).
 * Short of memory: the table prints what it has and table_print returns FAULT_STOP.
 */
#ifndef MAILPROC_TABLE_H
#define MAILPROC_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "fault.h"

struct table;

/* heading: NULL-terminated list, copied. A heading that starts with '>' makes a right-aligned column. */
struct table *table_new(const char *const heading[]);
void table_add(struct table *t, ...); /* one const char * a column (NULL is shown as "-") */
MUST_USE enum fault table_print(struct table *t, FILE *to, struct why *why); /* bold headings only on a terminal */
void table_free(struct table *t);

/* Progress of long work on standard error: "polled 120 of 1000, 85/s"; silent unless that is a terminal. */
void progress_show(const char *verb, size_t done, size_t of, int64_t elapsed_ms);
void progress_end(void); /* clears the line */

#endif

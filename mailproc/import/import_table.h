/*
 * import_table.h - the records of a CSV file, whoever wrote it
 *
 * In:    the bytes of a file: UTF-8, with or without a byte order mark, or CP932 as Excel and the banks in Japan write it
 * Out:   its records (RFC 4180), one after the other
 *
 * Faults: FAULT_ITEM with the line when the bytes are in neither encoding.
 */
#ifndef MAILPROC_IMPORT_TABLE_H
#define MAILPROC_IMPORT_TABLE_H

#include "../base/buf.h"

enum {
	IMPORT_MAX_BYTES = 64 << 20,
	IMPORT_MAX_FIELDS = 100, /* of one record */
	IMPORT_MAX_FIELD = 4000	 /* bytes */
};

/* Adds the file's text as UTF-8 to out. FAULT_ITEM with the line when it is neither UTF-8 nor CP932. */
MUST_USE enum fault import_decode(struct buf *out, struct span bytes, unsigned *line, struct why *why);

struct import_table {
	/* Called for each record. A field may be changed, and lives as long as the call. */
	enum fault (*record)(unsigned line, char **field, size_t count, void *data, struct why *why);
	/* Called once when the file is no CSV from here on; field is the number of the broken one. */
	void (*broken)(unsigned line, size_t field, const char *text, void *data);
	void *data;
};
/* Reads all records of text; empty lines are passed over. */
MUST_USE enum fault import_read(struct span text, const struct import_table *table, struct why *why);

#endif

/* schema.h - the schema steps, embedded by the Makefile from store/NNNN-*.sql in order; closed by a NULL name */
#ifndef MAILPROC_SCHEMA_H
#define MAILPROC_SCHEMA_H

struct schema_step {
	const char *name; /* "0001-foundation" */
	const char *sql;
};

extern const struct schema_step store_schema[];

#endif

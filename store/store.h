/*
 * store.h - the one database, and its transactions
 *
 * SQLite is known in this folder only. The store is in WAL mode with synchronous=FULL: what is committed survives a power cut.
 * Every statement is in store_sql.c, is prepared when the store is opened, and no SQL is composed at run time.
 *
 * Records have a header each: store_customer.h (customers, contacts), store_certificate.h (terms, certificates),
 * store_renewal.h (renewals, events), store_money.h (orders, invoices, payments), store_message.h (mailboxes, messages, reviews),
 * store_letter.h (letters), store_view.h (what people look at, as JSON).
 *
 * Invariants: a writer is inside store_begin … store_commit (BEGIN IMMEDIATE); a function that writes outside of it fails. After a fault
 *             of a writer the transaction may hold a part of what was to be written: the caller rolls it back.
 * Faults:     FAULT_LATER when another process holds the lock for longer than 10 s, FAULT_SETUP when the file is
 *             missing, not ours, newer than this program or not writable, FAULT_STOP for disk and memory,
 *             FAULT_ITEM when a constraint refuses the record (the text says which).
 * Lifetime:   text in records is owned by the record: x_release frees it, and may run on a zeroed record.
 */
#ifndef MAILPROC_STORE_H
#define MAILPROC_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "../mailproc/base/fault.h"

struct store;

enum store_mode {
	STORE_CREATE, /* makes the file (0600); it must not exist */
	STORE_WRITE,  /* runs schema steps that are missing */
	STORE_READ    /* looks only; refuses a store that needs schema steps */
};

MUST_USE enum fault store_open(struct store **out, const char *path, enum store_mode mode, struct why *why);
void store_close(struct store *store); /* rolls back what is open, checkpoints the log; NULL is fine */

MUST_USE enum fault store_begin(struct store *store, struct why *why);
MUST_USE enum fault store_commit(struct store *store, struct why *why); /* on a fault everything was rolled back */
void store_rollback(struct store *store);	    /* safe when nothing is open */
bool store_is_writing(const struct store *store);

/* integrity_check, foreign_key_check, application_id, schema step. FAULT_STOP with the first finding. */
MUST_USE enum fault store_check(struct store *store, struct why *why);

int store_schema_step(const struct store *store);
int store_schema_newest(void);

/* One run of the program: inserted at its start, completed at its end. Each is a transaction of its own. */
MUST_USE enum fault store_run_begin(struct store *store, const char *command, int64_t now, int64_t *run, struct why *why);
MUST_USE enum fault store_run_end(struct store *store, int64_t run, int64_t now, const char *fault_text,
    json_t *counts, struct why *why);

/* The next number of a counter ('renewal', 'invoice', 'order') in a year, inside the open transaction: without gaps. */
MUST_USE enum fault store_count_up(struct store *store, const char *counter, int year, int64_t *number, struct why *why);

#endif

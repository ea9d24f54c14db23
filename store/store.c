/* store.c - transactions, runs, counters, and what a result of SQLite means. */
#include "store_inner.h"

#include <stdlib.h>
#include <string.h>

enum fault
store_fault(struct store *store, int result, struct why *why)
{
	const char *text = store->db != NULL ? sqlite3_errmsg(store->db) : sqlite3_errstr(result);

	switch (result & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return why_set(why, FAULT_LATER, "the store is in use by another process");
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
		return why_set(why, FAULT_ITEM, "the store refuses the record: %s", text);
	case SQLITE_NOTADB:
		return why_set(why, FAULT_SETUP, "it is not a mailproc store");
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return why_set(why, FAULT_SETUP, "the store cannot be used: %s", text);
	default:
		return why_set(why, FAULT_STOP, "the store failed: %s", text);
	}
}

/* BEGIN, COMMIT and ROLLBACK: the statements that query_begin cannot judge. */
static int
run_prepared(struct store *store, enum sql which)
{
	int result = sqlite3_step(store->statement[which]);

	sqlite3_reset(store->statement[which]);
	return result;
}

enum fault
store_begin(struct store *store, struct why *why)
{
	int result;

	if (store->is_writing || !sqlite3_get_autocommit(store->db))
		return why_set(why, FAULT_STOP, "a transaction was begun inside of another");
	if (!store->may_write)
		return why_set(why, FAULT_STOP, "the store was opened for looking only");
	result = run_prepared(store, SQL_BEGIN);
	if (result != SQLITE_DONE)
		return store_fault(store, result, why);
	store->is_writing = true;
	return FAULT_NONE;
}

enum fault
store_commit(struct store *store, struct why *why)
{
	enum fault fault = FAULT_NONE;
	int result;

	if (!store_is_writing(store)) {
		/* After a full disk SQLite rolls back by itself: nothing of it may look committed. */
		store->is_writing = false;
		return why_set(why, FAULT_STOP, "there is no transaction to commit");
	}
	result = run_prepared(store, SQL_COMMIT);
	if (result != SQLITE_DONE) {
		fault = store_fault(store, result, why);
		store_rollback(store);
	}
	store->is_writing = false;
	return fault;
}

void
store_rollback(struct store *store)
{
	if (store->db != NULL && !sqlite3_get_autocommit(store->db))
		run_prepared(store, SQL_ROLLBACK);
	store->is_writing = false;
}

bool
store_is_writing(const struct store *store)
{
	return store->is_writing && !sqlite3_get_autocommit(store->db);
}

enum fault
store_look_begin(struct store *store, bool *begun, struct why *why)
{
	int result;

	*begun = false;
	if (!sqlite3_get_autocommit(store->db))
		return FAULT_NONE;
	result = run_prepared(store, SQL_BEGIN_LOOK);
	if (result != SQLITE_DONE)
		return store_fault(store, result, why);
	*begun = true;
	return FAULT_NONE;
}

void
store_look_end(struct store *store, bool begun)
{
	if (begun)
		store_rollback(store);
}

enum fault
store_check(struct store *store, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_INTEGRITY_CHECK, why);
	while (query_next(&q)) {
		const char *finding = take_borrowed(&q);

		if (finding == NULL || strcmp(finding, "ok") != 0)
			query_fail(&q, FAULT_STOP, "the store is damaged: %s", finding != NULL ? finding : "");
	}
	fault = query_end(&q);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_FOREIGN_KEY_CHECK, why);
	if (query_next(&q)) {
		const char *table = take_borrowed(&q);
		int64_t row = take_int(&q);

		query_fail(&q, FAULT_STOP, "the store is damaged: row %lld of %s refers to a record that is not there",
		    (long long)row, table != NULL ? table : "");
	}
	fault = query_end(&q);
	return fault != FAULT_NONE ? fault : store_check_identity(store, STORE_READ, why);
}

enum fault
store_run_begin(struct store *store, const char *command, int64_t now, int64_t *run, struct why *why)
{
	struct query q;
	int64_t id;
	enum fault fault = store_begin(store, why);

	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_RUN_BEGIN, why);
	bind_text(&q, ":command", command);
	bind_int(&q, ":now", now);
	fault = query_run(&q, NULL);
	id = sqlite3_last_insert_rowid(store->db);
	if (fault == FAULT_NONE)
		fault = store_commit(store, why);
	else
		store_rollback(store);
	if (fault == FAULT_NONE)
		*run = id;
	return fault;
}

enum fault
store_run_end(struct store *store, int64_t run, int64_t now, const char *fault_text, json_t *counts, struct why *why)
{
	struct query q;
	char *dumped = NULL;
	enum fault fault;

	if (counts != NULL && (dumped = json_dumps(counts, JSON_COMPACT)) == NULL)
		return why_set(why, FAULT_STOP, "out of memory for the counts of a run");
	fault = store_begin(store, why);
	if (fault == FAULT_NONE) {
		query_begin(&q, store, SQL_RUN_END, why);
		bind_int(&q, ":id", run);
		bind_int(&q, ":now", now);
		bind_text(&q, ":fault", fault_text != NULL ? fault_text : "");
		bind_json(&q, ":counts", dumped);
		fault = query_run_one(&q, FAULT_STOP, "there is no run %lld", (long long)run);
		if (fault == FAULT_NONE)
			fault = store_commit(store, why);
		else
			store_rollback(store);
	}
	free(dumped);
	return fault;
}

enum fault
store_count_up(struct store *store, const char *counter, int year, int64_t *number, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_COUNT_UP, why);
	bind_text(&q, ":name", counter);
	bind_int(&q, ":year", year);
	return query_id(&q, number);
}

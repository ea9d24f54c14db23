/* store_open.c - opening, settings and schema steps. The hard case: a schema step and its number are one transaction. */
#include "store_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema.h"

enum { APPLICATION_ID = 0x6d6c7072 /* mlpr */, BUSY_TIMEOUT_MS = 10000 };

void
store_set_busy_timeout(struct store *store, int milliseconds)
{
	sqlite3_busy_timeout(store->db, milliseconds);
}

/* Runs text that returns nothing we look at: schema steps, pragmas, the ends of transactions. */
static enum fault
run_text(struct store *store, const char *text, struct why *why)
{
	int result = sqlite3_exec(store->db, text, NULL, NULL, NULL);

	return result == SQLITE_OK ? FAULT_NONE : store_fault(store, result, why);
}

static enum fault
read_number(struct store *store, const char *text, int *number, struct why *why)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(store->db, text, -1, &statement, NULL);
	enum fault fault = FAULT_NONE;

	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		*number = sqlite3_column_int(statement, 0);
	else
		fault = store_fault(store, result, why);
	sqlite3_finalize(statement);
	return fault;
}

int
store_schema_newest(void)
{
	int newest = 0;

	while (store_schema[newest].name != NULL)
		newest++;
	return newest;
}

int
store_schema_step(const struct store *store)
{
	return store->step;
}

/* The file must be there (CREATE: must not), because SQLite would make it with the mode of the umask. */
static enum fault
prepare_file(const char *path, enum store_mode mode, struct why *why)
{
	struct stat status;
	int fd;

	if (mode == STORE_CREATE) {
		fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
		if (fd < 0)
			return why_set(why, FAULT_SETUP, "%s cannot be made: %s", path, strerror(errno));
		close(fd);
		return FAULT_NONE;
	}
	if (stat(path, &status) != 0)
		return why_set(why, FAULT_SETUP, "%s cannot be opened: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return why_set(why, FAULT_SETUP, "%s is not a file", path);
	if (status.st_size == 0)
		return why_set(why, FAULT_SETUP,
		    "%s is empty: not a mailproc store (remove it and run 'mailproc init')", path);
	return FAULT_NONE;
}

static enum fault
connect_file(struct store *store, const char *path, enum store_mode mode, struct why *why)
{
	int flags = mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int result;

	result = sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, NULL);
	if (result != SQLITE_OK)
		return store_fault(store, result, why);
	store_set_busy_timeout(store, BUSY_TIMEOUT_MS);
	if (sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
	    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK)
		return why_set(why, FAULT_STOP, "SQLite does not take its settings");
	return FAULT_NONE;
}

enum fault
store_check_identity(struct store *store, enum store_mode mode, struct why *why)
{
	int application = 0, newest = store_schema_newest();
	enum fault fault = read_number(store, "PRAGMA application_id", &application, why);

	if (fault == FAULT_NONE)
		fault = read_number(store, "PRAGMA user_version", &store->step, why);
	if (fault != FAULT_NONE || mode == STORE_CREATE)
		return fault;
	if (application != APPLICATION_ID)
		return why_set(why, FAULT_SETUP, "it is not a mailproc store");
	if (store->step > newest)
		return why_set(why, FAULT_SETUP,
		    "the store is newer than this program (schema step %d, this program knows %d): use the newer program",
		    store->step, newest);
	if (store->step < newest && mode == STORE_READ)
		return why_set(why, FAULT_SETUP,
		    "the store is older than this program (schema step %d of %d): any command that writes brings it up to date",
		    store->step, newest);
	return FAULT_NONE;
}

static enum fault
set_up(struct store *store, enum store_mode mode, struct why *why)
{
	enum fault fault = run_text(store, "PRAGMA foreign_keys = ON", why);

	if (fault == FAULT_NONE)
		fault = run_text(store, "PRAGMA temp_store = MEMORY", why);
	if (fault == FAULT_NONE && mode == STORE_READ)
		return run_text(store, "PRAGMA query_only = ON", why);
	if (fault == FAULT_NONE)
		fault = run_text(store, "PRAGMA journal_mode = WAL", why);
	if (fault == FAULT_NONE)
		fault = run_text(store, "PRAGMA synchronous = FULL", why);
	return fault;
}

/* Runs step number step (from 1), which also sets user_version, unless another process has just done it. */
static enum fault
run_step(struct store *store, int step, struct why *why)
{
	const struct schema_step *schema = &store_schema[step - 1];
	int now_at = 0;
	enum fault fault = run_text(store, "BEGIN IMMEDIATE", why);

	if (fault != FAULT_NONE)
		return fault;
	fault = read_number(store, "PRAGMA user_version", &now_at, why);
	if (fault == FAULT_NONE && now_at < step) {
		fault = run_text(store, schema->sql, why);
		if (fault == FAULT_NONE)
			fault = read_number(store, "PRAGMA user_version", &now_at, why);
		if (fault == FAULT_NONE && now_at != step)
			fault = why_set(why, FAULT_STOP, "it leaves user_version at %d", now_at);
	}
	if (fault == FAULT_NONE)
		fault = run_text(store, "COMMIT", why);
	if (fault != FAULT_NONE) {
		fault = why_before(why, fault, "schema step %s", schema->name);
		if (!sqlite3_get_autocommit(store->db) && run_text(store, "ROLLBACK", NULL) != FAULT_NONE)
			fault = FAULT_STOP;
		return fault;
	}
	store->step = now_at;
	return FAULT_NONE;
}

static enum fault
prepare_statements(struct store *store, struct why *why)
{
	for (size_t i = 0; i < sql_count; i++) {
		int result = sqlite3_prepare_v3(store->db, sql_text[i], -1, SQLITE_PREPARE_PERSISTENT,
		    &store->statement[i], NULL);

		if (result != SQLITE_OK) {
			enum fault fault = store_fault(store, result, why);

			return why_before(why, fault, "statement %zu", i);
		}
	}
	return FAULT_NONE;
}

/* What a store that could not be made has left. */
static void
remove_file(const char *path)
{
	static const char *const ending[] = {"", "-wal", "-shm"};

	for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
		char *name = sqlite3_mprintf("%s%s", path, ending[i]);

		if (name != NULL)
			unlink(name);
		sqlite3_free(name);
	}
}

enum fault
store_open(struct store **out, const char *path, enum store_mode mode, struct why *why)
{
	struct store *store = NULL;
	enum fault fault = prepare_file(path, mode, why);

	if (fault != FAULT_NONE)
		return fault;
	store = calloc(1, sizeof *store);
	if (store == NULL) {
		fault = why_set(why, FAULT_STOP, "out of memory");
		goto out;
	}
	store->may_write = mode != STORE_READ;
	fault = connect_file(store, path, mode, why);
	if (fault == FAULT_NONE)
		fault = store_check_identity(store, mode, why);
	if (fault == FAULT_NONE)
		fault = set_up(store, mode, why);
	while (fault == FAULT_NONE && store->step < store_schema_newest())
		fault = run_step(store, store->step + 1, why);
	if (fault == FAULT_NONE)
		fault = prepare_statements(store, why);
	if (fault != FAULT_NONE)
		fault = why_before(why, fault, "%s", path);
out:
	if (fault != FAULT_NONE) {
		store_close(store);
		if (mode == STORE_CREATE)
			remove_file(path);
		return fault;
	}
	*out = store;
	return FAULT_NONE;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_rollback(store);
	for (size_t i = 0; i < sql_count; i++)
		sqlite3_finalize(store->statement[i]);
	/* A reader elsewhere can hold the log; it is then cut by the next writer that closes. */
	if (store->db != NULL && store->may_write) {
		store_set_busy_timeout(store, 0);
		sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	}
	sqlite3_close(store->db);
	free(store);
}

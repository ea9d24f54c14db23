/* test_store.c - opening, what is refused, transactions, counters, runs. */
#include "store_scratch.h"

#include <sys/stat.h>

static const char *
text_of(struct scratch *s, const char *sql)
{
	static char text[256];
	sqlite3_stmt *statement = NULL;

	assert_int_equal(sqlite3_prepare_v2(s->store->db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	snprintf(text, sizeof text, "%s", (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	return text;
}

static void
the_settings_survive_a_power_cut(void **state)
{
	struct scratch *s = *state;
	struct stat status;

	assert_string_equal(text_of(s, "PRAGMA journal_mode"), "wal");
	assert_int_equal(scratch_number(s, "PRAGMA synchronous"), 2);
	assert_int_equal(scratch_number(s, "PRAGMA foreign_keys"), 1);
	assert_int_equal(scratch_number(s, "PRAGMA trusted_schema"), 0);
	assert_int_equal(scratch_number(s, "PRAGMA busy_timeout"), 10000);
	assert_int_equal(scratch_number(s, "PRAGMA application_id"), 0x6d6c7072);
	assert_int_equal(scratch_number(s, "PRAGMA user_version"), store_schema_newest());
	assert_int_equal(store_schema_step(s->store), store_schema_newest());
	assert_int_equal(stat(s->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_not_equal(sqlite3_exec(s->store->db, "SELECT \"no such column\" FROM customer", NULL, NULL, NULL), SQLITE_OK);
}

static void
every_table_is_strict(void **state)
{
	struct scratch *s = *state;

	assert_true(scratch_number(s, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'") > 20);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'"
					   " AND NOT strict"), 0);
	assert_int_not_equal(sqlite3_exec(s->store->db, "INSERT INTO run (command, started_at) VALUES ('run', 'soon')", NULL, NULL, NULL),
	    SQLITE_OK);
}

static enum fault
reopen(struct scratch *s, enum store_mode mode)
{
	store_close(s->store);
	s->store = NULL;
	return store_open(&s->store, s->path, mode, &s->why);
}

/* Opens the file with plain SQLite and runs this. */
static void
tamper(struct scratch *s, const char *sql)
{
	sqlite3 *db = NULL;

	store_close(s->store);
	s->store = NULL;
	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
an_existing_file_is_never_made_anew(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(reopen(s, STORE_CREATE), FAULT_SETUP);
	assert_null(s->store);
	DONE(s, reopen(s, STORE_WRITE));
}

static void
a_missing_an_empty_or_a_foreign_file_is_refused(void **state)
{
	struct scratch *s = *state;
	char path[700];
	FILE *f;

	tamper(s, "PRAGMA application_id = 7");
	assert_int_equal(store_open(&s->store, s->path, STORE_WRITE, &s->why), FAULT_SETUP);
	assert_non_null(strstr(s->why.text, "is not a mailproc store"));
	assert_int_equal(store_open(&s->store, s->path, STORE_READ, &s->why), FAULT_SETUP);
	assert_non_null(strstr(s->why.text, s->path));
	snprintf(path, sizeof path, "%s/other", s->folder);
	assert_int_equal(store_open(&s->store, path, STORE_WRITE, &s->why), FAULT_SETUP);
	assert_int_not_equal(access(path, F_OK), 0);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(store_open(&s->store, path, STORE_WRITE, &s->why), FAULT_SETUP);
	for (int i = 0; i < 500; i++)
		fputs("this is no database, but a text file\n", f);
	fclose(f);
	assert_int_equal(store_open(&s->store, path, STORE_WRITE, &s->why), FAULT_SETUP);
	assert_non_null(strstr(s->why.text, "is not a mailproc store"));
	assert_int_equal(store_open(&s->store, s->folder, STORE_WRITE, &s->why), FAULT_SETUP);
	assert_null(s->store);
}

static void
a_newer_store_is_refused_in_plain_words(void **state)
{
	struct scratch *s = *state;

	tamper(s, "PRAGMA user_version = 4711");
	assert_int_equal(store_open(&s->store, s->path, STORE_WRITE, &s->why), FAULT_SETUP);
	assert_non_null(strstr(s->why.text, "newer than this program"));
	assert_int_equal(store_open(&s->store, s->path, STORE_READ, &s->why), FAULT_SETUP);
	assert_null(s->store);
}

static void
a_step_that_fails_leaves_the_store_as_it_was(void **state)
{
	struct scratch *s = *state;

	/* Step 1 cannot run again over its own tables. */
	tamper(s, "PRAGMA user_version = 0");
	assert_int_equal(store_open(&s->store, s->path, STORE_READ, &s->why), FAULT_SETUP);
	assert_non_null(strstr(s->why.text, "older than this program"));
	assert_int_equal(store_open(&s->store, s->path, STORE_WRITE, &s->why), FAULT_STOP);
	assert_non_null(strstr(s->why.text, "0001-foundation"));
	assert_null(s->store);
	tamper(s, "PRAGMA user_version = 1");
	DONE(s, store_open(&s->store, s->path, STORE_WRITE, &s->why));
	DONE(s, store_check(s->store, &s->why));
}

static void
a_store_for_looking_cannot_be_written(void **state)
{
	struct scratch *s = *state;
	struct customer customer = {0};
	bool found;

	DONE(s, store_begin(s->store, &s->why));
	scratch_seed(s, 1);
	DONE(s, store_commit(s->store, &s->why));
	DONE(s, reopen(s, STORE_READ));
	DONE(s, store_customer_find(s->store, "C1", &customer, &found, &s->why));
	assert_true(found);
	customer_release(&customer);
	assert_int_equal(store_begin(s->store, &s->why), FAULT_STOP);
	assert_int_not_equal(sqlite3_exec(s->store->db, "DELETE FROM run", NULL, NULL, NULL), SQLITE_OK);
}

static void
what_a_writer_commits_is_seen_beside_it(void **state)
{
	struct scratch *s = *state;
	struct store *looking = NULL;
	struct customer customer = {0};
	bool found;

	DONE(s, store_open(&looking, s->path, STORE_READ, &s->why));
	DONE(s, store_begin(s->store, &s->why));
	scratch_seed(s, 1);
	DONE(s, store_customer_find(looking, "C1", &customer, &found, &s->why));
	assert_false(found);
	DONE(s, store_commit(s->store, &s->why));
	DONE(s, store_customer_find(looking, "C1", &customer, &found, &s->why));
	assert_true(found);
	customer_release(&customer);
	store_close(looking);
}

static void
a_writer_outside_of_a_transaction_is_refused(void **state)
{
	struct scratch *s = *state;
	struct event event = {.at = T0, .event = "imported", .by = "mailproc"};
	int64_t number;

	assert_int_equal(store_event_add(s->store, &event, &s->why), FAULT_STOP);
	assert_non_null(strstr(s->why.text, "outside of a transaction"));
	assert_int_equal(store_count_up(s->store, "order", 2026, &number, &s->why), FAULT_STOP);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM event"), 0);
	assert_int_equal(store_commit(s->store, &s->why), FAULT_STOP);
	store_rollback(s->store);
	DONE(s, store_begin(s->store, &s->why));
	assert_true(store_is_writing(s->store));
	assert_int_equal(store_begin(s->store, &s->why), FAULT_STOP);
	DONE(s, store_event_add(s->store, &event, &s->why));
	DONE(s, store_commit(s->store, &s->why));
	assert_false(store_is_writing(s->store));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM event"), 1);
}

static void
a_lock_held_elsewhere_is_for_later(void **state)
{
	struct scratch *s = *state;
	struct store *other = NULL;
	int64_t run;

	DONE(s, store_open(&other, s->path, STORE_WRITE, &s->why));
	store_set_busy_timeout(other, 20);
	DONE(s, store_begin(s->store, &s->why));
	assert_int_equal(store_begin(other, &s->why), FAULT_LATER);
	assert_false(store_is_writing(other));
	assert_int_equal(store_run_begin(other, "run", T0, &run, &s->why), FAULT_LATER);
	DONE(s, store_commit(s->store, &s->why));
	DONE(s, store_run_begin(other, "run", T0, &run, &s->why));
	store_close(other);
}

static void
closing_rolls_back_and_cuts_the_log(void **state)
{
	struct scratch *s = *state;
	char log[700];
	struct stat status;

	DONE(s, store_begin(s->store, &s->why));
	scratch_seed(s, 1);
	DONE(s, reopen(s, STORE_WRITE));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM customer"), 0);
	snprintf(log, sizeof log, "%s-wal", s->path);
	store_close(s->store);
	s->store = NULL;
	assert_true(stat(log, &status) != 0 || status.st_size == 0);
}

static void
counters_have_no_gaps_also_after_a_rollback(void **state)
{
	struct scratch *s = *state;
	int64_t number;

	for (int64_t want = 1; want <= 3; want++) {
		DONE(s, store_begin(s->store, &s->why));
		DONE(s, store_count_up(s->store, "invoice", 2026, &number, &s->why));
		assert_int_equal(number, want);
		DONE(s, store_count_up(s->store, "invoice", 2026, &number, &s->why));
		assert_int_equal(number, want + 1);
		store_rollback(s->store);
		DONE(s, store_begin(s->store, &s->why));
		DONE(s, store_count_up(s->store, "invoice", 2026, &number, &s->why));
		assert_int_equal(number, want);
		DONE(s, store_commit(s->store, &s->why));
	}
	DONE(s, store_begin(s->store, &s->why));
	DONE(s, store_count_up(s->store, "invoice", 2027, &number, &s->why));
	assert_int_equal(number, 1);
	assert_int_equal(store_count_up(s->store, "letters", 2027, &number, &s->why), FAULT_ITEM);
	store_rollback(s->store);
}

static void
a_run_is_begun_and_ended_once(void **state)
{
	struct scratch *s = *state;
	json_t *counts = json_pack("{s:i}", "fetched", 3);
	int64_t run = 0;

	DONE(s, store_run_begin(s->store, "run", T0, &run, &s->why));
	assert_int_equal(scratch_number(s, "SELECT ended_at IS NULL FROM run"), 1);
	DONE(s, store_run_end(s->store, run, T0 + 5, NULL, counts, &s->why));
	assert_int_equal(scratch_number(s, "SELECT ended_at - started_at FROM run WHERE fault = ''"), 5);
	assert_int_equal(scratch_number(s, "SELECT counts ->> 'fetched' FROM run"), 3);
	assert_int_equal(store_run_end(s->store, run + 1, T0, "", NULL, &s->why), FAULT_STOP);
	assert_false(store_is_writing(s->store));
	json_decref(counts);
}

static void
check_finds_a_lost_record(void **state)
{
	struct scratch *s = *state;

	DONE(s, store_check(s->store, &s->why));
	scratch_run(s, "PRAGMA foreign_keys = OFF; INSERT INTO event (renewal, at, event, by) VALUES (99, 0, 'imported', 'x')");
	assert_int_equal(store_check(s->store, &s->why), FAULT_STOP);
	assert_non_null(strstr(s->why.text, "event"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(the_settings_survive_a_power_cut),
	    WITH_STORE(every_table_is_strict),
	    WITH_STORE(an_existing_file_is_never_made_anew),
	    WITH_STORE(a_missing_an_empty_or_a_foreign_file_is_refused),
	    WITH_STORE(a_newer_store_is_refused_in_plain_words),
	    WITH_STORE(a_step_that_fails_leaves_the_store_as_it_was),
	    WITH_STORE(a_store_for_looking_cannot_be_written),
	    WITH_STORE(what_a_writer_commits_is_seen_beside_it),
	    WITH_STORE(a_writer_outside_of_a_transaction_is_refused),
	    WITH_STORE(a_lock_held_elsewhere_is_for_later),
	    WITH_STORE(closing_rolls_back_and_cuts_the_log),
	    WITH_STORE(counters_have_no_gaps_also_after_a_rollback),
	    WITH_STORE(a_run_is_begun_and_ended_once),
	    WITH_STORE(check_finds_a_lost_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

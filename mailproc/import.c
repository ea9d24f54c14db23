/*
 * import.c - the file is read three times: first everything is checked, without the store; then records are kept, and the renewals that they lead to are
 * begun, in one transaction. A renewal is about the newest certificate of its term, which is known only when all are kept.
 */
#include "import/import_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../store/store_guard.h"
#include "base/day.h"
#include "base/file.h"
#include "base/table.h"

const char *
import_heading(enum import_column column)
{
#define IMPORT_COLUMN_HEADING(name, heading, required) [name] = heading,
	static const char *const heading[] = {IMPORT_COLUMNS(IMPORT_COLUMN_HEADING)};

	return heading[column];
}

void
import_tell(struct import *import, unsigned line, const char *column, const char *format, ...)
{
	char text[WHY_MAX];
	va_list args;

	if (import->problems++ >= IMPORT_MAX_PROBLEMS || import->problem == NULL)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	import->problem(line, column, text, import->data);
}

typedef enum fault row_step(struct import *import, struct import_row *row, struct why *why);

/* One reading of the file. */
struct pass {
	struct import *import;
	size_t records; /* the heading too */
	row_step *step;
	struct timespec began; /* for the rate that progress shows */
};

static bool
find_column(const char *heading, enum import_column *column)
{
	for (enum import_column i = 0; i < import_column_count; i++)
		if (strcasecmp(heading, import_heading(i)) == 0) {
			*column = i;
			return true;
		}
	return false;
}

static void
read_heading(struct import *import, unsigned line, char **field, size_t count)
{
#define IMPORT_COLUMN_MUST(name, heading, required) [name] = required,
	static const bool must[] = {IMPORT_COLUMNS(IMPORT_COLUMN_MUST)};
	enum import_column column;

	for (column = 0; column < import_column_count; column++)
		import->field_of[column] = -1;
	import->field_count = count;
	for (size_t i = 0; i < count; i++) {
		if (import_has_control(field[i]))
			import_tell(import, line, NULL, "heading %zu holds a control character or a line break", i + 1);
		else if (!find_column(field[i], &column))
			import_tell(import, line, field[i], "is not a column that mailproc knows");
		else if (import->field_of[column] >= 0)
			import_tell(import, line, field[i], "stands twice");
		else
			import->field_of[column] = (int)i;
	}
	for (column = 0; column < import_column_count; column++)
		if (must[column] && import->field_of[column] < 0 &&
		    (import->pem == NULL || (column != COLUMN_COMMON_NAME && column != COLUMN_NOT_AFTER)))
			import_tell(import, line, import_heading(column), "is missing");
}

/* The heading of a field by its number; NULL when the file names none. */
static const char *
heading_of_field(const struct import *import, size_t field)
{
	for (enum import_column column = 0; column < import_column_count; column++)
		if (import->field_of[column] == (int)field)
			return import_heading(column);
	return NULL;
}

static enum fault
read_row(struct pass *pass, unsigned line, char **field, struct why *why)
{
	struct import_row row = {0};
	bool good = false;
	enum fault fault = import_row_make(pass->import, line, field, &row, &good, why);

	if (fault == FAULT_NONE && good)
		fault = pass->step(pass->import, &row, why);
	import_row_release(&row);
	return fault;
}

static void
show_progress(const struct pass *pass)
{
	struct timespec now;

	if (pass->step != import_keep || (pass->records & 0x3FF) != 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	progress_show("imported", pass->records, pass->import->rows,
	    (now.tv_sec - pass->began.tv_sec) * 1000 + (now.tv_nsec - pass->began.tv_nsec) / 1000000);
}

static enum fault
read_record(unsigned line, char **field, size_t count, void *data, struct why *why)
{
	struct pass *pass = data;
	struct import *import = pass->import;

	if (pass->records++ == 0) {
		read_heading(import, line, field, count);
		return import->problems == 0 ? FAULT_NONE : why_set(why, FAULT_ITEM, "the heading is wrong");
	}
	if (pass->records > IMPORT_MAX_ROWS + 1) {
		import_tell(import, line, NULL, "the file has more than 1000000 rows");
		return why_set(why, FAULT_ITEM, "too many rows");
	}
	if (import->problems > IMPORT_MAX_PROBLEMS)
		return why_set(why, FAULT_ITEM, "too many problems");
	if (count != import->field_count) {
		import_tell(import, line, heading_of_field(import, count < import->field_count ? count : import->field_count - 1),
		    "the line has %zu fields, the first line names %zu", count, import->field_count);
		return FAULT_NONE;
	}
	show_progress(pass);
	return read_row(pass, line, field, why);
}

static void
note_broken(unsigned line, size_t field, const char *text, void *data)
{
	struct pass *pass = data;

	import_tell(pass->import, line, pass->records > 0 ? heading_of_field(pass->import, field) : NULL, "%s", text);
}

static enum fault
read_all(struct import *import, struct span text, row_step *step, struct why *why)
{
	struct pass pass = {.import = import, .step = step};
	struct import_table table = {read_record, note_broken, &pass};
	enum fault fault;

	clock_gettime(CLOCK_MONOTONIC, &pass.began);
	fault = import_read(text, &table, why);
	if (fault == FAULT_NONE && pass.records == 0)
		import_tell(import, 1, NULL, "the file is empty: its first line names the columns");
	import->rows = pass.records > 0 ? pass.records - 1 : 0;
	return fault;
}

/* Finds every problem, and touches nothing. */
static enum fault
check_all(struct import *import, struct span text, const char *path, struct why *why)
{
	enum fault fault = read_all(import, text, import_same_check, why);

	if (fault != FAULT_NONE && fault != FAULT_ITEM)
		return fault;
	if (import->problems > IMPORT_MAX_PROBLEMS)
		return why_set(why, FAULT_ITEM, "%s has more than %d problems: nothing was imported", path, (int)IMPORT_MAX_PROBLEMS);
	if (import->problems > 0)
		return why_set(why, FAULT_ITEM, "%s has %zu problem%s: nothing was imported", path, import->problems,
		    import->problems == 1 ? "" : "s");
	return fault;
}

/* Much may have become due at once: a person looks at the forecast before the next run. */
static enum fault
set_guard(struct import *import, struct why *why)
{
	char reason[200], when[DAY_TEXT_MAX];

	snprintf(reason, sizeof reason, "an import of %s brought %zu certificates and %zu renewals", instant_text_short(when, import->business->now),
	    import->counts.certificates, import->counts.renewals);
	return store_guard_set(import->business->store, reason, import->business->now, why);
}

static enum fault
keep_all(struct import *import, struct span text, bool dry_run, struct why *why)
{
	struct store *store = import->business->store;
	enum fault fault = store_begin(store, why);

	if (fault != FAULT_NONE)
		return fault;
	fault = read_all(import, text, import_keep, why);
	progress_end();
	if (fault == FAULT_NONE)
		fault = read_all(import, text, import_begin, why);
	if (fault == FAULT_NONE && import->problems > 0)
		fault = why_set(why, FAULT_ITEM, "there are %zu problems: nothing was imported", import->problems);
	if (fault == FAULT_NONE && !import->is_allowed && import->counts.renewals + import->counts.certificates > 0)
		fault = set_guard(import, why);
	if (fault == FAULT_NONE && !dry_run)
		return store_commit(store, why);
	store_rollback(store);
	return fault;
}

enum fault
import_csv(struct business *business, const char *path, const struct import_options *options, struct import_counts *counts,
    import_problem *problem, void *data, struct why *why)
{
	struct import import = {.business = business, .problem = problem, .data = data, .is_allowed = options->is_allowed};
	struct buf bytes = BUF_MAX(IMPORT_MAX_BYTES), text = BUF_MAX(2 * (size_t)IMPORT_MAX_BYTES);
	unsigned line = 0;
	int today = day_of_instant(business->now);
	enum fault fault;

	import.as_of_day = options->as_of_day != -1 ? options->as_of_day : today;
	import.as_of_at = import.as_of_day < today ? day_start(import.as_of_day + 1) - 1 : business->now;
	if (options->certificates != NULL && (fault = import_pem_load(&import.pem, options->certificates, business->now, why)) != FAULT_NONE)
		goto out;
	fault = file_read(&bytes, path, why);
	if (fault != FAULT_NONE)
		goto out;
	fault = import_decode(&text, buf_span(&bytes), &line, why);
	if (fault == FAULT_ITEM && line != 0)
		import_tell(&import, line, NULL, "%s", why->text);
	if (fault != FAULT_NONE)
		goto out;
	buf_release(&bytes);
	fault = check_all(&import, buf_span(&text), path, why);
	import_same_free(import.same);
	import.same = NULL;
	if (fault == FAULT_NONE)
		fault = keep_all(&import, buf_span(&text), options->dry_run, why);
	if (fault == FAULT_NONE)
		*counts = import.counts;
out:
	import_pem_free(import.pem);
	buf_release(&bytes);
	buf_release(&text);
	return fault;
}

/* store_query.c - one use of a prepared statement: values in, columns out, and the row as JSON. */
#include "store_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../mailproc/base/buf.h"
#include "../mailproc/base/day.h"

void
query_begin(struct query *q, struct store *store, enum sql which, struct why *why)
{
	sqlite3_stmt *statement = store->statement[which];

	*q = (struct query){.store = store, .why = why};
	if (sqlite3_stmt_busy(statement))
		query_fail(q, FAULT_STOP, "a statement of the store was used inside of itself: %s", sql_text[which]);
	else if (!sqlite3_stmt_readonly(statement) && !store_is_writing(store))
		query_fail(q, FAULT_STOP, "the store was written outside of a transaction: %s", sql_text[which]);
	else
		q->statement = statement;
}

void
query_fail(struct query *q, enum fault fault, const char *format, ...)
{
	char text[WHY_MAX];
	va_list args;

	if (q->fault != FAULT_NONE)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	q->fault = why_set(q->why, fault, "%s", text);
}

/* The number of a parameter; 0 after a fault. */
static int
parameter(struct query *q, const char *name)
{
	int i;

	if (q->fault != FAULT_NONE)
		return 0;
	i = sqlite3_bind_parameter_index(q->statement, name);
	if (i == 0)
		query_fail(q, FAULT_STOP, "a statement of the store has no parameter %s", name);
	else
		q->bound++;
	return i;
}

static void
look_at_bind(struct query *q, int result)
{
	if (result != SQLITE_OK && q->fault == FAULT_NONE)
		q->fault = store_fault(q->store, result, q->why);
}

void
bind_int(struct query *q, const char *name, int64_t value)
{
	int i = parameter(q, name);

	if (i != 0)
		look_at_bind(q, sqlite3_bind_int64(q->statement, i, value));
}

void
bind_int_or_null(struct query *q, const char *name, int64_t value, int64_t null_is)
{
	int i = parameter(q, name);

	if (i != 0)
		look_at_bind(q, value == null_is ? sqlite3_bind_null(q->statement, i)
						 : sqlite3_bind_int64(q->statement, i, value));
}

void
bind_text(struct query *q, const char *name, const char *text)
{
	int i = parameter(q, name);

	if (i != 0)
		look_at_bind(q, text == NULL ? sqlite3_bind_null(q->statement, i)
					     : sqlite3_bind_text(q->statement, i, text, -1, SQLITE_STATIC));
}

void
bind_bytes(struct query *q, const char *name, const void *bytes, size_t n)
{
	int i = parameter(q, name);

	if (i != 0)
		look_at_bind(q, sqlite3_bind_blob64(q->statement, i, n > 0 ? bytes : "", n, SQLITE_STATIC));
}

void
bind_json(struct query *q, const char *name, const char *dumped)
{
	bind_text(q, name, dumped != NULL ? dumped : "{}");
}

bool
query_next(struct query *q)
{
	int result;

	if (q->fault != FAULT_NONE)
		return false;
	if (q->bound != sqlite3_bind_parameter_count(q->statement)) {
		query_fail(q, FAULT_STOP, "a parameter was not given: %s", sqlite3_sql(q->statement));
		return false;
	}
	result = sqlite3_step(q->statement);
	q->column = 0;
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		q->fault = store_fault(q->store, result, q->why);
	return result == SQLITE_ROW;
}

enum fault
query_end(struct query *q)
{
	if (q->statement != NULL) {
		/* What reset returns is the result of the last step, which was looked at. */
		sqlite3_reset(q->statement);
		sqlite3_clear_bindings(q->statement);
		q->statement = NULL;
	}
	return q->fault;
}

enum fault
query_run(struct query *q, int64_t *changed)
{
	while (query_next(q))
		;
	if (changed != NULL)
		*changed = q->fault == FAULT_NONE ? sqlite3_changes64(q->store->db) : 0;
	return query_end(q);
}

enum fault
query_run_one(struct query *q, enum fault fault, const char *format, ...)
{
	char text[WHY_MAX];
	int64_t changed;
	va_list args;
	enum fault run = query_run(q, &changed);

	if (run != FAULT_NONE || changed != 0)
		return run;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return why_set(q->why, fault, "%s", text);
}

enum fault
query_ids(struct query *q, int64_t *ids, size_t max, size_t *count)
{
	size_t n = 0;
	enum fault fault;

	while (n < max && query_next(q))
		ids[n++] = take_int(q);
	fault = query_end(q);
	*count = fault == FAULT_NONE ? n : 0;
	return fault;
}

enum fault
query_id(struct query *q, int64_t *id)
{
	int64_t found = 0;
	enum fault fault;

	if (query_next(q))
		found = take_int(q);
	/* A statement that writes and returns is complete only when it has said that nothing follows. */
	while (query_next(q))
		;
	fault = query_end(q);
	if (fault == FAULT_NONE)
		*id = found;
	return fault;
}

int64_t
take_int(struct query *q)
{
	return sqlite3_column_int64(q->statement, q->column++);
}

int64_t
take_int_or(struct query *q, int64_t null_is)
{
	int i = q->column++;

	return sqlite3_column_type(q->statement, i) == SQLITE_NULL ? null_is
								   : sqlite3_column_int64(q->statement, i);
}

const char *
take_borrowed(struct query *q)
{
	int i = q->column++;
	bool is_null = sqlite3_column_type(q->statement, i) == SQLITE_NULL;
	const char *text = is_null ? NULL : (const char *)sqlite3_column_text(q->statement, i);

	if (text == NULL && !is_null)
		query_fail(q, FAULT_STOP, "out of memory for text of the store");
	return text;
}

char *
take_text(struct query *q)
{
	const char *text = take_borrowed(q);
	char *copy = text != NULL ? strdup(text) : NULL;

	if (text != NULL && copy == NULL)
		query_fail(q, FAULT_STOP, "out of memory for text of the store");
	return copy;
}

void
take_copy(struct query *q, char *out, size_t room)
{
	const char *text = take_borrowed(q);
	int n = snprintf(out, room, "%s", text != NULL ? text : "");

	if (n < 0 || (size_t)n >= room)
		query_fail(q, FAULT_STOP, "the store holds '%.40s', which is too long", text);
}

void
take_bytes(struct query *q, struct buf *out)
{
	int i = q->column++;
	const void *bytes = sqlite3_column_blob(q->statement, i);
	int n = sqlite3_column_bytes(q->statement, i);

	if (out != NULL && n > 0 && bytes == NULL)
		query_fail(q, FAULT_STOP, "out of memory for bytes of the store");
	else if (out != NULL)
		buf_add(out, bytes, (size_t)n);
}

static bool
ends_with(const char *name, const char *ending)
{
	size_t n = strlen(name), m = strlen(ending);

	return n > m && strcmp(name + n - m, ending) == 0;
}

/* Text that is not UTF-8 cannot be shown: it must not hide the rest of the row. */
static json_t *
text_value(const char *text)
{
	json_t *value = json_string(text);

	return value != NULL ? value : json_string("\xEF\xBF\xBD");
}

static json_t *
column_value(sqlite3_stmt *statement, int i, const char *name)
{
	char text[DAY_TEXT_MAX];
	const char *stored;
	int64_t number;

	if (sqlite3_column_type(statement, i) == SQLITE_NULL)
		return json_null();
	if (sqlite3_column_type(statement, i) == SQLITE_INTEGER) {
		number = sqlite3_column_int64(statement, i);
		if (ends_with(name, "_at") || strcmp(name, "at") == 0 || strcmp(name, "not_before") == 0 || strcmp(name, "not_after") == 0)
			return json_string(instant_text(text, number));
		if (ends_with(name, "_day"))
			return json_string(day_text(text, (int)number));
		if (strncmp(name, "is_", 3) == 0 || strcmp(name, "paused") == 0 || strcmp(name, "text_only") == 0)
			return json_boolean(number != 0);
		return json_integer(number);
	}
	stored = (const char *)sqlite3_column_text(statement, i);
	if (stored == NULL)
		return NULL;
	if (ends_with(name, "_json")) {
		json_t *parsed = json_loads(stored, JSON_DECODE_ANY, NULL);

		if (parsed != NULL)
			return parsed;
	}
	return text_value(stored);
}

json_t *
take_value(struct query *q)
{
	int i = q->column++;
	const char *name = sqlite3_column_name(q->statement, i);
	json_t *value = name != NULL ? column_value(q->statement, i, name) : NULL;

	if (value == NULL)
		query_fail(q, FAULT_STOP, "out of memory for a value of the store");
	return value;
}

json_t *
take_row(struct query *q)
{
	json_t *row = json_object();
	char key[64];

	for (int i = 0; row != NULL && i < sqlite3_column_count(q->statement); i++) {
		const char *name = sqlite3_column_name(q->statement, i);
		json_t *value = name != NULL ? column_value(q->statement, i, name) : NULL;

		if (name != NULL)
			snprintf(key, sizeof key, "%.*s",
			    (int)(strlen(name) - (ends_with(name, "_json") ? strlen("_json") : 0)), name);
		if (value == NULL || json_object_set_new(row, key, value) != 0) {
			json_decref(row);
			row = NULL;
		}
	}
	if (row == NULL)
		query_fail(q, FAULT_STOP, "out of memory for a row of the store");
	return row;
}

enum fault
query_rows(struct query *q, json_t **out)
{
	json_t *rows = json_array();
	enum fault fault;

	if (rows == NULL)
		query_fail(q, FAULT_STOP, "out of memory for rows of the store");
	while (query_next(q))
		if (json_array_append_new(rows, take_row(q)) != 0)
			query_fail(q, FAULT_STOP, "out of memory for rows of the store");
	fault = query_end(q);
	if (fault != FAULT_NONE) {
		json_decref(rows);
		return fault;
	}
	*out = rows;
	return FAULT_NONE;
}

enum fault
query_show(struct query *q, view_row *row, void *data)
{
	bool more = true;

	while (more && query_next(q)) {
		json_t *shown = take_row(q);

		more = shown != NULL && row(shown, data);
		json_decref(shown);
	}
	return query_end(q);
}

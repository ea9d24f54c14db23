/*
 * store_inner.h - what the files of the store share: statements, bound values, columns, faults (not for use outside of store/)
 *
 * A query is one use of a prepared statement: query_begin, bind_…, query_next with take_…, query_end (or query_run where no row is
 * expected). The first thing that fails is kept and what follows is skipped, so a function looks once, at query_end(). A
 * statement that writes is refused outside of store_begin … store_commit, whoever calls.
 */
#ifndef MAILPROC_STORE_INNER_H
#define MAILPROC_STORE_INNER_H

#include <sqlite3.h>

#include "store.h"
#include "store_sql.h"
#include "store_view.h"

struct store {
	sqlite3 *db;			    /* owned */
	sqlite3_stmt *statement[sql_count]; /* owned; the same index as sql_text */
	bool is_writing;		    /* between store_begin and store_commit */
	bool may_write;
	int step;			    /* user_version */
};

struct query {
	struct store *store;
	sqlite3_stmt *statement; /* NULL: there is nothing to end */
	struct why *why;
	enum fault fault;
	int bound;		 /* parameters bound so far */
	int column;		 /* the one that the next take_ reads */
};

/* How long to wait for another process; store_open sets 10 s. */
void store_set_busy_timeout(struct store *store, int milliseconds);

/* What a result of SQLite means; the text is SQLite's own. */
enum fault store_fault(struct store *store, int result, struct why *why);

/* Ours, and not newer than this program (for looking: not older either)? A file just made has neither number yet. */
MUST_USE enum fault store_check_identity(struct store *store, enum store_mode mode, struct why *why);

/* A view of one moment: nothing another process commits is seen in between. Inside of a transaction both do nothing. */
MUST_USE enum fault store_look_begin(struct store *store, bool *begun, struct why *why);
void store_look_end(struct store *store, bool begun);

void query_begin(struct query *q, struct store *store, enum sql which, struct why *why);
bool query_next(struct query *q); /* true: a row, its columns can be taken */
MUST_USE enum fault query_end(struct query *q); /* resets the statement; safe twice */
MUST_USE enum fault query_run(struct query *q, int64_t *changed); /* runs it to its end; changed may be NULL */
/* As query_run; when no row was changed, fault with this text. */
MUST_USE enum fault query_run_one(struct query *q, enum fault fault, const char *format, ...) PRINTF_LIKE(3, 4);
/* Ends the query with this fault, unless there is an earlier one. */
void query_fail(struct query *q, enum fault fault, const char *format, ...) PRINTF_LIKE(3, 4);
/* The first columns of all rows, at most max; ends the query. */
MUST_USE enum fault query_ids(struct query *q, int64_t *ids, size_t max, size_t *count);
/* The first column of the only row; 0 when there is none; ends the query. */
MUST_USE enum fault query_id(struct query *q, int64_t *id);

/* Text and bytes are borrowed until query_end. */
void bind_int(struct query *q, const char *name, int64_t value);
void bind_int_or_null(struct query *q, const char *name, int64_t value, int64_t null_is);
void bind_text(struct query *q, const char *name, const char *text); /* NULL is NULL */
void bind_bytes(struct query *q, const char *name, const void *bytes, size_t n);
void bind_json(struct query *q, const char *name, const char *dumped); /* NULL is {} */

int64_t take_int(struct query *q);		       /* NULL is 0 */
int64_t take_int_or(struct query *q, int64_t null_is);
char *take_text(struct query *q);		       /* owned by the caller; NULL is NULL */
const char *take_borrowed(struct query *q);	       /* until the next row; NULL is NULL */
void take_copy(struct query *q, char *out, size_t room); /* short words and numbers */
struct buf;
void take_bytes(struct query *q, struct buf *out); /* adds them; NULL: passes over them. Look at buf_fault. */

#define TAKE_WORD(q, noun, out)                                                                    \
	do {                                                                                       \
		const char *word_ = take_borrowed(q);                                              \
		if (!noun##_parse(word_, out))                                                     \
			query_fail(q, FAULT_STOP, "the store holds the unknown " #noun " '%s'",    \
			    word_ != NULL ? word_ : "");                                           \
	} while (0)

/*
 * The row as an object, keyed by the names of its columns: …_at, not_before and not_after become instants, …_day days, is_… and paused booleans, …_json is
 * parsed and loses its ending. A new reference; NULL after a fault.
 */
json_t *take_row(struct query *q);
/* The next column as a value, by the same rules; NULL after a fault. */
json_t *take_value(struct query *q);
/* All rows as an array of such objects; ends the query. */
MUST_USE enum fault query_rows(struct query *q, json_t **out);
/* Calls row for each row until it has enough; ends the query. */
MUST_USE enum fault query_show(struct query *q, view_row *row, void *data);

#endif

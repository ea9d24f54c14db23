/*
 * payment_import.c - a bank's file: every row is checked before the first is kept
 *
 * Banks put lines about the account before the heading, and name the columns each in their own way. A row is known again by its hash and by how many
 * equal rows stand before it in the file, so that overlapping files of the same account can be imported.
 */
#include "payment_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/log.h"
#include "../base/text.h"
#include "../digest.h"
#include "../import/import_table.h"

enum { ROWS_MAX = 200000, PROBLEMS_MAX = 1000, PREAMBLE_MAX = 30, HEADING_MAX_BYTES = 512, TEXT_COLUMNS_MAX = 4, NAMES_MAX = 24 };

enum bank_column { BANK_DATE, BANK_AMOUNT, BANK_PAYER, BANK_TEXT, BANK_DIRECTION, bank_column_count };

/* Headings of Japanese and English banks, folded, without blanks and what stands in brackets at the end; the first of a list that a file has is taken. */
static const char *const known_headings[bank_column_count][NAMES_MAX] = {
    [BANK_DATE] = {"入金日", "取引日", "お取引日", "取引年月日", "日付", "年月日", "勘定日", "操作日", "起算日", "date", "transactiondate", "bookingdate", "valuedate"},
    [BANK_AMOUNT] = {"入金額", "入金金額", "お預り金額", "お預かり金額", "お預入金額", "お預入れ額", "預入金額", "預り金額", "預入額", "お預り", "入金", "取引金額", "金額",
	"credit", "creditamount", "paidin", "moneyin", "deposit", "deposits", "amount"},
    [BANK_PAYER] = {"振込依頼人名", "振込依頼人", "依頼人名", "振込人名", "振込人", "お名前", "取引先名", "payer", "payername", "counterparty", "name"},
    [BANK_TEXT] = {"摘要", "摘要内容", "お取引内容", "取引内容", "お取り扱い内容", "お取扱内容", "edi情報", "備考", "メモ", "description", "reference", "details", "narrative",
	"memo", "text"},
    [BANK_DIRECTION] = {"入払区分", "入出金区分", "入出金", "debit/credit", "type"},
};

struct bank_row {
	unsigned line;
	int day;
	int64_t amount;
	char *payer, *text; /* owned */
	unsigned char key[PAYMENT_KEY_LEN];
};

struct bank_file {
	const struct config *config;
	struct bank_row *row; /* owned */
	size_t count, room;
	size_t rows, outgoing;
	int field_of[bank_column_count]; /* -1: the file does not have it */
	int text_field[TEXT_COLUMNS_MAX];
	size_t text_count;
	char *heading[bank_column_count]; /* owned; as the file writes it */
	size_t records;
	bool has_heading;
	import_problem *problem;
	void *data;
	size_t problems;
};

static void PRINTF_LIKE(4, 5)
tell(struct bank_file *file, unsigned line, const char *column, const char *format, ...)
{
	char text[WHY_MAX];
	va_list args;

	if (file->problems++ >= PROBLEMS_MAX || file->problem == NULL)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	file->problem(line, column, text, file->data);
}

/* ---- the heading ---- */

static void
fold_heading(struct buf *out, const char *text)
{
	struct buf folded = BUF_MAX(HEADING_MAX_BYTES);
	const char *bracket;

	if (text_is_utf8(span_of(text)))
		text_add_folded(&folded, span_of(text));
	bracket = strchr(buf_text(&folded), '(');
	for (size_t i = 0; i < folded.n && (bracket == NULL || bracket == folded.p || folded.p + i < bracket); i++)
		if (folded.p[i] != ' ' && folded.p[i] != '\n')
			buf_add_char(out, folded.p[i]);
	buf_release(&folded);
}

static const char *
configured_heading(const struct config *config, enum bank_column column)
{
	switch (column) {
	case BANK_DATE:
		return config->bank_date;
	case BANK_AMOUNT:
		return config->bank_amount;
	case BANK_PAYER:
		return config->bank_payer;
	case BANK_TEXT:
		return config->bank_text;
	case BANK_DIRECTION:
	case bank_column_count:
		break;
	}
	return NULL;
}

/* How good a heading is for a column: 0 the configured one, then the place in the list; -1: it is none. */
static int
rank_of(const struct config *config, enum bank_column column, const char *heading)
{
	const char *own = configured_heading(config, column);
	struct buf folded = BUF_MAX(HEADING_MAX_BYTES), wanted = BUF_MAX(HEADING_MAX_BYTES);
	int rank = -1;

	fold_heading(&folded, heading);
	if (own != NULL && *own != '\0')
		fold_heading(&wanted, own);
	if (folded.n > 0 && wanted.n > 0 && strcmp(buf_text(&folded), buf_text(&wanted)) == 0)
		rank = 0;
	for (int i = 0; rank < 0 && i < NAMES_MAX && known_headings[column][i] != NULL; i++)
		if (folded.n > 0 && strcmp(known_headings[column][i], buf_text(&folded)) == 0)
			rank = i + 1;
	buf_release(&folded);
	buf_release(&wanted);
	return rank;
}

/* Whether the record is the heading; then the columns are known. */
static bool
take_heading(struct bank_file *file, char **field, size_t count)
{
	int best[bank_column_count];

	file->text_count = 0;
	for (enum bank_column column = 0; column < bank_column_count; column++) {
		file->field_of[column] = best[column] = -1;
		for (size_t i = 0; i < count; i++) {
			int rank = rank_of(file->config, column, field[i]);

			if (rank >= 0 && (best[column] < 0 || rank < best[column])) {
				best[column] = rank;
				file->field_of[column] = (int)i;
			}
			if (rank >= 0 && column == BANK_TEXT && file->text_count < TEXT_COLUMNS_MAX)
				file->text_field[file->text_count++] = (int)i;
		}
	}
	if (file->field_of[BANK_DATE] < 0 || file->field_of[BANK_AMOUNT] < 0)
		return false;
	for (enum bank_column column = 0; column < bank_column_count; column++)
		if (file->field_of[column] >= 0)
			file->heading[column] = strdup(field[file->field_of[column]]);
	return true;
}

/* ---- rows ---- */

static const char *
field_at(char **field, size_t count, int at)
{
	return at >= 0 && (size_t)at < count ? field[at] : "";
}

/* Whether the row says in words or by its number that money went out. */
static bool
is_outgoing(const char *direction)
{
	return strstr(direction, "出") != NULL || strcmp(direction, "2") == 0 || strcasecmp(direction, "debit") == 0 || strcasecmp(direction, "out") == 0;
}

/* A field as it is kept: clean, on one line. */
static char *
kept_text(const char *const *text, size_t count)
{
	struct buf raw = BUF_MAX(TEXT_COLUMNS_MAX * (IMPORT_MAX_FIELD + 2)), clean = BUF_MAX(64 << 10), shown = BUF_MAX(64 << 10);

	for (size_t i = 0; i < count; i++)
		if (*text[i] != '\0')
			buf_addf(&raw, "%s%s", raw.n > 0 ? " " : "", text[i]);
	text_add_clean(&clean, buf_span(&raw));
	text_add_printable(&shown, span_trim(buf_span(&clean)));
	buf_add_text(&shown, "");
	buf_release(&raw);
	buf_release(&clean);
	return buf_take(&shown);
}

static enum fault
add_row(struct bank_file *file, const struct bank_row *row, struct why *why)
{
	if (file->count == file->room) {
		size_t room = file->room > 0 ? 2 * file->room : 256;
		struct bank_row *larger = reallocarray(file->row, room, sizeof *larger);

		if (larger == NULL)
			return why_set(why, FAULT_STOP, "no memory for a bank's file");
		file->row = larger;
		file->room = room;
	}
	file->row[file->count++] = *row;
	return FAULT_NONE;
}

static enum fault
read_row(struct bank_file *file, unsigned line, char **field, size_t count, struct why *why)
{
	const char *date = field_at(field, count, file->field_of[BANK_DATE]), *amount = field_at(field, count, file->field_of[BANK_AMOUNT]);
	const char *payer = field_at(field, count, file->field_of[BANK_PAYER]), *text[TEXT_COLUMNS_MAX];
	struct bank_row row = {.line = line};
	size_t before = file->problems;
	enum fault fault;

	file->rows++;
	if (file->rows > ROWS_MAX) {
		tell(file, line, NULL, "the file has more than %d rows", (int)ROWS_MAX);
		return why_set(why, FAULT_ITEM, "too many rows");
	}
	if (!payment_parse_amount(amount, &row.amount))
		tell(file, line, file->heading[BANK_AMOUNT], "\"%.60s\" is not an amount of whole units", amount);
	if ((row.amount <= 0 && file->problems == before) || is_outgoing(field_at(field, count, file->field_of[BANK_DIRECTION]))) {
		file->outgoing += file->problems == before;
		return FAULT_NONE;
	}
	if (!payment_parse_day(date, &row.day))
		tell(file, line, file->heading[BANK_DATE], "\"%.60s\" is not a day such as 2026-11-22, 2026/11/22 or R8.11.22", date);
	if (file->problems > before)
		return FAULT_NONE;
	for (size_t i = 0; i < file->text_count; i++)
		text[i] = field_at(field, count, file->text_field[i]);
	row.payer = kept_text(&payer, 1);
	row.text = kept_text(text, file->text_count);
	fault = row.payer == NULL || row.text == NULL ? why_set(why, FAULT_STOP, "no memory for a bank's file") : add_row(file, &row, why);
	if (fault != FAULT_NONE) {
		free(row.payer);
		free(row.text);
	}
	return fault;
}

static enum fault
read_record(unsigned line, char **field, size_t count, void *data, struct why *why)
{
	struct bank_file *file = data;

	file->records++;
	if (file->has_heading)
		return read_row(file, line, field, count, why);
	if (file->records <= PREAMBLE_MAX)
		file->has_heading = take_heading(file, field, count);
	return FAULT_NONE;
}

static void
note_broken(unsigned line, size_t field, const char *text, void *data)
{
	struct bank_file *file = data;
	const char *heading = NULL;

	for (enum bank_column column = 0; column < bank_column_count; column++)
		if (file->has_heading && file->field_of[column] == (int)field)
			heading = file->heading[column];
	tell(file, line, heading, "%s", text);
}

/* ---- rows that are known again ---- */

static int
compare_rows(const void *a, const void *b)
{
	const struct bank_row *const *x = a, *const *y = b;
	int order = memcmp((*x)->key, (*y)->key, PAYMENT_KEY_LEN);

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

static enum fault
make_key(struct bank_row *row, size_t nth, struct why *why)
{
	struct buf words = BUF_MAX(128 << 10);
	enum fault fault;

	buf_addf(&words, "%d\n%lld\n%s\n%s\n%zu", row->day, (long long)row->amount, row->payer, row->text, nth);
	fault = buf_fault(&words, why, "a row of a bank's file");
	if (fault == FAULT_NONE)
		fault = digest_sha256(row->key, words.p, words.n, why);
	buf_release(&words);
	return fault;
}

/* The first of equal rows has the number 0, the next 1. */
static enum fault
make_keys(struct bank_file *file, struct why *why)
{
	struct bank_row **sorted = calloc(file->count + 1, sizeof *sorted);
	unsigned char last[PAYMENT_KEY_LEN];
	enum fault fault = FAULT_NONE;
	size_t nth = 0;

	if (sorted == NULL)
		return why_set(why, FAULT_STOP, "no memory for a bank's file");
	for (size_t i = 0; i < file->count && fault == FAULT_NONE; i++) {
		sorted[i] = &file->row[i];
		fault = make_key(&file->row[i], 0, why);
	}
	if (fault == FAULT_NONE)
		qsort(sorted, file->count, sizeof *sorted, compare_rows);
	for (size_t i = 0; i < file->count && fault == FAULT_NONE; i++) {
		nth = i > 0 && memcmp(sorted[i]->key, last, sizeof last) == 0 ? nth + 1 : 0;
		memcpy(last, sorted[i]->key, sizeof last);
		if (nth > 0)
			fault = make_key(sorted[i], nth, why);
	}
	free(sorted);
	return fault;
}

/* ---- keeping ---- */

/* Inside a transaction: the payment, and what it is for. */
static enum fault
keep_row(struct business *business, const struct bank_row *row, const struct payment_find *found, struct payment_counts *counts, struct why *why)
{
	char source[] = "bank";
	struct payment payment = {.amount = row->amount,
	    .paid_day = row->day,
	    .method = METHOD_TRANSFER,
	    .state = PAYMENT_UNMATCHED,
	    .source = source,
	    .payer = row->payer,
	    .text = row->text,
	    .reason = (char *)(uintptr_t)found->reason.text};
	struct payment_result result = {.state = PAYMENT_UNMATCHED};
	struct invoice invoice = {0};
	bool added = false;
	enum fault fault = store_payment_add(business->store, &payment, row->key, business->now, &added, why);

	if (fault == FAULT_NONE && added && found->invoice != 0) {
		fault = store_invoice_get(business->store, found->invoice, &invoice, why);
		if (fault == FAULT_NONE)
			fault = payment_place(business, &payment, &invoice, false, "mailproc", NULL, &result, why);
		invoice_release(&invoice);
	}
	counts->known += fault == FAULT_NONE && !added;
	counts->state[result.state] += fault == FAULT_NONE && added;
	return fault;
}

static enum fault
keep_apart(struct business *business, const struct bank_row *row, const struct payment_find *given, struct payment_counts *counts, struct why *why)
{
	struct payment_find found = {0};
	enum fault fault = store_begin(business->store, why);

	if (fault != FAULT_NONE)
		return fault;
	if (given != NULL)
		found = *given;
	else
		fault = payment_find(business, row->amount, row->payer, row->text, &found, why);
	if (fault == FAULT_NONE)
		fault = keep_row(business, row, &found, counts, why);
	if (fault == FAULT_NONE)
		return store_commit(business->store, why);
	store_rollback(business->store);
	return fault;
}

/* Money that came is never lost: a payment that cannot be followed waits for staff with the cause. */
static enum fault
keep_all(struct business *business, const struct bank_file *file, struct payment_counts *counts, struct why *why)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < file->count && fault == FAULT_NONE; i++) {
		struct payment_counts after = *counts;
		struct payment_find problem = {0};

		fault = keep_apart(business, &file->row[i], NULL, &after, &problem.reason);
		if (fault == FAULT_ITEM) {
			log_warning("line %u: %s", file->row[i].line, problem.reason.text);
			after = *counts;
			fault = keep_apart(business, &file->row[i], &problem, &after, why);
		} else if (fault != FAULT_NONE) {
			(void)why_set(why, fault, "%s", problem.reason.text);
		}
		if (fault == FAULT_NONE)
			*counts = after;
	}
	return fault;
}

/* ---- the file ---- */

static enum fault
read_file(struct bank_file *file, const char *path, struct why *why)
{
	struct buf bytes = BUF_MAX(IMPORT_MAX_BYTES), text = BUF_MAX(2 * (size_t)IMPORT_MAX_BYTES);
	struct import_table table = {read_record, note_broken, file};
	unsigned line = 0;
	enum fault fault = file_read(&bytes, path, why);

	if (fault == FAULT_NONE) {
		fault = import_decode(&text, buf_span(&bytes), &line, why);
		if (fault == FAULT_ITEM && line != 0)
			tell(file, line, NULL, "%s", why->text);
	}
	if (fault == FAULT_NONE)
		fault = import_read(buf_span(&text), &table, why);
	if (fault == FAULT_NONE && !file->has_heading && file->problems == 0)
		tell(file, 1, NULL, "no line names a column of the day (取引日, 日付, Date …) and one of the amount that came in (入金額, お預り金額, Amount …): "
				    "bank.date and bank.amount in mailproc.conf name others");
	if (fault == FAULT_NONE && file->problems > 0)
		fault = why_set(why, FAULT_ITEM, "%s has %zu problem%s: nothing was imported", path, file->problems, file->problems == 1 ? "" : "s");
	buf_release(&bytes);
	buf_release(&text);
	return fault;
}

static void
file_release(struct bank_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		free(file->row[i].payer);
		free(file->row[i].text);
	}
	free(file->row);
	for (enum bank_column column = 0; column < bank_column_count; column++)
		free(file->heading[column]);
}

enum fault
payment_import(struct business *business, const char *path, struct payment_counts *counts, import_problem *problem, void *data, struct why *why)
{
	struct bank_file file = {.config = business->config, .problem = problem, .data = data};
	enum fault fault = read_file(&file, path, why);

	*counts = (struct payment_counts){.rows = file.rows, .outgoing = file.outgoing};
	if (fault == FAULT_NONE)
		fault = make_keys(&file, why);
	if (fault == FAULT_NONE)
		fault = keep_all(business, &file, counts, why);
	file_release(&file);
	return fault;
}

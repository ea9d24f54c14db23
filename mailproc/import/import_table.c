/*
 * import_table.c - the bytes of a CSV file as UTF-8, and its records (RFC 4180, by libcsv). libcsv knows no lines: it is given
 * one line at a time, and they are counted here.
 */
#include "import_table.h"

#include <csv.h>
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"

static unsigned
lines_before(const char *text, size_t n)
{
	unsigned lines = 1;

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n' || (text[i] == '\r' && (i + 1 == n || text[i + 1] != '\n'));
	return lines;
}

/* Where the first byte is that is not UTF-8: the text up to there is. */
static size_t
valid_bytes(struct span text)
{
	size_t good = 0;

	for (struct span rest = text, line; span_next_line(&rest, &line);) {
		if (!text_is_utf8(line))
			break;
		good = (size_t)(rest.p - text.p);
	}
	return good;
}

/* CP932, as Excel in Japan writes it. */
static enum fault
decode_cp932(struct buf *out, struct span bytes, unsigned *line, struct why *why)
{
	iconv_t converter = iconv_open("UTF-8", "CP932");
	char piece[8192], *in = (char *)(uintptr_t)bytes.p; /* iconv does not write there */
	size_t left = bytes.n;
	enum fault fault = FAULT_NONE;

	if (converter == (iconv_t)-1)
		return why_set(why, FAULT_SETUP, "the C library does not know CP932");
	while (left > 0 && fault == FAULT_NONE) {
		char *to = piece;
		size_t room = sizeof piece;
		size_t result = iconv(converter, &in, &left, &to, &room);

		buf_add(out, piece, sizeof piece - room);
		if (result == (size_t)-1 && errno != E2BIG) {
			*line = lines_before(bytes.p, bytes.n - left);
			fault = why_set(why, FAULT_ITEM, "line %u is neither UTF-8 nor CP932", *line);
		}
	}
	iconv_close(converter);
	return fault != FAULT_NONE ? fault : buf_fault(out, why, "the file");
}

enum fault
import_decode(struct buf *out, struct span bytes, unsigned *line, struct why *why)
{
	bool has_bom = span_starts(bytes, "\xEF\xBB\xBF");
	const char *nul = bytes.n > 0 ? memchr(bytes.p, '\0', bytes.n) : NULL;

	if (nul != NULL) {
		*line = lines_before(bytes.p, (size_t)(nul - bytes.p));
		return why_set(why, FAULT_ITEM, "line %u holds a NUL byte: save the file as \"CSV UTF-8\"", *line);
	}
	if (has_bom) {
		bytes.p += 3;
		bytes.n -= 3;
	}
	if (text_is_utf8(bytes)) {
		buf_add_span(out, bytes);
		return buf_fault(out, why, "the file");
	}
	if (!has_bom)
		return decode_cp932(out, bytes, line, why);
	*line = lines_before(bytes.p, valid_bytes(bytes));
	return why_set(why, FAULT_ITEM, "line %u is not UTF-8, but the file begins like UTF-8", *line);
}

/* One record as it grows. */
struct reading {
	const struct import_table *table;
	struct buf text;		    /* its fields, each closed by NUL */
	size_t start[IMPORT_MAX_FIELDS];    /* where each begins in text */
	size_t count;
	unsigned line;			    /* the one that is read */
	unsigned record_line;		    /* where the record began */
	bool in_record;
	bool is_broken;
	enum fault fault;
	struct why *why;
};

static void
tell_broken(struct reading *r, const char *text)
{
	if (!r->is_broken && r->fault == FAULT_NONE)
		r->table->broken(r->record_line, r->count, text, r->table->data);
	r->is_broken = true;
}

static void
add_field(void *bytes, size_t n, void *data)
{
	struct reading *r = data;

	if (r->is_broken || r->fault != FAULT_NONE)
		return;
	if (r->count == IMPORT_MAX_FIELDS) {
		tell_broken(r, "more than 100 fields in a record");
		return;
	}
	if (n > IMPORT_MAX_FIELD) {
		tell_broken(r, "longer than 4000 bytes: a quote that is not closed?");
		return;
	}
	r->start[r->count++] = r->text.n;
	buf_add(&r->text, bytes, n);
	buf_add_char(&r->text, '\0');
}

static void
end_record(int terminator, void *data)
{
	struct reading *r = data;
	char *field[IMPORT_MAX_FIELDS];

	(void)terminator;
	r->in_record = false;
	if (r->is_broken || r->fault != FAULT_NONE)
		return;
	r->fault = buf_fault(&r->text, r->why, "a record");
	for (size_t i = 0; i < r->count; i++)
		field[i] = r->text.p + r->start[i];
	if (r->fault == FAULT_NONE)
		r->fault = r->table->record(r->record_line, field, r->count, r->table->data, r->why);
	r->count = 0;
	buf_clear(&r->text);
}

/* The next line with its end: LF, CRLF or CR. */
static struct span
take_line(struct span *rest)
{
	struct span line = {rest->p, 0};

	while (line.n < rest->n && line.p[line.n] != '\n' && line.p[line.n] != '\r')
		line.n++;
	if (line.n < rest->n)
		line.n += line.p[line.n] == '\r' && line.n + 1 < rest->n && line.p[line.n + 1] == '\n' ? 2 : 1;
	rest->p += line.n;
	rest->n -= line.n;
	return line;
}

static void
read_lines(struct reading *r, struct csv_parser *parser, struct span rest)
{
	while (rest.n > 0 && !r->is_broken && r->fault == FAULT_NONE) {
		struct span line = take_line(&rest);

		r->line++;
		if (!r->in_record) {
			r->record_line = r->line;
			/* libcsv passes over empty lines without a word. */
			r->in_record = span_trim(line).n > 0;
		}
		if (csv_parse(parser, line.p, line.n, add_field, end_record, r) != line.n) {
			if (csv_error(parser) == CSV_EPARSE)
				tell_broken(r, "a quote inside of a field that is not quoted, or text after a closing quote");
			else if (r->fault == FAULT_NONE)
				r->fault = why_set(r->why, FAULT_STOP, "%s", csv_strerror(csv_error(parser)));
			return;
		}
	}
	if (r->is_broken || r->fault != FAULT_NONE)
		return;
	if (csv_fini(parser, add_field, end_record, r) != 0)
		tell_broken(r, "the quote that opens this field is not closed");
}

enum fault
import_read(struct span text, const struct import_table *table, struct why *why)
{
	struct csv_parser parser;
	struct reading r = {.table = table, .why = why, .text = BUF_MAX(IMPORT_MAX_FIELDS * (IMPORT_MAX_FIELD + 1))};

	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return why_set(why, FAULT_STOP, "out of memory for a CSV file");
	read_lines(&r, &parser, text);
	csv_free(&parser);
	buf_release(&r.text);
	return r.fault;
}

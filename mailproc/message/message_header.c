/*
 * message_header.c - header fields, and the words in them (RFC 5322, RFC 2047)
 *
 * The splitter is ours, so that what is trusted (From, Authentication-Results, Message-ID) is read from the bytes as they stand. Decoded
 * text is never read as structure again.
 */
#include "message_inner.h"

#include "../base/day.h"
#include "../base/text.h"

#include <ctype.h>
#include <stdlib.h>

static bool
fields_add(struct fields *out, size_t *room, struct field field)
{
	struct field *grown;

	if (out->count == FIELDS_MAX) {
		out->has_more = true;
		return false;
	}
	if (out->count == *room) {
		*room = *room != 0 ? *room * 2 : 32;
		grown = realloc(out->field, *room * sizeof *grown);
		if (grown == NULL) {
			out->is_short = true;
			return false;
		}
		out->field = grown;
	}
	out->field[out->count++] = field;
	return true;
}

/* A line that starts a field: "Name:", also "Name :" as some programs write it. */
static bool
read_field_start(struct span line, struct field *field)
{
	size_t n = 0;

	while (n < line.n && line.p[n] > ' ' && line.p[n] < 0x7F && line.p[n] != ':')
		n++;
	field->name = (struct span){line.p, n};
	while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	if (field->name.n == 0 || n >= line.n || line.p[n] != ':')
		return false;
	field->is_odd = n > field->name.n;
	field->value = (struct span){line.p + n + 1, line.n - n - 1};
	return true;
}

void
message_fields_split(struct fields *out, struct span header, struct span *body)
{
	struct span rest = header, line;
	struct field field, *last = NULL;
	size_t room = 0;

	*out = (struct fields){0};
	while (span_next_line(&rest, &line)) {
		if (line.n == 0)
			break;
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (last != NULL)
				last->value.n = (size_t)(line.p + line.n - last->value.p);
			continue;
		}
		last = NULL; /* the folds of a line that is no field are not the field's before */
		if (!read_field_start(line, &field))
			continue;
		if (!fields_add(out, &room, field))
			break;
		last = &out->field[out->count - 1];
	}
	if (body != NULL)
		*body = rest;
}

void
message_fields_release(struct fields *fields)
{
	free(fields->field);
	*fields = (struct fields){0};
}

const struct field *
message_field_find(const struct fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (span_is_caseless(fields->field[i].name, name))
			return &fields->field[i];
	return NULL;
}

void
message_add_unfolded(struct buf *out, struct span value)
{
	value = span_trim(value);
	if (value.n > FIELD_MAX)
		value.n = FIELD_MAX;
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\r' || c == '\n')
			continue; /* a fold keeps its white space */
		buf_add_char(out, c == '\t' || c == '\0' ? ' ' : c);
	}
}

/* ---- RFC 2047 ---- */

enum { WORD_MAX = 4096 }; /* 75 by the standard; some senders put a whole subject into one */

struct word {
	struct span charset, text;
	char encoding; /* b or q */
	size_t n;      /* bytes of the whole word */
};

/* "=?charset?B?text?=" at the start of s. Blanks inside the text are wrong and common. */
static bool
read_word(struct span s, struct word *word)
{
	const char *p = s.p + 2, *end = s.p + s.n, *charset = p;

	if (s.n < 8 || s.p[0] != '=' || s.p[1] != '?')
		return false;
	while (p < end && *p != '?' && *p != ' ')
		p++;
	if (p == charset || end - p < 5 || p[0] != '?' || p[2] != '?')
		return false;
	word->charset = (struct span){charset, (size_t)(p - charset)};
	word->encoding = (char)tolower((unsigned char)p[1]);
	if (word->encoding != 'b' && word->encoding != 'q')
		return false;
	p += 3;
	word->text.p = p;
	if (end - p > WORD_MAX)
		end = p + WORD_MAX;
	/* "?Q?=41?=": the "?=" before the text is not its end */
	while (end - p >= 2 && !(p[0] == '?' && p[1] == '='))
		p++;
	if (end - p < 2)
		return false;
	word->text.n = (size_t)(p - word->text.p);
	word->n = (size_t)(p + 2 - s.p);
	return true;
}

/* The charset of a word without the language of RFC 2231 section 5. */
static struct span
bare_charset(struct span charset)
{
	const char *star = memchr(charset.p, '*', charset.n);

	if (star != NULL)
		charset.n = (size_t)(star - charset.p);
	return charset;
}

static bool
is_same_charset(struct span a, struct span b)
{
	a = bare_charset(a);
	b = bare_charset(b);
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static void
add_word_bytes(struct buf *bytes, const struct word *word)
{
	if (word->encoding == 'b')
		message_add_base64(bytes, word->text);
	else
		message_add_quoted_printable(bytes, word->text, true);
}

/* The length of white space at the start of s if an encoded word follows it: RFC 2047 6.2 says that it is not shown. */
static size_t
blank_before_word(struct span s)
{
	struct word word;
	size_t n = 0;

	while (n < s.n && s.p[n] == ' ')
		n++;
	return read_word((struct span){s.p + n, s.n - n}, &word) ? n : s.n;
}

static struct span
after(struct span s, size_t n)
{
	return (struct span){s.p + n, s.n - n};
}

/* Adds a run of adjacent words. Bytes of one charset are joined before they are converted: senders cut inside characters. */
static size_t
add_run_of_words(struct buf *out, struct span s)
{
	struct buf bytes = BUF_MAX(FIELD_MAX);
	struct span rest = s, charset = {0};
	struct word word;
	size_t blank = 0;

	while (read_word(after(rest, blank), &word)) {
		if (charset.n > 0 && !is_same_charset(charset, word.charset)) {
			message_add_decoded(out, buf_span(&bytes), charset);
			buf_clear(&bytes);
		}
		charset = word.charset;
		add_word_bytes(&bytes, &word);
		rest = after(rest, blank + word.n);
		blank = blank_before_word(rest);
		if (blank == rest.n)
			break;
	}
	message_add_decoded(out, buf_span(&bytes), charset);
	buf_release(&bytes);
	return s.n - rest.n;
}

/* Decoded words can hold line breaks and controls: a header value stays one line. */
static void
add_one_line(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_add_char(out, s.p[i] == '\n' || s.p[i] == '\t' ? ' ' : s.p[i]);
}

void
message_add_words(struct buf *out, struct span s)
{
	struct buf line = BUF_MAX(out->max * 2);
	struct word word;
	size_t plain = 0;

	while (plain < s.n) {
		struct span here = after(s, plain);

		if (here.p[0] == '=' && read_word(here, &word)) {
			message_add_decoded(&line, (struct span){s.p, plain}, (struct span){0});
			s = after(here, add_run_of_words(&line, here));
			plain = 0;
		} else {
			plain++;
		}
	}
	message_add_decoded(&line, s, (struct span){0});
	add_one_line(out, buf_span(&line));
	buf_release(&line);
}

void
message_add_field(struct buf *out, struct span value)
{
	struct buf unfolded = BUF_MAX(FIELD_MAX);

	message_add_unfolded(&unfolded, value);
	message_add_words(out, buf_span(&unfolded));
	buf_release(&unfolded);
}

char *
message_field_text(const struct fields *fields, const char *name)
{
	const struct field *field = message_field_find(fields, name);
	struct buf text = BUF_MAX(FIELD_MAX * 4);

	if (field == NULL)
		return NULL;
	message_add_field(&text, field->value);
	return buf_take(&text);
}

/* ---- ids and dates ---- */

/* No blanks, no controls. */
static bool
is_id(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7F)
			return false;
	return s.n > 0 && s.n <= 998 && text_is_utf8(s);
}

bool
message_next_id(struct span *rest, struct span *id)
{
	const char *open, *close;

	for (;;) {
		open = rest->n > 0 ? memchr(rest->p, '<', rest->n) : NULL;
		if (open == NULL)
			return false;
		*rest = after(*rest, (size_t)(open + 1 - rest->p));
		close = memchr(rest->p, '>', rest->n);
		if (close == NULL)
			return false;
		*id = span_trim((struct span){rest->p, (size_t)(close - rest->p)});
		*rest = after(*rest, (size_t)(close + 1 - rest->p));
		if (is_id(*id))
			return true;
	}
}

static int
month_of(const char *word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++)
		if (strncasecmp(word, names + (size_t)i * 3, 3) == 0)
			return i + 1;
	return 0;
}

/* Seconds east of UTC. Names of RFC 5322 4.3, and JST because Japanese programs write it. */
static int
zone_offset(const char *zone)
{
	static const struct {
		const char *name;
		int hours;
	} names[] = {{"JST", 9}, {"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8},
	    {"PDT", -7}};
	int value;

	if ((zone[0] == '+' || zone[0] == '-') && strspn(zone + 1, "0123456789") >= 4) {
		value = (zone[1] - '0') * 10 + (zone[2] - '0');
		value = value * 3600 + ((zone[3] - '0') * 10 + (zone[4] - '0')) * 60;
		return zone[0] == '-' ? -value : value;
	}
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(zone, names[i].name, 3) == 0)
			return names[i].hours * 3600;
	return 0;
}

int64_t
message_date(struct span value)
{
	struct buf text = BUF_MAX(200);
	int day = 0, year = 0, hour = 0, minute = 0, second = 0, month, number;
	char name[10] = "", zone[10] = "";
	const char *p;
	int64_t at = 0;

	if (value.n > 150)
		return 0;
	message_add_unfolded(&text, value);
	p = strchr(buf_text(&text), ',');
	p = p != NULL ? p + 1 : buf_text(&text);
	if (sscanf(p, "%2d %9[A-Za-z] %4d %2d:%2d:%2d %9s", &day, name, &year, &hour, &minute, &second, zone) < 6) {
		second = 0;
		if (sscanf(p, "%2d %9[A-Za-z] %4d %2d:%2d %9s", &day, name, &year, &hour, &minute, zone) < 5)
			goto out;
	}
	if (year < 100)
		year += year < 50 ? 2000 : 1900;
	month = month_of(name);
	number = month > 0 ? day_make(year, month, day) : -1;
	if (number < 0 || hour > 23 || minute > 59 || second > 60 || hour < 0 || minute < 0 || second < 0)
		goto out;
	at = (int64_t)number * 86400 + hour * 3600 + minute * 60 + second - zone_offset(zone);
out:
	buf_release(&text);
	return at;
}

/*
 * message_param.c - Content-Type and Content-Disposition (RFC 2045, 2183, 2231) as they are really written
 *
 * "text/html charset=utf-8" without a semicolon, charset='utf-8', encoded words in file names, parameters continued with or without
 * quotes: all read as the sender meant them.
 */
#include "message_inner.h"

#include <ctype.h>
#include <stdlib.h>

enum { SECTIONS_MAX = 100 };

struct param {
	char name[40]; /* lower case, without section and star */
	int section;   /* -1: none */
	bool is_extended;
	struct buf value;
};

/* Reads a quoted string or a bare value up to ";" (a bare one may hold blanks: file names do). */
static struct span
read_value(struct span s, struct buf *value)
{
	size_t i = 0;

	if (s.n > 0 && s.p[0] == '"') {
		for (i = 1; i < s.n && s.p[i] != '"'; i++) {
			if (s.p[i] == '\\' && i + 1 < s.n && (s.p[i + 1] == '"' || s.p[i + 1] == '\\'))
				i++;
			buf_add_char(value, s.p[i]);
		}
		while (i < s.n && s.p[i] != ';')
			i++;
	} else {
		while (i < s.n && s.p[i] != ';')
			i++;
		buf_add_span(value, span_trim((struct span){s.p, i}));
	}
	return (struct span){s.p + i, s.n - i};
}

/* The next "name=value" of *rest. */
static bool
next_param(struct span *rest, struct param *param)
{
	size_t n = 0, i;

	while (rest->n > 0 && strchr("; \t", rest->p[0]) != NULL) {
		rest->p++;
		rest->n--;
	}
	if (rest->n == 0)
		return false;
	while (n < rest->n && rest->p[n] != '=' && rest->p[n] != ';')
		n++;
	*param = (struct param){.section = -1, .value = BUF_MAX(FIELD_MAX)};
	for (i = 0; i < n && i + 1 < sizeof param->name && rest->p[i] != '*' && rest->p[i] != ' '; i++)
		param->name[i] = (char)tolower((unsigned char)rest->p[i]);
	if (i < n && rest->p[i] == '*') {
		if (i + 1 < n && isdigit((unsigned char)rest->p[i + 1]))
			param->section = atoi(rest->p + i + 1);
		param->is_extended = rest->p[n - 1] == '*';
	}
	*rest = (struct span){rest->p + n, rest->n - n};
	if (rest->n > 0 && rest->p[0] == '=') {
		struct span value = {rest->p + 1, rest->n - 1};

		while (value.n > 0 && (value.p[0] == ' ' || value.p[0] == '\t')) {
			value.p++;
			value.n--;
		}
		*rest = read_value(value, &param->value);
	}
	return true;
}

static int
hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void
add_percent_decoded(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && i + 2 < s.n && hex_of(s.p[i + 1]) >= 0 && hex_of(s.p[i + 2]) >= 0) {
			buf_add_char(out, (char)(hex_of(s.p[i + 1]) * 16 + hex_of(s.p[i + 2])));
			i += 2;
		} else {
			buf_add_char(out, s.p[i]);
		}
	}
}

/* A file name that comes in one piece or in sections, gathered while the parameters are read. */
struct gathered {
	struct buf bytes;
	char charset[64];
	bool is_extended; /* RFC 2231: percent decoding was done, the charset is known */
	int next_section;
};

static void
gather_extended(struct gathered *g, const struct param *param)
{
	struct span v = buf_span(&param->value);
	const char *first, *second = NULL;

	g->is_extended = true;
	if (param->section <= 0) { /* charset'language'text */
		first = v.n > 0 ? memchr(v.p, '\'', v.n) : NULL;
		if (first != NULL)
			second = memchr(first + 1, '\'', v.n - (size_t)(first + 1 - v.p));
		if (second != NULL) {
			snprintf(g->charset, sizeof g->charset, "%.*s", (int)(first - v.p), v.p);
			v.n -= (size_t)(second + 1 - v.p);
			v.p = second + 1;
		}
	}
	add_percent_decoded(&g->bytes, v);
}

static void
gather(struct gathered *g, const struct param *param)
{
	if (param->section < 0 && !param->is_extended) {
		if (!g->is_extended && g->next_section == 0) {
			buf_clear(&g->bytes);
			buf_add_span(&g->bytes, buf_span(&param->value));
		}
		return;
	}
	if (param->section > SECTIONS_MAX || (param->section > 0 && param->section != g->next_section))
		return; /* out of order: keep what is there */
	if (param->section <= 0)
		buf_clear(&g->bytes);
	g->next_section = param->section + 1;
	if (param->is_extended)
		gather_extended(g, param);
	else
		buf_add_span(&g->bytes, buf_span(&param->value));
}

static char *
gathered_text(struct gathered *g)
{
	struct buf text = BUF_MAX(FIELD_MAX * 4);
	char *made = NULL;

	if (g->bytes.n > 0) {
		if (g->is_extended)
			message_add_decoded(&text, buf_span(&g->bytes), span_of(g->charset));
		else
			message_add_words(&text, buf_span(&g->bytes));
		for (size_t i = 0; i < text.n; i++)
			if (text.p[i] == '\n')
				text.p[i] = ' ';
		made = buf_take(&text);
	}
	buf_release(&g->bytes);
	buf_release(&text);
	return made;
}

static void
take_param(struct content *out, const struct param *param, struct gathered *name)
{
	const char *value = buf_text(&param->value);

	if (strcmp(param->name, "charset") == 0 && out->charset[0] == '\0')
		snprintf(out->charset, sizeof out->charset, "%s", value);
	else if (strcmp(param->name, "report-type") == 0)
		snprintf(out->report_type, sizeof out->report_type, "%s", value);
	else if (strcmp(param->name, "format") == 0)
		out->is_flowed = strcasecmp(value, "flowed") == 0;
	else if (strcmp(param->name, "delsp") == 0)
		out->is_delsp = strcasecmp(value, "yes") == 0;
	else if (strcmp(param->name, "boundary") == 0)
		out->has_boundary = true;
	else if (strcmp(param->name, "name") == 0 || strcmp(param->name, "filename") == 0)
		gather(name, param);
}

void
message_content_parse(struct content *out, struct span field)
{
	struct buf unfolded = BUF_MAX(FIELD_MAX);
	struct gathered name = {.bytes = BUF_MAX(FIELD_MAX)};
	struct param param;
	struct span rest;
	size_t n = 0;

	*out = (struct content){0};
	message_add_unfolded(&unfolded, field);
	rest = buf_span(&unfolded);
	while (n < rest.n && rest.p[n] != ';' && rest.p[n] != ' ' && rest.p[n] != '(') {
		if (n + 1 < sizeof out->value)
			out->value[n] = (char)tolower((unsigned char)rest.p[n]);
		n++;
	}
	rest.p += n;
	rest.n -= n;
	while (next_param(&rest, &param)) {
		take_param(out, &param, &name);
		buf_release(&param.value);
	}
	out->name = gathered_text(&name);
	buf_release(&unfolded);
}

void
message_content_release(struct content *content)
{
	free(content->name);
	*content = (struct content){0};
}

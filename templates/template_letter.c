/*
 * template_letter.c - a letter's pair of files: NAME.txt with its headers, and NAME.html. The operator's own letters stand before the program's, always as
 * a pair, so that the two texts of one mail never come from two hands.
 */
#include "template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../mailproc/base/file.h"
#include "../mailproc/base/text.h"

enum {
	FILE_MAX = 1 << 20,    /* bytes of a template */
	SUBJECT_MAX = 2000,    /* bytes of a rendered subject */
	RENDERED_MAX = 4 << 20 /* bytes of a rendered text */
};

/* Where letters of one language are looked for. */
struct place {
	const char *dir, *own, *language;
	const char *suffix; /* ".txt" or ".html": partials are of the same kind as the letter */
};

/* "DIR/LANGUAGE/MARK NAME SUFFIX"; the caller frees it; NULL when memory is short. */
static char *
letter_path(const char *dir, const char *language, const char *mark, const char *name, const char *suffix)
{
	struct buf path = BUF_MAX(FILE_MAX);

	buf_addf(&path, "%s/%s/%s%s%s", dir, language, mark, name, suffix);
	return buf_take(&path);
}

/* Adds a template file to out, without the byte order mark that some editors leave. */
static enum fault
read_template(struct buf *out, const char *path, struct why *why)
{
	struct buf file = BUF_MAX(FILE_MAX);
	enum fault fault = file_read(&file, path, why);
	struct span text = buf_span(&file);

	if (fault == FAULT_ITEM)
		fault = FAULT_SETUP;
	if (fault == FAULT_NONE && !text_is_utf8(text))
		fault = why_set(why, FAULT_SETUP, "%s:1: the file is not UTF-8", path);
	if (fault == FAULT_NONE) {
		if (span_starts(text, "\xEF\xBB\xBF")) {
			text.p += 3;
			text.n -= 3;
		}
		text_add_clean(out, text); /* CRLF becomes LF */
		fault = buf_fault(out, why, path);
	}
	buf_release(&file);
	return fault;
}

static bool
is_partial_name(const char *name)
{
	return name[0] != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == strlen(name);
}

/* {{> header}} is LANGUAGE/_header.txt or .html, of the operator's folder or else of the program's. */
static bool
find_partial(const char *name, char **text, void *data)
{
	const struct place *place = data;
	const char *dirs[] = {place->own, place->dir};
	struct buf found = BUF_MAX(FILE_MAX);

	if (!is_partial_name(name))
		return false;
	*text = NULL;
	for (size_t i = 0; i < 2 && *text == NULL; i++) {
		char *path = dirs[i][0] != '\0' ? letter_path(dirs[i], place->language, "_", name, place->suffix) : NULL;

		if (path != NULL && file_exists(path) && read_template(&found, path, NULL) == FAULT_NONE)
			*text = buf_take(&found);
		free(path);
	}
	buf_release(&found);
	return *text != NULL;
}

/* Parses and renders one piece of a file strictly into out. */
static enum fault
render_piece(struct buf *out, const char *path, unsigned line, struct span text, enum template_escape escape, struct place *place,
    const json_t *data, struct why *why)
{
	struct template_options options = {.strict = true, .partial = find_partial, .data = place};
	struct template *template = NULL;
	enum fault fault = template_parse(&template, path, line, text, escape, why);

	if (fault == FAULT_NONE)
		fault = template_render(template, data, &options, out, why);
	template_free(template);
	return fault;
}

/* The rendered text with LF line ends, whatever the data brought. */
static enum fault
take_clean(char **out, const struct buf *rendered, struct why *why)
{
	struct buf clean = BUF_MAX(3 * (size_t)RENDERED_MAX); /* a control becomes three bytes */

	text_add_clean(&clean, buf_span(rendered));
	*out = buf_take(&clean);
	return *out != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory for a letter");
}

/* ---- headers ---- */

struct headers {
	struct span subject; /* the template of it */
	unsigned subject_line, body_line;
	struct span body;
};

/* Splits NAME.txt at its first blank line. The subject is the only header: everything else of a mail is the letter writer's. */
static enum fault
read_headers(struct headers *out, const char *path, struct span text, struct why *why)
{
	struct span rest = text, line;
	unsigned number = 0;

	*out = (struct headers){0};
	while (span_next_line(&rest, &line)) {
		const char *colon = memchr(line.p, ':', line.n);

		number++;
		if (span_trim(line).n == 0) {
			if (out->subject_line == 0)
				return why_set(why, FAULT_SETUP, "%s:%u: there is no Subject above the blank line", path, number);
			out->body = rest;
			out->body_line = number + 1;
			return FAULT_NONE;
		}
		if (colon == NULL)
			return why_set(why, FAULT_SETUP, "%s:%u: neither a header (Subject: …) nor the blank line after the headers", path,
			    number);
		if (!span_is_caseless((struct span){line.p, (size_t)(colon - line.p)}, "Subject"))
			return why_set(why, FAULT_SETUP, "%s:%u: unknown header \"%.*s\", Subject is the only one", path, number,
			    (int)(colon - line.p), line.p);
		if (out->subject_line != 0)
			return why_set(why, FAULT_SETUP, "%s:%u: a second Subject", path, number);
		out->subject = span_trim((struct span){colon + 1, line.n - (size_t)(colon + 1 - line.p)});
		out->subject_line = number;
		if (out->subject.n == 0)
			return why_set(why, FAULT_SETUP, "%s:%u: the Subject is empty", path, number);
	}
	return why_set(why, FAULT_SETUP, "%s:%u: there is no blank line after the headers", path, number != 0 ? number : 1);
}

/* A control character could begin a header of the customer's choice. */
static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7F || (c == 0xC2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xA0))
			return true;
	}
	return false;
}

static enum fault
render_subject(char **out, const char *path, const struct headers *headers, struct place *place, const json_t *data, struct why *why)
{
	struct buf rendered = BUF_MAX(SUBJECT_MAX);
	enum fault fault = render_piece(&rendered, path, headers->subject_line, headers->subject, TEMPLATE_PLAIN, place, data, why);
	struct span subject = buf_span(&rendered);

	while (subject.n > 0 && *subject.p == ' ') {
		subject.p++;
		subject.n--;
	}
	while (subject.n > 0 && subject.p[subject.n - 1] == ' ')
		subject.n--;
	if (fault == FAULT_NONE && has_control(subject))
		fault = why_set(why, FAULT_ITEM, "%s:%u: a value brings a control character into the subject", path, headers->subject_line);
	if (fault == FAULT_NONE && subject.n == 0)
		fault = why_set(why, FAULT_ITEM, "%s:%u: the subject is empty when rendered", path, headers->subject_line);
	if (fault == FAULT_NONE) {
		*out = strndup(subject.p, subject.n);
		if (*out == NULL)
			fault = why_set(why, FAULT_STOP, "out of memory for a subject");
	}
	buf_release(&rendered);
	return fault;
}

/* ---- the pair ---- */

/* NAME.txt into subject and text. */
static enum fault
render_text(struct letter_text *made, const char *path, struct place *place, const json_t *data, struct why *why)
{
	struct buf file = BUF_MAX(3 * (size_t)FILE_MAX), rendered = BUF_MAX(RENDERED_MAX);
	struct headers headers = {0};
	enum fault fault = read_template(&file, path, why);

	place->suffix = ".txt";
	if (fault == FAULT_NONE)
		fault = read_headers(&headers, path, buf_span(&file), why);
	if (fault == FAULT_NONE)
		fault = render_subject(&made->subject, path, &headers, place, data, why);
	if (fault == FAULT_NONE)
		fault = render_piece(&rendered, path, headers.body_line, headers.body, TEMPLATE_PLAIN, place, data, why);
	if (fault == FAULT_NONE)
		fault = take_clean(&made->text, &rendered, why);
	buf_release(&rendered);
	buf_release(&file);
	return fault;
}

static enum fault
render_html(struct letter_text *made, const char *path, struct place *place, const json_t *data, struct why *why)
{
	struct buf file = BUF_MAX(3 * (size_t)FILE_MAX), rendered = BUF_MAX(RENDERED_MAX);
	enum fault fault = read_template(&file, path, why);

	place->suffix = ".html";
	if (fault == FAULT_NONE)
		fault = render_piece(&rendered, path, 1, buf_span(&file), TEMPLATE_HTML, place, data, why);
	if (fault == FAULT_NONE)
		fault = take_clean(&made->html, &rendered, why);
	buf_release(&rendered);
	buf_release(&file);
	return fault;
}

/* The paths of the pair: the operator's own where one of the two is there, else the program's. Both must exist. */
static enum fault
find_pair(char **text_path, char **html_path, const struct place *place, const char *name, struct why *why)
{
	const char *dir = place->own[0] != '\0' ? place->own : place->dir;
	const char *missing = NULL;

	*text_path = letter_path(dir, place->language, "", name, ".txt");
	*html_path = letter_path(dir, place->language, "", name, ".html");
	if (*text_path != NULL && *html_path != NULL && dir != place->dir && !file_exists(*text_path) && !file_exists(*html_path)) {
		free(*text_path);
		free(*html_path);
		*text_path = letter_path(place->dir, place->language, "", name, ".txt");
		*html_path = letter_path(place->dir, place->language, "", name, ".html");
	}
	if (*text_path == NULL || *html_path == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a letter");
	if (!file_exists(*text_path))
		missing = *text_path;
	else if (!file_exists(*html_path))
		missing = *html_path;
	if (missing != NULL)
		return why_set(why, FAULT_SETUP, "%s: missing, and a letter is a pair of .txt and .html", missing);
	return FAULT_NONE;
}

enum fault
letter_text_render(struct letter_text *out, const char *dir, const char *own, const char *language, const char *name,
    const json_t *data, struct why *why)
{
	struct place place = {.dir = dir, .own = own != NULL ? own : "", .language = language};
	char *text_path = NULL, *html_path = NULL;
	struct letter_text made = {0};
	enum fault fault = find_pair(&text_path, &html_path, &place, name, why);

	if (fault == FAULT_NONE)
		fault = render_text(&made, text_path, &place, data, why);
	if (fault == FAULT_NONE)
		fault = render_html(&made, html_path, &place, data, why);
	if (fault == FAULT_NONE) {
		*out = made;
		made = (struct letter_text){0};
	}
	letter_text_release(&made);
	free(text_path);
	free(html_path);
	return fault;
}

void
letter_text_release(struct letter_text *text)
{
	free(text->subject);
	free(text->text);
	free(text->html);
	*text = (struct letter_text){0};
}

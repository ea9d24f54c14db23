/*
 * template.h - Mustache, and letters made of it
 *
 * The renderer follows the Mustache specification (spec v1.4: interpolation, sections, inverted sections, delimiters, comments, partials; its core suites
 * are tests here). Values are JSON; a value is never expanded again. A letter is NAME.txt, headers, a blank line and text, with its twin NAME.html.
 *
 * What the specification leaves open: false, null, an empty list and an empty text hide a section, 0 and {} do not. Blanks may stand before the sign
 * of a tag. Sections nest 100 deep and partials 50; a template that would take endless work is an error.
 *
 * Lifetime:   template_free(). A template borrows nothing.
 * Faults:     FAULT_SETUP with "FILE:LINE: …" for syntax errors, unknown names (strict), a missing twin or partial, a bad header; FAULT_STOP for memory.
 */
#ifndef TEMPLATES_TEMPLATE_H
#define TEMPLATES_TEMPLATE_H

#include <stdbool.h>
#include <jansson.h>

#include "../mailproc/base/buf.h"
#include "../mailproc/base/fault.h"

struct template;

enum template_escape { TEMPLATE_PLAIN, TEMPLATE_HTML };

/* name is for messages; line is where the text starts in its file. */
MUST_USE enum fault template_parse(struct template **out, const char *name, unsigned line, struct span text,
    enum template_escape escape, struct why *why);
void template_free(struct template *template);

/* Finds the text of a partial: false when there is none. text is the caller's own, freed by template_render. */
typedef bool template_partial(const char *name, char **text, void *data);

struct template_options {
	bool strict;		   /* a name that the data do not have is an error; else it is empty, as the specification says */
	template_partial *partial; /* NULL: none */
	void *data;
};

/* Adds the result to out. */
MUST_USE enum fault template_render(const struct template *template, const json_t *data, const struct template_options *options,
    struct buf *out, struct why *why);

/* ---- letters ---- */

struct letter_text {
	char *subject; /* rendered: one line, no controls */
	char *text;    /* LF line ends */
	char *html;
};

/*
 * Loads NAME.txt and NAME.html of a language from own ("" : none) or else from dir, renders both strictly. dir is the templates folder
 * that holds ja/ and en/. {{> NAME}} is _NAME.txt or _NAME.html beside the letter, the one in own first.
 * FAULT_SETUP: a header other than Subject. FAULT_ITEM: the data bring a control character into the subject, leave it empty, or make the
 * letter too large.
 */
MUST_USE enum fault letter_text_render(struct letter_text *out, const char *dir, const char *own, const char *language,
    const char *name, const json_t *data, struct why *why);
void letter_text_release(struct letter_text *text);

#endif

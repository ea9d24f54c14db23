/*
 * message_html_inner.h - shared by the files that read HTML: elements (message_html.c), lines (message_html_lines.c) and what hides or marks text
 * (message_html_style.c); nothing else includes it
 */
#ifndef MAILPROC_MESSAGE_HTML_INNER_H
#define MAILPROC_MESSAGE_HTML_INNER_H

#include "message_inner.h"

#include <libxml/xmlstring.h>

enum {
	HTML_MAX = MESSAGE_MAX_TEXT,
	QUOTE_LEVELS_MAX = 20,
	STYLE_MAX = 2000,
	LIST_LEVELS_MAX = 50,
	HIDDEN_NAMES_MAX = 50
};

/* What holds for the text inside an element; a child starts with its parent's. */
enum {
	IN_DROPPED = 1 << 0, /* not text for people: style, script, title */
	IN_HIDDEN = 1 << 1,
	IN_STRUCK = 1 << 2,
	IN_PRE = 1 << 3,
	IN_WHITE = 1 << 4,     /* white letters */
	IN_COLOURED = 1 << 5,  /* the background is not white */
	OPENED_QUOTE = 1 << 6, /* this element itself raised the quote level */
	OPENED_LIST = 1 << 7,
	OPENED_PARAGRAPH = 1 << 8 /* with space around it */
};

struct page {
	struct buf *out;
	unsigned *open; /* flags of the open elements; owned */
	size_t depth, room;
	unsigned flags; /* of the innermost */
	int quotes;
	bool quoted_to_end; /* after the header block with which Outlook starts a quote */
	bool line_has_text, wants_blank, wants_empty_line, is_struck_open, is_style;
	bool hides_on_top, has_filler; /* hidden text above all that is seen, and characters of no width in it */
	int list[LIST_LEVELS_MAX]; /* number of the next item; 0: bullets */
	int lists;
	char hidden[HIDDEN_NAMES_MAX][40]; /* classes (".name") and ids ("#name") that a style sheet hides */
	size_t hidden_count;
	unsigned odd;
	bool is_short;
};

/* ---- message_html_lines.c ---- */

int html_quote_level(const struct page *page);
void html_write_break(struct page *page);
void html_write_border(struct page *page, bool is_paragraph); /* of a block: a line ends if there is one */
void html_write_text(struct page *page, const char *text);
void html_write_characters(struct page *page, struct span s);
void html_close_struck(struct page *page);

/* ---- message_html_style.c ---- */

const char *html_attribute(const xmlChar **list, const char *name); /* NULL: not there */
bool html_has_class(const char *list, const char *name);
unsigned html_style_flags(const struct page *page, unsigned flags, const char *name, const xmlChar **attributes);
bool html_is_quote(const char *name, const xmlChar **attributes);
bool html_starts_quote_to_end(const xmlChar **attributes);
void html_read_style_sheet(struct page *page, struct span sheet);

/* ---- message_html_comment.c ---- */

/* Adds HTML without its comments, told apart as browsers do, and without "<![if …]>". */
void html_add_without_comments(struct buf *out, struct span html);

#endif

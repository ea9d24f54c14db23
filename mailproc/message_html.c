/*
 * message_html.c - the words that a person sees in HTML
 *
 * libxml2's SAX interface in pull mode: a tree loses text below depth 256, and push mode loses text after a script that ends on a border of chunks.
 * Nothing is fetched. Structure becomes lines: blocks, <br>, list marks, cells with a tab between them, quoted blocks with MESSAGE_QUOTED.
 */
#include "message_inner.h"

#include "base/text.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>

enum {
	HTML_MAX = MESSAGE_MAX_TEXT,
	QUOTE_LEVELS_MAX = 20,
	STYLE_MAX = 2000,
	LIST_LEVELS_MAX = 50
};

/* What holds for the text inside an element; a child starts with its parent's. */
enum {
	IN_DROPPED = 1 << 0, /* not text for people: style, script, title */
	IN_HIDDEN = 1 << 1,
	IN_STRUCK = 1 << 2,
	IN_PRE = 1 << 3,
	IN_WHITE = 1 << 4,	/* white letters */
	IN_COLOURED = 1 << 5,	/* the background is not white */
	OPENED_QUOTE = 1 << 6,	/* this element itself raised the quote level */
	OPENED_LIST = 1 << 7
};

struct page {
	struct buf *out;
	unsigned *open; /* flags of the open elements; owned */
	size_t depth, room;
	unsigned flags; /* of the innermost */
	int quotes;
	bool quoted_to_end; /* after the header block with which Outlook starts a quote */
	bool line_has_text, wants_blank, wants_empty_line, is_struck_open;
	int list[LIST_LEVELS_MAX]; /* number of the next item; 0: bullets */
	int lists;
	unsigned odd;
	bool is_short;
};

/* ---- writing lines ---- */

static int
quote_level(const struct page *page)
{
	int level = page->quotes;

	if (level == 0 && page->quoted_to_end)
		level = 1;
	return level < QUOTE_LEVELS_MAX ? level : QUOTE_LEVELS_MAX;
}

static void
write_line_start(struct page *page)
{
	for (int i = quote_level(page); i > 0; i--)
		buf_add_text(page->out, MESSAGE_QUOTED);
	page->line_has_text = true;
}

static void
close_struck(struct page *page)
{
	if (page->is_struck_open)
		buf_add_text(page->out, MESSAGE_STRUCK_CLOSE);
	page->is_struck_open = false;
}

static void
trim_blanks(struct buf *out)
{
	while (!out->failed && out->n > 0 && (out->p[out->n - 1] == ' ' || out->p[out->n - 1] == '\t'))
		out->p[--out->n] = '\0';
}

static void
write_break(struct page *page)
{
	close_struck(page);
	if (!page->line_has_text)
		write_line_start(page);
	trim_blanks(page->out);
	buf_add_char(page->out, '\n');
	page->line_has_text = page->wants_blank = false;
}

/* The border of a block: a line ends if there is one. */
static void
write_border(struct page *page, bool is_paragraph)
{
	if (page->line_has_text) {
		write_break(page);
		page->wants_empty_line = is_paragraph;
	} else if (is_paragraph && page->out->n > 0) {
		page->wants_empty_line = true;
	}
	page->wants_blank = false;
}

static void
write_pending(struct page *page)
{
	if (page->wants_empty_line) {
		struct buf *out = page->out;

		page->wants_empty_line = false;
		if (!page->line_has_text && out->n > 1 && !(out->p[out->n - 1] == '\n' && out->p[out->n - 2] == '\n'))
			write_break(page);
	}
	if (!page->line_has_text)
		write_line_start(page);
	else if (page->wants_blank)
		buf_add_char(page->out, ' ');
	page->wants_blank = false;
}

static void
write_bytes(struct page *page, const char *p, size_t n)
{
	write_pending(page);
	if ((page->flags & IN_STRUCK) != 0 && !page->is_struck_open) {
		buf_add_text(page->out, MESSAGE_STRUCK_OPEN);
		page->is_struck_open = true;
	}
	if ((page->flags & IN_STRUCK) == 0)
		close_struck(page);
	buf_add(page->out, p, n);
}

static void
write_text(struct page *page, const char *text)
{
	write_bytes(page, text, strlen(text));
}

/* Running text: white space is one blank, except in <pre>; a no-break space is a blank that stays. */
static void
write_characters(struct page *page, struct span s)
{
	size_t start = 0, i = 0;

	while (i < s.n) {
		char c = s.p[i];
		bool is_no_break = c == '\xC2' && i + 1 < s.n && s.p[i + 1] == '\xA0';
		bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';

		if (!is_space && !is_no_break) {
			i++;
			continue;
		}
		if (i > start)
			write_bytes(page, s.p + start, i - start);
		if (is_no_break)
			write_text(page, " ");
		else if ((page->flags & IN_PRE) != 0 && c == '\n')
			write_break(page);
		else if ((page->flags & IN_PRE) != 0 && c != '\r')
			write_bytes(page, &c, 1);
		else
			page->wants_blank = page->line_has_text;
		i += is_no_break ? 2 : 1;
		start = i;
	}
	if (i > start)
		write_bytes(page, s.p + start, i - start);
}

/* ---- what attributes say ---- */

static const char *
attribute(const xmlChar **list, const char *name)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i += 2)
		if (strcasecmp((const char *)list[i], name) == 0)
			return list[i + 1] != NULL ? (const char *)list[i + 1] : "";
	return NULL;
}

/* Lower case without white space. */
static void
squeeze(char out[STYLE_MAX], const char *text)
{
	size_t n = 0;

	for (; text != NULL && *text != '\0' && n + 1 < STYLE_MAX; text++)
		if (!isspace((unsigned char)*text))
			out[n++] = (char)tolower((unsigned char)*text);
	out[n] = '\0';
}

/* The value of a property in a squeezed style, NULL if it is not set. */
static const char *
style_value(const char *style, const char *property)
{
	size_t n = strlen(property);

	for (const char *p = style; p != NULL && *p != '\0'; p = strchr(p, ';') != NULL ? strchr(p, ';') + 1 : NULL)
		if (strncmp(p, property, n) == 0 && p[n] == ':')
			return p + n + 1;
	return NULL;
}

/* "0", "0px", "0.0em": nothing but zero. */
static bool
is_zero(const char *value)
{
	char *end;

	if (value == NULL || !isdigit((unsigned char)*value))
		return false;
	if (strtod(value, &end) != 0.0)
		return false;
	return *end == '\0' || *end == ';' || *end == '!' || strncmp(end, "px", 2) == 0 || strncmp(end, "pt", 2) == 0 ||
	    strncmp(end, "em", 2) == 0 || strncmp(end, "rem", 3) == 0 || *end == '%';
}

static bool
is_white(const char *colour)
{
	static const char *const white[] = {"#fff;", "#ffffff", "white", "rgb(255,255,255)", "#fff!"};

	if (colour == NULL)
		return false;
	if (strcmp(colour, "#fff") == 0)
		return true;
	for (size_t i = 0; i < sizeof white / sizeof white[0]; i++)
		if (strncmp(colour, white[i], strlen(white[i])) == 0)
			return true;
	return false;
}

static bool
is_style_hidden(const char *style)
{
	const char *value;

	if ((value = style_value(style, "display")) != NULL && strncmp(value, "none", 4) == 0)
		return true;
	if ((value = style_value(style, "visibility")) != NULL && strncmp(value, "hidden", 6) == 0)
		return true;
	if ((value = style_value(style, "mso-hide")) != NULL && strncmp(value, "all", 3) == 0)
		return true;
	return is_zero(style_value(style, "font-size")) || is_zero(style_value(style, "opacity")) ||
	    is_zero(style_value(style, "max-height"));
}

/* Colours: only "white on nothing else" is told. */
static unsigned
colour_flags(unsigned flags, const char *style, const xmlChar **attributes)
{
	char squeezed[STYLE_MAX];
	const char *ground = style_value(style, "background-color"), *letters = style_value(style, "color");

	if (ground == NULL)
		ground = style_value(style, "background");
	if (ground == NULL && attribute(attributes, "bgcolor") != NULL) {
		squeeze(squeezed, attribute(attributes, "bgcolor"));
		ground = squeezed;
	}
	if (ground != NULL && strncmp(ground, "none", 4) != 0 && strncmp(ground, "transparent", 11) != 0)
		flags = is_white(ground) ? flags & ~(unsigned)IN_COLOURED : flags | IN_COLOURED;
	if (letters == NULL && attribute(attributes, "color") != NULL) {
		squeeze(squeezed, attribute(attributes, "color"));
		letters = squeezed;
	}
	if (letters != NULL)
		flags = is_white(letters) ? flags | IN_WHITE : flags & ~(unsigned)IN_WHITE;
	return flags;
}

static unsigned
style_flags(unsigned flags, const char *name, const xmlChar **attributes)
{
	char style[STYLE_MAX];
	const char *value;

	squeeze(style, attribute(attributes, "style"));
	if (is_style_hidden(style) || attribute(attributes, "hidden") != NULL)
		flags |= IN_HIDDEN;
	flags = colour_flags(flags, style, attributes);
	value = style_value(style, "text-decoration");
	if (value == NULL)
		value = style_value(style, "text-decoration-line");
	if ((value != NULL && strncmp(value, "line-through", 12) == 0) || strcmp(name, "s") == 0 ||
	    strcmp(name, "strike") == 0 || strcmp(name, "del") == 0)
		flags |= IN_STRUCK;
	value = style_value(style, "white-space");
	if (strcmp(name, "pre") == 0 || (value != NULL && strncmp(value, "pre", 3) == 0))
		flags |= IN_PRE;
	return flags;
}

static bool
has_class(const char *list, const char *name)
{
	size_t n = strlen(name);

	while (list != NULL && *list != '\0') {
		size_t word = strcspn(list, " \t\n");

		if (word == n && strncasecmp(list, name, n) == 0)
			return true;
		list += word + strspn(list + word, " \t\n");
	}
	return false;
}

/*
 * Whether this element holds a quoted mail. Gmail's div.gmail_quote is not taken: it also holds what a customer writes between the quoted pieces; the
 * blockquotes in it are.
 */
static bool
is_quote(const char *name, const xmlChar **attributes)
{
	const char *class = attribute(attributes, "class"), *id = attribute(attributes, "id");

	if (strcmp(name, "blockquote") == 0)
		return true;
	if (has_class(class, "yahoo_quoted") || has_class(class, "protonmail_quote"))
		return true;
	return id != NULL && (strcmp(id, "OLK_SRC_BODY_SECTION") == 0 || strcmp(id, "mail-editor-reference-message-container") == 0);
}

/* Outlook puts the quoted mail behind a block with From, Sent, To and Subject, not into an element. */
static bool
starts_quote_to_end(const xmlChar **attributes)
{
	const char *id = attribute(attributes, "id"), *class = attribute(attributes, "class");
	char style[STYLE_MAX];

	if (id != NULL && (strcmp(id, "divRplyFwdMsg") == 0 || strcmp(id, "stopSpelling") == 0))
		return true;
	if (has_class(class, "OutlookMessageHeader"))
		return true;
	squeeze(style, attribute(attributes, "style"));
	return strstr(style, "border-top:solid#") != NULL && strstr(style, "padding:3.0pt0") != NULL;
}

/* ---- elements ---- */

static bool
is_one_of(const char *name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(name, *list) == 0)
			return true;
	return false;
}

static const char *const dropped[] = {"title", "style", "script", "template", "object", "svg", "math", "iframe", "datalist", NULL};
static const char *const block[] = {"div", "tr", "table", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "address", "center",
    "form", "section", "article", "header", "footer", "main", "nav", "aside", "fieldset", "pre", "body", "tbody", "thead",
    "caption", "hr", "figure", "option", NULL};
static const char *const paragraph[] = {"p", "h1", "h2", "h3", "h4", "h5", "h6", NULL};

static bool
is_visible(struct page *page)
{
	bool is_white_on_white = (page->flags & IN_WHITE) != 0 && (page->flags & IN_COLOURED) == 0;

	return (page->flags & (IN_DROPPED | IN_HIDDEN)) == 0 && !is_white_on_white;
}

static void
write_input(struct page *page, const xmlChar **attributes)
{
	const char *type = attribute(attributes, "type"), *value = attribute(attributes, "value");
	bool is_checked = attribute(attributes, "checked") != NULL;

	if (!is_visible(page) || (type != NULL && strcasecmp(type, "hidden") == 0))
		return;
	if (type != NULL && strcasecmp(type, "checkbox") == 0)
		write_text(page, is_checked ? "[x]" : "[ ]");
	else if (type != NULL && strcasecmp(type, "radio") == 0)
		write_text(page, is_checked ? "(x)" : "( )");
	else if (value != NULL)
		write_characters(page, span_of(value));
}

static void
write_item_mark(struct page *page)
{
	char mark[20] = "- ";
	int *next = page->lists > 0 && page->lists <= LIST_LEVELS_MAX ? &page->list[page->lists - 1] : NULL;

	if (next != NULL && *next > 0)
		snprintf(mark, sizeof mark, "%d. ", (*next)++);
	write_text(page, mark);
}

static void
open_block(struct page *page, const char *name, const xmlChar **attributes)
{
	if (strcmp(name, "br") == 0) {
		if (is_visible(page))
			write_break(page);
	} else if (is_one_of(name, paragraph)) {
		write_border(page, !has_class(attribute(attributes, "class"), "MsoNormal"));
	} else if (is_one_of(name, block)) {
		write_border(page, false);
	} else if (strcmp(name, "td") == 0 || strcmp(name, "th") == 0) {
		if (page->line_has_text)
			write_text(page, "\t");
	}
}

static void
open_list(struct page *page, const char *name, unsigned *opened)
{
	if (strcmp(name, "ol") != 0 && strcmp(name, "ul") != 0)
		return;
	*opened |= OPENED_LIST;
	page->lists++;
	if (page->lists <= LIST_LEVELS_MAX)
		page->list[page->lists - 1] = strcmp(name, "ol") == 0;
}

static bool
push(struct page *page, unsigned flags)
{
	unsigned *grown;

	if (page->depth == page->room) {
		page->room = page->room != 0 ? page->room * 2 : 64;
		grown = realloc(page->open, page->room * sizeof *grown);
		if (grown == NULL) {
			page->is_short = true;
			page->room = page->depth;
			return false;
		}
		page->open = grown;
	}
	page->open[page->depth++] = flags;
	return true;
}

static void
on_start(void *data, const xmlChar *element, const xmlChar **attributes)
{
	struct page *page = data;
	const char *name = (const char *)element;
	unsigned flags = page->flags & ~(unsigned)(OPENED_QUOTE | OPENED_LIST), opened = 0;

	if (page->is_short)
		return;
	if (strchr(name, ':') == NULL && is_one_of(name, dropped))
		flags |= IN_DROPPED;
	flags = style_flags(flags, name, attributes);
	open_block(page, name, attributes);
	if (starts_quote_to_end(attributes)) {
		write_border(page, false);
		page->quoted_to_end = true;
	}
	if (is_quote(name, attributes)) {
		write_border(page, false);
		opened |= OPENED_QUOTE;
		page->quotes++;
	}
	open_list(page, name, &opened);
	page->flags = flags | opened;
	if (push(page, page->flags) && strcmp(name, "input") == 0)
		write_input(page, attributes);
	if (strcmp(name, "li") == 0 && is_visible(page))
		write_item_mark(page);
}

static void
on_end(void *data, const xmlChar *element)
{
	struct page *page = data;
	const char *name = (const char *)element;
	unsigned closed;

	if (page->is_short || page->depth == 0)
		return;
	closed = page->open[--page->depth];
	if (is_one_of(name, paragraph))
		write_border(page, true);
	else if (is_one_of(name, block) || (closed & OPENED_QUOTE) != 0)
		write_border(page, false);
	if ((closed & OPENED_QUOTE) != 0)
		page->quotes--;
	if ((closed & OPENED_LIST) != 0)
		page->lists--;
	page->flags = page->depth > 0 ? page->open[page->depth - 1] : 0;
}

static bool
has_letters(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (isalpha(c) || c >= 0xE3) /* ASCII letters, kana and everything after */
			return true;
	}
	return false;
}

static void
on_characters(void *data, const xmlChar *text, int n)
{
	struct page *page = data;
	struct span s = {(const char *)text, n > 0 ? (size_t)n : 0};

	if (page->is_short || (page->flags & IN_DROPPED) != 0)
		return;
	if (is_visible(page))
		write_characters(page, s);
	else if (quote_level(page) == 0 && has_letters(s))
		page->odd |= HTML_HIDDEN;
}

static void
drop_characters(void *data, const xmlChar *text, int n)
{
	(void)data;
	(void)text;
	(void)n;
}

static void
drop_message(void *data, const char *text, ...)
{
	(void)data;
	(void)text;
}

/* Takes out "<![if !mso]>" and its like: no comment for the parser, and no text for people. */
static void
add_without_conditions(struct buf *out, struct span html)
{
	size_t start = 0, i = 0;

	while (i + 3 < html.n) {
		const char *close;

		if (memcmp(html.p + i, "<![", 3) != 0) {
			i++;
			continue;
		}
		close = memchr(html.p + i, '>', html.n - i < 200 ? html.n - i : 200);
		if (close == NULL) {
			i += 3;
			continue;
		}
		buf_add(out, html.p + start, i - start);
		start = i = (size_t)(close + 1 - html.p);
	}
	buf_add(out, html.p + start, html.n - start);
}

static void
parse_html(struct page *page, const struct buf *html)
{
	htmlSAXHandler handler = {.startElement = on_start,
	    .endElement = on_end,
	    .characters = on_characters,
	    .ignorableWhitespace = on_characters,
	    .cdataBlock = drop_characters, /* without it, script and style are text */
	    .error = drop_message,
	    .warning = drop_message};
	htmlParserCtxtPtr context = htmlCreateMemoryParserCtxt(html->p, (int)html->n);
	htmlSAXHandlerPtr own;

	if (context == NULL) {
		page->is_short = true;
		return;
	}
	own = context->sax;
	context->sax = &handler;
	context->userData = page;
	/* without IGNORE_ENC a <meta charset> decodes our UTF-8 a second time */
	htmlCtxtUseOptions(context, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	xmlSwitchEncoding(context, XML_CHAR_ENCODING_UTF8);
	htmlParseDocument(context);
	context->sax = own;
	if (context->myDoc != NULL)
		xmlFreeDoc(context->myDoc);
	htmlFreeParserCtxt(context);
}

unsigned
message_add_html(struct buf *out, struct span html)
{
	struct buf prepared = BUF_MAX(HTML_MAX), text = BUF_MAX(MESSAGE_MAX_TEXT);
	struct page page = {.out = &text};

	if (html.n > HTML_MAX) {
		html.n = HTML_MAX;
		while (html.n > 0 && ((unsigned char)html.p[html.n] & 0xC0) == 0x80)
			html.n--;
		page.odd |= HTML_CUT;
	}
	add_without_conditions(&prepared, html);
	if (prepared.n > 0)
		parse_html(&page, &prepared);
	close_struck(&page);
	if (text.too_large)
		page.odd |= HTML_CUT;
	if (page.is_short || (text.failed && !text.too_large))
		out->failed = true;
	text_add_clean(out, buf_span(&text));
	free(page.open);
	buf_release(&prepared);
	buf_release(&text);
	return page.odd;
}

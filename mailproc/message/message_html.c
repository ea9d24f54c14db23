/*
 * message_html.c - the words that a person sees in HTML
 *
 * libxml2's SAX interface in pull mode: a tree loses text below depth 256, and push mode loses text after a script that ends on a border of chunks.
 * Nothing is fetched. Structure becomes lines: blocks, <br>, list marks, cells with a tab between them, quoted blocks with MESSAGE_QUOTED.
 */
#include "message_html_inner.h"

#include "../base/text.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>

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
	const char *type = html_attribute(attributes, "type"), *value = html_attribute(attributes, "value");
	bool is_checked = html_attribute(attributes, "checked") != NULL;

	if (!is_visible(page) || (type != NULL && strcasecmp(type, "hidden") == 0))
		return;
	if (type != NULL && strcasecmp(type, "checkbox") == 0)
		html_write_text(page, is_checked ? "[x]" : "[ ]");
	else if (type != NULL && strcasecmp(type, "radio") == 0)
		html_write_text(page, is_checked ? "(x)" : "( )");
	else if (value != NULL)
		html_write_characters(page, span_of(value));
}

static void
write_item_mark(struct page *page)
{
	char mark[20] = "- ";
	int *next = page->lists > 0 && page->lists <= LIST_LEVELS_MAX ? &page->list[page->lists - 1] : NULL;

	if (next != NULL && *next > 0)
		snprintf(mark, sizeof mark, "%d. ", (*next)++);
	html_write_text(page, mark);
}

/* Outlook writes each line as a paragraph of its own class, without space between them. */
static void
open_block(struct page *page, const char *name, const xmlChar **attributes, unsigned *opened)
{
	if (strcmp(name, "br") == 0) {
		if (is_visible(page))
			html_write_break(page);
	} else if (is_one_of(name, paragraph)) {
		if (!html_has_class(html_attribute(attributes, "class"), "MsoNormal"))
			*opened |= OPENED_PARAGRAPH;
		html_write_border(page, (*opened & OPENED_PARAGRAPH) != 0);
	} else if (is_one_of(name, block)) {
		html_write_border(page, false);
	} else if (strcmp(name, "td") == 0 || strcmp(name, "th") == 0) {
		if (page->line_has_text)
			html_write_text(page, "\t");
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
	unsigned flags = page->flags & ~(unsigned)(OPENED_QUOTE | OPENED_LIST | OPENED_PARAGRAPH), opened = 0;

	if (page->is_short)
		return;
	if (strchr(name, ':') == NULL && is_one_of(name, dropped))
		flags |= IN_DROPPED;
	flags = html_style_flags(page, flags, name, attributes);
	open_block(page, name, attributes, &opened);
	if (html_starts_quote_to_end(attributes)) {
		html_write_border(page, false);
		page->quoted_to_end = true;
	}
	if (html_is_quote(name, attributes)) {
		html_write_border(page, false);
		opened |= OPENED_QUOTE;
		page->quotes++;
	}
	open_list(page, name, &opened);
	page->is_style = strcmp(name, "style") == 0;
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
		html_write_border(page, (closed & OPENED_PARAGRAPH) != 0);
	else if (is_one_of(name, block) || (closed & OPENED_QUOTE) != 0)
		html_write_border(page, false);
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

/*
 * Programs that send newsletters hide a line for the list of mails above all text and fill it up with characters of no width, so that nothing else
 * is shown there. That alone is nothing to suspect; it is not read either.
 */
static void
note_hidden(struct page *page, struct span s)
{
	static const char *const fillers[] = {"\xCD\x8F", "\xE2\x80\x8C", "\xE2\x80\x8B", "\xC2\xAD", "\xE2\x80\x87"};

	for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++)
		page->has_filler = page->has_filler || (s.n > 0 && memmem(s.p, s.n, fillers[i], strlen(fillers[i])) != NULL);
	if (!has_letters(s))
		return;
	if (page->out->n > 0)
		page->odd |= HTML_HIDDEN;
	else
		page->hides_on_top = true;
}

static void
on_characters(void *data, const xmlChar *text, int n)
{
	struct page *page = data;
	struct span s = {(const char *)text, n > 0 ? (size_t)n : 0};

	if (page->is_short || (page->flags & IN_DROPPED) != 0)
		return;
	if (is_visible(page))
		html_write_characters(page, s);
	else if (html_quote_level(page) == 0)
		note_hidden(page, s);
}

/* The text of style and script. */
static void
on_raw_text(void *data, const xmlChar *text, int n)
{
	struct page *page = data;

	if (page->is_style && n > 0)
		html_read_style_sheet(page, (struct span){(const char *)text, (size_t)n});
}

static void
drop_message(void *data, const char *text, ...)
{
	(void)data;
	(void)text;
}

static void
parse_html(struct page *page, const struct buf *html)
{
	htmlSAXHandler handler = {.startElement = on_start,
	    .endElement = on_end,
	    .characters = on_characters,
	    .ignorableWhitespace = on_characters,
	    .cdataBlock = on_raw_text, /* without it, script and style are text */
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
	struct buf prepared = BUF_MAX(HTML_MAX + 10), text = BUF_MAX(MESSAGE_MAX_TEXT);
	struct page page = {.out = &text};

	if (html.n > HTML_MAX) {
		html.n = HTML_MAX;
		while (html.n > 0 && ((unsigned char)html.p[html.n] & 0xC0) == 0x80)
			html.n--;
		page.odd |= HTML_CUT;
	}
	/* Text outside of any element would be put into a paragraph by the parser. */
	if (!message_holds(html, "<html") && !message_holds(html, "<body") && !message_holds(html, "<head"))
		buf_add_text(&prepared, "<body>");
	html_add_without_comments(&prepared, html);
	if (prepared.n > 0)
		parse_html(&page, &prepared);
	html_close_struck(&page);
	if (page.hides_on_top && !page.has_filler)
		page.odd |= HTML_HIDDEN;
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

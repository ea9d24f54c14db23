/*
 * message_html_style.c - what attributes and style sheets say about text: hidden, struck, quoted
 *
 * Not a browser: what is looked for is what mail programs write, and the common ways to hide words from the reader of a mail.
 */
#include "message_html_inner.h"

#include <ctype.h>
#include <stdlib.h>

const char *
html_attribute(const xmlChar **list, const char *name)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i += 2)
		if (strcasecmp((const char *)list[i], name) == 0)
			return list[i + 1] != NULL ? (const char *)list[i + 1] : "";
	return NULL;
}

bool
html_has_class(const char *list, const char *name)
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

enum { NEARLY_WHITE = 0xF8, OUTSIDE = 300 };

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

static int
hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* White, or so near it that nobody sees the difference. Squeezed. */
static bool
is_white(const char *colour)
{
	size_t digits = 0;
	int r, g, b;

	if (colour == NULL)
		return false;
	if (strncmp(colour, "white", 5) == 0)
		return !isalpha((unsigned char)colour[5]); /* not whitesmoke */
	if (sscanf(colour, "rgb(%d,%d,%d)", &r, &g, &b) == 3)
		return r >= NEARLY_WHITE && g >= NEARLY_WHITE && b >= NEARLY_WHITE;
	if (colour[0] != '#')
		return false;
	while (hex_digit(colour[1 + digits]) >= 0)
		digits++;
	if (digits == 3)
		return strncmp(colour, "#fff", 4) == 0;
	for (size_t i = 0; i < 6 && digits == 6; i += 2)
		if (hex_digit(colour[1 + i]) * 16 + hex_digit(colour[2 + i]) < NEARLY_WHITE)
			return false;
	return digits == 6;
}

/* "left:-9999px": so far outside that nobody scrolls there. */
static bool
is_far_outside(const char *style)
{
	static const char *const places[] = {"left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top"};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		const char *value = style_value(style, places[i]);

		if (value != NULL && value[0] == '-' && strtod(value, NULL) <= -OUTSIDE)
			return true;
	}
	return false;
}

/* Letters of a pixel or two. */
static bool
is_tiny(const char *size)
{
	char *end;
	double n;

	if (size == NULL || !isdigit((unsigned char)*size))
		return false;
	n = strtod(size, &end);
	return n <= 2.0 && (strncmp(end, "px", 2) == 0 || strncmp(end, "pt", 2) == 0);
}

static bool
starts_with(const char *value, const char *start)
{
	return value != NULL && strncmp(value, start, strlen(start)) == 0;
}

static bool
is_style_hidden(const char *style)
{
	const char *letters = style_value(style, "color");
	bool is_cut = starts_with(style_value(style, "overflow"), "hidden");

	if (starts_with(style_value(style, "display"), "none") || starts_with(style_value(style, "visibility"), "hidden") ||
	    starts_with(style_value(style, "visibility"), "collapse") || starts_with(style_value(style, "mso-hide"), "all"))
		return true;
	if (starts_with(letters, "transparent") || (starts_with(letters, "rgba(") && strstr(letters, ",0)") != NULL))
		return true;
	if (starts_with(style_value(style, "clip"), "rect(0") || starts_with(style_value(style, "transform"), "scale(0)") ||
	    starts_with(style_value(style, "clip-path"), "inset(100%"))
		return true;
	if (is_cut && (is_zero(style_value(style, "height")) || is_zero(style_value(style, "width")) || is_zero(style_value(style, "max-width"))))
		return true;
	return is_far_outside(style) || is_tiny(style_value(style, "font-size")) || is_zero(style_value(style, "font-size")) ||
	    is_zero(style_value(style, "opacity")) || is_zero(style_value(style, "max-height"));
}

/* Colours: only "white on nothing else" is told. */
static unsigned
colour_flags(unsigned flags, const char *style, const xmlChar **attributes)
{
	char squeezed[STYLE_MAX];
	const char *ground = style_value(style, "background-color"), *letters = style_value(style, "color");

	if (ground == NULL)
		ground = style_value(style, "background");
	if (ground == NULL && html_attribute(attributes, "bgcolor") != NULL) {
		squeeze(squeezed, html_attribute(attributes, "bgcolor"));
		ground = squeezed;
	}
	if (ground != NULL && strncmp(ground, "none", 4) != 0 && strncmp(ground, "transparent", 11) != 0)
		flags = is_white(ground) ? flags & ~(unsigned)IN_COLOURED : flags | IN_COLOURED;
	if (letters == NULL && html_attribute(attributes, "color") != NULL) {
		squeeze(squeezed, html_attribute(attributes, "color"));
		letters = squeezed;
	}
	if (letters != NULL && ground != NULL && letters != squeezed && ground != squeezed && strcspn(letters, ";!") == strcspn(ground, ";!") &&
	    strncmp(letters, ground, strcspn(letters, ";!")) == 0)
		flags |= IN_HIDDEN; /* black on black */
	if (letters != NULL)
		flags = is_white(letters) ? flags | IN_WHITE : flags & ~(unsigned)IN_WHITE;
	return flags;
}

/* ---- style sheets ---- */

/* Keeps ".name", "tag.name" and "#name"; selectors with more in them are not read. */
static void
hide_selector(struct page *page, struct span selector)
{
	const char *mark = NULL;

	selector = span_trim(selector);
	for (size_t i = 0; i < selector.n; i++) {
		char c = selector.p[i];

		if ((c == '.' || c == '#') && mark == NULL)
			mark = selector.p + i;
		else if (!isalnum((unsigned char)c) && c != '-' && c != '_')
			return;
	}
	if (mark == NULL || page->hidden_count == HIDDEN_NAMES_MAX)
		return;
	selector.n -= (size_t)(mark - selector.p);
	if (selector.n < sizeof page->hidden[0])
		snprintf(page->hidden[page->hidden_count++], sizeof page->hidden[0], "%.*s", (int)selector.n, mark);
}

static void
read_rule(struct page *page, struct span selectors, struct span body)
{
	char text[STYLE_MAX], style[STYLE_MAX];
	size_t start = 0;

	snprintf(text, sizeof text, "%.*s", (int)(body.n < STYLE_MAX ? body.n : STYLE_MAX - 1), body.p);
	squeeze(style, text);
	if (!is_style_hidden(style))
		return;
	for (size_t i = 0; i <= selectors.n; i++)
		if (i == selectors.n || selectors.p[i] == ',') {
			hide_selector(page, (struct span){selectors.p + start, i - start});
			start = i + 1;
		}
}

/* Rules at the top level; those inside @media hold on some screens only. */
void
html_read_style_sheet(struct page *page, struct span sheet)
{
	size_t start = 0, open = 0;
	int depth = 0;

	for (size_t i = 0; i < sheet.n; i++) {
		if (sheet.p[i] == '/' && i + 1 < sheet.n && sheet.p[i + 1] == '*') {
			const char *end = memmem(sheet.p + i + 2, sheet.n - i - 2, "*/", 2);

			if (end == NULL)
				return;
			i = (size_t)(end + 1 - sheet.p);
			start = depth == 0 ? i + 1 : start;
		} else if (sheet.p[i] == '{') {
			open = depth++ == 0 ? i : open;
		} else if (sheet.p[i] == '}' && depth > 0 && --depth == 0) {
			struct span selectors = span_trim((struct span){sheet.p + start, open - start});

			if (span_starts(selectors, "<!--"))
				selectors = (struct span){selectors.p + 4, selectors.n - 4};
			if (!span_starts(selectors, "@"))
				read_rule(page, selectors, (struct span){sheet.p + open + 1, i - open - 1});
			start = i + 1;
		}
	}
}

static bool
is_hidden_by_sheet(const struct page *page, const xmlChar **attributes)
{
	const char *class = html_attribute(attributes, "class"), *id = html_attribute(attributes, "id");

	for (size_t i = 0; i < page->hidden_count; i++) {
		const char *name = page->hidden[i] + 1;

		if (page->hidden[i][0] == '.' ? html_has_class(class, name) : id != NULL && strcmp(id, name) == 0)
			return true;
	}
	return false;
}

unsigned
html_style_flags(const struct page *page, unsigned flags, const char *name, const xmlChar **attributes)
{
	char style[STYLE_MAX];
	const char *value;

	squeeze(style, html_attribute(attributes, "style"));
	if (is_style_hidden(style) || html_attribute(attributes, "hidden") != NULL || is_hidden_by_sheet(page, attributes))
		flags |= IN_HIDDEN;
	flags = colour_flags(flags, style, attributes);
	value = style_value(style, "text-decoration");
	if (value == NULL)
		value = style_value(style, "text-decoration-line");
	if ((value != NULL && memmem(value, strcspn(value, ";"), "line-through", 12) != NULL) || strcmp(name, "s") == 0 ||
	    strcmp(name, "strike") == 0 || strcmp(name, "del") == 0)
		flags |= IN_STRUCK;
	value = style_value(style, "white-space");
	if (strcmp(name, "pre") == 0 || (value != NULL && strncmp(value, "pre", 3) == 0))
		flags |= IN_PRE;
	return flags;
}

/*
 * Whether this element holds a quoted mail. Gmail's div.gmail_quote is not taken: it also holds what a customer writes between the quoted pieces; the
 * blockquotes in it are.
 */
bool
html_is_quote(const char *name, const xmlChar **attributes)
{
	const char *class = html_attribute(attributes, "class"), *id = html_attribute(attributes, "id");

	if (strcmp(name, "blockquote") == 0)
		return true;
	if (html_has_class(class, "yahoo_quoted") || html_has_class(class, "protonmail_quote"))
		return true;
	return id != NULL && (strcmp(id, "OLK_SRC_BODY_SECTION") == 0 || strcmp(id, "mail-editor-reference-message-container") == 0);
}

/* Outlook puts the quoted mail behind a block with From, Sent, To and Subject, not into an element. */
bool
html_starts_quote_to_end(const xmlChar **attributes)
{
	const char *id = html_attribute(attributes, "id"), *class = html_attribute(attributes, "class");
	char style[STYLE_MAX];

	if (id != NULL && (strcmp(id, "divRplyFwdMsg") == 0 || strcmp(id, "stopSpelling") == 0))
		return true;
	if (html_has_class(class, "OutlookMessageHeader"))
		return true;
	squeeze(style, html_attribute(attributes, "style"));
	return strstr(style, "border-top:solid#") != NULL && strstr(style, "padding:3.0pt0") != NULL;
}

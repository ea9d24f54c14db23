/*
 * template.c - reads a Mustache template into a list of nodes. The hard part is the specification's rule that a section tag, comment, partial or
 * change of delimiters that stands alone on its line takes the whole line with it.
 */
#include "template_inner.h"

#include <stdlib.h>
#include <string.h>

struct parser {
	struct template *made;
	struct span text; /* all of it */
	size_t at;	  /* what lies before is read */
	unsigned line;	  /* of at */
	struct span open, close; /* the delimiters in force */
	size_t section[TEMPLATE_SECTIONS_MAX]; /* nodes of the sections that are open */
	size_t depth;
	struct why *why;
};

/* One tag, taken out of its delimiters. */
struct tag {
	char sigil;	   /* one of # ^ / > ! = & { or NUL for a plain name */
	struct span inner; /* trimmed, without the sigil */
	size_t from, to;   /* with delimiters, in the text */
	unsigned line;
};

static enum fault
add_node(struct parser *p, struct node node)
{
	struct template *t = p->made;

	if (t->count == t->room) {
		size_t room = t->room != 0 ? t->room * 2 : 16;
		struct node *more = reallocarray(t->node, room, sizeof *more);

		if (more == NULL)
			return why_set(p->why, FAULT_STOP, "out of memory for the template %s", t->name);
		t->node = more;
		t->room = room;
	}
	t->node[t->count++] = node;
	return FAULT_NONE;
}

static enum fault
add_text(struct parser *p, size_t from, size_t to)
{
	if (from >= to)
		return FAULT_NONE;
	return add_node(p, (struct node){.kind = NODE_TEXT, .line = p->line, .text = {p->text.p + from, to - from}});
}

/* Where the words are found at or after from; the end of the text when they are not. */
static size_t
find(const struct parser *p, size_t from, struct span words)
{
	const char *found = memmem(p->text.p + from, p->text.n - from, words.p, words.n);

	return found != NULL ? (size_t)(found - p->text.p) : p->text.n;
}

static unsigned
count_lines(const struct parser *p, size_t from, size_t to)
{
	unsigned count = 0;

	while (from < to)
		count += p->text.p[from++] == '\n';
	return count;
}

/* Reads the tag that starts at from. Three kinds repeat a sign of theirs before the closing delimiter: {{{a}}} and {{=a b=}}. */
static enum fault
read_tag(const struct parser *p, size_t from, struct tag *tag)
{
	size_t inner = from + p->open.n, end;
	char doubled;

	*tag = (struct tag){.from = from, .line = p->line + count_lines(p, p->at, from)};
	while (inner < p->text.n && (p->text.p[inner] == ' ' || p->text.p[inner] == '\t'))
		inner++;
	if (inner < p->text.n && p->text.p[inner] != '\0' && strchr("#^/>!=&{", p->text.p[inner]) != NULL)
		tag->sigil = p->text.p[inner++];
	doubled = tag->sigil == '{' ? '}' : tag->sigil == '=' ? '=' : '\0';
	end = find(p, inner, p->close);
	while (doubled != '\0' && end < p->text.n && (end == inner || p->text.p[end - 1] != doubled))
		end = find(p, end + 1, p->close);
	if (end >= p->text.n)
		return why_set(p->why, FAULT_SETUP, "%s:%u: the tag is not closed", p->made->name, tag->line);
	tag->to = end + p->close.n;
	tag->inner = span_trim((struct span){p->text.p + inner, end - inner - (doubled != '\0')});
	if (tag->inner.n == 0 && tag->sigil != '!')
		return why_set(p->why, FAULT_SETUP, "%s:%u: the tag is empty", p->made->name, tag->line);
	return FAULT_NONE;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* True when nothing but blanks stands beside the tag on its line (or lines); then *from and *to are the borders of the line, with its end. */
static bool
stands_alone(const struct parser *p, const struct tag *tag, size_t *from, size_t *to)
{
	size_t left = tag->from, right = tag->to;

	if (tag->sigil == '\0' || tag->sigil == '&' || tag->sigil == '{')
		return false;
	while (left > 0 && is_blank(p->text.p[left - 1]))
		left--;
	if (left > 0 && p->text.p[left - 1] != '\n')
		return false;
	while (right < p->text.n && is_blank(p->text.p[right]))
		right++;
	if (right + 1 < p->text.n && p->text.p[right] == '\r' && p->text.p[right + 1] == '\n')
		right++;
	if (right < p->text.n && p->text.p[right++] != '\n')
		return false;
	*from = left;
	*to = right;
	return true;
}

static enum fault
open_section(struct parser *p, const struct tag *tag)
{
	enum node_kind kind = tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED;

	if (p->depth == TEMPLATE_SECTIONS_MAX)
		return why_set(p->why, FAULT_SETUP, "%s:%u: more than %d sections are nested", p->made->name, tag->line,
		    TEMPLATE_SECTIONS_MAX);
	p->section[p->depth++] = p->made->count;
	return add_node(p, (struct node){.kind = kind, .line = tag->line, .text = tag->inner});
}

static enum fault
close_section(struct parser *p, const struct tag *tag)
{
	struct node *node;

	if (p->depth == 0)
		return why_set(p->why, FAULT_SETUP, "%s:%u: no section is open that \"%.*s\" could close", p->made->name, tag->line,
		    (int)tag->inner.n, tag->inner.p);
	node = &p->made->node[p->section[--p->depth]];
	if (tag->inner.n != node->text.n || memcmp(tag->inner.p, node->text.p, node->text.n) != 0)
		return why_set(p->why, FAULT_SETUP, "%s:%u: \"%.*s\" closes the section \"%.*s\" of line %u", p->made->name, tag->line,
		    (int)tag->inner.n, tag->inner.p, (int)node->text.n, node->text.p, node->line);
	node->end = p->made->count;
	return FAULT_NONE;
}

/* "{{=<% %>=}}": two words without blanks and equals signs. */
static enum fault
set_delimiters(struct parser *p, const struct tag *tag)
{
	struct span open = tag->inner, close = tag->inner;

	while (close.n > 0 && !is_blank(*close.p) && *close.p != '\n' && *close.p != '\r') {
		close.p++;
		close.n--;
	}
	open.n -= close.n;
	close = span_trim(close);
	if (close.n == 0 || memchr(tag->inner.p, '=', tag->inner.n) != NULL || memchr(close.p, ' ', close.n) != NULL ||
	    memchr(close.p, '\t', close.n) != NULL || memchr(close.p, '\n', close.n) != NULL)
		return why_set(p->why, FAULT_SETUP, "%s:%u: \"%.*s\" is not a pair of delimiters", p->made->name, tag->line,
		    (int)tag->inner.n, tag->inner.p);
	p->open = open;
	p->close = close;
	return FAULT_NONE;
}

static enum fault
add_tag(struct parser *p, const struct tag *tag, struct span indent)
{
	struct node node = {.line = tag->line, .text = tag->inner};

	switch (tag->sigil) {
	case '#':
	case '^':
		return open_section(p, tag);
	case '/':
		return close_section(p, tag);
	case '=':
		return set_delimiters(p, tag);
	case '!':
		return FAULT_NONE;
	case '>':
		node.kind = NODE_PARTIAL;
		node.indent = indent;
		return add_node(p, node);
	case '&':
	case '{':
		node.kind = NODE_UNESCAPED;
		return add_node(p, node);
	default:
		node.kind = NODE_ESCAPED;
		return add_node(p, node);
	}
}

static enum fault
parse_all(struct parser *p)
{
	enum fault fault = FAULT_NONE;

	while (fault == FAULT_NONE) {
		size_t from = find(p, p->at, p->open), to;
		struct span indent = {0};
		struct tag tag;

		if (from == p->text.n)
			break;
		fault = read_tag(p, from, &tag);
		if (fault != FAULT_NONE)
			break;
		to = tag.to;
		if (stands_alone(p, &tag, &from, &to))
			indent = (struct span){p->text.p + from, tag.from - from};
		fault = add_text(p, p->at, from);
		if (fault == FAULT_NONE)
			fault = add_tag(p, &tag, indent);
		p->line += count_lines(p, p->at, to);
		p->at = to;
	}
	if (fault == FAULT_NONE)
		fault = add_text(p, p->at, p->text.n);
	if (fault == FAULT_NONE && p->depth > 0) {
		const struct node *node = &p->made->node[p->section[p->depth - 1]];

		fault = why_set(p->why, FAULT_SETUP, "%s:%u: the section \"%.*s\" is not closed", p->made->name, node->line,
		    (int)node->text.n, node->text.p);
	}
	return fault;
}

enum fault
template_parse(struct template **out, const char *name, unsigned line, struct span text, enum template_escape escape, struct why *why)
{
	struct parser parser = {.line = line, .open = span_of("{{"), .close = span_of("}}"), .why = why};
	struct template *made = calloc(1, sizeof *made);
	enum fault fault;

	if (made != NULL) {
		made->escape = escape;
		made->name = strdup(name);
		made->text = malloc(text.n + 1);
	}
	if (made == NULL || made->name == NULL || made->text == NULL) {
		template_free(made);
		return why_set(why, FAULT_STOP, "out of memory for the template %s", name);
	}
	if (text.n > 0)
		memcpy(made->text, text.p, text.n);
	made->text[text.n] = '\0';
	parser.made = made;
	parser.text = (struct span){made->text, text.n};
	fault = parse_all(&parser);
	if (fault == FAULT_NONE)
		*out = made;
	else
		template_free(made);
	return fault;
}

void
template_free(struct template *template)
{
	if (template == NULL)
		return;
	free(template->name);
	free(template->text);
	free(template->node);
	free(template);
}

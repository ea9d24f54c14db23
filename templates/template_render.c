/*
 * template_render.c - fills a template with data. Recursion is as deep as sections and partials are nested, and both are
 * limited; so is the work as a whole, because a partial that includes itself twice doubles at each level.
 */
#include "template_inner.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PARTIALS_MAX = 50,	    /* nested */
	PARTIAL_TEXT_MAX = 1 << 22, /* bytes of a partial, with its indentation */
	PARTIAL_WORK = 1000,	    /* what finding a partial costs, beside its bytes */
	WORK_MAX = 10000000	    /* nodes, turns and bytes of partials */
};

struct render {
	const struct template_options *options;
	const json_t *stack[TEMPLATE_SECTIONS_MAX + 1]; /* contexts, the innermost last */
	size_t depth;					/* of the stack */
	size_t sections, partials;			/* that are open */
	size_t work;
	struct buf *out;
	struct why *why;
};

static enum fault render_nodes(struct render *r, const struct template *t, size_t from, size_t to);

static enum fault
complain(const struct render *r, const struct template *t, const struct node *node, const char *problem)
{
	return why_set(r->why, FAULT_SETUP, "%s:%u: %s %.*s", t->name, node->line, problem, (int)node->text.n, node->text.p);
}

/*
 * The value of a name; NULL when the data have none. The first part of a dotted name is looked for from the innermost context
 * outwards; the rest must be inside of what was found.
 */
static const json_t *
look_up(const struct render *r, struct span name)
{
	const char *dot = name.n > 1 ? memchr(name.p, '.', name.n) : NULL;
	size_t first = dot != NULL ? (size_t)(dot - name.p) : name.n;
	const json_t *value = NULL;

	if (span_is(name, "."))
		return r->stack[r->depth - 1];
	for (size_t i = r->depth; i > 0 && value == NULL; i--)
		value = json_object_getn(r->stack[i - 1], name.p, first);
	while (value != NULL && dot != NULL) {
		name.n -= (size_t)(dot + 1 - name.p);
		name.p = dot + 1;
		dot = memchr(name.p, '.', name.n);
		value = json_object_getn(value, name.p, dot != NULL ? (size_t)(dot - name.p) : name.n);
	}
	return value;
}

/* An empty text hides its section too, as in the original implementations: letters say {{#note}}…{{/note}}. */
static bool
is_true(const json_t *value)
{
	return value != NULL && !json_is_null(value) && !json_is_false(value) && !(json_is_array(value) && json_array_size(value) == 0) &&
	    !(json_is_string(value) && json_string_length(value) == 0);
}

static void
add_escaped(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '&':
			buf_add_text(out, "&amp;");
			break;
		case '<':
			buf_add_text(out, "&lt;");
			break;
		case '>':
			buf_add_text(out, "&gt;");
			break;
		case '"':
			buf_add_text(out, "&quot;");
			break;
		case '\'':
			buf_add_text(out, "&#39;");
			break;
		default:
			buf_add_char(out, text.p[i]);
		}
	}
}

/* The shortest digits that give the same number again, with a point in every locale. */
static void
add_real(struct buf *out, double number)
{
	const char *point = localeconv()->decimal_point, *found;
	char text[64];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	found = strstr(text, point);
	if (found == NULL) {
		buf_add_text(out, text);
		return;
	}
	buf_add(out, text, (size_t)(found - text));
	buf_add_char(out, '.');
	buf_add_text(out, found + strlen(point));
}

static enum fault
render_value(struct render *r, const struct template *t, const struct node *node)
{
	const json_t *value = look_up(r, node->text);
	struct span text;

	if (value == NULL)
		return r->options->strict ? complain(r, t, node, "unknown name") : FAULT_NONE;
	switch (json_typeof(value)) {
	case JSON_STRING:
		text = (struct span){json_string_value(value), json_string_length(value)};
		if (node->kind == NODE_ESCAPED && t->escape == TEMPLATE_HTML)
			add_escaped(r->out, text);
		else
			buf_add_span(r->out, text);
		return FAULT_NONE;
	case JSON_INTEGER:
		buf_addf(r->out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return FAULT_NONE;
	case JSON_REAL:
		add_real(r->out, json_real_value(value));
		return FAULT_NONE;
	case JSON_TRUE:
	case JSON_FALSE:
		buf_add_text(r->out, json_is_true(value) ? "true" : "false");
		return FAULT_NONE;
	case JSON_NULL:
		return FAULT_NONE;
	case JSON_OBJECT:
	case JSON_ARRAY:
		break;
	}
	return r->options->strict ? complain(r, t, node, "a list or an object cannot be shown:") : FAULT_NONE;
}

/* ---- sections ---- */

static enum fault
render_inside(struct render *r, const struct template *t, size_t section, const json_t *context)
{
	enum fault fault;

	r->work++; /* a turn of an empty section takes time too */
	r->stack[r->depth++] = context;
	fault = render_nodes(r, t, section + 1, t->node[section].end);
	r->depth--;
	return fault;
}

static enum fault
render_section(struct render *r, const struct template *t, size_t section)
{
	const struct node *node = &t->node[section];
	const json_t *value = look_up(r, node->text);
	enum fault fault = FAULT_NONE;

	if (value == NULL && r->options->strict)
		return complain(r, t, node, "unknown name");
	if (is_true(value) != (node->kind == NODE_SECTION))
		return FAULT_NONE;
	if (r->sections == TEMPLATE_SECTIONS_MAX)
		return complain(r, t, node, "too many sections are nested at");
	r->sections++;
	if (node->kind == NODE_INVERTED)
		fault = render_nodes(r, t, section + 1, node->end);
	else if (!json_is_array(value))
		fault = render_inside(r, t, section, value);
	else
		for (size_t i = 0; i < json_array_size(value) && fault == FAULT_NONE && !r->out->failed; i++)
			fault = render_inside(r, t, section, json_array_get(value, i));
	r->sections--;
	return fault;
}

/* ---- partials ---- */

/* Puts the indentation before every line: what stands in the partial, not what its values bring. */
static void
add_indented(struct buf *out, struct span text, struct span indent)
{
	while (text.n > 0 && !out->failed) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t line = end != NULL ? (size_t)(end + 1 - text.p) : text.n;

		buf_add_span(out, indent);
		buf_add(out, text.p, line);
		text.p += line;
		text.n -= line;
	}
}

static enum fault
render_partial_text(struct render *r, const struct template *t, const struct node *node, const char *name, const char *text)
{
	struct buf indented = BUF_MAX(PARTIAL_TEXT_MAX);
	struct template *partial = NULL;
	char title[128];
	enum fault fault;

	add_indented(&indented, span_of(text), node->indent);
	r->work += PARTIAL_WORK + indented.n;
	fault = buf_fault(&indented, r->why, "the partial");
	if (fault == FAULT_ITEM)
		fault = FAULT_SETUP;
	if (fault != FAULT_NONE)
		goto out;
	snprintf(title, sizeof title, "partial %s", name);
	fault = template_parse(&partial, title, 1, buf_span(&indented), t->escape, r->why);
	if (fault != FAULT_NONE)
		goto out;
	r->partials++;
	fault = render_nodes(r, partial, 0, partial->count);
	r->partials--;
out:
	template_free(partial);
	buf_release(&indented);
	if (fault != FAULT_NONE && r->partials == 0)
		why_before(r->why, fault, "%s:%u", t->name, node->line);
	return fault;
}

static enum fault
render_partial(struct render *r, const struct template *t, const struct node *node)
{
	char *name = NULL, *text = NULL;
	enum fault fault = FAULT_NONE;

	if (r->partials == PARTIALS_MAX)
		return complain(r, t, node, "too many partials are nested at");
	name = strndup(node->text.p, node->text.n);
	if (name == NULL)
		return why_set(r->why, FAULT_STOP, "out of memory for a partial");
	if (r->options->partial != NULL && r->options->partial(name, &text, r->options->data))
		fault = render_partial_text(r, t, node, name, text);
	else if (r->options->strict)
		fault = complain(r, t, node, "there is no partial");
	free(text);
	free(name);
	return fault;
}

static enum fault
render_nodes(struct render *r, const struct template *t, size_t from, size_t to)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = from; i < to && fault == FAULT_NONE && !r->out->failed; i++) {
		const struct node *node = &t->node[i];

		if (++r->work > WORK_MAX)
			return complain(r, t, node, "rendering takes too long, seen at");
		switch (node->kind) {
		case NODE_TEXT:
			buf_add_span(r->out, node->text);
			break;
		case NODE_ESCAPED:
		case NODE_UNESCAPED:
			fault = render_value(r, t, node);
			break;
		case NODE_SECTION:
		case NODE_INVERTED:
			fault = render_section(r, t, i);
			i = node->end - 1;
			break;
		case NODE_PARTIAL:
			fault = render_partial(r, t, node);
			break;
		}
	}
	return fault;
}

enum fault
template_render(const struct template *template, const json_t *data, const struct template_options *options, struct buf *out,
    struct why *why)
{
	static const struct template_options none;
	struct render render = {.options = options != NULL ? options : &none, .stack = {data}, .depth = 1, .out = out, .why = why};
	enum fault fault = render_nodes(&render, template, 0, template->count);

	return fault != FAULT_NONE ? fault : buf_fault(out, why, template->name);
}

/*
 * template_inner.h - a parsed template, shared by template.c (makes it) and template_render.c (follows it)
 *
 * The nodes stand in the order of the text. A section's node knows the index behind its last inner node, so that rendering walks index
 * ranges and needs no tree.
 */
#ifndef TEMPLATES_TEMPLATE_INNER_H
#define TEMPLATES_TEMPLATE_INNER_H

#include "template.h"

enum { TEMPLATE_SECTIONS_MAX = 100 }; /* nested, over all partials together; also the depth of the context stack */

enum node_kind {
	NODE_TEXT,
	NODE_ESCAPED,	/* {{name}} */
	NODE_UNESCAPED, /* {{{name}}} and {{&name}} */
	NODE_SECTION,	/* {{#name}} */
	NODE_INVERTED,	/* {{^name}} */
	NODE_PARTIAL	/* {{>name}} */
};

struct node {
	enum node_kind kind;
	unsigned line;	    /* in the file */
	struct span text;   /* what stands there, or the name; borrowed from the template's text */
	struct span indent; /* of a partial that stands alone on its line */
	size_t end;	    /* of a section: the index behind its last inner node */
};

struct template {
	char *name; /* owned; for messages */
	char *text; /* owned; spans point into it */
	enum template_escape escape;
	struct node *node; /* owned */
	size_t count, room;
};

#endif

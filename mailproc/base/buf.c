/* buf.c - growth by doubling; the maximum is checked before memory is asked for. */
#include "buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
make_room(struct buf *b, size_t more)
{
	size_t want, room;
	char *p;

	if (b->failed)
		return false;
	if (more > b->max || b->n > b->max - more) {
		b->failed = b->too_large = true;
		return false;
	}
	want = b->n + more + 1;
	if (want == 0 || want > SIZE_MAX / 2) { /* doubling would run over */
		b->failed = true;
		return false;
	}
	if (want <= b->room)
		return true;
	room = b->room != 0 ? b->room : 64;
	while (room < want)
		room *= 2;
	p = realloc(b->p, room);
	if (p == NULL) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->room = room;
	return true;
}

void
buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (!make_room(b, n))
		return;
	if (n > 0)
		memcpy(b->p + b->n, bytes, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_add_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void
buf_add_span(struct buf *b, struct span s)
{
	buf_add(b, s.p, s.n);
}

void
buf_add_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_add_code(struct buf *b, unsigned code)
{
	char u[4];
	size_t n = 0;

	if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		code = 0xFFFD;
	if (code < 0x80) {
		u[n++] = (char)code;
	} else if (code < 0x800) {
		u[n++] = (char)(0xC0 | code >> 6);
		u[n++] = (char)(0x80 | (code & 0x3F));
	} else if (code < 0x10000) {
		u[n++] = (char)(0xE0 | code >> 12);
		u[n++] = (char)(0x80 | (code >> 6 & 0x3F));
		u[n++] = (char)(0x80 | (code & 0x3F));
	} else {
		u[n++] = (char)(0xF0 | code >> 18);
		u[n++] = (char)(0x80 | (code >> 12 & 0x3F));
		u[n++] = (char)(0x80 | (code >> 6 & 0x3F));
		u[n++] = (char)(0x80 | (code & 0x3F));
	}
	buf_add(b, u, n);
}

void
buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if (!make_room(b, (size_t)n))
		return;
	va_start(args, format);
	vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
	va_end(args);
	b->n += (size_t)n;
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = b->too_large = false;
	if (b->p != NULL)
		b->p[0] = '\0';
}

void
buf_release(struct buf *b)
{
	free(b->p);
	*b = (struct buf){.max = b->max};
}

enum fault
buf_fault(const struct buf *b, struct why *why, const char *what)
{
	if (!b->failed)
		return FAULT_NONE;
	if (b->too_large)
		return why_set(why, FAULT_ITEM, "%s is larger than %zu bytes", what, b->max);
	return why_set(why, FAULT_STOP, "out of memory for %s", what);
}

char *
buf_take(struct buf *b)
{
	char *p;

	if (b->n == 0)
		buf_add(b, "", 0);
	p = b->failed ? NULL : b->p;
	if (p != NULL)
		b->p = NULL;
	buf_release(b);
	return p;
}

const char *
buf_text(const struct buf *b)
{
	return b->p != NULL ? b->p : "";
}

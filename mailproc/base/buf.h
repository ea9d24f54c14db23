/*
 * buf.h - text that grows up to a stated maximum
 *
 * Every buffer states how large it may become, because what fills it is mostly foreign mail. Adding
 * never fails by itself: the first addition that does not fit, or for which memory is short, sets
 * `failed`, and everything after it is dropped. Look at buf_fault() once, when the text is complete.
 *
 * Invariants: p is never NULL after the first addition and always closed by a NUL that n does not count.
 * Lifetime:   the buffer owns p; buf_release() may run on a zeroed buffer, and twice.
 */
#ifndef MAILPROC_BUF_H
#define MAILPROC_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "fault.h"
#include "span.h"

struct buf {
	char *p;	/* owned; NULL while nothing was added */
	size_t n;	/* bytes used */
	size_t room;	/* bytes allocated */
	size_t max;	/* bytes that n may reach */
	bool failed;	/* something was dropped */
	bool too_large; /* it was dropped because of max, not for want of memory */
};

#define BUF_MAX(bytes) ((struct buf){.max = (bytes)})

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_add_text(struct buf *b, const char *text);
void buf_add_span(struct buf *b, struct span s);
void buf_add_char(struct buf *b, char c);
void buf_add_code(struct buf *b, unsigned code_point); /* as UTF-8 */
void buf_addf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_clear(struct buf *b); /* empty again, memory kept */
void buf_release(struct buf *b);

/* FAULT_NONE; FAULT_ITEM when the maximum was reached; FAULT_STOP when memory was short. */
MUST_USE enum fault buf_fault(const struct buf *b, struct why *why, const char *what);

/* Hands the text over to the caller, who frees it; the buffer is empty after. NULL if it failed. */
char *buf_take(struct buf *b);

/* The text so far, "" if none: borrowed until the next addition. */
const char *buf_text(const struct buf *b);

static inline struct span
buf_span(const struct buf *b)
{
	return (struct span){b->p, b->n};
}

#endif

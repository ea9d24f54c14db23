/* nearest.h - what somebody meant who mistyped a word */
#ifndef MAILPROC_NEAREST_H
#define MAILPROC_NEAREST_H

#include <stddef.h>

/* Keeps the nearest word seen so far: start with {typed}, show it every word, then read word (borrowed; NULL: none is near). */
struct nearest {
	const char *typed;
	const char *word;
	size_t distance;
};

void nearest_try(struct nearest *nearest, const char *word);

#endif

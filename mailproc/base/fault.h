/*
 * fault.h - the one way to fail
 *
 * A fault says what has to happen next, not what went wrong; the cause is text for people in struct
 * why. Answers are not faults: "no more mail" or "the customer's words are unclear" are values.
 *
 * Lifetime:   struct why is a plain value without allocation; a zeroed one is empty.
 * Invariants: when a function returns FAULT_NONE its why is unchanged.
 */
#ifndef MAILPROC_FAULT_H
#define MAILPROC_FAULT_H

#if defined(__GNUC__)
#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text_at, first) __attribute__((format(printf, text_at, first)))
#else
#define MUST_USE
#define PRINTF_LIKE(text_at, first)
#endif

enum fault {
	FAULT_NONE = 0, /* done */
	FAULT_LATER,	/* busy or not yet: leave it, the next run tries again (exit status 75) */
	FAULT_AWAY,	/* a server cannot be reached or refused us: the next run tries again (69) */
	FAULT_ITEM,	/* this mail, letter or file is unusable: park it for a person, go on (65) */
	FAULT_SETUP,	/* the operator has to change something: end the run (78) */
	FAULT_STOP	/* memory, disk, or an error of our own: end at once (70) */
};

enum { WHY_MAX = 1024 }; /* bytes, with the closing NUL; longer text is cut at a character border */

struct why {
	char text[WHY_MAX]; /* one line of UTF-8 for people, without a closing full stop */
};

/* Writes the cause into why (NULL: it is dropped) and returns fault, so that it can be returned in one line. */
enum fault why_set(struct why *why, enum fault fault, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "TEXT: " before the cause that why holds already, and returns fault. */
enum fault why_before(struct why *why, enum fault fault, const char *format, ...) PRINTF_LIKE(3, 4);

/* The exit status, from sysexits.h, that a command ends with on this fault. */
int fault_exit_status(enum fault fault);

#endif

/*
 * program.h - a command of the operator's: its input, its output, its end
 *
 * The command is a line for sh(1), from mailproc.conf only; what customers wrote reaches it as input and never as a part of the line. It runs in a
 * process group of its own and has a deadline: one that hangs is ended with its children; one that leaves a child behind which keeps the output open
 * (gpg-agent does) is not waited for.
 *
 * Faults: FAULT_STOP when the system gives no pipe, memory or process. How the command ended is an answer, not a fault.
 */
#ifndef MAILPROC_PROGRAM_H
#define MAILPROC_PROGRAM_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"

struct program {
	const char *command; /* borrowed */
	struct span input;   /* borrowed; empty: there is none */
	int seconds;	     /* the deadline */
	bool keeps_errors;   /* its standard error belongs to the output; else it is ours */
};

struct program_end {
	bool in_time; /* false: it was ended, or it closed its output and went on */
	int status;   /* exit status; -1: a signal ended it */
	int signal;
};

/* Adds the output, up to the maximum of the buffer; what is more is read and dropped. */
MUST_USE enum fault program_run(const struct program *program, struct buf *out, struct program_end *end, struct why *why);

#endif

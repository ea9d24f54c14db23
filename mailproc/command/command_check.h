/* command_check.h - what the files of the command check share */
#ifndef MAILPROC_COMMAND_CHECK_H
#define MAILPROC_COMMAND_CHECK_H

#include "../command.h"

struct check {
	const struct config *config;
	int64_t now;
	int status; /* of the first part that failed */
};

/* Prints how a part went, at once, so that it stands after what was said about it on standard error. */
void check_tell(struct check *check, const char *part, enum fault fault, const struct why *why, const char *good);

/* ---- command_check_online.c ---- */

/* The servers; with probe, whether a mail to a sub-address arrives. */
void check_online(struct check *check, bool probe);

#endif

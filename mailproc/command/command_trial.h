/*
 * command_trial.h - a copy of the store to work on
 *
 * A dry run does everything a run does, on a copy beside the store (mode 0600), which is removed at the end. No other run can begin
 * meanwhile; staff commands can.
 */
#ifndef MAILPROC_COMMAND_TRIAL_H
#define MAILPROC_COMMAND_TRIAL_H

#include "../command.h"

struct trial {
	char *path; /* owned: the copy */
	int lock;   /* of the real store; -1: none */
};

/* Copies the store that is open and opens the copy in its place. trial_end() is due in any case, after command_close(). */
MUST_USE enum fault trial_begin(struct trial *trial, struct command_open *open, struct why *why);
void trial_end(struct trial *trial);

#endif

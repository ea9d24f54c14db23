/*
 * pipeline.h - one run: poll, look, due, send
 *
 * mailbox → message → reply → intent → renewal → outbox → smtp
 *
 * Each part can also be run alone. Only one run works at a time (a kernel lock on the store's lock file that dies with the
 * process): FAULT_LATER when another holds it. What a run did is printed by its caller and stored in `run`.
 */
#ifndef MAILPROC_PIPELINE_H
#define MAILPROC_PIPELINE_H

#include "outbox.h"
#include "reader.h"
#include "renewal.h"

enum pipeline_part { PIPELINE_POLL = 1, PIPELINE_DUE = 2, PIPELINE_SEND = 4, PIPELINE_ALL = 7 };

struct pipeline_counts {
	size_t fetched, outcome[message_outcome_count];
	size_t moved;
	struct due_counts due;
	struct outbox_counts outbox;
	size_t parked; /* things that newly wait for a person */
};

/* Runs these parts (bit set). dry_run: looks and tells, changes nothing. */
MUST_USE enum fault pipeline_run(struct business *business, struct reader_zygote *zygote, const char *command, unsigned parts,
    struct pipeline_counts *counts, struct why *why);

/* Takes the lock, tries it for at most wait_ms. The descriptor is closed to release it. */
MUST_USE enum fault pipeline_lock(const struct config *config, int *descriptor, struct why *why);

json_t *pipeline_counts_json(const struct pipeline_counts *counts); /* a new reference */

#endif

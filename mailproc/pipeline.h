/*
 * pipeline.h - one run: poll, look, due, send
 *
 * mailbox → message → reply → intent → renewal → outbox → smtp
 *
 * Looking at servers is never done in a trial. Each part can also be run alone. Only one run works at a time (a kernel lock on the store's lock file that dies with the
 * process): FAULT_LATER when another holds it. What a run did is printed by its caller and stored in `run`.
 */
#ifndef MAILPROC_PIPELINE_H
#define MAILPROC_PIPELINE_H

#include "billing.h"
#include "look.h"
#include "outbox.h"
#include "reader.h"
#include "renewal.h"

enum pipeline_part {
	PIPELINE_POLL = 1,
	PIPELINE_DUE = 2,
	PIPELINE_SEND = 4, /* the billing program first: letters wait for what it says */
	PIPELINE_LOOK = 16,
	PIPELINE_ALL = PIPELINE_POLL | PIPELINE_LOOK | PIPELINE_DUE | PIPELINE_SEND,
	PIPELINE_TRIAL = 8 /* nothing on a server changes: no mail is moved, no letter is sent (used on a copy of the store) */
};

enum {
	PIPELINE_BATCH = 100,	/* mails fetched, stored and moved together */
	PIPELINE_ATTEMPTS = 3	/* readings begun before a mail is quarantined unread: its run died each time */
};

struct pipeline_counts {
	size_t fetched;				/* mails that were new */
	size_t outcome[message_outcome_count];	/* what became of them, and of those an earlier run left */
	size_t moved;
	struct look_counts look;
	struct due_counts due;
	struct billing_counts billing;
	struct outbox_counts outbox;
	size_t parked; /* things that newly wait for a person */
};

/*
 * Runs these parts (bit set) under the lock. One source, mail or letter that fails does not stop the rest: the first fault
 * is returned when all the rest is done; FAULT_STOP ends at once. counts hold what was done in any case.
 */
MUST_USE enum fault pipeline_run(struct business *business, struct reader_zygote *zygote, const char *command, unsigned parts,
    struct pipeline_counts *counts, struct why *why);

/* One source: what an earlier run left, then everything new (pipeline_poll.c). */
MUST_USE enum fault pipeline_poll(struct business *business, struct reader_zygote *zygote, const struct config_source *source,
    bool is_trial, struct pipeline_counts *counts, struct why *why);

/* Takes the lock without waiting: *descriptor is closed to release it. */
MUST_USE enum fault pipeline_lock(const struct config *config, int *descriptor, struct why *why);

json_t *pipeline_counts_json(const struct pipeline_counts *counts); /* a new reference */

#endif

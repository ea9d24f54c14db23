/*
 * reader.h - reading foreign mail in processes that can do no harm
 *
 * At start, before any secret or store is opened, reader_start() forks the zygote: rules compiled, every character set converter opened. The
 * zygote forks one fresh reader per mail: seccomp lets it read, write, use memory and end; it has no descriptor but its pipe, and limits on memory, time and
 * files. Two steps in the same reader: raw bytes give a message; the parent finds which letter it answers and says what was asked; that
 * gives the intent. A reader that dies or is too slow costs that one mail.
 *
 * Lifetime:   reader_stop() ends the zygote; a zygote whose parent dies ends by itself.
 * Faults:     FAULT_SETUP: rules or converters (rule problems are told to problem); FAULT_ITEM: this mail killed its reader, was too slow or
 *             cannot be parsed, with the reason in words; FAULT_STOP: the zygote is gone.
 */
#ifndef MAILPROC_READER_H
#define MAILPROC_READER_H

#include "intent.h"
#include "message.h"

struct reader_zygote;
struct reading; /* one reader at work */

struct reader_limits {
	int seconds;	/* processor time; twice as much by the clock */
	int megabytes;	/* address space */
};

MUST_USE enum fault reader_start(struct reader_zygote **out, const char *rules_dir, const char *own_rules, const char *authserv_id,
    struct reader_limits limits, rule_problem *problem, void *data, struct why *why);
void reader_stop(struct reader_zygote *zygote); /* NULL is fine */

/*
 * Step one in two halves, so that the next mail can be read while this one is waited for. reader_begin() hands the mail over (raw is not needed after);
 * reader_take() waits for the message, and ends the reading on a fault.
 */
MUST_USE enum fault reader_begin(struct reader_zygote *zygote, struct span raw, struct reading **out, struct why *why);
MUST_USE enum fault reader_take(struct reading *reading, struct message *message, struct why *why);

/* Step one at once. *out is a reader that waits for step two; on a fault it is NULL. */
MUST_USE enum fault reader_read(struct reader_zygote *zygote, struct span raw, struct reading **out, struct message *message,
    struct why *why);
/* Step two: ends the reading in any case. *json is the intent as intent_to_json() gives it, with the reply; a new reference. */
MUST_USE enum fault reader_decide(struct reading *reading, const struct asked *asked, struct intent *intent, json_t **json,
    struct why *why);
void reading_end(struct reading *reading); /* instead of step two; NULL is fine */

#endif

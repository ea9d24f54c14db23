/*
 * alarm.h - what a person must look at now: standing alarms for status and monitoring
 *
 * In:    the numbers of store_view_status(), as JSON
 * Out:   one struct alarm for each kind, with the words for people where it stands
 *
 * Pure: the time is given, and nothing is looked at but the numbers.
 */
#ifndef MAILPROC_ALARM_H
#define MAILPROC_ALARM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "config.h"

/* name, the word for --json and --metrics, what it means */
#define ALARMS(X)                                                                             \
	X(ALARM_GUARD, "guard", "nothing is sent before staff allow it")                      \
	X(ALARM_OVERDUE, "overdue", "renewals whose day has passed and was not handled")      \
	X(ALARM_REVIEW, "review", "the oldest message has waited too long for staff")         \
	X(ALARM_POLL, "poll", "a mailbox has not been polled for too long")                   \
	X(ALARM_LETTERS, "letters", "letters are held, refused, or may have been lost")       \
	X(ALARM_SEEN, "seen", "what a server serves has waited too long for staff")            \
	X(ALARM_BILLING, "billing", "orders that the billing program refused or does not take") \
	X(ALARM_RUN, "run", "the last run failed or did not end")                             \
	X(ALARM_STORE, "store", "the store is damaged")

#define ALARM_NAME(name, word, meaning) name,
enum alarm_kind { ALARMS(ALARM_NAME) alarm_count };

struct alarm {
	bool stands;
	char text[512]; /* what exactly, for people */
};

const char *alarm_word(enum alarm_kind kind);
const char *alarm_meaning(enum alarm_kind kind);

/* All of them but ALARM_STORE, which needs more than numbers: its caller sets it. */
void alarms_find(struct alarm alarm[alarm_count], const json_t *status, const struct config *config, int64_t now);

#endif

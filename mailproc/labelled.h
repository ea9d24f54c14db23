/*
 * labelled.h - mails with the answer that a careful clerk gave
 *
 * A set is a folder of .eml files with labels.tsv (id, label, reason, certificate names with commas between, answers per certificate as JSON or null, letter that was
 * answered), or a .jsonl file with one reply a line (id, label, reason, subject, from, body, html, headers, certs, per_cert, answers), of which mails
 * are made. Staff's decisions are kept in such a folder (`mailproc review keep`), and `mailproc rules test` measures rules on it.
 *
 * Lifetime:   labelled_set_release() frees everything; it may run on a zeroed set.
 * Faults:     FAULT_ITEM with "FILE:LINE: …" for a set that cannot be read.
 */
#ifndef MAILPROC_LABELLED_H
#define MAILPROC_LABELLED_H

#include <jansson.h>

#include "intent.h"

/* What a clerk says: the verdicts, of which review means that a person has to look. */
struct labelled {
	char *id;
	enum verdict label;
	char *reason;	    /* why a person has to look; "" */
	struct asked asked; /* owned: names in the letter's order, and the letter that was answered */
	enum verdict *want; /* per certificate: renew, decline or review; owned, as many as asked has */
	char *mail;	    /* the raw mail; owned */
	size_t mail_len;
};

struct labelled_set {
	struct labelled *item; /* owned */
	size_t count;
};

MUST_USE enum fault labelled_set_load(struct labelled_set *out, const char *path, struct why *why);
void labelled_set_release(struct labelled_set *set);

/*
 * How a verdict compares with the label. An act is renew, decline or partial: nobody looks first.
 * flip: the opposite of what was said. wrong: acted where a clerk would have asked, or on what no person wrote. lost: a person's mail taken for
 * an automatic one. missed: a clear answer left to staff. noise: an automatic mail left to staff.
 */
#define LABELLED_RESULTS(X)                                                                        \
	X(RESULT_RIGHT, "right", "as the clerk says")                                              \
	X(RESULT_FLIP, "flip", "the opposite of what was said")                                    \
	X(RESULT_WRONG, "wrong", "acted where a clerk would have asked")                           \
	X(RESULT_LOST, "lost", "a person's mail taken for an automatic one")                       \
	X(RESULT_MISSED, "missed", "a clear answer left to staff")                                 \
	X(RESULT_NOISE, "noise", "an automatic mail left to staff")
WORDS_DECLARE(labelled_result, LABELLED_RESULTS);

enum labelled_result labelled_compare(const struct labelled *item, const struct intent *intent);
bool labelled_is_clear(const struct labelled *item); /* a clerk would act on all of it at once */
bool verdict_is_act(enum verdict verdict);

/* Adds a case to the set in a folder (made if absent, mode 0700): ID.eml and a line of labels.tsv. FAULT_ITEM when the id is there already. */
MUST_USE enum fault labelled_keep(const char *folder, const struct labelled *item, struct why *why);

#endif

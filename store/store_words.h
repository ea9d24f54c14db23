/* store_words.h - what staff write to a customer, kept with the letter that carries it (see store.h) */
#ifndef MAILPROC_STORE_WORDS_H
#define MAILPROC_STORE_WORDS_H

#include "store_letter.h"

/* Wants a letter of kind answer about one renewal (its only item, whose round is set): staff may write as often as they like. */
MUST_USE enum fault store_words_want(struct store *store, struct letter *letter, const char *text, int64_t now, struct why *why);
/* Owned by the caller. FAULT_ITEM when there are none. */
MUST_USE enum fault store_words_get(struct store *store, int64_t letter, char **text, struct why *why);

#endif

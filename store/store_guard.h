/*
 * store_guard.h - what keeps runs from sending until staff allow it (see store.h)
 *
 * An import sets it: many letters may become due at once, and a person looks at the forecast first. Set and cleared inside the caller's transaction.
 */
#ifndef MAILPROC_STORE_GUARD_H
#define MAILPROC_STORE_GUARD_H

#include "store.h"

struct guard {
	bool stands;
	int64_t set_at;
	char reason[256];
};

MUST_USE enum fault store_guard_get(struct store *store, struct guard *out, struct why *why);
MUST_USE enum fault store_guard_set(struct store *store, const char *reason, int64_t now, struct why *why);
MUST_USE enum fault store_guard_clear(struct store *store, struct why *why); /* also when none stands */

#endif

/* outbox_claim.c - which lane sends which letters: claims, and what is given back. Each is a transaction of its own. */
#include "outbox_sender.h"

enum { CLAIM_LEAST = 5 }; /* when few are left, in small groups, so that all lanes have some */

size_t
sender_open_lanes(const struct sender *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		n += s->work[i].state != STATE_CLOSED;
	return n;
}

static bool
is_needy(const struct sender *s, const struct lane_work *w)
{
	return w->state == STATE_IDLE && w->next == w->count && !s->is_stopping && !s->is_dry;
}

static enum fault
claim_for(struct sender *s, struct lane_work *w, const int64_t *ids, size_t count, struct why *why)
{
	enum fault fault = FAULT_NONE;

	w->next = w->count = 0;
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++) {
		w->queue[w->count++] = ids[i];
		fault = store_letter_claim(s->business->store, ids[i], s->run, (int)(w - s->work), ++w->sequence, s->business->now, why);
	}
	return fault;
}

enum fault
sender_claim(struct sender *s, struct why *why)
{
	int64_t ids[CLAIM_GROUP * LANES_MAX];
	size_t count = 0, given = 0, share, needy = 0;
	enum fault fault;

	for (size_t i = 0; i < s->count; i++)
		needy += is_needy(s, &s->work[i]);
	if (needy == 0)
		return FAULT_NONE;
	fault = store_begin(s->business->store, why);
	if (fault != FAULT_NONE)
		return fault;
	fault = store_letter_list(s->business->store, LETTER_READY, s->business->now, 0, ids, CLAIM_GROUP * sender_open_lanes(s), &count, why);
	share = (count + sender_open_lanes(s) - 1) / sender_open_lanes(s);
	share = share < CLAIM_LEAST ? CLAIM_LEAST : share;
	for (size_t i = 0; i < s->count && fault == FAULT_NONE; i++) {
		size_t n = count - given < share ? count - given : share;

		if (!is_needy(s, &s->work[i]))
			continue;
		fault = claim_for(s, &s->work[i], ids + given, n, why);
		given += n;
	}
	s->is_dry = count == 0;
	if (fault == FAULT_NONE)
		return store_commit(s->business->store, why);
	store_rollback(s->business->store);
	return fault;
}

enum fault
sender_give_back(struct sender *s, struct lane_work *w, struct why *why)
{
	enum fault fault = FAULT_NONE;

	if (w->next == w->count)
		return FAULT_NONE;
	fault = store_begin(s->business->store, why);
	if (fault != FAULT_NONE)
		return fault;
	for (size_t i = w->next; i < w->count && fault == FAULT_NONE; i++)
		fault = store_letter_unclaim(s->business->store, w->queue[i], s->business->now, why);
	if (fault != FAULT_NONE) {
		store_rollback(s->business->store);
		return fault;
	}
	w->next = w->count = 0;
	s->is_dry = false; /* another lane may take them */
	return store_commit(s->business->store, why);
}

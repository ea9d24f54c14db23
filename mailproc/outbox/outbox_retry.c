/* outbox_retry.c - when to try again: soon after a first refusal, seldom after many, and not for ever. */
#include "outbox_inner.h"

enum {
	FIRST_DELAY_S = 5 * 60,
	LONGEST_DELAY_S = 4 * 60 * 60
};

int64_t
outbox_retry_at(const struct config *config, int64_t now, int64_t wanted_at, int tries)
{
	int64_t delay = FIRST_DELAY_S, last_at = wanted_at + (int64_t)config->retry_hours * 60 * 60;

	for (int i = 1; i < tries && delay < LONGEST_DELAY_S; i++)
		delay *= 2;
	if (delay > LONGEST_DELAY_S)
		delay = LONGEST_DELAY_S;
	if (now >= last_at)
		return 0;
	/* One last try at the very end, instead of none for the hours that are left. */
	return now + delay < last_at ? now + delay : last_at;
}

/*
 * store_sighting.h - what was seen on servers, one row a renewal: the last look (see store.h)
 */
#ifndef MAILPROC_STORE_SIGHTING_H
#define MAILPROC_STORE_SIGHTING_H

#include "store.h"
#include "words.h"

struct sighting {
	int64_t renewal;
	int64_t looked_at;
	int64_t since_at; /* this finding, with this certificate */
	char *host;	  /* that was looked at; "" none */
	enum sighting_finding finding;
	bool is_for_staff;
	char *detail;	   /* in words; "" when there is nothing to say */
	int64_t not_after; /* of what is served; 0: nothing was seen */
	char *serial;
};

/* Up to max renewals whose servers are to be looked at: the window is open, and nobody has looked since this instant. Applied ones first, then the longest ago. */
MUST_USE enum fault store_sighting_due(struct store *store, int today_day, int64_t since_at, int64_t *ids, size_t max, size_t *count,
    struct why *why);
/* Writes the last look; since_at is kept while finding and certificate are the same. *is_news: they were not. Text is borrowed. */
MUST_USE enum fault store_sighting_put(struct store *store, const struct sighting *sighting, bool *is_news, struct why *why);
MUST_USE enum fault store_sighting_get(struct store *store, int64_t renewal, struct sighting *out, bool *found, struct why *why);
void sighting_release(struct sighting *sighting);

#endif

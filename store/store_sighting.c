/* store_sighting.c - the last look at the server of each renewal. */
#include "store_sighting.h"

#include <stdlib.h>

#include "store_inner.h"

enum fault
store_sighting_due(struct store *store, int today_day, int64_t since_at, int64_t *ids, size_t max, size_t *count, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_SIGHTING_DUE, why);
	bind_int(&q, ":today", today_day);
	bind_int(&q, ":since", since_at);
	bind_int(&q, ":max", (int64_t)max);
	return query_ids(&q, ids, max, count);
}

enum fault
store_sighting_get(struct store *store, int64_t renewal, struct sighting *out, bool *found, struct why *why)
{
	struct sighting made = {0};
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_SIGHTING_GET, why);
	bind_int(&q, ":renewal", renewal);
	*found = query_next(&q);
	if (*found) {
		made.renewal = take_int(&q);
		made.looked_at = take_int(&q);
		made.since_at = take_int(&q);
		made.host = take_text(&q);
		TAKE_WORD(&q, sighting_finding, &made.finding);
		made.is_for_staff = take_int(&q) != 0;
		made.detail = take_text(&q);
		made.not_after = take_int(&q);
		made.serial = take_text(&q);
	}
	fault = query_end(&q);
	if (fault != FAULT_NONE || !*found) {
		sighting_release(&made);
		*found = false;
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_sighting_put(struct store *store, const struct sighting *s, bool *is_news, struct why *why)
{
	struct query q;
	int64_t since = 0;
	enum fault fault;

	query_begin(&q, store, SQL_SIGHTING_PUT, why);
	bind_int(&q, ":renewal", s->renewal);
	bind_int(&q, ":now", s->looked_at);
	bind_text(&q, ":host", s->host);
	bind_text(&q, ":finding", sighting_finding_text(s->finding));
	bind_int(&q, ":is_for_staff", s->is_for_staff);
	bind_text(&q, ":detail", s->detail);
	bind_int_or_null(&q, ":not_after", s->not_after, 0);
	bind_text(&q, ":serial", s->serial != NULL ? s->serial : "");
	fault = query_id(&q, &since);
	if (fault == FAULT_NONE)
		*is_news = since == s->looked_at;
	return fault;
}

void
sighting_release(struct sighting *s)
{
	free(s->host);
	free(s->detail);
	free(s->serial);
	*s = (struct sighting){0};
}

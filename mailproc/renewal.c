/* renewal.c - what every step needs, opened once. */
#include "renewal/renewal_inner.h"

#include <stdlib.h>

#include "base/file.h"

/* A list that stands beside the rules of the program. */
static enum fault
data_path(char **out, const struct config *config, const char *name, struct why *why)
{
	*out = file_path(config->data_dir, name);
	return *out != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "no memory for a path");
}

enum fault
business_open(struct business *business, struct store *store, const struct config *config, const unsigned char *key, int64_t now,
    struct why *why)
{
	struct business made = {.store = store, .config = config, .key = key, .now = now};
	char *closed = NULL, *shared = NULL;
	enum fault fault;

	fault = data_path(&closed, config, "rules/closed-days.list", why);
	if (fault == FAULT_NONE)
		fault = data_path(&shared, config, "rules/shared-domains.list", why);
	if (fault == FAULT_NONE)
		fault = calendar_load(&made.calendar, config->closed_days[0] != '\0' ? config->closed_days : closed, why);
	if (fault == FAULT_NONE)
		fault = domains_load(&made.domains, shared, config->shared_domains, why);
	if (fault == FAULT_NONE)
		*business = made;
	else
		business_close(&made);
	free(closed);
	free(shared);
	return fault;
}

void
business_close(struct business *business)
{
	calendar_free(business->calendar);
	domains_free(business->domains);
	*business = (struct business){0};
}

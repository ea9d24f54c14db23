/* renewal_domains.c - which addresses belong to one house. libpsl is known only here. */
#include "renewal_inner.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libpsl.h>

struct domains {
	psl_ctx_t *suffixes; /* never NULL; psl_free() leaves the built-in list alone */
	char **shared;	     /* owned, sorted: "gmail.com", or "*.ac.jp" for every domain below */
	size_t count, room;
};

static enum fault
take_domain(struct span line, void *data, struct why *why)
{
	struct domains *domains = data;
	char *name;

	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];
		bool is_star = c == '*' && i == 0 && line.n > 2 && line.p[1] == '.';

		if (!is_star && c != '.' && c != '-' && !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z'))
			return why_set(why, FAULT_SETUP, "'%.*s' is not a domain (letters, digits, hyphens, dots; '*.' in front for all below)",
			    (int)line.n, line.p);
	}
	if (domains->count == domains->room) {
		size_t room = domains->room * 2 + 256;
		char **larger = realloc(domains->shared, room * sizeof *larger);

		if (larger == NULL)
			return why_set(why, FAULT_STOP, "no memory for shared domains");
		domains->shared = larger;
		domains->room = room;
	}
	name = strndup(line.p, line.n);
	if (name == NULL)
		return why_set(why, FAULT_STOP, "no memory for shared domains");
	for (char *p = name; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	domains->shared[domains->count++] = name;
	return FAULT_NONE;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

enum fault
domains_load(struct domains **out, const char *path, const char *own, struct why *why)
{
	struct domains *domains = calloc(1, sizeof *domains);
	enum fault fault = FAULT_NONE;

	if (domains == NULL)
		return why_set(why, FAULT_STOP, "no memory for shared domains");
	domains->suffixes = psl_latest(NULL); /* the system's list, or the built-in one where that is newer */
	if (domains->suffixes == NULL) {
		fault = why_set(why, FAULT_SETUP, "no public suffix list: install the package publicsuffix");
		goto out;
	}
	fault = list_read(path, take_domain, domains, why);
	if (fault == FAULT_NONE && own[0] != '\0')
		fault = list_read(own, take_domain, domains, why);
	if (fault != FAULT_NONE)
		goto out;
	if (domains->count > 0)
		qsort(domains->shared, domains->count, sizeof *domains->shared, compare_names);
	*out = domains;
	domains = NULL;
out:
	domains_free(domains);
	return fault;
}

void
domains_free(struct domains *domains)
{
	if (domains == NULL)
		return;
	for (size_t i = 0; i < domains->count; i++)
		free(domains->shared[i]);
	free(domains->shared);
	psl_free(domains->suffixes);
	free(domains);
}

static bool
is_listed(const struct domains *domains, const char *name)
{
	return domains->count > 0 &&
	       bsearch(&name, domains->shared, domains->count, sizeof *domains->shared, compare_names) != NULL;
}

/* Whether host, or a domain above it, is on the list; or all domains below one of those above are. */
static bool
is_shared(const struct domains *domains, const char *host)
{
	char below[256 + 2];

	for (const char *name = host; name != NULL;) {
		const char *dot = strchr(name, '.');

		if (is_listed(domains, name))
			return true;
		if (dot != NULL && strlen(dot) < sizeof below - 1) {
			below[0] = '*';
			strcpy(below + 1, dot);
			if (is_listed(domains, below))
				return true;
		}
		name = dot != NULL ? dot + 1 : NULL;
	}
	return false;
}

/* The domain of an address in lower case; false for an address literal or anything that is no host name. */
static bool
host_of(const char *address, char host[256])
{
	const char *at = strrchr(address, '@');
	size_t n = at != NULL ? strlen(at + 1) : 0;

	if (n == 0 || n >= 256 || at[1] == '[' || at[1] == '.')
		return false;
	for (size_t i = 0; i <= n; i++)
		host[i] = (at[1 + i] >= 'A' && at[1 + i] <= 'Z') ? (char)(at[1 + i] - 'A' + 'a') : at[1 + i];
	if (host[n - 1] == '.')
		host[n - 1] = '\0';
	return true;
}

bool
domains_are_same(const struct domains *domains, const char *address, const char *other)
{
	char host[256], other_host[256];
	const char *registrable, *other_registrable;

	if (!host_of(address, host) || !host_of(other, other_host))
		return false;
	registrable = psl_registrable_domain(domains->suffixes, host);
	other_registrable = psl_registrable_domain(domains->suffixes, other_host);
	return registrable != NULL && other_registrable != NULL && strcmp(registrable, other_registrable) == 0 &&
	       !is_shared(domains, host) && !is_shared(domains, other_host);
}

enum sender_standing
domains_standing(const struct domains *domains, const char *from, char *const *on_record)
{
	enum sender_standing standing = SENDER_OTHER;

	if (from == NULL)
		return SENDER_OTHER;
	for (; *on_record != NULL; on_record++) {
		/* Mailbox names are told apart by case in RFC 5321 2.4 and nowhere in real life. */
		if (strcasecmp(from, *on_record) == 0)
			return SENDER_EXACT;
		if (domains_are_same(domains, from, *on_record))
			standing = SENDER_SAME_DOMAIN;
	}
	return standing;
}

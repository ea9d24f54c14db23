/* store_certificate.c - terms and certificates. The alternative names of a certificate are compared as a set. */
#include "store_certificate.h"

#include <stdlib.h>
#include <string.h>

#include "store_inner.h"

/* Ends a query for one term; out is written only when there is one. */
static enum fault
finish_term(struct query *q, struct term *out, bool *found)
{
	struct term made = {0};
	enum fault fault;

	*found = query_next(q);
	if (*found) {
		made.id = take_int(q);
		made.customer = take_int(q);
		made.product = take_text(q);
		made.common_name = take_text(q);
		made.starts_at = take_int(q);
		made.ends_at = take_int(q);
		made.previous = take_int(q);
	}
	fault = query_end(q);
	if (fault != FAULT_NONE || !*found) {
		term_release(&made);
		*found = false;
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_term_get(struct store *store, int64_t id, struct term *out, struct why *why)
{
	struct query q;
	bool found;
	enum fault fault;

	query_begin(&q, store, SQL_TERM_GET, why);
	bind_int(&q, ":id", id);
	fault = finish_term(&q, out, &found);
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_STOP, "there is no term %lld", (long long)id);
	return fault;
}

static void
bind_term_key(struct query *q, const struct term *key)
{
	bind_int(q, ":customer", key->customer);
	bind_text(q, ":product", key->product);
	bind_text(q, ":common_name", key->common_name);
	bind_int(q, ":ends_at", key->ends_at);
}

enum fault
store_term_find(struct store *store, const struct term *key, struct term *out, bool *found, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_TERM_FIND, why);
	bind_term_key(&q, key);
	return finish_term(&q, out, found);
}

enum fault
store_term_put(struct store *store, struct term *term, bool *changed, struct why *why)
{
	struct query q;
	int64_t count;
	enum fault fault;

	query_begin(&q, store, SQL_TERM_PUT, why);
	bind_term_key(&q, term);
	bind_int(&q, ":starts_at", term->starts_at);
	bind_int_or_null(&q, ":previous", term->previous, 0);
	fault = query_run(&q, &count);
	if (fault != FAULT_NONE)
		return why_before(why, fault, "term of %s", term->common_name != NULL ? term->common_name : "");
	query_begin(&q, store, SQL_TERM_ID, why);
	bind_term_key(&q, term);
	fault = query_id(&q, &term->id);
	*changed = count != 0;
	return fault;
}

void
term_release(struct term *term)
{
	free(term->product);
	free(term->common_name);
	*term = (struct term){0};
}

static void
free_names(char **name)
{
	for (size_t i = 0; name != NULL && name[i] != NULL; i++)
		free(name[i]);
	free(name);
}

/* The alternative names on record, closed by NULL; *out is NULL when there are none. */
static enum fault
read_names(struct store *store, int64_t certificate, char ***out, struct why *why)
{
	char **list = NULL;
	size_t count = 0;
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_CERTIFICATE_NAMES, why);
	bind_int(&q, ":certificate", certificate);
	while (query_next(&q)) {
		char **more = realloc(list, (count + 2) * sizeof *more);

		if (more == NULL) {
			query_fail(&q, FAULT_STOP, "out of memory for the names of a certificate");
			break;
		}
		list = more;
		list[count] = take_text(&q);
		list[++count] = NULL;
	}
	fault = query_end(&q);
	if (fault != FAULT_NONE) {
		free_names(list);
		return fault;
	}
	*out = list;
	return FAULT_NONE;
}

/* Ends a query for one certificate; out is written only when there is one. */
static enum fault
finish_certificate(struct query *q, struct certificate *out, bool *found)
{
	struct certificate made = {0};
	enum fault fault;

	*found = query_next(q);
	if (*found) {
		made.id = take_int(q);
		made.term = take_int(q);
		made.authority = take_text(q);
		made.common_name = take_text(q);
		made.organization = take_text(q);
		made.organizational_unit = take_text(q);
		made.locality = take_text(q);
		made.state_or_province = take_text(q);
		made.country = take_text(q);
		made.not_before = take_int(q);
		made.not_after = take_int(q);
		made.serial = take_text(q);
	}
	fault = query_end(q);
	if (fault == FAULT_NONE && *found)
		fault = read_names(q->store, made.id, &made.name, q->why);
	if (fault != FAULT_NONE || !*found) {
		certificate_release(&made);
		*found = false;
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_certificate_get(struct store *store, int64_t id, struct certificate *out, struct why *why)
{
	struct query q;
	bool found;
	enum fault fault;

	query_begin(&q, store, SQL_CERTIFICATE_GET, why);
	bind_int(&q, ":id", id);
	fault = finish_certificate(&q, out, &found);
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_STOP, "there is no certificate %lld", (long long)id);
	return fault;
}

enum fault
store_certificate_find(struct store *store, int64_t term, int64_t not_after, struct certificate *out, bool *found,
    struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_CERTIFICATE_FIND, why);
	bind_int(&q, ":term", term);
	bind_int(&q, ":not_after", not_after);
	return finish_certificate(&q, out, found);
}

enum fault
store_certificate_newest(struct store *store, int64_t term, struct certificate *out, struct why *why)
{
	struct query q;
	bool found;
	enum fault fault;

	query_begin(&q, store, SQL_CERTIFICATE_NEWEST, why);
	bind_int(&q, ":term", term);
	fault = finish_certificate(&q, out, &found);
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_STOP, "the term %lld has no certificate", (long long)term);
	return fault;
}

enum fault
store_certificate_of_name(struct store *store, const char *name, struct certificate *out, bool *found, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_CERTIFICATE_OF_NAME, why);
	bind_text(&q, ":name", name);
	return finish_certificate(&q, out, found);
}

/* Adds or drops one alternative name. */
static enum fault
change_name(struct store *store, enum sql which, int64_t certificate, const char *name, bool *changed, struct why *why)
{
	struct query q;
	int64_t count;
	enum fault fault;

	query_begin(&q, store, which, why);
	bind_int(&q, ":certificate", certificate);
	bind_text(&q, ":name", name);
	fault = query_run(&q, &count);
	if (fault == FAULT_NONE && count != 0)
		*changed = true;
	return fault;
}

static bool
has_name(char **list, const char *name)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static enum fault
put_names(struct store *store, const struct certificate *certificate, bool *changed, struct why *why)
{
	char **present = NULL;
	enum fault fault = read_names(store, certificate->id, &present, why);

	for (size_t i = 0; fault == FAULT_NONE && present != NULL && present[i] != NULL; i++)
		if (!has_name(certificate->name, present[i]))
			fault = change_name(store, SQL_CERTIFICATE_NAME_DROP, certificate->id, present[i], changed, why);
	for (size_t i = 0; fault == FAULT_NONE && certificate->name != NULL && certificate->name[i] != NULL; i++)
		if (!has_name(present, certificate->name[i]))
			fault = change_name(store, SQL_CERTIFICATE_NAME_ADD, certificate->id, certificate->name[i], changed,
			    why);
	free_names(present);
	return fault;
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

enum fault
store_certificate_put(struct store *store, struct certificate *certificate, bool *changed, struct why *why)
{
	struct query q;
	int64_t count;
	enum fault fault;

	query_begin(&q, store, SQL_CERTIFICATE_PUT, why);
	bind_int(&q, ":term", certificate->term);
	bind_text(&q, ":authority", certificate->authority);
	bind_text(&q, ":common_name", certificate->common_name);
	bind_text(&q, ":organization", or_empty(certificate->organization));
	bind_text(&q, ":organizational_unit", or_empty(certificate->organizational_unit));
	bind_text(&q, ":locality", or_empty(certificate->locality));
	bind_text(&q, ":state_or_province", or_empty(certificate->state_or_province));
	bind_text(&q, ":country", or_empty(certificate->country));
	bind_int(&q, ":not_before", certificate->not_before);
	bind_int(&q, ":not_after", certificate->not_after);
	bind_text(&q, ":serial", or_empty(certificate->serial));
	fault = query_run(&q, &count);
	if (fault != FAULT_NONE)
		return why_before(why, fault, "certificate %s", or_empty(certificate->common_name));
	*changed = count != 0;
	query_begin(&q, store, SQL_CERTIFICATE_ID, why);
	bind_int(&q, ":term", certificate->term);
	bind_int(&q, ":not_after", certificate->not_after);
	fault = query_id(&q, &certificate->id);
	return fault != FAULT_NONE ? fault : put_names(store, certificate, changed, why);
}

enum fault
store_certificate_is_known(struct store *store, const char *name, bool *known, struct why *why)
{
	struct query q;
	int64_t is_known = 0;
	enum fault fault;

	query_begin(&q, store, SQL_CERTIFICATE_IS_KNOWN, why);
	bind_text(&q, ":name", name);
	fault = query_id(&q, &is_known);
	if (fault == FAULT_NONE)
		*known = is_known != 0;
	return fault;
}

void
certificate_release(struct certificate *certificate)
{
	free(certificate->authority);
	free(certificate->common_name);
	free(certificate->organization);
	free(certificate->organizational_unit);
	free(certificate->locality);
	free(certificate->state_or_province);
	free(certificate->country);
	free(certificate->serial);
	free_names(certificate->name);
	*certificate = (struct certificate){0};
}

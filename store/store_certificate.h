/* store_certificate.h - terms that customers bought and the certificates that serve them (see store.h) */
#ifndef MAILPROC_STORE_CERTIFICATE_H
#define MAILPROC_STORE_CERTIFICATE_H

#include "store.h"

struct term {
	int64_t id;
	int64_t customer;
	char *product; /* id in mailproc.conf */
	char *common_name;
	int64_t starts_at;
	int64_t ends_at;
	int64_t previous; /* 0: none */
};

struct certificate {
	int64_t id;
	int64_t term;
	char *authority; /* id in mailproc.conf */
	char *common_name;
	char *organization;
	char *organizational_unit;
	char *locality;
	char *state_or_province;
	char *country;
	int64_t not_before;
	int64_t not_after;
	char *serial;
	char **name; /* subject alternative names, NULL-terminated, owned; NULL: none */
};

MUST_USE enum fault store_term_get(struct store *store, int64_t id, struct term *out, struct why *why);
/* The one with the customer, common name, product and end of key. */
MUST_USE enum fault store_term_find(struct store *store, const struct term *key, struct term *out, bool *found, struct why *why);
/* Inserts, or updates the start and the predecessor (where one is given) of the one with the same customer, common name, product and end; id is set. */
MUST_USE enum fault store_term_put(struct store *store, struct term *term, bool *changed, struct why *why);
void term_release(struct term *term);

MUST_USE enum fault store_certificate_get(struct store *store, int64_t id, struct certificate *out, struct why *why);
/* The one of this term with this end. */
MUST_USE enum fault store_certificate_find(struct store *store, int64_t term, int64_t not_after, struct certificate *out,
    bool *found, struct why *why);
/* Inserts, or updates the one with the same term and end, with its alternative names; id is set. */
MUST_USE enum fault store_certificate_put(struct store *store, struct certificate *certificate, bool *changed,
    struct why *why);
/* The one of this term that ends last. FAULT_STOP when the term has none. */
MUST_USE enum fault store_certificate_newest(struct store *store, int64_t term, struct certificate *out, struct why *why);
/* Of those with this name (lower-case A-labels), common or alternative, the one that ends last; a common name goes before an alternative one. */
MUST_USE enum fault store_certificate_of_name(struct store *store, const char *name, struct certificate *out, bool *found,
    struct why *why);
/* Whether this is the name (lower-case A-labels) of a certificate on record, common or alternative: for unrelated mail. */
MUST_USE enum fault store_certificate_is_known(struct store *store, const char *name, bool *known, struct why *why);
void certificate_release(struct certificate *certificate);

#endif

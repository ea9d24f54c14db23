/* store_customer.h - customers, their contacts and the addresses they write from (see store.h) */
#ifndef MAILPROC_STORE_CUSTOMER_H
#define MAILPROC_STORE_CUSTOMER_H

#include "store.h"
#include "words.h"

struct customer {
	int64_t id;
	char *code;
	char *name;
	bool is_firm;
	enum language language;
	enum plan plan;
	enum payment_method payment_method;
	char *payer_kana;
	bool paused;
	char *pause_note;
	int64_t created_at;
};

struct contact {
	int64_t id;
	int64_t customer;
	enum contact_role role;
	char *name;
	char *address;
	bool text_only;
};

struct contact_list {
	struct contact *contact; /* owned */
	size_t count;
};

/* Of a find: *found is false, and out stays empty, when there is none. An id that is not there is FAULT_STOP. */
MUST_USE enum fault store_customer_get(struct store *store, int64_t id, struct customer *out, struct why *why);
MUST_USE enum fault store_customer_find(struct store *store, const char *code, struct customer *out, bool *found,
    struct why *why);
/* Inserts (id 0: it is set) or updates by id. *changed tells whether anything differed. */
MUST_USE enum fault store_customer_put(struct store *store, struct customer *customer, bool *changed, struct why *why);
void customer_release(struct customer *customer);

MUST_USE enum fault store_contact_get(struct store *store, int64_t id, struct contact *out, struct why *why);
/* Contacts still written to, by role (admin, billing, technical) and id. */
MUST_USE enum fault store_contact_list(struct store *store, int64_t customer, struct contact_list *out, struct why *why);
/* Inserts, or updates (and takes back, if it was removed) the one with the same customer, role and address; id is set. */
MUST_USE enum fault store_contact_put(struct store *store, struct contact *contact, int64_t now, bool *changed,
    struct why *why);
/* Writes all of the one with this id; removed_at 0: letters go to it. FAULT_ITEM when the customer has another one with the same role and address. */
MUST_USE enum fault store_contact_set(struct store *store, const struct contact *contact, int64_t removed_at, struct why *why);
MUST_USE enum fault store_contact_add_address(struct store *store, int64_t contact, const char *address, bool *changed,
    struct why *why);
/* Every address of the contacts still written to, and their further ones: NULL-terminated, owned by the caller. */
MUST_USE enum fault store_contact_addresses(struct store *store, int64_t customer, char ***out, struct why *why);
void address_list_free(char **list);
/* Which customer has, or had, this address on record, without regard to case (0: none, -1: several). */
MUST_USE enum fault store_contact_owner(struct store *store, const char *address, int64_t *customer, struct why *why);
void contact_release(struct contact *contact);
void contact_list_release(struct contact_list *list);

#endif

/* store_customer.c - customers, contacts, and whose address it is. */
#include "store_customer.h"

#include <stdlib.h>

#include "store_inner.h"

enum { MAX_ADDRESSES = 10000 }; /* of one customer */

static void
take_customer(struct query *q, struct customer *out)
{
	out->id = take_int(q);
	out->code = take_text(q);
	out->name = take_text(q);
	out->is_firm = take_int(q) != 0;
	TAKE_WORD(q, language, &out->language);
	TAKE_WORD(q, plan, &out->plan);
	TAKE_WORD(q, payment_method, &out->payment_method);
	out->payer_kana = take_text(q);
	out->paused = take_int(q) != 0;
	out->pause_note = take_text(q);
	out->created_at = take_int(q);
}

/* Ends a query for one customer; out is written only when there is one. */
static enum fault
finish_customer(struct query *q, struct customer *out, bool *found)
{
	struct customer made = {0};
	enum fault fault;

	*found = query_next(q);
	if (*found)
		take_customer(q, &made);
	fault = query_end(q);
	if (fault != FAULT_NONE || !*found) {
		customer_release(&made);
		*found = false;
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_customer_get(struct store *store, int64_t id, struct customer *out, struct why *why)
{
	struct query q;
	bool found;
	enum fault fault;

	query_begin(&q, store, SQL_CUSTOMER_GET, why);
	bind_int(&q, ":id", id);
	fault = finish_customer(&q, out, &found);
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_STOP, "there is no customer %lld", (long long)id);
	return fault;
}

enum fault
store_customer_find(struct store *store, const char *code, struct customer *out, bool *found, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_CUSTOMER_FIND, why);
	bind_text(&q, ":code", code);
	return finish_customer(&q, out, found);
}

static void
bind_customer(struct query *q, const struct customer *customer)
{
	bind_text(q, ":code", customer->code);
	bind_text(q, ":name", customer->name);
	bind_int(q, ":is_firm", customer->is_firm);
	bind_text(q, ":language", language_text(customer->language));
	bind_text(q, ":plan", plan_text(customer->plan));
	bind_text(q, ":payment_method", payment_method_text(customer->payment_method));
	bind_text(q, ":payer_kana", customer->payer_kana != NULL ? customer->payer_kana : "");
	bind_int(q, ":paused", customer->paused);
	bind_text(q, ":pause_note", customer->pause_note != NULL ? customer->pause_note : "");
}

static enum fault
add_customer(struct store *store, struct customer *customer, bool *changed, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_CUSTOMER_ADD, why);
	bind_customer(&q, customer);
	bind_int(&q, ":created_at", customer->created_at);
	fault = query_run(&q, NULL);
	if (fault != FAULT_NONE)
		return why_before(why, fault, "customer %s", customer->code != NULL ? customer->code : "");
	customer->id = sqlite3_last_insert_rowid(store->db);
	*changed = true;
	return FAULT_NONE;
}

enum fault
store_customer_put(struct store *store, struct customer *customer, bool *changed, struct why *why)
{
	struct customer present = {0};
	struct query q;
	int64_t count;
	enum fault fault;

	if (customer->id == 0)
		return add_customer(store, customer, changed, why);
	query_begin(&q, store, SQL_CUSTOMER_SET, why);
	bind_int(&q, ":id", customer->id);
	bind_customer(&q, customer);
	fault = query_run(&q, &count);
	if (fault != FAULT_NONE)
		return why_before(why, fault, "customer %s", customer->code != NULL ? customer->code : "");
	/* Nothing changed: is it the same, or not there at all? */
	if (count == 0)
		fault = store_customer_get(store, customer->id, &present, why);
	customer_release(&present);
	*changed = count != 0;
	return fault;
}

void
customer_release(struct customer *customer)
{
	free(customer->code);
	free(customer->name);
	free(customer->payer_kana);
	free(customer->pause_note);
	*customer = (struct customer){0};
}

static void
take_contact(struct query *q, struct contact *out)
{
	out->id = take_int(q);
	out->customer = take_int(q);
	TAKE_WORD(q, contact_role, &out->role);
	out->name = take_text(q);
	out->address = take_text(q);
	out->text_only = take_int(q) != 0;
}

enum fault
store_contact_get(struct store *store, int64_t id, struct contact *out, struct why *why)
{
	struct contact made = {0};
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_CONTACT_GET, why);
	bind_int(&q, ":id", id);
	if (query_next(&q))
		take_contact(&q, &made);
	else
		query_fail(&q, FAULT_STOP, "there is no contact %lld", (long long)id);
	fault = query_end(&q);
	if (fault != FAULT_NONE) {
		contact_release(&made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_contact_list(struct store *store, int64_t customer, struct contact_list *out, struct why *why)
{
	struct contact_list made = {0};
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_CONTACT_LIST, why);
	bind_int(&q, ":customer", customer);
	while (query_next(&q)) {
		struct contact *more = realloc(made.contact, (made.count + 1) * sizeof *more);

		if (more == NULL) {
			query_fail(&q, FAULT_STOP, "out of memory for the contacts of a customer");
			break;
		}
		made.contact = more;
		more[made.count] = (struct contact){0};
		take_contact(&q, &more[made.count++]);
	}
	fault = query_end(&q);
	if (fault != FAULT_NONE) {
		contact_list_release(&made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_contact_put(struct store *store, struct contact *contact, int64_t now, bool *changed, struct why *why)
{
	struct query q;
	int64_t count;
	enum fault fault;

	query_begin(&q, store, SQL_CONTACT_PUT, why);
	bind_int(&q, ":customer", contact->customer);
	bind_text(&q, ":role", contact_role_text(contact->role));
	bind_text(&q, ":name", contact->name != NULL ? contact->name : "");
	bind_text(&q, ":address", contact->address);
	bind_int(&q, ":text_only", contact->text_only);
	bind_int(&q, ":now", now);
	fault = query_run(&q, &count);
	if (fault != FAULT_NONE)
		return why_before(why, fault, "contact %s", contact->address != NULL ? contact->address : "");
	query_begin(&q, store, SQL_CONTACT_ID, why);
	bind_int(&q, ":customer", contact->customer);
	bind_text(&q, ":role", contact_role_text(contact->role));
	bind_text(&q, ":address", contact->address);
	fault = query_id(&q, &contact->id);
	*changed = count != 0;
	return fault;
}

enum fault
store_contact_set(struct store *store, const struct contact *contact, int64_t removed_at, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_CONTACT_SET, why);
	bind_int(&q, ":id", contact->id);
	bind_text(&q, ":role", contact_role_text(contact->role));
	bind_text(&q, ":name", contact->name != NULL ? contact->name : "");
	bind_text(&q, ":address", contact->address);
	bind_int(&q, ":text_only", contact->text_only);
	bind_int_or_null(&q, ":removed_at", removed_at, 0);
	return query_run_one(&q, FAULT_STOP, "there is no contact %lld", (long long)contact->id);
}

enum fault
store_contact_add_address(struct store *store, int64_t contact, const char *address, bool *changed, struct why *why)
{
	struct query q;
	int64_t count;
	enum fault fault;

	query_begin(&q, store, SQL_CONTACT_ADD_ADDRESS, why);
	bind_int(&q, ":contact", contact);
	bind_text(&q, ":address", address);
	fault = query_run(&q, &count);
	if (fault == FAULT_NONE)
		*changed = count != 0;
	return fault;
}

enum fault
store_contact_addresses(struct store *store, int64_t customer, char ***out, struct why *why)
{
	char **list = calloc(1, sizeof *list);
	size_t count = 0;
	struct query q;
	enum fault fault;

	if (list == NULL)
		return why_set(why, FAULT_STOP, "out of memory for addresses");
	query_begin(&q, store, SQL_CONTACT_ADDRESSES, why);
	bind_int(&q, ":customer", customer);
	while (count < MAX_ADDRESSES && query_next(&q)) {
		char **more = realloc(list, (count + 2) * sizeof *more);

		if (more == NULL) {
			query_fail(&q, FAULT_STOP, "out of memory for addresses");
			break;
		}
		list = more;
		list[count] = take_text(&q);
		list[++count] = NULL;
	}
	fault = query_end(&q);
	if (fault != FAULT_NONE) {
		address_list_free(list);
		return fault;
	}
	*out = list;
	return FAULT_NONE;
}

void
address_list_free(char **list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

enum fault
store_contact_owner(struct store *store, const char *address, int64_t *customer, struct why *why)
{
	int64_t owner[2] = {0};
	size_t count;
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_CONTACT_OWNER, why);
	bind_text(&q, ":address", address);
	fault = query_ids(&q, owner, 2, &count);
	if (fault == FAULT_NONE)
		*customer = count == 0 ? 0 : count == 1 ? owner[0] : -1;
	return fault;
}

void
contact_release(struct contact *contact)
{
	free(contact->name);
	free(contact->address);
	*contact = (struct contact){0};
}

void
contact_list_release(struct contact_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		contact_release(&list->contact[i]);
	free(list->contact);
	*list = (struct contact_list){0};
}

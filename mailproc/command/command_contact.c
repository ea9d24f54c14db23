/* command_contact.c - contact: whom letters go to, as staff know it. What is on record decides whose answer counts, so every change is an event. */
#include "../command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "../../store/store_customer.h"
#include "../../store/store_renewal.h"
#include "../base/table.h"
#include "../import/import_inner.h" /* addresses as an import takes them */

enum { TEXT_MAX = 1000 /* bytes of a name */ };

/* What the options say; NULL: nothing. */
struct wish {
	const char *role, *address, *name, *text_only, *also, *by;
	bool removes;
};

/* The record that is worked on. */
struct matter {
	struct business *business;
	struct customer customer;
	struct contact_list list;
	struct contact contact; /* its text is borrowed */
	char address[ADDRESS_MAX], also[ADDRESS_MAX];
};

static void
matter_release(struct matter *m)
{
	customer_release(&m->customer);
	contact_list_release(&m->list);
}

static enum fault
matter_load(struct matter *m, const char *code, struct why *why)
{
	bool found = false;
	enum fault fault = store_customer_find(m->business->store, code, &m->customer, &found, why);

	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "there is no customer %s", code);
	if (fault == FAULT_NONE)
		fault = store_contact_list(m->business->store, m->customer.id, &m->list, why);
	return fault;
}

/* ---- list ---- */

static enum fault
print_contacts(const struct matter *m, struct why *why)
{
	static const char *const heading[] = {">N", "role", "address", "name", "letters", NULL};
	struct table *t = table_new(heading);
	enum fault fault;
	char number[32];

	for (size_t i = 0; i < m->list.count; i++) {
		const struct contact *c = &m->list.contact[i];

		snprintf(number, sizeof number, "%lld", (long long)c->id);
		table_add(t, number, contact_role_text(c->role), c->address, c->name, c->text_only ? "text only" : "text and HTML");
	}
	fault = table_print(t, stdout, why);
	table_free(t);
	return fault;
}

static int
list_contacts(const struct command_context *context, int argc, char **argv)
{
	const struct command_option options[] = {{0}};
	struct command_open open;
	struct matter m = {.business = &open.business};
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 2, 2, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	status = command_open(&open, context, OPEN_STORE_READ);
	if (status != EX_OK)
		return status;
	fault = matter_load(&m, argv[2], &why);
	if (fault == FAULT_NONE)
		fault = print_contacts(&m, &why);
	matter_release(&m);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

/* ---- what the options say ---- */

static enum fault
take_address(char out[ADDRESS_MAX], const char *text, struct why *why)
{
	const char *problem = import_has_control(text) ? "holds a control character" : import_address(out, text);

	return problem == NULL ? FAULT_NONE : why_set(why, FAULT_ITEM, "'%s' is no address: %s", text, problem);
}

static enum fault
take_name(struct contact *contact, const char *name, struct why *why)
{
	if (import_has_control(name) || strlen(name) > TEXT_MAX)
		return why_set(why, FAULT_ITEM, "the name holds a control character, or is too long");
	contact->name = (char *)(uintptr_t)name;
	return FAULT_NONE;
}

static enum fault
take_wish(struct matter *m, const struct wish *wish, struct why *why)
{
	enum fault fault = FAULT_NONE;

	if (wish->role != NULL && !contact_role_parse(wish->role, &m->contact.role))
		fault = why_set(why, FAULT_ITEM, "'%s' is no role: admin, billing or technical", wish->role);
	if (fault == FAULT_NONE && wish->text_only != NULL && strcmp(wish->text_only, "yes") != 0 && strcmp(wish->text_only, "no") != 0)
		fault = why_set(why, FAULT_ITEM, "--text-only is yes or no");
	if (fault == FAULT_NONE && wish->text_only != NULL)
		m->contact.text_only = strcmp(wish->text_only, "yes") == 0;
	if (fault == FAULT_NONE && wish->name != NULL)
		fault = take_name(&m->contact, wish->name, why);
	if (fault == FAULT_NONE && wish->address != NULL)
		fault = take_address(m->address, wish->address, why);
	if (fault == FAULT_NONE && wish->address != NULL)
		m->contact.address = m->address;
	if (fault == FAULT_NONE && wish->also != NULL)
		fault = take_address(m->also, wish->also, why);
	return fault;
}

/* Whose answer counts has changed: the history says who said so, and what, but no address, since events cannot be erased. */
static enum fault
add_event(struct matter *m, const struct wish *wish, bool is_new, struct why *why)
{
	json_t *evidence = json_pack("{s:I, s:I, s:b, s:b, s:b, s:b, s:b}", "customer", (json_int_t)m->customer.id, "contact",
	    (json_int_t)m->contact.id, "new", is_new, "address", !is_new && wish->address != NULL, "role", wish->role != NULL, "also-from",
	    wish->also != NULL, "removed", wish->removes);
	struct event event = {.at = m->business->now, .event = renewal_event_text(EVENT_CONTACT_CHANGED), .by = wish->by, .evidence = evidence};
	enum fault fault = evidence != NULL ? store_event_add(m->business->store, &event, why) : why_set(why, FAULT_STOP, "no memory for an event");

	json_decref(evidence);
	return fault;
}

/* ---- add and set ---- */

static enum fault
add_contact(struct matter *m, const char *word, const struct wish *wish, struct why *why)
{
	bool changed = false;
	enum fault fault;

	(void)word;
	m->contact.customer = m->customer.id;
	fault = take_wish(m, wish, why);
	for (size_t i = 0; fault == FAULT_NONE && i < m->list.count; i++)
		if (m->list.contact[i].role == m->contact.role && strcasecmp(m->list.contact[i].address, m->contact.address) == 0)
			fault = why_set(why, FAULT_ITEM, "customer %s has this contact already", m->customer.code);
	if (fault == FAULT_NONE)
		fault = store_contact_put(m->business->store, &m->contact, m->business->now, &changed, why);
	return fault;
}

/* The contact with this address, or this number. */
static enum fault
find_contact(struct matter *m, const char *word, struct why *why)
{
	const struct contact *found = NULL;
	char *end;
	long long number = strtoll(word, &end, 10);

	for (size_t i = 0; i < m->list.count; i++) {
		const struct contact *c = &m->list.contact[i];

		if (*end == '\0' ? c->id != number : strcasecmp(c->address, word) != 0)
			continue;
		if (found != NULL)
			return why_set(why, FAULT_ITEM, "customer %s has several contacts with this address: take the number of one (mailproc contact list %s)",
			    m->customer.code, m->customer.code);
		found = c;
	}
	if (found == NULL)
		return why_set(why, FAULT_ITEM, "customer %s has no contact %s (mailproc contact list %s)", m->customer.code, word, m->customer.code);
	m->contact = *found;
	return FAULT_NONE;
}

static enum fault
set_contact(struct matter *m, const char *word, const struct wish *wish, struct why *why)
{
	enum fault fault = find_contact(m, word, why);

	if (fault == FAULT_NONE)
		fault = take_wish(m, wish, why);
	if (fault == FAULT_NONE && wish->removes && m->list.count == 1)
		fault = why_set(why, FAULT_ITEM, "customer %s would have nobody to write to: add another contact first", m->customer.code);
	for (size_t i = 0; fault == FAULT_NONE && i < m->list.count; i++)
		if (m->list.contact[i].id != m->contact.id && m->list.contact[i].role == m->contact.role &&
		    strcasecmp(m->list.contact[i].address, m->contact.address) == 0)
			fault = why_set(why, FAULT_ITEM, "customer %s has another contact with this role and address", m->customer.code);
	if (fault == FAULT_NONE)
		fault = store_contact_set(m->business->store, &m->contact, wish->removes ? m->business->now : 0, why);
	return fault;
}

typedef enum fault contact_change(struct matter *m, const char *word, const struct wish *wish, struct why *why);

/* One transaction: the contact, its further address, the event. */
static enum fault
change(struct matter *m, contact_change *what, char **argv, const struct wish *wish, struct why *why)
{
	struct store *store = m->business->store;
	bool added = false;
	enum fault fault = store_begin(store, why);

	if (fault == FAULT_NONE)
		fault = matter_load(m, argv[2], why);
	if (fault == FAULT_NONE)
		fault = what(m, argv[3], wish, why);
	if (fault == FAULT_NONE && wish->also != NULL)
		fault = store_contact_add_address(store, m->contact.id, m->also, &added, why);
	if (fault == FAULT_NONE)
		fault = add_event(m, wish, what == add_contact, why);
	if (fault == FAULT_NONE)
		return store_commit(store, why);
	store_rollback(store);
	return fault;
}

static int
change_contact(const struct command_context *context, int argc, char **argv)
{
	bool adds = strcmp(argv[1], "add") == 0;
	struct wish wish = {.by = "staff"};
	const struct command_option options[] = {{"role", NULL, &wish.role}, {"address", NULL, &wish.address}, {"name", NULL, &wish.name},
	    {"text-only", NULL, &wish.text_only}, {"also-from", NULL, &wish.also}, {"remove", &wish.removes, NULL}, {"by", NULL, &wish.by}, {0}};
	struct command_open open;
	struct matter m = {.business = &open.business};
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, adds ? 2 : 3, adds ? 2 : 3, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (adds && (wish.role == NULL || wish.address == NULL))
		return command_usage("contact", "--role and --address are needed");
	if (adds && wish.removes)
		return command_usage("contact", "--remove belongs to set");
	if (!adds && wish.role == NULL && wish.address == NULL && wish.name == NULL && wish.text_only == NULL && wish.also == NULL && !wish.removes)
		return command_usage("contact", "nothing is to be changed");
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	fault = change(&m, adds ? add_contact : set_contact, argv, &wish, &why);
	if (fault == FAULT_NONE)
		printf("customer %s: %s (%s) %s\n", m.customer.code, m.contact.address, contact_role_text(m.contact.role),
		    adds ? "added" : wish.removes ? "removed" : "changed");
	matter_release(&m);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

int
command_contact(const struct command_context *context, int argc, char **argv)
{
	const struct command_option none[] = {{0}};
	int words;

	if (argc > 1 && strcmp(argv[1], "list") == 0)
		return list_contacts(context, argc, argv);
	if (argc > 1 && (strcmp(argv[1], "add") == 0 || strcmp(argv[1], "set") == 0))
		return change_contact(context, argc, argv);
	if (argc > 1 && argv[1][0] == '-')
		return command_read_options(argc, argv, none, 1, 1, &words);
	return command_usage("contact", argc > 1 ? "there is no such step" : "a step is missing");
}

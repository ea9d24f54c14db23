/*
 * renewal_letter.c - which contacts a step writes to, and in which thread
 *
 * A notice goes to those who decide, what follows an answer goes to everybody on record, so that a wrong act is seen by all.
 * Everybody stays in the thread of their own letters; only who wrote to us is answered by Message-ID.
 */
#include "renewal_inner.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	THREAD_MAX_BYTES = 900, /* of References: older ids are dropped from the middle, the first is kept (RFC 5322 3.6.4) */
	ID_MAX_BYTES = 250
};

/* ---- threads ---- */

/* Whether a foreign Message-ID can be given back in a header of ours. */
static bool
id_is_usable(const char *id)
{
	size_t n = id != NULL ? strlen(id) : 0;

	if (n == 0 || n > ID_MAX_BYTES)
		return false;
	for (size_t i = 0; i < n; i++)
		if (id[i] <= ' ' || id[i] >= 0x7F || id[i] == '<' || id[i] == '>')
			return false;
	return true;
}

static void
thread_add(struct buf *thread, const char *id)
{
	char marked[ID_MAX_BYTES + 3];

	if (!id_is_usable(id))
		return;
	snprintf(marked, sizeof marked, "<%s>", id);
	if (strstr(buf_text(thread), marked) != NULL)
		return;
	if (thread->n > 0)
		buf_add_char(thread, ' ');
	buf_add_text(thread, marked);
}

/* Drops ids after the first until the rest fits. */
static void
thread_shorten(struct buf *thread)
{
	const char *first_end, *second_end;
	size_t drop;

	while (thread->n > THREAD_MAX_BYTES && (first_end = strchr(thread->p, ' ')) != NULL &&
	       (second_end = strchr(first_end + 1, ' ')) != NULL) {
		drop = (size_t)(second_end - first_end);
		memmove(thread->p + (first_end - thread->p), second_end, thread->n - (size_t)(second_end - thread->p) + 1);
		thread->n -= drop;
	}
}

/* References of a letter to this contact: the thread of the last letter, that letter, and the mail that is answered. */
static enum fault
thread_of(struct business *business, const struct passage *passage, size_t count, int64_t contact, const char *in_reply_to,
    struct buf *thread, struct why *why)
{
	struct letter last = {0};
	int64_t id = 0;
	bool found = false;
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < count && fault == FAULT_NONE && id == 0; i++)
		fault = store_letter_last(business->store, passage[i].renewal.id, contact, &id, why);
	if (fault == FAULT_NONE && id != 0)
		fault = store_letter_get(business->store, id, &last, &found, why);
	if (fault == FAULT_NONE && found) {
		if (last.thread != NULL)
			buf_add_text(thread, last.thread);
		thread_add(thread, last.message_id);
	}
	letter_release(&last);
	if (fault != FAULT_NONE)
		return fault;
	thread_add(thread, in_reply_to);
	thread_shorten(thread);
	return buf_fault(thread, why, "the thread of a letter");
}

enum fault
letter_thread(struct business *business, int64_t renewal, int64_t contact, const char *in_reply_to, struct buf *thread, struct why *why)
{
	const struct passage one = {.renewal = {.id = renewal}};

	return thread_of(business, &one, 1, contact, in_reply_to, thread, why);
}

/* ---- one letter to one contact ---- */

static enum fault
want_one(struct business *business, enum letter_kind kind, const struct customer *customer, const struct contact *contact,
    const struct passage *passage, size_t count, const char *in_reply_to, struct why *why)
{
	struct buf thread = BUF_MAX(64 << 10);
	struct letter letter = {.kind = kind, .customer = customer->id, .contact = contact->id, .language = customer->language};
	struct letter_item *item = calloc(count, sizeof *item);
	bool added = false;
	enum fault fault;

	if (item == NULL)
		return why_set(why, FAULT_STOP, "no memory for a letter");
	for (size_t i = 0; i < count; i++)
		if (passage[i].letters & 1u << kind)
			item[letter.item_count++] = (struct letter_item){.renewal = passage[i].renewal.id, .round = passage[i].letter_round};
	letter.item = item;
	fault = thread_of(business, passage, count, contact->id, in_reply_to, &thread, why);
	if (fault == FAULT_NONE) {
		char *references = buf_take(&thread);

		letter.in_reply_to = id_is_usable(in_reply_to) ? strdup(in_reply_to) : NULL;
		letter.thread = references;
		fault = store_letter_want(business->store, &letter, business->now, &added, why);
		free(letter.in_reply_to);
		free(references);
	}
	buf_release(&thread);
	free(item);
	return fault;
}

/* ---- who gets it ---- */

static const struct contact *
contact_find(const struct contact_list *list, int64_t id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->contact[i].id == id)
			return &list->contact[i];
	return NULL;
}

#define ROLE(name) (1u << ROLE_##name)
enum { EVERYBODY = ROLE(ADMIN) | ROLE(BILLING) | ROLE(TECHNICAL) };

/* Whom a kind of letter goes to; where nobody has such a role, the next choice; at last everybody. */
static const unsigned *
roles_of(enum letter_kind kind)
{
	static const unsigned deciding[] = {ROLE(ADMIN), EVERYBODY}, paying[] = {ROLE(BILLING), ROLE(ADMIN), EVERYBODY},
			      reminding[] = {ROLE(ADMIN) | ROLE(BILLING), EVERYBODY},
			      installing[] = {ROLE(TECHNICAL) | ROLE(ADMIN), EVERYBODY}, all[] = {EVERYBODY};

	switch (kind) {
	case LETTER_NOTICE:
	case LETTER_REMINDER:
	case LETTER_LAST_CHANCE:
	case LETTER_CONFIRM: /* where the contact is no longer written to */
		return deciding;
	case LETTER_INVOICE:
		return paying;
	case LETTER_PAYMENT_REMINDER:
		return reminding;
	case LETTER_REISSUE_STARTED:
	case LETTER_INSTALL:
		return installing;
	case LETTER_PAYMENT_REQUEST:
	case LETTER_APPLICATION_STARTED:
	case LETTER_RENEWED:
	case LETTER_DECLINED:
	case LETTER_LAPSED:
	case LETTER_NEW_PURCHASE:
	case LETTER_ANSWER:
	case LETTER_NEEDS_YOU:
	case LETTER_DIGEST:
	case letter_kind_count:
		break;
	}
	return all;
}

/* Marks in is_chosen whom a kind of letter goes to: each address once. */
static void
choose_contacts(enum letter_kind kind, const struct contact_list *list, int64_t answering, bool *is_chosen)
{
	const struct contact *only = kind == LETTER_CONFIRM ? contact_find(list, answering) : NULL;
	const unsigned *roles = roles_of(kind);
	unsigned present = 0;

	for (size_t i = 0; i < list->count; i++)
		present |= 1u << list->contact[i].role;
	while (*roles != EVERYBODY && (*roles & present) == 0)
		roles++;
	for (size_t i = 0; i < list->count; i++) {
		const struct contact *contact = &list->contact[i];

		is_chosen[i] = only != NULL ? contact == only : (*roles & 1u << contact->role) != 0;
		for (size_t j = 0; j < i && is_chosen[i]; j++)
			is_chosen[i] = !is_chosen[j] || strcasecmp(list->contact[j].address, contact->address) != 0;
	}
}

static enum fault
want_kind(struct business *business, enum letter_kind kind, const struct customer *customer, const struct contact_list *list,
    const struct passage *passage, size_t count, const struct occurrence *occurrence, struct why *why)
{
	const struct contact *answering = contact_find(list, occurrence->contact);
	bool *is_chosen = calloc(list->count + 1, sizeof *is_chosen);
	enum fault fault = FAULT_NONE;
	size_t wanted = 0;

	if (is_chosen == NULL)
		return why_set(why, FAULT_STOP, "no memory for a letter");
	choose_contacts(kind, list, occurrence->contact, is_chosen);
	for (size_t i = 0; i < list->count && fault == FAULT_NONE; i++) {
		const struct contact *contact = &list->contact[i];
		/* A confirmation is asked because somebody else wrote: the thread of that mail is not the contact's. */
		bool is_answered = kind != LETTER_CONFIRM && answering != NULL && strcasecmp(answering->address, contact->address) == 0;

		if (!is_chosen[i])
			continue;
		fault = want_one(business, kind, customer, contact, passage, count, is_answered ? occurrence->in_reply_to : NULL, why);
		wanted++;
	}
	free(is_chosen);
	if (fault == FAULT_NONE && wanted == 0)
		fault = why_set(why, FAULT_ITEM, "%s: customer %s has no contact to write to", passage[0].renewal.reference, customer->code);
	return fault;
}

enum fault
passage_want_letters(struct business *business, const struct passage *passage, size_t count, const struct occurrence *occurrence,
    struct why *why)
{
	struct customer customer = {0};
	struct contact_list list = {0};
	unsigned letters = 0;
	enum fault fault;

	for (size_t i = 0; i < count; i++) {
		letters |= passage[i].letters;
		if (passage[i].renewal.customer != passage[0].renewal.customer)
			return why_set(why, FAULT_ITEM, "%s and %s belong to different customers", passage[0].renewal.reference,
			    passage[i].renewal.reference);
	}
	if (letters == 0)
		return FAULT_NONE;
	fault = store_customer_get(business->store, passage[0].renewal.customer, &customer, why);
	if (fault == FAULT_NONE)
		fault = store_contact_list(business->store, customer.id, &list, why);
	for (int kind = 0; kind < (int)letter_kind_count && fault == FAULT_NONE; kind++)
		if (letters & 1u << kind)
			fault = want_kind(business, (enum letter_kind)kind, &customer, &list, passage, count, occurrence, why);
	contact_list_release(&list);
	customer_release(&customer);
	return fault;
}

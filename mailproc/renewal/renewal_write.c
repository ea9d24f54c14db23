/*
 * renewal_write.c - what staff write to a customer, and whose address they learn
 *
 * A letter goes to the contact on record and nowhere else: the From of a mail is anybody's word.
 */
#include "renewal_inner.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../store/store_words.h"

/* Who a review concerns. */
struct correspondent {
	struct renewal renewal;
	struct customer customer;
	struct contact_list list;
	const struct contact *contact; /* one of the list */
};

static void
correspondent_release(struct correspondent *c)
{
	renewal_release(&c->renewal);
	customer_release(&c->customer);
	contact_list_release(&c->list);
}

/* The renewal that a review is about: the one that was named, or the first that the answered letter asked about. */
static enum fault
find_renewal(struct business *business, const struct review *review, const struct message_record *message, int64_t *id, struct why *why)
{
	struct letter letter = {0};
	bool found = false;
	enum fault fault = FAULT_NONE;

	*id = review->renewal;
	if (*id == 0 && message->letter != 0)
		fault = store_letter_get(business->store, message->letter, &letter, &found, why);
	if (fault == FAULT_NONE && *id == 0 && letter.item_count > 0)
		*id = letter.item[0].renewal;
	letter_release(&letter);
	if (fault == FAULT_NONE && *id == 0)
		fault = why_set(why, FAULT_ITEM, "it is not known which renewal review %" PRId64 " is about: attach it to one first", review->id);
	return fault;
}

/* To whom the answered letter went, else who has the sender's address, else who decides: the list has those first. */
static const struct contact *
choose(const struct contact_list *list, const struct message_record *message)
{
	for (size_t i = 0; i < list->count; i++)
		if (message->contact != 0 && list->contact[i].id == message->contact)
			return &list->contact[i];
	for (size_t i = 0; i < list->count; i++)
		if (message->sender != NULL && strcasecmp(list->contact[i].address, message->sender) == 0)
			return &list->contact[i];
	return list->count > 0 ? &list->contact[0] : NULL;
}

static enum fault
find_correspondent(struct business *business, const struct review *review, const struct message_record *message, struct correspondent *out,
    struct why *why)
{
	int64_t id = 0;
	enum fault fault = find_renewal(business, review, message, &id, why);

	if (fault == FAULT_NONE)
		fault = store_renewal_get(business->store, id, &out->renewal, why);
	if (fault == FAULT_NONE)
		fault = store_customer_get(business->store, out->renewal.customer, &out->customer, why);
	if (fault == FAULT_NONE)
		fault = store_contact_list(business->store, out->customer.id, &out->list, why);
	if (fault != FAULT_NONE)
		return fault;
	out->contact = choose(&out->list, message);
	if (out->contact == NULL)
		return why_set(why, FAULT_ITEM, "customer %s has no contact to write to", out->customer.code);
	return FAULT_NONE;
}

/* Names no address: events cannot be erased. */
static enum fault
add_event(struct business *business, enum renewal_event kind, const struct correspondent *c, const struct review *review, const char *by,
    struct why *why)
{
	json_t *evidence = json_pack("{s:I, s:I}", "review", (json_int_t)review->id, "contact", (json_int_t)c->contact->id);
	struct event event = {.renewal = c->renewal.id, .at = business->now, .event = renewal_event_text(kind), .by = by, .message = review->message,
	    .evidence = evidence};
	enum fault fault = evidence != NULL ? store_event_add(business->store, &event, why) : why_set(why, FAULT_STOP, "no memory for an event");

	json_decref(evidence);
	return fault;
}

/* ---- an address learned ---- */

enum fault
review_remember_sender(struct business *business, const struct review *review, const struct message_record *message, const char *by,
    struct why *why)
{
	struct correspondent c = {0};
	bool added = false;
	enum fault fault = FAULT_NONE;

	if (message->sender == NULL || strchr(message->sender, '@') == NULL)
		fault = why_set(why, FAULT_ITEM, "the message has no usable sender to remember");
	if (fault == FAULT_NONE)
		fault = find_correspondent(business, review, message, &c, why);
	if (fault == FAULT_NONE && strcasecmp(c.contact->address, message->sender) != 0)
		fault = store_contact_add_address(business->store, c.contact->id, message->sender, &added, why);
	if (fault == FAULT_NONE && added)
		fault = add_event(business, EVENT_CONTACT_CHANGED, &c, review, by, why);
	correspondent_release(&c);
	return fault;
}

/* ---- a letter ---- */

static enum fault
want_letter(struct business *business, const struct correspondent *c, const struct message_record *message, const char *words, struct why *why)
{
	struct buf thread = BUF_MAX(64 << 10);
	struct letter_item item = {.renewal = c->renewal.id};
	struct letter letter = {.kind = LETTER_ANSWER, .customer = c->customer.id, .contact = c->contact->id, .language = c->customer.language,
	    .item = &item, .item_count = 1};
	/* Only who wrote is answered by Message-ID. */
	bool is_writer = message->sender != NULL && strcasecmp(message->sender, c->contact->address) == 0;
	enum fault fault = letter_thread(business, c->renewal.id, c->contact->id, is_writer ? message->message_id : NULL, &thread, why);

	if (fault == FAULT_NONE) {
		letter.in_reply_to = is_writer ? message->message_id : NULL;
		letter.thread = (char *)(uintptr_t)buf_text(&thread);
		fault = store_words_want(business->store, &letter, words, business->now, why);
	}
	buf_release(&thread);
	return fault;
}

static enum fault
answer(struct business *business, int64_t id, const char *words, const char *by, char **address, struct why *why)
{
	struct review review = {0};
	struct message_record message = {0};
	struct correspondent c = {0};
	bool found = false;
	enum fault fault = store_review_get(business->store, id, &review, &found, why);

	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "there is no review %" PRId64 " (mailproc review list)", id);
	if (fault == FAULT_NONE)
		fault = store_message_get(business->store, review.message, &message, why);
	if (fault == FAULT_NONE)
		fault = find_correspondent(business, &review, &message, &c, why);
	if (fault == FAULT_NONE)
		fault = want_letter(business, &c, &message, words, why);
	if (fault == FAULT_NONE)
		fault = add_event(business, EVENT_STAFF_WROTE, &c, &review, by, why);
	if (fault == FAULT_NONE && (*address = strdup(c.contact->address)) == NULL)
		fault = why_set(why, FAULT_STOP, "no memory for an address");
	correspondent_release(&c);
	message_record_release(&message);
	review_release(&review);
	return fault;
}

enum fault
renewal_answer_review(struct business *business, int64_t review, const char *words, const char *by, char **address, struct why *why)
{
	enum fault fault = store_begin(business->store, why);

	if (fault == FAULT_NONE)
		fault = answer(business, review, words, by, address, why);
	if (fault == FAULT_NONE)
		fault = store_commit(business->store, why);
	if (fault != FAULT_NONE) {
		store_rollback(business->store);
		free(*address);
		*address = NULL;
	}
	return fault;
}

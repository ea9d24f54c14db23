/*
 * import_keep.c - one row into the store. What the file has no column for, or leaves open and the record knows already, stays as
 * it is: a file with fewer columns must not wipe out what an earlier one said.
 */
#include "import_inner.h"

#include <string.h>

#include "../store/store_renewal.h"
#include "base/day.h"

static bool
has(const struct import *import, enum import_column column)
{
	return import->field_of[column] >= 0;
}

static enum fault
keep_customer(struct import *import, struct import_row *row, bool *changed, struct why *why)
{
	struct store *store = import->business->store;
	struct customer present = {0}, *customer = &row->customer;
	bool found;
	enum fault fault = store_customer_find(store, customer->code, &present, &found, why);

	if (fault != FAULT_NONE)
		return fault;
	customer->created_at = import->business->now;
	if (found) {
		customer->id = present.id;
		customer->created_at = present.created_at;
		customer->paused = present.paused;
		customer->pause_note = present.pause_note;
		if (!has(import, COLUMN_PERSON))
			customer->is_firm = present.is_firm;
		if (!has(import, COLUMN_PLAN))
			customer->plan = present.plan;
		if (!has(import, COLUMN_PAYMENT_METHOD))
			customer->payment_method = present.payment_method;
		if (!has(import, COLUMN_PAYER_KANA))
			customer->payer_kana = present.payer_kana;
	}
	fault = store_customer_put(store, customer, changed, why);
	customer->pause_note = customer->payer_kana = NULL;
	customer_release(&present);
	import->counts.customers += fault == FAULT_NONE && *changed;
	return fault;
}

/* The contact on record with this role and address, if the file does not say all about it. */
static enum fault
find_contact(struct import *import, struct import_row *row, struct contact_list *list, struct why *why)
{
	struct contact *contact = &row->contact;
	enum fault fault;

	if (has(import, COLUMN_CONTACT_NAME) && has(import, COLUMN_TEXT_ONLY))
		return FAULT_NONE;
	fault = store_contact_list(import->business->store, contact->customer, list, why);
	for (size_t i = 0; i < list->count; i++) {
		const struct contact *present = &list->contact[i];

		if (present->role != contact->role || strcmp(present->address, contact->address) != 0)
			continue;
		if (!has(import, COLUMN_CONTACT_NAME))
			contact->name = present->name;
		if (!has(import, COLUMN_TEXT_ONLY))
			contact->text_only = present->text_only;
	}
	return fault;
}

static enum fault
keep_contact(struct import *import, struct import_row *row, bool *changed, struct why *why)
{
	struct store *store = import->business->store;
	struct contact_list list = {0};
	enum fault fault;

	row->contact.customer = row->customer.id;
	fault = find_contact(import, row, &list, why);
	if (fault == FAULT_NONE)
		fault = store_contact_put(store, &row->contact, import->business->now, changed, why);
	for (char **also = row->also; fault == FAULT_NONE && also != NULL && *also != NULL; also++) {
		bool added = false;

		fault = store_contact_add_address(store, row->contact.id, *also, &added, why);
		*changed |= added;
	}
	row->contact.name = NULL;
	contact_list_release(&list);
	import->counts.contacts += fault == FAULT_NONE && *changed;
	return fault;
}

/* When the certificate began, where the row does not say: as recorded, else its end less the term of the product. */
static void
complete_certificate(const struct import *import, struct import_row *row, const struct certificate *present)
{
	struct certificate *made = &row->certificate;

	if (made->not_before == 0)
		made->not_before = present->id != 0 ? present->not_before
						    : instant_add_years(made->not_after, -row->product->term_years);
	if (present->id == 0)
		return;
	if (!has(import, COLUMN_AUTHORITY))
		made->authority = present->authority;
	if (!has(import, COLUMN_ORGANIZATION))
		made->organization = present->organization;
	if (!has(import, COLUMN_ORGANIZATIONAL_UNIT))
		made->organizational_unit = present->organizational_unit;
	if (!has(import, COLUMN_LOCALITY))
		made->locality = present->locality;
	if (!has(import, COLUMN_STATE_OR_PROVINCE))
		made->state_or_province = present->state_or_province;
	if (!has(import, COLUMN_COUNTRY))
		made->country = present->country;
	if (!has(import, COLUMN_SERIAL))
		made->serial = present->serial;
}

/* Term and certificate: the start of the one depends on the start of the other. */
static enum fault
keep_certificate(struct import *import, struct import_row *row, bool *changed, struct why *why)
{
	struct store *store = import->business->store;
	struct term *term = &row->term, present_term = {0};
	struct certificate *made = &row->certificate, present = {0}, put;
	bool found = false, term_found, term_changed = false;
	enum fault fault;

	term->customer = row->customer.id;
	fault = store_term_find(store, term, &present_term, &term_found, why);
	if (fault == FAULT_NONE && term_found)
		fault = store_certificate_find(store, present_term.id, made->not_after, &present, &found, why);
	if (fault != FAULT_NONE)
		goto out;
	complete_certificate(import, row, &present);
	if (term->starts_at == 0)
		term->starts_at = term_found ? present_term.starts_at : made->not_before;
	fault = store_term_put(store, term, &term_changed, why);
	if (fault != FAULT_NONE)
		goto out;
	made->term = term->id;
	put = *made;
	if (found && !has(import, COLUMN_SAN))
		put.name = present.name;
	fault = store_certificate_put(store, &put, changed, why);
	made->id = put.id;
	*changed |= term_changed;
	import->counts.certificates += fault == FAULT_NONE && *changed;
out:
	certificate_release(&present);
	term_release(&present_term);
	return fault;
}

static enum fault
add_renewal(struct import *import, const struct import_row *row, struct why *why)
{
	struct business *business = import->business;
	struct renewal renewal = {.kind = RENEWAL_KIND_RENEWAL, .term = row->term.id, .certificate = row->certificate.id,
	    .next_day = -1, .created_at = business->now};
	struct event event = {.at = business->now, .event = renewal_event_text(EVENT_IMPORTED),
	    .to_state = renewal_state_text(RENEWAL_UPCOMING), .by = "mailproc"};
	struct policy policy = {0};
	enum fault fault;

	fault = store_renewal_add(business->store, &renewal, business->config->reference_prefix,
	    day_year(day_of_instant(business->now)), why);
	if (fault == FAULT_NONE)
		fault = policy_of_renewal(business, &renewal, &policy, why);
	if (fault == FAULT_NONE)
		fault = store_renewal_set_next_day(business->store, renewal.id, policy.notice_day, why);
	event.renewal = renewal.id;
	if (fault == FAULT_NONE)
		fault = store_event_add(business->store, &event, why);
	renewal_release(&renewal);
	import->counts.renewals += fault == FAULT_NONE;
	return fault;
}

/* One passage for each term: a second certificate of the same term is not asked about again. */
static enum fault
keep_renewal(struct import *import, const struct import_row *row, bool *changed, struct why *why)
{
	struct renewal present = {0};
	bool found;
	enum fault fault;

	fault = store_renewal_of_term(import->business->store, row->term.id, RENEWAL_KIND_RENEWAL, &present, &found, why);
	renewal_release(&present);
	if (fault != FAULT_NONE || found)
		return fault;
	*changed = true;
	return add_renewal(import, row, why);
}

enum fault
import_keep(struct import *import, struct import_row *row, struct why *why)
{
	bool customer = false, contact = false, certificate = false, renewal = false;
	enum fault fault = keep_customer(import, row, &customer, why);

	if (fault == FAULT_NONE)
		fault = keep_contact(import, row, &contact, why);
	if (fault == FAULT_NONE)
		fault = keep_certificate(import, row, &certificate, why);
	if (fault == FAULT_NONE)
		fault = keep_renewal(import, row, &renewal, why);
	if (fault != FAULT_NONE)
		return why_before(why, fault, "line %u", row->line);
	import->counts.rows++;
	import->counts.unchanged += !customer && !contact && !certificate && !renewal;
	return FAULT_NONE;
}

/*
 * import_keep.c - one row into the store. What the file has no column for, or leaves open and the record knows already, stays as
 * it is: a file with fewer columns must not wipe out what an earlier one said.
 */
#include "import_inner.h"

#include <string.h>

#include "../../store/store_renewal.h"
#include "../../store/store_takeover.h"
#include "../base/day.h"

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

enum fault
import_keep(struct import *import, struct import_row *row, struct why *why)
{
	bool customer = false, contact = false, certificate = false;
	enum fault fault = keep_customer(import, row, &customer, why);

	if (fault == FAULT_NONE)
		fault = keep_contact(import, row, &contact, why);
	if (fault == FAULT_NONE)
		fault = keep_certificate(import, row, &certificate, why);
	if (fault == FAULT_NONE)
		fault = store_takeover_numbers(import->business->store, row->text[COLUMN_ORDER_NUMBER], row->text[COLUMN_INVOICE_NUMBER], why);
	if (fault != FAULT_NONE)
		return why_before(why, fault, "line %u", row->line);
	import->counts.rows++;
	import->counts.unchanged += !customer && !contact && !certificate;
	return FAULT_NONE;
}

/* ---- renewals ---- */

/* The records that an earlier pass has written for this row; *found false: they are not there. */
static enum fault
find_records(struct import *import, struct import_row *row, struct certificate *newest, bool *found, struct why *why)
{
	struct store *store = import->business->store;
	struct customer customer = {0};
	struct contact_list list = {0};
	struct term term = {0};
	enum fault fault = store_customer_find(store, row->customer.code, &customer, found, why);

	row->customer.id = row->term.customer = customer.id;
	if (fault == FAULT_NONE && *found)
		fault = store_contact_list(store, customer.id, &list, why);
	for (size_t i = 0; i < list.count; i++)
		if (list.contact[i].role == row->contact.role && strcmp(list.contact[i].address, row->contact.address) == 0)
			row->contact.id = list.contact[i].id;
	row->customer.payment_method = customer.payment_method;
	if (fault == FAULT_NONE && *found)
		fault = store_term_find(store, &row->term, &term, found, why);
	row->term.id = term.id;
	if (fault == FAULT_NONE && *found)
		fault = store_certificate_newest(store, term.id, newest, why);
	contact_list_release(&list);
	customer_release(&customer);
	term_release(&term);
	return fault;
}

static enum fault
begin(struct import *import, const struct import_row *row, const struct certificate *newest, struct why *why)
{
	struct business *business = import->business;
	struct renewal before = {0}, after = {0};
	bool had, has = false;
	enum fault fault = store_renewal_of_term(business->store, row->term.id, RENEWAL_KIND_RENEWAL, &before, &had, why);

	if (fault == FAULT_NONE)
		fault = renewal_begin(business, row->term.id, newest->id, EVENT_IMPORTED, NULL, "mailproc", why);
	if (fault == FAULT_NONE && !had) {
		import->counts.renewals++;
		fault = store_renewal_of_term(business->store, row->term.id, RENEWAL_KIND_RENEWAL, &after, &has, why);
	}
	if (fault == FAULT_NONE && has)
		fault = import_state_take(import, row, after.id, why);
	renewal_release(&before);
	renewal_release(&after);
	return fault;
}

/* A row about an earlier certificate of the same term is history. */
enum fault
import_begin(struct import *import, struct import_row *row, struct why *why)
{
	struct certificate newest = {0};
	bool found = false;
	enum fault fault = find_records(import, row, &newest, &found, why);

	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_STOP, "the file was good when it was kept, and is not now");
	if (fault == FAULT_NONE && newest.not_after == row->certificate.not_after)
		fault = begin(import, row, &newest, why);
	certificate_release(&newest);
	return fault != FAULT_NONE ? why_before(why, fault, "line %u", row->line) : FAULT_NONE;
}

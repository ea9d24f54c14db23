/*
 * store_takeover.h - what was done before mailproc was there: bills with numbers of their own, letters that somebody else sent (see store.h)
 *
 * Numbers that look like ours are not given twice.
 */
#ifndef MAILPROC_STORE_TAKEOVER_H
#define MAILPROC_STORE_TAKEOVER_H

#include "store_letter.h"
#include "words.h"

/* One certificate on an invoice. All borrowed. */
struct takeover_bill {
	int64_t customer, renewal;
	enum payment_method method;
	const char *order_number, *invoice_number, *addressee, *product, *description, *currency;
	int issued_day, due_day;
	int64_t net, tax;
	int tax_percent;
	int64_t created_at;
};
/* Moves our counters on where these look like ours; "" is none. Due for all numbers before anything new gets one. */
MUST_USE enum fault store_takeover_numbers(struct store *store, const char *order_number, const char *invoice_number, struct why *why);
/* Makes order and invoice, or adds a line where they stand. FAULT_ITEM when the number belongs to another customer, or the renewal has an invoice. */
MUST_USE enum fault store_takeover_bill(struct store *store, const struct takeover_bill *bill, int64_t *invoice, struct why *why);
/* Records a letter as accepted at an instant. What store_letter_want() reads is read; id is set. */
MUST_USE enum fault store_takeover_letter(struct store *store, struct letter *letter, int64_t at, struct why *why);

#endif

/* payment_inner.h - what the files of the payment stage share */
#ifndef MAILPROC_PAYMENT_INNER_H
#define MAILPROC_PAYMENT_INNER_H

#include "../../store/store_money.h"
#include "../payment.h"

/* ---- one payment (payment.c): inside the caller's transaction ---- */

/* Judges a payment that is on record against this invoice, writes its state, and pays the invoice where it is matched or accepted. */
MUST_USE enum fault payment_place(struct business *business, struct payment *payment, const struct invoice *invoice, bool accepts,
    const char *by, const char *note, struct payment_result *result, struct why *why);

/* ---- which invoice (payment_find.c) ---- */

/* Finds the invoice that a row of a bank means. invoice 0: not certain, and reason says what is near. */
struct payment_find {
	int64_t invoice;
	struct why reason;
};
MUST_USE enum fault payment_find(struct business *business, int64_t amount, const char *payer, const char *text, struct payment_find *out,
    struct why *why);

#endif

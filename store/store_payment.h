/* store_payment.h - money that came (see store.h). Whole units of the currency. */
#ifndef MAILPROC_STORE_PAYMENT_H
#define MAILPROC_STORE_PAYMENT_H

#include "store.h"
#include "store_view.h"
#include "words.h"

enum { PAYMENT_KEY_LEN = 32 };

struct payment {
	int64_t id;
	int64_t invoice; /* 0: not known which */
	int64_t amount;
	int paid_day;
	enum payment_method method;
	enum payment_state state;
	char *source;	 /* who or what said so */
	char *payer;	 /* as the bank wrote it; NULL: nothing */
	char *text;	 /* likewise */
	char *reason;	 /* why it is in this state */
	char *decision;	 /* accepted, closed; NULL: none */
	char *decided_by, *note;
};

/* Inserts; id is set. key: of its row in a bank's file (NULL: none): *added is false, and nothing written, when that row is on record already. */
MUST_USE enum fault store_payment_add(struct store *store, struct payment *payment, const unsigned char *key, int64_t now, bool *added,
    struct why *why);
MUST_USE enum fault store_payment_get(struct store *store, int64_t id, struct payment *out, bool *found, struct why *why);
MUST_USE enum fault store_payment_place(struct store *store, int64_t id, int64_t invoice, enum payment_state state, const char *reason,
    struct why *why);
/* decision: accepted or closed. */
MUST_USE enum fault store_payment_decide(struct store *store, int64_t id, const char *decision, const char *by, const char *note, int64_t now,
    struct why *why);
/* What counts for an invoice so far, without the payment except (0: none): matched, short, over, and what staff accepted. */
MUST_USE enum fault store_payment_sum(struct store *store, int64_t invoice, int64_t except, int64_t *sum, struct why *why);
/* Short ones of an invoice that is paid now are matched. */
MUST_USE enum fault store_payment_complete(struct store *store, int64_t invoice, const char *reason, struct why *why);
/* id, paid_day, amount, method, state, invoice (number), customer_name, payer, text, reason, source, decision, decided_by, decided_at, note, recorded_at. By day. */
MUST_USE enum fault store_view_payments(struct store *store, bool open_only, view_row *row, void *data, struct why *why);
void payment_release(struct payment *payment);

#endif

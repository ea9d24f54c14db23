/*
 * store_waiting.h - what waits for staff, as JSON (see store.h)
 *
 * Each list has at most 100 rows, the oldest first. What began to wait today is not yet in it: of that a letter of its own has told. Instants and days as
 * in store_view.h.
 */
#ifndef MAILPROC_STORE_WAITING_H
#define MAILPROC_STORE_WAITING_H

#include "store.h"

/*
 * reviews[{id, opened_at, reference, customer_name, reason}], letters[{id, kind, state, reference, reason}] that are held, unknown or refused,
 * payments[{id, total, currency, paid_day, state, payer, number, reason}] that nobody has decided about,
 * unpaid[{number, customer_name, total, currency, due_day, reference, common_name}] past their due day, apply[{reference, common_name, customer_name,
 * state_at}] that are paid, late[{reference, common_name, customer_name, state, ends_at}] whose end has passed while the new certificate is not there,
 * reissues[{reference, common_name, customer_name, ends_at}] to apply for; count: of all. A new reference.
 */
MUST_USE enum fault store_waiting(struct store *store, int today_day, int64_t now, json_t **out, struct why *why);
/* When the last letter of this kind to staff was wanted; 0: never. One that has not gone out yet counts as one of the year 9999. */
MUST_USE enum fault store_waiting_told_at(struct store *store, const char *kind, int64_t *at, struct why *why);

#endif

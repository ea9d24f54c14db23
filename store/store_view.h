/*
 * store_view.h - what people look at, as JSON (see store.h)
 *
 * Each view calls row once for each row with an object whose keys are the names of columns and never change: they are what --json
 * prints. Instants are RFC 3339 in the business zone, days YYYY-MM-DD, absent values null. row borrows; a false answer ends the view.
 */
#ifndef MAILPROC_STORE_VIEW_H
#define MAILPROC_STORE_VIEW_H

#include "store.h"

typedef bool view_row(json_t *row, void *data);

/*
 * Renewals: reference, kind, state, state_at, customer (code), customer_name, common_name, product, authority, term_ends_at, certificate_ends_at,
 * next_day, seen (what was found on the server, where staff have to look at it). state NULL: all but renewed, lapsed, replaced; until_day -1: any; "due" means next_day <= until_day.
 */
MUST_USE enum fault store_view_renewals(struct store *store, const char *state, int until_day, view_row *row, void *data,
    struct why *why);
/*
 * One renewal with everything: the keys above (customer is an object here), round, customer{code, name, is_firm, language, plan, payment_method,
 * payer_kana, paused, pause_note}, contacts[{id, role, name, address, text_only, also[]}], term{product, common_name, starts_at, ends_at},
 * certificate{authority, common_name, organization, organizational_unit, locality, state_or_province, country, not_before, not_after, serial,
 * names[]}, sighting{looked_at, since_at, host, finding, is_for_staff, detail, not_after, serial},
 * order{number, state, payment_method, purchase_order, created_at, void_at, void_reason, billing_state, billing_text}, invoice (store_invoice_json),
 * letters[{id, kind, contact, state, state_at, subject, message_id, answer, reason}], events[{at, event, from, to, by, message, evidence}],
 * messages[{id, outcome, reason, handled_at}]. NULL when there is none.
 */
MUST_USE enum fault store_view_renewal(struct store *store, const char *reference, json_t **out, struct why *why);
/* Reviews: id, opened_at, reference, customer_name, sender, subject, reason, suggestion, decision. Oldest first. */
MUST_USE enum fault store_view_reviews(struct store *store, bool all, view_row *row, void *data, struct why *why);
/*
 * Numbers: states{STATE: n}, letters{STATE: n}, reviews_open, oldest_review_at, due (renewals whose day has come), overdue (whose day was overdue_day or
 * earlier, without those of paused customers), invoices_open, invoices_overdue, payments_open (wait for staff), billing_waiting, billing_failing (waiting,
 * and tried), billing_stuck (more than three times), billing_refused, outcomes{OUTCOME: n}, unhandled, unrelated_subjects[≤ 10 newest],
 * last_run{command, started_at, ended_at, fault, counts}, mailboxes[{name, polled_at}], guard{set_at, reason} (null: none),
 * held[{id, kind, state, state_at, reason, reference}] (held, unknown and refused, at most 100, newest first). Every word has its key. today_day is the
 * local day of now.
 */
MUST_USE enum fault store_view_status(struct store *store, int today_day, int overdue_day, json_t **out, struct why *why);

/* What was billed after an invoice (0: the first): how many, for how much, and the last one's id (after, when there is none). */
struct invoice_sum {
	int64_t count, total, last;
};
MUST_USE enum fault store_view_invoices_since(struct store *store, int64_t after, struct invoice_sum *out, struct why *why);

#endif

/*
 * billing.h - each order, and each order that is void, is handed to the company's billing system
 *
 * In:    orders that the billing program has not been told of
 * Out:   what it answered; where it refused for good, staff see it
 *
 * The program is the operator's: it gets one object on its standard input (store_view_order_events() names the keys) and answers by its exit status.
 * 0: it has the order. 65: it will never take it. Anything else, or no end in time: try again later, 5 minutes after the first time, doubled each
 * time, at most 4 hours. After a crash it may be told of the same order again: the order's number tells.
 *
 * It runs before letters are sent and outside of transactions. A program that hangs, or fails three times in a row, is left alone until the next run.
 */
#ifndef MAILPROC_BILLING_H
#define MAILPROC_BILLING_H

#include "renewal.h"

struct billing_counts {
	size_t told, accepted, later, refused;
};

/* Tells what is due. A transaction for each. */
MUST_USE enum fault billing_run(struct business *business, struct billing_counts *counts, struct why *why);

/* Staff settle the order that was refused or does not get through: again now, or it was entered by hand. A transaction of its own. FAULT_ITEM. */
MUST_USE enum fault billing_retry(struct business *business, const char *order, struct why *why);
MUST_USE enum fault billing_accept(struct business *business, const char *order, const char *by, struct why *why);

#endif

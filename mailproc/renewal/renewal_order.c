/*
 * renewal_order.c - one order and one invoice for what one reply renews
 *
 * Prices are without tax. The tax is rounded once per invoice and rate, as the rules for qualified invoices ask; fractions of a yen are cut off (切り捨て).
 */
#include "renewal_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../store/store_billing.h"
#include "../base/day.h"

/* What one line is made of. */
struct sale {
	struct renewal renewal;
	struct term term;
	const struct config_product *product; /* borrowed from the configuration */
	int due_day;
	char *description;
	char *purchase_order, *addressee; /* wishes of the customer; "" or NULL: none */
};

static void
sales_free(struct sale *sale, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		renewal_release(&sale[i].renewal);
		term_release(&sale[i].term);
		free(sale[i].description);
		free(sale[i].purchase_order);
		free(sale[i].addressee);
	}
	free(sale);
}

/* Whether an invoice stands already: what was ordered is not ordered again. */
static enum fault
has_invoice(struct business *business, int64_t renewal, bool *has, struct why *why)
{
	struct invoice invoice = {0};
	enum fault fault = store_invoice_of_renewal(business->store, renewal, &invoice, has, why);

	invoice_release(&invoice);
	return fault;
}

static enum fault
sale_load(struct business *business, int64_t renewal, struct sale *out, struct why *why)
{
	struct policy policy = {0};
	enum fault fault;

	fault = store_renewal_get(business->store, renewal, &out->renewal, why);
	if (fault == FAULT_NONE)
		fault = policy_of_renewal(business, &out->renewal, &policy, why);
	if (fault == FAULT_NONE)
		fault = store_term_get(business->store, out->renewal.term, &out->term, why);
	if (fault == FAULT_NONE)
		fault = store_wishes_get(business->store, renewal, &out->purchase_order, &out->addressee, why);
	if (fault != FAULT_NONE)
		return fault;
	out->due_day = policy_due_day(business, &policy);
	out->product = config_find_product(business->config, out->term.product);
	return FAULT_NONE;
}

static enum fault
sale_describe(struct sale *sale, enum language language, struct why *why)
{
	const char *name = sale->product->name.in[language];
	int n;

	if (name == NULL || name[0] == '\0')
		name = sale->product->id;
	n = language == LANGUAGE_JA ? asprintf(&sale->description, "%s 更新（%s）", name, sale->term.common_name)
				    : asprintf(&sale->description, "%s, renewal (%s)", name, sale->term.common_name);
	if (n < 0) {
		sale->description = NULL;
		return why_set(why, FAULT_STOP, "no memory for a line of an order");
	}
	return FAULT_NONE;
}

static enum payment_method
method_of(const struct sale *sale, const struct customer *customer)
{
	return sale->renewal.has_payment_method ? sale->renewal.payment_method : customer->payment_method;
}

/* The first wish that was uttered, if any. */
static void
take_wishes(const struct sale *sale, size_t count, struct order *order, struct invoice *invoice)
{
	for (size_t i = count; i-- > 0;) {
		if (sale[i].purchase_order != NULL && sale[i].purchase_order[0] != '\0')
			order->purchase_order = sale[i].purchase_order;
		if (sale[i].addressee != NULL && sale[i].addressee[0] != '\0')
			invoice->addressee = sale[i].addressee;
	}
}

/* Writes order and invoice of these sales, all of one customer. */
static enum fault
write_order(struct business *business, const struct customer *customer, const struct sale *sale, size_t count, struct why *why)
{
	int today = day_of_instant(business->now);
	int percent = business->config->tax_percent;
	struct order order = {.customer = customer->id, .payment_method = method_of(&sale[0], customer), .created_at = business->now};
	struct invoice invoice = {.customer = customer->id, .addressee = customer->name, .issued_day = today, .due_day = sale[0].due_day};
	struct invoice_tax tax = {.percent = percent};
	struct order_line *line = calloc(count, sizeof *line);
	enum fault fault;

	if (line == NULL)
		return why_set(why, FAULT_STOP, "no memory for an order");
	for (size_t i = 0; i < count; i++) {
		line[i] = (struct order_line){sale[i].renewal.id, sale[i].product->id, sale[i].description, sale[i].product->price, percent};
		tax.net += sale[i].product->price;
		if (sale[i].due_day < invoice.due_day)
			invoice.due_day = sale[i].due_day;
	}
	tax.tax = tax.net * percent / 100;
	invoice.net = tax.net;
	invoice.tax = tax.tax;
	invoice.total = tax.net + tax.tax;
	take_wishes(sale, count, &order, &invoice);
	snprintf(invoice.currency, sizeof invoice.currency, "%s", business->config->currency);
	snprintf(invoice.state, sizeof invoice.state, "open");
	fault = store_order_add(business->store, &order, line, count, day_year(today), why);
	if (fault == FAULT_NONE && config_has_billing(business->config))
		fault = store_billing_want(business->store, order.id, business->now, why);
	if (fault == FAULT_NONE) {
		invoice.order = order.id;
		fault = store_invoice_add(business->store, &invoice, line, count, &tax, 1, day_year(today), why);
	}
	free(line);
	return fault;
}

enum fault
renewal_order(struct business *business, const int64_t *renewal, size_t count, struct why *why)
{
	struct sale *sale = calloc(count + 1, sizeof *sale);
	struct customer customer = {0};
	size_t sales = 0;
	bool has = false;
	enum fault fault = FAULT_NONE;

	if (sale == NULL)
		return why_set(why, FAULT_STOP, "no memory for an order");
	for (size_t i = 0; i < count && fault == FAULT_NONE; i++) {
		fault = has_invoice(business, renewal[i], &has, why);
		if (fault == FAULT_NONE && !has)
			fault = sale_load(business, renewal[i], &sale[sales++], why);
	}
	if (fault != FAULT_NONE || sales == 0)
		goto out;
	fault = store_customer_get(business->store, sale[0].renewal.customer, &customer, why);
	for (size_t i = 0; i < sales && fault == FAULT_NONE; i++) {
		if (sale[i].renewal.customer != customer.id)
			fault = why_set(why, FAULT_ITEM, "%s and %s belong to different customers: one order cannot hold both",
			    sale[0].renewal.reference, sale[i].renewal.reference);
		else
			fault = sale_describe(&sale[i], customer.language, why);
	}
	if (fault == FAULT_NONE)
		fault = write_order(business, &customer, sale, sales, why);
out:
	customer_release(&customer);
	sales_free(sale, count + 1);
	return fault;
}

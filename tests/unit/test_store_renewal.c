/* test_store_renewal.c - customers, certificates, renewals, orders, invoices and payments. */
#include "store_scratch.h"

#include "store/store_money.h"

static void
begin(struct scratch *s)
{
	DONE(s, store_begin(s->store, &s->why));
}

static void
commit(struct scratch *s)
{
	DONE(s, store_commit(s->store, &s->why));
}

static void
a_customer_comes_back_as_it_was_put(void **state)
{
	struct scratch *s = *state;
	struct customer put = {.code = (char[]){"K-9"}, .name = (char[]){"山田\\太郎"}, .language = LANGUAGE_EN, .plan = PLAN_FLEX,
	    .payment_method = METHOD_TRANSFER, .payer_kana = (char[]){"ﾔﾏﾀﾞ"}, .paused = true, .pause_note = (char[]){"vacation"},
	    .created_at = T0};
	struct customer got = {0};
	bool changed, found;

	begin(s);
	DONE(s, store_customer_put(s->store, &put, &changed, &s->why));
	assert_true(changed);
	DONE(s, store_customer_find(s->store, "K-9", &got, &found, &s->why));
	assert_true(found);
	assert_int_equal(got.id, put.id);
	assert_string_equal(got.name, put.name);
	assert_false(got.is_firm);
	assert_int_equal(got.language, LANGUAGE_EN);
	assert_int_equal(got.plan, PLAN_FLEX);
	assert_int_equal(got.payment_method, METHOD_TRANSFER);
	assert_string_equal(got.payer_kana, put.payer_kana);
	assert_true(got.paused);
	assert_string_equal(got.pause_note, "vacation");
	assert_int_equal(got.created_at, T0);
	DONE(s, store_customer_put(s->store, &got, &changed, &s->why));
	assert_false(changed);
	got.paused = false;
	DONE(s, store_customer_put(s->store, &got, &changed, &s->why));
	assert_true(changed);
	customer_release(&got);
	put.id = 0;
	assert_int_equal(store_customer_put(s->store, &put, &changed, &s->why), FAULT_ITEM);
	assert_non_null(strstr(s->why.text, "customer.code"));
	put.id = 4711;
	put.code = (char[]){"K-10"};
	assert_int_equal(store_customer_put(s->store, &put, &changed, &s->why), FAULT_STOP);
	DONE(s, store_customer_find(s->store, "K-10", &got, &found, &s->why));
	assert_false(found);
	assert_null(got.code);
	assert_int_equal(store_customer_get(s->store, 4711, &got, &s->why), FAULT_STOP);
	commit(s);
}

static void
contacts_are_listed_by_role_and_owned_by_address(void **state)
{
	struct scratch *s = *state;
	struct contact_list list = {0};
	struct contact other = {.role = ROLE_TECHNICAL, .address = (char[]){"a1@example.jp"}};
	char **address = NULL;
	struct seed one, two;
	int64_t owner;
	bool changed;

	begin(s);
	one = scratch_seed(s, 1);
	two = scratch_seed(s, 2);
	DONE(s, store_contact_add_address(s->store, one.admin, "Boss@Example.jp", &changed, &s->why));
	assert_true(changed);
	DONE(s, store_contact_add_address(s->store, one.admin, "Boss@Example.jp", &changed, &s->why));
	assert_false(changed);
	DONE(s, store_contact_list(s->store, one.customer, &list, &s->why));
	assert_int_equal(list.count, 2);
	assert_int_equal(list.contact[0].role, ROLE_ADMIN);
	assert_int_equal(list.contact[1].role, ROLE_BILLING);
	contact_list_release(&list);
	DONE(s, store_contact_addresses(s->store, one.customer, &address, &s->why));
	assert_string_equal(address[0], "Boss@Example.jp");
	assert_string_equal(address[1], "a1@example.jp");
	assert_null(address[2]);
	address_list_free(address);
	DONE(s, store_contact_owner(s->store, "A1@example.jp", &owner, &s->why));
	assert_int_equal(owner, one.customer);
	DONE(s, store_contact_owner(s->store, "boss@example.jp", &owner, &s->why));
	assert_int_equal(owner, one.customer);
	DONE(s, store_contact_owner(s->store, "nobody@example.jp", &owner, &s->why));
	assert_int_equal(owner, 0);
	other.customer = two.customer;
	DONE(s, store_contact_put(s->store, &other, T0, &changed, &s->why));
	DONE(s, store_contact_owner(s->store, "a1@example.jp", &owner, &s->why));
	assert_int_equal(owner, -1);
	commit(s);
}

static void
a_removed_contact_is_known_but_not_written_to(void **state)
{
	struct scratch *s = *state;
	struct contact_list list = {0};
	struct contact back = {.role = ROLE_ADMIN, .address = (char[]){"a1@example.jp"}};
	char **address = NULL;
	struct seed one;
	int64_t owner;
	bool changed;

	begin(s);
	one = scratch_seed(s, 1);
	scratch_run(s, "UPDATE contact SET removed_at = 5");
	DONE(s, store_contact_list(s->store, one.customer, &list, &s->why));
	assert_int_equal(list.count, 0);
	DONE(s, store_contact_addresses(s->store, one.customer, &address, &s->why));
	assert_null(address[0]);
	address_list_free(address);
	DONE(s, store_contact_owner(s->store, "a1@example.jp", &owner, &s->why));
	assert_int_equal(owner, one.customer);
	back.customer = one.customer;
	DONE(s, store_contact_put(s->store, &back, T0, &changed, &s->why));
	assert_true(changed);
	assert_int_equal(back.id, one.admin);
	DONE(s, store_contact_list(s->store, one.customer, &list, &s->why));
	assert_int_equal(list.count, 1);
	contact_list_release(&list);
	commit(s);
}

static void
names_of_a_certificate_are_a_set(void **state)
{
	struct scratch *s = *state;
	struct certificate got = {0};
	struct seed one;
	char *names[] = {(char[]){"b.example.jp"}, (char[]){"a.example.jp"}, (char[]){"a.example.jp"}, NULL};
	char **own;
	bool changed, known;

	begin(s);
	one = scratch_seed(s, 1);
	DONE(s, store_certificate_get(s->store, one.certificate, &got, &s->why));
	assert_string_equal(got.name[0], "www1.example.jp");
	assert_null(got.name[1]);
	DONE(s, store_certificate_put(s->store, &got, &changed, &s->why));
	assert_false(changed);
	own = got.name;
	got.name = names;
	DONE(s, store_certificate_put(s->store, &got, &changed, &s->why));
	assert_true(changed);
	DONE(s, store_certificate_put(s->store, &got, &changed, &s->why));
	assert_false(changed);
	got.name = own;
	certificate_release(&got);
	DONE(s, store_certificate_get(s->store, one.certificate, &got, &s->why));
	assert_string_equal(got.name[0], "a.example.jp");
	assert_string_equal(got.name[1], "b.example.jp");
	assert_null(got.name[2]);
	certificate_release(&got);
	DONE(s, store_certificate_is_known(s->store, "a.example.jp", &known, &s->why));
	assert_true(known);
	DONE(s, store_certificate_is_known(s->store, "www1.example.jp", &known, &s->why));
	assert_true(known);
	DONE(s, store_certificate_is_known(s->store, "example.jp", &known, &s->why));
	assert_false(known);
	commit(s);
}

static void
references_count_up_and_a_certificate_has_one_renewal(void **state)
{
	struct scratch *s = *state;
	struct renewal got = {0}, again = {.kind = RENEWAL_KIND_RENEWAL, .next_day = -1, .created_at = T0};
	struct seed one, two;
	bool found;

	begin(s);
	one = scratch_seed(s, 1);
	two = scratch_seed(s, 2);
	commit(s);
	DONE(s, store_renewal_find(s->store, "SSL-2026-00002", &got, &found, &s->why));
	assert_true(found);
	assert_int_equal(got.id, two.renewal);
	assert_int_equal(got.customer, two.customer);
	assert_int_equal(got.state, RENEWAL_UPCOMING);
	assert_int_equal(got.next_day, 20702);
	assert_false(got.has_payment_method);
	renewal_release(&got);
	begin(s);
	again.term = one.term;
	again.certificate = one.certificate;
	assert_int_equal(store_renewal_add(s->store, &again, "SSL", 2026, &s->why), FAULT_ITEM);
	store_rollback(s->store);
	begin(s);
	again.kind = RENEWAL_KIND_REISSUE;
	DONE(s, store_renewal_add(s->store, &again, "SSL", 2026, &s->why));
	assert_string_equal(again.reference, "SSL-2026-00003");
	commit(s);
	renewal_release(&again);
	DONE(s, store_renewal_of_term(s->store, one.term, RENEWAL_KIND_REISSUE, &got, &found, &s->why));
	assert_true(found);
	assert_int_equal(got.next_day, -1);
	renewal_release(&got);
	DONE(s, store_renewal_of_certificate(s->store, two.certificate, RENEWAL_KIND_REISSUE, &got, &found, &s->why));
	assert_false(found);
	assert_null(got.reference);
}

static void
a_move_expects_the_present_state(void **state)
{
	struct scratch *s = *state;
	struct renewal got = {0};
	struct seed one;

	begin(s);
	one = scratch_seed(s, 1);
	DONE(s, store_renewal_get(s->store, one.renewal, &got, &s->why));
	DONE(s, store_renewal_move(s->store, &got, RENEWAL_NOTICED, T0 + 9, -1, 1, &s->why));
	assert_int_equal(store_renewal_move(s->store, &got, RENEWAL_DECLINED, T0 + 9, -1, 1, &s->why), FAULT_LATER);
	assert_non_null(strstr(s->why.text, "SSL-2026-00001"));
	renewal_release(&got);
	DONE(s, store_renewal_set_payment_method(s->store, one.renewal, METHOD_CARD, &s->why));
	DONE(s, store_renewal_get(s->store, one.renewal, &got, &s->why));
	assert_int_equal(got.state, RENEWAL_NOTICED);
	assert_int_equal(got.state_at, T0 + 9);
	assert_int_equal(got.next_day, -1);
	assert_int_equal(got.round, 1);
	assert_true(got.has_payment_method);
	assert_int_equal(got.payment_method, METHOD_CARD);
	renewal_release(&got);
	assert_int_equal(store_renewal_set_next_day(s->store, 4711, 1, &s->why), FAULT_STOP);
	commit(s);
}

static void
due_means_from_this_day_on(void **state)
{
	struct scratch *s = *state;
	int64_t ids[2];
	struct seed seed[4];
	size_t count;

	begin(s);
	for (int i = 3; i >= 0; i--)
		seed[i] = scratch_seed(s, i); /* due on 20700 + i; ids fall as days rise */
	DONE(s, store_renewal_set_next_day(s->store, seed[2].renewal, -1, &s->why));
	commit(s);
	DONE(s, store_renewal_due(s->store, 20699, 0, ids, 2, &count, &s->why));
	assert_int_equal(count, 0);
	DONE(s, store_renewal_due(s->store, 20703, 0, ids, 2, &count, &s->why));
	assert_int_equal(count, 2);
	assert_int_equal(ids[0], seed[3].renewal);
	assert_int_equal(ids[1], seed[1].renewal);
	DONE(s, store_renewal_due(s->store, 20703, ids[1], ids, 2, &count, &s->why));
	assert_int_equal(count, 1);
	assert_int_equal(ids[0], seed[0].renewal);
}

/* An order with its invoice about these renewals, inside the open transaction. */
static enum fault
add_invoice(struct scratch *s, const struct seed *seed, size_t count, struct invoice *invoice)
{
	struct order order = {.customer = seed[0].customer, .payment_method = METHOD_TRANSFER, .created_at = T0};
	struct order_line line[2];
	struct invoice_tax tax = {10, (int64_t)count * 50000, (int64_t)count * 5000};
	enum fault fault;

	for (size_t i = 0; i < count; i++)
		line[i] = (struct order_line){seed[i].renewal, "p1", "専用SSL", 50000, 10};
	fault = store_order_add(s->store, &order, line, count, 2026, &s->why);
	if (fault != FAULT_NONE)
		return fault;
	*invoice = (struct invoice){.order = order.id, .customer = order.customer, .addressee = (char[]){"株式会社例"}, .issued_day = 20717,
	    .due_day = 20731, .currency = "JPY", .net = tax.net, .tax = tax.tax, .total = tax.net + tax.tax};
	return store_invoice_add(s->store, invoice, line, count, &tax, 1, 2026, &s->why);
}

static void
a_renewal_has_one_open_invoice_line(void **state)
{
	struct scratch *s = *state;
	struct seed seed[2];
	struct invoice invoice, got = {0};
	bool voided, found;

	begin(s);
	seed[0] = scratch_seed(s, 1);
	seed[1] = scratch_seed(s, 2);
	DONE(s, add_invoice(s, seed, 2, &invoice));
	assert_string_equal(invoice.number, "2026-000001");
	commit(s);
	begin(s);
	assert_int_equal(add_invoice(s, &seed[1], 1, &invoice), FAULT_ITEM);
	assert_non_null(strstr(s->why.text, "2026-000001"));
	store_rollback(s->store);
	begin(s);
	DONE(s, store_order_void(s->store, seed[1].renewal, "changed", T0, &voided, &s->why));
	assert_true(voided);
	DONE(s, store_order_void(s->store, seed[1].renewal, "changed", T0, &voided, &s->why));
	assert_false(voided);
	DONE(s, store_invoice_of_renewal(s->store, seed[0].renewal, &got, &found, &s->why));
	assert_false(found);
	/* The refused one left no gap behind. */
	DONE(s, add_invoice(s, &seed[1], 1, &invoice));
	assert_string_equal(invoice.number, "2026-000002");
	commit(s);
	DONE(s, store_invoice_of_renewal(s->store, seed[1].renewal, &got, &found, &s->why));
	assert_true(found);
	assert_string_equal(got.number, "2026-000002");
	assert_string_equal(got.state, "open");
	assert_string_equal(got.currency, "JPY");
	assert_int_equal(got.total, 55000);
	assert_int_equal(got.due_day, 20731);
	invoice_release(&got);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM orders WHERE state = 'void' AND void_reason = 'changed'"), 1);
}

static void
an_invoice_is_paid_once_and_stays_so(void **state)
{
	struct scratch *s = *state;
	struct invoice invoice, got = {0};
	json_t *json = NULL;
	struct seed one;
	bool found, voided;

	begin(s);
	one = scratch_seed(s, 1);
	DONE(s, add_invoice(s, &one, 1, &invoice));
	DONE(s, store_invoice_set_paid(s->store, invoice.id, &s->why));
	DONE(s, store_invoice_of_renewal(s->store, one.renewal, &got, &found, &s->why));
	assert_string_equal(got.state, "paid");
	invoice_release(&got);
	assert_int_equal(store_invoice_set_paid(s->store, invoice.id, &s->why), FAULT_ITEM);
	/* Paid: what was ordered can no longer be taken back by an answer. */
	DONE(s, store_order_void(s->store, one.renewal, "late no", T0, &voided, &s->why));
	assert_false(voided);
	assert_int_equal(add_invoice(s, &one, 1, &invoice), FAULT_ITEM);
	store_rollback(s->store);
	begin(s);
	one = scratch_seed(s, 1);
	DONE(s, add_invoice(s, &one, 1, &invoice));
	commit(s);
	DONE(s, store_invoice_json(s->store, invoice.id, &json, &s->why));
	assert_string_equal(json_string_value(json_object_get(json, "due_day")), "2026-10-05");
	assert_int_equal(json_integer_value(json_object_get(json, "total")), 55000);
	assert_string_equal(json_string_value(json_object_get(json, "order")), "O-2026-00001");
	assert_string_equal(json_string_value(json_object_get(json, "customer")), "C1");
	assert_int_equal(json_array_size(json_object_get(json, "lines")), 1);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(json_object_get(json, "taxes"), 0), "tax")), 5000);
	json_decref(json);
	assert_int_equal(store_invoice_json(s->store, 4711, &json, &s->why), FAULT_STOP);
}

static void
a_record_of_nobody_is_refused(void **state)
{
	struct scratch *s = *state;
	struct term term = {.customer = 4711, .product = (char[]){"p"}, .common_name = (char[]){"a.jp"}, .starts_at = 1, .ends_at = 2};
	bool changed;

	begin(s);
	assert_int_equal(store_term_put(s->store, &term, &changed, &s->why), FAULT_ITEM);
	assert_non_null(strstr(s->why.text, "FOREIGN KEY"));
	store_rollback(s->store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(a_customer_comes_back_as_it_was_put),
	    WITH_STORE(contacts_are_listed_by_role_and_owned_by_address),
	    WITH_STORE(a_removed_contact_is_known_but_not_written_to),
	    WITH_STORE(names_of_a_certificate_are_a_set),
	    WITH_STORE(references_count_up_and_a_certificate_has_one_renewal),
	    WITH_STORE(a_move_expects_the_present_state),
	    WITH_STORE(due_means_from_this_day_on),
	    WITH_STORE(a_renewal_has_one_open_invoice_line),
	    WITH_STORE(an_invoice_is_paid_once_and_stays_so),
	    WITH_STORE(a_record_of_nobody_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

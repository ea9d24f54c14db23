/* test_store_view.c - what people look at: the keys are a contract, so every one is named here. */
#include "store_scratch.h"

#include "store/store_letter.h"
#include "store/store_message.h"
#include "store/store_money.h"
#include "store/store_view.h"

/* The keys of an object in its order, blanks between. */
static const char *
keys(json_t *object)
{
	static char text[1024];
	const char *key;
	json_t *value;

	text[0] = '\0';
	json_object_foreach(object, key, value)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] != '\0' ? " " : "", key);
	return text;
}

static json_t *
at(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (value == NULL)
		fail_msg("there is no key %s in: %s", key, keys(object));
	return value;
}

static const char *
text_at(json_t *object, const char *key)
{
	return json_string_value(at(object, key));
}

static bool
collect(json_t *row, void *data)
{
	json_array_append(data, row);
	return true;
}

static bool
collect_one(json_t *row, void *data)
{
	json_array_append(data, row);
	return false;
}

/* Renewal 1 noticed with a letter, an order, a message in review and an event; renewal 2 upcoming; renewal 3 lapsed. */
static struct seed
fill(struct scratch *s)
{
	struct seed one, three;
	struct renewal renewal = {0};
	struct letter_item item;
	struct letter letter = {.kind = LETTER_NOTICE, .language = LANGUAGE_JA, .item = &item, .item_count = 1};
	struct mailbox_record mailbox = {0};
	json_t *evidence = json_pack("{s:s}", "rule", "ja-renew");
	struct message_result result = {.outcome = OUTCOME_REVIEW, .reason = "unclear", .sender = "x@y.jp", .subject = "更新の件"};
	struct message_result unrelated = {.outcome = OUTCOME_UNRELATED, .subject = "newsletter"};
	struct event event = {.at = T0, .event = "window-opened", .from_state = "upcoming", .to_state = "noticed", .by = "mailproc",
	    .evidence = evidence};
	int64_t message, same, review;
	bool added;

	DONE(s, store_begin(s->store, &s->why));
	one = scratch_seed(s, 1);
	scratch_seed(s, 2);
	three = scratch_seed(s, 3);
	DONE(s, store_renewal_get(s->store, one.renewal, &renewal, &s->why));
	DONE(s, store_renewal_move(s->store, &renewal, RENEWAL_NOTICED, T0, 20709, 0, &s->why));
	renewal_release(&renewal);
	DONE(s, store_renewal_get(s->store, three.renewal, &renewal, &s->why));
	DONE(s, store_renewal_move(s->store, &renewal, RENEWAL_LAPSED, T0, -1, 0, &s->why));
	renewal_release(&renewal);
	item = (struct letter_item){one.renewal, 0};
	letter.customer = one.customer;
	letter.contact = one.admin;
	DONE(s, store_letter_want(s->store, &letter, T0, &added, &s->why));
	DONE(s, store_letter_park(s->store, letter.id, LETTER_HELD, "no template", T0, &s->why));
	DONE(s, store_mailbox_get(s->store, "renew@mail.example/INBOX", &mailbox, &s->why));
	DONE(s, store_mailbox_put(s->store, &mailbox, T0, &s->why));
	DONE(s, store_message_add(s->store, mailbox.id, "7:1", (const unsigned char[32]){1}, "x", 1, 1, 0, T0, &message, &same, &s->why));
	DONE(s, store_message_finish(s->store, message, &result, T0, &s->why));
	event.renewal = one.renewal;
	event.message = message;
	DONE(s, store_event_add(s->store, &event, &s->why));
	DONE(s, store_review_add(s->store, message, one.renewal, "unclear", "renew", T0 + 60, &review, &s->why));
	DONE(s, store_message_add(s->store, mailbox.id, "7:2", (const unsigned char[32]){2}, "y", 1, 1, 0, T0, &message, &same, &s->why));
	DONE(s, store_message_finish(s->store, message, &unrelated, T0, &s->why));
	DONE(s, store_message_add(s->store, mailbox.id, "7:3", (const unsigned char[32]){3}, "z", 1, 1, 0, T0, &message, &same, &s->why));
	DONE(s, store_commit(s->store, &s->why));
	json_decref(evidence);
	return one;
}

static void
renewals_are_listed_by_state_and_day(void **state)
{
	struct scratch *s = *state;
	json_t *rows = json_array(), *row;

	fill(s);
	DONE(s, store_view_renewals(s->store, NULL, -1, collect, rows, &s->why));
	assert_int_equal(json_array_size(rows), 2);
	row = json_array_get(rows, 0); /* by its next day */
	assert_string_equal(keys(row), "reference kind state state_at customer customer_name common_name product authority "
				       "term_ends_at certificate_ends_at next_day seen");
	assert_string_equal(text_at(row, "reference"), "SSL-2026-00002");
	assert_string_equal(text_at(row, "next_day"), "2026-09-06");
	assert_string_equal(text_at(row, "state_at"), "2026-09-21T23:13:20+09:00");
	assert_string_equal(text_at(row, "customer"), "C2");
	assert_string_equal(text_at(row, "customer_name"), "株式会社例");
	json_array_clear(rows);
	DONE(s, store_view_renewals(s->store, "lapsed", -1, collect, rows, &s->why));
	assert_int_equal(json_array_size(rows), 1);
	assert_true(json_is_null(at(json_array_get(rows, 0), "next_day")));
	json_array_clear(rows);
	DONE(s, store_view_renewals(s->store, NULL, 20702, collect, rows, &s->why));
	assert_int_equal(json_array_size(rows), 1);
	json_array_clear(rows);
	DONE(s, store_view_renewals(s->store, "noticed", 20708, collect, rows, &s->why));
	assert_int_equal(json_array_size(rows), 0);
	DONE(s, store_view_renewals(s->store, NULL, -1, collect_one, rows, &s->why));
	assert_int_equal(json_array_size(rows), 1);
	json_decref(rows);
}

static void
one_renewal_is_shown_with_everything(void **state)
{
	struct scratch *s = *state;
	json_t *view = NULL, *item;

	fill(s);
	DONE(s, store_view_renewal(s->store, "SSL-2026-00001", &view, &s->why));
	assert_string_equal(keys(view), "reference kind state state_at customer customer_name common_name product authority term_ends_at "
					"certificate_ends_at next_day seen round contacts term certificate sighting order invoice letters events messages");
	assert_string_equal(keys(at(view, "customer")), "code name is_firm language plan payment_method payer_kana paused pause_note");
	assert_true(json_is_true(at(at(view, "customer"), "is_firm")));
	assert_int_equal(json_array_size(at(view, "contacts")), 2);
	item = json_array_get(at(view, "contacts"), 0);
	assert_string_equal(keys(item), "id role name address text_only also");
	assert_true(json_is_array(at(item, "also")));
	item = at(view, "certificate");
	assert_string_equal(keys(item), "authority common_name organization organizational_unit locality state_or_province country "
					"not_before not_after serial names");
	assert_string_equal(text_at(item, "not_after"), "2026-11-25T23:13:20+09:00");
	assert_string_equal(json_string_value(json_array_get(at(item, "names"), 0)), "www1.example.jp");
	assert_true(json_is_null(at(view, "order")));
	assert_true(json_is_null(at(view, "invoice")));
	item = json_array_get(at(view, "letters"), 0);
	assert_string_equal(keys(item), "id kind contact state state_at subject message_id answer reason");
	assert_string_equal(text_at(item, "contact"), "a1@example.jp");
	item = json_array_get(at(view, "events"), 0);
	assert_string_equal(keys(item), "at event from to by message evidence");
	assert_string_equal(text_at(at(item, "evidence"), "rule"), "ja-renew");
	assert_int_equal(json_array_size(at(view, "messages")), 1);
	item = json_array_get(at(view, "messages"), 0);
	assert_string_equal(keys(item), "id outcome reason handled_at");
	json_decref(view);
	view = NULL;
	DONE(s, store_view_renewal(s->store, "SSL-2026-99999", &view, &s->why));
	assert_null(view);
}

static void
order_and_invoice_are_shown_also_when_void(void **state)
{
	struct scratch *s = *state;
	struct seed one = fill(s);
	struct order order = {.customer = one.customer, .payment_method = METHOD_CARD, .created_at = T0};
	struct order_line line = {one.renewal, "p1", "d", 100, 10};
	struct invoice_tax tax = {10, 100, 10};
	struct invoice invoice = {.customer = one.customer, .addressee = (char[]){"n"}, .issued_day = 1, .due_day = 2, .currency = "JPY",
	    .net = 100, .tax = 10, .total = 110};
	json_t *view = NULL;
	bool voided;

	DONE(s, store_begin(s->store, &s->why));
	DONE(s, store_order_add(s->store, &order, &line, 1, 2026, &s->why));
	invoice.order = order.id;
	DONE(s, store_invoice_add(s->store, &invoice, &line, 1, &tax, 1, 2026, &s->why));
	DONE(s, store_order_void(s->store, one.renewal, "no", T0, &voided, &s->why));
	DONE(s, store_commit(s->store, &s->why));
	DONE(s, store_view_renewal(s->store, "SSL-2026-00001", &view, &s->why));
	assert_string_equal(keys(at(view, "order")), "number state payment_method purchase_order created_at void_at void_reason "
						    "billing_state billing_text");
	assert_string_equal(text_at(at(view, "order"), "state"), "void");
	assert_string_equal(keys(at(view, "invoice")), "id number order customer customer_name addressee issued_day due_day currency net tax "
						       "total state payment_method purchase_order void_at void_reason lines taxes payments");
	assert_string_equal(keys(json_array_get(at(at(view, "invoice"), "lines"), 0)),
	    "position reference renewal description amount tax_percent");
	assert_string_equal(text_at(at(view, "invoice"), "due_day"), "1970-01-03");
	json_decref(view);
}

static void
reviews_are_listed_until_they_are_decided(void **state)
{
	struct scratch *s = *state;
	json_t *rows = json_array(), *row;

	fill(s);
	DONE(s, store_view_reviews(s->store, false, collect, rows, &s->why));
	assert_int_equal(json_array_size(rows), 1);
	row = json_array_get(rows, 0);
	assert_string_equal(keys(row), "id opened_at reference customer_name sender subject reason suggestion decision");
	assert_string_equal(text_at(row, "customer_name"), "株式会社例");
	assert_string_equal(text_at(row, "subject"), "更新の件");
	assert_true(json_is_null(at(row, "decision")));
	json_array_clear(rows);
	DONE(s, store_begin(s->store, &s->why));
	DONE(s, store_review_decide(s->store, 1, "ignore", "Sato", "", T0, &s->why));
	DONE(s, store_commit(s->store, &s->why));
	DONE(s, store_view_reviews(s->store, false, collect, rows, &s->why));
	assert_int_equal(json_array_size(rows), 0);
	DONE(s, store_view_reviews(s->store, true, collect, rows, &s->why));
	assert_int_equal(json_array_size(rows), 1);
	json_decref(rows);
}

static void
status_counts_every_word(void **state)
{
	struct scratch *s = *state;
	json_t *view = NULL, *counts = json_pack("{s:i}", "fetched", 3);
	int64_t run;

	fill(s);
	DONE(s, store_run_begin(s->store, "poll", T0, &run, &s->why));
	DONE(s, store_run_end(s->store, run, T0 + 5, "server away", counts, &s->why));
	json_decref(counts);
	DONE(s, store_view_status(s->store, 20702, 20699, &view, &s->why));
	assert_string_equal(keys(view), "reviews_open oldest_review_at due overdue invoices_open invoices_overdue payments_open billing_waiting "
					"billing_failing billing_stuck billing_refused unhandled states letters outcomes unrelated_subjects last_run "
					"mailboxes held seen guard");
	assert_int_equal(json_object_size(at(view, "states")), renewal_state_count);
	assert_int_equal(json_object_size(at(view, "letters")), letter_state_count);
	assert_int_equal(json_object_size(at(view, "outcomes")), message_outcome_count);
	assert_int_equal(json_integer_value(at(at(view, "states"), "noticed")), 1);
	assert_int_equal(json_integer_value(at(at(view, "letters"), "held")), 1);
	assert_int_equal(json_integer_value(at(at(view, "outcomes"), "unrelated")), 1);
	assert_int_equal(json_integer_value(at(view, "due")), 1);
	assert_int_equal(json_integer_value(at(view, "reviews_open")), 1);
	assert_int_equal(json_integer_value(at(view, "unhandled")), 1);
	assert_string_equal(text_at(view, "oldest_review_at"), "2026-09-21T23:14:20+09:00");
	assert_string_equal(json_string_value(json_array_get(at(view, "unrelated_subjects"), 0)), "newsletter");
	assert_string_equal(keys(at(view, "last_run")), "command started_at ended_at fault counts");
	assert_int_equal(json_integer_value(at(at(at(view, "last_run"), "counts"), "fetched")), 3);
	assert_string_equal(keys(json_array_get(at(view, "mailboxes"), 0)), "name polled_at");
	assert_string_equal(keys(json_array_get(at(view, "held"), 0)), "id kind state state_at reason reference");
	assert_string_equal(text_at(json_array_get(at(view, "held"), 0), "reference"), "SSL-2026-00001");
	json_decref(view);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(renewals_are_listed_by_state_and_day),
	    WITH_STORE(one_renewal_is_shown_with_everything),
	    WITH_STORE(order_and_invoice_are_shown_also_when_void),
	    WITH_STORE(reviews_are_listed_until_they_are_decided),
	    WITH_STORE(status_counts_every_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_store_schema.c - every CHECK of the schema refuses what it should; events are final; one open line an invoice. */
#include "store_scratch.h"

/* One good row of each table, with foreign keys off, so that only the CHECKs speak. */
static const char good[] =
    "PRAGMA foreign_keys = OFF; BEGIN;"
    "INSERT INTO customer VALUES (1, 'C1', 'n', 1, 'ja', 'flex', 'card', '', 0, '', 0);"
    "INSERT INTO contact VALUES (1, 1, 'admin', '', 'a@b', 0, 0, NULL);"
    "INSERT INTO contact_address VALUES (1, 'a@b');"
    "INSERT INTO term VALUES (1, 1, 'p', 'c', 0, 1, NULL);"
    "INSERT INTO certificate VALUES (1, 1, 'a', 'c', '', '', '', '', '', 0, 1, '');"
    "INSERT INTO certificate_name VALUES (1, 'n');"
    "INSERT INTO counter VALUES ('order', 2026, 0);"
    "INSERT INTO renewal (id, reference, kind, term, certificate, state, state_at, created_at) VALUES (1, 'R', 'renewal', 1, 1, 'upcoming', 0, 0);"
    "INSERT INTO orders (id, number, customer, payment_method, created_at) VALUES (1, 'O', 1, 'card', 0);"
    "INSERT INTO order_line VALUES (1, 1, 1, 'p', 'd', 0, 10);"
    "INSERT INTO invoice VALUES (1, 'I', 2026, 1, 1, 1, 'n', 0, 0, 'JPY', 0, 0, 0, 'open', NULL, '');"
    "INSERT INTO invoice_line VALUES (1, 1, 1, 'd', 0, 10, 1);"
    "INSERT INTO payment (id, invoice, amount, paid_day, method, state, source, recorded_at) VALUES (1, 1, 1, 0, 'card', 'matched', '', 0);"
    "INSERT INTO billing (id, orders, about, state_at, next_try_at) VALUES (1, 1, 'order', 0, 0);"
    "INSERT INTO message (id, mailbox, key, sha256, size, fetched_at) VALUES (1, 1, 'k', zeroblob(32), 0, 0);"
    "INSERT INTO message_reading VALUES (1, '{}');"
    "INSERT INTO letter (id, kind, language, state_at, wanted_at) VALUES (1, 'notice', 'ja', 0, 0);"
    "INSERT INTO letter_item VALUES (1, 1, 1, 'notice', 0, 1);"
    "INSERT INTO review (id, message, reason, opened_at) VALUES (1, 1, '', 0);"
    "INSERT INTO run (id, command, started_at) VALUES (1, 'run', 0);"
    "INSERT INTO letter_words VALUES (1, 'words');"
    "INSERT INTO guard VALUES (1, 0, 'an import');"
    "INSERT INTO sighting (renewal, looked_at, since_at, host, finding, is_for_staff) VALUES (1, 0, 0, '', 'same', 0);"
    "COMMIT";

static const char *const refused[] = {
    "UPDATE customer SET code = ''",
    "UPDATE customer SET name = ''",
    "UPDATE customer SET is_firm = 2",
    "UPDATE customer SET language = 'fr'",
    "UPDATE customer SET plan = 'FLEX'",
    "UPDATE customer SET payment_method = 'cash'",
    "UPDATE customer SET paused = 2",
    "UPDATE contact SET role = 'owner'",
    "UPDATE contact SET address = 'nobody'",
    "UPDATE contact SET text_only = -1",
    "UPDATE contact_address SET address = '@b'",
    "UPDATE term SET product = ''",
    "UPDATE term SET common_name = ''",
    "UPDATE term SET ends_at = starts_at",
    "UPDATE certificate SET common_name = ''",
    "UPDATE certificate SET not_after = not_before",
    "UPDATE certificate_name SET name = ''",
    "UPDATE counter SET name = 'letters'",
    "UPDATE counter SET last = -1",
    "UPDATE renewal SET kind = 'reissue'",
    "UPDATE renewal SET state = 'expired'",
    "UPDATE renewal SET payment_method = 'cash'",
    "UPDATE orders SET payment_method = 'cash'",
    "UPDATE orders SET state = 'paid'",
    "UPDATE order_line SET position = 0",
    "UPDATE order_line SET amount = -1",
    "UPDATE order_line SET tax_percent = 101",
    "UPDATE invoice SET sequence = 0",
    "UPDATE invoice SET net = -1, total = -1",
    "UPDATE invoice SET tax = -1, total = -1",
    "UPDATE invoice SET total = 1",
    "UPDATE invoice SET state = 'done'",
    "UPDATE invoice_line SET position = 0",
    "UPDATE invoice_line SET amount = -1",
    "UPDATE invoice_line SET tax_percent = -1",
    "UPDATE invoice_line SET is_open = 2",
    "UPDATE payment SET amount = 0",
    "UPDATE payment SET method = 'cash'",
    "UPDATE payment SET state = 'paid'",
    "UPDATE payment SET import_key = zeroblob(31)",
    "UPDATE payment SET decision = 'refused'",
    "UPDATE payment SET invoice = NULL",
    "UPDATE billing SET about = 'invoice'",
    "UPDATE billing SET state = 'told'",
    "UPDATE message SET sha256 = zeroblob(31)",
    "UPDATE message SET outcome = 'spam'",
    "UPDATE message_reading SET reading = 'renew'",
    "UPDATE letter SET kind = 'bill'",
    "UPDATE letter SET language = 'fr'",
    "UPDATE letter SET state = 'sent'",
    "UPDATE letter_item SET position = 0",
    "UPDATE review SET decision = 'maybe'",
    "INSERT INTO event (at, event, by, evidence) VALUES (0, 'imported', 'x', '')",
    "UPDATE run SET counts = '3'",
    "UPDATE guard SET id = 2",
    "UPDATE guard SET reason = ''",
    "UPDATE letter_words SET text = ''",
    "UPDATE sighting SET finding = 'seen'",
    "UPDATE sighting SET is_for_staff = 2",
};

static void
every_check_refuses_what_it_should(void **state)
{
	struct scratch *s = *state;
	size_t count = sizeof refused / sizeof *refused;

	scratch_run(s, good);
	for (size_t i = 0; i < count; i++) {
		if (sqlite3_exec(s->store->db, refused[i], NULL, NULL, NULL) != SQLITE_CONSTRAINT_CHECK)
			fail_msg("%s: %s", refused[i], sqlite3_errmsg(s->store->db));
	}
	/* As many as the schema has: a new CHECK needs a line above. */
	assert_int_equal(scratch_number(s, "SELECT sum((length(sql) - length(replace(sql, 'CHECK (', ''))) / 7) FROM sqlite_master"),
	    count);
}

static void
events_are_never_changed_or_deleted(void **state)
{
	struct scratch *s = *state;
	struct event event = {.at = T0, .event = "imported", .by = "mailproc"};

	DONE(s, store_begin(s->store, &s->why));
	DONE(s, store_event_add(s->store, &event, &s->why));
	DONE(s, store_commit(s->store, &s->why));
	assert_int_equal(sqlite3_exec(s->store->db, "UPDATE event SET at = at", NULL, NULL, NULL), SQLITE_CONSTRAINT_TRIGGER);
	assert_int_equal(sqlite3_exec(s->store->db, "DELETE FROM event", NULL, NULL, NULL), SQLITE_CONSTRAINT_TRIGGER);
	assert_int_equal(sqlite3_exec(s->store->db, "INSERT OR REPLACE INTO event (id, at, event, by) VALUES (1, 1, 'paid', 'x')", NULL,
			     NULL, NULL),
	    SQLITE_CONSTRAINT_TRIGGER);
	assert_int_equal(scratch_number(s, "SELECT at FROM event"), T0);
}

/* Each is looked up in every run: none of them may read a whole table. */
static void
what_a_run_asks_for_is_found_by_an_index(void **state)
{
	static const enum sql asked[] = {SQL_RENEWAL_DUE, SQL_RENEWAL_OF_CERTIFICATE, SQL_RENEWAL_OF_TERM, SQL_LETTER_LIST, SQL_LETTER_FIND,
	    SQL_LETTER_LAST, SQL_LETTER_CLAIMS, SQL_LETTER_OF_ITEM, SQL_LETTER_TO_WITHDRAW, SQL_MESSAGE_UNHANDLED, SQL_MESSAGE_UNMOVED,
	    SQL_MESSAGE_SAME, SQL_MESSAGE_FINISH, SQL_CONTACT_OWNER, SQL_CONTACT_LIST, SQL_CERTIFICATE_IS_KNOWN, SQL_INVOICE_OF_RENEWAL,
	    SQL_ORDER_OPEN_OF_RENEWAL, SQL_TERM_FIND, SQL_CERTIFICATE_FIND, SQL_VIEW_RENEWALS_DUE, SQL_VIEW_MESSAGES, SQL_VIEW_EVENTS,
	    SQL_STATUS_UNRELATED, SQL_STATUS_HELD};
	struct scratch *s = *state;

	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql_text[asked[i]]);
		sqlite3_stmt *statement = NULL;

		assert_int_equal(sqlite3_prepare_v2(s->store->db, explain, -1, &statement, NULL), SQLITE_OK);
		while (sqlite3_step(statement) == SQLITE_ROW) {
			const char *step = (const char *)sqlite3_column_text(statement, 3);

			if (strncmp(step, "SCAN ", 5) == 0 && strstr(step, "INDEX") == NULL && strstr(step, "SCAN v") == NULL &&
			    strstr(step, "(subquery") == NULL && strstr(step, "CONSTANT ROW") == NULL)
				fail_msg("%s: %s", sql_text[asked[i]], step);
		}
		sqlite3_finalize(statement);
		sqlite3_free(explain);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(every_check_refuses_what_it_should),
	    WITH_STORE(events_are_never_changed_or_deleted),
	    WITH_STORE(what_a_run_asks_for_is_found_by_an_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

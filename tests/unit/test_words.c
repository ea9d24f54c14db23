/* test_words.c - the lists of words.h against the schema, and their conversions. */
#include "store_scratch.h"

#include "store/words.h"

#define TEXT_ROW(name, text, meaning) text,

/* Each list, and where it stands under CHECK in the schema. */
static const struct {
	const char *const *word;
	size_t count;
	const char *table, *column;
} checked[] = {
#define CHECKED(LIST, noun, table, column) {(const char *const[]){LIST(TEXT_ROW)}, noun##_count, table, column}
    CHECKED(RENEWAL_KINDS, renewal_kind, "renewal", "kind"),
    CHECKED(RENEWAL_STATES, renewal_state, "renewal", "state"),
    CHECKED(LETTER_KINDS, letter_kind, "letter", "kind"),
    CHECKED(LETTER_STATES, letter_state, "letter", "state"),
    CHECKED(MESSAGE_OUTCOMES, message_outcome, "message", "outcome"),
    CHECKED(CONTACT_ROLES, contact_role, "contact", "role"),
    CHECKED(PAYMENT_METHODS, payment_method, "customer", "payment_method"),
    CHECKED(PAYMENT_METHODS, payment_method, "renewal", "payment_method"),
    CHECKED(PAYMENT_METHODS, payment_method, "orders", "payment_method"),
    CHECKED(PAYMENT_METHODS, payment_method, "payment", "method"),
    CHECKED(BILLING_STATES, billing_state, "billing", "state"),
    CHECKED(PAYMENT_STATES, payment_state, "payment", "state"),
    CHECKED(SIGHTING_FINDINGS, sighting_finding, "sighting", "finding"),
    CHECKED(PLANS, plan, "customer", "plan"),
    CHECKED(LANGUAGES, language, "customer", "language"),
    CHECKED(LANGUAGES, language, "letter", "language"),
};

/* "'a', 'b', " of the CHECK (COLUMN IN (…)) of a table, white space made one blank. */
static void
read_check(struct scratch *s, const char *table, const char *column, char *out, size_t room)
{
	sqlite3_stmt *statement = NULL;
	char search[64];
	const char *at;
	size_t n = 0;

	assert_int_equal(sqlite3_prepare_v2(s->store->db, "SELECT sql FROM sqlite_master WHERE name = ?", -1, &statement, NULL), 0);
	sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	snprintf(search, sizeof search, "CHECK (%s IN (", column);
	at = strstr((const char *)sqlite3_column_text(statement, 0), search);
	if (at == NULL)
		fail_msg("%s.%s has no CHECK", table, column);
	for (at += strlen(search); *at != ')' && n + 2 < room; at++) {
		char c = *at == '\n' || *at == '\t' ? ' ' : *at;

		if (c != ' ' || (n > 0 && out[n - 1] != ' '))
			out[n++] = c;
	}
	out[n] = '\0';
	sqlite3_finalize(statement);
}

static void
each_list_is_the_check_of_its_column(void **state)
{
	for (size_t i = 0; i < sizeof checked / sizeof *checked; i++) {
		char want[1024] = "", got[1024];

		for (size_t k = 0; k < checked[i].count; k++)
			snprintf(want + strlen(want), sizeof want - strlen(want), "%s'%s'", k > 0 ? ", " : "", checked[i].word[k]);
		read_check(*state, checked[i].table, checked[i].column, got, sizeof got);
		assert_string_equal(got, want);
	}
}

#define PARSES_BACK(noun)                                                                          \
	do {                                                                                       \
		enum noun back;                                                                    \
		for (int i = 0; i < noun##_count; i++) {                                           \
			assert_true(noun##_parse(noun##_text((enum noun)i), &back));               \
			assert_int_equal(back, i);                                                 \
			assert_true(strlen(noun##_meaning((enum noun)i)) > 0);                     \
		}                                                                                  \
		assert_false(noun##_parse("Renew ", &back));                                       \
		assert_false(noun##_parse("", &back));                                             \
		assert_false(noun##_parse(NULL, &back));                                           \
	} while (0)

static void
every_word_parses_back_and_no_other_does(void **state)
{
	(void)state;
	PARSES_BACK(renewal_kind);
	PARSES_BACK(renewal_state);
	PARSES_BACK(renewal_event);
	PARSES_BACK(letter_kind);
	PARSES_BACK(letter_state);
	PARSES_BACK(message_outcome);
	PARSES_BACK(verdict);
	PARSES_BACK(sighting_finding);
	PARSES_BACK(contact_role);
	PARSES_BACK(payment_method);
	PARSES_BACK(plan);
	PARSES_BACK(language);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(each_list_is_the_check_of_its_column),
	    cmocka_unit_test(every_word_parses_back_and_no_other_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

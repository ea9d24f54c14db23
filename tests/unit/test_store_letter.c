/* test_store_letter.c - a letter from wanted to accepted, and what may not happen to it. */
#include "store_scratch.h"

#include "store/store_letter.h"

/* Wants a letter about these renewals, inside the open transaction; 0 when there is one already. */
static int64_t
want(struct scratch *s, enum letter_kind kind, const struct seed *to, const int64_t *renewal, size_t count, int round)
{
	struct letter_item item[4];
	struct letter letter = {.kind = kind, .customer = to->customer, .contact = to->admin, .language = LANGUAGE_JA, .item = item,
	    .item_count = count};
	bool added;

	for (size_t i = 0; i < count; i++)
		item[i] = (struct letter_item){renewal[i], round};
	DONE(s, store_letter_want(s->store, &letter, T0, &added, &s->why));
	return added ? letter.id : 0;
}

static void
render(struct scratch *s, int64_t id, const char *message_id)
{
	struct letter_rendering rendering = {message_id, "a@example.jp", "renew@mail.example", "件名", span_of("A: b\r\n\r\ntext\r\n"), "text"};

	DONE(s, store_letter_rendered(s->store, id, &rendering, T0 + 1, &s->why));
}

static enum letter_state
state_of(struct scratch *s, int64_t id)
{
	struct letter letter = {0};
	enum letter_state state;
	bool found;

	DONE(s, store_letter_get(s->store, id, &letter, &found, &s->why));
	assert_true(found);
	state = letter.state;
	letter_release(&letter);
	return state;
}

static int64_t
begin_run(struct scratch *s)
{
	int64_t run;

	DONE(s, store_run_begin(s->store, "send", T0, &run, &s->why));
	DONE(s, store_begin(s->store, &s->why));
	return run;
}

static void
one_letter_for_renewal_kind_round_and_contact(void **state)
{
	struct scratch *s = *state;
	struct seed one, two;
	int64_t both[2];

	DONE(s, store_begin(s->store, &s->why));
	one = scratch_seed(s, 1);
	two = scratch_seed(s, 2);
	both[0] = one.renewal;
	both[1] = two.renewal;
	assert_int_not_equal(want(s, LETTER_NOTICE, &one, both, 1, 0), 0);
	assert_int_equal(want(s, LETTER_NOTICE, &one, both, 1, 0), 0);
	/* A part that exists is enough, and the other part is not written then. */
	assert_int_equal(want(s, LETTER_NOTICE, &one, both, 2, 0), 0);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM letter"), 1);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM letter_item"), 1);
	assert_int_not_equal(want(s, LETTER_NOTICE, &one, both, 1, 1), 0);
	assert_int_not_equal(want(s, LETTER_REMINDER, &one, both, 1, 0), 0);
	one.admin = one.billing;
	assert_int_not_equal(want(s, LETTER_NOTICE, &one, both, 1, 0), 0);
	DONE(s, store_commit(s->store, &s->why));
}

static void
staff_are_told_once_of_a_review(void **state)
{
	struct scratch *s = *state;
	struct letter letter = {.kind = LETTER_NEEDS_YOU, .language = LANGUAGE_EN};
	struct letter_item item = {0};
	struct seed one;
	bool added;

	DONE(s, store_begin(s->store, &s->why));
	one = scratch_seed(s, 1);
	scratch_run(s, "INSERT INTO mailbox (id, name) VALUES (1, 'x');"
		       "INSERT INTO message (id, mailbox, key, sha256, size, fetched_at) VALUES (1, 1, 'k', zeroblob(32), 0, 0);"
		       "INSERT INTO review (id, message, reason, opened_at) VALUES (5, 1, '', 0)");
	letter.review = 5;
	item.renewal = one.renewal;
	letter.item = &item;
	letter.item_count = 1;
	DONE(s, store_letter_want(s->store, &letter, T0, &added, &s->why));
	assert_true(added);
	DONE(s, store_letter_want(s->store, &letter, T0, &added, &s->why));
	assert_false(added);
	DONE(s, store_commit(s->store, &s->why));
}

static void
a_letter_keeps_its_bytes_and_id(void **state)
{
	struct scratch *s = *state;
	struct letter got = {0};
	struct buf bytes = BUF_MAX(1000), text = BUF_MAX(1000);
	struct seed one;
	int64_t id, found_id;
	bool found;

	DONE(s, store_begin(s->store, &s->why));
	one = scratch_seed(s, 1);
	id = want(s, LETTER_NOTICE, &one, &one.renewal, 1, 0);
	render(s, id, "t1@mail.example");
	assert_int_equal(store_letter_rendered(s->store, id, &(struct letter_rendering){.message_id = "other"}, T0, &s->why), FAULT_LATER);
	DONE(s, store_commit(s->store, &s->why));
	DONE(s, store_letter_get(s->store, id, &got, &found, &s->why));
	assert_true(found);
	assert_string_equal(got.message_id, "t1@mail.example");
	assert_string_equal(got.subject, "件名");
	assert_int_equal(got.item_count, 1);
	assert_int_equal(got.item[0].renewal, one.renewal);
	assert_int_equal(got.rendered_at, T0 + 1);
	letter_release(&got);
	DONE(s, store_letter_find(s->store, "t1@mail.example", &found_id, &s->why));
	assert_int_equal(found_id, id);
	DONE(s, store_letter_find(s->store, "t2@mail.example", &found_id, &s->why));
	assert_int_equal(found_id, 0);
	DONE(s, store_letter_bytes(s->store, id, &bytes, &text, &s->why));
	assert_string_equal(buf_text(&bytes), "A: b\r\n\r\ntext\r\n");
	assert_string_equal(buf_text(&text), "text");
	buf_clear(&text);
	DONE(s, store_letter_bytes(s->store, id, NULL, &text, &s->why));
	assert_string_equal(buf_text(&text), "text");
	buf_release(&bytes);
	buf_release(&text);
	DONE(s, store_letter_get(s->store, id + 1, &got, &found, &s->why));
	assert_false(found);
}

static void
claims_are_listed_by_run_lane_and_turn(void **state)
{
	struct scratch *s = *state;
	struct letter_claim claim[8];
	struct seed seed[4];
	int64_t id[4], run, ids[8];
	size_t count;

	run = begin_run(s);
	for (int i = 0; i < 4; i++) {
		char message_id[16];

		seed[i] = scratch_seed(s, i);
		id[i] = want(s, LETTER_NOTICE, &seed[i], &seed[i].renewal, 1, 0);
		snprintf(message_id, sizeof message_id, "t%d@x", i);
		if (i < 3)
			render(s, id[i], message_id);
	}
	DONE(s, store_letter_claim(s->store, id[0], run, 1, 2, T0, &s->why));
	DONE(s, store_letter_claim(s->store, id[1], run, 1, 1, T0, &s->why));
	DONE(s, store_letter_claim(s->store, id[2], run, 0, 1, T0, &s->why));
	assert_int_equal(store_letter_claim(s->store, id[2], run, 0, 2, T0, &s->why), FAULT_LATER);
	assert_int_equal(store_letter_claim(s->store, id[3], run, 0, 2, T0, &s->why), FAULT_LATER); /* not rendered */
	DONE(s, store_letter_claims(s->store, claim, 8, &count, &s->why));
	assert_int_equal(count, 3);
	assert_int_equal(claim[0].id, id[2]);
	assert_int_equal(claim[1].id, id[1]);
	assert_int_equal(claim[2].id, id[0]);
	assert_int_equal(claim[2].run, run);
	assert_int_equal(claim[2].lane, 1);
	assert_int_equal(claim[2].sequence, 2);
	DONE(s, store_letter_unclaim(s->store, id[0], T0, &s->why));
	assert_int_equal(store_letter_unclaim(s->store, id[0], T0, &s->why), FAULT_LATER);
	DONE(s, store_letter_list(s->store, LETTER_READY, T0 + 1, 0, ids, 8, &count, &s->why));
	assert_int_equal(count, 1);
	assert_int_equal(ids[0], id[0]);
	assert_int_equal(scratch_number(s, "SELECT tries FROM letter WHERE state = 'ready'"), 0);
	DONE(s, store_letter_list(s->store, LETTER_WANTED, T0, 0, ids, 8, &count, &s->why));
	assert_int_equal(count, 1);
	DONE(s, store_commit(s->store, &s->why));
}

static void
an_answer_is_kept_and_the_next_try_waits(void **state)
{
	struct scratch *s = *state;
	struct letter got = {0};
	struct seed one;
	int64_t id, run, ids[2];
	size_t count;
	bool found;

	run = begin_run(s);
	one = scratch_seed(s, 1);
	id = want(s, LETTER_NOTICE, &one, &one.renewal, 1, 0);
	render(s, id, "t1@x");
	assert_int_equal(store_letter_answer(s->store, id, LETTER_ACCEPTED, 250, "ok", 0, NULL, T0, &s->why), FAULT_LATER);
	DONE(s, store_letter_claim(s->store, id, run, 0, 1, T0, &s->why));
	assert_int_equal(store_letter_answer(s->store, id, LETTER_WANTED, 250, "ok", 0, NULL, T0, &s->why), FAULT_STOP);
	DONE(s, store_letter_answer(s->store, id, LETTER_READY, 451, "4.3.0 later", T0 + 300, NULL, T0, &s->why));
	DONE(s, store_letter_list(s->store, LETTER_READY, T0 + 299, 0, ids, 2, &count, &s->why));
	assert_int_equal(count, 0);
	DONE(s, store_letter_list(s->store, LETTER_READY, T0 + 300, 0, ids, 2, &count, &s->why));
	assert_int_equal(count, 1);
	DONE(s, store_letter_list(s->store, LETTER_READY, T0 + 300, id, ids, 2, &count, &s->why));
	assert_int_equal(count, 0);
	DONE(s, store_letter_claim(s->store, id, run, 0, 2, T0 + 300, &s->why));
	DONE(s, store_letter_answer(s->store, id, LETTER_UNKNOWN, 0, NULL, 0, "the connection ended", T0 + 301, &s->why));
	DONE(s, store_letter_get(s->store, id, &got, &found, &s->why));
	assert_int_equal(got.tries, 2);
	assert_string_equal(got.reason, "the connection ended");
	letter_release(&got);
	/* Settled: it had been accepted, and that is no further try. */
	DONE(s, store_letter_answer(s->store, id, LETTER_ACCEPTED, 0, NULL, 0, NULL, T0 + 900, &s->why));
	assert_int_equal(scratch_number(s, "SELECT tries FROM letter WHERE state = 'accepted'"), 2);
	assert_int_equal(store_letter_answer(s->store, id, LETTER_REFUSED, 550, "no", 0, NULL, T0, &s->why), FAULT_LATER);
	DONE(s, store_letter_bounced(s->store, id, "5.1.1", &s->why));
	DONE(s, store_commit(s->store, &s->why));
}

static void
only_a_letter_never_tried_is_rendered_anew(void **state)
{
	struct scratch *s = *state;
	struct seed one;
	int64_t id, run, other;

	run = begin_run(s);
	one = scratch_seed(s, 1);
	id = want(s, LETTER_NOTICE, &one, &one.renewal, 1, 0);
	assert_int_equal(store_letter_park(s->store, id, LETTER_WANTED, "old", T0, &s->why), FAULT_LATER);
	render(s, id, "t1@x");
	DONE(s, store_letter_park(s->store, id, LETTER_WANTED, "old", T0, &s->why));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM letter_bytes"), 0);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM letter WHERE message_id IS NULL AND state = 'wanted'"), 1);
	render(s, id, "t2@x");
	DONE(s, store_letter_claim(s->store, id, run, 0, 1, T0, &s->why));
	assert_int_equal(store_letter_park(s->store, id, LETTER_WITHDRAWN, "no", T0, &s->why), FAULT_LATER);
	DONE(s, store_letter_answer(s->store, id, LETTER_READY, 451, "later", T0, NULL, T0, &s->why));
	assert_int_equal(store_letter_park(s->store, id, LETTER_WANTED, "old", T0, &s->why), FAULT_LATER);
	DONE(s, store_letter_park(s->store, id, LETTER_HELD, "no address", T0, &s->why));
	assert_int_equal(state_of(s, id), LETTER_HELD);
	other = want(s, LETTER_REMINDER, &one, &one.renewal, 1, 0);
	assert_int_equal(store_letter_park(s->store, other, LETTER_ACCEPTED, "", T0, &s->why), FAULT_STOP);
	DONE(s, store_letter_park(s->store, other, LETTER_WITHDRAWN, "answered", T0, &s->why));
	assert_int_equal(state_of(s, other), LETTER_WITHDRAWN);
	DONE(s, store_commit(s->store, &s->why));
}

static void
withdrawing_leaves_what_others_must_be_told(void **state)
{
	struct scratch *s = *state;
	struct letter got = {0};
	struct seed one, two;
	int64_t both[2], alone, together, reminder, tried, run;
	size_t count;
	bool found;

	run = begin_run(s);
	one = scratch_seed(s, 1);
	two = scratch_seed(s, 2);
	both[0] = one.renewal;
	both[1] = two.renewal;
	alone = want(s, LETTER_NOTICE, &one, both, 1, 0);
	together = want(s, LETTER_NOTICE, &one, both, 2, 1);
	reminder = want(s, LETTER_REMINDER, &one, both, 1, 0);
	tried = want(s, LETTER_NOTICE, &one, both, 1, 2);
	render(s, together, "t1@x");
	render(s, tried, "t2@x");
	DONE(s, store_letter_claim(s->store, tried, run, 0, 1, T0, &s->why));
	DONE(s, store_letter_answer(s->store, tried, LETTER_READY, 451, "later", T0, NULL, T0, &s->why));
	DONE(s, store_letter_withdraw(s->store, one.renewal, 1u << LETTER_NOTICE, "answered", T0, &count, &s->why));
	assert_int_equal(count, 2);
	assert_int_equal(state_of(s, alone), LETTER_WITHDRAWN);
	assert_int_equal(state_of(s, reminder), LETTER_WANTED);
	assert_int_equal(state_of(s, tried), LETTER_READY);
	DONE(s, store_letter_get(s->store, together, &got, &found, &s->why));
	assert_int_equal(got.state, LETTER_WANTED);
	assert_null(got.message_id);
	assert_int_equal(got.item_count, 1);
	assert_int_equal(got.item[0].renewal, two.renewal);
	letter_release(&got);
	DONE(s, store_letter_withdraw(s->store, one.renewal, ~0u, "answered", T0, &count, &s->why));
	assert_int_equal(count, 1);
	assert_int_equal(state_of(s, reminder), LETTER_WITHDRAWN);
	DONE(s, store_commit(s->store, &s->why));
}

static void
the_last_letter_is_the_newest_not_withdrawn(void **state)
{
	struct scratch *s = *state;
	struct seed one;
	int64_t notice, reminder, last;

	DONE(s, store_begin(s->store, &s->why));
	one = scratch_seed(s, 1);
	DONE(s, store_letter_last(s->store, one.renewal, one.admin, &last, &s->why));
	assert_int_equal(last, 0);
	notice = want(s, LETTER_NOTICE, &one, &one.renewal, 1, 0);
	reminder = want(s, LETTER_REMINDER, &one, &one.renewal, 1, 0);
	DONE(s, store_letter_last(s->store, one.renewal, one.admin, &last, &s->why));
	assert_int_equal(last, reminder);
	DONE(s, store_letter_park(s->store, reminder, LETTER_WITHDRAWN, "", T0, &s->why));
	DONE(s, store_letter_last(s->store, one.renewal, one.admin, &last, &s->why));
	assert_int_equal(last, notice);
	DONE(s, store_letter_last(s->store, one.renewal, one.billing, &last, &s->why));
	assert_int_equal(last, 0);
	DONE(s, store_commit(s->store, &s->why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(one_letter_for_renewal_kind_round_and_contact),
	    WITH_STORE(staff_are_told_once_of_a_review),
	    WITH_STORE(a_letter_keeps_its_bytes_and_id),
	    WITH_STORE(claims_are_listed_by_run_lane_and_turn),
	    WITH_STORE(an_answer_is_kept_and_the_next_try_waits),
	    WITH_STORE(only_a_letter_never_tried_is_rendered_anew),
	    WITH_STORE(withdrawing_leaves_what_others_must_be_told),
	    WITH_STORE(the_last_letter_is_the_newest_not_withdrawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_store_message.c - mailboxes, messages, reviews. */
#include "store_scratch.h"

#include "mailproc/base/buf.h"
#include "store/store_message.h"

static const unsigned char hash_a[32] = {1}, hash_b[32] = {2};

/* A mailbox and a message of it, inside the open transaction. */
static int64_t
add_message(struct scratch *s, const char *key, const unsigned char hash[32], int64_t *same)
{
	struct mailbox_record mailbox = {0};
	int64_t id = -1;

	DONE(s, store_mailbox_get(s->store, "renew@mail.example/INBOX", &mailbox, &s->why));
	DONE(s, store_message_add(s->store, mailbox.id, key, hash, "From: x\r\n\r\n\0y", 13, 13, T0 - 5, T0, &id, same, &s->why));
	return id;
}

static void
a_mailbox_remembers_how_far_it_was_polled(void **state)
{
	struct scratch *s = *state;
	struct mailbox_record mailbox = {0}, again = {0};

	DONE(s, store_mailbox_get(s->store, "x", &mailbox, &s->why));
	assert_false(store_is_writing(s->store));
	DONE(s, store_begin(s->store, &s->why));
	DONE(s, store_mailbox_get(s->store, "x", &again, &s->why));
	assert_int_equal(again.id, mailbox.id);
	assert_true(again.is_new);
	DONE(s, store_mailbox_get(s->store, "y", &again, &s->why));
	assert_true(store_is_writing(s->store));
	mailbox.uid_validity = UINT32_MAX;
	mailbox.last_uid = UINT32_MAX - 1;
	DONE(s, store_mailbox_put(s->store, &mailbox, T0, &s->why));
	DONE(s, store_commit(s->store, &s->why));
	DONE(s, store_mailbox_get(s->store, "x", &again, &s->why));
	assert_int_equal(again.id, mailbox.id);
	assert_false(again.is_new);
	assert_true(again.uid_validity == UINT32_MAX);
	assert_true(again.last_uid == UINT32_MAX - 1);
	store_close(s->store);
	s->store = NULL;
	DONE(s, store_open(&s->store, s->path, STORE_READ, &s->why));
	DONE(s, store_mailbox_get(s->store, "z", &again, &s->why));
	assert_int_equal(again.id, 0);
	assert_true(again.is_new);
}

static void
the_same_key_is_stored_once_and_the_same_bytes_are_named(void **state)
{
	struct scratch *s = *state;
	struct message_record got = {0};
	struct buf raw = BUF_MAX(100), small = BUF_MAX(5);
	int64_t first, second, same;

	DONE(s, store_begin(s->store, &s->why));
	first = add_message(s, "7:1", hash_a, &same);
	assert_int_not_equal(first, 0);
	assert_int_equal(same, 0);
	assert_int_equal(add_message(s, "7:1", hash_b, &same), 0);
	second = add_message(s, "8:1", hash_a, &same);
	assert_true(second > first);
	assert_int_equal(same, first);
	add_message(s, "8:2", hash_b, &same);
	assert_int_equal(same, 0);
	DONE(s, store_commit(s->store, &s->why));
	DONE(s, store_message_raw(s->store, first, &raw, &s->why));
	assert_int_equal(raw.n, 13);
	assert_memory_equal(raw.p, "From: x\r\n\r\n\0y", 13);
	assert_int_equal(store_message_raw(s->store, first, &small, &s->why), FAULT_ITEM);
	DONE(s, store_message_get(s->store, second, &got, &s->why));
	assert_string_equal(got.key, "8:1");
	assert_int_equal(got.arrived_at, T0 - 5);
	assert_false(got.has_outcome);
	assert_null(got.subject);
	message_record_release(&got);
	buf_release(&raw);
	buf_release(&small);
}

static void
readings_are_counted_before_they_begin(void **state)
{
	struct scratch *s = *state;
	int64_t id, same;
	int attempts = 0;

	DONE(s, store_begin(s->store, &s->why));
	id = add_message(s, "7:1", hash_a, &same);
	assert_int_equal(store_message_attempt(s->store, id, &attempts, &s->why), FAULT_STOP); /* it is a transaction of its own */
	DONE(s, store_commit(s->store, &s->why));
	DONE(s, store_message_attempt(s->store, id, &attempts, &s->why));
	DONE(s, store_message_attempt(s->store, id, &attempts, &s->why));
	assert_int_equal(attempts, 2);
	assert_int_equal(scratch_number(s, "SELECT attempts FROM message"), 2);
	assert_int_equal(store_message_attempt(s->store, id + 1, &attempts, &s->why), FAULT_STOP);
	assert_false(store_is_writing(s->store));
}

static void
an_outcome_is_written_once(void **state)
{
	struct scratch *s = *state;
	json_t *reading = json_pack("{s:s}", "reply", "更新します"), *back = NULL;
	struct message_result result = {.outcome = OUTCOME_REVIEW, .reason = "unclear", .folder = "Review", .sender = "a@b.jp",
	    .subject = "Re: 件名", .reading = reading};
	struct message_record got = {0};
	int64_t id, same, ids[4];
	size_t count;

	DONE(s, store_begin(s->store, &s->why));
	id = add_message(s, "7:1", hash_a, &same);
	add_message(s, "7:2", hash_b, &same);
	DONE(s, store_message_finish(s->store, id, &result, T0, &s->why));
	assert_int_equal(store_message_finish(s->store, id, &result, T0, &s->why), FAULT_STOP);
	DONE(s, store_message_unhandled(s->store, 0, ids, 4, &count, &s->why));
	assert_int_equal(count, 1);
	assert_int_equal(store_message_redecide(s->store, ids[0], OUTCOME_APPLIED, NULL, &s->why), FAULT_STOP);
	DONE(s, store_message_get(s->store, id, &got, &s->why));
	assert_true(got.has_outcome);
	assert_int_equal(got.outcome, OUTCOME_REVIEW);
	assert_string_equal(got.folder, "Review");
	message_record_release(&got);
	DONE(s, store_message_reading(s->store, id, &back, &s->why));
	assert_true(json_equal(reading, back));
	json_decref(back);
	DONE(s, store_message_reading(s->store, ids[0], &back, &s->why));
	assert_null(back);
	DONE(s, store_commit(s->store, &s->why));
	json_decref(reading);
}

static void
a_message_is_moved_once_and_again_when_staff_decide(void **state)
{
	struct scratch *s = *state;
	struct message_result result = {.outcome = OUTCOME_REVIEW, .folder = "Review"}, stays = {.outcome = OUTCOME_UNRELATED};
	struct message_record unmoved[2] = {0};
	int64_t id, same;
	size_t count;

	DONE(s, store_begin(s->store, &s->why));
	id = add_message(s, "7:1", hash_a, &same);
	DONE(s, store_message_finish(s->store, add_message(s, "7:2", hash_b, &same), &stays, T0, &s->why));
	DONE(s, store_message_finish(s->store, id, &result, T0, &s->why));
	DONE(s, store_message_unmoved(s->store, 1, unmoved, 2, &count, &s->why));
	assert_int_equal(count, 1);
	assert_string_equal(unmoved[0].key, "7:1");
	assert_string_equal(unmoved[0].folder, "Review");
	message_record_release(&unmoved[0]);
	DONE(s, store_message_moved(s->store, id, T0, &s->why));
	DONE(s, store_message_unmoved(s->store, 1, unmoved, 2, &count, &s->why));
	assert_int_equal(count, 0);
	DONE(s, store_message_redecide(s->store, id, OUTCOME_REVIEW, "Review", &s->why));
	DONE(s, store_message_unmoved(s->store, 1, unmoved, 2, &count, &s->why));
	assert_int_equal(count, 0);
	DONE(s, store_message_redecide(s->store, id, OUTCOME_APPLIED, "Processed", &s->why));
	DONE(s, store_message_unmoved(s->store, 1, unmoved, 2, &count, &s->why));
	assert_int_equal(count, 1);
	message_record_release(&unmoved[0]);
	DONE(s, store_commit(s->store, &s->why));
}

static void
a_message_acts_once_on_a_renewal(void **state)
{
	struct scratch *s = *state;
	struct seed one, two;
	int64_t id, same;
	bool first;

	DONE(s, store_begin(s->store, &s->why));
	one = scratch_seed(s, 1);
	two = scratch_seed(s, 2);
	id = add_message(s, "7:1", hash_a, &same);
	DONE(s, store_message_act(s->store, id, one.renewal, "renew", T0, &first, &s->why));
	assert_true(first);
	DONE(s, store_message_act(s->store, id, two.renewal, "renew", T0, &first, &s->why));
	assert_true(first);
	DONE(s, store_message_act(s->store, id, one.renewal, "decline", T0, &first, &s->why));
	assert_false(first);
	DONE(s, store_commit(s->store, &s->why));
}

static void
a_review_is_decided_once(void **state)
{
	struct scratch *s = *state;
	struct review got = {0};
	struct seed one;
	int64_t message, same, id;
	bool found;

	DONE(s, store_begin(s->store, &s->why));
	one = scratch_seed(s, 1);
	message = add_message(s, "7:1", hash_a, &same);
	DONE(s, store_review_add(s->store, message, 0, "who is it?", NULL, T0, &id, &s->why));
	assert_int_equal(store_review_add(s->store, message, 0, "again", NULL, T0, &id, &s->why), FAULT_ITEM);
	DONE(s, store_review_set_renewal(s->store, id, one.renewal, &s->why));
	DONE(s, store_review_get(s->store, id, &got, &found, &s->why));
	assert_true(found);
	assert_null(got.decision);
	assert_int_equal(got.renewal, one.renewal);
	assert_string_equal(got.suggestion, "");
	review_release(&got);
	assert_int_equal(store_review_decide(s->store, id, "maybe", "Sato", "", T0, &s->why), FAULT_ITEM);
	DONE(s, store_review_decide(s->store, id, "renew", "Sato", "called", T0 + 1, &s->why));
	assert_int_equal(store_review_decide(s->store, id, "decline", "Ito", "", T0 + 2, &s->why), FAULT_ITEM);
	DONE(s, store_review_get(s->store, id, &got, &found, &s->why));
	assert_string_equal(got.decision, "renew");
	assert_string_equal(got.decided_by, "Sato");
	assert_int_equal(got.decided_at, T0 + 1);
	review_release(&got);
	DONE(s, store_review_get(s->store, id + 1, &got, &found, &s->why));
	assert_false(found);
	DONE(s, store_commit(s->store, &s->why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(a_mailbox_remembers_how_far_it_was_polled),
	    WITH_STORE(the_same_key_is_stored_once_and_the_same_bytes_are_named),
	    WITH_STORE(readings_are_counted_before_they_begin),
	    WITH_STORE(an_outcome_is_written_once),
	    WITH_STORE(a_message_is_moved_once_and_again_when_staff_decide),
	    WITH_STORE(a_message_acts_once_on_a_renewal),
	    WITH_STORE(a_review_is_decided_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* store_message.c - mailboxes and messages. The bytes are stored first; the outcome is written once. */
#include "store_message.h"

#include <stdlib.h>
#include <string.h>

#include "../mailproc/base/buf.h"
#include "store_inner.h"

static enum fault
add_mailbox(struct store *store, const char *name, struct mailbox_record *out, struct why *why)
{
	bool is_own = !store_is_writing(store);
	struct query q;
	enum fault fault = FAULT_NONE;

	*out = (struct mailbox_record){.is_new = true};
	if (!store->may_write)
		return FAULT_NONE;
	if (is_own)
		fault = store_begin(store, why);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_MAILBOX_ADD, why);
	bind_text(&q, ":name", name);
	fault = query_run(&q, NULL);
	out->id = sqlite3_last_insert_rowid(store->db);
	if (is_own && fault == FAULT_NONE)
		fault = store_commit(store, why);
	else if (is_own)
		store_rollback(store);
	return fault;
}

enum fault
store_mailbox_get(struct store *store, const char *name, struct mailbox_record *out, struct why *why)
{
	struct mailbox_record made = {0};
	struct query q;
	bool found;
	enum fault fault;

	query_begin(&q, store, SQL_MAILBOX_GET, why);
	bind_text(&q, ":name", name);
	found = query_next(&q);
	if (found) {
		made.id = take_int(&q);
		made.uid_validity = (uint32_t)take_int(&q);
		made.last_uid = (uint32_t)take_int(&q);
		made.is_new = take_int(&q) != 0;
	}
	fault = query_end(&q);
	if (fault == FAULT_NONE && !found)
		fault = add_mailbox(store, name, &made, why);
	if (fault == FAULT_NONE)
		*out = made;
	return fault;
}

enum fault
store_mailbox_put(struct store *store, const struct mailbox_record *mailbox, int64_t now, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_MAILBOX_PUT, why);
	bind_int(&q, ":id", mailbox->id);
	bind_int(&q, ":uid_validity", mailbox->uid_validity);
	bind_int(&q, ":last_uid", mailbox->last_uid);
	bind_int(&q, ":now", now);
	return query_run_one(&q, FAULT_STOP, "there is no mailbox %lld", (long long)mailbox->id);
}

static enum fault
add_raw(struct store *store, int64_t message, const void *bytes, size_t n, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_MESSAGE_RAW_ADD, why);
	bind_int(&q, ":message", message);
	bind_bytes(&q, ":bytes", bytes, n);
	return query_run(&q, NULL);
}

enum fault
store_message_add(struct store *store, int64_t mailbox, const char *key, const unsigned char sha256[32], const void *bytes,
    size_t n, int64_t size, int64_t arrived_at, int64_t now, int64_t *id, int64_t *same, struct why *why)
{
	int64_t earlier = 0, added, made;
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_MESSAGE_SAME, why);
	bind_bytes(&q, ":sha256", sha256, 32);
	fault = query_id(&q, &earlier);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_MESSAGE_ADD, why);
	bind_int(&q, ":mailbox", mailbox);
	bind_text(&q, ":key", key);
	bind_bytes(&q, ":sha256", sha256, 32);
	bind_int(&q, ":size", size);
	bind_int_or_null(&q, ":arrived_at", arrived_at, 0);
	bind_int(&q, ":now", now);
	fault = query_run(&q, &added);
	made = added != 0 ? sqlite3_last_insert_rowid(store->db) : 0;
	if (fault == FAULT_NONE && made != 0)
		fault = add_raw(store, made, bytes, n, why);
	if (fault == FAULT_NONE) {
		*id = made;
		*same = earlier;
	}
	return fault;
}

static void
take_message(struct query *q, struct message_record *out)
{
	const char *outcome;

	out->id = take_int(q);
	out->mailbox = take_int(q);
	out->key = take_text(q);
	out->size = take_int(q);
	out->arrived_at = take_int(q);
	out->fetched_at = take_int(q);
	out->attempts = (int)take_int(q);
	outcome = take_borrowed(q);
	out->has_outcome = outcome != NULL && message_outcome_parse(outcome, &out->outcome);
	out->reason = take_text(q);
	out->folder = take_text(q);
	out->lies_in = take_text(q);
	out->sender = take_text(q);
	out->subject = take_text(q);
	out->message_id = take_text(q);
	out->letter = take_int(q);
	out->contact = take_int(q);
}

enum fault
store_message_get(struct store *store, int64_t id, struct message_record *out, struct why *why)
{
	struct message_record made = {0};
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_MESSAGE_GET, why);
	bind_int(&q, ":id", id);
	if (query_next(&q))
		take_message(&q, &made);
	else
		query_fail(&q, FAULT_STOP, "there is no message %lld", (long long)id);
	fault = query_end(&q);
	if (fault != FAULT_NONE) {
		message_record_release(&made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_message_raw(struct store *store, int64_t id, struct buf *out, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_MESSAGE_RAW, why);
	bind_int(&q, ":message", id);
	if (query_next(&q))
		take_bytes(&q, out);
	else
		query_fail(&q, FAULT_STOP, "the bytes of message %lld are not in the store", (long long)id);
	fault = query_end(&q);
	return fault != FAULT_NONE ? fault : buf_fault(out, why, "the message");
}

enum fault
store_message_reading(struct store *store, int64_t id, json_t **out, struct why *why)
{
	json_t *reading = NULL;
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_MESSAGE_READING, why);
	bind_int(&q, ":message", id);
	if (query_next(&q)) {
		const char *text = take_borrowed(&q);

		reading = text != NULL ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
		if (reading == NULL)
			query_fail(&q, FAULT_STOP, "the reading of message %lld cannot be read back", (long long)id);
	}
	fault = query_end(&q);
	if (fault != FAULT_NONE) {
		json_decref(reading);
		return fault;
	}
	*out = reading;
	return FAULT_NONE;
}

enum fault
store_message_unhandled(struct store *store, int64_t after, int64_t *ids, size_t max, size_t *count, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_MESSAGE_UNHANDLED, why);
	bind_int(&q, ":after", after);
	bind_int(&q, ":max", (int64_t)max);
	return query_ids(&q, ids, max, count);
}

enum fault
store_message_list(struct store *store, int64_t after, int64_t *ids, size_t max, size_t *count, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_MESSAGE_LIST, why);
	bind_int(&q, ":after", after);
	bind_int(&q, ":max", (int64_t)max);
	return query_ids(&q, ids, max, count);
}

enum fault
store_message_attempt(struct store *store, int64_t id, int *attempts, struct why *why)
{
	int64_t count = 0;
	struct query q;
	enum fault fault = store_begin(store, why);

	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_MESSAGE_ATTEMPT, why);
	bind_int(&q, ":id", id);
	fault = query_id(&q, &count);
	if (fault == FAULT_NONE && count == 0)
		fault = why_set(why, FAULT_STOP, "there is no message %lld", (long long)id);
	if (fault == FAULT_NONE)
		fault = store_commit(store, why);
	else
		store_rollback(store);
	if (fault == FAULT_NONE)
		*attempts = (int)count;
	return fault;
}

static enum fault
put_reading(struct store *store, int64_t id, const json_t *reading, struct why *why)
{
	struct query q;
	char *dumped = json_dumps(reading, JSON_COMPACT | JSON_ENCODE_ANY);
	enum fault fault;

	if (dumped == NULL)
		return why_set(why, FAULT_STOP, "out of memory for the reading of a message");
	query_begin(&q, store, SQL_MESSAGE_READING_PUT, why);
	bind_int(&q, ":message", id);
	bind_text(&q, ":reading", dumped);
	fault = query_run(&q, NULL);
	free(dumped);
	return fault;
}

enum fault
store_message_finish(struct store *store, int64_t id, const struct message_result *result, int64_t now, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_MESSAGE_FINISH, why);
	bind_int(&q, ":id", id);
	bind_text(&q, ":outcome", message_outcome_text(result->outcome));
	bind_text(&q, ":reason", result->reason != NULL ? result->reason : "");
	bind_int(&q, ":now", now);
	bind_text(&q, ":folder", result->folder);
	bind_text(&q, ":sender", result->sender);
	bind_text(&q, ":subject", result->subject);
	bind_text(&q, ":message_id", result->message_id);
	bind_int_or_null(&q, ":letter", result->letter, 0);
	bind_int_or_null(&q, ":contact", result->contact, 0);
	fault = query_run_one(&q, FAULT_STOP, "message %lld has an outcome already", (long long)id);
	if (fault == FAULT_NONE && result->reading != NULL)
		fault = put_reading(store, id, result->reading, why);
	return fault;
}

enum fault
store_message_redecide(struct store *store, int64_t id, enum message_outcome outcome, const char *folder, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_MESSAGE_REDECIDE, why);
	bind_int(&q, ":id", id);
	bind_text(&q, ":outcome", message_outcome_text(outcome));
	bind_text(&q, ":folder", folder);
	return query_run_one(&q, FAULT_STOP, "message %lld has no outcome yet", (long long)id);
}

enum fault
store_message_act(struct store *store, int64_t message, int64_t renewal, const char *action, int64_t now, bool *first,
    struct why *why)
{
	struct query q;
	int64_t added;
	enum fault fault;

	query_begin(&q, store, SQL_MESSAGE_ACT, why);
	bind_int(&q, ":message", message);
	bind_int(&q, ":renewal", renewal);
	bind_text(&q, ":action", action);
	bind_int(&q, ":now", now);
	fault = query_run(&q, &added);
	if (fault == FAULT_NONE)
		*first = added != 0;
	return fault;
}

enum fault
store_message_unmoved(struct store *store, int64_t mailbox, struct message_record *out, size_t max, size_t *count,
    struct why *why)
{
	struct query q;
	size_t n = 0;
	enum fault fault;

	*count = 0;
	query_begin(&q, store, SQL_MESSAGE_UNMOVED, why);
	bind_int(&q, ":mailbox", mailbox);
	bind_int(&q, ":max", (int64_t)max);
	while (n < max && query_next(&q)) {
		out[n] = (struct message_record){0};
		take_message(&q, &out[n++]);
	}
	fault = query_end(&q);
	if (fault != FAULT_NONE) {
		while (n > 0)
			message_record_release(&out[--n]);
		return fault;
	}
	*count = n;
	return FAULT_NONE;
}

enum fault
store_message_moved(struct store *store, int64_t id, int64_t now, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_MESSAGE_MOVED, why);
	bind_int(&q, ":id", id);
	bind_int(&q, ":now", now);
	return query_run_one(&q, FAULT_STOP, "there is no message %lld", (long long)id);
}

void
message_record_release(struct message_record *record)
{
	free(record->key);
	free(record->reason);
	free(record->folder);
	free(record->lies_in);
	free(record->sender);
	free(record->subject);
	free(record->message_id);
	*record = (struct message_record){0};
}

/*
 * pipeline_poll.c - one source from fetch to move
 *
 * A batch is stored with its raw bytes in one transaction before anything else; then each mail is read, decided and applied,
 * each in a transaction of its own; then the server is told where they belong. A run that dies anywhere leaves mails without an outcome or without
 * their move, and the next run begins with those.
 */
#include "pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/table.h"
#include "digest.h"
#include "mailbox.h"

struct poll {
	struct business *business;
	struct reader_zygote *zygote;
	const struct config_source *source;
	struct mailbox *mailbox;
	struct mailbox_record record;
	struct pipeline_counts *counts;
	bool is_trial;
};

/* ---- one message ---- */

/* The mail was cut on fetching: what is left may be read, but not acted on. */
static enum fault
doubt_cut_mail(const struct message_record *record, size_t n, struct message *message, struct why *why)
{
	char text[128];

	if (record->size <= (int64_t)n)
		return FAULT_NONE;
	snprintf(text, sizeof text, "the mail has %lld bytes and was cut at %zu", (long long)record->size, n);
	free(message->suspicion);
	message->suspicion = strdup(text);
	return message->suspicion != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory");
}

static enum fault
settle_duplicate(struct poll *p, int64_t id, int64_t same, struct why *why)
{
	struct message_record earlier = {0};
	struct message_result result = {.outcome = OUTCOME_DUPLICATE};
	char reason[64];
	enum fault fault = store_message_get(p->business->store, same, &earlier, why);

	if (fault == FAULT_NONE)
		fault = store_begin(p->business->store, why);
	if (fault != FAULT_NONE)
		goto out;
	snprintf(reason, sizeof reason, "the same bytes as message %lld", (long long)same);
	result.reason = reason;
	result.folder = earlier.folder; /* where its first copy belongs, this one does */
	result.sender = earlier.sender;
	result.subject = earlier.subject;
	result.message_id = earlier.message_id;
	fault = store_message_finish(p->business->store, id, &result, p->business->now, why);
	if (fault == FAULT_NONE)
		fault = store_commit(p->business->store, why);
	if (fault == FAULT_NONE)
		p->counts->outcome[OUTCOME_DUPLICATE]++;
out:
	store_rollback(p->business->store);
	message_record_release(&earlier);
	return fault;
}

/* Reads one stored mail and does what it says. Only FAULT_STOP and store faults come back: what is wrong with the mail is its outcome. */
static enum fault
handle(struct poll *p, int64_t id, struct why *why)
{
	struct message_record record = {0};
	struct buf raw = BUF_MAX((size_t)p->business->config->message_max_bytes + 1);
	struct message message = {0};
	struct reading *reading = NULL;
	struct match match = {0};
	struct intent intent = {0};
	json_t *json = NULL;
	enum message_outcome outcome = OUTCOME_QUARANTINED;
	struct why unreadable = {0};
	int attempts = 0;
	enum fault fault;

	fault = store_message_get(p->business->store, id, &record, why);
	if (fault == FAULT_NONE && record.mailbox != p->record.id)
		goto out; /* left over from another source: its own poll does it */
	if (fault == FAULT_NONE)
		fault = store_message_attempt(p->business->store, id, &attempts, why);
	if (fault == FAULT_NONE)
		fault = store_message_raw(p->business->store, id, &raw, why);
	if (fault != FAULT_NONE)
		goto out;
	if (attempts > PIPELINE_ATTEMPTS)
		why_set(&unreadable, FAULT_ITEM, "the program died %d times while reading it", attempts - 1);
	else
		fault = reader_read(p->zygote, buf_span(&raw), &reading, &message, &unreadable);
	if (fault == FAULT_NONE && unreadable.text[0] == '\0') {
		fault = doubt_cut_mail(&record, raw.n, &message, why);
		if (fault == FAULT_NONE)
			fault = renewal_match(p->business, &message, &match, why);
		if (fault != FAULT_NONE)
			goto out;
		fault = reader_decide(reading, &match.asked, &intent, &json, &unreadable);
		reading = NULL; /* ended in any case */
	}
	if (fault == FAULT_STOP) {
		*why = unreadable;
		goto out;
	}
	fault = renewal_receive(p->business, id, &message, &match, unreadable.text[0] == '\0' ? &intent : NULL, json,
	    unreadable.text[0] == '\0' ? NULL : unreadable.text, &p->source->folders, &outcome, why);
	if (fault != FAULT_NONE)
		goto out;
	p->counts->outcome[outcome]++;
	log_step("message %lld: %s", (long long)id, message_outcome_text(outcome));
out:
	reading_end(reading);
	json_decref(json);
	intent_release(&intent);
	match_release(&match);
	message_release(&message);
	buf_release(&raw);
	message_record_release(&record);
	return fault;
}

/* ---- a batch ---- */

struct stored {
	int64_t id, same;
};

static enum fault
store_mail(struct poll *p, const struct mailbox_mail *mail, struct stored *out, struct why *why)
{
	unsigned char hash[DIGEST_LEN];
	enum fault fault = digest_sha256(hash, mail->bytes, mail->n, why);

	if (fault == FAULT_NONE)
		fault = store_message_add(p->business->store, p->record.id, mail->key, hash, mail->bytes, mail->n, mail->size,
		    mail->arrived_at, p->business->now, &out->id, &out->same, why);
	return fault;
}

/* Stores the batch and how far the folder was read, in one transaction. */
static enum fault
store_batch(struct poll *p, const struct mailbox_batch *batch, struct stored *stored, struct why *why)
{
	enum fault fault = store_begin(p->business->store, why);

	for (size_t i = 0; fault == FAULT_NONE && i < batch->count; i++)
		fault = store_mail(p, &batch->mail[i], &stored[i], why);
	if (fault == FAULT_NONE)
		fault = store_mailbox_put(p->business->store, &p->record, p->business->now, why);
	if (fault == FAULT_NONE)
		fault = store_commit(p->business->store, why);
	store_rollback(p->business->store);
	return fault;
}

static enum fault
handle_batch(struct poll *p, const struct stored *stored, size_t count, struct why *why)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; fault == FAULT_NONE && i < count; i++) {
		if (stored[i].id == 0)
			continue; /* in the store already */
		p->counts->fetched++;
		if (stored[i].same != 0)
			fault = settle_duplicate(p, stored[i].id, stored[i].same, why);
		else
			fault = handle(p, stored[i].id, why);
	}
	return fault;
}

/* ---- moving ---- */

static enum fault
mark_moved(struct poll *p, const struct message_record *record, const bool *is_in, size_t count, struct why *why)
{
	enum fault fault = store_begin(p->business->store, why);

	for (size_t i = 0; fault == FAULT_NONE && i < count; i++)
		if (is_in[i])
			fault = store_message_moved(p->business->store, record[i].id, p->business->now, why);
	if (fault == FAULT_NONE)
		fault = store_commit(p->business->store, why);
	store_rollback(p->business->store);
	return fault;
}

/* A decision has changed where it belongs, after it was moved: on its server it has another UID in that folder. */
static enum fault
move_on(struct poll *p, const struct message_record *record, struct why *why)
{
	struct buf raw = BUF_MAX((size_t)p->business->config->message_max_bytes + 1);
	struct mailbox_moved moved = {.key = record->key, .message_id = record->message_id, .from = record->lies_in, .to = record->folder};
	const bool is_in = true;
	enum fault fault = store_message_raw(p->business->store, record->id, &raw, why);

	moved.bytes = buf_span(&raw);
	if (fault == FAULT_NONE)
		fault = mailbox_move_on(p->mailbox, &moved, why);
	if (fault == FAULT_NONE)
		fault = mark_moved(p, record, &is_in, 1, why);
	if (fault == FAULT_NONE)
		p->counts->moved++;
	buf_release(&raw);
	return fault;
}

/* Moves those of the records that belong into one folder. */
static enum fault
move_to(struct poll *p, const struct message_record *record, size_t count, const char *folder, struct why *why)
{
	const char *key[PIPELINE_BATCH];
	bool is_in[PIPELINE_BATCH] = {false};
	size_t n = 0;
	enum fault fault;

	for (size_t i = 0; i < count; i++)
		if (strcmp(record[i].folder, folder) == 0 && record[i].lies_in == NULL) {
			is_in[i] = true;
			key[n++] = record[i].key;
		}
	if (n == 0)
		return FAULT_NONE;
	fault = mailbox_move(p->mailbox, key, n, folder, why);
	if (fault == FAULT_NONE)
		fault = mark_moved(p, record, is_in, count, why);
	if (fault == FAULT_NONE)
		p->counts->moved += n;
	return fault;
}

/* Tells the server where the handled mails belong; one command a folder, after everything is committed. */
static enum fault
move_handled(struct poll *p, struct why *why)
{
	enum fault fault = FAULT_NONE;
	size_t count = 1;

	while (!p->is_trial && p->source->folders.move && fault == FAULT_NONE && count > 0) {
		struct message_record record[PIPELINE_BATCH] = {{0}};
		size_t moved = 0;

		fault = store_message_unmoved(p->business->store, p->record.id, record, PIPELINE_BATCH, &count, why);
		for (size_t i = 0; fault == FAULT_NONE && i < count; i++) {
			bool is_first = true;

			if (record[i].lies_in != NULL) {
				fault = move_on(p, &record[i], why);
				moved++;
				continue;
			}
			for (size_t j = 0; j < i; j++)
				is_first = is_first && (record[j].lies_in != NULL || strcmp(record[i].folder, record[j].folder) != 0);
			if (is_first)
				fault = move_to(p, record, count, record[i].folder, why);
			moved++;
		}
		for (size_t i = 0; i < count; i++)
			message_record_release(&record[i]);
		if (moved == 0)
			break;
	}
	return fault;
}

/* ---- the source ---- */

/* Mails of this source that an earlier run stored and did not finish. */
static enum fault
handle_left_over(struct poll *p, struct why *why)
{
	int64_t after = 0, ids[PIPELINE_BATCH];
	size_t count = 0;
	enum fault fault;

	do {
		fault = store_message_unhandled(p->business->store, after, ids, PIPELINE_BATCH, &count, why);
		for (size_t i = 0; fault == FAULT_NONE && i < count; i++) {
			fault = handle(p, ids[i], why);
			after = ids[i];
		}
	} while (fault == FAULT_NONE && count > 0);
	return fault;
}

static enum fault
poll_new(struct poll *p, struct why *why)
{
	enum fault fault;

	for (;;) {
		struct mailbox_batch batch = {0};
		struct stored stored[PIPELINE_BATCH] = {{0}};
		enum fault fetch_fault = mailbox_next(p->mailbox, p->record.last_uid, PIPELINE_BATCH, &batch, why);
		bool is_end = batch.count == 0;
		struct why later = {0};

		/* What was fetched before the server went away is kept and handled. */
		p->record.last_uid = mailbox_last_uid(p->mailbox);
		fault = store_batch(p, &batch, stored, &later);
		if (fault == FAULT_NONE)
			fault = handle_batch(p, stored, batch.count, &later);
		mailbox_batch_release(&batch);
		if (fault == FAULT_NONE && fetch_fault == FAULT_NONE)
			fault = move_handled(p, &later);
		if (fault != FAULT_NONE)
			*why = later;
		else
			fault = fetch_fault;
		if (fault != FAULT_NONE || is_end)
			return fault;
		progress_show("polled", p->counts->fetched, 0, 0);
	}
}

enum fault
pipeline_poll(struct business *business, struct reader_zygote *zygote, const struct config_source *source, bool is_trial,
    struct pipeline_counts *counts, struct why *why)
{
	struct poll p = {.business = business, .zygote = zygote, .source = source, .counts = counts, .is_trial = is_trial};
	enum fault fault = mailbox_open(&p.mailbox, business->config, source, why);

	if (fault == FAULT_NONE)
		fault = store_mailbox_get(business->store, mailbox_name(p.mailbox), &p.record, why);
	if (fault != FAULT_NONE)
		goto out;
	if (p.record.uid_validity != mailbox_uid_validity(p.mailbox)) {
		/* UIDs mean nothing any more: everything is looked at again, and known by its bytes. */
		if (!p.record.is_new)
			log_warning("%s: UIDVALIDITY changed: reading the whole folder again", mailbox_name(p.mailbox));
		p.record.uid_validity = mailbox_uid_validity(p.mailbox);
		p.record.last_uid = 0;
	}
	fault = handle_left_over(&p, why);
	if (fault == FAULT_NONE)
		fault = move_handled(&p, why);
	if (fault == FAULT_NONE)
		fault = poll_new(&p, why);
out:
	progress_end();
	mailbox_close(p.mailbox);
	return fault;
}

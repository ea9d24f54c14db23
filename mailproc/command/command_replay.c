/*
 * command_replay.c - what other rules would make of the messages in the store, before they go live
 *
 * The same two steps in a reader as in a run, with what is known of each message's letter; nothing is written. Verdicts are compared, not what was done: staff
 * may have decided, and the renewal has gone on.
 */
#include "../command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../store/store_message.h"
#include "../base/buf.h"
#include "../base/table.h"
#include "command_view.h"
#include "../reader.h"

enum { PAGE = 200 };

struct replay {
	struct command_open open;
	struct table *table; /* NULL: JSON */
	size_t read, changed, lost_acts;
};

static bool
is_act(const char *verdict)
{
	enum verdict value;

	return verdict_parse(verdict, &value) && (value == VERDICT_RENEW || value == VERDICT_DECLINE || value == VERDICT_PARTIAL);
}

static void
show_change(struct replay *r, const struct message_record *record, const json_t *before, const json_t *after)
{
	const char *was = view_text(before, "verdict"), *is = view_text(after, "verdict");
	char number[32];

	r->changed++;
	r->lost_acts += record->outcome == OUTCOME_APPLIED && is_act(was);
	if (r->table == NULL) {
		json_t *row = json_pack("{s:I, s:s?, s:s?, s:s?, s:s?, s:O, s:O, s:s}", "message", (json_int_t)record->id, "subject",
		    record->subject, "was", was, "would_be", is, "reason", view_text(after, "reason"), "certificates",
		    json_object_get(after, "certificates"), "evidence", json_object_get(after, "evidence"), "outcome",
		    message_outcome_text(record->outcome));

		view_json(stdout, row);
		json_decref(row);
		return;
	}
	snprintf(number, sizeof number, "%lld", (long long)record->id);
	table_add(r->table, number, message_outcome_text(record->outcome), was, is, view_text(after, "reason"));
}

/* Reads one message again; a mail that cannot be read now and could be before is a change too. */
static enum fault
replay_message(struct replay *r, const struct message_record *record, const json_t *before, struct why *why)
{
	struct buf raw = BUF_MAX((size_t)r->open.config->message_max_bytes + 1);
	struct message message = {0};
	struct match match = {0};
	struct intent intent = {0};
	struct reading *reading = NULL;
	json_t *after = NULL;
	enum fault fault = store_message_raw(r->open.store, record->id, &raw, why);

	if (fault == FAULT_NONE)
		fault = reader_read(r->open.zygote, buf_span(&raw), &reading, &message, why);
	if (fault == FAULT_NONE)
		fault = renewal_match(&r->open.business, &message, &match, why);
	if (fault == FAULT_NONE) {
		fault = reader_decide(reading, &match.asked, &intent, &after, why);
		reading = NULL;
	}
	if (fault == FAULT_ITEM) {
		after = json_pack("{s:s, s:s, s:{}, s:[]}", "verdict", verdict_text(VERDICT_REVIEW), "reason", why->text, "certificates", "evidence");
		fault = after != NULL ? FAULT_NONE : FAULT_STOP;
	}
	r->read++;
	if (fault == FAULT_NONE && (!json_equal(json_object_get(before, "verdict"), json_object_get(after, "verdict")) ||
				       !json_equal(json_object_get(before, "certificates"), json_object_get(after, "certificates"))))
		show_change(r, record, before, after);
	json_decref(after);
	reading_end(reading);
	intent_release(&intent);
	match_release(&match);
	message_release(&message);
	buf_release(&raw);
	return fault;
}

static enum fault
replay_id(struct replay *r, int64_t id, struct why *why)
{
	struct message_record record = {0};
	json_t *before = NULL;
	enum fault fault = store_message_get(r->open.store, id, &record, why);

	if (fault == FAULT_NONE)
		fault = store_message_reading(r->open.store, id, &before, why);
	if (fault == FAULT_NONE && before != NULL && record.has_outcome)
		fault = replay_message(r, &record, before, why);
	json_decref(before);
	message_record_release(&record);
	return fault;
}

static enum fault
replay_all(struct replay *r, struct why *why)
{
	int64_t ids[PAGE], after = 0;
	size_t count = 0;
	enum fault fault;

	do {
		fault = store_message_list(r->open.store, after, ids, PAGE, &count, why);
		for (size_t i = 0; i < count && fault == FAULT_NONE; i++) {
			fault = replay_id(r, ids[i], why);
			after = ids[i];
			progress_show("read again", r->read, 0, 0);
		}
	} while (fault == FAULT_NONE && count > 0);
	progress_end();
	return fault;
}

int
command_replay(const struct command_context *context, int argc, char **argv)
{
	static const char *const heading[] = {">message", "outcome", "was", "would be", "why", NULL};
	bool as_json = false;
	struct command_context with_rules = *context;
	const struct command_option options[] = {{"json", &as_json, NULL}, {"rules", NULL, &with_rules.rules}, {0}};
	struct replay r = {0};
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 0, 0, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	status = command_open(&r.open, &with_rules, OPEN_READER | OPEN_STORE_READ | OPEN_KEY);
	if (status != EX_OK)
		return status;
	r.table = as_json ? NULL : table_new(heading);
	fault = replay_all(&r, &why);
	if (fault == FAULT_NONE && !as_json && r.changed > 0)
		fault = table_print(r.table, stdout, &why);
	if (fault == FAULT_NONE && !as_json)
		printf("%zu messages read again, %zu verdicts would change%s\n", r.read, r.changed,
		    r.lost_acts > 0 ? "; some of them were acted on" : "");
	table_free(r.table);
	command_close(&r.open);
	return fault != FAULT_NONE ? command_fail(fault, &why) : r.lost_acts > 0;
}

/* store_letter.c - letters. Every change of state expects the state before it, so that no letter goes two ways. */
#include "store_letter.h"

#include <stdlib.h>

#include "store_inner.h"

/* Whether a letter stands for this review, or for one of these items and this contact. */
static enum fault
letter_exists(struct store *store, const struct letter *letter, bool *exists, struct why *why)
{
	int64_t found = 0;
	struct query q;
	enum fault fault = FAULT_NONE;

	if (letter->review != 0) {
		query_begin(&q, store, SQL_LETTER_OF_REVIEW, why);
		bind_int(&q, ":review", letter->review);
		fault = query_id(&q, &found);
	}
	for (size_t i = 0; fault == FAULT_NONE && found == 0 && letter->contact != 0 && i < letter->item_count; i++) {
		query_begin(&q, store, SQL_LETTER_OF_ITEM, why);
		bind_int(&q, ":renewal", letter->item[i].renewal);
		bind_text(&q, ":kind", letter_kind_text(letter->kind));
		bind_int(&q, ":round", letter->item[i].round);
		bind_int(&q, ":contact", letter->contact);
		fault = query_id(&q, &found);
	}
	*exists = found != 0;
	return fault;
}

static enum fault
add_items(struct store *store, const struct letter *letter, struct why *why)
{
	enum fault fault = FAULT_NONE;
	struct query q;

	for (size_t i = 0; fault == FAULT_NONE && i < letter->item_count; i++) {
		query_begin(&q, store, SQL_LETTER_ITEM_ADD, why);
		bind_int(&q, ":letter", letter->id);
		bind_int(&q, ":position", (int64_t)i + 1);
		bind_int(&q, ":renewal", letter->item[i].renewal);
		bind_text(&q, ":kind", letter_kind_text(letter->kind));
		bind_int(&q, ":round", letter->item[i].round);
		bind_int_or_null(&q, ":contact", letter->contact, 0);
		fault = query_run(&q, NULL);
	}
	return fault;
}

enum fault
store_letter_want(struct store *store, struct letter *letter, int64_t now, bool *added, struct why *why)
{
	bool exists;
	struct query q;
	enum fault fault = letter_exists(store, letter, &exists, why);

	if (fault != FAULT_NONE)
		return fault;
	*added = !exists;
	if (exists)
		return FAULT_NONE;
	query_begin(&q, store, SQL_LETTER_ADD, why);
	bind_text(&q, ":kind", letter_kind_text(letter->kind));
	bind_int_or_null(&q, ":customer", letter->customer, 0);
	bind_int_or_null(&q, ":contact", letter->contact, 0);
	bind_int_or_null(&q, ":review", letter->review, 0);
	bind_text(&q, ":language", language_text(letter->language));
	bind_int(&q, ":now", now);
	bind_text(&q, ":in_reply_to", letter->in_reply_to);
	bind_text(&q, ":thread", letter->thread != NULL ? letter->thread : "");
	fault = query_run(&q, NULL);
	if (fault != FAULT_NONE)
		return fault;
	letter->id = sqlite3_last_insert_rowid(store->db);
	return add_items(store, letter, why);
}

static void
take_letter(struct query *q, struct letter *out)
{
	out->id = take_int(q);
	TAKE_WORD(q, letter_kind, &out->kind);
	out->customer = take_int(q);
	out->contact = take_int(q);
	out->review = take_int(q);
	TAKE_WORD(q, language, &out->language);
	TAKE_WORD(q, letter_state, &out->state);
	out->state_at = take_int(q);
	out->reason = take_text(q);
	out->wanted_at = take_int(q);
	out->rendered_at = take_int(q);
	out->message_id = take_text(q);
	out->in_reply_to = take_text(q);
	out->thread = take_text(q);
	out->recipient = take_text(q);
	out->envelope_from = take_text(q);
	out->subject = take_text(q);
	out->tries = (int)take_int(q);
	out->next_try_at = take_int(q);
}

static enum fault
read_items(struct store *store, struct letter *letter, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_LETTER_ITEMS, why);
	bind_int(&q, ":letter", letter->id);
	while (query_next(&q)) {
		struct letter_item *more = realloc(letter->item, (letter->item_count + 1) * sizeof *more);

		if (more == NULL) {
			query_fail(&q, FAULT_STOP, "out of memory for a letter");
			break;
		}
		letter->item = more;
		more[letter->item_count].renewal = take_int(&q);
		more[letter->item_count++].round = (int)take_int(&q);
	}
	return query_end(&q);
}

enum fault
store_letter_get(struct store *store, int64_t id, struct letter *out, bool *found, struct why *why)
{
	struct letter made = {0};
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_LETTER_GET, why);
	bind_int(&q, ":id", id);
	*found = query_next(&q);
	if (*found)
		take_letter(&q, &made);
	fault = query_end(&q);
	if (fault == FAULT_NONE && *found)
		fault = read_items(store, &made, why);
	if (fault != FAULT_NONE || !*found) {
		letter_release(&made);
		*found = false;
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

enum fault
store_letter_find(struct store *store, const char *message_id, int64_t *id, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_LETTER_FIND, why);
	bind_text(&q, ":message_id", message_id);
	return query_id(&q, id);
}

enum fault
store_letter_last(struct store *store, int64_t renewal, int64_t contact, int64_t *id, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_LETTER_LAST, why);
	bind_int(&q, ":renewal", renewal);
	bind_int(&q, ":contact", contact);
	return query_id(&q, id);
}

enum fault
store_letter_history(struct store *store, int64_t renewal, struct letter_history *out, struct why *why)
{
	struct query q;

	*out = (struct letter_history){0};
	query_begin(&q, store, SQL_LETTER_HISTORY, why);
	bind_int(&q, ":renewal", renewal);
	if (query_next(&q)) {
		out->last_at = take_int(&q);
		out->reminder_round = (int)take_int(&q);
		out->payment_reminder_round = (int)take_int(&q);
	}
	return query_end(&q);
}

enum fault
store_letter_list(struct store *store, enum letter_state state, int64_t now, int64_t after, int64_t *ids, size_t max,
    size_t *count, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_LETTER_LIST, why);
	bind_text(&q, ":state", letter_state_text(state));
	bind_int(&q, ":now", now);
	bind_int(&q, ":after", after);
	bind_int(&q, ":max", (int64_t)max);
	return query_ids(&q, ids, max, count);
}

enum fault
store_letter_rendered(struct store *store, int64_t id, const struct letter_rendering *rendering, int64_t now, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_LETTER_RENDERED, why);
	bind_int(&q, ":id", id);
	bind_int(&q, ":now", now);
	bind_text(&q, ":message_id", rendering->message_id);
	bind_text(&q, ":recipient", rendering->recipient);
	bind_text(&q, ":envelope_from", rendering->envelope_from);
	bind_text(&q, ":subject", rendering->subject);
	fault = query_run_one(&q, FAULT_LATER, "letter %lld is no longer wanted", (long long)id);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_LETTER_BYTES_ADD, why);
	bind_int(&q, ":letter", id);
	bind_bytes(&q, ":bytes", rendering->bytes.p, rendering->bytes.n);
	bind_text(&q, ":text", rendering->text);
	return query_run(&q, NULL);
}

enum fault
store_letter_bytes(struct store *store, int64_t id, struct buf *bytes, struct buf *text, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_LETTER_BYTES, why);
	bind_int(&q, ":letter", id);
	if (query_next(&q)) {
		take_bytes(&q, bytes);
		take_bytes(&q, text);
	} else {
		query_fail(&q, FAULT_STOP, "the bytes of letter %lld are not in the store", (long long)id);
	}
	fault = query_end(&q);
	if (fault == FAULT_NONE && bytes != NULL)
		fault = buf_fault(bytes, why, "the letter");
	if (fault == FAULT_NONE && text != NULL)
		fault = buf_fault(text, why, "the text of the letter");
	return fault;
}

enum fault
store_letter_claim(struct store *store, int64_t id, int64_t run, int lane, int sequence, int64_t now, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_LETTER_CLAIM, why);
	bind_int(&q, ":id", id);
	bind_int(&q, ":run", run);
	bind_int(&q, ":lane", lane);
	bind_int(&q, ":sequence", sequence);
	bind_int(&q, ":now", now);
	return query_run_one(&q, FAULT_LATER, "letter %lld is no longer ready", (long long)id);
}

enum fault
store_letter_unclaim(struct store *store, int64_t id, int64_t now, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_LETTER_UNCLAIM, why);
	bind_int(&q, ":id", id);
	bind_int(&q, ":now", now);
	return query_run_one(&q, FAULT_LATER, "letter %lld is not claimed", (long long)id);
}

enum fault
store_letter_answer(struct store *store, int64_t id, enum letter_state state, int code, const char *answer,
    int64_t next_try_at, const char *reason, int64_t now, struct why *why)
{
	struct query q;

	if (state == LETTER_WANTED || state == LETTER_CLAIMED || state == LETTER_WITHDRAWN)
		return why_set(why, FAULT_STOP, "a server's answer cannot make a letter %s", letter_state_text(state));
	query_begin(&q, store, SQL_LETTER_ANSWER, why);
	bind_int(&q, ":id", id);
	bind_text(&q, ":state", letter_state_text(state));
	bind_int_or_null(&q, ":code", code, 0);
	bind_text(&q, ":answer", answer);
	if (state == LETTER_READY)
		bind_int(&q, ":next_try_at", next_try_at);
	else
		bind_text(&q, ":next_try_at", NULL);
	bind_text(&q, ":reason", reason != NULL ? reason : "");
	bind_int(&q, ":now", now);
	return query_run_one(&q, FAULT_LATER, "letter %lld is not claimed", (long long)id);
}

/* Bytes and Message-ID go, so that it is rendered anew; only before a first try, because both stay the same on every try. */
static enum fault
render_anew(struct store *store, int64_t id, const char *reason, int64_t now, struct why *why)
{
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_LETTER_ANEW, why);
	bind_int(&q, ":id", id);
	bind_text(&q, ":reason", reason != NULL ? reason : "");
	bind_int(&q, ":now", now);
	fault = query_run_one(&q, FAULT_LATER, "letter %lld is not ready, or was tried", (long long)id);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_LETTER_BYTES_DROP, why);
	bind_int(&q, ":letter", id);
	return query_run(&q, NULL);
}

enum fault
store_letter_park(struct store *store, int64_t id, enum letter_state state, const char *reason, int64_t now, struct why *why)
{
	struct query q;

	if (state == LETTER_WANTED)
		return render_anew(store, id, reason, now, why);
	if (state != LETTER_HELD && state != LETTER_WITHDRAWN)
		return why_set(why, FAULT_STOP, "a letter cannot be parked as %s", letter_state_text(state));
	query_begin(&q, store, SQL_LETTER_PARK, why);
	bind_int(&q, ":id", id);
	bind_text(&q, ":state", letter_state_text(state));
	bind_text(&q, ":reason", reason != NULL ? reason : "");
	bind_int(&q, ":now", now);
	return query_run_one(&q, FAULT_LATER, "letter %lld is neither wanted nor ready", (long long)id);
}

/*
 * One letter stops telling of one renewal: a letter about this one alone is withdrawn, a letter about several loses the
 * item (and is rendered anew), because the others must still be told.
 */
static enum fault
withdraw_one(struct store *store, int64_t id, bool is_ready, int64_t renewal, const char *reason, int64_t now, struct why *why)
{
	int64_t items = 0;
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_LETTER_ITEM_COUNT, why);
	bind_int(&q, ":letter", id);
	fault = query_id(&q, &items);
	if (fault != FAULT_NONE || items == 1)
		return fault != FAULT_NONE ? fault : store_letter_park(store, id, LETTER_WITHDRAWN, reason, now, why);
	query_begin(&q, store, SQL_LETTER_ITEM_DROP, why);
	bind_int(&q, ":letter", id);
	bind_int(&q, ":renewal", renewal);
	fault = query_run_one(&q, FAULT_STOP, "letter %lld has lost its item", (long long)id);
	return fault == FAULT_NONE && is_ready ? render_anew(store, id, reason, now, why) : fault;
}

/* Those of one kind, one after the other: each that is found leaves the list. */
static enum fault
withdraw_kind(struct store *store, int64_t renewal, enum letter_kind kind, const char *reason, int64_t now, size_t *count,
    struct why *why)
{
	for (;;) {
		int64_t id = 0;
		bool is_ready = false;
		struct query q;
		enum fault fault;

		query_begin(&q, store, SQL_LETTER_TO_WITHDRAW, why);
		bind_int(&q, ":renewal", renewal);
		bind_text(&q, ":kind", letter_kind_text(kind));
		if (query_next(&q)) {
			id = take_int(&q);
			is_ready = take_int(&q) != 0;
		}
		fault = query_end(&q);
		if (fault == FAULT_NONE && id != 0)
			fault = withdraw_one(store, id, is_ready, renewal, reason, now, why);
		if (fault != FAULT_NONE || id == 0)
			return fault;
		++*count;
	}
}

enum fault
store_letter_withdraw(struct store *store, int64_t renewal, unsigned kinds, const char *reason, int64_t now, size_t *count,
    struct why *why)
{
	size_t withdrawn = 0;
	enum fault fault = FAULT_NONE;

	for (unsigned kind = 0; fault == FAULT_NONE && kind < letter_kind_count; kind++)
		if ((kinds & 1u << kind) != 0)
			fault = withdraw_kind(store, renewal, (enum letter_kind)kind, reason, now, &withdrawn, why);
	*count = withdrawn;
	return fault;
}

enum fault
store_letter_bounced(struct store *store, int64_t id, const char *status, struct why *why)
{
	struct query q;

	query_begin(&q, store, SQL_LETTER_BOUNCED, why);
	bind_int(&q, ":id", id);
	bind_text(&q, ":status", status);
	return query_run_one(&q, FAULT_STOP, "there is no letter %lld", (long long)id);
}

enum fault
store_letter_claims(struct store *store, struct letter_claim *out, size_t max, size_t *count, struct why *why)
{
	struct query q;
	size_t n = 0;
	enum fault fault;

	query_begin(&q, store, SQL_LETTER_CLAIMS, why);
	bind_int(&q, ":max", (int64_t)max);
	while (n < max && query_next(&q)) {
		out[n].id = take_int(&q);
		out[n].run = take_int(&q);
		out[n].lane = (int)take_int(&q);
		out[n++].sequence = (int)take_int(&q);
	}
	fault = query_end(&q);
	*count = fault == FAULT_NONE ? n : 0;
	return fault;
}

void
letter_release(struct letter *letter)
{
	free(letter->reason);
	free(letter->message_id);
	free(letter->in_reply_to);
	free(letter->thread);
	free(letter->recipient);
	free(letter->envelope_from);
	free(letter->subject);
	free(letter->item);
	*letter = (struct letter){0};
}

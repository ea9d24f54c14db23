/*
 * mailbox_imap_move.c - sets of UIDs, moving mails, and looking for a Message-ID in another folder
 *
 * A move is repeated by the next run until it is recorded as done, so mails that are gone, and a folder that exists, are no faults.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailbox_imap.h"

enum { COMMAND_SET_MAX = 1000 /* bytes of a set of UIDs in one command */ };

int
mailbox_imap_by_uid(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

struct mailimap_set *
mailbox_imap_set(const uint32_t *uid, size_t count, size_t *at)
{
	struct mailimap_set *set = mailimap_set_new_empty();
	size_t bytes = 0;

	while (set != NULL && *at < count && bytes < COMMAND_SET_MAX) {
		uint32_t first = uid[*at], last = first;

		for (++*at; *at < count && (uid[*at] == last || uid[*at] == last + 1); ++*at)
			last = uid[*at];
		bytes += (size_t)snprintf(NULL, 0, "%" PRIu32 ":%" PRIu32 ",", first, last);
		if (mailimap_set_add_interval(set, first, last) != MAILIMAP_NO_ERROR) {
			mailimap_set_free(set);
			set = NULL;
		}
	}
	return set;
}

/* The UID of a key, 0 when it is of another UIDVALIDITY. */
static uint32_t
uid_of_key(const struct mailbox *mailbox, const char *key)
{
	char *end;
	unsigned long long validity = strtoull(key, &end, 10), uid;

	if (*end != ':' || validity != mailbox->uid_validity)
		return 0;
	uid = strtoull(end + 1, &end, 10);
	return *end == '\0' && uid <= UINT32_MAX ? (uint32_t)uid : 0;
}

/* Some servers say TRYCREATE, some only NO: the folder is made on any NO, and what CREATE says of one that exists is of no interest. */
static enum fault
create_folder(struct imap *imap, const char *name, struct why *why)
{
	struct why ignored;
	enum fault fault = mailbox_imap_fault(imap, mailimap_create(imap->session, name), FAULT_ITEM, &ignored, "CREATE");

	if (fault == FAULT_NONE)
		fault = mailbox_imap_fault(imap, mailimap_subscribe(imap->session, name), FAULT_ITEM, &ignored, "SUBSCRIBE");
	if (fault == FAULT_ITEM)
		return FAULT_NONE;
	if (fault != FAULT_NONE && why != NULL)
		*why = ignored;
	return fault;
}

/* Copy, or move where the server can. */
static enum fault
transfer(struct imap *imap, struct mailimap_set *set, const char *name, struct why *why)
{
	int code = imap->has_move ? mailimap_uid_move(imap->session, set, name) : mailimap_uid_copy(imap->session, set, name);
	int refused = imap->has_move ? MAILIMAP_ERROR_UID_MOVE : MAILIMAP_ERROR_UID_COPY;
	char what[300];

	if (code == refused || code == MAILIMAP_ERROR_MOVE || code == MAILIMAP_ERROR_COPY) {
		enum fault fault = create_folder(imap, name, why);

		if (fault != FAULT_NONE)
			return fault;
		code = imap->has_move ? mailimap_uid_move(imap->session, set, name) : mailimap_uid_copy(imap->session, set, name);
	}
	snprintf(what, sizeof what, "%s to %s", imap->has_move ? "MOVE" : "COPY", name);
	return mailbox_imap_fault(imap, code, FAULT_SETUP, why, what);
}

/* After a copy. Plain EXPUNGE would also remove what other people marked: without UIDPLUS the mark is all. */
static enum fault
delete_copied(struct imap *imap, struct mailimap_set *set, struct why *why)
{
	struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
	struct mailimap_flag *deleted = mailimap_flag_new_deleted();
	struct mailimap_store_att_flags *change = NULL;
	enum fault fault;

	if (flags == NULL || deleted == NULL || mailimap_flag_list_add(flags, deleted) != MAILIMAP_NO_ERROR ||
	    (change = mailimap_store_att_flags_new_add_flags_silent(flags)) == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a move");
	fault = mailbox_imap_fault(imap, mailimap_uid_store(imap->session, set, change), FAULT_SETUP, why, "STORE");
	if (fault == FAULT_NONE && imap->has_uidplus)
		fault = mailbox_imap_fault(imap, mailimap_uid_expunge(imap->session, set), FAULT_SETUP, why, "UID EXPUNGE");
	mailimap_store_att_flags_free(change);
	return fault;
}

/* Moves these, by rising UID, from the folder that is selected. */
static enum fault
move_uids(struct imap *imap, const uint32_t *uid, size_t count, const char *folder, struct why *why)
{
	char *name = NULL;
	enum fault fault;

	mailbox_imap_limit(imap, MAILBOX_IMAP_BUDGET);
	fault = mailbox_imap_folder_name(imap, folder, &name, why);
	for (size_t at = 0; fault == FAULT_NONE && at < count;) {
		struct mailimap_set *set = mailbox_imap_set(uid, count, &at);

		mailbox_imap_limit(imap, MAILBOX_IMAP_BUDGET);
		fault = set != NULL ? transfer(imap, set, name, why) : why_set(why, FAULT_STOP, "out of memory for a move");
		if (fault == FAULT_NONE && !imap->has_move)
			fault = delete_copied(imap, set, why);
		if (set != NULL)
			mailimap_set_free(set);
	}
	free(name);
	return fault;
}

enum fault
mailbox_imap_move(struct mailbox *mailbox, const char *const *key, size_t count, const char *folder, struct why *why)
{
	struct imap *imap = mailbox->imap;
	uint32_t *uid = calloc(count, sizeof *uid);
	size_t known = 0;
	enum fault fault = uid != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory for a move");

	if (fault == FAULT_NONE)
		fault = mailbox_imap_select(mailbox, why);
	for (size_t i = 0; fault == FAULT_NONE && i < count; i++)
		if ((uid[known] = uid_of_key(mailbox, key[i])) != 0)
			known++;
	if (fault != FAULT_NONE || known == 0)
		goto out;
	qsort(uid, known, sizeof *uid, mailbox_imap_by_uid);
	fault = move_uids(imap, uid, known, folder, why);
out:
	free(uid);
	return fault;
}

/* ---- looking for a letter ---- */

/* Mails of the folder that is selected with this Message-ID. The list is libetpan's: mailimap_search_result_free(). */
static enum fault
search_id(struct imap *imap, const char *message_id, clist **found, struct why *why)
{
	struct mailimap_search_key *search = NULL;
	char *header = strdup("Message-ID"), *value = strdup(message_id);
	enum fault fault;

	*found = NULL;
	if (header != NULL && value != NULL)
		search = mailimap_search_key_new_header(header, value);
	if (search == NULL) {
		free(header);
		free(value);
		return why_set(why, FAULT_STOP, "out of memory for a search");
	}
	mailbox_imap_limit(imap, MAILBOX_IMAP_BUDGET);
	fault = mailbox_imap_fault(imap, mailimap_uid_search(imap->session, NULL, search, found), FAULT_AWAY, why, "SEARCH");
	mailimap_search_key_free(search);
	return fault;
}

/* Opens another folder than the polled one. FAULT_ITEM when it is not there. */
static enum fault
visit(struct imap *imap, const char *folder, bool to_write, struct why *why)
{
	char *name = NULL;
	enum fault fault;

	if (imap->session == NULL)
		return why_set(why, FAULT_AWAY, "%s: the connection is closed", imap->server);
	mailbox_imap_limit(imap, MAILBOX_IMAP_BUDGET);
	fault = mailbox_imap_folder_name(imap, folder, &name, why);
	if (fault == FAULT_NONE) {
		imap->is_selected = false;
		fault = mailbox_imap_fault(imap, to_write ? mailimap_select(imap->session, name) : mailimap_examine(imap->session, name), FAULT_ITEM,
		    why, folder);
	}
	free(name);
	return fault;
}

enum fault
mailbox_imap_has(struct mailbox *mailbox, const char *folder, const char *message_id, bool *has, struct why *why)
{
	clist *found = NULL;
	enum fault fault = visit(mailbox->imap, folder, false, why);

	if (fault == FAULT_NONE)
		fault = search_id(mailbox->imap, message_id, &found, why);
	if (fault == FAULT_NONE && found != NULL)
		*has = clist_begin(found) != NULL;
	if (found != NULL)
		mailimap_search_result_free(found);
	return fault;
}

/* ---- moving a mail on ---- */

enum { CANDIDATES = 20 /* mails with one Message-ID that are looked at */ };

/* Of these, the UIDs of mails with these bytes; *count is how many. */
static enum fault
same_bytes(struct mailbox *mailbox, uint32_t *uid, size_t *count, struct span bytes, struct why *why)
{
	struct mailbox_batch batch = {0};
	enum fault fault = mailbox_imap_fetch(mailbox, uid, *count, bytes.n * *count, &batch, why);

	*count = 0;
	for (size_t i = 0; fault == FAULT_NONE && i < batch.count; i++)
		if (batch.mail[i].n == bytes.n && memcmp(batch.mail[i].bytes, bytes.p, bytes.n) == 0)
			uid[(*count)++] = batch.mail[i].uid;
	mailbox_batch_release(&batch);
	qsort(uid, *count, sizeof *uid, mailbox_imap_by_uid);
	return fault;
}

enum fault
mailbox_imap_move_on(struct mailbox *mailbox, const struct mailbox_moved *moved, struct why *why)
{
	uint32_t uid[CANDIDATES];
	clist *found = NULL;
	size_t count = 0;
	enum fault fault;

	if (moved->message_id == NULL || *moved->message_id == '\0' || mailbox_has_controls(moved->message_id))
		return FAULT_NONE; /* it cannot be looked for: it stays */
	fault = visit(mailbox->imap, moved->from, true, why);
	if (fault == FAULT_ITEM)
		return FAULT_NONE; /* the folder is gone */
	if (fault == FAULT_NONE)
		fault = search_id(mailbox->imap, moved->message_id, &found, why);
	for (clistiter *i = found != NULL ? clist_begin(found) : NULL; i != NULL && count < CANDIDATES; i = clist_next(i))
		uid[count++] = *(uint32_t *)clist_content(i);
	if (found != NULL)
		mailimap_search_result_free(found);
	qsort(uid, count, sizeof *uid, mailbox_imap_by_uid);
	if (fault == FAULT_NONE && count > 0)
		fault = same_bytes(mailbox, uid, &count, moved->bytes, why);
	if (fault == FAULT_NONE && count > 0)
		fault = move_uids(mailbox->imap, uid, count, moved->to, why);
	return fault;
}

/* ---- looking at the newest ---- */

enum fault
mailbox_imap_newest(struct mailbox *mailbox, const char *folder, size_t max, struct mailbox_batch *out, struct why *why)
{
	struct imap *imap = mailbox->imap;
	uint32_t *uid = calloc(max + 1, sizeof *uid);
	size_t count = 0;
	enum fault fault = uid != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory for mails");

	if (fault == FAULT_NONE)
		fault = folder != NULL ? visit(imap, folder, false, why) : mailbox_imap_select(mailbox, why);
	if (fault == FAULT_NONE) {
		imap->uid_next = 0; /* of the polled folder */
		fault = mailbox_imap_list(imap, 0, why);
		imap->is_listed = false; /* a poll lists again */
	}
	for (size_t i = imap->entry_count > max ? imap->entry_count - max : 0; fault == FAULT_NONE && i < imap->entry_count; i++)
		uid[count++] = imap->entry[i].uid;
	if (fault == FAULT_NONE && count > 0)
		fault = mailbox_imap_fetch(mailbox, uid, count, count * mailbox->mail_max, out, why);
	free(uid);
	return fault;
}

/*
 * mailbox_imap.c - IMAP (RFC 9051): the mails of a folder, in order and in bounds
 *
 * One command lists what is new, so that gaps between UIDs cost nothing; then the mails are fetched by sets of UIDs, each mail streamed into a
 * bounded buffer. The server cuts what is too large itself (BODY.PEEK[]<0.N>).
 */
#include "mailbox_imap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/buf.h"
#include "../stream.h"

enum {
	LIST_BYTES = 300,	 /* a line of the list has about 80 */
	LIST_MAX = 1000 * 1000 /* mails, whatever number the server claims */
};

/* ---- opening ---- */

enum fault
mailbox_imap_select(struct mailbox *mailbox, struct why *why)
{
	struct imap *imap = mailbox->imap;
	const struct mailimap_selection_info *info;
	enum fault fault;
	char what[300];

	if (imap->session == NULL)
		return why_set(why, FAULT_AWAY, "%s: the connection is closed", imap->server);
	if (imap->is_selected)
		return FAULT_NONE;
	mailbox_imap_limit(imap, MAILBOX_IMAP_BUDGET);
	snprintf(what, sizeof what, "SELECT %s", imap->folder);
	fault = mailbox_imap_fault(imap, mailimap_select(imap->session, imap->folder), FAULT_SETUP, why, what);
	if (fault != FAULT_NONE)
		return fault;
	info = imap->session->imap_selection_info;
	if (info == NULL || info->sel_uidvalidity == 0)
		return why_set(why, FAULT_SETUP, "%s: the server gives no UIDVALIDITY", imap->server);
	if (mailbox->uid_validity != 0 && mailbox->uid_validity != info->sel_uidvalidity)
		return why_set(why, FAULT_AWAY, "%s: UIDVALIDITY changed while we were connected", imap->server);
	mailbox->uid_validity = info->sel_uidvalidity;
	imap->uid_next = info->sel_uidnext;
	imap->is_selected = true;
	return FAULT_NONE;
}

enum fault
mailbox_imap_open(struct mailbox *mailbox, const struct config_source *source, struct why *why)
{
	const struct config_server *server = &source->server;
	enum fault fault;

	mailbox->imap = calloc(1, sizeof *mailbox->imap);
	if (mailbox->imap == NULL ||
	    asprintf(&mailbox->name, "%s@%s/%s", server->user != NULL ? server->user : "", server->host, source->folder) < 0) {
		mailbox->name = NULL;
		return why_set(why, FAULT_STOP, "out of memory for a mailbox");
	}
	if (mailbox_has_controls(source->folder))
		return why_set(why, FAULT_SETUP, "%s: the name of the folder has control characters", server->host);
	fault = mailbox_imap_start(mailbox->imap, server, why);
	if (fault == FAULT_NONE)
		fault = mailbox_imap_folder_name(mailbox->imap, source->folder, &mailbox->imap->folder, why);
	if (fault == FAULT_NONE)
		fault = mailbox_imap_select(mailbox, why);
	return fault;
}

/* ---- fetching ---- */

/* What the handlers work on: entries are listed, or bodies are collected for the wanted UIDs. */
struct collector {
	struct imap *imap;
	uint32_t after_uid;
	const uint32_t *wanted; /* rising; NULL while listing */
	size_t wanted_count;
	struct mailbox_batch *batch;
	struct buf body;
	bool failed; /* out of memory */
};

static int64_t
seconds_of(const struct mailimap_date_time *d)
{
	struct tm t = {.tm_year = d->dt_year - 1900,
	    .tm_mon = d->dt_month - 1,
	    .tm_mday = d->dt_day,
	    .tm_hour = d->dt_hour,
	    .tm_min = d->dt_min,
	    .tm_sec = d->dt_sec};
	int zone = d->dt_zone < 0 ? -d->dt_zone : d->dt_zone; /* +0930 is 930 */
	int64_t offset = (zone / 100 * 60 + zone % 100) * 60;

	return (int64_t)timegm(&t) - (d->dt_zone < 0 ? -offset : offset);
}

/* What one FETCH answer says; has_body only when it answers our question, not when a flag has changed. */
static struct imap_entry
read_attributes(const struct mailimap_msg_att *answer, bool *has_body)
{
	struct imap_entry e = {0};

	*has_body = false;
	for (clistiter *i = clist_begin(answer->att_list); i != NULL; i = clist_next(i)) {
		const struct mailimap_msg_att_item *item = clist_content(i);
		const struct mailimap_msg_att_static *is = item->att_data.att_static;

		if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
			continue;
		if (is->att_type == MAILIMAP_MSG_ATT_UID)
			e.uid = is->att_data.att_uid;
		else if (is->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE)
			e.size = is->att_data.att_rfc822_size;
		else if (is->att_type == MAILIMAP_MSG_ATT_INTERNALDATE && is->att_data.att_internal_date != NULL)
			e.arrived_at = seconds_of(is->att_data.att_internal_date);
		else if (is->att_type == MAILIMAP_MSG_ATT_BODY_SECTION)
			*has_body = true;
	}
	return e;
}

static void
list_entry(struct mailimap_msg_att *answer, void *data)
{
	struct collector *c = data;
	struct imap *imap = c->imap;
	bool has_body;
	struct imap_entry e = read_attributes(answer, &has_body);

	/* "N:*" gives the last mail also when it is older than N. */
	if (e.uid <= c->after_uid || c->failed)
		return;
	if (imap->entry_count == imap->entry_room) {
		size_t room = imap->entry_room != 0 ? 2 * imap->entry_room : 256;
		struct imap_entry *grown = realloc(imap->entry, room * sizeof *grown);

		c->failed = grown == NULL;
		if (c->failed)
			return;
		imap->entry = grown;
		imap->entry_room = room;
	}
	imap->entry[imap->entry_count++] = e;
}

static bool
add_body(int type, struct mailimap_msg_att_body_section *section, const char *bytes, size_t n, void *data)
{
	struct collector *c = data;
	size_t room = c->body.max - c->body.n;

	(void)section;
	if (type != MAILIMAP_MSG_ATT_BODY_SECTION)
		return true;
	buf_add(&c->body, bytes, n < room ? n : room); /* more than was asked for is not kept */
	return !c->body.failed;
}

/* A mail is complete: its UID is known only now, in whatever order the server sends. */
static void
take_mail(struct mailimap_msg_att *answer, void *data)
{
	struct collector *c = data;
	bool has_body, is_known = false;
	struct imap_entry e = read_attributes(answer, &has_body);
	struct mailbox_mail *mail;

	for (size_t i = 0; i < c->batch->count; i++)
		is_known = is_known || c->batch->mail[i].uid == e.uid;
	if (!has_body || is_known || c->failed ||
	    bsearch(&e.uid, c->wanted, c->wanted_count, sizeof e.uid, mailbox_imap_by_uid) == NULL) {
		buf_clear(&c->body);
		return;
	}
	mail = mailbox_batch_add(c->batch);
	if (mail != NULL) {
		mail->uid = e.uid;
		mail->n = c->body.n;
		mail->bytes = buf_take(&c->body);
	}
	c->failed = mail == NULL || mail->bytes == NULL;
}

static void
ignore_progress(size_t current, size_t maximum, void *data)
{
	(void)current;
	(void)maximum;
	(void)data;
}

/* UID FETCH with handlers. libetpan calls them only when a progress callback is set too. */
static enum fault
fetch(struct collector *c, struct mailimap_set *set, struct mailimap_fetch_type *type, mailimap_msg_att_handler *handler,
    struct why *why)
{
	mailimap *session = c->imap->session;
	clist *left = NULL;
	int code;

	mailimap_set_progress_callback(session, ignore_progress, ignore_progress, NULL);
	mailimap_set_msg_att_handler(session, handler, c);
	mailimap_set_msg_body_handler(session, add_body, c);
	code = mailimap_uid_fetch(session, set, type, &left);
	mailimap_set_progress_callback(session, NULL, NULL, NULL);
	mailimap_set_msg_att_handler(session, NULL, NULL);
	mailimap_set_msg_body_handler(session, NULL, NULL);
	if (code == MAILIMAP_NO_ERROR && left != NULL)
		mailimap_fetch_list_free(left);
	if (c->failed)
		return why_set(why, FAULT_STOP, "out of memory for mails");
	return mailbox_imap_fault(c->imap, code, FAULT_AWAY, why, "FETCH");
}

static struct mailimap_fetch_type *
fetch_type(struct mailimap_fetch_att *const *attribute, size_t count)
{
	struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
	size_t at = 0;

	while (type != NULL && at < count && attribute[at] != NULL &&
	       mailimap_fetch_type_new_fetch_att_list_add(type, attribute[at]) == MAILIMAP_NO_ERROR)
		at++;
	if (type == NULL || at < count) {
		for (; at < count; at++)
			if (attribute[at] != NULL)
				mailimap_fetch_att_free(attribute[at]);
		if (type != NULL)
			mailimap_fetch_type_free(type);
		return NULL;
	}
	return type;
}

static int
by_entry_uid(const void *a, const void *b)
{
	const struct imap_entry *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

/* Lists what is above after_uid, once. */
enum fault
mailbox_imap_list(struct imap *imap, uint32_t after_uid, struct why *why)
{
	struct mailimap_fetch_att *attribute[] = {mailimap_fetch_att_new_uid(), mailimap_fetch_att_new_rfc822_size(),
	    mailimap_fetch_att_new_internaldate()};
	struct mailimap_fetch_type *type = fetch_type(attribute, 3);
	struct mailimap_set *set = mailimap_set_new_interval(after_uid + 1, 0);
	struct collector c = {.imap = imap, .after_uid = after_uid};
	enum fault fault = FAULT_NONE;

	imap->entry_count = imap->entry_at = 0;
	if (type == NULL || set == NULL) {
		fault = why_set(why, FAULT_STOP, "out of memory for a list of mails");
	} else if (after_uid != UINT32_MAX && (imap->uid_next == 0 || after_uid + 1 < imap->uid_next)) {
		uint32_t exists = imap->session->imap_selection_info->sel_exists;

		mailbox_imap_limit(imap, MAILBOX_IMAP_BUDGET + (uint64_t)LIST_BYTES * (exists < LIST_MAX ? exists : LIST_MAX));
		fault = fetch(&c, set, type, list_entry, why);
		if (imap->entry_count > 0)
			qsort(imap->entry, imap->entry_count, sizeof *imap->entry, by_entry_uid);
	}
	imap->is_listed = fault == FAULT_NONE;
	if (type != NULL)
		mailimap_fetch_type_free(type);
	if (set != NULL)
		mailimap_set_free(set);
	return fault;
}

/* Chooses what comes next from the list. What is too old is passed over; *passed is the highest UID looked at. */
static size_t
choose(struct mailbox *mailbox, size_t max, uint32_t *uid, uint64_t *bytes, uint32_t *passed)
{
	struct imap *imap = mailbox->imap;
	size_t count = 0;

	*bytes = 0;
	for (; imap->entry_at < imap->entry_count && count < max; imap->entry_at++) {
		const struct imap_entry *e = &imap->entry[imap->entry_at];
		uint64_t size = e->size < mailbox->mail_max ? e->size : mailbox->mail_max;

		if (e->uid <= *passed)
			continue;
		if (mailbox->since_at == 0 || e->arrived_at == 0 || e->arrived_at >= mailbox->since_at) {
			if (count > 0 && *bytes + size > MAILBOX_BATCH_BYTES)
				break;
			*bytes += size;
			uid[count++] = e->uid;
		}
		*passed = e->uid;
	}
	return count;
}

static int
by_mail_uid(const void *a, const void *b)
{
	const struct mailbox_mail *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

/* Puts the batch in order and completes it from the list. */
static enum fault
complete_batch(struct mailbox *mailbox, struct mailbox_batch *batch, struct why *why)
{
	if (batch->count > 0)
		qsort(batch->mail, batch->count, sizeof *batch->mail, by_mail_uid);
	for (size_t i = 0; i < batch->count; i++) {
		struct mailbox_mail *mail = &batch->mail[i];
		struct imap_entry wanted = {.uid = mail->uid};
		const struct imap_entry *e = bsearch(
		    &wanted, mailbox->imap->entry, mailbox->imap->entry_count, sizeof wanted, by_entry_uid);

		if (asprintf(&mail->key, "%" PRIu32 ":%" PRIu32, mailbox->uid_validity, mail->uid) < 0) {
			mail->key = NULL;
			return why_set(why, FAULT_STOP, "out of memory for mails");
		}
		mail->arrived_at = e != NULL ? e->arrived_at : 0;
		/* Some servers guess RFC822.SIZE. A mail shorter than what was asked for is complete, whatever they say. */
		mail->size = mail->n < mailbox->mail_max || e == NULL || e->size < mail->n ? (int64_t)mail->n : (int64_t)e->size;
	}
	return FAULT_NONE;
}

/* After a fault: only the mails before the first one that is missing, because the next run starts above the last one. */
static void
cut_at_gap(struct mailbox_batch *batch, const uint32_t *wanted)
{
	size_t kept = 0;

	if (batch->count > 0)
		qsort(batch->mail, batch->count, sizeof *batch->mail, by_mail_uid);
	while (kept < batch->count && batch->mail[kept].uid == wanted[kept] && batch->mail[kept].bytes != NULL)
		kept++;
	for (size_t i = kept; i < batch->count; i++)
		free(batch->mail[i].bytes);
	batch->count = kept;
}

enum fault
mailbox_imap_fetch(struct mailbox *mailbox, const uint32_t *uid, size_t count, uint64_t bytes, struct mailbox_batch *out, struct why *why)
{
	struct collector c = {.imap = mailbox->imap, .wanted = uid, .wanted_count = count, .batch = out, .body = BUF_MAX(mailbox->mail_max)};
	struct mailimap_fetch_att *attribute[] = {mailimap_fetch_att_new_uid(),
	    mailimap_fetch_att_new_body_peek_section_partial(mailimap_section_new(NULL), 0, (uint32_t)mailbox->mail_max)};
	struct mailimap_fetch_type *type = fetch_type(attribute, 2);
	enum fault fault = type != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory for mails");

	for (size_t at = 0; fault == FAULT_NONE && at < count;) {
		struct mailimap_set *set = mailbox_imap_set(uid, count, &at);

		mailbox_imap_limit(mailbox->imap, MAILBOX_IMAP_BUDGET + 2 * bytes + 1000 * count);
		fault = set != NULL ? fetch(&c, set, type, take_mail, why) : why_set(why, FAULT_STOP, "out of memory for mails");
		if (set != NULL)
			mailimap_set_free(set);
	}
	if (type != NULL)
		mailimap_fetch_type_free(type);
	buf_release(&c.body);
	return fault;
}

enum fault
mailbox_imap_next(struct mailbox *mailbox, uint32_t after_uid, size_t max, struct mailbox_batch *out, struct why *why)
{
	struct imap *imap = mailbox->imap;
	uint32_t passed = after_uid, *uid = calloc(max + 1, sizeof *uid);
	enum fault fault = uid != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory for mails");
	uint64_t bytes;
	size_t count;

	mailbox->last_uid = after_uid;
	if (fault == FAULT_NONE)
		fault = mailbox_imap_select(mailbox, why);
	if (fault == FAULT_NONE && !imap->is_listed)
		fault = mailbox_imap_list(imap, after_uid, why);
	if (fault != FAULT_NONE)
		goto out;
	/* All the chosen ones may have been deleted meanwhile: an empty batch means the end, so the next are taken. */
	do {
		count = choose(mailbox, max, uid, &bytes, &passed);
		if (count > 0)
			fault = mailbox_imap_fetch(mailbox, uid, count, bytes, out, why);
		if (fault != FAULT_NONE)
			cut_at_gap(out, uid);
	} while (fault == FAULT_NONE && count > 0 && out->count == 0);
	if (out->count > 0) {
		struct why own;
		enum fault completed = complete_batch(mailbox, out, &own);

		if (completed != FAULT_NONE) {
			mailbox_batch_release(out);
			fault = completed;
			if (why != NULL)
				*why = own;
		}
	}
	if (fault == FAULT_NONE)
		mailbox->last_uid = passed;
	else if (out->count > 0)
		mailbox->last_uid = out->mail[out->count - 1].uid;
out:
	free(uid);
	return fault;
}

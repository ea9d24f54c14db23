/* mailbox.c - what both kinds of source have in common, and the choice between them. */
#include "mailbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailbox/mailbox_inner.h"

enum { MAIL_MAX = 25 * 1000 * 1000, HEAD_MAX = 64 << 10 };

bool
mailbox_has_controls(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return true;
	return false;
}

struct mailbox_mail *
mailbox_batch_add(struct mailbox_batch *batch)
{
	struct mailbox_mail *grown = realloc(batch->mail, (batch->count + 1) * sizeof *grown);

	if (grown == NULL)
		return NULL;
	batch->mail = grown;
	grown[batch->count] = (struct mailbox_mail){0};
	return &grown[batch->count++];
}

void
mailbox_batch_release(struct mailbox_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		free(batch->mail[i].key);
		free(batch->mail[i].bytes);
	}
	free(batch->mail);
	*batch = (struct mailbox_batch){0};
}

enum fault
mailbox_open(struct mailbox **out, const struct config *config, const struct config_source *source, struct why *why)
{
	struct mailbox *made = calloc(1, sizeof *made);
	enum fault fault = FAULT_NONE;

	if (made == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a mailbox");
	made->since_at = source->since_at;
	made->mail_max = config->message_max_bytes > 0 ? (size_t)config->message_max_bytes : MAIL_MAX;
	if (made->mail_max > INT32_MAX)
		made->mail_max = INT32_MAX;
	fault = source->type == SOURCE_IMAP ? mailbox_imap_open(made, source, why) : mailbox_maildir_open(made, source, why);
	if (fault != FAULT_NONE) {
		mailbox_close(made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

void
mailbox_close(struct mailbox *mailbox)
{
	if (mailbox == NULL)
		return;
	mailbox_imap_close(mailbox->imap);
	mailbox_maildir_close(mailbox->maildir);
	free(mailbox->name);
	free(mailbox);
}

const char *
mailbox_name(const struct mailbox *mailbox)
{
	return mailbox->name;
}

uint32_t
mailbox_uid_validity(const struct mailbox *mailbox)
{
	return mailbox->uid_validity;
}

uint32_t
mailbox_last_uid(const struct mailbox *mailbox)
{
	return mailbox->last_uid;
}

enum fault
mailbox_next(struct mailbox *mailbox, uint32_t after_uid, size_t max, struct mailbox_batch *out, struct why *why)
{
	*out = (struct mailbox_batch){0};
	if (mailbox->imap == NULL)
		return mailbox_maildir_next(mailbox, max, out, why);
	return mailbox_imap_next(mailbox, after_uid, max, out, why);
}

static bool
is_folder_name(const char *folder)
{
	return folder[0] != '\0' && strlen(folder) <= 200 && !mailbox_has_controls(folder);
}

enum fault
mailbox_move(struct mailbox *mailbox, const char *const *key, size_t count, const char *folder, struct why *why)
{
	if (!is_folder_name(folder))
		return why_set(why, FAULT_SETUP, "%s: a folder's name is empty, too long, or has control characters", mailbox->name);
	if (count == 0)
		return FAULT_NONE;
	if (mailbox->imap == NULL)
		return mailbox_maildir_move(mailbox, key, count, folder, why);
	return mailbox_imap_move(mailbox, key, count, folder, why);
}

enum fault
mailbox_has(struct mailbox *mailbox, const char *folder, const char *message_id, bool *has, struct why *why)
{
	*has = false;
	if (!is_folder_name(folder))
		return why_set(why, FAULT_SETUP, "%s: a folder's name is empty, too long, or has control characters", mailbox->name);
	/* What a server may misread in a quoted string is not asked for at all. */
	for (const char *p = message_id; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F || strchr("\"\\<>", *p) != NULL)
			return why_set(why, FAULT_ITEM, "a Message-ID has characters that cannot be searched for");
	if (message_id[0] == '\0' || strlen(message_id) > 250)
		return why_set(why, FAULT_ITEM, "a Message-ID is empty or too long to search for");
	if (mailbox->imap == NULL)
		return mailbox_maildir_has(mailbox, folder, message_id, has, why);
	return mailbox_imap_has(mailbox, folder, message_id, has, why);
}

enum fault
mailbox_listen(struct mailbox *mailbox, struct why *why)
{
	if (mailbox->imap == NULL)
		return why_set(why, FAULT_ITEM, "%s: a folder cannot tell of new mail", mailbox->name);
	return mailbox_imap_listen(mailbox, why);
}

int
mailbox_descriptor(const struct mailbox *mailbox)
{
	return mailbox->imap != NULL ? mailbox_imap_descriptor(mailbox) : -1;
}

bool
mailbox_is_ready(const struct mailbox *mailbox)
{
	return mailbox->imap != NULL && mailbox_imap_is_ready(mailbox);
}

enum fault
mailbox_listen_end(struct mailbox *mailbox, bool *changed, struct why *why)
{
	*changed = false;
	return mailbox->imap != NULL ? mailbox_imap_listen_end(mailbox, changed, why) : FAULT_NONE;
}

enum fault
mailbox_move_on(struct mailbox *mailbox, const struct mailbox_moved *moved, struct why *why)
{
	if (strcmp(moved->from, moved->to) == 0)
		return FAULT_NONE;
	return mailbox->imap != NULL ? mailbox_imap_move_on(mailbox, moved, why) : mailbox_maildir_move_on(mailbox, moved, why);
}

enum fault
mailbox_newest(struct mailbox *mailbox, const char *folder, size_t max, struct mailbox_batch *out, struct why *why)
{
	size_t all = mailbox->mail_max;
	enum fault fault;

	if (mailbox->imap == NULL)
		return folder == NULL ? mailbox_maildir_next(mailbox, max, out, why) : why_set(why, FAULT_ITEM, "%s: one folder only", mailbox->name);
	mailbox->mail_max = HEAD_MAX < all ? HEAD_MAX : all;
	fault = mailbox_imap_newest(mailbox, folder, max, out, why);
	mailbox->mail_max = all;
	return fault;
}

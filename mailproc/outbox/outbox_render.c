/* outbox_render.c - one letter of its facts: words from the template, ids, and the bytes of the mail. */
#include "outbox_inner.h"

#include <stdio.h>
#include <stdlib.h>

#include "../digest.h"

enum {
	LETTER_MAX_BYTES = 24 << 20, /* of a mail of ours */
	ID_RANDOM_BYTES = 8
};

/*
 * REFERENCE.TOKEN.RANDOM@DOMAIN. The token makes every reply that keeps In-Reply-To or References provable; the random part keeps the id
 * new when a letter that was never tried is rendered anew.
 */
static enum fault
make_message_id(const struct config *config, const struct outbox_facts *facts, char **out, struct why *why)
{
	unsigned char random[ID_RANDOM_BYTES];
	struct buf id = BUF_MAX(900);
	const char *at = strchr(config->address, '@');
	enum fault fault = digest_random(random, sizeof random, why);

	if (fault != FAULT_NONE)
		return fault;
	if (facts->item_count > 0)
		buf_addf(&id, "%s.", facts->item[0].renewal.reference);
	buf_addf(&id, "%s.", facts->token);
	for (size_t i = 0; i < sizeof random; i++)
		buf_addf(&id, "%02x", random[i]);
	buf_add_text(&id, at != NULL ? at : "@");
	*out = buf_take(&id);
	return *out != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "no memory for a Message-ID");
}

/* "COMPANY DESK": what a customer's list of mails shows. */
static char *
sender_name(const struct config *config, enum language language)
{
	const char *company = config->company.in[language], *desk = config->desk.in[language];
	struct buf name = BUF_MAX(HEADER_VALUE_MAX);

	buf_add_text(&name, company != NULL ? company : "");
	if (desk != NULL && *desk != '\0')
		buf_addf(&name, "%s%s", name.n > 0 ? " " : "", desk);
	buf_add_text(&name, "");
	return buf_take(&name);
}

static const char *
recipient_name(const struct outbox_facts *facts)
{
	if (facts->contact.id == 0)
		return NULL;
	return facts->contact.name != NULL && *facts->contact.name != '\0' ? facts->contact.name : facts->customer.name;
}

const char *
outbox_meant_for(const struct config *config, const struct outbox_facts *facts)
{
	return facts->contact.id != 0 ? facts->contact.address : config->staff;
}

const char *
outbox_recipient(const struct config *config, const char *meant_for)
{
	return config->redirect_all_to != NULL && config->redirect_all_to[0] != '\0' ? config->redirect_all_to : meant_for;
}

/* During a trial the subject says whom the letter was meant for. */
static enum fault
mark_subject(struct letter_text *words, const char *meant_for, struct why *why)
{
	char *marked = NULL;

	if (asprintf(&marked, "[to %s] %s", meant_for, words->subject) < 0)
		return why_set(why, FAULT_STOP, "no memory for a letter");
	free(words->subject);
	words->subject = marked;
	return FAULT_NONE;
}

static enum fault
write_letter(const struct config *config, const struct outbox_facts *facts, const char *in_reply_to, const char *thread,
    struct outbox_letter *made, struct why *why)
{
	bool is_to_staff = facts->contact.id == 0;
	const char *meant_for = outbox_meant_for(config, facts), *recipient = outbox_recipient(config, meant_for);
	bool is_redirected = recipient != meant_for;
	char *name = sender_name(config, facts->language);
	struct mail_parts parts = {
	    .from_name = name,
	    .from_address = config->address,
	    .to_name = is_redirected ? NULL : recipient_name(facts),
	    .to_address = recipient,
	    .would_go_to = is_redirected ? meant_for : NULL,
	    .reply_to = config->subaddress && !is_to_staff ? made->envelope_from : NULL,
	    .subject = made->words.subject,
	    .message_id = made->message_id,
	    /* The Message-ID of a customer's mail is foreign: one that cannot stand in a header costs the thread, not the letter. */
	    .in_reply_to = in_reply_to != NULL && outbox_header_is_id(in_reply_to) ? in_reply_to : NULL,
	    .thread = thread != NULL && outbox_header_is_clean(thread) ? thread : NULL,
	    .language = language_text(facts->language),
	    .kind = letter_kind_text(facts->kind),
	    .text = made->words.text,
	    .html = facts->contact.text_only ? NULL : made->words.html,
	    .now = facts->now,
	};
	enum fault fault;

	if (name == NULL)
		return why_set(why, FAULT_STOP, "no memory for a letter");
	parts.is_answer = parts.in_reply_to != NULL;
	made->bytes = BUF_MAX(LETTER_MAX_BYTES);
	fault = mail_write(&made->bytes, &parts, why);
	free(name);
	return fault;
}

enum fault
outbox_letter_make(const struct config *config, const struct outbox_facts *facts, const char *in_reply_to, const char *thread,
    struct outbox_letter *out, struct why *why)
{
	struct outbox_letter made = {0};
	json_t *data = NULL;
	struct buf dir = BUF_MAX(4096);
	enum fault fault = outbox_data(config, facts, &data, why);

	buf_addf(&dir, "%s/templates", config->data_dir);
	if (fault == FAULT_NONE)
		fault = buf_fault(&dir, why, "the folder of templates");
	if (fault == FAULT_NONE)
		fault = letter_text_render(&made.words, buf_text(&dir), config->own_letters, language_text(facts->language),
		    letter_kind_text(facts->kind), data, why);
	if (fault == FAULT_NONE && outbox_recipient(config, NULL) != NULL)
		fault = mark_subject(&made.words, outbox_meant_for(config, facts), why);
	if (fault == FAULT_NONE)
		fault = make_message_id(config, facts, &made.message_id, why);
	if (fault == FAULT_NONE && (made.envelope_from = outbox_answer_address(config, facts->token)) == NULL)
		fault = why_set(why, FAULT_STOP, "no memory for a letter");
	if (fault == FAULT_NONE)
		fault = write_letter(config, facts, in_reply_to, thread, &made, why);
	json_decref(data);
	buf_release(&dir);
	if (fault != FAULT_NONE) {
		outbox_letter_release(&made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

void
outbox_letter_release(struct outbox_letter *letter)
{
	letter_text_release(&letter->words);
	free(letter->message_id);
	free(letter->envelope_from);
	buf_release(&letter->bytes);
	*letter = (struct outbox_letter){0};
}

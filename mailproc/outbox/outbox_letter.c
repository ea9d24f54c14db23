/*
 * outbox_letter.c - the letter writer: one mail of header values, texts and an attachment
 *
 * RFC 5322 and 2045: text parts are always UTF-8 in base64, which for Japanese is a third of quoted-printable, and keeps lines short and
 * "From " and dots at their start away from everything on the way. Boundaries are random, so that no text can hold one.
 */
#include "outbox_inner.h"

#include <stdio.h>

#include "../base/day.h"
#include "../base/text.h"
#include "../digest.h"

enum {
	BOUNDARY_BYTES = 18,
	BOUNDARY_TEXT_MAX = 2 * BOUNDARY_BYTES + 3
};

/* A text part in its canonical form: CRLF, and one at the end. */
static void
add_text_part(struct buf *out, const char *subtype, const char *text)
{
	struct buf canonical = BUF_MAX(out->max);

	for (size_t n; *text != '\0'; text += n + (text[n] == '\r') + (text[n + (text[n] == '\r')] == '\n')) {
		n = strcspn(text, "\r\n");
		buf_add(&canonical, text, n);
		buf_add_text(&canonical, "\r\n");
	}
	buf_addf(out, "Content-Type: text/%s; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", subtype);
	outbox_base64(out, buf_span(&canonical), true);
	out->failed = out->failed || canonical.failed;
	out->too_large = out->too_large || canonical.too_large;
	buf_release(&canonical);
}

static enum fault
make_boundary(char out[BOUNDARY_TEXT_MAX], struct why *why)
{
	unsigned char random[BOUNDARY_BYTES];
	enum fault fault = digest_random(random, sizeof random, why);

	if (fault != FAULT_NONE)
		return fault;
	/* "=_" cannot stand in base64 or in quoted-printable. */
	memcpy(out, "=_", 2);
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(out + 2 + 2 * i, 3, "%02x", random[i]);
	return FAULT_NONE;
}

/* Tabs and line ends, CRLF or LF, are the only controls of a text. */
static bool
is_clean_text(const char *text)
{
	if (!text_is_utf8(span_of(text)))
		return false;
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < ' ' || *text == 0x7f) && *text != '\n' && *text != '\t' && !(text[0] == '\r' && text[1] == '\n'))
			return false;
	return true;
}

static bool
is_word(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n <= 60 && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == n;
}

static bool
is_media_type(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash != NULL && slash != text && slash[1] != '\0' && strlen(text) <= 60 &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+./") == strlen(text) && strchr(slash + 1, '/') == NULL;
}

/* Everything is looked at before anything is written: a value is never mended, since it would not be what was meant. */
static enum fault
check_parts(const struct mail_parts *parts, struct why *why)
{
	const struct {
		const char *name, *value;
	} line[] = {{"sender's name", parts->from_name}, {"recipient's name", parts->to_name}, {"subject", parts->subject},
	    {"file name", parts->attachment.filename}};
	const struct {
		const char *name, *value;
	} address[] = {{"sender", parts->from_address}, {"recipient", parts->to_address}, {"Reply-To", parts->reply_to}};

	for (size_t i = 0; i < sizeof line / sizeof line[0]; i++)
		if (line[i].value != NULL && !outbox_header_is_clean(line[i].value))
			return why_set(why, FAULT_ITEM, "the %s of the letter holds a control character, is not UTF-8 or too long", line[i].name);
	for (size_t i = 0; i < sizeof address / sizeof address[0]; i++)
		if (address[i].value != NULL && !outbox_header_is_address(address[i].value))
			return why_set(why, FAULT_ITEM, "the address of the %s cannot be written to", address[i].name);
	if (!outbox_header_is_id(parts->message_id))
		return why_set(why, FAULT_ITEM, "the Message-ID is malformed");
	if (parts->in_reply_to != NULL && !outbox_header_is_id(parts->in_reply_to))
		return why_set(why, FAULT_ITEM, "the Message-ID of the mail that is answered is malformed");
	if (parts->thread != NULL && !outbox_header_is_clean(parts->thread))
		return why_set(why, FAULT_ITEM, "the thread holds a control character, is not UTF-8 or too long");
	if (!is_word(parts->language) || !is_word(parts->kind))
		return why_set(why, FAULT_ITEM, "the language or the kind of the letter is not a word");
	if (!is_clean_text(parts->text) || (parts->html != NULL && !is_clean_text(parts->html)))
		return why_set(why, FAULT_ITEM, "the text of the letter holds a control character or is not UTF-8");
	if (parts->attachment.filename != NULL && !is_media_type(parts->attachment.type))
		return why_set(why, FAULT_ITEM, "the type of the attachment is malformed");
	return FAULT_NONE;
}

static void
add_headers(struct buf *out, const struct mail_parts *parts)
{
	char date[DAY_TEXT_MAX];

	outbox_header_mailbox(out, "From", parts->from_name, parts->from_address);
	outbox_header_mailbox(out, "To", parts->to_name, parts->to_address);
	if (parts->reply_to != NULL)
		outbox_header_mailbox(out, "Reply-To", NULL, parts->reply_to);
	outbox_header_text(out, "Subject", parts->subject);
	buf_addf(out, "Date: %s\r\n", instant_text_mail(date, parts->now));
	/* An id on a line of its own after the field name is read by few: these two are never folded (at most 915 bytes). */
	buf_addf(out, "Message-ID: <%s>\r\n", parts->message_id);
	if (parts->in_reply_to != NULL)
		buf_addf(out, "In-Reply-To: <%s>\r\n", parts->in_reply_to);
	outbox_header_references(out, parts->thread, parts->in_reply_to);
	/* RFC 3834 5: nothing answers a mail of ours by itself. No List-Unsubscribe: these letters belong to a contract. */
	buf_addf(out, "Auto-Submitted: %s\r\n", parts->is_answer ? "auto-replied" : "auto-generated");
	if (parts->would_go_to != NULL)
		buf_addf(out, "X-Mailproc-Would-Go-To: %s\r\n", parts->would_go_to);
	buf_addf(out, "X-Mailproc-Letter: %s\r\nContent-Language: %s\r\nMIME-Version: 1.0\r\n", parts->kind, parts->language);
}

static void
add_words_of_letter(struct buf *out, const struct mail_parts *parts, const char *boundary)
{
	if (parts->html == NULL) {
		add_text_part(out, "plain", parts->text);
		return;
	}
	buf_addf(out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", boundary, boundary);
	add_text_part(out, "plain", parts->text);
	buf_addf(out, "--%s\r\n", boundary);
	add_text_part(out, "html", parts->html);
	buf_addf(out, "--%s--\r\n", boundary);
}

enum fault
mail_write(struct buf *out, const struct mail_parts *parts, struct why *why)
{
	char outer[BOUNDARY_TEXT_MAX], inner[BOUNDARY_TEXT_MAX];
	enum fault fault = check_parts(parts, why);

	if (fault == FAULT_NONE)
		fault = make_boundary(outer, why);
	if (fault == FAULT_NONE)
		fault = make_boundary(inner, why);
	if (fault != FAULT_NONE)
		return fault;
	add_headers(out, parts);
	if (parts->attachment.filename == NULL) {
		add_words_of_letter(out, parts, inner);
		return buf_fault(out, why, "letter");
	}
	buf_addf(out, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", outer, outer);
	add_words_of_letter(out, parts, inner);
	buf_addf(out, "--%s\r\n", outer);
	outbox_header_file(out, parts->attachment.type, parts->attachment.filename);
	buf_add_text(out, "Content-Transfer-Encoding: base64\r\n\r\n");
	outbox_base64(out, parts->attachment.bytes, true);
	buf_addf(out, "--%s--\r\n", outer);
	return buf_fault(out, why, "letter");
}

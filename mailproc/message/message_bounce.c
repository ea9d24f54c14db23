/*
 * message_bounce.c - delivery reports: RFC 3464, and the plain texts that older servers and carriers send
 *
 * A report is told by its form, or by a sender that only servers have together with words that only reports have.
 */
#include "message_bounce_inner.h"

#include "../base/text.h"

#include <ctype.h>
#include <stdlib.h>

enum { ID_SEARCHED = 1100 }; /* bytes from "Message-ID:" on */

/* "5.1.1" somewhere in s, not inside a longer number such as an address of a host. */
static bool
find_status(struct span s, char out[12])
{
	for (size_t i = 0; i + 5 <= s.n; i++) {
		size_t n = 2, digits;

		if (strchr("245", s.p[i]) == NULL || s.p[i] == '\0' || s.p[i + 1] != '.' ||
		    (i > 0 && (isdigit((unsigned char)s.p[i - 1]) || s.p[i - 1] == '.')))
			continue;
		for (digits = 0; i + n < s.n && isdigit((unsigned char)s.p[i + n]) && digits < 3; digits++)
			n++;
		if (digits == 0 || i + n >= s.n || s.p[i + n] != '.')
			continue;
		n++;
		for (digits = 0; i + n < s.n && isdigit((unsigned char)s.p[i + n]) && digits < 3; digits++)
			n++;
		if (digits == 0 || (i + n < s.n && (s.p[i + n] == '.' || isdigit((unsigned char)s.p[i + n])) &&
			i + n + 1 < s.n && isdigit((unsigned char)s.p[i + n + 1])))
			continue;
		snprintf(out, 12, "%.*s", (int)n, s.p + i);
		return true;
	}
	return false;
}

/* A reply code of a server (4xx, 5xx): after a blank or a border, before a blank, a hyphen or "#". */
static int
find_code(struct span s)
{
	for (size_t i = 0; i + 4 <= s.n; i++) {
		if ((s.p[i] != '4' && s.p[i] != '5') || strchr("0123456789", s.p[i + 1]) == NULL ||
		    !isdigit((unsigned char)s.p[i + 2]) || strchr("012345", s.p[i + 1]) == NULL)
			continue;
		if (strchr(" -#:,)", s.p[i + 3]) == NULL || (i > 0 && strchr(" (\n\t:'\"[=", s.p[i - 1]) == NULL))
			continue;
		return atoi((char[]){s.p[i], s.p[i + 1], s.p[i + 2], '\0'});
	}
	return 0;
}

/* The first plain address of s into out. */
static bool
find_address(struct span s, char *out, size_t room)
{
	struct buf address = BUF_MAX(NAME_MAX_BYTES);
	const char *at = s.p;
	bool found = false;

	while (!found && s.n > 0 && (at = memchr(at, '@', (size_t)(s.p + s.n - at))) != NULL) {
		const char *start = at, *end = at + 1;

		while (start > s.p && (unsigned char)start[-1] < 0x80 && strchr(" \t<>\"'();:,[]\n", start[-1]) == NULL)
			start--;
		while (end < s.p + s.n && (isalnum((unsigned char)*end) || *end == '.' || *end == '-' || (unsigned char)*end >= 0x80))
			end++;
		while (end > at && end[-1] == '.')
			end--;
		found = message_add_address(&address, (struct span){start, (size_t)(end - start)}) && address.n < room;
		if (found)
			snprintf(out, room, "%s", buf_text(&address));
		at++;
	}
	buf_release(&address);
	return found;
}

static struct span
field_value(const struct fields *fields, const char *name)
{
	const struct field *f = message_field_find(fields, name);

	return f != NULL ? span_trim(f->value) : (struct span){0};
}

/* RFC 3464 2.3: one block a recipient. */
static bool
read_block(struct span block, struct server_verdict *out)
{
	struct fields fields;
	struct span action, value;

	message_fields_split(&fields, block, NULL);
	action = field_value(&fields, "Action");
	*out = (struct server_verdict){0};
	for (size_t i = 0; i < action.n && i + 1 < sizeof out->action && isalpha((unsigned char)action.p[i]); i++)
		out->action[i] = (char)tolower((unsigned char)action.p[i]);
	if (!find_status(field_value(&fields, "Status"), out->status))
		(void)!find_status(field_value(&fields, "Diagnostic-Code"), out->status);
	out->code = find_code(field_value(&fields, "Diagnostic-Code"));
	value = field_value(&fields, "Diagnostic-Code");
	snprintf(out->diagnostic, sizeof out->diagnostic, "%.*s", (int)(value.n < sizeof out->diagnostic ? value.n : sizeof out->diagnostic - 1), value.p);
	value = field_value(&fields, "Original-Recipient");
	if (value.n == 0 || !find_address(value, out->recipient, sizeof out->recipient))
		(void)!find_address(field_value(&fields, "Final-Recipient"), out->recipient, sizeof out->recipient);
	value = field_value(&fields, "Final-Recipient");
	message_fields_release(&fields);
	return action.n > 0 || value.n > 0;
}

static bool
read_delivery_status(const struct buf *text, struct server_verdict *out)
{
	struct span rest = buf_span(text), line, block;
	struct server_verdict one;
	bool found = false;

	while (rest.n > 0) {
		block = rest;
		while (span_next_line(&rest, &line) && line.n > 0)
			;
		block.n -= rest.n;
		if (span_trim(block).n == 0 || !read_block(block, &one))
			continue;
		if (!found || message_bounce_is_graver(&one, out))
			*out = one;
		found = true;
	}
	return found;
}

/* ---- reports in plain words ---- */

/* Senders that no person has, and one that a person may have. */
static const char *const server_names[] = {"mailer-daemon", "mail-daemon", "mailer_daemon", "maildaemon", "mailerdaemon", "post_master",
    "mailer daemon", "mail delivery", "mail.delivery"};
static const char postmaster[] = "postmaster";

/* Folded. In the subject of reports. */
static const char *const failed_subjects[] = {"undelivered mail", "undeliverable", "undelivered", "delivery status notification", "failure notice",
    "returned mail", "returned to sender", "mail delivery failed", "mail delivery failure", "delivery failure", "delivery failed", "delivery notification", "mail system error",
    "mail delivery system", "message delivery failure", "non delivery", "nondeliverable", "non-delivery", "could not be delivered", "user unknown", "unknown user", "delayed mail",
    "delivery delayed", "delivery delay", "warning: could not send", "warning: message", "mail could not", "mail error", "unzustellbar", "配信不能", "配信できません", "配送できません", "配信エラー",
    "送信エラー", "送信できません", "届けられません", "配達できません", "不達", "エラーメール", "宛先不明", "配信障害", "配送に失敗", "配信に失敗", "送信に失敗", "配送失敗", "配信失敗", "送信失敗", "届きません", "届かなかった", "受信拒否", "rejected", "delivery error", "mail failure", "unable to deliver", "notification d'",
    "delivery report", "delivery incomplete", "delivery has failed", "failed delivery", "mail failed", "error sending your mail", "mail status report", "メールエラー"};

/* Folded. In the text of reports. */
static const char *const failed_texts[] = {"could not be delivered", "couldn't be delivered", "could not deliver", "couldn't deliver", "wasn't able to deliver", "was not able to deliver",
    "unable to deliver", "was undeliverable", "is undeliverable", "undeliverable", "delivery to the following recipient", "delivery has failed", "delivery failed",
    "permanent fatal errors", "permanent error", "user unknown", "unknown user", "no such user", "mailbox unavailable", "mailbox is full", "mailbox full", "over quota",
    "quota exceeded", "host unknown", "host not found", "does not exist", "doesn't exist", "address not found", "address rejected", "recipient rejected", "relaying denied", "not delivered",
    "message you sent", "returned to sender", "delayed", "not yet been delivered", "has not been delivered", "will be retried", "will keep trying", "配信できません", "配送できません", "届けられませんでした", "お届けできません", "配信不能", "存在しません", "宛先不明", "送信できません",
    "送信することができません", "配達できません", "配送されません", "配信されません", "届きません", "受信を拒否", "受け取れません", "受け取ることができません", "廃止され", "容量", "一杯", "rejected", "failed", "invalid user", "invalid final delivery",
    "not listed in", "not recognized", "did not reach", "no valid recipients", "unknown host", "unknown recipient", "trouble delivering", "delivery errors", "delivery problems",
    "was aborted", "were aborted", "error while attempting to deliver", "exceeds allowed", "failure reasons"};

static const char *const delayed_words[] = {"delayed", "delay", "not yet been delivered", "has not been delivered", "will be retried", "will keep trying", "will continue to",
    "still being", "warning message only", "do not need to resend", "need not resend", "遅延", "再送を試み", "再送を行", "再送いたし", "再送しま"};

bool
message_holds_any(struct span s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (s.n > 0 && memmem(s.p, s.n, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}

/* Line breaks and blanks in a row as one blank, because reports break their lines anywhere. */
void
bounce_add_folded(struct buf *out, struct span s)
{
	size_t n = 0;

	if (s.n > BOUNCE_SCANNED) {
		s.n = BOUNCE_SCANNED;
		while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xC0) == 0x80)
			s.n--;
	}
	text_add_folded(out, s);
	for (size_t i = 0; i < out->n; i++) {
		char c = out->p[i] == '\n' || out->p[i] == '\t' ? ' ' : out->p[i];

		if (c != ' ' || n == 0 || out->p[n - 1] != ' ')
			out->p[n++] = c;
	}
	if (n < out->n)
		out->p[out->n = n] = '\0';
}

enum sender { SENDER_OTHER, SENDER_MAYBE_SERVER, SENDER_SERVER };

static enum sender
kind_of_sender(const struct decoding *d)
{
	const struct field *path = message_field_find(&d->fields, "Return-Path");
	const struct field *from = message_field_find(&d->fields, "From");

	for (size_t i = 0; i < COUNT(server_names); i++)
		if (from != NULL && message_holds(from->value, server_names[i]))
			return SENDER_SERVER;
	if (from != NULL && message_holds(from->value, postmaster))
		return SENDER_MAYBE_SERVER;
	return path != NULL && span_is(span_trim(path->value), "<>") ? SENDER_MAYBE_SERVER : SENDER_OTHER;
}

/* "Fwd: Undelivered Mail": a person shows us a report. */
static bool
is_passed_on(struct span subject)
{
	return span_starts(subject, "re:") || span_starts(subject, "fw:") || span_starts(subject, "fwd:");
}

/* How much is asked of the words depends on the sender; carriers send from addresses of all kinds, but return the mail. */
static bool
is_plain_report(const struct decoding *d, bool has_subject, bool has_text, struct span subject)
{
	switch (kind_of_sender(d)) {
	case SENDER_SERVER:
		return has_subject || has_text;
	case SENDER_MAYBE_SERVER:
		return has_text && (has_subject || (d->returned.n > 0 && !is_passed_on(subject)));
	case SENDER_OTHER:
		break;
	}
	return has_subject && has_text && d->returned.n > 0 && !is_passed_on(subject);
}

/* The text above the returned mail: "--- Below this line is a copy of the message." and the like. */
static struct span
above_returned(struct span text)
{
	static const char *const borders[] = {"below this line is a copy", "original message follows", "this is a copy of the message", "------ this is a copy",
	    "----- original message", "unsent message below", "original message header", "--- original message", "message headers follow",
	    "----- unsent message follows", "-----original message", "received: from", "received: by"};
	size_t n = text.n;

	for (size_t i = 0; i < COUNT(borders); i++)
		for (size_t at = 0, len = strlen(borders[i]); at + len <= n; at++)
			if (strncasecmp(text.p + at, borders[i], len) == 0) {
				n = at;
				break;
			}
	return (struct span){text.p, n};
}

/* What stands above the returned mail; of a mail whose parts cannot be told apart, its body as it is. */
static struct span
report_text(const struct decoding *d)
{
	struct span text = span_of(d->out->text), body = {0};
	struct fields fields;

	if (text.n == 0 || memchr(text.p, '@', text.n) == NULL) {
		message_fields_split(&fields, d->raw, &body);
		message_fields_release(&fields);
		text = text_is_utf8(body) ? body : text;
	}
	return above_returned(text);
}

/* The block about the recipient in a report that was wrapped once more, or whose parts cannot be told apart. */
static bool
read_inner_block(struct span s, struct server_verdict *out)
{
	static const char start[] = "\nFinal-Recipient:";
	const char *at = s.n > 0 ? memmem(s.p, s.n, start, sizeof start - 1) : NULL;
	struct span rest, line, block;

	if (at == NULL)
		return false;
	rest = (struct span){at + 1, (size_t)(s.p + s.n - at) - 1};
	block = rest;
	while (span_next_line(&rest, &line) && span_trim(line).n > 0)
		;
	block.n -= rest.n;
	return read_block(block, out);
}

static bool
read_plain_report(struct decoding *d, struct server_verdict *out)
{
	struct buf subject = BUF_MAX(NAME_MAX_BYTES * 4), text = BUF_MAX(BOUNCE_SCANNED * 8);
	struct span failed = field_value(&d->fields, "X-Failed-Recipients"), head = report_text(d);
	bool is_report, has_subject, has_text;

	bounce_add_folded(&subject, span_of(d->out->subject));
	bounce_add_folded(&text, head);
	has_subject = message_holds_any(buf_span(&subject), failed_subjects, COUNT(failed_subjects));
	has_text = message_holds_any(buf_span(&text), failed_texts, COUNT(failed_texts));
	is_report = failed.n > 0 || is_plain_report(d, has_subject, has_text, buf_span(&subject));
	if (is_report && !read_inner_block(buf_span(&d->returned), out) && !read_inner_block(head, out)) {
		*out = (struct server_verdict){0};
		if (failed.n == 0 || !find_address(failed, out->recipient, sizeof out->recipient))
			(void)!find_address(head, out->recipient, sizeof out->recipient);
		(void)!find_status(head, out->status);
		out->code = find_code(head);
		if (message_holds_any(buf_span(&subject), delayed_words, COUNT(delayed_words)) ||
		    (out->status[0] != '5' && out->code < 500 && message_holds_any(buf_span(&text), delayed_words, COUNT(delayed_words))))
			snprintf(out->action, sizeof out->action, "delayed");
	}
	buf_release(&subject);
	buf_release(&text);
	return is_report;
}

/* ---- what it means ---- */

/* The Message-ID in the returned header, or in a plain text that holds one. */
static void
read_original_id(struct decoding *d)
{
	struct span places[2] = {buf_span(&d->returned), span_of(d->out->text)}, rest, line, id;

	for (size_t i = 0; i < 2 && d->out->bounce.original_id == NULL; i++) {
		rest = places[i];
		while (d->out->bounce.original_id == NULL && span_next_line(&rest, &line)) {
			struct span start = span_trim(line);

			while (start.n > 0 && start.p[0] == '>') {
				start.p++;
				start.n--;
			}
			start = span_trim(start);
			if (start.n < 11 || strncasecmp(start.p, "Message-ID:", 11) != 0)
				continue;
			start.n = (size_t)(places[i].p + places[i].n - start.p); /* the id may be on the folded line */
			if (start.n > ID_SEARCHED)
				start.n = ID_SEARCHED;
			if (message_next_id(&start, &id))
				d->out->bounce.original_id = message_copy(d, id);
		}
	}
}

/* A mailing list passes on mail with its own envelope sender; a report that it passes on is not about a letter of ours. */
static bool
is_from_list(const struct decoding *d)
{
	struct span path = field_value(&d->fields, "Return-Path");

	return message_field_find(&d->fields, "List-Id") != NULL && path.n > 2 && !message_holds(path, server_names[0]);
}

bool
message_read_bounce(struct decoding *d)
{
	struct buf reason = BUF_MAX(400);
	struct server_verdict v = {0};
	bool is_report = false;

	if (is_from_list(d))
		return false;
	if (d->delivery_status.n > 0 && read_delivery_status(&d->delivery_status, &v)) {
		if (strcmp(v.action, "delivered") == 0 || strcmp(v.action, "relayed") == 0 || strcmp(v.action, "expanded") == 0 ||
		    v.status[0] == '2')
			return false;
		is_report = true;
		buf_add_text(&reason, "delivery-status report");
	} else if (strcasecmp(d->report_type, "feedback-report") != 0 &&
	    strcasecmp(d->report_type, "disposition-notification") != 0 && read_plain_report(d, &v)) {
		is_report = true;
		buf_add_text(&reason, "sender and words of a delivery report");
	}
	if (is_report) {
		if (v.action[0] != '\0')
			buf_addf(&reason, ", action %s", v.action);
		d->out->kind = MESSAGE_BOUNCE;
		d->out->kind_reason = message_copy(d, buf_span(&reason));
		d->out->bounce.kind = message_bounce_kind(&v, report_text(d));
		if (v.recipient[0] != '\0')
			d->out->bounce.recipient = message_copy(d, span_of(v.recipient));
		if (v.status[0] != '\0')
			d->out->bounce.status = message_copy(d, span_of(v.status));
		read_original_id(d);
	}
	buf_release(&reason);
	return is_report;
}

/* message.c - one mail from bytes to struct message; each part of the work has its own file. */
#include "message/message_inner.h"
#include "token.h"

#include "base/text.h"

#include <ctype.h>
#include <libxml/parser.h>
#include <stdlib.h>

/* ---- what the other files use ---- */

void
message_suspect(struct decoding *d, const char *text)
{
	if (d->suspicion.n > 0) {
		if (strstr(d->suspicion.p, text) != NULL)
			return;
		buf_add_text(&d->suspicion, "; ");
	}
	buf_add_text(&d->suspicion, text);
}

char *
message_copy(struct decoding *d, struct span s)
{
	char *copy = malloc(s.n + 1);

	if (copy == NULL) {
		d->is_short = true;
		return NULL;
	}
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

void
message_list_add(struct decoding *d, char ***list, size_t *count, size_t max, struct span text)
{
	char **grown;

	if (*count == max)
		return;
	grown = realloc(*list, (*count + 1) * sizeof *grown);
	if (grown == NULL) {
		d->is_short = true;
		return;
	}
	*list = grown;
	grown[*count] = message_copy(d, text);
	if (grown[*count] != NULL)
		(*count)++;
}

bool
message_holds(struct span haystack, const char *needle)
{
	size_t n = strlen(needle);
	char first = (char)tolower((unsigned char)needle[0]);

	for (size_t i = 0; i + n <= haystack.n; i++)
		if (tolower((unsigned char)haystack.p[i]) == first && strncasecmp(haystack.p + i, needle, n) == 0)
			return true;
	return false;
}

/* ---- header ---- */

static void
read_ids(struct decoding *d)
{
	static const char *const sources[] = {"In-Reply-To", "References"};
	struct span id, rest, newest[MESSAGE_MAX_REFERENCES];
	const struct field *f = message_field_find(&d->fields, "Message-ID");

	if (f != NULL) {
		rest = f->value;
		if (message_next_id(&rest, &id))
			d->out->message_id = message_copy(d, id);
	}
	for (size_t s = 0; s < 2; s++) {
		size_t count = 0;

		f = message_field_find(&d->fields, sources[s]);
		rest = f != NULL ? f->value : (struct span){0};
		while (message_next_id(&rest, &id))
			newest[count++ % MESSAGE_MAX_REFERENCES] = id;
		for (size_t i = 0; i < count && i < MESSAGE_MAX_REFERENCES; i++) {
			/* In-Reply-To as written, References from the newest */
			size_t which = s == 0 && count <= MESSAGE_MAX_REFERENCES ? i : (count - 1 - i);

			message_list_add(d, &d->out->reference, &d->out->reference_count, MESSAGE_MAX_REFERENCES,
			    newest[which % MESSAGE_MAX_REFERENCES]);
		}
	}
}

static void
read_subject(struct decoding *d)
{
	const struct field *f = message_field_find(&d->fields, "Subject");
	struct buf subject = BUF_MAX(NAME_MAX_BYTES);

	if (f != NULL)
		message_add_field(&subject, f->value);
	if (subject.too_large)
		message_suspect(d, "the subject is longer than what is read of it");
	d->out->subject = message_copy(d, buf_span(&subject));
	buf_release(&subject);
}

static void
read_header(struct decoding *d)
{
	const struct field *f = message_field_find(&d->fields, "Date");

	if (d->fields.has_more)
		message_suspect(d, "more header fields than are read");
	for (size_t i = 0; i < d->fields.count; i++)
		if (d->fields.field[i].value.n > FIELD_MAX)
			message_suspect(d, "a header field is longer than what is read of it");
	d->out->date_at = f != NULL ? message_date(f->value) : 0;
	read_ids(d);
	read_subject(d);
	message_read_from(d);
	message_read_recipients(d);
}

/* ---- tokens ---- */

/* Whether the blank-separated words of tokens hold this one. */
static bool
has_token(const struct buf *tokens, const char *token)
{
	size_t n = strlen(token);

	for (const char *at = buf_text(tokens); (at = strstr(at, token)) != NULL; at++)
		if ((at == tokens->p || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

static void
add_tokens(struct buf *out, const char *text)
{
	struct span rest = span_of(text);
	char token[TOKEN_TEXT_MAX];
	int64_t letter;

	for (int found = 0; found < TOKENS_MAX && token_find(&rest, token, &letter); found++)
		if (!has_token(out, token))
			buf_addf(out, "%s%s", out->n > 0 ? " " : "", token);
}

static void
read_tokens(struct decoding *d)
{
	struct message *m = d->out;
	struct buf tokens = BUF_MAX(64 << 10);

	add_tokens(&tokens, m->subject);
	add_tokens(&tokens, m->text);
	if (m->other_text != NULL)
		add_tokens(&tokens, m->other_text);
	for (size_t i = 0; i < m->reference_count; i++)
		add_tokens(&tokens, m->reference[i]);
	for (size_t i = 0; i < m->recipient_count; i++)
		add_tokens(&tokens, m->recipient[i]);
	if (m->bounce.original_id != NULL)
		add_tokens(&tokens, m->bounce.original_id);
	m->tokens = message_copy(d, buf_span(&tokens));
	buf_release(&tokens);
}

/* ---- the whole ---- */

enum fault
message_prepare(struct why *why)
{
	static const char mail[] = "From: =?utf-8?B?5pel5pys?= <a@xn--wgv71a119e.example>\nContent-Type: text/html\n\n<p>a&amp;b";
	struct message message = {0};
	enum fault fault = message_charset_prepare(why);

	json_object_seed(0); /* reads the random device */
	xmlInitParser();
	/* One mail is read, so that whatever the libraries do only once is done. */
	if (fault == FAULT_NONE)
		fault = message_parse(&message, (struct span){mail, sizeof mail - 1}, "mx.example", why);
	message_release(&message);
	return fault;
}

static enum fault
decode(struct decoding *d, const char *authserv_id, struct why *why)
{
	message_fields_split(&d->fields, d->raw, NULL);
	d->is_short = d->fields.is_short;
	if (d->is_short)
		return why_set(why, FAULT_STOP, "out of memory for a mail");
	read_header(d);
	message_read_parts(d);
	message_read_requests(d);
	if (d->is_short)
		return why_set(why, FAULT_STOP, "out of memory for a mail");
	message_read_kind(d);
	message_read_authentication(d, authserv_id);
	read_tokens(d);
	if (d->suspicion.n > 0)
		d->out->suspicion = message_copy(d, buf_span(&d->suspicion));
	return d->is_short ? why_set(why, FAULT_STOP, "out of memory for a mail") : FAULT_NONE;
}

enum fault
message_parse(struct message *out, struct span raw, const char *authserv_id, struct why *why)
{
	struct message made = {0};
	struct buf lines = BUF_MAX(MESSAGE_MAX_BYTES);
	struct decoding d = {.out = &made,
	    .suspicion = BUF_MAX(SUSPICION_MAX),
	    .delivery_status = BUF_MAX(256 << 10),
	    .returned = BUF_MAX(256 << 10)};
	enum fault fault = raw.n <= MESSAGE_MAX_BYTES ? FAULT_NONE : message_guard(raw, why);

	if (fault == FAULT_NONE) {
		d.raw = message_normalise(&lines, raw);
		fault = lines.failed ? why_set(why, FAULT_STOP, "out of memory for a mail") : message_guard(d.raw, why);
	}
	if (fault == FAULT_NONE)
		fault = decode(&d, authserv_id, why);
	message_fields_release(&d.fields);
	buf_release(&d.suspicion);
	buf_release(&d.delivery_status);
	buf_release(&d.returned);
	buf_release(&lines);
	if (fault == FAULT_NONE) {
		*out = made;
		made = (struct message){0};
	}
	message_release(&made);
	return fault;
}

static void
release_list(char **list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i]);
	free(list);
}

void
message_release(struct message *m)
{
	free(m->message_id);
	release_list(m->reference, m->reference_count);
	free(m->from_name);
	free(m->from);
	free(m->from_problem);
	release_list(m->recipient, m->recipient_count);
	free(m->subject);
	free(m->text);
	free(m->other_text);
	release_list(m->attachment, m->attachment_count);
	release_list(m->request, m->request_count);
	free(m->suspicion);
	free(m->kind_reason);
	free(m->bounce.recipient);
	free(m->bounce.status);
	free(m->bounce.original_id);
	free(m->authentication_detail);
	free(m->tokens);
	*m = (struct message){0};
}

/*
 * message_address.c - who sent it, strictly, and to whom, with tolerance
 *
 * From decides about money, so it is taken only where every reader of the mail must see the same address: one field, one mailbox, a plain
 * dot-atom. Programs were fooled by everything else (several fields or addresses, groups, routes, comments, encoded words inside the address).
 */
#include "message_inner.h"

#include "../base/text.h"

#include <ctype.h>
#include <idn2.h>
#include <stdlib.h>

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63 };

static bool
is_atext(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* RFC 5321 dot-string. Two dots together and a dot at the end are not allowed there, but docomo and au gave out such addresses. */
static bool
is_local_part(struct span s)
{
	if (s.n == 0 || s.n > LOCAL_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_atext(s.p[i]) && s.p[i] != '.')
			return false;
		if (s.p[i] == '=' && i + 1 < s.n && s.p[i + 1] == '?') /* an encoded word */
			return false;
	}
	return true;
}

static bool
is_domain(const char *domain)
{
	size_t label = 0, n = strlen(domain);

	if (n == 0 || n > DOMAIN_MAX)
		return false;
	for (size_t i = 0; i <= n; i++) {
		if (domain[i] == '.' || domain[i] == '\0') {
			if (label == 0 || label > LABEL_MAX || domain[i - 1] == '-')
				return false;
			label = 0;
		} else if (isalnum((unsigned char)domain[i]) || (domain[i] == '-' && label > 0) || domain[i] == '_') {
			label++;
		} else {
			return false;
		}
	}
	return true;
}

/* Adds the domain in lower-case A-labels. */
static bool
add_domain(struct buf *out, struct span s)
{
	char domain[DOMAIN_MAX * 4 + 1], *ascii = NULL;
	bool is_ascii = true, done = false;

	if (s.n == 0 || s.n >= sizeof domain || !text_is_utf8(s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		domain[i] = (char)tolower((unsigned char)s.p[i]);
		is_ascii = is_ascii && (unsigned char)s.p[i] < 0x80;
	}
	domain[s.n] = '\0';
	if (is_ascii) {
		done = is_domain(domain);
		if (done)
			buf_add_text(out, domain);
	} else if (idn2_to_ascii_8z(domain, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK && is_domain(ascii)) {
		buf_add_text(out, ascii);
		done = true;
	}
	idn2_free(ascii);
	return done;
}

/* "\"a..b.\"@docomo.example": quoted only because of its dots. Without the quotes in that case. */
static struct span
unquoted_local(struct span local)
{
	if (local.n > 2 && local.p[0] == '"' && local.p[local.n - 1] == '"')
		return (struct span){local.p + 1, local.n - 2};
	return local;
}

bool
message_add_address(struct buf *out, struct span address)
{
	const char *at;
	struct span local, domain;
	size_t start = out->n;

	address = span_trim(address);
	at = address.n > 0 ? memrchr(address.p, '@', address.n) : NULL;
	if (at == NULL)
		return false;
	local = unquoted_local((struct span){address.p, (size_t)(at - address.p)});
	domain = (struct span){at + 1, address.n - (size_t)(at + 1 - address.p)};
	if (!is_local_part(local))
		return false;
	buf_add_span(out, local);
	buf_add_char(out, '@');
	if (add_domain(out, domain))
		return true;
	if (!out->failed) {
		out->n = start;
		out->p[start] = '\0';
	}
	return false;
}

/* ---- lists of addresses ---- */

/* One element of an address list, told apart by quotes, comments and angles. */
struct element {
	struct span whole;
	struct span angle;	 /* between < and > */
	struct span before;	 /* before < */
	size_t angles, comments;
	bool has_group, is_broken, has_text_after;
};

/* The bytes of a quoted string or a comment that starts at s; comments nest. Unclosed ones reach to the end. */
static size_t
skip_enclosed(struct span s, bool *is_broken)
{
	size_t depth = 0;
	char open = s.p[0];

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\\' && i + 1 < s.n) {
			i++;
		} else if (open == '"') {
			if (i > 0 && c == '"')
				return i + 1;
		} else if (c == '(') {
			depth++;
		} else if (c == ')' && --depth == 0) {
			return i + 1;
		}
	}
	*is_broken = true;
	return s.n;
}

/* Takes the next element off *rest, up to a comma or a semicolon. */
static bool
next_element(struct span *rest, struct element *e)
{
	size_t i = 0;
	struct span s = *rest;

	*e = (struct element){0};
	if (s.n == 0)
		return false;
	while (i < s.n && s.p[i] != ',' && s.p[i] != ';') {
		struct span here = {s.p + i, s.n - i};

		if (s.p[i] == '"' || s.p[i] == '(') {
			e->comments += s.p[i] == '(';
			i += skip_enclosed(here, &e->is_broken);
			continue;
		}
		if (s.p[i] == '<') {
			const char *close = memchr(here.p, '>', here.n);

			e->angles++;
			e->before = (struct span){s.p, i};
			if (close == NULL) {
				e->is_broken = true;
				close = here.p + here.n;
			}
			e->angle = (struct span){here.p + 1, (size_t)(close - here.p) - 1};
			i += (size_t)(close - here.p) + (close < here.p + here.n);
			continue;
		}
		if (s.p[i] == ':' && e->angles == 0)
			e->has_group = true;
		if (e->angles > 0 && s.p[i] != ' ')
			e->has_text_after = true;
		i++;
	}
	e->whole = span_trim((struct span){s.p, i});
	*rest = (struct span){s.p + i + (i < s.n), s.n - i - (i < s.n)};
	return true;
}

/* A display name without its quotes, decoded. */
static void
add_name(struct buf *out, struct span s)
{
	struct buf plain = BUF_MAX(NAME_MAX_BYTES);

	s = span_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			continue;
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		buf_add_char(&plain, s.p[i]);
	}
	message_add_words(out, buf_span(&plain));
	buf_release(&plain);
}

/* An address without <>: "a@b.example (Name)". Comments are cut; the last one is the name. */
static void
split_comments(struct span s, struct buf *address, struct buf *name)
{
	bool is_broken = false;
	size_t i = 0;

	while (i < s.n) {
		struct span here = {s.p + i, s.n - i};
		size_t n = 1;

		if (s.p[i] == '"' || s.p[i] == '(')
			n = skip_enclosed(here, &is_broken);
		if (s.p[i] == '(') {
			buf_clear(name);
			add_name(name, (struct span){here.p + 1, n > 2 ? n - 2 : 0});
		} else {
			buf_add(address, here.p, n);
		}
		i += n;
	}
}

/* ---- From ---- */

/* The one element with an address. Unquoted commas in a name ("Yamada, Taro <a@b>") make elements without one before it. */
static const char *
find_mailbox(struct span value, struct element *found, struct span *before)
{
	struct span rest = value;
	struct element e;
	size_t mailboxes = 0;

	while (next_element(&rest, &e)) {
		if (e.whole.n == 0)
			continue;
		if (mailboxes > 0)
			return "From has more than one address";
		if (e.has_group)
			return "From is a group";
		if (e.is_broken || e.angles > 1 || e.has_text_after)
			return "From is malformed";
		if (memchr(e.whole.p, '@', e.whole.n) == NULL)
			continue;
		mailboxes++;
		*found = e;
		*before = e.angles > 0 ? (struct span){value.p, (size_t)(e.before.p + e.before.n - value.p)} : (struct span){0};
	}
	return mailboxes == 0 ? "From has no address" : NULL;
}

/* Whether an unquoted name holds an address: "boss@customer.example <evil@x>" is read differently by different programs. */
static bool
has_bare_at(struct span name)
{
	bool is_broken = false;

	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"' || name.p[i] == '(')
			i += skip_enclosed((struct span){name.p + i, name.n - i}, &is_broken) - 1;
		else if (name.p[i] == '@')
			return true;
	}
	return false;
}

static const char *
read_mailbox(struct span value, struct buf *address, struct buf *name)
{
	struct buf bare = BUF_MAX(FIELD_MAX);
	struct element e;
	struct span before;
	const char *problem = find_mailbox(value, &e, &before);

	if (problem != NULL)
		goto out;
	if (e.angles == 0) {
		split_comments(e.whole, &bare, name);
		e.angle = buf_span(&bare);
	} else {
		add_name(name, before);
		if (has_bare_at(before))
			problem = "the name in From holds another address";
	}
	if (problem == NULL && !message_add_address(address, e.angle))
		problem = "the address in From is not a plain one";
out:
	buf_release(&bare);
	return problem;
}

static const char *
read_one_from(struct decoding *d, struct buf *address, struct buf *name)
{
	struct buf value = BUF_MAX(FIELD_MAX);
	const struct field *field = NULL;
	const char *problem = NULL;

	for (size_t i = 0; i < d->fields.count; i++) {
		const struct field *f = &d->fields.field[i];

		if (!span_is_caseless(f->name, "From"))
			continue;
		if (field != NULL)
			problem = "the mail has more than one From field";
		if (f->is_odd)
			problem = "From is malformed";
		field = field != NULL ? field : f;
	}
	if (field == NULL)
		return "the mail has no From field";
	message_add_unfolded(&value, field->value);
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' && value.p[i] != 0x1B)
			problem = "From holds control characters";
	if (memchr(field->value.p, '\0', field->value.n) != NULL)
		problem = "From holds control characters";
	if (problem == NULL)
		problem = read_mailbox(buf_span(&value), address, name);
	else
		(void)!read_mailbox(buf_span(&value), address, name); /* the name alone, for people */
	buf_release(&value);
	return problem;
}

void
message_read_from(struct decoding *d)
{
	struct buf address = BUF_MAX(NAME_MAX_BYTES), name = BUF_MAX(NAME_MAX_BYTES);
	const char *problem = read_one_from(d, &address, &name);

	if (problem != NULL)
		d->out->from_problem = message_copy(d, span_of(problem));
	else
		d->out->from = message_copy(d, buf_span(&address));
	d->out->from_name = message_copy(d, buf_span(&name));
	buf_release(&address);
	buf_release(&name);
}

/* ---- recipients ---- */

static void
add_recipients(struct decoding *d, struct span value)
{
	struct buf unfolded = BUF_MAX(FIELD_MAX), address = BUF_MAX(NAME_MAX_BYTES), bare = BUF_MAX(FIELD_MAX),
		   name = BUF_MAX(NAME_MAX_BYTES);
	struct element e;
	struct span rest;

	message_add_unfolded(&unfolded, value);
	rest = buf_span(&unfolded);
	while (d->out->recipient_count < MESSAGE_MAX_ADDRESSES && next_element(&rest, &e)) {
		const char *colon = e.has_group && e.angles == 0 ? memchr(e.whole.p, ':', e.whole.n) : NULL;

		if (colon != NULL) /* the first member of a group */
			e.whole = (struct span){colon + 1, e.whole.n - (size_t)(colon + 1 - e.whole.p)};
		buf_clear(&bare);
		buf_clear(&address);
		if (e.angles == 0) {
			split_comments(e.whole, &bare, &name);
			e.angle = buf_span(&bare);
		}
		if (message_add_address(&address, e.angle))
			message_list_add(d, &d->out->recipient, &d->out->recipient_count, MESSAGE_MAX_ADDRESSES,
			    buf_span(&address));
	}
	buf_release(&unfolded);
	buf_release(&address);
	buf_release(&bare);
	buf_release(&name);
}

void
message_read_recipients(struct decoding *d)
{
	static const char *const names[] = {"To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"};

	for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
		for (size_t i = 0; i < d->fields.count; i++)
			if (span_is_caseless(d->fields.field[i].name, names[n]))
				add_recipients(d, d->fields.field[i].value);
	if (d->out->recipient_count == MESSAGE_MAX_ADDRESSES)
		message_suspect(d, "more recipients than are read");
}

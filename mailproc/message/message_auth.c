/*
 * message_auth.c - Authentication-Results (RFC 8601) of our own server
 *
 * Believed are only the fields at the very top, before the first Received field that could be foreign, and only with exactly our authserv-id. They
 * are read by the grammar: a comment or a quoted value can hold "dkim=pass" without meaning it.
 */
#include "message_inner.h"

#include <ctype.h>
#include <stdlib.h>

enum { RESULTS_MAX = 50, VALUE_MAX = 256, COMMENT_DEPTH_MAX = 20 };

/* ---- the grammar ---- */

/* Skips white space and comments; false when a comment does not end. */
static bool
skip_cfws(struct span *s)
{
	int depth = 0;

	while (s->n > 0) {
		char c = s->p[0];

		if (c == '(' && ++depth > COMMENT_DEPTH_MAX)
			return false;
		if (depth == 0 && c != ' ' && c != '\t')
			return true;
		if (c == ')')
			depth--;
		if (c == '\\' && depth > 0 && s->n > 1) {
			s->p++;
			s->n--;
		}
		s->p++;
		s->n--;
	}
	return depth == 0;
}

/* A value: quoted string, or what servers write bare: tokens, addresses, domains, base64. false when there is none. */
static bool
take_value(struct span *s, char out[VALUE_MAX])
{
	size_t n = 0;
	bool is_quoted = s->n > 0 && s->p[0] == '"';

	if (is_quoted) {
		s->p++;
		s->n--;
	}
	while (s->n > 0) {
		char c = s->p[0];

		if (is_quoted ? c == '"' : (unsigned char)c <= ' ' || strchr("();\"<>,\\", c) != NULL)
			break;
		if (is_quoted && c == '\\' && s->n > 1) {
			s->p++;
			s->n--;
			c = s->p[0];
		}
		if ((unsigned char)c < ' ' || c == 0x7F || n + 1 >= VALUE_MAX)
			return false;
		out[n++] = c;
		s->p++;
		s->n--;
	}
	out[n] = '\0';
	if (is_quoted) {
		if (s->n == 0)
			return false;
		s->p++;
		s->n--;
	}
	return n > 0;
}

/* A keyword of letters, digits and hyphens, in lower case. */
static bool
take_keyword(struct span *s, char out[VALUE_MAX])
{
	size_t n = 0;

	while (s->n > 0 && n + 1 < VALUE_MAX && (isalnum((unsigned char)s->p[0]) || s->p[0] == '-' || s->p[0] == '_')) {
		out[n++] = (char)tolower((unsigned char)s->p[0]);
		s->p++;
		s->n--;
	}
	out[n] = '\0';
	return n > 0;
}

static bool
take_char(struct span *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

/* What one "method=result …" says, as far as it matters here. */
struct result {
	char method[VALUE_MAX], result[VALUE_MAX];
	char header_d[VALUE_MAX], header_from[VALUE_MAX], mailfrom[VALUE_MAX];
};

/* "reason=…" and "ptype.property=value", until the semicolon. */
static bool
take_properties(struct span *s, struct result *r)
{
	char type[VALUE_MAX], property[VALUE_MAX], value[VALUE_MAX];

	for (;;) {
		char *to = NULL;

		if (!skip_cfws(s))
			return false;
		if (s->n == 0 || s->p[0] == ';')
			return true;
		property[0] = '\0';
		if (!take_keyword(s, type) || !skip_cfws(s))
			return false;
		if (take_char(s, '.') && (!skip_cfws(s) || !take_keyword(s, property) || !skip_cfws(s)))
			return false;
		if (!take_char(s, '=') || !skip_cfws(s) || !take_value(s, value))
			return false;
		if (strcmp(type, "header") == 0 && strcmp(property, "d") == 0)
			to = r->header_d;
		else if (strcmp(type, "header") == 0 && strcmp(property, "from") == 0)
			to = r->header_from;
		else if (strcmp(type, "smtp") == 0 && strcmp(property, "mailfrom") == 0)
			to = r->mailfrom;
		if (to != NULL && to[0] != '\0')
			return false; /* twice: which one is meant */
		if (to != NULL)
			memcpy(to, value, VALUE_MAX);
	}
}

static bool
take_result(struct span *s, struct result *r)
{
	char version[VALUE_MAX];

	*r = (struct result){0};
	if (!skip_cfws(s) || !take_keyword(s, r->method) || !skip_cfws(s))
		return false;
	if (take_char(s, '/') && (!skip_cfws(s) || !take_keyword(s, version) || strcmp(version, "1") != 0 || !skip_cfws(s)))
		return false;
	return take_char(s, '=') && skip_cfws(s) && take_keyword(s, r->result) && take_properties(s, r);
}

/* "authserv-id [version]": true when it is ours and of version 1. */
static bool
take_own_head(struct span *s, const char *authserv_id)
{
	char id[VALUE_MAX], version[VALUE_MAX];

	if (!skip_cfws(s) || !take_value(s, id) || strcasecmp(id, authserv_id) != 0 || !skip_cfws(s))
		return false;
	if (s->n > 0 && s->p[0] != ';' && (!take_keyword(s, version) || strcmp(version, "1") != 0 || !skip_cfws(s)))
		return false;
	return s->n == 0 || s->p[0] == ';';
}

/* ---- alignment ---- */

static bool
is_domain_text(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("-._", *s) == NULL)
			return false;
	return true;
}

/* The domain of "user@domain", or the domain itself; NULL when it is neither. */
static const char *
domain_part(const char *value)
{
	const char *at = strrchr(value, '@');
	const char *domain = at != NULL ? at + 1 : value;

	return is_domain_text(domain) ? domain : NULL;
}

/* Equal, or one is below the other at a dot; a domain of one label is nobody's organisation. */
static bool
is_aligned(const char *domain, const char *from_domain)
{
	const char *lower = domain, *upper = from_domain;
	size_t n, m;

	if (domain == NULL || strcasecmp(domain, from_domain) == 0)
		return domain != NULL;
	if (strlen(lower) < strlen(upper)) {
		lower = from_domain;
		upper = domain;
	}
	n = strlen(lower);
	m = strlen(upper);
	return strchr(upper, '.') != NULL && n > m + 1 && lower[n - m - 1] == '.' && strcasecmp(lower + n - m, upper) == 0;
}

/* ---- the fields ---- */

struct findings {
	bool dmarc_pass, dmarc_fail, dkim_pass, spf_pass;
	bool is_malformed, has_field;
};

static void
note_result(struct findings *f, const struct result *r, const char *from_domain)
{
	bool pass = strcmp(r->result, "pass") == 0;

	if (strcmp(r->method, "dmarc") == 0) {
		bool is_other = r->header_from[0] != '\0' &&
		    !is_aligned(domain_part(r->header_from), from_domain);

		f->dmarc_pass = f->dmarc_pass || (pass && !is_other);
		f->dmarc_fail = f->dmarc_fail || strcmp(r->result, "fail") == 0 || (pass && is_other);
	} else if (strcmp(r->method, "dkim") == 0 && pass) {
		f->dkim_pass = f->dkim_pass || (r->header_d[0] != '\0' && is_domain_text(r->header_d) && is_aligned(r->header_d, from_domain));
	} else if (strcmp(r->method, "spf") == 0 && pass) {
		f->spf_pass = f->spf_pass || (r->mailfrom[0] != '\0' && is_aligned(domain_part(r->mailfrom), from_domain));
	}
}

/* One field of ours: nothing of it counts unless all of it can be read. */
static void
read_field(struct findings *f, struct span value, const char *authserv_id, const char *from_domain)
{
	struct findings found = *f;
	struct result result;
	struct span s = value;
	size_t results = 0;

	if (!take_own_head(&s, authserv_id))
		return;
	found.has_field = true;
	while (skip_cfws(&s) && take_char(&s, ';')) {
		if (skip_cfws(&s) && s.n == 0)
			break; /* a semicolon at the end */
		if (results == 0 && span_is_caseless(span_trim(s), "none")) {
			s.n = 0;
			break;
		}
		if (++results > RESULTS_MAX || !take_result(&s, &result)) {
			f->is_malformed = f->has_field = true;
			return;
		}
		note_result(&found, &result, from_domain);
	}
	if (s.n > 0) {
		f->is_malformed = f->has_field = true;
		return;
	}
	*f = found;
}

static void
conclude(struct decoding *d, const struct findings *f)
{
	const char *detail;

	d->out->authentication = AUTHENTICATION_ABSENT;
	if (f->dmarc_fail || f->is_malformed) {
		d->out->authentication = AUTHENTICATION_FAIL;
		detail = f->dmarc_fail ? "dmarc=fail" : "Authentication-Results of our server cannot be read";
	} else if (f->dmarc_pass || f->dkim_pass || f->spf_pass) {
		d->out->authentication = AUTHENTICATION_PASS;
		detail = f->dmarc_pass ? "dmarc=pass" : f->dkim_pass ? "dkim=pass, aligned with From" : "spf=pass, aligned with From";
	} else {
		detail = f->has_field ? "our server found nothing that is aligned with From" : "no Authentication-Results of our server";
	}
	d->out->authentication_detail = message_copy(d, span_of(detail));
}

/*
 * Whether a Received field stands for a hop inside our own machine: delivery by LMTP, a filter on the loopback interface, or no "from" at all. The name after
 * "from" proves nothing, because it is what the other side called itself; the last address in brackets is what our server saw.
 */
static bool
is_own_hop(struct span value)
{
	static const char *const loopback[] = {"[127.0.0.1]", "[::1]", "[IPv6:::1]"};
	struct buf line = BUF_MAX(FIELD_MAX);
	const char *by, *bracket = NULL;
	bool is_own;

	message_add_unfolded(&line, value);
	by = strcasestr(buf_text(&line), " by ");
	is_own = strncasecmp(buf_text(&line), "by ", 3) == 0;
	if (by != NULL && !is_own) {
		is_own = strcasestr(by, " with LMTP") != NULL;
		bracket = memrchr(line.p, '[', (size_t)(by - line.p));
	}
	for (size_t i = 0; bracket != NULL && i < sizeof loopback / sizeof loopback[0]; i++)
		is_own = is_own || strncasecmp(bracket, loopback[i], strlen(loopback[i])) == 0;
	buf_release(&line);
	return is_own;
}

static void
read_topmost(struct decoding *d, struct findings *found, const char *authserv_id, const char *from_domain)
{
	bool has_begun = false;

	for (size_t i = 0; i < d->fields.count; i++) {
		const struct field *f = &d->fields.field[i];
		struct buf value = BUF_MAX(FIELD_MAX);

		if (span_is_caseless(f->name, "Authentication-Results") && !f->is_odd) {
			has_begun = true;
			message_add_unfolded(&value, f->value);
			if (memchr(f->value.p, '\0', f->value.n) == NULL)
				read_field(found, buf_span(&value), authserv_id, from_domain);
			buf_release(&value);
		} else if (has_begun) {
			return;
		} else if (span_is_caseless(f->name, "Received") && !is_own_hop(f->value)) {
			return;
		}
	}
}

void
message_read_authentication(struct decoding *d, const char *authserv_id)
{
	struct findings found = {0};
	const char *at = d->out->from != NULL ? strrchr(d->out->from, '@') : NULL;

	if (authserv_id != NULL && authserv_id[0] != '\0')
		read_topmost(d, &found, authserv_id, at != NULL ? at + 1 : "");
	if (at == NULL)
		found = (struct findings){.dmarc_fail = found.dmarc_fail, .has_field = found.has_field};
	conclude(d, &found);
}

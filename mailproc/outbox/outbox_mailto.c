/*
 * outbox_mailto.c - links that open a reply with the answer filled in (RFC 6068), and the address that answers go to
 *
 * The body is the form of the letter with its mark made, so that the reader of replies needs no second way to read it. The subject is neutral: only
 * the mark answers.
 */
#include "outbox_inner.h"

#include <stdlib.h>

enum { MAILTO_MAX = 1900 }; /* bytes of a link: some mail programs and Windows cut at 2000 and a little */

char *
outbox_answer_address(const struct config *config, const char *token)
{
	struct buf address = BUF_MAX(400);
	size_t local = strcspn(config->address, "@");

	if (config->subaddress && *token != '\0')
		buf_addf(&address, "%.*s%s%s%s", (int)local, config->address, config->subaddress_delimiter, token, config->address + local);
	else
		buf_add_text(&address, config->address);
	return buf_take(&address);
}

/* Everything but unreserved characters as %XX (RFC 3986 2.3); "+" too, which some programs take for a blank. */
static void
add_escaped(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c) != NULL))
			buf_add_char(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

static void
add_answer(struct buf *body, const struct outbox_facts *facts, bool renew)
{
	static const char *const option[language_count][2] = {[LANGUAGE_JA] = {"更新しない", "更新する"}, [LANGUAGE_EN] = {"Do not renew", "Renew"}};
	static const char *const key[language_count] = {[LANGUAGE_JA] = "照合キー", [LANGUAGE_EN] = "Reply key"};

	for (size_t i = 0; i < facts->item_count; i++) {
		if (facts->item_count > 1)
			buf_addf(body, "%zu. %s [%s]\r\n", i + 1, facts->item[i].certificate.common_name, facts->item[i].renewal.reference);
		buf_addf(body, "[x] %s\r\n", option[facts->language][renew]);
	}
	buf_addf(body, "\r\n[%s]\r\n%s: %s\r\n", facts->item[0].renewal.reference, key[facts->language], facts->token);
}

enum fault
outbox_mailto(const struct config *config, const struct outbox_facts *facts, bool renew, char **out, struct why *why)
{
	static const char *const what[language_count] = {[LANGUAGE_JA] = "専用SSL証明書", [LANGUAGE_EN] = "SSL certificate"};
	struct buf link = BUF_MAX(1 << 20), part = BUF_MAX(1 << 18);
	char *address = outbox_answer_address(config, facts->token);
	enum fault fault = address != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "no memory for a link");

	*out = NULL;
	if (fault != FAULT_NONE || facts->item_count == 0)
		goto out;
	buf_add_text(&link, "mailto:");
	add_escaped(&link, (struct span){address, strcspn(address, "@")});
	buf_add_char(&link, '@');
	add_escaped(&link, span_of(address + strcspn(address, "@") + 1));
	buf_addf(&part, "Re: %s %s [%s] %s", what[facts->language], facts->item[0].certificate.common_name, facts->item[0].renewal.reference,
	    facts->token);
	buf_add_text(&link, "?subject=");
	add_escaped(&link, buf_span(&part));
	buf_clear(&part);
	add_answer(&part, facts, renew);
	buf_add_text(&link, "&body=");
	add_escaped(&link, buf_span(&part));
	fault = buf_fault(&link, why, "the link");
	if (fault == FAULT_NONE)
		fault = buf_fault(&part, why, "the link");
	if (fault == FAULT_NONE && link.n <= MAILTO_MAX)
		*out = buf_take(&link);
out:
	free(address);
	buf_release(&part);
	buf_release(&link);
	return fault;
}

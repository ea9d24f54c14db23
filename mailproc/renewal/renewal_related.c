/* renewal_related.c - mail that answers no letter of ours: is it about our business, and whose? None of this proves anything. */
#include "renewal_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAMES_MAX = 200,    /* host names looked up */
	REFERENCES_MAX = 16 /* of renewals in a subject */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The next reference number ("SSL-2026-00123") in *rest: false when none is left. */
static bool
next_reference(const char **rest, const char *prefix, char *out, size_t out_size)
{
	size_t prefix_len = strlen(prefix), digits;
	const char *p;

	while ((p = strcasestr(*rest, prefix)) != NULL) {
		const char *year = p + prefix_len + 1;

		*rest = p + 1;
		if (p[prefix_len] != '-')
			continue;
		for (digits = 0; digits < 4 && is_digit(year[digits]); digits++)
			;
		if (digits < 4 || year[4] != '-')
			continue;
		for (digits = 0; digits < 12 && is_digit(year[5 + digits]); digits++)
			;
		if (digits < 5 || digits == 12)
			continue;
		snprintf(out, out_size, "%s%.*s", prefix, (int)(digits + 6), p + prefix_len);
		*rest = year + 5 + digits;
		return true;
	}
	return false;
}

/* Renewals of one customer whose reference numbers stand in the subject. */
static enum fault
match_subject(struct business *business, const struct message *message, struct match *match, struct why *why)
{
	const char *rest = message->subject != NULL ? message->subject : "";
	char reference[128];
	enum fault fault = FAULT_NONE;

	for (int i = 0; i < REFERENCES_MAX && fault == FAULT_NONE &&
			next_reference(&rest, business->config->reference_prefix, reference, sizeof reference);
	     i++) {
		struct renewal renewal = {0};
		bool found = false, is_listed = false;

		fault = store_renewal_find(business->store, reference, &renewal, &found, why);
		for (size_t j = 0; j < match->renewal_count; j++)
			is_listed = is_listed || match->renewal[j] == renewal.id;
		if (fault == FAULT_NONE && found && !is_listed && (match->customer == 0 || match->customer == renewal.customer)) {
			match->is_related = true;
			match->customer = renewal.customer;
			fault = match_add_renewal(match, renewal.id, why);
		}
		renewal_release(&renewal);
	}
	return fault;
}

static enum fault
match_address(struct business *business, const char *address, struct match *match, struct why *why)
{
	int64_t owner = 0;
	enum fault fault;

	if (address == NULL)
		return FAULT_NONE;
	fault = store_contact_owner(business->store, address, &owner, why);
	if (fault != FAULT_NONE || owner == 0)
		return fault;
	match->is_related = true;
	if (owner > 0 && match->customer == 0)
		match->customer = owner;
	return FAULT_NONE;
}

/* The next thing in *rest that looks like a host name, in lower case: false when none is left. */
static bool
next_name(struct span *rest, char out[256])
{
	while (rest->n > 0) {
		size_t n = 0, start, dots = 0;

		while (n < rest->n && ((rest->p[n] | 32) < 'a' || (rest->p[n] | 32) > 'z') && !is_digit(rest->p[n]) && rest->p[n] != '*')
			n++;
		for (start = n; n < rest->n; n++) {
			char c = rest->p[n];

			if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !is_digit(c) && c != '-' && c != '.' && c != '*')
				break;
			if (n - start < 255)
				out[n - start] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
			dots += c == '.';
		}
		*rest = (struct span){rest->p + n, rest->n - n};
		if (dots == 0 || n - start < 4 || n - start >= 255)
			continue;
		out[n - start] = '\0';
		for (size_t end = n - start; end > 0 && (out[end - 1] == '.' || out[end - 1] == '-'); end--)
			out[end - 1] = '\0';
		if (strchr(out, '.') != NULL)
			return true;
	}
	return false;
}

static enum fault
match_names(struct business *business, const char *text, int *budget, struct match *match, struct why *why)
{
	struct span rest = span_of(text);
	char name[256];
	enum fault fault = FAULT_NONE;

	while (fault == FAULT_NONE && !match->is_related && *budget > 0 && next_name(&rest, name)) {
		(*budget)--;
		fault = store_certificate_is_known(business->store, name, &match->is_related, why);
	}
	return fault;
}

enum fault
match_without_letter(struct business *business, const struct message *message, struct match *match, struct why *why)
{
	int budget = NAMES_MAX;
	enum fault fault;

	fault = match_subject(business, message, match, why);
	if (fault == FAULT_NONE)
		fault = match_address(business, message->from, match, why);
	if (fault == FAULT_NONE && message->kind == MESSAGE_BOUNCE)
		fault = match_address(business, message->bounce.recipient, match, why);
	if (fault == FAULT_NONE)
		fault = match_names(business, message->subject, &budget, match, why);
	if (fault == FAULT_NONE)
		fault = match_names(business, message->text, &budget, match, why);
	if (fault == FAULT_NONE && (match->asked.letter_text = strdup("")) == NULL)
		fault = why_set(why, FAULT_STOP, "no memory for a match");
	match->asked.letter = LETTER_NOTICE;
	return fault;
}

/*
 * renewal_match.c - which letter a mail answers, which renewals that letter asked about, and whether the sender may decide
 *
 * A valid token decides. Ids of our letters, reference numbers, known addresses and names of certificates prove nothing: they only tell
 * mail about our business from foreign mail, and lead a reviewer to the right record.
 */
#include "renewal_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../token.h"

enum {
	TOKEN_DAYS = 90,       /* after the end of the term a token is void */
	CANDIDATES_MAX = 16,   /* letters looked at for one mail; a thread holds a handful */
	TOKENS_MAX = 200,      /* tokens tried: foreign mail may hold thousands */
	LETTER_TEXT_MAX = 1 << 20,
	DAY_SECONDS = 24 * 60 * 60
};

/* Letters of ours whose valid tokens the mail holds. */
struct candidates {
	struct letter letter[CANDIDATES_MAX];
	size_t count;
	const char *problem; /* of a token that did not count; static text, NULL: none seen */
};

static void
candidates_release(struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++)
		letter_release(&candidates->letter[i]);
}

/* ---- tokens ---- */

/* Whether every term that the letter was about ended more than 90 days ago. */
static enum fault
is_void(struct business *business, const struct letter *letter, bool *is, struct why *why)
{
	enum fault fault = FAULT_NONE;

	*is = true;
	for (size_t i = 0; i < letter->item_count && fault == FAULT_NONE && *is; i++) {
		struct renewal renewal = {0};
		struct term term = {0};

		fault = store_renewal_get(business->store, letter->item[i].renewal, &renewal, why);
		if (fault == FAULT_NONE)
			fault = store_term_get(business->store, renewal.term, &term, why);
		if (fault == FAULT_NONE && business->now < term.ends_at + (int64_t)TOKEN_DAYS * DAY_SECONDS)
			*is = false;
		term_release(&term);
		renewal_release(&renewal);
	}
	return fault;
}

/* Looks at one token: its letter becomes a candidate, or *problem says why not. */
static enum fault
try_token(struct business *business, const char *token, int64_t id, struct candidates *candidates, struct why *why)
{
	struct letter letter = {0};
	bool found = false, is = false;
	enum fault fault;

	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->letter[i].id == id)
			return FAULT_NONE;
	fault = store_letter_get(business->store, id, &letter, &found, why);
	if (fault != FAULT_NONE)
		goto out;
	if (!found || letter.contact == 0 || !token_is_valid(token, business->key, id, letter.contact)) {
		candidates->problem = "the token in it is not one of ours";
		goto out;
	}
	fault = is_void(business, &letter, &is, why);
	if (fault != FAULT_NONE)
		goto out;
	if (is) {
		candidates->problem = "the token is void: the term ended more than 90 days ago";
		goto out;
	}
	if (candidates->count < CANDIDATES_MAX) {
		candidates->letter[candidates->count++] = letter;
		letter = (struct letter){0};
	}
out:
	letter_release(&letter);
	return fault;
}

static enum fault
try_tokens(struct business *business, const struct message *message, struct candidates *candidates, struct why *why)
{
	struct span rest = span_of(message->tokens);
	char token[TOKEN_TEXT_MAX];
	enum fault fault = FAULT_NONE;
	int64_t id;

	for (int i = 0; i < TOKENS_MAX && fault == FAULT_NONE && token_find(&rest, token, &id); i++)
		fault = try_token(business, token, id, candidates, why);
	return fault;
}

/* ---- which of our letters is answered ---- */

/* The first letter of ours that the ids of the mail name: of In-Reply-To, then References from the newest. */
static enum fault
letter_of_ids(struct business *business, const struct message *message, int64_t *id, struct why *why)
{
	enum fault fault = FAULT_NONE;

	*id = 0;
	if (message->kind == MESSAGE_BOUNCE && message->bounce.original_id != NULL)
		fault = store_letter_find(business->store, message->bounce.original_id, id, why);
	for (size_t i = 0; i < message->reference_count && fault == FAULT_NONE && *id == 0; i++)
		fault = store_letter_find(business->store, message->reference[i], id, why);
	return fault;
}

static bool
have_common_renewal(const struct letter *a, const struct letter *b)
{
	for (size_t i = 0; i < a->item_count; i++)
		for (size_t j = 0; j < b->item_count; j++)
			if (a->item[i].renewal == b->item[j].renewal)
				return true;
	return false;
}

/* The candidate that the ids name, else the newest: a mail program quotes the older letters of a thread too. */
static const struct letter *
choose(const struct candidates *candidates, int64_t named, bool *is_unclear)
{
	const struct letter *chosen = NULL;

	for (size_t i = 0; i < candidates->count; i++) {
		const struct letter *letter = &candidates->letter[i];

		if (chosen == NULL || letter->id == named || (chosen->id != named && letter->id > chosen->id))
			chosen = letter;
	}
	*is_unclear = false;
	for (size_t i = 0; i < candidates->count; i++)
		if (!have_common_renewal(chosen, &candidates->letter[i]))
			*is_unclear = true;
	return chosen;
}

/* ---- what was asked ---- */

enum fault
match_add_renewal(struct match *match, int64_t renewal, struct why *why)
{
	int64_t *larger = realloc(match->renewal, (match->renewal_count + 1) * sizeof *larger);

	if (larger == NULL)
		return why_set(why, FAULT_STOP, "no memory for a match");
	match->renewal = larger;
	match->renewal[match->renewal_count++] = renewal;
	return FAULT_NONE;
}

/* The names that were asked about, in the order of match->renewal. */
static enum fault
ask_names(struct business *business, struct match *match, struct why *why)
{
	enum fault fault = FAULT_NONE;

	match->asked.certificate = calloc(match->renewal_count + 1, sizeof *match->asked.certificate);
	if (match->asked.certificate == NULL)
		return why_set(why, FAULT_STOP, "no memory for a match");
	for (size_t i = 0; i < match->renewal_count && fault == FAULT_NONE; i++) {
		struct renewal renewal = {0};
		struct term term = {0};

		fault = store_renewal_get(business->store, match->renewal[i], &renewal, why);
		if (fault == FAULT_NONE)
			fault = store_term_get(business->store, renewal.term, &term, why);
		if (fault == FAULT_NONE) {
			match->asked.certificate[match->asked.certificate_count++] = term.common_name;
			term.common_name = NULL;
		}
		term_release(&term);
		renewal_release(&renewal);
	}
	return fault;
}

static enum fault
take_letter(struct business *business, const struct letter *letter, struct match *match, struct why *why)
{
	struct buf text = BUF_MAX(LETTER_TEXT_MAX);
	enum fault fault = FAULT_NONE;

	match->letter = letter->id;
	match->contact = letter->contact;
	match->customer = letter->customer;
	match->asked.letter = letter->kind;
	for (size_t i = 0; i < letter->item_count && fault == FAULT_NONE; i++)
		fault = match_add_renewal(match, letter->item[i].renewal, why);
	if (fault == FAULT_NONE && letter->message_id != NULL) /* a letter that was rendered */
		fault = store_letter_bytes(business->store, letter->id, NULL, &text, why);
	if (fault == FAULT_NONE && (match->asked.letter_text = buf_take(&text)) == NULL)
		fault = why_set(why, FAULT_STOP, "no memory for the text of a letter");
	buf_release(&text);
	return fault;
}

/* ---- the sender ---- */

static enum fault
match_sender(struct business *business, const struct message *message, const char *token_problem, struct match *match, struct why *why)
{
	char *nobody[] = {NULL};
	char **on_record = NULL;
	enum sender_standing standing;
	enum fault fault = FAULT_NONE;

	if (match->customer != 0)
		fault = store_contact_addresses(business->store, match->customer, &on_record, why);
	if (fault != FAULT_NONE)
		return fault;
	standing = domains_standing(business->domains, message->from, on_record != NULL ? on_record : nobody);
	match->trust = trust_decide(match->token_is_valid, standing, message->authentication, business->config->authentication);
	trust_explain(match->trust_reason, sizeof match->trust_reason, token_problem, standing, message,
	    business->config->authentication, on_record != NULL ? on_record : nobody);
	address_list_free(on_record);
	return FAULT_NONE;
}

/* The letter that is answered, from valid tokens or else from ids; *problem says why the token does not count. */
static enum fault
match_letter(struct business *business, const struct message *message, struct match *match, const char **problem, struct why *why)
{
	struct candidates candidates = {0};
	struct letter named_letter = {0};
	bool found = false, is_unclear = false;
	int64_t named = 0;
	enum fault fault;

	fault = try_tokens(business, message, &candidates, why);
	if (fault == FAULT_NONE)
		fault = letter_of_ids(business, message, &named, why);
	if (fault != FAULT_NONE)
		goto out;
	if (candidates.count > 0) {
		fault = take_letter(business, choose(&candidates, named, &is_unclear), match, why);
		match->token_is_valid = !is_unclear;
		*problem = is_unclear ? "tokens of letters about different renewals are in it: it is not clear which it answers" : NULL;
	} else {
		*problem = candidates.problem != NULL ? candidates.problem : "there is no token of ours in it";
		if (named != 0)
			fault = store_letter_get(business->store, named, &named_letter, &found, why);
		if (fault == FAULT_NONE && found)
			fault = take_letter(business, &named_letter, match, why);
	}
	match->is_related = match->letter != 0 || candidates.problem != NULL;
out:
	letter_release(&named_letter);
	candidates_release(&candidates);
	return fault;
}

enum fault
renewal_match(struct business *business, const struct message *message, struct match *out, struct why *why)
{
	struct match match = {.trust = TRUST_REVIEW};
	const char *token_problem = NULL;
	enum fault fault;

	fault = match_letter(business, message, &match, &token_problem, why);
	if (fault == FAULT_NONE && match.letter == 0)
		fault = match_without_letter(business, message, &match, why);
	if (fault == FAULT_NONE)
		fault = ask_names(business, &match, why);
	if (fault == FAULT_NONE)
		fault = match_sender(business, message, token_problem, &match, why);
	if (fault == FAULT_NONE && match.is_related)
		fault = match_requests(business, message, &match, why);
	if (fault == FAULT_NONE) {
		*out = match;
		match = (struct match){0};
	}
	match_release(&match);
	return fault;
}

void
match_release(struct match *match)
{
	for (size_t i = 0; i < match->asked.certificate_count; i++)
		free(match->asked.certificate[i]);
	free(match->asked.certificate);
	free(match->asked.letter_text);
	free(match->renewal);
	*match = (struct match){0};
}

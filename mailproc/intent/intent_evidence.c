/* intent_evidence.c - finds the written words behind folded ones, and takes an intent over the pipe. */
#include "intent_evidence.h"

#include <stdlib.h>
#include <string.h>

enum { EVIDENCE_MAX = 400, FOLDED_MAX = 4 << 20 };

enum fault
evidence_add(struct intent *intent, const char *rule, struct span text, const char *reason, struct why *why)
{
	struct evidence *more, made;

	if (intent->evidence_count >= EVIDENCE_MAX)
		return FAULT_NONE;
	made = (struct evidence){strdup(rule), strndup(text.p != NULL ? text.p : "", text.n), strdup(reason)};
	more = realloc(intent->evidence, (intent->evidence_count + 1) * sizeof *more);
	if (more != NULL)
		intent->evidence = more;
	if (more == NULL || made.rule == NULL || made.text == NULL || made.reason == NULL) {
		free(made.rule);
		free(made.text);
		free(made.reason);
		return why_set(why, FAULT_STOP, "out of memory for evidence");
	}
	intent->evidence[intent->evidence_count++] = made;
	return FAULT_NONE;
}

static size_t
folded_len(const struct rules *rules, const char *text, size_t n)
{
	struct buf folded = BUF_MAX(FOLDED_MAX);
	size_t len;

	rules_fold(rules, &folded, (struct span){text, n});
	len = folded.n;
	buf_release(&folded);
	return len;
}

/* The first byte of the character that holds text[i]. */
static size_t
border(const char *text, size_t i)
{
	while (i > 0 && ((unsigned char)text[i] & 0xC0) == 0x80)
		i--;
	return i;
}

static size_t
next_border(const char *text, size_t i, size_t n)
{
	while (i < n && ((unsigned char)text[i] & 0xC0) == 0x80)
		i++;
	return i;
}

/* The longest beginning of text whose folding has at most `folded` bytes. Folding a longer text never gives less. */
static size_t
written_len(const struct rules *rules, const char *text, size_t folded)
{
	size_t low = 0, high = strlen(text), n = high;

	while (low < high) {
		size_t middle = next_border(text, low + (high - low + 1) / 2, n);

		if (folded_len(rules, text, middle) <= folded)
			low = middle;
		else
			high = border(text, low + (high - low + 1) / 2 - 1);
	}
	return low;
}

enum fault
evidence_add_match(struct intent *intent, const struct rules *rules, const char *text, const char *folded,
    const struct rule_match *match, struct why *why)
{
	size_t at = (size_t)(match->words.p - folded), n = strlen(text);
	size_t from = written_len(rules, text, at), to = written_len(rules, text, at + match->words.n);

	if (from >= to) {
		from = 0;
		to = n;
	}
	return evidence_add(intent, match->id, span_trim((struct span){text + from, to - from}), match->reason, why);
}

void
intent_release(struct intent *intent)
{
	for (size_t i = 0; i < intent->certificate_count; i++)
		free(intent->certificate[i].name);
	for (size_t i = 0; i < intent->evidence_count; i++) {
		free(intent->evidence[i].rule);
		free(intent->evidence[i].text);
		free(intent->evidence[i].reason);
	}
	free(intent->certificate);
	free(intent->evidence);
	free(intent->reason);
	free(intent->purchase_order);
	free(intent->addressee);
	*intent = (struct intent){0};
}

static json_t *
certificates_to_json(const struct intent *intent)
{
	json_t *json = json_object();

	for (size_t i = 0; i < intent->certificate_count; i++)
		if (json_object_set_new(json, intent->certificate[i].name, json_string(verdict_text(intent->certificate[i].verdict))) != 0) {
			json_decref(json);
			return NULL;
		}
	return json;
}

static json_t *
evidence_to_json(const struct intent *intent)
{
	json_t *json = json_array();

	for (size_t i = 0; i < intent->evidence_count; i++) {
		const struct evidence *e = &intent->evidence[i];

		if (json_array_append_new(json, json_pack("{s:s, s:s, s:s}", "rule", e->rule, "text", e->text, "reason", e->reason)) != 0) {
			json_decref(json);
			return NULL;
		}
	}
	return json;
}

json_t *
intent_to_json(const struct intent *intent, const struct reply *reply)
{
	/* Where a part could not be made, json_pack frees the others and gives NULL. */
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:b, s:o?, s:s*, s:s*, s:b}", "verdict", verdict_text(intent->verdict), "reason",
	    intent->reason != NULL ? intent->reason : "", "certificates", certificates_to_json(intent), "reply",
	    reply->text != NULL ? reply->text : "", "cut", reply->cut != NULL ? reply->cut : "", "evidence", evidence_to_json(intent),
	    "acknowledges", intent->acknowledges, "method", intent->wants_method ? json_string(payment_method_text(intent->method)) : NULL,
	    "purchase_order", intent->purchase_order, "addressee", intent->addressee, "wish_is_unclear", intent->wish_is_unclear);
}

static enum fault
certificates_from_json(struct intent *out, json_t *json, struct why *why)
{
	const char *name;
	json_t *value;

	out->certificate = calloc(json_object_size(json) + 1, sizeof *out->certificate);
	if (out->certificate == NULL)
		return why_set(why, FAULT_STOP, "out of memory for the intent");
	json_object_foreach(json, name, value)
	{
		struct intent_of_certificate *of = &out->certificate[out->certificate_count];

		if (!verdict_parse(json_string_value(value), &of->verdict))
			return why_set(why, FAULT_STOP, "the intent for %s is not a verdict", name);
		of->name = strdup(name);
		if (of->name == NULL)
			return why_set(why, FAULT_STOP, "out of memory for the intent");
		out->certificate_count++;
	}
	return FAULT_NONE;
}

/* False: out of memory. */
static bool
copy_wish(char **out, const json_t *json, const char *key)
{
	const char *wish = json_string_value(json_object_get(json, key));

	*out = wish != NULL ? strdup(wish) : NULL;
	return wish == NULL || *out != NULL;
}

enum fault
intent_from_json(struct intent *out, const json_t *json, struct why *why)
{
	struct intent made = {0};
	const char *reason = json_string_value(json_object_get(json, "reason"));
	const char *method = json_string_value(json_object_get(json, "method"));
	const json_t *evidence = json_object_get(json, "evidence");
	enum fault fault = FAULT_NONE;

	if (!verdict_parse(json_string_value(json_object_get(json, "verdict")), &made.verdict) || reason == NULL)
		return why_set(why, FAULT_STOP, "an intent is not complete");
	made.acknowledges = json_is_true(json_object_get(json, "acknowledges"));
	made.wants_method = method != NULL && payment_method_parse(method, &made.method);
	made.wish_is_unclear = json_is_true(json_object_get(json, "wish_is_unclear"));
	made.reason = strdup(reason);
	if (made.reason == NULL || !copy_wish(&made.purchase_order, json, "purchase_order") || !copy_wish(&made.addressee, json, "addressee"))
		fault = why_set(why, FAULT_STOP, "out of memory for the intent");
	if (fault == FAULT_NONE)
		fault = certificates_from_json(&made, json_object_get(json, "certificates"), why);
	for (size_t i = 0; fault == FAULT_NONE && i < json_array_size(evidence); i++) {
		const json_t *e = json_array_get(evidence, i);
		const char *rule = json_string_value(json_object_get(e, "rule")), *text = json_string_value(json_object_get(e, "text"));
		const char *because = json_string_value(json_object_get(e, "reason"));

		fault = rule != NULL && text != NULL && because != NULL ? evidence_add(&made, rule, span_of(text), because, why)
									: why_set(why, FAULT_STOP, "evidence is not complete");
	}
	if (fault == FAULT_NONE) {
		*out = made;
		made = (struct intent){0};
	}
	intent_release(&made);
	return fault;
}

/*
 * message_json.c - a message as JSON and back
 *
 * What a reader sends back was made from foreign bytes by a process that may have been taken over: everything is looked at again here.
 */
#include "message_inner.h"

#include "../base/text.h"

#include <stdlib.h>

/* Every text of struct message: the name of the field is the key. */
enum text_rule { ONE_LINE, LINES };
enum presence { NEEDED, OPTIONAL };
static const struct {
	const char *key;
	size_t offset;
	enum text_rule rule;
	enum presence presence;
} texts[] = {
    {"message_id", offsetof(struct message, message_id), ONE_LINE, OPTIONAL},
    {"from_name", offsetof(struct message, from_name), ONE_LINE, NEEDED},
    {"from", offsetof(struct message, from), ONE_LINE, OPTIONAL},
    {"from_problem", offsetof(struct message, from_problem), ONE_LINE, OPTIONAL},
    {"subject", offsetof(struct message, subject), ONE_LINE, NEEDED},
    {"text", offsetof(struct message, text), LINES, NEEDED},
    {"other_text", offsetof(struct message, other_text), LINES, OPTIONAL},
    {"suspicion", offsetof(struct message, suspicion), ONE_LINE, OPTIONAL},
    {"kind_reason", offsetof(struct message, kind_reason), ONE_LINE, NEEDED},
    {"bounce_recipient", offsetof(struct message, bounce.recipient), ONE_LINE, OPTIONAL},
    {"bounce_status", offsetof(struct message, bounce.status), ONE_LINE, OPTIONAL},
    {"bounce_original_id", offsetof(struct message, bounce.original_id), ONE_LINE, OPTIONAL},
    {"authentication_detail", offsetof(struct message, authentication_detail), ONE_LINE, NEEDED},
    {"tokens", offsetof(struct message, tokens), ONE_LINE, NEEDED},
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

static const struct {
	const char *key;
	size_t list, count, max;
} lists[] = {
    {"reference", offsetof(struct message, reference), offsetof(struct message, reference_count), MESSAGE_MAX_REFERENCES},
    {"recipient", offsetof(struct message, recipient), offsetof(struct message, recipient_count), MESSAGE_MAX_ADDRESSES},
    {"attachment", offsetof(struct message, attachment), offsetof(struct message, attachment_count), MESSAGE_MAX_PARTS},
    {"request", offsetof(struct message, request), offsetof(struct message, request_count), MESSAGE_MAX_REQUESTS},
};
enum { LISTS = sizeof lists / sizeof lists[0] };

static const struct {
	const char *key;
	size_t offset;
} flags[] = {
    {"is_html", offsetof(struct message, is_html)},
    {"seems_automatic", offsetof(struct message, seems_automatic)},
    {"denies_automatic", offsetof(struct message, denies_automatic)},
};
enum { FLAGS = sizeof flags / sizeof flags[0] };

static const char *const kind_words[] = {[MESSAGE_PERSON] = "person", [MESSAGE_AUTOMATIC] = "automatic", [MESSAGE_BOUNCE] = "bounce"};
static const char *const authentication_words[] = {
    [AUTHENTICATION_ABSENT] = "absent", [AUTHENTICATION_PASS] = "pass", [AUTHENTICATION_FAIL] = "fail"};
static const char *const bounce_words[] = {[BOUNCE_HARD] = "hard", [BOUNCE_SOFT] = "soft", [BOUNCE_DELAYED] = "delayed"};

const char *
bounce_kind_text(enum bounce_kind kind)
{
	return bounce_words[kind];
}

static void *
at(const void *base, size_t offset)
{
	union {
		const void *in;
		char *out;
	} p = {base};

	return p.out + offset;
}

static json_t *
list_to_json(char *const *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count && array != NULL; i++)
		if (json_array_append_new(array, json_string(list[i])) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

static bool
set_all(json_t *json, const struct message *m)
{
	int failed = 0;

	for (size_t i = 0; i < TEXTS; i++) {
		char *const *text = at(m, texts[i].offset);

		if (*text != NULL || texts[i].presence == NEEDED)
			failed |= json_object_set_new(json, texts[i].key, json_string(*text != NULL ? *text : ""));
	}
	for (size_t i = 0; i < LISTS; i++) {
		char **const *list = at(m, lists[i].list);
		const size_t *count = at(m, lists[i].count);

		failed |= json_object_set_new(json, lists[i].key, list_to_json(*list, *count));
	}
	failed |= json_object_set_new(json, "date_at", json_integer(m->date_at));
	for (size_t i = 0; i < FLAGS; i++)
		failed |= json_object_set_new(json, flags[i].key, json_boolean(*(const bool *)at(m, flags[i].offset)));
	failed |= json_object_set_new(json, "kind", json_string(kind_words[m->kind]));
	failed |= json_object_set_new(json, "bounce_kind", json_string(bounce_words[m->bounce.kind]));
	failed |= json_object_set_new(json, "authentication", json_string(authentication_words[m->authentication]));
	return failed == 0;
}

json_t *
message_to_json(const struct message *m)
{
	json_t *json = json_object();

	if (json != NULL && !set_all(json, m)) {
		json_decref(json);
		json = NULL;
	}
	return json;
}

/* ---- and back ---- */

static bool
is_allowed(struct span s, enum text_rule rule)
{
	if (!text_is_utf8(s) || s.n > MESSAGE_MAX_TEXT)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == 0x7F || (c < ' ' && !(rule == LINES && (c == '\n' || c == '\t'))))
			return false;
	}
	return true;
}

/* A copy of a JSON string that may stand in a message; *out stays NULL where it may not. */
static enum fault
take_string(char **out, const json_t *value, enum text_rule rule, const char *key, struct why *why)
{
	struct span s = {json_string_value(value), json_string_length(value)};

	if (!json_is_string(value) || !is_allowed(s, rule))
		return why_set(why, FAULT_ITEM, "the reader's answer is malformed (%s)", key);
	*out = malloc(s.n + 1);
	if (*out == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a message");
	memcpy(*out, s.p, s.n + 1);
	return FAULT_NONE;
}

static enum fault
take_texts(struct message *m, const json_t *json, struct why *why)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < TEXTS && fault == FAULT_NONE; i++) {
		const json_t *value = json_object_get(json, texts[i].key);

		if (value != NULL || texts[i].presence == NEEDED)
			fault = take_string(at(m, texts[i].offset), value, texts[i].rule, texts[i].key, why);
	}
	return fault;
}

static enum fault
take_lists(struct message *m, const json_t *json, struct why *why)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < LISTS && fault == FAULT_NONE; i++) {
		const json_t *array = json_object_get(json, lists[i].key);
		char ***list = at(m, lists[i].list);
		size_t *count = at(m, lists[i].count), n = json_array_size(array);

		if (!json_is_array(array) || n > lists[i].max)
			return why_set(why, FAULT_ITEM, "the reader's answer is malformed (%s)", lists[i].key);
		*list = calloc(n + 1, sizeof **list);
		if (*list == NULL)
			return why_set(why, FAULT_STOP, "out of memory for a message");
		while (*count < n && fault == FAULT_NONE) {
			fault = take_string(&(*list)[*count], json_array_get(array, *count), ONE_LINE, lists[i].key, why);
			*count += fault == FAULT_NONE;
		}
	}
	return fault;
}

static bool
take_word(const json_t *value, const char *const *words, size_t count, int *out)
{
	const char *word = json_string_value(value);

	for (size_t i = 0; word != NULL && i < count; i++)
		if (strcmp(word, words[i]) == 0) {
			*out = (int)i;
			return true;
		}
	return false;
}

static enum fault
take_values(struct message *m, const json_t *json, struct why *why)
{
	const json_t *date = json_object_get(json, "date_at");
	int kind, bounce, authentication;

	if (!json_is_integer(date) || !take_word(json_object_get(json, "kind"), kind_words, 3, &kind) ||
	    !take_word(json_object_get(json, "bounce_kind"), bounce_words, 3, &bounce) ||
	    !take_word(json_object_get(json, "authentication"), authentication_words, 3, &authentication))
		return why_set(why, FAULT_ITEM, "the reader's answer is malformed");
	for (size_t i = 0; i < FLAGS; i++) {
		const json_t *flag = json_object_get(json, flags[i].key);

		if (!json_is_boolean(flag))
			return why_set(why, FAULT_ITEM, "the reader's answer is malformed");
		*(bool *)at(m, flags[i].offset) = json_is_true(flag);
	}
	m->date_at = json_integer_value(date);
	m->kind = (enum message_kind)kind;
	m->bounce.kind = (enum bounce_kind)bounce;
	m->authentication = (enum message_authentication)authentication;
	return FAULT_NONE;
}

/* An address is what message_read_from() makes, nothing else. */
static bool
is_own_address(const char *address)
{
	struct buf again = BUF_MAX(NAME_MAX_BYTES);
	bool is_own = message_add_address(&again, span_of(address)) && strcmp(buf_text(&again), address) == 0;

	buf_release(&again);
	return is_own;
}

enum fault
message_from_json(struct message *out, const json_t *json, struct why *why)
{
	struct message made = {0};
	enum fault fault = FAULT_NONE;

	if (!json_is_object(json))
		return why_set(why, FAULT_ITEM, "the reader's answer is no object");
	if (fault == FAULT_NONE)
		fault = take_texts(&made, json, why);
	if (fault == FAULT_NONE)
		fault = take_lists(&made, json, why);
	if (fault == FAULT_NONE)
		fault = take_values(&made, json, why);
	if (fault == FAULT_NONE && made.from != NULL && (made.from_problem != NULL || !is_own_address(made.from)))
		fault = why_set(why, FAULT_ITEM, "the reader's answer is malformed (from)");
	if (fault == FAULT_NONE) {
		*out = made;
		made = (struct message){0};
	}
	message_release(&made);
	return fault;
}

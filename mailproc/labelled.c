/* labelled.c - comparing a verdict with a label, and the two forms of a set. */
#include "labelled.h"

#include <stdlib.h>

#include "labelled/labelled_inner.h"

WORDS_DEFINE(labelled_result, LABELLED_RESULTS)

/* ---- comparing ---- */

bool
verdict_is_act(enum verdict verdict)
{
	return verdict == VERDICT_RENEW || verdict == VERDICT_DECLINE || verdict == VERDICT_PARTIAL;
}

bool
labelled_is_clear(const struct labelled *item)
{
	for (size_t i = 0; i < item->asked.certificate_count; i++)
		if (item->want[i] == VERDICT_REVIEW)
			return false;
	return verdict_is_act(item->label);
}

static enum verdict
verdict_about(const struct intent *intent, size_t place)
{
	if (place < intent->certificate_count)
		return intent->certificate[place].verdict;
	return intent->verdict == VERDICT_PARTIAL ? VERDICT_REVIEW : intent->verdict;
}

static enum labelled_result
compare_act(const struct labelled *item, const struct intent *intent)
{
	enum labelled_result result = RESULT_RIGHT;

	if (!verdict_is_act(item->label))
		return RESULT_WRONG;
	if (item->asked.certificate_count == 0 && intent->verdict != item->label)
		return intent->verdict == VERDICT_PARTIAL || item->label == VERDICT_PARTIAL ? RESULT_WRONG : RESULT_FLIP;
	for (size_t i = 0; i < item->asked.certificate_count; i++) {
		enum verdict seen = verdict_about(intent, i), want = item->want[i];

		if (seen == want)
			continue;
		if (seen != VERDICT_REVIEW && want != VERDICT_REVIEW)
			return RESULT_FLIP;
		result = seen == VERDICT_REVIEW && result != RESULT_WRONG ? RESULT_MISSED : RESULT_WRONG;
	}
	return result;
}

enum labelled_result
labelled_compare(const struct labelled *item, const struct intent *intent)
{
	bool is_of_program = item->label == VERDICT_AUTO || item->label == VERDICT_BOUNCE;

	if (verdict_is_act(intent->verdict))
		return compare_act(item, intent);
	if (is_of_program)
		return intent->verdict == VERDICT_REVIEW ? RESULT_NOISE : RESULT_RIGHT;
	if (intent->verdict == VERDICT_AUTO || intent->verdict == VERDICT_BOUNCE)
		return RESULT_LOST;
	return labelled_is_clear(item) ? RESULT_MISSED : RESULT_RIGHT;
}

/* ---- lifetime ---- */

void
labelled_release(struct labelled *item)
{
	free(item->id);
	free(item->reason);
	asked_release(&item->asked);
	free(item->want);
	free(item->mail);
	*item = (struct labelled){0};
}

void
labelled_set_release(struct labelled_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		labelled_release(&set->item[i]);
	free(set->item);
	*set = (struct labelled_set){0};
}

enum fault
labelled_add(struct labelled_set *set, struct labelled *item, struct why *why)
{
	struct labelled *larger = realloc(set->item, (set->count + 1) * sizeof *larger);

	if (larger == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a labelled set");
	set->item = larger;
	set->item[set->count++] = *item;
	*item = (struct labelled){0};
	return FAULT_NONE;
}

/* The answer wanted for each certificate: from per_cert (an object), or the label. */
enum fault
labelled_set_want(struct labelled *item, const json_t *per_certificate, struct why *why)
{
	item->want = calloc(item->asked.certificate_count + 1, sizeof *item->want);
	if (item->want == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a labelled set");
	for (size_t i = 0; i < item->asked.certificate_count; i++) {
		const char *text = json_string_value(json_object_get(per_certificate, item->asked.certificate[i]));

		item->want[i] = item->label == VERDICT_PARTIAL ? VERDICT_REVIEW : item->label;
		if (text != NULL && (!verdict_parse(text, &item->want[i]) || item->want[i] == VERDICT_PARTIAL))
			return why_set(why, FAULT_ITEM, "%s: \"%s\" is no answer about a certificate", item->id, text);
	}
	return FAULT_NONE;
}

/* "invoice" and the like are what some sets call our letters. */
enum fault
labelled_parse_letter(const char *text, enum letter_kind *kind, struct why *why)
{
	static const struct {
		const char *word;
		enum letter_kind kind;
	} also[] = {{"payment_request", LETTER_PAYMENT_REQUEST}, {"invoice", LETTER_PAYMENT_REQUEST},
	    {"payment_reminder", LETTER_PAYMENT_REMINDER}, {"started", LETTER_APPLICATION_STARTED}, {"", LETTER_NOTICE}};

	for (size_t i = 0; i < sizeof also / sizeof also[0]; i++)
		if (strcmp(text, also[i].word) == 0) {
			*kind = also[i].kind;
			return FAULT_NONE;
		}
	if (letter_kind_parse(text, kind))
		return FAULT_NONE;
	return why_set(why, FAULT_ITEM, "\"%s\" is no letter of ours", text);
}

/* command_review_keep.c - a decided message becomes a labelled case, so that rules are measured on what staff have judged. */
#include "command_review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../store/store_message.h"
#include "../base/file.h"
#include "../labelled.h"
#include "../reader.h"

/* A clerk who acted on it says what he did; one who put it aside says that a person had to look. */
static enum verdict
label_of(const char *decision)
{
	enum verdict verdict;

	if (verdict_parse(decision, &verdict) && (verdict == VERDICT_RENEW || verdict == VERDICT_DECLINE))
		return verdict;
	return VERDICT_REVIEW;
}

static enum fault
fill_case(struct command_open *open, const struct review *review, struct labelled *item, struct match *match, struct why *why)
{
	struct buf raw = BUF_MAX((size_t)open->config->message_max_bytes + 1);
	struct message message = {0};
	struct reading *reading = NULL;
	enum fault fault = store_message_raw(open->store, review->message, &raw, why);

	if (fault == FAULT_NONE)
		fault = reader_read(open->zygote, buf_span(&raw), &reading, &message, why);
	if (fault == FAULT_NONE)
		fault = renewal_match(&open->business, &message, match, why);
	reading_end(reading);
	message_release(&message);
	if (fault == FAULT_NONE && (item->want = calloc(match->asked.certificate_count + 1, sizeof *item->want)) == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory for a case");
	for (size_t i = 0; i < match->asked.certificate_count && fault == FAULT_NONE; i++)
		item->want[i] = item->label;
	item->asked = match->asked; /* borrowed */
	item->mail_len = raw.n;
	item->mail = buf_take(&raw);
	return fault;
}

static enum fault
keep(struct command_open *open, int64_t id, const char *folder, struct why *why)
{
	struct review review = {0};
	struct match match = {0};
	struct labelled item = {0};
	char name[48];
	bool found = false;
	enum fault fault = store_review_get(open->store, id, &review, &found, why);

	snprintf(name, sizeof name, "review-%lld", (long long)id);
	item.id = name;
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "there is no review %lld", (long long)id);
	if (fault == FAULT_NONE && review.decision == NULL)
		fault = why_set(why, FAULT_ITEM, "review %lld is not decided yet: there is no answer to keep", (long long)id);
	if (fault == FAULT_NONE) {
		item.label = label_of(review.decision);
		item.reason = item.label == VERDICT_REVIEW ? review.decision : strdup("");
		fault = fill_case(open, &review, &item, &match, why);
	}
	if (fault == FAULT_NONE)
		fault = labelled_keep(folder, &item, why);
	if (item.reason != review.decision)
		free(item.reason);
	free(item.want);
	free(item.mail);
	match_release(&match);
	review_release(&review);
	return fault;
}

int
command_review_keep(const struct command_context *context, int argc, char **argv)
{
	const char *set = NULL;
	const struct command_option options[] = {{"set", NULL, &set}, {0}};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 2, 2, &words);
	char *end, *folder;
	int64_t id;
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	id = strtoll(argv[2], &end, 10);
	if (*end != '\0' || id < 1)
		return command_usage("review", "a review is named by its number");
	status = command_open(&open, context, OPEN_READER | OPEN_STORE_READ | OPEN_KEY);
	if (status != EX_OK)
		return status;
	folder = file_path(open.config->dir, set != NULL ? set : "cases");
	fault = folder != NULL ? keep(&open, id, folder, &why) : why_set(&why, FAULT_STOP, "out of memory");
	if (fault == FAULT_NONE)
		printf("kept as review-%lld in %s\n", (long long)id, folder);
	free(folder);
	command_close(&open);
	return fault != FAULT_NONE ? command_fail(fault, &why) : EX_OK;
}

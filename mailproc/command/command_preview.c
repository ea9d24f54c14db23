/* command_preview.c - a letter as it would be sent now. */
#include "../command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../store/store_renewal.h"
#include "../base/file.h"
#include "../outbox.h"

static enum fault
write_html(const char *path, const struct outbox_preview *preview, struct why *why)
{
	FILE *f;

	if (preview->html == NULL)
		return why_set(why, FAULT_ITEM, "this letter has no HTML part: its contact wants text only");
	f = fopen(path, "we");
	if (f == NULL)
		return why_set(why, FAULT_SETUP, "%s: %m", path);
	fputs(preview->html, f);
	if (fclose(f) != 0)
		return why_set(why, FAULT_STOP, "%s: %m", path);
	return FAULT_NONE;
}

static enum fault
find_and_render(struct business *business, const char *kind_text, const char *reference, struct outbox_preview *preview, struct why *why)
{
	struct renewal renewal = {0};
	enum letter_kind kind;
	bool found = false;
	enum fault fault;

	if (!letter_kind_parse(kind_text, &kind))
		return why_set(why, FAULT_ITEM, "there is no letter \"%s\"", kind_text);
	fault = store_renewal_find(business->store, reference, &renewal, &found, why);
	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "there is no renewal %s", reference);
	if (fault == FAULT_NONE)
		fault = outbox_preview(business, kind, renewal.id, 0, preview, why);
	renewal_release(&renewal);
	return fault;
}

int
command_preview(const struct command_context *context, int argc, char **argv)
{
	const char *html = NULL;
	bool raw = false;
	const struct command_option options[] = {{"html", NULL, &html}, {"raw", &raw, NULL}, {0}};
	struct outbox_preview preview = {0};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 2, 2, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (html != NULL && raw)
		return command_usage("preview", "--html and --raw do not go together");
	status = command_open(&open, context, OPEN_STORE_READ | OPEN_KEY);
	if (status != EX_OK)
		return status;
	fault = find_and_render(&open.business, argv[1], argv[2], &preview, &why);
	if (fault == FAULT_NONE && html != NULL)
		fault = write_html(html, &preview, &why);
	if (fault == FAULT_NONE && raw)
		fwrite(buf_text(&preview.bytes), 1, preview.bytes.n, stdout);
	else if (fault == FAULT_NONE && html == NULL)
		printf("Subject: %s\n\n%s", preview.subject, preview.text);
	outbox_preview_release(&preview);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

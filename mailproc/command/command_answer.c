/* command_answer.c - review answer: staff write to the contact on record, from a file or in their editor. */
#include "command_review.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "../base/buf.h"
#include "../base/file.h"
#include "../base/text.h"

enum { WORDS_MAX = 64 << 10 };

/* What staff see in their editor; lines of this kind are left out. */
static const char hint[] = "\n# Write above. Lines that begin with # are left out. Nothing written: nothing is sent.\n"
			   "# Salutation, certificate, reference and signature are added around it.\n";

/* The editor as a shell command, as git and crontab take it. */
static enum fault
run_editor(const char *path, struct why *why)
{
	const char *editor = getenv("VISUAL") != NULL ? getenv("VISUAL") : getenv("EDITOR") != NULL ? getenv("EDITOR") : "editor";
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		char *command = NULL;

		if (asprintf(&command, "%s \"$1\"", editor) > 0)
			execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
		_exit(127);
	}
	if (child < 0)
		return why_set(why, FAULT_STOP, "fork: %s", strerror(errno));
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return why_set(why, FAULT_STOP, "waitpid: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return why_set(why, FAULT_ITEM, "the editor \"%s\" did not end well: nothing is sent", editor);
	return FAULT_NONE;
}

static enum fault
edit(struct buf *out, struct why *why)
{
	const char *dir = getenv("TMPDIR");
	char path[4096];
	int fd;
	enum fault fault = FAULT_NONE;

	snprintf(path, sizeof path, "%s/mailproc-answer.XXXXXX", dir != NULL ? dir : "/tmp");
	fd = mkstemp(path); /* 0600 */
	if (fd < 0)
		return why_set(why, FAULT_STOP, "%s: %s", path, strerror(errno));
	if (write(fd, hint, sizeof hint - 1) != (ssize_t)(sizeof hint - 1))
		fault = why_set(why, FAULT_STOP, "%s: %s", path, strerror(errno));
	close(fd);
	if (fault == FAULT_NONE)
		fault = run_editor(path, why);
	if (fault == FAULT_NONE)
		fault = file_read(out, path, why);
	unlink(path);
	return fault;
}

/* Without comments (those of the editor) and empty lines at both ends. FAULT_ITEM when nothing is left, or it is no text. */
static enum fault
take_words(struct buf *out, struct span raw, bool has_comments, struct why *why)
{
	struct buf kept = BUF_MAX(WORDS_MAX + 1);
	struct span rest = raw, line, words;
	enum fault fault;

	if (!text_is_utf8(raw))
		return why_set(why, FAULT_ITEM, "the words are not UTF-8");
	while (span_next_line(&rest, &line))
		if (!has_comments || line.n == 0 || line.p[0] != '#') {
			buf_add_span(&kept, line);
			buf_add_char(&kept, '\n');
		}
	fault = buf_fault(&kept, why, "what is written");
	words = span_trim(buf_span(&kept));
	if (fault == FAULT_NONE && words.n == 0)
		fault = why_set(why, FAULT_ITEM, "nothing was written: nothing is sent");
	if (fault == FAULT_NONE)
		text_add_clean(out, words);
	buf_release(&kept);
	return fault != FAULT_NONE ? fault : buf_fault(out, why, "what is written");
}

int
command_review_answer(const struct command_context *context, int argc, char **argv)
{
	const char *path = NULL, *by = "staff";
	const struct command_option options[] = {{"file", NULL, &path}, {"by", NULL, &by}, {0}};
	struct buf raw = BUF_MAX(WORDS_MAX), words = BUF_MAX(2 * WORDS_MAX);
	struct command_open open;
	char *address = NULL;
	struct why why = {0};
	int count, status = command_read_options(argc, argv, options, 2, 2, &count);
	int64_t id;
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if ((id = review_number(argv[2])) < 0)
		return EX_USAGE;
	fault = path != NULL ? file_read(&raw, path, &why) : edit(&raw, &why);
	if (fault == FAULT_NONE)
		fault = take_words(&words, buf_span(&raw), path == NULL, &why);
	if (fault != FAULT_NONE) {
		status = command_fail(fault, &why);
		goto out;
	}
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		goto out;
	fault = renewal_answer_review(&open.business, id, buf_text(&words), by, &address, &why);
	command_close(&open);
	status = fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
	if (fault == FAULT_NONE)
		printf("review %lld: a letter to %s goes out with the next run; the review stays as it is\n", (long long)id, address);
out:
	free(address);
	buf_release(&raw);
	buf_release(&words);
	return status;
}

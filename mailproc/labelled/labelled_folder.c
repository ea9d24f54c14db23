/* labelled_folder.c - a set as a folder of mails with labels.tsv; the form in which staff's decisions are kept. */
#include "labelled_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"

enum { COLUMNS = 6 };

static char *
copy(struct span s)
{
	return strndup(s.n > 0 ? s.p : "", s.n);
}

/* The fields between tabs; false when there are not as many as there must be. */
static bool
split_line(struct span line, struct span field[COLUMNS])
{
	for (int i = 0; i < COLUMNS; i++) {
		const char *tab = line.n > 0 ? memchr(line.p, '\t', line.n) : NULL;

		field[i] = (struct span){line.p, tab != NULL ? (size_t)(tab - line.p) : line.n};
		line.p += field[i].n + (tab != NULL);
		line.n -= field[i].n + (tab != NULL);
		if ((tab == NULL) != (i == COLUMNS - 1))
			return false;
	}
	return true;
}

static enum fault
split_names(struct asked *asked, struct span names, struct why *why)
{
	while (names.n > 0) {
		const char *comma = memchr(names.p, ',', names.n);
		struct span name = {names.p, comma != NULL ? (size_t)(comma - names.p) : names.n};
		char **larger = realloc(asked->certificate, (asked->certificate_count + 1) * sizeof *larger);

		if (larger == NULL)
			return why_set(why, FAULT_STOP, "out of memory for a labelled set");
		asked->certificate = larger;
		if ((larger[asked->certificate_count] = copy(name)) == NULL)
			return why_set(why, FAULT_STOP, "out of memory for a labelled set");
		asked->certificate_count++;
		names.p += name.n + (comma != NULL);
		names.n -= name.n + (comma != NULL);
	}
	return FAULT_NONE;
}

static enum fault
read_mail(struct labelled *item, const char *folder, struct why *why)
{
	struct buf path = BUF_MAX(4096), bytes = BUF_MAX(LABELLED_MAX_MAIL);
	enum fault fault;

	buf_addf(&path, "%s/%s.eml", folder, item->id);
	fault = buf_fault(&path, why, "the name of a mail");
	if (fault == FAULT_NONE)
		fault = file_read(&bytes, buf_text(&path), why);
	item->mail_len = bytes.n;
	if (fault == FAULT_NONE && (item->mail = buf_take(&bytes)) == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory for a mail");
	buf_release(&bytes);
	buf_release(&path);
	return fault;
}

static enum fault
read_line(struct labelled *item, struct span line, const char *folder, struct why *why)
{
	struct span field[COLUMNS];
	char *label = NULL, *letter = NULL;
	json_t *per_certificate = NULL;
	enum fault fault;

	if (!split_line(line, field))
		return why_set(why, FAULT_ITEM, "a line has %d fields with tabs between", COLUMNS);
	item->id = copy(field[0]);
	label = copy(field[1]);
	item->reason = copy(field[2]);
	letter = copy(field[5]);
	item->asked.letter_text = strdup("");
	per_certificate = json_loadb(field[4].p, field[4].n, JSON_DECODE_ANY, NULL);
	if (item->id == NULL || label == NULL || item->reason == NULL || letter == NULL || item->asked.letter_text == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory for a labelled set");
	else if (!verdict_parse(label, &item->label))
		fault = why_set(why, FAULT_ITEM, "\"%s\" is no label", label);
	else if (per_certificate == NULL)
		fault = why_set(why, FAULT_ITEM, "the answers per certificate are a JSON object or null");
	else
		fault = labelled_parse_letter(letter, &item->asked.letter, why);
	if (fault == FAULT_NONE)
		fault = split_names(&item->asked, field[3], why);
	if (fault == FAULT_NONE)
		fault = labelled_set_want(item, per_certificate, why);
	if (fault == FAULT_NONE)
		fault = read_mail(item, folder, why);
	json_decref(per_certificate);
	free(label);
	free(letter);
	return fault;
}

enum fault
labelled_load_folder(struct labelled_set *out, const char *folder, struct why *why)
{
	struct buf text = BUF_MAX(LABELLED_MAX_SET);
	char *path = file_path(folder, "labels.tsv");
	struct span rest, line;
	unsigned number = 0;
	enum fault fault = path != NULL ? file_read(&text, path, why) : why_set(why, FAULT_STOP, "out of memory for a file name");

	rest = buf_span(&text);
	while (fault == FAULT_NONE && span_next_line(&rest, &line)) {
		struct labelled item = {0};

		number++;
		if (line.n == 0)
			continue;
		fault = read_line(&item, line, folder, why);
		if (fault == FAULT_NONE)
			fault = labelled_add(out, &item, why);
		else if (fault == FAULT_ITEM)
			(void)why_before(why, fault, "%s:%u", path, number);
		labelled_release(&item);
	}
	buf_release(&text);
	free(path);
	return fault;
}

enum fault
labelled_set_load(struct labelled_set *out, const char *path, struct why *why)
{
	struct labelled_set made = {0};
	struct stat st;
	enum fault fault;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		fault = labelled_load_folder(&made, path, why);
	else
		fault = labelled_load_lines(&made, path, why);
	if (fault == FAULT_NONE && made.count == 0)
		fault = why_set(why, FAULT_ITEM, "%s: the set is empty", path);
	if (fault == FAULT_NONE) {
		*out = made;
		made = (struct labelled_set){0};
	}
	labelled_set_release(&made);
	return fault;
}

/* ---- keeping ---- */

static enum fault
append_line(const char *path, const char *line, struct why *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	size_t n = strlen(line);
	bool done;

	if (fd < 0)
		return why_set(why, FAULT_ITEM, "%s: %s", path, strerror(errno));
	done = write(fd, line, n) == (ssize_t)n && fsync(fd) == 0;
	if (close(fd) != 0 || !done)
		return why_set(why, FAULT_STOP, "%s: %s", path, strerror(errno));
	return FAULT_NONE;
}

static char *
answers_text(const struct labelled *item)
{
	json_t *answers = json_object();
	char *text;

	for (size_t i = 0; i < item->asked.certificate_count; i++)
		json_object_set_new(answers, item->asked.certificate[i], json_string(verdict_text(item->want[i])));
	text = json_dumps(answers, JSON_COMPACT);
	json_decref(answers);
	return text;
}

enum fault
labelled_keep(const char *folder, const struct labelled *item, struct why *why)
{
	struct buf mail = BUF_MAX(4096), list = BUF_MAX(4096), line = BUF_MAX(1 << 20);
	char *answers = answers_text(item);
	enum fault fault = FAULT_NONE;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		fault = why_set(why, FAULT_ITEM, "%s: %s", folder, strerror(errno));
	buf_addf(&mail, "%s/%s.eml", folder, item->id);
	buf_addf(&list, "%s/labels.tsv", folder);
	buf_addf(&line, "%s\t%s\t%s\t", item->id, verdict_text(item->label), item->reason);
	for (size_t i = 0; i < item->asked.certificate_count; i++)
		buf_addf(&line, "%s%s", i > 0 ? "," : "", item->asked.certificate[i]);
	buf_addf(&line, "\t%s\t%s\n", answers != NULL ? answers : "null", letter_kind_text(item->asked.letter));
	if (fault == FAULT_NONE)
		fault = buf_fault(&line, why, "a label");
	if (fault == FAULT_NONE && file_exists(buf_text(&mail)))
		fault = why_set(why, FAULT_ITEM, "%s is kept already", buf_text(&mail));
	if (fault == FAULT_NONE)
		fault = file_create(buf_text(&mail), 0600, item->mail, item->mail_len, why);
	if (fault == FAULT_NONE)
		fault = append_line(buf_text(&list), buf_text(&line), why);
	free(answers);
	buf_release(&mail);
	buf_release(&list);
	buf_release(&line);
	return fault;
}

/*
 * import_pem.c - certificates from files beside the list: what they say fills what a row leaves open
 *
 * The operator's own files, which may have come from anywhere: each is read in a child of its own.
 */
#include "import_inner.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/day.h"
#include "../base/file.h"
#include "../certificate.h"

enum { FILES_MAX = 100000, AT_A_TIME = 4, SECONDS = 10, BATCH = 64 };

/* One file. What a row borrows lives as long as the import. */
struct pem {
	char *file;
	struct certificate_seen seen;
	char not_before[DAY_TEXT_MAX], not_after[DAY_TEXT_MAX];
	char *names; /* blanks between */
};

struct import_pem {
	struct pem *pem; /* owned */
	size_t count;
};

static enum fault
join_names(struct pem *pem, struct why *why)
{
	struct buf names = BUF_MAX(1 << 20);

	buf_add_text(&names, "");
	for (char **name = pem->seen.subject.name; name != NULL && *name != NULL; name++)
		buf_addf(&names, "%s%s", names.n > 0 ? " " : "", *name);
	pem->names = buf_take(&names);
	return pem->names != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory for certificates");
}

static enum fault
take_job(struct import_pem *all, const char *dir, const char *file, struct certificate_job *job, struct why *why)
{
	struct pem *pem = &all->pem[all->count];

	if (job->fault != FAULT_NONE)
		return why_set(why, job->fault == FAULT_STOP ? FAULT_STOP : FAULT_ITEM, "%s/%s: %s", dir, file, job->why.text);
	if (job->seen.is_request || job->seen.subject.common_name == NULL)
		return why_set(why, FAULT_ITEM, "%s/%s: %s", dir, file, job->seen.is_request ? "is a request, not a certificate" : "has no common name");
	all->count++;
	pem->seen = job->seen;
	job->seen = (struct certificate_seen){0};
	instant_text(pem->not_before, pem->seen.subject.not_before);
	instant_text(pem->not_after, pem->seen.subject.not_after);
	pem->file = strdup(file);
	return pem->file != NULL ? join_names(pem, why) : why_set(why, FAULT_STOP, "out of memory for certificates");
}

/* Some files at a time. */
static enum fault
read_batch(struct import_pem *all, const char *dir, char *const *file, size_t count, int64_t now, struct why *why)
{
	struct certificate_job job[BATCH] = {{0}};
	struct buf bytes[BATCH];
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < count; i++)
		bytes[i] = BUF_MAX(CERTIFICATE_MAX_BYTES);
	for (size_t i = 0; fault == FAULT_NONE && i < count; i++) {
		char *path = file_path(dir, file[i]);

		fault = path != NULL ? file_read(&bytes[i], path, why) : why_set(why, FAULT_STOP, "out of memory for certificates");
		job[i].bytes = buf_span(&bytes[i]);
		free(path);
	}
	if (fault == FAULT_NONE)
		fault = certificate_look(job, count, AT_A_TIME, SECONDS, now, why);
	for (size_t i = 0; fault == FAULT_NONE && i < count; i++)
		fault = take_job(all, dir, file[i], &job[i], why);
	certificate_jobs_release(job, count);
	for (size_t i = 0; i < count; i++)
		buf_release(&bytes[i]);
	return fault;
}

enum fault
import_pem_load(struct import_pem **out, const char *dir, int64_t now, struct why *why)
{
	struct import_pem *all = calloc(1, sizeof *all);
	struct file_list list = {0};
	enum fault fault = all != NULL ? file_list_dir(&list, dir, "", why) : why_set(why, FAULT_STOP, "out of memory for certificates");

	if (fault == FAULT_NONE && list.count > FILES_MAX)
		fault = why_set(why, FAULT_ITEM, "%s has more than %d files", dir, (int)FILES_MAX);
	if (fault == FAULT_NONE && (all->pem = calloc(list.count + 1, sizeof *all->pem)) == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory for certificates");
	for (size_t at = 0; fault == FAULT_NONE && at < list.count; at += BATCH)
		fault = read_batch(all, dir, list.name + at, list.count - at < BATCH ? list.count - at : BATCH, now, why);
	file_list_release(&list);
	if (fault != FAULT_NONE) {
		import_pem_free(all);
		return fault;
	}
	*out = all;
	return FAULT_NONE;
}

void
import_pem_free(struct import_pem *all)
{
	for (size_t i = 0; all != NULL && i < all->count; i++) {
		free(all->pem[i].file);
		free(all->pem[i].names);
		certificate_seen_release(&all->pem[i].seen);
	}
	if (all != NULL)
		free(all->pem);
	free(all);
}

/* By the name of its file, else the one with this common name that ends last. */
static struct pem *
find(struct import_pem *all, const char *file, const char *common_name)
{
	struct pem *found = NULL;

	for (size_t i = 0; i < all->count; i++) {
		struct pem *pem = &all->pem[i];

		if (*file != '\0' ? strcmp(pem->file, file) != 0 : strcasecmp(pem->seen.subject.common_name, common_name) != 0)
			continue;
		if (found == NULL || pem->seen.subject.not_after > found->seen.subject.not_after)
			found = pem;
	}
	return found;
}

static void
fill(struct import_row *row, enum import_column column, char *text)
{
	if (row->text[column][0] == '\0' && text != NULL)
		row->text[column] = text;
}

void
import_pem_fill(struct import *import, struct import_row *row)
{
	const char *file = row->text[COLUMN_CERTIFICATE], *name = row->text[COLUMN_COMMON_NAME];
	struct pem *pem;

	if (import->pem == NULL) {
		if (*file != '\0')
			import_tell(import, row->line, import_heading(COLUMN_CERTIFICATE), "is given without --certificates DIR");
		return;
	}
	pem = find(import->pem, file, name);
	if (pem == NULL) {
		if (*file != '\0' || row->text[COLUMN_NOT_AFTER][0] == '\0')
			import_tell(import, row->line, import_heading(*file != '\0' ? COLUMN_CERTIFICATE : COLUMN_COMMON_NAME),
			    "no certificate '%s' is in the folder", *file != '\0' ? file : name);
		return;
	}
	if (*name != '\0' && strcasecmp(name, pem->seen.subject.common_name) != 0)
		import_tell(import, row->line, import_heading(COLUMN_COMMON_NAME), "'%s', but %s is for %s", name, pem->file,
		    pem->seen.subject.common_name);
	fill(row, COLUMN_COMMON_NAME, pem->seen.subject.common_name);
	fill(row, COLUMN_ORGANIZATION, pem->seen.subject.organization);
	fill(row, COLUMN_ORGANIZATIONAL_UNIT, pem->seen.subject.organizational_unit);
	fill(row, COLUMN_LOCALITY, pem->seen.subject.locality);
	fill(row, COLUMN_STATE_OR_PROVINCE, pem->seen.subject.state_or_province);
	fill(row, COLUMN_COUNTRY, pem->seen.subject.country);
	fill(row, COLUMN_SERIAL, pem->seen.subject.serial);
	fill(row, COLUMN_SAN, pem->names);
	fill(row, COLUMN_NOT_BEFORE, pem->not_before);
	fill(row, COLUMN_NOT_AFTER, pem->not_after);
}

/*
 * mailbox_maildir.c - a Maildir, or a plain folder of .eml files
 *
 * For trying and testing, and for servers that deliver into files. Who can write there must not be able to make us read elsewhere, so links are
 * never followed: folders and files are opened from their folder's descriptor.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/buf.h"
#include "../base/log.h"
#include "../base/text.h"
#include "mailbox_inner.h"

enum { HEADER_MAX = 256 * 1024 };

struct maildir_file {
	char *name;	    /* owned */
	const char *folder; /* "new", "cur", or "." */
	int64_t at, at_ns;  /* its time */
};

struct maildir {
	int folder; /* descriptor */
	bool is_maildir;
	bool is_listed;
	struct maildir_file *file; /* owned; oldest first */
	size_t count, room, at;
};

static const char *const maildir_folders[] = {"new", "cur"}, *const plain_folders[] = {"."};

/* The bytes of a file name that stay when its flags change. */
static size_t
key_length(const struct maildir *m, const char *name)
{
	return m->is_maildir ? strcspn(name, ":") : strlen(name);
}

static bool
is_mail_name(const struct maildir *m, const char *name)
{
	size_t n = strlen(name);

	if (name[0] == '.')
		return false;
	if (mailbox_has_controls(name) || !text_is_utf8(span_of(name))) {
		log_warning("a file is passed over: its name has characters that cannot be stored");
		return false;
	}
	return m->is_maildir || (n > 4 && strcasecmp(name + n - 4, ".eml") == 0);
}

/* Opens a folder below another, not through a link. */
static DIR *
open_folder(int parent, const char *name)
{
	int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = folder >= 0 ? fdopendir(folder) : NULL;

	if (dir == NULL && folder >= 0)
		close(folder);
	return dir;
}

enum fault
mailbox_maildir_open(struct mailbox *mailbox, const struct config_source *source, struct why *why)
{
	struct maildir *m = calloc(1, sizeof *m);
	struct stat is_new, is_cur;

	if (m != NULL)
		m->folder = -1;
	mailbox->maildir = m;
	mailbox->name = strdup(source->path);
	if (m == NULL || mailbox->name == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a mailbox");
	m->folder = open(source->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->folder < 0)
		return why_set(why, FAULT_SETUP, "%s: %s", source->path, strerror(errno));
	m->is_maildir = fstatat(m->folder, "new", &is_new, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(is_new.st_mode) &&
	    fstatat(m->folder, "cur", &is_cur, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(is_cur.st_mode);
	return FAULT_NONE;
}

static void
forget_files(struct maildir *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->file[i].name);
	free(m->file);
	m->file = NULL;
	m->count = m->room = m->at = 0;
}

void
mailbox_maildir_close(struct maildir *m)
{
	if (m == NULL)
		return;
	forget_files(m);
	if (m->folder >= 0)
		close(m->folder);
	free(m);
}

/* ---- listing ---- */

static int
by_time(const void *a, const void *b)
{
	const struct maildir_file *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	return strcmp(x->name, y->name);
}

static bool
add_file(struct maildir *m, const char *folder, const char *name, const struct stat *st)
{
	if (m->count == m->room) {
		size_t room = m->room != 0 ? 2 * m->room : 64;
		struct maildir_file *grown = realloc(m->file, room * sizeof *grown);

		if (grown == NULL)
			return false;
		m->file = grown;
		m->room = room;
	}
	m->file[m->count] = (struct maildir_file){.name = strdup(name), .folder = folder, .at = st->st_mtim.tv_sec, .at_ns = st->st_mtim.tv_nsec};
	return m->file[m->count++].name != NULL;
}

static enum fault
list_folder(struct mailbox *mailbox, const char *folder, struct why *why)
{
	struct maildir *m = mailbox->maildir;
	DIR *dir = open_folder(m->folder, folder);
	enum fault fault = FAULT_NONE;
	struct dirent *entry;

	if (dir == NULL)
		return why_set(why, FAULT_SETUP, "%s/%s: %s", mailbox->name, folder, strerror(errno));
	while (fault == FAULT_NONE && (entry = readdir(dir)) != NULL) {
		struct stat st;

		if (!is_mail_name(m, entry->d_name) || fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		if (!add_file(m, folder, entry->d_name, &st))
			fault = why_set(why, FAULT_STOP, "out of memory for a list of files");
	}
	closedir(dir);
	return fault;
}

static enum fault
list_files(struct mailbox *mailbox, struct why *why)
{
	struct maildir *m = mailbox->maildir;
	const char *const *folder = m->is_maildir ? maildir_folders : plain_folders;
	enum fault fault = FAULT_NONE;

	forget_files(m);
	for (int i = 0; fault == FAULT_NONE && i < (m->is_maildir ? 2 : 1); i++)
		fault = list_folder(mailbox, folder[i], why);
	if (fault == FAULT_NONE && m->count > 0)
		qsort(m->file, m->count, sizeof *m->file, by_time);
	m->is_listed = fault == FAULT_NONE;
	return fault;
}

/* ---- reading ---- */

/* At most max bytes of a regular file. False when it is not there (any more) or not readable. */
static bool
read_file(int folder, const char *name, size_t max, struct buf *out, struct stat *st)
{
	int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool good = file >= 0 && fstat(file, st) == 0 && S_ISREG(st->st_mode);
	char piece[65536];

	while (good && out->n < max) {
		size_t want = max - out->n < sizeof piece ? max - out->n : sizeof piece;
		ssize_t n = read(file, piece, want);

		if (n > 0)
			buf_add(out, piece, (size_t)n);
		good = (n >= 0 || errno == EINTR) && !out->failed;
		if (n == 0)
			break;
	}
	if (file >= 0)
		close(file);
	return good;
}

static enum fault
take_file(struct mailbox *mailbox, const struct maildir_file *file, struct mailbox_batch *out, struct why *why)
{
	struct maildir *m = mailbox->maildir;
	struct buf bytes = BUF_MAX(mailbox->mail_max);
	struct mailbox_mail *mail;
	enum fault fault = FAULT_NONE;
	struct stat st;
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", file->folder, file->name);
	if (!read_file(m->folder, path, mailbox->mail_max, &bytes, &st)) {
		if (bytes.failed)
			fault = why_set(why, FAULT_STOP, "out of memory for mails");
		else if (errno != ENOENT) /* somebody else's program may have moved it */
			log_warning("%s/%s: %s", mailbox->name, path, strerror(errno));
	} else if ((mail = mailbox_batch_add(out)) == NULL) {
		fault = why_set(why, FAULT_STOP, "out of memory for mails");
	} else {
		mail->n = bytes.n;
		mail->bytes = buf_take(&bytes);
		mail->key = strndup(file->name, key_length(m, file->name));
		mail->size = st.st_size > (int64_t)mail->n ? st.st_size : (int64_t)mail->n;
		mail->arrived_at = st.st_mtim.tv_sec;
		if (mail->bytes == NULL || mail->key == NULL) {
			free(mail->bytes);
			free(mail->key);
			out->count--;
			fault = why_set(why, FAULT_STOP, "out of memory for mails");
		}
	}
	buf_release(&bytes);
	return fault;
}

enum fault
mailbox_maildir_next(struct mailbox *mailbox, size_t max, struct mailbox_batch *out, struct why *why)
{
	struct maildir *m = mailbox->maildir;
	enum fault fault = m->is_listed ? FAULT_NONE : list_files(mailbox, why);
	size_t bytes = 0;

	while (fault == FAULT_NONE && m->at < m->count && out->count < max && bytes < MAILBOX_BATCH_BYTES) {
		const struct maildir_file *file = &m->file[m->at++];

		if (mailbox->since_at != 0 && file->at < mailbox->since_at)
			continue;
		fault = take_file(mailbox, file, out, why);
		if (out->count > 0)
			bytes += out->mail[out->count - 1].n;
	}
	return fault;
}

/* ---- moving ---- */

/* Opens the folder that holds other mails, NAME or .NAME; creates it if wanted. -1: no. */
static int
open_other(const struct maildir *m, const char *folder, bool create)
{
	char name[NAME_MAX + 1];
	int other, n = snprintf(name, sizeof name, "%s%s", m->is_maildir ? "." : "", folder);

	for (char *p = name; m->is_maildir && *p != '\0'; p++)
		if (*p == '/') /* levels in Maildir++ */
			*p = '.';
	if (n < 0 || (size_t)n >= sizeof name || folder[0] == '.' || strchr(name, '/') != NULL) {
		errno = EINVAL;
		return -1;
	}
	if (create && mkdirat(m->folder, name, 0700) != 0 && errno != EEXIST)
		return -1;
	other = openat(m->folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	for (int i = 0; create && m->is_maildir && other >= 0 && i < 3; i++)
		if (mkdirat(other, i < 2 ? maildir_folders[i] : "tmp", 0700) != 0 && errno != EEXIST) {
			close(other);
			return -1;
		}
	return other;
}

/* Renames without replacing: in a folder of .eml files two mails may have one name. */
static bool
move_file(int from, int to, const char *folder, const char *name, bool is_maildir)
{
	char source[PATH_MAX], target[PATH_MAX];

	snprintf(source, sizeof source, "%s/%s", folder, name);
	for (int copy = 1; copy < 1000; copy++) {
		if (copy == 1)
			snprintf(target, sizeof target, "%s", source);
		else if (is_maildir)
			snprintf(target, sizeof target, "%s/%d.%s", folder, copy, name);
		else
			snprintf(target, sizeof target, "%s/%.*s~%d.eml", folder, (int)strlen(name) - 4, name, copy);
		if (renameat2(from, source, to, target, RENAME_NOREPLACE) == 0 || errno == ENOENT)
			return true; /* a file that is gone is not a fault */
		if (errno != EEXIST)
			return false;
	}
	return false;
}

static bool
is_wanted(const struct maildir *m, const char *name, const char *const *key, size_t count)
{
	size_t n = key_length(m, name);

	for (size_t i = 0; i < count; i++)
		if (strlen(key[i]) == n && strncmp(key[i], name, n) == 0)
			return true;
	return false;
}

/* Moves from one open folder into another, made if absent. */
static enum fault
move_files(struct mailbox *mailbox, int source, const char *const *key, size_t count, const char *folder, struct why *why)
{
	struct maildir *m = mailbox->maildir;
	const char *const *from = m->is_maildir ? maildir_folders : plain_folders;
	int other = open_other(m, folder, true);
	enum fault fault = FAULT_NONE;

	if (other < 0)
		return why_set(why, FAULT_SETUP, "%s: the folder %s cannot be made: %s", mailbox->name, folder, strerror(errno));
	for (int i = 0; fault == FAULT_NONE && i < (m->is_maildir ? 2 : 1); i++) {
		DIR *dir = open_folder(source, from[i]);
		struct dirent *entry;

		if (dir == NULL)
			fault = why_set(why, FAULT_SETUP, "%s/%s: %s", mailbox->name, from[i], strerror(errno));
		while (fault == FAULT_NONE && (entry = readdir(dir)) != NULL)
			if (entry->d_name[0] != '.' && is_wanted(m, entry->d_name, key, count) &&
			    !move_file(source, other, from[i], entry->d_name, m->is_maildir))
				fault = why_set(why, FAULT_SETUP, "%s/%s: %s", mailbox->name, entry->d_name, strerror(errno));
		if (dir != NULL)
			closedir(dir);
	}
	close(other);
	return fault;
}

enum fault
mailbox_maildir_move(struct mailbox *mailbox, const char *const *key, size_t count, const char *folder, struct why *why)
{
	return move_files(mailbox, mailbox->maildir->folder, key, count, folder, why);
}

/* A file keeps its name when it is moved, so the key is enough. */
enum fault
mailbox_maildir_move_on(struct mailbox *mailbox, const struct mailbox_moved *moved, struct why *why)
{
	int source = open_other(mailbox->maildir, moved->from, false);
	enum fault fault;

	if (source < 0)
		return FAULT_NONE; /* somebody has removed the folder */
	fault = move_files(mailbox, source, &moved->key, 1, moved->to, why);
	close(source);
	return fault;
}

/* ---- looking for a letter ---- */

/* Whether the head of a mail has this Message-ID, folded or not. */
static bool
head_has(struct span head, const char *message_id)
{
	struct span line, name = span_of("message-id:");
	bool is_in = false;

	while (span_next_line(&head, &line) && line.n > 0) {
		if (line.p[0] != ' ' && line.p[0] != '\t')
			is_in = line.n >= name.n && strncasecmp(line.p, name.p, name.n) == 0;
		if (is_in && memmem(line.p, line.n, message_id, strlen(message_id)) != NULL)
			return true;
	}
	return false;
}

enum fault
mailbox_maildir_has(struct mailbox *mailbox, const char *folder, const char *message_id, bool *has, struct why *why)
{
	struct maildir *m = mailbox->maildir;
	const char *const *from = m->is_maildir ? maildir_folders : plain_folders;
	int other = open_other(m, folder, false);

	if (other < 0)
		return why_set(why, FAULT_ITEM, "%s: the folder %s: %s", mailbox->name, folder, strerror(errno));
	for (int i = 0; !*has && i < (m->is_maildir ? 2 : 1); i++) {
		DIR *dir = open_folder(other, from[i]);
		struct dirent *entry;

		while (dir != NULL && !*has && (entry = readdir(dir)) != NULL) {
			struct buf head = BUF_MAX(HEADER_MAX);
			struct stat st;

			if (is_mail_name(m, entry->d_name) && read_file(dirfd(dir), entry->d_name, HEADER_MAX, &head, &st))
				*has = head_has(buf_span(&head), message_id);
			buf_release(&head);
		}
		if (dir != NULL)
			closedir(dir);
	}
	close(other);
	return FAULT_NONE;
}

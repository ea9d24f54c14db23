/* file.c - files are opened without waiting, so that a pipe or a device that lies where a file should be cannot stop a run. */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The fault for errno: what no other file would do better with is for the whole run. */
static enum fault
fault_of_errno(int error)
{
	switch (error) {
	case ENOMEM:
	case ENOSPC:
	case EDQUOT:
	case EMFILE:
	case ENFILE:
	case EROFS:
		return FAULT_STOP;
	default:
		return FAULT_ITEM;
	}
}

static enum fault
refuse(struct why *why, const char *what, const char *path)
{
	int error = errno;

	return why_set(why, fault_of_errno(error), "%s cannot be %s: %s", path, what, strerror(error));
}

/* Adds what fd gives. On a fault nothing is added. */
static enum fault
read_all(struct buf *out, int fd, const char *path, struct why *why)
{
	enum fault fault = FAULT_NONE;
	size_t before = out->n;
	char chunk[16384];
	ssize_t got;

	do {
		got = read(fd, chunk, sizeof chunk);
		if (got > 0)
			buf_add(out, chunk, (size_t)got);
	} while (!out->failed && (got > 0 || (got < 0 && errno == EINTR)));
	if (out->failed)
		fault = buf_fault(out, why, path);
	else if (got < 0)
		fault = refuse(why, "read", path);
	explicit_bzero(chunk, sizeof chunk); /* it may have been a secret */
	if (fault != FAULT_NONE && out->p != NULL) {
		explicit_bzero(out->p + before, out->n - before);
		out->n = before;
	}
	return fault;
}

static enum fault
read_file(struct buf *out, const char *path, bool is_secret, struct why *why)
{
	enum fault fault;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return refuse(why, "read", path);
	if (fstat(fd, &st) != 0)
		fault = refuse(why, "read", path);
	else if (!S_ISREG(st.st_mode))
		fault = why_set(why, FAULT_ITEM, "%s is not a file", path);
	else if (is_secret && (st.st_mode & 077) != 0)
		fault = why_set(why, FAULT_SETUP, "%s is open to others (mode %04o): it holds a secret, give it mode 0600", path,
		    (unsigned)st.st_mode & 07777);
	else
		fault = read_all(out, fd, path, why);
	close(fd);
	return fault;
}

enum fault
file_read(struct buf *out, const char *path, struct why *why)
{
	return read_file(out, path, false, why);
}

enum fault
file_read_secret(struct buf *out, const char *path, struct why *why)
{
	return read_file(out, path, true, why);
}

/* A new name is safe only when its folder has reached the disk too. */
static bool
sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	bool is_done = false;
	int fd, error;

	if (folder == NULL)
		return false;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		is_done = fsync(fd) == 0;
		error = errno;
		close(fd);
		errno = error;
	}
	free(folder);
	return is_done;
}

static bool
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno != EINTR)
			return false;
		if (put > 0) {
			p += put;
			n -= (size_t)put;
		}
	}
	return fsync(fd) == 0;
}

enum fault
file_create(const char *path, mode_t mode, const void *bytes, size_t n, struct why *why)
{
	enum fault fault = FAULT_NONE;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0)
		return refuse(why, "created", path);
	if (!write_all(fd, bytes, n))
		fault = refuse(why, "written", path);
	if (close(fd) != 0 && fault == FAULT_NONE)
		fault = refuse(why, "written", path);
	if (fault == FAULT_NONE && !sync_folder_of(path))
		fault = refuse(why, "written", path);
	if (fault != FAULT_NONE)
		unlink(path); /* half a file would stand in the way of the next try */
	return fault;
}

bool
file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

char *
file_path(const char *dir, const char *name)
{
	struct buf path = BUF_MAX((size_t)1 << 20);

	if (name[0] != '/' && dir[0] != '\0') {
		buf_add_text(&path, dir);
		if (dir[strlen(dir) - 1] != '/')
			buf_add_char(&path, '/');
	}
	buf_add_text(&path, name);
	return buf_take(&path);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
list_add(struct file_list *list, const char *name)
{
	char **more = reallocarray(list->name, list->count + 1, sizeof *more);

	if (more == NULL)
		return false;
	list->name = more;
	more[list->count] = strdup(name);
	if (more[list->count] == NULL)
		return false;
	list->count++;
	return true;
}

static bool
ends_in(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n >= m && strcmp(name + n - m, suffix) == 0;
}

enum fault
file_list_dir(struct file_list *out, const char *dir, const char *suffix, struct why *why)
{
	enum fault fault = FAULT_NONE;
	struct file_list made = {0};
	struct dirent *entry;
	DIR *folder = opendir(dir);

	if (folder == NULL)
		return refuse(why, "read", dir);
	for (;;) {
		errno = 0;
		entry = readdir(folder);
		if (entry == NULL)
			break;
		if (entry->d_name[0] == '.' || !ends_in(entry->d_name, suffix))
			continue;
		if (!list_add(&made, entry->d_name)) {
			errno = ENOMEM;
			break;
		}
	}
	if (errno != 0)
		fault = refuse(why, "read", dir);
	closedir(folder);
	if (fault == FAULT_NONE) {
		if (made.count > 1)
			qsort(made.name, made.count, sizeof *made.name, compare_names);
		*out = made;
		made = (struct file_list){0};
	}
	file_list_release(&made);
	return fault;
}

void
file_list_release(struct file_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->name[i]);
	free(list->name);
	*list = (struct file_list){0};
}

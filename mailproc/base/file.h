/*
 * file.h - whole files, and folders of files
 *
 * Faults: FAULT_ITEM where the file is missing, unreadable or too large (the caller knows whether that
 * is the operator's or a customer's matter), FAULT_STOP when memory or disk is short. What is not a regular file (a folder, a pipe, a
 * device) is refused at once: nothing here waits. On a fault nothing is added to out, and no file is left behind.
 */
#ifndef MAILPROC_FILE_H
#define MAILPROC_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "buf.h"
#include "fault.h"

/* Adds the whole file to out, whose max is the limit. "-" is not special. */
MUST_USE enum fault file_read(struct buf *out, const char *path, struct why *why);

/* Refuses (FAULT_SETUP) a file that group or others may read, then reads it: for keys and passwords. */
MUST_USE enum fault file_read_secret(struct buf *out, const char *path, struct why *why);

/* Creates path (must not exist) with this mode, writes, fsyncs it and its folder. */
MUST_USE enum fault file_create(const char *path, mode_t mode, const void *bytes, size_t n, struct why *why);

bool file_exists(const char *path);

/* "DIR/NAME", or NAME itself where it is absolute. The caller frees it; NULL when memory is short. */
char *file_path(const char *dir, const char *name);

/* Names in dir that end in suffix ("" for all), without dot files, sorted by byte value. */
struct file_list {
	char **name; /* owned */
	size_t count;
};
MUST_USE enum fault file_list_dir(struct file_list *out, const char *dir, const char *suffix, struct why *why);
void file_list_release(struct file_list *list);

#endif

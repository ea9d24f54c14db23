/*
 * command_trial.c - copies a database that others may be using
 *
 * The write lock is held while database and log are copied, so that neither changes. The copying is done by a child, because closing any
 * descriptor of the database in this process would drop the locks that SQLite holds through fcntl(2).
 */
#include "command_trial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../store/store.h"
#include "../pipeline.h"

static const char *const companions[] = {"", "-wal"};	       /* what is copied */
static const char *const leavings[] = {"", "-wal", "-shm", ".lock"}; /* what is removed */

/* In the child. A file that is not there is fine: the log is absent after a clean end. */
static bool
copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	char bytes[65536];
	ssize_t n;

	if (in < 0)
		return errno == ENOENT;
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0)
		return false;
	while ((n = read(in, bytes, sizeof bytes)) > 0)
		for (ssize_t done = 0, w; done < n; done += w)
			if ((w = write(out, bytes + done, (size_t)(n - done))) < 0)
				return false;
	return n == 0 && close(out) == 0;
}

static void
copy_in_child(const char *from, const char *to)
{
	char source[4096], target[4096];

	for (size_t i = 0; i < sizeof companions / sizeof companions[0]; i++) {
		if (snprintf(source, sizeof source, "%s%s", from, companions[i]) >= (int)sizeof source ||
		    snprintf(target, sizeof target, "%s%s", to, companions[i]) >= (int)sizeof target || !copy_file(source, target))
			_exit(errno != 0 ? errno & 0xFF : EIO);
	}
	_exit(0);
}

static enum fault
copy_store(const char *from, const char *to, struct why *why)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		copy_in_child(from, to);
	if (child < 0)
		return why_set(why, FAULT_STOP, "fork: %s", strerror(errno));
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return why_set(why, FAULT_STOP, "waitpid: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return why_set(why, FAULT_STOP, "%s cannot be copied to %s: %s", from, to, WIFEXITED(status) ? strerror(WEXITSTATUS(status)) : "killed");
	return FAULT_NONE;
}

static void
remove_copy(const char *path)
{
	char name[4096];

	for (size_t i = 0; i < sizeof leavings / sizeof leavings[0]; i++)
		if (snprintf(name, sizeof name, "%s%s", path, leavings[i]) < (int)sizeof name)
			unlink(name);
}

enum fault
trial_begin(struct trial *trial, struct command_open *open, struct why *why)
{
	struct config *config = open->config;
	int64_t now = open->business.now;
	char *path = NULL;
	enum fault fault = pipeline_lock(config, &trial->lock, why);

	if (fault != FAULT_NONE)
		return fault;
	if (asprintf(&trial->path, "%s.dry-run", config->store) < 0 || (path = strdup(trial->path)) == NULL) {
		trial->path = NULL;
		return why_set(why, FAULT_STOP, "out of memory");
	}
	remove_copy(trial->path); /* of one that was killed */
	fault = store_begin(open->store, why);
	if (fault == FAULT_NONE)
		fault = copy_store(config->store, trial->path, why);
	store_rollback(open->store);
	if (fault != FAULT_NONE)
		goto out;
	business_close(&open->business);
	store_close(open->store);
	open->store = NULL;
	free(config->store);
	config->store = path;
	path = NULL;
	config->billing_command[0] = '\0'; /* nobody is told; letters go out as if the program had taken every order */
	fault = store_open(&open->store, config->store, STORE_WRITE, why);
	if (fault == FAULT_NONE)
		fault = business_open(&open->business, open->store, config, open->key, now, why);
out:
	free(path);
	return fault;
}

void
trial_end(struct trial *trial)
{
	if (trial->path != NULL)
		remove_copy(trial->path);
	free(trial->path);
	if (trial->lock >= 0)
		close(trial->lock);
	*trial = (struct trial){.lock = -1};
}

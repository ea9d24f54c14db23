/*
 * secret.c - what a command prints or a file holds, and the signing key
 *
 * The hard case is the command: it may hang, print without end, or leave a child behind that keeps the pipe open
 * (gpg-agent does). It runs in a process group of its own and is ended as a whole.
 */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/span.h"
#include "config.h"
#include "digest.h"

enum {
	SECRET_MAX = 64 * 1024, /* tokens of OAuth 2 have a few kilobytes */
	COMMAND_MS = 30 * 1000,
	COMMAND_LOOK_MS = 50 /* how often at least it is looked whether the command has ended */
};

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
wipe(struct buf *b)
{
	if (b->p != NULL)
		OPENSSL_cleanse(b->p, b->room);
	buf_release(b);
}

/* The first line of what command or file gave. */
static enum fault
take_first_line(struct secret *out, const struct buf *from, const char *what, struct why *why)
{
	struct span rest = buf_span(from), line = {0};

	if (!span_next_line(&rest, &line) || line.n == 0)
		return why_set(why, FAULT_SETUP, "%s gave no password", what);
	if (memchr(line.p, '\0', line.n) != NULL)
		return why_set(why, FAULT_SETUP, "%s gave a password with a NUL in it", what);
	out->p = malloc(line.n + 1);
	if (out->p == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a password");
	memcpy(out->p, line.p, line.n);
	out->p[line.n] = '\0';
	out->n = line.n;
	return FAULT_NONE;
}

/* In the child: no input, output into the pipe, a group of its own. Does not return. */
static void
become_command(const char *command, int to)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(to, STDOUT_FILENO) < 0)
		_exit(126);
	if (null > STDERR_FILENO)
		close(null);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* What can be read now. False at the end of the output. */
static bool
read_some(struct buf *out, int from)
{
	char piece[4096];
	ssize_t n;

	do
		n = read(from, piece, sizeof piece);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		buf_add(out, piece, (size_t)n);
	OPENSSL_cleanse(piece, sizeof piece);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

/* Reads until the command has ended. False when its time is over. */
static bool
wait_for_command(struct buf *out, int from, pid_t child, int *status)
{
	int64_t end = monotonic_ms() + COMMAND_MS;
	bool open = true;

	for (int look = 1; monotonic_ms() < end; look = look < COMMAND_LOOK_MS / 2 ? 2 * look : COMMAND_LOOK_MS) {
		struct pollfd p = {.fd = open ? from : -1, .events = POLLIN};
		pid_t ended;

		if (poll(&p, 1, look) > 0)
			open = read_some(out, from);
		ended = waitpid(child, status, WNOHANG);
		if (ended == child || (ended < 0 && errno == ECHILD)) {
			for (p.revents = 0; open && poll(&p, 1, 0) > 0 && !out->failed;)
				open = read_some(out, from);
			return ended == child;
		}
	}
	return false;
}

static enum fault
run_command(struct buf *out, const char *command, struct why *why)
{
	enum fault fault = FAULT_NONE;
	int pipe_end[2] = {-1, -1}, status = 0;
	pid_t child = -1;

	if (pipe2(pipe_end, O_CLOEXEC) != 0 || fcntl(pipe_end[0], F_SETFL, O_NONBLOCK) != 0) {
		fault = why_set(why, FAULT_STOP, "pipe for the password command: %s", strerror(errno));
		goto out;
	}
	child = fork();
	if (child < 0) {
		fault = why_set(why, FAULT_STOP, "process for the password command: %s", strerror(errno));
		goto out;
	}
	if (child == 0)
		become_command(command, pipe_end[1]);
	setpgid(child, child); /* also here: the child may not have come to it yet */
	close(pipe_end[1]);
	pipe_end[1] = -1;
	if (!wait_for_command(out, pipe_end[0], child, &status)) {
		kill(-child, SIGKILL);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			continue;
		fault = why_set(why, FAULT_SETUP, "password_command did not end within %d seconds", COMMAND_MS / 1000);
	} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fault = why_set(why, FAULT_SETUP, "password_command failed with %s %d",
		    WIFEXITED(status) ? "exit status" : "signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	}
out:
	if (pipe_end[0] >= 0)
		close(pipe_end[0]);
	if (pipe_end[1] >= 0)
		close(pipe_end[1]);
	return fault;
}

enum fault
secret_of_server(struct secret *out, const struct config_server *server, struct why *why)
{
	struct buf from = BUF_MAX(SECRET_MAX);
	enum fault fault;

	if (server->auth == AUTH_NONE)
		return FAULT_NONE;
	if (server->password_command != NULL && server->password_command[0] != '\0') {
		fault = run_command(&from, server->password_command, why);
		if (fault == FAULT_NONE)
			fault = take_first_line(out, &from, "password_command", why);
	} else if (server->password_file != NULL && server->password_file[0] != '\0') {
		fault = file_read_secret(&from, server->password_file, why);
		if (fault == FAULT_NONE)
			fault = take_first_line(out, &from, server->password_file, why);
		if (fault == FAULT_ITEM) /* a file that is missing is the operator's matter */
			fault = FAULT_SETUP;
	} else {
		fault = why_set(why, FAULT_SETUP, "neither password_command nor password_file is set for %s@%s",
		    server->user, server->host);
	}
	wipe(&from);
	return fault;
}

void
secret_release(struct secret *secret)
{
	if (secret->p != NULL)
		OPENSSL_cleanse(secret->p, secret->n);
	free(secret->p);
	*secret = (struct secret){0};
}

enum fault
secret_create_key(const char *path, struct why *why)
{
	static const char digit[] = "0123456789abcdef";
	unsigned char key[SECRET_KEY_LEN];
	char text[2 * SECRET_KEY_LEN + 1];
	enum fault fault = digest_random(key, sizeof key, why);

	if (fault == FAULT_NONE) {
		for (size_t i = 0; i < sizeof key; i++) {
			text[2 * i] = digit[key[i] >> 4];
			text[2 * i + 1] = digit[key[i] & 15];
		}
		text[sizeof text - 1] = '\n';
		fault = file_create(path, 0600, text, sizeof text, why);
	}
	OPENSSL_cleanse(key, sizeof key);
	OPENSSL_cleanse(text, sizeof text);
	return fault;
}

static int
hexadecimal(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum fault
secret_read_key(unsigned char key[SECRET_KEY_LEN], const char *path, struct why *why)
{
	struct buf from = BUF_MAX(4096);
	enum fault fault = file_read_secret(&from, path, why);
	struct span text = span_trim(buf_span(&from));

	if (fault == FAULT_NONE && text.n != 2 * SECRET_KEY_LEN)
		fault = why_set(why, FAULT_SETUP, "%s is not a signing key: %zu characters instead of %d", path, text.n,
		    2 * SECRET_KEY_LEN);
	for (size_t i = 0; fault == FAULT_NONE && i < SECRET_KEY_LEN; i++) {
		int high = hexadecimal(text.p[2 * i]), low = hexadecimal(text.p[2 * i + 1]);

		if (high < 0 || low < 0)
			fault = why_set(why, FAULT_SETUP, "%s is not a signing key: not hexadecimal", path);
		else
			key[i] = (unsigned char)(high << 4 | low);
	}
	if (fault == FAULT_ITEM)
		fault = FAULT_SETUP;
	if (fault != FAULT_NONE)
		OPENSSL_cleanse(key, SECRET_KEY_LEN);
	wipe(&from);
	return fault;
}

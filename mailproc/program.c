/*
 * program.c - one command in a process group of its own
 *
 * The input is a file in memory and not a pipe: a command that does not read it cannot stop us, and one that reads slowly needs no care.
 */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 50 /* how often at least it is looked whether the command has ended */ };

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A descriptor that gives the input from its start. */
static enum fault
open_input(struct span input, int *out, struct why *why)
{
	int fd = input.n > 0 ? memfd_create("mailproc-input", MFD_CLOEXEC) : open("/dev/null", O_RDONLY | O_CLOEXEC);
	size_t done = 0;

	while (fd >= 0 && done < input.n) {
		ssize_t n = write(fd, input.p + done, input.n - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (fd < 0 || done < input.n || (input.n > 0 && lseek(fd, 0, SEEK_SET) != 0)) {
		(void)why_set(why, FAULT_STOP, "the input of a command: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return FAULT_STOP;
	}
	*out = fd;
	return FAULT_NONE;
}

/* In the child. Does not return. */
static void
become_command(const struct program *program, int from, int to)
{
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(from, STDIN_FILENO) < 0 || dup2(to, STDOUT_FILENO) < 0)
		_exit(126);
	if (program->keeps_errors && dup2(to, STDERR_FILENO) < 0)
		_exit(126);
	execl("/bin/sh", "sh", "-c", program->command, (char *)NULL);
	_exit(127);
}

/* What can be read now; secrets pass here. False at the end of the output. */
static bool
read_some(struct buf *out, int from)
{
	char piece[4096];
	ssize_t n;

	do
		n = read(from, piece, sizeof piece);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		buf_add(out, piece, (size_t)n < out->max - out->n ? (size_t)n : out->max - out->n);
	explicit_bzero(piece, sizeof piece);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

/* Reads until the command has ended. False when its time is over. */
static bool
wait_for_command(const struct program *program, struct buf *out, int from, pid_t child, int *status)
{
	int64_t until = monotonic_ms() + (int64_t)program->seconds * 1000;
	bool open = true;

	for (int look = 1; monotonic_ms() < until; look = look < LOOK_MS / 2 ? 2 * look : LOOK_MS) {
		struct pollfd p = {.fd = open ? from : -1, .events = POLLIN};
		pid_t ended;

		if (poll(&p, 1, look) > 0)
			open = read_some(out, from);
		ended = waitpid(child, status, WNOHANG);
		if (ended == child || (ended < 0 && errno == ECHILD)) {
			for (p.revents = 0; open && poll(&p, 1, 0) > 0 && out->n < out->max && !out->failed;)
				open = read_some(out, from);
			return ended == child;
		}
	}
	return false;
}

static void
end_group(pid_t child, int *status)
{
	kill(-child, SIGKILL);
	while (waitpid(child, status, 0) < 0 && errno == EINTR)
		continue;
}

enum fault
program_run(const struct program *program, struct buf *out, struct program_end *end, struct why *why)
{
	int pipe_end[2] = {-1, -1}, input = -1, status = 0;
	pid_t child = -1;
	enum fault fault = open_input(program->input, &input, why);

	if (fault != FAULT_NONE)
		goto out;
	if (pipe2(pipe_end, O_CLOEXEC) != 0 || fcntl(pipe_end[0], F_SETFL, O_NONBLOCK) != 0) {
		fault = why_set(why, FAULT_STOP, "the output of a command: %s", strerror(errno));
		goto out;
	}
	child = fork();
	if (child < 0) {
		fault = why_set(why, FAULT_STOP, "a process for a command: %s", strerror(errno));
		goto out;
	}
	if (child == 0)
		become_command(program, input, pipe_end[1]);
	setpgid(child, child); /* also here: the child may not have come to it yet */
	close(pipe_end[1]);
	pipe_end[1] = -1;
	*end = (struct program_end){.in_time = wait_for_command(program, out, pipe_end[0], child, &status), .status = -1};
	if (!end->in_time)
		end_group(child, &status);
	if (WIFEXITED(status))
		end->status = WEXITSTATUS(status);
	else if (WIFSIGNALED(status))
		end->signal = WTERMSIG(status);
out:
	if (input >= 0)
		close(input);
	if (pipe_end[0] >= 0)
		close(pipe_end[0]);
	if (pipe_end[1] >= 0)
		close(pipe_end[1]);
	return fault;
}

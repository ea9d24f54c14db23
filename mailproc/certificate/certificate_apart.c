/*
 * certificate_apart.c - foreign certificates are read in children
 *
 * A child has neither the store nor any other descriptor but its pipe, says what it saw as one JSON object, and is ended when its time is over.
 */
#include "certificate_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/buf.h"
#include "../stream_inner.h"

enum { REPORT_MAX = 4 << 20, AT_A_TIME_MAX = 64 };

struct child {
	pid_t pid; /* 0: this place is free */
	int fd;
	struct certificate_job *job;
	struct buf report;
	int64_t until; /* monotonic ms */
};

/* ---- the child's side ---- */

static enum fault
work(struct certificate_job *job, int seconds, int64_t now)
{
	if (job->host == NULL)
		return certificate_read(&job->seen, job->bytes, now, &job->why);
	return certificate_fetch(&job->seen, job->host, job->port, job->connect_to, seconds, now, &job->why);
}

static void
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		p += done;
		n -= (size_t)done;
	}
}

static void
run_child(struct certificate_job *job, int fd, int seconds, int64_t now)
{
	enum fault fault;
	json_t *report;
	char *text;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	alarm((unsigned)seconds + 2);
	dup2(fd, STDERR_FILENO + 1);
	closefrom(STDERR_FILENO + 2);
	fd = STDERR_FILENO + 1;
	fault = work(job, seconds, now);
	report = json_pack("{s:i, s:s, s:o?}", "fault", (int)fault, "why", job->why.text, "seen",
	    fault == FAULT_NONE ? certificate_seen_json(&job->seen) : NULL);
	text = report != NULL ? json_dumps(report, JSON_COMPACT) : NULL;
	if (text != NULL)
		write_all(fd, text, strlen(text));
	_exit(0); /* the store, buffers of stdio and everything else are the parent's */
}

/* ---- the parent's side ---- */

static enum fault
start(struct child *child, struct certificate_job *job, int seconds, int64_t now, struct why *why)
{
	int end[2];
	pid_t pid;

	if (pipe2(end, O_CLOEXEC) != 0)
		return why_set(why, FAULT_STOP, "no pipe for a look: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		run_child(job, end[1], seconds, now);
	close(end[1]);
	if (pid < 0) {
		close(end[0]);
		return why_set(why, FAULT_STOP, "no process for a look: %s", strerror(errno));
	}
	*child = (struct child){.pid = pid, .fd = end[0], .job = job, .report = BUF_MAX(REPORT_MAX)};
	child->until = stream_clock_ms() + (int64_t)seconds * 1000 + 500; /* its own deadline comes first, and has better words */
	return FAULT_NONE;
}

static enum fault
take_report(struct certificate_job *job, const struct buf *report)
{
	json_t *json = report->n > 0 ? json_loadb(report->p, report->n, 0, NULL) : NULL;
	const char *text = json_string_value(json_object_get(json, "why"));
	enum fault fault = FAULT_ITEM;

	if (json == NULL || text == NULL)
		why_set(&job->why, fault, "the process that read it died");
	else if (json_integer_value(json_object_get(json, "fault")) != FAULT_NONE)
		fault = why_set(&job->why, (enum fault)json_integer_value(json_object_get(json, "fault")), "%s", text);
	else
		fault = certificate_seen_parse(&job->seen, json_object_get(json, "seen"), &job->why);
	json_decref(json);
	return fault;
}

static void
end(struct child *child, bool is_late)
{
	struct certificate_job *job = child->job;

	if (is_late)
		kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(child->fd);
	job->fault = is_late ? why_set(&job->why, FAULT_AWAY, "no answer in time") : take_report(job, &child->report);
	buf_release(&child->report);
	*child = (struct child){0};
}

/* Takes what the children have said so far; ends those that are done or late. */
static void
hear(struct child *child, size_t count)
{
	struct pollfd wait[AT_A_TIME_MAX];
	int64_t now = stream_clock_ms(), first = now + 1000;

	for (size_t i = 0; i < count; i++) {
		wait[i] = (struct pollfd){.fd = child[i].pid != 0 ? child[i].fd : -1, .events = POLLIN};
		if (child[i].pid != 0 && child[i].until < first)
			first = child[i].until;
	}
	if (poll(wait, count, first > now ? (int)(first - now) : 0) < 0)
		return; /* interrupted: asked again */
	now = stream_clock_ms();
	for (size_t i = 0; i < count; i++) {
		char bytes[8192];
		ssize_t n = 1;

		if (child[i].pid == 0)
			continue;
		if (wait[i].revents != 0) {
			n = read(child[i].fd, bytes, sizeof bytes);
			if (n > 0)
				buf_add(&child[i].report, bytes, (size_t)n);
		}
		if (n == 0 || (n < 0 && errno != EINTR))
			end(&child[i], false);
		else if (now >= child[i].until)
			end(&child[i], true);
	}
}

enum fault
certificate_look(struct certificate_job *job, size_t count, int at_a_time, int seconds, int64_t now, struct why *why)
{
	struct child child[AT_A_TIME_MAX] = {0};
	size_t places = at_a_time < 1 ? 1 : at_a_time > AT_A_TIME_MAX ? AT_A_TIME_MAX : (size_t)at_a_time;
	size_t begun = 0, running = 0;
	enum fault fault = FAULT_NONE;

	while (running > 0 || (begun < count && fault == FAULT_NONE)) {
		running = 0;
		for (size_t i = 0; i < places; i++) {
			while (begun < count && job[begun].fault != FAULT_NONE)
				begun++;
			if (child[i].pid == 0 && begun < count && fault == FAULT_NONE)
				fault = start(&child[i], &job[begun++], seconds, now, why);
			running += child[i].pid != 0;
		}
		if (running > 0)
			hear(child, places);
	}
	return fault;
}

void
certificate_jobs_release(struct certificate_job *job, size_t count)
{
	for (size_t i = 0; i < count; i++)
		certificate_seen_release(&job[i].seen);
}

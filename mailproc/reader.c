/*
 * reader.c - the parent's side: starting readers, speaking with them, and believing nothing they say without looking
 *
 * What a reader answers was computed from a stranger's bytes, so lengths are limited, JSON is parsed with limits and every value is checked
 * (message_from_json, intent_from_json).
 */
#include "reader_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct reader_zygote {
	pid_t pid;
	int socket;
	struct reader_limits limits;
};

struct reading {
	struct reader_zygote *zygote; /* borrowed */
	pid_t pid;
	int pipe;
};

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the zygote ---- */

/* In the child: keeps standard error and its socket, nothing else that the parent had open. */
static _Noreturn void
become_zygote(int socket, pid_t parent, const struct zygote_setting *setting)
{
	int kept = 3;

	if (socket != kept && dup2(socket, kept) != kept)
		_exit(2);
	close_range(4, ~0U, 0);
	for (int fd = 0; fd < 2; fd++) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (null >= 0 && null != fd) {
			dup2(null, fd);
			close(null);
		}
	}
	reader_zygote_run(kept, parent, setting);
}

static enum fault
fork_zygote(struct reader_zygote *zygote, const struct zygote_setting *setting, struct why *why)
{
	int ends[2];
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return why_set(why, FAULT_STOP, "no socket for the reader: %s", strerror(errno));
	zygote->pid = fork();
	if (zygote->pid == 0)
		become_zygote(ends[1], parent, setting);
	close(ends[1]);
	if (zygote->pid < 0) {
		close(ends[0]);
		return why_set(why, FAULT_STOP, "no process for the reader: %s", strerror(errno));
	}
	zygote->socket = ends[0];
	return FAULT_NONE;
}

enum fault
reader_start(struct reader_zygote **out, const char *rules_dir, const char *own_rules, const char *authserv_id,
    struct reader_limits limits, rule_problem *problem, void *data, struct why *why)
{
	struct reader_zygote *zygote = calloc(1, sizeof *zygote);
	struct rules *rules = NULL;
	enum fault fault;

	if (zygote == NULL)
		return why_set(why, FAULT_STOP, "out of memory for the reader");
	zygote->limits = limits;
	/* Loaded before the fork, so that problems can be told; this process does not keep them. */
	fault = rules_load(&rules, rules_dir, own_rules, problem, data, why);
	if (fault == FAULT_NONE)
		fault = message_prepare(why);
	if (fault == FAULT_NONE)
		fault = fork_zygote(zygote, &(struct zygote_setting){rules, authserv_id, limits}, why);
	rules_free(rules);
	if (fault != FAULT_NONE) {
		free(zygote);
		return fault;
	}
	*out = zygote;
	return FAULT_NONE;
}

void
reader_stop(struct reader_zygote *zygote)
{
	if (zygote == NULL)
		return;
	close(zygote->socket);
	kill(zygote->pid, SIGKILL); /* its readers die with it */
	while (waitpid(zygote->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(zygote);
}

/* Sends a request, with a descriptor (-1: none), and waits for the answer. */
static enum fault
ask_zygote(struct reader_zygote *zygote, struct zygote_request request, int descriptor, struct zygote_answer *answer,
    struct why *why)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec bytes = {&request, sizeof request};
	struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
	ssize_t done;

	if (descriptor >= 0) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof control.room;
		control.header = (struct cmsghdr){
		    .cmsg_len = CMSG_LEN(sizeof descriptor), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &descriptor, sizeof descriptor);
	}
	do
		done = sendmsg(zygote->socket, &message, MSG_NOSIGNAL);
	while (done < 0 && errno == EINTR);
	while (done == (ssize_t)sizeof request) {
		done = recv(zygote->socket, answer, sizeof *answer, 0);
		if (done == (ssize_t)sizeof *answer)
			return FAULT_NONE;
		if (done < 0 && errno == EINTR)
			done = (ssize_t)sizeof request;
		else
			break;
	}
	return why_set(why, FAULT_STOP, "the process that starts readers is gone");
}

/* ---- one reading ---- */

static enum fault
start_reading(struct reader_zygote *zygote, struct reading **out, struct why *why)
{
	struct reading *reading = calloc(1, sizeof *reading);
	struct zygote_answer answer = {0};
	enum fault fault;
	int ends[2];

	if (reading == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a reader");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		free(reading);
		return why_set(why, FAULT_STOP, "no socket for a reader: %s", strerror(errno));
	}
	fault = ask_zygote(zygote, (struct zygote_request){.order = ZYGOTE_START}, ends[1], &answer, why);
	close(ends[1]);
	if (fault == FAULT_NONE && answer.reader <= 0)
		fault = why_set(why, FAULT_LATER, "no process for a reader: %s", strerror(answer.error));
	if (fault != FAULT_NONE) {
		close(ends[0]);
		free(reading);
		return fault;
	}
	*reading = (struct reading){zygote, answer.reader, ends[0]};
	fcntl(reading->pipe, F_SETFL, O_NONBLOCK);
	*out = reading;
	return FAULT_NONE;
}

/* Ends the reader and frees the reading; *status is how it ended. */
static void
end_reading(struct reading *reading, bool at_once, int *status)
{
	struct zygote_answer answer = {0};
	struct why unused;

	close(reading->pipe);
	*status = 0;
	if (ask_zygote(reading->zygote, (struct zygote_request){ZYGOTE_END, reading->pid, at_once}, -1, &answer, &unused) ==
	    FAULT_NONE)
		*status = answer.status;
	free(reading);
}

void
reading_end(struct reading *reading)
{
	int status;

	if (reading != NULL)
		end_reading(reading, true, &status);
}

enum exchange { EXCHANGE_DONE, EXCHANGE_ENDED, EXCHANGE_LATE, EXCHANGE_TOO_LONG, EXCHANGE_SHORT };

/* Waits until the pipe can be read or written; false when the time is over. */
static bool
wait_for(const struct reading *reading, short events, int64_t until)
{
	struct pollfd fd = {reading->pipe, events, 0};

	for (;;) {
		int64_t left = until - milliseconds();
		int n = left > 0 ? poll(&fd, 1, left < 60000 ? (int)left : 60000) : 0;

		if (n > 0)
			return true;
		if (left <= 0 || (n < 0 && errno != EINTR))
			return false;
	}
}

static enum exchange
send_bytes(struct reading *reading, const void *bytes, size_t n, int64_t until)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t put = send(reading->pipe, p, n, MSG_NOSIGNAL);

		if (put < 0 && errno == EAGAIN) {
			if (!wait_for(reading, POLLOUT, until))
				return EXCHANGE_LATE;
		} else if (put < 0 && errno != EINTR) {
			return EXCHANGE_ENDED;
		} else if (put > 0) {
			p += put;
			n -= (size_t)put;
		}
	}
	return EXCHANGE_DONE;
}

static enum exchange
receive_bytes(struct reading *reading, void *bytes, size_t n, int64_t until)
{
	char *p = bytes;

	while (n > 0) {
		ssize_t got = recv(reading->pipe, p, n, 0);

		if (got < 0 && errno == EAGAIN) {
			if (!wait_for(reading, POLLIN, until))
				return EXCHANGE_LATE;
		} else if (got == 0 || (got < 0 && errno != EINTR)) {
			return EXCHANGE_ENDED;
		} else if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
	return EXCHANGE_DONE;
}

static int64_t
time_limit(const struct reading *reading)
{
	return milliseconds() + (int64_t)reading->zygote->limits.seconds * 2000;
}

static enum exchange
send_request(struct reading *reading, struct span request)
{
	int64_t until = time_limit(reading);
	uint32_t length = (uint32_t)request.n;
	enum exchange result = send_bytes(reading, &length, sizeof length, until);

	return result == EXCHANGE_DONE ? send_bytes(reading, request.p, request.n, until) : result;
}

/* The answer into *answer, which the caller frees. */
static enum exchange
receive_answer(struct reading *reading, char **answer, size_t *answer_len)
{
	int64_t until = time_limit(reading);
	uint32_t length;
	enum exchange result = receive_bytes(reading, &length, sizeof length, until);

	if (result != EXCHANGE_DONE)
		return result;
	if (length > READER_ANSWER_MAX)
		return EXCHANGE_TOO_LONG;
	*answer = malloc((size_t)length + 1);
	if (*answer == NULL)
		return EXCHANGE_SHORT;
	*answer_len = length;
	return receive_bytes(reading, *answer, length, until);
}

/* Why no answer came, from how the exchange and the reader ended. */
static enum fault
explain(enum exchange result, int status, const struct reader_limits *limits, struct why *why)
{
	switch (result) {
	case EXCHANGE_LATE:
		return why_set(why, FAULT_ITEM, "reading the mail took longer than %d seconds", limits->seconds * 2);
	case EXCHANGE_TOO_LONG:
		return why_set(why, FAULT_ITEM, "the reader's answer is larger than %d bytes", READER_ANSWER_MAX);
	case EXCHANGE_SHORT:
		return why_set(why, FAULT_STOP, "out of memory for a message");
	case EXCHANGE_DONE:
	case EXCHANGE_ENDED:
		break;
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return why_set(why, FAULT_ITEM, "reading the mail took more than %d seconds of processor time", limits->seconds);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return why_set(why, FAULT_ITEM, "the mail made its reader ask for what it may not do (signal %d)", SIGSYS);
	if (WIFSIGNALED(status))
		return why_set(why, FAULT_ITEM, "the mail crashed its reader (signal %d)", WTERMSIG(status));
	if (WIFEXITED(status) && WEXITSTATUS(status) == READER_EXIT_MEMORY)
		return why_set(why, FAULT_ITEM, "reading the mail took more than %d megabytes", limits->megabytes);
	if (WIFEXITED(status) && WEXITSTATUS(status) == READER_EXIT_SANDBOX)
		return why_set(why, FAULT_SETUP, "a reader could not enter its sandbox");
	return why_set(why, FAULT_ITEM, "the mail's reader ended without an answer (status %d)",
	    WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* The answer as an object, or the fault it tells. Memory that a reader lacked is the mail's doing, not ours. */
static enum fault
parse_answer(const char *answer, size_t n, const struct reader_limits *limits, json_t **out, struct why *why)
{
	json_error_t error;
	json_t *json = json_loadb(answer, n, JSON_REJECT_DUPLICATES, &error);
	const json_t *fault = json_object_get(json, "fault");
	const char *text = json_string_value(json_object_get(json, "why"));

	if (!json_is_integer(fault)) {
		json_decref(json);
		return why_set(why, FAULT_ITEM, "the reader's answer is malformed");
	}
	if (json_integer_value(fault) == FAULT_NONE) {
		*out = json;
		return FAULT_NONE;
	}
	if (json_integer_value(fault) == FAULT_STOP)
		why_set(why, FAULT_ITEM, "reading the mail took more than %d megabytes", limits->megabytes);
	else
		why_set(why, FAULT_ITEM, "%s", text != NULL && text[0] != '\0' ? text : "the mail cannot be read");
	json_decref(json);
	return FAULT_ITEM;
}

/* Ends a reading whose exchange failed, and says why. */
static enum fault
fail(struct reading *reading, enum exchange result, struct why *why)
{
	struct reader_limits limits = reading->zygote->limits;
	int status;

	end_reading(reading, result != EXCHANGE_ENDED, &status);
	return explain(result, status, &limits, why);
}

/* The answer to a request that was sent. On a fault the reading has ended and is freed. */
static enum fault
take_answer(struct reading *reading, json_t **out, struct why *why)
{
	char *answer = NULL;
	size_t n = 0;
	enum exchange result = receive_answer(reading, &answer, &n);
	enum fault fault;

	if (result == EXCHANGE_DONE) {
		fault = parse_answer(answer, n, &reading->zygote->limits, out, why);
		if (fault != FAULT_NONE)
			reading_end(reading);
	} else {
		fault = fail(reading, result, why);
	}
	free(answer);
	return fault;
}

enum fault
reader_begin(struct reader_zygote *zygote, struct span raw, struct reading **out, struct why *why)
{
	struct reading *reading = NULL;
	enum exchange result;
	enum fault fault;

	*out = NULL;
	if (raw.n > MESSAGE_MAX_BYTES)
		return why_set(why, FAULT_ITEM, "the mail is larger than %d bytes", MESSAGE_MAX_BYTES);
	fault = start_reading(zygote, &reading, why);
	if (fault != FAULT_NONE)
		return fault;
	result = send_request(reading, raw);
	if (result != EXCHANGE_DONE)
		return fail(reading, result, why);
	*out = reading;
	return FAULT_NONE;
}

enum fault
reader_take(struct reading *reading, struct message *message, struct why *why)
{
	json_t *json = NULL;
	enum fault fault = take_answer(reading, &json, why);

	if (fault != FAULT_NONE)
		return fault;
	fault = message_from_json(message, json_object_get(json, "message"), why);
	if (fault != FAULT_NONE)
		reading_end(reading);
	json_decref(json);
	return fault;
}

enum fault
reader_read(struct reader_zygote *zygote, struct span raw, struct reading **out, struct message *message, struct why *why)
{
	enum fault fault = reader_begin(zygote, raw, out, why);

	if (fault == FAULT_NONE)
		fault = reader_take(*out, message, why);
	if (fault != FAULT_NONE)
		*out = NULL;
	return fault;
}

enum fault
reader_decide(struct reading *reading, const struct asked *asked, struct intent *intent, json_t **json, struct why *why)
{
	json_t *question = asked_to_json(asked), *answer = NULL;
	char *text = question != NULL ? json_dumps(question, JSON_COMPACT) : NULL;
	enum fault fault;

	if (text == NULL || strlen(text) > READER_REQUEST_MAX) {
		reading_end(reading);
		fault = why_set(why, FAULT_STOP, "what was asked cannot be told to the reader");
	} else {
		enum exchange sent = send_request(reading, span_of(text));

		fault = sent == EXCHANGE_DONE ? take_answer(reading, &answer, why) : fail(reading, sent, why);
		if (fault == FAULT_NONE) {
			reading_end(reading);
			fault = intent_from_json(intent, json_object_get(answer, "intent"), why);
		}
	}
	if (fault == FAULT_NONE)
		*json = json_incref(json_object_get(answer, "intent"));
	free(text);
	json_decref(question);
	json_decref(answer);
	return fault;
}

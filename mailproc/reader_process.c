/*
 * reader_process.c - the zygote, and the readers that it forks
 *
 * The zygote holds rules and converters and nothing secret. A reader closes everything but its pipe, gives up what it could ask of the
 * kernel, and only then looks at the mail.
 */
#include "reader_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * The sanitizers need terabytes of address space and, to report what they found, files and standard error: under them a reader has
 * no limit on memory and no system call filter. Everything else is the same.
 */
#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

enum { PIPE = 0 }; /* where a reader keeps its pipe */

/* ---- the sandbox ---- */

/* The filter: what computing needs and nothing more. NULL: it cannot be made. */
static scmp_filter_ctx
make_filter(void)
{
	static const int allowed[] = {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(brk),
	    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(rt_sigreturn),
	    SCMP_SYS(restart_syscall), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime)};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed = filter == NULL;

	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0] && !failed; i++)
		failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	/* memory, but none that can be executed */
	if (!failed)
		failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) ||
		    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (failed && filter != NULL)
		seccomp_release(filter);
	return failed ? NULL : filter;
}

static bool
limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit both = {value, value};

	return setrlimit(resource, &both) == 0;
}

static bool
set_limits(const struct reader_limits *limits)
{
	rlim_t bytes = (rlim_t)limits->megabytes << 20;

	if (!IS_SANITIZED && !limit(RLIMIT_AS, bytes))
		return false;
	/* one second more for the hard limit: SIGXCPU, which has a name, comes before SIGKILL */
	struct rlimit processor = {(rlim_t)limits->seconds, (rlim_t)limits->seconds + 1};
	return setrlimit(RLIMIT_CPU, &processor) == 0 && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
	    (IS_SANITIZED || limit(RLIMIT_NOFILE, 1));
}

/* Closes the door: after this only computing is possible. False when it cannot be closed. */
static bool
enter_sandbox(int pipe, const struct reader_limits *limits, scmp_filter_ctx filter)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	if (dup2(pipe, PIPE) != PIPE)
		return false;
	if (close_range(IS_SANITIZED ? 3 : 1, ~0U, 0) != 0 || !set_limits(limits))
		return false;
	return IS_SANITIZED || seccomp_load(filter) == 0;
}

/* ---- one reader ---- */

static bool
read_all(void *to, size_t n)
{
	char *p = to;

	while (n > 0) {
		ssize_t got = read(PIPE, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

static bool
write_all(const void *from, size_t n)
{
	const char *p = from;

	while (n > 0) {
		ssize_t put = write(PIPE, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

/* The parent's next request: NULL at its end. */
static char *
read_request(size_t *n)
{
	uint32_t length;
	char *bytes;

	if (!read_all(&length, sizeof length) || length > READER_REQUEST_MAX)
		return NULL;
	bytes = malloc((size_t)length + 1);
	if (bytes == NULL)
		_exit(READER_EXIT_MEMORY);
	if (!read_all(bytes, length)) {
		free(bytes);
		return NULL;
	}
	bytes[length] = '\0';
	*n = length;
	return bytes;
}

/* {"fault":0,KEY:value}, or {"fault":N,"why":TEXT}. Owns value. */
static bool
write_answer(enum fault fault, const struct why *why, const char *key, json_t *value)
{
	json_t *answer;
	char *text = NULL;
	uint32_t length;
	bool done = false;

	if (fault == FAULT_NONE && value == NULL)
		fault = FAULT_STOP;
	answer = json_pack("{s:i, s:s}", "fault", (int)fault, "why", why->text);
	if (answer != NULL && fault == FAULT_NONE)
		(void)!json_object_set(answer, key, value);
	if (answer != NULL)
		text = json_dumps(answer, JSON_COMPACT);
	if (text == NULL)
		_exit(READER_EXIT_MEMORY);
	if (strlen(text) <= READER_ANSWER_MAX) {
		length = (uint32_t)strlen(text);
		done = write_all(&length, sizeof length) && write_all(text, length);
	}
	free(text);
	json_decref(answer);
	json_decref(value);
	return done;
}

static bool
answer_step_one(struct message *message, const char *authserv_id)
{
	struct why why = {0};
	size_t n = 0;
	char *raw = read_request(&n);
	enum fault fault;
	bool done;

	if (raw == NULL)
		return false;
	fault = message_parse(message, (struct span){raw, n}, authserv_id, &why);
	done = write_answer(fault, &why, "message", fault == FAULT_NONE ? message_to_json(message) : NULL);
	free(raw);
	return done && fault == FAULT_NONE;
}

static enum fault
decide(struct intent *intent, struct reply *reply, const struct message *message, const char *request, size_t n,
    const struct rules *rules, struct why *why)
{
	struct asked asked = {0};
	json_t *json = json_loadb(request, n, 0, NULL);
	enum fault fault = FAULT_STOP;

	if (json == NULL)
		why_set(why, FAULT_STOP, "what was asked is no JSON");
	else
		fault = asked_from_json(&asked, json, why);
	if (fault == FAULT_NONE)
		fault = reply_extract(reply, message, &asked, rules, why);
	if (fault == FAULT_NONE)
		fault = intent_decide(intent, message, reply, &asked, rules, why);
	asked_release(&asked);
	json_decref(json);
	return fault;
}

static bool
answer_step_two(const struct message *message, const struct rules *rules)
{
	struct intent intent = {0};
	struct reply reply = {0};
	struct why why = {0};
	size_t n = 0;
	char *request = read_request(&n);
	enum fault fault;
	bool done;

	if (request == NULL)
		return true; /* step two is not wanted */
	fault = decide(&intent, &reply, message, request, n, rules, &why);
	done = write_answer(fault, &why, "intent", fault == FAULT_NONE ? intent_to_json(&intent, &reply) : NULL);
	intent_release(&intent);
	reply_release(&reply);
	free(request);
	return done;
}

/* _exit: nothing that the zygote left to be written or run at exit is a reader's business. */
static _Noreturn void
run_reader(int pipe, const struct zygote_setting *setting, scmp_filter_ctx filter)
{
	struct message message = {0};

	if (!enter_sandbox(pipe, &setting->limits, filter))
		_exit(READER_EXIT_SANDBOX);
	if (!answer_step_one(&message, setting->authserv_id))
		_exit(READER_EXIT_UNANSWERED);
	_exit(answer_step_two(&message, setting->rules) ? READER_EXIT_DONE : READER_EXIT_UNANSWERED);
}

/* ---- the zygote ---- */

/* A request and the descriptor that came with it (-1: none). False when the parent is gone. */
static bool
receive_request(int socket, struct zygote_request *request, int *descriptor)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec bytes = {request, sizeof *request};
	struct msghdr message = {.msg_iov = &bytes,
	    .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof control.room};
	ssize_t got;

	*descriptor = -1;
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof *request)
		return false;
	if (CMSG_FIRSTHDR(&message) != NULL && CMSG_FIRSTHDR(&message)->cmsg_type == SCM_RIGHTS)
		memcpy(descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof *descriptor);
	return true;
}

static void
start_reader(struct zygote_answer *answer, int pipe, const struct zygote_setting *setting, scmp_filter_ctx filter)
{
	pid_t pid = fork();

	if (pid == 0)
		run_reader(pipe, setting, filter);
	answer->reader = pid;
	answer->error = pid < 0 ? errno : 0;
}

/* Waits for a reader: half a second where it is about to end by itself, so that its own reason is seen; then it is killed. */
static void
end_reader(struct zygote_answer *answer, pid_t pid, bool at_once)
{
	struct timespec pause = {0, 1000000};

	answer->reader = pid;
	if (pid <= 0)
		return;
	for (int i = 0; i < 500 && !at_once; i++) {
		pid_t ended = waitpid(pid, &answer->status, WNOHANG);

		if (ended == pid)
			return;
		if (ended < 0)
			break;
		nanosleep(&pause, NULL);
	}
	/* Only a child of ours that was not waited for can have this number. */
	if (waitpid(pid, &answer->status, WNOHANG) == 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, &answer->status, 0) < 0 && errno == EINTR)
			;
	}
}

_Noreturn void
reader_zygote_run(int socket, pid_t parent, const struct zygote_setting *setting)
{
	struct zygote_request request;
	struct zygote_answer answer;
	scmp_filter_ctx filter = make_filter();
	int pipe;

	/* The parent may have died before the signal was asked for. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || filter == NULL)
		_exit(2);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* an interrupted parent ends its readers itself */
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	while (receive_request(socket, &request, &pipe)) {
		answer = (struct zygote_answer){0};
		if (request.order == ZYGOTE_START && pipe >= 0)
			start_reader(&answer, pipe, setting, filter);
		else if (request.order == ZYGOTE_END)
			end_reader(&answer, request.reader, request.at_once);
		if (pipe >= 0)
			close(pipe);
		if (send(socket, &answer, sizeof answer, MSG_NOSIGNAL) != (ssize_t)sizeof answer)
			break;
	}
	_exit(0);
}

/*
 * outbox_lane.c - one child for one connection to the server, and the words between it and the parent
 *
 * The child has the password and no store. It sends the final dot of a letter only when told to go, because the parent must first have
 * committed the answer to the letter before:
 *
 *   child                               parent
 *   UP, or DOWN with the cause
 *                                       LETTER (envelope and bytes)
 *   OFFERED, or REFUSED with the answer
 *                                       GO
 *   ANSWER (code 0: none came)          the next LETTER, and only then the commit of this answer, so that both overlap
 *
 * LOST: the connection broke before the dot. UNSENDABLE: this letter cannot be offered, the connection is fine. When the parent closes its end the
 * child says QUIT and ends; a child whose parent died ends without another dot.
 */
#include "outbox_inner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LANE_LETTER_MAX = 64 << 20 };

/* What stands before the texts of a word on the socket. Both ends are this program. */
struct word_head {
	int32_t kind, code, fault, broken;
	uint32_t from_n, to_n, bytes_n;
};

/* ---- the socket ---- */

static bool
write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t done = send(fd, p, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static bool
read_all(int fd, void *bytes, size_t n)
{
	char *p = bytes;

	while (n > 0) {
		ssize_t done = recv(fd, p, n, 0);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

/* ---- the parent's side ---- */

bool
outbox_lane_offer(const struct outbox_lane *lane, const char *envelope_from, const char *recipient, struct span bytes)
{
	struct word_head head = {.kind = LANE_LETTER, .from_n = (uint32_t)strlen(envelope_from), .to_n = (uint32_t)strlen(recipient),
	    .bytes_n = (uint32_t)bytes.n};

	return write_all(lane->fd, &head, sizeof head) && write_all(lane->fd, envelope_from, head.from_n) &&
	    write_all(lane->fd, recipient, head.to_n) && write_all(lane->fd, bytes.p, bytes.n);
}

bool
outbox_lane_go(const struct outbox_lane *lane)
{
	struct word_head head = {.kind = LANE_GO};

	return write_all(lane->fd, &head, sizeof head);
}

bool
outbox_lane_hear(const struct outbox_lane *lane, struct lane_word *word)
{
	struct word_head head;

	*word = (struct lane_word){0};
	if (!read_all(lane->fd, &head, sizeof head) || head.bytes_n >= sizeof word->text || !read_all(lane->fd, word->text, head.bytes_n))
		return false;
	word->kind = (enum lane_word_kind)head.kind;
	word->code = head.code;
	word->fault = (enum fault)head.fault;
	word->is_broken = head.broken != 0;
	return true;
}

void
outbox_lane_close(struct outbox_lane *lane)
{
	if (lane->pid <= 0)
		return;
	close(lane->fd);
	while (waitpid(lane->pid, NULL, 0) < 0 && errno == EINTR)
		;
	lane->fd = -1;
	lane->pid = 0;
}

/* ---- the child's side ---- */

static bool
say(int fd, struct lane_word word)
{
	struct word_head head = {.kind = (int32_t)word.kind, .code = word.code, .fault = (int32_t)word.fault, .broken = word.is_broken,
	    .bytes_n = (uint32_t)strlen(word.text)};

	return write_all(fd, &head, sizeof head) && write_all(fd, word.text, head.bytes_n);
}

static struct lane_word
word_of(enum lane_word_kind kind, enum fault fault, const char *text)
{
	struct lane_word word = {.kind = kind, .fault = fault};

	snprintf(word.text, sizeof word.text, "%s", text);
	return word;
}

/* A letter as the child holds it: three texts, each closed by NUL. */
struct held {
	char *from, *to, *bytes;
	size_t n;
};

static char *
read_text(int fd, size_t n)
{
	char *text = n <= LANE_LETTER_MAX ? malloc(n + 1) : NULL;

	if (text == NULL)
		return NULL;
	if (!read_all(fd, text, n)) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

static void
held_release(struct held *held)
{
	free(held->from);
	free(held->to);
	free(held->bytes);
	*held = (struct held){0};
}

/* False when the parent has no more letters, or is gone. */
static bool
read_letter(int fd, struct held *held)
{
	struct word_head head;

	if (!read_all(fd, &head, sizeof head) || head.kind != LANE_LETTER)
		return false;
	held->from = read_text(fd, head.from_n);
	held->to = held->from != NULL ? read_text(fd, head.to_n) : NULL;
	held->bytes = held->to != NULL ? read_text(fd, head.bytes_n) : NULL;
	held->n = head.bytes_n;
	return held->bytes != NULL;
}

/* These answers speak of us and not of the letter: a login is wanted, or TLS (RFC 4954 6, RFC 3207 4). */
static bool
is_about_us(int code)
{
	return code == 530 || code == 534 || code == 535 || code == 538;
}

/* The dot, when the parent says so, and the server's answer. False: this connection has ended. */
static bool
finish_letter(int fd, struct smtp *smtp)
{
	struct smtp_answer answer = {0};
	struct word_head head;
	struct lane_word word;
	struct why why = {0};
	enum fault fault;

	if (!read_all(fd, &head, sizeof head) || head.kind != LANE_GO)
		return false;
	fault = smtp_finish(smtp, &answer, &why);
	word = word_of(LANE_ANSWER, fault, answer.code != 0 ? answer.text : why.text);
	word.code = answer.code;
	word.is_broken = fault != FAULT_NONE;
	return say(fd, word) && fault == FAULT_NONE;
}

static bool
send_letter(int fd, struct smtp *smtp, const struct held *held)
{
	struct smtp_answer answer = {0};
	struct lane_word word;
	struct why why = {0};
	bool offered = false;
	enum fault fault = smtp_offer(smtp, held->from, held->to, held->bytes, held->n, &offered, &answer, &why);

	if (fault == FAULT_ITEM)
		return say(fd, word_of(LANE_UNSENDABLE, fault, why.text));
	if (fault == FAULT_NONE && !offered && is_about_us(answer.code)) {
		fault = FAULT_SETUP;
		snprintf(why.text, sizeof why.text, "the server wants a login or TLS: %d %.*s", answer.code, SMTP_ANSWER_MAX, answer.text);
	}
	if (fault != FAULT_NONE) {
		word = word_of(LANE_LOST, fault, why.text);
		word.code = answer.code;
		say(fd, word);
		return false;
	}
	if (!offered) {
		word = word_of(LANE_REFUSED, FAULT_NONE, answer.text);
		word.code = answer.code;
		return say(fd, word);
	}
	return say(fd, word_of(LANE_OFFERED, FAULT_NONE, "")) && finish_letter(fd, smtp);
}

static void
work(int fd, const struct config *config)
{
	struct secret secret = {0};
	struct smtp *smtp = NULL;
	struct held held = {0};
	struct why why = {0};
	enum fault fault = secret_of_server(&secret, &config->smtp, &why);

	if (fault == FAULT_NONE)
		fault = smtp_open(&smtp, config, &secret, &why);
	secret_release(&secret);
	if (fault != FAULT_NONE) {
		say(fd, word_of(LANE_DOWN, fault, why.text));
		return;
	}
	if (say(fd, word_of(LANE_UP, FAULT_NONE, "")))
		while (read_letter(fd, &held) && send_letter(fd, smtp, &held))
			held_release(&held);
	held_release(&held);
	smtp_close(smtp);
}

enum fault
outbox_lane_open(struct outbox_lane *lane, const struct config *config, const struct outbox_lane *all, size_t count, struct why *why)
{
	int end[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) != 0)
		return why_set(why, FAULT_STOP, "no socket for a connection to the mail server: %s", strerror(errno));
	pid = fork();
	if (pid < 0) {
		close(end[0]);
		close(end[1]);
		return why_set(why, FAULT_STOP, "no process for a connection to the mail server: %s", strerror(errno));
	}
	if (pid == 0) {
		/* The others' ends must close with the parent, or they would never learn that it is gone. */
		close(end[0]);
		for (size_t i = 0; i < count; i++)
			if (all[i].pid > 0)
				close(all[i].fd);
		signal(SIGPIPE, SIG_IGN);
		work(end[1], config);
		_exit(0); /* the store, buffers of stdio and everything else are the parent's */
	}
	close(end[1]);
	lane->pid = pid;
	lane->fd = end[0];
	return FAULT_NONE;
}

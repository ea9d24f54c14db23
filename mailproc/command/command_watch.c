/*
 * command_watch.c - the same as run, staying connected
 *
 * A run every few minutes, and at once when a server tells of new mail. Each run takes the lock and its own connections, so cron and staff can work beside
 * it. What listens is a connection a mailbox; where it breaks it is opened again, later each time, and the runs go on meanwhile. SIGTERM and SIGINT
 * end it after the run that is under way.
 */
#include "../command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "../../store/store_guard.h"
#include "../base/log.h"
#include "../mailbox.h"
#include "../pipeline.h"

enum {
	SECOND = 1000,
	MINUTE = 60 * SECOND,
	WAIT_MAX = 25 * MINUTE, /* servers close after 30 minutes of IDLE (RFC 2177) */
	RETRY_MIN = 5 * SECOND,
	RETRY_MAX = 5 * MINUTE,
	BUSY_RETRY = 10 * SECOND /* another run holds the lock */
};

/* The end that a signal writes to. */
static int stop_write = -1;

static void
note_signal(int number)
{
	int saved = errno;
	ssize_t ignored = write(stop_write, "", 1);

	(void)ignored;
	(void)number;
	errno = saved;
}

struct listener {
	struct mailbox *mailbox; /* NULL: not connected */
	bool is_listening;
	bool is_hopeless; /* the source cannot tell of new mail */
	int64_t retry_at, retry_after; /* monotonic ms */
};

struct watch {
	struct command_open *open;
	const struct command_context *context;
	int64_t began; /* business.now at the start */
	struct listener *listener; /* one a source */
	size_t count;
	int stop; /* readable when it is to end */
	bool was_guarded;
};

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000000;
}

static bool
must_stop(const struct watch *w)
{
	struct pollfd p = {.fd = w->stop, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

/* ---- listening ---- */

static void
lose(struct listener *l, const struct why *why)
{
	log_warning("%s", why->text);
	mailbox_close(l->mailbox);
	l->mailbox = NULL;
	l->is_listening = false;
	l->retry_after = l->retry_after == 0 ? RETRY_MIN : l->retry_after * 2 > RETRY_MAX ? RETRY_MAX : l->retry_after * 2;
	l->retry_at = clock_ms() + l->retry_after;
}

/* True when one was connected: what came in before is not told. */
static bool
connect_all(struct watch *w)
{
	bool any = false;

	for (size_t i = 0; i < w->count; i++) {
		struct listener *l = &w->listener[i];
		struct why why = {0};

		if (l->mailbox != NULL || l->is_hopeless || clock_ms() < l->retry_at)
			continue;
		if (w->open->config->source[i].type != SOURCE_IMAP)
			l->is_hopeless = true;
		else if (mailbox_open(&l->mailbox, w->open->config, &w->open->config->source[i], &why) != FAULT_NONE)
			lose(l, &why);
		else
			any = true;
	}
	return any;
}

static void
listen_all(struct watch *w)
{
	for (size_t i = 0; i < w->count; i++) {
		struct listener *l = &w->listener[i];
		struct why why = {0};
		enum fault fault;

		if (l->mailbox == NULL)
			continue;
		fault = mailbox_listen(l->mailbox, &why);
		if (fault == FAULT_ITEM) {
			log_warning("%s: it is polled every %d minutes", why.text, w->open->config->watch_minutes);
			mailbox_close(l->mailbox);
			l->mailbox = NULL;
			l->is_hopeless = true;
		} else if (fault != FAULT_NONE) {
			lose(l, &why);
		} else {
			l->is_listening = true;
			l->retry_after = 0;
		}
	}
}

/* True when mails came in. */
static bool
listen_end_all(struct watch *w)
{
	bool any = false;

	for (size_t i = 0; i < w->count; i++) {
		struct listener *l = &w->listener[i];
		bool changed = false;
		struct why why = {0};

		if (!l->is_listening)
			continue;
		l->is_listening = false;
		if (mailbox_listen_end(l->mailbox, &changed, &why) != FAULT_NONE)
			lose(l, &why);
		any = any || changed;
	}
	return any;
}

/* Waits until something comes in, a signal, or this time. */
static void
wait_for_input(const struct watch *w, struct pollfd *p, int64_t until)
{
	int64_t left;
	int n;

	p[0] = (struct pollfd){.fd = w->stop, .events = POLLIN};
	for (size_t i = 0; i < w->count; i++) {
		const struct listener *l = &w->listener[i];

		p[i + 1] = (struct pollfd){.fd = l->is_listening ? mailbox_descriptor(l->mailbox) : -1, .events = POLLIN};
		if (l->is_listening && mailbox_is_ready(l->mailbox))
			return;
		if (l->mailbox == NULL && !l->is_hopeless && l->retry_at < until)
			until = l->retry_at;
	}
	do {
		left = until - clock_ms();
		n = poll(p, w->count + 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR && clock_ms() < until);
}

/* Until there may be new mail, the end, or the time of the next run. */
static void
wait_for_mail(struct watch *w, struct pollfd *p, int64_t next_run)
{
	bool changed = false;

	while (!changed && !must_stop(w) && clock_ms() < next_run) {
		int64_t until = clock_ms() + WAIT_MAX;

		if (connect_all(w))
			return;
		listen_all(w);
		wait_for_input(w, p, until < next_run ? until : next_run);
		changed = listen_end_all(w);
	}
}

/* ---- runs ---- */

static void
tell(const struct pipeline_counts *c)
{
	if (c->fetched == 0 && c->due.due == 0 && c->outbox.accepted == 0 && c->parked == 0)
		return;
	printf("%zu mail%s fetched, %zu letter%s accepted", c->fetched, c->fetched == 1 ? "" : "s", c->outbox.accepted,
	    c->outbox.accepted == 1 ? "" : "s");
	if (c->parked > 0)
		printf(", %zu newly wait%s for a person", c->parked, c->parked == 1 ? "s" : "");
	putchar('\n');
	fflush(stdout);
}

/* What may be done now: nothing is sent while a guard stands. */
static enum fault
allowed_parts(struct watch *w, unsigned *parts, struct why *why)
{
	struct guard guard = {0};
	enum fault fault = store_guard_get(w->open->store, &guard, why);

	*parts = guard.stands ? PIPELINE_POLL : PIPELINE_ALL;
	if (guard.stands && !w->was_guarded)
		log_warning("%s: mails are read, and nothing is sent before \"mailproc run --allow\"", guard.reason);
	w->was_guarded = guard.stands;
	return fault;
}

/* One run; *next is the time of the next one. Only what makes every run senseless comes back as a fault. */
static enum fault
run_once(struct watch *w, int64_t *next, struct why *why)
{
	struct pipeline_counts counts = {0};
	unsigned parts;
	enum fault fault = allowed_parts(w, &parts, why);

	*next = clock_ms() + (int64_t)w->open->config->watch_minutes * MINUTE;
	if (fault == FAULT_NONE) {
		w->open->business.now = w->context->clock(w->context, w->began);
		fault = pipeline_run(&w->open->business, w->open->zygote, "watch", parts, &counts, why);
	}
	tell(&counts);
	if (fault == FAULT_LATER)
		*next = clock_ms() + BUSY_RETRY;
	return fault == FAULT_STOP ? fault : FAULT_NONE;
}

static enum fault
watch(struct watch *w, struct why *why)
{
	struct pollfd *p = calloc(w->count + 1, sizeof *p);
	int64_t next;
	enum fault fault = p != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory");

	while (fault == FAULT_NONE && !must_stop(w)) {
		(void)connect_all(w); /* before the run, so that nothing is missed between it and the wait */
		fault = run_once(w, &next, why);
		if (fault == FAULT_NONE)
			wait_for_mail(w, p, next);
	}
	for (size_t i = 0; i < w->count; i++)
		mailbox_close(w->listener[i].mailbox);
	free(p);
	return fault;
}

static bool
catch_signals(int pipe_ends[2])
{
	struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};

	if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	stop_write = pipe_ends[1];
	return sigaction(SIGTERM, &action, NULL) == 0 && sigaction(SIGINT, &action, NULL) == 0;
}

int
command_watch(const struct command_context *context, int argc, char **argv)
{
	const struct command_option options[] = {{0}};
	const unsigned what = OPEN_STORE | OPEN_READER;
	int ends[2] = {-1, -1}, words, status = command_read_options(argc, argv, options, 0, 0, &words);
	struct command_open open;
	struct watch w = {.open = &open, .context = context};
	struct why why = {0};
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	status = command_open(&open, context, what);
	if (status != EX_OK)
		return status;
	w.began = open.business.now;
	w.count = open.config->source_count;
	w.listener = calloc(w.count + 1, sizeof *w.listener);
	if (w.listener == NULL || !catch_signals(ends)) {
		fault = why_set(&why, FAULT_STOP, "watch cannot begin: %s", strerror(errno));
	} else {
		w.stop = ends[0];
		fault = watch(&w, &why);
	}
	free(w.listener);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

/*
 * outbox_send.c - all ready letters over all lanes: claim groups, hand them out, commit the answers, release the next dots
 *
 * One turn: hear every lane that speaks, offer each idle lane its next letter, commit all answers in one transaction, and only then let lanes
 * send their final dots. So a lane never has more than one letter in doubt, and MAIL, RCPT and DATA of the next overlap with the commit of the last.
 */
#include "outbox_sender.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "../base/log.h"

enum {
	LETTERS_PER_LANE = 10,		 /* fewer are not worth another connection */
	LANE_SILENT_MS = 30 * 60 * 1000, /* above every time-out of smtp.c: the child hangs */
	COMMIT_TRIES = 6,
	MINUTE_MS = 60 * 1000,
	PACED_LONGEST_MS = 4 * MINUTE_MS /* what a limit of letters a minute leaves over is for the next run: this one has other things to do */
};

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Remembers the worst: what the operator must do stands before a server that is away. */
static void
blame(struct sender *s, enum fault fault, const char *text)
{
	if (fault > s->fault) {
		s->fault = fault;
		why_set(&s->why, fault, "%s", text);
	}
	if (fault == FAULT_SETUP || fault == FAULT_STOP)
		s->is_stopping = true;
}

static enum fault
open_lane(struct sender *s, struct lane_work *w, struct why *why)
{
	struct outbox_lane all[LANES_MAX];
	enum fault fault;

	for (size_t i = 0; i < s->count; i++)
		all[i] = s->work[i].lane;
	fault = outbox_lane_open(&w->lane, s->business->config, all, s->count, why);
	if (fault != FAULT_NONE)
		return fault;
	w->state = STATE_CONNECTING;
	w->was_up = false;
	w->has_progress = false;
	w->heard_ms = monotonic_ms();
	return FAULT_NONE;
}

/* ---- one lane's turn ---- */

/* Hands the next letter of its queue to an idle lane. */
static enum fault
offer_next(struct sender *s, struct lane_work *w, struct why *why)
{
	struct letter letter = {0};
	struct buf bytes = BUF_MAX(64 << 20);
	bool found = false;
	enum fault fault = store_letter_get(s->business->store, w->queue[w->next], &letter, &found, why);

	if (fault == FAULT_NONE && (!found || letter.recipient == NULL || letter.envelope_from == NULL))
		fault = why_set(why, FAULT_STOP, "letter %" PRId64 " is claimed but has no envelope", w->queue[w->next]);
	if (fault == FAULT_NONE)
		fault = store_letter_bytes(s->business->store, letter.id, &bytes, NULL, why);
	if (fault == FAULT_NONE) {
		w->current = (struct outbox_answer){.letter = letter.id, .wanted_at = letter.wanted_at, .tries = letter.tries};
		w->next++;
		w->state = STATE_OFFERING;
		w->heard_ms = monotonic_ms();
		/* When the child is gone its end of the socket tells so in the next turn. */
		(void)outbox_lane_offer(&w->lane, letter.envelope_from, letter.recipient, buf_span(&bytes));
	}
	buf_release(&bytes);
	letter_release(&letter);
	return fault;
}

/* The current letter has its answer: it waits for the commit. */
static void
settle_current(struct sender *s, struct lane_work *w, const struct lane_word *word, enum lane_state state)
{
	w->current.word = *word;
	s->pending[s->pending_count++] = w->current;
	w->has_progress = w->has_progress || word->kind != LANE_LOST;
	w->state = state;
}

/*
 * The connection broke before the dot of the current letter. It is no try of the letter when we are to blame, nor when the connection had brought
 * answers before: servers limit letters a connection. Only a letter that meets a fresh connection's end may be what ends it, and is put off.
 */
static void
lose_current(struct sender *s, struct lane_work *w, const struct lane_word *word)
{
	blame(s, word->fault, word->text);
	if (word->fault == FAULT_SETUP || w->has_progress) {
		w->next--;
		w->state = STATE_BROKEN;
	} else {
		settle_current(s, w, word, STATE_BROKEN);
	}
}

/* The child ended without a word: what that means depends on where it was. */
static void
bury(struct sender *s, struct lane_work *w)
{
	struct lane_word word = {.kind = LANE_LOST, .fault = FAULT_AWAY, .text = "the process of the connection ended"};

	blame(s, FAULT_AWAY, word.text);
	if (w->state == STATE_FINISHING) {
		word.kind = LANE_ANSWER;
		settle_current(s, w, &word, STATE_BROKEN);
	} else if (w->state == STATE_OFFERING || w->state == STATE_OFFERED) {
		settle_current(s, w, &word, STATE_BROKEN);
	} else {
		w->state = STATE_BROKEN;
	}
}

static void
hear(struct sender *s, struct lane_work *w)
{
	struct lane_word word;

	if (!outbox_lane_hear(&w->lane, &word)) {
		bury(s, w);
		return;
	}
	w->heard_ms = monotonic_ms();
	switch (word.kind) {
	case LANE_UP:
		w->was_up = true;
		w->state = STATE_IDLE;
		break;
	case LANE_DOWN:
		blame(s, word.fault, word.text);
		w->state = STATE_BROKEN;
		break;
	case LANE_OFFERED:
		w->state = STATE_OFFERED;
		break;
	case LANE_REFUSED:
	case LANE_UNSENDABLE:
		settle_current(s, w, &word, STATE_IDLE);
		break;
	case LANE_ANSWER:
		if (word.is_broken)
			blame(s, word.fault, word.text);
		settle_current(s, w, &word, word.is_broken ? STATE_BROKEN : STATE_IDLE);
		break;
	case LANE_LOST:
		lose_current(s, w, &word);
		break;
	case LANE_LETTER:
	case LANE_GO:
		bury(s, w);
		break;
	}
}

/* Waits until a lane speaks, and hears all that do. A child that hangs is ended, and found gone in the next turn. */
static enum fault
hear_all(struct sender *s, struct why *why)
{
	struct pollfd fd[LANES_MAX];
	size_t speaking = 0;
	int64_t now_ms = monotonic_ms();
	int64_t wait_ms = s->next_ms > now_ms && !s->is_stopping ? s->next_ms - now_ms : 0;
	int n;

	for (size_t i = 0; i < s->count; i++) {
		enum lane_state state = s->work[i].state;
		bool speaks = state == STATE_CONNECTING || state == STATE_OFFERING || state == STATE_FINISHING;

		fd[i] = (struct pollfd){.fd = speaks ? s->work[i].lane.fd : -1, .events = POLLIN};
		speaking += speaks;
	}
	if (speaking == 0 && wait_ms == 0)
		return FAULT_NONE; /* idle lanes only: letters that a broken lane gave back are theirs */
	do
		n = poll(fd, s->count, wait_ms > 0 && wait_ms < MINUTE_MS ? (int)wait_ms : MINUTE_MS);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return why_set(why, FAULT_STOP, "waiting for the mail server: %m");
	now_ms = monotonic_ms();
	for (size_t i = 0; i < s->count; i++) {
		if (fd[i].fd >= 0 && fd[i].revents != 0)
			hear(s, &s->work[i]);
		else if (fd[i].fd >= 0 && now_ms - s->work[i].heard_ms > LANE_SILENT_MS)
			kill(s->work[i].lane.pid, SIGKILL);
	}
	return FAULT_NONE;
}

/* ---- answers ---- */

static enum fault
commit_once(struct sender *s, struct why *why)
{
	struct outbox_counts before = *s->counts;
	enum fault fault = store_begin(s->business->store, why);

	for (size_t i = 0; i < s->pending_count && fault == FAULT_NONE; i++)
		fault = outbox_answer_record(s->business, &s->pending[i], s->counts, why);
	if (fault == FAULT_NONE)
		fault = store_commit(s->business->store, why);
	else
		store_rollback(s->business->store);
	if (fault != FAULT_NONE)
		*s->counts = before;
	return fault;
}

/* All answers that wait, in one transaction. They cannot be asked for again, so a store that is busy is waited for. */
static enum fault
commit_answers(struct sender *s, struct why *why)
{
	enum fault fault = FAULT_NONE;

	if (s->pending_count == 0)
		return FAULT_NONE;
	for (int i = 0; i < COMMIT_TRIES; i++) {
		fault = commit_once(s, why);
		if (fault != FAULT_LATER)
			break;
	}
	if (fault == FAULT_NONE)
		s->pending_count = 0;
	return fault;
}

/* ---- turns ---- */

/* Whether one more letter may begin now: with so many a minute they are evenly spread. */
static bool
takes_turn(struct sender *s)
{
	int per_minute = s->business->config->per_minute;
	int64_t now_ms = monotonic_ms();

	if (per_minute <= 0)
		return true;
	if (now_ms - s->began_ms > PACED_LONGEST_MS)
		s->is_stopping = true;
	if (s->is_stopping || now_ms < s->next_ms)
		return false;
	s->next_ms = now_ms + MINUTE_MS / per_minute;
	return true;
}

static enum fault
offer_all(struct sender *s, struct why *why)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < s->count && fault == FAULT_NONE; i++)
		if (s->work[i].state == STATE_IDLE && s->work[i].next < s->work[i].count && !s->is_stopping && takes_turn(s))
			fault = offer_next(s, &s->work[i], why);
	return fault;
}

/* Every answer is committed: the dots may go. */
static void
release_dots(struct sender *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->work[i].state == STATE_OFFERED) {
			s->work[i].state = STATE_FINISHING;
			s->work[i].heard_ms = monotonic_ms();
			(void)outbox_lane_go(&s->work[i].lane);
		}
}

/* One more connection: after one that brought answers, or once after one that ended at its first letter. */
static bool
is_worth_another(struct lane_work *w)
{
	w->failures = w->has_progress ? 0 : w->failures + 1;
	return w->was_up && w->failures <= 1;
}

/* Closes lanes that are broken or have nothing to do. */
static enum fault
close_lanes(struct sender *s, struct why *why)
{
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < s->count && fault == FAULT_NONE; i++) {
		struct lane_work *w = &s->work[i];
		bool is_done = w->state == STATE_IDLE && (s->is_stopping || (w->next == w->count && s->is_dry));

		if (w->state != STATE_BROKEN && !is_done)
			continue;
		outbox_lane_close(&w->lane);
		if (w->state == STATE_BROKEN && !s->is_stopping && is_worth_another(w)) {
			fault = open_lane(s, w, why);
			continue;
		}
		w->state = STATE_CLOSED;
		fault = sender_give_back(s, w, why);
	}
	return fault;
}

static enum fault
take_turns(struct sender *s, struct why *why)
{
	enum fault fault = FAULT_NONE;

	while (fault == FAULT_NONE && sender_open_lanes(s) > 0) {
		fault = hear_all(s, why);
		if (fault == FAULT_NONE)
			fault = offer_all(s, why); /* before the commit: the server works meanwhile */
		if (fault == FAULT_NONE)
			fault = commit_answers(s, why);
		if (fault == FAULT_NONE)
			release_dots(s);
		if (fault == FAULT_NONE)
			fault = sender_claim(s, why);
		if (fault == FAULT_NONE)
			fault = offer_all(s, why);
		if (fault == FAULT_NONE)
			fault = close_lanes(s, why);
	}
	return fault;
}

/* As many lanes as the letters are worth. */
static enum fault
open_lanes_for(struct sender *s, size_t ready, struct why *why)
{
	size_t wanted = (ready + LETTERS_PER_LANE - 1) / LETTERS_PER_LANE, allowed = (size_t)(s->business->config->lanes > 0 ? s->business->config->lanes : 1);
	enum fault fault = FAULT_NONE;

	wanted = wanted < allowed ? wanted : allowed;
	s->count = wanted < LANES_MAX ? wanted : LANES_MAX;
	for (size_t i = 0; i < s->count && fault == FAULT_NONE; i++)
		fault = open_lane(s, &s->work[i], why);
	return fault;
}

static enum fault
count_ready(const struct business *business, size_t *count, struct why *why)
{
	int64_t ids[LETTERS_PER_LANE * LANES_MAX];

	return store_letter_list(business->store, LETTER_READY, business->now, 0, ids, LETTERS_PER_LANE * LANES_MAX, count, why);
}

enum fault
outbox_send(struct business *business, int64_t run, struct outbox_counts *counts, struct why *why)
{
	struct sender *s = calloc(1, sizeof *s);
	size_t left = 0;
	enum fault fault;

	if (s == NULL)
		return why_set(why, FAULT_STOP, "no memory for sending");
	s->business = business;
	s->run = run;
	s->counts = counts;
	s->began_ms = monotonic_ms();
	fault = count_ready(business, &left, why);
	if (fault == FAULT_NONE && left > 0)
		fault = open_lanes_for(s, left, why);
	if (fault == FAULT_NONE)
		fault = take_turns(s, why);
	for (size_t i = 0; i < s->count; i++)
		outbox_lane_close(&s->work[i].lane);
	if (fault == FAULT_NONE)
		fault = count_ready(business, &left, why);
	/* A connection that was lost decides nothing when the others have sent everything. */
	if (fault == FAULT_NONE && (s->fault == FAULT_SETUP || s->fault == FAULT_STOP || (s->fault != FAULT_NONE && left > 0)))
		fault = why_set(why, s->fault, "%s", s->why.text);
	else if (fault == FAULT_NONE && s->fault != FAULT_NONE)
		log_warning("a connection to the mail server was lost: %s", s->why.text);
	free(s);
	return fault;
}

/* outbox_sender.h - one run of sending, shared by outbox_send.c (turns and answers) and outbox_claim.c (who sends what) */
#ifndef MAILPROC_OUTBOX_SENDER_H
#define MAILPROC_OUTBOX_SENDER_H

#include "outbox_inner.h"

enum {
	LANES_MAX = 16,
	CLAIM_GROUP = 50 /* letters a lane and claim */
};

enum lane_state { STATE_CLOSED, STATE_CONNECTING, STATE_IDLE, STATE_OFFERING, STATE_OFFERED, STATE_FINISHING, STATE_BROKEN };

struct lane_work {
	struct outbox_lane lane;
	enum lane_state state;
	int64_t queue[CLAIM_GROUP]; /* claimed, in the order they are sent */
	size_t next, count;
	int sequence;		    /* of the last claim of this lane in this run */
	bool was_up;		    /* this connection stood */
	bool has_progress;	    /* and has brought an answer */
	int failures;		    /* connections in a row that brought none */
	int64_t heard_ms;
	struct outbox_answer current; /* the letter that is at the server */
};

struct sender {
	struct business *business;
	int64_t run;
	struct lane_work work[LANES_MAX];
	size_t count;
	struct outbox_answer pending[LANES_MAX]; /* answers not yet committed: at most one a lane and turn */
	size_t pending_count;
	struct outbox_counts *counts;
	int64_t began_ms;   /* monotonic */
	int64_t next_ms;    /* no letter is begun before: letters a minute are limited */
	bool is_stopping;   /* no more letters are begun */
	bool is_dry;	    /* nothing more to claim */
	enum fault fault;   /* the worst so far */
	struct why why;
};

size_t sender_open_lanes(const struct sender *s);
/* Letters for every lane that has none left, evenly, in one transaction. */
MUST_USE enum fault sender_claim(struct sender *s, struct why *why);
/* Gives back what a lane has not begun: it is provably untouched. */
MUST_USE enum fault sender_give_back(struct sender *s, struct lane_work *w, struct why *why);

#endif

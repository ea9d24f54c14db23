/* pipeline.c - the order of one run, and the one place that says what a fault means for the rest of it. */
#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"

/* The first fault is remembered, and decides whether the run goes on. */
static bool
may_go_on(enum fault *first, struct why *why, enum fault fault, const struct why *cause)
{
	if (fault != FAULT_NONE && *first == FAULT_NONE) {
		*first = fault;
		*why = *cause;
	}
	switch (fault) {
	case FAULT_NONE:
		return true;
	case FAULT_LATER:
	case FAULT_AWAY:
	case FAULT_ITEM:
	case FAULT_SETUP:
		log_error("%s", cause->text);
		return true;
	case FAULT_STOP:
		return false;
	}
	return false;
}

static enum fault
poll_all(struct business *b, struct reader_zygote *zygote, bool is_trial, struct pipeline_counts *counts, struct why *why)
{
	enum fault first = FAULT_NONE;

	for (size_t i = 0; i < b->config->source_count; i++) {
		struct why cause = {0};
		enum fault fault = pipeline_poll(b, zygote, &b->config->source[i], is_trial, counts, &cause);

		if (!may_go_on(&first, why, fault, &cause))
			break;
	}
	return first;
}

static enum fault
send_all(struct business *b, int64_t run, bool is_trial, struct pipeline_counts *counts, struct why *why)
{
	enum fault fault = outbox_settle(b, &counts->outbox, why);

	if (fault == FAULT_NONE)
		fault = outbox_render(b, &counts->outbox, why);
	if (fault == FAULT_NONE && !is_trial)
		fault = outbox_send(b, run, &counts->outbox, why);
	return fault;
}

static enum fault
run_parts(struct business *b, struct reader_zygote *zygote, int64_t run, unsigned parts, struct pipeline_counts *counts,
    struct why *why)
{
	bool is_trial = (parts & PIPELINE_TRIAL) != 0;
	enum fault first = FAULT_NONE, fault;
	struct why cause = {0};

	if (parts & PIPELINE_POLL) {
		fault = poll_all(b, zygote, is_trial, counts, &cause);
		if (fault != FAULT_NONE) { /* already told, source by source */
			first = fault;
			*why = cause;
		}
		if (fault == FAULT_STOP)
			return first;
	}
	if (parts & PIPELINE_LOOK && !is_trial) {
		fault = look_run(b, &counts->look, &cause);
		if (!may_go_on(&first, why, fault, &cause))
			return first;
	}
	if (parts & PIPELINE_DUE) {
		fault = renewal_run_due(b, &counts->due, &cause);
		if (!may_go_on(&first, why, fault, &cause))
			return first;
	}
	if (parts & PIPELINE_SEND && !is_trial) {
		fault = billing_run(b, &counts->billing, &cause);
		if (!may_go_on(&first, why, fault, &cause))
			return first;
	}
	if (parts & PIPELINE_SEND) {
		fault = send_all(b, run, is_trial, counts, &cause);
		may_go_on(&first, why, fault, &cause);
	}
	return first;
}

static void
count_parked(struct pipeline_counts *c)
{
	c->parked = c->outcome[OUTCOME_REVIEW] + c->outcome[OUTCOME_QUARANTINED] + c->look.parked + c->due.parked + c->billing.refused + c->outbox.refused +
	    c->outbox.held + c->outbox.unknown;
}

enum fault
pipeline_run(struct business *b, struct reader_zygote *zygote, const char *command, unsigned parts,
    struct pipeline_counts *counts, struct why *why)
{
	int lock = -1;
	int64_t run = 0;
	json_t *json = NULL;
	struct why ending = {0};
	enum fault fault, end_fault;

	*counts = (struct pipeline_counts){0};
	fault = pipeline_lock(b->config, &lock, why);
	if (fault == FAULT_NONE)
		fault = store_run_begin(b->store, command, b->now, &run, why);
	if (fault != FAULT_NONE)
		goto out;
	fault = run_parts(b, zygote, run, parts, counts, why);
	count_parked(counts);
	json = pipeline_counts_json(counts);
	store_rollback(b->store); /* nothing is open unless a part failed inside a transaction */
	end_fault = store_run_end(b->store, run, b->now, fault != FAULT_NONE ? why->text : "", json, &ending);
	if (fault == FAULT_NONE && end_fault != FAULT_NONE) {
		fault = end_fault;
		*why = ending;
	}
out:
	json_decref(json);
	if (lock >= 0)
		close(lock);
	return fault;
}

enum fault
pipeline_lock(const struct config *config, int *descriptor, struct why *why)
{
	struct buf path = BUF_MAX(4096);
	enum fault fault = FAULT_NONE;
	int fd = -1;

	buf_addf(&path, "%s.lock", config->store);
	fault = buf_fault(&path, why, "the name of the lock");
	if (fault != FAULT_NONE)
		goto out;
	fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		fault = why_set(why, FAULT_SETUP, "%s: %s", path.p, strerror(errno));
		goto out;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		fault = why_set(why, FAULT_LATER, "another run is at work (it holds %s)", path.p);
		close(fd);
		fd = -1;
		goto out;
	}
	*descriptor = fd;
out:
	buf_release(&path);
	return fault;
}

json_t *
pipeline_counts_json(const struct pipeline_counts *c)
{
	json_t *outcomes = json_object();

	for (size_t i = 0; i < message_outcome_count; i++)
		json_object_set_new(outcomes, message_outcome_text((enum message_outcome)i),
		    json_integer((json_int_t)c->outcome[i]));
	return json_pack("{s:I, s:o, s:I, s:{s:I, s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}, s:I}",
	    "fetched", (json_int_t)c->fetched, "outcomes", outcomes, "moved", (json_int_t)c->moved, "look", "looked", (json_int_t)c->look.looked,
	    "installed", (json_int_t)c->look.installed, "away", (json_int_t)c->look.away, "not_checked", (json_int_t)c->look.not_checked, "parked",
	    (json_int_t)c->look.parked, "due", "due",
	    (json_int_t)c->due.due, "noticed", (json_int_t)c->due.noticed, "reminded", (json_int_t)c->due.reminded,
	    "waiting", (json_int_t)c->due.waiting, "ended", (json_int_t)c->due.ended, "paused",
	    (json_int_t)c->due.paused, "parked", (json_int_t)c->due.parked, "billing", "told", (json_int_t)c->billing.told, "accepted",
	    (json_int_t)c->billing.accepted, "later", (json_int_t)c->billing.later, "refused", (json_int_t)c->billing.refused, "letters", "rendered",
	    (json_int_t)c->outbox.rendered, "accepted", (json_int_t)c->outbox.accepted, "later",
	    (json_int_t)c->outbox.later, "refused", (json_int_t)c->outbox.refused, "held", (json_int_t)c->outbox.held,
	    "unknown", (json_int_t)c->outbox.unknown, "withdrawn", (json_int_t)c->outbox.withdrawn, "waiting",
	    (json_int_t)c->outbox.waiting, "parked",
	    (json_int_t)c->parked);
}

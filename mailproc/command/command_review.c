/* command_review.c - messages that wait for staff: what they say, why they stopped, and the one step that decides. */
#include "command_review.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../store/store_customer.h"
#include "../../store/store_message.h"
#include "../../store/store_renewal.h"
#include "../../store/store_view.h"
#include "../base/buf.h"
#include "../base/day.h"
#include "../base/table.h"
#include "command_view.h"
#include "../message.h"
#include "../reader.h"

enum { WORDS_SHOWN = 60, CUT_SHOWN = 20 }; /* lines */

/* ---- list ---- */

struct list {
	struct table *table; /* NULL: JSON */
	bool all;
	size_t count;
};

static bool
add_row(json_t *row, void *data)
{
	struct list *list = data;
	char number[32], when[VIEW_WHEN_MAX];

	list->count++;
	if (list->table == NULL) {
		view_json(stdout, row);
		return !ferror(stdout);
	}
	snprintf(number, sizeof number, "%lld", (long long)view_number(row, "id"));
	if (view_when(when, row, "opened_at") != NULL)
		when[10] = '\0'; /* the day is enough here */
	if (list->all)
		table_add(list->table, number, when, view_text(row, "reference"), view_text(row, "decision"),
		    view_text(row, "sender"), view_text(row, "reason"));
	else
		table_add(list->table, number, when, view_text(row, "reference"), view_text(row, "sender"),
		    view_text(row, "reason"));
	return true;
}

static int
list_reviews(const struct command_context *context, int argc, char **argv)
{
	static const char *const open_heading[] = {">N", "since", "renewal", "from", "why", NULL};
	static const char *const all_heading[] = {">N", "since", "renewal", "decision", "from", "why", NULL};
	bool as_json = false, all = false;
	const struct command_option options[] = {{"json", &as_json, NULL}, {"all", &all, NULL}, {0}};
	struct list list = {0};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 1, 1, &words);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	status = command_open(&open, context, OPEN_STORE_READ);
	if (status != EX_OK)
		return status;
	list.all = all;
	list.table = as_json ? NULL : table_new(all ? all_heading : open_heading);
	fault = store_view_reviews(open.store, all, add_row, &list, &why);
	if (fault == FAULT_NONE && !as_json && list.count > 0)
		fault = table_print(list.table, stdout, &why);
	else if (fault == FAULT_NONE && !as_json)
		puts(all ? "No message has ever waited for staff." : "Nothing waits for staff.");
	table_free(list.table);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

/* ---- show ---- */

/* Everything about one review. */
struct matter {
	struct review review;
	struct message_record message;
	struct renewal renewal; /* empty: not known */
	struct customer customer;
	char **known;	  /* addresses on record; NULL: no customer is known */
	json_t *reading;  /* what the rules made of it; NULL: not read */
	struct message mail; /* decoded again; empty where that fails */
};

static void
matter_release(struct matter *m)
{
	review_release(&m->review);
	message_record_release(&m->message);
	renewal_release(&m->renewal);
	customer_release(&m->customer);
	address_list_free(m->known);
	json_decref(m->reading);
	message_release(&m->mail);
}

static enum fault
matter_load(struct store *store, int64_t id, struct matter *m, struct why *why)
{
	bool found = false;
	enum fault fault = store_review_get(store, id, &m->review, &found, why);

	if (fault == FAULT_NONE && !found)
		fault = why_set(why, FAULT_ITEM, "there is no review %lld (mailproc review list)", (long long)id);
	if (fault == FAULT_NONE)
		fault = store_message_get(store, m->review.message, &m->message, why);
	if (fault == FAULT_NONE)
		fault = store_message_reading(store, m->review.message, &m->reading, why);
	if (fault == FAULT_NONE && m->review.renewal != 0)
		fault = store_renewal_get(store, m->review.renewal, &m->renewal, why);
	if (fault == FAULT_NONE && m->renewal.id != 0)
		fault = store_customer_get(store, m->renewal.customer, &m->customer, why);
	if (fault == FAULT_NONE && m->customer.id != 0)
		fault = store_contact_addresses(store, m->customer.id, &m->known, why);
	return fault;
}

/* Decodes the stored mail once more, in a reader: what it has attached and how it was signed. A mail that cannot be read is shown without. */
static enum fault
matter_read_mail(const struct command_open *open, struct matter *m, struct why *why)
{
	struct buf raw = BUF_MAX(MESSAGE_MAX_BYTES);
	struct reading *reading = NULL;
	struct why ignored = {0};
	enum fault fault = store_message_raw(open->store, m->review.message, &raw, why);

	if (fault == FAULT_NONE && reader_read(open->zygote, buf_span(&raw), &reading, &m->mail, &ignored) != FAULT_NONE)
		view_line(stdout, "not readable", ignored.text);
	reading_end(reading);
	buf_release(&raw);
	return fault;
}

static void
print_sender(const struct matter *m)
{
	struct buf known = BUF_MAX(8192);
	bool is_known = false;

	for (size_t i = 0; m->known != NULL && m->known[i] != NULL; i++) {
		buf_addf(&known, "%s%s", i > 0 ? ", " : "", m->known[i]);
		is_known = is_known || (m->message.sender != NULL && strcasecmp(m->known[i], m->message.sender) == 0);
	}
	view_linef(stdout, "from", "%s%s", m->message.sender != NULL ? m->message.sender : "(no usable sender)",
	    m->known == NULL ? "" : is_known ? " (on record)" : " (NOT on record)");
	view_line(stdout, "on record", buf_text(&known));
	buf_release(&known);
}

static void
print_reading(const json_t *reading)
{
	const json_t *certificates = json_object_get(reading, "certificates"), *verdict, *evidence;
	const char *name;
	size_t i;

	view_linef(stdout, "understood as", "%s%s%s", view_text(reading, "verdict") != NULL ? view_text(reading, "verdict") : "-",
	    view_text(reading, "reason") != NULL ? ": " : "", view_text(reading, "reason") != NULL ? view_text(reading, "reason") : "");
	json_object_foreach((json_t *)(uintptr_t)certificates, name, verdict)
		view_linef(stdout, "", "%s: %s", name, json_string_value(verdict));
	json_array_foreach(json_object_get(reading, "evidence"), i, evidence)
		view_linef(stdout, i == 0 ? "evidence" : "", "\"%s\" %s (%s)", view_text(evidence, "text") != NULL ? view_text(evidence, "text") : "",
		    view_text(evidence, "reason") != NULL ? view_text(evidence, "reason") : "", view_text(evidence, "rule"));
	puts("\nThe customer's new words:");
	if (view_text(reading, "reply") != NULL)
		view_block(stdout, view_text(reading, "reply"), WORDS_SHOWN);
	else
		puts("  (none)");
	if (view_text(reading, "cut") != NULL) {
		puts("\nCut as quote, signature or footer:");
		view_block(stdout, view_text(reading, "cut"), CUT_SHOWN);
	}
}

static void
print_mail(const struct message *mail)
{
	view_line(stdout, "signed", mail->authentication_detail);
	view_line(stdout, "suspicious", mail->suspicion);
	if (mail->kind != MESSAGE_PERSON)
		view_line(stdout, "not by a person", mail->kind_reason);
	for (size_t i = 0; i < mail->attachment_count; i++)
		view_line(stdout, i == 0 ? "attachments" : "", mail->attachment[i]);
}

static void
print_matter(const struct matter *m)
{
	char when[DAY_TEXT_MAX];

	view_linef(stdout, "review", "%lld, since %s", (long long)m->review.id, instant_text_short(when, m->review.opened_at));
	if (m->review.decision != NULL)
		view_linef(stdout, "decided", "%s by %s on %s%s%s", m->review.decision, m->review.decided_by,
		    instant_text_short(when, m->review.decided_at), *m->review.note != '\0' ? ": " : "", m->review.note);
	view_line(stdout, "why it stopped", m->review.reason);
	view_line(stdout, "otherwise", m->review.suggestion);
	if (m->renewal.id != 0)
		view_linef(stdout, "renewal", "%s, %s, %s", m->renewal.reference, renewal_state_text(m->renewal.state), m->customer.name);
	else
		view_line(stdout, "renewal", "not known: mailproc review attach N REF --by NAME");
	print_sender(m);
	view_line(stdout, "subject", m->message.subject);
	view_linef(stdout, "arrived", "%s, message %lld", instant_text_short(when, m->message.arrived_at != 0 ? m->message.arrived_at : m->message.fetched_at),
	    (long long)m->message.id);
	print_mail(&m->mail);
	if (m->reading != NULL) {
		print_reading(m->reading);
	} else if (m->mail.text != NULL && *m->mail.text != '\0') {
		puts("\nIts words:");
		view_block(stdout, m->mail.text, WORDS_SHOWN);
	}
	if (m->review.decision == NULL)
		printf("\nTo decide: mailproc review decide %lld renew|decline|acknowledge|ignore --by NAME\n", (long long)m->review.id);
}

/* The keys of the list, and the reading. */
static enum fault
print_matter_json(const struct matter *m, struct why *why)
{
	char opened[DAY_TEXT_MAX], decided[DAY_TEXT_MAX];
	json_t *object = json_pack("{s:I, s:s, s:s?, s:s?, s:s?, s:s?, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:I, s:O?}", "id", (json_int_t)m->review.id, "opened_at",
	    instant_text(opened, m->review.opened_at), "reference", m->renewal.reference, "customer_name", m->customer.name, "sender",
	    m->message.sender, "subject", m->message.subject, "reason", m->review.reason, "suggestion", m->review.suggestion, "decision",
	    m->review.decision, "decided_by", m->review.decision != NULL ? m->review.decided_by : NULL, "decided_at",
	    m->review.decision != NULL ? instant_text(decided, m->review.decided_at) : NULL, "note",
	    m->review.decision != NULL ? m->review.note : NULL, "message", (json_int_t)m->message.id, "reading", m->reading);

	if (object == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a review");
	view_json(stdout, object);
	json_decref(object);
	return FAULT_NONE;
}

/* A number of a review; -1 after telling that it is none. */
int64_t
review_number(const char *text)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n <= 0) {
		command_usage("review", "N is the number that review list shows");
		return -1;
	}
	return n;
}

static int
show_review(const struct command_context *context, int argc, char **argv)
{
	bool as_json = false;
	const struct command_option options[] = {{"json", &as_json, NULL}, {0}};
	struct matter matter = {0};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 2, 2, &words);
	int64_t id;
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if ((id = review_number(argv[2])) < 0)
		return EX_USAGE;
	status = command_open(&open, context, OPEN_STORE_READ | (as_json ? 0 : OPEN_READER));
	if (status != EX_OK)
		return status;
	fault = matter_load(open.store, id, &matter, &why);
	if (fault == FAULT_NONE && !as_json)
		fault = matter_read_mail(&open, &matter, &why);
	if (fault == FAULT_NONE && as_json)
		fault = print_matter_json(&matter, &why);
	else if (fault == FAULT_NONE)
		print_matter(&matter);
	matter_release(&matter);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

/* ---- decide and attach ---- */

static bool
is_decision(const char *word)
{
	static const char *const words[] = {"renew", "decline", "acknowledge", "ignore"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static int
decide_review(const struct command_context *context, int argc, char **argv)
{
	struct review_decision said = {0};
	const struct command_option options[] = {{"by", NULL, &said.by}, {"note", NULL, &said.note}, {"void", &said.voids, NULL},
	    {"remember-sender", &said.remembers, NULL}, {"purchase-order", NULL, &said.purchase_order}, {"addressee", NULL, &said.addressee}, {0}};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 3, 3, &words);
	int64_t id;
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (!is_decision(argv[3]))
		return command_usage("review", "a decision is renew, decline, acknowledge or ignore");
	if (said.voids && strcmp(argv[3], "decline") != 0)
		return command_usage("review", "--void belongs to decline");
	if ((said.purchase_order != NULL || said.addressee != NULL) && strcmp(argv[3], "renew") != 0)
		return command_usage("review", "--purchase-order and --addressee belong to renew");
	if (said.by == NULL || *said.by == '\0')
		return command_usage("review", "--by NAME is missing: who decides");
	if ((id = review_number(argv[2])) < 0)
		return EX_USAGE;
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	said.word = argv[3];
	fault = renewal_decide_review(&open.business, id, &said, &why);
	command_close(&open);
	if (fault != FAULT_NONE)
		return command_fail(fault, &why);
	printf("review %lld: %s, decided by %s\n", (long long)id, argv[3], said.by);
	return EX_OK;
}

static int
attach_review(const struct command_context *context, int argc, char **argv)
{
	const char *by = NULL;
	const struct command_option options[] = {{"by", NULL, &by}, {0}};
	struct command_open open;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 3, 3, &words);
	int64_t id;
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (by == NULL || *by == '\0')
		return command_usage("review", "--by NAME is missing: who says so");
	if ((id = review_number(argv[2])) < 0)
		return EX_USAGE;
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	fault = renewal_attach_review(&open.business, id, argv[3], by, &why);
	command_close(&open);
	if (fault != FAULT_NONE)
		return command_fail(fault, &why);
	printf("review %lld is about %s\n", (long long)id, argv[3]);
	return EX_OK;
}

int
command_review(const struct command_context *context, int argc, char **argv)
{
	static const struct command_step steps[] = {
	    {"list", list_reviews}, {"show", show_review}, {"decide", decide_review}, {"attach", attach_review},
	    {"answer", command_review_answer}, {"keep", command_review_keep}, {0}};

	return command_run_step(context, argc, argv, steps);
}

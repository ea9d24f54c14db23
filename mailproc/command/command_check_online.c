/*
 * command_check_online.c - the servers, and what can be learned of them before any customer writes
 *
 * Which Authentication-Results are our server's own is read from mails that came in: a header that others may have written must not be believed. Whether
 * sub-addresses arrive is tried with a mail to ourselves.
 */
#include "command_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../base/buf.h"
#include "../base/file.h"
#include "../base/log.h"
#include "../base/text.h"
#include "../digest.h"
#include "../mailbox.h"
#include "../message.h"
#include "../outbox.h"
#include "../reader.h"
#include "../secret.h"
#include "../smtp.h"

enum { NEWEST = 50, ID_MAX = 256, PROBE_WAIT_S = 60, PROBE_EVERY_S = 2 };

/* ---- Authentication-Results ---- */

/* The authserv-id of the topmost Authentication-Results (RFC 8601 2.2); "" when there is none. */
static void
topmost_id(char out[ID_MAX], struct span mail)
{
	static const char name[] = "authentication-results:";
	struct span line, value = {0};

	*out = '\0';
	while (span_next_line(&mail, &line) && line.n > 0) {
		if (value.p == NULL && line.n > sizeof name - 1 && strncasecmp(line.p, name, sizeof name - 1) == 0)
			value = span_trim((struct span){line.p + sizeof name - 1, line.n - (sizeof name - 1)});
		else if (value.p != NULL && value.n == 0 && (*line.p == ' ' || *line.p == '\t'))
			value = span_trim(line); /* it stands on the next line */
		if (value.n > 0)
			break;
	}
	for (size_t n = 0; n < value.n && n + 1 < ID_MAX && strchr("; \t(", value.p[n]) == NULL; n++) {
		out[n] = value.p[n] > ' ' && value.p[n] < 0x7F ? value.p[n] : '?';
		out[n + 1] = '\0';
	}
}

/* What the newest mails show. */
struct finding {
	size_t count, without; /* mails; those without the header */
	char id[ID_MAX];       /* the one that is on top most often */
	size_t with_id;
	size_t pass, absent, fail; /* of its results */
};

static void
find_ids(struct finding *f, const struct mailbox_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		char id[ID_MAX], other[ID_MAX];
		size_t same = 0;

		topmost_id(id, (struct span){batch->mail[i].bytes, batch->mail[i].n});
		f->without += *id == '\0';
		for (size_t k = 0; *id != '\0' && k < batch->count; k++) {
			topmost_id(other, (struct span){batch->mail[k].bytes, batch->mail[k].n});
			same += strcasecmp(id, other) == 0;
		}
		if (same > f->with_id) {
			f->with_id = same;
			snprintf(f->id, sizeof f->id, "%s", id);
		}
	}
	f->count += batch->count;
}

/* Reads the mails as a poll would, with that id as ours. */
static enum fault
find_results(const struct config *config, struct finding *f, const struct mailbox_batch *batch, struct why *why)
{
	struct reader_limits limits = {.seconds = config->reader_seconds, .megabytes = config->reader_megabytes};
	struct reader_zygote *zygote = NULL;
	char *rules = file_path(config->data_dir, "rules");
	enum fault fault = rules != NULL ? reader_start(&zygote, rules, config->own_rules, f->id, limits, NULL, NULL, why)
					 : why_set(why, FAULT_STOP, "out of memory");

	for (size_t i = 0; fault == FAULT_NONE && i < batch->count; i++) {
		struct message message = {0};
		struct reading *reading = NULL;
		struct why ignored = {0};

		if (reader_read(zygote, (struct span){batch->mail[i].bytes, batch->mail[i].n}, &reading, &message, &ignored) == FAULT_NONE) {
			f->pass += message.authentication == AUTHENTICATION_PASS;
			f->absent += message.authentication == AUTHENTICATION_ABSENT;
			f->fail += message.authentication == AUTHENTICATION_FAIL;
		}
		reading_end(reading);
		message_release(&message);
	}
	reader_stop(zygote);
	free(rules);
	return fault;
}

static void
advise(struct check *check, const char *part, const struct finding *f)
{
	const char *ours = check->config->authserv_id;
	char good[1200];

	if (f->count == 0) {
		check_tell(check, part, FAULT_NONE, NULL, "no mail yet: who writes Authentication-Results is not known");
		return;
	}
	if (f->with_id == 0) {
		check_tell(check, part, FAULT_NONE, NULL,
		    "no Authentication-Results in the newest mails: leave trust.authserv_id empty, trust.authentication = \"required\" would send all to staff");
		return;
	}
	snprintf(good, sizeof good, "newest %zu mails: \"%s\" on top of %zu, %zu without; pass %zu, absent %zu, fail %zu", f->count, f->id, f->with_id,
	    f->without, f->pass, f->absent, f->fail);
	check_tell(check, part, FAULT_NONE, NULL, good);
	if (f->with_id + f->without < f->count)
		log_warning("%zu mails have another authserv-id on top: where our server does not write its own, anybody can. Do not trust it",
		    f->count - f->with_id - f->without);
	if (*ours == '\0')
		log_warning("trust.authserv_id is empty: where \"%s\" is our own server, name it there", f->id);
	else if (strcasecmp(ours, f->id) != 0)
		log_warning("trust.authserv_id is \"%s\", but \"%s\" stands on top: results of our server are not seen", ours, f->id);
	printf("       %-14s trust.authentication = \"required\" %s\n", "",
	    f->absent == 0 ? "would be safe" : "would send those without a result to staff");
}

static void
check_authentication(struct check *check, struct mailbox *mailbox, const struct config_source *source, const char *part)
{
	struct mailbox_batch batch = {0};
	struct finding finding = {0};
	struct why why = {0};
	enum fault fault = FAULT_NONE;

	/* What was handled has been moved: the inbox alone may be empty. */
	if (source->type == SOURCE_IMAP && source->folders.move)
		fault = mailbox_newest(mailbox, source->folders.processed, NEWEST, &batch, &why);
	if ((fault == FAULT_NONE || fault == FAULT_ITEM) && batch.count == 0)
		fault = mailbox_newest(mailbox, NULL, NEWEST, &batch, &why);
	if (fault == FAULT_NONE) {
		find_ids(&finding, &batch);
		if (finding.with_id > 0)
			fault = find_results(check->config, &finding, &batch, &why);
	}
	mailbox_batch_release(&batch);
	if (fault == FAULT_NONE)
		advise(check, part, &finding);
	else
		check_tell(check, part, fault, &why, "");
}

/* ---- sub-addresses ---- */

static enum fault
make_probe(const struct config *config, int64_t now, char **recipient, char **id, struct buf *bytes, struct why *why)
{
	static const char token[] = "0-aaaaaaaaaaaaaaaaaaaaaaaaaa"; /* the form of a token, and never a valid one */
	size_t local = strcspn(config->address, "@");
	unsigned char random[8];
	char text[17] = "";
	struct mail_parts parts = {.from_address = config->address, .subject = "mailproc: does a sub-address arrive?", .language = "en", .kind = "probe",
	    .text = "Sent by mailproc check --online --probe. Nothing is to be done.\n", .now = now};
	enum fault fault = digest_random(random, sizeof random, why);

	for (size_t i = 0; i < sizeof random; i++)
		snprintf(text + 2 * i, sizeof text - 2 * i, "%02x", random[i]);
	if (fault != FAULT_NONE)
		return fault;
	if (asprintf(recipient, "%.*s%s%s%s", (int)local, config->address, config->subaddress_delimiter, token, config->address + local) < 0)
		*recipient = NULL;
	if (asprintf(id, "probe.%s%s", text, config->address + local) < 0)
		*id = NULL;
	if (*recipient == NULL || *id == NULL)
		return why_set(why, FAULT_STOP, "out of memory");
	parts.to_address = *recipient;
	parts.message_id = *id;
	return mail_write(bytes, &parts, why);
}

static enum fault
send_probe(struct smtp *smtp, const char *from, const char *recipient, const struct buf *bytes, struct why *why)
{
	struct smtp_answer answer = {0};
	bool offered = false;
	enum fault fault = smtp_offer(smtp, from, recipient, bytes->p, bytes->n, &offered, &answer, why);

	if (fault == FAULT_NONE && offered)
		fault = smtp_finish(smtp, &answer, why);
	if (fault == FAULT_NONE && answer.code / 100 != 2)
		fault = why_set(why, FAULT_ITEM, "the server does not take %s: %d %s", recipient, answer.code, answer.text);
	return fault;
}

static enum fault
await_probe(const struct config *config, const char *id, bool *has, struct why *why)
{
	struct mailbox *mailbox = NULL;
	const struct config_source *source = &config->source[0];
	enum fault fault = mailbox_open(&mailbox, config, source, why);

	for (int waited = 0; fault == FAULT_NONE && !*has && waited <= PROBE_WAIT_S; waited += PROBE_EVERY_S) {
		if (waited > 0)
			sleep(PROBE_EVERY_S);
		fault = mailbox_has(mailbox, source->folder, id, has, why);
	}
	mailbox_close(mailbox);
	return fault;
}

static void
check_probe(struct check *check, struct smtp *smtp)
{
	const struct config *config = check->config;
	struct buf bytes = BUF_MAX(64 << 10);
	char *recipient = NULL, *id = NULL;
	bool has = false;
	struct why why = {0};
	enum fault fault = make_probe(config, check->now, &recipient, &id, &bytes, &why);

	if (fault == FAULT_NONE && (config->source_count == 0 || config->source[0].type != SOURCE_IMAP))
		fault = why_set(&why, FAULT_SETUP, "a probe needs an IMAP source to be fetched from");
	if (fault == FAULT_NONE)
		fault = send_probe(smtp, config->address, recipient, &bytes, &why);
	if (fault == FAULT_NONE)
		fault = await_probe(config, id, &has, &why);
	if (fault == FAULT_NONE && !has)
		fault = why_set(&why, FAULT_ITEM, "the probe did not arrive within %d seconds", (int)PROBE_WAIT_S);
	if (fault == FAULT_ITEM && !config->subaddress) { /* that is an answer, and the configuration agrees with it */
		check_tell(check, "sub-addresses", FAULT_NONE, NULL, why.text);
		printf("       %-14s leave trust.subaddress = false\n", "");
	} else {
		check_tell(check, "sub-addresses", fault, &why, config->subaddress ? "arrive" : "arrive: trust.subaddress = true may be set");
	}
	free(recipient);
	free(id);
	buf_release(&bytes);
}

/* ---- the servers ---- */

static void
check_source(struct check *check, size_t i)
{
	struct mailbox *mailbox = NULL;
	struct why why = {0};
	char part[32], good[512];
	enum fault fault = mailbox_open(&mailbox, check->config, &check->config->source[i], &why);

	snprintf(part, sizeof part, "sources[%zu]", i + 1);
	snprintf(good, sizeof good, "%s", fault == FAULT_NONE ? mailbox_name(mailbox) : "");
	check_tell(check, part, fault, &why, good);
	if (fault == FAULT_NONE)
		check_authentication(check, mailbox, &check->config->source[i], part);
	mailbox_close(mailbox);
}

static void
check_smtp(struct check *check, bool probe)
{
	const struct config_server *server = &check->config->smtp;
	struct secret secret = {0};
	struct smtp *smtp = NULL;
	struct why why = {0};
	char good[512];
	enum fault fault = secret_of_server(&secret, server, &why);

	if (fault == FAULT_NONE)
		fault = smtp_open(&smtp, check->config, &secret, &why);
	secret_release(&secret);
	snprintf(good, sizeof good, "%s:%d%s%s", server->host, server->port, *server->user != '\0' ? ", logged in as " : "", server->user);
	check_tell(check, "smtp", fault, &why, good);
	if (fault == FAULT_NONE && probe)
		check_probe(check, smtp);
	smtp_close(smtp);
}

void
check_online(struct check *check, bool probe)
{
	for (size_t i = 0; i < check->config->source_count; i++)
		check_source(check, i);
	check_smtp(check, probe);
}

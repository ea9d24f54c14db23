/*
 * smtp.c - commands and answers, and the transaction of one letter
 *
 * The hard case is PIPELINING: MAIL, RCPT and DATA go out in one piece, so a server that refused the recipient may still ask for the text
 * (RFC 2920 3.1). Then a lone dot ends it, and RSET stands before the next letter.
 */
#include "smtp.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "smtp_inner.h"
#include "stream.h"

enum {
	ANSWER_BUDGET = 1000 * 1000, /* bytes a server may send in one transaction */
	LINES_MAX = 64 * 1024,
	ADDRESS_MAX = 254,	  /* RFC 5321 4.5.3.1.3, less the angle brackets */
	FINAL_DOT_TIMEOUT_S = 600, /* RFC 5321 4.5.3.2.6 */
	ANSWER_TIMEOUT_S = 60,
	SLOWEST_BYTES_PER_S = 1000 /* slower than that a text is given up */
};

bool
smtp_address_is_sendable(const char *address)
{
	const char *at = strrchr(address, '@');

	if (at == NULL || at == address || at[1] == '\0' || strlen(address) > ADDRESS_MAX)
		return false;
	for (const char *p = address; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7F || *p == '<' || *p == '>')
			return false;
	return text_is_utf8(span_of(address));
}

/* ---- writing and reading ---- */

enum fault
smtp_break(struct smtp *smtp, struct why *why, const char *format, ...)
{
	char text[WHY_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	smtp->broken = true;
	return why_set(why, FAULT_AWAY, "%s", text);
}

enum fault
smtp_write(struct smtp *smtp, const void *bytes, size_t n, struct why *why)
{
	if (n > 0 && mailstream_write(smtp->stream, bytes, n) != (ssize_t)n)
		return smtp_break(smtp, why, "%s", stream_error(smtp->stream));
	return FAULT_NONE;
}

enum fault
smtp_flush(struct smtp *smtp, struct why *why)
{
	if (mailstream_flush(smtp->stream) != 0)
		return smtp_break(smtp, why, "%s", stream_error(smtp->stream));
	return FAULT_NONE;
}

enum fault
smtp_command(struct smtp *smtp, struct why *why, const char *format, ...)
{
	char line[16 * 1024];
	va_list args;
	enum fault fault;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof line - 2, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof line - 2)
		return why_set(why, FAULT_STOP, "a command is too long");
	memcpy(line + n, "\r\n", 2);
	fault = smtp_write(smtp, line, (size_t)n + 2, why);
	explicit_bzero(line, (size_t)n + 2); /* it may have held the password */
	return fault;
}

/* The texts of all lines as one, in UTF-8 and printable. */
static void
fill_answer(struct smtp_answer *answer, int code, const struct buf *lines)
{
	struct buf clean = BUF_MAX(4 * LINES_MAX), shown = BUF_MAX(4 * LINES_MAX);
	size_t n;

	text_add_clean(&clean, buf_span(lines));
	text_add_printable(&shown, span_trim(buf_span(&clean)));
	n = shown.n < SMTP_ANSWER_MAX ? shown.n : SMTP_ANSWER_MAX - 1;
	while (n > 0 && n < shown.n && ((unsigned char)shown.p[n] & 0xC0) == 0x80)
		n--;
	if (n > 0)
		memcpy(answer->text, shown.p, n);
	answer->text[n] = '\0';
	answer->code = code;
	buf_release(&clean);
	buf_release(&shown);
}

/* One line of an answer. more: another follows. */
static enum fault
read_line(struct smtp *smtp, int *code, bool *more, struct why *why)
{
	struct span line;

	if (mailstream_read_line(smtp->stream, smtp->line) == NULL)
		return smtp_break(smtp, why, "%s", stream_error(smtp->stream));
	line = span_trim((struct span){smtp->line->str, smtp->line->len});
	if (line.n < 3 || line.p[0] < '2' || line.p[0] > '5' || line.p[1] < '0' || line.p[1] > '9' || line.p[2] < '0' ||
	    line.p[2] > '9' || (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-'))
		return smtp_break(smtp, why, "the server's answer is not SMTP");
	*code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + (line.p[2] - '0');
	*more = line.n > 3 && line.p[3] == '-';
	if (line.n > 4)
		buf_add(&smtp->lines, line.p + 4, line.n - 4);
	buf_add_char(&smtp->lines, '\n');
	return FAULT_NONE;
}

enum fault
smtp_read_answer(struct smtp *smtp, struct smtp_answer *answer, struct why *why)
{
	enum fault fault;
	bool more = true;
	int code = 0;

	*answer = (struct smtp_answer){0};
	buf_clear(&smtp->lines);
	for (int first = 0; more; first = code) {
		fault = read_line(smtp, &code, &more, why);
		if (fault != FAULT_NONE)
			return fault;
		if (first != 0 && first != code)
			return smtp_break(smtp, why, "the server's answer has two codes: %d and %d", first, code);
	}
	fill_answer(answer, code, &smtp->lines);
	if (code == 421) /* RFC 5321 3.8: the server closes */
		return smtp_break(smtp, why, "the server closes: 421 %s", answer->text);
	return FAULT_NONE;
}

/* ---- the text of a letter ---- */

/* Takes the next line: CRLF, LF or CR ends it, so no bare CR or LF is left to be misread (SMTP smuggling). */
static bool
next_text_line(struct span *rest, struct span *line)
{
	size_t n = 0, end;

	if (rest->n == 0)
		return false;
	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	*line = (struct span){rest->p, n};
	end = n < rest->n ? n + 1 : n;
	if (end < rest->n && rest->p[n] == '\r' && rest->p[end] == '\n')
		end++;
	rest->p += end;
	rest->n -= end;
	return true;
}

/* Size as it is sent, without stuffed dots (RFC 1870 6.3), and whether a byte has its eighth bit set. */
static size_t
text_size(struct span text, bool *is_8bit)
{
	struct span line;
	size_t size = 0;

	*is_8bit = false;
	for (size_t i = 0; i < text.n && !*is_8bit; i++)
		*is_8bit = ((unsigned char)text.p[i] & 0x80) != 0;
	while (next_text_line(&text, &line))
		size += line.n + 2;
	return size;
}

/* Every line ends in CRLF, so the final dot stands on a line of its own. */
static enum fault
send_text(struct smtp *smtp, struct span text, struct why *why)
{
	enum fault fault = FAULT_NONE;
	struct span line;

	while (fault == FAULT_NONE && next_text_line(&text, &line)) {
		if (line.n > 0 && line.p[0] == '.')
			fault = smtp_write(smtp, ".", 1, why);
		if (fault == FAULT_NONE)
			fault = smtp_write(smtp, line.p, line.n, why);
		if (fault == FAULT_NONE)
			fault = smtp_write(smtp, "\r\n", 2, why);
	}
	return fault == FAULT_NONE ? smtp_flush(smtp, why) : fault;
}

/* ---- a transaction ---- */

enum { STEP_RESET, STEP_MAIL, STEP_RECIPIENT, STEP_DATA, step_count };

struct transaction {
	const char *from, *recipient;
	struct span text;
	size_t size;
	bool is_8bit, is_utf8;
	struct smtp_answer answer[step_count];
};

static enum fault
send_step(struct smtp *smtp, const struct transaction *t, int step, struct why *why)
{
	char size[32] = "";

	switch (step) {
	case STEP_RESET:
		return smtp_command(smtp, why, "RSET");
	case STEP_MAIL:
		if (smtp->size_max != 0)
			snprintf(size, sizeof size, " SIZE=%zu", t->size);
		return smtp_command(smtp, why, "MAIL FROM:<%s>%s%s%s", t->from, size,
		    t->is_8bit && (smtp->offers & OFFERS_8BITMIME) != 0 ? " BODY=8BITMIME" : "", t->is_utf8 ? " SMTPUTF8" : "");
	case STEP_RECIPIENT:
		return smtp_command(smtp, why, "RCPT TO:<%s>", t->recipient);
	default:
		return smtp_command(smtp, why, "DATA");
	}
}

static bool
is_refused(const struct transaction *t, int step)
{
	return t->answer[step].code / 100 != (step == STEP_DATA ? 3 : 2);
}

/* All steps in one piece where the server takes that, else one after the other until one is refused. Returns the first refused step. */
static enum fault
send_envelope(struct smtp *smtp, struct transaction *t, int *refused, struct why *why)
{
	bool at_once = (smtp->offers & OFFERS_PIPELINING) != 0;
	int first = smtp->needs_reset ? STEP_RESET : STEP_MAIL;
	enum fault fault = FAULT_NONE;

	*refused = step_count;
	for (int step = first; at_once && fault == FAULT_NONE && step < step_count; step++)
		fault = send_step(smtp, t, step, why);
	if (at_once && fault == FAULT_NONE)
		fault = smtp_flush(smtp, why);
	for (int step = first; fault == FAULT_NONE && step < step_count && (at_once || *refused == step_count); step++) {
		if (!at_once)
			fault = send_step(smtp, t, step, why);
		if (!at_once && fault == FAULT_NONE)
			fault = smtp_flush(smtp, why);
		if (fault == FAULT_NONE)
			fault = smtp_read_answer(smtp, &t->answer[step], why);
		if (fault != FAULT_NONE && t->answer[step].code == 421)
			*refused = step;
		if (fault == FAULT_NONE && *refused == step_count && is_refused(t, step))
			*refused = step;
	}
	return fault;
}

/* A refused letter: the transaction is ended so that the next can begin. */
static enum fault
end_refused(struct smtp *smtp, const struct transaction *t, int refused, struct why *why)
{
	const struct smtp_answer *answer = &t->answer[refused];
	struct smtp_answer ignored;
	enum fault fault = FAULT_NONE;

	if (refused == STEP_RESET || answer->code < 400)
		return smtp_break(smtp, why, "the server is out of step: %d %s", answer->code, answer->text);
	if (t->answer[STEP_DATA].code / 100 == 3) {
		/* Without a recipient nothing can come of the empty text. With one, the server took half of a letter: no more with it. */
		if (!is_refused(t, STEP_RECIPIENT))
			return smtp_break(smtp, why, "the server refused the sender and took the recipient: %d %s", answer->code,
			    answer->text);
		fault = smtp_write(smtp, ".\r\n", 3, why);
		if (fault == FAULT_NONE)
			fault = smtp_flush(smtp, why);
		if (fault == FAULT_NONE)
			fault = smtp_read_answer(smtp, &ignored, why);
	}
	smtp->needs_reset = true;
	return fault;
}

static void
set_limits(struct smtp *smtp, size_t size)
{
	stream_set_budget(smtp->stream, ANSWER_BUDGET);
	stream_set_timeout(smtp->stream, 0);
	stream_set_deadline(smtp->stream,
	    ((int64_t)step_count * smtp->answer_timeout_s + (int64_t)(size / SLOWEST_BYTES_PER_S)) * 1000);
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text & 0x80) != 0)
			return false;
	return true;
}

/* What the server would refuse for sure is refused here, without asking it. */
static bool
refuse_early(const struct smtp *smtp, struct transaction *t, struct smtp_answer *answer)
{
	t->is_utf8 = !is_ascii(t->from) || !is_ascii(t->recipient);
	if (t->is_utf8 && (smtp->offers & OFFERS_SMTPUTF8) == 0) {
		answer->code = 553;
		snprintf(answer->text, sizeof answer->text, "5.6.7 the server takes no addresses outside ASCII");
		return true;
	}
	if (smtp->size_max != 0 && t->size > smtp->size_max) {
		answer->code = 552;
		snprintf(answer->text, sizeof answer->text,
		    "5.3.4 the letter has %zu bytes, the server takes at most %" PRIu64, t->size, smtp->size_max);
		return true;
	}
	return false;
}

enum fault
smtp_offer(struct smtp *smtp, const char *envelope_from, const char *recipient, const void *bytes, size_t n, bool *offered,
    struct smtp_answer *answer, struct why *why)
{
	struct transaction t = {.from = envelope_from, .recipient = recipient, .text = {bytes, n}};
	enum fault fault;
	int refused;

	*offered = false;
	*answer = (struct smtp_answer){0};
	if (envelope_from[0] != '\0' && !smtp_address_is_sendable(envelope_from))
		return why_set(why, FAULT_ITEM, "the envelope sender cannot be sent to a server");
	if (!smtp_address_is_sendable(recipient))
		return why_set(why, FAULT_ITEM, "the recipient's address cannot be sent to a server");
	if (smtp->broken || smtp->text_pending)
		return why_set(why, FAULT_AWAY, "%s: the connection is closed", smtp->server);
	t.size = text_size(t.text, &t.is_8bit);
	if (refuse_early(smtp, &t, answer))
		return FAULT_NONE;
	set_limits(smtp, t.size);
	fault = send_envelope(smtp, &t, &refused, why);
	if (refused < step_count)
		*answer = t.answer[refused];
	if (fault == FAULT_NONE && refused < step_count)
		fault = end_refused(smtp, &t, refused, why);
	if (fault == FAULT_NONE && refused == step_count) {
		smtp->needs_reset = false;
		smtp->text_pending = true;
		fault = send_text(smtp, t.text, why);
		*offered = fault == FAULT_NONE;
	}
	return fault == FAULT_NONE ? FAULT_NONE : why_before(why, fault, "%s", smtp->server);
}

enum fault
smtp_finish(struct smtp *smtp, struct smtp_answer *answer, struct why *why)
{
	int wait_s = smtp->answer_timeout_s > FINAL_DOT_TIMEOUT_S ? smtp->answer_timeout_s : FINAL_DOT_TIMEOUT_S;
	enum fault fault;

	*answer = (struct smtp_answer){0};
	if (smtp->broken || !smtp->text_pending)
		return why_set(why, FAULT_AWAY, "%s: no letter waits for its final dot", smtp->server);
	stream_set_budget(smtp->stream, ANSWER_BUDGET);
	stream_set_timeout(smtp->stream, wait_s);
	stream_set_deadline(smtp->stream, (int64_t)wait_s * 1000);
	fault = smtp_write(smtp, ".\r\n", 3, why);
	if (fault == FAULT_NONE)
		fault = smtp_flush(smtp, why);
	if (fault == FAULT_NONE)
		fault = smtp_read_answer(smtp, answer, why);
	smtp->text_pending = false;
	if (fault == FAULT_NONE && answer->code / 100 == 3) {
		fault = smtp_break(smtp, why, "the server is out of step: %d %s", answer->code, answer->text);
		*answer = (struct smtp_answer){0};
	}
	return fault == FAULT_NONE ? FAULT_NONE : why_before(why, fault, "%s", smtp->server);
}

/* ---- opening and closing ---- */

enum fault
smtp_open(struct smtp **out, const struct config *config, const struct secret *secret, struct why *why)
{
	const struct config_server *server = &config->smtp;
	struct smtp *smtp = calloc(1, sizeof *smtp);
	enum fault fault = FAULT_NONE;

	if (smtp == NULL || (smtp->line = mmap_string_new("")) == NULL ||
	    asprintf(&smtp->server, "%s:%d", server->host, server->port) < 0) {
		if (smtp != NULL)
			smtp->server = NULL;
		fault = why_set(why, FAULT_STOP, "out of memory for a connection");
		goto out;
	}
	smtp->lines.max = LINES_MAX;
	smtp->protocol = config->protocol;
	smtp->answer_timeout_s = server->answer_timeout_s > 0 ? server->answer_timeout_s : ANSWER_TIMEOUT_S;
	fault = stream_open(&smtp->stream, server, why);
	if (fault != FAULT_NONE)
		goto out;
	set_limits(smtp, 0);
	fault = smtp_start(smtp, config, secret, why);
	if (fault != FAULT_NONE)
		why_before(why, fault, "%s", smtp->server);
out:
	if (fault == FAULT_NONE)
		*out = smtp;
	else
		smtp_close(smtp);
	return fault;
}

void
smtp_close(struct smtp *smtp)
{
	struct why ignored;

	if (smtp == NULL)
		return;
	if (smtp->stream != NULL && !smtp->broken && !smtp->text_pending) {
		stream_set_deadline(smtp->stream, 1000);
		if (smtp_command(smtp, &ignored, "QUIT") == FAULT_NONE)
			(void)mailstream_flush(smtp->stream);
	}
	if (smtp->stream != NULL)
		mailstream_close(smtp->stream);
	if (smtp->line != NULL)
		mmap_string_free(smtp->line);
	buf_release(&smtp->lines);
	free(smtp->server);
	free(smtp);
}

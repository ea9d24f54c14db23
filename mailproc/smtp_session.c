/*
 * smtp_session.c - the start of a connection: greeting, EHLO, STARTTLS, login
 *
 * What a server said in clear counts for nothing after STARTTLS (RFC 3207 4.2), and no password leaves before stream_is_private().
 */
#include "smtp_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "digest.h"
#include "stream.h"

enum { LOGIN_MAX = 12288 /* RFC 4954 4: a line of base64 */ };

/* Takes the next word, at blanks and "=" (old servers say "AUTH=PLAIN"). */
static struct span
next_word(struct span *rest)
{
	struct span word;

	while (rest->n > 0 && (*rest->p == ' ' || *rest->p == '='))
		rest->p++, rest->n--;
	word = (struct span){rest->p, 0};
	while (rest->n > 0 && *rest->p != ' ' && *rest->p != '=')
		rest->p++, rest->n--, word.n++;
	return word;
}

static uint64_t
number(struct span digits)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9' || value > UINT64_MAX / 10 - 1)
			return 0;
		value = value * 10 + (uint64_t)(digits.p[i] - '0');
	}
	return value;
}

static void
read_offer(struct smtp *smtp, struct span line)
{
	static const struct {
		const char *word;
		unsigned offer;
	} known[] = {{"PIPELINING", OFFERS_PIPELINING}, {"8BITMIME", OFFERS_8BITMIME}, {"SMTPUTF8", OFFERS_SMTPUTF8},
	    {"STARTTLS", OFFERS_STARTTLS}},
	  login[] = {{"PLAIN", OFFERS_PLAIN}, {"LOGIN", OFFERS_LOGIN}, {"XOAUTH2", OFFERS_XOAUTH2}};
	struct span word = next_word(&line);

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (span_is_caseless(word, known[i].word))
			smtp->offers |= known[i].offer;
	if (span_is_caseless(word, "SIZE"))
		smtp->size_max = number(next_word(&line));
	if (!span_is_caseless(word, "AUTH"))
		return;
	while ((word = next_word(&line)).n > 0)
		for (size_t i = 0; i < sizeof login / sizeof login[0]; i++)
			if (span_is_caseless(word, login[i].word))
				smtp->offers |= login[i].offer;
}

static enum fault
send_line(struct smtp *smtp, const char *line, struct smtp_answer *answer, struct why *why)
{
	enum fault fault = smtp_command(smtp, why, "%s", line);

	if (fault == FAULT_NONE)
		fault = smtp_flush(smtp, why);
	return fault == FAULT_NONE ? smtp_read_answer(smtp, answer, why) : fault;
}

static enum fault
say_hello(struct smtp *smtp, const char *name, struct why *why)
{
	struct smtp_answer answer = {0};
	struct span rest, line;
	enum fault fault;
	char hello[300];
	bool first = true;

	snprintf(hello, sizeof hello, "%s %s", smtp->protocol == PROTOCOL_LMTP ? "LHLO" : "EHLO", name);
	fault = send_line(smtp, hello, &answer, why);
	if (fault != FAULT_NONE)
		return fault;
	if (answer.code / 100 != 2)
		return smtp_break(smtp, why, "the server refused our greeting: %d %s", answer.code, answer.text);
	smtp->offers = 0;
	smtp->size_max = 0;
	rest = buf_span(&smtp->lines);
	while (span_next_line(&rest, &line)) {
		if (!first)
			read_offer(smtp, line);
		first = false;
	}
	return FAULT_NONE;
}

static enum fault
start_tls(struct smtp *smtp, const char *name, struct why *why)
{
	struct smtp_answer answer = {0};
	enum fault fault;

	if ((smtp->offers & OFFERS_STARTTLS) == 0)
		return why_set(why, FAULT_SETUP, "the server does not offer STARTTLS");
	fault = send_line(smtp, "STARTTLS", &answer, why);
	if (fault != FAULT_NONE)
		return fault;
	if (answer.code != 220)
		return why_set(why, answer.code / 100 == 5 ? FAULT_SETUP : FAULT_AWAY, "the server refused STARTTLS: %d %s",
		    answer.code, answer.text);
	fault = stream_start_tls(smtp->stream, why);
	return fault == FAULT_NONE ? say_hello(smtp, name, why) : fault;
}

/* ---- login (RFC 4954) ---- */

/* Sends "BEFORE base64(bytes)" and reads the answer. What was sent is wiped. */
static enum fault
send_base64(struct smtp *smtp, const char *before, const char *bytes, size_t n, struct smtp_answer *answer, struct why *why)
{
	char *text = NULL;
	enum fault fault;

	if (n / 3 * 4 + 4 + strlen(before) + 3 > LOGIN_MAX)
		return why_set(why, FAULT_SETUP, "the password or token is too long to log in with");
	text = malloc(LOGIN_MAX);
	if (text == NULL)
		return why_set(why, FAULT_STOP, "out of memory for the login");
	digest_base64(text, bytes, n);
	fault = smtp_command(smtp, why, "%s%s", before, text);
	if (fault == FAULT_NONE)
		fault = smtp_flush(smtp, why);
	if (fault == FAULT_NONE)
		fault = smtp_read_answer(smtp, answer, why);
	explicit_bzero(text, LOGIN_MAX);
	free(text);
	return fault;
}

/* PLAIN (RFC 4616) and XOAUTH2: everything in the first line. */
static enum fault
login_at_once(struct smtp *smtp, enum config_auth auth, const char *user, const struct secret *secret,
    struct smtp_answer *answer, struct why *why)
{
	struct buf words = BUF_MAX(LOGIN_MAX);
	enum fault fault;

	if (auth == AUTH_PLAIN) {
		buf_add_char(&words, '\0');
		buf_add_text(&words, user);
		buf_add_char(&words, '\0');
		buf_add(&words, secret->p, secret->n);
	} else {
		buf_addf(&words, "user=%s\001auth=Bearer %s\001\001", user, secret->p);
	}
	fault = words.failed ? why_set(why, FAULT_SETUP, "the password or token is too long to log in with")
			     : send_base64(smtp, auth == AUTH_PLAIN ? "AUTH PLAIN " : "AUTH XOAUTH2 ", words.p, words.n, answer, why);
	/* XOAUTH2 tells the cause of a refusal in a challenge, and the refusal only after an empty line. */
	if (fault == FAULT_NONE && answer->code == 334)
		fault = send_line(smtp, auth == AUTH_PLAIN ? "*" : "", answer, why);
	if (words.p != NULL)
		explicit_bzero(words.p, words.room);
	buf_release(&words);
	return fault;
}

static enum fault
login_in_steps(struct smtp *smtp, const char *user, const struct secret *secret, struct smtp_answer *answer, struct why *why)
{
	enum fault fault = send_line(smtp, "AUTH LOGIN", answer, why);

	if (fault == FAULT_NONE && answer->code == 334)
		fault = send_base64(smtp, "", user, strlen(user), answer, why);
	if (fault == FAULT_NONE && answer->code == 334)
		fault = send_base64(smtp, "", secret->p, secret->n, answer, why);
	return fault;
}

static bool
has_controls(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return true;
	return false;
}

static enum fault
log_in(struct smtp *smtp, const struct config_server *server, const struct secret *secret, struct why *why)
{
	static const struct {
		const char *name;
		unsigned offer;
	} way[] = {[AUTH_PLAIN] = {"PLAIN", OFFERS_PLAIN}, [AUTH_LOGIN] = {"LOGIN", OFFERS_LOGIN},
	    [AUTH_XOAUTH2] = {"XOAUTH2", OFFERS_XOAUTH2}};
	struct smtp_answer answer = {0};
	enum fault fault;

	if (!stream_is_private(smtp->stream))
		return why_set(why, FAULT_SETUP, "no password is sent over a connection without TLS");
	if ((smtp->offers & way[server->auth].offer) == 0)
		return why_set(why, FAULT_SETUP, "the server does not offer the login %s", way[server->auth].name);
	if (secret == NULL || secret->p == NULL || has_controls(server->user) || has_controls(secret->p))
		return why_set(why, FAULT_SETUP, "the password is missing, or user or password has control characters");
	if (server->auth == AUTH_LOGIN)
		fault = login_in_steps(smtp, server->user, secret, &answer, why);
	else
		fault = login_at_once(smtp, server->auth, server->user, secret, &answer, why);
	if (fault == FAULT_NONE && answer.code != 235)
		fault = why_set(why, answer.code / 100 == 4 ? FAULT_AWAY : FAULT_SETUP, "login refused: %d %s", answer.code,
		    answer.text);
	return fault;
}

enum fault
smtp_start(struct smtp *smtp, const struct config *config, const struct secret *secret, struct why *why)
{
	const char *name = config->ehlo_name != NULL && config->ehlo_name[0] != '\0' ? config->ehlo_name : "localhost";
	struct smtp_answer answer = {0};
	enum fault fault;

	if (has_controls(name) || strchr(name, ' ') != NULL || strlen(name) > 255)
		return why_set(why, FAULT_SETUP, "ehlo_name is not a name: %s", name);
	fault = smtp_read_answer(smtp, &answer, why);
	if (fault != FAULT_NONE)
		return fault;
	if (answer.code != 220)
		return why_set(why, FAULT_AWAY, "the server is not ready: %d %s", answer.code, answer.text);
	fault = say_hello(smtp, name, why);
	if (fault == FAULT_NONE && config->smtp.tls == TLS_STARTTLS)
		fault = start_tls(smtp, name, why);
	if (fault == FAULT_NONE && config->smtp.auth != AUTH_NONE)
		fault = log_in(smtp, &config->smtp, secret, why);
	return fault;
}

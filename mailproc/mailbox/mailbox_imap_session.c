/*
 * mailbox_imap_session.c - connecting, login, folder names; and what libetpan's codes mean
 *
 * libetpan's IMAP client runs over stream.h only. After most of its errors the dialogue is out of step; the connection is then closed hard,
 * because even freeing the session would send LOGOUT and wait for an answer.
 */
#include "mailbox_imap.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../secret.h"
#include "../stream.h"

enum { ANSWER_TIMEOUT_S = 60, SLOWEST_BYTES_PER_S = 10 * 1000 };

void
mailbox_imap_limit(struct imap *imap, uint64_t bytes)
{
	stream_set_budget(imap->stream, bytes);
	stream_set_deadline(imap->stream, (imap->answer_timeout_s + (int64_t)(bytes / SLOWEST_BYTES_PER_S)) * 1000);
}

static void
drop(struct imap *imap)
{
	if (imap->session == NULL)
		return;
	if (imap->session->imap_stream != NULL)
		mailstream_close(imap->session->imap_stream);
	imap->session->imap_stream = NULL;
	mailimap_free(imap->session);
	imap->session = NULL;
	imap->stream = NULL;
	imap->is_selected = false;
}

/* What the server said last, on one printable line. */
static void
add_response(struct buf *out, const mailimap *session)
{
	const char *text = session->imap_response;
	struct buf clean = BUF_MAX(4096);

	if (text == NULL)
		return;
	text_add_clean(&clean, (struct span){text, strnlen(text, 1000)});
	text_add_printable(out, span_trim(buf_span(&clean)));
	buf_release(&clean);
}

/* RFC 5530: the server says itself that it is a matter of time. */
static bool
is_temporary(const mailimap *session)
{
	static const char *const word[] = {"UNAVAILABLE", "INUSE", "SERVERBUG", "LIMIT"};
	const char *atom = session->imap_response_info != NULL ? session->imap_response_info->rsp_atom : NULL;

	for (size_t i = 0; atom != NULL && i < sizeof word / sizeof word[0]; i++)
		if (strcasecmp(atom, word[i]) == 0)
			return true;
	return false;
}

enum fault
mailbox_imap_fault(struct imap *imap, int code, enum fault refused, struct why *why, const char *what)
{
	struct buf said = BUF_MAX(WHY_MAX);
	enum fault fault = refused;
	bool out_of_step = false;

	if (code == MAILIMAP_NO_ERROR)
		return FAULT_NONE;
	switch (code) {
	case MAILIMAP_ERROR_MEMORY:
		fault = FAULT_STOP;
		out_of_step = true;
		break;
	case MAILIMAP_ERROR_STREAM:
	case MAILIMAP_ERROR_PARSE:
	case MAILIMAP_ERROR_FATAL:
	case MAILIMAP_ERROR_PROTOCOL: /* BAD arrives as this too */
	case MAILIMAP_ERROR_BAD_STATE:
	case MAILIMAP_ERROR_SSL:
	case MAILIMAP_ERROR_CONNECTION_REFUSED:
	case MAILIMAP_ERROR_DONT_ACCEPT_CONNECTION:
		fault = FAULT_AWAY;
		out_of_step = true;
		break;
	default:
		if (is_temporary(imap->session))
			fault = FAULT_AWAY;
		break;
	}
	if (fault == FAULT_STOP)
		buf_add_text(&said, "out of memory");
	else if (stream_error(imap->stream)[0] != '\0')
		buf_add_text(&said, stream_error(imap->stream));
	else
		add_response(&said, imap->session);
	if (said.n == 0)
		buf_add_text(&said, out_of_step ? "the server's answer cannot be understood" : "refused");
	why_set(why, fault, "%s: %s: %s", imap->server, what, buf_text(&said));
	buf_release(&said);
	if (out_of_step)
		drop(imap);
	return fault;
}

/* ---- login ---- */

static void
forget_capabilities(mailimap *session)
{
	if (session->imap_connection_info == NULL || session->imap_connection_info->imap_capability == NULL)
		return;
	mailimap_capability_data_free(session->imap_connection_info->imap_capability);
	session->imap_connection_info->imap_capability = NULL;
}

static enum fault
know_capabilities(struct imap *imap, struct why *why)
{
	struct mailimap_capability_data *data = NULL;
	mailimap *session = imap->session;
	int code;

	if (session->imap_connection_info != NULL && session->imap_connection_info->imap_capability != NULL)
		return FAULT_NONE;
	code = mailimap_capability(session, &data);
	if (data != NULL)
		mailimap_capability_data_free(data);
	return mailbox_imap_fault(imap, code, FAULT_AWAY, why, "CAPABILITY");
}

static enum fault
start_tls(struct imap *imap, struct why *why)
{
	enum fault fault = know_capabilities(imap, why);
	int code;

	if (fault == FAULT_NONE && !mailimap_has_extension(imap->session, "STARTTLS"))
		fault = why_set(why, FAULT_SETUP, "%s: the server does not offer STARTTLS", imap->server);
	if (fault != FAULT_NONE)
		return fault;
	/* libetpan gives the same code for a refusal and for bytes behind the answer; those stream_start_tls() refuses by itself. */
	code = mailimap_starttls(imap->session);
	if (code != MAILIMAP_NO_ERROR && imap->stream->read_buffer_len == 0)
		return mailbox_imap_fault(imap, code, FAULT_SETUP, why, "STARTTLS");
	fault = stream_start_tls(imap->stream, why);
	if (fault != FAULT_NONE) {
		drop(imap);
		return why_before(why, fault, "%s", imap->server);
	}
	forget_capabilities(imap->session); /* they came in clear: anybody may have written them */
	return FAULT_NONE;
}

static enum fault
log_in(struct imap *imap, const struct config_server *server, struct why *why)
{
	struct secret secret = {0};
	enum fault fault;
	int code;

	if (!stream_is_private(imap->stream))
		return why_set(why, FAULT_SETUP, "%s: no password is sent over a connection without TLS", imap->server);
	if (server->auth == AUTH_NONE)
		return why_set(why, FAULT_SETUP, "%s: the server wants a login, and none is configured", imap->server);
	fault = secret_of_server(&secret, server, why);
	if (fault != FAULT_NONE)
		return fault;
	/* libetpan sends them as they are: a line break would be the end of the command and the start of another. */
	if (mailbox_has_controls(server->user) || mailbox_has_controls(secret.p)) {
		fault = why_set(why, FAULT_SETUP, "%s: user or password has control characters", imap->server);
		goto out;
	}
	forget_capabilities(imap->session); /* what is offered changes with the login */
	if (server->auth == AUTH_XOAUTH2)
		code = mailimap_oauth2_authenticate(imap->session, server->user, secret.p);
	else
		code = mailimap_login(imap->session, server->user, secret.p);
	fault = mailbox_imap_fault(imap, code, FAULT_SETUP, why, "login refused");
out:
	secret_release(&secret);
	return fault;
}

enum fault
mailbox_imap_start(struct imap *imap, const struct config_server *server, struct why *why)
{
	enum fault fault = FAULT_NONE;
	int code;

	if (asprintf(&imap->server, "%s:%d", server->host, server->port) < 0) {
		imap->server = NULL;
		return why_set(why, FAULT_STOP, "out of memory for a mailbox");
	}
	imap->answer_timeout_s = server->answer_timeout_s > 0 ? server->answer_timeout_s : ANSWER_TIMEOUT_S;
	fault = stream_open(&imap->stream, server, why);
	if (fault != FAULT_NONE)
		return fault;
	imap->session = mailimap_new(0, NULL);
	if (imap->session == NULL) {
		mailstream_close(imap->stream);
		imap->stream = NULL;
		return why_set(why, FAULT_STOP, "out of memory for a mailbox");
	}
	mailbox_imap_limit(imap, 1000 * 1000);
	code = mailimap_connect(imap->session, imap->stream);
	if (code != MAILIMAP_NO_ERROR_AUTHENTICATED && code != MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
		return mailbox_imap_fault(imap, code != MAILIMAP_NO_ERROR ? code : MAILIMAP_ERROR_PROTOCOL, FAULT_AWAY, why, "greeting");
	if (server->tls == TLS_STARTTLS) {
		if (code == MAILIMAP_NO_ERROR_AUTHENTICATED) /* RFC 9051 11.1: then STARTTLS is no longer possible */
			return why_set(why, FAULT_SETUP, "%s: the server says that we are logged in, before TLS was started", imap->server);
		fault = start_tls(imap, why);
	}
	if (fault == FAULT_NONE && code != MAILIMAP_NO_ERROR_AUTHENTICATED)
		fault = log_in(imap, server, why);
	if (fault == FAULT_NONE)
		fault = know_capabilities(imap, why);
	if (fault == FAULT_NONE) {
		imap->has_move = mailimap_has_extension(imap->session, "MOVE") != 0;
		imap->has_uidplus = mailimap_has_uidplus(imap->session) != 0;
	}
	return fault;
}

void
mailbox_imap_close(struct imap *imap)
{
	if (imap == NULL)
		return;
	if (imap->session != NULL) {
		stream_set_deadline(imap->stream, 2000);
		mailimap_logout(imap->session);
		drop(imap);
	}
	free(imap->server);
	free(imap->folder);
	free(imap->prefix);
	free(imap->entry);
	free(imap);
}

/* ---- folder names ---- */

/* Asks once how personal folders are called: Courier wants INBOX.name. */
static enum fault
know_names(struct imap *imap, struct why *why)
{
	struct mailimap_namespace_data *data = NULL;
	enum fault fault;

	if (imap->knows_names)
		return FAULT_NONE;
	imap->delimiter = '/';
	if (mailimap_has_namespace(imap->session)) {
		fault = mailbox_imap_fault(imap, mailimap_namespace(imap->session, &data), FAULT_AWAY, why, "NAMESPACE");
		if (fault == FAULT_NONE && data->ns_personal != NULL && clist_begin(data->ns_personal->ns_data_list) != NULL) {
			const struct mailimap_namespace_info *first = clist_content(clist_begin(data->ns_personal->ns_data_list));

			imap->prefix = first->ns_prefix != NULL ? strdup(first->ns_prefix) : NULL;
			imap->delimiter = first->ns_delimiter;
		}
		if (data != NULL)
			mailimap_namespace_data_free(data);
	} else {
		clist *list = NULL;

		fault = mailbox_imap_fault(imap, mailimap_list(imap->session, "", "", &list), FAULT_AWAY, why, "LIST");
		if (fault == FAULT_NONE && list != NULL && clist_begin(list) != NULL)
			imap->delimiter = ((struct mailimap_mailbox_list *)clist_content(clist_begin(list)))->mb_delimiter;
		if (fault == FAULT_NONE && list != NULL)
			mailimap_list_result_free(list);
	}
	imap->knows_names = fault == FAULT_NONE;
	return fault;
}

/* Modified UTF-7. FAULT_SETUP for what is not UTF-8. */
static enum fault
encode_name(const char *name, char **out, struct why *why)
{
	size_t left = strlen(name), room = 8 * left + 8, free_room = room;
	char *from = strdup(name), *in = from, *made = malloc(room + 1), *to = made;
	iconv_t converter = iconv_open("UTF-7-IMAP", "UTF-8");
	enum fault fault = FAULT_NONE;

	if (from == NULL || made == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory for a folder's name");
	else if (converter == (iconv_t)-1)
		fault = why_set(why, FAULT_STOP, "the system cannot convert to UTF-7-IMAP");
	else if (iconv(converter, &in, &left, &to, &free_room) == (size_t)-1 ||
		 iconv(converter, NULL, NULL, &to, &free_room) == (size_t)-1)
		fault = why_set(why, FAULT_SETUP, "the name of a folder is not UTF-8: %s", name);
	if (converter != (iconv_t)-1)
		iconv_close(converter);
	free(from);
	if (fault != FAULT_NONE) {
		free(made);
		return fault;
	}
	*to = '\0';
	*out = made;
	return FAULT_NONE;
}

enum fault
mailbox_imap_folder_name(struct imap *imap, const char *folder, char **out, struct why *why)
{
	const char *prefix;
	char *encoded = NULL;
	enum fault fault;

	if (mailbox_has_controls(folder))
		return why_set(why, FAULT_SETUP, "%s: the name of a folder has control characters", imap->server);
	if (strcasecmp(folder, "INBOX") == 0) {
		*out = strdup("INBOX");
		return *out != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory for a folder's name");
	}
	fault = know_names(imap, why);
	if (fault == FAULT_NONE)
		fault = encode_name(folder, &encoded, why);
	if (fault != FAULT_NONE)
		return fault;
	/* Names in the configuration have levels with "/", whatever the server uses. In base64 of modified UTF-7 "/" is ",". */
	for (char *p = encoded; imap->delimiter != '\0' && *p != '\0'; p++)
		if (*p == '/')
			*p = imap->delimiter;
	prefix = imap->prefix != NULL && strncmp(encoded, imap->prefix, strlen(imap->prefix)) != 0 ? imap->prefix : "";
	if (asprintf(out, "%s%s", prefix, encoded) < 0) {
		*out = NULL;
		fault = why_set(why, FAULT_STOP, "out of memory for a folder's name");
	}
	free(encoded);
	return fault;
}

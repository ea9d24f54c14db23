/*
 * stream.c - a low driver for libetpan's mailstream, over a non-blocking socket and OpenSSL
 *
 * The hard case is ending: libetpan loops for ever when a driver answers 0, swallows an error when bytes were buffered before it, and knows
 * no limit over all. So every error is for good, and time and bytes are limited here.
 */
#include "stream.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "stream_inner.h"

enum { STREAM_BUFFER = 16384, CONNECT_TIMEOUT_S = 30, ANSWER_TIMEOUT_S = 60 };

int64_t
stream_clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
stream_fail(struct stream *s, const char *format, ...)
{
	va_list args;

	if (!s->broken) {
		va_start(args, format);
		vsnprintf(s->error, sizeof s->error, format, args);
		va_end(args);
	}
	s->broken = true;
	return -1;
}

int
stream_poll(struct stream *s, short events, int64_t end)
{
	for (;;) {
		struct pollfd p = {.fd = s->socket, .events = events};
		int64_t left = end - stream_clock_ms();
		int ready;

		left = left < 0 ? 0 : left > INT_MAX ? INT_MAX : left;
		ready = poll(&p, 1, (int)left);
		if (ready > 0)
			return 1;
		if (ready == 0 && left < INT_MAX)
			return 0;
		if (ready < 0 && errno != EINTR)
			return stream_fail(s, "poll: %s", strerror(errno));
	}
}

int
stream_wait_socket(struct stream *s, short events)
{
	int64_t end = stream_clock_ms() + s->wait_ms;
	bool last = s->deadline != 0 && s->deadline < end;
	int ready = stream_poll(s, events, last ? s->deadline : end);

	if (ready > 0)
		return 0;
	if (ready == 0 && last)
		return stream_fail(s, "the time for this step is over");
	return ready == 0 ? stream_fail(s, "no answer within %d s", (s->wait_ms + 999) / 1000) : -1;
}

bool
stream_is_late(const struct stream *s)
{
	/* A server that always has a byte ready never makes us wait: the deadline holds for it too. */
	return s->deadline != 0 && stream_clock_ms() >= s->deadline;
}

int
stream_fail_tls(struct stream *s, const char *step, int result)
{
	int kind = SSL_get_error(s->ssl, result), system_error = errno;
	long verified = SSL_get_verify_result(s->ssl);
	unsigned long code = ERR_peek_last_error();
	const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	if (verified != X509_V_OK)
		return stream_fail(s, "%s: certificate of %s: %s", step, s->host, X509_verify_cert_error_string(verified));
	if (reason != NULL)
		return stream_fail(s, "%s: %s", step, reason);
	if (kind == SSL_ERROR_SYSCALL && system_error != 0)
		return stream_fail(s, "%s: %s", step, strerror(system_error));
	return stream_fail(s, "%s: the server closed the connection", step);
}

int
stream_wait_tls(struct stream *s, const char *step, int result)
{
	switch (SSL_get_error(s->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return stream_wait_socket(s, POLLIN);
	case SSL_ERROR_WANT_WRITE:
		return stream_wait_socket(s, POLLOUT);
	default:
		return stream_fail_tls(s, step, result);
	}
}

/* ---- the driver: never answers 0 ---- */

static ssize_t
read_clear(struct stream *s, void *buffer, size_t n)
{
	for (;;) {
		ssize_t got = recv(s->socket, buffer, n, 0);

		if (got > 0)
			return got;
		if (got == 0)
			return stream_fail(s, "the server closed the connection");
		if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (stream_wait_socket(s, POLLIN) != 0)
				return -1;
		} else if (errno != EINTR) {
			return stream_fail(s, "read: %s", strerror(errno));
		}
	}
}

static ssize_t
read_tls(struct stream *s, void *buffer, size_t n)
{
	for (;;) {
		int got;

		ERR_clear_error();
		errno = 0;
		got = SSL_read(s->ssl, buffer, (int)n);
		if (got > 0)
			return got;
		if (stream_wait_tls(s, "read", got) != 0)
			return -1;
	}
}

static ssize_t
driver_read(mailstream_low *low, void *buffer, size_t n)
{
	struct stream *s = low->data;
	ssize_t got;

	if (s->broken || n == 0)
		return -1;
	if (stream_is_late(s))
		return stream_fail(s, "the time for this step is over");
	if (s->wrote)
		s->round_trips++;
	s->wrote = false;
	if (s->read_max != 0 && s->read >= s->read_max)
		return stream_fail(s, "the server sends more than it may");
	if (s->read_max != 0 && n > s->read_max - s->read)
		n = (size_t)(s->read_max - s->read);
	if (n > INT_MAX)
		n = INT_MAX;
	got = s->ssl != NULL ? read_tls(s, buffer, n) : read_clear(s, buffer, n);
	if (got > 0)
		s->read += (uint64_t)got;
	return got;
}

static ssize_t
write_clear(struct stream *s, const void *buffer, size_t n)
{
	for (;;) {
		ssize_t put = send(s->socket, buffer, n, MSG_NOSIGNAL);

		if (put > 0)
			return put;
		if (put < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
			return stream_fail(s, "write: %s", strerror(errno));
		if (!(put < 0 && errno == EINTR) && stream_wait_socket(s, POLLOUT) != 0)
			return -1;
	}
}

static ssize_t
driver_write(mailstream_low *low, const void *buffer, size_t n)
{
	struct stream *s = low->data;

	if (s->broken || n == 0)
		return -1;
	if (stream_is_late(s))
		return stream_fail(s, "the time for this step is over");
	s->wrote = true;
	if (n > INT_MAX)
		n = INT_MAX;
	if (s->ssl == NULL)
		return write_clear(s, buffer, n);
	for (;;) {
		int put;

		ERR_clear_error();
		errno = 0;
		put = SSL_write(s->ssl, buffer, (int)n);
		if (put > 0)
			return put;
		if (stream_wait_tls(s, "write", put) != 0)
			return -1;
	}
}

static int
driver_close(mailstream_low *low)
{
	struct stream *s = low->data;

	if (s->ssl != NULL) {
		if (!s->broken && SSL_is_init_finished(s->ssl))
			SSL_shutdown(s->ssl); /* one try: close_notify is not waited for */
		SSL_free(s->ssl);
		s->ssl = NULL;
		ERR_clear_error();
	}
	if (s->socket >= 0)
		close(s->socket);
	s->socket = -1;
	stream_fail(s, "the connection is closed");
	return 0;
}

static int
driver_get_fd(mailstream_low *low)
{
	const struct stream *s = low->data;

	return s->socket;
}

static void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	SSL_CTX_free(s->ctx);
	free(s->host);
	free(s);
}

static void
driver_free(mailstream_low *low)
{
	stream_free(low->data);
	free(low); /* libetpan leaves this to the driver too */
}

static void
driver_cancel(mailstream_low *low)
{
	stream_fail(low->data, "cancelled");
}

static mailstream_low_driver driver = {
    .mailstream_read = driver_read,
    .mailstream_write = driver_write,
    .mailstream_close = driver_close,
    .mailstream_get_fd = driver_get_fd,
    .mailstream_free = driver_free,
    .mailstream_cancel = driver_cancel,
};

static struct stream *
stream_of(mailstream *m)
{
	mailstream_low *low = m != NULL ? mailstream_get_low(m) : NULL;

	return low != NULL && low->driver == &driver ? low->data : NULL;
}

static int
milliseconds(int seconds, int otherwise)
{
	if (seconds <= 0)
		seconds = otherwise;
	return seconds > INT_MAX / 1000 ? INT_MAX : seconds * 1000;
}

enum fault
stream_open(mailstream **out, const struct config_server *server, struct why *why)
{
	struct stream *s = calloc(1, sizeof *s);
	mailstream_low *low = NULL;
	mailstream *made = NULL;
	enum fault fault = FAULT_NONE;

	signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
	if (s != NULL)
		s->socket = -1;
	if (s == NULL || (s->host = strdup(server->host)) == NULL || (low = mailstream_low_new(s, &driver)) == NULL) {
		fault = why_set(why, FAULT_STOP, "out of memory for a connection");
		goto out;
	}
	s->connect_ms = milliseconds(server->connect_timeout_s, CONNECT_TIMEOUT_S);
	s->answer_ms = s->wait_ms = milliseconds(server->answer_timeout_s, ANSWER_TIMEOUT_S);
	s->clear_is_meant = server->tls == TLS_NONE;
	if (server->tls != TLS_NONE)
		fault = stream_make_context(s, server->ca_file, why);
	if (fault == FAULT_NONE)
		fault = stream_connect(s, server, why);
	if (fault == FAULT_NONE && server->tls == TLS_IMPLICIT) {
		s->deadline = stream_clock_ms() + s->wait_ms;
		if (stream_shake_hands(s) != 0)
			fault = why_set(why, FAULT_AWAY, "%s", s->error);
		s->deadline = 0;
	}
	if (fault == FAULT_NONE && (made = mailstream_new(low, STREAM_BUFFER)) == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory for a connection");
out:
	if (fault == FAULT_NONE) {
		*out = made;
		return FAULT_NONE;
	}
	if (low != NULL) {
		driver_close(low);
		driver_free(low);
	} else {
		stream_free(s);
	}
	return why_before(why, fault, "%s:%d", server->host, server->port);
}

enum fault
stream_start_tls(mailstream *m, struct why *why)
{
	struct stream *s = stream_of(m);
	int64_t kept;

	if (s == NULL || s->ssl != NULL || s->ctx == NULL)
		return why_set(why, FAULT_STOP, "TLS cannot be started on this connection");
	if (s->broken)
		return why_set(why, FAULT_AWAY, "%s", s->error);
	if (m->read_buffer_len != 0 || m->write_buffer_len != 0) {
		m->read_buffer_len = m->write_buffer_len = 0; /* nor may it be read later */
		stream_fail(s, "the server sent more than its answer to STARTTLS");
	}
	kept = s->deadline;
	if (!s->broken) {
		int64_t end = stream_clock_ms() + s->wait_ms;

		s->deadline = kept != 0 && kept < end ? kept : end;
		stream_shake_hands(s);
		s->deadline = kept;
	}
	return s->broken ? why_set(why, FAULT_AWAY, "%s", s->error) : FAULT_NONE;
}

/* ---- what its users ask and set ---- */

bool
stream_is_tls(mailstream *m)
{
	const struct stream *s = stream_of(m);

	return s != NULL && s->ssl != NULL && SSL_is_init_finished(s->ssl) && !s->broken;
}

bool
stream_is_private(mailstream *m)
{
	const struct stream *s = stream_of(m);

	return stream_is_tls(m) || (s != NULL && s->clear_is_meant && !s->broken);
}

void
stream_set_budget(mailstream *m, uint64_t bytes)
{
	struct stream *s = stream_of(m);

	if (s != NULL)
		s->read_max = bytes != 0 ? s->read + bytes : 0;
}

void
stream_set_deadline(mailstream *m, int64_t ms)
{
	struct stream *s = stream_of(m);

	if (s != NULL)
		s->deadline = ms != 0 ? stream_clock_ms() + ms : 0;
}

void
stream_set_timeout(mailstream *m, int seconds)
{
	struct stream *s = stream_of(m);

	if (s != NULL)
		s->wait_ms = seconds > 0 ? milliseconds(seconds, 0) : s->answer_ms;
}

int
stream_wait(mailstream *m, int ms)
{
	struct stream *s = stream_of(m);

	if (s == NULL || s->broken)
		return -1;
	if (m->read_buffer_len != 0 || (s->ssl != NULL && SSL_has_pending(s->ssl)))
		return 1;
	return stream_poll(s, POLLIN, stream_clock_ms() + ms);
}

const char *
stream_error(mailstream *m)
{
	const struct stream *s = stream_of(m);

	return s != NULL ? s->error : "";
}

unsigned
stream_round_trips(mailstream *m)
{
	const struct stream *s = stream_of(m);

	return s != NULL ? s->round_trips : 0;
}

/*
 * stream_inner.h - what stream.c and stream_connect.c share
 */
#ifndef MAILPROC_STREAM_INNER_H
#define MAILPROC_STREAM_INNER_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "config.h"

struct stream {
	int socket;
	SSL_CTX *ctx; /* owned */
	SSL *ssl;     /* owned; NULL while the stream is in clear */
	char *host;   /* owned */
	int connect_ms, answer_ms; /* as configured */
	int wait_ms;		   /* of each wait now */
	int64_t deadline;	 /* monotonic ms; 0: none */
	uint64_t read, read_max; /* bytes; read_max 0: no limit */
	unsigned round_trips;
	bool wrote;	     /* since the last read */
	bool clear_is_meant; /* TLS_NONE, to a loopback address */
	bool broken;
	char error[256];
};

int64_t stream_clock_ms(void);

/* Breaks the stream for good; the first cause stands. Returns -1. */
int stream_fail(struct stream *s, const char *format, ...) PRINTF_LIKE(2, 3);
bool stream_is_late(const struct stream *s); /* past the deadline */

/* Waits for the socket until this time: 1 ready, 0 time is over, -1 broken. */
int stream_poll(struct stream *s, short events, int64_t until);
/* Waits for the socket, within the time-out and the deadline: 0 ready, -1 broken. */
int stream_wait_socket(struct stream *s, short events);
/* After a call of OpenSSL did not succeed: 0 when it can be tried again now, -1 broken. */
int stream_wait_tls(struct stream *s, const char *step, int result);
/* Breaks the stream with what OpenSSL says: a certificate's fault first. Returns -1. */
int stream_fail_tls(struct stream *s, const char *step, int result);

/* ---- stream_connect.c ---- */

MUST_USE enum fault stream_make_context(struct stream *s, const char *ca_file, struct why *why);
MUST_USE enum fault stream_connect(struct stream *s, const struct config_server *server, struct why *why);
int stream_shake_hands(struct stream *s); /* 0 done, -1 broken */

#endif

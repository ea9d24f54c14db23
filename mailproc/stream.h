/*
 * stream.h - a connection to a mail server: TCP, and TLS by OpenSSL beneath libetpan's mailstream
 *
 * libetpan's own sockets and TLS are never used: Debian's build verifies no certificate. TLS is 1.2 or later; the
 * certificate chain and the host name are verified (RFC 6125; RFC 8314) against the system's store or a given file. Nothing is sent
 * in clear unless the configuration says TLS_NONE, which is for loopback addresses only.
 *
 * Limits: each wait has a time-out, the whole has a deadline, and the peer has a budget of bytes. After any error the stream
 * is broken for good. Reads and writes never answer 0 to libetpan, which would make it loop. SIGPIPE is ignored from the first
 * connection on, in the whole process.
 * Lifetime:   the mailstream owns the connection; mailstream_close() ends it.
 * Faults:     FAULT_AWAY with the cause in words, FAULT_SETUP for a CA file that cannot be read.
 */
#ifndef MAILPROC_STREAM_H
#define MAILPROC_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <libetpan/mailstream.h>

#include "base/fault.h"
#include "config.h"

/* Connects; with TLS_IMPLICIT the handshake is done too. */
MUST_USE enum fault stream_open(mailstream **out, const struct config_server *server, struct why *why);

/* After STARTTLS was accepted: FAULT_AWAY when bytes of the clear session are left (response injection), or the handshake fails. */
MUST_USE enum fault stream_start_tls(mailstream *stream, struct why *why);

bool stream_is_tls(mailstream *stream);
/* Whether a password may be sent: over TLS, or in clear to a loopback address that is configured so. */
bool stream_is_private(mailstream *stream);
void stream_set_budget(mailstream *stream, uint64_t bytes);   /* from now on; 0: none */
void stream_set_deadline(mailstream *stream, int64_t ms);     /* from now; 0: none */
void stream_set_timeout(mailstream *stream, int seconds);	       /* of each wait; 0: as configured */
int stream_wait(mailstream *stream, int ms);		       /* 1 input, 0 time-out, -1 broken */
const char *stream_error(mailstream *stream);		       /* what broke it; "" */
unsigned stream_round_trips(mailstream *stream);	       /* turns from writing to reading */

#endif

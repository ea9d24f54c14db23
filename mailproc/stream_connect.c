/* stream_connect.c - finds the server, connects, and verifies who answers. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream_inner.h"

enum fault
stream_make_context(struct stream *s, const char *ca_file, struct why *why)
{
	bool has_file = ca_file != NULL && ca_file[0] != '\0';
	int loaded;

	s->ctx = SSL_CTX_new(TLS_client_method());
	if (s->ctx == NULL)
		return why_set(why, FAULT_STOP, "out of memory for TLS");
	SSL_CTX_set_min_proto_version(s->ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(s->ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(s->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_verify(s->ctx, SSL_VERIFY_PEER, NULL);
	loaded = has_file ? SSL_CTX_load_verify_file(s->ctx, ca_file) : SSL_CTX_set_default_verify_paths(s->ctx);
	ERR_clear_error();
	if (loaded != 1)
		return why_set(why, FAULT_SETUP, "the trusted certificates in %s cannot be read",
		    has_file ? ca_file : "the system's store");
	return FAULT_NONE;
}

static bool
is_address(const char *host)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

int
stream_shake_hands(struct stream *s)
{
	X509_VERIFY_PARAM *param;
	bool set;

	s->ssl = SSL_new(s->ctx);
	if (s->ssl == NULL)
		return stream_fail(s, "out of memory for TLS");
	param = SSL_get0_param(s->ssl);
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (is_address(s->host)) /* RFC 6066 3: no SNI for address literals */
		set = X509_VERIFY_PARAM_set1_ip_asc(param, s->host) == 1;
	else
		set = SSL_set1_host(s->ssl, s->host) == 1 && SSL_set_tlsext_host_name(s->ssl, s->host) == 1;
	if (!set || SSL_set_fd(s->ssl, s->socket) != 1)
		return stream_fail_tls(s, "TLS", -1);
	for (;;) {
		int done;

		if (stream_is_late(s))
			return stream_fail(s, "TLS: the time for this step is over");
		ERR_clear_error();
		errno = 0;
		done = SSL_connect(s->ssl);
		if (done == 1)
			break;
		if (stream_wait_tls(s, "TLS", done) != 0)
			return -1;
	}
	if (SSL_get_verify_result(s->ssl) != X509_V_OK || SSL_get0_peer_certificate(s->ssl) == NULL)
		return stream_fail(s, "TLS: the server's certificate was not verified");
	return 0;
}

static bool
is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof in);
		return ntohl(in.sin_addr.s_addr) >> 24 == 127;
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof in6);
		return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
	}
	return false;
}

/* Tries one address until end. The error number, 0 for success. */
static int
connect_address(struct stream *s, const struct addrinfo *a, int64_t end)
{
	socklen_t len = sizeof(int);
	int error = 0, one = 1;

	s->socket = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
	if (s->socket < 0)
		return errno;
	if (connect(s->socket, a->ai_addr, a->ai_addrlen) != 0) {
		error = errno;
		if (error == EINPROGRESS || error == EINTR) {
			error = ETIMEDOUT;
			if (stream_poll(s, POLLOUT, end) > 0 &&
			    getsockopt(s->socket, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
				error = errno;
		}
	}
	if (error != 0) {
		close(s->socket);
		s->socket = -1;
		return error;
	}
	/* Without it a letter's last piece waits for the delayed acknowledgement of the one before: 44 ms a mail. */
	setsockopt(s->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(s->socket, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	return 0;
}

enum fault
stream_connect(struct stream *s, const struct config_server *server, struct why *why)
{
	const char *name = server->connect_to != NULL && server->connect_to[0] != '\0' ? server->connect_to : server->host;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found = NULL;
	enum fault fault = FAULT_NONE;
	char port[8];
	int error;

	snprintf(port, sizeof port, "%d", server->port);
	error = getaddrinfo(name, port, &hints, &found);
	if (error != 0)
		return why_set(why, FAULT_AWAY, "%s: %s", name, error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
	/* All of them, before the first is tried: what a name means today must not decide whether a password goes out in clear. */
	for (const struct addrinfo *a = found; a != NULL && server->tls == TLS_NONE; a = a->ai_next)
		if (!is_loopback(a->ai_addr))
			fault = why_set(why, FAULT_SETUP, "a connection without TLS is only for this machine itself, and %s is not", name);
	if (fault == FAULT_NONE) {
		int64_t end = stream_clock_ms() + s->connect_ms;

		error = ETIMEDOUT;
		for (const struct addrinfo *a = found; a != NULL && s->socket < 0; a = a->ai_next) {
			int64_t share = a->ai_next != NULL ? stream_clock_ms() + s->connect_ms / 2 : end;

			error = connect_address(s, a, share < end ? share : end);
		}
		if (s->socket < 0)
			fault = why_set(why, FAULT_AWAY, "connect: %s", strerror(error));
	}
	freeaddrinfo(found);
	return fault;
}

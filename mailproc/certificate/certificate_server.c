/*
 * certificate_server.c - what a server serves, and what a browser would object to
 *
 * The handshake accepts anything, old protocols too: whoever is looked at gets no secret of ours. The chain is judged afterwards, at the time that
 * the caller gives.
 */
#include "certificate_inner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../stream_inner.h"

static int
accept_all(X509_STORE_CTX *context, void *data)
{
	(void)context;
	(void)data;
	return 1;
}

static enum fault
make_context(struct stream *s, struct why *why)
{
	s->ctx = SSL_CTX_new(TLS_client_method());
	if (s->ctx == NULL)
		return why_set(why, FAULT_STOP, "out of memory for TLS");
	SSL_CTX_set_security_level(s->ctx, 0);
	SSL_CTX_set_min_proto_version(s->ctx, TLS1_VERSION);
	SSL_CTX_set_cipher_list(s->ctx, "ALL:@SECLEVEL=0");
	SSL_CTX_set_cert_verify_callback(s->ctx, accept_all, NULL);
	/* A system without any authority is told by what it says of every chain. */
	SSL_CTX_set_default_verify_paths(s->ctx);
	ERR_clear_error();
	return FAULT_NONE;
}

static enum fault
shake_hands(struct stream *s, bool is_address, struct why *why)
{
	s->ssl = SSL_new(s->ctx);
	if (s->ssl == NULL || (!is_address && SSL_set_tlsext_host_name(s->ssl, s->host) != 1) || SSL_set_fd(s->ssl, s->socket) != 1)
		return why_set(why, FAULT_STOP, "out of memory for TLS");
	for (;;) {
		int done;

		if (stream_is_late(s))
			return why_set(why, FAULT_AWAY, "TLS: the time for this step is over");
		ERR_clear_error();
		errno = 0;
		done = SSL_connect(s->ssl);
		/* Who wants a certificate of ours has shown his own by then. */
		if (done == 1 || (SSL_get_error(s->ssl, done) == SSL_ERROR_SSL && SSL_get0_peer_certificate(s->ssl) != NULL))
			return FAULT_NONE;
		if (stream_wait_tls(s, "TLS", done) != 0)
			return why_set(why, FAULT_AWAY, "%s", s->error);
	}
}

/* ---- the chain ---- */

static void
add_bad_chain(struct certificate_seen *seen, int error)
{
	seen->problems |= 1u << PROBLEM_BAD_CHAIN;
	if (seen->chain_problem == NULL)
		seen->chain_problem = strdup(X509_verify_cert_error_string(error));
}

/* Called for each thing that is wrong; goes on in any case, so that all of it is told. */
static int
note_problem(int is_right, X509_STORE_CTX *context)
{
	struct certificate_seen *seen = X509_STORE_CTX_get_app_data(context);
	int error = X509_STORE_CTX_get_error(context), depth = X509_STORE_CTX_get_error_depth(context);

	if (is_right)
		return 1;
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		seen->problems |= 1u << (depth == 0 ? PROBLEM_EXPIRED : PROBLEM_CHAIN_EXPIRED);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		if (depth == 0)
			seen->problems |= 1u << PROBLEM_NOT_YET_VALID;
		else
			add_bad_chain(seen, error);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		seen->problems |= 1u << PROBLEM_SELF_SIGNED;
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
		seen->problems |= 1u << (depth == 0 ? PROBLEM_INCOMPLETE_CHAIN : PROBLEM_UNKNOWN_AUTHORITY);
		break;
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: /* follows one of the two above */
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		seen->problems |= 1u << PROBLEM_UNKNOWN_AUTHORITY;
		break;
	default:
		add_bad_chain(seen, error);
		break;
	}
	return 1;
}

static enum fault
judge_chain(struct certificate_seen *seen, const struct stream *s, X509 *own, int64_t now, struct why *why)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();

	if (context == NULL || X509_STORE_CTX_init(context, SSL_CTX_get_cert_store(s->ctx), own, SSL_get_peer_cert_chain(s->ssl)) != 1) {
		X509_STORE_CTX_free(context);
		return why_set(why, FAULT_STOP, "out of memory for a chain of certificates");
	}
	X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
	X509_STORE_CTX_set_time(context, 0, (time_t)now);
	X509_STORE_CTX_set_app_data(context, seen);
	X509_STORE_CTX_set_verify_cb(context, note_problem);
	X509_verify_cert(context);
	X509_STORE_CTX_free(context);
	ERR_clear_error();
	/* A certificate that signs itself has no issuer that could be missing. */
	if (seen->problems & 1u << PROBLEM_SELF_SIGNED)
		seen->problems &= ~(1u << PROBLEM_INCOMPLETE_CHAIN | 1u << PROBLEM_UNKNOWN_AUTHORITY);
	return FAULT_NONE;
}

/* As browsers do: the common name does not count any more (RFC 9525). */
static bool
names_host(X509 *own, const char *host, bool is_address)
{
	const unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;

	if (is_address)
		return X509_check_ip_asc(own, host, 0) == 1;
	return X509_check_host(own, host, 0, flags, NULL) == 1;
}

enum fault
certificate_fetch(struct certificate_seen *out, const char *host, int port, const char *connect_to, int seconds, int64_t now, struct why *why)
{
	char name[CERTIFICATE_HOST_MAX], elsewhere[CERTIFICATE_HOST_MAX] = "";
	struct config_server server = {.host = name, .connect_to = elsewhere, .port = port, .tls = TLS_IMPLICIT};
	struct stream s = {.socket = -1, .host = name, .connect_ms = seconds * 1000, .wait_ms = seconds * 1000};
	struct certificate_seen made = {0};
	bool is_address, ignored;
	X509 *own;
	enum fault fault;

	if (!certificate_host(name, host, &is_address))
		return why_set(why, FAULT_ITEM, "not a host name");
	if (connect_to != NULL && *connect_to != '\0' && !certificate_host(elsewhere, connect_to, &ignored))
		return why_set(why, FAULT_ITEM, "%s: not a host name", connect_to);
	s.deadline = stream_clock_ms() + (int64_t)seconds * 1000;
	fault = make_context(&s, why);
	if (fault == FAULT_NONE)
		fault = stream_connect(&s, &server, why);
	if (fault == FAULT_NONE)
		fault = shake_hands(&s, is_address, why);
	if (fault != FAULT_NONE)
		goto out;
	own = SSL_get0_peer_certificate(s.ssl);
	if (own == NULL) {
		fault = why_set(why, FAULT_AWAY, "the server shows no certificate");
		goto out;
	}
	fault = certificate_take(&made, own, now, why);
	if (fault == FAULT_NONE)
		fault = judge_chain(&made, &s, own, now, why);
	if (fault == FAULT_NONE && !names_host(own, name, is_address))
		made.problems |= 1u << PROBLEM_NAME_MISMATCH;
out:
	SSL_free(s.ssl);
	SSL_CTX_free(s.ctx);
	if (s.socket >= 0)
		close(s.socket);
	if (fault != FAULT_NONE) {
		certificate_seen_release(&made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

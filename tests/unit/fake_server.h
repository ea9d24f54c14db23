/*
 * fake_server.h - a server in a child process that plays a dialogue, for one connection
 *
 * A dialogue is a list of lines: "S:text" is sent with CRLF, "s:text" without; "C:text" has to be what the client says ("*" at the end: any rest);
 * "T:text" reads the text of a letter up to the final dot and compares it, lines joined by "|"; "B" ends the server abruptly, "E" says nothing
 * more; "TLS" continues with TLS. At the end of the list the client has to close. fake_end() tells whether all that was so.
 */
#ifndef TEST_FAKE_SERVER_H
#define TEST_FAKE_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- certificates made on the spot ---- */

struct fake_certificate {
	X509 *certificate;
	EVP_PKEY *key;
};

static inline void
fake_extension(X509 *of, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, issuer, of, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	X509_add_ext(of, extension, -1);
	X509_EXTENSION_free(extension);
}

/* names NULL: an authority. Valid from a year ago until now + ends_in seconds. */
static inline struct fake_certificate
fake_certificate(const char *cn, const char *names, long ends_in, const struct fake_certificate *issuer)
{
	struct fake_certificate made = {X509_new(), EVP_EC_gen("P-256")};
	X509 *by = issuer != NULL ? issuer->certificate : made.certificate;
	X509_NAME *name = X509_get_subject_name(made.certificate);

	X509_set_version(made.certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), 1 + random());
	X509_gmtime_adj(X509_getm_notBefore(made.certificate), -365L * 86400);
	X509_gmtime_adj(X509_getm_notAfter(made.certificate), ends_in);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(made.certificate, X509_get_subject_name(by));
	X509_set_pubkey(made.certificate, made.key);
	fake_extension(made.certificate, by, NID_basic_constraints, names == NULL ? "critical,CA:TRUE" : "CA:FALSE");
	fake_extension(made.certificate, by, NID_subject_key_identifier, "hash");
	if (names != NULL)
		fake_extension(made.certificate, by, NID_subject_alt_name, names);
	X509_sign(made.certificate, issuer != NULL ? issuer->key : made.key, EVP_sha256());
	return made;
}

static inline void
fake_certificate_free(struct fake_certificate *c)
{
	X509_free(c->certificate);
	EVP_PKEY_free(c->key);
}

/* ---- the server ---- */

struct fake_peer {
	int socket;
	SSL *ssl;
	const struct fake_certificate *certificate;
	SSL_CTX *ctx;
};

struct fake_server {
	pid_t child;
	int port;
};

static inline void
fake_say(struct fake_peer *p, const void *bytes, size_t n)
{
	ssize_t put = p->ssl != NULL ? SSL_write(p->ssl, bytes, (int)n) : write(p->socket, bytes, n);

	if (put != (ssize_t)n)
		_exit(3);
}

/* A line without its CRLF; false at the end of the connection. */
static inline bool
fake_hear(struct fake_peer *p, char *line, size_t room)
{
	size_t n = 0;
	char c;

	for (;;) {
		ssize_t got = p->ssl != NULL ? SSL_read(p->ssl, &c, 1) : read(p->socket, &c, 1);

		if (got <= 0)
			return false;
		if (c == '\n')
			break;
		if (n + 1 < room)
			line[n++] = c;
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	line[n] = '\0';
	return true;
}

static inline bool
fake_start_tls(struct fake_peer *p)
{
	p->ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_use_certificate(p->ctx, p->certificate->certificate);
	SSL_CTX_use_PrivateKey(p->ctx, p->certificate->key);
	p->ssl = SSL_new(p->ctx);
	SSL_set_fd(p->ssl, p->socket);
	return SSL_accept(p->ssl) == 1;
}

static inline void
fake_expect(struct fake_peer *p, const char *want)
{
	char line[70000];
	size_t n = strlen(want);

	if (!fake_hear(p, line, sizeof line)) {
		fprintf(stderr, "# fake server: the client closed instead of: %s\n", want);
		_exit(1);
	}
	if (n > 0 && want[n - 1] == '*' ? strncmp(line, want, n - 1) != 0 : strcmp(line, want) != 0) {
		fprintf(stderr, "# fake server: want: %s\n# fake server: got:  %s\n", want, line);
		_exit(1);
	}
}

static inline void
fake_expect_text(struct fake_peer *p, const char *want)
{
	static char text[200000], line[70000];
	size_t n = 0;

	while (fake_hear(p, line, sizeof line) && strcmp(line, ".") != 0)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n > 0 ? "|" : "", line);
	text[n] = '\0';
	if (strcmp(want, "*") != 0 && strcmp(text, want) != 0) {
		fprintf(stderr, "# fake server: want: %s\n# fake server: got:  %s\n", want, text);
		_exit(1);
	}
}

static inline void
fake_play(struct fake_peer *p, const char *const *dialogue)
{
	char rest[1000];

	for (; *dialogue != NULL; dialogue++) {
		const char *d = *dialogue;

		if (strcmp(d, "TLS") == 0) {
			if (!fake_start_tls(p))
				_exit(2);
		} else if (strcmp(d, "B") == 0) {
			struct linger hard = {1, 0};

			setsockopt(p->socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
			_exit(0);
		} else if (strcmp(d, "E") == 0) {
			shutdown(p->socket, SHUT_WR);
			while (fake_hear(p, rest, sizeof rest))
				continue;
			_exit(0);
		} else if (d[0] == 'S') {
			char line[70000];

			fake_say(p, line, (size_t)snprintf(line, sizeof line, "%s\r\n", d + 2));
		} else if (d[0] == 's') {
			fake_say(p, d + 2, strlen(d + 2));
		} else if (d[0] == 'T') {
			fake_expect_text(p, d + 2);
		} else {
			fake_expect(p, d + 2);
		}
	}
	while (fake_hear(p, rest, sizeof rest))
		if (strcasecmp(rest, "QUIT") != 0) {
			fprintf(stderr, "# fake server: the client goes on: %s\n", rest);
			_exit(1);
		}
	_exit(0);
}

/* port 0: any, which is told. */
static inline int
fake_listen(int *port)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)*port)};
	socklen_t n = sizeof address;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (s < 0 || bind(s, (struct sockaddr *)&address, n) != 0 || listen(s, 4) != 0 ||
	    getsockname(s, (struct sockaddr *)&address, &n) != 0) {
		perror("# fake server");
		abort();
	}
	*port = ntohs(address.sin_port);
	return s;
}

static inline struct fake_server
fake_start_on(int port, const char *const *dialogue, const struct fake_certificate *certificate)
{
	struct fake_server made = {.port = port};
	int s = fake_listen(&made.port);

	fflush(NULL);
	made.child = fork();
	if (made.child == 0) {
		struct fake_peer p = {.certificate = certificate};

		signal(SIGPIPE, SIG_IGN);
		alarm(20);
		p.socket = accept(s, NULL, NULL);
		close(s);
		fake_play(&p, dialogue);
	}
	close(s);
	return made;
}

/* On any port. certificate is needed for a dialogue with TLS in it. */
static inline struct fake_server
fake_start(const char *const *dialogue, const struct fake_certificate *certificate)
{
	return fake_start_on(0, dialogue, certificate);
}

/* 0: the whole dialogue was played, and nothing else was said. */
static inline int
fake_end(struct fake_server *server)
{
	int status = 0;

	waitpid(server->child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Ends a server whose dialogue need not have come to its end. */
static inline void
fake_kill(struct fake_server *server)
{
	int status;

	kill(server->child, SIGKILL);
	waitpid(server->child, &status, 0);
}

/* ---- real servers ---- */

/* The first of 100 ports of which those that dovecot.sh uses are free; 0: none. */
static inline int
fake_port_block(void)
{
	static const int offset[] = {24, 25, 43, 87, 93};

	for (int tries = 0; tries < 200; tries++) {
		int base = 20000 + 100 * (int)(((unsigned)getpid() * 7u + (unsigned)tries) % 300u), free_ports = 0;

		for (size_t i = 0; i < sizeof offset / sizeof offset[0]; i++) {
			struct sockaddr_in address = {.sin_family = AF_INET,
			    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
			    .sin_port = htons((uint16_t)(base + offset[i]))};
			int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;

			setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
			free_ports += bind(s, (struct sockaddr *)&address, sizeof address) == 0;
			close(s);
		}
		if (free_ports == sizeof offset / sizeof offset[0])
			return base;
	}
	return 0;
}

static inline int PRINTF_LIKE(1, 2)
run_shell(const char *format, ...)
{
	char command[1000];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	fflush(NULL);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Starts mailproc/demo/dovecot.sh in a scratch folder. 0, or 77 when Dovecot is not installed. */
static inline int
start_dovecot(char *dir, size_t room, int *base, const char *certificate)
{
	const char *tmp = getenv("TMPDIR");
	int status;

	snprintf(dir, room, "%s/mpXXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		return 1;
	*base = fake_port_block();
	status = run_shell("sh mailproc/demo/dovecot.sh start %s %d %s >%s.out 2>&1", dir, *base, certificate, dir);
	if (status != 0)
		run_shell("sed 's/^/# /' %s.out", dir);
	run_shell("rm -f %s.out", dir);
	return status;
}

static inline void
stop_dovecot(const char *dir)
{
	run_shell("sh mailproc/demo/dovecot.sh stop %s", dir);
	run_shell("rm -rf %s", dir);
}

#endif

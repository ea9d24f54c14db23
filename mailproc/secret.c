/* secret.c - what a command prints or a file holds, and the signing key. */
#include "secret.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/span.h"
#include "config.h"
#include "digest.h"
#include "program.h"

enum {
	SECRET_MAX = 64 * 1024, /* tokens of OAuth 2 have a few kilobytes */
	COMMAND_SECONDS = 30
};

static void
wipe(struct buf *b)
{
	if (b->p != NULL)
		OPENSSL_cleanse(b->p, b->room);
	buf_release(b);
}

/* The first line of what command or file gave. */
static enum fault
take_first_line(struct secret *out, const struct buf *from, const char *what, struct why *why)
{
	struct span rest = buf_span(from), line = {0};

	if (!span_next_line(&rest, &line) || line.n == 0)
		return why_set(why, FAULT_SETUP, "%s gave no password", what);
	if (memchr(line.p, '\0', line.n) != NULL)
		return why_set(why, FAULT_SETUP, "%s gave a password with a NUL in it", what);
	out->p = malloc(line.n + 1);
	if (out->p == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a password");
	memcpy(out->p, line.p, line.n);
	out->p[line.n] = '\0';
	out->n = line.n;
	return FAULT_NONE;
}

static enum fault
run_command(struct buf *out, const char *command, struct why *why)
{
	const struct program program = {.command = command, .seconds = COMMAND_SECONDS};
	struct program_end end = {0};
	enum fault fault = program_run(&program, out, &end, why);

	if (fault != FAULT_NONE)
		return fault;
	if (!end.in_time)
		return why_set(why, FAULT_SETUP, "password_command did not end within %d seconds", COMMAND_SECONDS);
	if (end.status != 0)
		return why_set(why, FAULT_SETUP, "password_command failed with %s %d", end.status > 0 ? "exit status" : "signal",
		    end.status > 0 ? end.status : end.signal);
	return FAULT_NONE;
}

enum fault
secret_of_server(struct secret *out, const struct config_server *server, struct why *why)
{
	struct buf from = BUF_MAX(SECRET_MAX);
	enum fault fault;

	if (server->auth == AUTH_NONE)
		return FAULT_NONE;
	if (server->password_command != NULL && server->password_command[0] != '\0') {
		fault = run_command(&from, server->password_command, why);
		if (fault == FAULT_NONE)
			fault = take_first_line(out, &from, "password_command", why);
	} else if (server->password_file != NULL && server->password_file[0] != '\0') {
		fault = file_read_secret(&from, server->password_file, why);
		if (fault == FAULT_NONE)
			fault = take_first_line(out, &from, server->password_file, why);
		if (fault == FAULT_ITEM) /* a file that is missing is the operator's matter */
			fault = FAULT_SETUP;
	} else {
		fault = why_set(why, FAULT_SETUP, "neither password_command nor password_file is set for %s@%s",
		    server->user, server->host);
	}
	wipe(&from);
	return fault;
}

void
secret_release(struct secret *secret)
{
	if (secret->p != NULL)
		OPENSSL_cleanse(secret->p, secret->n);
	free(secret->p);
	*secret = (struct secret){0};
}

enum fault
secret_create_key(const char *path, struct why *why)
{
	static const char digit[] = "0123456789abcdef";
	unsigned char key[SECRET_KEY_LEN];
	char text[2 * SECRET_KEY_LEN + 1];
	enum fault fault = digest_random(key, sizeof key, why);

	if (fault == FAULT_NONE) {
		for (size_t i = 0; i < sizeof key; i++) {
			text[2 * i] = digit[key[i] >> 4];
			text[2 * i + 1] = digit[key[i] & 15];
		}
		text[sizeof text - 1] = '\n';
		fault = file_create(path, 0600, text, sizeof text, why);
	}
	OPENSSL_cleanse(key, sizeof key);
	OPENSSL_cleanse(text, sizeof text);
	return fault;
}

static int
hexadecimal(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum fault
secret_read_key(unsigned char key[SECRET_KEY_LEN], const char *path, struct why *why)
{
	struct buf from = BUF_MAX(4096);
	enum fault fault = file_read_secret(&from, path, why);
	struct span text = span_trim(buf_span(&from));

	if (fault == FAULT_NONE && text.n != 2 * SECRET_KEY_LEN)
		fault = why_set(why, FAULT_SETUP, "%s is not a signing key: %zu characters instead of %d", path, text.n,
		    2 * SECRET_KEY_LEN);
	for (size_t i = 0; fault == FAULT_NONE && i < SECRET_KEY_LEN; i++) {
		int high = hexadecimal(text.p[2 * i]), low = hexadecimal(text.p[2 * i + 1]);

		if (high < 0 || low < 0)
			fault = why_set(why, FAULT_SETUP, "%s is not a signing key: not hexadecimal", path);
		else
			key[i] = (unsigned char)(high << 4 | low);
	}
	if (fault == FAULT_ITEM)
		fault = FAULT_SETUP;
	if (fault != FAULT_NONE)
		OPENSSL_cleanse(key, SECRET_KEY_LEN);
	wipe(&from);
	return fault;
}

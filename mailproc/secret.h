/*
 * secret.h - the signing key, passwords and tokens
 *
 * A secret is read when it is needed, never logged, never in argv, and wiped when released. Files that hold one must not be
 * readable by group or others. A command gets no input, has 30 seconds, and its first line of output is the secret.
 */
#ifndef MAILPROC_SECRET_H
#define MAILPROC_SECRET_H

#include <stddef.h>

#include "base/fault.h"

struct config_server;

enum { SECRET_KEY_LEN = 32 };

struct secret {
	char *p;  /* owned, closed by NUL */
	size_t n;
};

/* The password or token of a server: FAULT_SETUP when neither command nor file gives one. Empty for AUTH_NONE. */
MUST_USE enum fault secret_of_server(struct secret *out, const struct config_server *server, struct why *why);
void secret_release(struct secret *secret); /* wipes */

/* The signing key: 32 random bytes, as hexadecimal in a file of mode 0600. */
MUST_USE enum fault secret_create_key(const char *path, struct why *why);
MUST_USE enum fault secret_read_key(unsigned char key[SECRET_KEY_LEN], const char *path, struct why *why);

#endif

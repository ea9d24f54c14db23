/* certificate_inner.h - what the files of certificates share: OpenSSL's objects stay among them */
#ifndef MAILPROC_CERTIFICATE_INNER_H
#define MAILPROC_CERTIFICATE_INNER_H

#include <openssl/x509.h>

#include "../certificate.h"

/* Takes over subject, names, issuer, serial, dates, and what one certificate alone shows to be wrong. */
MUST_USE enum fault certificate_take(struct certificate_seen *out, X509 *x509, int64_t now, struct why *why);

/* What a server serves, in this process: the caller sees to it that it ends. */
MUST_USE enum fault certificate_fetch(struct certificate_seen *out, const char *host, int port, const char *connect_to, int seconds, int64_t now,
    struct why *why);

#endif

/*
 * certificate.h - certificates and certificate requests as they are: in a file, on a server, in a mail
 *
 * OpenSSL reads them; what comes out is text and instants only. Looking needs no trust: the handshake goes through with any chain, and what a browser
 * would object to is named as a problem, in words.
 *
 *   certificate_read.c      PEM and DER, subject and names     certificate_server.c    from a server: SNI, chain, deadline
 *   certificate_compare.c   the record and the new one         certificate_json.c      as JSON, and back
 *   certificate_apart.c     each foreign one in a child of its own, several servers at a time
 *
 * Lifetime:   a seen certificate owns its text; certificate_seen_release() may run on a zeroed one.
 * Faults:     FAULT_ITEM for bytes or a name that are none, FAULT_AWAY for a server that does not answer, FAULT_STOP for memory.
 */
#ifndef MAILPROC_CERTIFICATE_H
#define MAILPROC_CERTIFICATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "../store/store_certificate.h"
#include "base/fault.h"
#include "base/span.h"

enum {
	CERTIFICATE_MAX_BYTES = 1 << 20, /* of a file */
	CERTIFICATE_MAX_NAMES = 1000,	 /* more are not kept */
	CERTIFICATE_HOST_MAX = 256,
	CERTIFICATE_PORT = 443
};

/* What is wrong with it, once for the enum, the words of --json and the text for people. */
#define CERTIFICATE_PROBLEMS(X)                                                                                             \
	X(PROBLEM_EXPIRED, "expired", "it has expired")                                                                     \
	X(PROBLEM_NOT_YET_VALID, "not-yet-valid", "it is not valid yet")                                                    \
	X(PROBLEM_SELF_SIGNED, "self-signed", "it is self-signed: no authority vouches for it")                             \
	X(PROBLEM_NAME_MISMATCH, "name-mismatch", "it does not name this host")                                             \
	X(PROBLEM_INCOMPLETE_CHAIN, "incomplete-chain", "the chain is incomplete: the server does not send its issuer's certificate") \
	X(PROBLEM_UNKNOWN_AUTHORITY, "unknown-authority", "it comes from an authority that this system does not know")      \
	X(PROBLEM_CHAIN_EXPIRED, "chain-expired", "a certificate of an authority in the chain has expired")                 \
	X(PROBLEM_BAD_CHAIN, "bad-chain", "the chain does not hold")                                                        \
	X(PROBLEM_BAD_SIGNATURE, "bad-signature", "the request is not signed with its own key")

#define CERTIFICATE_PROBLEM_ROW(name, text, meaning) name,
enum certificate_problem { CERTIFICATE_PROBLEMS(CERTIFICATE_PROBLEM_ROW) certificate_problem_count };
const char *certificate_problem_text(enum certificate_problem problem);
const char *certificate_problem_meaning(enum certificate_problem problem);

struct certificate_seen {
	bool is_request;		/* a CSR: it has no dates, serial and issuer */
	struct certificate subject;	/* id, term, authority and absent parts are 0 or NULL; host names in lower-case A-labels */
	char *issuer_common_name, *issuer_organization; /* NULL: none */
	unsigned problems;		/* bit set, 1u << enum certificate_problem */
	char *chain_problem;		/* of PROBLEM_BAD_CHAIN, in OpenSSL's words; NULL */
};
void certificate_seen_release(struct certificate_seen *seen);

/*
 * The first certificate in it, or the first request where there is none: PEM (text around it does not matter) or DER; a
 * request also as DER in base64 and nothing else.
 */
MUST_USE enum fault certificate_read(struct certificate_seen *out, struct span bytes, int64_t now, struct why *why);

/* A host as DNS and SNI carry it: lower-case A-labels, or an IP literal. False when it is neither. */
bool certificate_host(char out[CERTIFICATE_HOST_MAX], const char *text, bool *is_address);
/* "HOST", "HOST:PORT", "[ADDRESS]:PORT". False when it is none of these. */
bool certificate_split_host(const char *text, char host[CERTIFICATE_HOST_MAX], int *port);

/* ---- one job, each in a child (certificate_apart.c) ---- */

struct certificate_job {
	const char *host;	/* borrowed; NULL: read bytes instead */
	int port;
	const char *connect_to; /* "" or an address to connect to instead of host; NULL is "" */
	struct span bytes;
	struct certificate_seen seen; /* owned; empty unless fault is FAULT_NONE */
	enum fault fault;
	struct why why;
};
/*
 * Does all jobs, at most so many at a time, each in a child of its own that has so many seconds: a name server or a server that keeps silent, and bytes
 * that OpenSSL cannot bear, cost that one job. A job that has a fault already is left alone. Call it outside of any transaction. FAULT_STOP when no child can be started.
 */
MUST_USE enum fault certificate_look(struct certificate_job *job, size_t count, int at_a_time, int seconds, int64_t now, struct why *why);
void certificate_jobs_release(struct certificate_job *job, size_t count); /* what they have seen */

/* ---- the record and the new one (certificate_compare.c): pure functions ---- */

enum certificate_field {
	FIELD_COMMON_NAME,
	FIELD_ORGANIZATION,
	FIELD_ORGANIZATIONAL_UNIT,
	FIELD_LOCALITY,
	FIELD_STATE_OR_PROVINCE,
	FIELD_COUNTRY,
	certificate_field_count
};
const char *certificate_field_text(enum certificate_field field);	/* as the columns are called */
const char *certificate_field_attribute(enum certificate_field field);	/* RFC 4514: CN, O, OU … */
const char *certificate_field_of(const struct certificate *certificate, enum certificate_field field); /* "" when absent */

enum field_finding { FIELD_SAME, FIELD_DROPPED, FIELD_ADDED, FIELD_CHANGED };
enum certificate_verdict {
	CERTIFICATE_RENEWAL,	  /* the distinguished name is the same */
	CERTIFICATE_NEW_PURCHASE, /* a part that counts has changed */
	CERTIFICATE_UNSURE	  /* the country differs, or it has a part that is not on record: a person looks */
};

struct comparison {
	enum field_finding field[certificate_field_count];
	char **lost, **added; /* owned, NULL-terminated; NULL: none. Host names that lose cover, and that are new */
	bool is_other_authority;
	enum certificate_verdict verdict;
};
/*
 * Case, blanks and width do not matter. A part that the new one lacks is not a change: authorities have dropped the organisational unit, and a request may leave
 * out what stays; but the common name must be among the names then. issuers: texts separated by ";", of which the issuer must hold one; "" any.
 */
MUST_USE enum fault certificate_compare(struct comparison *out, const struct certificate *record, const struct certificate_seen *seen,
    const char *issuers, struct why *why);
void comparison_release(struct comparison *comparison);

const char *field_finding_text(enum field_finding finding); /* same, dropped, added, changed */
/* What a finding in this field means, for people. */
const char *field_finding_meaning(enum certificate_field field, enum field_finding finding, bool is_request);
const char *certificate_verdict_text(enum certificate_verdict verdict); /* renewal, new-purchase, unsure */

/* ---- as text ---- */

struct buf;
/* "CN=www.example.jp, O=Example K.K., …" */
void certificate_add_subject(struct buf *out, const struct certificate *subject);
/* Every problem in words, separated by "; ". */
void certificate_add_problems(struct buf *out, const struct certificate_seen *seen);
/* "O=Example K.K. is now O=Other K.K.: a new purchase", one sentence a difference, separated by "; ". Nothing when all is the same. */
void certificate_add_differences(struct buf *out, const struct comparison *comparison, const struct certificate *record,
    const struct certificate_seen *seen);

/* All fields; a new reference, NULL when memory is short. */
json_t *certificate_seen_json(const struct certificate_seen *seen);
MUST_USE enum fault certificate_seen_parse(struct certificate_seen *out, const json_t *json, struct why *why);

#endif

/*
 * reader_inner.h - shared by reader.c (the parent's side) and reader_process.c (zygote and reader); nothing else includes it
 *
 * Parent and zygote speak in small datagrams over a SOCK_SEQPACKET pair; a reader is given its own SOCK_STREAM pair, on which every
 * message is a length of four bytes in the machine's order and so many bytes of JSON, or of mail.
 */
#ifndef MAILPROC_READER_INNER_H
#define MAILPROC_READER_INNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "reader.h"

enum {
	READER_REQUEST_MAX = 32 << 20, /* bytes of a mail or of what was asked */
	READER_ANSWER_MAX = 8 << 20    /* bytes of an answer: two texts of MESSAGE_MAX_TEXT, escaped */
};

/* How a reader ends. */
enum { READER_EXIT_DONE, READER_EXIT_UNANSWERED, READER_EXIT_SANDBOX, READER_EXIT_MEMORY };

enum zygote_order { ZYGOTE_START = 1, ZYGOTE_END };

/* To the zygote. START brings the reader's end of the pair along; END waits for the reader's end, or kills it. */
struct zygote_request {
	enum zygote_order order;
	pid_t reader;
	bool at_once; /* END: it is not waited for */
};

struct zygote_answer {
	pid_t reader; /* START: -1 with error */
	int error;
	int status;   /* END: as from waitpid() */
};

struct zygote_setting {
	const struct rules *rules; /* borrowed */
	const char *authserv_id;   /* borrowed */
	struct reader_limits limits;
};

/* Serves requests until the parent is gone; does not return. */
_Noreturn void reader_zygote_run(int socket, pid_t parent, const struct zygote_setting *setting);

#endif

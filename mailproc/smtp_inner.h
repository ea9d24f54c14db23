/*
 * smtp_inner.h - what smtp.c and smtp_session.c share
 */
#ifndef MAILPROC_SMTP_INNER_H
#define MAILPROC_SMTP_INNER_H

#include <libetpan/mailstream.h>
#include <libetpan/mmapstring.h>
#include <stdint.h>

#include "base/buf.h"
#include "smtp.h"

enum smtp_offers {
	OFFERS_PIPELINING = 1,
	OFFERS_8BITMIME = 2,
	OFFERS_SMTPUTF8 = 4,
	OFFERS_STARTTLS = 8,
	OFFERS_PLAIN = 16,
	OFFERS_LOGIN = 32,
	OFFERS_XOAUTH2 = 64
};

struct smtp {
	mailstream *stream; /* owned */
	MMAPString *line;   /* owned: the line being read */
	struct buf lines;   /* the texts of the last answer, each closed by LF */
	char *server;	    /* owned: HOST:PORT, for causes */
	enum config_protocol protocol;
	int answer_timeout_s;
	unsigned offers;   /* enum smtp_offers */
	uint64_t size_max; /* of a letter; 0: not said */
	bool needs_reset;  /* the last letter was refused: RSET stands before the next */
	bool text_pending; /* offered: what is written now is text until the final dot */
	bool broken;
};

/* Adds a command to what is written next; formatted, without CRLF. */
MUST_USE enum fault smtp_command(struct smtp *smtp, struct why *why, const char *format, ...) PRINTF_LIKE(3, 4);
MUST_USE enum fault smtp_write(struct smtp *smtp, const void *bytes, size_t n, struct why *why);
MUST_USE enum fault smtp_flush(struct smtp *smtp, struct why *why);

/* Reads one answer. FAULT_AWAY when there is none, when it is not SMTP, or when it is 421 (then it is in *answer too). */
MUST_USE enum fault smtp_read_answer(struct smtp *smtp, struct smtp_answer *answer, struct why *why);

/* A fault that ends the connection. */
enum fault smtp_break(struct smtp *smtp, struct why *why, const char *format, ...) PRINTF_LIKE(3, 4);

/* Greeting, EHLO, TLS, login (smtp_session.c). */
MUST_USE enum fault smtp_start(struct smtp *smtp, const struct config *config, const struct secret *secret, struct why *why);

#endif

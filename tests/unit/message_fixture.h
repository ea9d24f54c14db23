/* What the tests of message share: one mail from text, and comparing with NULL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "mailproc/message.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define UNUSED __attribute__((unused))

/* Reads a mail from memory of exactly its size, so that a sanitizer sees one byte too many. */
static UNUSED enum fault
parse_bytes(struct message *out, const char *bytes, size_t n, const char *authserv_id, struct why *why)
{
	char *exact = malloc(n > 0 ? n : 1);
	enum fault fault;

	assert_non_null(exact);
	memcpy(exact, bytes, n);
	fault = message_parse(out, (struct span){exact, n}, authserv_id, why);
	free(exact);
	return fault;
}

static UNUSED void
parse(struct message *out, const char *mail)
{
	struct why why = {0};

	*out = (struct message){0};
	if (parse_bytes(out, mail, strlen(mail), "mx.host.example", &why) != FAULT_NONE)
		fail_msg("%s", why.text);
}

/* header must end in a line end */
static UNUSED void
parse_header(struct message *out, const char *header)
{
	char mail[20000];

	snprintf(mail, sizeof mail, "%s\nbody\n", header);
	parse(out, mail);
}

static UNUSED void
expect_text(const char *what, const char *input, const char *got, const char *want)
{
	if ((got == NULL) != (want == NULL) || (got != NULL && strcmp(got, want) != 0))
		fail_msg("%s of\n%s\nis \"%s\", not \"%s\"", what, input, got != NULL ? got : "(none)", want != NULL ? want : "(none)");
}

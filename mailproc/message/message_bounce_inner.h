/* message_bounce_inner.h - shared by message_bounce.c and message_bounce_kind.c; nothing else includes it */
#ifndef MAILPROC_MESSAGE_BOUNCE_INNER_H
#define MAILPROC_MESSAGE_BOUNCE_INNER_H

#include "message_inner.h"

enum { BOUNCE_SCANNED = 16 << 10 }; /* bytes of a plain text that are looked at */

/* What a report says about one recipient. */
struct server_verdict {
	char recipient[320];
	char status[12]; /* "5.1.1" */
	char action[16];
	char diagnostic[1000]; /* the server's own words; "" where only the text has them */
	int code;	       /* SMTP reply code; 0: none */
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* s holds one of the words as they stand. */
bool message_holds_any(struct span s, const char *const *words, size_t count);
void bounce_add_folded(struct buf *out, struct span s);
/* Of several recipients the one that failed is told, and among these one whose address is gone. */
bool message_bounce_is_graver(const struct server_verdict *one, const struct server_verdict *other);
/* told: the text above the returned mail. */
enum bounce_kind message_bounce_kind(const struct server_verdict *v, struct span told);

#endif

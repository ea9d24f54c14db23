/*
 * reply_inner.h - what the files of the reply stage share
 *
 * The text is cut into lines once. Each file then looks at the lines and says of some what they are: reply_quote.c finds
 * what somebody else wrote, reply_form.c reads the ticks, reply_signature.c finds what stands under a mail. What is left is new.
 */
#ifndef MAILPROC_REPLY_INNER_H
#define MAILPROC_REPLY_INNER_H

#include "../base/buf.h"
#include "../base/span.h"
#include "../reply.h"

enum line_is {
	LINE_NEW,	  /* the customer's words */
	LINE_BLANK,
	LINE_QUOTED,	  /* of the letter that is answered, or of an earlier mail */
	LINE_ATTRIBUTION, /* "On … wrote:", From:, -----Original Message----- */
	LINE_FORM,	  /* an option of the form: read as a tick, not as words */
	LINE_SIGNATURE	  /* signature, footer, disclaimer */
};

struct reply_line {
	struct span whole; /* as it stands, without its line break */
	struct span inner; /* without quote marks and blanks around */
	char *folded;	   /* inner, folded for rules; owned */
	size_t depth;	   /* quote marks before it */
	size_t age;	   /* how many mails back it was written: 0 the customer now, 1 the letter answered, 2 before that */
	enum line_is is;
	char *left;	   /* what is to be read of a line that is partly form; owned; NULL: the whole line */
};

struct reply_lines {
	struct reply_line *line;
	size_t count;
	const struct rules *rules;
	const struct asked *asked;
	struct buf letter; /* our letter, folded, without blanks */
};

MUST_USE enum fault reply_lines_make(struct reply_lines *out, const char *text, const struct asked *asked,
    const struct rules *rules, struct why *why);
void reply_lines_release(struct reply_lines *lines);

/* Whether a rule that says one of `says` (bit set) reads something in the line. A limit reached counts as yes. */
bool reply_line_says(const struct reply_lines *lines, const struct reply_line *line, unsigned long says);

/* Whether the line stands in the letter that was answered, as far as that is known. */
bool reply_is_in_letter(const struct reply_lines *lines, const struct reply_line *line);

void reply_quote_find(struct reply_lines *lines);
MUST_USE enum fault reply_form_read(struct reply *out, struct reply_lines *lines, struct why *why);
void reply_signature_find(struct reply_lines *lines);

/* The words that the customer put into the subject beside ours. "" if none. */
void reply_subject_words(struct buf *out, const char *subject);

/* Which reading of a mail is to be believed. CHOOSE_BOTH: they have different words. */
enum reply_choice { CHOOSE_TEXT, CHOOSE_HTML, CHOOSE_BOTH };
enum reply_choice reply_choose(const struct reply *text, const struct reply *html);

#endif

/* labelled_inner.h - what the files of labelled sets share */
#ifndef MAILPROC_LABELLED_INNER_H
#define MAILPROC_LABELLED_INNER_H

#include "../base/buf.h"
#include "../labelled.h"

enum { LABELLED_MAX_SET = 256 << 20, LABELLED_MAX_MAIL = 30 << 20 };

void labelled_release(struct labelled *item);
/* Hands item over to the set; it is empty after. */
MUST_USE enum fault labelled_add(struct labelled_set *set, struct labelled *item, struct why *why);
MUST_USE enum fault labelled_set_want(struct labelled *item, const json_t *per_certificate, struct why *why);
MUST_USE enum fault labelled_parse_letter(const char *text, enum letter_kind *kind, struct why *why);

MUST_USE enum fault labelled_load_folder(struct labelled_set *out, const char *folder, struct why *why); /* labelled_folder.c */
MUST_USE enum fault labelled_load_lines(struct labelled_set *out, const char *file, struct why *why);	 /* labelled_lines.c */

#endif

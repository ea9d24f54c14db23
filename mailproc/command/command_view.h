/* command_view.h - what the commands that show things share: values of views (store_view.h) as text for people */
#ifndef MAILPROC_COMMAND_VIEW_H
#define MAILPROC_COMMAND_VIEW_H

#include <jansson.h>
#include <stdio.h>

#include "../base/fault.h"

/* The text under key; NULL when it is absent, null, or empty. Borrowed. */
const char *view_text(const json_t *row, const char *key);
int64_t view_number(const json_t *row, const char *key); /* 0 when it is absent */

enum { VIEW_WHEN_MAX = 32 };
/* An instant as "2026-11-22 10:00"; NULL when there is none. */
const char *view_when(char out[VIEW_WHEN_MAX], const json_t *row, const char *key);

/* "label          text": printable whatever the text holds, on a terminal wrapped at 80 columns. NULL or "" prints nothing. */
void view_line(FILE *to, const char *label, const char *text);
void view_linef(FILE *to, const char *label, const char *format, ...) PRINTF_LIKE(3, 4);
/* Foreign text of several lines, each behind "  | ", printable; at most max lines, and how many more there are. */
void view_block(FILE *to, const char *text, size_t max);

/* One object on one line. */
void view_json(FILE *to, const json_t *object);

#endif

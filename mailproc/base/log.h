/*
 * log.h - what the run says while it works
 *
 * Lines go to standard error: "mailproc: LEVEL: TEXT" where it is a terminal or a pipe, with the
 * <N> prefix of sd-daemon(3) where JOURNAL_STREAM is set. Bodies, full addresses and secrets are never logged at the default level:
 * give addresses through log_address(), which leaves the first letter and the domain.
 */
#ifndef MAILPROC_LOG_H
#define MAILPROC_LOG_H

#include <stddef.h>

#include "fault.h"

enum log_level {
	LOG_LEVEL_QUIET,   /* errors only (-q) */
	LOG_LEVEL_DEFAULT, /* warnings too */
	LOG_LEVEL_VERBOSE  /* each step (-v) */
};

void log_set_level(enum log_level level);
enum log_level log_level(void);
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warning(const char *format, ...) PRINTF_LIKE(1, 2);
void log_step(const char *format, ...) PRINTF_LIKE(1, 2); /* seen with -v only */

/* "t***@customer.example": into out (at least 64 bytes); returns out. The whole address with -v. */
const char *log_address(char *out, size_t out_size, const char *address);

#endif

/* log.c - one write a line, so that lines of several processes do not mix. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum log_level current = LOG_LEVEL_DEFAULT;

void
log_set_level(enum log_level level)
{
	current = level;
}

enum log_level
log_level(void)
{
	return current;
}

/* Foreign text must not start a line or an escape: C0, DEL, and C1 in its UTF-8 form, which some terminals obey too. */
static void
blank_controls(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++) {
		if (p[0] == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0)
			p[0] = p[1] = ' ';
		if (*p < 0x20 || *p == 0x7F)
			*p = ' ';
	}
}

static void PRINTF_LIKE(3, 0)
say(int priority, const char *word, const char *format, va_list args)
{
	char line[2048];
	int n;

	if (getenv("JOURNAL_STREAM") != NULL)
		n = snprintf(line, sizeof line, "<%d>%s", priority, word);
	else
		n = snprintf(line, sizeof line, "mailproc: %s", word);
	vsnprintf(line + n, sizeof line - (size_t)n - 1, format, args);
	blank_controls(line);
	strcat(line, "\n");
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return; /* nobody listens: there is nowhere left to say so */
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(3, "error: ", format, args);
	va_end(args);
}

void
log_warning(const char *format, ...)
{
	va_list args;

	if (current < LOG_LEVEL_DEFAULT)
		return;
	va_start(args, format);
	say(4, "warning: ", format, args);
	va_end(args);
}

void
log_step(const char *format, ...)
{
	va_list args;

	if (current < LOG_LEVEL_VERBOSE)
		return;
	va_start(args, format);
	say(6, "", format, args);
	va_end(args);
}

const char *
log_address(char *out, size_t out_size, const char *address)
{
	const char *at;
	int first = 1; /* bytes of the first letter, which need not be ASCII (RFC 6531) */

	if (address == NULL)
		address = "(no address)";
	at = strrchr(address, '@');
	if (current >= LOG_LEVEL_VERBOSE || at == NULL || at == address) {
		snprintf(out, out_size, "%s", address);
		return out;
	}
	while (((unsigned char)address[first] & 0xC0) == 0x80)
		first++;
	snprintf(out, out_size, "%.*s***%s", first, address, at);
	return out;
}

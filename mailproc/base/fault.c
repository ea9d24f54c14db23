/* fault.c - causes are cut rather than allocated: failing must not be able to fail. */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* Removes a character that the cut left incomplete at the end of text. */
static void
trim_incomplete(char *text)
{
	size_t n = strlen(text), back = 0;

	while (back < n && back < 4 && ((unsigned char)text[n - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back < n) {
		unsigned char lead = (unsigned char)text[n - 1 - back];
		size_t need = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;

		if (back < need)
			text[n - 1 - back] = '\0';
	}
}

enum fault
why_set(struct why *why, enum fault fault, const char *format, ...)
{
	va_list args;

	if (why == NULL)
		return fault;
	va_start(args, format);
	vsnprintf(why->text, sizeof why->text, format, args);
	va_end(args);
	trim_incomplete(why->text);
	return fault;
}

enum fault
why_before(struct why *why, enum fault fault, const char *format, ...)
{
	struct why whole = {0};
	va_list args;
	size_t n;

	if (why == NULL)
		return fault;
	va_start(args, format);
	vsnprintf(whole.text, sizeof whole.text, format, args);
	va_end(args);
	n = strlen(whole.text);
	snprintf(whole.text + n, sizeof whole.text - n, ": %s", why->text);
	trim_incomplete(whole.text);
	*why = whole;
	return fault;
}

int
fault_exit_status(enum fault fault)
{
	switch (fault) {
	case FAULT_NONE:
		return EX_OK;
	case FAULT_LATER:
		return EX_TEMPFAIL;
	case FAULT_AWAY:
		return EX_UNAVAILABLE;
	case FAULT_ITEM:
		return EX_DATAERR;
	case FAULT_SETUP:
		return EX_CONFIG;
	case FAULT_STOP:
		return EX_SOFTWARE;
	}
	return EX_SOFTWARE;
}

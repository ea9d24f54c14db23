/* outbox_hours.c - when letters may go out: what answers somebody at any hour, the rest in the hours of the business. */
#include "outbox_inner.h"

#include <stdio.h>

#include "../base/day.h"

enum { MINUTE_SECONDS = 60 };

static bool
answers_somebody(enum letter_kind kind)
{
	switch (kind) {
	case LETTER_PAYMENT_REQUEST:
	case LETTER_INVOICE:
	case LETTER_DECLINED:
	case LETTER_NEW_PURCHASE:
	case LETTER_CONFIRM:
	case LETTER_ANSWER:
	case LETTER_NEEDS_YOU:
	case LETTER_DIGEST:
		return true;
	case LETTER_NOTICE:
	case LETTER_REMINDER:
	case LETTER_PAYMENT_REMINDER:
	case LETTER_APPLICATION_STARTED:
	case LETTER_RENEWED:
	case LETTER_LAST_CHANCE:
	case LETTER_LAPSED:
	case LETTER_REISSUE_STARTED:
	case LETTER_INSTALL:
	case letter_kind_count:
		break;
	}
	return false;
}

bool
outbox_may_go(const struct config *config, enum letter_kind kind, int64_t at)
{
	int from_hour, from_minute, to_hour, to_minute;
	int64_t minute = (at - day_start(day_of_instant(at))) / MINUTE_SECONDS;

	if (answers_somebody(kind) || config->send_hours == NULL ||
	    sscanf(config->send_hours, "%d:%d-%d:%d", &from_hour, &from_minute, &to_hour, &to_minute) != 4)
		return true;
	return minute >= from_hour * 60 + from_minute && minute < to_hour * 60 + to_minute;
}

/* alarm.c - limits of the configuration against the numbers of the store. */
#include "alarm.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/day.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, RUN_HOURS = 6 };

const char *
alarm_word(enum alarm_kind kind)
{
#define ALARM_WORD(name, word, meaning) [name] = word,
	static const char *const words[] = {ALARMS(ALARM_WORD)};

	return words[kind];
}

const char *
alarm_meaning(enum alarm_kind kind)
{
#define ALARM_MEANING(name, word, meaning) [name] = meaning,
	static const char *const meanings[] = {ALARMS(ALARM_MEANING)};

	return meanings[kind];
}

static void PRINTF_LIKE(2, 3)
raise_alarm(struct alarm *alarm, const char *format, ...)
{
	va_list args;

	alarm->stands = true;
	va_start(args, format);
	vsnprintf(alarm->text, sizeof alarm->text, format, args);
	va_end(args);
}

/* The instant under key; false when there is none. */
static bool
instant_of(const json_t *object, const char *key, int64_t *at)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL && instant_parse(text, at);
}

static const char *
plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

static void
find_guard(struct alarm *alarm, const json_t *status)
{
	const char *reason = json_string_value(json_object_get(json_object_get(status, "guard"), "reason"));

	if (reason != NULL)
		raise_alarm(alarm, "nothing is sent yet: %s (mailproc run shows what would go out, mailproc run --allow N lets it go)", reason);
}

static void
find_overdue(struct alarm *alarm, const json_t *status, const struct config *config)
{
	int64_t n = json_integer_value(json_object_get(status, "overdue"));

	if (n > 0)
		raise_alarm(alarm, "%lld renewal%s: the day came %d days ago or earlier, and nothing was done (mailproc list --due)", (long long)n,
		    plural(n), config->alarm_overdue_days);
}

static void
find_review(struct alarm *alarm, const json_t *status, const struct config *config, int64_t now)
{
	int64_t at;

	if (instant_of(status, "oldest_review_at", &at) && now - at > (int64_t)config->alarm_review_hours * HOUR)
		raise_alarm(alarm, "a message has waited for %lld hours (mailproc review list)", (long long)((now - at) / HOUR));
}

/* A mailbox that is no longer configured stays on record, and is of no interest where there are no sources at all. */
static void
find_poll(struct alarm *alarm, const json_t *status, const struct config *config, int64_t now)
{
	const json_t *mailboxes = json_object_get(status, "mailboxes"), *mailbox;
	size_t i, polled = 0;
	int64_t at, latest = 0;

	if (config->source_count == 0)
		return;
	json_array_foreach((json_t *)(uintptr_t)mailboxes, i, mailbox) {
		if (!instant_of(mailbox, "polled_at", &at))
			continue;
		polled += now - at <= (int64_t)config->alarm_poll_minutes * MINUTE;
		latest = at > latest ? at : latest;
	}
	if (polled >= config->source_count)
		return;
	if (latest == 0)
		raise_alarm(alarm, "no mailbox has been polled yet");
	else
		raise_alarm(alarm, "%zu of %zu mailboxes polled within %d minutes, the last %lld minutes ago", polled, config->source_count,
		    config->alarm_poll_minutes, (long long)((now - latest) / MINUTE));
}

static void
find_letters(struct alarm *alarm, const json_t *status, const struct config *config, int64_t now)
{
	const json_t *letter;
	int64_t at, count = 0;
	size_t i;

	json_array_foreach(json_object_get(status, "held"), i, letter)
		count += instant_of(letter, "state_at", &at) && now - at <= (int64_t)config->alarm_letter_days * DAY;
	if (count > 0)
		raise_alarm(alarm, "%lld letter%s did not go out within the last %d days (mailproc status lists them)", (long long)count, plural(count),
		    config->alarm_letter_days);
}

/* Certificates on servers that are not what is on record or was expected: they wait for staff as messages do. */
static void
find_seen(struct alarm *alarm, const json_t *status, const struct config *config, int64_t now)
{
	const json_t *seen;
	int64_t at, count = 0;
	size_t i;

	json_array_foreach(json_object_get(status, "seen"), i, seen)
		count += instant_of(seen, "since_at", &at) && now - at > (int64_t)config->alarm_review_hours * HOUR;
	if (count > 0)
		raise_alarm(alarm, "%lld server%s with a certificate that is not as expected, for more than %d hours", (long long)count, plural(count),
		    config->alarm_review_hours);
}

/* One that is tried again is no alarm at first: after the third time it is (half an hour and more). */
static void
find_billing(struct alarm *alarm, const json_t *status)
{
	int64_t refused = json_integer_value(json_object_get(status, "billing_refused"));
	int64_t stuck = json_integer_value(json_object_get(status, "billing_stuck"));

	if (refused + stuck > 0)
		raise_alarm(alarm, "the billing program refused %lld and does not take %lld (mailproc orders list)", (long long)refused, (long long)stuck);
}

static void
find_run(struct alarm *alarm, const json_t *status, int64_t now)
{
	const json_t *run = json_object_get(status, "last_run");
	const char *text = json_string_value(json_object_get(run, "fault"));
	int64_t at;

	if (text != NULL && *text != '\0')
		raise_alarm(alarm, "the last run failed: %.400s", text);
	else if (instant_of(run, "started_at", &at) && !instant_of(run, "ended_at", &(int64_t){0}) && now - at > RUN_HOURS * HOUR)
		raise_alarm(alarm, "the last run began %lld hours ago and has not ended", (long long)((now - at) / HOUR));
}

void
alarms_find(struct alarm alarm[alarm_count], const json_t *status, const struct config *config, int64_t now)
{
	memset(alarm, 0, alarm_count * sizeof *alarm);
	find_guard(&alarm[ALARM_GUARD], status);
	find_overdue(&alarm[ALARM_OVERDUE], status, config);
	find_review(&alarm[ALARM_REVIEW], status, config, now);
	find_poll(&alarm[ALARM_POLL], status, config, now);
	find_letters(&alarm[ALARM_LETTERS], status, config, now);
	find_seen(&alarm[ALARM_SEEN], status, config, now);
	find_billing(&alarm[ALARM_BILLING], status);
	find_run(&alarm[ALARM_RUN], status, now);
}

/* test_alarm.c - when status raises an alarm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "mailproc/alarm.h"
#include "mailproc/base/day.h"

static const struct config limits = {.source_count = 1,
    .alarm_review_hours = 24,
    .alarm_poll_minutes = 60,
    .alarm_overdue_days = 3,
    .alarm_letter_days = 14};

#define POLLED "\"mailboxes\":[{\"name\":\"a\",\"polled_at\":\"2026-11-22T09:30:00+09:00\"}]"
#define NOW "2026-11-22T10:00:00+09:00"

/* Numbers, and the words of the alarms that stand then. */
static const struct {
	const char *status, *alarms;
} rows[] = {
    {"{" POLLED "}", ""},
    {"{" POLLED ",\"guard\":null,\"overdue\":0,\"oldest_review_at\":null,\"held\":[],\"last_run\":null}", ""},
    {"{" POLLED ",\"guard\":{\"set_at\":\"2026-11-20T10:00:00+09:00\",\"reason\":\"an import\"}}", "guard"},
    {"{" POLLED ",\"overdue\":1}", "overdue"},
    {"{" POLLED ",\"oldest_review_at\":\"2026-11-21T10:00:00+09:00\"}", ""},
    {"{" POLLED ",\"oldest_review_at\":\"2026-11-21T09:59:59+09:00\"}", "review"},
    {"{\"mailboxes\":[]}", "poll"},
    {"{\"mailboxes\":[{\"name\":\"a\",\"polled_at\":null}]}", "poll"},
    {"{\"mailboxes\":[{\"name\":\"a\",\"polled_at\":\"2026-11-22T08:59:59+09:00\"}]}", "poll"},
    {"{\"mailboxes\":[{\"name\":\"old\",\"polled_at\":\"2025-01-01T00:00:00+09:00\"},{\"name\":\"a\",\"polled_at\":\"" NOW "\"}]}", ""},
    {"{" POLLED ",\"held\":[{\"state\":\"unknown\",\"state_at\":\"2026-11-20T10:00:00+09:00\"}]}", "letters"},
    {"{" POLLED ",\"held\":[{\"state\":\"refused\",\"state_at\":\"2026-10-20T10:00:00+09:00\"}]}", ""},
    {"{" POLLED ",\"last_run\":{\"started_at\":\"" NOW "\",\"ended_at\":\"" NOW "\",\"fault\":\"the server is away\"}}", "run"},
    {"{" POLLED ",\"last_run\":{\"started_at\":\"2026-11-22T09:59:00+09:00\",\"ended_at\":null,\"fault\":\"\"}}", ""},
    {"{" POLLED ",\"last_run\":{\"started_at\":\"2026-11-22T03:59:00+09:00\",\"ended_at\":null,\"fault\":\"\"}}", "run"},
    {"{" POLLED ",\"seen\":[{\"finding\":\"changed\",\"since_at\":\"2026-11-21T10:00:00+09:00\"}]}", ""},
    {"{" POLLED ",\"seen\":[{\"finding\":\"changed\",\"since_at\":\"2026-11-21T09:59:59+09:00\"}]}", "seen"},
    {"{\"mailboxes\":[],\"overdue\":7}", "overdue poll"},
};

static void
an_alarm_stands_when_its_limit_is_passed(void **state)
{
	struct alarm alarm[alarm_count];
	struct why why = {0};
	int64_t now;

	(void)state;
	assert_int_equal(day_set_zone("Asia/Tokyo", &why), FAULT_NONE);
	assert_true(instant_parse(NOW, &now));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *status = json_loads(rows[i].status, 0, NULL);
		char words[256] = "";

		if (status == NULL)
			fail_msg("row %zu is no JSON", i);
		alarms_find(alarm, status, &limits, now);
		for (enum alarm_kind kind = 0; kind < alarm_count; kind++) {
			if (alarm[kind].stands)
				snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", *words != '\0' ? " " : "", alarm_word(kind));
			assert_int_equal(alarm[kind].stands, alarm[kind].text[0] != '\0');
		}
		if (strcmp(words, rows[i].alarms) != 0)
			fail_msg("%s: '%s', not '%s'", rows[i].status, words, rows[i].alarms);
		json_decref(status);
	}
}

static void
without_sources_no_mailbox_is_missed(void **state)
{
	struct config none = limits;
	struct alarm alarm[alarm_count];
	json_t *status = json_object();

	(void)state;
	none.source_count = 0;
	alarms_find(alarm, status, &none, 1000);
	assert_false(alarm[ALARM_POLL].stands);
	json_decref(status);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_alarm_stands_when_its_limit_is_passed),
	    cmocka_unit_test(without_sources_no_mailbox_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

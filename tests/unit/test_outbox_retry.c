/* test_outbox_retry.c - tries come soon, then seldom, then no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mailproc/outbox.h"

enum { NOW = 1800000000, MINUTE = 60, HOUR = 3600 };

static void
the_delay_doubles_from_five_minutes_to_four_hours(void **state)
{
	static const struct {
		int tries;
		int64_t delay;
	} table[] = {{1, 5 * MINUTE}, {2, 10 * MINUTE}, {3, 20 * MINUTE}, {4, 40 * MINUTE}, {5, 80 * MINUTE}, {6, 160 * MINUTE}, {7, 4 * HOUR},
	    {8, 4 * HOUR}, {100, 4 * HOUR}, {1000000, 4 * HOUR}};
	const struct config config = {.retry_hours = 48};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		assert_int_equal(outbox_retry_at(&config, NOW, NOW, table[i].tries), NOW + table[i].delay);
}

static void
tries_end_when_the_hours_have_passed_and_not_before(void **state)
{
	const struct config config = {.retry_hours = 48};

	(void)state;
	assert_int_equal(outbox_retry_at(&config, NOW, NOW - 48 * HOUR, 20), 0);
	assert_int_equal(outbox_retry_at(&config, NOW, NOW - 49 * HOUR, 1), 0);
	assert_int_equal(outbox_retry_at(&config, NOW, NOW - 47 * HOUR, 20), NOW + HOUR);
	assert_int_equal(outbox_retry_at(&config, NOW, NOW - 48 * HOUR + 1, 20), NOW + 1);
}

/* A letter is tried until its hours have passed, at a rate that does not trouble a server. */
static void
a_server_that_is_busy_for_two_days_is_asked_less_than_twenty_times(void **state)
{
	const struct config config = {.retry_hours = 48};
	int64_t now = NOW, next;
	int tries = 0;

	(void)state;
	while ((next = outbox_retry_at(&config, now, NOW, ++tries)) != 0) {
		assert_true(next > now);
		now = next;
	}
	assert_int_equal(now, NOW + 48 * HOUR);
	assert_in_range(tries, 10, 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_delay_doubles_from_five_minutes_to_four_hours),
	    cmocka_unit_test(tries_end_when_the_hours_have_passed_and_not_before),
	    cmocka_unit_test(a_server_that_is_busy_for_two_days_is_asked_less_than_twenty_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

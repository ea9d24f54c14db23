/* command_forecast.h - the forecast for people, which run shows too while a guard stands */
#ifndef MAILPROC_COMMAND_FORECAST_H
#define MAILPROC_COMMAND_FORECAST_H

#include "../command.h"
#include "../forecast.h"

enum { FORECAST_DAYS = 60 };

/*
 * Runs a forecast on a copy of the store that is open and prints it: a table and, on a terminal, bars; or JSON. The copy stays open in its place.
 * *today is the number of letters of the first day.
 */
MUST_USE enum fault forecast_show(struct command_open *open, const struct forecast_plan *plan, bool as_json, size_t *today, struct why *why);

/*
 * Whether a run may send: true where no guard stands, or staff allow it (is_allowed, limit NULL or a number of letters that today's do not exceed),
 * which clears the guard. Otherwise the forecast is printed, and *status is the exit status to end with. The store that is open may be another one after.
 */
bool guard_may_pass(struct command_open *open, const struct command_context *context, unsigned what, bool is_allowed, const char *limit,
    int *status);

#endif

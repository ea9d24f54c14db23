/* command_status.h - what the files of the command status share */
#ifndef MAILPROC_COMMAND_STATUS_H
#define MAILPROC_COMMAND_STATUS_H

#include <stdio.h>

#include "../alarm.h"

/* Prometheus text (command_metrics.c). status is what store_view_status() gives. */
void status_print_metrics(FILE *to, const json_t *status, const struct alarm alarm[alarm_count]);

#endif

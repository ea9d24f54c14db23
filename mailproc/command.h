/*
 * command.h - the commands of mailproc(1), one file a group
 *
 * main.c reads the options that stand before the command, finds it in the table of command_help.c and calls it with what is left. A command
 * returns an exit status of sysexits.h: 0 done, 1 done and something newly waits for a person, 64 usage, 65 bad input, 69 server away, 75 later, 78 configuration.
 * Results go to standard output, everything else to standard error.
 */
#ifndef MAILPROC_COMMAND_H
#define MAILPROC_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "reader.h"
#include "renewal.h"

struct command_context {
	/* The time now, where a command lasts: the clock, or --now (began, as business.now has it) and what has passed since. */
	int64_t (*clock)(const struct command_context *context, int64_t began);
	int64_t started_ms; /* monotonic */
	const char *config_path;
	int64_t now;		/* the clock, or --now read in the zone that is set so far */
	const char *now_text;	/* --now as it was given, to be read in the business zone; NULL: the clock */
	const char *program;	/* argv[0] */
	const char *rules;	/* the folder of rules to read with; NULL: the program's own and the operator's */
};

typedef int command_function(const struct command_context *context, int argc, char **argv); /* argv[0] is the command */

/* command_run is run, poll, look, due and send. */
command_function command_init,
    command_check,
    command_import,
    command_run,
    command_forecast,
    command_watch,
    command_status,
    command_list,
    command_show,
    command_review,
    command_contact,
    command_classify,
    command_rules,
    command_replay,
    command_preview, command_record,
    command_workflow,
    command_certificate,
    command_demo,
    command_invoice,
    command_payment,
    command_orders,
    command_help;

struct command {
	const char *name;
	command_function *function;
	const char *synopsis; /* what stands after the name; several lines are alternatives */
	const char *meaning;  /* one line */
	const char *details;  /* options and the like, for --help */
};
extern const struct command command_table[];
extern const size_t command_table_count;
const struct command *command_find(const char *name); /* NULL: none */

/* ---- what commands share (command.c) ---- */

/* What a command works with. Opened as far as asked for; command_close() ends it. */
enum {
	OPEN_CONFIG = 0,
	OPEN_READER = 1,
	OPEN_STORE = 2,	     /* for writing */
	OPEN_STORE_READ = 4, /* for looking */
	OPEN_KEY = 8	     /* OPEN_STORE has it too */
};
struct command_open {
	struct config *config;
	struct reader_zygote *zygote;
	struct store *store;
	unsigned char key[SECRET_KEY_LEN];
	struct business business; /* complete where a store was opened; else only config and now */
};
/* Prints errors itself; returns 0 or the exit status. The reader is started before the store and the key are opened. */
int command_open(struct command_open *open, const struct command_context *context, unsigned what);
void command_close(struct command_open *open);

int command_fail(enum fault fault, const struct why *why); /* prints it; the exit status */
int command_usage(const char *command, const char *problem); /* prints problem and the command's usage; 64 */
/* Reports of a configuration, of rules: config_problem and rule_problem. Counts in *data (size_t), which may be NULL. */
void command_print_problem(const char *file, unsigned line, const char *text, void *data);

/* Problems of a file with rows, as "FILE:LINE: COLUMN: text": an import_problem whose data is a struct command_told. */
struct command_told {
	const char *path;
	size_t problems;
};
void command_print_row_problem(unsigned line, const char *column, const char *text, void *data);

/* An option "--NAME" (flag), "--NAME VALUE" (value), or "--NAME [NUMBER]" (both); a list ends with a NULL name. */
struct command_option {
	const char *name;
	bool *flag;
	const char **value;
};
enum { COMMAND_GO_ON = -1 };
/*
 * Reads the options; what is left, from min to max words, is moved to argv[1] … and counted in *words. --help is answered here. COMMAND_GO_ON, or the
 * exit status to end with.
 */
int command_read_options(int argc, char **argv, const struct command_option *option, int min, int max, int *words);

/* A command whose first word says what to do; a list ends with a NULL name. */
struct command_step {
	const char *name;
	command_function *function; /* argv[1] is the step */
};
int command_run_step(const struct command_context *context, int argc, char **argv, const struct command_step *step);

#endif

/* main.c - options, the clock, and which command; nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/day.h"
#include "base/file.h"
#include "base/log.h"
#include "command.h"
#include "nearest.h"
#include "version.h"

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
read_clock(const struct command_context *context, int64_t began)
{
	return context->now_text != NULL ? began + (monotonic_ms() - context->started_ms) / 1000 : time(NULL);
}

static int
usage(const char *problem, const char *what)
{
	log_error("%s%s%s%s", problem, what != NULL ? " \"" : "", what != NULL ? what : "", what != NULL ? "\"" : "");
	fprintf(stderr, "usage: mailproc [-c FILE] [--now TIME] [-q | -v] COMMAND …\n       mailproc help\n");
	return EX_USAGE;
}

/* A descriptor that the caller closed would be given to the next file that is opened: to the store, in the worst case. */
static void
fill_closed_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static const char *
default_config(void)
{
	static const char here[] = "mailproc.conf", system[] = "/etc/mailproc/mailproc.conf";

	return !file_exists(here) && file_exists(system) ? system : here;
}

/* The value of an option that needs one; NULL after telling that it is missing. */
static const char *
value_of(int argc, char **argv, int *at, const char *equals)
{
	if (equals != NULL)
		return equals + 1;
	if (*at + 1 < argc)
		return argv[++*at];
	usage("a value is missing after", argv[*at]);
	return NULL;
}

static int
print_version(void)
{
	puts("mailproc " MAILPROC_VERSION);
	return EX_OK;
}

enum { GO_ON = -1 };

/* Reads the options before the command; *at is where the command stands. */
static int
read_options(int argc, char **argv, struct command_context *context, int *at)
{
	for (; *at < argc && argv[*at][0] == '-' && argv[*at][1] != '\0'; ++*at) {
		const char *word = argv[*at], *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
		size_t n = equals != NULL ? (size_t)(equals - word) : strlen(word);

		if (strcmp(word, "-c") == 0 || (n == 8 && strncmp(word, "--config", n) == 0)) {
			if ((context->config_path = value_of(argc, argv, at, equals)) == NULL)
				return EX_USAGE;
		} else if (n == 5 && strncmp(word, "--now", n) == 0) {
			if ((context->now_text = value_of(argc, argv, at, equals)) == NULL)
				return EX_USAGE;
		} else if (strcmp(word, "-q") == 0) {
			log_set_level(LOG_LEVEL_QUIET);
		} else if (strcmp(word, "-v") == 0) {
			log_set_level(LOG_LEVEL_VERBOSE);
		} else if (strcmp(word, "--version") == 0) {
			return print_version();
		} else if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
			return command_help(context, 0, NULL);
		} else if (strcmp(word, "--") == 0) {
			++*at;
			break;
		} else {
			return usage("there is no option", word);
		}
	}
	return GO_ON;
}

static int
unknown_command(const char *name)
{
	struct nearest nearest = {.typed = name};

	for (size_t i = 0; i < command_table_count; i++)
		nearest_try(&nearest, command_table[i].name);
	if (nearest.word == NULL)
		return usage("there is no command", name);
	log_error("there is no command \"%s\": is \"%s\" meant?", name, nearest.word);
	return EX_USAGE;
}

static int
run_command(int argc, char **argv, struct command_context *context)
{
	const struct command *command;
	int at = 1, status = read_options(argc, argv, context, &at);
	struct why why = {0};

	if (status != GO_ON)
		return status;
	/* Until a configuration says otherwise; where the system does not know it, days are in UTC. */
	if (day_set_zone("Asia/Tokyo", &why) != FAULT_NONE)
		log_step("%s", why.text);
	if (context->now_text != NULL && !instant_parse(context->now_text, &context->now))
		return usage("--now wants 2026-11-22T10:00:00+09:00 or 2026-11-22, not", context->now_text);
	if (at == argc)
		return usage("a command is missing", NULL);
	command = command_find(argv[at]);
	if (command == NULL)
		return unknown_command(argv[at]);
	if (at + 1 < argc && strcmp(argv[at + 1], "--help") == 0)
		return command_help(context, 2, argv + at - 1); /* as "help COMMAND" */
	return command->function(context, argc - at, argv + at);
}

int
main(int argc, char **argv)
{
	struct command_context context = {.clock = read_clock, .started_ms = monotonic_ms(), .config_path = default_config(), .now = time(NULL),
	    .program = argc > 0 ? argv[0] : "mailproc"};
	int status;

	fill_closed_descriptors();
	signal(SIGPIPE, SIG_IGN); /* a server or a pager that goes away is an error to be told, not the end */
	umask(077);
	status = run_command(argc, argv, &context);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_error("standard output: %s", errno != 0 ? strerror(errno) : "cannot be written");
		return status == EX_OK || status == 1 ? EX_IOERR : status;
	}
	return status;
}

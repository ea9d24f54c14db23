/* command.c - what the commands share: opening what they need, options, errors. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../store/store.h"
#include "base/day.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

enum { LINE_MAX_BYTES = 16 << 10 };

void
command_print_problem(const char *file, unsigned line, const char *text, void *data)
{
	size_t *count = data;

	if (line > 0)
		log_error("%s:%u: %s", file, line, text);
	else
		log_error("%s: %s", file, text);
	if (count != NULL)
		++*count;
}

void
command_print_row_problem(unsigned line, const char *column, const char *text, void *data)
{
	struct command_told *told = data;
	struct buf raw = BUF_MAX(LINE_MAX_BYTES), clean = BUF_MAX(LINE_MAX_BYTES), shown = BUF_MAX(LINE_MAX_BYTES);

	told->problems++;
	buf_addf(&raw, "%s:%u: %s%s%s", told->path, line, column != NULL ? column : "", column != NULL && *column != '\0' ? ": " : "", text);
	text_add_clean(&clean, buf_span(&raw)); /* what the file holds must not steer the terminal */
	text_add_printable(&shown, buf_span(&clean));
	fprintf(stderr, "%s\n", buf_text(&shown));
	buf_release(&raw);
	buf_release(&clean);
	buf_release(&shown);
}

int
command_fail(enum fault fault, const struct why *why)
{
	log_error("%s", why->text);
	return fault_exit_status(fault);
}

int
command_usage(const char *name, const char *problem)
{
	const struct command *command = command_find(name);
	const char *line = command != NULL ? command->synopsis : "";

	log_error("%s: %s", name, problem);
	do {
		const char *end = strchrnul(line, '\n');

		fprintf(stderr, "usage: mailproc %s%s%.*s\n", name, *line != '\0' ? " " : "", (int)(end - line), line);
		line = *end != '\0' ? end + 1 : "";
	} while (*line != '\0');
	return EX_USAGE;
}

/* ---- options ---- */

static int
print_help(const char *name)
{
	char help[] = "help", *argv[] = {help, strdup(name), NULL};
	int status = argv[1] != NULL ? command_help(NULL, 2, argv) : EX_OSERR;

	free(argv[1]);
	return status;
}

static int
refuse(const char *command, const char *format, const char *what)
{
	char problem[256];

	snprintf(problem, sizeof problem, "%s \"%.100s\"", format, what);
	return command_usage(command, problem);
}

/* One option at argv[*at]; *at is moved to its last word. */
static int
read_option(int argc, char **argv, const struct command_option *option, int *at)
{
	const char *given = argv[*at] + 2, *equals = strchr(given, '=');
	size_t n = equals != NULL ? (size_t)(equals - given) : strlen(given);

	for (; option->name != NULL; option++) {
		if (strlen(option->name) != n || strncmp(option->name, given, n) != 0)
			continue;
		if (option->flag != NULL && option->value != NULL) {
			*option->flag = true;
			if (equals != NULL)
				*option->value = equals + 1;
			else if (*at + 1 < argc && argv[*at + 1][0] >= '0' && argv[*at + 1][0] <= '9')
				*option->value = argv[++*at];
		} else if (option->flag != NULL && equals == NULL) {
			*option->flag = true;
		} else if (option->flag != NULL) {
			return refuse(argv[0], "no value belongs to", argv[*at]);
		} else if (equals != NULL) {
			*option->value = equals + 1;
		} else if (*at + 1 < argc) {
			*option->value = argv[++*at];
		} else {
			return refuse(argv[0], "a value is missing after", argv[*at]);
		}
		return COMMAND_GO_ON;
	}
	return refuse(argv[0], "there is no option", argv[*at]);
}

int
command_read_options(int argc, char **argv, const struct command_option *option, int min, int max, int *words)
{
	int count = 0, status;
	bool may_be_option = true;

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (may_be_option && strcmp(word, "--") == 0) {
			may_be_option = false;
		} else if (may_be_option && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
			return print_help(argv[0]);
		} else if (may_be_option && strncmp(word, "--", 2) == 0) {
			status = read_option(argc, argv, option, &i);
			if (status != COMMAND_GO_ON)
				return status;
		} else if (may_be_option && word[0] == '-' && word[1] != '\0') {
			return refuse(argv[0], "there is no option", word);
		} else if (count == max) {
			return refuse(argv[0], "there is a word too many:", word);
		} else {
			argv[++count] = argv[i];
		}
	}
	if (count < min)
		return command_usage(argv[0], "something is missing");
	*words = count;
	return COMMAND_GO_ON;
}

int
command_run_step(const struct command_context *context, int argc, char **argv, const struct command_step *step)
{
	const struct command_option none[] = {{0}};
	int words;

	for (; argc > 1 && step->name != NULL; step++)
		if (strcmp(argv[1], step->name) == 0)
			return step->function(context, argc, argv);
	if (argc > 1 && argv[1][0] == '-')
		return command_read_options(argc, argv, none, 1, 1, &words);
	return command_usage(argv[0], argc > 1 ? "there is no such step" : "a step is missing");
}

/* ---- opening ---- */

static enum fault
open_reader(struct command_open *open, const char *other_rules, struct why *why)
{
	const struct config *config = open->config;
	struct reader_limits limits = {.seconds = config->reader_seconds, .megabytes = config->reader_megabytes};
	char *rules = other_rules != NULL ? strdup(other_rules) : file_path(config->data_dir, "rules");
	size_t problems = 0;
	enum fault fault;

	if (rules == NULL)
		return why_set(why, FAULT_STOP, "out of memory");
	fault = reader_start(&open->zygote, rules, other_rules != NULL ? "" : config->own_rules, config->authserv_id, limits, command_print_problem, &problems, why);
	free(rules);
	if (problems > 0)
		why_set(why, fault, "the rules have %zu problem%s", problems, problems == 1 ? "" : "s");
	return fault;
}

static enum fault
open_store(struct command_open *open, unsigned what, struct why *why)
{
	const struct config *config = open->config;
	enum fault fault = FAULT_NONE;

	if (!file_exists(config->store))
		return why_set(why, FAULT_SETUP, "%s: there is no store (mailproc init makes one)", config->store);
	if (what & (OPEN_STORE | OPEN_KEY))
		fault = secret_read_key(open->key, config->key, why);
	if (fault == FAULT_NONE)
		fault = store_open(&open->store, config->store, what & OPEN_STORE ? STORE_WRITE : STORE_READ, why);
	if (fault == FAULT_NONE)
		fault = business_open(&open->business, open->store, config, open->key, open->business.now, why);
	return fault;
}

int
command_open(struct command_open *open, const struct command_context *context, unsigned what)
{
	struct why why = {0};
	size_t problems = 0;
	enum fault fault;

	*open = (struct command_open){0};
	fault = config_load(&open->config, context->config_path, command_print_problem, &problems, &why);
	if (fault != FAULT_NONE) /* told line by line already, unless it is about this process */
		return problems > 0 ? fault_exit_status(fault) : command_fail(fault, &why);
	open->business.config = open->config;
	open->business.now = context->now;
	if (context->now_text != NULL && !instant_parse(context->now_text, &open->business.now))
		fault = why_set(&why, FAULT_SETUP, "--now \"%s\" cannot be read", context->now_text);
	if (fault == FAULT_NONE && what & OPEN_READER)
		fault = open_reader(open, context->rules, &why);
	if (fault == FAULT_NONE && what & (OPEN_STORE | OPEN_STORE_READ))
		fault = open_store(open, what, &why);
	if (fault == FAULT_NONE)
		return EX_OK;
	command_close(open);
	return command_fail(fault, &why);
}

void
command_close(struct command_open *open)
{
	business_close(&open->business);
	store_close(open->store);
	reader_stop(open->zygote);
	config_free(open->config);
	explicit_bzero(open->key, sizeof open->key);
	*open = (struct command_open){0};
}

/*
 * command_check.c - everything that can be wrong, before any mail is sent
 *
 * Each part is looked at even when an earlier one is wrong: an operator mends all in one go. The exit status is that of the first part
 * that failed.
 */
#include "command_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../rules/rule.h"
#include "../../store/store.h"
#include "../base/day.h"
#include "../base/file.h"
#include "../base/log.h"
#include "../config/config_table.h"
#include "../outbox.h"
#include "../secret.h"

void
check_tell(struct check *check, const char *part, enum fault fault, const struct why *why, const char *good)
{
	printf("%-6s %-14s %s\n", fault == FAULT_NONE ? "ok" : "WRONG", part, fault == FAULT_NONE ? good : why->text);
	fflush(stdout);
	if (fault != FAULT_NONE && check->status == EX_OK)
		check->status = fault_exit_status(fault);
}

static void
check_rules(struct check *check)
{
	char *dir = file_path(check->config->data_dir, "rules"), good[128];
	struct rules *rules = NULL;
	struct why why = {0};
	size_t examples = 0, count = 0;
	enum fault fault = FAULT_STOP;

	if (dir == NULL)
		why_set(&why, FAULT_STOP, "out of memory");
	else
		fault = rules_load(&rules, dir, check->config->own_rules, command_print_problem, NULL, &why);
	if (fault == FAULT_NONE) {
		count = rules_count(rules);
		fault = rules_check(rules, command_print_problem, NULL, &examples, &why);
	}
	snprintf(good, sizeof good, "%zu rules, %zu examples as they should be", count, examples);
	check_tell(check, "rules", fault, &why, good);
	rules_free(rules);
	free(dir);
}

static void
check_letters(struct check *check)
{
	struct why why = {0};
	size_t count = 0;
	char good[128];
	enum fault fault = outbox_check_templates(check->config, command_print_problem, NULL, &count, &why);

	snprintf(good, sizeof good, "%zu rendered", count);
	check_tell(check, "letters", fault, &why, good);
}

static void
check_lists(struct check *check)
{
	static const unsigned char no_key[SECRET_KEY_LEN];
	struct business business = {0};
	struct why why = {0};
	enum fault fault = business_open(&business, NULL, check->config, no_key, check->now, &why);

	check_tell(check, "lists", fault, &why, "closed days and shared mail domains");
	business_close(&business);
}

static void
check_store(struct check *check)
{
	const char *path = check->config->store;
	unsigned char key[SECRET_KEY_LEN];
	struct store *store = NULL;
	struct why why = {0};
	char good[64];
	enum fault fault = secret_read_key(key, check->config->key, &why);

	explicit_bzero(key, sizeof key);
	check_tell(check, "key", fault, &why, check->config->key);
	fault = file_exists(path) ? store_open(&store, path, STORE_READ, &why)
				  : why_set(&why, FAULT_SETUP, "%s: there is no store (mailproc init makes one)", path);
	if (fault == FAULT_NONE)
		fault = store_check(store, &why);
	snprintf(good, sizeof good, "intact, schema step %d", fault == FAULT_NONE ? store_schema_step(store) : 0);
	check_tell(check, "store", fault, &why, good);
	store_close(store);
}

/* Values of the sample that still stand would go to customers. */
static void
warn_of_examples(const struct config *config)
{
	const struct {
		const char *name, *value;
	} values[] = {{"company.control_panel", config->control_panel}, {"mail.address", config->address}, {"mail.staff", config->staff},
	    {"smtp.host", config->smtp.host}};

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (strstr(values[i].value, "hosting.example") != NULL)
			log_warning("%s: %s still has its example value %s", config->path, values[i].name, values[i].value);
	if (strcmp(config->bank_account.in[LANGUAGE_JA], setting_find(section_find("texts"), "bank_account")->preset) == 0)
		log_warning("%s: texts.bank_account still has its example value", config->path);
	for (size_t i = 0; i < config->authority_count; i++)
		if (strstr(config->authority[i].guide_url.in[LANGUAGE_JA], "hosting.example") != NULL)
			log_warning("%s: the guide of the authority %s still is an example", config->path, config->authority[i].id);
	if (config->source_count == 0)
		log_warning("%s: there are no sources: no answer will be read", config->path);
	if (*config->authserv_id == '\0' && config->authentication == AUTHENTICATION_REQUIRED)
		log_warning("%s: trust.authentication is required, but without trust.authserv_id every answer goes to review", config->path);
}

int
command_check(const struct command_context *context, int argc, char **argv)
{
	bool is_online = false, probes = false;
	const struct command_option options[] = {{"online", &is_online, NULL}, {"probe", &probes, NULL}, {0}};
	struct command_open open;
	struct check check = {0};
	char good[4200];
	int words, status = command_read_options(argc, argv, options, 0, 0, &words);

	if (status != COMMAND_GO_ON)
		return status;
	if (probes && !is_online)
		return command_usage("check", "--probe belongs to --online");
	status = command_open(&open, context, OPEN_CONFIG);
	if (status != EX_OK)
		return status;
	check.config = open.config;
	check.now = open.business.now;
	snprintf(good, sizeof good, "%s: %zu sources, %zu products", open.config->path, open.config->source_count, open.config->product_count);
	check_tell(&check, "configuration", FAULT_NONE, NULL, good);
	warn_of_examples(open.config);
	check_rules(&check);
	check_letters(&check);
	check_lists(&check);
	check_store(&check);
	if (is_online)
		check_online(&check, probes);
	command_close(&open);
	return check.status;
}

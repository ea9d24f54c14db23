/* command_init.c - a folder to begin with. Nothing that exists is touched: all is looked at before anything is made. */
#include "../command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../store/store.h"
#include "../base/file.h"
#include "../secret.h"

struct new_folder {
	char *config, *store, *key; /* owned */
};

static enum fault
name_files(struct new_folder *folder, const char *dir, struct why *why)
{
	const char *path[3];

	folder->config = file_path(dir, "mailproc.conf");
	folder->store = file_path(dir, "mailproc.db");
	folder->key = file_path(dir, "mailproc.key");
	path[0] = folder->config;
	path[1] = folder->store;
	path[2] = folder->key;
	for (size_t i = 0; i < 3; i++) {
		if (path[i] == NULL)
			return why_set(why, FAULT_STOP, "out of memory");
		if (file_exists(path[i]))
			return why_set(why, FAULT_SETUP, "%s exists: nothing is written over", path[i]);
	}
	return FAULT_NONE;
}

static enum fault
make_files(const struct new_folder *folder, struct why *why)
{
	char *sample = config_sample();
	struct store *store = NULL;
	enum fault fault;

	if (sample == NULL)
		return why_set(why, FAULT_STOP, "out of memory");
	fault = file_create(folder->config, 0600, sample, strlen(sample), why);
	if (fault == FAULT_NONE)
		fault = secret_create_key(folder->key, why);
	if (fault == FAULT_NONE)
		fault = store_open(&store, folder->store, STORE_CREATE, why);
	store_close(store);
	free(sample);
	return fault;
}

int
command_init(const struct command_context *context, int argc, char **argv)
{
	const struct command_option options[] = {{0}};
	struct new_folder folder = {0};
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 0, 1, &words);
	const char *dir = ".";
	enum fault fault = FAULT_NONE;

	(void)context;
	if (status != COMMAND_GO_ON)
		return status;
	if (words == 1)
		dir = argv[1];
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		fault = why_set(&why, FAULT_SETUP, "%s: %s", dir, strerror(errno));
	if (fault == FAULT_NONE)
		fault = name_files(&folder, dir, &why);
	if (fault == FAULT_NONE)
		fault = make_files(&folder, &why);
	if (fault == FAULT_NONE)
		printf("made %s, %s and %s\n"
		       "Next: put your own values into %s, then\n"
		       "  mailproc -c %s check\n"
		       "  mailproc -c %s import customers.csv --dry-run\n",
		    folder.config, folder.store, folder.key, folder.config, folder.config, folder.config);
	free(folder.config);
	free(folder.store);
	free(folder.key);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

/* command_demo.c - hands over to the demo script, which drives this same program. */
#include "../command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../base/file.h"

int
command_demo(const struct command_context *context, int argc, char **argv)
{
	const struct command_option options[] = {{0}};
	char program[4096], *data_dir = NULL, *script = NULL;
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 0, 0, &words);
	ssize_t n;

	(void)context;
	if (status != COMMAND_GO_ON)
		return status;
	data_dir = config_find_data_dir();
	script = data_dir != NULL ? file_path(data_dir, "mailproc/demo/demo.sh") : NULL;
	n = readlink("/proc/self/exe", program, sizeof program - 1);
	if (script == NULL || n <= 0 || !file_exists(script)) {
		why_set(&why, FAULT_SETUP, "the demo's files are not found beside the program (mailproc/demo/demo.sh)");
	} else {
		program[n] = '\0';
		fflush(stdout);
		execl("/bin/sh", "sh", script, program, (char *)NULL);
		why_set(&why, FAULT_SETUP, "/bin/sh: %s", strerror(errno));
	}
	free(script);
	free(data_dir);
	return command_fail(FAULT_SETUP, &why);
}

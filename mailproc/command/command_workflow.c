/* command_workflow.c - the table of states, as the program obeys it. */
#include "../command.h"

#include <stdio.h>
#include <sysexits.h>

int
command_workflow(const struct command_context *context, int argc, char **argv)
{
	bool dot = false;
	const struct command_option options[] = {{"dot", &dot, NULL}, {0}};
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 0, 0, &words);
	enum fault fault;

	(void)context;
	if (status != COMMAND_GO_ON)
		return status;
	fault = renewal_print_workflow(stdout, dot, &why);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

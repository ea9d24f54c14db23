/* config_inner.h - what the files of the configuration share: problems, and the checks that compare settings */
#ifndef MAILPROC_CONFIG_INNER_H
#define MAILPROC_CONFIG_INNER_H

#include <libconfig.h>

#include "../config.h"
#include "config_preset.h"
#include "config_table.h"

struct config_finding {
	char *file, *text; /* owned */
	unsigned line, rank; /* rank: of its file, in the order in which files were met */
	size_t order;
};

struct config_loading {
	struct config *config;
	struct config_finding *finding; /* owned */
	size_t finding_count;
	bool is_short_of_memory;
};

/* given NULL: about the file as a whole. */
void config_problem_at(struct config_loading *l, const config_setting_t *given, const char *format, ...) PRINTF_LIKE(3, 4);
void config_problem_on(struct config_loading *l, const char *file, unsigned line, const char *format, ...) PRINTF_LIKE(4, 5);
/* Tells them in order; the first is also in why. False: there are none. */
bool config_tell_problems(struct config_loading *l, config_problem *problem, void *data, struct why *why);
void config_problems_release(struct config_loading *l);

/* Puts the default of a setting, which the table gives as text, into base, the structure of its section. */
void config_store_preset(struct config_loading *l, const struct setting *s, void *base);
/* Puts its value there; what is wrong is told, and leaves the default. name is how it is called in messages. */
void config_read_setting(struct config_loading *l, const config_setting_t *given, const struct setting *s, const char *name, void *base);

/* What one setting alone cannot show (config_compare.c): logins, ports, duplicates, names of others. Fills in ports. */
void config_compare(struct config_loading *l, const config_t *file);

#endif

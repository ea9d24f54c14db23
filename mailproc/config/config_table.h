/*
 * config_table.h - the one table of settings
 *
 * {name, kind, default, meaning}: config.c reads the file by it, config_sample.c writes the commented file of it, a test compares it with
 * mailproc.conf(5). Known to the configuration and its tests only.
 */
#ifndef MAILPROC_CONFIG_TABLE_H
#define MAILPROC_CONFIG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_kind {
	SETTING_LINE,	/* char *: one line */
	SETTING_TEXT,	/* struct config_text: {ja, en}, or one text for both; may have several lines */
	SETTING_FILE,	/* char *: a path, relative to the folder of mailproc.conf; "" none */
	SETTING_NUMBER, /* int */
	SETTING_LARGE,	/* int64_t */
	SETTING_YES_NO, /* bool */
	SETTING_WORD,	/* enum: an index into words */
	SETTING_INSTANT /* int64_t: RFC 3339 or YYYY-MM-DD; "" is 0 */
};

enum setting_need {
	SETTING_OPTIONAL, /* preset holds when it is absent */
	SETTING_SHOWN,	  /* the same, and the sample gives it, not as a comment */
	SETTING_EXAMPLE,  /* empty when it is absent; preset is the value of the sample only */
	SETTING_REQUIRED  /* must be given, and not be empty; preset is the value of the sample only */
};

/* What is wrong with a text, in words; NULL: nothing. Static text. */
typedef const char *setting_check(const char *text);

struct setting {
	const char *name;
	enum setting_kind kind;
	enum setting_need need;
	size_t offset; /* in the structure of its section */
	const char *preset, *preset_en; /* as text; the second for SETTING_TEXT only */
	int64_t min, max;		/* of numbers */
	const char *const *words;	/* SETTING_WORD: NULL-terminated, in the order of the enum */
	setting_check *check;		/* of texts that are not empty; NULL: any */
	const char *meaning;
};

enum section_kind {
	SECTION_TOP,  /* settings that stand in no group */
	SECTION_GROUP,
	SECTION_LIST /* a list of groups, each one element of an array */
};

struct section {
	const char *name; /* "" for SECTION_TOP */
	enum section_kind kind;
	const struct setting *setting;
	size_t setting_count;
	const char *meaning;
	size_t element_size, array_offset, count_offset; /* lists: of one element, and where array and count stand */
	const char *preset;				 /* lists: the section as the sample shows it */
	bool preset_holds;				 /* it also holds when the file does not have the section */
};

extern const struct section config_section[];
extern const size_t config_section_count;

/* Finds by name; NULL: none. */
const struct section *section_find(const char *name);
const struct setting *setting_find(const struct section *section, const char *name);

/* Checks of texts that are used beyond the table (config_check.c). */
setting_check config_check_address, config_check_host, config_check_link, config_check_id, config_check_prefix, config_check_currency,
    config_check_registration, config_check_delimiter, config_check_zone, config_check_hours, config_check_days;
bool config_is_loopback(const char *host);

#endif

/*
 * config.c - reads mailproc.conf by the table
 *
 * Every problem is collected with its line and told at the end in the order of the file: an operator mends all in one go. A value that is
 * wrong leaves its default behind, so that the checks that compare settings always find a complete structure.
 */
#include "config.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "config/config_inner.h"
#include "nearest.h"

enum { FILE_MAX_BYTES = 1 << 20 };

/* ---- sections ---- */

static void
tell_unknown(struct config_loading *l, const config_setting_t *given, const struct section *section)
{
	const char *name = config_setting_name(given), *group = section->name;
	struct nearest nearest = {.typed = name};

	if (strcmp(name, "password") == 0) {
		config_problem_at(l, given,
		    "a password does not stand in this file: write it to a file of mode 0600 and name that in password_file, or give "
		    "a command in password_command");
		return;
	}
	for (size_t i = 0; i < section->setting_count; i++)
		nearest_try(&nearest, section->setting[i].name);
	for (size_t i = 0; section->kind == SECTION_TOP && i < config_section_count; i++)
		nearest_try(&nearest, config_section[i].name);
	if (nearest.word != NULL)
		config_problem_at(l, given, "there is no setting %s%s%.60s: is \"%s\" meant?", group, *group ? "." : "", name, nearest.word);
	else
		config_problem_at(l, given, "there is no setting %s%s%.60s", group, *group ? "." : "", name);
}

/* given NULL: the section is not in the file. base is a structure whose settings have no values yet. */
static void
read_section(struct config_loading *l, const config_setting_t *given, const struct section *section, const char *called, void *base)
{
	char name[128];

	for (size_t i = 0; i < section->setting_count; i++) {
		const struct setting *s = &section->setting[i];
		const config_setting_t *one = given != NULL ? config_setting_get_member(given, s->name) : NULL;

		snprintf(name, sizeof name, "%s%s%s", called, *called ? "." : "", s->name);
		config_store_preset(l, s, base);
		if (one != NULL)
			config_read_setting(l, one, s, name, base);
		else if (s->need == SETTING_REQUIRED)
			config_problem_at(l, given, "%s is missing: %s", name, s->meaning);
	}
	if (given == NULL || section->kind == SECTION_TOP)
		return;
	for (int i = 0; i < config_setting_length(given); i++) {
		const config_setting_t *one = config_setting_get_elem(given, (unsigned)i);

		if (setting_find(section, config_setting_name(one)) == NULL)
			tell_unknown(l, one, section);
	}
}

static void
read_list(struct config_loading *l, const config_setting_t *given, const struct section *section)
{
	int n = config_setting_length(given);
	char *array;

	if (n == 0)
		return;
	array = calloc((size_t)n, section->element_size);
	if (array == NULL) {
		l->is_short_of_memory = true;
		return;
	}
	*(void **)(void *)((char *)l->config + section->array_offset) = array;
	*(size_t *)(void *)((char *)l->config + section->count_offset) = (size_t)n;
	for (int i = 0; i < n; i++) {
		const config_setting_t *one = config_setting_get_elem(given, (unsigned)i);
		char called[64];

		snprintf(called, sizeof called, "%s[%d]", section->name, i + 1);
		if (config_setting_type(one) != CONFIG_TYPE_GROUP) {
			config_problem_at(l, one, "%s is a group { … }", called);
			one = NULL;
		}
		read_section(l, one, section, called, array + (size_t)i * section->element_size);
	}
}

static void
read_sections(struct config_loading *l, const config_t *file, const config_t *preset)
{
	const config_setting_t *root = config_root_setting(file);

	for (size_t i = 0; i < config_section_count; i++) {
		const struct section *section = &config_section[i];
		const config_setting_t *given = section->kind == SECTION_TOP ? root : config_setting_get_member(root, section->name);

		if (section->kind == SECTION_LIST && given != NULL && config_setting_type(given) != CONFIG_TYPE_LIST) {
			config_problem_at(l, given, "%s is a list of groups ( { … }, { … } )", section->name);
			continue;
		}
		if (section->kind == SECTION_GROUP && given != NULL && config_setting_type(given) != CONFIG_TYPE_GROUP) {
			config_problem_at(l, given, "%s is a group { … }", section->name);
			given = NULL;
		}
		if (given == NULL && section->kind == SECTION_LIST && section->preset_holds)
			given = config_setting_get_member(config_root_setting(preset), section->name);
		if (section->kind != SECTION_LIST)
			read_section(l, given, section, section->name, l->config);
		if (section->kind == SECTION_TOP && config_check_zone(l->config->time_zone) != NULL) /* days in later sections need it */
			config_problem_at(l, NULL, "the time zone %s is not known to this system", l->config->time_zone);
		if (section->kind == SECTION_LIST && given != NULL)
			read_list(l, given, section);
	}
	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *one = config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(one);

		if (section_find(name) == NULL && setting_find(&config_section[0], name) == NULL)
			tell_unknown(l, one, &config_section[0]);
	}
}

/* ---- the file ---- */

/* The bytes at p that are one comment or one text in quotes; 0: neither starts here. */
static size_t
skip_words(struct span s, size_t p)
{
	char first = s.p[p], second = p + 1 < s.n ? s.p[p + 1] : '\0';
	size_t i = p + 1;

	if (first == '#' || (first == '/' && second == '/')) {
		while (i < s.n && s.p[i] != '\n')
			i++;
	} else if (first == '/' && second == '*') {
		for (i = p + 2; i < s.n && !(s.p[i] == '/' && s.p[i - 1] == '*' && i > p + 2);)
			i++;
	} else if (first == '"') {
		while (i < s.n && s.p[i] != '"')
			i += s.p[i] == '\\' ? 2 : 1;
		i++;
	} else {
		return 0;
	}
	return i < s.n ? i - p : s.n - p;
}

/* libconfig takes a number that does not fit 32 bits modulo 2^32 and says nothing. */
static void
check_numbers(struct config_loading *l, struct span s)
{
	unsigned line = 1;

	for (size_t i = 0; i < s.n;) {
		size_t n = skip_words(s, i), digits = 0;

		while (n == 0 && i + digits < s.n && s.p[i + digits] >= '0' && s.p[i + digits] <= '9')
			digits++;
		if (digits > 10 || (digits == 10 && memcmp(s.p + i, "2147483647", 10) > 0))
			config_problem_on(l, l->config->path, line, "the number %.*s is too large", (int)(digits > 30 ? 30 : digits), s.p + i);
		n = n > 0 ? n : digits > 0 ? digits : 1;
		for (size_t j = i; j < i + n; j++)
			line += s.p[j] == '\n';
		i += n;
	}
}

/* What libconfig does not look at: the encoding, NUL, the size of numbers. */
static bool
bytes_can_stand(struct config_loading *l, struct span bytes)
{
	struct span rest = bytes, line;
	unsigned n = 0;

	while (span_next_line(&rest, &line)) {
		n++;
		if (!text_is_utf8(line)) {
			config_problem_on(l, l->config->path, n, "the line is not UTF-8");
			return false;
		}
	}
	check_numbers(l, bytes);
	return true;
}

static enum fault
parse(struct config_loading *l, config_t *file, config_t *preset, struct why *why)
{
	struct buf bytes = BUF_MAX(FILE_MAX_BYTES);
	const char *text;
	enum fault fault = file_read(&bytes, l->config->path, why);

	if (fault != FAULT_NONE) {
		text = strstr(why->text, "cannot be read"); /* the path stands before it already */
		config_problem_on(l, l->config->path, 0, "%s (mailproc init makes one)", text != NULL ? text : why->text);
		fault = fault == FAULT_ITEM ? FAULT_SETUP : fault;
		goto out;
	}
	text = buf_text(&bytes);
	if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) /* Windows editors put a BOM */
		text += 3;
	if (!bytes_can_stand(l, buf_span(&bytes)))
		goto out;
	config_set_include_dir(file, l->config->dir);
	if (config_read_string(file, text) != CONFIG_TRUE)
		config_problem_on(l, config_error_file(file) != NULL ? config_error_file(file) : l->config->path,
		    (unsigned)config_error_line(file), "%s", config_error_text(file));
	else if (config_read_string(preset, PRESET_AUTHORITIES PRESET_PRODUCTS) != CONFIG_TRUE)
		fault = why_set(why, FAULT_STOP, "the catalogue cannot be read: line %d: %s", config_error_line(preset),
		    config_error_text(preset));
	else {
		read_sections(l, file, preset);
		config_compare(l, file);
	}
out:
	buf_release(&bytes);
	return fault;
}

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

enum fault
config_load(struct config **out, const char *path, config_problem *problem, void *data, struct why *why)
{
	struct config_loading l = {.config = calloc(1, sizeof *l.config)};
	enum fault fault = FAULT_NONE;
	config_t file, preset;

	config_init(&file);
	config_init(&preset);
	if (l.config == NULL || (l.config->path = strdup(path)) == NULL || (l.config->dir = folder_of(path)) == NULL) {
		fault = why_set(why, FAULT_STOP, "out of memory");
		goto out;
	}
	l.config->data_dir = config_find_data_dir();
	if (l.config->data_dir == NULL)
		config_problem_on(&l, path, 0, "the folders templates/ and rules/ of the program are not found beside it");
	fault = parse(&l, &file, &preset, why);
	if (fault == FAULT_NONE && l.is_short_of_memory)
		fault = why_set(why, FAULT_STOP, "out of memory");
	if (config_tell_problems(&l, problem, data, why) && (fault == FAULT_NONE || fault == FAULT_SETUP))
		fault = FAULT_SETUP;
	if (fault == FAULT_NONE) {
		*out = l.config;
		l.config = NULL;
	}
out:
	config_problems_release(&l);
	config_destroy(&file);
	config_destroy(&preset);
	config_free(l.config);
	return fault;
}

static void
release_section(const struct section *section, void *base)
{
	for (size_t i = 0; i < section->setting_count; i++) {
		const struct setting *s = &section->setting[i];
		char *at = (char *)base + s->offset;

		if (s->kind == SETTING_LINE || s->kind == SETTING_FILE)
			free(*(char **)(void *)at);
		else if (s->kind == SETTING_TEXT)
			for (unsigned j = 0; j < language_count; j++)
				free(((struct config_text *)(void *)at)->in[j]);
	}
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config_section_count; i++) {
		const struct section *section = &config_section[i];
		char *array;

		if (section->kind != SECTION_LIST) {
			release_section(section, config);
			continue;
		}
		array = *(char **)(void *)((char *)config + section->array_offset);
		for (size_t j = 0; j < *(size_t *)(void *)((char *)config + section->count_offset); j++)
			release_section(section, array + j * section->element_size);
		free(array);
	}
	free(config->path);
	free(config->dir);
	free(config->data_dir);
	free(config);
}

const struct config_product *
config_find_product(const struct config *config, const char *id)
{
	for (size_t i = 0; i < config->product_count; i++)
		if (strcmp(config->product[i].id, id) == 0)
			return &config->product[i];
	return NULL;
}

const struct config_authority *
config_find_authority(const struct config *config, const char *id)
{
	for (size_t i = 0; i < config->authority_count; i++)
		if (strcmp(config->authority[i].id, id) == 0)
			return &config->authority[i];
	return NULL;
}

bool
config_has_billing(const struct config *config)
{
	return config->billing_command != NULL && config->billing_command[0] != '\0';
}

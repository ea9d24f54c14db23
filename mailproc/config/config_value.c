/* config_value.c - one setting: its default, and its value in the file, checked by its kind. */
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../base/day.h"
#include "../base/file.h"
#include "config_inner.h"
#include "../nearest.h"

static void
store_line(struct config_loading *l, char **at, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL) {
		l->is_short_of_memory = true;
		return;
	}
	free(*at);
	*at = copy;
}

static void
store_file(struct config_loading *l, char **at, const char *name)
{
	char *path;

	if (*name == '\0') {
		store_line(l, at, "");
		return;
	}
	path = file_path(l->config->dir, name);
	if (path == NULL) {
		l->is_short_of_memory = true;
		return;
	}
	free(*at);
	*at = path;
}

void
config_store_preset(struct config_loading *l, const struct setting *s, void *base)
{
	char *at = (char *)base + s->offset;
	bool is_empty = s->need == SETTING_EXAMPLE || s->need == SETTING_REQUIRED;
	const char *text = is_empty && s->kind != SETTING_NUMBER && s->kind != SETTING_LARGE ? "" : s->preset;

	switch (s->kind) {
	case SETTING_LINE:
		store_line(l, (char **)(void *)at, text);
		break;
	case SETTING_FILE:
		store_file(l, (char **)(void *)at, text);
		break;
	case SETTING_TEXT:
		store_line(l, &((struct config_text *)(void *)at)->in[LANGUAGE_JA], text);
		store_line(l, &((struct config_text *)(void *)at)->in[LANGUAGE_EN], is_empty ? "" : s->preset_en);
		break;
	case SETTING_NUMBER:
		*(int *)(void *)at = atoi(text);
		break;
	case SETTING_LARGE:
		*(int64_t *)(void *)at = atoll(text);
		break;
	case SETTING_YES_NO:
		*(bool *)(void *)at = strcmp(text, "true") == 0;
		break;
	case SETTING_WORD:
		for (unsigned i = 0; s->words[i] != NULL; i++)
			if (strcmp(s->words[i], text) == 0)
				*(unsigned *)(void *)at = i;
		break;
	case SETTING_INSTANT:
		*(int64_t *)(void *)at = 0;
		break;
	}
}

/* Whether a text can stand; tells what is wrong with it. */
static bool
text_can_stand(struct config_loading *l, const config_setting_t *given, const struct setting *s, const char *name, const char *text)
{
	const char *wrong = NULL;

	for (const unsigned char *p = (const unsigned char *)text; *p != '\0' && wrong == NULL; p++)
		if ((*p < 0x20 && !(*p == '\n' && s->kind == SETTING_TEXT)) || *p == 0x7F)
			wrong = *p == '\n' ? "has more than one line" : "holds a control character";
	if (wrong == NULL && *text == '\0' && s->need == SETTING_REQUIRED)
		wrong = "must not be empty";
	if (wrong == NULL && *text != '\0' && s->check != NULL)
		wrong = s->check(text);
	if (wrong != NULL && *text != '\0' && strchr(text, '\n') == NULL)
		config_problem_at(l, given, "%s \"%.60s\" %s", name, text, wrong);
	else if (wrong != NULL)
		config_problem_at(l, given, "%s %s", name, wrong);
	return wrong == NULL;
}

static void
read_texts(struct config_loading *l, const config_setting_t *given, const struct setting *s, const char *name, struct config_text *at)
{
	if (config_setting_type(given) == CONFIG_TYPE_STRING) {
		const char *text = config_setting_get_string(given);

		if (text_can_stand(l, given, s, name, text))
			for (unsigned i = 0; i < language_count; i++)
				store_line(l, &at->in[i], text);
		return;
	}
	if (config_setting_type(given) != CONFIG_TYPE_GROUP) {
		config_problem_at(l, given, "%s is a text, or a text for each language { ja = \"…\"; en = \"…\"; }", name);
		return;
	}
	for (int i = 0; i < config_setting_length(given); i++) {
		const config_setting_t *one = config_setting_get_elem(given, (unsigned)i);
		enum language language;

		if (!language_parse(config_setting_name(one), &language))
			config_problem_at(l, one, "%s has no language \"%.20s\": there are ja and en", name, config_setting_name(one));
		else if (config_setting_type(one) != CONFIG_TYPE_STRING)
			config_problem_at(l, one, "%s.%s is a text in double quotes", name, language_text(language));
		else if (text_can_stand(l, one, s, name, config_setting_get_string(one)))
			store_line(l, &at->in[language], config_setting_get_string(one));
	}
	for (unsigned i = 0; i < language_count; i++)
		if (config_setting_get_member(given, language_text((enum language)i)) == NULL)
			config_problem_at(l, given, "%s lacks its text in \"%s\"", name, language_text((enum language)i));
}

static void
read_number(struct config_loading *l, const config_setting_t *given, const struct setting *s, const char *name, char *at)
{
	int type = config_setting_type(given);
	int64_t value;

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) {
		config_problem_at(l, given, "%s is a whole number", name);
		return;
	}
	value = type == CONFIG_TYPE_INT ? config_setting_get_int(given) : config_setting_get_int64(given);
	if (value < s->min || value > s->max)
		config_problem_at(l, given, "%s is %lld: it must be from %lld to %lld", name, (long long)value, (long long)s->min,
		    (long long)s->max);
	else if (s->kind == SETTING_NUMBER)
		*(int *)(void *)at = (int)value;
	else
		*(int64_t *)(void *)at = value;
}

static void
read_word(struct config_loading *l, const config_setting_t *given, const struct setting *s, const char *name, const char *text, char *at)
{
	struct buf list = BUF_MAX(512);
	struct nearest nearest = {.typed = text};

	for (unsigned i = 0; s->words[i] != NULL; i++) {
		if (strcmp(s->words[i], text) == 0) {
			*(unsigned *)(void *)at = i; /* our enums are unsigned int in gcc and clang */
			goto out;
		}
		nearest_try(&nearest, s->words[i]);
		buf_addf(&list, "%s%s", i > 0 ? ", " : "", s->words[i]);
	}
	config_problem_at(l, given, "%s \"%.40s\" is not one of: %s", name, text, buf_text(&list));
out:
	buf_release(&list);
}

void
config_read_setting(struct config_loading *l, const config_setting_t *given, const struct setting *s, const char *name, void *base)
{
	char *at = (char *)base + s->offset;
	const char *text = NULL;
	int64_t instant;

	switch (s->kind) {
	case SETTING_TEXT:
		read_texts(l, given, s, name, (struct config_text *)(void *)at);
		return;
	case SETTING_NUMBER:
	case SETTING_LARGE:
		read_number(l, given, s, name, at);
		return;
	case SETTING_YES_NO:
		if (config_setting_type(given) != CONFIG_TYPE_BOOL)
			config_problem_at(l, given, "%s is true or false, without quotes", name);
		else
			*(bool *)(void *)at = config_setting_get_bool(given) != 0;
		return;
	case SETTING_LINE:
	case SETTING_FILE:
	case SETTING_WORD:
	case SETTING_INSTANT:
		break;
	}
	if (config_setting_type(given) != CONFIG_TYPE_STRING) {
		config_problem_at(l, given, "%s is a text in double quotes", name);
		return;
	}
	text = config_setting_get_string(given);
	if (s->kind == SETTING_WORD)
		read_word(l, given, s, name, text, at);
	else if (!text_can_stand(l, given, s, name, text))
		return;
	else if (s->kind == SETTING_LINE)
		store_line(l, (char **)(void *)at, text);
	else if (s->kind == SETTING_FILE)
		store_file(l, (char **)(void *)at, text);
	else if (*text != '\0' && !instant_parse(text, &instant))
		config_problem_at(l, given, "%s \"%.40s\" is not a time (2026-11-22T10:00:00+09:00) or a day (2026-11-22)", name, text);
	else
		*(int64_t *)(void *)at = *text != '\0' ? instant : 0;
}

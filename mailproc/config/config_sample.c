/* config_sample.c - the file that init writes, made of the table; and where the program's own files lie. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/buf.h"
#include "../base/file.h"
#include "config_inner.h"

enum { SAMPLE_MAX_BYTES = 256 << 10, COMMENT_WIDTH = 96 };

/* Text in libconfig's quotes; lines become adjacent strings, one a line of the file. */
static void
add_quoted(struct buf *out, const char *text, const char *margin)
{
	buf_add_char(out, '"');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n')
			buf_addf(out, "\\n\"\n%s\"", margin);
		else if (*p == '"' || *p == '\\')
			buf_addf(out, "\\%c", *p);
		else
			buf_add_char(out, *p);
	}
	buf_add_char(out, '"');
}

static void
add_comment(struct buf *out, const char *margin, const char *text)
{
	size_t width = COMMENT_WIDTH - strlen(margin);

	while (*text != '\0') {
		size_t n = strlen(text);

		if (n > width) {
			n = width;
			while (n > 0 && text[n] != ' ')
				n--;
			if (n == 0)
				n = strlen(text);
		}
		buf_addf(out, "%s# %.*s\n", margin, (int)n, text);
		text += n;
		text += strspn(text, " ");
	}
}

static void
add_value(struct buf *out, const struct setting *s, const char *margin)
{
	char deeper[64];

	switch (s->kind) {
	case SETTING_NUMBER:
	case SETTING_LARGE:
	case SETTING_YES_NO:
		buf_add_text(out, s->preset);
		return;
	case SETTING_TEXT:
		snprintf(deeper, sizeof deeper, "%s       ", margin);
		buf_addf(out, "{\n%s  ja = ", margin);
		add_quoted(out, s->preset, deeper);
		buf_addf(out, ";\n%s  en = ", margin);
		add_quoted(out, s->preset_en, deeper);
		buf_addf(out, ";\n%s}", margin);
		return;
	case SETTING_LINE:
	case SETTING_FILE:
	case SETTING_WORD:
	case SETTING_INSTANT:
		add_quoted(out, s->preset, margin);
		return;
	}
}

static void
add_setting(struct buf *out, const struct setting *s, const char *indent)
{
	char margin[32];

	add_comment(out, indent, s->meaning);
	snprintf(margin, sizeof margin, "%s%s", indent, s->need == SETTING_OPTIONAL ? "# " : "");
	buf_addf(out, "%s%s = ", margin, s->name);
	add_value(out, s, margin);
	buf_addf(out, ";%s\n", s->need == SETTING_REQUIRED ? "   # required: put your own" : "");
}

static void
add_section(struct buf *out, const struct section *section)
{
	buf_add_char(out, '\n');
	add_comment(out, "", section->meaning);
	switch (section->kind) {
	case SECTION_TOP:
		for (size_t i = 0; i < section->setting_count; i++)
			add_setting(out, &section->setting[i], "");
		return;
	case SECTION_GROUP:
		buf_addf(out, "%s = {\n", section->name);
		for (size_t i = 0; i < section->setting_count; i++)
			add_setting(out, &section->setting[i], "  ");
		buf_add_text(out, "};\n");
		return;
	case SECTION_LIST:
		for (size_t i = 0; i < section->setting_count; i++) {
			const struct setting *s = &section->setting[i];
			char line[512];

			snprintf(line, sizeof line, "%s%s%s%s%s: %s", s->name, *s->preset != '\0' && s->need == SETTING_OPTIONAL ? " (default " : "",
			    *s->preset != '\0' && s->need == SETTING_OPTIONAL ? s->preset : "",
			    *s->preset != '\0' && s->need == SETTING_OPTIONAL ? ")" : "", s->need == SETTING_REQUIRED ? " (required)" : "",
			    s->meaning);
			add_comment(out, "  ", line);
		}
		buf_add_text(out, section->preset);
		return;
	}
}

char *
config_sample(void)
{
	struct buf out = BUF_MAX(SAMPLE_MAX_BYTES);

	buf_add_text(&out,
	    "# mailproc.conf - see mailproc.conf(5). Lines that begin with \"#\" show defaults. Relative paths are relative to the\n"
	    "# folder of this file. Values with hosting.example are examples: put your own; mailproc check says what is left of them.\n");
	for (size_t i = 0; i < config_section_count; i++)
		add_section(&out, &config_section[i]);
	return buf_take(&out);
}

/* The build folder has folders of the same names, without what we look for. */
static bool
holds_data(const char *dir)
{
	static const char *const needed[] = {"templates/ja", "templates/en", "rules/closed-days.list"};
	bool holds = true;

	for (size_t i = 0; holds && i < sizeof needed / sizeof needed[0]; i++) {
		char *path = file_path(dir, needed[i]);

		holds = path != NULL && file_exists(path);
		free(path);
	}
	return holds;
}

char *
config_find_data_dir(void)
{
	char path[4096], *slash, *installed;
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "/share/mailproc");

	if (n <= 0)
		return NULL;
	path[n] = '\0';
	for (int up = 0; up <= 3; up++) { /* build/mailproc, build/tests/unit/test_x; then bin/mailproc */
		slash = strrchr(path, '/');
		if (slash == NULL || slash == path)
			return NULL;
		*slash = '\0';
		if (holds_data(path))
			return strdup(path);
		installed = file_path(path, "share/mailproc");
		if (installed != NULL && holds_data(installed))
			return installed;
		free(installed);
	}
	return NULL;
}

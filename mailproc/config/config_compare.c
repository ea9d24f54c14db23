/* config_compare.c - what one setting alone cannot show: logins, ports, duplicates, names that must exist. */
#include <string.h>

#include "config_inner.h"

/* Where a problem of this setting is told: at itself, or at its group. */
static const config_setting_t *
place(const config_setting_t *group, const char *name)
{
	const config_setting_t *own = group != NULL ? config_setting_get_member(group, name) : NULL;

	return own != NULL ? own : group;
}

static void
compare_login(struct config_loading *l, const config_setting_t *group, const char *called, const struct config_server *s)
{
	bool has_command = *s->password_command != '\0', has_file = *s->password_file != '\0';

	if (s->auth == AUTH_NONE) {
		if (*s->user != '\0')
			config_problem_at(l, place(group, "user"), "%s.user is given, but %s.auth is none", called, called);
		return;
	}
	if (*s->user == '\0')
		config_problem_at(l, place(group, "auth"), "%s.user is missing: the name to log in with", called);
	if (!has_command && !has_file)
		config_problem_at(l, place(group, "auth"), "%s.password_file or %s.password_command is missing", called, called);
	if (has_command && has_file)
		config_problem_at(l, place(group, "password_command"),
		    "%s.password_command and %s.password_file are both given: only one can hold", called, called);
}

static void
compare_tls(struct config_loading *l, const config_setting_t *group, const char *called, const struct config_server *s)
{
	const char *where = *s->connect_to != '\0' ? s->connect_to : s->host;

	if (s->tls == TLS_NONE && *where != '\0' && !config_is_loopback(where))
		config_problem_at(l, place(group, "tls"),
		    "%s.tls is none, but %s is not a loopback address: nothing is sent in clear over a network", called, where);
}

static int
usual_port(enum config_tls tls, int implicit, int other, int clear)
{
	return tls == TLS_IMPLICIT ? implicit : tls == TLS_STARTTLS ? other : clear;
}

static void
compare_smtp(struct config_loading *l, const config_setting_t *group)
{
	struct config *c = l->config;

	compare_login(l, group, "smtp", &c->smtp);
	compare_tls(l, group, "smtp", &c->smtp);
	if (c->smtp.port == 0)
		c->smtp.port = c->protocol == PROTOCOL_LMTP ? 24 : usual_port(c->smtp.tls, 465, 587, 25);
}

/* A folder that is polled must not get the mails that are done: they would come again. */
static void
compare_folders(struct config_loading *l, const config_setting_t *group, const char *called, const struct config_source *s)
{
	const struct {
		const char *name, *folder;
	} kept[] = {{"processed", s->folders.processed}, {"review", s->folders.review}, {"automatic", s->folders.automatic},
	    {"bounces", s->folders.bounces}};

	for (size_t i = 0; s->folders.move && i < sizeof kept / sizeof kept[0]; i++) {
		if (*kept[i].folder == '\0')
			config_problem_at(l, place(group, kept[i].name), "%s.%s must not be empty while mails are moved", called, kept[i].name);
		else if (strcmp(kept[i].folder, s->folder) == 0)
			config_problem_at(l, place(group, kept[i].name), "%s.%s is the folder that is polled", called, kept[i].name);
	}
}

static bool
is_same_source(const struct config_source *a, const struct config_source *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == SOURCE_MAILDIR)
		return *a->path != '\0' && strcmp(a->path, b->path) == 0;
	return strcmp(a->server.host, b->server.host) == 0 && strcmp(a->server.user, b->server.user) == 0 &&
	    strcmp(a->folder, b->folder) == 0 && a->server.port == b->server.port;
}

static void
compare_sources(struct config_loading *l, const config_setting_t *list)
{
	struct config *c = l->config;

	for (size_t i = 0; i < c->source_count; i++) {
		struct config_source *s = &c->source[i];
		const config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
		char called[64];

		snprintf(called, sizeof called, "sources[%zu]", i + 1);
		if (config_setting_type(group) != CONFIG_TYPE_GROUP)
			continue; /* told already */
		if (s->type == SOURCE_MAILDIR && *s->path == '\0')
			config_problem_at(l, group, "%s.path is missing: the Maildir", called);
		if (s->type == SOURCE_IMAP) {
			if (*s->server.host == '\0')
				config_problem_at(l, group, "%s.host is missing: the IMAP server", called);
			if (*s->folder == '\0')
				config_problem_at(l, place(group, "folder"), "%s.folder must not be empty", called);
			if (s->server.auth == AUTH_NONE)
				config_problem_at(l, place(group, "auth"), "%s.auth is none: a mailbox needs a login", called);
			else
				compare_login(l, group, called, &s->server);
			compare_tls(l, group, called, &s->server);
			compare_folders(l, group, called, s);
			if (s->server.port == 0)
				s->server.port = usual_port(s->server.tls, 993, 143, 143);
		}
		for (size_t j = 0; j < i; j++)
			if (is_same_source(&c->source[j], s))
				config_problem_at(l, group, "%s is the same mailbox as sources[%zu]", called, j + 1);
	}
}

static void
compare_authorities(struct config_loading *l, const config_setting_t *list)
{
	struct config *c = l->config;

	for (size_t i = 1; i < c->authority_count; i++)
		for (size_t j = 0; j < i; j++)
			if (*c->authority[i].id != '\0' && strcmp(c->authority[i].id, c->authority[j].id) == 0)
				config_problem_at(l, list != NULL ? place(config_setting_get_elem(list, (unsigned)i), "id") : NULL,
				    "the authority \"%s\" is there twice", c->authority[i].id);
}

static void
compare_products(struct config_loading *l, const config_setting_t *list)
{
	struct config *c = l->config;

	for (size_t i = 0; i < c->product_count; i++) {
		const struct config_product *p = &c->product[i];
		const config_setting_t *group = list != NULL ? config_setting_get_elem(list, (unsigned)i) : NULL;

		for (size_t j = 0; j < i; j++)
			if (*p->id != '\0' && strcmp(p->id, c->product[j].id) == 0)
				config_problem_at(l, place(group, "id"), "the product \"%s\" is there twice", p->id);
		if (*p->authority != '\0' && config_find_authority(c, p->authority) == NULL)
			config_problem_at(l, place(group, "authority"), "the product \"%s\" names an authority \"%s\" that is not in authorities",
			    p->id, p->authority);
	}
}

void
config_compare(struct config_loading *l, const config_t *file)
{
	const config_setting_t *root = config_root_setting(file);
	struct config *c = l->config;

	if (l->is_short_of_memory)
		return;
	compare_smtp(l, config_setting_get_member(root, "smtp"));
	compare_sources(l, config_setting_get_member(root, "sources"));
	compare_authorities(l, config_setting_get_member(root, "authorities"));
	compare_products(l, config_setting_get_member(root, "products"));
	if (*c->address != '\0' && strcasecmp(c->address, c->staff) == 0)
		config_problem_at(l, place(config_setting_get_member(root, "mail"), "staff"),
		    "mail.staff is mail.address: letters to staff would come back as answers");
	if (c->subaddress && *c->subaddress_delimiter == '\0')
		config_problem_at(l, place(config_setting_get_member(root, "trust"), "subaddress_delimiter"),
		    "trust.subaddress_delimiter must not be empty while trust.subaddress is true");
}

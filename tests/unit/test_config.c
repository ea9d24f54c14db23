/* test_config.c - mailproc.conf: what is accepted, what is refused and on which line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailproc/base/buf.h"
#include "mailproc/base/day.h"
#include "mailproc/base/file.h"
#include "mailproc/config.h"
#include "mailproc/config/config_table.h"

static char folder[4096];

static int
make_folder(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof folder, "%s/config.XXXXXX", tmp != NULL ? tmp : "/tmp");
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	char path[5000];

	(void)state;
	snprintf(path, sizeof path, "%s/mailproc.conf", folder);
	unlink(path);
	snprintf(path, sizeof path, "%s/more.conf", folder);
	unlink(path);
	return rmdir(folder);
}

static const char *
write_file(const char *name, const char *text, size_t n)
{
	static char path[5000];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	return path;
}

/* Every problem as "LINE: TEXT\n". */
static void
note(const char *file, unsigned line, const char *text, void *data)
{
	size_t n = strlen(folder);

	assert_memory_equal(file, folder, n);
	if (strcmp(file + n, "/mailproc.conf") != 0)
		buf_addf(data, "%s:", file + n + 1);
	buf_addf(data, "%u: %s\n", line, text);
}

static enum fault
load(struct config **out, const char *text, struct buf *problems, struct why *why)
{
	return config_load(out, write_file("mailproc.conf", text, strlen(text)), note, problems, why);
}

/* The least that is accepted, on lines 1 to 4. */
#define LEAST                                                                                                              \
	"company = { name = \"例株式会社\"; control_panel = \"https://panel.example/\"; };\n"                              \
	"mail = { address = \"ssl@example.com\"; staff = \"staff@example.com\"; };\n"                                      \
	"texts = { bank_account = \"bank\"; };\n"                                                                          \
	"smtp = { host = \"localhost\"; tls = \"none\"; auth = \"none\"; };\n"

static void
test_least_gets_defaults(void **state)
{
	struct buf problems = BUF_MAX(100000);
	struct config *c = NULL;
	struct why why = {0};
	char want[5000];

	(void)state;
	assert_int_equal(load(&c, LEAST, &problems, &why), FAULT_NONE);
	assert_string_equal(buf_text(&problems), "");
	assert_string_equal(c->company.in[LANGUAGE_JA], "例株式会社");
	assert_string_equal(c->company.in[LANGUAGE_EN], "例株式会社");
	assert_string_equal(c->time_zone, "Asia/Tokyo");
	assert_string_equal(c->reference_prefix, "SSL");
	assert_int_equal(c->smtp.port, 25);
	assert_int_equal(c->lanes, 2);
	assert_int_equal(c->retry_hours, 48);
	assert_int_equal(c->message_max_bytes, 25 << 20);
	assert_int_equal(c->source_count, 0);
	assert_string_equal(c->own_letters, "");
	snprintf(want, sizeof want, "%s/mailproc.db", folder);
	assert_string_equal(c->store, want);
	assert_int_equal(c->authority_count, 3);
	assert_int_equal(c->product_count, 3);
	assert_int_equal(config_find_product(c, "secureserver-id")->extra_days, 14);
	assert_non_null(config_find_authority(c, config_find_product(c, "secureserver-id")->authority));
	assert_null(config_find_product(c, "none"));
	assert_null(config_find_authority(c, "none"));
	assert_non_null(strstr(c->card_steps.in[LANGUAGE_JA], "このドキュメント支払"));
	config_free(c);
	buf_release(&problems);
}

static void
test_everything_given_is_read(void **state)
{
	struct buf problems = BUF_MAX(100000);
	struct config *c = NULL;
	struct why why = {0};
	int64_t since = 0;

	(void)state;
	assert_int_equal(load(&c,
			     "\xEF\xBB\xBFtime_zone = \"UTC\";\n" LEAST "sources = (\n"
			     "{ host = \"imap.example\"; tls = \"starttls\"; auth = \"xoauth2\"; user = \"u\"; password_command = \"cat t\"; "
			     "folder = \"SSL更新\"; move = false; since = \"2026-11-01\"; answer_timeout = 5; },\n"
			     "{ type = \"maildir\"; path = \"/var/mail/ssl\"; } );\n"
			     "products = ( { id = \"x\"; authority = \"geotrust\"; name = { ja = \"エ\"; en = \"X\"; }; price = 500; } );\n"
			     "trust = { authentication = \"required\"; subaddress = true; };\n",
			     &problems, &why),
	    FAULT_NONE);
	assert_string_equal(buf_text(&problems), "");
	assert_int_equal(c->source_count, 2);
	assert_int_equal(c->source[0].type, SOURCE_IMAP);
	assert_int_equal(c->source[0].server.port, 143);
	assert_int_equal(c->source[0].server.auth, AUTH_XOAUTH2);
	assert_int_equal(c->source[0].server.answer_timeout_s, 5);
	assert_string_equal(c->source[0].folder, "SSL更新");
	assert_false(c->source[0].folders.move);
	assert_true(instant_parse("2026-11-01T00:00:00Z", &since));
	assert_int_equal(c->source[0].since_at, since);
	assert_int_equal(c->source[1].type, SOURCE_MAILDIR);
	assert_string_equal(c->source[1].path, "/var/mail/ssl");
	assert_int_equal(c->product_count, 1);
	assert_int_equal(c->product[0].price, 500);
	assert_string_equal(c->product[0].name.in[LANGUAGE_EN], "X");
	assert_int_equal(c->authentication, AUTHENTICATION_REQUIRED);
	assert_true(c->subaddress);
	config_free(c);
	buf_release(&problems);
}

/* Each text stands after LEAST, so its first line is line 5. want: pieces of the problems, in order. */
static const struct {
	const char *text, *want[4];
} refused[] = {
    {"colour = 1;\n", {"5: there is no setting colour"}},
    {"\nlimit = {};\n", {"6: there is no setting limit: is \"limits\" meant?"}},
    {"limits = { reader_second = 3; };\n", {"5: there is no setting limits.reader_second: is \"reader_seconds\" meant?"}},
    {"limits = { reader_seconds = \"3\"; };\n", {"5: limits.reader_seconds is a whole number"}},
    {"limits = { reader_seconds = 0; };\n", {"5: limits.reader_seconds is 0: it must be from 1 to 300"}},
    {"limits = 3;\n", {"5: limits is a group"}},
    {"money = { currency = 3; };\n", {"5: money.currency is a text in double quotes"}},
    {"money = { currency = \"yen\"; };\n", {"5: money.currency \"yen\" is not an ISO 4217 code"}},
    {"money = { tax_percent = 101; };\n", {"5: money.tax_percent is 101"}},
    {"trust = { authentication = \"sometimes\"; };\n", {"5: trust.authentication \"sometimes\" is not one of: if-present, required, off"}},
    {"trust = { subaddress = \"yes\"; };\n", {"5: trust.subaddress is true or false"}},
    {"trust = { subaddress_delimiter = \"++\"; };\n", {"5: trust.subaddress_delimiter \"++\" is not one of + - = _ #"}},
    {"time_zone = \"Asia/Nowhere\";\n", {"5: time_zone \"Asia/Nowhere\" is not a time zone"}},
    {"desk = { name = { ja = \"机\"; }; };\n", {"5: desk.name lacks its text in \"en\""}},
    {"desk = { name = { ja = \"机\"; en = \"desk\"; fr = \"x\"; }; };\n", {"5: desk.name has no language \"fr\""}},
    {"desk = { name = \"a\\x01\"; };\n", {"5: desk.name \"a\x01\" holds a control character"}},
    {"renewal = { reference_prefix = \"S L\"; };\n", {"5: renewal.reference_prefix \"S L\" is not"}},
    {"send = { hours = \"18:00-09:00\"; };\n", {"5: send.hours \"18:00-09:00\" is not two times of a day"}},
    {"send = { hours = \"9-18\"; };\n", {"5: send.hours \"9-18\" is not two times"}},
    {"send = { hours = \"09:00-24:01\"; };\n", {"5: send.hours"}},
    {"send = { redirect_all_to = \"staff\"; };\n", {"5: send.redirect_all_to \"staff\" is not a mail address"}},
    {"products = ( { id = \"a\"; authority = \"geotrust\"; name = \"n\"; price = 1; reminder_days = \"7 30\"; } );\n",
	{"5: products[1].reminder_days \"7 30\" is not a list of up to 8 days"}},
    {"sources = { };\n", {"5: sources is a list"}},
    {"sources = ( 3 );\n", {"5: sources[1] is a group"}},
    {"sources = ( { type = \"pop\"; } );\n", {"5: sources[1].type \"pop\" is not one of: imap, maildir", "5: sources[1].host is missing"}},
    {"sources = ( { type = \"maildir\"; } );\n", {"5: sources[1].path is missing"}},
    {"sources = (\n{ host = \"h\"; user = \"u\";\n password = \"x\"; password_file = \"f\"; } );\n", {"7: a password does not stand in this file"}},
    {"sources = ( { host = \"h\"; user = \"u\"; } );\n", {"5: sources[1].password_file or sources[1].password_command is missing"}},
    {"sources = ( { host = \"h\"; user = \"u\"; password_file = \"f\"; password_command = \"c\"; } );\n", {"both given"}},
    {"sources = ( { host = \"h\"; auth = \"none\"; } );\n", {"5: sources[1].auth is none"}},
    {"sources = ( { host = \"h\"; user = \"u\"; password_file = \"f\"; tls = \"none\"; } );\n", {"5: sources[1].tls is none, but h is not"}},
    {"sources = ( { host = \"h\"; user = \"u\"; password_file = \"f\"; review = \"INBOX\"; } );\n", {"5: sources[1].review is the folder that is polled"}},
    {"sources = ( { host = \"h\"; user = \"u\"; password_file = \"f\"; since = \"yesterday\"; } );\n", {"5: sources[1].since \"yesterday\" is not a time"}},
    {"sources = ( { host = \"h\"; user = \"u\"; password_file = \"f\"; },\n{ host = \"h\"; user = \"u\"; password_file = \"f\"; } );\n",
	{"6: sources[2] is the same mailbox as sources[1]"}},
    {"sources = ( { host = \"a b\"; user = \"u\"; password_file = \"f\"; port = 70000; } );\n",
	{"5: sources[1].host \"a b\" is not a host name", "5: sources[1].port is 70000", "5: sources[1].host is missing"}},
    {"authorities = ( { id = \"geotrust\"; name = \"G\"; guide = \"ftp://x\"; } );\n",
	{"5: authorities[1].guide \"ftp://x\" does not start with https://", "0: the product \"secureserver-id\" names an authority \"symantec\""}},
    {"products = ( { id = \"a\"; authority = \"nobody\"; name = \"n\"; price = 1; } );\n",
	{"5: the product \"a\" names an authority \"nobody\" that is not in authorities"}},
    {"products = ( { id = \"a\"; authority = \"geotrust\"; name = \"n\"; price = 1; },\n { id = \"a\"; authority = \"geotrust\"; name = \"n\"; "
     "price = 1; } );\n",
	{"6: the product \"a\" is there twice"}},
    {"products = ( { authority = \"geotrust\"; } );\n", {"5: products[1].id is missing", "5: products[1].name is missing", "5: products[1].price is missing"}},
    {"products = ( { id = \"A B\"; authority = \"geotrust\"; name = \"n\"; price = 1; } );\n", {"5: products[1].id \"A B\" is not made of"}},
    {"products = ( { id = \"a\"; authority = \"geotrust\"; name = \"n\"; price = 5000000000; } );\n", {"5: the number 5000000000 is too large"}},
    {"lanes = 3;\n\nretry = 3;\n", {"5: there is no setting lanes", "7: there is no setting retry"}},
    {"mail = { };\n", {"5: duplicate setting name"}},
    {"a = ;\n", {"5: syntax error"}},
    {"# \xFF\n", {"5: the line is not UTF-8"}},
    {"letters = {\n own = 1;\n};\nrules = {\n own = 2;\n};\nstore = { file = 3; };\n",
	{"6: letters.own is a text", "9: rules.own is a text", "11: store.file is a text"}},
};

static void
test_each_bad_setting_is_told_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct buf problems = BUF_MAX(100000), text = BUF_MAX(100000);
		struct config *c = NULL;
		struct why why = {0};
		const char *at;
		enum fault fault;

		buf_addf(&text, "%s%s", LEAST, refused[i].text);
		fault = load(&c, text.p, &problems, &why);
		if (fault != FAULT_SETUP)
			print_error("not refused: %s\n", refused[i].text);
		assert_int_equal(fault, FAULT_SETUP);
		assert_null(c);
		at = buf_text(&problems);
		for (size_t j = 0; j < 4 && refused[i].want[j] != NULL; j++) {
			const char *found = strstr(at, refused[i].want[j]);

			if (found == NULL)
				print_error("%swant: %s\ngot: %s\n", refused[i].text, refused[i].want[j], buf_text(&problems));
			assert_non_null(found);
			at = found + 1;
		}
		buf_release(&problems);
		buf_release(&text);
	}
}

/* ---- what is required, and files ---- */

static void
test_missing_settings_are_all_named(void **state)
{
	struct buf problems = BUF_MAX(100000);
	struct config *c = NULL;
	struct why why = {0};

	(void)state;
	assert_int_equal(load(&c, "\nsmtp = { port = 25; };\nmail = { staff = \"\"; address = \"a@b@\"; };\n", &problems, &why), FAULT_SETUP);
	assert_string_equal(buf_text(&problems),
	    "2: smtp.host is missing: The server that takes our letters.\n"
	    "2: smtp.user is missing: the name to log in with\n"
	    "2: smtp.password_file or smtp.password_command is missing\n"
	    "3: mail.address \"a@b@\" is not a mail address\n"
	    "3: mail.staff must not be empty\n"
	    "0: company.name is missing: The company's name.\n"
	    "0: company.control_panel is missing: Where customers sign in to pay by card.\n"
	    "0: texts.bank_account is missing: Where bank transfers go.\n");
	assert_non_null(strstr(why.text, "mailproc.conf:2: smtp.host is missing"));
	buf_release(&problems);
}

static void
test_missing_file_is_told(void **state)
{
	struct buf problems = BUF_MAX(1000);
	struct config *c = NULL;
	struct why why = {0};
	char path[5000];

	(void)state;
	snprintf(path, sizeof path, "%s/none.conf", folder);
	assert_int_equal(config_load(&c, path, note, &problems, &why), FAULT_SETUP);
	assert_non_null(strstr(why.text, "none.conf"));
	assert_null(c);
	buf_release(&problems);
}

static void
test_included_file_is_named_in_its_problems(void **state)
{
	struct buf problems = BUF_MAX(1000);
	struct config *c = NULL;
	struct why why = {0};

	(void)state;
	write_file("more.conf", "money = {\n currency = 1;\n};\n", 27);
	assert_int_equal(load(&c, LEAST "@include \"more.conf\"\nlanes = 1;\n", &problems, &why), FAULT_SETUP);
	assert_string_equal(buf_text(&problems),
	    "6: there is no setting lanes\n"
	    "more.conf:2: money.currency is a text in double quotes\n");
	buf_release(&problems);
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *address;
		bool is_good;
	} cases[] = {{"a@b.example", true}, {"a.b+c@b.example", true}, {"a@localhost", true}, {"@b", false}, {"a@", false}, {"a b@c", false},
	    {"a@b c", false}, {"<a@b>", false}, {"a\r\n@b", false}, {"a@b..c", false}, {".a@b", false}, {"a.@b", false}, {"日@b.example", false},
	    {"a@-b", false}, {"a,b@c", false}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if ((config_check_address(cases[i].address) == NULL) != cases[i].is_good)
			fail_msg("\"%s\" is wrongly %s", cases[i].address, cases[i].is_good ? "refused" : "accepted");
}

/* ---- the sample and the manual ---- */

static void
test_sample_is_accepted_as_it_is(void **state)
{
	struct buf problems = BUF_MAX(100000);
	struct config *c = NULL;
	struct why why = {0};
	char *sample = config_sample();

	(void)state;
	assert_non_null(sample);
	if (load(&c, sample, &problems, &why) != FAULT_NONE)
		fail_msg("%s", buf_text(&problems));
	assert_string_equal(c->address, "ssl-renewal@hosting.example");
	assert_int_equal(c->source_count, 1);
	assert_int_equal(c->source[0].server.port, 993);
	assert_int_equal(c->smtp.port, 465);
	config_free(c);
	free(sample);
	buf_release(&problems);
}

static void
test_sample_shows_every_setting(void **state)
{
	char *sample = config_sample(), pattern[128];

	(void)state;
	assert_non_null(sample);
	for (size_t i = 0; i < config_section_count; i++)
		for (size_t j = 0; j < config_section[i].setting_count; j++) {
			snprintf(pattern, sizeof pattern, config_section[i].kind == SECTION_LIST ? "# %s" : "%s = ", config_section[i].setting[j].name);
			if (strstr(sample, pattern) == NULL)
				fail_msg("the sample does not show %s.%s", config_section[i].name, config_section[i].setting[j].name);
		}
	free(sample);
}

static void
test_manual_describes_every_setting(void **state)
{
	struct buf manual = BUF_MAX(1 << 20);
	struct why why = {0};
	char pattern[256];

	(void)state;
	assert_int_equal(file_read(&manual, "mailproc/mailproc.conf.5", &why), FAULT_NONE);
	for (size_t i = 0; i < config_section_count; i++) {
		const struct section *section = &config_section[i];
		const char *part;

		snprintf(pattern, sizeof pattern, "\n.Ss %s\n", *section->name != '\0' ? section->name : "The business day");
		part = strstr(manual.p, pattern);
		if (part == NULL)
			fail_msg("mailproc.conf(5) has no section %s", pattern);
		for (size_t j = 0; j < section->setting_count; j++) {
			const char *end = strstr(part + 5, "\n.S"), *at;

			snprintf(pattern, sizeof pattern, "\n.It Ic %s", section->setting[j].name);
			at = strstr(part, pattern);
			if (at == NULL || (end != NULL && at > end))
				fail_msg("mailproc.conf(5) does not describe %s.%s", section->name, section->setting[j].name);
		}
	}
	buf_release(&manual);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_least_gets_defaults),
	    cmocka_unit_test(test_everything_given_is_read),
	    cmocka_unit_test(test_each_bad_setting_is_told_with_its_line),
	    cmocka_unit_test(test_missing_settings_are_all_named),
	    cmocka_unit_test(test_missing_file_is_told),
	    cmocka_unit_test(test_included_file_is_named_in_its_problems),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_sample_is_accepted_as_it_is),
	    cmocka_unit_test(test_sample_shows_every_setting),
	    cmocka_unit_test(test_manual_describes_every_setting),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

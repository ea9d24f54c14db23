/* test_mailbox.c - what is fetched, in which order and how much; what is moved; and servers that do it differently */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "mailproc/base/buf.h"
#include "mailproc/mailbox.h"
#include "mailproc/smtp.h"
#include "tests/unit/fake_server.h"

/* libetpan loses a greeting that says BYE: 49 bytes, once a connection. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:mailimap_greeting_new\nleak:mailimap_resp_cond_bye_new\nleak:mailimap_resp_text_new\n";
}

static char localhost[] = "localhost", loopback[] = "127.0.0.1", user[] = "ssl-renewal", inbox[] = "INBOX", command[1200], empty[] = "";

static struct config_source
source_at(int port, enum config_tls tls, enum config_auth auth)
{
	snprintf(command, sizeof command, "echo secret");
	return (struct config_source){.type = SOURCE_IMAP,
	    .folder = inbox,
	    .server = {.host = localhost,
		.connect_to = loopback,
		.port = port,
		.tls = tls,
		.ca_file = empty,
		.auth = auth,
		.user = user,
		.password_command = command,
		.password_file = empty,
		.connect_timeout_s = 5,
		.answer_timeout_s = 5}};
}

/* ---- fake servers ---- */

#define READY \
	"S:* OK [CAPABILITY IMAP4rev1] ready", "C:1 LOGIN ssl-renewal secret", "S:1 OK [CAPABILITY IMAP4rev1 MOVE UIDPLUS NAMESPACE] in", \
	    "C:2 SELECT INBOX"
#define SELECTED "S:* 3 EXISTS", "S:* OK [UIDVALIDITY 7] ok", "S:* OK [UIDNEXT 100] ok", "S:2 OK [READ-WRITE] selected"
#define LIST "C:3 UID FETCH 11:* (UID RFC822.SIZE INTERNALDATE)"
#define ENTRY(n, uid, day) "S:* " n " FETCH (UID " uid " RFC822.SIZE 5 INTERNALDATE \"" day "-Jan-2026 00:00:00 +0900\")"

/* What opens, and what does not. */
static const struct {
	const char *name;
	const char *const dialogue[16];
	int tls, auth, fault;
	const char *cause;
} opening[] = {
    {"a greeting that closes", {"S:* BYE too many"}, TLS_NONE, AUTH_PLAIN, FAULT_AWAY, ""},
    {"a greeting that is not IMAP", {"S:220 smtp.example ESMTP"}, TLS_NONE, AUTH_PLAIN, FAULT_AWAY, ""},
    {"being logged in before STARTTLS", {"S:* PREAUTH welcome"}, TLS_STARTTLS, AUTH_PLAIN, FAULT_SETUP, "before TLS"},
    {"STARTTLS that is not offered", {"S:* OK [CAPABILITY IMAP4rev1] ready"}, TLS_STARTTLS, AUTH_PLAIN, FAULT_SETUP, "does not offer STARTTLS"},
    {"STARTTLS that is refused", {"S:* OK [CAPABILITY IMAP4rev1 STARTTLS] ready", "C:1 STARTTLS", "S:1 NO not now"}, TLS_STARTTLS, AUTH_PLAIN,
	FAULT_SETUP, "not now"},
    {"an injected login after STARTTLS", {"S:* OK [CAPABILITY IMAP4rev1 STARTTLS] ready", "C:1 STARTTLS", "s:1 OK go\r\n2 OK in\r\n"},
	TLS_STARTTLS, AUTH_PLAIN, FAULT_AWAY, ""},
    {"a wrong password", {"S:* OK ready", "C:1 LOGIN*", "S:1 NO [AUTHENTICATIONFAILED] wrong password"}, TLS_NONE, AUTH_PLAIN, FAULT_SETUP,
	"login refused: wrong password"},
    {"a login that fails for now", {"S:* OK ready", "C:1 LOGIN*", "S:1 NO [UNAVAILABLE] try later"}, TLS_NONE, AUTH_PLAIN, FAULT_AWAY,
	"try later"},
    {"no login where one is wanted", {"S:* OK ready"}, TLS_NONE, AUTH_NONE, FAULT_SETUP, "wants a login"},
    {"a folder that does not exist", {READY, "S:2 NO no such folder"}, TLS_NONE, AUTH_PLAIN, FAULT_SETUP, "no such folder"},
    {"a folder without UIDVALIDITY", {READY, "S:* 0 EXISTS", "S:2 OK selected"}, TLS_NONE, AUTH_PLAIN, FAULT_SETUP, "UIDVALIDITY"},
    {"capabilities are asked for when the login does not tell them",
	{"S:* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready", "C:1 LOGIN*", "S:1 OK in", "C:2 CAPABILITY", "S:* CAPABILITY IMAP4rev1",
	    "S:2 OK done", "C:3 SELECT INBOX", "S:* 0 EXISTS", "S:* OK [UIDVALIDITY 7] ok", "S:3 OK selected", "C:4 LOGOUT", "S:* BYE bye",
	    "S:4 OK bye"},
	TLS_NONE, AUTH_PLAIN, FAULT_NONE, ""},
};

static void
test_openings(void **state)
{
	struct config config = {.message_max_bytes = 1000};

	(void)state;
	for (size_t i = 0; i < sizeof opening / sizeof opening[0]; i++) {
		struct fake_server fake = fake_start(opening[i].dialogue, NULL);
		struct config_source source = source_at(fake.port, (enum config_tls)opening[i].tls, (enum config_auth)opening[i].auth);
		struct mailbox *mailbox = NULL;
		struct why why = {{0}};
		enum fault fault = mailbox_open(&mailbox, &config, &source, &why);

		print_message("# %s: %s\n", opening[i].name, why.text);
		assert_int_equal(fault, opening[i].fault);
		assert_non_null(strstr(why.text, opening[i].cause));
		if (fault == FAULT_NONE)
			assert_string_equal(mailbox_name(mailbox), "ssl-renewal@localhost/INBOX");
		mailbox_close(mailbox);
		fake_kill(&fake);
	}
}

/* A user or a folder that would end its command and start another. */
static void
test_injection(void **state)
{
	static const char *const dialogue[] = {"S:* OK [CAPABILITY IMAP4rev1] ready", "C:1 LOGOUT", "S:1 OK bye", NULL};
	char bad_user[] = "a\"\r\n9 DELETE INBOX", bad_folder[] = "INBOX\r\n9 DELETE INBOX";
	struct config config = {.message_max_bytes = 1000};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fake_server fake = fake_start(dialogue, NULL);
		struct config_source source = source_at(fake.port, TLS_NONE, AUTH_PLAIN);
		struct mailbox *mailbox = NULL;
		struct why why = {{0}};

		if (i == 0)
			source.server.user = bad_user;
		else
			source.folder = bad_folder;
		assert_int_equal(mailbox_open(&mailbox, &config, &source, &why), FAULT_SETUP);
		if (i == 0)
			assert_int_equal(fake_end(&fake), 0);
		else
			fake_kill(&fake); /* it was not even connected to */
	}
}

/* What one call of mailbox_next() on a fake server gives: UIDs, and bytes of the first mail. */
static const struct {
	const char *name;
	const char *const dialogue[24];
	int fault;
	const char *uids, *first;
	uint32_t last_uid;
} fetching[] = {
    {"mails come in the order of their UIDs, whatever the order on the wire",
	{READY, SELECTED, LIST, ENTRY("1", "12", "10"), ENTRY("2", "20", "10"), ENTRY("3", "13", "10"), "S:3 OK done",
	    "C:4 UID FETCH 12:13,20 (UID BODY.PEEK[]<0.1000>)", "S:* 3 FETCH (UID 13 BODY[]<0> {5}", "s:three)\r\n", "S:* 2 FETCH (BODY[]<0> {3}",
	    "s:two UID 20)\r\n", "S:* 1 FETCH (UID 12 BODY[]<0> \"one\")", "S:4 OK done"},
	FAULT_NONE, "12 13 20", "one", 20},
    {"the last mail, which the server gives though it is old, is not taken",
	{READY, SELECTED, LIST, ENTRY("3", "10", "10"), "S:3 OK done"}, FAULT_NONE, "", NULL, 10},
    {"mails before the day of the start are passed over",
	{READY, SELECTED, LIST, ENTRY("1", "12", "01"), ENTRY("2", "13", "10"), ENTRY("3", "14", "01"), "S:3 OK done",
	    "C:4 UID FETCH 13 (UID BODY.PEEK[]<0.1000>)", "S:* 2 FETCH (UID 13 BODY[]<0> NIL)", "S:4 OK done"},
	FAULT_NONE, "13", "", 14},
    {"a flag that changes meanwhile is not a mail",
	{READY, SELECTED, LIST, ENTRY("1", "12", "10"), "S:3 OK done", "C:4 UID FETCH*", "S:* 3 FETCH (UID 14 FLAGS (\\Seen))",
	    "S:* 1 FETCH (UID 12 BODY[]<0> {3}", "s:one)\r\n", "S:* 1 FETCH (FLAGS (\\Seen))", "S:4 OK done"},
	FAULT_NONE, "12", "one", 12},
    {"a connection cut inside a mail leaves the mails before it",
	{READY, SELECTED, LIST, ENTRY("1", "12", "10"), ENTRY("2", "13", "10"), "S:3 OK done", "C:4 UID FETCH*",
	    "S:* 1 FETCH (UID 12 BODY[]<0> {3}", "s:one)\r\n", "S:* 2 FETCH (UID 13 BODY[]<0> {500}", "s:two", "E"},
	FAULT_AWAY, "12", "one", 12},
    {"what stands behind a gap is left to the next run",
	{READY, SELECTED, LIST, ENTRY("1", "12", "10"), ENTRY("2", "13", "10"), "S:3 OK done", "C:4 UID FETCH*",
	    "S:* 2 FETCH (UID 13 BODY[]<0> {3}", "s:two)\r\n", "E"},
	FAULT_AWAY, "", NULL, 10},
    {"an answer that makes no sense ends the connection",
	{READY, SELECTED, LIST, "S:* 1 FETCH (UID ((((", "S:3 OK done"}, FAULT_AWAY, "", NULL, 10},
    {"mails that are gone when they are fetched are not waited for",
	{READY, SELECTED, LIST, ENTRY("1", "12", "10"), "S:3 OK done", "C:4 UID FETCH 12 *", "S:4 OK done"}, FAULT_NONE, "", NULL, 12},
    {"nothing is asked when UIDNEXT says that nothing is new",
	{READY, "S:* 3 EXISTS", "S:* OK [UIDVALIDITY 7] ok", "S:* OK [UIDNEXT 11] ok", "S:2 OK selected"}, FAULT_NONE, "", NULL, 10},
};

static void
test_fetching(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof fetching / sizeof fetching[0]; i++) {
		struct config config = {.message_max_bytes = 1000};
		struct fake_server fake = fake_start(fetching[i].dialogue, NULL);
		struct config_source source = source_at(fake.port, TLS_NONE, AUTH_PLAIN);
		struct mailbox *mailbox = NULL;
		struct mailbox_batch batch;
		struct why why = {{0}};
		char uids[200] = "";
		enum fault fault;

		print_message("# %s\n", fetching[i].name);
		source.since_at = 1767571200; /* 2026-01-05 */
		assert_int_equal(mailbox_open(&mailbox, &config, &source, &why), FAULT_NONE);
		assert_int_equal(mailbox_uid_validity(mailbox), 7);
		fault = mailbox_next(mailbox, 10, 100, &batch, &why);
		for (size_t j = 0; j < batch.count; j++) {
			char key[32];

			snprintf(uids + strlen(uids), sizeof uids - strlen(uids), "%s%u", j > 0 ? " " : "", batch.mail[j].uid);
			snprintf(key, sizeof key, "7:%u", batch.mail[j].uid);
			assert_string_equal(batch.mail[j].key, key);
		}
		if (fault != FAULT_NONE)
			print_message("#   %s\n", why.text);
		assert_int_equal(fault, fetching[i].fault);
		assert_string_equal(uids, fetching[i].uids);
		assert_int_equal(mailbox_last_uid(mailbox), fetching[i].last_uid);
		if (fetching[i].first != NULL)
			assert_string_equal(batch.mail[0].bytes, fetching[i].first);
		mailbox_batch_release(&batch);
		if (fault == FAULT_AWAY)
			assert_int_equal(mailbox_next(mailbox, 10, 100, &batch, &why), FAULT_AWAY);
		mailbox_close(mailbox);
		fake_kill(&fake);
	}
}

/* Moves "7:20", "7:12", "7:13", "6:1" and "nonsense" to 処理済み/1. */
static const struct {
	const char *name;
	const char *const dialogue[40];
	int fault;
} moving[] = {
    {"MOVE", {READY, SELECTED, "C:3 NAMESPACE", "S:* NAMESPACE ((\"\" \"/\")) NIL NIL", "S:3 OK done",
		 "C:4 UID MOVE 12:13,20 \"&UeZ0Bm4IMH8-/1\"", "S:4 OK done", "C:5 LOGOUT", "S:* BYE", "S:5 OK bye"},
	FAULT_NONE},
    {"MOVE into a folder that has to be made",
	{READY, SELECTED, "C:3 NAMESPACE", "S:* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL", "S:3 OK done",
	    "C:4 UID MOVE 12:13,20 \"INBOX.&UeZ0Bm4IMH8-.1\"", "S:4 NO [TRYCREATE] no such folder", "C:5 CREATE \"INBOX.&UeZ0Bm4IMH8-.1\"",
	    "S:5 OK done", "C:6 SUBSCRIBE \"INBOX.&UeZ0Bm4IMH8-.1\"", "S:6 OK done", "C:7 UID MOVE 12:13,20 \"INBOX.&UeZ0Bm4IMH8-.1\"",
	    "S:7 OK done", "C:8 LOGOUT", "S:8 OK bye"},
	FAULT_NONE},
    {"COPY, a mark and UID EXPUNGE where there is no MOVE",
	{"S:* OK ready", "C:1 LOGIN*", "S:1 OK [CAPABILITY IMAP4rev1 UIDPLUS] in", "C:2 SELECT INBOX", SELECTED, "C:3 LIST \"\" \"\"",
	    "S:* LIST (\\Noselect) \".\" \"\"", "S:3 OK done", "C:4 UID COPY 12:13,20 \"&UeZ0Bm4IMH8-.1\"", "S:4 OK done",
	    "C:5 UID STORE 12:13,20 +FLAGS.SILENT (\\Deleted)", "S:5 OK done", "C:6 UID EXPUNGE 12:13,20", "S:* 1 EXPUNGE", "S:6 OK done",
	    "C:7 LOGOUT", "S:7 OK bye"},
	FAULT_NONE},
    {"the mark only where there is no UIDPLUS either",
	{"S:* OK ready", "C:1 LOGIN*", "S:1 OK [CAPABILITY IMAP4rev1] in", "C:2 SELECT INBOX", SELECTED, "C:3 LIST \"\" \"\"",
	    "S:* LIST (\\Noselect) \"/\" \"\"", "S:3 OK done", "C:4 UID COPY*", "S:4 OK done", "C:5 UID STORE*", "S:5 OK done", "C:6 LOGOUT",
	    "S:6 OK bye"},
	FAULT_NONE},
    {"a folder that cannot be made is the operator's matter",
	{READY, SELECTED, "C:3 NAMESPACE", "S:* NAMESPACE ((\"\" \"/\")) NIL NIL", "S:3 OK done", "C:4 UID MOVE*", "S:4 NO no", "C:5 CREATE*",
	    "S:5 NO no permission", "C:6 UID MOVE*", "S:6 NO no permission", "C:7 LOGOUT", "S:7 OK bye"},
	FAULT_SETUP},
};

static void
test_moving(void **state)
{
	static const char *const key[] = {"7:20", "7:12", "6:1", "7:13", "nonsense"};
	struct config config = {.message_max_bytes = 1000};

	(void)state;
	for (size_t i = 0; i < sizeof moving / sizeof moving[0]; i++) {
		struct fake_server fake = fake_start(moving[i].dialogue, NULL);
		struct config_source source = source_at(fake.port, TLS_NONE, AUTH_PLAIN);
		struct mailbox *mailbox = NULL;
		struct why why = {{0}};
		enum fault fault;

		print_message("# %s\n", moving[i].name);
		assert_int_equal(mailbox_open(&mailbox, &config, &source, &why), FAULT_NONE);
		assert_int_equal(mailbox_move(mailbox, key, 5, "a\r\nb", &why), FAULT_SETUP);
		fault = mailbox_move(mailbox, key, 5, "\xE5\x87\xA6\xE7\x90\x86\xE6\xB8\x88\xE3\x81\xBF/1", &why);
		if (fault != FAULT_NONE)
			print_message("#   %s\n", why.text);
		assert_int_equal(fault, moving[i].fault);
		mailbox_close(mailbox);
		assert_int_equal(fake_end(&fake), 0);
	}
}

/* ---- a private Dovecot ---- */

static char dovecot[64], ca_file[100];
static int base, absent;

static int
start_server(void **state)
{
	(void)state;
	absent = start_dovecot(dovecot, sizeof dovecot, &base, "good");
	snprintf(ca_file, sizeof ca_file, "%s/certs/ca.pem", dovecot);
	return absent != 0 && absent != 77;
}

static int
stop_server(void **state)
{
	(void)state;
	stop_dovecot(dovecot);
	return 0;
}

static bool
is_skipped(void)
{
	if (absent != 0)
		print_message("# skipped: Dovecot is not installed\n");
	return absent != 0;
}

static struct config_source
dovecot_source(enum config_tls tls)
{
	struct config_source source = source_at(base + (tls == TLS_IMPLICIT ? 93 : 43), tls, AUTH_PLAIN);

	source.server.ca_file = ca_file;
	return source;
}

/* count mails by LMTP; the body of the last is size bytes long. */
static void
deliver(int count, size_t size)
{
	struct config config = {
	    .protocol = PROTOCOL_LMTP, .smtp = {.host = localhost, .connect_to = loopback, .port = base + 24, .tls = TLS_NONE}};
	struct smtp *smtp = NULL;

	assert_int_equal(smtp_open(&smtp, &config, NULL, NULL), FAULT_NONE);
	for (int i = 0; i < count; i++) {
		struct buf text = BUF_MAX(4000000);
		struct smtp_answer answer;
		bool offered = false;

		buf_addf(&text, "Message-ID: <m-%d@us.example>\nSubject: mail %d\n\n", i, i);
		while (text.n < (i == count - 1 ? size : 500))
			buf_add_text(&text, "0123456789012345678901234567890123456789\n");
		assert_int_equal(smtp_offer(smtp, "a@b.example", "ssl-renewal@us.example", text.p, text.n, &offered, &answer, NULL), FAULT_NONE);
		assert_true(offered);
		assert_int_equal(smtp_finish(smtp, &answer, NULL), FAULT_NONE);
		assert_int_equal(answer.code, 250);
		buf_release(&text);
	}
	smtp_close(smtp);
}

static void
test_real_fetch_and_move(void **state)
{
	static const char folder[] = "\xE5\x87\xA6\xE7\x90\x86\xE6\xB8\x88\xE3\x81\xBF";
	struct config config = {.message_max_bytes = 20000};
	struct config_source source;
	struct mailbox *mailbox = NULL;
	struct mailbox_batch batch;
	struct why why = {{0}};
	char *key[300];
	size_t count = 0;
	uint32_t last = 0;
	bool has = false;

	(void)state;
	if (is_skipped())
		skip();
	deliver(300, 30000);
	source = dovecot_source(TLS_IMPLICIT);
	assert_int_equal(mailbox_open(&mailbox, &config, &source, &why), FAULT_NONE);
	do {
		assert_int_equal(mailbox_next(mailbox, last, 100, &batch, &why), FAULT_NONE);
		assert_true(batch.count == 0 || batch.count == 100);
		for (size_t i = 0; i < batch.count; i++) {
			char id[64];

			assert_true(batch.mail[i].uid > last);
			last = batch.mail[i].uid;
			snprintf(id, sizeof id, "Message-ID: <m-%zu@us.example>", count);
			assert_non_null(strstr(batch.mail[i].bytes, id));
			assert_true(batch.mail[i].arrived_at > 1700000000);
			assert_int_equal(batch.mail[i].n, strlen(batch.mail[i].bytes));
			assert_true(count == 299 ? batch.mail[i].n == 20000 && batch.mail[i].size > 30000
						 : batch.mail[i].size == (int64_t)batch.mail[i].n);
			key[count++] = strdup(batch.mail[i].key);
		}
		mailbox_batch_release(&batch);
	} while (count < 300);
	assert_int_equal(mailbox_next(mailbox, last, 100, &batch, &why), FAULT_NONE);
	assert_int_equal(batch.count, 0);
	assert_int_equal(mailbox_last_uid(mailbox), last);
	/* Every other one: a set that does not fit into one command. */
	for (size_t i = 0; i < 300; i += 2)
		assert_int_equal(mailbox_move(mailbox, (const char *const *)&key[i], 1, folder, &why), FAULT_NONE);
	assert_int_equal(mailbox_move(mailbox, (const char *const *)key, 300, folder, &why), FAULT_NONE);
	assert_int_equal(mailbox_move(mailbox, (const char *const *)key, 300, folder, &why), FAULT_NONE);
	assert_int_equal(mailbox_has(mailbox, folder, "m-17@us.example", &has, &why), FAULT_NONE);
	assert_true(has);
	assert_int_equal(mailbox_has(mailbox, "Sent", "m-17@us.example", &has, &why), FAULT_NONE);
	assert_false(has);
	assert_int_equal(mailbox_has(mailbox, "Nowhere", "m-17@us.example", &has, &why), FAULT_ITEM);
	assert_int_equal(mailbox_has(mailbox, "Sent", "m\"17", &has, &why), FAULT_ITEM);
	mailbox_close(mailbox);
	mailbox = NULL;
	assert_int_equal(mailbox_open(&mailbox, &config, &source, &why), FAULT_NONE);
	assert_int_equal(mailbox_next(mailbox, 0, 100, &batch, &why), FAULT_NONE);
	assert_int_equal(batch.count, 0);
	mailbox_close(mailbox);
	assert_int_equal(run_shell("test $(find '%s/mail/ssl-renewal/Maildir/.&UeZ0Bm4IMH8-' -type f -path '*/[cn]*/*' -name '*M*P*' | wc -l) = 300", dovecot), 0);
	for (size_t i = 0; i < 300; i++)
		free(key[i]);
}

static void
test_real_logins(void **state)
{
	struct config config = {.message_max_bytes = 20000};
	struct {
		enum config_tls tls;
		enum config_auth auth;
		const char *command;
		const char *host, *ca;
		enum fault fault;
		const char *cause;
	} login[] = {
	    {TLS_STARTTLS, AUTH_PLAIN, "echo secret", "localhost", ca_file, FAULT_NONE, ""},
	    {TLS_STARTTLS, AUTH_LOGIN, "echo secret", "mail.test.example", ca_file, FAULT_NONE, ""},
	    {TLS_IMPLICIT, AUTH_PLAIN, "echo secret", "127.0.0.1", ca_file, FAULT_NONE, ""},
	    {TLS_NONE, AUTH_PLAIN, "echo secret", "localhost", ca_file, FAULT_NONE, ""},
	    {TLS_IMPLICIT, AUTH_XOAUTH2, "sh mailproc/demo/dovecot.sh token %s ssl-renewal", "localhost", ca_file, FAULT_NONE, ""},
	    {TLS_IMPLICIT, AUTH_PLAIN, "echo secret", "other.test.example", ca_file, FAULT_AWAY, "hostname mismatch"},
	    {TLS_STARTTLS, AUTH_PLAIN, "echo secret", "localhost", "", FAULT_AWAY, "issuer"},
	    {TLS_IMPLICIT, AUTH_PLAIN, "exit 3", "localhost", ca_file, FAULT_SETUP, "exit status 3"},
	    {TLS_IMPLICIT, AUTH_PLAIN, "true", "localhost", ca_file, FAULT_SETUP, "no password"},
	    {TLS_IMPLICIT, AUTH_PLAIN, "printf 'a\\001b'", "localhost", ca_file, FAULT_SETUP, "control characters"},
	    {TLS_IMPLICIT, AUTH_XOAUTH2, "echo wrong", "localhost", ca_file, FAULT_SETUP, "login refused"},
	};

	(void)state;
	if (is_skipped())
		skip();
	for (size_t i = 0; i < sizeof login / sizeof login[0]; i++) {
		struct config_source source = dovecot_source(login[i].tls);
		struct mailbox *mailbox = NULL;
		struct why why = {{0}};
		char host[64], ca[100];
		enum fault fault;

		if (strstr(login[i].command, "%s") != NULL)
			snprintf(command, sizeof command, "sh mailproc/demo/dovecot.sh token %s ssl-renewal", dovecot);
		else
			snprintf(command, sizeof command, "%s", login[i].command);
		snprintf(host, sizeof host, "%s", login[i].host);
		snprintf(ca, sizeof ca, "%s", login[i].ca);
		source.server.host = host;
		source.server.ca_file = ca;
		source.server.auth = login[i].auth;
		source.server.answer_timeout_s = 15;
		fault = mailbox_open(&mailbox, &config, &source, &why);
		print_message("# %zu: %s\n", i, fault == FAULT_NONE ? "welcome" : why.text);
		assert_int_equal(fault, login[i].fault);
		assert_non_null(strstr(why.text, login[i].cause));
		mailbox_close(mailbox);
	}
}

/* ---- files ---- */

static char folder_path[64];

static void
write_mail(const char *name, int age)
{
	char path[200];
	struct timeval t[2] = {{1700000000 - age, 0}, {1700000000 - age, 0}};
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder_path, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "Subject: x\nMessage-ID:\n <%s@us.example>\n\n%s\n", name, name);
	fclose(f);
	utimes(path, t);
}

static struct mailbox *
open_folder(const char *const *make)
{
	static const struct config config = {.message_max_bytes = 64};
	struct config_source source = {.type = SOURCE_MAILDIR, .path = folder_path};
	struct mailbox *mailbox = NULL;

	snprintf(folder_path, sizeof folder_path, "/tmp/mpXXXXXX");
	assert_non_null(mkdtemp(folder_path));
	for (; *make != NULL; make++) {
		char path[200];

		snprintf(path, sizeof path, "%s/%s", folder_path, *make);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	assert_int_equal(mailbox_open(&mailbox, &config, &source, NULL), FAULT_NONE);
	assert_int_equal(mailbox_uid_validity(mailbox), 0);
	return mailbox;
}

static void
assert_next(struct mailbox *mailbox, size_t max, const char *keys)
{
	struct mailbox_batch batch;
	char got[500] = "";

	assert_int_equal(mailbox_next(mailbox, 0, max, &batch, NULL), FAULT_NONE);
	for (size_t i = 0; i < batch.count; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i > 0 ? " " : "", batch.mail[i].key);
	assert_string_equal(got, keys);
	mailbox_batch_release(&batch);
}

static void
test_maildir(void **state)
{
	static const char *const make[] = {"new", "cur", "tmp", NULL}, *const key[] = {"3.c.host", "2.b.host", "gone"};
	struct mailbox *mailbox = open_folder(make);
	char path[200];
	bool has = false;

	(void)state;
	write_mail("new/1.a.host", 10);
	write_mail("cur/2.b.host:2,S", 30);
	write_mail("new/3.c.host", 20);
	write_mail("tmp/4.d.host", 40);
	snprintf(path, sizeof path, "%s/new/5.e.host", folder_path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_next(mailbox, 2, "2.b.host 3.c.host");
	assert_next(mailbox, 2, "1.a.host");
	assert_next(mailbox, 2, "");
	/* another program has set a flag since it was fetched */
	assert_int_equal(run_shell("mv %s/new/3.c.host %s/cur/3.c.host:2,RS", folder_path, folder_path), 0);
	assert_int_equal(mailbox_move(mailbox, key, 3, "\xE6\xB8\x88", NULL), FAULT_NONE);
	assert_int_equal(run_shell("cd %s && test -f .\xE6\xB8\x88/cur/3.c.host:2,RS -a -f .\xE6\xB8\x88/cur/2.b.host:2,S -a -d .\xE6\xB8\x88/tmp", folder_path), 0);
	assert_int_equal(mailbox_move(mailbox, key, 3, "\xE6\xB8\x88", NULL), FAULT_NONE);
	assert_int_equal(mailbox_move(mailbox, key, 3, "../x", NULL), FAULT_SETUP);
	assert_int_equal(mailbox_has(mailbox, "\xE6\xB8\x88", "cur/2.b.host:2,S@us.example", &has, NULL), FAULT_NONE);
	assert_true(has);
	assert_int_equal(mailbox_has(mailbox, "\xE6\xB8\x88", "other@us.example", &has, NULL), FAULT_NONE);
	assert_false(has);
	assert_int_equal(mailbox_has(mailbox, "Sent", "other@us.example", &has, NULL), FAULT_ITEM);
	mailbox_close(mailbox);
	run_shell("rm -r %s", folder_path);
}

static void
test_eml_folder(void **state)
{
	static const char *const make[] = {"done", NULL}, *const key[] = {"b.eml"};
	struct mailbox *mailbox = open_folder(make);
	struct mailbox_batch batch;

	(void)state;
	write_mail("b.eml", 20);
	write_mail("a.EML", 10);
	write_mail("notes.txt", 30);
	write_mail("done/b.eml", 40);
	assert_int_equal(mailbox_next(mailbox, 0, 10, &batch, NULL), FAULT_NONE);
	assert_int_equal(batch.count, 2);
	assert_string_equal(batch.mail[0].key, "b.eml");
	assert_int_equal(batch.mail[0].arrived_at, 1700000000 - 20);
	assert_true(batch.mail[0].n <= 64 && batch.mail[0].size >= (int64_t)batch.mail[0].n);
	mailbox_batch_release(&batch);
	assert_int_equal(mailbox_move(mailbox, key, 1, "done", NULL), FAULT_NONE);
	assert_int_equal(run_shell("cd %s && test -f done/b.eml -a -f done/b~2.eml -a ! -e b.eml", folder_path), 0);
	mailbox_close(mailbox);
	run_shell("rm -r %s", folder_path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    {"what cannot be opened says whose matter it is", test_openings, NULL, NULL, NULL},
	    {"a line break in a name does not reach the server", test_injection, NULL, NULL, NULL},
	    {"each mail is given once, whole, and in order", test_fetching, NULL, NULL, NULL},
	    {"mails are moved with what the server can do", test_moving, NULL, NULL, NULL},
	    {"a Maildir is read oldest first, without following links", test_maildir, NULL, NULL, NULL},
	    {"a folder of .eml files is read, and no file is overwritten by a move", test_eml_folder, NULL, NULL, NULL},
	};
	const struct CMUnitTest real[] = {
	    {"300 mails are fetched in order, cut, moved and then gone", test_real_fetch_and_move, NULL, NULL, NULL},
	    {"each login works over each kind of TLS, and wrong ones say why", test_real_logins, NULL, NULL, NULL},
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return failed + cmocka_run_group_tests(real, start_server, stop_server);
}

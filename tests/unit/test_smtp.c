/* test_smtp.c - dialogues with servers that refuse, stumble, vanish; and real deliveries to a private Dovecot */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mailproc/base/buf.h"
#include "mailproc/smtp.h"
#include "tests/unit/fake_server.h"

#define HELLO "S:220 here", "C:EHLO client.example", "S:250-here"
#define ALL HELLO, "S:250-PIPELINING", "S:250-SIZE 1000", "S:250 8BITMIME"

static struct fake_certificate authority, good;
static char ca_file[64];

static int
set_up(void **state)
{
	int file;
	FILE *f;

	(void)state;
	authority = fake_certificate("Test authority", NULL, 86400, NULL);
	good = fake_certificate("good", "DNS:localhost", 86400, &authority);
	snprintf(ca_file, sizeof ca_file, "/tmp/mp-ca-XXXXXX");
	file = mkstemp(ca_file);
	f = file >= 0 ? fdopen(file, "w") : NULL;
	if (f == NULL)
		return -1;
	PEM_write_X509(f, authority.certificate);
	return fclose(f);
}

static int
tear_down(void **state)
{
	(void)state;
	fake_certificate_free(&authority);
	fake_certificate_free(&good);
	return unlink(ca_file);
}

static char localhost[] = "localhost", loopback[] = "127.0.0.1", client[] = "client.example", user[] = "ssl-renewal";

static struct config
config_for(int port, enum config_tls tls, enum config_auth auth)
{
	return (struct config){.smtp = {.host = localhost,
				   .connect_to = loopback,
				   .port = port,
				   .tls = tls,
				   .ca_file = ca_file,
				   .auth = auth,
				   .user = user,
				   .connect_timeout_s = 5,
				   .answer_timeout_s = 5},
	    .ehlo_name = client};
}

static struct secret
secret_of(char *text)
{
	return (struct secret){text, strlen(text)};
}

/* ---- one letter ---- */

enum { OFFER = 1, FINISH = 2 };

static const struct {
	const char *name;
	const char *const dialogue[32];
	const char *from, *to, *text;
	int fault, code, at; /* at: which step gave the answer or the fault */
	const char *answer;
} letter[] = {
    {"everything in one piece",
	{ALL, "C:MAIL FROM:<desk@us.example> SIZE=14", "C:RCPT TO:<a@b.example>", "C:DATA", "S:250 2.1.0 ok", "S:250 2.1.5 ok", "S:354 go",
	    "T:Hello|World", "S:250-2.0.0 taken", "S:250 2.0.0 as 123"},
	"desk@us.example", "a@b.example", "Hello\nWorld", FAULT_NONE, 250, FINISH, "2.0.0 taken 2.0.0 as 123"},
    {"one after the other where the server does not pipeline",
	{HELLO, "S:250 HELP", "C:MAIL FROM:<desk@us.example>", "S:250 ok", "C:RCPT TO:<a@b.example>", "S:250 ok", "C:DATA", "S:354 go", "T:Hello",
	    "S:250 ok"},
	"desk@us.example", "a@b.example", "Hello\r\n", FAULT_NONE, 250, FINISH, "ok"},
    {"eighth bits are announced",
	{ALL, "C:MAIL FROM:<> SIZE=5 BODY=8BITMIME", "C:RCPT TO:<a@b.example>", "C:DATA", "S:250 ok", "S:250 ok", "S:354 go", "T:\xE3\x81\x82",
	    "S:250 ok"},
	"", "a@b.example", "\xE3\x81\x82\n", FAULT_NONE, 250, FINISH, "ok"},
    {"dots are stuffed and every kind of line end becomes CRLF",
	{ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:250 ok", "S:354 go", "T:..|a|...b|c||d|.. QUIT", "S:250 ok"}, "desk@us.example",
	"a@b.example", ".\na\r\n..b\rc\r\r\nd\n. QUIT\r\n", FAULT_NONE, 250, FINISH, "ok"},
    {"an empty letter has no line", {ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:250 ok", "S:354 go", "T:", "S:250 ok"},
	"desk@us.example", "a@b.example", "", FAULT_NONE, 250, FINISH, "ok"},
    {"a refused recipient ends with a lone dot where the server asks for the text all the same",
	{ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:550-5.1.1 <a@b.example>: no such", "S:550 5.1.1 user here", "S:354 go", "T:",
	    "S:554 no recipients", "C:RSET", "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 reset", "S:250 ok", "S:250 ok", "S:354 go", "T:*",
	    "S:250 second"},
	"desk@us.example", "a@b.example", "Hello", FAULT_NONE, 550, OFFER, "5.1.1 <a@b.example>: no such 5.1.1 user here"},
    {"a refused recipient where DATA is refused too needs RSET only",
	{ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:450 4.2.0 greylisted", "S:503 no", "C:RSET", "C:MAIL*", "C:RCPT*", "C:DATA",
	    "S:250 reset", "S:250 ok", "S:250 ok", "S:354 go", "T:*", "S:250 second"},
	"desk@us.example", "a@b.example", "Hello", FAULT_NONE, 450, OFFER, "4.2.0 greylisted"},
    {"a refused sender without pipelining is answered at once",
	{HELLO, "S:250 HELP", "C:MAIL*", "S:552 5.3.4 too large", "C:RSET", "S:250 reset", "C:MAIL*", "S:250 ok", "C:RCPT*", "S:250 ok", "C:DATA",
	    "S:354 go", "T:*", "S:250 second"},
	"desk@us.example", "a@b.example", "Hello", FAULT_NONE, 552, OFFER, "5.3.4 too large"},
    {"a refusal after the dot is an answer", {ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:250 ok", "S:354 go", "T:*",
						 "S:554 5.7.1 spam", "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:250 ok", "S:354 go", "T:*",
						 "S:250 second"},
	"desk@us.example", "a@b.example", "Hello", FAULT_NONE, 554, FINISH, "5.7.1 spam"},
    {"421 ends the connection and stands in the answer",
	{ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:421 4.3.2 going down", "E"}, "desk@us.example", "a@b.example", "Hello", FAULT_AWAY,
	421, OFFER, "4.3.2 going down"},
    {"421 after the dot", {ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:250 ok", "S:354 go", "T:*", "S:421 4.3.2 later"},
	"desk@us.example", "a@b.example", "Hello", FAULT_AWAY, 421, FINISH, "4.3.2 later"},
    {"a connection lost after the dot leaves no answer",
	{ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:250 ok", "S:354 go", "T:*", "B"}, "desk@us.example", "a@b.example", "Hello",
	FAULT_AWAY, 0, FINISH, ""},
    {"half an answer after the dot is none",
	{ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:250 ok", "S:354 go", "T:*", "s:250-2.0.0 ok\r\n250 2.", "E"}, "desk@us.example",
	"a@b.example", "Hello", FAULT_AWAY, 0, FINISH, ""},
    {"an answer with two codes is no answer", {ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250-ok", "S:550 no"}, "desk@us.example", "a@b.example",
	"Hello", FAULT_AWAY, 0, OFFER, ""},
    {"what is not SMTP is no answer", {ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:HTTP/1.1 400 Bad Request"}, "desk@us.example", "a@b.example",
	"Hello", FAULT_AWAY, 0, OFFER, ""},
    {"a server that refuses the sender and takes the recipient is left",
	{ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:550 no", "S:250 ok", "S:354 go"}, "desk@us.example", "a@b.example", "Hello", FAULT_AWAY, 550,
	OFFER, "no"},
    {"a server that takes DATA as done is left", {ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:250 ok", "S:250 ok"}, "desk@us.example",
	"a@b.example", "Hello", FAULT_AWAY, 250, OFFER, "ok"},
    {"controls in an answer do not reach us", {ALL, "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:550 \033[2Jno\007 \xFFsuch", "S:503 no",
						  "C:RSET", "C:MAIL*", "C:RCPT*", "C:DATA", "S:250 ok", "S:250 ok", "S:250 ok", "S:354 go",
						  "T:*", "S:250 second"},
	"desk@us.example", "a@b.example", "Hello", FAULT_NONE, 550, OFFER, "\xEF\xBF\xBD[2Jno"},
};

/* After a refusal the same connection has to take a second letter. */
static void
send_second(struct smtp *smtp)
{
	struct smtp_answer answer;
	struct why why = {{0}};
	bool offered = false;

	assert_int_equal(smtp_offer(smtp, "desk@us.example", "c@d.example", "Second", 6, &offered, &answer, &why), FAULT_NONE);
	assert_true(offered);
	assert_int_equal(smtp_finish(smtp, &answer, &why), FAULT_NONE);
	assert_string_equal(answer.text, "second");
}

static void
test_letters(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof letter / sizeof letter[0]; i++) {
		struct fake_server fake = fake_start(letter[i].dialogue, NULL);
		struct config config = config_for(fake.port, TLS_NONE, AUTH_NONE);
		struct smtp *smtp = NULL;
		struct smtp_answer answer = {0};
		struct why why = {{0}};
		bool offered = false;
		enum fault fault;
		int at = OFFER;

		print_message("# %s\n", letter[i].name);
		assert_int_equal(smtp_open(&smtp, &config, NULL, &why), FAULT_NONE);
		fault = smtp_offer(smtp, letter[i].from, letter[i].to, letter[i].text, strlen(letter[i].text), &offered, &answer, &why);
		if (fault == FAULT_NONE && offered) {
			at = FINISH;
			fault = smtp_finish(smtp, &answer, &why);
		}
		if (fault != FAULT_NONE)
			print_message("#   %s\n", why.text);
		assert_int_equal(fault, letter[i].fault);
		assert_int_equal(at, letter[i].at);
		assert_int_equal(answer.code, letter[i].code);
		if (strncmp(answer.text, letter[i].answer, strlen(letter[i].answer)) != 0)
			assert_string_equal(answer.text, letter[i].answer);
		assert_null(strpbrk(answer.text, "\033\007\n"));
		if (fault == FAULT_NONE && answer.code >= 400)
			send_second(smtp);
		if (fault != FAULT_NONE)
			assert_int_equal(smtp_offer(smtp, "", "a@b.example", "x", 1, &offered, &answer, &why), FAULT_AWAY);
		smtp_close(smtp);
		assert_int_equal(fake_end(&fake), 0);
	}
}

static void
test_early_refusals(void **state)
{
	static const char *const dialogue[] = {ALL, NULL};
	static const char *const bad[] = {"", "a", "@b", "a@", "a b@c.example", "a@b.example>\r\nRSET\r\nMAIL FROM:<x@y.example", "a@b\177.example",
	    "<a@b.example>", "a\n@b.example", "\xFF@b.example"};
	struct fake_server fake = fake_start(dialogue, NULL);
	struct config config = config_for(fake.port, TLS_NONE, AUTH_NONE);
	struct smtp *smtp = NULL;
	struct smtp_answer answer;
	struct why why = {{0}};
	char large[1001], address[300];
	bool offered = true;

	(void)state;
	memset(large, 'x', sizeof large);
	assert_int_equal(smtp_open(&smtp, &config, NULL, &why), FAULT_NONE);
	assert_int_equal(smtp_offer(smtp, "desk@us.example", "a@b.example", large, sizeof large, &offered, &answer, &why), FAULT_NONE);
	assert_false(offered);
	assert_int_equal(answer.code, 552);
	assert_int_equal(smtp_offer(smtp, "desk@us.example", "\xE3\x81\x82@b.example", "x", 1, &offered, &answer, &why), FAULT_NONE);
	assert_int_equal(answer.code, 553);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(smtp_address_is_sendable(bad[i]));
		assert_int_equal(smtp_offer(smtp, "desk@us.example", bad[i], "x", 1, &offered, &answer, &why), FAULT_ITEM);
		assert_false(offered);
		if (i > 0)
			assert_int_equal(smtp_offer(smtp, bad[i], "a@b.example", "x", 1, &offered, &answer, &why), FAULT_ITEM);
	}
	memset(address, 'a', sizeof address);
	memcpy(address + 245, "@b.example", 11);
	assert_int_equal(strlen(address), 255);
	assert_false(smtp_address_is_sendable(address));
	assert_true(smtp_address_is_sendable(address + 1));
	smtp_close(smtp);
	assert_int_equal(fake_end(&fake), 0);
}

/* ---- the start ---- */

static const struct {
	const char *name;
	const char *const dialogue[20];
	int tls, auth, protocol, fault;
	const char *cause;
} start[] = {
    {"LMTP says LHLO", {"S:220 here", "C:LHLO client.example", "S:250 here"}, TLS_NONE, AUTH_NONE, PROTOCOL_LMTP, FAULT_NONE, ""},
    {"a server that is not ready", {"S:554 no service"}, TLS_NONE, AUTH_NONE, PROTOCOL_SMTP, FAULT_AWAY, "554 no service"},
    {"a greeting of many lines", {"S:220-here", "S:220 ESMTP", "C:EHLO*", "S:250 here"}, TLS_NONE, AUTH_NONE, PROTOCOL_SMTP, FAULT_NONE, ""},
    {"STARTTLS that is not offered sends nothing", {HELLO, "S:250 AUTH PLAIN"}, TLS_STARTTLS, AUTH_PLAIN, PROTOCOL_SMTP, FAULT_SETUP,
	"does not offer STARTTLS"},
    {"STARTTLS that is refused sends nothing", {HELLO, "S:250 STARTTLS", "C:STARTTLS", "S:454 later"}, TLS_STARTTLS, AUTH_PLAIN,
	PROTOCOL_SMTP, FAULT_AWAY, "454 later"},
    {"injected answers are not read as said under TLS", {HELLO, "S:250 STARTTLS", "C:STARTTLS", "s:220 go\r\n250 AUTH PLAIN\r\n"},
	TLS_STARTTLS, AUTH_PLAIN, PROTOCOL_SMTP, FAULT_AWAY, "more than its answer"},
    {"PLAIN after STARTTLS and a second EHLO",
	{HELLO, "S:250-STARTTLS", "S:250 AUTH LOGIN", "C:STARTTLS", "S:220 go", "TLS", "C:EHLO client.example", "S:250-here",
	    "S:250 AUTH LOGIN PLAIN", "C:AUTH PLAIN AHNzbC1yZW5ld2FsAHPDqWNyZXQ=", "S:235 2.7.0 welcome"},
	TLS_STARTTLS, AUTH_PLAIN, PROTOCOL_SMTP, FAULT_NONE, ""},
    {"what was offered in clear counts for nothing",
	{HELLO, "S:250-STARTTLS", "S:250 AUTH PLAIN", "C:STARTTLS", "S:220 go", "TLS", "C:EHLO*", "S:250 here"}, TLS_STARTTLS, AUTH_PLAIN,
	PROTOCOL_SMTP, FAULT_SETUP, "does not offer the login PLAIN"},
    {"LOGIN in two steps",
	{"TLS", HELLO, "S:250 AUTH=LOGIN", "C:AUTH LOGIN", "S:334 VXNlcm5hbWU6", "C:c3NsLXJlbmV3YWw=", "S:334 UGFzc3dvcmQ6", "C:c8OpY3JldA==",
	    "S:235 ok"},
	TLS_IMPLICIT, AUTH_LOGIN, PROTOCOL_SMTP, FAULT_NONE, ""},
    {"a wrong password is the operator's matter", {"TLS", HELLO, "S:250 AUTH PLAIN", "C:AUTH PLAIN *", "S:535 5.7.8 wrong"}, TLS_IMPLICIT,
	AUTH_PLAIN, PROTOCOL_SMTP, FAULT_SETUP, "login refused: 535 5.7.8 wrong"},
    {"a login that fails for now is not", {"TLS", HELLO, "S:250 AUTH PLAIN", "C:AUTH PLAIN *", "S:454 4.7.0 later"}, TLS_IMPLICIT, AUTH_PLAIN,
	PROTOCOL_SMTP, FAULT_AWAY, "454"},
    {"XOAUTH2", {"TLS", HELLO, "S:250 AUTH XOAUTH2", "C:AUTH XOAUTH2 dXNlcj1zc2wtcmVuZXdhbAFhdXRoPUJlYXJlciBzw6ljcmV0AQE=", "S:235 ok"},
	TLS_IMPLICIT, AUTH_XOAUTH2, PROTOCOL_SMTP, FAULT_NONE, ""},
    {"a refused token is told after an empty line",
	{"TLS", HELLO, "S:250 AUTH XOAUTH2", "C:AUTH XOAUTH2 *", "S:334 eyJzdGF0dXMiOiI0MDAifQ==", "C:", "S:535 5.7.8 expired"}, TLS_IMPLICIT,
	AUTH_XOAUTH2, PROTOCOL_SMTP, FAULT_SETUP, "535 5.7.8 expired"},
};

static void
test_starts(void **state)
{
	char password[] = "s\xC3\xA9" "cret";
	struct secret secret = secret_of(password);

	(void)state;
	for (size_t i = 0; i < sizeof start / sizeof start[0]; i++) {
		struct fake_server fake = fake_start(start[i].dialogue, &good);
		struct config config = config_for(fake.port, (enum config_tls)start[i].tls, (enum config_auth)start[i].auth);
		struct smtp *smtp = NULL;
		struct why why = {{0}};
		enum fault fault;

		config.protocol = (enum config_protocol)start[i].protocol;
		print_message("# %s\n", start[i].name);
		fault = smtp_open(&smtp, &config, &secret, &why);
		if (fault != FAULT_NONE)
			print_message("#   %s\n", why.text);
		assert_int_equal(fault, start[i].fault);
		assert_non_null(strstr(why.text, start[i].cause));
		assert_null(strstr(why.text, password));
		smtp_close(smtp);
		assert_int_equal(fake_end(&fake), 0);
	}
}

/* ---- real servers ---- */

static char dovecot[64];
static int base, absent;

static int
start_server(void **state)
{
	(void)state;
	absent = start_dovecot(dovecot, sizeof dovecot, &base, "good");
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

static void
test_lmtp_delivery(void **state)
{
	struct config config = config_for(base + 24, TLS_NONE, AUTH_NONE);
	struct smtp *smtp = NULL;
	struct smtp_answer answer = {0};
	struct why why = {{0}};
	bool offered = false;

	(void)state;
	if (is_skipped())
		skip();
	config.protocol = PROTOCOL_LMTP;
	assert_int_equal(smtp_open(&smtp, &config, NULL, &why), FAULT_NONE);
	for (int i = 0; i < 3; i++) {
		static const char text[] = "Subject: x\n\n.\nfrom\n";

		assert_int_equal(smtp_offer(smtp, "desk@us.example", "lmtp+t-1@us.example", text, sizeof text - 1, &offered, &answer, &why), FAULT_NONE);
		assert_true(offered);
		assert_int_equal(smtp_finish(smtp, &answer, &why), FAULT_NONE);
		assert_int_equal(answer.code, 250);
	}
	smtp_close(smtp);
	assert_int_equal(run_shell("test $(ls %s/mail/lmtp/Maildir/new | wc -l) = 3", dovecot), 0);
	assert_int_equal(run_shell("grep -qx '\\.' %s/mail/lmtp/Maildir/new/*", dovecot), 0);
}

/* Dovecot's submission service takes the login and then speaks to a relay, which is played here. */
static void
test_submission(void **state)
{
	static const char *const relay[] = {"S:220 relay", "C:EHLO*", "S:250-relay", "S:250 PIPELINING", "C:MAIL FROM:<desk@us.example>*", "S:250 ok",
	    "C:RCPT TO:<a@b.example>*", "S:250 ok", "C:DATA", "S:354 go", "T:*", "S:250 2.0.0 relayed", NULL};
	char right[] = "secret", wrong[] = "wrong", token[2000] = "", certificates[100];
	struct {
		char *secret;
		enum config_auth auth;
		enum fault fault;
	} login[] = {{right, AUTH_PLAIN, FAULT_NONE}, {right, AUTH_LOGIN, FAULT_NONE}, {token, AUTH_XOAUTH2, FAULT_NONE},
	    {wrong, AUTH_PLAIN, FAULT_SETUP}};
	FILE *out;

	(void)state;
	if (is_skipped())
		skip();
	if (access("/usr/lib/dovecot/submission-login", X_OK) != 0) {
		print_message("# skipped: dovecot-submissiond is not installed\n");
		skip();
	}
	snprintf(certificates, sizeof certificates, "sh mailproc/demo/dovecot.sh token %s ssl-renewal", dovecot);
	out = popen(certificates, "r");
	assert_non_null(fgets(token, sizeof token, out));
	pclose(out);
	token[strcspn(token, "\n")] = '\0';
	snprintf(certificates, sizeof certificates, "%s/certs/ca.pem", dovecot);
	for (size_t i = 0; i < sizeof login / sizeof login[0]; i++) {
		struct config config = config_for(base + 87, TLS_STARTTLS, login[i].auth);
		struct fake_server fake = {0};
		struct secret secret = secret_of(login[i].secret);
		struct smtp *smtp = NULL;
		struct smtp_answer answer = {0};
		struct why why = {{0}};
		bool offered = false;
		enum fault fault;

		config.smtp.ca_file = certificates;
		config.smtp.answer_timeout_s = 15; /* a failed login waits */
		if (login[i].fault == FAULT_NONE)
			fake = fake_start_on(base + 25, relay, NULL);
		fault = smtp_open(&smtp, &config, &secret, &why);
		print_message("# login %zu: %s\n", i, fault == FAULT_NONE ? "welcome" : why.text);
		assert_int_equal(fault, login[i].fault);
		if (fault != FAULT_NONE)
			continue;
		fault = smtp_offer(smtp, "desk@us.example", "a@b.example", "Subject: x\n\nx\n", 14, &offered, &answer, &why);
		if (fault == FAULT_NONE && offered)
			fault = smtp_finish(smtp, &answer, &why);
		print_message("# %d %s %s\n", answer.code, answer.text, why.text);
		assert_int_equal(fault, FAULT_NONE);
		assert_int_equal(answer.code, 250);
		smtp_close(smtp);
		assert_int_equal(fake_end(&fake), 0);
	}
}

/* Login at Postfix, by Dovecot's passwords; from there by LMTP into Dovecot's mailbox. */
static void
test_postfix(void **state)
{
	static const char text[] = "Subject: x\nMessage-ID: <p@us.example>\n\n.\nfrom Postfix \xE3\x81\x82\n";
	struct config config = config_for(base + 25, TLS_STARTTLS, AUTH_PLAIN);
	char password[] = "secret", certificates[100], postfix[100];
	struct secret secret = secret_of(password);
	struct smtp *smtp = NULL;
	struct smtp_answer answer = {0};
	struct why why = {{0}};
	bool offered = false;
	int status;

	(void)state;
	if (is_skipped())
		skip();
	snprintf(postfix, sizeof postfix, "%s/postfix", dovecot);
	status = run_shell("chmod o+x %s; sh tests/scenario/postfix.sh start %s %d %d %s >%s.out 2>&1", dovecot, postfix, base + 25, base + 24,
	    dovecot, postfix);
	if (status != 0)
		run_shell("sed 's/^/# /' %s.out", postfix);
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
	snprintf(certificates, sizeof certificates, "%s/certs/ca.pem", dovecot);
	config.smtp.ca_file = certificates;
	status = smtp_open(&smtp, &config, &secret, &why);
	for (int i = 0; status == FAULT_NONE && i < 2; i++) {
		status = smtp_offer(smtp, "desk@us.example", "postfix@us.example", text, sizeof text - 1, &offered, &answer, &why);
		if (status == FAULT_NONE && offered)
			status = smtp_finish(smtp, &answer, &why);
		print_message("# %d %s\n", answer.code, answer.text);
	}
	smtp_close(smtp);
	run_shell("i=0; until [ $(ls %s/mail/postfix/Maildir/new 2>/dev/null | wc -l) = 2 ] || [ $i = 100 ]; do i=$((i+1)); sleep 0.05; done", dovecot);
	if (run_shell("test $(ls %s/mail/postfix/Maildir/new | wc -l) = 2", dovecot) != 0)
		run_shell("sed 's/^/# /' %s/mail.log", postfix);
	run_shell("sh tests/scenario/postfix.sh stop %s", postfix);
	assert_string_equal(why.text, "");
	assert_int_equal(status, FAULT_NONE);
	assert_int_equal(answer.code, 250);
	assert_int_equal(run_shell("grep -lx 'from Postfix \xE3\x81\x82' %s/mail/postfix/Maildir/new/* | wc -l | grep -qx 2", dovecot), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    {"each letter gets the answer that is its own", test_letters, NULL, NULL, NULL},
	    {"what cannot be sent is refused without a word to the server", test_early_refusals, NULL, NULL, NULL},
	    {"no password leaves before TLS, and each login speaks as its RFC says", test_starts, NULL, NULL, NULL},
	};
	const struct CMUnitTest real[] = {
	    {"three letters over one LMTP connection arrive", test_lmtp_delivery, NULL, NULL, NULL},
	    {"Postfix takes two letters over one connection and delivers them", test_postfix, NULL, NULL, NULL},
	    {"Dovecot's submission takes PLAIN, LOGIN and a token, and refuses a wrong password", test_submission, NULL, NULL, NULL},
	};
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	return failed + cmocka_run_group_tests(real, start_server, stop_server);
}

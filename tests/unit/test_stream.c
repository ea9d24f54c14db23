/* test_stream.c - who may answer, and how a connection ends */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libetpan/mmapstring.h>

#include "mailproc/stream.h"
#include "tests/unit/fake_server.h"

enum { GOOD, WRONG, EXPIRED, OTHER, certificate_count };

static struct fake_certificate authority, other_authority, certificate[certificate_count];
static char ca_file[64];

static const char here[] = "DNS:localhost,DNS:mail.test.example,IP:127.0.0.1";

static int
set_up(void **state)
{
	int file;

	(void)state;
	authority = fake_certificate("Test authority", NULL, 86400, NULL);
	other_authority = fake_certificate("Other authority", NULL, 86400, NULL);
	certificate[GOOD] = fake_certificate("good", here, 86400, &authority);
	certificate[WRONG] = fake_certificate("wrong", "DNS:other.test.example", 86400, &authority);
	certificate[EXPIRED] = fake_certificate("expired", here, -60, &authority);
	certificate[OTHER] = fake_certificate("other", here, 86400, &other_authority);
	snprintf(ca_file, sizeof ca_file, "/tmp/mp-ca-XXXXXX");
	file = mkstemp(ca_file);
	if (file < 0)
		return -1;
	FILE *f = fdopen(file, "w");
	PEM_write_X509(f, authority.certificate);
	return fclose(f);
}

static int
tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < certificate_count; i++)
		fake_certificate_free(&certificate[i]);
	fake_certificate_free(&authority);
	fake_certificate_free(&other_authority);
	return unlink(ca_file);
}

static struct config_server
server_at(int port, enum config_tls tls, char *host)
{
	static char loopback[] = "127.0.0.1";

	return (struct config_server){
	    .host = host, .connect_to = loopback, .port = port, .tls = tls, .ca_file = ca_file, .connect_timeout_s = 5, .answer_timeout_s = 5};
}

static bool
read_line_is(mailstream *stream, const char *want)
{
	MMAPString *line = mmap_string_new("");
	const char *got = mailstream_read_line(stream, line);
	bool is = got != NULL && strcmp(got, want) == 0;

	if (!is)
		print_message("# got: %s\n", got != NULL ? got : stream_error(stream));
	mmap_string_free(line);
	return is;
}

static bool
say(mailstream *stream, const char *text)
{
	return mailstream_write(stream, text, strlen(text)) == (ssize_t)strlen(text) && mailstream_flush(stream) == 0;
}

static const struct {
	int certificate;
	const char *host;
	const char *ca; /* NULL: our authority */
	const char *cause; /* NULL: it connects */
} matrix[] = {
    {GOOD, "localhost", NULL, NULL},
    {GOOD, "mail.test.example", NULL, NULL},
    {GOOD, "127.0.0.1", NULL, NULL},
    {GOOD, "127.0.0.2", NULL, "mismatch"},
    {GOOD, "test.example", NULL, "mismatch"},
    {GOOD, "localhost", "", "issuer"}, /* the system's store does not know our authority */
    {WRONG, "localhost", NULL, "hostname mismatch"},
    {WRONG, "other.test.example", NULL, NULL},
    {EXPIRED, "localhost", NULL, "expired"},
    {OTHER, "localhost", NULL, "issuer"},
};

static void
test_implicit(void **state)
{
	static const char *const dialogue[] = {"TLS", "S:hello", "C:bye", NULL};

	(void)state;
	for (size_t i = 0; i < sizeof matrix / sizeof matrix[0]; i++) {
		struct fake_server fake = fake_start(dialogue, &certificate[matrix[i].certificate]);
		char host[64], no_file[] = "";
		struct config_server server = server_at(fake.port, TLS_IMPLICIT, host);
		mailstream *stream = NULL;
		struct why why = {{0}};
		enum fault fault;

		snprintf(host, sizeof host, "%s", matrix[i].host);
		if (matrix[i].ca != NULL)
			server.ca_file = no_file;
		fault = stream_open(&stream, &server, &why);
		print_message("# %s: %s\n", host, fault == FAULT_NONE ? "connected" : why.text);
		if (matrix[i].cause != NULL) {
			assert_int_equal(fault, FAULT_AWAY);
			assert_null(stream);
			assert_non_null(strstr(why.text, matrix[i].cause));
			fake_kill(&fake);
			continue;
		}
		assert_int_equal(fault, FAULT_NONE);
		assert_true(stream_is_tls(stream) && stream_is_private(stream));
		assert_true(read_line_is(stream, "hello\r\n"));
		assert_true(say(stream, "bye\r\n"));
		mailstream_close(stream);
		assert_int_equal(fake_end(&fake), 0);
	}
}

static void
test_starttls(void **state)
{
	static const char *const dialogue[] = {"S:hello", "C:STARTTLS", "S:go", "TLS", "C:secret", "S:ok", NULL};

	(void)state;
	for (size_t i = 0; i < sizeof matrix / sizeof matrix[0]; i++) {
		struct fake_server fake = fake_start(dialogue, &certificate[matrix[i].certificate]);
		char host[64];
		struct config_server server = server_at(fake.port, TLS_STARTTLS, host);
		mailstream *stream = NULL;
		struct why why = {{0}};

		snprintf(host, sizeof host, "%s", matrix[i].host);
		if (matrix[i].ca != NULL) {
			fake_kill(&fake);
			continue;
		}
		assert_int_equal(stream_open(&stream, &server, &why), FAULT_NONE);
		assert_true(read_line_is(stream, "hello\r\n"));
		assert_false(stream_is_tls(stream) || stream_is_private(stream));
		assert_true(say(stream, "STARTTLS\r\n"));
		assert_true(read_line_is(stream, "go\r\n"));
		if (matrix[i].cause != NULL) {
			assert_int_equal(stream_start_tls(stream, &why), FAULT_AWAY);
			assert_non_null(strstr(why.text, matrix[i].cause));
			assert_false(stream_is_private(stream));
			assert_false(say(stream, "secret\r\n"));
			mailstream_close(stream);
			fake_kill(&fake);
			continue;
		}
		assert_int_equal(stream_start_tls(stream, &why), FAULT_NONE);
		assert_true(stream_is_private(stream));
		assert_true(say(stream, "secret\r\n"));
		assert_true(read_line_is(stream, "ok\r\n"));
		mailstream_close(stream);
		assert_int_equal(fake_end(&fake), 0);
	}
}

/* Bytes after the answer to STARTTLS were written by whoever sits between: they must not be read as said under TLS. */
static void
test_injection(void **state)
{
	static const char *const injected[] = {"S:hello", "C:STARTTLS", "s:go\r\nforged\r\n", "TLS", NULL};
	static const char *const garbage[] = {"S:hello", "C:STARTTLS", "S:go", "C:*", "s:this is not TLS at all, in no way\r\n", NULL};
	struct {
		const char *const *dialogue;
		const char *cause;
	} attack[] = {{injected, "more than its answer"}, {garbage, "TLS: "}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fake_server fake = fake_start(attack[i].dialogue, &certificate[GOOD]);
		char host[] = "localhost";
		struct config_server server = server_at(fake.port, TLS_STARTTLS, host);
		mailstream *stream = NULL;
		struct why why = {{0}};

		server.answer_timeout_s = 1;
		assert_int_equal(stream_open(&stream, &server, &why), FAULT_NONE);
		assert_true(read_line_is(stream, "hello\r\n"));
		assert_true(say(stream, "STARTTLS\r\n"));
		assert_true(read_line_is(stream, "go\r\n"));
		assert_int_equal(stream_start_tls(stream, &why), FAULT_AWAY);
		print_message("# %s\n", why.text);
		assert_non_null(strstr(why.text, attack[i].cause));
		assert_false(read_line_is(stream, "forged\r\n"));
		mailstream_close(stream);
		fake_kill(&fake);
	}
}

static void
test_clear(void **state)
{
	static const char *const dialogue[] = {"S:hello", NULL};
	struct fake_server fake = fake_start(dialogue, NULL);
	char host[] = "localhost", elsewhere[] = "192.0.2.1", no_ca[] = "/nonexistent/ca.pem";
	struct config_server server = server_at(fake.port, TLS_NONE, host);
	mailstream *stream = NULL;
	struct why why = {{0}};

	(void)state;
	assert_int_equal(stream_open(&stream, &server, &why), FAULT_NONE);
	assert_true(stream_is_private(stream) && !stream_is_tls(stream));
	assert_int_equal(stream_wait(stream, 2000), 1);
	assert_true(read_line_is(stream, "hello\r\n"));
	assert_int_equal(stream_wait(stream, 10), 0);
	mailstream_close(stream);
	assert_int_equal(fake_end(&fake), 0);
	server.connect_to = elsewhere;
	assert_int_equal(stream_open(&stream, &server, &why), FAULT_SETUP);
	server = server_at(fake.port, TLS_IMPLICIT, host);
	assert_int_equal(stream_open(&stream, &server, &why), FAULT_AWAY); /* nobody listens there any more */
	server.ca_file = no_ca;
	assert_int_equal(stream_open(&stream, &server, &why), FAULT_SETUP);
}

/* A connection that answers 0, or forgets an error, makes libetpan loop for ever. */
static void
test_endings(void **state)
{
	static const char *const closes[] = {"S:hello", "s:half a li", "E", NULL}, *const silent[] = {"S:hello", "C:never", NULL},
				*const floods[] = {"S:hello", "S:0123456789012345678901234567890123456789", "C:never", NULL};
	struct {
		const char *const *dialogue;
		uint64_t budget;
		int64_t deadline;
		const char *cause;
	} ending[] = {{closes, 0, 0, ""}, {silent, 0, 0, "no answer within 1 s"}, {silent, 0, 200, "time for this step"},
	    {floods, 20, 0, "more than it may"}};

	(void)state;
	for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
		struct fake_server fake = fake_start(ending[i].dialogue, NULL);
		char host[] = "127.0.0.1", byte;
		struct config_server server = server_at(fake.port, TLS_NONE, host);
		mailstream *stream = NULL;
		struct why why = {{0}};

		server.answer_timeout_s = 1;
		assert_int_equal(stream_open(&stream, &server, &why), FAULT_NONE);
		stream_set_budget(stream, ending[i].budget);
		stream_set_deadline(stream, ending[i].deadline);
		assert_true(read_line_is(stream, "hello\r\n"));
		while (mailstream_read(stream, &byte, 1) == 1)
			continue;
		assert_non_null(strstr(stream_error(stream), ending[i].cause));
		assert_true(stream_error(stream)[0] != '\0');
		assert_int_equal(mailstream_read(stream, &byte, 1), -1);
		assert_false(say(stream, "never\r\n"));
		assert_int_equal(stream_wait(stream, 10), -1);
		mailstream_close(stream);
		fake_kill(&fake);
	}
}

static void
test_round_trips(void **state)
{
	static const char *const dialogue[] = {"S:hello", "C:one", "C:two", "S:1", "C:three", "S:2", NULL};
	struct fake_server fake = fake_start(dialogue, NULL);
	char host[] = "127.0.0.1";
	struct config_server server = server_at(fake.port, TLS_NONE, host);
	mailstream *stream = NULL;

	(void)state;
	assert_int_equal(stream_open(&stream, &server, NULL), FAULT_NONE);
	assert_true(read_line_is(stream, "hello\r\n"));
	assert_int_equal(stream_round_trips(stream), 0);
	assert_true(say(stream, "one\r\n") && say(stream, "two\r\n"));
	assert_true(read_line_is(stream, "1\r\n"));
	assert_true(say(stream, "three\r\n"));
	assert_true(read_line_is(stream, "2\r\n"));
	assert_int_equal(stream_round_trips(stream), 2);
	mailstream_close(stream);
	assert_int_equal(fake_end(&fake), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    {"with TLS from the start only the right certificate connects", test_implicit, NULL, NULL, NULL},
	    {"after STARTTLS only the right certificate connects", test_starttls, NULL, NULL, NULL},
	    {"what was sent in clear before the handshake ends the connection", test_injection, NULL, NULL, NULL},
	    {"a connection in clear is for loopback only, and a missing CA file is the operator's matter", test_clear, NULL, NULL, NULL},
	    {"a closed, silent or endless server ends in an error that stays", test_endings, NULL, NULL, NULL},
	    {"turns from writing to reading are counted", test_round_trips, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

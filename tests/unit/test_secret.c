/* test_secret.c - passwords from commands and files, and the signing key */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mailproc/base/buf.h"
#include "mailproc/config.h"
#include "mailproc/secret.h"

static char folder[64];

static int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/mpXXXXXX");
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	char path[100];

	(void)state;
	snprintf(path, sizeof path, "%s/secret", folder);
	unlink(path);
	return rmdir(folder);
}

static const char *
write_secret(const char *text, mode_t mode)
{
	static char path[100];
	FILE *f;

	snprintf(path, sizeof path, "%s/secret", folder);
	unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static enum fault
ask(struct secret *out, const char *command, const char *file, struct why *why)
{
	char host[] = "mail.example", user[] = "desk", a[1000], b[1000];
	struct config_server server = {.host = host, .user = user, .auth = AUTH_PLAIN, .password_command = a, .password_file = b};

	snprintf(a, sizeof a, "%s", command);
	snprintf(b, sizeof b, "%s", file);
	return secret_of_server(out, &server, why);
}

static const struct {
	const char *command;
	const char *want, *cause; /* want NULL: the operator has to act */
} from_command[] = {
    {"echo secret", "secret", NULL},
    {"printf secret", "secret", NULL},
    {"printf 'first line\\r\\nsecond\\n'", "first line", NULL},
    {"echo secret; echo noise >&2", "secret", NULL},
    {"cat; echo 'no input'", "no input", NULL},
    {"sleep 3 & echo secret", "secret", NULL}, /* the child keeps the pipe open */
    {"head -c 60000 /dev/zero | tr '\\0' x; echo", "", NULL},
    {"true", NULL, "no password"},
    {"echo; echo second", NULL, "no password"},
    {"echo secret; exit 4", NULL, "exit status 4"},
    {"kill -TERM $$", NULL, "signal 15"},
    {"printf 'a\\000b\\n'", NULL, "NUL"},
    {"no-such-command 2>/dev/null", NULL, "exit status 127"},
};

static void
test_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof from_command / sizeof from_command[0]; i++) {
		struct secret secret = {0};
		struct why why = {{0}};
		time_t began = time(NULL);
		enum fault fault = ask(&secret, from_command[i].command, "", &why);

		print_message("# %s: %s\n", from_command[i].command, why.text);
		assert_true(time(NULL) - began < 2);
		if (from_command[i].want == NULL) {
			assert_int_equal(fault, FAULT_SETUP);
			assert_null(secret.p);
			assert_non_null(strstr(why.text, from_command[i].cause));
			continue;
		}
		assert_int_equal(fault, FAULT_NONE);
		if (from_command[i].want[0] != '\0')
			assert_string_equal(secret.p, from_command[i].want);
		else
			assert_int_equal(secret.n, 60000);
		secret_release(&secret);
		assert_null(secret.p);
	}
}

static void
test_files(void **state)
{
	struct secret secret = {0};
	struct why why = {{0}};

	(void)state;
	assert_int_equal(ask(&secret, "", write_secret("p\xC3\xA4ss\n", 0600), &why), FAULT_NONE);
	assert_string_equal(secret.p, "p\xC3\xA4ss");
	secret_release(&secret);
	secret_release(&secret);
	assert_int_equal(ask(&secret, "", write_secret("secret\n", 0640), &why), FAULT_SETUP);
	assert_int_equal(ask(&secret, "", write_secret("", 0600), &why), FAULT_SETUP);
	assert_int_equal(ask(&secret, "", "/nonexistent/secret", &why), FAULT_SETUP);
	assert_int_equal(ask(&secret, "", "", &why), FAULT_SETUP);
	assert_null(secret.p);
}

static void
test_no_login(void **state)
{
	struct config_server server = {.auth = AUTH_NONE};
	struct secret secret = {0};

	(void)state;
	assert_int_equal(secret_of_server(&secret, &server, NULL), FAULT_NONE);
	assert_null(secret.p);
}

static void
test_key(void **state)
{
	unsigned char key[SECRET_KEY_LEN], again[SECRET_KEY_LEN];
	static const char *const bad[] = {"", "00", "zz00000000000000000000000000000000000000000000000000000000000000",
	    "000000000000000000000000000000000000000000000000000000000000000000"};
	struct why why = {{0}};
	struct stat st;
	char path[100];

	(void)state;
	snprintf(path, sizeof path, "%s/secret", folder);
	unlink(path);
	assert_int_equal(secret_create_key(path, &why), FAULT_NONE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(secret_read_key(key, path, &why), FAULT_NONE);
	assert_int_not_equal(secret_create_key(path, &why), FAULT_NONE); /* a key is never replaced */
	assert_int_equal(secret_read_key(again, path, &why), FAULT_NONE);
	assert_memory_equal(key, again, SECRET_KEY_LEN);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(secret_read_key(again, path, &why), FAULT_SETUP);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(secret_read_key(again, write_secret(bad[i], 0600), &why), FAULT_SETUP);
	assert_int_equal(secret_read_key(again, "/nonexistent/key", &why), FAULT_SETUP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    {"the first line of a command's output is the password, and nothing else will do", test_commands, NULL, NULL, NULL},
	    {"a file that others may read is refused", test_files, NULL, NULL, NULL},
	    {"a server without login needs no password", test_no_login, NULL, NULL, NULL},
	    {"a signing key is made once and read back", test_key, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* store_scratch.h - a store of its own for each test, and a customer's renewal to start from */
#ifndef STORE_SCRATCH_H
#define STORE_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailproc/base/day.h"
#include "store/store_certificate.h"
#include "store/store_customer.h"
#include "store/store_inner.h"
#include "store/store_renewal.h"

#define T0 INT64_C(1790000000) /* 2026-09-21T23:13:20+09:00 */

struct scratch {
	char folder[512];
	char path[600];
	struct store *store;
	struct why why;
};

/* The call did its work; its cause is printed when it did not. */
#define DONE(s, call)                                                                              \
	do {                                                                                       \
		enum fault fault_ = (call);                                                        \
		if (fault_ != FAULT_NONE)                                                          \
			fail_msg(#call ": %s", (s)->why.text);                                     \
	} while (0)

static inline int
scratch_open(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct scratch *s = calloc(1, sizeof *s);

	if (s == NULL || day_set_zone("Asia/Tokyo", NULL) != FAULT_NONE)
		return -1;
	snprintf(s->folder, sizeof s->folder, "%s/store.XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(s->folder) == NULL)
		return -1;
	snprintf(s->path, sizeof s->path, "%s/mailproc.db", s->folder);
	if (store_open(&s->store, s->path, STORE_CREATE, &s->why) != FAULT_NONE) {
		fprintf(stderr, "%s\n", s->why.text);
		return -1;
	}
	*state = s;
	return 0;
}

static inline int
scratch_close(void **state)
{
	struct scratch *s = *state;
	DIR *folder;
	struct dirent *entry;

	store_close(s->store);
	folder = opendir(s->folder);
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char path[800];

		snprintf(path, sizeof path, "%s/%s", s->folder, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	if (folder != NULL)
		closedir(folder);
	rmdir(s->folder);
	free(s);
	return 0;
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, scratch_open, scratch_close)

/* The only number that a statement gives. */
static inline int64_t
scratch_number(struct scratch *s, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t number;

	assert_int_equal(sqlite3_prepare_v2(s->store->db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static inline void
scratch_run(struct scratch *s, const char *sql)
{
	if (sqlite3_exec(s->store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(s->store->db));
}

struct seed {
	int64_t customer, admin, billing, term, certificate, renewal;
};

/* Customer C<n> with two contacts, a certificate of www<n>.example.jp and its renewal, inside the open transaction. */
static inline struct seed
scratch_seed(struct scratch *s, int n)
{
	char code[16], host[32], address[32];
	struct customer customer = {.code = code, .name = (char[]){"株式会社例"}, .is_firm = true, .language = LANGUAGE_JA,
	    .payment_method = METHOD_TRANSFER, .created_at = T0};
	struct contact contact = {.role = ROLE_ADMIN, .address = address};
	struct term term = {.product = (char[]){"p1"}, .common_name = host, .starts_at = T0 - 86400 * 300, .ends_at = T0 + 86400 * 65};
	char *names[] = {host, NULL};
	struct certificate certificate = {.authority = (char[]){"a1"}, .common_name = host, .organization = (char[]){"Example K.K."},
	    .not_before = term.starts_at, .not_after = term.ends_at, .name = names};
	struct renewal renewal = {.kind = RENEWAL_KIND_RENEWAL, .next_day = 20700 + n, .created_at = T0};
	struct seed seed = {0};
	bool changed;

	snprintf(code, sizeof code, "C%d", n);
	snprintf(host, sizeof host, "www%d.example.jp", n);
	snprintf(address, sizeof address, "a%d@example.jp", n);
	DONE(s, store_customer_put(s->store, &customer, &changed, &s->why));
	contact.customer = term.customer = seed.customer = customer.id;
	DONE(s, store_contact_put(s->store, &contact, T0, &changed, &s->why));
	seed.admin = contact.id;
	contact.role = ROLE_BILLING;
	DONE(s, store_contact_put(s->store, &contact, T0, &changed, &s->why));
	seed.billing = contact.id;
	DONE(s, store_term_put(s->store, &term, &changed, &s->why));
	certificate.term = renewal.term = seed.term = term.id;
	DONE(s, store_certificate_put(s->store, &certificate, &changed, &s->why));
	renewal.certificate = seed.certificate = certificate.id;
	DONE(s, store_renewal_add(s->store, &renewal, "SSL", 2026, &s->why));
	seed.renewal = renewal.id;
	renewal_release(&renewal);
	return seed;
}

#endif

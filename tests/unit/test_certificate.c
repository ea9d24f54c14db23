/* test_certificate.c - certificates and requests made here: what is read, and what a comparison with the record says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "mailproc/base/buf.h"
#include "mailproc/certificate.h"

enum { NOW = 1795400000 /* 2026-11-22 */, DAY = 24 * 60 * 60 };

static EVP_PKEY *key, *other_key;

static int
make_keys(void **state)
{
	(void)state;
	key = EVP_EC_gen("P-256");
	other_key = EVP_EC_gen("P-256");
	return key == NULL || other_key == NULL;
}

static int
free_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	return 0;
}

/* ---- making them ---- */

/* "CN=www.example.jp|O=Example K.K."; a value may hold anything but "|". */
static void
set_name(X509_NAME *name, const char *text)
{
	char *copy = strdup(text), *rest = copy, *part;

	while ((part = strsep(&rest, "|")) != NULL) {
		char *equals = strchr(part, '=');

		if (equals == NULL)
			continue;
		*equals = '\0';
		assert_int_equal(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8, (const unsigned char *)equals + 1, -1, -1, 0), 1);
	}
	free(copy);
}

static X509_EXTENSION *
names_extension(const char *names)
{
	return X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
}

static X509 *
make_certificate(const char *subject, const char *names, const char *issuer, long from, long until)
{
	X509 *x = X509_new();

	assert_non_null(x);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 0x0ABC12);
	ASN1_TIME_set(X509_getm_notBefore(x), NOW + from);
	ASN1_TIME_set(X509_getm_notAfter(x), NOW + until);
	set_name(X509_get_subject_name(x), subject);
	set_name(X509_get_issuer_name(x), issuer != NULL ? issuer : subject);
	X509_set_pubkey(x, key);
	if (names != NULL) {
		X509_EXTENSION *e = names_extension(names);

		assert_non_null(e);
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	assert_true(X509_sign(x, issuer != NULL ? other_key : key, EVP_sha256()) > 0);
	return x;
}

static X509_REQ *
make_request(const char *subject, const char *names, EVP_PKEY *signing)
{
	X509_REQ *r = X509_REQ_new();

	assert_non_null(r);
	set_name(X509_REQ_get_subject_name(r), subject);
	X509_REQ_set_pubkey(r, key);
	if (names != NULL) {
		STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();

		sk_X509_EXTENSION_push(list, names_extension(names));
		X509_REQ_add_extensions(r, list);
		sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	}
	assert_true(X509_REQ_sign(r, signing, EVP_sha256()) > 0);
	return r;
}

/* What a writer of PEM or DER gives, read again. */
static enum fault
read_bio(struct certificate_seen *out, BIO *bio, struct why *why)
{
	char *bytes;
	long n = BIO_get_mem_data(bio, &bytes);
	enum fault fault = certificate_read(out, (struct span){bytes, (size_t)n}, NOW, why);

	BIO_free(bio);
	return fault;
}

static struct certificate_seen
seen_certificate(const char *subject, const char *names, const char *issuer, long from, long until)
{
	X509 *x = make_certificate(subject, names, issuer, from, until);
	BIO *bio = BIO_new(BIO_s_mem());
	struct certificate_seen seen = {0};
	struct why why = {0};

	PEM_write_bio_X509(bio, x);
	X509_free(x);
	assert_int_equal(read_bio(&seen, bio, &why), FAULT_NONE);
	return seen;
}

static struct certificate_seen
seen_request(const char *subject, const char *names)
{
	X509_REQ *r = make_request(subject, names, key);
	BIO *bio = BIO_new(BIO_s_mem());
	struct certificate_seen seen = {0};
	struct why why = {0};

	PEM_write_bio_X509_REQ(bio, r);
	X509_REQ_free(r);
	assert_int_equal(read_bio(&seen, bio, &why), FAULT_NONE);
	return seen;
}

/* ---- reading ---- */

#define TANAKA "C=JP|ST=Tokyo|L=Chiyoda-ku|O=田中商事株式会社|OU=営業部|CN=WWW.Tanaka.Example"

static void
test_every_part_is_read(void **state)
{
	struct certificate_seen seen =
	    seen_certificate(TANAKA, "DNS:www.tanaka.example,DNS:Tanaka.EXAMPLE,DNS:*.tanaka.example,IP:192.0.2.7,email:a@tanaka.example",
		"O=Example Trust|CN=Example Trust CA 1", -DAY, 30 * DAY);

	(void)state;
	assert_false(seen.is_request);
	assert_string_equal(seen.subject.common_name, "www.tanaka.example");
	assert_string_equal(seen.subject.organization, "田中商事株式会社");
	assert_string_equal(seen.subject.organizational_unit, "営業部");
	assert_string_equal(seen.subject.locality, "Chiyoda-ku");
	assert_string_equal(seen.subject.state_or_province, "Tokyo");
	assert_string_equal(seen.subject.country, "JP");
	assert_string_equal(seen.subject.serial, "abc12");
	assert_int_equal(seen.subject.not_before, NOW - DAY);
	assert_int_equal(seen.subject.not_after, NOW + 30 * DAY);
	assert_string_equal(seen.issuer_organization, "Example Trust");
	assert_string_equal(seen.issuer_common_name, "Example Trust CA 1");
	assert_string_equal(seen.subject.name[0], "www.tanaka.example");
	assert_string_equal(seen.subject.name[1], "tanaka.example");
	assert_string_equal(seen.subject.name[2], "*.tanaka.example");
	assert_string_equal(seen.subject.name[3], "192.0.2.7");
	assert_null(seen.subject.name[4]);
	assert_int_equal(seen.problems, 0);
	certificate_seen_release(&seen);
}

static void
test_several_units_are_all_kept(void **state)
{
	struct certificate_seen seen = seen_certificate("CN=a.example|OU=One|OU=Two", NULL, "CN=X", -DAY, DAY);

	(void)state;
	assert_string_equal(seen.subject.organizational_unit, "One; Two");
	assert_null(seen.subject.organization);
	assert_null(seen.subject.name);
	certificate_seen_release(&seen);
}

static void
test_what_one_certificate_shows_is_named(void **state)
{
	static const struct {
		const char *issuer;
		long from, until;
		unsigned problems;
	} cases[] = {
	    {"CN=X", -DAY, DAY, 0},
	    {"CN=X", -2 * DAY, -DAY, 1u << PROBLEM_EXPIRED},
	    {"CN=X", DAY, 2 * DAY, 1u << PROBLEM_NOT_YET_VALID},
	    {NULL, -DAY, DAY, 1u << PROBLEM_SELF_SIGNED},
	    {NULL, -2 * DAY, -DAY, 1u << PROBLEM_SELF_SIGNED | 1u << PROBLEM_EXPIRED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct certificate_seen seen = seen_certificate("CN=a.example", NULL, cases[i].issuer, cases[i].from, cases[i].until);

		assert_int_equal(seen.problems, cases[i].problems);
		certificate_seen_release(&seen);
	}
}

static void
test_der_and_text_around_pem_are_read(void **state)
{
	X509 *x = make_certificate("CN=a.example", NULL, NULL, -DAY, DAY);
	X509_REQ *r = make_request("CN=a.example", "DNS:a.example,DNS:b.example", key);
	struct certificate_seen seen = {0};
	struct why why = {0};
	BIO *bio = BIO_new(BIO_s_mem());

	(void)state;
	i2d_X509_bio(bio, x);
	assert_int_equal(read_bio(&seen, bio, &why), FAULT_NONE);
	assert_string_equal(seen.subject.common_name, "a.example");
	certificate_seen_release(&seen);
	bio = BIO_new(BIO_s_mem());
	i2d_X509_REQ_bio(bio, r);
	assert_int_equal(read_bio(&seen, bio, &why), FAULT_NONE);
	assert_true(seen.is_request);
	assert_string_equal(seen.subject.name[1], "b.example");
	certificate_seen_release(&seen);
	bio = BIO_new(BIO_s_mem());
	BIO_puts(bio, "Our request is below.\r\n\r\n");
	PEM_write_bio_X509_REQ(bio, r);
	BIO_puts(bio, "\nRegards\n");
	assert_int_equal(read_bio(&seen, bio, &why), FAULT_NONE);
	assert_true(seen.is_request);
	certificate_seen_release(&seen);
	X509_free(x);
	X509_REQ_free(r);
}

static void
test_a_request_that_others_signed_is_told(void **state)
{
	X509_REQ *r = make_request("CN=a.example", NULL, other_key);
	struct certificate_seen seen = {0};
	struct why why = {0};
	BIO *bio = BIO_new(BIO_s_mem());

	(void)state;
	PEM_write_bio_X509_REQ(bio, r);
	X509_REQ_free(r);
	assert_int_equal(read_bio(&seen, bio, &why), FAULT_NONE);
	assert_int_equal(seen.problems, 1u << PROBLEM_BAD_SIGNATURE);
	certificate_seen_release(&seen);
}

static void
test_garbage_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} cases[] = {
	    {"", 0},
	    {"hello", 5},
	    {"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", 53},
	    {"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", 74},
	    {"-----BEGIN CERTIFICATE REQUEST-----\nMIIBAA", 42},
	    {"\x30\x82\xff\xff\x30\x00", 6},
	    {"\0\0\0\0", 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct certificate_seen seen = {0};
		struct why why = {0};

		assert_int_equal(certificate_read(&seen, (struct span){cases[i].bytes, cases[i].n}, NOW, &why), FAULT_ITEM);
		assert_null(seen.subject.common_name);
		assert_true(why.text[0] != '\0');
	}
}

/* Every byte of a good one changed, one at a time: whatever comes of it, it must not crash. */
static void
test_damaged_ones_do_no_harm(void **state)
{
	X509 *x = make_certificate(TANAKA, "DNS:www.tanaka.example", NULL, -DAY, DAY);
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);

	(void)state;
	assert_true(n > 100);
	for (int i = 0; i < n; i++) {
		struct certificate_seen seen = {0};
		struct why why = {0};

		der[i] ^= 0x55;
		if (certificate_read(&seen, (struct span){(char *)der, (size_t)n}, NOW, &why) == FAULT_NONE)
			certificate_seen_release(&seen);
		der[i] ^= 0x55;
	}
	OPENSSL_free(der);
	X509_free(x);
}

static void
test_a_nul_in_a_name_cuts_nothing_off(void **state)
{
	X509 *x = make_certificate("O=Example", NULL, "CN=X", -DAY, DAY);
	BIO *bio = BIO_new(BIO_s_mem());
	struct certificate_seen seen = {0};
	struct why why = {0};

	(void)state;
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const unsigned char *)"bank.example\0.evil.example", 26, -1, 0);
	X509_sign(x, other_key, EVP_sha256());
	PEM_write_bio_X509(bio, x);
	X509_free(x);
	assert_int_equal(read_bio(&seen, bio, &why), FAULT_NONE);
	assert_string_not_equal(seen.subject.common_name, "bank.example");
	certificate_seen_release(&seen);
}

static void
test_json_and_back_is_the_same(void **state)
{
	struct certificate_seen seen = seen_certificate(TANAKA, "DNS:www.tanaka.example,DNS:b.example", NULL, -2 * DAY, -DAY), again = {0};
	json_t *json = certificate_seen_json(&seen), *json_again;
	struct why why = {0};

	(void)state;
	assert_int_equal(certificate_seen_parse(&again, json, &why), FAULT_NONE);
	json_again = certificate_seen_json(&again);
	assert_true(json_equal(json, json_again));
	assert_int_equal(again.problems, seen.problems);
	assert_int_equal(again.subject.not_after, NOW - DAY);
	json_decref(json);
	json_decref(json_again);
	certificate_seen_release(&seen);
	certificate_seen_release(&again);
}

/* ---- comparing ---- */

static void
test_comparison_by_table(void **state)
{
	static const struct {
		const char *subject, *names;
		bool is_request;
		enum certificate_verdict verdict;
		const char *differences;
	} cases[] = {
	    {"CN=www.tanaka.example|O=Tanaka Co., Ltd.|OU=Sales|L=Chiyoda-ku|ST=Tokyo|C=JP", "DNS:www.tanaka.example,DNS:tanaka.example,DNS:shop.tanaka.example", false,
		CERTIFICATE_RENEWAL, ""},
	    {"CN=WWW.TANAKA.EXAMPLE|O=ＴＡＮＡＫＡ　CO.,LTD.|L=chiyoda-KU|ST=tokyo|C=JP", "DNS:www.tanaka.example,DNS:*.tanaka.example,DNS:tanaka.example", false,
		CERTIFICATE_RENEWAL, ""},
	    {"O=Tanaka Co., Ltd.|L=Chiyoda-ku|ST=Tokyo|C=JP", "DNS:www.tanaka.example,DNS:tanaka.example,DNS:shop.tanaka.example", false, CERTIFICATE_RENEWAL, ""},
	    {"O=Tanaka Co., Ltd.", "DNS:tanaka.example,DNS:shop.tanaka.example", false, CERTIFICATE_NEW_PURCHASE,
		"the common name has changed from CN=www.tanaka.example to CN=(none): no renewal but a new purchase; "
		"these host names lose cover: www.tanaka.example"},
	    {"CN=www.tanaka.example|O=Tanaka Holdings|C=JP", "DNS:www.tanaka.example,DNS:tanaka.example,DNS:shop.tanaka.example", true, CERTIFICATE_NEW_PURCHASE,
		"the request asks for O=Tanaka Holdings; the certificate has O=Tanaka Co., Ltd.: new purchase"},
	    {"CN=www.tanaka.example|O=Tanaka Co., Ltd.|OU=Support|C=JP", "DNS:www.tanaka.example,DNS:tanaka.example,DNS:shop.tanaka.example", true,
		CERTIFICATE_NEW_PURCHASE, "the request asks for OU=Support; the certificate has OU=Sales: new purchase"},
	    {"CN=www.tanaka.example|O=Tanaka Co., Ltd.|L=Minato-ku|ST=Osaka|C=JP", "DNS:tanaka.example,DNS:shop.tanaka.example", true, CERTIFICATE_NEW_PURCHASE,
		"the request asks for L=Minato-ku; the certificate has L=Chiyoda-ku: new purchase; "
		"the request asks for ST=Osaka; the certificate has ST=Tokyo: new purchase"},
	    {"CN=www.tanaka.example|O=Tanaka Co., Ltd.|C=US", "DNS:tanaka.example,DNS:shop.tanaka.example", true, CERTIFICATE_UNSURE,
		"the request asks for C=US; the certificate has C=JP: a person looks"},
	    {"CN=tanaka.example|O=Tanaka Co., Ltd.", "DNS:tanaka.example", true, CERTIFICATE_NEW_PURCHASE,
		"the request asks for CN=tanaka.example; the certificate has CN=www.tanaka.example: new purchase; "
		"these host names lose cover: www.tanaka.example, shop.tanaka.example"},
	};
	char www[] = "www.tanaka.example", apex[] = "tanaka.example", shop[] = "shop.tanaka.example", o[] = "Tanaka Co., Ltd.", ou[] = "Sales",
	     l[] = "Chiyoda-ku", st[] = "Tokyo", c[] = "JP";
	char *names[] = {www, apex, shop, NULL};
	const struct certificate record = {.common_name = www, .organization = o, .organizational_unit = ou, .locality = l, .state_or_province = st,
	    .country = c, .name = names};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct certificate_seen seen = cases[i].is_request ? seen_request(cases[i].subject, cases[i].names)
								    : seen_certificate(cases[i].subject, cases[i].names, "CN=X", -DAY, DAY);
		struct comparison comparison = {0};
		struct buf text = BUF_MAX(4096);
		struct why why = {0};

		assert_int_equal(certificate_compare(&comparison, &record, &seen, "", &why), FAULT_NONE);
		certificate_add_differences(&text, &comparison, &record, &seen);
		assert_string_equal(buf_text(&text), cases[i].differences);
		assert_int_equal(comparison.verdict, cases[i].verdict);
		buf_release(&text);
		comparison_release(&comparison);
		certificate_seen_release(&seen);
	}
}

static void
test_a_wildcard_covers_one_label_only(void **state)
{
	char www[] = "www.a.example", deep[] = "x.y.a.example", apex[] = "a.example", star[] = "*.a.example";
	char *names[] = {www, deep, apex, star, NULL};
	const struct certificate record = {.common_name = www, .name = names};
	struct certificate_seen seen = seen_certificate("CN=*.a.example", "DNS:*.a.example", "CN=X", -DAY, DAY);
	struct comparison comparison = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(certificate_compare(&comparison, &record, &seen, "", &why), FAULT_NONE);
	assert_string_equal(comparison.lost[0], "x.y.a.example");
	assert_string_equal(comparison.lost[1], "a.example");
	assert_null(comparison.lost[2]);
	comparison_release(&comparison);
	certificate_seen_release(&seen);
}

static void
test_a_part_that_is_not_on_record_is_for_a_person(void **state)
{
	char www[] = "www.a.example";
	const struct certificate record = {.common_name = www};
	struct certificate_seen seen = seen_request("CN=www.a.example|O=Example", NULL);
	struct comparison comparison = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(certificate_compare(&comparison, &record, &seen, "", &why), FAULT_NONE);
	assert_int_equal(comparison.verdict, CERTIFICATE_UNSURE);
	assert_int_equal(comparison.field[FIELD_ORGANIZATION], FIELD_ADDED);
	comparison_release(&comparison);
	certificate_seen_release(&seen);
}

static void
test_issuers_of_an_authority(void **state)
{
	static const struct {
		const char *issuers;
		bool is_other;
	} cases[] = {
	    {"", false}, {"  ; ;", false}, {"digicert", false}, {"Symantec; DigiCert", false}, {"DIGICERT INC", false}, {"ＤｉｇｉＣｅｒｔ", false}, {"Symantec", true},
	    {"Symantec;Cybertrust Japan;", true}, {"RSA CA 2025", false},
	};
	char name[] = "a.example";
	const struct certificate record = {.common_name = name};
	struct certificate_seen seen = seen_certificate("CN=a.example", NULL, "O=DigiCert Inc|CN=Thawte RSA CA 2025", -DAY, DAY);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct comparison comparison = {0};
		struct why why = {0};

		assert_int_equal(certificate_compare(&comparison, &record, &seen, cases[i].issuers, &why), FAULT_NONE);
		assert_int_equal(comparison.is_other_authority, cases[i].is_other);
		comparison_release(&comparison);
	}
	certificate_seen_release(&seen);
}

/* ---- hosts ---- */

static void
test_hosts_and_ports(void **state)
{
	static const struct {
		const char *given, *host;
		int port;
	} cases[] = {
	    {"www.example.jp", "www.example.jp", 443}, {"WWW.Example.JP.", "www.example.jp", 443}, {"localhost:8443", "localhost", 8443},
	    {"日本語.jp:443", "xn--wgv71a119e.jp", 443}, {"127.0.0.1:1", "127.0.0.1", 1}, {"[::1]:8443", "::1", 8443}, {"::1", "::1", 443}, {"[::1]", "::1", 443},
	    {"a:0", NULL, 0}, {"a:65536", NULL, 0}, {"a:", NULL, 0}, {"a:x", NULL, 0}, {"a:1x", NULL, 0}, {"", NULL, 0}, {"a..b", NULL, 0}, {"-a", NULL, 0}, {"a b", NULL, 0},
	    {"*.example.jp", NULL, 0}, {"[::1]x", NULL, 0}, {"[::1", NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char host[CERTIFICATE_HOST_MAX];
		int port = 0;
		bool is_host = certificate_split_host(cases[i].given, host, &port);

		if (is_host != (cases[i].host != NULL))
			fail_msg("%s", cases[i].given);
		if (is_host) {
			assert_string_equal(host, cases[i].host);
			assert_int_equal(port, cases[i].port);
		}
	}
}

static void
test_jobs_are_done_apart(void **state)
{
	X509_REQ *r = make_request("CN=a.example", NULL, key);
	BIO *bio = BIO_new(BIO_s_mem());
	struct certificate_job job[12] = {0};
	struct why why = {0};
	char *bytes;
	long n;

	(void)state;
	PEM_write_bio_X509_REQ(bio, r);
	n = BIO_get_mem_data(bio, &bytes);
	for (int i = 0; i < 12; i++)
		job[i].bytes = i % 3 == 0 ? span_of("garbage") : (struct span){bytes, (size_t)n};
	job[1].fault = FAULT_SETUP;
	job[2] = (struct certificate_job){.host = "127.0.0.1", .port = 1};
	assert_int_equal(certificate_look(job, 12, 4, 5, NOW, &why), FAULT_NONE);
	for (int i = 0; i < 12; i++) {
		assert_int_equal(job[i].fault, i == 1 ? FAULT_SETUP : i == 2 ? FAULT_AWAY : i % 3 == 0 ? FAULT_ITEM : FAULT_NONE);
		if (job[i].fault == FAULT_NONE)
			assert_string_equal(job[i].seen.subject.common_name, "a.example");
	}
	certificate_jobs_release(job, 12);
	BIO_free(bio);
	X509_REQ_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_part_is_read),
	    cmocka_unit_test(test_several_units_are_all_kept),
	    cmocka_unit_test(test_what_one_certificate_shows_is_named),
	    cmocka_unit_test(test_der_and_text_around_pem_are_read),
	    cmocka_unit_test(test_a_request_that_others_signed_is_told),
	    cmocka_unit_test(test_garbage_is_refused),
	    cmocka_unit_test(test_damaged_ones_do_no_harm),
	    cmocka_unit_test(test_a_nul_in_a_name_cuts_nothing_off),
	    cmocka_unit_test(test_json_and_back_is_the_same),
	    cmocka_unit_test(test_comparison_by_table),
	    cmocka_unit_test(test_a_wildcard_covers_one_label_only),
	    cmocka_unit_test(test_a_part_that_is_not_on_record_is_for_a_person),
	    cmocka_unit_test(test_issuers_of_an_authority),
	    cmocka_unit_test(test_hosts_and_ports),
	    cmocka_unit_test(test_jobs_are_done_apart),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}

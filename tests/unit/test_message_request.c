/* test_message_request.c - certificate requests that a mail carries: attached, pasted, quoted, and what only looks like one. */
#include "message_fixture.h"

#define TOP "From: a@b.example\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nPlease renew.\n"
#define ATTACHED(type) TOP "--m\nContent-Type: " type "; name=a.csr\nContent-Disposition: attachment; filename=a.csr\n"
#define BEGIN "-----BEGIN CERTIFICATE REQUEST-----\n"
#define END "-----END CERTIFICATE REQUEST-----\n"
#define BODY "MAUCAQECAQI=\n" /* a sequence of two numbers */
#define SAME "MAUCAQECAQI="

static void
requests_are_found_where_they_stand(void **state)
{
	static const struct {
		const char *mail;
		size_t count;
		const char *first;
	} cases[] = {
	    {ATTACHED("application/pkcs10") "\n" BEGIN BODY END "--m--\n", 1, SAME},
	    {ATTACHED("application/octet-stream") "\n" BEGIN BODY END "--m--\n", 1, SAME},
	    {ATTACHED("text/plain") "\n" BEGIN BODY END "--m--\n", 1, SAME},
	    {ATTACHED("application/pkcs10") "Content-Transfer-Encoding: base64\n\n" BODY "--m--\n", 1, SAME},
	    {ATTACHED("application/octet-stream") "Content-Transfer-Encoding: base64\n\n" BODY "--m--\n", 0, NULL},
	    {ATTACHED("application/pkcs10") "\n\n--m--\n", 0, NULL},
	    {ATTACHED("application/x-pem-file") "\n-----BEGIN NEW CERTIFICATE REQUEST-----\n" BODY "-----END NEW CERTIFICATE REQUEST-----\n--m--\n", 1, SAME},
	    {ATTACHED("application/x-pem-file") "\n-----BEGIN CERTIFICATE-----\n" BODY "-----END CERTIFICATE-----\n--m--\n", 0, NULL},
	    {ATTACHED("application/x-pem-file") "\n" BEGIN BODY "--m--\n", 0, NULL},
	    {"From: a@b.example\n\nHere it is:\n\n" BEGIN BODY END "\nRegards\n", 1, SAME},
	    {"From: a@b.example\n\n> -----BEGIN CERTIFICATE REQUEST-----\n> MAUC\n> AQEC AQI=\n> -----END CERTIFICATE REQUEST-----\n", 1, SAME},
	    {"From: a@b.example\nContent-Type: text/html\n\n<p>-----BEGIN CERTIFICATE REQUEST-----<br>MAUCAQEC<br>AQI=<br>-----END CERTIFICATE REQUEST-----</p>\n", 1,
		SAME},
	    {"From: a@b.example\n\n" BEGIN BODY END BEGIN BODY END, 1, SAME}, /* the same twice */
	    {"From: a@b.example\n\n" BEGIN BODY END BEGIN "MAUCAQECAQM=\n" END BEGIN "MAUCAQECAQQ=\n" END BEGIN "MAUCAQECAQU=\n" END, 3, SAME},
	    {"From: a@b.example\n\n" BEGIN "not base64 at all\n" END, 0, NULL},
	    {"From: a@b.example\n\n" BEGIN END, 0, NULL},
	    {"From: a@b.example\n\n-----END CERTIFICATE REQUEST----- -----END", 0, NULL},
	    {"From: a@b.example\n\nPlease renew.\n", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct message m, again = {0};
		struct why why = {0};
		json_t *json;

		parse(&m, cases[i].mail);
		if (m.request_count != cases[i].count)
			fail_msg("%zu in\n%s", m.request_count, cases[i].mail);
		expect_text("the first request", cases[i].mail, m.request_count > 0 ? m.request[0] : NULL, cases[i].first);
		json = message_to_json(&m);
		assert_int_equal(message_from_json(&again, json, &why), FAULT_NONE);
		assert_int_equal(again.request_count, m.request_count);
		json_decref(json);
		message_release(&again);
		message_release(&m);
	}
}

static void
a_request_that_is_too_large_is_not_kept(void **state)
{
	static char mail[200000];
	struct message m;
	size_t n = (size_t)snprintf(mail, sizeof mail, "From: a@b.example\n\n" BEGIN);

	(void)state;
	for (int i = 0; i < 500; i++)
		n += (size_t)snprintf(mail + n, sizeof mail - n, "MAUCAQECAQIwBQIBAQIBAjAFAgEBAgECMAUCAQECAQIwBQIBAQIBAjAFAgEBAgEC\n");
	snprintf(mail + n, sizeof mail - n, END);
	parse(&m, mail);
	assert_int_equal(m.request_count, 0);
	message_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_are_found_where_they_stand),
	    cmocka_unit_test(a_request_that_is_too_large_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

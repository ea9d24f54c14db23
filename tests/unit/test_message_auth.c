/* Authentication-Results: whom to believe, and what it says. The server is mx.host.example. */
#include "message_fixture.h"

#define AR "Authentication-Results: "
#define OURS AR "mx.host.example; "
#define FROM "From: Jane <jane@acme.example>\n"
#define FOREIGN "Received: from mail.acme.example (mail.acme.example [192.0.2.1]) by mx.host.example (Postfix) with ESMTPS id A\n"
#define LMTP "Received: from mx.host.example ([192.0.2.9]) by imap.host.example with LMTP id B\n"

#define ABSENT AUTHENTICATION_ABSENT
#define PASS AUTHENTICATION_PASS
#define FAIL AUTHENTICATION_FAIL

static const struct {
	const char *header;
	enum message_authentication want;
} table[] = {
    /* what servers write */
    {OURS "dmarc=pass (p=none dis=none) header.from=acme.example\n" FROM, PASS},
    {OURS "dmarc=pass\n" FROM, PASS},
    {OURS "dmarc=fail (p=none dis=none) header.from=acme.example\n" FROM, FAIL},
    {OURS "dkim=pass (2048-bit key) header.d=acme.example header.i=@acme.example header.b=aB3/x+=\n" FROM, PASS},
    {OURS "dkim=pass header.d=mail.acme.example\n" FROM, PASS},
    {OURS "dkim=pass header.d=ACME.example\n" FROM, PASS},
    {OURS "dkim=pass header.d=other.example\n" FROM, ABSENT},
    {OURS "dkim=pass header.d=notacme.example\n" FROM, ABSENT},
    {OURS "dkim=pass header.d=example\n" FROM, ABSENT},
    {OURS "dkim=pass\n" FROM, ABSENT},
    {OURS "dkim=pass header.i=@acme.example\n" FROM, ABSENT},
    {OURS "dkim=fail header.d=acme.example\n" FROM, ABSENT},
    {OURS "dkim=fail header.d=acme.example; dmarc=pass header.from=acme.example\n" FROM, PASS},
    {OURS "dkim=pass header.d=acme.example; dmarc=fail header.from=acme.example\n" FROM, FAIL},
    {OURS "dkim=fail header.d=acme.example; dkim=pass header.d=acme.example\n" FROM, PASS},
    {OURS "spf=pass smtp.mailfrom=bounce@acme.example\n" FROM, PASS},
    {OURS "spf=pass smtp.mailfrom=acme.example\n" FROM, PASS},
    {OURS "spf=pass smtp.mailfrom=x@mail.acme.example\n" FROM, PASS},
    {OURS "spf=pass smtp.mailfrom=x@evil.example\n" FROM, ABSENT},
    {OURS "spf=pass smtp.helo=acme.example\n" FROM, ABSENT},
    {OURS "spf=softfail smtp.mailfrom=x@acme.example\n" FROM, ABSENT},
    {OURS "spf=fail smtp.mailfrom=x@acme.example\n" FROM, ABSENT},
    {OURS "dkim=none\n" FROM, ABSENT},
    {OURS "none\n" FROM, ABSENT},
    {OURS "dkim=neutral reason=\"body hash; dmarc=pass\" header.d=acme.example\n" FROM, ABSENT},
    {OURS "auth=pass smtp.auth=jane; iprev=pass policy.iprev=2001:db8::1; dmarc=pass header.from=acme.example\n" FROM, PASS},
    {OURS "dmarc=pass action=none header.from=acme.example;\n\tcompauth=pass reason=100\n" FROM, PASS},
    {AR "mx.host.example;\n\tdkim=pass\n\t header.d=acme.example\n" FROM, PASS},
    {AR "MX.Host.Example 1; dmarc=pass header.from=acme.example\n" FROM, PASS},
    {AR "\"mx.host.example\"; dmarc=pass header.from=acme.example\n" FROM, PASS},
    {AR "(x) mx.host.example (y) 1 (z); dmarc (a) = (b) pass (c)\n" FROM, PASS},
    {AR "mx.host.example; dmarc/1=pass\n" FROM, PASS},
    {AR "mx.host.example\n" FROM, ABSENT},
    {AR "mx.host.example;\n" FROM, ABSENT},
    {OURS "spf=pass smtp.mailfrom=x@acme.example\n" AR "mx.host.example; dkim=pass header.d=acme.example\n" FROM, PASS},
    {OURS "dkim=pass header.d=acme.example\n" AR "mx.host.example; dmarc=fail header.from=acme.example\n" FROM, FAIL},
    {"Return-Path: <x@acme.example>\nDelivered-To: ssl@host.example\n" OURS "dmarc=pass\n" FOREIGN FROM, PASS},
    {LMTP OURS "dmarc=pass\n" FOREIGN FROM, PASS},
    {"Received: from localhost (localhost [127.0.0.1])\n\tby mx.host.example (Postfix) with ESMTP id C\n" OURS "dmarc=pass\n" FOREIGN FROM, PASS},
    {"Received: by mx.host.example (Postfix, from userid 1000)\n\tid D\n" OURS "dmarc=pass\n" FROM, PASS},
    /* not ours, or not where ours stand */
    {"", ABSENT},
    {FROM, ABSENT},
    {AR "mx.evil.example; dmarc=pass\n" FROM, ABSENT},
    {AR "mx.host.example.evil.example; dmarc=pass\n" FROM, ABSENT},
    {AR "host.example; dmarc=pass\n" FROM, ABSENT},
    {AR "mx.host.example(.evil.example; dmarc=pass\n" FROM, ABSENT},
    {AR "evil.example(mx.host.example); dmarc=pass\n" FROM, ABSENT},
    {AR "(mx.host.example) evil.example; dmarc=pass\n" FROM, ABSENT},
    {AR "evil.example mx.host.example; dmarc=pass\n" FROM, ABSENT},
    {AR "mx.host.example 2; dmarc=pass\n" FROM, ABSENT},
    {AR "mx.host.example 1 2; dmarc=pass\n" FROM, ABSENT},
    {AR "=?utf-8?Q?mx.host.example?=; dmarc=pass\n" FROM, ABSENT},
    {"Authentication-Results : mx.host.example; dmarc=pass\n" FROM, ABSENT},
    {"X-Authentication-Results: mx.host.example; dmarc=pass\n" FROM, ABSENT},
    {"ARC-Authentication-Results: i=1; mx.host.example; dmarc=pass\n" FROM, ABSENT},
    {FOREIGN OURS "dmarc=pass\n" FROM, ABSENT},
    {LMTP FOREIGN OURS "dmarc=pass\n" FROM, ABSENT},
    {"Received: from mx.host.example (evil.example [192.0.2.66]) by mx.host.example with ESMTP id E\n" OURS "dmarc=pass\n" FROM, ABSENT},
    {"Received: from [127.0.0.1] (evil.example [192.0.2.66]) by mx.host.example with ESMTP id E\n" OURS "dmarc=pass\n" FROM, ABSENT},
    {"Received: from localhost ([192.0.2.66]) by mx.host.example with ESMTP id E\n" OURS "dmarc=pass\n" FROM, ABSENT},
    {AR "mx.evil.example; dmarc=fail\n" "Subject: between\n" OURS "dmarc=pass\n" FROM, ABSENT},
    {FOREIGN AR "mx.host.example; dmarc=fail\n" FROM, ABSENT},
    /* tricks in comments, quotes and values */
    {OURS "spf=none (x; dkim=pass header.d=acme.example)\n" FROM, ABSENT},
    {OURS "spf=none (x \\) ; dmarc=pass) smtp.helo=x\n" FROM, ABSENT},
    {OURS "spf=none (a (b) ; dmarc=pass (c)) smtp.helo=x\n" FROM, ABSENT},
    {OURS "spf=none smtp.mailfrom=\"x; dmarc=pass\"\n" FROM, ABSENT},
    {OURS "spf=none smtp.mailfrom=\"x\\\"; dmarc=pass\"\n" FROM, ABSENT},
    {OURS "spf=none (never closed; dmarc=pass\n" FROM, FAIL},
    {OURS "spf=none smtp.mailfrom=\"never closed; dmarc=pass\n" FROM, FAIL},
    {OURS "spf=pass smtp.mailfrom=acme.example' dmarc=pass\n" FROM, ABSENT},
    {OURS "spf=pass smtp.mailfrom=acme.example(.evil.example\n" FROM, FAIL},
    {OURS "spf=pass smtp.mailfrom=<x@acme.example>\n" FROM, FAIL},
    {OURS "spf=pass smtp.mailfrom=\"acme.example\\\"\"\n" FROM, ABSENT},
    {OURS "spf=pass smtp.mailfrom=\"x@acme.example x\"\n" FROM, ABSENT},
    {OURS "spf=pass smtp.mailfrom=\"@acme.example@evil.example\"\n" FROM, ABSENT},
    {OURS "dkim=pass header.d=evil.example header.d=acme.example\n" FROM, FAIL},
    {OURS "dkim=pass header.d=acme.example.evil.example\n" FROM, ABSENT},
    {OURS "dkim=pass header.d=\"acme.example,evil.example\"\n" FROM, ABSENT},
    {OURS "dkim=pass header.d=acme.example,evil.example\n" FROM, FAIL},
    {OURS "dmarc=pass header.from=evil.example\n" FROM, FAIL},
    {OURS "dmarc=passed\n" FROM, ABSENT},
    {OURS "dmarc=pass-not\n" FROM, ABSENT},
    {OURS "xdmarc=pass\n" FROM, ABSENT},
    {OURS "dmarc/2=pass\n" FROM, FAIL},
    {OURS "dmarc pass\n" FROM, FAIL},
    {OURS ";;;dmarc=pass\n" FROM, FAIL},
    {OURS "dmarc=\"pass\"\n" FROM, FAIL},
    /* only with the one From */
    {OURS "dmarc=pass\n", ABSENT},
    {OURS "dmarc=pass\n" FROM FROM, ABSENT},
    {OURS "dmarc=pass\n" "From: jane@acme.example, x@evil.example\n", ABSENT},
    {OURS "dmarc=fail\n" FROM FROM, FAIL},
};

static void
results_are_believed_only_where_our_server_wrote_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;

		parse_header(&m, table[i].header);
		if (m.authentication != table[i].want)
			fail_msg("%s\nis %d (%s), not %d", table[i].header, (int)m.authentication, m.authentication_detail, (int)table[i].want);
		assert_true(m.authentication_detail[0] != '\0');
		message_release(&m);
	}
}

static void
without_an_authserv_id_nothing_is_ours(void **state)
{
	static const char mail[] = OURS "dmarc=pass\n" AR "; dmarc=pass\n" FROM "\nx\n";
	struct message m = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(parse_bytes(&m, mail, sizeof mail - 1, "", &why), FAULT_NONE);
	assert_int_equal(m.authentication, AUTHENTICATION_ABSENT);
	message_release(&m);
}

static void
a_nul_ends_the_belief(void **state)
{
	static const char mail[] = AR "mx.host.example\0.evil.example; dmarc=pass\n" FROM "\nx\n";
	struct message m = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(parse_bytes(&m, mail, sizeof mail - 1, "mx.host.example", &why), FAULT_NONE);
	assert_int_equal(m.authentication, AUTHENTICATION_ABSENT);
	message_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(results_are_believed_only_where_our_server_wrote_them),
	    cmocka_unit_test(without_an_authserv_id_nothing_is_ours),
	    cmocka_unit_test(a_nul_ends_the_belief),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

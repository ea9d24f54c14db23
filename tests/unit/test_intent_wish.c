/* test_intent_wish.c - what a customer wishes to read on the invoice: taken when it cannot be misread, else told as unclear. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "mailproc/intent/intent_inner.h"

static const struct {
	const char *text, *purchase_order, *addressee;
	bool is_unclear;
} cases[] = {
    {"更新をお願いします。", NULL, NULL, false},
    {"更新をお願いします。発注番号：A-123 を請求書に記載してください。", "A-123", NULL, false},
    {"発注番号\nPO-4711/B\nです。", "PO-4711/B", NULL, false},
    {"注文番号は「4711」でお願いします。", "4711", NULL, false},
    {"Please renew. Our PO number is 4711.", "4711", NULL, false},
    {"Please put purchase order no. PO-4711 on the invoice.", "PO-4711", NULL, false},
    {"Purchase Order: 2026_88.", "2026_88", NULL, false},
    {"We will send a purchase order later.", NULL, NULL, true},
    {"注文番号を教えてください。", NULL, NULL, true},
    {"発注番号は追って連絡します。", NULL, NULL, true},
    {"発注番号：４７１１", NULL, NULL, true},
    {"宛名は「株式会社サンプル 経理部」でお願いします。", NULL, "株式会社サンプル 経理部", false},
    {"宛名は「花屋すみれ 様」でお願いします。", NULL, "花屋すみれ", false},
    {"請求書の宛名は株式会社サンプル御中としてください。", NULL, "株式会社サンプル", false},
    {"宛名：サンプル商事株式会社\nよろしくお願いします。", NULL, "サンプル商事株式会社", false},
    {"The invoice should be made out to Acme Holdings Ltd. Thank you.", NULL, "Acme Holdings Ltd", false},
    {"Bill to: Acme K.K.\n", NULL, "Acme K.K", false},
    {"宛名は前回と同じでお願いします。", NULL, NULL, true},
    {"宛名は「上記の会社」でお願いします。", NULL, NULL, true},
    {"宛名はサンプルでお願いします。", NULL, NULL, true},
    {"宛名は「株式会社サンプル", NULL, NULL, true},
    {"Please send the invoice to me.", NULL, NULL, true},
    {"Please send the invoice to accounting@acme.example.", NULL, NULL, true},
    {"宛名は「\x1b[31m株式会社」でお願いします。", NULL, NULL, true},
    {"発注番号はA-1、宛名は「株式会社サンプル」でお願いします。", "A-1", "株式会社サンプル", false},
    {"発注番号はA-1、宛名は未定です。", "A-1", NULL, true},
};

static bool
is_same(const char *got, const char *want)
{
	return got == NULL || want == NULL ? got == want : strcmp(got, want) == 0;
}

static void
a_wish_is_taken_or_unclear(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct intent intent = {0};
		struct why why = {0};

		assert_int_equal(intent_read_wishes(&intent, cases[i].text, &why), FAULT_NONE);
		if (!is_same(intent.purchase_order, cases[i].purchase_order) || !is_same(intent.addressee, cases[i].addressee) ||
		    intent.wish_is_unclear != cases[i].is_unclear)
			fail_msg("%s: '%s', '%s', unclear %d", cases[i].text, intent.purchase_order != NULL ? intent.purchase_order : "-",
			    intent.addressee != NULL ? intent.addressee : "-", intent.wish_is_unclear);
		intent_release(&intent);
	}
}

static void
wishes_come_back_from_json(void **state)
{
	struct intent intent = {.verdict = VERDICT_RENEW}, back = {0};
	struct reply reply = {0};
	struct why why = {0};
	json_t *json;

	(void)state;
	assert_int_equal(intent_read_wishes(&intent, "発注番号はA-1、宛名は「株式会社サンプル」で、", &why), FAULT_NONE);
	intent.wish_is_unclear = true;
	json = intent_to_json(&intent, &reply);
	assert_non_null(json);
	assert_int_equal(intent_from_json(&back, json, &why), FAULT_NONE);
	assert_string_equal(back.purchase_order, "A-1");
	assert_string_equal(back.addressee, "株式会社サンプル");
	assert_true(back.wish_is_unclear);
	json_decref(json);
	intent_release(&back);
	intent_release(&intent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_wish_is_taken_or_unclear),
	    cmocka_unit_test(wishes_come_back_from_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

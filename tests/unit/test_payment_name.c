/* test_payment_name.c - payers' names, days and amounts as banks write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "mailproc/base/day.h"
#include "mailproc/payment.h"

static const struct pair {
	const char *payer, *record;
	bool same;
} pairs[] = {
    {"ｶ)ｻｸﾗｼﾖｳｼﾞ", "カブシキガイシャ サクラショウジ", true},
    {"ｶ)ｻｸﾗｼﾖｳｼﾞ", "サクラショウジ", true},
    {"ｻｸﾗｼﾖｳｼﾞ(ｶ", "カ）サクラショウジ", true},
    {"ｻｸﾗｼﾖｳｼﾞ(ｶ)", "サクラショウジ カブシキガイシャ", true},
    {"サクラシヨウジ（カ", "さくらしょうじ", true},
    {"カ）サクラ　ショウジ", "ｻｸﾗ ｼﾖｳｼﾞ", true},
    {"株式会社さくら商事", "さくら商事", true},
    {"㈱さくら商事", "株式会社 さくら商事", true},
    {"(株)さくら商事", "さくら商事㈱", true},
    {"ﾕ)ﾔﾏﾀﾞｺｳｷﾞﾖｳ", "ユウゲンガイシャヤマダコウギョウ", true},
    {"ﾄﾞ)ﾊｽﾞﾌｧｸﾄﾘｰ", "ゴウドウガイシャ ハズファクトリー", true},
    {"ﾄﾞ)ﾊｽﾞﾌｱｸﾄﾘ-", "合同会社ハズファクトリー", true},
    {"ﾀﾅｶ ﾀﾛｳ", "タナカタロウ", true},
    {"ﾀﾅｶ ﾀﾛｳ", "田中太郎", false},
    {"ﾊﾅﾔｽﾐﾚ", "はなやすみれ", true},
    {"ﾊﾅﾔ･ｽﾐﾚ", "ハナヤスミレ", true},
    {"ﾃﾞｰﾀｾﾝﾀｰ", "データセンター", true},
    {"ﾃﾞ-ﾀｾﾝﾀ-", "データセンター", true},
    {"ﾃﾞﾀｾﾝﾀ", "データセンター", true},
    {"ﾃﾞｰﾀ―ｾﾝﾀｰ", "デ−タセンタ‐", true},
    {"ｶﾞｸ)ｱｵﾊﾞｶﾞｸｴﾝ", "アオバガクエン", true},
    {"ｶﾞｸ)ｱｵﾊﾞｶﾞｸｴﾝ", "ガッコウホウジン アオバガクエン", true},
    {"ｲ)ﾐﾄﾞﾘｶｲ", "イリョウホウジン ミドリカイ", true},
    {"ｼﾔ)ﾆﾎﾝﾚｲｷﾖｳｶｲ", "いっぱんしゃだんほうじん にほんれいきょうかい", true},
    {"ﾄｸﾋ)ﾐｽﾞﾉﾓﾘ", "トクテイヒエイリカツドウホウジンミズノモリ", true},
    {"ﾂﾂﾞｷｶｲ", "ツズキカイ", true},
    {"ﾊﾅﾁﾞ", "ハナジ", true},
    {"ｱｵｷｦﾔ", "アオキオヤ", true},
    {"ACME LTD", "Acme Ltd.", true},
    {"ＡＣＭＥ　ＬＴＤ．", "Acme Co., Ltd.", true},
    {"ACME KK", "Acme K.K.", true},
    {"ACME", "ACMES", false},
    {"ｶ)ｻｸﾗ", "ｶ)ｻｸﾗｲ", false},
    {"ｻｸﾗｼﾖｳｼﾞ", "ｻｸﾗｼﾖｳｶｲ", false},
    {"ｶﾊﾞﾝﾔ", "カバンヤ", true},
    {"ｶﾊﾞﾝﾔ", "ハンヤ", false},
    {"ﾊﾞﾗ", "ハラ", false},
    {"ｶ)", "", false},
    {"", "", false},
    {" ", "　", false},
    {"ｻｸﾗｼﾖｳｼﾞ(ｶ ﾌﾞ", "サクラショウジ", false},
    {"カ)カ)サクラ", "サクラ", false},
};

static void
names_are_the_same_when_a_bank_could_not_tell_them_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (payment_name_is(span_of(pairs[i].payer), pairs[i].record) != pairs[i].same)
			fail_msg("'%s' and '%s' must%s be the same", pairs[i].payer, pairs[i].record, pairs[i].same ? "" : " not");
}

static void
bytes_that_are_no_text_are_nobody(void **state)
{
	(void)state;
	assert_false(payment_name_is((struct span){"\xFF\xFE", 2}, "サクラ"));
	assert_false(payment_name_is((struct span){"\xE3\x82", 2}, "\xE3\x82"));
}

static const struct {
	const char *text, *day; /* NULL: refused */
} days[] = {
    {"2026-11-22", "2026-11-22"}, {"2026/1/5", "2026-01-05"}, {"2026.11.22", "2026-11-22"}, {"20261122", "2026-11-22"},
    {"2026年11月22日", "2026-11-22"}, {"２０２６年１１月２２日", "2026-11-22"}, {"R8.11.22", "2026-11-22"}, {"令和8年11月22日", "2026-11-22"},
    {"令和元年5月1日", "2019-05-01"}, {"R08/1/5", "2026-01-05"}, {" 2026 / 11 / 22 ", "2026-11-22"}, {"2026-11/22", NULL}, {"2026-02-30", NULL},
    {"22/11/2026", NULL}, {"2026-11", NULL}, {"", NULL}, {"合計", NULL}, {"0026-11-22", NULL}, {"2026-11-22x", NULL}, {"S62.1.1", NULL},
};

static void
days_are_read_in_every_form_that_banks_use(void **state)
{
	struct why why = {0};

	(void)state;
	assert_int_equal(day_set_zone("Asia/Tokyo", &why), FAULT_NONE);
	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
		char got[DAY_TEXT_MAX] = "refused";
		int day;

		if (payment_parse_day(days[i].text, &day))
			day_text(got, day);
		if (strcmp(got, days[i].day != NULL ? days[i].day : "refused") != 0)
			fail_msg("'%s': %s", days[i].text, got);
	}
}

static const struct {
	const char *text;
	int64_t amount; /* -1: refused */
} amounts[] = {
    {"66000", 66000}, {"66,000", 66000}, {"￥66,000", 66000}, {"¥66000", 66000}, {"\\66,000", 66000}, {"66,000円", 66000}, {"６６，０００", 66000},
    {"1,234,567", 1234567}, {"+66,000", 66000}, {"66,000.00", 66000}, {"", 0}, {"-", 0}, {"0", 0}, {"6,60,00", -1}, {"66,00", -1}, {",660", -1},
    {"660.5", -1}, {"12 000", 12000}, {"abc", -1}, {"1e5", -1}, {"999999999999999", -1}, {"66000x", -1},
};

static void
amounts_are_whole_units_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
		int64_t amount = 0;
		bool good = payment_parse_amount(amounts[i].text, &amount);

		if (good != (amounts[i].amount >= 0) || (good && amount != amounts[i].amount))
			fail_msg("'%s': %d %lld", amounts[i].text, good, (long long)amount);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_the_same_when_a_bank_could_not_tell_them_apart),
	    cmocka_unit_test(bytes_that_are_no_text_are_nobody),
	    cmocka_unit_test(days_are_read_in_every_form_that_banks_use),
	    cmocka_unit_test(amounts_are_whole_units_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* command_invoice.c - a qualified invoice as text, in the customer's language; and one that is taken back. */
#include "../command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../store/store_customer.h"
#include "../../store/store_money.h"
#include "../base/table.h"
#include "../base/text.h"
#include "command_view.h"

/* What stands on an invoice, in each language. */
enum word {
	WORD_TITLE,
	WORD_NUMBER,
	WORD_ISSUED,
	WORD_DUE,
	WORD_TO,
	WORD_FIRM,
	WORD_PERSON,
	WORD_ORDER,
	WORD_PURCHASE_ORDER,
	WORD_FROM,
	WORD_REGISTRATION,
	WORD_DESCRIPTION,
	WORD_REFERENCE,
	WORD_RATE,
	WORD_AMOUNT,
	WORD_NET,
	WORD_TAX,
	WORD_TOTAL,
	WORD_PAY,
	word_count
};

static const char *const words[language_count][word_count] = {
    [LANGUAGE_JA] = {"請求書（適格請求書）", "請求書番号", "取引年月日", "お支払期限", "宛名", " 御中", " 様", "注文番号", "貴社発注番号", "発行者", "登録番号", "品名", "管理番号",
	"税率", "金額（税抜）", "%d%%対象 合計（税抜）", "消費税（%d%%）", "合計（税込）", "お支払先"},
    [LANGUAGE_EN] = {"Invoice (qualified invoice)", "Invoice number", "Transaction date", "Due date", "To", "", "", "Order", "Your order number", "Issuer",
	"Registration number", "Description", "Reference", "Tax rate", "Amount without tax", "Total at %d%% without tax", "Consumption tax (%d%%)",
	"Total with tax", "Pay to"},
};

/* 66000 as "66,000 JPY". */
static const char *
money(char out[64], int64_t amount, const char *currency)
{
	char digits[32];
	size_t n = 0, length = (size_t)snprintf(digits, sizeof digits, "%" PRId64, amount);

	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			out[n++] = ',';
		out[n++] = digits[i];
	}
	snprintf(out + n, 64 - n, " %s", currency);
	return out;
}

static void
add_pair(struct table *t, const char *label, const char *value)
{
	if (value != NULL && *value != '\0')
		table_add(t, label, value);
}

static enum fault
print_head(const json_t *invoice, const struct config *config, enum language language, bool is_firm, struct why *why)
{
	static const char *const heading[] = {"", "", NULL};
	const char *const *word = words[language];
	struct table *t = table_new(heading);
	struct buf to = BUF_MAX(8192);
	enum fault fault;

	buf_addf(&to, "%s%s", view_text(invoice, "addressee"), word[is_firm ? WORD_FIRM : WORD_PERSON]);
	table_add(t, word[WORD_NUMBER], view_text(invoice, "number"));
	table_add(t, word[WORD_ISSUED], view_text(invoice, "issued_day"));
	table_add(t, word[WORD_DUE], view_text(invoice, "due_day"));
	table_add(t, word[WORD_TO], buf_text(&to));
	add_pair(t, word[WORD_PURCHASE_ORDER], view_text(invoice, "purchase_order"));
	table_add(t, word[WORD_ORDER], view_text(invoice, "order"));
	table_add(t, word[WORD_FROM], config->company.in[language]);
	add_pair(t, word[WORD_REGISTRATION], config->registration_number);
	add_pair(t, "", config->company_address.in[language]);
	add_pair(t, "", config->telephone.in[language]);
	printf("%s\n\n", word[WORD_TITLE]);
	fault = table_print(t, stdout, why);
	table_free(t);
	buf_release(&to);
	return fault;
}

static enum fault
print_lines(const json_t *invoice, enum language language, struct why *why)
{
	const char *const *word = words[language], *currency = view_text(invoice, "currency");
	char amount_heading[64], amount[64], rate[32];
	const char *heading[] = {word[WORD_REFERENCE], word[WORD_DESCRIPTION], word[WORD_RATE], amount_heading, NULL};
	struct table *t;
	const json_t *line;
	size_t i;
	enum fault fault;

	snprintf(amount_heading, sizeof amount_heading, ">%s", word[WORD_AMOUNT]);
	t = table_new(heading);
	json_array_foreach(json_object_get(invoice, "lines"), i, line) {
		snprintf(rate, sizeof rate, "%" PRId64 "%%", view_number(line, "tax_percent"));
		table_add(t, view_text(line, "reference"), view_text(line, "description"), rate, money(amount, view_number(line, "amount"), currency));
	}
	putchar('\n');
	fault = table_print(t, stdout, why);
	table_free(t);
	return fault;
}

/* The label of an amount, with the rate in it. */
static const char *
rate_label(char out[128], enum language language, bool is_tax, int64_t percent)
{
	const char *pattern = words[language][is_tax ? WORD_TAX : WORD_NET], *at = strstr(pattern, "%d%%");

	snprintf(out, 128, "%.*s%" PRId64 "%%%s", (int)(at - pattern), pattern, percent, at + strlen("%d%%"));
	return out;
}

static enum fault
print_sums(const json_t *invoice, enum language language, struct why *why)
{
	static const char *const heading[] = {"", ">", NULL};
	const char *currency = view_text(invoice, "currency");
	struct table *t = table_new(heading);
	char amount[64], label[128];
	const json_t *tax;
	size_t i;
	enum fault fault;

	json_array_foreach(json_object_get(invoice, "taxes"), i, tax) {
		int64_t percent = view_number(tax, "tax_percent");

		table_add(t, rate_label(label, language, false, percent), money(amount, view_number(tax, "net"), currency));
		table_add(t, rate_label(label, language, true, percent), money(amount, view_number(tax, "tax"), currency));
	}
	table_add(t, words[language][WORD_TOTAL], money(amount, view_number(invoice, "total"), currency));
	putchar('\n');
	fault = table_print(t, stdout, why);
	table_free(t);
	return fault;
}

/* For staff, below the invoice: what became of it. */
static void
print_standing(const json_t *invoice)
{
	const json_t *payment;
	char when[VIEW_WHEN_MAX], amount[64];
	size_t i;

	putchar('\n');
	view_line(stdout, "state", view_text(invoice, "state"));
	if (view_when(when, invoice, "void_at") != NULL)
		view_linef(stdout, "void since", "%s: %s", when, view_text(invoice, "void_reason"));
	json_array_foreach(json_object_get(invoice, "payments"), i, payment)
		view_linef(stdout, i == 0 ? "payments" : "", "%s %s, %s%s%s, %s", view_text(payment, "paid_day"),
		    money(amount, view_number(payment, "amount"), view_text(invoice, "currency")), view_text(payment, "state"),
		    view_text(payment, "decision") != NULL ? ", " : "",
		    view_text(payment, "decision") != NULL ? view_text(payment, "decision") : "", view_text(payment, "method"));
}

static enum fault
print_invoice(const json_t *invoice, const struct config *config, const struct customer *customer, struct why *why)
{
	enum language language = customer->language;
	enum fault fault = print_head(invoice, config, language, customer->is_firm, why);

	if (fault == FAULT_NONE)
		fault = print_lines(invoice, language, why);
	if (fault == FAULT_NONE)
		fault = print_sums(invoice, language, why);
	if (fault == FAULT_NONE && config->bank_account.in[language] != NULL && *config->bank_account.in[language] != '\0')
		printf("\n%s\n%s\n", words[language][WORD_PAY], config->bank_account.in[language]);
	if (fault == FAULT_NONE)
		print_standing(invoice);
	return fault;
}

static int
show_invoice(const struct command_context *context, int argc, char **argv)
{
	bool as_json = false, found = false;
	const struct command_option options[] = {{"json", &as_json, NULL}, {0}};
	struct command_open open;
	struct invoice invoice = {0};
	struct customer customer = {0};
	struct why why = {0};
	json_t *json = NULL;
	int words_given, status = command_read_options(argc, argv, options, 2, 2, &words_given);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	status = command_open(&open, context, OPEN_STORE_READ);
	if (status != EX_OK)
		return status;
	fault = store_invoice_find(open.store, argv[2], &invoice, &found, &why);
	if (fault == FAULT_NONE && !found)
		fault = why_set(&why, FAULT_ITEM, "there is no invoice %s", argv[2]);
	if (fault == FAULT_NONE)
		fault = store_invoice_json(open.store, invoice.id, &json, &why);
	if (fault == FAULT_NONE && as_json)
		view_json(stdout, json);
	else if (fault == FAULT_NONE)
		fault = store_customer_get(open.store, invoice.customer, &customer, &why);
	if (fault == FAULT_NONE && !as_json)
		fault = print_invoice(json, open.config, &customer, &why);
	json_decref(json);
	customer_release(&customer);
	invoice_release(&invoice);
	command_close(&open);
	return fault == FAULT_NONE ? EX_OK : command_fail(fault, &why);
}

static int
void_invoice(const struct command_context *context, int argc, char **argv)
{
	const char *by = NULL, *note = NULL;
	const struct command_option options[] = {{"by", NULL, &by}, {"note", NULL, &note}, {0}};
	struct command_open open;
	struct why why = {0};
	int words_given, status = command_read_options(argc, argv, options, 2, 2, &words_given);
	enum fault fault;

	if (status != COMMAND_GO_ON)
		return status;
	if (by == NULL || *by == '\0')
		return command_usage("invoice", "--by NAME is missing: who takes it back");
	if (note == NULL || *note == '\0')
		return command_usage("invoice", "--note TEXT is missing: why");
	status = command_open(&open, context, OPEN_STORE);
	if (status != EX_OK)
		return status;
	fault = renewal_void_invoice(&open.business, argv[2], by, note, &why);
	command_close(&open);
	if (fault != FAULT_NONE)
		return command_fail(fault, &why);
	printf("invoice %s is void; its renewals are asked about again\n", argv[2]);
	return EX_OK;
}

int
command_invoice(const struct command_context *context, int argc, char **argv)
{
	static const struct command_step steps[] = {{"show", show_invoice}, {"void", void_invoice}, {0}};

	return command_run_step(context, argc, argv, steps);
}

/* import_row.c - a record becomes a checked row. Everything wrong with it is told, not only the first thing. */
#include "import_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../base/day.h"

#define IDEOGRAPHIC_SPACE "\xE3\x80\x80"

static void
tell(struct import *import, const struct import_row *row, enum import_column column, const char *text)
{
	import_tell(import, row->line, import_heading(column), "%s", text);
}

bool
import_has_control(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
		if (*c < 0x20 || *c == 0x7F || (c[0] == 0xC2 && c[1] < 0xA0) ||
		    (c[0] == 0xE2 && c[1] == 0x80 && (c[2] == 0xA8 || c[2] == 0xA9)))
			return true;
	return false;
}

/* Without blanks, also full-width ones, at both ends. */
static char *
trim(char *text)
{
	size_t n;

	for (;;) {
		if (*text == ' ')
			text++;
		else if (strncmp(text, IDEOGRAPHIC_SPACE, 3) == 0)
			text += 3;
		else
			break;
	}
	n = strlen(text);
	for (;;) {
		if (n >= 1 && text[n - 1] == ' ')
			n--;
		else if (n >= 3 && memcmp(text + n - 3, IDEOGRAPHIC_SPACE, 3) == 0)
			n -= 3;
		else
			break;
	}
	text[n] = '\0';
	return text;
}

static void
take_fields(struct import *import, struct import_row *row, char **field)
{
	static char nothing[] = "";

#define IMPORT_COLUMN_REQUIRED(name, heading, required) [name] = required,
	static const bool is_required[] = {IMPORT_COLUMNS(IMPORT_COLUMN_REQUIRED)};

	for (enum import_column column = 0; column < import_column_count; column++) {
		int i = import->field_of[column];

		row->text[column] = nothing;
		if (i < 0)
			continue;
		if (import_has_control(field[i])) {
			tell(import, row, column, "holds a control character or a line break");
			continue;
		}
		row->text[column] = trim(field[i]);
	}
	import_pem_fill(import, row);
	for (enum import_column column = 0; column < import_column_count; column++)
		if (is_required[column] && row->text[column][0] == '\0' && (import->field_of[column] < 0 || !import_has_control(field[import->field_of[column]])))
			tell(import, row, column, "is empty");
}

/* A word of words.h; where the row does not say, *out stays. */
#define WORD_LISTED(name, text, meaning) " " text
#define TAKE_CHOICE(noun, LIST, column, out)                                                       \
	do {                                                                                       \
		if (row->text[column][0] != '\0' && !noun##_parse(row->text[column], out))         \
			import_tell(import, row->line, import_heading(column), "'%s' is not one of:" LIST(WORD_LISTED), \
			    row->text[column]);                                                    \
	} while (0)

static bool
take_yes(struct import *import, const struct import_row *row, enum import_column column)
{
	const char *text = row->text[column];

	if (text[0] != '\0' && strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		import_tell(import, row->line, import_heading(column), "'%s' is not one of: yes no", text);
	return strcmp(text, "yes") == 0;
}

/* A date alone is its first second, or its last where it ends something. 0 where the row does not say. */
static int64_t
take_instant(struct import *import, const struct import_row *row, enum import_column column, bool is_end)
{
	const char *text = row->text[column];
	int64_t at = 0;
	int day;

	if (text[0] == '\0')
		return 0;
	if (day_parse(text, &day))
		return is_end ? day_start(day + 1) - 1 : day_start(day);
	if (!instant_parse(text, &at))
		import_tell(import, row->line, import_heading(column),
		    "'%s' is not a date (2027-01-21, or 2027-01-21T08:59:59+09:00)", text);
	return at;
}

static const char *
check_host(char *out, const char *text)
{
	return import_host(out, text, true);
}

static const char *
check_address(char *out, const char *text)
{
	return import_address(out, text);
}

/* The items of a list, blanks or semicolons between them; *out is owned, NULL when there are none. */
static enum fault
take_list(struct import *import, struct import_row *row, enum import_column column,
    const char *(*check)(char *out, const char *text), char ***out, struct why *why)
{
	char made[ADDRESS_MAX > HOST_MAX ? ADDRESS_MAX : HOST_MAX], *rest = row->text[column], *copy, *place = NULL;
	size_t count = 0;
	enum fault fault = FAULT_NONE;

	if (*rest == '\0')
		return FAULT_NONE;
	copy = strdup(rest);
	*out = calloc(IMPORT_MAX_NAMES + 1, sizeof **out);
	if (copy == NULL || *out == NULL)
		goto short_of_memory;
	for (char *wide = copy; (wide = strstr(wide, IDEOGRAPHIC_SPACE)) != NULL;)
		memset(wide, ' ', 3);
	for (char *item = strtok_r(copy, " ;", &place); item != NULL; item = strtok_r(NULL, " ;", &place)) {
		const char *problem = check(made, item);

		if (problem != NULL) {
			import_tell(import, row->line, import_heading(column), "'%s': %s", item, problem);
		} else if (count == IMPORT_MAX_NAMES) {
			tell(import, row, column, "more than 250 in one list");
			break;
		} else if (((*out)[count++] = strdup(made)) == NULL) {
			goto short_of_memory;
		}
	}
	goto out;
short_of_memory:
	fault = why_set(why, FAULT_STOP, "out of memory for a list");
out:
	free(copy);
	return fault;
}

static void
check_customer(struct import *import, struct import_row *row)
{
	struct customer *customer = &row->customer;

	customer->code = row->text[COLUMN_CUSTOMER];
	customer->name = row->text[COLUMN_CUSTOMER_NAME];
	customer->is_firm = !take_yes(import, row, COLUMN_PERSON);
	customer->plan = PLAN_STANDARD;
	customer->payment_method = METHOD_CARD;
	customer->payer_kana = row->text[COLUMN_PAYER_KANA];
	TAKE_CHOICE(language, LANGUAGES, COLUMN_LANGUAGE, &customer->language);
	TAKE_CHOICE(plan, PLANS, COLUMN_PLAN, &customer->plan);
	TAKE_CHOICE(payment_method, PAYMENT_METHODS, COLUMN_PAYMENT_METHOD, &customer->payment_method);
}

static enum fault
check_contact(struct import *import, struct import_row *row, struct why *why)
{
	const char *text = row->text[COLUMN_CONTACT_EMAIL];
	const char *problem = text[0] != '\0' ? import_address(row->address, text) : NULL;

	row->contact.role = ROLE_ADMIN;
	TAKE_CHOICE(contact_role, CONTACT_ROLES, COLUMN_CONTACT_ROLE, &row->contact.role);
	row->contact.name = row->text[COLUMN_CONTACT_NAME];
	row->contact.address = row->address;
	row->contact.text_only = take_yes(import, row, COLUMN_TEXT_ONLY);
	if (problem != NULL)
		import_tell(import, row->line, import_heading(COLUMN_CONTACT_EMAIL), "'%s': %s", text, problem);
	return take_list(import, row, COLUMN_CONTACT_ALSO, check_address, &row->also, why);
}

/* The product decides the authority and, where the row does not say, when the certificate began. */
static void
check_product(struct import *import, struct import_row *row)
{
	const struct config *config = import->business->config;
	const char *id = row->text[COLUMN_PRODUCT], *authority = row->text[COLUMN_AUTHORITY];

	if (import->last_product == NULL || strcmp(import->last_product->id, id) != 0)
		import->last_product = config_find_product(config, id);
	row->product = import->last_product;
	if (row->product == NULL && id[0] != '\0')
		import_tell(import, row->line, import_heading(COLUMN_PRODUCT), "'%s' is not a product of the configuration", id);
	if (authority[0] != '\0' && config_find_authority(config, authority) == NULL)
		import_tell(import, row->line, import_heading(COLUMN_AUTHORITY),
		    "'%s' is not a certificate authority of the configuration", authority);
	row->term.product = row->text[COLUMN_PRODUCT];
	row->certificate.authority = authority[0] == '\0' && row->product != NULL ? row->product->authority
										  : row->text[COLUMN_AUTHORITY];
}

static void
check_dates(struct import *import, struct import_row *row)
{
	struct certificate *certificate = &row->certificate;
	struct term *term = &row->term;
	int64_t not_before, starts_at;
	size_t problems = import->problems;

	certificate->not_before = take_instant(import, row, COLUMN_NOT_BEFORE, false);
	certificate->not_after = take_instant(import, row, COLUMN_NOT_AFTER, true);
	term->starts_at = take_instant(import, row, COLUMN_TERM_START, false);
	term->ends_at = take_instant(import, row, COLUMN_TERM_END, true);
	if (import->problems != problems || certificate->not_after == 0)
		return;
	if (term->ends_at == 0)
		term->ends_at = certificate->not_after;
	not_before = certificate->not_before != 0 || row->product == NULL
			 ? certificate->not_before
			 : instant_add_years(certificate->not_after, -row->product->term_years);
	starts_at = term->starts_at != 0 ? term->starts_at : not_before;
	if (not_before >= certificate->not_after)
		tell(import, row, COLUMN_NOT_AFTER, "the certificate ends before it begins");
	if (starts_at >= term->ends_at)
		tell(import, row, term->starts_at != 0 ? COLUMN_TERM_START : COLUMN_TERM_END, "the term ends before it begins");
}

/* Hexadecimal as the store has it: lower case, without the colons that openssl prints. */
static void
check_serial(struct import *import, struct import_row *row)
{
	char *from = row->text[COLUMN_SERIAL], *to = from;

	for (; *from != '\0'; from++) {
		if (isxdigit((unsigned char)*from)) {
			*to++ = (char)tolower((unsigned char)*from);
		} else if (*from != ':' && *from != ' ') {
			tell(import, row, COLUMN_SERIAL, "is not a hexadecimal number");
			return;
		}
	}
	*to = '\0';
	row->certificate.serial = row->text[COLUMN_SERIAL];
}

static void
check_country(struct import *import, struct import_row *row)
{
	char *country = row->text[COLUMN_COUNTRY];

	row->certificate.country = country;
	if (country[0] == '\0')
		return;
	if (strlen(country) != 2 || !isalpha((unsigned char)country[0]) || !isalpha((unsigned char)country[1])) {
		tell(import, row, COLUMN_COUNTRY, "is not a code of two letters");
		return;
	}
	country[0] = (char)toupper((unsigned char)country[0]);
	country[1] = (char)toupper((unsigned char)country[1]);
}

static enum fault
check_certificate(struct import *import, struct import_row *row, struct why *why)
{
	const char *text = row->text[COLUMN_COMMON_NAME];
	const char *problem = text[0] != '\0' ? import_host(row->common_name, text, true) : NULL;

	if (problem != NULL)
		import_tell(import, row->line, import_heading(COLUMN_COMMON_NAME), "'%s': %s", text, problem);
	row->term.common_name = row->common_name;
	row->certificate.common_name = row->common_name;
	row->certificate.organization = row->text[COLUMN_ORGANIZATION];
	row->certificate.organizational_unit = row->text[COLUMN_ORGANIZATIONAL_UNIT];
	row->certificate.locality = row->text[COLUMN_LOCALITY];
	row->certificate.state_or_province = row->text[COLUMN_STATE_OR_PROVINCE];
	check_country(import, row);
	check_serial(import, row);
	check_product(import, row);
	check_dates(import, row);
	return take_list(import, row, COLUMN_SAN, check_host, &row->certificate.name, why);
}

enum fault
import_row_make(struct import *import, unsigned line, char **field, struct import_row *row, bool *good, struct why *why)
{
	size_t problems = import->problems;
	enum fault fault;

	row->line = line;
	take_fields(import, row, field);
	check_customer(import, row);
	fault = check_contact(import, row, why);
	if (fault == FAULT_NONE)
		fault = check_certificate(import, row, why);
	import_state_check(import, row);
	*good = import->problems == problems;
	return fault;
}

void
import_row_release(struct import_row *row)
{
	address_list_free(row->also);
	address_list_free(row->certificate.name);
	*row = (struct import_row){0};
}

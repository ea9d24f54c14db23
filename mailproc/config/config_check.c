/* config_check.c - what a text in the configuration must look like. */
#include "config_table.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/day.h"

static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char digits[] = "0123456789";

static bool
is_made_of(const char *text, size_t n, const char *a, const char *b, const char *c)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\0' || (strchr(a, text[i]) == NULL && strchr(b, text[i]) == NULL && strchr(c, text[i]) == NULL))
			return false;
	return n > 0;
}

static bool
is_dns_name(const char *name)
{
	size_t n = strlen(name);

	if (n > 253 || name[0] == '.' || name[0] == '-' || strstr(name, "..") != NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '.')
			return false;
	return n > 0;
}

const char *
config_check_host(const char *text)
{
	if (is_dns_name(text))
		return NULL;
	if (strchr(text, ':') != NULL && strspn(text, "0123456789abcdefABCDEF:.") == strlen(text)) /* RFC 4291 */
		return NULL;
	return "is not a host name or an IP address";
}

bool
config_is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	    (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

/* A dot-atom and a domain (RFC 5322 3.4.1): what letters can be sent from and to. Quoted local parts are not accepted. */
const char *
config_check_address(const char *text)
{
	static const char message[] = "is not a mail address";
	const char *at = strrchr(text, '@');
	size_t local;

	if (at == NULL || at == text || strlen(text) > 254 || !is_dns_name(at + 1))
		return message;
	local = (size_t)(at - text);
	if (local > 64 || text[0] == '.' || at[-1] == '.')
		return message;
	for (size_t i = 0; i < local; i++)
		if (!isalnum((unsigned char)text[i]) && strchr("!#$%&'*+-/=?^_`{|}~.", text[i]) == NULL)
			return message;
	return NULL;
}

const char *
config_check_link(const char *text)
{
	const char *rest = strncmp(text, "https://", 8) == 0 ? text + 8 : strncmp(text, "http://", 7) == 0 ? text + 7 : NULL;

	if (rest == NULL || *rest == '\0')
		return "does not start with https:// or http://";
	for (const char *p = rest; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F || strchr("<>\"\\", *p) != NULL)
			return "holds a character that a link cannot have";
	return NULL;
}

const char *
config_check_id(const char *text)
{
	size_t n = strlen(text);

	return n <= 40 && is_made_of(text, n, lower, digits, "-") ? NULL : "is not made of lower-case letters, digits and \"-\"";
}

const char *
config_check_prefix(const char *text)
{
	size_t n = strlen(text);

	return n <= 8 && is_made_of(text, n, upper, digits, "") && strchr(digits, text[0]) == NULL
	    ? NULL
	    : "is not a capital letter and up to seven capital letters or digits more";
}

const char *
config_check_currency(const char *text)
{
	return strlen(text) == 3 && is_made_of(text, 3, upper, "", "") ? NULL : "is not an ISO 4217 code of three capital letters";
}

const char *
config_check_registration(const char *text)
{
	return text[0] == 'T' && strlen(text) == 14 && is_made_of(text + 1, 13, digits, "", "") ? NULL : "is not T and 13 digits";
}

const char *
config_check_delimiter(const char *text)
{
	return strlen(text) == 1 && strchr("+-=_#", text[0]) != NULL ? NULL : "is not one of + - = _ #";
}

const char *
config_check_zone(const char *text)
{
	struct why why = {0};

	return day_set_zone(text, &why) == FAULT_NONE ? NULL : "is not a time zone that this system knows (Area/City)";
}

/* "09:00-18:00": two times of one day, the first before the second. */
const char *
config_check_hours(const char *text)
{
	static const char message[] = "is not two times of a day, HH:MM-HH:MM, the earlier one first";
	int from, from_minute, to, to_minute, n = 0;

	if (strlen(text) != 11 || sscanf(text, "%2d:%2d-%2d:%2d%n", &from, &from_minute, &to, &to_minute, &n) != 4 || n != 11)
		return message;
	if (from < 0 || from > 23 || from_minute < 0 || from_minute > 59 || to < 0 || to > 24 || to_minute < 0 || to_minute > 59)
		return message;
	from = from * 60 + from_minute;
	to = to * 60 + to_minute;
	return from < to && to <= 24 * 60 ? NULL : message;
}

/* "30 7 3 1": days before the end, each smaller than the one before. */
const char *
config_check_days(const char *text)
{
	static const char message[] = "is not a list of up to 8 days before the end, each smaller than the one before (\"30 7 3 1\")";
	int before = 366, count = 0;

	for (const char *p = text; *p != '\0';) {
		char *end;
		long days = strtol(p, &end, 10);

		if (!isdigit((unsigned char)*p) || days < 1 || days >= before || ++count > 8 || (*end != ' ' && *end != '\0'))
			return message;
		before = (int)days;
		p = end + strspn(end, " ");
	}
	return NULL;
}

/*
 * certificate_read.c - PEM and DER, subject and names
 *
 * Every text in a certificate is foreign: it is taken by its length and cleaned, so that a NUL inside a name cuts nothing off.
 */
#include "certificate_inner.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <idn2.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/buf.h"
#include "../base/text.h"

enum { TEXT_MAX_BYTES = 4096 };

/* ---- host names ---- */

static bool
is_ip(const char *text)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

bool
certificate_host(char out[CERTIFICATE_HOST_MAX], const char *text, bool *is_address)
{
	char *ascii = NULL;
	size_t n = strlen(text);
	bool is_plain = true, is_host;

	*is_address = is_ip(text);
	if (n > 0 && text[n - 1] == '.')
		n--; /* the root of DNS is understood */
	if (n == 0 || n >= CERTIFICATE_HOST_MAX)
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	for (size_t i = 0; i < n; i++)
		is_plain = is_plain && (unsigned char)out[i] < 0x80;
	if (!is_plain) {
		if (idn2_to_ascii_8z(out, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
			return false;
		n = strlen(ascii);
		if (n < CERTIFICATE_HOST_MAX)
			memcpy(out, ascii, n + 1);
		idn2_free(ascii);
		if (n >= CERTIFICATE_HOST_MAX)
			return false;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = (char)tolower((unsigned char)out[i]);
	is_host = strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == n && out[0] != '.' && out[0] != '-' && strstr(out, "..") == NULL;
	return is_host || *is_address;
}

bool
certificate_split_host(const char *text, char host[CERTIFICATE_HOST_MAX], int *port)
{
	const char *colon = strrchr(text, ':'), *end = text + strlen(text);
	char name[1024], *rest;
	bool is_address;
	long number = CERTIFICATE_PORT;

	if (text[0] == '[') {
		const char *close = strchr(text, ']');

		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return false;
		colon = close[1] == ':' ? close + 1 : NULL;
		end = close;
		text++;
	} else if (colon != NULL && strchr(text, ':') != colon) {
		colon = NULL; /* an IPv6 address without brackets */
	} else if (colon != NULL) {
		end = colon;
	}
	if (colon != NULL) {
		number = isdigit((unsigned char)colon[1]) ? strtol(colon + 1, &rest, 10) : 0;
		if (number < 1 || number > 65535 || *rest != '\0')
			return false;
	}
	if ((size_t)(end - text) >= sizeof name)
		return false;
	memcpy(name, text, (size_t)(end - text));
	name[end - text] = '\0';
	*port = (int)number;
	return certificate_host(host, name, &is_address);
}

/* ---- text out of ASN.1 ---- */

/* A copy on one line, owned; NULL when memory is short. */
static char *
clean_copy(const void *bytes, size_t n)
{
	struct buf clean = BUF_MAX(4 * TEXT_MAX_BYTES), shown = BUF_MAX(4 * TEXT_MAX_BYTES);

	text_add_clean(&clean, (struct span){bytes, n < TEXT_MAX_BYTES ? n : TEXT_MAX_BYTES});
	buf_add_text(&shown, "");
	text_add_printable(&shown, buf_span(&clean));
	buf_release(&clean);
	if (shown.p == NULL && !shown.failed)
		return strdup("");
	return buf_take(&shown);
}

/* All values of one attribute, joined: there were certificates with several organisational units. */
static bool
take_attribute(char **out, const X509_NAME *name, int nid)
{
	struct buf joined = BUF_MAX(TEXT_MAX_BYTES);

	for (int at = X509_NAME_get_index_by_NID(name, nid, -1); at >= 0; at = X509_NAME_get_index_by_NID(name, nid, at)) {
		unsigned char *utf8 = NULL;
		int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
		char *text = n >= 0 ? clean_copy(utf8, (size_t)n) : NULL;

		OPENSSL_free(utf8);
		if (text != NULL && *text != '\0')
			buf_addf(&joined, "%s%s", joined.n > 0 ? "; " : "", text);
		free(text);
	}
	ERR_clear_error();
	if (joined.failed)
		buf_release(&joined); /* far too long to be a name: as if it were absent */
	*out = joined.n > 0 ? buf_take(&joined) : NULL;
	return true;
}

/* A host name as it is compared: A-labels, lower case, also behind "*."; whatever else it is stays as it is. */
static char *
host_copy(const char *text)
{
	char host[CERTIFICATE_HOST_MAX + 2] = "*.";
	bool is_address, is_wildcard = strncmp(text, "*.", 2) == 0;

	if (certificate_host(host + 2, is_wildcard ? text + 2 : text, &is_address))
		return strdup(is_wildcard ? host : host + 2);
	return strdup(text);
}

static bool
take_subject(struct certificate *out, const X509_NAME *name)
{
	char *common_name = NULL;

	take_attribute(&common_name, name, NID_commonName);
	take_attribute(&out->organization, name, NID_organizationName);
	take_attribute(&out->organizational_unit, name, NID_organizationalUnitName);
	take_attribute(&out->locality, name, NID_localityName);
	take_attribute(&out->state_or_province, name, NID_stateOrProvinceName);
	take_attribute(&out->country, name, NID_countryName);
	if (common_name != NULL && (out->common_name = host_copy(common_name)) == NULL) {
		free(common_name);
		return false;
	}
	free(common_name);
	return true;
}

/* ---- alternative names ---- */

/* Owned; NULL for kinds of names that no host has. */
static char *
name_text(const GENERAL_NAME *name)
{
	char address[INET6_ADDRSTRLEN], *text, *host;

	if (name->type == GEN_DNS) {
		text = clean_copy(ASN1_STRING_get0_data(name->d.dNSName), (size_t)ASN1_STRING_length(name->d.dNSName));
		host = text != NULL && *text != '\0' ? host_copy(text) : NULL;
		free(text);
		return host;
	}
	if (name->type == GEN_IPADD) {
		int n = ASN1_STRING_length(name->d.iPAddress);

		if ((n == 4 || n == 16) && inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(name->d.iPAddress), address, sizeof address) != NULL)
			return strdup(address);
	}
	return NULL;
}

static bool
is_listed(char **list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static enum fault
take_names(struct certificate *out, const GENERAL_NAMES *names, struct why *why)
{
	int given = names != NULL ? sk_GENERAL_NAME_num(names) : 0;
	size_t count = 0;

	if (given <= 0)
		return FAULT_NONE;
	out->name = calloc((size_t)given + 1, sizeof *out->name);
	if (out->name == NULL)
		return why_set(why, FAULT_STOP, "out of memory for the names of a certificate");
	for (int i = 0; i < given && count < CERTIFICATE_MAX_NAMES; i++) {
		char *text = name_text(sk_GENERAL_NAME_value(names, i));

		if (text != NULL && !is_listed(out->name, count, text))
			out->name[count++] = text;
		else
			free(text);
	}
	if (count == 0) {
		free(out->name);
		out->name = NULL;
	}
	return FAULT_NONE;
}

/* ---- certificates ---- */

static bool
take_time(int64_t *out, const ASN1_TIME *time)
{
	struct tm tm = {0};

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	*out = timegm(&tm);
	return true;
}

static char *
serial_text(const ASN1_INTEGER *serial)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
	char *hex = number != NULL ? BN_bn2hex(number) : NULL, *text = NULL;
	const char *digits = hex;

	if (hex != NULL) {
		while (digits[0] == '0' && digits[1] != '\0')
			digits++;
		text = strndup(digits, 128);
	}
	for (char *p = text; p != NULL && *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	OPENSSL_free(hex);
	BN_free(number);
	return text;
}

enum fault
certificate_take(struct certificate_seen *out, X509 *x509, int64_t now, struct why *why)
{
	struct certificate_seen made = {0};
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
	enum fault fault = take_names(&made.subject, names, why);

	GENERAL_NAMES_free(names);
	if (fault == FAULT_NONE && !take_subject(&made.subject, X509_get_subject_name(x509)))
		fault = why_set(why, FAULT_STOP, "out of memory for a certificate");
	take_attribute(&made.issuer_common_name, X509_get_issuer_name(x509), NID_commonName);
	take_attribute(&made.issuer_organization, X509_get_issuer_name(x509), NID_organizationName);
	made.subject.serial = serial_text(X509_get0_serialNumber(x509));
	if (fault == FAULT_NONE && (!take_time(&made.subject.not_before, X509_get0_notBefore(x509)) ||
				       !take_time(&made.subject.not_after, X509_get0_notAfter(x509))))
		fault = why_set(why, FAULT_ITEM, "its dates cannot be read");
	if (now > made.subject.not_after)
		made.problems |= 1u << PROBLEM_EXPIRED;
	if (now < made.subject.not_before)
		made.problems |= 1u << PROBLEM_NOT_YET_VALID;
	if (X509_self_signed(x509, 0) == 1)
		made.problems |= 1u << PROBLEM_SELF_SIGNED;
	ERR_clear_error();
	if (fault != FAULT_NONE) {
		certificate_seen_release(&made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

/* ---- requests ---- */

static enum fault
take_request(struct certificate_seen *out, X509_REQ *request, struct why *why)
{
	struct certificate_seen made = {.is_request = true};
	STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(request);
	GENERAL_NAMES *names = X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
	EVP_PKEY *key = X509_REQ_get0_pubkey(request);
	enum fault fault = take_names(&made.subject, names, why);

	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	if (fault == FAULT_NONE && !take_subject(&made.subject, X509_REQ_get_subject_name(request)))
		fault = why_set(why, FAULT_STOP, "out of memory for a certificate request");
	if (key == NULL || X509_REQ_verify(request, key) != 1)
		made.problems |= 1u << PROBLEM_BAD_SIGNATURE;
	ERR_clear_error();
	if (fault != FAULT_NONE) {
		certificate_seen_release(&made);
		return fault;
	}
	*out = made;
	return FAULT_NONE;
}

/* ---- bytes ---- */

/* Nobody is asked for a password. */
static int
no_password(char *out, int size, int is_writing, void *data)
{
	(void)size;
	(void)is_writing;
	(void)data;
	*out = '\0';
	return 0;
}

static X509 *
certificate_of(struct span bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	BIO *bio = BIO_new_mem_buf(bytes.p, (int)bytes.n);
	X509 *x509 = bio != NULL ? PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;

	BIO_free(bio);
	if (x509 == NULL)
		x509 = d2i_X509(NULL, &p, (long)bytes.n);
	ERR_clear_error();
	return x509;
}

/* Base64 of DER and nothing else. */
static X509_REQ *
request_of_base64(struct span bytes)
{
	struct span text = span_trim(bytes);
	unsigned char *der = malloc(text.n + 1);
	const unsigned char *p = der;
	int n = der != NULL ? EVP_DecodeBlock(der, (const unsigned char *)text.p, (int)text.n) : -1;
	X509_REQ *request = n > 0 ? d2i_X509_REQ(NULL, &p, n) : NULL;

	free(der);
	return request;
}

static X509_REQ *
request_of(struct span bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	BIO *bio = BIO_new_mem_buf(bytes.p, (int)bytes.n);
	X509_REQ *request = bio != NULL ? PEM_read_bio_X509_REQ(bio, NULL, no_password, NULL) : NULL;

	BIO_free(bio);
	if (request == NULL)
		request = d2i_X509_REQ(NULL, &p, (long)bytes.n);
	if (request == NULL)
		request = request_of_base64(bytes);
	ERR_clear_error();
	return request;
}

enum fault
certificate_read(struct certificate_seen *out, struct span bytes, int64_t now, struct why *why)
{
	X509 *x509 = NULL;
	X509_REQ *request = NULL;
	enum fault fault;

	if (bytes.n == 0 || bytes.n > CERTIFICATE_MAX_BYTES)
		return why_set(why, FAULT_ITEM, bytes.n == 0 ? "it is empty" : "it is too large for a certificate");
	x509 = certificate_of(bytes);
	if (x509 == NULL)
		request = request_of(bytes);
	if (x509 != NULL)
		fault = certificate_take(out, x509, now, why);
	else if (request != NULL)
		fault = take_request(out, request, why);
	else
		fault = why_set(why, FAULT_ITEM, "it holds neither a certificate nor a certificate request, in PEM or DER");
	X509_REQ_free(request);
	X509_free(x509);
	return fault;
}

/*
 * config.h - mailproc.conf
 *
 * In:    a file in libconfig's language (libconfig is known only in config.c)
 * Out:   struct config, complete: every setting has its default, every word was checked
 *
 * One table in config.c, {name, kind, default, meaning}, serves the reader, `mailproc check`, the file that `init` writes and
 * mailproc.conf(5). A setting that is not in the table is an error with file and line, and so are values out of range.
 * Passwords never stand in the file: a command prints them, or a file of mode 0600 holds them (secret.h).
 * Relative paths are relative to the folder of mailproc.conf.
 *
 * Lifetime:   config_free() frees everything; all pointers are owned by the configuration.
 * Faults:     FAULT_SETUP with "FILE:LINE: …"; all errors are reported through problem, the first one is also in why.
 */
#ifndef MAILPROC_CONFIG_H
#define MAILPROC_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "../store/words.h"
#include "base/fault.h"

/* A text in each language: index with enum language. */
struct config_text {
	char *in[language_count];
};

enum config_tls { TLS_IMPLICIT, TLS_STARTTLS, TLS_NONE /* loopback addresses only */ };
enum config_auth { AUTH_NONE, AUTH_PLAIN, AUTH_LOGIN, AUTH_XOAUTH2 };
enum config_protocol { PROTOCOL_SMTP, PROTOCOL_LMTP };
enum config_source_type { SOURCE_IMAP, SOURCE_MAILDIR };
enum config_authentication { AUTHENTICATION_IF_PRESENT, AUTHENTICATION_REQUIRED, AUTHENTICATION_OFF };
enum config_unknown { UNKNOWN_HOLD, UNKNOWN_RESEND };

/* How to reach a server and who we are there. */
struct config_server {
	char *host;		/* DNS name or IP literal: looked up, sent as SNI, matched with the certificate */
	char *connect_to;	/* "" or an address to connect to instead of host */
	int port;
	enum config_tls tls;
	char *ca_file;		/* "" the system's store */
	enum config_auth auth;
	char *user;
	char *password_command; /* "" or a shell command that prints password or token */
	char *password_file;	/* "" or a file of mode 0600 */
	int connect_timeout_s, answer_timeout_s;
};

struct config_folders {
	char *processed, *review, *automatic, *bounces; /* UTF-8 names */
	bool move;					/* no: nothing on the server is changed */
};

struct config_source {
	enum config_source_type type;
	struct config_server server; /* imap */
	char *folder;		     /* imap: the folder that is polled, INBOX */
	char *path;		     /* maildir: a Maildir or a folder of .eml files */
	struct config_folders folders;
	int64_t since_at; /* mails that arrived earlier are left alone; 0: no cut-off */
};

struct config_authority {
	char *id;
	struct config_text name, guide_url;
	bool is_public; /* browsers' limits on the validity of certificates hold for it */
	char *issuers; /* "" any: texts separated by ";", of which the issuer of its certificates holds one */
};

struct config_product {
	char *id, *authority; /* id of an authority */
	struct config_text name;
	int64_t price; /* for a term, without tax, whole units */
	int term_years, extra_days, vetting_days;
	int notice_days; /* L; 0: min(60, a third of the term) */
	char *reminder_days; /* days before the end, "30 7 3 1"; "" : L/2 7 3 1 */
	int reissue_days;    /* before the end of a certificate; 0: min(30, a third of its lifetime) */
};

struct config {
	char *path, *dir;
	char *data_dir;	    /* where templates/ and rules/ of the program lie */

	char *store, *key;  /* files */
	char *own_letters;  /* "" or a folder whose letters stand before the program's */
	char *own_rules;    /* "" or a folder whose rules are read after the program's */
	char *time_zone;

	struct config_text company, desk;	/* the firm; the desk that signs letters */
	struct config_text company_address, telephone, hours;
	char *address;				/* From of every letter, and where customers answer */
	char *staff;				/* where letters to staff go */
	enum language staff_language;
	char *registration_number;		/* T and 13 digits, or "" */
	char *control_panel;			/* URL */
	struct config_text card_steps, bank_account, transfer_fee, how_to_look, flex_note, browser_note;

	char *reference_prefix; /* SSL */
	char *currency;		/* JPY */
	int tax_percent, payment_days;
	int remind_before, remind_after; /* payment reminders: days before and after the due date; 0: none */
	int last_chance_days;		 /* before the end: the last letter to who declined; 0: none */
	char *billing_command; /* "" or a shell command that takes each order */
	int billing_seconds;
	char *bank_date, *bank_amount, *bank_payer, *bank_text; /* "" or the headings of a bank's file, beside those that are known */
	char *closed_days;	/* file of closed days; "" the program's */

	struct config_authority *authority;
	size_t authority_count;
	struct config_product *product;
	size_t product_count;

	struct config_source *source;
	size_t source_count;
	int64_t message_max_bytes;
	int reader_seconds, reader_megabytes; /* limits of one reading */

	struct config_server smtp;
	enum config_protocol protocol;
	char *ehlo_name;
	int lanes;
	char *send_hours;	/* "" any, or "09:00-18:00": when letters go out that nobody waits for */
	int per_minute;		/* letters a minute; 0: as fast as the server takes them */
	char *redirect_all_to;	/* "" or the address that gets every letter instead (a trial) */
	int retry_hours;	/* after so long a letter that got 4xx answers only is refused */
	enum config_unknown unknown;

	int look_max, look_seconds, look_port; /* servers a run, seconds each */
	char *look_connect_to;		       /* "" or an address to connect to instead of each host */

	enum config_authentication authentication;
	char *authserv_id;	/* "" : no Authentication-Results are ours */
	bool subaddress;	/* the token may stand in Reply-To and envelope sender */
	char *subaddress_delimiter;
	char *shared_domains;	/* "" or a file of further shared mail domains */

	/* when status raises an alarm */
	int alarm_review_hours, alarm_poll_minutes, alarm_overdue_days, alarm_letter_days;
	int watch_minutes; /* between two runs of watch while no mail comes */
};

/* Called once for each error, in the order of the file. line 0: the file as a whole. */
typedef void config_problem(const char *file, unsigned line, const char *text, void *data);

MUST_USE enum fault config_load(struct config **out, const char *path, config_problem *problem, void *data, struct why *why);
void config_free(struct config *config);

/* The commented file that `init` writes: every setting with its meaning and default. NULL when memory is short; the caller frees it. */
char *config_sample(void);

const struct config_product *config_find_product(const struct config *config, const char *id); /* NULL: none */
const struct config_authority *config_find_authority(const struct config *config, const char *id);
bool config_has_billing(const struct config *config); /* a program takes each order */

/* The folder that holds templates/ and rules/: beside the program when built, share/mailproc when installed. NULL: not found. */
char *config_find_data_dir(void);

#endif

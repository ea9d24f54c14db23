/* config_table.c - every setting, in the order of the sample and of mailproc.conf(5). */
#include "config_table.h"

#include <string.h>

#include "../config.h"
#include "config_preset.h"

#define LINE(n, need, where, value, rule, text) {n, SETTING_LINE, need, where, value, NULL, 0, 0, NULL, rule, text}
#define TEXT(n, need, where, ja, en, rule, text) {n, SETTING_TEXT, need, where, ja, en, 0, 0, NULL, rule, text}
#define PATH(n, need, where, value, text) {n, SETTING_FILE, need, where, value, NULL, 0, 0, NULL, NULL, text}
#define NUMBER(n, where, value, from, to, text) {n, SETTING_NUMBER, SETTING_OPTIONAL, where, value, NULL, from, to, NULL, NULL, text}
#define LARGE(n, need, where, value, from, to, text) {n, SETTING_LARGE, need, where, value, NULL, from, to, NULL, NULL, text}
#define YES_NO(n, where, value, text) {n, SETTING_YES_NO, SETTING_OPTIONAL, where, value, NULL, 0, 0, NULL, NULL, text}
#define WORD(n, need, where, value, list, text) {n, SETTING_WORD, need, where, value, NULL, 0, 0, list, NULL, text}
#define INSTANT(n, where, text) {n, SETTING_INSTANT, SETTING_OPTIONAL, where, "", NULL, 0, 0, NULL, NULL, text}

#define IN(member) offsetof(struct config, member)
#define OPTIONAL SETTING_OPTIONAL
#define SHOWN SETTING_SHOWN
#define EXAMPLE SETTING_EXAMPLE
#define REQUIRED SETTING_REQUIRED

static const char *const language_words[] = {[LANGUAGE_JA] = "ja", [LANGUAGE_EN] = "en", NULL};
static const char *const tls_words[] = {[TLS_IMPLICIT] = "implicit", [TLS_STARTTLS] = "starttls", [TLS_NONE] = "none", NULL};
static const char *const auth_words[] = {
    [AUTH_NONE] = "none", [AUTH_PLAIN] = "plain", [AUTH_LOGIN] = "login", [AUTH_XOAUTH2] = "xoauth2", NULL};
static const char *const protocol_words[] = {[PROTOCOL_SMTP] = "smtp", [PROTOCOL_LMTP] = "lmtp", NULL};
static const char *const source_words[] = {[SOURCE_IMAP] = "imap", [SOURCE_MAILDIR] = "maildir", NULL};
static const char *const authentication_words[] = {[AUTHENTICATION_IF_PRESENT] = "if-present",
    [AUTHENTICATION_REQUIRED] = "required", [AUTHENTICATION_OFF] = "off", NULL};
static const char *const unknown_words[] = {[UNKNOWN_HOLD] = "hold", [UNKNOWN_RESEND] = "resend", NULL};

static const struct setting store_settings[] = {
    PATH("file", SHOWN, IN(store), "mailproc.db", "The database."),
    PATH("key", SHOWN, IN(key), "mailproc.key", "The key that signs the tokens in letters: mode 0600, made by init."),
};

static const struct setting top_settings[] = {
    LINE("time_zone", SHOWN, IN(time_zone), "Asia/Tokyo", config_check_zone, "The zone of the business day."),
    PATH("closed_days", OPTIONAL, IN(closed_days), "",
	"A file of days on which the business is closed, instead of the program's own list (Japanese holidays)."),
};

static const struct setting company_settings[] = {
    TEXT("name", REQUIRED, IN(company), "ホスティング例株式会社", "Hosting Example K.K.", NULL, "The company's name."),
    TEXT("address", SHOWN, IN(company_address), "", "", NULL, "Its postal address."),
    TEXT("telephone", SHOWN, IN(telephone), "", "", NULL, "Its telephone number."),
    TEXT("hours", SHOWN, IN(hours), "平日 10:00-18:00", "Weekdays 10:00-18:00 (JST)", NULL, "When it can be called."),
    LINE("registration_number", SHOWN, IN(registration_number), "", config_check_registration,
	"The number of a qualified-invoice issuer, T and 13 digits."),
    LINE("control_panel", REQUIRED, IN(control_panel), "https://panel.hosting.example/", config_check_link,
	"Where customers sign in to pay by card."),
};

static const struct setting desk_settings[] = {
    TEXT("name", SHOWN, IN(desk), "SSL証明書担当", "SSL Certificate Desk", NULL, "Who signs the letters."),
};

static const struct setting mail_settings[] = {
    LINE("address", REQUIRED, IN(address), "ssl-renewal@hosting.example", config_check_address,
	"From of every letter, and where customers answer: the mailbox that sources name."),
    LINE("staff", REQUIRED, IN(staff), "staff@hosting.example", config_check_address, "Where letters to staff go."),
    WORD("staff_language", OPTIONAL, IN(staff_language), "ja", language_words, "The language of letters to staff."),
};

static const struct setting send_settings[] = {
    LINE("hours", OPTIONAL, IN(send_hours), "", config_check_hours,
	"When letters go out, as \"09:00-18:00\"; \"\" at any hour. What answers somebody (a payment request, a confirmation, a letter to staff) goes at any hour."),
    NUMBER("per_minute", IN(per_minute), "0", 0, 10000, "Letters a minute; 0: as fast as the server takes them."),
    LINE("redirect_all_to", OPTIONAL, IN(redirect_all_to), "", config_check_address,
	"For a trial: every letter goes to this address instead; X-Mailproc-Would-Go-To names the other one."),
};

static const struct setting letters_settings[] = {
    PATH("own", OPTIONAL, IN(own_letters), "", "A folder with ja/ and en/ whose letters stand before the program's."),
};

static const struct setting rules_settings[] = {
    PATH("own", OPTIONAL, IN(own_rules), "", "A folder of *.rules that are read after the program's."),
};

static const struct setting texts_settings[] = {
    TEXT("bank_account", REQUIRED, IN(bank_account), PRESET_BANK_JA, PRESET_BANK_EN, NULL, "Where bank transfers go."),
    TEXT("transfer_fee", OPTIONAL, IN(transfer_fee), PRESET_FEE_JA, PRESET_FEE_EN, NULL, "Who bears the fee of a transfer."),
    TEXT("card_steps", OPTIONAL, IN(card_steps), PRESET_CARD_JA, PRESET_CARD_EN, NULL,
	"How to pay by card, with the labels of the control panel."),
    TEXT("how_to_look", OPTIONAL, IN(how_to_look), PRESET_LOOK_JA, PRESET_LOOK_EN, NULL,
	"How to look at a certificate oneself, per browser."),
    TEXT("browser_note", OPTIONAL, IN(browser_note), PRESET_BROWSER_JA, PRESET_BROWSER_EN, NULL,
	"What happens after the end of a certificate."),
    TEXT("flex_note", OPTIONAL, IN(flex_note), PRESET_FLEX_JA, PRESET_FLEX_EN, NULL,
	"What a customer on the FLEX plan must do who does not renew."),
};

static const struct setting renewal_settings[] = {
    LINE("reference_prefix", OPTIONAL, IN(reference_prefix), "SSL", config_check_prefix, "References are PREFIX-YEAR-00001."),
    NUMBER("last_chance_days", IN(last_chance_days), "7", 0, 90, "Days before the end that who declined gets one last letter; 0: none."),
};

static const struct setting money_settings[] = {
    LINE("currency", OPTIONAL, IN(currency), "JPY", config_check_currency, "The currency of every amount, whole units."),
    NUMBER("tax_percent", IN(tax_percent), "10", 0, 100, "The rate of consumption tax."),
    NUMBER("payment_days", IN(payment_days), "14", 1, 90, "Days from the order to the due date of its invoice."),
    NUMBER("remind_before", IN(remind_before), "3", 0, 60, "Days before the due date that an unpaid invoice is reminded of; 0: not."),
    NUMBER("remind_after", IN(remind_after), "3", 0, 60, "Days after the due date, likewise; never after the last safe day."),
};

static const struct setting billing_settings[] = {
    LINE("command", OPTIONAL, IN(billing_command), "", NULL,
	"A shell command that takes each order, and each order that is void, as JSON on its input; exit status 0: accepted, 65: refused for good, "
	"other: try again later. A card customer's payment request waits until it has accepted the order."),
    NUMBER("seconds", IN(billing_seconds), "30", 1, 300, "The command is ended after so long."),
};

static const struct setting bank_settings[] = {
    LINE("date", OPTIONAL, IN(bank_date), "", NULL, "Heading of the day in the bank's files, where it is not one of the usual ones."),
    LINE("amount", OPTIONAL, IN(bank_amount), "", NULL, "Heading of the amount that came in."),
    LINE("payer", OPTIONAL, IN(bank_payer), "", NULL, "Heading of the payer's name."),
    LINE("text", OPTIONAL, IN(bank_text), "", NULL, "Heading of the free text."),
};

/* A server is described alike wherever one is named. */
#define SERVER_SETTINGS(base, need, tls_preset, auth_preset, user_preset, file_preset)                                          \
	LINE("connect_to", OPTIONAL, base(connect_to), "", config_check_host, "An address to connect to instead of host; host stays what the certificate must name."), \
	NUMBER("port", base(port), "0", 0, 65535, "0: the usual port of the protocol and tls."),                                  \
	WORD("tls", SHOWN, base(tls), tls_preset, tls_words, "implicit, starttls, or none (loopback addresses only). Certificate and host name are always verified."), \
	PATH("ca_file", OPTIONAL, base(ca_file), "", "Certificates of the authorities to trust, PEM, instead of the system's."),  \
	WORD("auth", SHOWN, base(auth), auth_preset, auth_words, "How to log in: none, plain, login, xoauth2."),                    \
	LINE("user", need, base(user), user_preset, NULL, "The name to log in with."),                        \
	LINE("password_command", OPTIONAL, base(password_command), "", NULL, "A shell command that prints the password, or the token for xoauth2, as its first line."), \
	PATH("password_file", need, base(password_file), file_preset, "A file of mode 0600 whose first line is the password or token. Passwords never stand in this file."), \
	NUMBER("connect_timeout", base(connect_timeout_s), "20", 1, 600, "Seconds to wait for a connection."),                    \
	NUMBER("answer_timeout", base(answer_timeout_s), "60", 1, 3600, "Seconds to wait for an answer.")

#define SMTP(member) offsetof(struct config, smtp.member)
static const struct setting smtp_settings[] = {
    WORD("protocol", OPTIONAL, IN(protocol), "smtp", protocol_words, "smtp, or lmtp for delivery to a local server."),
    LINE("host", REQUIRED, SMTP(host), "mail.hosting.example", config_check_host, "The server that takes our letters."),
    SERVER_SETTINGS(SMTP, EXAMPLE, "implicit", "plain", "ssl-renewal@hosting.example", "smtp.password"),
    LINE("ehlo_name", OPTIONAL, IN(ehlo_name), "", config_check_host, "The name we greet with; \"\" the name of this machine."),
    NUMBER("lanes", IN(lanes), "2", 1, 32, "Connections at a time."),
    NUMBER("retry_hours", IN(retry_hours), "48", 1, 240, "After so long a letter that was only ever put off is given up."),
    WORD("unknown", OPTIONAL, IN(unknown), "hold", unknown_words,
	"A letter that may or may not have been accepted: hold it for staff, or resend it."),
};

#define SOURCE(member) offsetof(struct config_source, member)
#define SOURCE_SERVER(member) offsetof(struct config_source, server.member)
static const struct setting source_settings[] = {
    WORD("type", OPTIONAL, SOURCE(type), "imap", source_words, "imap, or maildir for a Maildir or a folder of .eml files."),
    LINE("host", OPTIONAL, SOURCE_SERVER(host), "", config_check_host, "imap: the server."),
    SERVER_SETTINGS(SOURCE_SERVER, OPTIONAL, "implicit", "plain", "", ""),
    LINE("folder", OPTIONAL, SOURCE(folder), "INBOX", NULL, "imap: the folder that is polled."),
    PATH("path", OPTIONAL, SOURCE(path), "", "maildir: the folder."),
    YES_NO("move", SOURCE(folders.move), "true", "Move mails to the folders below when they are done; false leaves all as it is."),
    LINE("processed", OPTIONAL, SOURCE(folders.processed), "Processed", NULL, "Folder of answers that were acted on."),
    LINE("review", OPTIONAL, SOURCE(folders.review), "Review", NULL, "Folder of mails that wait for staff."),
    LINE("automatic", OPTIONAL, SOURCE(folders.automatic), "Automatic", NULL, "Folder of automatic answers."),
    LINE("bounces", OPTIONAL, SOURCE(folders.bounces), "Bounces", NULL, "Folder of delivery reports."),
    INSTANT("since", SOURCE(since_at), "Mails that arrived earlier are left alone: RFC 3339 or YYYY-MM-DD."),
};

static const struct setting trust_settings[] = {
    WORD("authentication", OPTIONAL, IN(authentication), "if-present", authentication_words,
	"Whether Authentication-Results must show that the sender is who he says: if-present, required, off."),
    LINE("authserv_id", SHOWN, IN(authserv_id), "", NULL,
	"The name our server writes in its Authentication-Results; \"\" none are ours."),
    YES_NO("subaddress", IN(subaddress), "false",
	"Put the token in Reply-To and the envelope sender too. Only where the server delivers address+token."),
    LINE("subaddress_delimiter", OPTIONAL, IN(subaddress_delimiter), "+", config_check_delimiter, "What stands before the token there."),
    PATH("shared_domains", OPTIONAL, IN(shared_domains), "", "A file of further mail domains that strangers share."),
};

static const struct setting status_settings[] = {
    NUMBER("review_hours", IN(alarm_review_hours), "24", 1, 8760, "Alarm when the oldest message has waited for staff for so many hours, or what was seen on a server."),
    NUMBER("poll_minutes", IN(alarm_poll_minutes), "60", 1, 10080, "Alarm when a mailbox has not been polled for so many minutes."),
    NUMBER("overdue_days", IN(alarm_overdue_days), "3", 1, 90, "Alarm when the day of a renewal lies so many days back and nothing has been done."),
    NUMBER("letter_days", IN(alarm_letter_days), "14", 1, 365, "Alarm for so many days after a letter was held, refused, or may have been lost."),
};

static const struct setting watch_settings[] = {
    NUMBER("minutes", IN(watch_minutes), "10", 1, 1440, "Minutes between two runs of watch while no mail comes in."),
};

static const struct setting look_settings[] = {
    NUMBER("max", IN(look_max), "50", 0, 10000, "Servers that a run looks at, at most; 0: none."),
    NUMBER("seconds", IN(look_seconds), "10", 1, 120, "Seconds that a server has to answer."),
    NUMBER("port", IN(look_port), "443", 1, 65535, "The port that is looked at."),
    LINE("connect_to", OPTIONAL, IN(look_connect_to), "", config_check_host,
	"An address to connect to instead of each host, where all of them stand behind one; the host is still asked for."),
};

static const struct setting limits_settings[] = {
    LARGE("message_max_bytes", OPTIONAL, IN(message_max_bytes), "26214400", 65536, 30 << 20, "A longer mail is cut, and goes to review."),
    NUMBER("reader_seconds", IN(reader_seconds), "10", 1, 300, "Processor time for reading one mail."),
    NUMBER("reader_megabytes", IN(reader_megabytes), "512", 64, 4096, "Memory for reading one mail."),
};

#define AUTHORITY(member) offsetof(struct config_authority, member)
static const struct setting authority_settings[] = {
    LINE("id", REQUIRED, AUTHORITY(id), "", config_check_id, "The word for it in this file and in imported lists."),
    TEXT("name", REQUIRED, AUTHORITY(name), "", "", NULL, "Its name in letters."),
    TEXT("guide", REQUIRED, AUTHORITY(guide_url), "", "", config_check_link, "The page that explains its application to customers."),
    YES_NO("public", AUTHORITY(is_public), "true", "Its certificates must satisfy browsers: their limits on validity hold; false: a private authority."),
    LINE("issuers", OPTIONAL, AUTHORITY(issuers), "", NULL,
	"Texts separated by \";\": the issuer named in its certificates holds one of them. \"\" any issuer is right."),
};

#define PRODUCT(member) offsetof(struct config_product, member)
static const struct setting product_settings[] = {
    LINE("id", REQUIRED, PRODUCT(id), "", config_check_id, "The word for it in this file and in imported lists."),
    LINE("authority", REQUIRED, PRODUCT(authority), "", config_check_id, "Who issues it: the id of an authority."),
    TEXT("name", REQUIRED, PRODUCT(name), "", "", NULL, "Its name in letters and invoices."),
    LARGE("price", REQUIRED, PRODUCT(price), "0", 0, 1000000000, "For a term, without tax, whole units of the currency."),
    NUMBER("term_years", PRODUCT(term_years), "1", 1, 10, "Length of a term."),
    NUMBER("extra_days", PRODUCT(extra_days), "0", 0, 365, "Days that a renewal is longer than a new term."),
    NUMBER("vetting_days", PRODUCT(vetting_days), "10", 0, 90, "Days the authority needs: the last safe day to pay is so long before the end."),
    NUMBER("notice_days", PRODUCT(notice_days), "0", 0, 365, "Days before the end that the notice goes out; 0: 60, or a third of a shorter term."),
    LINE("reminder_days", OPTIONAL, PRODUCT(reminder_days), "", config_check_days,
	"Days before the end of reminders, \"30 7 3 1\"; \"\": half of the notice's, 7, 3 and 1."),
    NUMBER("reissue_days", PRODUCT(reissue_days), "0", 0, 365,
	"Days before the end of a certificate inside a term that its re-issue begins; 0: 30, or a third of a shorter lifetime."),
};

#define GROUP(n, rows, text) {n, SECTION_GROUP, rows, sizeof(rows) / sizeof(rows)[0], text, 0, 0, 0, NULL, false}
#define LIST(n, rows, structure, member, preset, holds, text)                                                              \
	{n, SECTION_LIST, rows, sizeof(rows) / sizeof(rows)[0], text, sizeof(structure), IN(member), IN(member##_count), preset, holds}

const struct section config_section[] = {
    {"", SECTION_TOP, top_settings, sizeof top_settings / sizeof top_settings[0], "The business day.", 0, 0, 0, NULL, false},
    GROUP("store", store_settings, "What mailproc keeps."),
    GROUP("company", company_settings, "The company, as letters and invoices name it. A text is { ja = \"…\"; en = \"…\"; }, or one for both."),
    GROUP("desk", desk_settings, "The desk that writes."),
    GROUP("mail", mail_settings, "Our addresses."),
    GROUP("smtp", smtp_settings, "The server that takes our letters."),
    LIST("sources", source_settings, struct config_source, source, PRESET_SOURCES, false, "Where answers come in: one group for each mailbox."),
    GROUP("send", send_settings, "When and how letters go out."),
    GROUP("trust", trust_settings, "Who may decide."),
    GROUP("money", money_settings, "Invoices."),
    GROUP("billing", billing_settings, "The company's billing system."),
    GROUP("bank", bank_settings, "Files of the bank for payment import."),
    GROUP("renewal", renewal_settings, "Renewals."),
    LIST("authorities", authority_settings, struct config_authority, authority, PRESET_AUTHORITIES, true, "The certificate authorities that we buy from."),
    LIST("products", product_settings, struct config_product, product, PRESET_PRODUCTS, true, "What we sell."),
    GROUP("look", look_settings, "Looking at the certificates that servers serve: those near their end, once a day."),
    GROUP("texts", texts_settings, "Pieces of letters. The control panel's labels stand here."),
    GROUP("letters", letters_settings, "Letters of one's own."),
    GROUP("rules", rules_settings, "Rules of one's own."),
    GROUP("status", status_settings, "When mailproc status raises an alarm."),
    GROUP("watch", watch_settings, "mailproc watch."),
    GROUP("limits", limits_settings, "Limits on foreign mail."),
};
const size_t config_section_count = sizeof config_section / sizeof config_section[0];

const struct section *
section_find(const char *name)
{
	for (size_t i = 0; i < config_section_count; i++)
		if (strcmp(config_section[i].name, name) == 0)
			return &config_section[i];
	return NULL;
}

const struct setting *
setting_find(const struct section *section, const char *name)
{
	for (size_t i = 0; i < section->setting_count; i++)
		if (strcmp(section->setting[i].name, name) == 0)
			return &section->setting[i];
	return NULL;
}

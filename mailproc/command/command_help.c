/* command_help.c - the table of commands, and help made of it. */
#include "../command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define RUN_OPTIONS "[--dry-run] [--allow [N]]"
#define TRIAL_DETAILS "  --dry-run     work on a copy of the store: nothing is sent, moved or kept\n"
#define RUN_DETAILS                                                                                             \
	"After an import nothing is sent before it is allowed: without --allow the forecast is shown instead.\n"   \
	"  --allow [N]   let it go; with N only when it is not more than N letters today\n" TRIAL_DETAILS

const struct command command_table[] = {
    {"init", command_init, "[DIR]", "make a commented mailproc.conf, an empty store and a signing key",
	"DIR is made if it is not there. Files that exist are never written over.\n"},
    {"check", command_check, "[--online [--probe]]", "look at configuration, rules, letters and store",
	"  --online    also log in to the servers, and see who writes Authentication-Results\n"
	"  --probe     send a mail to address+token, and see whether it arrives\n"},
    {"import", command_import, "FILE.csv [--certificates DIR] [--as-of DATE] [--dry-run] [--allow]", "take over customers, contacts, terms and certificates",
	"All or nothing; the same file again changes nothing. Columns: mailproc(1).\n"
	"  --certificates DIR   certificate files, which fill what rows leave open\n"
	"  --as-of DATE   states in the file are of this day: what was due before is not sent again (today)\n"
	"  --dry-run      check and count, keep nothing\n"
	"  --allow        the next run may send what became due without being asked again\n"},
    {"run", command_run, RUN_OPTIONS, "poll, look, due, send: what cron calls", RUN_DETAILS},
    {"poll", command_run, "[--dry-run]", "fetch answers, understand them, act on them", TRIAL_DETAILS},
    {"look", command_run, "", "look at the servers of certificates near their end",
	"Once a day each; a new certificate closes its renewal. What is not as expected is shown by status.\n"},
    {"due", command_run, RUN_OPTIONS, "do what the calendar says", RUN_DETAILS},
    {"send", command_run, RUN_OPTIONS, "send the letters that wait", RUN_DETAILS},
    {"watch", command_watch, "", "the same as run, staying connected",
	"Answers are read when they come in (IMAP IDLE); the rest is done every few minutes (watch.minutes).\n"
	"Ends cleanly on SIGTERM and SIGINT.\n"},
    {"forecast", command_forecast, "[--until DATE] [--answers renew|decline|none] [--json]", "what will go out and be billed, day by day",
	"Works on a copy of the store with its clock run forward: nothing is polled, sent or kept.\n"
	"  --until DATE    the last day (60 days from now)\n"
	"  --answers A     what everybody who is asked answers the day after (none)\n"
	"  --json          one object a day\n"},
    {"status", command_status, "[--json | --metrics]", "the work in numbers, and what needs a person",
	"Exits with 1 while an alarm stands (limits: status in mailproc.conf), with 0 otherwise.\n"
	"  --json      one object\n"
	"  --metrics   for Prometheus\n"},
    {"list", command_list, "[--due] [--state STATE] [--json]", "renewals by state or date",
	"Without options: all that are not renewed, lapsed or replaced.\n"
	"  --due       those whose next day has come\n"
	"  --state S   those in one state: upcoming, noticed, ordered, paid, applied, renewed, declined, lapsed, replaced;\n"
	"              or all\n"
	"  --json      one object a line\n"},
    {"show", command_show, "REF [--json]", "one renewal with its history", "REF is a reference such as SSL-2026-00123.\n  --json      one object\n"},
    {"review", command_review,
	"list [--all] [--json]\nshow N [--json]\ndecide N renew|decline|acknowledge|ignore --by NAME [--note TEXT] [--remember-sender] [--void] [--purchase-order TEXT] [--addressee TEXT]\nanswer N [--file FILE] [--by NAME]\nattach N REF --by NAME\nkeep N [--set DIR]",
	"messages that wait for staff",
	"  --all        list decided ones too\n"
	"  --by NAME    who decides\n"
	"  --note TEXT  why\n"
	"  --remember-sender   the sender's address is one of the contact's from now on\n"
	"  --file FILE  the words of an answer (without it: in $EDITOR); it goes to the contact on record only\n"
	"  --void       decline: take back order and invoice, which stand already; what else was on them is ordered anew\n"
	"  --purchase-order TEXT, --addressee TEXT   renew: what the customer wishes to read on the invoice\n"
	"  --set DIR    the folder that keeps cases (cases, beside mailproc.conf)\n"
	"attach says which renewal a message is about; decide is the next step then.\n"
	"keep makes a decided message a labelled case for `rules test`.\n"},
    {"invoice", command_invoice, "show NUMBER [--json]\nvoid NUMBER --by NAME --note TEXT", "a qualified invoice; one that is taken back",
	"void takes back an open invoice and its order, tells the billing program, and asks the customers again; its number is not given again.\n"
	"  --json   one object\n"},
    {"payment", command_payment,
	"record REF|INVOICE AMOUNT --date DATE --by NAME [--method card|transfer] [--accept] [--note TEXT]\n"
	"import FILE.csv [--dry-run]\nlist [--open] [--json]\nmatch N INVOICE --by NAME [--accept] [--note TEXT]\nclose N --by NAME --note TEXT",
	"money that came",
	"import reads a bank's file: a payment with an invoice's number, or with its exact amount and payer, is matched;\n"
	"what is not certain, and what is short, over, double or late, waits for staff. The same file again changes nothing.\n"
	"  --date DATE    the day it was paid\n"
	"  --method M     card or transfer; without it, as the order says\n"
	"  --accept       take it as paid although it is short, over or late\n"
	"  --open         only what waits for staff\n"
	"  --by NAME      who says so\n"
	"match says which invoice a payment is for; close, that it is for none.\n"},
    {"orders", command_orders, "export [--json | --csv] [--since DATE]\nlist [--all] [--json]\nretry ORDER\naccept ORDER --by NAME",
	"orders for the company's billing system",
	"export prints each order and each order that is void, once, by time: as CSV, or with --json one object a line.\n"
	"list shows what the billing program has not taken (--all: everything it was told).\n"
	"  --since DATE   from this day on\n"
	"retry tells it again at once; accept says that the order was entered by hand.\n"},
    {"record", command_record, "REF WHAT --by NAME [--note TEXT] [--certificate FILE | --until DATE]", "what staff know from elsewhere",
	"WHAT is renew or decline (said by telephone), invoice (to be sent by mail), applied, issued,\n"
	"installed, new-purchase (another distinguished name is wanted), pause or resume (letters).\n"
	"  --certificate FILE   installed: the new certificate, PEM or DER\n"
	"  --until DATE         installed: its end, where there is no file\n"
	"Letters follow as if it had come by mail. The history keeps NAME and TEXT.\n"},
    {"contact", command_contact,
	"list CUSTOMER\nadd CUSTOMER --role ROLE --address A [--name NAME] [--text-only yes|no] [--also-from A] [--by NAME]\n"
	"set CUSTOMER CONTACT [--role ROLE] [--address A] [--name NAME] [--text-only yes|no] [--also-from A] [--remove] [--by NAME]",
	"whom letters go to",
	"CUSTOMER is the company's own number; CONTACT an address on record, or a number that contact list shows.\n"
	"  --role ROLE          admin (decides), billing (pays), technical\n"
	"  --text-only yes|no   letters without HTML\n"
	"  --also-from A        a further address that the contact writes from\n"
	"  --remove             no letters go there any more; the history stays\n"
	"  --by NAME            who says so\n"},
    {"classify", command_classify, "[--json] [--rules DIR] [--answers LETTER] [-n CERT]… FILE|DIR…", "what it would make of mail files, without a store",
	"  --json             one object a file\n"
	"  --rules DIR        rules of another folder\n"
	"  --answers LETTER   the letter replied to: notice, reminder, payment-request, payment-reminder, application-started\n"
	"  -n CERT            a certificate that was asked about, in the letter's order\n"},
    {"rules", command_rules, "test [--rules DIR] [--accept] [--list] [--json] SET", "measure the rules on mails with a clerk's answers",
	"  SET          a folder of mails with labels.tsv (review keep makes one), or a .jsonl file\n"
	"  --rules DIR  rules of another folder\n"
	"  --list       each mail that was not judged as the clerk did\n"
	"  --accept     what comes out now is what later tests are compared with\n"
	"  --json       the figures as one object\n"
	"Exit status 1: something was acted on wrongly, or a person's mail taken for an automatic one.\n"},
    {"replay", command_replay, "[--rules DIR] [--json]", "what other rules would make of the stored messages",
	"  --rules DIR  the folder of rules to try; else the present ones\n"
	"  --json       one object a message whose verdict would change\n"
	"Nothing is changed. Exit status 1: an answer that was acted on would be read otherwise.\n"},
    {"preview", command_preview, "LETTER REF [--html FILE | --raw]", "a letter as it would be sent now",
	"LETTER is notice, reminder, payment-request, invoice, payment-reminder, application-started,\n"
	"renewed, declined, last-chance, lapsed, new-purchase, reissue-started, install, confirm,\n"
	"needs-you or digest.\n"
	"  --html FILE   write the HTML part to FILE\n"
	"  --raw         the whole mail as it is handed to the server\n"},
    {"certificate", command_certificate, "[--json] [--for REF] HOST[:PORT]|FILE…", "a certificate as served or in a file, or a request, against the record",
	"Looking needs no trust: what a browser would object to is told in words. FILE is a\n"
	"certificate or a certificate request (CSR), in PEM or DER.\n"
	"  --json      one object each\n"
	"  --for REF   compare with the certificate of this renewal, not with that of the same name\n"},
    {"workflow", command_workflow, "[--dot]", "the table of states and letters", "  --dot   as a graph for dot(1)\n"},
    {"demo", command_demo, "", "the whole conversation on local mail servers in a scratch folder",
	"Needs Dovecot (IMAP and LMTP) and openssl. Uses loopback only and ends every process it started.\n"},
    {"help", command_help, "[COMMAND]", "this, or the usage of a command", ""},
};
const size_t command_table_count = sizeof command_table / sizeof command_table[0];

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < command_table_count; i++)
		if (strcmp(command_table[i].name, name) == 0)
			return &command_table[i];
	return NULL;
}

static void
print_synopsis(const struct command *command)
{
	const char *line = command->synopsis, *lead = "usage: ";

	do {
		const char *end = strchrnul(line, '\n');

		printf("%smailproc %s%s%.*s\n", lead, command->name, *line != '\0' ? " " : "", (int)(end - line), line);
		line = *end != '\0' ? end + 1 : "";
		lead = "       ";
	} while (*line != '\0');
}

static int
print_command(const struct command *command)
{
	print_synopsis(command);
	printf("\n%s\n%s%s", command->meaning, *command->details != '\0' ? "\n" : "", command->details);
	return EX_OK;
}

static int
print_all(void)
{
	puts("usage: mailproc [-c FILE] [--now TIME] [-q | -v] COMMAND …\n\n"
	     "Carries SSL certificate renewals through mail: asks customers in time, understands\n"
	     "their answers, sends payment requests, and keeps the record.\n");
	for (size_t i = 0; i < command_table_count; i++)
		printf("  %-11s %s\n", command_table[i].name, command_table[i].meaning);
	puts("\n"
	     "  -c, --config FILE   the configuration (mailproc.conf here, else in /etc/mailproc)\n"
	     "  --now TIME          work as if it were TIME: 2026-11-22T10:00:00+09:00 or 2026-11-22\n"
	     "  -q, -v              errors only; each step\n"
	     "  -h, --help          this; after a command, its usage\n"
	     "  --version           the version\n\n"
	     "Manuals: mailproc(1), mailproc.conf(5)");
	return EX_OK;
}

int
command_help(const struct command_context *context, int argc, char **argv)
{
	const struct command *command;

	(void)context;
	if (argc < 2)
		return print_all();
	if (strcmp(argv[1], "--help") == 0)
		return print_command(command_find("help"));
	command = command_find(argv[1]);
	if (command == NULL || argc > 2)
		return command_usage("help", argc > 2 ? "only one command can be explained" : "there is no such command");
	return print_command(command);
}

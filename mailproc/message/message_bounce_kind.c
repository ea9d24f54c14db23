/*
 * message_bounce_kind.c - hard or soft: can the address never be reached, or was only this letter not delivered
 *
 * Told by what the server said in words, then by its number. Numbers are given loosely: 5.0.0 and 5.1.1 stand for anything, and 5.7.1 for "no such user".
 * A server that took the address and refused the mail itself (after DATA) knows the address.
 */
#include "message_bounce_inner.h"

#include "../base/text.h"

#include <ctype.h>
#include <stdlib.h>

/* Folded. The address or its host is not there, and will not be. */
static const char *const gone_words[] = {"unknown recipient", "unknown user:", "no mailbox here", "not our customer", "not our user", "recipient not found", "recipientnotfound", "recipient no longer",
    "recipients could not be found", "address not found", "address does not exist", "email address could not be found", "wasn't found at", "couldn't be found", "doesn't have a", "does not have an account",
    "not listed in", "not a valid mailbox", "is not known here", "invalid final delivery", "inactive email address", "bad destination", "destinataire invalide", "has moved", "not recognized",
    "no valid recipients", "undeliverable address", "rejected: access denied", "host unknown", "unknown host", "no such domain", "domain not found", "domain does not exist", "domain may not exist",
    "unrouteable address", "unrouteable mail domain", "all relevant mx records point to non-existent hosts", "couldn't find any host", "couldn't find a mail exchanger", "couldn't find any", "host not found",
    "cannot find host", "dns lookup failure", "domain is not reachable", "does not accept mail", "doesn't receive email", "doesn't accept mail", "not accepting network messages", "null mx", "nullmx", "indicated no smtp service", "no mx record found", ">: user unknown",
    "never logged", "listed in public name", "存在しません", "見つかりません", "見つからない", "見つからなかった", "宛先不明", "あて先不明", "アドレス不明", "記載されていません", "登録されていません", "廃止され",
    "該当するユーザ", "ユーザーが不明", "ユーザが不明", "アカウントがありません"};

/*
 * Folded. The same, but also what carriers and filters say of a mail that they do not want: it counts beside a number that says so, or where it answers
 * RCPT, in which only the address was named.
 */
static const char *const maybe_gone_words[] = {"user unknown", "unknown user", "no such user", "no such mailbox", "no such recipient", "no such account", "no such person", "no such address", "user not found",
    "user not exist", "user does not exist", "recipient not exist", "recipient unknown", "recipient does not exist", "mailbox not found", "mailbox does not exist", "account that you tried to reach does not exist",
    "account does not exist", "not a known user", "invalid recipient", "invalid user", "invalid mailbox", "invalid address", "address rejected.", "address rejected (", "mailbox not available", "mailbox unavailable", "address error", "not a registered"};
static const char *const rcpt_words[] = {"rcpt to", "rcpt command", "[rcpt_to]"};
static const char *const address_numbers[] = {"5.1.0", "5.3.0", "5.5.0"};

/* Folded. The address may be right; something else stands in the way. They go before the words above. */
static const char *const other_words[] = {"mailbox is full", "mailbox full", "mailfolder is full", "over quota", "overquota", "quota exceed", "quota is exceeded", "exceeded storage", "exceeded their quota", "exceeded the quota",
    "exceeded his/her quota", "storage quota", "storage limit", "out of storage", "insufficient storage", "disk quota", "not enough storage", "mailbox size", "容量", "一杯", "いっぱい",
    "too large", "too big", "size exceeds", "exceeds size", "exceeds the maximum", "message size", "message length", "temporar", "try again later", "try later", "timed out", "time out", "time-out", "timeout",
    "connection refused", "connection dropped", "lost connection", "too many", "loop", "no route to host", "network is unreachable", "could not be reached", "retry",
    "spam", "virus", "blocked", "block list", "blocklist", "blacklist", "black list", "blackhole", "listed in rbl", "spamhaus", "barracuda", "reputation", "policy", "content rejected", "message content", "content filter", "content restrict", "banned", "poor ", "connecting host is denied", "permission denied", "not permitted", "not allowed",
    "not authorized", "unauthorized", "unauthenticated", "authentication", "spf ", "dkim", "dmarc", "relaying", "to relay", "relay access", "relay denied", "reverse dns", "ptr record", "rdns", "sender address rejected", "sender rejected", "sender verify",
    "sender domain", "domain of sender", "not allowed to send", "rejected due to", "preferences", "allowed list", "certain senders", "suspend", "disabled", "frozen", "locked", "deactivated", "inactive user", "discontinued", "expired", "hop count",
    "starttls", "tls is required", "rfc 5322", "rfc5322", "rfc 2822", "malformed header", "malformed address", "syntax error", "line too long", "拒否", "混み合", "休止", "停止"};

/* The address was taken before the mail was refused. Sendmail's ">>> DATA" also stands before answers to the recipients, which came late. */
static const char *const after_data[] = {"end of data", "in reply to data"};
static const char *const maybe_after_data[] = {">>> data", "command data", "after data"};

/* What a number alone says: the address is gone, it is something else, or nothing. */
enum number { NUMBER_OPEN, NUMBER_GONE, NUMBER_OTHER };

static enum number
number_of(const char *status)
{
	static const char *const gone[] = {"1.1", "1.2", "1.3", "1.6", "1.10", "4.4", "3.2"};
	static const char *const other[] = {"1.7", "1.8", "2.0", "2.2", "2.3", "2.4", "3.4"};

	if (status[0] == '\0')
		return NUMBER_OPEN;
	for (size_t i = 0; i < COUNT(gone); i++)
		if (strcmp(status + 2, gone[i]) == 0)
			return status[0] == '5' || i == 0 ? NUMBER_GONE : NUMBER_OTHER;
	for (size_t i = 0; i < COUNT(other); i++)
		if (strcmp(status + 2, other[i]) == 0)
			return NUMBER_OTHER;
	return status[0] == '4' ? NUMBER_OTHER : NUMBER_OPEN;
}

enum { BESIDE = 300 }; /* bytes behind an address that speak of it */

bool
message_bounce_is_graver(const struct server_verdict *one, const struct server_verdict *other)
{
	bool failed = strcmp(one->action, "failed") == 0, other_failed = strcmp(other->action, "failed") == 0;

	if (failed != other_failed)
		return failed;
	return number_of(one->status) == NUMBER_GONE && number_of(other->status) != NUMBER_GONE;
}

/*
 * The words beside the address that failed: its line and what follows, up to a line with another address, because a report can name several, each with
 * its own trouble. All of the text where the address is not in it.
 */
static struct span
beside_address(struct span told, const char *address)
{
	struct span rest = told, line, found = {0};
	size_t n = strlen(address);

	while (n > 0 && found.n < BESIDE && span_next_line(&rest, &line)) {
		bool has_it = line.n > 0 && memmem(line.p, line.n, address, n) != NULL;

		if (found.p == NULL && !has_it)
			continue;
		if (found.p != NULL && !has_it && line.n > 0 && memchr(line.p, '@', line.n) != NULL)
			break;
		found.p = found.p == NULL ? line.p : found.p;
		found.n = (size_t)(line.p + line.n - found.p);
	}
	return found.p != NULL ? found : told;
}

/* What the words say: the first place that says anything counts. */
static enum number
words_say(struct span s, bool answers_rcpt)
{
	if (message_holds_any(s, other_words, COUNT(other_words)))
		return NUMBER_OTHER;
	if (message_holds_any(s, gone_words, COUNT(gone_words)))
		return NUMBER_GONE;
	return answers_rcpt && message_holds_any(s, maybe_gone_words, COUNT(maybe_gone_words)) ? NUMBER_GONE : NUMBER_OPEN;
}

static bool
is_refused_mail(struct span text, bool is_surely_gone)
{
	return message_holds_any(text, after_data, COUNT(after_data)) ||
	    (!is_surely_gone && message_holds_any(text, maybe_after_data, COUNT(maybe_after_data)));
}

enum bounce_kind
message_bounce_kind(const struct server_verdict *v, struct span told)
{
	const struct span place[] = {span_of(v->diagnostic), beside_address(told, v->recipient), told};
	enum number number = number_of(v->status), words = NUMBER_OPEN;
	struct buf whole = BUF_MAX(BOUNCE_SCANNED * 8);
	bool is_refused, answers_rcpt;

	if (strcmp(v->action, "delayed") == 0)
		return BOUNCE_DELAYED;
	bounce_add_folded(&whole, told);
	answers_rcpt = message_holds_any(buf_span(&whole), rcpt_words, COUNT(rcpt_words));
	for (size_t i = 0; i < COUNT(address_numbers); i++)
		answers_rcpt = answers_rcpt || strcmp(v->status, address_numbers[i]) == 0;
	for (size_t i = 0; i < COUNT(place) && words == NUMBER_OPEN && (i < 2 || number != NUMBER_GONE); i++) {
		struct buf folded = BUF_MAX(BOUNCE_SCANNED * 8);

		bounce_add_folded(&folded, place[i]);
		words = words_say(buf_span(&folded), answers_rcpt);
		buf_release(&folded);
	}
	is_refused = is_refused_mail(buf_span(&whole), number == NUMBER_GONE || words == NUMBER_GONE);
	buf_release(&whole);
	if (is_refused || words == NUMBER_OTHER || number == NUMBER_OTHER)
		return BOUNCE_SOFT;
	return number == NUMBER_GONE || words == NUMBER_GONE ? BOUNCE_HARD : BOUNCE_SOFT;
}

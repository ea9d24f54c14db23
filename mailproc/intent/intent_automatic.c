/*
 * intent_automatic.c - mail that only its words show to be a program's
 *
 * A machine that says so in the header was recognised before (message_auto.c). Here the words decide, and in doubt it is a person's mail: an answer lost as
 * automatic is read by nobody. So nothing in the new words may want, ask or mean anything, and more is asked of what people write as well.
 */
#include "intent_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "intent_evidence.h"
#include "../message.h"

#define BIT(says) (1ul << (says))

enum { MATCHES = 40, GREETING_MAX = 120 };

/* What the new words were found to say. */
struct signs {
	const struct sentence *where; /* of the first sign of a program; NULL: the subject */
	struct rule_match first;      /* id NULL: no sign */
	size_t automatic_in_words, automatic_in_subject, absence;
	bool reacts;	    /* where no sign of a program is beside it */
	bool reacts_beside; /* in a sentence that has such a sign too */
	bool is_answer;	    /* says renew or decline, asks, pays, changes something */
};

/* What ticket systems and receipts repeat of the mail that they answer. Folded. */
static const char *const fields[] = {"件名", "題名", "宛先", "あて先", "送信先", "差出人", "送信者", "送信日時", "受信日時", "受付番号", "受付日時", "日時", "内容", "文書", "ちけっと", "かてごり", "subject",
    "title", "to", "from", "sent", "date", "received", "category", "ticket", "priority", "status", "reference", "queue"};

static bool
is_field(const char *folded)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		size_t n = strlen(fields[i]);

		if (strncmp(folded, fields[i], n) != 0)
			continue;
		n += strspn(folded + n, " ");
		if (folded[n] == ':')
			return true;
	}
	return false;
}

/* "Hello Sample Hosting SSL Renewals," or "SSL更新窓口 御中": our own name says nothing. */
static bool
is_greeting(const char *folded)
{
	static const char *const starts[] = {"hello ", "hi ", "dear "}, *const ends[] = {",", "様", "御中"};
	size_t n = strlen(folded);
	bool starts_so = false;

	if (n > GREETING_MAX)
		return false;
	for (size_t i = 0; i < 3; i++)
		starts_so = starts_so || strncmp(folded, starts[i], strlen(starts[i])) == 0;
	for (size_t i = starts_so ? 0 : 1; i < 3; i++)
		if (n > strlen(ends[i]) && strcmp(folded + n - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

/* Addresses are no words: "ssl-renewal@hosting.example". */
static void
cover_addresses(char *folded)
{
	for (char *at = strchr(folded, '@'); at != NULL; at = strchr(at + 1, '@')) {
		char *start = at, *end = at;

		while (start > folded && (isalnum((unsigned char)start[-1]) || strchr("._+-", start[-1]) != NULL))
			start--;
		while (isalnum((unsigned char)end[1]) || (end[1] != '\0' && strchr(".-", end[1]) != NULL))
			end++;
		memset(start, '_', (size_t)(end - start) + 1);
		at = end;
	}
}

static bool
says_something(const struct deciding *d, const char *folded)
{
	static const unsigned long wanting = BIT(SAYS_RENEW) | BIT(SAYS_DECLINE) | BIT(SAYS_UNREAD) | BIT(SAYS_CHANGE_OF_NAME) | BIT(SAYS_PAID) |
	    BIT(SAYS_METHOD_CARD) | BIT(SAYS_METHOD_TRANSFER) | BIT(SAYS_REVOKES) | BIT(SAYS_QUESTION);
	struct rule_match match[SENTENCE_MAX_MATCHES];
	bool limit_reached = false;
	size_t n = rules_read(d->rules, span_of(folded), match, SENTENCE_MAX_MATCHES, &limit_reached);

	for (size_t i = 0; i < n; i++)
		if ((BIT(match[i].says) & wanting) != 0)
			return true;
	return limit_reached;
}

/* sentence NULL: folded is the subject. */
static void
read_signs(const struct deciding *d, const char *folded, const struct sentence *sentence, struct signs *s)
{
	struct rule_match match[MATCHES];
	bool limit_reached = false, reacts = false, has_sign = false;
	size_t n = rules_match(d->rules, BIT(SAYS_AUTOMATIC) | BIT(SAYS_ABSENCE) | BIT(SAYS_REACTION), span_of(folded), match, MATCHES, &limit_reached);

	for (size_t i = 0; i < n; i++) {
		if (match[i].says == SAYS_REACTION) {
			reacts = true;
			continue;
		}
		has_sign = true;
		if (s->first.id == NULL) {
			s->first = match[i];
			s->where = sentence;
		}
		if (match[i].says == SAYS_ABSENCE)
			s->absence++;
		else if (sentence == NULL)
			s->automatic_in_subject++;
		else
			s->automatic_in_words++;
	}
	if (sentence == NULL || is_field(folded) || is_greeting(folded))
		return;
	s->reacts = s->reacts || limit_reached || (reacts && !has_sign);
	s->reacts_beside = s->reacts_beside || (reacts && has_sign);
	s->is_answer = s->is_answer || says_something(d, folded);
}

static void
read_subject(const struct deciding *d, const char *subject, struct signs *s)
{
	struct buf line = BUF_MAX(INTENT_MAX_TEXT), folded = BUF_MAX(INTENT_MAX_TEXT * 20);

	buf_addf(&line, "subject: %s", subject);
	rules_fold(d->rules, &folded, buf_span(&line));
	read_signs(d, buf_text(&folded), NULL, s);
	buf_release(&line);
	buf_release(&folded);
}

/* People answer with our letter below; answering machines seldom send it back. */
static bool
has_quotation(const struct deciding *d, const struct reply *reply)
{
	struct span rest = span_of(reply->cut), line;

	while (span_next_line(&rest, &line))
		if (span_starts(span_trim(line), ">"))
			return true;
	for (size_t i = 0; i < d->asked->certificate_count; i++)
		if (strcasestr(reply->cut, d->asked->certificate[i]) != NULL)
			return true;
	return false;
}

static bool
is_program(const struct deciding *d, const struct message *message, const struct reply *reply, const struct signs *s)
{
	if (s->is_answer || s->reacts)
		return false;
	if (s->automatic_in_words > 0)
		return true;
	if (s->automatic_in_subject > 0 && (s->absence > 0 || message->seems_automatic))
		return true;
	return !s->reacts_beside && !has_quotation(d, reply) && s->absence >= (message->seems_automatic ? 1 : 2);
}

/* The doubts that were found are no longer the reason, nor evidence. */
static void
conclude(struct deciding *d, const struct message *message, const struct signs *s)
{
	for (size_t i = 0; i < d->made.evidence_count; i++) {
		free(d->made.evidence[i].rule);
		free(d->made.evidence[i].text);
		free(d->made.evidence[i].reason);
	}
	d->made.evidence_count = 0;
	buf_clear(&d->reason);
	buf_add_text(&d->reason, s->first.reason);
	d->made.verdict = VERDICT_AUTO;
	d->doubt = d->all;
	if (s->where == NULL)
		d->fault = evidence_add(&d->made, s->first.id, span_of(message->subject), s->first.reason, d->why);
	else
		d->fault = evidence_add_match(&d->made, d->rules, s->where->text, s->where->folded, &s->first, d->why);
}

bool
intent_is_automatic(struct deciding *d, const struct message *message, const struct reply *reply)
{
	struct sentences sentences = {0};
	struct signs s = {0};
	bool is_automatic = false;

	if ((d->renew | d->decline) != 0 || d->loose_renew || d->loose_decline || reply->tick_count > 0 || reply->form_is_ambiguous ||
	    reply->is_subject_only || d->limit_reached || message->denies_automatic || message->suspicion != NULL || strlen(reply->text) > INTENT_MAX_TEXT)
		return false;
	d->fault = sentences_make(&sentences, reply->text, d->asked, d->rules, d->why);
	if (d->fault == FAULT_NONE && !sentences.too_many) {
		read_subject(d, message->subject, &s);
		for (size_t i = 0; i < sentences.count; i++) {
			cover_addresses(sentences.sentence[i].folded);
			read_signs(d, sentences.sentence[i].folded, &sentences.sentence[i], &s);
		}
		is_automatic = is_program(d, message, reply, &s);
	}
	if (is_automatic)
		conclude(d, message, &s);
	sentences_release(&sentences);
	return is_automatic;
}

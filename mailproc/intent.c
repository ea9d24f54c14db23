/*
 * intent.c - draws the conclusion
 *
 * What the sentences say for and against, and what is doubtful, is gathered per certificate and judged at the end: one clear direction
 * and no doubt is an answer, all else is for a person.
 */
#include "intent/intent_inner.h"

#include <stdlib.h>
#include <string.h>

#include "intent/intent_evidence.h"
#include "message.h"

/* ASIDE_MAX: bytes beside a short answer that may be about anything. */
enum { KNOWN_MAX = 4 << 20, REASON_MAX = 2000, ASIDE_MAX = 160 };

static void
add_evidence(struct deciding *d, const char *rule, const char *text, size_t n, const char *reason)
{
	if (d->fault == FAULT_NONE)
		d->fault = evidence_add(&d->made, rule, (struct span){text, n}, reason, d->why);
}

/* Every name that any sentence speaks of, or a mark in the form, which "the others" needs. */
static void
find_named(struct deciding *d, const struct sentences *sentences, const struct reply *reply)
{
	for (size_t i = 0; i < reply->tick_count; i++)
		if (reply->tick[i].certificate >= 0)
			d->named |= 1ull << reply->tick[i].certificate;
	for (size_t i = 0; i < sentences->count; i++) {
		struct about about[SENTENCE_MAX_ABOUT];
		char *folded = strdup(sentences->sentence[i].folded);
		bool other;
		size_t n;

		if (folded == NULL) {
			d->fault = why_set(d->why, FAULT_STOP, "out of memory for sentences");
			return;
		}
		n = about_find(d->asked, d->known, folded, about, SENTENCE_MAX_ABOUT, &other);
		for (size_t k = 0; k < n; k++)
			d->named |= about[k].set;
		if (d->claimed == 0 && d->asked->certificate_count > 1)
			d->claimed = about_claimed(sentences->sentence[i].folded);
		free(folded);
	}
}

static void
read_ticks(struct deciding *d, const struct reply *reply)
{
	for (size_t i = 0; i < reply->tick_count; i++) {
		const struct tick *tick = &reply->tick[i];
		bool renews = (tick->option == TICK_RENEW) != tick->struck;
		uint64_t set = d->asked->certificate_count < 2 ? d->all : tick->certificate >= 0 ? 1ull << tick->certificate : 0;

		if (set == 0)
			intent_doubt(d, d->all, "an option is ticked, but not for which certificate");
		intent_say(d, renews ? SAYS_RENEW : SAYS_DECLINE, set);
		add_evidence(d, "form", tick->line, strlen(tick->line), tick->struck ? "the other option of the form is struck out" : "this option of the form is marked");
	}
	if (reply->form_is_ambiguous) {
		intent_doubt(d, d->all, "the marks in the form contradict each other");
		add_evidence(d, "form", "", 0, "the marks in the form contradict each other");
	}
}

/* The letter and what was cut from the mail: there the references stand beside the names. */
static void
fold_known(struct deciding *d, const struct reply *reply)
{
	const char *const text[] = {d->asked->letter_text != NULL ? d->asked->letter_text : "", reply->cut};
	struct buf known = BUF_MAX(KNOWN_MAX);

	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		struct span rest = span_of(text[i]), line;

		while (span_next_line(&rest, &line)) {
			if (strcasestr(d->asked->certificate_count > 1 ? text[i] : "", "SSL-") == NULL)
				break;
			rules_fold(d->rules, &known, line);
			buf_add_char(&known, '\n');
		}
	}
	d->known = buf_take(&known);
	if (d->known == NULL)
		d->fault = why_set(d->why, FAULT_STOP, "out of memory for the quotation");
}

static void
read_words(struct deciding *d, const struct reply *reply)
{
	struct sentences sentences = {0};

	if (reply->is_quotation) {
		d->says_more = true;
		intent_doubt(d, d->all, "nothing but a quotation of some other mail");
		return;
	}
	if (strlen(reply->text) > INTENT_MAX_TEXT) {
		intent_doubt(d, d->all, "the mail has more words than can be read with care");
		return;
	}
	d->fault = sentences_make(&sentences, reply->text, d->asked, d->rules, d->why);
	if (d->fault == FAULT_NONE)
		find_named(d, &sentences, reply);
	for (size_t i = 0; d->fault == FAULT_NONE && i < sentences.count; i++)
		intent_read_sentence(d, &sentences.sentence[i]);
	if (sentences.too_many)
		intent_doubt(d, d->all, "the mail has more words than can be read with care");
	sentences_release(&sentences);
}

static void
judge_loose(struct deciding *d)
{
	if (d->loose_renew && d->renew == 0)
		intent_doubt(d, d->all, "says renew, but not which of the certificates");
	if (d->loose_decline && d->decline == 0)
		intent_doubt(d, d->all, "says not to renew, but not which of the certificates");
}

/* "Two of the three", and then three: a slip, or a misunderstanding. */
static void
judge_count(struct deciding *d)
{
	size_t renew = (size_t)__builtin_popcountll(d->renew), decline = (size_t)__builtin_popcountll(d->decline);

	if (d->claimed > 0 && (renew | decline) != 0 && renew != d->claimed && decline != d->claimed)
		intent_doubt(d, d->all, "speaks of another number of certificates than are named");
}

/* What was said only of the circumstances. */
static void
judge_background(struct deciding *d)
{
	uint64_t silent = d->all & ~(d->renew | d->decline | d->doubt);

	if (d->gone != 0 && (d->gone != d->all || silent == d->all))
		d->decline |= d->gone & silent;
	if ((d->renamed & ~(d->decline & ~d->renew)) != 0)
		intent_doubt(d, d->renamed & ~(d->decline & ~d->renew), d->renamed_reason);
	if (!d->on_subject && d->aside > ASIDE_MAX && (d->renew | d->decline) != 0)
		intent_doubt(d, d->all, "says much, and nothing of the certificate");
}

/*
 * Words that do not name the renewal: "as always, please" answers, unless the site is being closed; "please" alone answers nothing, but
 * "the site stops without it, please" does.
 */
static void
judge_weak(struct deciding *d)
{
	bool silent = (d->renew | d->decline | d->doubt) == 0 && !d->loose_renew && !d->loose_decline && !d->side_question;

	if (d->weak_renew && d->renew != 0 && d->unneeded && !d->needed)
		intent_doubt(d, d->all, "asks to go ahead, and tells why it is not needed");
	if (d->weak_decline && d->decline != 0 && d->needed && !d->unneeded)
		intent_doubt(d, d->all, "asks to end it, and tells why it is needed");
	if (silent && d->needed && d->assent && !d->unneeded && !d->waive)
		intent_say(d, SAYS_RENEW, d->all);
	if (silent && d->unneeded && d->waive && !d->needed && !d->assent)
		intent_say(d, SAYS_DECLINE, d->all);
	if (d->side_question && ((d->renew | d->decline) == 0 || d->weak_renew || d->weak_decline))
		intent_doubt(d, d->all, "asks something");
}

static void
judge_circumstances(struct deciding *d, const struct message *message)
{
	if (d->limit_reached) {
		intent_doubt(d, d->all, "a rule could not be evaluated within its limits");
		add_evidence(d, "limit", "", 0, "a rule could not be evaluated within its limits");
	}
	if (message->suspicion != NULL) {
		intent_doubt(d, d->all, message->suspicion);
		add_evidence(d, "suspicion", message->suspicion, strlen(message->suspicion), "the mail itself is suspicious");
	}
	if (d->asked->letter != LETTER_NOTICE && d->asked->letter != LETTER_REMINDER && d->asked->letter != LETTER_CONFIRM &&
	    (d->renew | d->decline | d->doubt) != 0) {
		d->doubt |= d->all;
		if (d->reason.n == 0)
			buf_addf(&d->reason, "answers to %s are for staff", letter_kind_text(d->asked->letter));
	}
}

static enum verdict
verdict_of(struct deciding *d, uint64_t bit)
{
	if ((d->doubt & bit) != 0)
		return VERDICT_REVIEW;
	if ((d->renew & d->decline & bit) != 0) {
		intent_doubt(d, bit, "says both renew and not renew");
		return VERDICT_REVIEW;
	}
	if ((d->renew & bit) != 0)
		return VERDICT_RENEW;
	return (d->decline & bit) != 0 ? VERDICT_DECLINE : VERDICT_REVIEW;
}

/* Where text and HTML have different words, both must lead to the same: whether they do not. */
static bool
judge_other_reading(struct deciding *d, const struct message *message, const struct reply *reply)
{
	struct intent other = {0};
	bool differs = false;

	if (reply->other == NULL || d->fault != FAULT_NONE)
		return false;
	d->fault = intent_decide(&other, message, reply->other, d->asked, d->rules, d->why);
	if (d->fault == FAULT_NONE && other.certificate_count == 0)
		differs = verdict_of(d, 1) != other.verdict;
	for (size_t i = 0; i < other.certificate_count; i++)
		differs = differs || verdict_of(d, 1ull << i) != other.certificate[i].verdict;
	if (differs) {
		intent_doubt(d, d->all, "text and HTML say different things");
		add_evidence(d, "suspicion", reply->other->text, strlen(reply->other->text), "the HTML part says something else than the text part");
	}
	intent_release(&other);
	return differs;
}

/*
 * One answer for all of several certificates, from words that speak of some of them: which ones was not understood. "All but shop, the shop has been
 * closed" must not close the rest.
 */
static void
judge_some(struct deciding *d, const struct reply *reply)
{
	struct buf folded = BUF_MAX(MESSAGE_MAX_TEXT * 4);
	struct rule_match match;
	bool limit_reached = false;

	if (d->fault != FAULT_NONE || d->asked->certificate_count < 2 || reply->text == NULL || (d->renew != 0 && d->decline != 0))
		return;
	rules_fold(d->rules, &folded, span_of(reply->text));
	if (rules_match(d->rules, 1ul << SAYS_SOME, buf_span(&folded), &match, 1, &limit_reached) > 0) {
		intent_doubt(d, d->all, "speaks of some of the certificates, and which was not understood");
		add_evidence(d, match.id, match.words.p, match.words.n, match.reason);
	} else if (limit_reached || folded.failed) {
		intent_doubt(d, d->all, "a rule could not be evaluated within its limits");
	}
	buf_release(&folded);
}

static void
judge(struct deciding *d)
{
	size_t count = d->asked->certificate_count, of[VERDICT_REVIEW + 1] = {0};

	for (size_t i = 0; i < (count > 0 ? count : 1); i++)
		of[verdict_of(d, 1ull << i)]++;
	d->made.verdict = of[VERDICT_REVIEW] > 0  ? VERDICT_REVIEW
	    : of[VERDICT_DECLINE] == 0		  ? VERDICT_RENEW
	    : of[VERDICT_RENEW] == 0		  ? VERDICT_DECLINE
						  : VERDICT_PARTIAL;
	d->made.acknowledges = d->thanks && !d->says_more && (d->renew | d->decline | d->doubt) == 0;
	d->made.wants_method = d->card != d->transfer;
	d->made.method = d->card ? METHOD_CARD : METHOD_TRANSFER;
	if (d->reason.n == 0 && d->made.verdict == VERDICT_REVIEW)
		buf_add_text(&d->reason, d->made.acknowledges		     ? "only thanks or greets"
			: (d->renew | d->decline) != 0			     ? "does not answer for every certificate"
								 	     : "says neither renew nor not renew");
	if (d->reason.n == 0)
		buf_add_text(&d->reason, verdict_meaning(d->made.verdict));
}

static void
hand_over(struct deciding *d)
{
	size_t count = d->asked->certificate_count;

	d->made.reason = buf_take(&d->reason);
	d->made.certificate = calloc(count + 1, sizeof *d->made.certificate);
	if (d->made.reason == NULL || d->made.certificate == NULL) {
		d->fault = why_set(d->why, FAULT_STOP, "out of memory for the intent");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		d->made.certificate[i].name = strdup(d->asked->certificate[i]);
		d->made.certificate[i].verdict = i < INTENT_MAX_CERTIFICATES ? verdict_of(d, 1ull << i) : VERDICT_REVIEW;
		if (d->made.certificate[i].name == NULL) {
			d->fault = why_set(d->why, FAULT_STOP, "out of memory for the intent");
			return;
		}
		d->made.certificate_count++;
	}
}

/* What a program wrote is no answer, whatever its words are. */
static void
judge_automatic(struct deciding *d, const struct message *message)
{
	d->made.verdict = message->kind == MESSAGE_BOUNCE ? VERDICT_BOUNCE : VERDICT_AUTO;
	buf_add_text(&d->reason, message->kind_reason != NULL && message->kind_reason[0] != '\0' ? message->kind_reason : verdict_meaning(d->made.verdict));
	d->doubt = d->all;
}

enum fault
intent_decide(struct intent *out, const struct message *message, const struct reply *reply, const struct asked *asked,
    const struct rules *rules, struct why *why)
{
	struct deciding d = {.asked = asked, .rules = rules, .reason = BUF_MAX(REASON_MAX), .heading = SAYS_NOTHING, .why = why};
	size_t bits = asked->certificate_count;

	d.all = bits == 0 ? 1 : bits >= INTENT_MAX_CERTIFICATES ? ~0ull : (1ull << bits) - 1;
	if (message->kind != MESSAGE_PERSON) {
		judge_automatic(&d, message);
	} else if (bits > INTENT_MAX_CERTIFICATES) {
		intent_doubt(&d, d.all, "the letter asked about more certificates than can be told apart");
		d.made.verdict = VERDICT_REVIEW;
	} else {
		fold_known(&d, reply);
		if (d.fault == FAULT_NONE)
			read_words(&d, reply);
		if (d.fault == FAULT_NONE) {
			read_ticks(&d, reply);
			judge_loose(&d);
			judge_count(&d);
			judge_background(&d);
			judge_weak(&d);
			judge_circumstances(&d, message);
			judge_some(&d, reply);
			if (judge_other_reading(&d, message, reply) || !intent_is_automatic(&d, message, reply))
				judge(&d);
		}
	}
	if (d.fault == FAULT_NONE && message->kind == MESSAGE_PERSON)
		d.fault = intent_read_wishes(&d.made, reply->text != NULL ? reply->text : "", why);
	if (d.fault == FAULT_NONE)
		hand_over(&d);
	if (d.fault == FAULT_NONE) {
		*out = d.made;
		d.made = (struct intent){0};
	}
	free(d.known);
	buf_release(&d.reason);
	intent_release(&d.made);
	return d.fault;
}

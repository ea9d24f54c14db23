/*
 * intent_read.c - what one sentence says
 *
 * What its rules read, about which certificates, and what stands against it.
 */
#include "intent_inner.h"

#include <string.h>

#include "intent_evidence.h"

/* In a clause a negation is at most this far from what it negates. */
enum { NEGATION_REACH = 60, HEADING_REST = 30, NAME_MAX_BYTES = 40 };

/* One sentence at work. */
struct reading {
	const struct sentence *sentence;
	struct about about[SENTENCE_MAX_ABOUT];
	size_t about_count;
	struct rule_match match[SENTENCE_MAX_MATCHES];
	size_t match_count;
	bool has_other_host;
};

static void
add_match(struct deciding *d, const struct reading *r, const struct rule_match *match)
{
	if (d->fault == FAULT_NONE)
		d->fault = evidence_add_match(&d->made, d->rules, r->sentence->text, r->sentence->folded, match, d->why);
}

void
intent_doubt(struct deciding *d, uint64_t set, const char *reason)
{
	d->doubt |= set;
	if (d->reason.n == 0)
		buf_add_text(&d->reason, reason);
}

void
intent_say(struct deciding *d, enum rule_says says, uint64_t set)
{
	if (says == SAYS_RENEW)
		d->renew |= set;
	else
		d->decline |= set;
}

/* The certificates that the group at place i of the sentence means. */
static uint64_t
meant(const struct deciding *d, const struct reading *r, size_t i)
{
	const struct about *about = &r->about[i];
	uint64_t names = 0;

	if (about->is_all)
		return d->all;
	/* Where nothing was named, there is no telling what the rest is. */
	if (about->is_rest)
		return d->named != 0 ? d->all & ~d->named : 0;
	if (!about->is_except)
		return about->set;
	for (size_t k = 0; k < r->about_count; k++)
		names |= r->about[k].set;
	return names != 0 ? d->all & ~names : 0;
}

static uint64_t
named_in(const struct deciding *d, const struct reading *r)
{
	uint64_t set = 0;

	for (size_t i = 0; i < r->about_count; i++)
		set |= meant(d, r, i);
	return set;
}

static bool
is_answer(const struct rule_match *match)
{
	return match->says == SAYS_RENEW || match->says == SAYS_DECLINE;
}

/* "other than X": the names beside it are not meant themselves. */
static bool
has_except(const struct reading *r)
{
	for (size_t i = 0; i < r->about_count; i++)
		if (r->about[i].is_except)
			return true;
	return false;
}

/* Whether only words that join names stand between two places: "www と mail", "www, mail and shop". */
static bool
joins(const char *folded, size_t from, size_t to)
{
	static const char *const joint[] = {"と", "、", "・", ",", " ", "および", "及び", "ならびに", "や", "and", "&", "/", "+", "の", "方", "(", ")", "も", "~", "から", "as well as", "also", "プラス",
	    "both", "または", ":", "証明書", "ssl", "cert", "the", "for", "for the", "それと", "-"};
	size_t at = from;

	while (at < to) {
		size_t n = 0;

		for (size_t i = 0; i < sizeof joint / sizeof *joint; i++)
			if (strlen(joint[i]) > n && at + strlen(joint[i]) <= to && memcmp(folded + at, joint[i], strlen(joint[i])) == 0)
				n = strlen(joint[i]);
		if (n == 0)
			return false;
		at += n;
	}
	return true;
}

/*
 * What names stand between two places of the sentence. Where other words part them ("wwwは…、残りは"), only the group next to the answer
 * counts: the last before it, the first behind it. The others stay without an answer.
 */
static uint64_t
named_between(const struct deciding *d, const struct reading *r, size_t from, size_t to, bool take_first)
{
	bool except = has_except(r), all = false;
	uint64_t set = 0;
	size_t end = 0;

	for (size_t i = 0; i < r->about_count; i++) {
		if (r->about[i].at < from || r->about[i].at >= to)
			continue;
		if (end > 0 && r->about[i].at > end && !except && !joins(r->sentence->folded, end, r->about[i].at)) {
			if (take_first)
				break;
			if (!r->about[i].is_all)
				set = 0;
			all = false;
		}
		end = r->about[i].end > end ? r->about[i].end : end;
		/* "www and mail both", "the rest, all of it": the narrower word counts. */
		if (r->about[i].is_all)
			all = true;
		else if (!except || r->about[i].is_except || r->about[i].set == 0)
			set |= meant(d, r, i);
	}
	return set != 0 || !all ? set : d->all;
}

/*
 * Who is meant by each answer of a sentence: names stand before the answer in Japanese (wwwは更新), behind it in English (renew www). An answer
 * takes the names before it that no answer has taken, else those up to the next answer, else those of the answer before, else what the
 * words before spoke of.
 */
static void
read_answers(struct deciding *d, const struct reading *r)
{
	size_t whole = strlen(r->sentence->folded), from = 0;
	uint64_t last = 0;

	for (size_t i = 0; i < r->match_count; i++) {
		size_t at, next = whole;
		uint64_t set;

		if (!is_answer(&r->match[i]))
			continue;
		at = (size_t)(r->match[i].words.p - r->sentence->folded);
		for (size_t k = r->match_count; k-- > i + 1;)
			if (is_answer(&r->match[k]))
				next = (size_t)(r->match[k].words.p - r->sentence->folded);
		set = d->asked->certificate_count < 2 ? d->all : named_between(d, r, from, at + r->match[i].words.n, false);
		if (set == 0) {
			set = named_between(d, r, at, next, true);
			from = set != 0 ? next : from;
		} else {
			from = at + r->match[i].words.n;
		}
		if (set == 0)
			set = last != 0 ? last : d->heading == SAYS_NOTHING ? d->context : 0;
		if (set == 0)
			d->heading = r->match[i].says;
		if (set == 0 && r->match[i].says == SAYS_RENEW)
			d->loose_renew = true;
		if (set == 0 && r->match[i].says == SAYS_DECLINE)
			d->loose_decline = true;
		intent_say(d, r->match[i].says, set);
		last = set;
		add_match(d, r, &r->match[i]);
	}
}

/* Whether the negation stands in the clause of the answer, where no rule has read the two together: behind it in Japanese, before it in English. */
static bool
negates(const struct rule_match *negation, const struct rule_match *answer)
{
	static const char *const border[] = {"、", "。", ",", ";", ":", ". ", " so ", " but ", "「", "」", "(", ")", "!", "?"};
	bool is_japanese = (unsigned char)negation->words.p[0] >= 0x80, is_behind = negation->words.p > answer->words.p;
	const char *from = is_behind ? answer->words.p + answer->words.n : negation->words.p + negation->words.n;
	const char *to = is_behind ? negation->words.p : answer->words.p;

	/* "Not renewing is no option": behind an answer in English a negation counts where the answer is one itself. */
	if (is_japanese != is_behind && (is_japanese || answer->says != SAYS_DECLINE))
		return false;
	if (to < from || to - from > NEGATION_REACH)
		return false;
	for (size_t i = 0; i < sizeof border / sizeof *border; i++)
		if (memmem(from, (size_t)(to - from), border[i], strlen(border[i])) != NULL)
			return false;
	return true;
}

static void
read_negation(struct deciding *d, const struct reading *r, const struct rule_match *negation, uint64_t set)
{
	for (size_t i = 0; i < r->match_count; i++)
		if (is_answer(&r->match[i]) && negates(negation, &r->match[i])) {
			intent_doubt(d, set, "a negation beside the answer is not understood");
			add_match(d, r, negation);
			return;
		}
}

/* Earlier answers are taken back; what is said from here on counts. */
static void
take_back(struct deciding *d, const struct reading *r, const struct rule_match *match)
{
	d->renew = d->decline = 0;
	d->loose_renew = d->loose_decline = false;
	add_match(d, r, match);
}

static void
read_others(struct deciding *d, const struct reading *r, uint64_t set)
{
	for (size_t i = 0; i < r->match_count; i++) {
		const struct rule_match *match = &r->match[i];

		switch (match->says) {
		case SAYS_NEGATION:
			read_negation(d, r, match, set);
			break;
		case SAYS_CONDITION:
		case SAYS_QUESTION:
		case SAYS_POSTPONEMENT:
		case SAYS_DOUBT:
		case SAYS_PAID:
		case SAYS_UNREAD:
		case SAYS_REVIEW:
			intent_doubt(d, set, match->reason);
			add_match(d, r, match);
			break;
		case SAYS_CHANGE_OF_NAME:
			d->renamed |= set;
			d->renamed_reason = match->reason;
			add_match(d, r, match);
			break;
		case SAYS_GONE:
			d->gone |= set;
			add_match(d, r, match);
			break;
		case SAYS_SUBJECT:
			d->on_subject = true;
			break;
		case SAYS_METHOD_CARD:
			d->card = true;
			add_match(d, r, match);
			break;
		case SAYS_METHOD_TRANSFER:
			d->transfer = true;
			add_match(d, r, match);
			break;
		case SAYS_THANKS:
			d->thanks = true;
			add_match(d, r, match);
			break;
		case SAYS_NEEDED:
			d->needed = true;
			add_match(d, r, match);
			break;
		case SAYS_UNNEEDED:
			d->unneeded = true;
			add_match(d, r, match);
			break;
		case SAYS_ASSENT:
			d->assent = true;
			add_match(d, r, match);
			break;
		case SAYS_WAIVE:
			d->waive = true;
			add_match(d, r, match);
			break;
		case SAYS_SIDE_QUESTION:
			d->side_question = true;
			add_match(d, r, match);
			break;
		case SAYS_REVOKES: /* read before the answers */
		case SAYS_RENEW:
		case SAYS_DECLINE:
		case SAYS_GO_AHEAD:
		case SAYS_STOP:
		case SAYS_TOPIC:
		case SAYS_CLAUSE:
		case SAYS_NOTHING:
		case SAYS_OTHER_THING:
		case SAYS_SOME:
		case SAYS_QUOTE:
		case SAYS_SIGNATURE:
		case SAYS_AUTOMATIC:
		case SAYS_ABSENCE:
		case SAYS_REACTION:
		case SAYS_BOUNCE:
		case RULE_SAYS_COUNT:
			break;
		}
	}
}

/* "更新しない" on a line of its own, and below it the names: what stands above them is said of them. */
static void
read_below_heading(struct deciding *d, const struct reading *r, uint64_t here)
{
	size_t names = 0, whole = strlen(r->sentence->folded);

	for (size_t i = 0; i < r->about_count; i++)
		names += r->about[i].end - r->about[i].at;
	if (whole - names <= HEADING_REST)
		intent_say(d, d->heading, here);
}

static bool
has_answer(const struct reading *r)
{
	for (size_t i = 0; i < r->match_count; i++)
		if (is_answer(&r->match[i]))
			return true;
	return false;
}

/* Whether a sentence is more than thanks: a name may stand beside them, and nothing else. A question is never thanks. */
static bool
says_more_than_thanks(const struct reading *r)
{
	size_t n = strlen(r->sentence->folded);

	if (memchr(r->sentence->folded, '?', n) != NULL || has_answer(r))
		return true;
	for (size_t i = 0; i < r->match_count; i++)
		if (r->match[i].says == SAYS_THANKS)
			return false;
	return n > NAME_MAX_BYTES;
}

/* Whether these words belong to a clause about another thing: "the invoice as always, please". */
static bool
is_about_other_thing(const struct reading *r, const struct rule_match *match)
{
	const char *end = match->words.p + match->words.n;
	bool other = false;

	for (size_t i = 0; i < r->match_count && r->match[i].words.p < end; i++) {
		if (r->match[i].says == SAYS_TOPIC)
			other = true;
		else if (r->match[i].says == SAYS_CLAUSE && r->match[i].words.p + r->match[i].words.n <= end)
			other = false;
	}
	return other;
}

/* Words that answer only where the clause is about nothing else become answers, or nothing. */
static void
settle_topics(struct deciding *d, struct reading *r)
{
	bool aside = false;

	for (size_t i = 0; i < r->match_count; i++)
		aside = aside || r->match[i].says == SAYS_SIDE_QUESTION;
	for (size_t i = 0; i < r->match_count; i++)
		if (aside && r->match[i].says == SAYS_QUESTION)
			r->match[i].says = SAYS_NOTHING;
	for (size_t i = 0; i < r->match_count; i++) {
		struct rule_match *match = &r->match[i];
		bool weak = match->says == SAYS_GO_AHEAD || match->says == SAYS_STOP;

		if (!weak && match->says != SAYS_ASSENT && match->says != SAYS_WAIVE && match->says != SAYS_UNREAD)
			continue;
		if (is_about_other_thing(r, match)) {
			match->says = SAYS_NOTHING;
		} else if (weak) {
			d->weak_renew = d->weak_renew || match->says == SAYS_GO_AHEAD;
			d->weak_decline = d->weak_decline || match->says == SAYS_STOP;
			match->says = match->says == SAYS_GO_AHEAD ? SAYS_RENEW : SAYS_DECLINE;
		} else if (has_answer(r) && match->says != SAYS_UNREAD) {
			match->says = SAYS_NOTHING;
		}
	}
}

/* Whether a sentence says nothing that any rule knows, but for a "not" and the like. */
static bool
is_aside(const struct reading *r)
{
	for (size_t i = 0; i < r->match_count; i++)
		if (r->match[i].says != SAYS_NEGATION && r->match[i].says != SAYS_TOPIC && r->match[i].says != SAYS_CLAUSE)
			return false;
	return r->about_count == 0;
}

void
intent_read_sentence(struct deciding *d, const struct sentence *sentence)
{
	struct reading r = {.sentence = sentence};
	uint64_t here;

	r.about_count = about_find(d->asked, d->known, sentence->folded, r.about, SENTENCE_MAX_ABOUT, &r.has_other_host);
	r.match_count = rules_read(d->rules, span_of(sentence->folded), r.match, SENTENCE_MAX_MATCHES, &d->limit_reached);
	settle_topics(d, &r);
	here = d->asked->certificate_count < 2 ? d->all : named_in(d, &r);
	if (sentence->starts_paragraph && here != 0)
		d->context = 0;
	for (size_t i = 0; i < r.match_count; i++)
		if (r.match[i].says == SAYS_REVOKES)
			take_back(d, &r, &r.match[i]);
	read_answers(d, &r);
	d->says_more = d->says_more || says_more_than_thanks(&r);
	if (has_answer(&r) && r.has_other_host && (r.about_count == 0 || d->asked->certificate_count > 1))
		intent_doubt(d, d->all, "speaks of a name that was not asked about");
	read_others(d, &r, here != 0 ? here : d->context != 0 ? d->context : d->all);
	if (here != 0)
		d->context = has_answer(&r) ? 0 : here;
	d->on_subject = d->on_subject || r.about_count > 0;
	if (is_aside(&r))
		d->aside += strlen(sentence->folded);
	if (r.about_count > 0 && d->heading != SAYS_NOTHING && !has_answer(&r))
		read_below_heading(d, &r, here);
}

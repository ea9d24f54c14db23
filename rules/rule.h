/*
 * rule.h - reads and runs rules
 *
 * Rules are data, *.rules in this folder (and in the operator's own, read after), in order of file name and line: what words say, in which language,
 * with examples that must and must not match. PCRE2 is known only in rule.c. The format is mailproc-rules(5):
 *
 *     rule ja-renew-request
 *       language ja                        (ja, en, or any)
 *       says     renew                     (one word of RULE_SAYS)
 *       pattern  更新を?(希望|お願い)      (PCRE2, against one folded clause; several lines are alternatives)
 *       reason   asks for the renewal
 *       yes      更新をお願いします。
 *       no       更新しないでください。
 *
 *     word renewal 更新|継続               ({renewal} in a pattern after this line stands for (?:更新|継続))
 *     spelling 下さ くださ                  (both spellings are one, in text and in patterns)
 *
 * Text is folded before it is matched (rules_fold: NFKC, lower case, katakana as hiragana, no blanks between Japanese characters, the
 * spellings above), and so are patterns. A rule without a yes and a no line is an error; so are an unknown word, an id or a pattern used twice, a
 * pattern that cannot be compiled, an example that fails. A yes line that an earlier rule reads away fails too: the rule could not be reached.
 *
 * Limits: match, depth and heap limits on every match; a limit reached is told, and is a doubt, never a "no match".
 * Lifetime:   rules_free() frees all; rules borrow nothing.
 * Faults:     FAULT_SETUP with "FILE:LINE: …".
 */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "../mailproc/base/buf.h"
#include "../mailproc/base/fault.h"
#include "../mailproc/base/span.h"

#define RULE_SAYS(X)                                                                               \
	X(SAYS_NOTHING, "nothing", "looks like an answer, a doubt or a question, and is none")     \
	X(SAYS_RENEW, "renew", "wants the certificate renewed")                                    \
	X(SAYS_DECLINE, "decline", "does not want it renewed")                                     \
	X(SAYS_GONE, "gone", "tells that what the certificate was for is no more: not to renew, where nothing else is said") \
	X(SAYS_SUBJECT, "subject", "names what our letter is about")                               \
	X(SAYS_GO_AHEAD, "go-ahead", "asks to go on as before: renew, where the clause is about no other thing")  \
	X(SAYS_STOP, "stop", "asks to end it: not to renew, where the clause is about no other thing")            \
	X(SAYS_TOPIC, "topic", "names another thing, which the rest of the clause is about")       \
	X(SAYS_CLAUSE, "clause", "ends a clause: what it was about is not what the next is about") \
	X(SAYS_NEEDED, "needed", "tells why the certificate is needed")                            \
	X(SAYS_UNNEEDED, "unneeded", "tells why the certificate is needed no more")                \
	X(SAYS_ASSENT, "assent", "agrees, to what the words beside it must show")                  \
	X(SAYS_WAIVE, "waive", "declines or takes leave, of what the words beside it must show")   \
	X(SAYS_SIDE_QUESTION, "side-question", "asks something that does not touch a firm answer") \
	X(SAYS_NEGATION, "negation", "turns what the clause says into its opposite")               \
	X(SAYS_CONDITION, "condition", "holds only if something else does")                        \
	X(SAYS_QUESTION, "question", "asks something")                                             \
	X(SAYS_POSTPONEMENT, "postponement", "decides later")                                      \
	X(SAYS_DOUBT, "doubt", "is not decided, not allowed to decide, or not sure")               \
	X(SAYS_CHANGE_OF_NAME, "change-of-name", "another name, organisation or place is wanted")  \
	X(SAYS_OTHER_THING, "other-thing", "is about something other than the certificate")        \
	X(SAYS_PAID, "paid", "says that it was paid")                                              \
	X(SAYS_METHOD_CARD, "method-card", "wants to pay by card")                                 \
	X(SAYS_METHOD_TRANSFER, "method-transfer", "wants to pay by bank transfer")                \
	X(SAYS_THANKS, "thanks", "thanks or greets, and asks nothing")                             \
	X(SAYS_REVOKES, "revokes", "takes back what was said before")                              \
	X(SAYS_QUOTE, "quote", "starts a quotation of an earlier mail")                            \
	X(SAYS_SIGNATURE, "signature", "starts a signature or a footer")                           \
	X(SAYS_AUTOMATIC, "automatic", "was written by a program")                                 \
	X(SAYS_ABSENCE, "absence", "is written by answering machines, and by people too")          \
	X(SAYS_REACTION, "reaction", "may be an answer, so no mail with it is automatic by words") \
	X(SAYS_BOUNCE, "bounce", "reports that a mail could not be delivered")                     \
	X(SAYS_UNREAD, "unread", "speaks of the renewal in a way that no other rule has read")    \
	X(SAYS_SOME, "some", "speaks of some of several certificates, not of all")                 \
	X(SAYS_REVIEW, "review", "a person has to look")

#define RULE_SAYS_ENUM(name, text, meaning) name,
enum rule_says { RULE_SAYS(RULE_SAYS_ENUM) RULE_SAYS_COUNT };
const char *rule_says_text(enum rule_says says);
const char *rule_says_meaning(enum rule_says says);

struct rules;

/* A problem of a rules file or of an example. */
typedef void rule_problem(const char *file, unsigned line, const char *text, void *data);

/* Reads and compiles dir/ *.rules, and own/ *.rules after ("" : none). All errors are told to problem; the first is also in why. */
MUST_USE enum fault rules_load(struct rules **out, const char *dir, const char *own, rule_problem *problem, void *data,
    struct why *why);
/* Runs all examples. FAULT_SETUP when one fails; each is told to problem. *run counts the examples. */
MUST_USE enum fault rules_check(const struct rules *rules, rule_problem *problem, void *data, size_t *run, struct why *why);
size_t rules_count(const struct rules *rules);
void rules_free(struct rules *rules);

/*
 * Adds text folded for matching; text must be valid UTF-8. Line breaks become blanks: give it one sentence, or one line, at a time.
 */
void rules_fold(const struct rules *rules, struct buf *out, struct span text);

struct rule_match {
	const char *id;	    /* borrowed from the rules */
	const char *reason; /* borrowed */
	enum rule_says says;
	struct span words;  /* in the text given */
};

/*
 * Runs the rules that say one of `says` (bit set, 1u << SAYS_…) over folded text and puts the first match of each rule into match, at most max, in order of
 * the rules. *limit_reached: a rule could not be evaluated, which is a doubt.
 */
size_t rules_match(const struct rules *rules, unsigned long says, struct span folded, struct rule_match *match, size_t max,
    bool *limit_reached);

/*
 * Reads a folded sentence as a clerk does: each word counts once. Rules that say nothing, other-thing, renew or decline run first, in their order, and what one
 * of them has read is covered from the ones after it: so "更新しないわけにはいきません" is read by the rule that knows the whole phrase, not by
 * the one that knows 更新しない. All other rules that speak of meaning (not of quotes and signatures) then run over what the rules that say
 * nothing or other-thing have left. Writes every match, at most max, sorted by place; what is beyond max counts as a limit. SAYS_NEGATION and SAYS_UNREAD
 * are special: they run over what none of the first rules has read, because what these have read is part of their meaning.
 */
size_t rules_read(const struct rules *rules, struct span folded, struct rule_match *match, size_t max, bool *limit_reached);

#endif

/*
 * words.h - the words that stand in the store
 *
 * Each list is written once, as name, stored text and meaning. It gives the enum, the conversions to and from text, the tables in
 * the manual, and a test compares it with the CHECK clauses of the schema. One vocabulary: these are also
 * the words of the log, the letters and the command line.
 */
#ifndef MAILPROC_WORDS_H
#define MAILPROC_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define RENEWAL_KINDS(X)                                                                           \
	X(RENEWAL_KIND_RENEWAL, "renewal", "the end of a term: the customer is asked and pays")    \
	X(RENEWAL_KIND_REISSUE, "re-issue", "the end of a certificate inside a term: no money, no question")

#define RENEWAL_STATES(X)                                                                          \
	X(RENEWAL_UPCOMING, "upcoming", "nothing has been sent yet")                               \
	X(RENEWAL_NOTICED, "noticed", "the customer has been asked")                               \
	X(RENEWAL_ORDERED, "ordered", "the customer wants it: order and invoice stand")            \
	X(RENEWAL_PAID, "paid", "the invoice is paid")                                             \
	X(RENEWAL_APPLIED, "applied", "the application at the certificate authority has started")  \
	X(RENEWAL_RENEWED, "renewed", "the new certificate is in use")                             \
	X(RENEWAL_DECLINED, "declined", "the customer does not want it")                           \
	X(RENEWAL_LAPSED, "lapsed", "the term ended without a renewal")                            \
	X(RENEWAL_REPLACED, "replaced", "became a new purchase")

#define RENEWAL_EVENTS(X)                                                                          \
	X(EVENT_IMPORTED, "imported", "the renewal was entered")                                   \
	X(EVENT_WINDOW_OPENED, "window-opened", "the lead time before the end has begun")          \
	X(EVENT_REMINDER_DUE, "reminder-due", "a day of the reminders has come without an answer") \
	X(EVENT_SAID_RENEW, "said-renew", "the customer wants to renew")                           \
	X(EVENT_SAID_DECLINE, "said-decline", "the customer does not want to renew")               \
	X(EVENT_CONFIRM_ASKED, "confirm-asked", "one word is asked of the contact on record")      \
	X(EVENT_INVOICE_ASKED, "invoice-asked", "the customer wants the invoice by mail")          \
	X(EVENT_PAYMENT_REMINDER_DUE, "payment-reminder-due", "a day of the payment reminders has come") \
	X(EVENT_LAST_CHANCE_DUE, "last-chance-due", "the end is near, and it was declined")        \
	X(EVENT_ORDER_VOIDED, "order-voided", "staff took the order back, nothing is decided")     \
	X(EVENT_ORDER_DECLINED, "order-declined", "declined after the order, which staff took back") \
	X(EVENT_ORDERED_ANEW, "ordered-anew", "its order was void because of another certificate") \
	X(EVENT_PAID, "paid", "the payment is confirmed")                                          \
	X(EVENT_APPLICATION_STARTED, "application-started", "the application has been made")       \
	X(EVENT_ISSUED, "issued", "the authority has issued the certificate")                      \
	X(EVENT_INSTALLED, "installed", "the new certificate is served or staff say so")           \
	X(EVENT_NAME_CHANGED, "name-changed", "another distinguished name is wanted")              \
	X(EVENT_TERM_ENDED, "term-ended", "the end has passed")                                    \
	X(EVENT_FOLLOWED, "followed", "made because the one before was renewed")                   \
	X(EVENT_PAUSED, "paused", "no letters to the customer until staff say so")                 \
	X(EVENT_RESUMED, "resumed", "letters to the customer again")                               \
	X(EVENT_LETTER_BOUNCED, "letter-bounced", "a letter came back")                            \
	X(EVENT_REVIEW_OPENED, "review-opened", "a message waits for staff")                       \
	X(EVENT_REVIEW_DECIDED, "review-decided", "staff decided a message")                       \
	X(EVENT_CONTACT_CHANGED, "contact-changed", "staff changed whom letters go to")            \
	X(EVENT_STAFF_WROTE, "staff-wrote", "staff wrote to the contact on record")

#define LETTER_KINDS(X)                                                                            \
	X(LETTER_NOTICE, "notice", "asks whether to renew")                                        \
	X(LETTER_REMINDER, "reminder", "asks again")                                               \
	X(LETTER_PAYMENT_REQUEST, "payment-request", "confirms a yes, says how to pay")            \
	X(LETTER_INVOICE, "invoice", "the invoice itself: for a transfer, or on request")          \
	X(LETTER_PAYMENT_REMINDER, "payment-reminder", "payment has not come")                     \
	X(LETTER_APPLICATION_STARTED, "application-started", "the application has been made")      \
	X(LETTER_RENEWED, "renewed", "the new certificate is in use, the next term has begun")     \
	X(LETTER_DECLINED, "declined", "confirms a no, says what will happen")                     \
	X(LETTER_LAST_CHANCE, "last-chance", "the end is near: to those who declined")             \
	X(LETTER_LAPSED, "lapsed", "the end has passed: it is no longer a renewal")                \
	X(LETTER_NEW_PURCHASE, "new-purchase", "another distinguished name: it is a new purchase") \
	X(LETTER_REISSUE_STARTED, "reissue-started", "a certificate inside the term is replaced")  \
	X(LETTER_INSTALL, "install", "a new certificate inside the term is to be installed")       \
	X(LETTER_CONFIRM, "confirm", "asks the contact on record for one word")                    \
	X(LETTER_ANSWER, "answer", "words of staff, in answer to a message")                       \
	X(LETTER_NEEDS_YOU, "needs-you", "tells staff that a message waits")                       \
	X(LETTER_DIGEST, "digest", "tells staff once a day what waits")

#define LETTER_STATES(X)                                                                           \
	X(LETTER_WANTED, "wanted", "to be rendered")                                               \
	X(LETTER_READY, "ready", "rendered, waiting to be sent")                                   \
	X(LETTER_CLAIMED, "claimed", "handed to a connection, answer not yet recorded")            \
	X(LETTER_ACCEPTED, "accepted", "a server has accepted it")                                 \
	X(LETTER_REFUSED, "refused", "a server has refused it for good, or tries have ended")      \
	X(LETTER_UNKNOWN, "unknown", "it may have been accepted: a person looks")                  \
	X(LETTER_HELD, "held", "it cannot be rendered or sent: a person looks")                    \
	X(LETTER_WITHDRAWN, "withdrawn", "no longer wanted")

#define MESSAGE_OUTCOMES(X)                                                                        \
	X(OUTCOME_APPLIED, "applied", "an answer, acted on")                                       \
	X(OUTCOME_ACKNOWLEDGED, "acknowledged", "thanks for a letter that asked nothing")          \
	X(OUTCOME_AUTOMATIC, "automatic", "an automatic answer")                                   \
	X(OUTCOME_BOUNCE, "bounce", "a delivery report")                                           \
	X(OUTCOME_DUPLICATE, "duplicate", "the same bytes were handled before")                    \
	X(OUTCOME_UNRELATED, "unrelated", "not about our letters: left where it is")               \
	X(OUTCOME_REVIEW, "review", "waits for staff, or did")                                     \
	X(OUTCOME_QUARANTINED, "quarantined", "could not be read")

#define VERDICTS(X)                                                                                \
	X(VERDICT_RENEW, "renew", "every certificate is to be renewed")                            \
	X(VERDICT_DECLINE, "decline", "no certificate is to be renewed")                           \
	X(VERDICT_PARTIAL, "partial", "all clear, the answers differ")                             \
	X(VERDICT_REVIEW, "review", "a person has to look")                                        \
	X(VERDICT_AUTO, "auto", "an automatic answer")                                             \
	X(VERDICT_BOUNCE, "bounce", "a delivery report")

#define CONTACT_ROLES(X)                                                                           \
	X(ROLE_ADMIN, "admin", "decides about certificates")                                       \
	X(ROLE_BILLING, "billing", "pays")                                                         \
	X(ROLE_TECHNICAL, "technical", "runs the server")

#define PAYMENT_METHODS(X)                                                                         \
	X(METHOD_CARD, "card", "card, in the control panel")                                       \
	X(METHOD_TRANSFER, "transfer", "bank transfer, against the invoice")

#define BILLING_STATES(X)                                                                          \
	X(BILLING_WAITING, "waiting", "to be told to the billing program")                         \
	X(BILLING_ACCEPTED, "accepted", "the billing program has it")                              \
	X(BILLING_REFUSED, "refused", "the billing program refused it for good: a person looks")

#define PAYMENT_STATES(X)                                                                          \
	X(PAYMENT_MATCHED, "matched", "belongs to its invoice")                                    \
	X(PAYMENT_SHORT, "short", "less than the invoice still asks for")                          \
	X(PAYMENT_OVER, "over", "more than the invoice still asks for")                            \
	X(PAYMENT_UNMATCHED, "unmatched", "not known which invoice it is for")                     \
	X(PAYMENT_DOUBLE, "double", "the invoice was paid already")                                \
	X(PAYMENT_LATE, "late", "after the last safe day, or the invoice is void")

#define PLANS(X)                                                                                   \
	X(PLAN_STANDARD, "standard", "any plan without special consequences")                      \
	X(PLAN_FLEX, "flex", "FLEX plan with dedicated SSL (FLEXプラン+専用SSL)")

#define LANGUAGES(X)                                                                               \
	X(LANGUAGE_JA, "ja", "Japanese")                                                           \
	X(LANGUAGE_EN, "en", "English")

#define SIGHTING_FINDINGS(X)                                                                       \
	X(SIGHTING_SAME, "same", "the certificate on record is served")                            \
	X(SIGHTING_NEW, "new", "a newer certificate for the same names is served")                 \
	X(SIGHTING_CHANGED, "changed", "a newer certificate is served, and it is not what was expected") \
	X(SIGHTING_OTHER, "other", "another certificate than on record is served, and it is not newer") \
	X(SIGHTING_AWAY, "away", "the server could not be looked at")                              \
	X(SIGHTING_NOT_CHECKED, "not-checked", "a wildcard without another name cannot be looked at")

#define WORD_ENUM_ROW(name, text, meaning) name,
#define WORDS_DECLARE(noun, LIST)                                                                  \
	enum noun { LIST(WORD_ENUM_ROW) noun##_count };                                            \
	const char *noun##_text(enum noun value);	      /* the stored text */                \
	const char *noun##_meaning(enum noun value);	      /* one line for people */            \
	bool noun##_parse(const char *text, enum noun *value) /* false: not one of these words */

/* Stands once, in the .c file of the header that declares the words. */
#define WORD_TEXT_ROW(name, text, meaning) [name] = text,
#define WORD_MEANING_ROW(name, text, meaning) [name] = meaning,
#define WORDS_DEFINE(noun, LIST)                                                                   \
	static const char *const noun##_texts[] = {LIST(WORD_TEXT_ROW)};                           \
	static const char *const noun##_meanings[] = {LIST(WORD_MEANING_ROW)};                     \
	const char *noun##_text(enum noun value)                                                   \
	{                                                                                          \
		return noun##_texts[value];                                                        \
	}                                                                                          \
	const char *noun##_meaning(enum noun value)                                                \
	{                                                                                          \
		return noun##_meanings[value];                                                     \
	}                                                                                          \
	bool noun##_parse(const char *text, enum noun *value)                                      \
	{                                                                                          \
		for (size_t i = 0; text != NULL && i < noun##_count; i++)                          \
			if (strcmp(text, noun##_texts[i]) == 0) {                                  \
				*value = (enum noun)i;                                             \
				return true;                                                       \
			}                                                                          \
		return false;                                                                      \
	}

WORDS_DECLARE(renewal_kind, RENEWAL_KINDS);
WORDS_DECLARE(renewal_state, RENEWAL_STATES);
WORDS_DECLARE(renewal_event, RENEWAL_EVENTS);
WORDS_DECLARE(letter_kind, LETTER_KINDS);
WORDS_DECLARE(letter_state, LETTER_STATES);
WORDS_DECLARE(message_outcome, MESSAGE_OUTCOMES);
WORDS_DECLARE(verdict, VERDICTS);
WORDS_DECLARE(sighting_finding, SIGHTING_FINDINGS);
WORDS_DECLARE(contact_role, CONTACT_ROLES);
WORDS_DECLARE(payment_method, PAYMENT_METHODS);
WORDS_DECLARE(billing_state, BILLING_STATES);
WORDS_DECLARE(payment_state, PAYMENT_STATES);
WORDS_DECLARE(plan, PLANS);
WORDS_DECLARE(language, LANGUAGES);

#endif

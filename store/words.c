/* words.c - the conversions, made from the lists of words.h. */
#include "words.h"

#include <string.h>

WORDS_DEFINE(renewal_kind, RENEWAL_KINDS)
WORDS_DEFINE(renewal_state, RENEWAL_STATES)
WORDS_DEFINE(renewal_event, RENEWAL_EVENTS)
WORDS_DEFINE(letter_kind, LETTER_KINDS)
WORDS_DEFINE(letter_state, LETTER_STATES)
WORDS_DEFINE(message_outcome, MESSAGE_OUTCOMES)
WORDS_DEFINE(verdict, VERDICTS)
WORDS_DEFINE(sighting_finding, SIGHTING_FINDINGS)
WORDS_DEFINE(contact_role, CONTACT_ROLES)
WORDS_DEFINE(payment_method, PAYMENT_METHODS)
WORDS_DEFINE(billing_state, BILLING_STATES)
WORDS_DEFINE(payment_state, PAYMENT_STATES)
WORDS_DEFINE(plan, PLANS)
WORDS_DEFINE(language, LANGUAGES)

/* words.c - the conversions, made from the lists of words.h. */
#include "words.h"

#include <string.h>

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

WORDS_DEFINE(renewal_kind, RENEWAL_KINDS)
WORDS_DEFINE(renewal_state, RENEWAL_STATES)
WORDS_DEFINE(renewal_event, RENEWAL_EVENTS)
WORDS_DEFINE(letter_kind, LETTER_KINDS)
WORDS_DEFINE(letter_state, LETTER_STATES)
WORDS_DEFINE(message_outcome, MESSAGE_OUTCOMES)
WORDS_DEFINE(verdict, VERDICTS)
WORDS_DEFINE(contact_role, CONTACT_ROLES)
WORDS_DEFINE(payment_method, PAYMENT_METHODS)
WORDS_DEFINE(billing_state, BILLING_STATES)
WORDS_DEFINE(payment_state, PAYMENT_STATES)
WORDS_DEFINE(plan, PLANS)
WORDS_DEFINE(language, LANGUAGES)

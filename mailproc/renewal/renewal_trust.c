/*
 * renewal_trust.c - whether the sender of a reply may decide
 *
 *   token   sender on record   authentication   if-present   required   off
 *   -----   ----------------   --------------   ----------   --------   -------
 *   any     any                fail             review       review     as absent
 *   no      any                any              review       review     review
 *   yes     exact address      pass             act          act        as absent
 *   yes     exact address      absent           act          review     act
 *   yes     same domain        pass             act          act        as absent
 *   yes     same domain        absent           confirm      confirm    confirm
 *   yes     other              any              review       review     review
 *
 * Off: no header is believed, neither a pass nor a fail, so a colleague's answer always costs one word of the contact.
 */
#include "renewal_inner.h"

#include <stdio.h>
#include <string.h>

#include "../base/buf.h"

/* What counts under a mode. */
static enum message_authentication
believed(enum message_authentication authentication, enum config_authentication mode)
{
	return mode == AUTHENTICATION_OFF ? AUTHENTICATION_ABSENT : authentication;
}

enum trust
trust_decide(bool token_is_valid, enum sender_standing standing, enum message_authentication authentication,
    enum config_authentication mode)
{
	authentication = believed(authentication, mode);
	if (authentication == AUTHENTICATION_FAIL || !token_is_valid)
		return TRUST_REVIEW;
	switch (standing) {
	case SENDER_EXACT:
		if (authentication == AUTHENTICATION_ABSENT && mode == AUTHENTICATION_REQUIRED)
			return TRUST_REVIEW;
		return TRUST_ACT;
	case SENDER_SAME_DOMAIN:
		return authentication == AUTHENTICATION_PASS ? TRUST_ACT : TRUST_CONFIRM;
	case SENDER_OTHER:
		return TRUST_REVIEW;
	}
	return TRUST_REVIEW;
}

static void
explain_sender(struct buf *out, enum sender_standing standing, const struct message *message, char *const *on_record)
{
	if (message->from == NULL) {
		buf_addf(out, "the sender is not clear (%s)", message->from_problem != NULL ? message->from_problem : "no From");
		return;
	}
	switch (standing) {
	case SENDER_EXACT:
		buf_addf(out, "the sender %s is on record", message->from);
		return;
	case SENDER_SAME_DOMAIN:
		buf_addf(out, "the sender %s is not on record, but others of this domain are", message->from);
		break;
	case SENDER_OTHER:
		buf_addf(out, "the sender %s is not on record for this customer", message->from);
		break;
	}
	for (size_t i = 0; on_record[i] != NULL; i++)
		buf_addf(out, "%s%s", i == 0 ? ": known are " : ", ", on_record[i]);
}

static void
explain_authentication(struct buf *out, const struct message *message, enum config_authentication mode)
{
	const char *detail = message->authentication_detail;

	if (mode == AUTHENTICATION_OFF)
		return;
	switch (message->authentication) {
	case AUTHENTICATION_PASS:
		return;
	case AUTHENTICATION_ABSENT:
		buf_add_text(out, "; our server did not authenticate the sender");
		break;
	case AUTHENTICATION_FAIL:
		buf_add_text(out, "; the authentication of the sender failed");
		break;
	}
	if (detail != NULL && detail[0] != '\0')
		buf_addf(out, " (%s)", detail);
}

void
trust_explain(char *out, size_t out_size, const char *token_problem, enum sender_standing standing, const struct message *message,
    enum config_authentication mode, char *const *on_record)
{
	struct buf text = BUF_MAX(64 << 10);
	struct why cut = {0};

	if (token_problem != NULL)
		buf_addf(&text, "%s; ", token_problem);
	explain_sender(&text, standing, message, on_record);
	explain_authentication(&text, message, mode);
	/* A cause is cut at a character border, and so is this. */
	(void)why_set(&cut, FAULT_NONE, "%.*s", (int)out_size - 4, buf_text(&text));
	snprintf(out, out_size, "%s", cut.text);
	buf_release(&text);
}

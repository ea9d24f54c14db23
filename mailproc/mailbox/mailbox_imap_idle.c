/*
 * mailbox_imap_idle.c - being told of new mail (RFC 2177)
 *
 * The folder is selected when the mailbox is opened. What comes in from then on is reported when IDLE begins, or while it lasts, so nothing is missed between
 * a poll over another connection and the wait. A server may close the connection after 30 minutes: a wait must be shorter.
 */
#include <stdlib.h>

#include "mailbox_imap.h"
#include "../stream.h"

enum fault
mailbox_imap_listen(struct mailbox *mailbox, struct why *why)
{
	struct imap *imap = mailbox->imap;
	enum fault fault = mailbox_imap_select(mailbox, why);

	if (fault != FAULT_NONE)
		return fault;
	if (!mailimap_has_idle(imap->session))
		return why_set(why, FAULT_ITEM, "%s: the server does not offer IDLE", imap->server);
	mailbox_imap_limit(imap, MAILBOX_IMAP_BUDGET);
	imap->listened_exists = imap->session->imap_selection_info->sel_exists;
	return mailbox_imap_fault(imap, mailimap_idle(imap->session), FAULT_ITEM, why, "IDLE");
}

int
mailbox_imap_descriptor(const struct mailbox *mailbox)
{
	return mailbox->imap->session != NULL ? mailimap_idle_get_fd(mailbox->imap->session) : -1;
}

bool
mailbox_imap_is_ready(const struct mailbox *mailbox)
{
	return mailbox->imap->session == NULL || stream_wait(mailbox->imap->stream, 0) != 0;
}

enum fault
mailbox_imap_listen_end(struct mailbox *mailbox, bool *changed, struct why *why)
{
	struct imap *imap = mailbox->imap;
	enum fault fault;

	*changed = false;
	if (imap->session == NULL)
		return why_set(why, FAULT_AWAY, "%s: the connection is closed", imap->server);
	mailbox_imap_limit(imap, MAILBOX_IMAP_BUDGET);
	fault = mailbox_imap_fault(imap, mailimap_idle_done(imap->session), FAULT_AWAY, why, "DONE");
	if (fault == FAULT_NONE)
		*changed = imap->session->imap_selection_info->sel_exists != imap->listened_exists;
	return fault;
}

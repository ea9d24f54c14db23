/*
 * renewal_inner.h - what the files of the renewal stage share with each other only
 *
 * Calendar and domains are loaded by business_open() and never change after. Faults and transactions: as in renewal.h.
 */
#ifndef MAILPROC_RENEWAL_INNER_H
#define MAILPROC_RENEWAL_INNER_H

#include "../store/store_certificate.h"
#include "../store/store_customer.h"
#include "../store/store_letter.h"
#include "renewal.h"

/* ---- lists of lines (renewal_calendar.c) ---- */

/* Takes one line, without comment and blanks at its ends. FAULT_SETUP with a cause; file and line are put before it. */
typedef enum fault list_line(struct span line, void *data, struct why *why);
/* Reads "#" comments and lines of a file in data_dir, or of the operator's. FAULT_SETUP with "FILE:LINE: …". */
MUST_USE enum fault list_read(const char *path, list_line *take, void *data, struct why *why);

/* ---- closed days (renewal_calendar.c) ---- */

MUST_USE enum fault calendar_load(struct calendar **out, const char *path, struct why *why);
void calendar_free(struct calendar *calendar); /* NULL is fine */

/* ---- registrable and shared domains (renewal_domains.c) ---- */

/* own "" : only the program's list. */
MUST_USE enum fault domains_load(struct domains **out, const char *path, const char *own, struct why *why);
void domains_free(struct domains *domains); /* NULL is fine */
/* Whether both addresses are of one private domain: the same registrable domain, which strangers do not share. */
bool domains_are_same(const struct domains *domains, const char *address, const char *other);
/* The standing of an address among those on record (NULL-terminated; from NULL: SENDER_OTHER). */
enum sender_standing domains_standing(const struct domains *domains, const char *from, char *const *on_record);

/* ---- the rule in words (renewal_trust.c) ---- */

/* Why trust_decide() decided so, for a reviewer. authentication_detail may be NULL. */
void trust_explain(char *out, size_t out_size, const char *token_problem, enum sender_standing standing, const struct message *message,
    enum config_authentication mode, char *const *on_record);

#endif

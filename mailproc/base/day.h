/*
 * day.h - days of the business and instants
 *
 * An instant (name ends in _at) is seconds since 1970-01-01T00:00:00Z. A day (name ends in _day) is the number of a local calendar
 * day in the business time zone, 0 for 1970-01-01. Days are what people agree on ("until 20 January"), instants are what
 * certificates and mails carry. The clock is read in main.c only: nothing here asks for the time.
 *
 * The zone is set once, before anything else here is called, and stays for the life of the process.
 * Source of names and rules: the system's zoneinfo (tzdata). Gregorian calendar, years 1970 to 9999.
 */
#ifndef MAILPROC_DAY_H
#define MAILPROC_DAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

/* Sets the business time zone, e.g. "Asia/Tokyo". FAULT_SETUP when the system does not know it. */
MUST_USE enum fault day_set_zone(const char *name, struct why *why);
const char *day_zone(void);

int day_of_instant(int64_t at);	      /* the local day that holds the instant */
int64_t day_start(int day);	      /* its first instant */
int day_make(int year, int month, int day_of_month); /* month 1-12; -1 if there is no such day */
void day_split(int day, int *year, int *month, int *day_of_month);
int day_year(int day);
int day_weekday(int day);		  /* 0 Sunday … 6 Saturday */
int day_add_years(int day, int years); /* 29 February plus a year is 28 February */

/* The instant so many years later at the same UTC time of day; 29 February plus a year is 28 February. */
int64_t instant_add_years(int64_t at, int years);

/* "2027-01-21", strictly. False when it is not that, or no such day. */
bool day_parse(const char *text, int *day);

/* RFC 3339 ("2026-11-22T10:00:00+09:00", "…Z") or YYYY-MM-DD (its first instant in the business zone). */
bool instant_parse(const char *text, int64_t *at);

enum { DAY_TEXT_MAX = 64 }; /* bytes that are enough for every text below */

const char *day_text(char out[DAY_TEXT_MAX], int day);			    /* 2027-01-21 */
const char *instant_text(char out[DAY_TEXT_MAX], int64_t at);		    /* 2027-01-21T08:59:59+09:00 */
const char *instant_text_short(char out[DAY_TEXT_MAX], int64_t at);	    /* 2027-01-21 08:59 */
const char *instant_text_mail(char out[DAY_TEXT_MAX], int64_t at);	    /* RFC 5322 3.3: Thu, 21 Jan 2027 08:59:59 +0900 */
/* For letters. ja: 2027年1月21日(木)   en: Thursday, 21 January 2027 */
const char *day_text_letter(char out[DAY_TEXT_MAX], int day, const char *language);
/* For letters. ja: 2027年1月21日(木) 8:59 (JST)   en: Thursday, 21 January 2027, 08:59 (JST) */
const char *instant_text_letter(char out[DAY_TEXT_MAX], int64_t at, const char *language);

#endif

/* command_review.h - steps of `review` that have a file of their own */
#ifndef MAILPROC_COMMAND_REVIEW_H
#define MAILPROC_COMMAND_REVIEW_H

#include "../command.h"

command_function command_review_keep, command_review_answer;

/* A number of a review; -1 after telling that it is none. */
int64_t review_number(const char *text);

#endif

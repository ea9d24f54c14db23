/* command_review.h - steps of `review` that have a file of their own */
#ifndef MAILPROC_COMMAND_REVIEW_H
#define MAILPROC_COMMAND_REVIEW_H

#include "command.h"

command_function command_review_keep;

#endif

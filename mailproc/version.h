/* version.h - the version that --version prints */
#ifndef MAILPROC_VERSION_H
#define MAILPROC_VERSION_H

#define MAILPROC_VERSION "0.1.0"

#endif

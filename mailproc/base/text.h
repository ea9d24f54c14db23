/*
 * text.h - UTF-8 for people and for comparing
 *
 * Everything inside the program is valid UTF-8. Width follows utf8proc (Unicode East Asian Width):
 * Japanese characters take two columns of a terminal.
 */
#ifndef MAILPROC_TEXT_H
#define MAILPROC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "span.h"

bool text_is_utf8(struct span s); /* valid, without NUL, surrogates or overlong forms (RFC 3629) */

/* Adds s with invalid bytes as U+FFFD, CRLF and CR as LF, and C0/C1 controls and DEL, but TAB and LF, as U+FFFD. */
void text_add_clean(struct buf *out, struct span s);

/*
 * Adds s folded for comparing: NFKC, case folded, default-ignorable characters (zero width, soft hyphen, BOM) removed, the wave dash
 * 〜 as ~, TAB as a blank, line breaks kept (U+2028 and U+2029 become LF). s must be valid UTF-8. At most 30 combining marks in a run are kept: NFKC is quadratic in their number
 * (measured: 160 KB of marks take 16 s).
 */
void text_add_folded(struct buf *out, struct span s);

/* Adds nothing but the letters and digits of s, folded, without links and names of pictures: for telling whether two texts have the same words. */
void text_add_letters(struct buf *out, struct span s);

/* Adds s as a terminal may show it on one line: controls, bidirectional overrides and zero-width characters dropped, white space runs as one blank. */
void text_add_printable(struct buf *out, struct span s);

size_t text_width(struct span s); /* terminal columns */

/* The bytes of the longest piece of s, from its start, that is at most width columns wide. */
size_t text_cut(struct span s, size_t width);

#endif

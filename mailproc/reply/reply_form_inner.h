/*
 * reply_form_inner.h - shared by the files that read the form: marks and options (reply_form_mark.c), names of certificates
 * (reply_form_names.c), rows and tables of several (reply_form_row.c, reply_form_table.c), and what is made of them (reply_form.c); nothing
 * else includes it
 */
#ifndef MAILPROC_REPLY_FORM_INNER_H
#define MAILPROC_REPLY_FORM_INNER_H

#include "reply_inner.h"

enum mark {
	MARK_NONE,
	MARK_EMPTY,
	MARK_CIRCLE, /* a tick beside ×, an empty circle beside ● */
	MARK_CROSS,  /* a tick or a refusal */
	MARK_X,
	MARK_TICK,
	MARK_FILLED,
	MARK_OTHER,  /* something was written into the box: a tick where the other box is empty */
	MARK_REFUSAL, /* "no" written into the box */
	MARK_DOUBT   /* "?", "△", or a question behind an arrow */
};

/* One option as it stands in the mail. */
struct option {
	enum tick_option option;
	enum mark mark;
	bool struck;
	size_t line; /* its number */
	int certificate;
};

struct form {
	struct option *option;
	size_t count;
	struct reply_lines *lines;
	bool no_memory, is_ambiguous;
};

void form_add_option(struct form *form, struct option option);

/* ---- reply_form_mark.c: of folded text ---- */

/* A box at the start of s: [x], (○), ■. *n is its length, 0 where none is; *is_bracket: it can be nothing but a box. */
enum mark form_box_at(struct span s, size_t *n, bool *is_bracket);
/* Whether the text right behind a box speaks of the renewal; *option is what it names. */
bool form_option_at(struct span s, enum tick_option *option);
/* Whether s starts with an option as our letter writes it; *n is its length. */
bool form_bare_option(struct span s, enum tick_option *option, size_t *n);
/* A mark behind the option: "更新する ←○こちら", "Renew <-- this one", "更新する：○". */
enum mark form_mark_behind(struct span s);
/* What is written beside an arrow: words that point are a mark; a question, a denial or more words are a doubt. */
enum mark form_pointer(struct span s);
/* An arrow that ends s, as in "→ [ ] 更新する". */
bool form_ends_in_arrow(struct span s);
/* Whether s is one word of answer and nothing else: 更新, 不要, する, Y, "do not renew", ○. *mark is set where it is a sign. */
bool form_answer(struct span s, enum tick_option *option, enum mark *mark);

static inline struct span
form_rest(struct span s, size_t at)
{
	return at <= s.n ? (struct span){s.p + at, s.n - at} : (struct span){0};
}

/* ---- reply_form_names.c ---- */

bool form_is_name_char(char c);
/* The one certificate that the folded text names, and the place behind its name; -1: none, -2: several. */
int form_named(const struct asked *asked, const char *folded, const char **behind);
/* The certificate that the lines up to i speak of last; -1: none, or several at once. */
int form_certificate_above(const struct reply_lines *lines, size_t i);
/* Reads a line that holds nothing but names and answers. */
void form_read_names(struct form *form, size_t i);
/* "更新の有無：する", "Renewal: no", where one certificate was asked about. */
void form_read_fields(struct form *form);

/* ---- reply_form_table.c ---- */

/* "○＝更新、×＝更新なし". *is_reversed: the circle is said to mean the opposite. */
bool form_find_legend(struct reply_lines *lines, bool *is_reversed);
void form_cut_legend(struct form *form);
/* The heading of a table, above its first row. */
void form_cut_heading(struct form *form, size_t first);
/* Tables with a column for each option. */
void form_read_column_tables(struct form *form);

/* ---- reply_form_row.c ---- */

/* What stands behind a name, its reference and dates. */
struct span form_answer_behind(struct span s);
/* Rows "www.example.jp  2027-02-15  更新する" of a list of certificates, in the quotation or above it; answers right below a quoted name. */
void form_read_rows(struct form *form);

#endif

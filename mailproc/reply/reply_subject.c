/*
 * reply_subject.c - an answer in the subject
 *
 * "【更新希望】Re: 【重要】専用SSL証明書の…[SSL-2026-00175]": what stands before the first Re:, or behind our reference, is the customer's. A subject without
 * Re: and without our reference is theirs as a whole.
 */
#include "reply_inner.h"

#include <string.h>

/* The place of the first "Re:", "RE：", "Fwd:", "回答:" … in s that opens a word; NULL: none. */
static const char *
answer_prefix(struct span s, size_t *n)
{
	static const char *const prefix[] = {"re:", "re：", "fw:", "fwd:", "aw:", "返信:", "返信：", "転送:", "転送："};

	for (size_t i = 0; i < s.n; i++)
		for (size_t k = 0; k < sizeof prefix / sizeof *prefix; k++) {
			*n = strlen(prefix[k]);
			if (s.n - i >= *n && strncasecmp(s.p + i, prefix[k], *n) == 0 &&
			    (i == 0 || (unsigned char)s.p[i - 1] >= 0x80 || strchr(" ]:)", s.p[i - 1]) != NULL))
				return s.p + i;
		}
	return NULL;
}

/* What stands behind our reference "[SSL-2026-00175]"; empty where it does not stand there. */
static struct span
behind_reference(struct span s)
{
	const char *p = memmem(s.p, s.n, "[SSL-", 5), *end;

	if (p == NULL)
		return (struct span){0};
	end = memchr(p, ']', s.n - (size_t)(p - s.p));
	return end != NULL ? (struct span){end + 1, s.n - (size_t)(end + 1 - s.p)} : (struct span){0};
}

void
reply_subject_words(struct buf *out, const char *subject)
{
	struct span s = span_of(subject), behind = span_trim(behind_reference(s)), before = {0};
	size_t n;
	const char *prefix = answer_prefix(s, &n);

	if (prefix != NULL)
		before = span_trim((struct span){s.p, (size_t)(prefix - s.p)});
	else if (memmem(s.p, s.n, "[SSL-", 5) == NULL)
		before = span_trim(s);
	buf_add_span(out, before);
	if (before.n > 0 && behind.n > 0)
		buf_add_char(out, '\n');
	buf_add_span(out, behind);
}

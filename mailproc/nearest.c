/* nearest.c - the distance counts missing, surplus, wrong and swapped letters (optimal string alignment). */
#include "nearest.h"

#include <string.h>

enum { WORD_MAX = 40 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
distance(const char *a, size_t m, const char *b, size_t n)
{
	size_t row[3][WORD_MAX + 1], *before = row[0], *last = row[1], *now = row[2];

	for (size_t j = 0; j <= n; j++)
		before[j] = last[j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t *free_row = before;

		now[0] = i;
		for (size_t j = 1; j <= n; j++) {
			now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = free_row;
	}
	return last[n];
}

void
nearest_try(struct nearest *nearest, const char *word)
{
	size_t m = strlen(nearest->typed), n = strlen(word), d;

	if (m == 0 || m > WORD_MAX || n > WORD_MAX)
		return;
	d = distance(nearest->typed, m, word, n);
	/* a third of the word may be wrong: more is guessing */
	if (d > (n + 2) / 3 || (nearest->word != NULL && d >= nearest->distance))
		return;
	nearest->word = word;
	nearest->distance = d;
}

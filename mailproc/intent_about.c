/*
 * intent_about.c - which certificates a sentence speaks of
 *
 * By name; by the first label of a name where that is unique ("www", "mail"); by reference (SSL-2026-00171, also its last digits and a
 * range of them); by number in the letter's list; "both", "all", "the others", "other than".
 */
#include "intent_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct finding {
	const struct asked *asked;
	const char *known_text; /* letter and quotation, folded: lines that hold a name and its reference */
	char *folded;
	struct about *about;
	size_t count, max;
};

static bool
is_name_char(char c)
{
	return islower((unsigned char)c) || isdigit((unsigned char)c) || c == '-' || c == '.';
}

static void
add(struct finding *f, size_t n, struct about about)
{
	about.end = about.at + n;
	if (f->count < f->max)
		f->about[f->count++] = about;
}

static bool
is_word(const char *text, const char *p, size_t n)
{
	bool before = p == text || (!is_name_char(p[-1]) && p[-1] != '@' && p[-1] != '/');
	bool after = !is_name_char(p[n]) || (p[n] == '.' && !is_name_char(p[n + 1]));

	return before && after && p[n] != '@';
}

/* All places of one word; each is covered. */
static void
find_word(struct finding *f, const char *word, uint64_t set)
{
	size_t n = strlen(word);
	char *p = f->folded;

	while (n > 0 && (p = strcasestr(p, word)) != NULL) {
		bool after_scheme = p >= f->folded + 2 && p[-1] == '/' && p[-2] == '/';

		if (is_word(f->folded, p, n) || (after_scheme && !is_name_char(p[n]))) {
			add(f, n, (struct about){.at = (size_t)(p - f->folded), .set = set});
			memset(p, NAME_COVER, n);
		}
		p += n;
	}
}

static void
find_names(struct finding *f)
{
	for (size_t i = 0; i < f->asked->certificate_count; i++)
		find_word(f, f->asked->certificate[i], 1ull << i);
}

static size_t
label_len(const char *name)
{
	return strcspn(name, ".");
}

static void
find_labels(struct finding *f)
{
	if (f->asked->certificate_count < 2)
		return;
	for (size_t i = 0; i < f->asked->certificate_count; i++) {
		const char *name = f->asked->certificate[i];
		size_t n = label_len(name), same = 0;
		char label[64];

		for (size_t k = 0; k < f->asked->certificate_count; k++)
			same += label_len(f->asked->certificate[k]) == n && strncasecmp(f->asked->certificate[k], name, n) == 0;
		if (same != 1 || n < 2 || n >= sizeof label)
			continue;
		memcpy(label, name, n);
		label[n] = '\0';
		find_word(f, label, 1ull << i);
	}
}

/* The certificate whose reference ends in these digits, by a line of the letter or the quotation that holds both. 0: none, or several. */
static uint64_t
by_reference(const struct finding *f, const char *digits, size_t n)
{
	struct span rest = span_of(f->known_text), line;
	uint64_t set = 0;

	while (span_next_line(&rest, &line)) {
		char *text = strndup(line.p, line.n), *p;

		p = text != NULL ? strstr(text, "ssl-") : NULL;
		if (p != NULL) {
			size_t whole = 4 + strspn(p + 4, "0123456789-");

			if (whole >= n && memcmp(p + whole - n, digits, n) == 0)
				for (size_t c = 0; c < f->asked->certificate_count; c++)
					if (strcasestr(text, f->asked->certificate[c]) != NULL)
						set |= 1ull << c;
		}
		free(text);
	}
	return (set & (set - 1)) == 0 ? set : 0;
}

/* SSL-2026-00171, 00171, and 00319~00321. */
static void
find_references(struct finding *f)
{
	uint64_t from = 0;

	for (char *p = f->folded; *p != '\0'; p++) {
		size_t prefix, n;
		uint64_t set;

		if (p > f->folded && is_name_char(p[-1]))
			continue;
		prefix = strncmp(p, "ssl-", 4) == 0 ? 4 : 0;
		n = prefix + strspn(p + prefix, "0123456789-");
		if (n < prefix + 3)
			continue;
		set = by_reference(f, p + prefix, n - prefix);
		if (set != 0 && from != 0)
			for (uint64_t bit = from << 1; bit != 0 && bit < set; bit <<= 1)
				add(f, n, (struct about){.at = (size_t)(p - f->folded), .set = bit});
		if (set != 0) {
			add(f, n, (struct about){.at = (size_t)(p - f->folded), .set = set});
			memset(p, NAME_COVER, n);
			p += n - 1;
		}
		from = set != 0 && (p[1] == '~' || strncmp(p + 1, "から", strlen("から")) == 0 || p[1] == '-') ? set : 0;
	}
}

struct ordinal {
	const char *word;
	int place; /* from 0; -1: the last */
};

/* By number of the list: only where a number cannot mean anything else. */
static void
find_ordinals(struct finding *f)
{
	static const struct ordinal ordinal[] = {{"1つ目", 0}, {"一つ目", 0}, {"1件目", 0}, {"1番目", 0}, {"1番", 0}, {"前者", 0}, {"2つ目", 1}, {"二つ目", 1}, {"2件目", 1},
	    {"2番目", 1}, {"2番", 1}, {"3つ目", 2}, {"三つ目", 2}, {"3件目", 2}, {"3番目", 2}, {"3番", 2}, {"4番目", 3}, {"4番", 3}, {"4つ目", 3}, {"4件目", 3}, {"5番目", 4}, {"後者", -1},
	    {"最後の", -1}, {"the first one", 0}, {"the second one", 1}, {"the third one", 2}, {"the former", 0}, {"the latter", -1}, {"the last one", -1},
	    {"no.1", 0}, {"no.2", 1}, {"no.3", 2}, {"no.4", 3}, {"#1", 0}, {"#2", 1}, {"#3", 2}, {"#4", 3}, {"number 1", 0}, {"number 2", 1}, {"number 3", 2}};
	size_t count = f->asked->certificate_count;

	if (count < 2)
		return;
	for (size_t i = 0; i < sizeof ordinal / sizeof *ordinal; i++) {
		bool is_pair = strcmp(ordinal[i].word, "前者") == 0 || strcmp(ordinal[i].word, "後者") == 0 || strcmp(ordinal[i].word, "the former") == 0 ||
		    strcmp(ordinal[i].word, "the latter") == 0;
		size_t place = ordinal[i].place < 0 ? count - 1 : (size_t)ordinal[i].place;
		char *p = f->folded;

		if (place >= count || (is_pair && count != 2))
			continue;
		while ((p = strstr(p, ordinal[i].word)) != NULL) {
			size_t n = strlen(ordinal[i].word);

			if (p == f->folded || !isalnum((unsigned char)p[-1])) {
				add(f, n, (struct about){.at = (size_t)(p - f->folded), .set = 1ull << place});
				memset(p, NAME_COVER, n);
			}
			p += n;
		}
	}
}

/* "上の2件", "最後の1つ", "the first two". */
static void
find_counted(struct finding *f)
{
	static const struct {
		const char *word;
		bool from_end;
	} side[] = {{"上から", false}, {"上の", false}, {"上", false}, {"最初の", false}, {"初めの", false}, {"はじめの", false}, {"前の", false}, {"下から", true}, {"下の", true},
	    {"下", true}, {"最後の", true}, {"後の", true}, {"first ", false}, {"top ", false}, {"last ", true}, {"bottom ", true}};
	static const char *const number[][4] = {{"1", "一", "one", "ひと"}, {"2", "二", "two", "ふた"}, {"3", "三", "three", "みっ"}, {"4", "四", "four", "よっ"}, {"5", "五", "five", "いつ"}};
	size_t count = f->asked->certificate_count;

	for (size_t i = 0; count > 1 && i < sizeof side / sizeof *side; i++)
		for (char *p = f->folded; (p = strstr(p, side[i].word)) != NULL; p += strlen(side[i].word))
			for (size_t k = 0; k < 20; k++) {
				const char *word = number[k / 4][k % 4], *behind = p + strlen(side[i].word);
				size_t n = k / 4 + 1;
				uint64_t set = (1ull << n) - 1;

				if (n > count || !span_starts(span_of(behind), word))
					continue;
				behind += strlen(word);
				if (side[i].from_end)
					set <<= count - n;
				if ((unsigned char)word[0] < 0x80 && islower((unsigned char)word[0]) ? !is_name_char(*behind)
					: span_starts(span_of(behind), "つ") || span_starts(span_of(behind), "件") || span_starts(span_of(behind), "個") ||
					    span_starts(span_of(behind), "枚") || span_starts(span_of(behind), "本") || span_starts(span_of(behind), "行")) {
					add(f, (size_t)(behind - p), (struct about){.at = (size_t)(p - f->folded), .set = set});
					memset(p, NAME_COVER, (size_t)(behind - p));
				}
			}
}

static void
find_groups(struct finding *f)
{
	static const char *const all[] = {"全て", "すべて", "全部", "両方", "どちらも", "いずれも", "双方", "全件", "件とも", "つとも", "枚とも", "本とも", "ともに更新", "all of", "both",
	    "all three", "all four", "all five", "all certificates", "all the certificates", "all our", "every", "each of", "everything", "renew all", "すべての", "一括", "まとめて更新", "all 3",
	    "all 2", "all 4", "all 5", "them all", "neither", "none of", "全証明書", "両サイト"};
	static const char *const rest[] = {"残り", "その他", "それ以外", "ほかは", "他は", "ほかの", "他の", "the rest", "the others", "the other", "remaining"};
	static const char *const except[] = {"以外", "を除", "除き", "except", "other than", "apart from", "all but", "excluding"};

	if (f->asked->certificate_count < 2)
		return;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (const char *p = f->folded; (p = strstr(p, all[i])) != NULL; p++)
			add(f, strlen(all[i]), (struct about){.at = (size_t)(p - f->folded), .is_all = true});
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
		for (const char *p = f->folded; (p = strstr(p, rest[i])) != NULL; p++)
			add(f, strlen(rest[i]), (struct about){.at = (size_t)(p - f->folded), .is_rest = true});
	for (size_t i = 0; i < sizeof except / sizeof *except; i++)
		for (const char *p = f->folded; (p = strstr(p, except[i])) != NULL; p++)
			add(f, strlen(except[i]), (struct about){.at = (size_t)(p - f->folded), .is_except = true});
}

/* Whether a host name that was not asked about stands in the sentence. A domain that one of ours lies in is ours. */
static bool
has_other_host(const struct finding *f)
{
	for (const char *p = f->folded; *p != '\0';) {
		size_t n = 0, dots = 0, top = 0;
		bool ours = false, is_mail = p > f->folded && p[-1] == '@';

		while (is_name_char(p[n])) {
			dots += p[n] == '.';
			top = p[n] == '.' ? 0 : top + 1;
			n++;
		}
		if (n == 0) {
			p++;
			continue;
		}
		/* A full stop behind it is not of the name. */
		while (n > 1 && p[n - 1] == '.') {
			n--;
			dots--;
		}
		while (top < n && p[n - 1 - top] != '.')
			top++;
		for (size_t i = 0; i < f->asked->certificate_count; i++) {
			const char *name = f->asked->certificate[i];
			size_t whole = strlen(name);

			ours = ours || (whole >= n && strncasecmp(name + whole - n, p, n) == 0);
		}
		/* "e.g" and "10.5" are no hosts: letters at the end, two at least, and six bytes in all. */
		if (!ours && !is_mail && p[n] != '@' && dots > 0 && top >= 2 && n >= 6 && isalpha((unsigned char)p[n - 1]) && p[0] != '.' &&
		    strstr(p, "..") != p)
			return true;
		p += n;
	}
	return false;
}

static int
by_place(const void *a, const void *b)
{
	const struct about *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

size_t
about_find(const struct asked *asked, const char *known_text, char *folded, struct about *about, size_t max, bool *other)
{
	struct finding f = {asked, known_text, folded, about, 0, max};

	find_names(&f);
	find_labels(&f);
	find_references(&f);
	find_counted(&f);
	find_ordinals(&f);
	find_groups(&f);
	*other = has_other_host(&f);
	qsort(about, f.count, sizeof *about, by_place);
	return f.count;
}

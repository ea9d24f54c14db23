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

/* Whether the label stands in the name as one of its labels, the last (.jp, .example) left out. */
static bool
has_label(const char *name, const char *label, size_t n)
{
	while (*name != '\0') {
		size_t k = strcspn(name, ".");

		if (name[k] == '\0')
			return false;
		if (k == n && strncasecmp(name, label, n) == 0)
			return true;
		name += k + 1;
	}
	return false;
}

/* A part of a name that is in no other name: "www", "shop"; behind the first, only from four letters on, so that "co" and "net" are none. */
static void
find_labels(struct finding *f)
{
	for (size_t i = 0; i < f->asked->certificate_count && f->asked->certificate_count > 1; i++) {
		const char *name = f->asked->certificate[i];
		size_t n, shortest = 2;

		for (; (n = strcspn(name, ".")), name[n] != '\0'; name += n + 1, shortest = 4) {
			size_t same = 0;
			char label[64];

			for (size_t k = 0; k < f->asked->certificate_count; k++)
				same += has_label(f->asked->certificate[k], name, n);
			if (same != 1 || n < shortest || n >= sizeof label)
				continue;
			memcpy(label, name, n);
			label[n] = '\0';
			find_word(f, label, 1ull << i);
		}
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

/* All places of words that speak of one place in the list. */
static void
find_place(struct finding *f, const char *word, size_t place)
{
	size_t n = strlen(word);

	for (char *p = f->folded; (p = strstr(p, word)) != NULL; p += n)
		if ((p == f->folded || !isalnum((unsigned char)p[-1])) && !(isalpha((unsigned char)p[n - 1]) && isalpha((unsigned char)p[n]))) {
			add(f, n, (struct about){.at = (size_t)(p - f->folded), .set = 1ull << place});
			memset(p, NAME_COVER, n);
		}
}

struct ordinal {
	const char *word;
	int place; /* from 0; -1: the last */
	size_t of; /* only in a list of so many; 0: of any */
};

/* By place in the list, where the words cannot mean anything else. */
static void
find_ordinals(struct finding *f)
{
	static const char *const counter[] = {"つ目", "件目", "番目", "番", "枚目", "本目", "個目", "行目"};
	static const char *const numeral[] = {"1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九"};
	static const struct ordinal ordinal[] = {{"前者", 0, 2}, {"後者", -1, 2}, {"the former", 0, 2}, {"the latter", -1, 2}, {"最後の", -1, 0}, {"一番上の", 0, 0}, {"いちばん上の", 0, 0},
	    {"一番下の", -1, 0}, {"いちばん下の", -1, 0}, {"真ん中の", 1, 3}, {"上の方", 0, 2}, {"下の方", -1, 2}, {"the first one", 0, 0}, {"the second one", 1, 0}, {"the third one", 2, 0}, {"the fourth one", 3, 0},
	    {"the last one", -1, 0}, {"the first certificate", 0, 0}, {"the second certificate", 1, 0}, {"the third certificate", 2, 0}, {"the last certificate", -1, 0}, {"the first cert", 0, 0},
	    {"the second cert", 1, 0}, {"the third cert", 2, 0}, {"the second", 1, 0}, {"the third", 2, 0}, {"the fourth", 3, 0}, {"the middle one", 1, 3}, {"the top one", 0, 0}, {"the bottom one", -1, 0},
	    {"1st one", 0, 0}, {"2nd one", 1, 0}, {"3rd one", 2, 0}, {"first one", 0, 0}, {"second one", 1, 0}, {"third one", 2, 0}, {"last one", -1, 0}};
	size_t count = f->asked->certificate_count;
	char word[32];

	if (count < 2)
		return;
	for (size_t i = 0; i < sizeof counter / sizeof *counter; i++)
		for (size_t k = 0; k < sizeof numeral / sizeof *numeral && k / 2 < count; k++) {
			snprintf(word, sizeof word, "%s%s", numeral[k], counter[i]);
			find_place(f, word, k / 2);
		}
	for (size_t i = 0; i < sizeof ordinal / sizeof *ordinal; i++) {
		size_t place = ordinal[i].place < 0 ? count - 1 : (size_t)ordinal[i].place;

		if (place < count && (ordinal[i].of == 0 || ordinal[i].of == count))
			find_place(f, ordinal[i].word, place);
	}
}

/* What may stand between two numbers of a list: its bytes. */
static size_t
number_joint(const char *p)
{
	static const char *const joint[] = {"と", "、", "・", ",", " and ", " & ", "&", "/", "および", "+", " ", "番", "番と", "番、", "~"};
	size_t n = 0, more;

	do {
		more = 0;
		for (size_t i = 0; i < sizeof joint / sizeof *joint; i++)
			if (strncmp(p + n, joint[i], strlen(joint[i])) == 0 && strlen(joint[i]) > more)
				more = strlen(joint[i]);
		n += more;
	} while (more > 0 && n < 12);
	return n;
}

static bool
starts_with_any(const char *p, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(p, list[i], strlen(list[i])) == 0)
			return true;
	return false;
}

/* Whether what stands behind a number shows that it counts something: 2件, 1 year, 3月. */
static bool
counts_something(const char *p)
{
	static const char *const unit[] = {"年", "月", "日", "件", "つ", "個", "枚", "本", "時", "分", "円", "週", "か", "ヶ", "ケ", "名", "人", "台", "回", "社", "さいと", "どめいん", "通", "部", "%", "万", "千", "st", "nd", "rd",
	    "th", " year", " month", " day", " week", " of ", " cert", " domain", " site", " hour", "-year", " x", ":0", ":1", ":2", ":3", ":4", ":5", "/"};

	return starts_with_any(p, unit, sizeof unit / sizeof *unit);
}

/* The numbers of a list that starts at p: "1と3", "1, 2 and 4". Its length; 0: these are no numbers of our list. */
static size_t
read_numbers(const struct finding *f, const char *p, uint64_t *set, size_t *count)
{
	size_t n = 0;

	*set = 0;
	*count = 0;
	for (;;) {
		size_t digits = strspn(p + n, "0123456789"), joint;
		unsigned long number = strtoul(p + n, NULL, 10);

		if (digits == 0 || digits > 2 || number < 1 || number > f->asked->certificate_count || counts_something(p + n + digits))
			return 0;
		*set |= 1ull << (number - 1);
		++*count;
		n += digits;
		joint = number_joint(p + n);
		/* "1番" is one, and so is "1、更新" */
		if (joint == 0 || !isdigit((unsigned char)p[n + joint]))
			return is_name_char(p[n]) && p[n] != '.' ? 0 : n;
		if (p[n] == '~') {
			unsigned long last = strtoul(p + n + 1, NULL, 10);

			for (unsigned long k = number; k < last && k <= f->asked->certificate_count; k++)
				*set |= 1ull << (k - 1);
		}
		n += joint;
	}
}

/* "1と3は更新、2は不要", "renew 1 and 3, drop 2": by number of the list. One number alone needs a word beside it that shows what it is. */
static void
find_numbers(struct finding *f)
{
	static const char *const behind[] = {"は", "を", "のみ", "だけ", "が", ":", "番", "も", "→", "=", "の証明書", "のssl"};
	static const char *const before[] = {"no.", "no. ", "#", "number ", "numbers ", "nos. ", "certificate ", "certificates ", "certs ", "cert ", "item ", "items ", "renew ", "drop ", "keep ", "not ", "only ", "cancel ",
	    "番号"};

	for (char *p = f->folded; *p != '\0' && f->asked->certificate_count > 1; p++) {
		size_t n, count;
		uint64_t set;
		bool is_list;

		if (!isdigit((unsigned char)*p) || (p > f->folded && (is_name_char(p[-1]) || p[-1] == '/' || p[-1] == ':' || p[-1] == ',') && (p < f->folded + 3 || strncmp(p - 3, "no.", 3) != 0)))
			continue;
		n = read_numbers(f, p, &set, &count);
		if (n == 0) {
			p += strspn(p, "0123456789") - 1;
			continue;
		}
		is_list = count > 1 || (starts_with_any(p + n, behind, sizeof behind / sizeof *behind) && (p == f->folded || p[-1] == ' ' || (unsigned char)p[-1] >= 0x80));
		for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
			size_t k = strlen(before[i]);

			is_list = is_list || (p >= f->folded + k && memcmp(p - k, before[i], k) == 0);
		}
		if (is_list) {
			add(f, n, (struct about){.at = (size_t)(p - f->folded), .set = set});
			memset(p, NAME_COVER, n);
		}
		p += n - 1;
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
				if ((unsigned char)word[0] < 0x80 && islower((unsigned char)word[0]) ? !isalnum((unsigned char)*behind)
					: span_starts(span_of(behind), "つ") || span_starts(span_of(behind), "件") || span_starts(span_of(behind), "個") ||
					    span_starts(span_of(behind), "枚") || span_starts(span_of(behind), "本") || span_starts(span_of(behind), "行")) {
					add(f, (size_t)(behind - p), (struct about){.at = (size_t)(p - f->folded), .set = set});
					memset(p, NAME_COVER, (size_t)(behind - p));
				}
			}
}

/* All places of any of the words that no group stands at yet. */
static void
find_group(struct finding *f, const char *const *word, size_t count, struct about about)
{
	for (size_t i = 0; i < count; i++)
		for (const char *p = f->folded; (p = strstr(p, word[i])) != NULL; p++) {
			size_t n = strlen(word[i]);
			bool is_taken = isalpha((unsigned char)*p) && ((p > f->folded && isalpha((unsigned char)p[-1])) || (isalpha((unsigned char)p[n]) && strcmp(word[i], "every") != 0));

			about.at = (size_t)(p - f->folded);
			for (size_t k = 0; k < f->count; k++)
				is_taken = is_taken || (about.at >= f->about[k].at && about.at < f->about[k].end);
			if (!is_taken)
				add(f, n, about);
		}
}

static void
find_groups(struct finding *f)
{
	static const char *const rest[] = {"残り", "のこり", "その他", "それ以外", "ほかは", "他は", "ほかの証明書", "他の証明書", "他のもの", "ほかのもの", "他の分", "他の件", "他の2", "他の3", "他の4", "他の二", "他の三", "他の四", "他の1", "他2件",
	    "他3件", "他4件", "他のどめいん", "他のさいと", "他のほすと", "他のssl", "もう一方", "もう片方", "もう1つ", "もう一つ", "もうひとつ", "もう1件", "もう一件", "もう1枚", "もう一枚", "もう1個", "もう一個", "他方", "あとの", "あとは",
	    "the rest", "the others", "the other", "others", "other ones", "other one", "remaining", "everything else", "all the others", "all others", "all the other", "all the rest"};
	static const char *const except[] = {"以外", "を除", "除き", "除い", "除く", "をのぞ", "except", "other than", "apart from", "aside from", "all but", "excluding", "but not"};
	static const char *const all[] = {"全て", "すべて", "全部", "ぜんぶ", "両方", "どちらも", "どっちも", "どれも", "いずれも", "いづれも", "双方", "全件", "件とも", "つとも", "枚とも", "本とも", "個とも", "さいととも", "どめいんとも", "証明書とも",
	    "ともに更新", "共に更新", "両さいと", "両どめいん", "両証明書", "両件", "全証明書", "全さいと", "全どめいん", "一括", "まとめて更新", "all of", "both", "all three", "all four", "all five", "all six", "all seven", "all eight",
	    "all 2", "all 3", "all 4", "all 5", "all 6", "all 7", "all 8", "all certificates", "all the certificates", "all certs", "all the certs", "all our", "all these", "all those", "all domains", "all sites", "all hosts",
	    "all names", "every", "each of", "everything", "renew all", "renew them all", "them all", "all to be renewed", "whole lot", "the lot", "neither", "none of"};

	if (f->asked->certificate_count < 2)
		return;
	find_group(f, rest, sizeof rest / sizeof *rest, (struct about){.is_rest = true});
	find_group(f, except, sizeof except / sizeof *except, (struct about){.is_except = true});
	find_group(f, all, sizeof all / sizeof *all, (struct about){.is_all = true});
}

/* invoice.pdf is no host. */
static bool
is_file_name(const char *p, size_t n)
{
	static const char *const kind[] = {".pdf", ".doc", ".docx", ".xls", ".xlsx", ".csv", ".txt", ".zip", ".png", ".jpg", ".jpeg", ".gif", ".msg", ".eml", ".pptx", ".html"};

	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
		if (n > strlen(kind[i]) && strncmp(p + n - strlen(kind[i]), kind[i], strlen(kind[i])) == 0)
			return true;
	return false;
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
		    strstr(p, "..") != p && !is_file_name(p, n))
			return true;
		p += n;
	}
	return false;
}

/* The number at the start of p, in digits or words; 0: none. */
static size_t
number_at(const char *p)
{
	static const char *const word[][3] = {{"one ", "一", "1"}, {"two ", "二", "2"}, {"three ", "三", "3"}, {"four ", "四", "4"}, {"five ", "五", "5"}, {"six ", "六", "6"}, {"seven ", "七", "7"}, {"eight ", "八", "8"}};

	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (starts_with_any(p, word[i], 3))
			return i + 1;
	return 0;
}

size_t
about_claimed(const char *folded)
{
	static const char *const among[] = {"のうち、", "のうちの", "のうち", "うち"}, *const of[] = {" of them", " of these", " of the "};
	size_t claimed = 0;

	for (size_t i = 0; claimed == 0 && i < sizeof among / sizeof *among; i++) {
		const char *p = strstr(folded, among[i]), *unit = p != NULL ? p + strlen(among[i]) : NULL;

		if (unit != NULL && number_at(unit) > 0 && (strstr(unit, "件") != NULL || strstr(unit, "つ") != NULL || strstr(unit, "枚") != NULL))
			claimed = number_at(unit);
	}
	for (const char *p = folded; claimed == 0 && (p = strstr(p, " of ")) != NULL; p++) {
		const char *word = p;

		while (word > folded && word[-1] != ' ')
			word--;
		if (starts_with_any(p, of, sizeof of / sizeof *of))
			claimed = number_at(word);
	}
	return claimed;
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
	find_numbers(&f);
	find_groups(&f);
	*other = has_other_host(&f);
	qsort(about, f.count, sizeof *about, by_place);
	return f.count;
}

/*
 * message_charset.c - bytes of any label to UTF-8
 *
 * glibc's iconv, opened once and kept, because a reader in its sandbox can load nothing. ISO-2022-JP is decoded here: real mail puts NEC's and IBM's characters
 * (①㈱髙), half-width kana and JIS X 0212 into it, which no converter of glibc takes together.
 */
#include "message_inner.h"

#include "../base/text.h"

#include <errno.h>
#include <iconv.h>

/* Every converter that is opened. The first ones are named below. */
enum { CP932, EUC_JP, WINDOWS_1252, UTF_16BE };
static const char *const converter_name[] = {"CP932", "EUC-JP-MS", "WINDOWS-1252", "UTF-16BE", "GBK", "GB18030",
    "BIG5-HKSCS", "UHC", "JOHAB", "ISO-2022-KR", "UTF-16", "UTF-16LE", "UTF-32", "UTF-7", "KOI8-R", "KOI8-U", "EUC-TW",
    "ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-10",
    "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1253",
    "WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258", "CP874", "CP437", "CP850", "CP866",
    "MACINTOSH", "SHIFT_JISX0213", "EUC-JISX0213"};
enum { CONVERTERS = sizeof converter_name / sizeof converter_name[0] };

/* Labels, in the spelling of clean_label(), that mean another converter than their own name. */
static const struct {
	const char *label, *converter;
} alias[] = {
    {"shift-jis", "CP932"},
    {"shiftjis", "CP932"},
    {"sjis", "CP932"},
    {"x-sjis", "CP932"},
    {"ms-kanji", "CP932"},
    {"ms932", "CP932"},
    {"windows-31j", "CP932"},
    {"cswindows31j", "CP932"},
    {"windows-932", "CP932"},
    {"euc-jp", "EUC-JP-MS"},
    {"eucjp", "EUC-JP-MS"},
    {"x-euc-jp", "EUC-JP-MS"},
    {"eucjp-ms", "EUC-JP-MS"},
    {"cp51932", "EUC-JP-MS"},
    {"gb2312", "GBK"},
    {"gb-2312-80", "GBK"},
    {"euc-cn", "GBK"},
    {"cp936", "GBK"},
    {"x-gbk", "GBK"},
    {"big5", "BIG5-HKSCS"},
    {"cp950", "BIG5-HKSCS"},
    {"big5hkscs", "BIG5-HKSCS"},
    {"euc-kr", "UHC"},
    {"euckr", "UHC"},
    {"ks-c-5601-1987", "UHC"},
    {"ks-c-5601", "UHC"},
    {"cp949", "UHC"},
    {"windows-949", "UHC"},
    {"iso-8859-1", "WINDOWS-1252"},
    {"iso8859-1", "WINDOWS-1252"},
    {"latin1", "WINDOWS-1252"},
    {"cp1252", "WINDOWS-1252"},
    {"ansi-x3.4-1968", "WINDOWS-1252"},
    {"iso-8859-9", "WINDOWS-1254"},
    {"iso-8859-11", "CP874"},
    {"tis-620", "CP874"},
    {"windows-874", "CP874"},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"iso-8859-6-i", "ISO-8859-6"},
    {"cp1250", "WINDOWS-1250"},
    {"cp1251", "WINDOWS-1251"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"ucs-2", "UTF-16"},
    {"shift-jisx0213", "SHIFT_JISX0213"},
    {"ibm437", "CP437"},
    {"ibm850", "CP850"},
    {"ibm866", "CP866"},
    {"x-mac-roman", "MACINTOSH"},
};

/* Opened by message_charset_prepare(), or when first needed where that was not called. They live as long as the process. */
static iconv_t converter[CONVERTERS];
static bool is_open[CONVERTERS];

static bool
open_converter(size_t which)
{
	if (!is_open[which]) {
		converter[which] = iconv_open("UTF-8", converter_name[which]);
		is_open[which] = converter[which] != (iconv_t)-1;
	}
	return is_open[which];
}

/* Converts a few bytes, so that whatever iconv does only once is done before the sandbox closes. */
enum fault
message_charset_prepare(struct why *why)
{
	struct buf scratch = BUF_MAX(1000);

	for (size_t i = 0; i < CONVERTERS; i++)
		if (!open_converter(i))
			return why_set(why, FAULT_SETUP,
			    "this system cannot convert the character set %s (glibc's gconv modules are missing)",
			    converter_name[i]);
	message_add_decoded(&scratch, span_of("\x1b$BF|K\\\x1b(B"), span_of("iso-2022-jp"));
	message_add_decoded(&scratch, span_of("\xC6\xFC\xCB\xDC"), span_of("euc-jp"));
	buf_release(&scratch);
	return FAULT_NONE;
}

/* Adds bytes through a converter, U+FFFD for each byte that does not fit; returns how many did not. */
static size_t
convert(struct buf *out, size_t which, struct span bytes)
{
	static char no_const; /* iconv's input is not const, but it is only read */
	char piece[4096], *in = &no_const;
	size_t left = bytes.n, bad = 0;

	if (!open_converter(which) || bytes.n == 0)
		return bytes.n;
	memcpy(&in, &bytes.p, sizeof in);
	iconv(converter[which], NULL, NULL, NULL, NULL);
	while (left > 0) {
		char *to = piece;
		size_t room = sizeof piece;
		size_t result = iconv(converter[which], &in, &left, &to, &room);
		int error = errno;

		buf_add(out, piece, (size_t)(to - piece));
		if (result != (size_t)-1 || error == E2BIG)
			continue;
		buf_add_text(out, "\xEF\xBF\xBD");
		bad++;
		if (error == EINVAL) /* an incomplete character at the end */
			break;
		in++;
		left--;
	}
	return bad;
}

/* JIS X 0208 row and cell (0x21 to 0x7E) to the two bytes of Shift_JIS. */
static void
add_sjis_pair(struct buf *sjis, unsigned row, unsigned cell)
{
	unsigned lead = (row - 0x21) / 2 + 0x81, trail;

	if (lead > 0x9F)
		lead += 0x40;
	if ((row & 1) != 0)
		trail = cell + (cell < 0x60 ? 0x1F : 0x20);
	else
		trail = cell + 0x7E;
	buf_add_char(sjis, (char)lead);
	buf_add_char(sjis, (char)trail);
}

enum jis_state { JIS_ASCII, JIS_KANA, JIS_KANJI, JIS_SUPPLEMENT };

/* Reads an escape sequence at the start of s: its length, 0 when it is none that is known. */
static size_t
read_escape(struct span s, enum jis_state *state)
{
	static const struct {
		const char *sequence;
		enum jis_state state;
	} escape[] = {
	    {"\x1b$B", JIS_KANJI},
	    {"\x1b$@", JIS_KANJI},
	    {"\x1b(B", JIS_ASCII},
	    {"\x1b(J", JIS_ASCII},
	    {"\x1b(H", JIS_ASCII},
	    {"\x1b(I", JIS_KANA},
	    {"\x1b$(D", JIS_SUPPLEMENT},
	    {"\x1b$(B", JIS_KANJI},
	    {"\x1b$(@", JIS_KANJI},
	    {"\x1b$(O", JIS_KANJI}, /* JIS X 0213 plane 1: JIS X 0208 and more */
	    {"\x1b$(Q", JIS_KANJI},
	    {"\x1b&@\x1b$B", JIS_KANJI},
	};

	for (size_t i = 0; i < sizeof escape / sizeof escape[0]; i++)
		if (span_starts(s, escape[i].sequence)) {
			*state = escape[i].state;
			return strlen(escape[i].sequence);
		}
	return 0;
}

static void
flush_sjis(struct buf *out, struct buf *sjis)
{
	convert(out, CP932, buf_span(sjis));
	buf_clear(sjis);
}

/* One character of two bytes of a seven-bit set. JIS X 0212 goes by EUC-JP, all else by way of Shift_JIS. */
static void
add_jis_pair(struct buf *out, struct buf *sjis, enum jis_state state, const unsigned char *c)
{
	char euc[3] = {(char)0x8F, (char)(c[0] | 0x80), (char)(c[1] | 0x80)};

	if (state == JIS_KANJI) {
		add_sjis_pair(sjis, c[0], c[1]);
		return;
	}
	flush_sjis(out, sjis);
	convert(out, EUC_JP, (struct span){euc, sizeof euc});
}

static void
add_iso_2022_jp(struct buf *out, struct span s)
{
	struct buf sjis = BUF_MAX(out->max);
	enum jis_state state = JIS_ASCII;
	size_t i = 0, step;

	while (i < s.n) {
		const unsigned char *c = (const unsigned char *)s.p + i;

		step = *c == 0x1B ? read_escape((struct span){s.p + i, s.n - i}, &state) : 0;
		if (step > 0) {
			i += step;
			continue;
		}
		step = 1;
		if (*c == '\n' || *c == '\r') { /* RFC 1468: a line ends in ASCII; some programs forget to say so */
			state = JIS_ASCII;
			buf_add_char(&sjis, (char)*c);
		} else if (*c == 0x0E || *c == 0x0F) { /* shift out and in: half-width kana of JIS X 0201 */
			state = *c == 0x0E ? JIS_KANA : JIS_ASCII;
		} else if (state == JIS_KANA && *c >= 0x21 && *c <= 0x5F) {
			buf_add_char(&sjis, (char)(*c | 0x80));
		} else if (state >= JIS_KANJI && *c >= 0x21 && *c <= 0x7E && i + 1 < s.n && c[1] >= 0x21 && c[1] <= 0x7E) {
			add_jis_pair(out, &sjis, state, c);
			step = 2;
		} else {
			buf_add_char(&sjis, (char)*c);
		}
		i += step;
	}
	flush_sjis(out, &sjis);
	buf_release(&sjis);
}

static bool
has_eight_bit(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return true;
	return false;
}

/* Characters of kana (U+3040 to U+30FF), told by their bytes. */
static size_t
count_kana(struct span utf8)
{
	size_t n = 0;

	for (size_t i = 0; i + 2 < utf8.n; i++)
		n += utf8.p[i] == '\xE3' && (unsigned char)utf8.p[i + 1] >= 0x81 && (unsigned char)utf8.p[i + 1] <= 0x83;
	return n;
}

/* U+E000 to U+F8FF: what user-defined characters become, and in truth Latin letters ("Fr\xF6sche"). */
static bool
has_private_use(struct span utf8)
{
	for (size_t i = 0; i + 1 < utf8.n; i++)
		if (utf8.p[i] == '\xEE' || (utf8.p[i] == '\xEF' && (unsigned char)utf8.p[i + 1] < 0xA4))
			return true;
	return false;
}

/*
 * Eight-bit Japanese without a label: Shift_JIS or EUC-JP. EUC read as Shift_JIS is often valid too, but gives half-width kana; the
 * reading with more kana is the right one.
 */
static bool
add_japanese(struct buf *out, struct span s)
{
	struct buf sjis = BUF_MAX(out->max), euc = BUF_MAX(out->max);
	bool is_sjis = convert(&sjis, CP932, s) == 0 && !has_private_use(buf_span(&sjis));
	bool is_euc = convert(&euc, EUC_JP, s) == 0 && !has_private_use(buf_span(&euc));

	is_euc = is_euc && count_kana(buf_span(&euc)) > count_kana(buf_span(&sjis));
	if (is_euc)
		buf_add_span(out, buf_span(&euc));
	else if (is_sjis)
		buf_add_span(out, buf_span(&sjis));
	buf_release(&sjis);
	buf_release(&euc);
	return is_sjis || is_euc;
}

static void
add_guessed(struct buf *out, struct span s)
{
	bool has_escape = memchr(s.p, 0x1B, s.n) != NULL;

	if (has_eight_bit(s) && text_is_utf8(s))
		buf_add_span(out, s);
	else if (has_escape)
		add_iso_2022_jp(out, s);
	else if (!has_eight_bit(s))
		buf_add_span(out, s);
	else if (!add_japanese(out, s))
		convert(out, WINDOWS_1252, s);
}

/* "=?utf-8*ja?", 'utf-8', "UTF_8 ": lower case, without language, quotes and blanks, _ as -. */
static void
clean_label(char *out, size_t room, struct span label)
{
	size_t n = 0;

	for (size_t i = 0; i < label.n && n + 1 < room && label.p[i] != '*'; i++) {
		char c = label.p[i];

		if (c == '"' || c == '\'' || c == ' ' || c == '\t')
			continue;
		out[n++] = c == '_' ? '-' : (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	out[n] = '\0';
}

static int
find_converter(const char *label)
{
	for (size_t i = 0; i < sizeof alias / sizeof alias[0]; i++)
		if (strcmp(label, alias[i].label) == 0)
			label = alias[i].converter;
	for (size_t i = 0; i < CONVERTERS; i++)
		if (strcasecmp(label, converter_name[i]) == 0)
			return (int)i;
	return -1;
}

static void
add_by_label(struct buf *out, struct span bytes, const char *label)
{
	int which;

	if (strcmp(label, "utf-8") == 0 || strcmp(label, "utf8") == 0 || strcmp(label, "unicode-1-1-utf-8") == 0) {
		if (!has_eight_bit(bytes) && memchr(bytes.p, 0x1B, bytes.n) != NULL)
			add_iso_2022_jp(out, bytes);
		else
			buf_add_span(out, bytes);
		return;
	}
	if (strncmp(label, "iso-2022-jp", 11) == 0 || strcmp(label, "cp50220") == 0 || strcmp(label, "cp50221") == 0 ||
	    strcmp(label, "cp50222") == 0 || strcmp(label, "csiso2022jp") == 0) {
		if (has_eight_bit(bytes))
			add_guessed(out, bytes);
		else
			add_iso_2022_jp(out, bytes);
		return;
	}
	which = find_converter(label);
	if (which < 0) {
		add_guessed(out, bytes);
		return;
	}
	if (strcasecmp(converter_name[which], "UTF-16") == 0 && !span_starts(bytes, "\xFF\xFE") &&
	    !span_starts(bytes, "\xFE\xFF"))
		which = UTF_16BE; /* RFC 2781 4.3 */
	convert(out, (size_t)which, bytes);
}

/* Adds clean UTF-8, and takes away the private-use characters that message.h gives a meaning to. */
static void
add_without_marks(struct buf *out, struct span s)
{
	size_t start = out->n;

	text_add_clean(out, s);
	for (size_t i = start; i + 2 < out->n; i++)
		if (memcmp(out->p + i, MESSAGE_STRUCK_OPEN, 3) == 0 || memcmp(out->p + i, MESSAGE_STRUCK_CLOSE, 3) == 0)
			memcpy(out->p + i, "\xEF\xBF\xBD", 3);
}

void
message_add_decoded(struct buf *out, struct span bytes, struct span label)
{
	struct buf decoded = BUF_MAX((size_t)MESSAGE_MAX_BYTES * 4);
	struct span s;
	char name[64];

	if (bytes.n == 0)
		return;
	clean_label(name, sizeof name, label);
	add_by_label(&decoded, bytes, name);
	s = buf_span(&decoded);
	if (span_starts(s, "\xEF\xBB\xBF")) {
		s.p += 3;
		s.n -= 3;
	}
	add_without_marks(out, s);
	if (decoded.failed)
		out->failed = true;
	buf_release(&decoded);
}

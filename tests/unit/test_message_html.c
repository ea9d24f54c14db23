/* The words that a person sees in HTML. */
#include "message_fixture.h"

#define OPEN MESSAGE_STRUCK_OPEN
#define CLOSE MESSAGE_STRUCK_CLOSE

static const struct {
	const char *html, *want, *suspicion;
} table[] = {
    {"<p>a</p><p>b</p>", "a\n\nb\n", NULL},
    {"<p class=MsoNormal>a</p><p class=MsoNormal>b</p>", "a\nb\n", NULL},
    {"<div>a</div><div>b</div>", "a\nb\n", NULL},
    {"<div>a</div><div><br></div><div>b</div>", "a\n\nb\n", NULL},
    {"<div>a<br></div><div>b</div>", "a\nb\n", NULL},
    {"a<br>b<br/>c", "a\nb\nc\n", NULL},
    {"  a \n  b\t c ", "a b c\n", NULL},
    {"<b>a</b> <i>b</i>", "a b\n", NULL},
    {"更新を<b>お願い</b>します", "更新をお願いします\n", NULL},
    {"a&nbsp;&nbsp;b", "a  b\n", NULL},
    {"&lt;a&gt; &amp; &#26085; &#x672c;", "<a> & 日 本\n", NULL},
    {"<pre>a\n  b\nc</pre>", "a\n  b\nc\n", NULL},
    {"<ul><li>a</li><li>b</li></ul>", "- a\n- b\n", NULL},
    {"<ol><li>a<li>b<ul><li>c</ul></ol>", "1. a\n2. b\n- c\n", NULL},
    {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc\n", NULL},
    {"<h1>a</h1>b", "a\n\nb\n", NULL},
    {"a<hr>b", "a\nb\n", NULL},
    {"<blockquote>q<br>r</blockquote>a", "> q\n> r\na\n", NULL},
    {"a<blockquote>q<blockquote>r</blockquote></blockquote>b", "a\n> q\n> > r\nb\n", NULL},
    {"yes<div class=\"gmail_quote\"><div class=gmail_attr>On Monday X wrote:</div><blockquote class=gmail_quote>old</blockquote>more</div>",
	"yes\nOn Monday X wrote:\n> old\nmore\n", NULL},
    {"new<div id=divRplyFwdMsg><b>From:</b> x</div><div>old</div>", "new\n> From: x\n> old\n", NULL},
    {"new<div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in'>From: x</div><p>old", "new\n> From: x\n>\n> old\n", NULL},
    {"new<div class=OutlookMessageHeader>From: x</div>old", "new\n> From: x\n> old\n", NULL},
    {"new<div class='x yahoo_quoted'>old</div>", "new\n> old\n", NULL},
    {"new<span id=OLK_SRC_BODY_SECTION>old</span>", "new\n> old\n", NULL},
    {"a <s>b</s> c", "a " OPEN "b" CLOSE " c\n", NULL},
    {"<strike>a</strike><del>b</del>", OPEN "ab" CLOSE "\n", NULL},
    {"<span style='text-decoration: line-through'>a</span>b", OPEN "a" CLOSE "b\n", NULL},
    {"<span style='text-decoration: underline line-through'>a</span>", OPEN "a" CLOSE "\n", NULL},
    {"<s>a<br>b</s>", OPEN "a" CLOSE "\n" OPEN "b" CLOSE "\n", NULL},
    {"<input type=checkbox checked> a <input type='checkbox'> b", "[x] a [ ] b\n", NULL},
    {"<input type=radio checked>a<input type=radio>b", "(x)a( )b\n", NULL},
    {"<input type=hidden value=x>a<input value='typed'>", "atyped\n", NULL},
    {"<head><title>t</title><style>p{color:red}</style></head><body>a", "a\n", NULL},
    {"<script>var a = '<p>no</p>';</script>a", "a\n", NULL},
    {"<style><!-- p{} --></style>a", "a\n", NULL},
    {"a<!-- no -->b", "ab\n", NULL},
    {"a<!-->b", "ab\n", NULL}, /* a whole comment for browsers, an open one for libxml2 */
    {"a<!--->b<!-- c --!>d", "abd\n", NULL},
    {"<!--[if gte mso 9]><xml>no</xml><![endif]-->a<![if !mso]>b<![endif]>c", "abc\n", NULL},
    {"<!--[if !mso]><!-->a<!--<![endif]-->", "a\n", NULL},
    {"<a title='<!--'>a</a>b<!-- --> c", "ab c\n", NULL},
    {"<p style='display:none'>h</p>a", "a\n", "hidden text"},
    {"<p style='DISPLAY : none !important'>h</p>a", "a\n", "hidden text"},
    {"<p style='color:red;visibility:hidden'>h</p>a", "a\n", "hidden text"},
    {"<span style='font-size:0'>h</span>a", "a\n", "hidden text"},
    {"<span style='font-size:0.0px'>h</span>a", "a\n", "hidden text"},
    {"<span style='font-size:0.9em'>h</span>a", "ha\n", NULL},
    {"<span style='opacity:0'>h</span>a", "a\n", "hidden text"},
    {"<span style='mso-hide:all'>h</span>a", "a\n", "hidden text"},
    {"<p hidden>h</p>a", "a\n", "hidden text"},
    {"<div style='display:none'>sale&#847;&zwnj;&nbsp;&#847;&zwnj;</div>a", "a\n", NULL},
    {"a<div style='display:none'>sale&#847;&zwnj;&nbsp;&#847;&zwnj;</div>", "a\n", "hidden text"},
    {"<p style='position:absolute; left:-9999px'>h</p>a", "a\n", "hidden text"},
    {"<p style='text-indent:-999em'>h</p>a", "a\n", "hidden text"},
    {"<p style='margin-left:-7.5pt'>v</p>a", "v\n\na\n", NULL},
    {"<div style='height:0;overflow:hidden'>h</div>a", "a\n", "hidden text"},
    {"<div style='width:0px;overflow:hidden'>h</div>a", "a\n", "hidden text"},
    {"<div style='height:0'>v</div>a", "v\na\n", NULL},
    {"<span style='font-size:1px'>h</span>a", "a\n", "hidden text"},
    {"<span style='font-size:10px'>v</span>a", "va\n", NULL},
    {"<span style='clip:rect(0,0,0,0)'>h</span>a", "a\n", "hidden text"},
    {"<span style='color:transparent'>h</span>a", "a\n", "hidden text"},
    {"<span style='color:rgba(0, 0, 0, 0)'>h</span>a", "a\n", "hidden text"},
    {"<span style='color:rgba(0, 0, 0, 0.9)'>v</span>a", "va\n", NULL},
    {"<span style='color:#FDFEFD'>h</span>a", "a\n", "hidden text"},
    {"<span style='color:#eee'>v</span>a", "va\n", NULL},
    {"<span style='color:whitesmoke'>v</span>a", "va\n", NULL},
    {"<span style='color:#000; background-color:#000'>h</span>a", "a\n", "hidden text"},
    {"<a style='background:#2a6496;color:#fff'>v</a>a", "va\n", NULL},
    {"<div style='display:none;max-height:0'><img src=x width=1 height=1></div>a", "a\n", NULL},
    {"<p style='color:#FFF'>h</p>a", "a\n", "hidden text"},
    {"<p style='color:#ffffff;background:#000'>h</p>a", "h\n\na\n", NULL},
    {"<table bgcolor=black><tr><td style='color:white'>h</td></tr></table>", "h\n", NULL},
    {"<font color='#FFFFFF'>h</font>a", "a\n", "hidden text"},
    {"<div style='color:white'><span style='color:black'>v</span></div>", "v\n", NULL},
    {"<p style='display:none'>&nbsp;...</p>a", "a\n", NULL},
    {"<blockquote><p style='display:none'>h</p>q</blockquote>a", "> q\na\n", NULL},
    {"<div style='display:none'><b>h</b></div>a", "a\n", "hidden text"},
    {"<style>.pre, p.x { display:none } #i{font-size:0}</style><p class='y pre'>h</p>a", "a\n", "hidden text"},
    {"<style>.pre{display:none}</style><p id=i>v</p>a", "v\n\na\n", NULL},
    {"<style>/* .a{display:none} */ #i{font-size:0}</style><p id=i>h</p>a", "a\n", "hidden text"},
    {"<style>@media print{.a{display:none}} .b{color:red}</style><p class=a>v", "v\n", NULL},
    {"a\xEE\x80\x80" "b", "a\xEF\xBF\xBD" "b\n", NULL},
    {"a&#xE000;b", "a\xEF\xBF\xBD" "b\n", NULL},
    {"<unknown>a</unknown><o:p>b</o:p>", "ab\n", NULL},
    {"<img alt='picture'>a", "a\n", NULL},
    {"", "", NULL},
};

static void
html_is_read_as_it_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct message m;
		char mail[2000];
		size_t n;

		snprintf(mail, sizeof mail, "Content-Type: text/html; charset=utf-8\n\n%s", table[i].html);
		parse(&m, mail);
		n = strlen(m.text);
		if (n > 0 && m.text[n - 1] != '\n' && strlen(m.text) + 1 < 2000) { /* the last line need not end */
			char *longer = realloc(m.text, n + 2);

			assert_non_null(longer);
			m.text = strcat(longer, "\n");
		}
		expect_text("the text", table[i].html, m.text, table[i].want);
		expect_text("the suspicion", table[i].html, m.suspicion, table[i].suspicion);
		message_release(&m);
	}
}

static void
deep_nesting_loses_no_text(void **state)
{
	size_t depth = 20000, at;
	char *mail = malloc(depth * 5 + 200);
	struct message m;

	(void)state;
	assert_non_null(mail);
	strcpy(mail, "Content-Type: text/html\n\n");
	at = strlen(mail);
	for (size_t i = 0; i < depth; i++, at += 5)
		memcpy(mail + at, "<div>", 5);
	strcpy(mail + at, "the words");
	parse(&m, mail);
	assert_non_null(strstr(m.text, "the words"));
	message_release(&m);
	free(mail);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(html_is_read_as_it_is_seen),
	    cmocka_unit_test(deep_nesting_loses_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * message_mime.c - which parts of a mail a person reads
 *
 * libetpan gives the tree; types, charsets and encodings are read here, because libetpan's reading of them is strict. Every node gives two
 * readings, plain and HTML: alternatives choose one of their children for each, everything else joins them.
 */
#include "message_inner.h"

#include "../base/text.h"

#include <libetpan/libetpan.h>
#include <stdlib.h>

enum {
	PART_MAX = MESSAGE_MAX_TEXT * 4, /* bytes of one text part that are decoded */
	ATTACHMENT_NAME_MAX = 1000
};

/* What a node says: once as plain text and once as HTML; text that exists one way only stands in both. */
struct reading {
	struct buf plain, html;
	bool has_plain, has_html; /* made from a text/plain part, from a text/html part */
};

static struct reading
reading_empty(void)
{
	return (struct reading){.plain = BUF_MAX(MESSAGE_MAX_TEXT), .html = BUF_MAX(MESSAGE_MAX_TEXT)};
}

static void
reading_release(struct reading *r)
{
	buf_release(&r->plain);
	buf_release(&r->html);
}

static bool
is_blank(struct span s)
{
	return span_trim(s).n == 0;
}

static void
add_joined(struct buf *to, struct span more)
{
	if (is_blank(more))
		return;
	if (to->n > 0 && to->p[to->n - 1] != '\n')
		buf_add_char(to, '\n');
	message_add_within(to, more);
}

static void
join(struct reading *to, const struct reading *part)
{
	add_joined(&to->plain, buf_span(&part->plain));
	add_joined(&to->html, buf_span(&part->html));
	to->has_plain = to->has_plain || part->has_plain;
	to->has_html = to->has_html || part->has_html;
}

/* The headers of a part, as libetpan found its borders. */
static struct span
part_header(const struct mailmime *part)
{
	const struct mailmime_data *data = part->mm_type == MAILMIME_SINGLE ? part->mm_data.mm_single : NULL;
	size_t n = part->mm_length;

	if (part->mm_mime_start == NULL)
		return (struct span){0};
	if (data != NULL && data->dt_type == MAILMIME_DATA_TEXT && data->dt_data.dt_text.dt_data >= part->mm_mime_start)
		n = (size_t)(data->dt_data.dt_text.dt_data - part->mm_mime_start);
	return (struct span){part->mm_mime_start, n};
}

static size_t
count_fields(const struct fields *fields, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < fields->count; i++)
		n += span_is_caseless(fields->field[i].name, name);
	return n;
}

/* What the headers of a part say about it. */
struct part {
	struct content type, disposition;
	struct span encoding;
	struct span body;
	bool is_attached;
};

static void
part_read(struct decoding *d, const struct mailmime *mime, struct part *out)
{
	const struct mailmime_data *data = mime->mm_type == MAILMIME_SINGLE ? mime->mm_data.mm_single : NULL;
	struct fields fields;
	const struct field *f;

	*out = (struct part){0};
	message_fields_split(&fields, part_header(mime), NULL);
	d->is_short = d->is_short || fields.is_short;
	if (count_fields(&fields, "Content-Type") > 1)
		message_suspect(d, "a part has more than one Content-Type");
	f = message_field_find(&fields, "Content-Type");
	message_content_parse(&out->type, f != NULL ? f->value : (struct span){0});
	f = message_field_find(&fields, "Content-Disposition");
	message_content_parse(&out->disposition, f != NULL ? f->value : (struct span){0});
	f = message_field_find(&fields, "Content-Transfer-Encoding");
	if (f != NULL)
		out->encoding = f->value;
	if (data != NULL && data->dt_type == MAILMIME_DATA_TEXT)
		out->body = (struct span){data->dt_data.dt_text.dt_data, data->dt_data.dt_text.dt_length};
	out->is_attached = strcmp(out->disposition.value, "attachment") == 0 || out->disposition.name != NULL ||
	    out->type.name != NULL;
	message_fields_release(&fields);
}

static void
part_release(struct part *part)
{
	message_content_release(&part->type);
	message_content_release(&part->disposition);
}

static void
add_attachment(struct decoding *d, const struct part *part)
{
	const char *name = part->disposition.name != NULL ? part->disposition.name
	    : part->type.name != NULL			  ? part->type.name
	    : part->type.value[0] != '\0'		  ? part->type.value
							  : "text/plain";
	struct buf clean = BUF_MAX(ATTACHMENT_NAME_MAX);

	text_add_clean(&clean, span_of(name)); /* a type can hold any bytes; a name that is too long keeps its beginning */
	message_list_add(d, &d->out->attachment, &d->out->attachment_count, MESSAGE_MAX_PARTS, buf_span(&clean));
	buf_release(&clean);
}

/* A text part as clean UTF-8. HTML without a charset may name it itself. */
static void
add_part_text(struct decoding *d, struct buf *out, const struct part *part)
{
	struct buf bytes = BUF_MAX(PART_MAX);
	struct span label = span_of(part->type.charset);
	struct span head;

	message_add_transfer_decoded(&bytes, part->body, part->encoding);
	if (bytes.failed && bytes.too_large)
		message_suspect(d, "the text is longer than what is read of it");
	head = buf_span(&bytes);
	if (label.n == 0 && strcmp(part->type.value, "text/html") == 0) {
		const char *found;

		head.n = head.n < 2048 ? head.n : 2048;
		found = head.n > 0 ? memmem(head.p, head.n, "charset=", 8) : NULL;
		if (found != NULL && !text_is_utf8(buf_span(&bytes))) {
			label.p = found + 8 + (found[8] == '"');
			label.n = strcspn(label.p, "\"' ;/>");
		}
	}
	message_add_decoded(out, buf_span(&bytes), label);
	buf_release(&bytes);
}

static void
read_html(struct decoding *d, const struct part *part, struct reading *out)
{
	struct buf html = BUF_MAX(PART_MAX * 3);
	unsigned odd;

	add_part_text(d, &html, part);
	odd = message_add_html(&out->html, buf_span(&html));
	if ((odd & HTML_HIDDEN) != 0)
		message_suspect(d, "hidden text");
	if ((odd & HTML_CUT) != 0)
		message_suspect(d, "the text is longer than what is read of it");
	if (!is_blank(buf_span(&html)) && is_blank(buf_span(&out->html)) && html.n > 2000)
		message_suspect(d, "HTML without visible text");
	message_add_within(&out->plain, buf_span(&out->html));
	out->has_html = true;
	buf_release(&html);
}

static void
read_plain(struct decoding *d, const struct part *part, struct reading *out)
{
	struct buf text = BUF_MAX(PART_MAX * 3);

	add_part_text(d, &text, part);
	if (part->type.is_flowed)
		message_add_flowed(&out->plain, buf_span(&text), part->type.is_delsp);
	else
		message_add_within(&out->plain, buf_span(&text));
	message_add_within(&out->html, buf_span(&out->plain));
	out->has_plain = !is_blank(buf_span(&out->plain));
	buf_release(&text);
}

static void
keep_report_part(const struct part *part, struct buf *to)
{
	if (to->n == 0)
		message_add_transfer_decoded(to, part->body, part->encoding);
}

/* libetpan reads types strictly; a multipart that it did not take apart is read by other programs as more than one text. */
static void
read_leaf(struct decoding *d, const struct mailmime *mime, struct reading *out, int depth)
{
	struct part part;

	part_read(d, mime, &part);
	if (depth == 0 && (part.type.value[0] == '\0' || strncmp(part.type.value, "text", 4) == 0))
		part.is_attached = false; /* the only part is the text, whatever it is called */
	if (strncmp(part.type.value, "multipart/", 10) == 0 && part.type.has_boundary)
		message_suspect(d, "the parts of the mail cannot be told apart");
	if (strcmp(part.type.value, "message/delivery-status") == 0 || strcmp(part.type.value, "message/global-delivery-status") == 0)
		keep_report_part(&part, &d->delivery_status);
	if (strcmp(part.type.value, "text/rfc822-headers") == 0 || strcmp(part.type.value, "message/global-headers") == 0)
		keep_report_part(&part, &d->returned);
	if (part.is_attached || strncmp(part.type.value, "application/", 12) == 0)
		message_note_request(d, part.type.value, part.body, part.encoding);
	if (part.is_attached && (strcmp(part.disposition.value, "inline") != 0 || strncmp(part.type.value, "text/", 5) != 0))
		add_attachment(d, &part);
	else if (strcmp(part.type.value, "text/html") == 0)
		read_html(d, &part, out);
	else if (part.type.value[0] == '\0' || strcmp(part.type.value, "text/plain") == 0 ||
	    strcmp(part.type.value, "text") == 0 || strchr(part.type.value, '/') == NULL ||
	    strncmp(part.type.value, "multipart/", 10) == 0)
		read_plain(d, &part, out);
	else
		add_attachment(d, &part);
	part_release(&part);
}

/* A mail inside the mail: it is listed, and kept where a delivery report returns it. */
static void
read_attached_mail(struct decoding *d, const struct mailmime *mime)
{
	const struct mailmime *inner = mime->mm_data.mm_message.mm_msg_mime;
	struct part part;
	struct span whole, body;
	struct fields fields;

	part_read(d, mime, &part);
	if (part.type.value[0] == '\0')
		snprintf(part.type.value, sizeof part.type.value, "message/rfc822");
	add_attachment(d, &part);
	if (inner != NULL && d->returned.n == 0) {
		whole = (struct span){mime->mm_mime_start, mime->mm_length};
		message_fields_split(&fields, whole, &body);
		message_fields_release(&fields);
		body.n = body.n < d->returned.max ? body.n : d->returned.max;
		buf_add_span(&d->returned, body);
	}
	part_release(&part);
}

static void read_node(struct decoding *d, const struct mailmime *mime, struct reading *out, int depth);

static void
choose(struct decoding *d, struct reading *to, const struct reading *part)
{
	if (part->has_plain && to->has_plain && message_texts_differ(buf_span(&to->plain), buf_span(&part->plain)))
		message_suspect(d, "two text parts that differ");
	if (part->has_plain && !to->has_plain) {
		buf_clear(&to->plain);
		message_add_within(&to->plain, buf_span(&part->plain));
		to->has_plain = true;
	}
	if (part->has_html && !is_blank(buf_span(&part->html))) {
		buf_clear(&to->html);
		message_add_within(&to->html, buf_span(&part->html));
		to->has_html = true;
	}
}

static void
read_alternatives(struct decoding *d, const struct mailmime *mime, struct reading *out, int depth)
{
	struct reading part;

	for (clistiter *c = clist_begin(mime->mm_data.mm_multipart.mm_mp_list); c != NULL; c = clist_next(c)) {
		part = reading_empty();
		read_node(d, clist_content(c), &part, depth + 1);
		choose(d, out, &part);
		reading_release(&part);
	}
	if (!out->has_plain)
		message_add_within(&out->plain, buf_span(&out->html));
	if (!out->has_html)
		message_add_within(&out->html, buf_span(&out->plain));
}

static void
read_joined(struct decoding *d, const struct mailmime *mime, struct reading *out, int depth)
{
	struct reading part;

	for (clistiter *c = clist_begin(mime->mm_data.mm_multipart.mm_mp_list); c != NULL; c = clist_next(c)) {
		part = reading_empty();
		read_node(d, clist_content(c), &part, depth + 1);
		join(out, &part);
		reading_release(&part);
	}
}

/* What the headers of a multipart say beside its kind: the report-type of the outermost multipart/report. */
static void
note_multipart(struct decoding *d, const struct mailmime *mime, bool is_report)
{
	struct part part;

	part_read(d, mime, &part);
	if (is_report && d->report_type[0] == '\0')
		snprintf(d->report_type, sizeof d->report_type, "%s",
		    part.type.report_type[0] != '\0' ? part.type.report_type : "unknown");
	part_release(&part);
}

static void
read_node(struct decoding *d, const struct mailmime *mime, struct reading *out, int depth)
{
	const char *subtype = mime->mm_content_type != NULL ? mime->mm_content_type->ct_subtype : "";

	if (++d->parts > MESSAGE_MAX_PARTS || depth > MESSAGE_MAX_DEPTH) {
		message_suspect(d, "more parts than are read");
		return;
	}
	switch (mime->mm_type) {
	case MAILMIME_MULTIPLE:
		note_multipart(d, mime, strcasecmp(subtype, "report") == 0);
		if (strcasecmp(subtype, "alternative") == 0)
			read_alternatives(d, mime, out, depth);
		else
			read_joined(d, mime, out, depth);
		if (strcasecmp(subtype, "encrypted") == 0)
			message_suspect(d, "the mail is encrypted");
		break;
	case MAILMIME_MESSAGE:
		read_attached_mail(d, mime);
		break;
	default:
		read_leaf(d, mime, out, depth);
	}
}

/* Hands the two readings over to the message. */
static void
take_readings(struct decoding *d, struct reading *r, bool is_multiple)
{
	struct message *m = d->out;

	if (r->plain.too_large || r->html.too_large)
		message_suspect(d, "the text is longer than what is read of it");
	if (is_multiple && m->attachment_count == 0 && is_blank(buf_span(&r->plain)) && is_blank(buf_span(&r->html)))
		message_suspect(d, "the parts of the mail cannot be told apart");
	m->is_html = r->has_html && !r->has_plain;
	m->text = message_copy(d, buf_span(&r->plain));
	if (r->has_plain && r->has_html && strcmp(buf_text(&r->plain), buf_text(&r->html)) != 0)
		m->other_text = message_copy(d, buf_span(&r->html));
	d->is_short = d->is_short || (r->plain.failed && !r->plain.too_large) || (r->html.failed && !r->html.too_large);
}

void
message_read_parts(struct decoding *d)
{
	struct mailmime *tree = NULL;
	struct mailmime *root = NULL;
	struct reading whole = reading_empty();
	size_t at = 0;

	if (d->raw.n > 0 && mailmime_parse(d->raw.p, d->raw.n, &at, &tree) != MAILIMF_NO_ERROR)
		message_suspect(d, "the parts of the mail cannot be told apart");
	if (tree != NULL && tree->mm_type == MAILMIME_MESSAGE)
		root = tree->mm_data.mm_message.mm_msg_mime;
	if (root != NULL)
		read_node(d, root, &whole, 0);
	take_readings(d, &whole, root != NULL && root->mm_type == MAILMIME_MULTIPLE);
	reading_release(&whole);
	if (tree != NULL)
		mailmime_free(tree);
}

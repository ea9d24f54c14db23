/*
 * labelled_lines.c - a set as JSON lines, of which mails are made: plain UTF-8, so that what is measured is the reading of words. How mails of all
 * character sets and transfer encodings are decoded is measured with real mails.
 */
#include "labelled_inner.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/file.h"
#include "../base/text.h"

static const char *
text_of(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text != NULL ? text : "";
}

/* One line, whatever stands in it. */
static void
add_header(struct buf *out, const char *name, const char *value)
{
	struct buf shown = BUF_MAX(1 << 20);

	text_add_printable(&shown, span_of(value));
	buf_addf(out, "%s: %s\n", name, buf_text(&shown));
	buf_release(&shown);
}

static void
add_headers(struct buf *out, const json_t *line)
{
	static const char *const ours[] = {"from", "to", "subject", "message-id", "mime-version", "content-type",
	    "content-transfer-encoding", "in-reply-to"};
	const char *name, *from = text_of(line, "from");
	json_t *value;

	add_header(out, "From", from[0] != '\0' ? from : "Customer <customer@customer.example>");
	add_header(out, "Subject", text_of(line, "subject"));
	buf_addf(out, "To: <ssl-renewal@hosting.example>\nMessage-ID: <%s@mail.customer.example>\nMIME-Version: 1.0\n", text_of(line, "id"));
	json_object_foreach(json_object_get(line, "headers"), name, value) {
		bool is_ours = false;

		for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
			is_ours = is_ours || strcasecmp(name, ours[i]) == 0;
		if (!is_ours && json_is_string(value))
			add_header(out, name, json_string_value(value));
	}
}

static void
add_part(struct buf *out, const char *type, const char *text)
{
	buf_addf(out, "Content-Type: text/%s; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n", type);
	buf_add_text(out, text);
	buf_add_text(out, "\n");
}

static void
add_body(struct buf *out, const json_t *line)
{
	const char *body = text_of(line, "body"), *html = text_of(line, "html");

	if (html[0] == '\0') {
		add_part(out, "plain", body);
	} else if (body[0] == '\0') {
		add_part(out, "html", html);
	} else {
		buf_add_text(out, "Content-Type: multipart/alternative; boundary=\"=_labelled\"\n\n--=_labelled\n");
		add_part(out, "plain", body);
		buf_add_text(out, "\n--=_labelled\n");
		add_part(out, "html", html);
		buf_add_text(out, "\n--=_labelled--\n");
	}
}

static enum fault
read_names(struct asked *asked, const json_t *names, struct why *why)
{
	asked->certificate = calloc(json_array_size(names) + 1, sizeof *asked->certificate);
	asked->letter_text = strdup("");
	if (asked->certificate == NULL || asked->letter_text == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a labelled set");
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (name == NULL)
			return why_set(why, FAULT_ITEM, "certs is a list of names");
		if ((asked->certificate[asked->certificate_count] = strdup(name)) == NULL)
			return why_set(why, FAULT_STOP, "out of memory for a labelled set");
		asked->certificate_count++;
	}
	return FAULT_NONE;
}

static enum fault
read_item(struct labelled *item, const json_t *line, struct why *why)
{
	struct buf mail = BUF_MAX(LABELLED_MAX_MAIL);
	enum fault fault;

	item->id = strdup(text_of(line, "id"));
	item->reason = strdup(text_of(line, "reason"));
	if (item->id == NULL || item->reason == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a labelled set");
	if (item->id[0] == '\0' || !verdict_parse(text_of(line, "label"), &item->label))
		return why_set(why, FAULT_ITEM, "a reply has an id and a label that is a verdict");
	fault = labelled_parse_letter(text_of(line, "answers"), &item->asked.letter, why);
	if (fault == FAULT_NONE)
		fault = read_names(&item->asked, json_object_get(line, "certs"), why);
	if (fault == FAULT_NONE)
		fault = labelled_set_want(item, json_object_get(line, "per_cert"), why);
	if (fault != FAULT_NONE)
		return fault;
	add_headers(&mail, line);
	add_body(&mail, line);
	fault = buf_fault(&mail, why, "a mail");
	item->mail_len = mail.n;
	if (fault == FAULT_NONE && (item->mail = buf_take(&mail)) == NULL)
		fault = why_set(why, FAULT_STOP, "out of memory for a mail");
	buf_release(&mail);
	return fault;
}

enum fault
labelled_load_lines(struct labelled_set *out, const char *file, struct why *why)
{
	struct buf text = BUF_MAX(LABELLED_MAX_SET);
	struct span rest, line;
	unsigned number = 0;
	enum fault fault = file_read(&text, file, why);

	rest = buf_span(&text);
	while (fault == FAULT_NONE && span_next_line(&rest, &line)) {
		struct labelled item = {0};
		json_error_t error;
		json_t *json;

		number++;
		if (line.n == 0)
			continue;
		json = json_loadb(line.p, line.n, 0, &error);
		if (json == NULL)
			fault = why_set(why, FAULT_ITEM, "%s:%u: %s", file, number, error.text);
		else
			fault = read_item(&item, json, why);
		if (fault == FAULT_NONE)
			fault = labelled_add(out, &item, why);
		else if (fault == FAULT_ITEM && json != NULL)
			(void)why_before(why, fault, "%s:%u", file, number);
		labelled_release(&item);
		json_decref(json);
	}
	buf_release(&text);
	return fault;
}

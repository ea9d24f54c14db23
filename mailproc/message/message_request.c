/*
 * message_request.c - certificate requests (CSR) that a mail carries
 *
 * Attached as PEM or DER, or pasted into the text, where lines may be quoted or wrapped anew: what stands between the two marks is decoded as base64, which
 * passes over all of that. Whether it is a request at all is found by who reads it; here it is only kept.
 */
#include "message_inner.h"

#include "../digest.h"

#include <stdlib.h>

enum {
	REQUEST_MAX = 16 << 10,	     /* bytes of one, in DER */
	PART_LONGEST = 4 * REQUEST_MAX /* encoded, with text around it */
};

static const char mark[] = "CERTIFICATE REQUEST-----";

static void
add_request(struct decoding *d, struct span der)
{
	char text[REQUEST_MAX / 3 * 4 + 8];
	struct message *m = d->out;
	bool is_known = false;

	if (der.n < 2 || der.n > REQUEST_MAX || der.p[0] != 0x30) /* SEQUENCE */
		return;
	digest_base64(text, der.p, der.n);
	for (size_t i = 0; i < m->request_count; i++)
		is_known = is_known || strcmp(m->request[i], text) == 0;
	if (!is_known)
		message_list_add(d, &m->request, &m->request_count, MESSAGE_MAX_REQUESTS, span_of(text));
}

/* Every "-----BEGIN CERTIFICATE REQUEST----- … -----END" in a text; "NEW" may stand before it. */
static void
add_marked(struct decoding *d, struct span text)
{
	while (text.n > 0) {
		const char *begin = memmem(text.p, text.n, mark, sizeof mark - 1), *end;
		struct buf der = BUF_MAX(2 * REQUEST_MAX);
		struct span rest;

		if (begin == NULL)
			return;
		begin += sizeof mark - 1;
		rest = (struct span){begin, text.n - (size_t)(begin - text.p)};
		end = memmem(rest.p, rest.n, "-----END", 8);
		if (end == NULL)
			return;
		if (end - begin < PART_LONGEST)
			message_add_base64(&der, (struct span){begin, (size_t)(end - begin)});
		d->is_short = d->is_short || (der.failed && !der.too_large);
		add_request(d, buf_span(&der));
		buf_release(&der);
		/* Past the mark of the end, which would be taken for a beginning. */
		text = (struct span){end, rest.n - (size_t)(end - begin)};
		begin = memmem(text.p, text.n, mark, sizeof mark - 1);
		if (begin == NULL)
			return;
		begin += sizeof mark - 1;
		text = (struct span){begin, text.n - (size_t)(begin - text.p)};
	}
}

void
message_note_request(struct decoding *d, const char *type, struct span body, struct span encoding)
{
	struct buf bytes = BUF_MAX(PART_LONGEST);

	if (body.n == 0 || body.n > PART_LONGEST || strncmp(type, "image/", 6) == 0)
		return;
	message_add_transfer_decoded(&bytes, body, encoding);
	if (bytes.n > 0 && bytes.p[0] == 0x30 && strstr(type, "pkcs10") != NULL)
		add_request(d, buf_span(&bytes));
	else
		add_marked(d, buf_span(&bytes));
	d->is_short = d->is_short || (bytes.failed && !bytes.too_large);
	buf_release(&bytes);
}

void
message_read_requests(struct decoding *d)
{
	add_marked(d, span_of(d->out->text));
	add_marked(d, span_of(d->out->other_text));
}

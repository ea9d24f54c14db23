/*
 * command_classify.c - what mailproc would make of mail files, without a store
 *
 * The same reader as in a run, so that what is shown here is what would happen; only who sent it, and which letter it answers, is
 * taken from the command line.
 */
#include "../command.h"

#include "../base/file.h"
#include "../base/log.h"
#include "../base/text.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

enum {
	SECONDS = 10,
	MEGABYTES = 512,
	AT_ONCE = 2, /* readers at work */
	CERTIFICATES_MAX = 100,
	CUT_WIDTH = 70 /* columns of the first line of what was cut */
};

/* A mail that a reader reads. */
struct at_work {
	char *path; /* owned */
	struct reading *reading;
	enum fault begun; /* FAULT_ITEM: it cannot be read, and why says so */
	struct why why;
};

struct classify {
	struct reader_zygote *zygote;
	struct at_work at_work[AT_ONCE]; /* from the oldest: results come in the order of the files */
	size_t at_work_count;
	struct asked asked; /* borrows from the command line */
	bool as_json;
	bool has_unread; /* a file could not be opened */
};

/* ---- printing ---- */

static void
print_span(const char *before, struct span s, const char *after)
{
	struct buf shown = BUF_MAX(s.n * 4 + 64);

	text_add_printable(&shown, s);
	printf("%s%s%s", before, buf_text(&shown), after);
	buf_release(&shown);
}

static void
print_text(const char *before, const char *text, const char *after)
{
	print_span(before, span_of(text), after);
}

static void
print_evidence(const json_t *list)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one) {
		const char *words = json_string_value(json_object_get(one, "text")), *reason = json_string_value(json_object_get(one, "reason"));

		print_text(i == 0 ? "  because  " : "           ", json_string_value(json_object_get(one, "rule")), "");
		if (words != NULL && words[0] != '\0')
			print_text(": \"", words, "\"");
		if (reason != NULL && reason[0] != '\0')
			print_text(" - ", reason, "");
		printf("\n");
	}
}

static void
print_bounce(const json_t *bounce)
{
	const char *recipient = json_string_value(json_object_get(bounce, "recipient")), *status = json_string_value(json_object_get(bounce, "status"));

	print_text("  came back: ", recipient != NULL ? recipient : "an address that is not named", ", ");
	print_text("", json_string_value(json_object_get(bounce, "kind")), "");
	print_text(", status ", status != NULL ? status : "not said", "\n");
}

static void
print_lines(const char *text)
{
	struct span rest = span_of(text), line;

	while (span_next_line(&rest, &line))
		print_span("    ", line, "\n");
}

static void
print_cut(const char *text)
{
	struct span rest = span_trim(span_of(text)), line, first = {0};
	size_t lines = 0;

	while (span_next_line(&rest, &line)) {
		first = lines == 0 ? line : first;
		lines++;
	}
	if (lines == 0)
		return;
	first.n = text_cut(first, CUT_WIDTH);
	printf("  not read: %zu line%s, from", lines, lines == 1 ? "" : "s");
	print_span(" \"", first, "\"\n");
}

static void
print_for_people(const char *file, json_t *json)
{
	json_t *certificates = json_object_get(json, "certificates");
	const char *reply = json_string_value(json_object_get(json, "reply")), *cut = json_string_value(json_object_get(json, "cut"));
	const json_t *bounce = json_object_get(json, "bounce");
	const char *name;
	json_t *verdict;

	print_text("", file, ": ");
	print_text("", json_string_value(json_object_get(json, "verdict")), "\n");
	print_text("  ", json_string_value(json_object_get(json, "reason")), "\n");
	json_object_foreach(certificates, name, verdict) {
		print_text("  ", name, ": ");
		print_text("", json_string_value(verdict), "\n");
	}
	if (bounce != NULL)
		print_bounce(bounce);
	print_evidence(json_object_get(json, "evidence"));
	if (reply != NULL && reply[0] != '\0') {
		printf("  new words:\n");
		print_lines(reply);
	}
	if (cut != NULL)
		print_cut(cut);
}

/* The keys of the contract, in its order: file, verdict, reason, certificates, reply, evidence; and bounce for one. */
static bool
print_as_json(const char *file, const json_t *json)
{
	static const char *const keys[] = {"verdict", "reason", "certificates", "reply", "evidence", "bounce"};
	json_t *line = json_object();
	char *text = NULL;
	struct buf clean = BUF_MAX(64 << 10);
	bool done = false;

	text_add_clean(&clean, span_of(file)); /* a file name may be any bytes */
	if (line != NULL && json_object_set_new(line, "file", json_string(buf_text(&clean))) == 0) {
		for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
			if (json_object_get(json, keys[i]) != NULL)
				json_object_set(line, keys[i], json_object_get(json, keys[i]));
		text = json_dumps(line, JSON_COMPACT);
	}
	if (text != NULL)
		done = printf("%s\n", text) > 0;
	free(text);
	buf_release(&clean);
	json_decref(line);
	return done;
}

/* ---- one mail ---- */

/* A mail that cannot be read is one that a person has to look at. */
static json_t *
unreadable(const struct asked *asked, const char *reason)
{
	json_t *certificates = json_object();

	for (size_t i = 0; i < asked->certificate_count && certificates != NULL; i++)
		json_object_set_new(certificates, asked->certificate[i], json_string(verdict_text(VERDICT_REVIEW)));
	return json_pack("{s:s, s:s, s:o, s:s, s:[{s:s, s:s, s:s}]}", "verdict", verdict_text(VERDICT_REVIEW), "reason", reason,
	    "certificates", certificates, "reply", "", "evidence", "rule", "limit", "text", "", "reason", reason);
}

/* What a delivery report says; nothing for another mail. */
static bool
add_bounce(json_t *json, const struct message *message)
{
	json_t *bounce;

	if (message->kind != MESSAGE_BOUNCE)
		return true;
	bounce = json_pack("{s:s, s:s?, s:s?}", "kind", bounce_kind_text(message->bounce.kind), "recipient", message->bounce.recipient, "status",
	    message->bounce.status);
	return bounce != NULL && json_object_set_new(json, "bounce", bounce) == 0;
}

/* The verdict on a mail whose reading has begun; fault is how that went. The reading has ended after this. */
static enum fault
judge(struct classify *c, struct reading *reading, enum fault fault, json_t **out, struct why *why)
{
	struct message message = {0};
	struct intent intent = {0};

	if (fault == FAULT_NONE)
		fault = reader_take(reading, &message, why);
	if (fault == FAULT_NONE)
		fault = reader_decide(reading, &c->asked, &intent, out, why);
	if (fault == FAULT_ITEM) {
		*out = unreadable(&c->asked, why->text);
		fault = *out != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory for a verdict");
	} else if (fault == FAULT_NONE && !add_bounce(*out, &message)) {
		fault = why_set(why, FAULT_STOP, "out of memory for a verdict");
	}
	message_release(&message);
	intent_release(&intent);
	return fault;
}

/* Takes the oldest mail at work to its end and prints it. */
static enum fault
finish_oldest(struct classify *c, struct why *why)
{
	struct at_work mail = c->at_work[0];
	json_t *json = NULL;
	enum fault fault;

	c->at_work_count--;
	memmove(c->at_work, c->at_work + 1, c->at_work_count * sizeof mail);
	fault = judge(c, mail.reading, mail.begun, &json, mail.begun == FAULT_NONE ? why : &mail.why);
	if (json != NULL && !c->as_json)
		print_for_people(mail.path, json);
	else if (json != NULL && !print_as_json(mail.path, json))
		fault = why_set(why, FAULT_STOP, "the verdict cannot be written");
	fflush(stdout);
	json_decref(json);
	free(mail.path);
	return fault;
}

static enum fault
finish_all(struct classify *c, struct why *why)
{
	enum fault fault = FAULT_NONE;

	while (c->at_work_count > 0 && fault == FAULT_NONE)
		fault = finish_oldest(c, why);
	return fault;
}

/* After a fault that ends the command. */
static void
drop_all(struct classify *c)
{
	for (size_t i = 0; i < c->at_work_count; i++) {
		reading_end(c->at_work[i].reading);
		free(c->at_work[i].path);
	}
	c->at_work_count = 0;
}

/* Begins to read a mail; one that was begun before it is finished first where all readers are at work. */
static enum fault
classify_file(struct classify *c, const char *path, struct why *why)
{
	struct buf raw = BUF_MAX(MESSAGE_MAX_BYTES + 1);
	struct at_work mail = {.path = strdup(path)};
	enum fault fault = mail.path != NULL ? FAULT_NONE : why_set(why, FAULT_STOP, "out of memory for a file name");

	if (fault == FAULT_NONE && c->at_work_count == AT_ONCE)
		fault = finish_oldest(c, why);
	if (fault != FAULT_NONE)
		goto out;
	mail.begun = file_read(&raw, path, &mail.why);
	if (mail.begun == FAULT_ITEM && !raw.too_large) {
		log_error("%s", mail.why.text);
		c->has_unread = true;
		goto out;
	}
	if (mail.begun == FAULT_NONE)
		mail.begun = reader_begin(c->zygote, buf_span(&raw), &mail.reading, &mail.why);
	if (mail.begun != FAULT_NONE && mail.begun != FAULT_ITEM) {
		*why = mail.why;
		fault = mail.begun;
		goto out;
	}
	c->at_work[c->at_work_count++] = mail;
	mail.path = NULL;
out:
	free(mail.path);
	buf_release(&raw);
	return fault;
}

/* ---- files and folders ---- */

static enum fault
classify_folder(struct classify *c, const char *path, const char *suffix, struct why *why)
{
	struct file_list list = {0};
	enum fault fault = file_list_dir(&list, path, suffix, why);

	if (fault == FAULT_ITEM) {
		log_error("%s", why->text);
		c->has_unread = true;
		return FAULT_NONE;
	}
	for (size_t i = 0; i < list.count && fault == FAULT_NONE; i++) {
		char *file = file_path(path, list.name[i]);

		fault = file != NULL ? classify_file(c, file, why) : why_set(why, FAULT_STOP, "out of memory for a file name");
		free(file);
	}
	file_list_release(&list);
	return fault;
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A Maildir is its cur and new; any other folder its .eml files. */
static enum fault
classify_path(struct classify *c, const char *path, struct why *why)
{
	char *cur, *new;
	enum fault fault;

	if (!is_folder(path))
		return classify_file(c, path, why);
	cur = file_path(path, "cur");
	new = file_path(path, "new");
	if (cur == NULL || new == NULL) {
		fault = why_set(why, FAULT_STOP, "out of memory for a file name");
	} else if (is_folder(cur) && is_folder(new)) {
		fault = classify_folder(c, cur, "", why);
		if (fault == FAULT_NONE)
			fault = classify_folder(c, new, "", why);
	} else {
		fault = classify_folder(c, path, ".eml", why);
	}
	free(cur);
	free(new);
	return fault;
}

/* ---- the command ---- */

static void
report_rule(const char *file, unsigned line, const char *text, void *data)
{
	(void)data;
	log_error("%s:%u: %s", file, line, text);
}

static int
refuse_letter(const char *word)
{
	struct buf problem = BUF_MAX(500);
	int status;

	buf_addf(&problem, "\"%.40s\" is no letter; these are:", word);
	for (int i = 0; i < (int)letter_kind_count; i++)
		buf_addf(&problem, " %s", letter_kind_text((enum letter_kind)i));
	status = command_usage("classify", buf_text(&problem));
	buf_release(&problem);
	return status;
}

/* Reads the options; *rules stays NULL where none was given. 0 or the exit status. */
static int
read_options(struct classify *c, char *names[CERTIFICATES_MAX], const char **rules, int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {"rules", required_argument, NULL, 'r'},
	    {"answers", required_argument, NULL, 'a'}, {NULL, 0, NULL, 0}};
	int option;

	optind = 0; /* main has read options before */
	opterr = 0;
	c->asked = (struct asked){.letter = LETTER_NOTICE, .certificate = names};
	while ((option = getopt_long(argc, argv, "n:", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			c->as_json = true;
			break;
		case 'r':
			*rules = optarg;
			break;
		case 'a':
			if (!letter_kind_parse(optarg, &c->asked.letter))
				return refuse_letter(optarg);
			break;
		case 'n':
			if (c->asked.certificate_count == CERTIFICATES_MAX)
				return command_usage("classify", "too many certificates");
			names[c->asked.certificate_count++] = optarg;
			break;
		default:
			return command_usage("classify", "an option is not known or lacks its value");
		}
	}
	return optind < argc ? 0 : command_usage("classify", "no file is given");
}

static enum fault
classify_all(struct classify *c, const char *rules, char **path, struct why *why)
{
	char empty[] = "", *data_dir = NULL, *found = NULL;
	enum fault fault = FAULT_NONE;

	if (rules == NULL) {
		data_dir = config_find_data_dir();
		found = data_dir != NULL ? file_path(data_dir, "rules") : NULL;
		rules = found;
	}
	c->asked.letter_text = empty;
	if (rules == NULL)
		fault = why_set(why, FAULT_SETUP, "the folder of rules is not found: give it with --rules");
	if (fault == FAULT_NONE)
		fault = reader_start(&c->zygote, rules, "", "", (struct reader_limits){SECONDS, MEGABYTES}, report_rule, NULL, why);
	for (; *path != NULL && fault == FAULT_NONE; path++)
		fault = classify_path(c, *path, why);
	if (fault == FAULT_NONE)
		fault = finish_all(c, why);
	drop_all(c);
	reader_stop(c->zygote);
	free(found);
	free(data_dir);
	return fault;
}

int
command_classify(const struct command_context *context, int argc, char **argv)
{
	struct classify c = {0};
	char *names[CERTIFICATES_MAX];
	const char *rules = NULL;
	struct why why = {0};
	int status = read_options(&c, names, &rules, argc, argv);
	enum fault fault;

	(void)context;
	if (status != 0)
		return status;
	fault = classify_all(&c, rules, argv + optind, &why);
	if (fault != FAULT_NONE)
		return command_fail(fault, &why);
	return c.has_unread ? EX_DATAERR : EX_OK;
}

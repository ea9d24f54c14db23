/*
 * command_rules.c - measures rules on mails whose answer a clerk has given
 *
 * The figures that matter come first in their names: a flip, a wrong act or a lost mail is a fault of the rules, a missed answer costs a person's time.
 * What came out is compared with the last accepted run, kept beside the set as SET.accepted, so that a change of rules shows what it changed.
 */
#include "../command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../base/file.h"
#include "../base/table.h"
#include "command_view.h"
#include "../labelled.h"
#include "../reader.h"

enum { SECONDS = 10, MEGABYTES = 512, ACCEPTED_MAX = 64 << 20 };

struct measure {
	struct labelled_set set;
	struct intent *seen;	      /* owned, one a mail */
	enum labelled_result *result; /* owned */
	size_t count[labelled_result_count];
	size_t table[verdict_count][verdict_count]; /* label, verdict */
	size_t clear, acts, right_acts, covered;
	json_t *accepted; /* id → verdict with the answers per certificate; NULL: no run was accepted */
};

static void
measure_release(struct measure *m)
{
	for (size_t i = 0; i < m->set.count && m->seen != NULL; i++)
		intent_release(&m->seen[i]);
	free(m->seen);
	free(m->result);
	labelled_set_release(&m->set);
	json_decref(m->accepted);
}

/* ---- reading ---- */

/* A mail that cannot be read is one for a person. */
static enum fault
read_one(struct reader_zygote *zygote, const struct labelled *item, struct intent *out, struct why *why)
{
	struct message message = {0};
	struct reading *reading = NULL;
	json_t *json = NULL;
	enum fault fault = reader_read(zygote, (struct span){item->mail, item->mail_len}, &reading, &message, why);

	if (fault == FAULT_NONE)
		fault = reader_decide(reading, &item->asked, out, &json, why);
	if (fault == FAULT_ITEM) {
		*out = (struct intent){.verdict = VERDICT_REVIEW, .reason = strdup(why->text)};
		fault = FAULT_NONE;
	}
	json_decref(json);
	message_release(&message);
	return fault;
}

static void
count_one(struct measure *m, size_t i)
{
	const struct labelled *item = &m->set.item[i];
	bool is_right, acts = verdict_is_act(m->seen[i].verdict);

	m->result[i] = labelled_compare(item, &m->seen[i]);
	is_right = acts && m->result[i] == RESULT_RIGHT;
	m->count[m->result[i]]++;
	m->table[item->label][m->seen[i].verdict]++;
	m->clear += labelled_is_clear(item);
	m->acts += acts;
	m->right_acts += is_right;
	m->covered += is_right && labelled_is_clear(item);
}

static enum fault
measure_all(struct measure *m, struct reader_zygote *zygote, struct why *why)
{
	enum fault fault = FAULT_NONE;

	m->seen = calloc(m->set.count, sizeof *m->seen);
	m->result = calloc(m->set.count, sizeof *m->result);
	if (m->seen == NULL || m->result == NULL)
		return why_set(why, FAULT_STOP, "out of memory for a measure");
	for (size_t i = 0; i < m->set.count && fault == FAULT_NONE; i++) {
		fault = read_one(zygote, &m->set.item[i], &m->seen[i], why);
		if (fault == FAULT_NONE)
			count_one(m, i);
		progress_show("read", i + 1, m->set.count, 0);
	}
	progress_end();
	return fault;
}

/* ---- the last accepted run ---- */

static json_t *
outcome_json(const struct intent *intent)
{
	json_t *certificates = json_object();

	for (size_t i = 0; i < intent->certificate_count; i++)
		json_object_set_new(certificates, intent->certificate[i].name, json_string(verdict_text(intent->certificate[i].verdict)));
	return json_pack("{s:s, s:o}", "verdict", verdict_text(intent->verdict), "certificates", certificates);
}

static char *
accepted_path(const char *set)
{
	struct buf path = BUF_MAX(4096);
	size_t n = strlen(set);

	while (n > 1 && set[n - 1] == '/')
		n--;
	buf_add(&path, set, n);
	buf_add_text(&path, ".accepted");
	return buf_take(&path);
}

static enum fault
load_accepted(struct measure *m, const char *path, struct why *why)
{
	struct buf text = BUF_MAX(ACCEPTED_MAX);
	json_error_t error;
	enum fault fault = FAULT_NONE;

	if (!file_exists(path))
		return FAULT_NONE;
	fault = file_read(&text, path, why);
	if (fault == FAULT_NONE && (m->accepted = json_loadb(buf_text(&text), text.n, 0, &error)) == NULL)
		fault = why_set(why, FAULT_ITEM, "%s:%d: %s", path, error.line, error.text);
	buf_release(&text);
	return fault;
}

static enum fault
save_accepted(const struct measure *m, const char *path, struct why *why)
{
	json_t *all = json_object();
	enum fault fault = FAULT_NONE;

	for (size_t i = 0; i < m->set.count; i++)
		json_object_set_new(all, m->set.item[i].id, outcome_json(&m->seen[i]));
	if (json_dump_file(all, path, JSON_INDENT(1) | JSON_SORT_KEYS) != 0)
		fault = why_set(why, FAULT_ITEM, "%s: %s", path, strerror(errno));
	json_decref(all);
	return fault;
}

/* ---- showing ---- */

static enum fault
print_table(const struct measure *m, struct why *why)
{
	static const char *const heading[] = {"clerk says", ">renew", ">decline", ">partial", ">review", ">auto", ">bounce", NULL};
	struct table *table = table_new(heading);
	enum fault fault;

	for (int label = 0; label < verdict_count; label++) {
		char cell[verdict_count][24];

		for (int v = 0; v < verdict_count; v++)
			snprintf(cell[v], sizeof cell[v], "%zu", m->table[label][v]);
		table_add(table, verdict_text((enum verdict)label), cell[VERDICT_RENEW], cell[VERDICT_DECLINE], cell[VERDICT_PARTIAL],
		    cell[VERDICT_REVIEW], cell[VERDICT_AUTO], cell[VERDICT_BOUNCE]);
	}
	fault = table_print(table, stdout, why);
	table_free(table);
	return fault;
}

static double
share(size_t part, size_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 1.0;
}

static void
print_figures(const struct measure *m)
{
	printf("\n%zu mails, %zu clear, %zu acted on", m->set.count, m->clear, m->acts);
	for (int r = 0; r < labelled_result_count; r++)
		if (r != RESULT_RIGHT)
			printf("%s %s %zu", r == RESULT_FLIP ? ":" : ",", labelled_result_text((enum labelled_result)r), m->count[r]);
	printf("\ncoverage %.4f of the clear ones, precision %.4f of the acts\n", share(m->covered, m->clear), share(m->right_acts, m->acts));
}

static void
print_list(const struct measure *m)
{
	for (size_t i = 0; i < m->set.count; i++)
		if (m->result[i] != RESULT_RIGHT)
			printf("%-7s %s: the clerk says %s%s%s; the rules say %s: %s\n", labelled_result_text(m->result[i]),
			    m->set.item[i].id, verdict_text(m->set.item[i].label), m->set.item[i].reason[0] != '\0' ? ", " : "",
			    m->set.item[i].reason, verdict_text(m->seen[i].verdict),
			    m->seen[i].reason != NULL ? m->seen[i].reason : "");
}

static void
print_changes(const struct measure *m)
{
	size_t changed = 0;

	if (m->accepted == NULL) {
		printf("no run was accepted yet (--accept)\n");
		return;
	}
	for (size_t i = 0; i < m->set.count; i++) {
		json_t *before = json_object_get(m->accepted, m->set.item[i].id), *now = outcome_json(&m->seen[i]);

		if (before == NULL) {
			printf("new      %s: %s (%s)\n", m->set.item[i].id, verdict_text(m->seen[i].verdict), labelled_result_text(m->result[i]));
			changed++;
		} else if (!json_equal(before, now)) {
			printf("changed  %s: %s → %s (%s)\n", m->set.item[i].id, view_text(before, "verdict"),
			    verdict_text(m->seen[i].verdict), labelled_result_text(m->result[i]));
			changed++;
		}
		json_decref(now);
	}
	printf("%zu changed since the last accepted run\n", changed);
}

static void
print_json(const struct measure *m)
{
	json_t *figures = json_pack("{s:I, s:I, s:I, s:I}", "messages", (json_int_t)m->set.count, "clear", (json_int_t)m->clear, "acts",
	    (json_int_t)m->acts, "right", (json_int_t)m->right_acts);

	for (int r = 0; r < labelled_result_count; r++)
		if (r != RESULT_RIGHT)
			json_object_set_new(figures, labelled_result_text((enum labelled_result)r), json_integer((json_int_t)m->count[r]));
	json_object_set_new(figures, "coverage", json_real(share(m->covered, m->clear)));
	json_object_set_new(figures, "precision", json_real(share(m->right_acts, m->acts)));
	view_json(stdout, figures);
	json_decref(figures);
}

/* ---- the command ---- */

static enum fault
start_reader(struct reader_zygote **out, const char *rules, struct why *why)
{
	const struct reader_limits limits = {.seconds = SECONDS, .megabytes = MEGABYTES};
	char *data_dir = config_find_data_dir();
	char *own = data_dir != NULL ? file_path(data_dir, "rules") : NULL;
	const char *folder = rules != NULL ? rules : own;
	enum fault fault;

	if (folder == NULL)
		fault = why_set(why, FAULT_SETUP, "the folder of rules is not found: give it with --rules");
	else
		fault = reader_start(out, folder, "", "", limits, command_print_problem, NULL, why);
	free(own);
	free(data_dir);
	return fault;
}

static enum fault
test_set(struct measure *m, const char *set, const char *rules, const char *path, struct why *why)
{
	struct reader_zygote *zygote = NULL;
	enum fault fault = start_reader(&zygote, rules, why);

	if (fault == FAULT_NONE)
		fault = labelled_set_load(&m->set, set, why);
	if (fault == FAULT_NONE)
		fault = load_accepted(m, path, why);
	if (fault == FAULT_NONE)
		fault = measure_all(m, zygote, why);
	reader_stop(zygote);
	return fault;
}

int
command_rules(const struct command_context *context, int argc, char **argv)
{
	bool accept = false, list = false, as_json = false;
	const char *rules = NULL;
	const struct command_option options[] = {{"accept", &accept, NULL}, {"list", &list, NULL}, {"json", &as_json, NULL},
	    {"rules", NULL, &rules}, {0}};
	struct measure m = {0};
	struct why why = {0};
	int words, status = command_read_options(argc, argv, options, 2, 2, &words);
	char *path;
	enum fault fault;

	(void)context;
	if (status != COMMAND_GO_ON)
		return status;
	if (strcmp(argv[1], "test") != 0)
		return command_usage("rules", "there is no such step");
	path = accepted_path(argv[2]);
	fault = path != NULL ? test_set(&m, argv[2], rules, path, &why) : why_set(&why, FAULT_STOP, "out of memory");
	if (fault == FAULT_NONE && as_json) {
		print_json(&m);
	} else if (fault == FAULT_NONE) {
		fault = print_table(&m, &why);
		print_figures(&m);
		if (list)
			print_list(&m);
		print_changes(&m);
	}
	if (fault == FAULT_NONE && accept)
		fault = save_accepted(&m, path, &why);
	status = fault != FAULT_NONE ? command_fail(fault, &why) : m.count[RESULT_FLIP] + m.count[RESULT_WRONG] + m.count[RESULT_LOST] > 0;
	free(path);
	measure_release(&m);
	return status;
}

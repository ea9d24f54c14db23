/*
 * test_outbox_send.c - letters leave once, answers are kept, and what a crash leaves is settled
 *
 * The server is a child of the test. The local part of the recipient tells it what to do; it notes each letter it took in a file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "mailproc/outbox/outbox_inner.h"
#include "tests/unit/business_fixture.h"

struct server {
	pid_t pid;
	int port;
	int letters_a_connection; /* then 421; 0: any number */
	int connections;	  /* at once; the next is turned away; 0: any number */
};

/* Shared with the server's processes. */
struct shared {
	pid_t victim;	 /* is killed at the final dot of this letter, which is accepted */
	int kill_at;
	int dots, connections, open, early;
	bool must_be_recorded; /* look whether earlier answers are in the store when a dot comes */
};
static struct shared *shared;
static struct fixture f;

/* ---- the server ---- */

static void
say(FILE *to, const char *text)
{
	fprintf(to, "%s\r\n", text);
	fflush(to);
}

static bool
hear(FILE *from, char line[1100])
{
	if (fgets(line, 1100, from) == NULL)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	return true;
}

static void
note(const char *recipient, const char *message_id)
{
	FILE *log = fopen(fixture_path(&f, "taken"), "a");

	fprintf(log, "%s %s\n", recipient, message_id);
	fclose(log);
}

static bool
starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* One letter's text; its Message-ID. */
static bool
hear_text(FILE *from, char message_id[1100])
{
	char line[1100];

	message_id[0] = '\0';
	while (hear(from, line)) {
		if (strcmp(line, ".") == 0)
			return true;
		if (starts(line, "Message-ID: "))
			snprintf(message_id, 1100, "%s", line + strlen("Message-ID: "));
	}
	return false;
}

/* The final dot of a letter: false when the connection is to be closed without an answer. */
static bool
answer_dot(FILE *to, const char *recipient, const char *message_id)
{
	int dot = __sync_add_and_fetch(&shared->dots, 1);

	if (shared->must_be_recorded && fixture_number(&f, "SELECT count(*) FROM letter WHERE state = 'accepted'") < dot - 1)
		__sync_fetch_and_add(&shared->early, 1);
	if (starts(recipient, "full"))
		say(to, "452 4.2.2 mailbox full");
	else if (starts(recipient, "spam"))
		say(to, "554 5.7.1 rejected");
	else if (starts(recipient, "bye"))
		say(to, "421 4.3.2 going down");
	else if (starts(recipient, "silent")) {
		note(recipient, message_id);
		return false;
	} else {
		note(recipient, message_id);
		if (shared->kill_at == dot) {
			kill(shared->victim, SIGKILL);
			usleep(50000);
		}
		say(to, "250 2.0.0 queued");
	}
	return !starts(recipient, "bye");
}

static void
serve(int socket, const struct server *server)
{
	FILE *from = fdopen(socket, "r"), *to = fdopen(dup(socket), "w");
	char line[1100], recipient[1100] = "", message_id[1100];
	int letters = 0;

	say(to, "220 test");
	while (hear(from, line)) {
		if (starts(line, "EHLO")) {
			say(to, "250-test\r\n250 SIZE 1000000");
		} else if (starts(line, "MAIL") && server->letters_a_connection > 0 && letters++ == server->letters_a_connection) {
			say(to, "421 4.7.0 too many letters");
			break;
		} else if (starts(line, "RCPT TO:<")) {
			snprintf(recipient, sizeof recipient, "%s", line + strlen("RCPT TO:<"));
			recipient[strcspn(recipient, ">")] = '\0';
			say(to, starts(recipient, "busy") ? "451 4.7.1 greylisted" : starts(recipient, "nobody") ? "550 5.1.1 unknown" : "250 ok");
		} else if (starts(line, "DATA")) {
			if (starts(recipient, "cut"))
				break;
			say(to, "354 go");
			if (!hear_text(from, message_id) || !answer_dot(to, recipient, message_id))
				break;
		} else if (starts(line, "QUIT")) {
			say(to, "221 bye");
			break;
		} else {
			say(to, "250 ok");
		}
	}
	__sync_fetch_and_sub(&shared->open, 1);
	_exit(0);
}

static void
start(struct server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof address;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(s, (struct sockaddr *)&address, n), 0);
	assert_int_equal(listen(s, 20), 0);
	getsockname(s, (struct sockaddr *)&address, &n);
	server->port = ntohs(address.sin_port);
	f.config.smtp.port = server->port;
	server->pid = fork();
	if (server->pid == 0) {
		signal(SIGPIPE, SIG_IGN);
		signal(SIGCHLD, SIG_IGN);
		alarm(60);
		for (;;) {
			int c = accept(s, NULL, NULL);

			if (server->connections > 0 && shared->open >= server->connections) {
				(void)!write(c, "421 too many connections\r\n", 26);
				close(c);
				continue;
			}
			__sync_fetch_and_add(&shared->open, 1);
			__sync_fetch_and_add(&shared->connections, 1);
			if (fork() == 0)
				serve(c, server);
			close(c);
		}
	}
	close(s);
}

static void
stop(struct server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
}

/* ---- letters ---- */

static int64_t customer, renewal;

static int64_t
ready_letter(const char *recipient)
{
	static int number;
	char address[64], message_id[64], bytes[256];
	struct letter_item item = {.renewal = renewal};
	struct letter letter = {.kind = LETTER_NOTICE, .customer = customer, .language = LANGUAGE_JA, .item = &item, .item_count = 1};
	struct letter_rendering rendering = {.message_id = message_id, .recipient = recipient, .envelope_from = "ssl@hosting.example", .subject = "s", .text = "t"};
	struct why why = {0};
	bool added;

	snprintf(address, sizeof address, "c%d@customer.example", ++number);
	snprintf(message_id, sizeof message_id, "m%d@hosting.example", number);
	snprintf(bytes, sizeof bytes, "Message-ID: <%s>\r\nSubject: s\r\n\r\n.dot\r\ntext\r\n", message_id);
	rendering.bytes = span_of(bytes);
	letter.contact = fixture_contact(&f, customer, ROLE_ADMIN, "", address);
	MUST(store_begin(f.store, &why));
	MUST(store_letter_want(f.store, &letter, f.business.now, &added, &why));
	MUST(store_letter_rendered(f.store, letter.id, &rendering, f.business.now, &why));
	MUST(store_commit(f.store, &why));
	return letter.id;
}

static void
ready_letters(int count)
{
	for (int i = 0; i < count; i++)
		ready_letter("ok@customer.example");
}

static int64_t
begin_run(void)
{
	struct why why = {0};
	int64_t run;

	MUST(store_run_begin(f.store, "test", f.business.now, &run, &why));
	return run;
}

static struct outbox_counts
send_all(enum fault want)
{
	struct outbox_counts counts = {0};
	struct why why = {0};
	enum fault fault = outbox_send(&f.business, begin_run(), &counts, &why);

	if (fault != want)
		fail_msg("fault %d instead of %d: %s", fault, want, why.text);
	return counts;
}

static int
in_state(const char *state)
{
	char sql[128];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM letter WHERE state = '%s'", state);
	return (int)fixture_number(&f, sql);
}

static int
taken_lines(const char *sort)
{
	char command[1200];
	FILE *from;
	int n = -1;

	snprintf(command, sizeof command, "touch %s; %s %s | wc -l", fixture_path(&f, "taken"), sort, fixture_path(&f, "taken"));
	from = popen(command, "r");
	assert_int_equal(fscanf(from, "%d", &n), 1);
	pclose(from);
	return n;
}

static int
taken(void)
{
	return taken_lines("cat");
}

static int
taken_once(void)
{
	return taken_lines("sort -u");
}

/* ---- what must hold ---- */

static void
each_answer_of_the_server_leads_to_its_state(void **state)
{
	static const struct {
		const char *recipient, *state, *answer;
		int tries;
	} table[] = {
	    {"ok@x.example", "accepted", "250 2.0.0 queued", 1},
	    {"busy@x.example", "ready", "451 4.7.1 greylisted", 1},
	    {"full@x.example", "ready", "452 4.2.2 mailbox full", 1},
	    {"nobody@x.example", "refused", "550 5.1.1 unknown", 1},
	    {"spam@x.example", "refused", "554 5.7.1 rejected", 1},
	    {"bye@x.example", "ready", "421 4.3.2 going down", 1},
	    {"silent@x.example", "unknown", NULL, 1},
	    {"two words@x.example", "held", NULL, 1},
	};
	struct server server = {0};

	(void)state;
	start(&server);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		int64_t id = ready_letter(table[i].recipient);
		char sql[256], got[600], want[600];

		ready_letter("ok@x.example"); /* what follows is not harmed */
		(void)!outbox_send(&f.business, begin_run(), &(struct outbox_counts){0}, &(struct why){{0}});
		snprintf(sql, sizeof sql, "SELECT state || ' ' || tries FROM letter WHERE id = %lld", (long long)id);
		fixture_text(&f, sql, got, sizeof got);
		snprintf(want, sizeof want, "%s %d", table[i].state, table[i].tries);
		if (strcmp(got, want) != 0)
			fail_msg("%s: %s instead of %s", table[i].recipient, got, want);
		snprintf(sql, sizeof sql, "SELECT answer_code || ' ' || answer FROM letter WHERE id = %lld", (long long)id);
		fixture_text(&f, sql, got, sizeof got);
		if (table[i].answer != NULL)
			assert_string_equal(got, table[i].answer);
		assert_int_equal(in_state("claimed"), 0);
	}
	(void)send_all(FAULT_NONE);
	assert_sql_number(&f, "SELECT count(*) FROM letter WHERE state = 'accepted'", 1 + sizeof table / sizeof table[0]);
	assert_sql_number(&f, "SELECT count(*) FROM letter WHERE state = 'ready' AND next_try_at > state_at", 3);
	stop(&server);
}

static void
a_letter_put_off_is_tried_again_later_and_refused_in_the_end(void **state)
{
	struct server server = {0};
	struct outbox_counts counts;

	(void)state;
	start(&server);
	ready_letter("busy@x.example");
	counts = send_all(FAULT_NONE);
	assert_int_equal(counts.later, 1);
	counts = send_all(FAULT_NONE);
	assert_int_equal(counts.later, 0); /* not yet */
	f.business.now += 5 * 60;
	counts = send_all(FAULT_NONE);
	assert_int_equal(counts.later, 1);
	f.business.now += 49 * 60 * 60;
	counts = send_all(FAULT_NONE);
	assert_int_equal(counts.refused, 1);
	assert_int_equal(in_state("refused"), 1);
	assert_sql_text(&f, "SELECT reason FROM letter", "not accepted for 48 hours: 451 4.7.1 greylisted");
	stop(&server);
}

static void
a_connection_lost_before_the_dot_harms_no_letter(void **state)
{
	struct server server = {0};
	struct outbox_counts counts;

	(void)state;
	start(&server);
	ready_letters(2);
	ready_letter("cut@x.example");
	ready_letters(2);
	counts = send_all(FAULT_NONE);
	assert_int_equal(counts.accepted, 4);
	assert_int_equal(counts.later, 1);
	assert_int_equal(counts.unknown, 0);
	assert_int_equal(shared->connections, 3); /* the letter that ends connections is tried on a fresh one before it is put off */
	assert_int_equal(taken(), 4);
	stop(&server);
}

static void
an_answer_that_never_came_is_held_or_tried_again_as_configured(void **state)
{
	struct server server = {0};
	struct outbox_counts counts;

	(void)state;
	start(&server);
	ready_letter("silent@x.example");
	f.config.unknown = UNKNOWN_RESEND;
	counts = send_all(FAULT_NONE);
	assert_int_equal(counts.later, 1);
	assert_sql_number(&f, "SELECT next_try_at - state_at FROM letter WHERE state = 'ready'", OUTBOX_DOUBT_S);
	f.business.now += OUTBOX_DOUBT_S;
	f.config.unknown = UNKNOWN_HOLD;
	counts = send_all(FAULT_NONE);
	assert_int_equal(counts.unknown, 1);
	assert_int_equal(in_state("unknown"), 1);
	/* Both tries carried the same Message-ID. */
	assert_int_equal(taken(), 2);
	assert_int_equal(taken_once(), 1);
	stop(&server);
}

static void
letters_a_connection_may_be_limited(void **state)
{
	struct server server = {.letters_a_connection = 7};
	struct outbox_counts counts;

	(void)state;
	start(&server);
	ready_letters(30);
	counts = send_all(FAULT_NONE);
	assert_int_equal(counts.accepted, 30);
	assert_int_equal(shared->connections, 5);
	assert_int_equal(taken(), 30);
	assert_int_equal(taken_once(), 30);
	stop(&server);
}

static void
several_lanes_send_each_letter_once(void **state)
{
	struct server server = {0};
	struct outbox_counts counts;

	(void)state;
	f.config.lanes = 4;
	start(&server);
	ready_letters(150);
	counts = send_all(FAULT_NONE);
	assert_int_equal(counts.accepted, 150);
	assert_int_equal(shared->connections, 4);
	assert_int_equal(taken(), 150);
	assert_int_equal(taken_once(), 150);
	assert_int_equal(in_state("accepted"), 150);
	stop(&server);
}

static void
a_lane_that_is_turned_away_leaves_its_letters_to_the_others(void **state)
{
	struct server server = {.connections = 1};
	struct outbox_counts counts;

	(void)state;
	f.config.lanes = 3;
	start(&server);
	ready_letters(60);
	counts = send_all(FAULT_NONE);
	assert_int_equal(counts.accepted, 60);
	assert_int_equal(taken_once(), 60);
	stop(&server);
}

static void
few_letters_open_one_connection(void **state)
{
	struct server server = {0};

	(void)state;
	f.config.lanes = 4;
	start(&server);
	ready_letters(9);
	assert_int_equal(send_all(FAULT_NONE).accepted, 9);
	assert_int_equal(shared->connections, 1);
	assert_int_equal(send_all(FAULT_NONE).accepted, 0);
	assert_int_equal(shared->connections, 1); /* and none opens none */
	stop(&server);
}

static void
no_dot_is_sent_before_the_answer_before_it_is_in_the_store(void **state)
{
	struct server server = {0};

	(void)state;
	shared->must_be_recorded = true;
	start(&server);
	ready_letters(20);
	assert_int_equal(send_all(FAULT_NONE).accepted, 20);
	assert_int_equal(shared->dots, 20);
	assert_int_equal(shared->early, 0);
	stop(&server);
}

static void
a_server_that_is_away_leaves_every_letter_ready(void **state)
{
	struct outbox_counts counts;

	(void)state;
	f.config.smtp.port = 1; /* nobody listens */
	ready_letters(5);
	counts = send_all(FAULT_AWAY);
	assert_int_equal(counts.accepted + counts.later + counts.refused + counts.unknown, 0);
	assert_int_equal(in_state("ready"), 5);
	assert_sql_number(&f, "SELECT sum(tries) FROM letter", 0);
}

static void
a_server_that_ends_every_connection_is_left_alone_soon(void **state)
{
	struct server server = {0};
	struct outbox_counts counts;

	(void)state;
	start(&server);
	for (int i = 0; i < 20; i++)
		ready_letter("cut@x.example");
	counts = send_all(FAULT_AWAY);
	assert_int_equal(counts.later, 2);
	assert_int_equal(shared->connections, 2);
	assert_int_equal(in_state("ready"), 20);
	assert_sql_number(&f, "SELECT sum(tries) FROM letter", 2);
	stop(&server);
}

/* Sends in a process of its own, with its own store, which the server kills at the dot of letter kill_at. */
static void
send_and_be_killed(int kill_at)
{
	pid_t pid;

	store_close(f.store);
	f.store = NULL;
	shared->kill_at = kill_at;
	pid = fork();
	if (pid == 0) {
		struct outbox_counts counts = {0};
		struct why why;
		int64_t run;

		shared->victim = getpid();
		if (store_open(&f.store, fixture_path(&f, "store.db"), STORE_WRITE, &why) != FAULT_NONE)
			_exit(1);
		f.business.store = f.store;
		if (store_run_begin(f.store, "test", f.business.now, &run, &why) != FAULT_NONE)
			_exit(1);
		(void)!outbox_send(&f.business, run, &counts, &why);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	usleep(100000); /* the lane sees that its parent is gone */
	shared->kill_at = 0;
	assert_int_equal(store_open(&f.store, fixture_path(&f, "store.db"), STORE_WRITE, &(struct why){{0}}), FAULT_NONE);
	f.business.store = f.store;
}

static void
a_run_that_is_killed_leaves_one_letter_in_doubt_and_the_rest_untouched(void **state)
{
	struct server server = {0};
	struct outbox_counts counts = {0};
	struct why why = {0};

	(void)state;
	start(&server);
	ready_letters(20);
	send_and_be_killed(6);
	assert_int_equal(in_state("accepted"), 5);
	assert_int_equal(taken(), 6);
	MUST(outbox_settle(&f.business, &counts, &why));
	assert_int_equal(counts.unknown, 1);
	assert_int_equal(in_state("unknown"), 1);
	assert_int_equal(in_state("ready"), 14);
	assert_int_equal(send_all(FAULT_NONE).accepted, 14);
	assert_int_equal(taken(), 20);
	assert_int_equal(taken_once(), 20);
	/* Settling again finds nothing. */
	counts = (struct outbox_counts){0};
	MUST(outbox_settle(&f.business, &counts, &why));
	assert_int_equal(counts.unknown, 0);
	stop(&server);
}

/* ---- rendering ---- */

static int64_t
want(enum letter_kind kind, int64_t contact)
{
	struct letter_item item = {.renewal = renewal};
	struct letter letter = {.kind = kind, .customer = customer, .contact = contact, .language = LANGUAGE_JA, .item = &item, .item_count = 1};
	struct why why = {0};
	bool added;

	MUST(store_begin(f.store, &why));
	MUST(store_letter_want(f.store, &letter, f.business.now, &added, &why));
	MUST(store_commit(f.store, &why));
	return letter.id;
}

static struct outbox_counts
render(void)
{
	struct outbox_counts counts = {0};
	struct why why = {0};

	MUST(outbox_render(&f.business, &counts, &why));
	return counts;
}

static void
a_wanted_letter_becomes_ready_with_its_token_and_goes_out(void **state)
{
	struct server server = {0};
	char token[TOKEN_TEXT_MAX], text[4096];
	int64_t contact = fixture_contact(&f, customer, ROLE_ADMIN, "佐藤 花子", "hanako@customer.example"), id = want(LETTER_NOTICE, contact);
	struct why why = {0};

	(void)state;
	start(&server);
	assert_int_equal(render().rendered, 1);
	MUST(token_make(token, f.key, id, contact, &why));
	fixture_text(&f, "SELECT message_id FROM letter", text, sizeof text);
	assert_non_null(strstr(text, token));
	assert_non_null(strstr(text, "@hosting.example"));
	fixture_text(&f, "SELECT text FROM letter_bytes", text, sizeof text);
	assert_non_null(strstr(text, token));
	assert_non_null(strstr(text, "佐藤 花子 様"));
	assert_sql_text(&f, "SELECT recipient || ' ' || envelope_from FROM letter", "hanako@customer.example ssl@hosting.example");
	assert_int_equal(render().rendered, 0);
	assert_int_equal(send_all(FAULT_NONE).accepted, 1);
	assert_int_equal(taken(), 1);
	stop(&server);
}

static void
a_letter_that_cannot_be_rendered_is_held_and_the_rest_go_on(void **state)
{
	int64_t contact = fixture_contact(&f, customer, ROLE_ADMIN, "", "hanako@customer.example");
	struct outbox_counts counts;

	(void)state;
	want(LETTER_PAYMENT_REQUEST, contact); /* nothing was ordered */
	want(LETTER_NOTICE, contact);
	counts = render();
	assert_int_equal(counts.held, 1);
	assert_int_equal(counts.rendered, 1);
	assert_sql_number(&f, "SELECT count(*) FROM letter WHERE state = 'held' AND reason LIKE '%no open invoice%'", 1);
	counts = render(); /* it is told once */
	assert_int_equal(counts.held, 0);
	assert_int_equal(counts.rendered, 0);
}

static void
a_letter_whose_template_is_mended_goes_out(void **state)
{
	int64_t contact = fixture_contact(&f, customer, ROLE_ADMIN, "", "hanako@customer.example");

	(void)state;
	f.config.data_dir = TEXT("/nonexistent");
	want(LETTER_NOTICE, contact);
	assert_int_equal(render().held, 1);
	assert_int_equal(render().held, 0);
	f.config.data_dir = TEXT(".");
	assert_int_equal(render().rendered, 1);
	assert_sql_text(&f, "SELECT state || reason FROM letter", "ready");
}

static void
a_letter_waits_for_the_hours_of_sending_unless_it_answers_somebody(void **state)
{
	int64_t contact = fixture_contact(&f, customer, ROLE_ADMIN, "", "hanako@customer.example");
	struct outbox_counts counts;

	(void)state;
	f.config.send_hours = TEXT("09:00-18:00");
	f.business.now = fixture_instant("2026-11-24T18:00:00+09:00");
	want(LETTER_NOTICE, contact);
	want(LETTER_DECLINED, contact);
	counts = render();
	assert_int_equal(counts.rendered, 1);
	assert_int_equal(counts.waiting, 1);
	assert_sql_text(&f, "SELECT kind FROM letter WHERE state = 'ready'", "declined");
	f.business.now = fixture_instant("2026-11-25T08:59:59+09:00");
	assert_int_equal(render().rendered, 0);
	f.business.now = fixture_instant("2026-11-25T09:00:00+09:00");
	assert_int_equal(render().rendered, 1);
	/* Not sent until the evening: not at night either. */
	f.business.now = fixture_instant("2026-11-25T17:59:59+09:00");
	assert_int_equal(render().withdrawn, 0);
	f.business.now = fixture_instant("2026-11-25T18:00:00+09:00");
	assert_int_equal(render().withdrawn, 1);
	assert_sql_text(&f, "SELECT state FROM letter WHERE kind = 'notice'", "wanted");
}

static void
a_letter_to_a_paused_customer_waits(void **state)
{
	int64_t contact = fixture_contact(&f, customer, ROLE_ADMIN, "", "hanako@customer.example");
	struct customer record = {0};
	struct why why = {0};
	bool changed;

	(void)state;
	want(LETTER_NOTICE, contact);
	MUST(store_customer_get(f.store, customer, &record, &why));
	record.paused = true;
	MUST(store_begin(f.store, &why));
	MUST(store_customer_put(f.store, &record, &changed, &why));
	MUST(store_commit(f.store, &why));
	assert_int_equal(render().waiting, 1);
	record.paused = false;
	MUST(store_begin(f.store, &why));
	MUST(store_customer_put(f.store, &record, &changed, &why));
	MUST(store_commit(f.store, &why));
	assert_int_equal(render().rendered, 1);
	customer_release(&record);
}

static void
in_a_trial_every_letter_goes_to_one_address_and_says_for_whom_it_is(void **state)
{
	int64_t contact = fixture_contact(&f, customer, ROLE_ADMIN, "佐藤 花子", "hanako@customer.example");
	char text[4096];

	(void)state;
	want(LETTER_NOTICE, contact);
	assert_int_equal(render().rendered, 1); /* before the trial */
	f.config.redirect_all_to = TEXT("trial@hosting.example");
	assert_int_equal(render().rendered, 1); /* anew: it must not go to the customer */
	assert_sql_text(&f, "SELECT recipient FROM letter", "trial@hosting.example");
	assert_sql_number(&f, "SELECT subject LIKE '[to hanako@customer.example] %' FROM letter", 1);
	fixture_text(&f, "SELECT CAST(substr(bytes, 1, instr(bytes, x'0d0a0d0a')) AS TEXT) FROM letter_bytes", text, sizeof text);
	assert_non_null(strstr(text, "X-Mailproc-Would-Go-To: hanako@customer.example\r\n"));
	assert_non_null(strstr(text, "trial@hosting.example"));
	assert_null(strstr(text, "To: =?"));
	f.config.redirect_all_to = TEXT("");
	assert_int_equal(render().rendered, 1); /* and after it to the customer, not to the trial's address */
	assert_sql_text(&f, "SELECT recipient FROM letter", "hanako@customer.example");
}

static void
so_many_letters_a_minute_all_go_out(void **state)
{
	struct server server = {0};
	int64_t contact = fixture_contact(&f, customer, ROLE_ADMIN, "", "hanako@customer.example");

	(void)state;
	f.config.per_minute = 6000;
	for (int kind = LETTER_NOTICE; kind <= LETTER_REMINDER; kind++)
		want((enum letter_kind)kind, contact);
	want(LETTER_DECLINED, contact);
	start(&server);
	assert_int_equal(render().rendered, 3);
	assert_int_equal(send_all(FAULT_NONE).accepted, 3);
	assert_int_equal(taken(), 3);
	stop(&server);
}

static void
a_letter_not_tried_for_a_day_is_rendered_anew(void **state)
{
	int64_t contact = fixture_contact(&f, customer, ROLE_ADMIN, "", "hanako@customer.example");
	struct outbox_counts counts;
	char first[300], second[300];

	(void)state;
	want(LETTER_NOTICE, contact);
	render();
	fixture_text(&f, "SELECT message_id FROM letter", first, sizeof first);
	f.business.now += 23 * 60 * 60;
	assert_int_equal(render().rendered, 0);
	f.business.now += 2 * 60 * 60;
	counts = render();
	assert_int_equal(counts.withdrawn, 1);
	assert_int_equal(counts.rendered, 1);
	fixture_text(&f, "SELECT message_id FROM letter", second, sizeof second);
	assert_string_not_equal(first, second);
}

static void
a_preview_shows_the_letter_and_stores_nothing(void **state)
{
	struct outbox_preview preview = {0};
	struct why why = {0};
	int64_t before = fixture_row_count(&f);

	(void)state;
	fixture_contact(&f, customer, ROLE_ADMIN, "佐藤 花子", "hanako@customer.example");
	for (int kind = 0; kind < (int)letter_kind_count; kind++) {
		MUST(outbox_preview(&f.business, (enum letter_kind)kind, renewal, 0, &preview, &why));
		if (kind != LETTER_DIGEST)
			assert_non_null(strstr(preview.subject, "SSL-2026-"));
		assert_true(preview.bytes.n > 500);
		outbox_preview_release(&preview);
	}
	assert_int_equal(fixture_row_count(&f), before);
}

static int
open_business(void **state)
{
	(void)state;
	memset(shared, 0, sizeof *shared);
	fixture_open(&f, "2026-11-24T10:00:00+09:00");
	f.config.data_dir = TEXT(".");
	f.config.smtp = (struct config_server){.host = TEXT("127.0.0.1"), .connect_to = TEXT(""), .tls = TLS_NONE, .ca_file = TEXT(""), .user = TEXT(""),
	    .password_command = TEXT(""), .password_file = TEXT(""), .connect_timeout_s = 5, .answer_timeout_s = 5};
	customer = fixture_customer(&f, "C-1", "株式会社サンプル", LANGUAGE_JA, METHOD_TRANSFER);
	renewal = fixture_renewal(&f, customer, "true-businessid", "www.customer.example", "2027-01-21T08:59:59+09:00");
	return 0;
}

static int
close_business(void **state)
{
	(void)state;
	unlink(fixture_path(&f, "taken"));
	fixture_close(&f);
	return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_business, close_business)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(each_answer_of_the_server_leads_to_its_state),
	    CASE(a_letter_put_off_is_tried_again_later_and_refused_in_the_end),
	    CASE(a_connection_lost_before_the_dot_harms_no_letter),
	    CASE(an_answer_that_never_came_is_held_or_tried_again_as_configured),
	    CASE(letters_a_connection_may_be_limited),
	    CASE(several_lanes_send_each_letter_once),
	    CASE(a_lane_that_is_turned_away_leaves_its_letters_to_the_others),
	    CASE(few_letters_open_one_connection),
	    CASE(no_dot_is_sent_before_the_answer_before_it_is_in_the_store),
	    CASE(a_server_that_is_away_leaves_every_letter_ready),
	    CASE(a_server_that_ends_every_connection_is_left_alone_soon),
	    CASE(a_run_that_is_killed_leaves_one_letter_in_doubt_and_the_rest_untouched),
	    CASE(a_wanted_letter_becomes_ready_with_its_token_and_goes_out),
	    CASE(a_letter_that_cannot_be_rendered_is_held_and_the_rest_go_on),
	    CASE(a_letter_whose_template_is_mended_goes_out),
	    CASE(a_letter_waits_for_the_hours_of_sending_unless_it_answers_somebody),
	    CASE(a_letter_to_a_paused_customer_waits),
	    CASE(in_a_trial_every_letter_goes_to_one_address_and_says_for_whom_it_is),
	    CASE(so_many_letters_a_minute_all_go_out),
	    CASE(a_letter_not_tried_for_a_day_is_rendered_anew),
	    CASE(a_preview_shows_the_letter_and_stores_nothing),
	};

	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

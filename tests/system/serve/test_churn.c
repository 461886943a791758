// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Listeners that start and end while hooks are attached and detached: from the reply on, each gets
 * every event or counts it as lost, whatever other listeners do; and when all are gone, the hooks
 * are detached.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <procsieve/procsieve.h>
#include <procsieve/snapshot.h>

#include "harness/raw_client.h"
#include "harness/records.h"

#define SOME_USER 70201
#define RENAMES	  200

static struct server server;

static struct procsieve *open_listener(__u32 events, char comms[1][PROCSIEVE_COMM_SIZE])
{
	const struct procsieve_options options = {.socket = server.socket, .ring_size = 65536};
	const struct procsieve_filter filter = {
		.events = events, .comms = comms, .comm_count = comms ? 1 : 0};
	struct procsieve *listener = NULL;
	char reason[512];

	return procsieve_open(&listener, &filter, &options, reason, sizeof(reason)) ? NULL
										    : listener;
}

/*
 * A user whose listeners start and end all the time, each for another event than the previous one.
 */
static pid_t start_churning(uid_t uid)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL))
		_exit(99);
	for (unsigned int turn = 0;; turn++)
		procsieve_close(open_listener(1u << turn % PROCSIEVE_LOST, NULL));
}

static void stop_churning(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void rename_often(void)
{
	for (unsigned int i = 0; i < RENAMES; i++)
		prctl(PR_SET_NAME, i & 1 ? "churn" : "other");
}

/*
 * Starts a listener and returns how many of the renames it got, including those that it counted as
 * lost.
 */
static size_t count_renames(void)
{
	static char comms[1][PROCSIEVE_COMM_SIZE] = {"churn"};
	struct procsieve *listener = open_listener(PROCSIEVE_MASK(PROCSIEVE_COMM), comms);
	const struct procsieve_record *record;
	size_t count, size;

	assert_non_null(listener);
	rename_often();
	count = procsieve_lost(listener, NULL);
	while ((record = procsieve_next(listener, &size)))
		count += record->type == PROCSIEVE_COMM;
	procsieve_close(listener);
	return count;
}

static void from_the_reply_on_no_event_is_missed(void **state)
{
	pid_t pids[3];

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		pids[i] = start_churning(SOME_USER + i);
	/* Some start right after the previous one, some when its hook is just being detached. */
	for (unsigned int i = 0; i < tool_fewer(60); i++) {
		assert_int_equal(count_renames(), RENAMES / 2);
		if (i % 6 == 5)
			usleep(900000 + 20000 * (i / 6));
	}
	for (unsigned int i = 0; i < 3; i++)
		stop_churning(pids[i]);
}

/* Requests a listener, a snapshot, both, or the status, again and again. */
static void request_for_ever(unsigned int first)
{
	const struct procsieve_selection all = {0};
	const struct procsieve_options plain = {.socket = server.socket, .ring_size = 4096};
	struct procsieve_options both = plain;
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT)};
	struct procsieve_snapshot *snapshot;
	struct procsieve *listener;
	char reason[512];

	both.existing = &all;
	for (unsigned int turn = first;; turn++) {
		assert_int_equal(seteuid(SOME_USER), 0);
		if (turn % 4 < 2 && !procsieve_open(&listener, &filter, turn % 4 ? &both : &plain,
						    reason, sizeof(reason)))
			procsieve_close(listener);
		else if (turn % 4 == 2 && !procsieve_snapshot_open(&snapshot, &filter, NULL, &plain,
								   reason, sizeof(reason)))
			procsieve_snapshot_close(snapshot);
		else
			client_is_served_as(&server, SOME_USER, 5);
	}
}

#define AT_ONCE 8
#define DEATHS	300

/* Killed at any point: before they are served, while they are served, and after it. */
static void killed_clients_leave_nothing_behind(void **state)
{
	pid_t pids[AT_ONCE] = {0};
	struct procsieve *listeners[8];
	unsigned int count = 0;

	(void)state;
	for (unsigned int i = 0; i < tool_fewer(DEATHS) + AT_ONCE; i++) {
		pid_t *pid = &pids[i % AT_ONCE];

		if (*pid) {
			usleep(random() % 8000);
			stop_churning(*pid);
		}
		*pid = fork();
		if (*pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		request_for_ever(i);
	}
	for (unsigned int i = 0; i < AT_ONCE; i++)
		stop_churning(pids[i]);
	server_wait_idle(&server);
	assert_int_equal(seteuid(SOME_USER), 0);
	for (unsigned int i = 0; i < tool_longer(500) && count < 8; i++) {
		listeners[count] = open_listener(PROCSIEVE_MASK(PROCSIEVE_EXIT), NULL);
		if (listeners[count])
			count++;
		else
			usleep(20000);
	}
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(count, 8);
	while (count)
		procsieve_close(listeners[--count]);
}

static bool has_hooks(void)
{
	struct tool tool;
	json_t *status;
	bool has;

	tool_run(&tool, WORDS("status", "--socket", server.socket, "--json"));
	status = json_loads(tool.out_text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(status);
	has = record_items(status, "hooks");
	json_decref(status);
	tool_clear(&tool);
	return has;
}

static void hooks_stay_for_the_next_listener_and_go_after_the_last(void **state)
{
	(void)state;
	WAIT_UNTIL(!has_hooks());
	assert_int_equal(count_renames(), RENAMES / 2);
	/* Its hook stays attached for a moment, for the next listener. */
	assert_true(has_hooks());
	server_wait_idle(&server);
	assert_false(has_hooks());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_the_reply_on_no_event_is_missed),
		cmocka_unit_test(killed_clients_leave_nothing_behind),
		cmocka_unit_test(hooks_stay_for_the_next_listener_and_go_after_the_last),
	};

	return server_run_group_tests(tests, &server);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client in a pid namespace other than the server's names processes by their ids in its own
 * namespace. The oracles: wait(2) inside of the namespace, /proc outside of it.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/raw_client.h"
#include "harness/records.h"
#include "harness/serve_fixture.h"
#include "oracle/hidepid_view.h"
#include "lib/wire.h"

/* The id of the target in its namespace, where the tool is process 1. */
#define TARGET "2"

static struct server server;
static uid_t user; /* an id that no other process has */

/* What a test and the processes that it starts share. */
static struct shared {
	pid_t target; /* outside */
} * shared;

/* Where the tool runs. */
struct setting {
	struct viewer_identity client;
	int gate;     /* the target ends when it has read a byte from it */
	uid_t become; /* the tool's user in client.uid's namespace, after the target was started */
};

static unsigned int fill_clients(struct viewer_identity clients[2])
{
	clients[0] = (struct viewer_identity){0, 0, CLONE_NEWPID};
	clients[1] = (struct viewer_identity){user, user, CLONE_NEWUSER | CLONE_NEWPID};
	return 2;
}

/* The id of the caller in the namespace of the mounted /proc, which is the test's. */
static pid_t outer_id(void)
{
	char text[32];
	ssize_t length = readlink("/proc/self", text, sizeof(text) - 1);

	return length > 0 ? (text[length] = '\0', atoi(text)) : 0;
}

/* Has a child that exits with 3, when it is time, then exits with 5. */
static _Noreturn void be_target(int gate)
{
	char byte;
	pid_t child;

	shared->target = outer_id();
	if (read(gate, &byte, 1) < 0)
		_exit(97);
	child = fork();
	if (!child)
		_exit(3);
	waitpid(child, NULL, 0);
	_exit(5);
}

static void enter(const void *context)
{
	const struct setting *setting = context;

	viewer_enter(&setting->client);
}

static void enter_with_target(const void *context)
{
	const struct setting *setting = context;

	viewer_enter(&setting->client);
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		be_target(setting->gate);
	}
	if (setting->become && setresuid(setting->become, setting->become, setting->become))
		_exit(99);
	while (!((volatile struct shared *)shared)->target)
		usleep(1000);
}

/* A tool in its namespace, with a target; `gate` releases the target. */
static void start_beside_target(struct tool *tool, const struct setting *setting,
				const char *const *words, int *gate)
{
	struct setting own = *setting;
	int ends[2];

	*shared = (struct shared){0};
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	own.gate = ends[0];
	tool_start_after(tool, words, enter_with_target, &own);
	close(ends[0]);
	*gate = ends[1];
}

static void check_command(const struct viewer_identity *client)
{
	const struct setting setting = {.client = *client};
	struct tool tool;
	json_t *records;

	tool_start_after(&tool,
			 WORDS("watch", "-j", "-o", "-", "-e", "exec,exit", "--socket",
			       server.socket, "--", "/bin/sh", "-c", "/bin/true; exit 7"),
			 enter, &setting);
	tool_wait(&tool);
	if (tool_status(&tool) != 7)
		fail_msg("status %d: %s", tool_status(&tool), tool.err_text);
	records = records_load(tool.out_text);
	assert_int_equal(records_count(records, "exec", 0), 2);
	assert_int_equal(records_count(records, "exit", 0), 2);
	json_decref(records);
	tool_clear(&tool);
}

static void a_command_is_watched(void **state)
{
	struct viewer_identity clients[2];

	(void)state;
	for (unsigned int i = 0, count = fill_clients(clients); i < count; i++)
		check_command(&clients[i]);
}

static void check_named(const struct viewer_identity *client, bool follow, bool existing)
{
	const struct setting setting = {.client = *client};
	const char *words[16] = {"watch",	"-j", "-e",   "exit", "--socket",
				 server.socket, "-p", TARGET, NULL};
	unsigned int count = 8;
	struct tool tool;
	json_t *records;
	int gate;

	if (follow)
		words[count++] = "--follow";
	if (existing)
		words[count++] = "--existing";
	start_beside_target(&tool, &setting, words, &gate);
	/* The start; then the target in the snapshot, and the snapshot's end. */
	tool_wait_lines(&tool, existing ? 3 : 1);
	assert_int_equal(write(gate, "x", 1), 1);
	close(gate);
	/* It ends by itself, because the target has ended. */
	tool_wait(&tool);
	records = watch_finish(&tool);
	assert_int_equal(records_count(records, "process", 0), existing);
	if (existing)
		records_only(records, "process", shared->target);
	assert_int_equal(records_count(records, "exit", 0), follow ? 2 : 1);
	assert_int_equal(record_status(records_only(records, "exit", shared->target)), 5 << 8);
	json_decref(records);
	tool_clear(&tool);
}

static void a_process_is_named_by_its_id_there(void **state)
{
	struct viewer_identity clients[2];

	(void)state;
	for (unsigned int i = 0, count = fill_clients(clients); i < count; i++) {
		check_named(&clients[i], false, false);
		check_named(&clients[i], true, false);
		check_named(&clients[i], true, true);
	}
}

static void check_snapshot(const struct viewer_identity *client, const char *option, const char *id)
{
	const struct setting setting = {.client = *client};
	struct tool tool;
	json_t *records;
	int gate;

	start_beside_target(
		&tool, &setting,
		WORDS("ps", "-j", "--socket", server.socket, option, id, "--with", "maps,fds"),
		&gate);
	tool_wait(&tool);
	close(gate);
	if (tool_status(&tool))
		fail_msg("%s %s: %s", option, id, tool.err_text);
	records = records_load(tool.out_text);
	records_only(records, "process", shared->target);
	/* Both of them below process 1. */
	assert_int_equal(records_count(records, "process", 0), strcmp(id, "1") ? 1 : 2);
	assert_true(records_count(records, "mapping", shared->target) > 0);
	assert_true(records_count(records, "fd", shared->target) > 0);
	json_decref(records);
	tool_clear(&tool);
}

static void a_snapshot_is_of_processes_by_their_ids_there(void **state)
{
	struct viewer_identity clients[2];

	(void)state;
	for (unsigned int i = 0, count = fill_clients(clients); i < count; i++) {
		check_snapshot(&clients[i], "-p", TARGET);
		check_snapshot(&clients[i], "--descendants", TARGET);
		check_snapshot(&clients[i], "--descendants", "1");
	}
}

/* Returns what the tool says about a process that it cannot have. */
static char *refusal_of(const struct setting *setting, const char *command, const char *id)
{
	struct tool tool;
	char *text;
	int gate;

	start_beside_target(&tool, setting,
			    WORDS(command, "-j", "--socket", server.socket, "-p", id), &gate);
	tool_wait(&tool);
	close(gate);
	assert_int_equal(tool_status(&tool), 1);
	text = strdup(tool.err_text);
	tool_clear(&tool);
	return text;
}

static void check_refusal(const struct setting *setting, const char *command, const char *id)
{
	char *text = refusal_of(setting, command, id), expected[64];

	snprintf(expected, sizeof(expected), "no process has the id %s\n", id);
	if (!strstr(text, expected))
		fail_msg("%s -p %s: %s", command, id, text);
	free(text);
}

/* That a process exists which the user may not see is not revealed. */
static void a_hidden_process_is_as_one_that_does_not_exist(void **state)
{
	const struct setting setting = {.client = {0, 0, CLONE_NEWPID}, .become = user};

	(void)state;
	check_refusal(&setting, "watch", TARGET);
	check_refusal(&setting, "watch", "30000");
	check_refusal(&setting, "ps", TARGET);
	check_refusal(&setting, "ps", "30000");
}

/* The test's own id means another process in another namespace, or none. */
static void ids_of_the_server_mean_nothing_there(void **state)
{
	const struct setting setting = {.client = {user, user, CLONE_NEWUSER | CLONE_NEWPID}};
	char id[16];

	(void)state;
	snprintf(id, sizeof(id), "%d", getpid());
	check_refusal(&setting, "watch", id);
	check_refusal(&setting, "ps", id);
}

/* Sends a request on a connection that another process made. Returns the reply's status. */
static unsigned int ask_on(int fd)
{
	__u64 pids[] = {1};
	const struct wire_request request = {
		.operation = WIRE_LISTEN,
		.filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT), .pids = {pids, 1}},
		.ring_size = 4096,
	};
	struct wire_reply reply = {0};
	char packet[4096];
	long size = wire_encode(&request, packet, sizeof(packet));

	assert_true(size > 0 && send(fd, packet, size, MSG_NOSIGNAL) == size);
	assert_true(client_receive(fd, &reply, sizeof(reply), 0) >= REPLY_MIN);
	return reply.status;
}

static void a_process_that_did_not_connect_cannot_name_others(void **state)
{
	int fd = client_connect(&server), status;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit((int)ask_on(fd));
	close(fd);
	waitpid(pid, &status, 0);
	assert_int_equal(status, WIRE_REFUSED << 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_watched),
		cmocka_unit_test(a_process_is_named_by_its_id_there),
		cmocka_unit_test(a_snapshot_is_of_processes_by_their_ids_there),
		cmocka_unit_test(a_hidden_process_is_as_one_that_does_not_exist),
		cmocka_unit_test(ids_of_the_server_mean_nothing_there),
		cmocka_unit_test(a_process_that_did_not_connect_cannot_name_others),
	};

	user = 1100000 + getpid();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return server_run_group_tests(tests, &server);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much of a server's memory a user may keep: what stays mapped after a connection is closed
 * counts, under whatever IDs it was requested, and at the memory limit of the server's cgroup
 * clients are refused and no process is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "harness/raw_client.h"
#include "workload/memory_cgroup.h"
#include "harness/records.h"

/* One user per test: it takes a moment until a user's memory is freed. */
enum {
	LISTENS = 70101,
	HOLDS_BYTES,
	HOLDS_SNAPSHOTS,
	TAKES_SNAPSHOTS,
	CREATOR,
	GRANTED,
	HOLDER,
	OTHER
};

#define EACH 8

static struct server server;

/* What a client still holds after its connection is closed. */
struct held {
	int fds[WIRE_DESCRIPTORS];
};

static void drop(struct held *held)
{
	for (int i = 0; i < WIRE_DESCRIPTORS; i++)
		if (held->fds[i] >= 0)
			close(held->fds[i]);
}

/*
 * Sends a request, keeps what it receives, and closes the connection. Returns the reply's status.
 */
static unsigned int request_and_hold(enum wire_operation operation, size_t ring_size,
				     struct held *held, char text[512])
{
	struct wire_reply reply = {0};
	int fd = client_request_simple(&server, operation, ring_size, &reply, held->fds);

	close(fd);
	snprintf(text, 512, "%.511s", reply.text);
	return reply.status;
}

/* Repeats the request until it is refused. Returns how often it succeeded. */
static unsigned int hold_many(enum wire_operation operation, size_t ring_size, struct held *held,
			      unsigned int most, char text[512])
{
	unsigned int count = 0;

	while (count < most && !request_and_hold(operation, ring_size, &held[count], text))
		count++;
	return count;
}

/*
 * Repeats the request until it succeeds, since closed objects are freed some time later. Then
 * releases the result.
 */
static int is_granted_again(enum wire_operation operation, size_t ring_size)
{
	struct held held;
	char text[512];

	for (unsigned int turn = 0; turn < tool_longer(500); turn++) {
		unsigned int status = request_and_hold(operation, ring_size, &held, text);

		drop(&held);
		if (!status)
			return 1;
		usleep(20000);
	}
	return 0;
}

static int hold_listeners(void)
{
	struct held held[EACH + 1];
	char text[512] = "";

	if (hold_many(WIRE_LISTEN, 4096, held, EACH + 1, text) != EACH ||
	    !strstr(text, "listeners as it may: 8 "))
		return 1;
	/* Not only for a moment. */
	sleep(2);
	if (!request_and_hold(WIRE_LISTEN, 4096, &held[EACH], text))
		return 2;
	/* One of its two maps suffices to count, and so does a mapping of one. */
	close(held[0].fds[WIRE_RING]);
	close(held[1].fds[WIRE_CONTROL]);
	/* cppcheck-suppress leakReturnValNotUsed ; it is unmapped when the child exits */
	if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, held[2].fds[WIRE_RING], 0) == MAP_FAILED)
		return 3;
	drop(&held[2]);
	sleep(1);
	if (!request_and_hold(WIRE_LISTEN, 4096, &held[EACH], text))
		return 4;
	drop(&held[3]);
	return is_granted_again(WIRE_LISTEN, 4096) ? 0 : 5;
}

static void a_listener_counts_until_its_ring_is_closed(void **state)
{
	(void)state;
	assert_int_equal(run_as_user(LISTENS, hold_listeners), 0);
	/* Everything is released when the process exits. */
	assert_int_equal(run_as_user(LISTENS, hold_listeners), 0);
}

static int hold_bytes(void)
{
	struct held held[2];
	char text[512] = "";

	if (request_and_hold(WIRE_LISTEN, 4 << 20, &held[0], text))
		return 1;
	sleep(1);
	if (!request_and_hold(WIRE_LISTEN, 4 << 20, &held[1], text) || !strstr(text, "rings of"))
		return 3;
	drop(&held[0]);
	return is_granted_again(WIRE_LISTEN, 4 << 20) ? 0 : 2;
}

static void the_bytes_of_a_ring_count_until_it_is_closed(void **state)
{
	(void)state;
	assert_int_equal(run_as_user(HOLDS_BYTES, hold_bytes), 0);
}

#define SNAPSHOTS 32

static int hold_snapshots(void)
{
	struct held held[SNAPSHOTS + 1];
	char text[512] = "";

	if (hold_many(WIRE_SNAPSHOT, 0, held, SNAPSHOTS + 1, text) != SNAPSHOTS ||
	    !strstr(text, "32 snapshots"))
		return 1;
	/* The quotas are separate. */
	if (!is_granted_again(WIRE_LISTEN, 4096))
		return 2;
	drop(&held[0]);
	return is_granted_again(WIRE_SNAPSHOT, 0) ? 0 : 3;
}

static void a_snapshot_counts_until_it_is_closed(void **state)
{
	(void)state;
	assert_int_equal(run_as_user(HOLDS_SNAPSHOTS, hold_snapshots), 0);
}

/* Closed snapshots do not count: more than the quota, one after the other. */
static int take_snapshots(void)
{
	for (unsigned int i = 0; i < 3 * SNAPSHOTS; i++) {
		struct held held;
		char text[512];

		if (request_and_hold(WIRE_SNAPSHOT, 0, &held, text))
			return 1;
		drop(&held);
	}
	return 0;
}

static void closed_snapshots_do_not_count(void **state)
{
	(void)state;
	assert_int_equal(run_as_user(TAKES_SNAPSHOTS, take_snapshots), 0);
}

/* Keeps the listeners open. Returns their number, and the reason of the first refusal. */
static unsigned int listen_here(unsigned int most, char reason[512])
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = 4096};
	struct procsieve *listener;
	unsigned int count = 0;

	while (count < most && !procsieve_open(&listener, &filter, &options, reason, 512))
		count++;
	return count;
}

/* Like listen_here(), with this effective user ID. */
static unsigned int listen_as(uid_t uid, unsigned int most, char reason[512])
{
	unsigned int count;

	if (seteuid(uid))
		return 0;
	count = listen_here(most, reason);
	return seteuid(0) ? 0 : count;
}

static void write_map(pid_t pid, const char *name, const char *map)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(map, file);
	assert_int_equal(fclose(file), 0);
}

/*
 * Runs in a user namespace that was created by `creator`, with a range of IDs from `first` on that
 * root has mapped (as newuidmap does for those of /etc/subuid). Returns the function's value.
 */
static int in_namespace_of(uid_t creator, uid_t first, int (*function)(void))
{
	int made[2], mapped[2], status;
	char map[64], byte;
	pid_t pid;

	assert_int_equal(pipe(made) | pipe(mapped), 0);
	pid = fork();
	if (!pid) {
		if (setresgid(creator, creator, creator) || setresuid(creator, creator, creator) ||
		    unshare(CLONE_NEWUSER) || write(made[1], "", 1) != 1 ||
		    read(mapped[0], &byte, 1) != 1 || setresgid(0, 0, 0) || setresuid(0, 0, 0))
			_exit(99);
		_exit(function());
	}
	assert_int_equal(read(made[0], &byte, 1), 1);
	snprintf(map, sizeof(map), "0 %u 1000", first);
	write_map(pid, "uid_map", map);
	write_map(pid, "gid_map", map);
	assert_int_equal(write(mapped[1], "", 1), 1);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	close(made[0]);
	close(made[1]);
	close(mapped[0]);
	close(mapped[1]);
	return WEXITSTATUS(status);
}

/* In a nested namespace, created by a subordinate user. */
static int listen_in_nested_namespace(void)
{
	char reason[512] = "";
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (setresuid(9, 9, 9) || unshare(CLONE_NEWUSER))
			_exit(99);
		_exit(listen_here(1, reason) || !strstr(reason, "user 70105 ") ? 1 : 0);
	}
	waitpid(pid, &status, 0);
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

static int connect_with_many_ids(void)
{
	char reason[512] = "";
	unsigned int count = 0;

	for (uid_t uid = 1; uid <= 3; uid++)
		count += listen_as(uid, EACH, reason);
	if (count != EACH || !strstr(reason, "user 70105 "))
		return 1;
	return listen_in_nested_namespace() ? 2 : 0;
}

static void subordinate_ids_count_as_their_user(void **state)
{
	(void)state;
	assert_int_equal(in_namespace_of(CREATOR, 1000000, connect_with_many_ids), 0);
}

static int use_own_quotas(void)
{
	char reason[512];

	return listen_as(1, EACH, reason) != EACH || listen_as(2, EACH, reason) != EACH;
}

/* As in a container created by root: these IDs are independent users, and none of them is root. */
static void ids_mapped_by_root_count_as_themselves(void **state)
{
	(void)state;
	server_wait_idle(&server);
	assert_int_equal(in_namespace_of(0, 2000000, use_own_quotas), 0);
	server_wait_idle(&server);
}

/* In a mount namespace of its own, in which this directory is /etc. */
static void replace_etc(const void *directory)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(directory, "/etc", NULL, MS_BIND, NULL))
		_exit(98);
}

/* Writes the /etc/subuid of that directory; NULL: removes it. */
static void write_subordinate_ids(const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/subuid", server.directory);
	if (!text) {
		unlink(path);
		return;
	}
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/*
 * A set-user-ID program that was made in a namespace, with one of its IDs, is run outside of it:
 * the server cannot distinguish the resulting user from any other.
 */
static void ids_of_etc_subuid_count_as_their_user_outside_a_namespace(void **state)
{
	char reason[512] = "";
	unsigned int count = 0;

	(void)state;
	server_end(&server, SIGTERM);
	write_subordinate_ids("nobody-of-that-name:1:70000\n70106:1000000:65536\n");
	server_start_after(&server, WORDS(NULL), replace_etc, server.directory);
	for (uid_t uid = 1000001; uid <= 1000003; uid++)
		count += listen_as(uid, EACH, reason);
	assert_int_equal(count, EACH);
	assert_non_null(strstr(reason, "user 70106 "));
	/* This does not apply to the first ID after the range. */
	assert_int_equal(listen_as(1065536, 1, reason), 1);
	/* After the server has read the file again, these IDs belong to no other user. */
	write_subordinate_ids("");
	kill(server.tool.pid, SIGHUP);
	WAIT_UNTIL(listen_as(1000003, 1, reason) == 1);
	write_subordinate_ids(NULL);
	server_end(&server, SIGTERM);
	server_start(&server, WORDS(NULL));
}

#define LIMIT (100ul << 20)

/*
 * Makes a user send this many requests of both kinds and keep the results. Returns the process that
 * holds them; `refusal` gets the last reason.
 */
static pid_t start_keeping(unsigned int count, char refusal[512])
{
	int said[2];
	pid_t pid;

	assert_int_equal(pipe(said), 0);
	pid = fork();
	if (!pid) {
		static struct held held[1000];
		char text[512], last[512] = "";

		if (setresgid(HOLDER, HOLDER, HOLDER) || setresuid(HOLDER, HOLDER, HOLDER) ||
		    prctl(PR_SET_PDEATHSIG, SIGKILL))
			_exit(99);
		for (unsigned int i = 0; i < count; i++) {
			request_and_hold(WIRE_SNAPSHOT, 0, &held[2 * i], text);
			if (request_and_hold(WIRE_LISTEN, 4 << 20, &held[2 * i + 1], text))
				strcpy(last, text);
		}
		write(said[1], last, sizeof(last));
		pause();
	}
	close(said[1]);
	assert_int_equal(read(said[0], refusal, 512), 512);
	close(said[0]);
	return pid;
}

static void stop_keeping(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int listen_and_snapshot(void)
{
	struct held held[2];
	char text[512];

	return request_and_hold(WIRE_LISTEN, 65536, &held[0], text) ||
	       request_and_hold(WIRE_SNAPSHOT, 0, &held[1], text);
}

static void start_bounded(const char *const *options)
{
	server_end(&server, SIGTERM);
	if (!memory_cgroup_create(LIMIT)) {
		server_start(&server, WORDS(NULL));
		skip();
	}
	server_start_after(&server, options, memory_cgroup_join, NULL);
}

static void end_bounded(void)
{
	/* A killed server would not answer. */
	assert_true(client_is_served_as(&server, 0, 5));
	assert_int_equal(memory_cgroup_kills(), 0);
	server_end(&server, SIGTERM);
	memory_cgroup_remove();
	server_start(&server, WORDS(NULL));
}

#define TRIES 40

static void a_user_that_keeps_everything_takes_nothing_from_others(void **state)
{
	char refusal[512];
	pid_t pid;

	(void)state;
	start_bounded(WORDS(NULL));
	pid = start_keeping(TRIES, refusal);
	assert_non_null(strstr(refusal, "rings of"));
	assert_int_equal(run_as_user(OTHER, listen_and_snapshot), 0);
	assert_int_equal(run_as_user(0, listen_and_snapshot), 0);
	stop_keeping(pid);
	end_bounded();
}

/* With quotas that add up to more than the memory limit. */
static void at_the_limit_clients_are_refused(void **state)
{
	char refusal[512];
	pid_t pid;

	(void)state;
	start_bounded(WORDS("--listeners-per-user", "64", "--ring-per-user", "1G"));
	pid = start_keeping(TRIES, refusal);
	assert_non_null(strstr(refusal, "limited to 100 MiB (MemoryMax="));
	assert_true(client_is_served_as(&server, OTHER, 5));
	assert_int_equal(run_as_user(0, listen_and_snapshot), 0);
	stop_keeping(pid);
	/* What it has released is available to others. */
	WAIT_UNTIL(!run_as_user(OTHER, listen_and_snapshot));
	end_bounded();
}

/*
 * Each process has a command line that takes 32 KiB of the server's memory before Linux 6.16:
 * together more than its limit.
 */
#define LONG_COMMANDS (2 * LIMIT / (32 * 1024))

/* They run until the pipe is closed. */
static void start_long_command(int in)
{
	char line[1000];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(in, 0) == 0)
		execl("/bin/sh", "remembered", "-c", "read line", line, NULL);
	_exit(1);
}

static void run_long_commands(void)
{
	static pid_t pids[LONG_COMMANDS];
	int held[2], status;

	assert_int_equal(pipe2(held, O_CLOEXEC), 0);
	for (size_t i = 0; i < LONG_COMMANDS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (!pids[i])
			start_long_command(held[0]);
	}
	close(held[0]);
	/* All of them are alive now, and so is the server. */
	assert_true(client_is_served_as(&server, 0, 5));
	close(held[1]);
	for (size_t i = 0; i < LONG_COMMANDS; i++)
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
}

static void the_exec_cache_leaves_memory_to_the_server(void **state)
{
	unsigned int unread = 0, whole = 0;
	struct tool watch;
	json_t *records, *record;

	(void)state;
	tool_emulate_old_kernel();
	start_bounded(WORDS(NULL));
	watch_start(&watch, WORDS("--socket", server.socket, "-e", "exit", "--comm", "sh", NULL));
	run_long_commands();
	records = watch_finish(&watch);
	assert_int_equal(records_lost(records), 0);
	records_each(records, record)
	{
		if (!record_is(record, "exit") || record_number(record, "ppid") != getpid())
			continue;
		if (record_is_cut(record, "argv"))
			unread++;
		else if (record_items(record, "argv") == 4)
			whole++;
	}
	assert_int_equal(unread + whole, LONG_COMMANDS);
	/* A quarter of the limit is reserved for other uses. */
	assert_true(whole > 0 && whole <= LONG_COMMANDS * 3 / 8);
	json_decref(records);
	end_bounded();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listener_counts_until_its_ring_is_closed),
		cmocka_unit_test(the_bytes_of_a_ring_count_until_it_is_closed),
		cmocka_unit_test(a_snapshot_counts_until_it_is_closed),
		cmocka_unit_test(closed_snapshots_do_not_count),
		cmocka_unit_test(subordinate_ids_count_as_their_user),
		cmocka_unit_test(ids_mapped_by_root_count_as_themselves),
		cmocka_unit_test(ids_of_etc_subuid_count_as_their_user_outside_a_namespace),
		cmocka_unit_test(a_user_that_keeps_everything_takes_nothing_from_others),
		cmocka_unit_test(at_the_limit_clients_are_refused),
		cmocka_unit_test_teardown(the_exec_cache_leaves_memory_to_the_server,
					  tool_stop_emulation),
	};

	return server_run_group_tests(tests, &server);
}

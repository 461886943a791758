// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exec IDs: they suffice to join the records of a process, are the same in every record of a
 * process, and differ for every exec and every process. The oracle is the test itself, which knows
 * the parent of each process and how each ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/serve_fixture.h"
#include "harness/run_ps.h"

#define STAGE "--exec-id-stage"

static char self[16];

/* What the processes of the test do */

static void *set_name(void *name)
{
	prctl(PR_SET_NAME, name);
	return NULL;
}

static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		_exit(99);
}

static void exec_stage(const char *stage)
{
	execl("/proc/self/exe", "stage", STAGE, stage, (char *)NULL);
	_exit(99);
}

static void *exec_last_stage(void *unused)
{
	exec_stage("2");
	return unused;
}

/* Forks a child that does not exec, starts a thread, and then executes another program. */
static _Noreturn void run_first(void)
{
	pthread_t thread;
	pid_t child = fork();

	if (!child)
		_exit(20);
	wait_for(child);
	pthread_create(&thread, NULL, set_name, "thread");
	pthread_join(thread, NULL);
	exec_stage("1");
	_exit(99);
}

/*
 * A program whose child runs /bin/false; then another of its threads executes the last program,
 * which exits with 21.
 */
static int run_stage(const char *stage)
{
	pthread_t thread;
	pid_t child;

	if (*stage == '2')
		return 21;
	child = fork();
	if (!child) {
		execl("/bin/false", "false", (char *)NULL);
		_exit(99);
	}
	wait_for(child);
	pthread_create(&thread, NULL, exec_last_stage, NULL);
	pthread_join(thread, NULL);
	return 99;
}

/* Joining */

static bool is_thread(const json_t *record)
{
	return json_is_true(json_object_get(record, "thread"));
}

/*
 * Describes the program with this ID and what became of it, found by IDs alone. Appends to `text`.
 */
static void trace(const json_t *records, uint64_t id, char *text, size_t size)
{
	const json_t *record;
	size_t used;

	records_each(records, record)
	{
		used = strlen(text);
		assert_true(used + 32 < size);
		if (record_is(record, "exec") && record_u64(record, "old_exec_id") == id) {
			strcpy(text + used, "exec(");
			trace(records, record_u64(record, "exec_id"), text, size);
			strcat(text, ")");
		} else if (!json_object_get(record, "exec_id") ||
			   record_u64(record, "exec_id") != id) {
			continue;
		} else if (record_is(record, "fork") && !is_thread(record)) {
			strcpy(text + used, "fork(");
			trace(records, record_u64(record, "child_exec_id"), text, size);
			strcat(text, ")");
		} else if (record_is(record, "comm")) {
			strcpy(text + used, is_thread(record) ? "name " : "own name ");
		} else if (record_is(record, "exit") && !is_thread(record)) {
			sprintf(text + used, "exit %d", WEXITSTATUS(record_status(record)));
		}
	}
}

static uint64_t exec_id_by_ps(const char *pid)
{
	json_t *records = run_ps(WORDS("-p", pid));
	uint64_t id = record_u64(records_only(records, "process", atoi(pid)), "exec_id");

	json_decref(records);
	return id;
}

/* The only exit of a process, not counting those of its threads. */
static const json_t *exit_of(const json_t *records, int64_t pid)
{
	const json_t *record, *found = NULL;

	records_each(records, record) if (record_is(record, "exit") && !is_thread(record) &&
					  record_number(record, "pid") == pid)
	{
		assert_null(found);
		found = record;
	}
	assert_non_null(found);
	return found;
}

/*
 * Every process has the program that forked it as its parent: in this tree no program executes
 * another before its children end.
 */
static void assert_parents(const json_t *records)
{
	const json_t *fork, *exit;
	size_t found = 0;

	records_each(records, fork)
	{
		if (!record_is(fork, "fork") || is_thread(fork))
			continue;
		exit = exit_of(records, record_number(fork, "child_pid"));
		assert_int_equal(record_u64(exit, "parent_exec_id"), record_u64(fork, "exec_id"));
		found++;
	}
	assert_int_equal(found, 3);
}

static void assert_tree_joins(void)
{
	const uint64_t root = exec_id_by_ps(self);
	char text[512] = "";
	struct tool tool;
	json_t *records;
	pid_t pid;
	int status;

	watch_start(&tool, WORDS("--standalone", "-e", "fork,exec,exit,comm", "--threads",
				 "--follow", "-p", self));
	pid = fork();
	if (!pid)
		run_first();
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_int_equal(WEXITSTATUS(status), 21);
	records = watch_finish(&tool);
	trace(records, root, text, sizeof(text));
	assert_string_equal(text, "fork(fork(exit 20)name exec(fork(exec(exit 1))exec(exit 21)))");
	assert_parents(records);
	json_decref(records);
	tool_clear(&tool);
}

static void a_tree_joins_by_ids_alone(void **state)
{
	(void)state;
	assert_tree_joins();
}

static void a_tree_joins_by_ids_alone_on_an_older_kernel(void **state)
{
	(void)state;
	tool_emulate_old_kernel();
	assert_tree_joins();
}

/* The same ID everywhere */

/* A process that does nothing, with one remaining thread. */
struct rest {
	pid_t pid;
	int hold; /* the process ends when this is closed */
};

static void *wait_for_end(void *hold)
{
	char byte;

	if (read(*(int *)hold, &byte, 1) >= 0)
		_exit(7);
	return NULL;
}

static struct rest rest_start(void)
{
	struct rest rest;
	int ends[2] = {-1, -1}, ready[2] = {-1, -1};
	pthread_t thread;
	char byte;

	assert_true(!pipe2(ends, O_CLOEXEC) && !pipe2(ready, O_CLOEXEC));
	rest.pid = fork();
	if (!rest.pid) {
		close(ends[1]);
		pthread_create(&thread, NULL, wait_for_end, &ends[0]);
		close(ready[1]);
		close(ready[0]);
		for (;;)
			pause();
	}
	close(ends[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	rest.hold = ends[1];
	return rest;
}

static void rest_end(struct rest *rest)
{
	int status;

	close(rest->hold);
	assert_int_equal(waitpid(rest->pid, &status, 0), rest->pid);
	assert_int_equal(WEXITSTATUS(status), 7);
}

/* Every record of this process has this ID, and each of these types occurs. */
static void assert_all_have(const json_t *records, pid_t pid, uint64_t id, const char *const *types)
{
	const json_t *record;

	for (; *types; types++)
		if (!records_count(records, *types, pid))
			fail_msg("no %s of %d", *types, pid);
	records_each(records, record) if (json_object_get(record, "pid") &&
					  record_number(record, "pid") == pid)
		assert_int_equal(record_u64(record, "exec_id"), id);
}

static void all_records_of_a_process_have_the_same_id(void **state)
{
	const uint64_t own = exec_id_by_ps(self);
	const json_t *fork;
	char pid[16];
	struct rest rest;
	struct tool tool, ps;
	json_t *records;
	uint64_t id;

	(void)state;
	watch_start(&tool,
		    WORDS("--standalone", "-e", "fork,exit", "--threads", "--follow", "-p", self));
	rest = rest_start();
	snprintf(pid, sizeof(pid), "%d", rest.pid);
	id = exec_id_by_ps(pid);
	snapshot_run(&ps, WORDS("-j", "-p", pid, "--threads", "--with", "args,maps,fds"));
	records = records_load(ps.out_text);
	assert_all_have(records, rest.pid, id, WORDS("process", "mapping", "fd"));
	assert_int_equal(records_count(records, "process", rest.pid), 2);
	json_decref(records);
	tool_clear(&ps);
	rest_end(&rest);
	records = watch_finish(&tool);
	/* The fork of its thread, and both exits. */
	assert_all_have(records, rest.pid, id, WORDS("fork", "exit"));
	records_each(records, fork)
	{
		if (record_is(fork, "fork") && record_number(fork, "child_pid") == rest.pid)
			assert_int_equal(record_u64(fork, "child_exec_id"), id);
	}
	assert_all_have(records, atoi(self), own, WORDS("fork"));
	json_decref(records);
	tool_clear(&tool);
}

/* A snapshot and the following events in one stream. */
static void a_stream_that_begins_with_a_snapshot_joins(void **state)
{
	struct rest rest = rest_start();
	const json_t *process;
	struct tool tool;
	json_t *records;
	char pid[16];
	uint64_t id;

	(void)state;
	snprintf(pid, sizeof(pid), "%d", rest.pid);
	watch_start(&tool, WORDS("--standalone", "-e", "exit", "--existing", "-p", pid));
	tool_wait_lines(&tool, 3);
	id = exec_id_by_ps(pid);
	rest_end(&rest);
	records = watch_finish(&tool);
	assert_all_have(records, rest.pid, id, WORDS("process", "exit"));
	process = records_only(records, "process", rest.pid);
	assert_int_equal(record_u64(process, "parent_exec_id"), exec_id_by_ps(self));
	json_decref(records);
	tool_clear(&tool);
}

/* Different IDs */

/* Makes a child with this PID (0: any PID); it exits at once. */
static pid_t create_child(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = pid ? (uintptr_t)&pid : 0,
		.set_tid_size = pid ? 1 : 0,
	};
	pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (!child)
		_exit(0);
	return child;
}

static void a_reused_pid_has_another_id(void **state)
{
	const unsigned int count = tool_fewer(200);
	uint64_t *ids = calloc(count, sizeof(*ids));
	unsigned int found = 0;
	const json_t *record;
	struct tool tool;
	json_t *records;
	pid_t pid = 0;
	int status;

	(void)state;
	assert_non_null(ids);
	watch_start(&tool, WORDS("--standalone", "-e", "exit", "--follow", "-p", self));
	for (unsigned int i = 0; i < count; i++) {
		pid_t child = create_child(pid);

		/* Another process has this PID. */
		if (child < 0 && errno == EEXIST)
			child = create_child(0);
		if (child < 0)
			fail_msg("clone3: %s", strerror(errno));
		assert_int_equal(waitpid(child, &status, 0), child);
		pid = child;
	}
	records = watch_finish(&tool);
	records_each(records, record)
	{
		if (!record_is(record, "exit") || record_number(record, "ppid") != atoi(self))
			continue;
		assert_true(found < count);
		ids[found] = record_u64(record, "exec_id");
		for (unsigned int i = 0; i < found; i++)
			assert_int_not_equal(ids[i], ids[found]);
		found++;
	}
	assert_int_equal(found, count);
	json_decref(records);
	tool_clear(&tool);
	free(ids);
}

/* Reads the exec IDs of all processes of the machine: there must be as many as processes. */
static void no_two_processes_have_the_same_id(void **state)
{
	json_t *records = run_ps(WORDS(NULL)), *seen = json_object();
	const json_t *record;
	size_t count = 0;

	(void)state;
	records_each(records, record)
	{
		if (!record_is(record, "process"))
			continue;
		json_object_set_new(seen, record_text(record, "exec_id"), json_true());
		count++;
	}
	assert_true(count > 1);
	assert_int_equal(json_object_size(seen), count);
	json_decref(records);
	json_decref(seen);
}

/* The ID belongs to a stream, not to the server. */
static void every_stream_has_an_id_of_its_own(void **state)
{
	json_t *seen = json_object();
	struct server server;

	(void)state;
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	for (int i = 0; i < 6; i++) {
		const char *const *const runs[] = {
			WORDS("watch", "-j", "--standalone", "--duration", "0.001"),
			WORDS("watch", "-j", "--socket", server.socket, "--duration", "0.001"),
			WORDS("ps", "-j", "--socket", server.socket, "-p", self),
		};
		struct tool tool;
		json_t *records;

		tool_run(&tool, runs[i % 3]);
		records = records_load(tool.out_text);
		json_object_set(seen, record_text(json_array_get(records, 0), "run_id"), records);
		json_decref(records);
		tool_clear(&tool);
	}
	assert_int_equal(json_object_size(seen), 6);
	json_decref(seen);
	server_end(&server, SIGTERM);
	server_clear(&server);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_joins_by_ids_alone),
		cmocka_unit_test_teardown(a_tree_joins_by_ids_alone_on_an_older_kernel,
					  tool_stop_emulation),
		cmocka_unit_test(all_records_of_a_process_have_the_same_id),
		cmocka_unit_test(a_stream_that_begins_with_a_snapshot_joins),
		cmocka_unit_test(a_reused_pid_has_another_id),
		cmocka_unit_test(no_two_processes_have_the_same_id),
		cmocka_unit_test(every_stream_has_an_id_of_its_own),
	};

	if (argc == 3 && !strcmp(argv[1], STAGE))
		return run_stage(argv[2]);
	snprintf(self, sizeof(self), "%d", getpid());
	return cmocka_run_group_tests(tests, NULL, NULL);
}

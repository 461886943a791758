// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --with and --env: what records contain about a process, compared with /proc while the process
 * does not change, and with what was executed.
 */
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/cgroups.h"
#include "harness/run_check.h"
#include "harness/records.h"

#define EVERYTHING "exe,cwd,cgroup,container,ns,ancestors,tty"
#define CONTAINER  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PROGRAM	   "/bin/true"

static char directory[256], outer_cgroup[64], cgroup[160];
static bool with_cgroup;

/* A process that obeys orders of one letter, and acknowledges each. */
struct target {
	pid_t parent, pid;
	int orders[2], answers[2];
	int terminal;
};

static void send_order(struct target *target, char order)
{
	char answer;

	assert_int_equal(write(target->orders[1], &order, 1), 1);
	assert_int_equal(read(target->answers[0], &answer, 1), 1);
}

static void execute(void)
{
	static char big[6000] = "BIG=", *const argv[] = {PROGRAM, NULL};
	char *const environment[] = {"ONE=1", "ONEMORE=no", "EMPTY=",	 "TWO=two words",
				     big,     "NOVALUE",    "RAW=\xff.", NULL};

	memset(big + strlen(big), 'x', sizeof(big) - 5);
	execve(PROGRAM, argv, environment);
	_exit(99);
}

static _Noreturn void obey_orders(const struct target *target)
{
	char order;

	for (;;) {
		if (read(target->orders[0], &order, 1) != 1)
			_exit(98);
		if (order == 'r')
			prctl(PR_SET_NAME, "target");
		if (write(target->answers[1], &order, 1) != 1 || order == 'q')
			_exit(order == 'q' ? 0 : 97);
		if (order == 'x')
			execute();
	}
}

/* Moves to a cgroup, a directory, a PID namespace and a terminal of its own. */
static void enter_surroundings(const struct target *target, int terminal)
{
	pid_t self = getpid();

	if (chdir(directory) || setsid() < 0 || ioctl(terminal, TIOCSCTTY, 0))
		_exit(96);
	if (write(target->answers[1], &self, sizeof(self)) != sizeof(self))
		_exit(95);
}

static void target_start(struct target *target)
{
	int terminal, pid;

	assert_int_equal(pipe(target->orders) | pipe(target->answers), 0);
	assert_int_equal(openpty(&target->terminal, &terminal, NULL, NULL, NULL), 0);
	target->parent = fork();
	if (!target->parent) {
		/* So that it ends with the test in any case. */
		close(target->orders[1]);
		if ((with_cgroup && !cgroups_join(cgroup)) || unshare(CLONE_NEWPID))
			_exit(94);
		/* Not a vfork-like call: the child runs independently. */
		pid = fork();
		if (!pid) {
			enter_surroundings(target, terminal);
			obey_orders(target);
		}
		if (write(target->answers[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(93);
		waitpid(pid, NULL, 0);
		_exit(0);
	}
	close(terminal);
	/*
	 * Its own ID is 1; its parent reports the ID that the test uses. They may answer in either
	 * order.
	 */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(read(target->answers[0], &pid, sizeof(pid)), sizeof(pid));
		if (pid != 1)
			target->pid = pid;
	}
}

static void target_end(struct target *target)
{
	waitpid(target->parent, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(target->orders[i]);
		close(target->answers[i]);
	}
	close(target->terminal);
}

static const char *pid_text(pid_t pid)
{
	static char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	return text;
}

/* From /proc: the target of a link, or a line of a file. */
static const char *proc_link(pid_t pid, const char *name)
{
	static char text[4096];
	char path[64];
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	size = readlink(path, text, sizeof(text) - 1);
	assert_true(size > 0);
	text[size] = '\0';
	return text;
}

static const char *proc_line(pid_t pid, const char *name, const char *beginning)
{
	static char line[4096];
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, beginning, strlen(beginning)) != 0)
			continue;
		fclose(file);
		line[strcspn(line, "\n")] = '\0';
		return line + strlen(beginning);
	}
	fclose(file);
	fail_msg("no %s in %s", beginning, path);
	return NULL;
}

static unsigned int proc_parent(pid_t pid)
{
	return strtoul(proc_line(pid, "status", "PPid:"), NULL, 10);
}

static void assert_ancestors(const json_t *record, pid_t pid)
{
	const json_t *ids = json_object_get(record, "ancestors");
	size_t count = 0;

	for (pid = proc_parent(pid); pid; pid = proc_parent(pid), count++) {
		char *name = record_item(record, "ancestor_comms", count, &(size_t){0});

		assert_int_equal(json_integer_value(json_array_get(ids, count)), pid);
		assert_string_equal(name, proc_line(pid, "comm", ""));
		free(name);
	}
	assert_int_equal(json_array_size(ids), count);
	assert_int_equal(record_items(record, "ancestor_comms"), count);
}

static void assert_terminal(const json_t *record, pid_t pid)
{
	const char *stat = strrchr(proc_line(pid, "stat", ""), ')');
	unsigned int number;
	char name[32];

	assert_int_equal(sscanf(stat, ") %*c %*d %*d %*d %u", &number), 1);
	/* Unix98 terminals: <linux/major.h>. */
	assert_int_equal(major(number), 136);
	snprintf(name, sizeof(name), "pts/%u", minor(number));
	assert_string_equal(record_text(record, "tty"), name);
}

static void assert_namespace(const json_t *record, pid_t pid)
{
	const char *ids = proc_line(pid, "status", "NSpid:");
	char name[64];

	snprintf(name, sizeof(name), "pid:[%u]", (unsigned int)record_number(record, "pid_ns"));
	assert_string_equal(proc_link(pid, "ns/pid"), name);
	assert_int_equal(record_number(record, "ns_pid"),
			 strtoul(strrchr(ids, '\t') + 1, NULL, 10));
}

/* Asserts that the record has what /proc shows. */
static void assert_context(const json_t *record, pid_t pid)
{
	assert_string_equal(record_text(record, "exe"), proc_link(pid, "exe"));
	assert_string_equal(record_text(record, "cwd"), proc_link(pid, "cwd"));
	assert_string_equal(record_text(record, "cgroup"), proc_line(pid, "cgroup", "0::"));
	assert_namespace(record, pid);
	assert_ancestors(record, pid);
	assert_terminal(record, pid);
}

static void a_process_is_described_as_proc_does(void **state)
{
	struct target target;
	struct tool tool;
	json_t *records, *record;

	(void)state;
	target_start(&target);
	watch_start(&tool,
		    WORDS("-e", "comm,exit", "-p", pid_text(target.pid), "--with", EVERYTHING));
	send_order(&target, 'r');
	tool_wait_lines(&tool, 2);
	{
		/*
		 * Checks while the process lives: once the record is written, /proc still shows the
		 * same process.
		 */
		char *text = calloc(1, 65536);

		assert_true(pread(tool.out, text, 65535, 0) > 0);
		records = records_load(text);
		free(text);
	}
	record = records_only(records, "comm", target.pid);
	assert_context(record, target.pid);
	if (with_cgroup)
		assert_string_equal(record_text(record, "container"), CONTAINER);
	json_decref(records);
	send_order(&target, 'q');
	/* It answers before it ends. */
	target_end(&target);
	records = watch_finish(&tool);
	record = records_only(records, "exit", target.pid);
	assert_string_equal(record_text(record, "cwd"), directory);
	assert_int_equal(record_number(record, "ns_pid"), 1);
	json_decref(records);
}

static void assert_variable(const json_t *record, size_t at, const char *expected)
{
	size_t size;
	char *bytes = record_item(record, "env", at, &size);

	assert_string_equal(bytes, expected);
	free(bytes);
}

/* In the order of the environment. Values that are too long are truncated, and marked as such. */
static void chosen_variables_come_with_an_exec(void **state)
{
	char *real = realpath(PROGRAM, NULL);
	struct target target;
	struct tool tool;
	json_t *records, *record;

	(void)state;
	target_start(&target);
	watch_start(&tool, WORDS("-e", "exec,exit", "-p", pid_text(target.pid), "--with", "exe",
				 "--env", "TWO,RAW,ONE,EMPTY,MISSING", "--env", "NOVALUE"));
	send_order(&target, 'x');
	target_end(&target);
	records = watch_finish(&tool);
	record = records_only(records, "exec", target.pid);
	assert_string_equal(record_text(record, "exe"), real);
	assert_int_equal(record_items(record, "env"), 5);
	assert_variable(record, 0, "ONE=1");
	assert_variable(record, 1, "EMPTY=");
	assert_variable(record, 2, "TWO=two words");
	assert_variable(record, 3, "NOVALUE");
	assert_variable(record, 4, "RAW=\xff.");
	assert_false(record_is_cut(record, "env"));
	assert_null(json_object_get(record, "tty"));
	assert_null(json_object_get(records_only(records, "exit", target.pid), "env"));
	json_decref(records);
	free(real);
}

static void a_variable_that_is_too_long_is_truncated(void **state)
{
	struct target target;
	struct tool tool;
	json_t *records, *record;
	size_t size;
	char *bytes;

	(void)state;
	target_start(&target);
	watch_start(&tool, WORDS("-e", "exec", "-p", pid_text(target.pid), "--env", "BIG,RAW",
				 "--max-line", "20000"));
	send_order(&target, 'x');
	target_end(&target);
	records = watch_finish(&tool);
	record = records_only(records, "exec", target.pid);
	assert_true(record_is_cut(record, "env"));
	assert_int_equal(record_items(record, "env"), 2);
	bytes = record_item(record, "env", 0, &size);
	assert_int_equal(size, 4095);
	assert_int_equal(strspn(bytes + 4, "x"), size - 4);
	free(bytes);
	assert_variable(record, 1, "RAW=\xff.");
	json_decref(records);
}

/* This process attaches to it and detaches. */
static void ptrace_events_describe_the_tracee(void **state)
{
	json_t *answer = check_run(NULL);
	bool works = check_works(answer, "ptrace");
	size_t seen = 0;
	struct target target;
	struct tool tool;
	json_t *records, *record;

	(void)state;
	assert_non_null(answer);
	json_decref(answer);
	/* A kernel on which tracers cannot be reported has nothing to compare. */
	if (!works)
		skip();
	target_start(&target);
	watch_start(&tool, WORDS("-e", "ptrace", "-p", pid_text(target.pid), "--with", "cwd,exe"));
	assert_int_equal(ptrace(PTRACE_ATTACH, target.pid, 0, 0), 0);
	waitpid(target.pid, NULL, __WALL);
	assert_int_equal(ptrace(PTRACE_DETACH, target.pid, 0, 0), 0);
	send_order(&target, 'q');
	records = watch_finish(&tool);
	records_each(records, record)
	{
		if (!record_is(record, "ptrace"))
			continue;
		assert_string_equal(record_text(record, "cwd"), directory);
		assert_string_equal(record_text(record, "exe"), proc_link(getpid(), "exe"));
		seen++;
	}
	json_decref(records);
	target_end(&target);
	assert_int_equal(seen, 2);
}

/* Two listeners with different requests: neither has a field of the other. */
static void each_listener_gets_the_sections_it_requested(void **state)
{
	struct target target;
	struct tool tools[2];
	json_t *records[2];

	(void)state;
	target_start(&target);
	watch_start(&tools[0],
		    WORDS("-e", "comm", "-p", pid_text(target.pid), "--with", "container,ns"));
	watch_start(&tools[1], WORDS("-e", "comm", "-p", pid_text(target.pid)));
	send_order(&target, 'r');
	send_order(&target, 'q');
	target_end(&target);
	for (int i = 0; i < 2; i++)
		records[i] = watch_finish(&tools[i]);
	assert_int_equal(record_number(records_only(records[0], "comm", target.pid), "ns_pid"), 1);
	assert_null(json_object_get(records_only(records[0], "comm", target.pid), "cgroup"));
	assert_null(json_object_get(records_only(records[1], "comm", target.pid), "ns_pid"));
	assert_null(json_object_get(records_only(records[1], "comm", target.pid), "container"));
	json_decref(records[0]);
	json_decref(records[1]);
}

#define GENERATIONS 80

/* Each process is the child of the previous one. */
static _Noreturn void descend(void)
{
	for (int i = 0; i < GENERATIONS; i++) {
		pid_t pid = fork();

		if (pid) {
			waitpid(pid, NULL, 0);
			_exit(0);
		}
	}
	prctl(PR_SET_NAME, "youngest");
	_exit(0);
}

static void a_long_list_of_ancestors_is_truncated(void **state)
{
	const json_t *ids;
	struct tool tool;
	json_t *records, *record;
	pid_t pid;

	(void)state;
	watch_start(&tool, WORDS("-e", "comm", "--comm", "youngest", "--with", "ancestors"));
	pid = fork();
	if (!pid)
		descend();
	waitpid(pid, NULL, 0);
	tool_wait_lines(&tool, 2);
	records = watch_finish(&tool);
	record = json_array_get(records, 1);
	assert_true(record_is(record, "comm"));
	assert_true(record_is_cut(record, "ancestors"));
	ids = json_object_get(record, "ancestors");
	assert_int_equal(json_array_size(ids), 64);
	assert_int_equal(json_integer_value(json_array_get(ids, 0)), record_number(record, "ppid"));
	json_decref(records);
}

static int set_up(void **state)
{
	char template[] = "/tmp/procsieve context \"XXXXXX";

	(void)state;
	if (!mkdtemp(template))
		return -1;
	snprintf(directory, sizeof(directory), "%s/b\xc3\xa4r", template);
	snprintf(outer_cgroup, sizeof(outer_cgroup), "procsieve-context-%d", getpid());
	snprintf(cgroup, sizeof(cgroup), "%s/docker-" CONTAINER ".scope", outer_cgroup);
	with_cgroup = cgroups_mount() && cgroups_create(outer_cgroup) && cgroups_create(cgroup);
	return mkdir(directory, 0700);
}

static int tear_down(void **state)
{
	(void)state;
	if (with_cgroup) {
		cgroups_remove(cgroup);
		cgroups_remove(outer_cgroup);
	}
	rmdir(directory);
	*strrchr(directory, '/') = '\0';
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_is_described_as_proc_does),
		cmocka_unit_test(chosen_variables_come_with_an_exec),
		cmocka_unit_test(a_variable_that_is_too_long_is_truncated),
		cmocka_unit_test(ptrace_events_describe_the_tracee),
		cmocka_unit_test(each_listener_gets_the_sections_it_requested),
		cmocka_unit_test(a_long_list_of_ancestors_is_truncated),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

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
struct subject {
	pid_t parent, pid;
	int orders[2], answers[2];
	int terminal;
};

static void tell(struct subject *subject, char order)
{
	char answer;

	assert_int_equal(write(subject->orders[1], &order, 1), 1);
	assert_int_equal(read(subject->answers[0], &answer, 1), 1);
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

static _Noreturn void obey(const struct subject *subject)
{
	char order;

	for (;;) {
		if (read(subject->orders[0], &order, 1) != 1)
			_exit(98);
		if (order == 'r')
			prctl(PR_SET_NAME, "subject");
		if (write(subject->answers[1], &order, 1) != 1 || order == 'q')
			_exit(order == 'q' ? 0 : 97);
		if (order == 'x')
			execute();
	}
}

/* Moves to a cgroup, a directory, a PID namespace and a terminal of its own. */
static void settle(const struct subject *subject, int terminal)
{
	pid_t self = getpid();

	if (chdir(directory) || setsid() < 0 || ioctl(terminal, TIOCSCTTY, 0))
		_exit(96);
	if (write(subject->answers[1], &self, sizeof(self)) != sizeof(self))
		_exit(95);
}

static void subject_start(struct subject *subject)
{
	int terminal, pid;

	assert_int_equal(pipe(subject->orders) | pipe(subject->answers), 0);
	assert_int_equal(openpty(&subject->terminal, &terminal, NULL, NULL, NULL), 0);
	subject->parent = fork();
	if (!subject->parent) {
		/* So that it ends with the test in any case. */
		close(subject->orders[1]);
		if ((with_cgroup && !cgroups_join(cgroup)) || unshare(CLONE_NEWPID))
			_exit(94);
		/* Not a vfork-like call: the child runs independently. */
		pid = fork();
		if (!pid) {
			settle(subject, terminal);
			obey(subject);
		}
		if (write(subject->answers[1], &pid, sizeof(pid)) != sizeof(pid))
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
		assert_int_equal(read(subject->answers[0], &pid, sizeof(pid)), sizeof(pid));
		if (pid != 1)
			subject->pid = pid;
	}
}

static void subject_end(struct subject *subject)
{
	waitpid(subject->parent, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(subject->orders[i]);
		close(subject->answers[i]);
	}
	close(subject->terminal);
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
	struct subject subject;
	struct tool tool;
	json_t *records, *record;

	(void)state;
	subject_start(&subject);
	watch_start(&tool,
		    WORDS("-e", "comm,exit", "-p", pid_text(subject.pid), "--with", EVERYTHING));
	tell(&subject, 'r');
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
	record = records_only(records, "comm", subject.pid);
	assert_context(record, subject.pid);
	if (with_cgroup)
		assert_string_equal(record_text(record, "container"), CONTAINER);
	json_decref(records);
	tell(&subject, 'q');
	/* It answers before it ends. */
	subject_end(&subject);
	records = watch_finish(&tool);
	record = records_only(records, "exit", subject.pid);
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
	struct subject subject;
	struct tool tool;
	json_t *records, *record;

	(void)state;
	subject_start(&subject);
	watch_start(&tool, WORDS("-e", "exec,exit", "-p", pid_text(subject.pid), "--with", "exe",
				 "--env", "TWO,RAW,ONE,EMPTY,MISSING", "--env", "NOVALUE"));
	tell(&subject, 'x');
	subject_end(&subject);
	records = watch_finish(&tool);
	record = records_only(records, "exec", subject.pid);
	assert_string_equal(record_text(record, "exe"), real);
	assert_int_equal(record_items(record, "env"), 5);
	assert_variable(record, 0, "ONE=1");
	assert_variable(record, 1, "EMPTY=");
	assert_variable(record, 2, "TWO=two words");
	assert_variable(record, 3, "NOVALUE");
	assert_variable(record, 4, "RAW=\xff.");
	assert_false(record_is_cut(record, "env"));
	assert_null(json_object_get(record, "tty"));
	assert_null(json_object_get(records_only(records, "exit", subject.pid), "env"));
	json_decref(records);
	free(real);
}

static void a_variable_that_is_too_long_is_cut(void **state)
{
	struct subject subject;
	struct tool tool;
	json_t *records, *record;
	size_t size;
	char *bytes;

	(void)state;
	subject_start(&subject);
	watch_start(&tool, WORDS("-e", "exec", "-p", pid_text(subject.pid), "--env", "BIG,RAW",
				 "--max-line", "20000"));
	tell(&subject, 'x');
	subject_end(&subject);
	records = watch_finish(&tool);
	record = records_only(records, "exec", subject.pid);
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
static void it_is_the_tracee_that_is_described(void **state)
{
	json_t *answer = check_run(NULL);
	bool works = check_works(answer, "ptrace");
	size_t seen = 0;
	struct subject subject;
	struct tool tool;
	json_t *records, *record;

	(void)state;
	assert_non_null(answer);
	json_decref(answer);
	/* A kernel on which tracers cannot be reported has nothing to compare. */
	if (!works)
		skip();
	subject_start(&subject);
	watch_start(&tool, WORDS("-e", "ptrace", "-p", pid_text(subject.pid), "--with", "cwd,exe"));
	assert_int_equal(ptrace(PTRACE_ATTACH, subject.pid, 0, 0), 0);
	waitpid(subject.pid, NULL, __WALL);
	assert_int_equal(ptrace(PTRACE_DETACH, subject.pid, 0, 0), 0);
	tell(&subject, 'q');
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
	subject_end(&subject);
	assert_int_equal(seen, 2);
}

/* Two listeners with different requests: neither has a field of the other. */
static void each_listener_gets_what_it_asked_for(void **state)
{
	struct subject subject;
	struct tool tools[2];
	json_t *records[2];

	(void)state;
	subject_start(&subject);
	watch_start(&tools[0],
		    WORDS("-e", "comm", "-p", pid_text(subject.pid), "--with", "container,ns"));
	watch_start(&tools[1], WORDS("-e", "comm", "-p", pid_text(subject.pid)));
	tell(&subject, 'r');
	tell(&subject, 'q');
	subject_end(&subject);
	for (int i = 0; i < 2; i++)
		records[i] = watch_finish(&tools[i]);
	assert_int_equal(record_number(records_only(records[0], "comm", subject.pid), "ns_pid"), 1);
	assert_null(json_object_get(records_only(records[0], "comm", subject.pid), "cgroup"));
	assert_null(json_object_get(records_only(records[1], "comm", subject.pid), "ns_pid"));
	assert_null(json_object_get(records_only(records[1], "comm", subject.pid), "container"));
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

static void a_long_line_of_ancestors_is_cut(void **state)
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
	with_cgroup = cgroups_mount() && cgroups_make(outer_cgroup) && cgroups_make(cgroup);
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
		cmocka_unit_test(a_variable_that_is_too_long_is_cut),
		cmocka_unit_test(it_is_the_tracee_that_is_described),
		cmocka_unit_test(each_listener_gets_what_it_asked_for),
		cmocka_unit_test(a_long_line_of_ancestors_is_cut),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

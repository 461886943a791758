// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Program files and working directories that were removed, and programs that never were in a
 * directory. The oracle is what /proc/PID/exe and /proc/PID/cwd link to.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"
#include "harness/run_ps.h"

#define DELETED " (deleted)"

/* It reads from standard input until that ends. */
#define PROGRAM "/bin/cat"

static char directory[] = "/tmp/procsieve-deleted-XXXXXX";
static char program[64], other[64], place[64]; /* in it: two programs, a working directory */

/* What happens to the program or the directory. */
enum fate { STAYS, REMOVED_BEFORE, REMOVED_AFTER, REPLACED_AFTER, RENAMED_AFTER, MEMFD };

static const struct scenario {
	const char *name;
	enum fate program, place;
} scenarios[] = {
	{"nothing is removed", STAYS, STAYS},
	{"program removed before exec", REMOVED_BEFORE, STAYS},
	{"program removed after exec", REMOVED_AFTER, STAYS},
	{"program replaced", REPLACED_AFTER, STAYS},
	{"program renamed", RENAMED_AFTER, STAYS},
	{"program in a memfd", MEMFD, STAYS},
	{"directory removed before exec", STAYS, REMOVED_BEFORE},
	{"directory removed after exec", STAYS, REMOVED_AFTER},
	{"all removed", REMOVED_BEFORE, REMOVED_BEFORE},
};

#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(program, sizeof(program), "%s/program", directory);
	snprintf(other, sizeof(other), "%s/other", directory);
	snprintf(place, sizeof(place), "%s/place", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(directory);
}

static void copy_program(int to)
{
	int from = open(PROGRAM, O_RDONLY | O_CLOEXEC);
	struct stat status;

	assert_int_equal(fstat(from, &status), 0);
	assert_int_equal(sendfile(to, from, NULL, status.st_size), status.st_size);
	close(from);
}

/* Makes an executable file. Returns a descriptor for reading: one for writing forbids exec. */
static int make_program(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	assert_true(fd >= 0);
	copy_program(fd);
	close(fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int make_memfd(void)
{
	int fd = memfd_create("a program", 0);

	assert_true(fd >= 0);
	copy_program(fd);
	return fd;
}

struct target {
	pid_t pid;
	int gate[2];  /* a byte lets it execute the program */
	int input[2]; /* the program ends when this does */
	int program;
};

static void be_target(const struct target *target, const struct scenario *scenario)
{
	char *const argv[] = {"program", NULL};
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(target->input[1]);
	if (chdir(place) || dup2(target->input[0], STDIN_FILENO) < 0 ||
	    read(target->gate[0], &byte, 1) != 1)
		_exit(99);
	if (scenario->place == REMOVED_BEFORE && rmdir(place))
		_exit(98);
	if (scenario->program == REMOVED_BEFORE && unlink(program))
		_exit(97);
	if (scenario->program == MEMFD || scenario->program == REMOVED_BEFORE)
		fexecve(target->program, argv, environ);
	else
		execv(program, argv);
	_exit(96);
}

static void target_start(struct target *target, const struct scenario *scenario)
{
	int file = make_program(program);

	target->program = scenario->program == MEMFD ? make_memfd() : file;
	assert_int_equal(mkdir(place, 0755), 0);
	assert_int_equal(pipe2(target->gate, O_CLOEXEC) | pipe2(target->input, O_CLOEXEC), 0);
	target->pid = fork();
	if (!target->pid)
		be_target(target, scenario);
	if (target->program != file)
		close(file);
}

/* Lets it end, and waits until it has. */
static void target_end(struct target *target)
{
	int status;

	for (int i = 0; i < 2; i++) {
		close(target->gate[i]);
		close(target->input[1 - i]);
	}
	close(target->program);
	waitpid(target->pid, &status, 0);
	assert_int_equal(status, 0);
	unlink(program);
	rmdir(place);
}

static void remove_after(const struct scenario *scenario)
{
	switch (scenario->program) {
	case REMOVED_AFTER:
		assert_int_equal(unlink(program), 0);
		break;
	case REPLACED_AFTER:
		close(make_program(other));
		assert_int_equal(rename(other, program), 0);
		break;
	case RENAMED_AFTER:
		assert_int_equal(rename(program, other), 0);
		break;
	default:
		break;
	}
	if (scenario->place == REMOVED_AFTER)
		assert_int_equal(rmdir(place), 0);
}

/* What /proc shows: a path, and whether it is marked as deleted. */
struct link {
	char path[PATH_MAX];
	bool deleted;
};

static void read_link(struct link *link, pid_t pid, const char *name)
{
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	length = readlink(path, link->path, sizeof(link->path) - 1);
	assert_true(length > 0);
	link->path[length] = '\0';
	length -= (ssize_t)strlen(DELETED);
	link->deleted = length > 0 && !strcmp(link->path + length, DELETED);
	if (link->deleted)
		link->path[length] = '\0';
}

static void assert_deleted(const char *scenario, const json_t *record, const char *key,
			   const struct link *link)
{
	const json_t *value = json_object_get(record, key);

	if (value ? !json_is_true(value) || !link->deleted : link->deleted)
		fail_msg("%s: %s: %s is %s, /proc shows %s%s", scenario,
			 record_text(record, "type"), key, value ? "there" : "missing", link->path,
			 link->deleted ? DELETED : "");
}

/* Asserts that the record has what /proc shows. Before Linux 6.16 an exit has no program file. */
static void assert_links(const char *scenario, const json_t *record, const struct link *exe,
			 const struct link *cwd)
{
	if (json_object_get(record, "exe") || !record_is(record, "exit")) {
		assert_string_equal(record_text(record, "exe"), exe->path);
		assert_deleted(scenario, record, "exe_deleted", exe);
	}
	assert_string_equal(record_text(record, "cwd"), cwd->path);
	assert_deleted(scenario, record, "cwd_deleted", cwd);
}

static bool runs_program(pid_t pid)
{
	struct link exe;

	read_link(&exe, pid, "exe");
	return strstr(exe.path, "program") != NULL && !strstr(exe.path, "test_");
}

static void check_exec(const struct scenario *scenario, const struct target *target, bool with_exe)
{
	const char *words[] = {"-e", "exec", "-p", NULL, NULL, NULL, NULL};
	struct link exe, cwd;
	struct tool tool;
	json_t *records, *record;
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", target->pid);
	words[3] = pid;
	if (with_exe) {
		words[4] = "--with";
		words[5] = "exe";
	}
	watch_start(&tool, words);
	assert_int_equal(write(target->gate[1], "x", 1), 1);
	WAIT_UNTIL(runs_program(target->pid));
	read_link(&exe, target->pid, "exe");
	read_link(&cwd, target->pid, "cwd");
	tool_wait_lines(&tool, 2);
	records = watch_finish(&tool);
	record = records_only(records, "exec", target->pid);
	assert_deleted(scenario->name, record, "exe_deleted", &exe);
	assert_deleted(scenario->name, record, "cwd_deleted", &cwd);
	assert_string_equal(record_text(record, "cwd"), cwd.path);
	if (with_exe)
		assert_string_equal(record_text(record, "exe"), exe.path);
	json_decref(records);
	tool_clear(&tool);
}

static void check_snapshot(const struct scenario *scenario, pid_t pid, const struct link *exe,
			   const struct link *cwd)
{
	struct tool tool;
	json_t *records;
	char number[16], shown[2 * PATH_MAX];

	snprintf(number, sizeof(number), "%d", pid);
	records = run_ps(WORDS("-p", number, "--with", "exe,cwd"));
	assert_links(scenario->name, records_only(records, "process", pid), exe, cwd);
	json_decref(records);
	tool_run(&tool, WORDS("ps", "--standalone", "-p", number, "--with", "exe,cwd"));
	snprintf(shown, sizeof(shown), " %s%s ", cwd->path, cwd->deleted ? DELETED : "");
	if (!strstr(tool.out_text, shown))
		fail_msg("%s: not \"%s\" but %s", scenario->name, shown, tool.out_text);
	tool_clear(&tool);
}

static void check_exit(const struct scenario *scenario, struct target *target,
		       const struct link *exe, const struct link *cwd)
{
	struct tool tool;
	json_t *records;
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", target->pid);
	watch_start(&tool, WORDS("-e", "exit", "-p", pid, "--with", "exe,cwd"));
	target_end(target);
	tool_wait(&tool);
	records = watch_finish(&tool);
	assert_links(scenario->name, records_only(records, "exit", target->pid), exe, cwd);
	json_decref(records);
	tool_clear(&tool);
}

static void check_scenario(const struct scenario *scenario, bool with_exe)
{
	struct target target;
	struct link exe, cwd;

	target_start(&target, scenario);
	check_exec(scenario, &target, with_exe);
	remove_after(scenario);
	read_link(&exe, target.pid, "exe");
	read_link(&cwd, target.pid, "cwd");
	check_snapshot(scenario, target.pid, &exe, &cwd);
	check_exit(scenario, &target, &exe, &cwd);
	unlink(other);
}

static void what_proc_marks_as_deleted_is_marked(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SCENARIOS; i++)
		check_scenario(&scenarios[i], i % 2);
}

/* The oracle itself: these scenarios do what they say. */
static void proc_marks_what_is_removed(void **state)
{
	struct target target;
	struct link exe, cwd;

	(void)state;
	target_start(&target, &scenarios[SCENARIOS - 1]);
	assert_int_equal(write(target.gate[1], "x", 1), 1);
	WAIT_UNTIL(runs_program(target.pid));
	read_link(&exe, target.pid, "exe");
	read_link(&cwd, target.pid, "cwd");
	assert_true(exe.deleted && cwd.deleted);
	target_end(&target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proc_marks_what_is_removed),
		cmocka_unit_test(what_proc_marks_as_deleted_is_marked),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

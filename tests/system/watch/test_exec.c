// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exec records against what was executed: filename, arguments byte for byte, and working directory;
 * and the same program in the exit records of listeners that subscribed to exits only.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle/procfs.h"
#include "harness/records.h"

#define PROGRAM "/bin/true"

/* PROCSIEVE_ARGV_MAX, as documented. */
#define ARGV_LIMIT 32768

/* What a child executes. */
struct program {
	const char *filename;
	char **argv;
	const char *cwd; /* NULL: the test's own */
};

static _Noreturn void execute(const struct program *program)
{
	char *const none[] = {NULL};

	if (!program->cwd || !chdir(program->cwd))
		execve(program->filename, program->argv, none);
	_exit(99);
}

static pid_t run_program(const struct program *program)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		execute(program);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	return pid;
}

static char own_id[16];

/* Starts a listener for this process and its descendants. */
static void watch_children_of_test(struct tool *tool, const char *events, const char *more)
{
	snprintf(own_id, sizeof(own_id), "%d", getpid());
	watch_start(tool,
		    WORDS("-e", events, "-p", own_id, "--follow", "--max-line", "1048576", more));
}

static void assert_bytes(const char *what, const char *bytes, size_t size, const char *expected)
{
	if (size != strlen(expected) || memcmp(bytes, expected, size) != 0)
		fail_msg("%s: expected \"%.200s\" (%zu bytes), got \"%.200s\" (%zu)", what,
			 expected, strlen(expected), bytes, size);
}

static void assert_field(const json_t *record, const char *key, const char *expected)
{
	size_t size;
	char *bytes = record_bytes(record, key, &size);

	assert_bytes(key, bytes, size, expected);
	free(bytes);
}

static void assert_argv(const json_t *record, char *const *argv)
{
	size_t count = 0;

	for (; argv[count]; count++) {
		size_t size;
		char *bytes = record_item(record, "argv", count, &size);

		assert_bytes("an argument", bytes, size, argv[count]);
		free(bytes);
	}
	assert_int_equal(record_items(record, "argv"), count);
	assert_int_equal(record_number(record, "argc"), count);
	assert_false(record_is_cut(record, "argv"));
}

/*
 * Arguments of random bytes, some empty and some long, `most` bytes in total, so that they fit into
 * a record.
 */
static char **build_argv(unsigned int seed, size_t most)
{
	size_t count = 1 + seed % 40;
	char **argv = calloc(count + 1, sizeof(*argv));

	srandom(seed);
	for (size_t i = 0; i < count; i++) {
		size_t size = random() % 4 ? random() % 20 : random() % 600;

		size = size < most ? size : most;
		most -= size;
		argv[i] = calloc(1, size + 1);
		for (size_t at = 0; at < size; at++)
			argv[i][at] =
				(char)(random() % 2 ? 'a' + random() % 26 : 1 + random() % 255);
	}
	return argv;
}

static void free_argv(char **argv)
{
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
	free(argv);
}

#define RANDOM_RUNS 300

static void check_random_programs(const char *events, size_t most)
{
	static pid_t pids[RANDOM_RUNS];
	const unsigned int runs = tool_fewer(RANDOM_RUNS);
	struct tool tool;
	json_t *records;

	watch_children_of_test(&tool, events, NULL);
	for (unsigned int i = 0; i < runs; i++) {
		char **argv = build_argv(i, most);

		pids[i] = run_program(&(struct program){PROGRAM, argv, NULL});
		free_argv(argv);
	}
	records = watch_finish(&tool);
	for (unsigned int i = 0; i < runs; i++) {
		char **argv = build_argv(i, most);
		json_t *record = records_only(records, events, pids[i]);

		assert_argv(record, argv);
		assert_field(record, "filename", PROGRAM);
		free_argv(argv);
	}
	json_decref(records);
	tool_clear(&tool);
}

static void exec_has_the_arguments_byte_for_byte(void **state)
{
	(void)state;
	check_random_programs("exec", SIZE_MAX);
}

static void exit_has_the_arguments_without_exec_events(void **state)
{
	(void)state;
	check_random_programs("exit", SIZE_MAX);
}

/*
 * Since Linux 6.19 a BPF program has at most 8 KiB of task storage, so long arguments cannot be
 * cached. Kernels on which the cache is needed do not have that limit.
 */
static bool remembers_long(void)
{
	struct utsname kernel;
	int major, minor;

	uname(&kernel);
	return sscanf(kernel.release, "%d.%d", &major, &minor) == 2 &&
	       (major < 6 || (major == 6 && minor < 19));
}

static void exit_has_the_arguments_on_an_older_kernel(void **state)
{
	(void)state;
	tool_emulate_old_kernel();
	check_random_programs("exit", remembers_long() ? SIZE_MAX : 300);
}

/* Arguments longer than a record: the record has their beginning and the true count. */
static void check_long_arguments(const char *events)
{
	size_t count = 3000, size = 25, shown = 0;
	char **argv = calloc(count + 1, sizeof(*argv));
	struct tool tool;
	json_t *records, *record;
	pid_t pid;

	for (size_t i = 0; i < count; i++) {
		argv[i] = malloc(size + 1);
		snprintf(argv[i], size + 1, "argument-%016zu", i);
	}
	watch_children_of_test(&tool, events, NULL);
	pid = run_program(&(struct program){PROGRAM, argv, NULL});
	records = watch_finish(&tool);
	record = records_only(records, events, pid);
	assert_true(record_is_cut(record, "argv"));
	assert_int_equal(record_number(record, "argc"), count);
	for (size_t i = 0; i < record_items(record, "argv"); i++) {
		size_t got;
		char *bytes = record_item(record, "argv", i, &got);

		assert_true(got == size || i + 1 == record_items(record, "argv"));
		assert_memory_equal(bytes, argv[i], got);
		shown += got + 1;
		free(bytes);
	}
	assert_in_range(shown, ARGV_LIMIT - 4200, ARGV_LIMIT + 1);
	json_decref(records);
	tool_clear(&tool);
	free_argv(argv);
}

static void long_arguments_are_truncated_and_flagged(void **state)
{
	(void)state;
	check_long_arguments("exec");
	check_long_arguments("exit");
}

static void exec_has_the_working_directory(void **state)
{
	char *const argv[] = {"true", NULL};
	char deep[3000] = "", root[] = "/tmp/procsieve-cwd-XXXXXX", command[64];
	const char *directories[] = {"/", "/tmp", "/proc/self", "/sys/fs", deep};
	char expected[4096];
	struct tool tool;
	json_t *records;

	(void)state;
	assert_non_null(mkdtemp(root));
	strcpy(deep, root);
	for (unsigned int i = 0; i < 12; i++) {
		size_t end = strlen(deep);

		deep[end] = '/';
		memset(deep + end + 1, 'a' + (int)i, 180);
		deep[end + 181] = '\0';
		assert_int_equal(mkdir(deep, 0700), 0);
	}
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		struct program program = {PROGRAM, (char **)argv, directories[i]};
		pid_t pid;

		watch_children_of_test(&tool, "exec", NULL);
		pid = run_program(&program);
		records = watch_finish(&tool);
		if (strcmp(directories[i], "/proc/self") == 0)
			snprintf(expected, sizeof(expected), "/proc/%d", pid);
		else
			strcpy(expected, directories[i]);
		assert_field(records_only(records, "exec", pid), "cwd", expected);
		json_decref(records);
		tool_clear(&tool);
	}
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

/*
 * For a script, the kernel inserts the interpreter before the arguments and executes the
 * interpreter.
 */
static void a_script_has_the_arguments_of_its_interpreter(void **state)
{
	char path[] = "/tmp/procsieve-script-XXXXXX";
	char *const given[] = {"anything", "one", "", NULL};
	char *const expected[] = {"/bin/sh", "-e", path, "one", "", NULL};
	int fd = mkostemp(path, O_CLOEXEC);
	struct tool tool;
	json_t *records, *record;
	pid_t pid;

	(void)state;
	dprintf(fd, "#!/bin/sh -e\n:\n");
	fchmod(fd, 0700);
	close(fd);
	watch_children_of_test(&tool, "exec", NULL);
	pid = run_program(&(struct program){path, (char **)given, NULL});
	records = watch_finish(&tool);
	unlink(path);
	record = records_only(records, "exec", pid);
	assert_argv(record, expected);
	assert_field(record, "filename", path);
	json_decref(records);
	tool_clear(&tool);
}

static pid_t thread_id;

static void *exec_in_thread(void *argument)
{
	char *const argv[] = {"true", "from a thread", NULL};

	(void)argument;
	thread_id = (pid_t)syscall(SYS_gettid);
	if (write(3, &thread_id, sizeof(thread_id)) == sizeof(thread_id))
		execv(PROGRAM, argv);
	_exit(99);
}

static void exec_from_a_thread_has_its_old_tid(void **state)
{
	struct tool tool;
	json_t *records, *record;
	int reported[2], status;
	pthread_t thread;
	pid_t pid, tid;

	(void)state;
	watch_children_of_test(&tool, "exec", NULL);
	assert_int_equal(pipe(reported), 0);
	pid = fork();
	if (!pid) {
		dup2(reported[1], 3);
		pthread_create(&thread, NULL, exec_in_thread, NULL);
		for (;;)
			pause();
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(read(reported[0], &tid, sizeof(tid)), sizeof(tid));
	close(reported[0]);
	close(reported[1]);
	records = watch_finish(&tool);
	record = records_only(records, "exec", pid);
	assert_int_equal(record_number(record, "tid"), pid);
	assert_int_equal(record_number(record, "old_tid"), tid);
	json_decref(records);
	tool_clear(&tool);
}

/* Starts a program that waits for a signal, before any listener exists. */
static pid_t start_older_process(char *const *argv)
{
	pid_t pid = fork();

	if (!pid) {
		execv("/usr/bin/sleep", argv);
		_exit(99);
	}
	WAIT_UNTIL(procfs_sleeps_as(pid, "sleep"));
	return pid;
}

static void check_older_process(void)
{
	char *const argv[] = {"older than the listener", "1000", NULL};
	pid_t pid = start_older_process(argv);
	struct tool tool;
	json_t *records, *record;
	int status;

	watch_children_of_test(&tool, "exit", NULL);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	assert_int_equal(status, SIGTERM);
	records = watch_finish(&tool);
	record = records_only(records, "exit", pid);
	assert_field(record, "filename", "/usr/bin/sleep");
	assert_argv(record, argv);
	json_decref(records);
	tool_clear(&tool);
}

static void processes_older_than_the_listener_have_their_program(void **state)
{
	(void)state;
	check_older_process();
	tool_emulate_old_kernel();
	check_older_process();
}

static void arguments_are_left_out_on_request(void **state)
{
	char *const argv[] = {"true", "secret", NULL};
	struct tool tool;
	json_t *records;
	pid_t pid;

	(void)state;
	watch_children_of_test(&tool, "exec,exit", "--no-args");
	pid = run_program(&(struct program){PROGRAM, (char **)argv, NULL});
	records = watch_finish(&tool);
	assert_null(strstr(tool.out_text, "secret"));
	assert_field(records_only(records, "exec", pid), "filename", PROGRAM);
	assert_field(records_only(records, "exit", pid), "filename", PROGRAM);
	json_decref(records);
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exec_has_the_arguments_byte_for_byte),
		cmocka_unit_test(exit_has_the_arguments_without_exec_events),
		cmocka_unit_test_teardown(exit_has_the_arguments_on_an_older_kernel,
					  tool_stop_emulation),
		cmocka_unit_test(long_arguments_are_truncated_and_flagged),
		cmocka_unit_test(exec_has_the_working_directory),
		cmocka_unit_test(a_script_has_the_arguments_of_its_interpreter),
		cmocka_unit_test(exec_from_a_thread_has_its_old_tid),
		cmocka_unit_test_teardown(processes_older_than_the_listener_have_their_program,
					  tool_stop_emulation),
		cmocka_unit_test(arguments_are_left_out_on_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ps --with maps,fds: compared line by line with /proc/PID/maps, fd and fdinfo of processes that do
 * not change, with mappings and files of every kind.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle/compare_maps_fds.h"
#include "harness/records.h"
#include "workload/mapped_process.h"

#define PROCESSES 200

static const char *pid_text(pid_t pid)
{
	static char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	return text;
}

/* With --standalone: another test covers the server. */
static json_t *snapshot_of(const char *const *words)
{
	const char *all[62] = {"ps", "-j", "--standalone", "--max-line", "65536"};
	struct tool tool;
	json_t *records;

	for (unsigned int i = 0; i < 50 && words[i]; i++)
		all[i + 5] = words[i];
	tool_run(&tool, all);
	if (tool_status(&tool))
		fail_msg("the tool ended with %d: %s", tool_status(&tool), tool.err_text);
	records = records_load(tool.out_text);
	tool_clear(&tool);
	return records;
}

static void create_maps_and_fds(void)
{
	mapped_process_maps();
	mapped_process_files();
}

static void mappings_and_files_are_as_proc_has_them(void **state)
{
	struct mapped_process process = mapped_process_start(create_maps_and_fds, true);
	json_t *records = snapshot_of(WORDS("-p", pid_text(process.pid), "--with", "maps,fds"));

	(void)state;
	assert_int_equal(records_count(records, "process", 0), 1);
	assert_maps_and_fds_match(records, process.pid, true, true);
	json_decref(records);
	/* Thread records have no mappings or files. */
	records =
		snapshot_of(WORDS("-p", pid_text(process.pid), "--threads", "--with", "maps,fds"));
	assert_int_equal(records_count(records, "process", 0), 4);
	assert_maps_and_fds_match(records, process.pid, true, true);
	json_decref(records);
	mapped_process_end(&process);
}

static void each_comes_only_where_it_is_asked_for(void **state)
{
	struct mapped_process process = mapped_process_start(create_maps_and_fds, false);
	const char *pid = pid_text(process.pid);
	json_t *records = snapshot_of(WORDS("-p", pid, "--with", "maps"));

	(void)state;
	assert_maps_and_fds_match(records, process.pid, true, false);
	json_decref(records);
	records = snapshot_of(WORDS("-p", pid, "--with", "fds"));
	assert_maps_and_fds_match(records, process.pid, false, true);
	json_decref(records);
	records = snapshot_of(WORDS("-p", pid, "--with", "args"));
	assert_maps_and_fds_match(records, process.pid, false, false);
	json_decref(records);
	mapped_process_end(&process);
}

static void have_some(void)
{
	mapped_process_maps();
	child_set_fd(open("/dev/null", O_RDWR), 75);
	child_set_fd(eventfd(0, 0), 75);
}

static unsigned int start_processes(struct mapped_process *processes)
{
	unsigned int count = tool_fewer(PROCESSES);

	for (unsigned int i = 0; i < count; i++)
		processes[i] =
			mapped_process_start(i % 2 ? have_some : mapped_process_maps, i % 8 == 0);
	return count;
}

static void assert_processes(const json_t *records, const struct mapped_process *processes,
			     unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		assert_maps_and_fds_match(records, processes[i].pid, true, true);
}

/*
 * Lists all processes of the machine; for those that do not change, the expected output is known.
 * In every sort order.
 */
static void every_process_keeps_what_it_has(void **state)
{
	static const char *const orders[] = {"pid", "-pid", "user,-comm,-vsz"};
	struct mapped_process processes[PROCESSES];
	unsigned int count = start_processes(processes);
	json_t *records = snapshot_of(WORDS("--with", "fds,maps"));

	(void)state;
	assert_processes(records, processes, count);
	json_decref(records);
	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		records = snapshot_of(WORDS("--children", pid_text(getpid()), "--with", "fds,maps",
					    "--sort", orders[i]));
		assert_processes(records, processes, count);
		json_decref(records);
	}
	/* The last first: each has inherited the descriptors that hold the previous ones. */
	while (count--)
		mapped_process_end(&processes[count]);
}

/* Text output: the lines come after their process, in a tree as well. */
static void text_output_has_them_below_their_process(void **state)
{
	struct mapped_process process = mapped_process_start(create_maps_and_fds, false);
	char expected[96], pid[16];
	struct tool tool;
	const char *at;

	(void)state;
	snprintf(pid, sizeof(pid), "%d", process.pid);
	for (int tree = 0; tree < 2; tree++) {
		tool_run(&tool, WORDS("ps", "--standalone", "--descendants", pid_text(getpid()),
				      "--with", "maps,fds", tree ? "--tree" : NULL));
		assert_int_equal(tool_status(&tool), 0);
		snprintf(expected, sizeof(expected), "\n%s ", pid);
		at = strstr(tool.out_text, expected);
		assert_non_null(at);
		at = strchr(at + 1, '\n');
		assert_memory_equal(at, "\n        ", 9);
		assert_non_null(strstr(at, " [stack]\n        0 "));
		assert_non_null(strstr(at, " r--p 00002000 $'"));
		assert_non_null(strstr(at, "odd (name) [x]\\nof \"any\" \\\\ \\xff bytes'\n"));
		assert_non_null(strstr(at, " /dev/zero (deleted)\n"));
		assert_non_null(strstr(at, " anon_inode:[eventpoll]\n"));
		assert_non_null(strstr(at, " /memfd:name of memory (deleted)\n"));
		assert_non_null(strstr(at, "\n        500 "));
		tool_clear(&tool);
	}
	mapped_process_end(&process);
}

/* So many directories deep that the path is longer than a system call accepts. */
#define DEEP	 40
#define DEEP_LEN 120

static void enter_deep_directory(char name[DEEP_LEN + 1])
{
	memset(name, 'd', DEEP_LEN);
	name[DEEP_LEN] = '\0';
	for (int i = 0; i < DEEP; i++)
		child_need(!mkdir(name, 0700) && !chdir(name), 70);
}

static void have_deep_file(void)
{
	char name[DEEP_LEN + 1];
	int fd;

	enter_deep_directory(name);
	fd = child_open("deep", 0);
	child_map(1, PROT_READ, MAP_PRIVATE, fd, 0);
	child_need(!unlink("deep"), 71);
	for (int i = 0; i < DEEP; i++)
		child_need(!chdir("..") && !rmdir(name), 72);
}

/* The end of the path, from a whole component on, is reported and marked as truncated. */
static void a_path_that_is_too_long_is_cut(void **state)
{
	struct mapped_process process = mapped_process_start(have_deep_file, false);
	json_t *records = snapshot_of(WORDS("-p", pid_text(process.pid), "--with", "maps,fds"));
	unsigned int cut = 0;
	const json_t *record;

	(void)state;
	records_each(records, record)
	{
		const char *path;

		if (!record_is_cut(record, "path"))
			continue;
		path = maps_fds_path(record);
		assert_in_range(strlen(path), MAPPED_PAGE - 2 * DEEP_LEN, MAPPED_PAGE + 10);
		assert_memory_equal(path, "/ddd", 4);
		assert_string_equal(path + strlen(path) - 15, "/deep (deleted)");
		cut++;
	}
	assert_int_equal(cut, 2);
	json_decref(records);
	mapped_process_end(&process);
}

/* In a mount namespace of its own, with an overlay of two layers. */
static void have_overlay(void)
{
	int fd;

	child_need(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 60);
	child_need(!mount("layers", "layers", "tmpfs", 0, NULL), 61);
	child_need(!mkdir("layers/lower", 0700) && !mkdir("layers/upper", 0700), 62);
	child_need(!mkdir("layers/work", 0700) && !mkdir("layers/top", 0700), 62);
	fd = child_open("layers/lower/below " ODD_FILE_NAME, 0);
	close(fd);
	/* Without overlayfs the child fails; its exit status is checked. */
	child_need(!mount("overlay", "layers/top", "overlay", 0,
			  "lowerdir=layers/lower,upperdir=layers/upper,workdir=layers/work"),
		   63);
	fd = open("layers/top/below " ODD_FILE_NAME, O_RDONLY);
	child_need(fd >= 0, 64);
	child_map(2, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	fd = child_open("layers/top/above", 0);
	child_map(2, PROT_READ, MAP_SHARED, fd, 1);
	fd = child_open("layers/top/gone", 0);
	child_map(2, PROT_READ, MAP_PRIVATE, fd, 0);
	child_need(!unlink("layers/top/gone"), 65);
}

static bool has_overlay(void)
{
	FILE *file = fopen("/proc/filesystems", "re");
	bool found = false;
	char line[64];

	while (file && fgets(line, sizeof(line), file))
		found |= !strcmp(line, "nodev\toverlay\n");
	if (file)
		fclose(file);
	return found;
}

/* As in a container: files of the layers have the names by which the process knows them. */
static void files_of_layers_are_as_proc_has_them(void **state)
{
	struct mapped_process process;
	json_t *records;

	(void)state;
	if (!has_overlay())
		skip();
	process = mapped_process_start(have_overlay, false);
	records = snapshot_of(WORDS("-p", pid_text(process.pid), "--with", "maps,fds"));
	assert_maps_and_fds_match(records, process.pid, true, true);
	json_decref(records);
	mapped_process_end(&process);
}

/* In a PID namespace, where IDs have another order than in the initial one. */
static int list_inside(void *out)
{
	const char *const words[] = {tool_path(), "ps",	    "-j",	"--standalone",
				     "--threads", "--with", "maps,fds", NULL};
	struct mapped_process processes[20];

	for (unsigned int i = 0; i < 20; i++)
		processes[i] =
			mapped_process_start(i % 2 ? have_some : mapped_process_maps, i % 4 == 0);
	if (!fork()) {
		dup2(*(int *)out, STDOUT_FILENO);
		execv(words[0], (char **)words);
		_exit(1);
	}
	/* None of the other processes has ended. */
	return waitpid(-1, NULL, 0) > (int)(sizeof(processes) / sizeof(*processes)) ? 0 : 1;
}

/* Every process of the namespace is reported with all its records, whatever its outer ID is. */
static void a_pid_namespace_has_its_own_order(void **state)
{
	static char stack[256 * 1024] __attribute__((aligned(16))), text[16 << 20];
	int out = memfd_create("out", MFD_CLOEXEC), status = 0;
	size_t with_mappings = 0, with_files = 0, processes = 0;
	const json_t *record;
	json_t *records;
	ssize_t size;
	pid_t pid;

	(void)state;
	pid = clone(list_inside, stack + sizeof(stack), CLONE_NEWPID | SIGCHLD, &out);
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
	size = pread(out, text, sizeof(text) - 1, 0);
	close(out);
	assert_true(size > 0 && size < (ssize_t)sizeof(text) - 1);
	records = records_load(text);
	records_each(records, record)
	{
		const json_t *next = json_array_get(records, records_at + 1);

		processes += record_is(record, "process") && !json_object_get(record, "thread");
		if (!record_is(record, "mapping") && !record_is(record, "fd"))
			continue;
		with_mappings += record_is(record, "mapping") && !record_is(next, "mapping");
		with_files += record_is(record, "fd") && !record_is(next, "fd");
	}
	json_decref(records);
	/* At least the test's processes, their parent, and the tool itself. */
	assert_true(processes >= 22);
	assert_true(with_mappings >= 22 && with_files >= 22);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mappings_and_files_are_as_proc_has_them),
		cmocka_unit_test(each_comes_only_where_it_is_asked_for),
		cmocka_unit_test(every_process_keeps_what_it_has),
		cmocka_unit_test(text_output_has_them_below_their_process),
		cmocka_unit_test(a_path_that_is_too_long_is_cut),
		cmocka_unit_test(files_of_layers_are_as_proc_has_them),
		cmocka_unit_test(a_pid_namespace_has_its_own_order),
	};

	return cmocka_run_group_tests(tests, mapped_processes_set_up, mapped_processes_tear_down);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which processes `procsieve ps` reports: all, those listed, those of a family, and those that pass
 * its filters.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/cgroups.h"
#include "workload/login.h"
#include "workload/static_processes.h"
#include "workload/static_process_roles.h"
#include "oracle/procfs.h"
#include "harness/run_ps.h"

#define SLEEPERS 120

static struct procfs *facts;
static size_t fact_count;

/* Which static processes a filter passes; NULL passes all. */
struct wanted {
	const char *uids, *euids, *gids, *auids; /* ",1,2," */
	const char *states, *comm;
	bool in_cgroup;
};

#define WANTED(...) (&(const struct wanted){__VA_ARGS__})

static bool is_in(uint32_t id, const char *list)
{
	char text[16];

	snprintf(text, sizeof(text), ",%u,", id);
	return !list || strstr(list, text);
}

static bool is_below(const char *cgroup)
{
	size_t size = strlen(role_cgroup);
	const char *below = cgroup ? strstr(cgroup, role_cgroup) : NULL;

	return below && !strncmp(below + size, "/a b", 4);
}

static bool is_expected(const struct procfs *of, const struct wanted *wanted)
{
	if (!is_in(of->uids[0], wanted->uids) || !is_in(of->gids[0], wanted->gids))
		return false;
	if (!is_in(of->uids[1], wanted->euids) || !is_in(of->auid, wanted->auids))
		return false;
	if (wanted->comm && strcmp(of->comm, wanted->comm) != 0)
		return false;
	if (wanted->states && !strchr(wanted->states, of->state))
		return false;
	return !wanted->in_cgroup || is_below(of->cgroup);
}

static void assert_ids(const pid_t *ids, size_t count, const pid_t *expected, size_t expected_count)
{
	for (size_t i = 0; i < count && i < expected_count; i++)
		if (ids[i] != expected[i])
			fail_msg("%d is reported, /proc has %d next", ids[i], expected[i]);
	if (count != expected_count)
		fail_msg("%zu are reported, /proc has %zu", count, expected_count);
}

/* The reported processes that belong to the test, in the order of the output. */
static size_t our_ids(const json_t *records, pid_t **ids)
{
	const json_t *record;
	size_t count = 0;

	*ids = calloc(json_array_size(records), sizeof(**ids));
	records_each(records, record) if (record_is(record, "process") &&
					  is_static_process((pid_t)record_number(record, "pid")))(
		*ids)[count++] = (pid_t)record_number(record, "tid");
	return count;
}

static void check_static_processes(const char *const *words, const pid_t *expected,
				   size_t expected_count)
{
	json_t *records = run_ps(words);
	pid_t *ids;
	size_t count = our_ids(records, &ids);

	qsort(ids, count, sizeof(*ids), procfs_compare);
	assert_ids(ids, count, expected, expected_count);
	free(ids);
	json_decref(records);
}

/* Returns how many processes the filter passes. */
static size_t check_filter(const char *const *words, const struct wanted *wanted)
{
	pid_t *expected = calloc(fact_count, sizeof(*expected));
	size_t count = 0;

	for (size_t i = 0; i < fact_count; i++)
		if (is_expected(&facts[i], wanted))
			expected[count++] = facts[i].pid;
	check_static_processes(words, expected, count);
	free(expected);
	return count;
}

static void without_filters_all_processes_are_reported(void **state)
{
	size_t count;
	const pid_t *pids = static_process_pids(&count);

	(void)state;
	check_static_processes(WORDS(NULL), pids, count);
	check_static_processes(WORDS("--with", "args,mem"), pids, count);
}

/* The threads that /proc lists for some of the static processes. */
static size_t thread_ids(const pid_t *pids, size_t count, pid_t *tids)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		char directory[64];
		pid_t *ids;
		size_t threads;

		snprintf(directory, sizeof(directory), "/proc/%d/task", pids[i]);
		threads = procfs_list(directory, &ids);
		memcpy(tids + found, ids, threads * sizeof(*ids));
		found += threads;
		free(ids);
	}
	qsort(tids, found, sizeof(*tids), procfs_compare);
	return found;
}

static pid_t many_threads(void)
{
	for (size_t i = 0; i < fact_count; i++)
		if (facts[i].threads > 100)
			return facts[i].pid;
	fail_msg("no process has many threads");
	return 0;
}

static void with_threads_all_threads_are_reported(void **state)
{
	static pid_t tids[100000];
	size_t count;
	const pid_t *pids = static_process_pids(&count);
	pid_t threaded = many_threads();
	char text[16];

	(void)state;
	check_static_processes(WORDS("--threads"), tids, thread_ids(pids, count, tids));
	snprintf(text, sizeof(text), "%d", threaded);
	check_static_processes(WORDS("--threads", "-p", text), tids,
			       thread_ids(&threaded, 1, tids));
	check_static_processes(WORDS("-p", text), &threaded, 1);
}

static void each_filter_leaves_what_it_should(void **state)
{
	char cgroup[256];

	(void)state;
	assert_true(check_filter(WORDS("-u", "1001"), WANTED(.uids = ",1001,")) > 3);
	assert_true(check_filter(WORDS("-u", "0"), WANTED(.uids = ",0,")) > 100);
	assert_true(check_filter(WORDS("-u", "1001,65534"), WANTED(.uids = ",1001,65534,")) > 6);
	assert_true(check_filter(WORDS("--euid", "1002"), WANTED(.euids = ",1002,")) > 3);
	assert_true(check_filter(WORDS("--euid", "0", "-u", "1001"),
				 WANTED(.euids = ",0,", .uids = ",1001,")) > 0);
	assert_int_equal(check_filter(WORDS("--euid", "1001"), WANTED(.euids = ",1001,")), 0);
	assert_true(check_filter(WORDS("-g", "2001"), WANTED(.gids = ",2001,")) > 3);
	assert_true(check_filter(WORDS("--comm", "a) S 1 (b"), WANTED(.comm = "a) S 1 (b")) > 3);
	assert_true(check_filter(WORDS("--comm", "new\nline"), WANTED(.comm = "new\nline")) > 3);
	assert_true(check_filter(WORDS("--comm", "\xff\xfe."), WANTED(.comm = "\xff\xfe.")) > 3);
	if (!*role_cgroup)
		return;
	snprintf(cgroup, sizeof(cgroup), "%s/%s/a b", cgroups_mount(), role_cgroup);
	assert_true(check_filter(WORDS("--cgroup", cgroup), WANTED(.in_cgroup = true)) > 3);
}

/* The login uid of some static processes is set, to 1000 or 1001. */
static void processes_are_selected_by_their_login(void **state)
{
	(void)state;
	if (!login_is_kept())
		skip();
	assert_true(check_filter(WORDS("--auid", "1000"), WANTED(.auids = ",1000,")) > 3);
	assert_true(check_filter(WORDS("--auid", "set"), WANTED(.auids = ",1000,1001,")) > 6);
	assert_true(check_filter(WORDS("--auid", "unset"), WANTED(.auids = ",4294967295,")) > 6);
	assert_true(check_filter(WORDS("--auid", "unset,1001"),
				 WANTED(.auids = ",4294967295,1001,")) > 6);
	assert_int_equal(check_filter(WORDS("--auid", "1002"), WANTED(.auids = ",1002,")), 0);
}

static void each_state_is_found(void **state)
{
	(void)state;
	assert_true(check_filter(WORDS("--state", "Z"), WANTED(.states = "Z")) > tool_fewer(200));
	assert_true(check_filter(WORDS("--state", "T"), WANTED(.states = "T")) > tool_fewer(100));
	assert_true(check_filter(WORDS("--state", "t"), WANTED(.states = "t")) > tool_fewer(50));
	assert_true(check_filter(WORDS("--state", "D"), WANTED(.states = "D")) > 10);
	assert_true(check_filter(WORDS("--state", "S"), WANTED(.states = "S")) > 100);
	assert_int_equal(check_filter(WORDS("--state", "R"), WANTED(.states = "R")), 2);
	assert_int_equal(check_filter(WORDS("--state", "I,P"), WANTED(.states = "I")), 0);
	check_filter(WORDS("--state", "Z,t", "--state", "D"), WANTED(.states = "ZtD"));
}

static void filters_must_all_accept(void **state)
{
	char cgroup[256];

	(void)state;
	assert_true(check_filter(WORDS("-u", "1001", "--state", "Z"),
				 WANTED(.uids = ",1001,", .states = "Z")) > 3);
	assert_true(check_filter(WORDS("-u", "1001", "-g", "2001", "--comm", "two words"),
				 WANTED(.uids = ",1001,", .gids = ",2001,", .comm = "two words")) >
		    0);
	assert_int_equal(check_filter(WORDS("-u", "1001", "-g", "7"),
				      WANTED(.uids = ",1001,", .gids = ",7,")),
			 0);
	if (!*role_cgroup)
		return;
	snprintf(cgroup, sizeof(cgroup), "%s/%s/a b", cgroups_mount(), role_cgroup);
	assert_true(check_filter(WORDS("--cgroup", cgroup, "--state", "S", "-u", "1001"),
				 WANTED(.in_cgroup = true, .states = "S", .uids = ",1001,")) > 3);
}

/* A hundred PIDs in any order, one of them twice. */
static void listed_processes_are_reported(void **state)
{
	size_t count;
	const pid_t *pids = static_process_pids(&count);
	char list[2048] = "";
	json_t *records;
	pid_t *ids;

	(void)state;
	for (size_t i = 100; i--;)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%d,", pids[i]);
	snprintf(list + strlen(list), sizeof(list) - strlen(list), "%d", pids[50]);
	records = run_ps(WORDS("-p", list));
	count = snapshot_ids(records, &ids);
	/* Sorted by ID, and nothing else. */
	assert_ids(ids, count, pids, 100);
	free(ids);
	json_decref(records);
}

static void assert_unknown(const char *option, pid_t pid)
{
	char text[16], message[128];
	struct tool tool;

	snprintf(text, sizeof(text), "%d", pid);
	snprintf(message, sizeof(message), "procsieve: no process has the id %d\n", pid);
	snapshot_run(&tool, WORDS(option, text));
	assert_int_equal(tool_status(&tool), 1);
	assert_string_equal(tool.err_text, message);
	assert_string_equal(tool.out_text, "");
	tool_clear(&tool);
}

static void an_unknown_pid_is_an_error(void **state)
{
	static const char *const options[] = {"-p", "--children", "--descendants"};
	static pid_t tids[1000];
	pid_t threaded = many_threads(), gone = fork_retry(), *ids;
	json_t *records;
	char list[32];

	(void)state;
	if (!gone)
		_exit(0);
	waitpid(gone, NULL, 0);
	thread_ids(&threaded, 1, tids);
	for (size_t i = 0; i < 3; i++) {
		assert_unknown(options[i], gone);
		/* A thread ID is not a process ID. */
		assert_unknown(options[i], tids[1]);
	}
	/* As ps(1): one of them suffices. */
	snprintf(list, sizeof(list), "%d,%d", gone, getpid());
	records = run_ps(WORDS("-p", list));
	assert_int_equal(snapshot_ids(records, &ids), 1);
	assert_int_equal(ids[0], getpid());
	free(ids);
	json_decref(records);
}

#define GENERATIONS 150
#define ORPHANS	    3

/*
 * Each is the child of the previous one; the last one reports that it is ready. Some of them exit
 * and leave their children to the test.
 */
static _Noreturn void descend(int ready_fd)
{
	for (int i = 0; i < GENERATIONS; i++) {
		pid_t pid = fork_retry();

		if (pid < 0)
			(void)!write(ready_fd, "!", 1);
		if (pid)
			break;
		if (i == GENERATIONS - 1 && write(ready_fd, ".", 1) != 1)
			_exit(1);
	}
	for (;;)
		pause();
}

static void check_family(pid_t root)
{
	pid_t *below, *ids, *children;
	size_t count = procfs_family(root, &below), ids_count, child_count = 0;
	json_t *records;
	char text[16];

	snprintf(text, sizeof(text), "%d", root);
	records = run_ps(WORDS("--descendants", text));
	ids_count = snapshot_ids(records, &ids);
	assert_ids(ids, ids_count, below, count);
	json_decref(records);
	free(ids);
	children = calloc(count, sizeof(*children));
	for (size_t i = 0; i < count; i++)
		if (procfs_parent(below[i]) == root)
			children[child_count++] = below[i];
	records = run_ps(WORDS("--children", text));
	ids_count = snapshot_ids(records, &ids);
	assert_ids(ids, ids_count, children, child_count);
	json_decref(records);
	free(ids);
	free(children);
	free(below);
}

static void kill_family(pid_t root)
{
	pid_t *below;
	size_t count = procfs_family(root, &below);

	for (size_t i = 0; i < count; i++)
		if (below[i] != getpid() && !is_static_process(below[i]))
			kill(below[i], SIGKILL);
	for (size_t i = 0; i < count; i++)
		waitpid(below[i], NULL, 0);
	free(below);
}

static void families_are_followed_to_their_end(void **state)
{
	int ready_fd[2];
	pid_t root, *below;
	char byte;

	(void)state;
	assert_int_equal(pipe(ready_fd), 0);
	root = fork_retry();
	if (!root)
		descend(ready_fd[1]);
	assert_int_equal(read(ready_fd[0], &byte, 1), 1);
	assert_int_equal(byte, '.');
	close(ready_fd[0]);
	close(ready_fd[1]);
	check_family(root);
	/*
	 * One in the middle has exited: its descendants are now children of the test, which is a
	 * subreaper.
	 */
	assert_int_equal(procfs_family(root, &below), GENERATIONS + 1);
	kill(below[GENERATIONS / 2], SIGKILL);
	while (procfs_state(below[GENERATIONS / 2]) != 'Z' ||
	       procfs_parent(below[GENERATIONS / 2 + 1]) != getpid())
		usleep(1000);
	check_family(root);
	check_family(below[GENERATIONS / 2 + 1]);
	kill_family(below[GENERATIONS / 2 + 1]);
	kill_family(root);
	waitpid(below[GENERATIONS / 2], NULL, 0);
	free(below);
}

/* The threads of the selected processes, and no others. */
static void families_have_threads(void **state)
{
	static pid_t tids[100000];
	char text[16];
	pid_t *ids, *below;
	size_t count, expected;
	json_t *records;

	(void)state;
	snprintf(text, sizeof(text), "%d", many_threads());
	records = run_ps(WORDS("--descendants", text, "--threads"));
	count = snapshot_ids(records, &ids);
	expected = procfs_family(many_threads(), &below);
	expected = thread_ids(below, expected, tids);
	assert_ids(ids, count, tids, expected);
	assert_true(count > 100);
	json_decref(records);
	free(ids);
	free(below);
}

static int set_up(void **state)
{
	size_t count;
	const pid_t *pids;

	(void)state;
	/* Enough for all filters combined to pass some. */
	static_processes_start(SLEEPERS);
	pids = static_process_pids(&count);
	facts = calloc(count, sizeof(*facts));
	for (size_t i = 0; i < count; i++)
		fact_count += procfs_read(&facts[fact_count], pids[i], 0);
	return fact_count != count;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < fact_count; i++)
		procfs_clear(&facts[i]);
	free(facts);
	static_processes_end();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_filters_all_processes_are_reported),
		cmocka_unit_test(with_threads_all_threads_are_reported),
		cmocka_unit_test(each_filter_leaves_what_it_should),
		cmocka_unit_test(processes_are_selected_by_their_login),
		cmocka_unit_test(each_state_is_found),
		cmocka_unit_test(filters_must_all_accept),
		cmocka_unit_test(listed_processes_are_reported),
		cmocka_unit_test(an_unknown_pid_is_an_error),
		cmocka_unit_test(families_are_followed_to_their_end),
		cmocka_unit_test(families_have_threads),
	};

	static_processes_main(argc, argv);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

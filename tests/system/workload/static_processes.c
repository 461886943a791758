// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starts the static processes, and ends them; see static_processes.h. What they do is in
 * static_process_roles.c.
 */
#include "workload/static_processes.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/cgroups.h"
#include "workload/static_process_roles.h"
#include "oracle/procfs.h"
#include "workload/argv_cases.h"
#include "harness/run_tool.h"

#define SLEEP_TIMEOUT_MS 60000

/* Instances of a role with this many are all alike: fewer suffice on a slow machine. */
#define MANY 60

static pid_t *pids;
static size_t pid_count;

/* The number of processes per state when all are at rest. */
static unsigned int expected[128];

void static_processes_main(int argc, char **argv)
{
	argv_cases_main(argc, argv);
}

const pid_t *static_process_pids(size_t *count)
{
	*count = pid_count;
	return pids;
}

bool is_static_process(pid_t pid)
{
	return bsearch(&pid, pids, pid_count, sizeof(*pids), procfs_compare);
}

static void create_directories(void)
{
	char below[128];

	strcpy(role_directory, "/tmp/procsieve-static.XXXXXX");
	if (!mkdtemp(role_directory))
		fail_msg("no directory for the static processes: %s", strerror(errno));
	if (!cgroups_mount())
		return;
	snprintf(role_cgroup, sizeof(role_cgroup), "procsieve-static-%d", getpid());
	if (!cgroups_create(role_cgroup)) {
		*role_cgroup = '\0';
		return;
	}
	snprintf(below, sizeof(below), "%s/a b", role_cgroup);
	cgroups_create(below);
	snprintf(below, sizeof(below), "%s/a b/c", role_cgroup);
	cgroups_create(below);
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *place)
{
	(void)stat;
	(void)type;
	(void)place;
	return remove(path);
}

static void remove_directories(void)
{
	char below[128];

	if (*role_directory)
		nftw(role_directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	*role_directory = '\0';
	if (!*role_cgroup)
		return;
	snprintf(below, sizeof(below), "%s/a b/c", role_cgroup);
	cgroups_remove(below);
	snprintf(below, sizeof(below), "%s/a b", role_cgroup);
	cgroups_remove(below);
	cgroups_remove(role_cgroup);
	*role_cgroup = '\0';
}

/* Waits for `count` bytes. */
static void wait_for_ready(int ready_count, unsigned int count)
{
	struct pollfd ready = {.fd = ready_count, .events = POLLIN};
	char bytes[4096];

	while (count) {
		ssize_t got;

		if (poll(&ready, 1, SLEEP_TIMEOUT_MS) != 1)
			fail_msg("%u static processes do not get ready", count);
		got = read(ready_count, bytes, sizeof(bytes));
		if (got <= 0 || memchr(bytes, '!', got) || (size_t)got > count)
			fail_msg("a static process has failed");
		count -= got;
	}
}

static bool are_asleep(void)
{
	unsigned int found[128] = {0};

	free(pids);
	pid_count = procfs_family(getpid(), &pids);
	for (size_t i = 0; i < pid_count; i++) {
		if (pids[i] != getpid())
			found[(unsigned char)procfs_state(pids[i]) & 127]++;
	}
	return !memcmp(found, expected, sizeof(found));
}

static void wait_until_asleep(void)
{
	pid_t self = getpid();
	pid_t *found;

	for (int waited = 0; !are_asleep(); waited += 20) {
		if (waited > SLEEP_TIMEOUT_MS)
			fail_msg("the static processes do not come to rest");
		poll(NULL, 0, 20);
	}
	found = bsearch(&self, pids, pid_count, sizeof(*pids), procfs_compare);
	memmove(found, found + 1, (pids + --pid_count - found) * sizeof(*pids));
}

static pid_t gatherer;

/* For a test that ends early. */
static void end_at_exit(void)
{
	if (getpid() == gatherer)
		static_processes_end();
}

static pid_t create_member(const struct role *role, unsigned int number)
{
	pid_t pid = fork_retry();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		role->act(number);
		_exit(1);
	}
	if (pid < 0)
		fail_msg("%s: cannot fork: %s", role->name, strerror(errno));
	for (const char *state = role->states; *state; state++)
		expected[(unsigned char)*state]++;
	return pid;
}

static void create_members(const struct role *role, unsigned int count, int ready_count)
{
	pid_t *made = calloc(count, sizeof(*made));

	for (unsigned int i = 0; i < count; i++) {
		made[i] = create_member(role, i);
		if (role->seized && ptrace(PTRACE_SEIZE, made[i], 0, 0))
			fail_msg("cannot trace: %s", strerror(errno));
	}
	wait_for_ready(ready_count, count * role->ready_count);
	for (unsigned int i = 0; i < count && role->scheduled; i++)
		role_set_policy(made[i], i / 2);
	free(made);
}

void static_processes_start(unsigned int sleepers)
{
	int ready[2];

	if (!gatherer)
		atexit(end_at_exit);
	gatherer = getpid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	create_directories();
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	role_ready_fd = ready[1];
	memset(expected, 0, sizeof(expected));
	for (const struct role *role = roles; role < roles + role_count; role++) {
		unsigned int count = role->count ? role->count : sleepers;

		create_members(role, role->count >= MANY ? tool_fewer(count) : count, ready[0]);
	}
	close(ready[0]);
	close(ready[1]);
	wait_until_asleep();
}

/* Kills until no process is left. Processes that fork do so before they are ready. */
static void kill_all(void)
{
	const struct sched_param param = {0};
	pid_t self = getpid();
	size_t left;

	do {
		pid_t *found;

		left = procfs_family(self, &found);
		for (size_t i = 0; i < left; i++) {
			if (found[i] == self)
				continue;
			/*
			 * An idle-priority process may not get the CPU time that it needs to die.
			 */
			sched_setscheduler(found[i], SCHED_OTHER, &param);
			setpriority(PRIO_PROCESS, found[i], 0);
			kill(found[i], SIGKILL);
		}
		free(found);
		while (waitpid(-1, NULL, __WALL | WNOHANG) > 0)
			;
		if (left > 1)
			poll(NULL, 0, 5);
	} while (left > 1);
}

void static_processes_end(void)
{
	kill_all();
	remove_directories();
	free(pids);
	pids = NULL;
	pid_count = 0;
}

int static_processes_tear_down(void **state)
{
	(void)state;
	static_processes_end();
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The container of a process whose cgroup in version 2 names none, from hierarchies of version 1: a
 * named one, as systemd's, and those of controllers, if they are mounted. The oracle is
 * /proc/PID/cgroup.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"
#include "harness/run_ps.h"
#include "workload/cgroups.h"
#include "workload/cgroups_v1.h"

#define ID	 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define OTHER_ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *mount_point, *hierarchy; /* of the named one; NULL: none */

static int set_up(void **state)
{
	(void)state;
	mount_point = cgroups_v1_mount(&hierarchy);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (mount_point)
		cgroups_v1_unmount();
	return 0;
}

/* A process in a cgroup of version 1, and perhaps in one of version 2. */
struct target {
	pid_t pid;
	int order[2], answer[2];
};

static void obey(const struct target *target, const char *path, const char *v2)
{
	char joined = cgroups_v1_join(path) && (!v2 || cgroups_join(v2)) ? 'y' : 'n', byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(target->answer[1], &joined, 1) != 1 || read(target->order[0], &byte, 1) != 1)
		_exit(99);
	prctl(PR_SET_NAME, "renamed");
	if (write(target->answer[1], &joined, 1) != 1 || read(target->order[0], &byte, 1) != 1)
		_exit(99);
	_exit(0);
}

/* Returns whether it has joined its cgroups. */
static bool target_start(struct target *target, const char *path, const char *v2)
{
	char joined = 'n';

	assert_int_equal(pipe(target->order) | pipe(target->answer), 0);
	target->pid = fork();
	if (!target->pid)
		obey(target, path, v2);
	assert_int_equal(read(target->answer[0], &joined, 1), 1);
	return joined == 'y';
}

static void target_go_on(const struct target *target)
{
	assert_int_equal(write(target->order[1], "x", 1), 1);
}

static void target_end(struct target *target)
{
	kill(target->pid, SIGKILL);
	waitpid(target->pid, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(target->order[i]);
		close(target->answer[i]);
	}
}

/* Whether /proc shows this path in a hierarchy of version 1, or 2 (""). */
static bool proc_shows(pid_t pid, const char *controller, const char *path)
{
	char name[64], line[PATH_MAX], end[PATH_MAX];
	bool found = false;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/cgroup", pid);
	snprintf(end, sizeof(end), ":%s:%s\n", controller, path);
	file = fopen(name, "re");
	assert_non_null(file);
	while (!found && fgets(line, sizeof(line), file))
		found = strchr(line, ':') && !strcmp(strchr(line, ':'), end);
	fclose(file);
	return found;
}

static void assert_container(const json_t *record, const char *id)
{
	const char *found = json_string_value(json_object_get(record, "container"));

	if (!id != !found || (id && strcmp(id, found) != 0))
		fail_msg("%s: container %s, expected %s", record_text(record, "type"),
			 found ? found : "(none)", id ? id : "(none)");
}

static void check_records(struct target *target, const char *id)
{
	char pid[16], byte;
	json_t *records;
	struct tool tool;

	snprintf(pid, sizeof(pid), "%d", target->pid);
	records = run_ps(WORDS("-p", pid, "--with", "container"));
	assert_container(records_only(records, "process", target->pid), id);
	json_decref(records);
	watch_start(&tool, WORDS("-e", "comm,exit", "-p", pid, "--with", "container"));
	target_go_on(target);
	assert_int_equal(read(target->answer[0], &byte, 1), 1);
	target_go_on(target);
	tool_wait(&tool);
	records = watch_finish(&tool);
	assert_container(records_only(records, "comm", target->pid), id);
	assert_container(records_only(records, "exit", target->pid), id);
	json_decref(records);
	tool_clear(&tool);
}

/* Returns false if a process cannot be in this cgroup. */
static bool check_in(const char *mount, const char *controller, const char *name, const char *v2,
		     const char *id)
{
	char path[CGROUPS_V1_PATH], v2_path[PATH_MAX];
	struct target target;
	bool joined;

	snprintf(path, sizeof(path), "%s%s", mount, name);
	cgroups_v1_create(mount, path);
	joined = target_start(&target, path, v2);
	if (joined) {
		assert_true(proc_shows(target.pid, controller, name));
		snprintf(v2_path, sizeof(v2_path), "/%s", v2 ? v2 : "");
		if (v2)
			assert_true(proc_shows(target.pid, "", v2_path));
		check_records(&target, id);
	}
	target_end(&target);
	cgroups_v1_remove(mount, path);
	return joined;
}

static const struct {
	const char *name, *id;
} names[] = {
	{"/procsieve-docker/" ID, ID},
	{"/procsieve-docker/" ID "/below", ID},
	{"/procsieve.slice/docker-" ID ".scope", ID},
	{"/procsieve-outer/" OTHER_ID "/" ID, ID},
	{"/procsieve-libpod/libpod-conmon-" ID ".scope", NULL},
	{"/procsieve/" ID "0123456789", NULL},
	{"/procsieve/a", NULL},
};

static void the_container_is_in_a_named_hierarchy(void **state)
{
	(void)state;
	if (!mount_point)
		skip();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_true(check_in(mount_point, hierarchy, names[i].name, NULL, names[i].id));
}

static void the_container_is_in_the_hierarchy_of_a_controller(void **state)
{
	static const char *const controllers[] = {"memory", "pids", "freezer"};
	unsigned int checked = 0;
	char mount[CGROUPS_V1_PATH];

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		if (!cgroups_v1_find(controllers[i], mount))
			continue;
		assert_true(check_in(mount, controllers[i], names[0].name, NULL, names[0].id));
		checked++;
	}
	if (!checked)
		skip();
}

static void version_2_comes_first(void **state)
{
	char v2[128];

	(void)state;
	if (!mount_point || !cgroups_mount())
		skip();
	snprintf(v2, sizeof(v2), "procsieve-%d-" OTHER_ID, getpid());
	if (!cgroups_create(v2))
		skip();
	assert_true(check_in(mount_point, hierarchy, "/procsieve-docker/" ID, v2, OTHER_ID));
	cgroups_remove(v2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_container_is_in_a_named_hierarchy),
		cmocka_unit_test(the_container_is_in_the_hierarchy_of_a_controller),
		cmocka_unit_test(version_2_comes_first),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The --cgroup option and the search for the mount point of the hierarchy. Mounts are read from
 * sample text; paths are tested on this machine's hierarchy, in a cgroup made for the test if the
 * caller may make one.
 */
#include "assert_error.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup_mount.h"
#include "parse/filter_lists.h"

static struct reason why;

#define SYSTEMD "36 25 0:31 / /sys/fs/cgroup/systemd rw,nosuid shared:10 - cgroup cgroup rw\n"
#define PROC	"24 29 0:22 / /proc rw,nosuid shared:12 - proc proc rw\n"

static void the_hierarchy_is_found_wherever_it_is_mounted(void **state)
{
	static const struct {
		const char *mounts;
		const char *point;
	} cases[] = {
		{PROC "35 25 0:30 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
		 "/sys/fs/cgroup"},
		{SYSTEMD "35 25 0:30 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n",
		 "/sys/fs/cgroup/unified"},
		{"35 25 0:30 / /mnt/a\\040b\\011c\\134040 rw - cgroup2 cgroup2 rw\n",
		 "/mnt/a b\tc\\040"},
		{"35 25 0:30 / /odd\\04 rw master:1 propagate_from:2 - cgroup2 a rw", "/odd\\04"},
		{"34 25 0:30 /part /first rw - cgroup2 none rw\n"
		 "35 25 0:30 / /whole rw - cgroup2 none rw\n",
		 "/whole"},
		{"34 25 0:30 / /first rw - cgroup2 none rw\n"
		 "35 25 0:30 / /second rw - cgroup2 none rw\n",
		 "/first"},
		{"34 25 0:30 /part /first rw - cgroup2 none rw\n"
		 "35 25 0:30 /part /second rw - cgroup2 none rw\n",
		 "/first"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		FILE *mounts = fmemopen((void *)cases[i].mounts, strlen(cases[i].mounts), "r");
		char *point = cgroup_mount_find(mounts);

		assert_non_null(point);
		assert_string_equal(point, cases[i].point);
		free(point);
		fclose(mounts);
	}
}

static void without_the_hierarchy_there_is_no_mount_point(void **state)
{
	static const char *const cases[] = {
		"\n",
		PROC SYSTEMD,
		"35 25 0:30 / /cgroup2 rw - tmpfs cgroup2 rw\n",
		"35 25 0:30 / /cut rw -\n",
		"35 - cgroup2 none rw\n",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		FILE *mounts = fmemopen((void *)cases[i], strlen(cases[i]), "r");

		assert_null(cgroup_mount_find(mounts));
		assert_int_equal(errno, ENOENT);
		fclose(mounts);
	}
}

/* A cgroup of this machine: "<mount><name>/inner", made for the test. */
struct group {
	char *mount;
	char name[64]; /* from the root of the hierarchy, beginning with a slash */
	uint64_t id, inner_id, root_id;
};

static char *join(const char *a, const char *b, const char *c)
{
	char *joined;

	assert_true(asprintf(&joined, "%s%s%s", a, b, c) >= 0);
	return joined;
}

static uint64_t inode_of(const struct group *group, const char *a, const char *b)
{
	char *path = join(group->mount, a, b);
	struct stat file;

	assert_int_equal(stat(path, &file), 0);
	free(path);
	return file.st_ino;
}

static int make_directory(const struct group *group, const char *below)
{
	char *path = join(group->mount, group->name, below);
	int err = mkdir(path, 0755);

	free(path);
	return err;
}

static void remove_directory(const struct group *group, const char *below)
{
	char *path = join(group->mount, group->name, below);

	rmdir(path);
	free(path);
}

static int remove_group(void **state)
{
	struct group *group = *state;

	if (!group)
		return 0;
	remove_directory(group, "/inner");
	remove_directory(group, "");
	free(group->mount);
	free(group);
	return 0;
}

/*
 * Leaves *state NULL if this machine or this user cannot have cgroups; then the tests are skipped.
 */
static int make_group(void **state)
{
	struct group *group = calloc(1, sizeof(*group));

	assert_non_null(group);
	*state = NULL;
	group->mount = cgroup_mount_own();
	snprintf(group->name, sizeof(group->name), "/procsieve test %d", getpid());
	if (!group->mount || make_directory(group, "") || make_directory(group, "/inner")) {
		remove_group((void **)&group);
		return 0;
	}
	group->root_id = inode_of(group, "", "");
	group->id = inode_of(group, group->name, "");
	group->inner_id = inode_of(group, group->name, "/inner");
	*state = group;
	return 0;
}

static struct group *group_of(void **state)
{
	if (!*state)
		skip();
	return *state;
}

static void assert_leads_to(const char *path, uint64_t id)
{
	struct procsieve_list list = {0};

	assert_accepted(path, parse_cgroup("--cgroup", path, &list, &why), &why);
	assert_int_equal(list.count, 1);
	if (list.values[0] != id)
		fail_msg("\"%s\": expected the id %llu, got %llu", path, (unsigned long long)id,
			 (unsigned long long)list.values[0]);
	free(list.values);
}

static void assert_joined_leads_to(const char *a, const char *b, const char *c, uint64_t id)
{
	char *path = join(a, b, c);

	assert_leads_to(path, id);
	free(path);
}

static void a_path_may_be_absolute(void **state)
{
	const struct group *group = group_of(state);

	assert_joined_leads_to(group->mount, group->name, "", group->id);
	assert_joined_leads_to(group->mount, group->name, "/inner", group->inner_id);
	assert_joined_leads_to(group->mount, "", "", group->root_id);
}

static void a_path_may_start_at_the_root_of_the_hierarchy(void **state)
{
	const struct group *group = group_of(state);

	assert_leads_to(group->name, group->id);
	assert_leads_to(group->name + 1, group->id);
	assert_joined_leads_to(group->name, "/inner", "", group->inner_id);
	assert_leads_to("/", group->root_id);
	assert_leads_to(".", group->root_id);
}

static void slashes_and_dots_work_as_in_any_path(void **state)
{
	const struct group *group = group_of(state);

	assert_joined_leads_to(group->name, "/", "", group->id);
	assert_joined_leads_to(group->mount, group->name, "//inner///", group->inner_id);
	assert_joined_leads_to(group->name, "/inner/..", "", group->id);
	assert_joined_leads_to(group->mount, group->name, "/inner/../inner/./", group->inner_id);
}

static void cgroups_given_twice_add_up_and_are_stored_once(void **state)
{
	const struct group *group = group_of(state);
	struct procsieve_list list = {0};

	assert_int_equal(parse_cgroup("--cgroup", group->name, &list, &why), 0);
	assert_int_equal(parse_cgroup("--cgroup", "/", &list, &why), 0);
	assert_int_equal(parse_cgroup("--cgroup", group->name + 1, &list, &why), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.values[0], group->id);
	assert_int_equal(list.values[1], group->root_id);
	free(list.values);
}

static void assert_path_refused(const char *path, const char *message)
{
	const struct refusal refusal = {path, message};
	struct procsieve_list list = {0};

	assert_refused(&refusal, parse_cgroup("--cgroup", path, &list, &why), &why);
	assert_null(list.values);
}

static void what_is_no_cgroup_is_refused(void **state)
{
	static const struct {
		const char *path, *complaint;
	} cases[] = {
		{"frob", "no cgroup \"frob\"; cgroups are the directories"},
		{"/frob/", "no cgroup \"/frob/\"; cgroups are the directories"},
		{"/tmp", "\"/tmp\" is not a cgroup; cgroups are the directories"},
		{"/dev/null", "\"/dev/null\" is not a directory; cgroups are the directories"},
		{"cgroup.procs",
		 "\"cgroup.procs\" is not a directory; cgroups are the directories"},
		{"a\x1b[m,b", "no cgroup \"a\\x1b[m,b\"; cgroups are the directories"},
	};
	const struct group *group = group_of(state);

	for (size_t i = 0; i < LENGTH(cases); i++) {
		char *message = join("--cgroup: ", cases[i].complaint, " below \"");
		char *whole = join(message, group->mount, "\"");

		assert_path_refused(cases[i].path, whole);
		free(whole);
		free(message);
	}
}

static void an_empty_path_is_refused(void **state)
{
	(void)state;
	assert_path_refused("", "--cgroup: the path is empty; the root of all cgroups is \"/\"");
}

static void a_path_too_long_for_the_kernel_is_refused(void **state)
{
	char path[8192];

	group_of(state);
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(parse_cgroup("--cgroup", path, &(struct procsieve_list){0}, &why),
			 -EINVAL);
	assert_non_null(strstr(why.text, "aaa...\": File name too long"));
}

static void a_cgroup_of_version_1_is_refused_by_that_name(void **state)
{
	const struct group *group = group_of(state);
	char *message;

	if (access("/sys/fs/cgroup/memory/tasks", F_OK))
		skip();
	message = join("--cgroup: \"/sys/fs/cgroup/memory\" is a cgroup of version 1; allowed are "
		       "those of version 2, below \"",
		       group->mount, "\"");
	assert_path_refused("/sys/fs/cgroup/memory", message);
	free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hierarchy_is_found_wherever_it_is_mounted),
		cmocka_unit_test(without_the_hierarchy_there_is_no_mount_point),
		cmocka_unit_test(a_path_may_be_absolute),
		cmocka_unit_test(a_path_may_start_at_the_root_of_the_hierarchy),
		cmocka_unit_test(slashes_and_dots_work_as_in_any_path),
		cmocka_unit_test(cgroups_given_twice_add_up_and_are_stored_once),
		cmocka_unit_test(what_is_no_cgroup_is_refused),
		cmocka_unit_test(an_empty_path_is_refused),
		cmocka_unit_test(a_path_too_long_for_the_kernel_is_refused),
		cmocka_unit_test(a_cgroup_of_version_1_is_refused_by_that_name),
	};

	return cmocka_run_group_tests(tests, make_group, remove_group);
}

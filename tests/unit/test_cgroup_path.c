// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paths of cgroups in a filter: how the text of --cgroup becomes one, which of them a server
 * accepts, which key the kernel side gets, and which names match a '*', where fnmatch(3) is the
 * oracle. What the kernel side does with them: tests/system/watch/test_cgroup_again.c.
 */
#include "assert_error.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup_mount.h"
#include "engine/sieve_cgroups.h"
#include "lib/wire.h"
#include "parse/cgroup_glob.h"
#include "parse/filter_lists.h"

static struct reason why;
static char *mount;
static uint64_t mount_id;

static int find_hierarchy(void **state)
{
	struct stat file;

	(void)state;
	mount = cgroup_mount_own();
	if (mount && !stat(mount, &file))
		mount_id = file.st_ino;
	return 0;
}

static int free_hierarchy(void **state)
{
	(void)state;
	free(mount);
	return 0;
}

static void assert_becomes(const char *text, const char *path, bool is_missing)
{
	struct procsieve_filter filter = {0};
	bool missing;

	assert_accepted(text, parse_cgroup_path("--cgroup", text, &filter, &missing, &why), &why);
	assert_int_equal(filter.cgroup_path_count, 1);
	assert_string_equal(filter.cgroup_paths->path, path);
	assert_int_equal(filter.cgroup_paths->below, mount_id);
	assert_int_equal(missing, is_missing);
	filter_clear(&filter);
}

static void a_path_that_does_not_exist_is_taken_as_written(void **state)
{
	static const char *const cases[][2] = {
		{"/no.service", "/no.service"},
		{"no.service", "/no.service"},
		{"/no/such//./cgroup/", "/no/such/cgroup"},
		{"no such/a\\x2db", "/no such/a\\x2db"},
		{"/no/...", "/no/..."},
	};

	(void)state;
	if (!mount)
		skip();
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char *absolute;

		assert_becomes(cases[i][0], cases[i][1], true);
		assert_true(asprintf(&absolute, "%s/%s", mount, cases[i][0]) > 0);
		assert_becomes(absolute, cases[i][1], true);
		free(absolute);
	}
}

static void a_path_with_a_star_is_not_looked_up(void **state)
{
	(void)state;
	if (!mount)
		skip();
	assert_becomes("/*", "/*", false);
	assert_becomes("/no*such/.//a*", "/no*such/a*", false);
}

static void a_path_that_exists_leads_to_the_cgroup(void **state)
{
	char name[64], text[PATH_MAX], link[64];

	(void)state;
	snprintf(name, sizeof(name), "/procsieve-path-%d", getpid());
	snprintf(text, sizeof(text), "%s%s", mount ? mount : "", name);
	if (!mount || mkdir(text, 0755))
		skip();
	snprintf(link, sizeof(link), "/tmp/procsieve-path-%d", getpid());
	assert_int_equal(symlink(text, link), 0);
	assert_becomes(text, name, false);
	assert_becomes(name, name, false);
	assert_becomes(link, name, false);
	strcat(text, "/../.");
	assert_becomes(text, "/", false);
	assert_becomes("/", "/", false);
	assert_int_equal(unlink(link), 0);
	snprintf(text, sizeof(text), "%s%s", mount, name);
	assert_int_equal(rmdir(text), 0);
}

static void assert_path_refused(const char *path, const char *message)
{
	struct procsieve_filter filter = {0};
	bool missing;

	assert_int_equal(parse_cgroup_path("--cgroup", path, &filter, &missing, &why), -EINVAL);
	if (!strstr(why.text, message))
		fail_msg("expected \"%s\" in: %s", message, why.text);
	assert_null(filter.cgroup_paths);
}

static void what_the_kernel_side_cannot_compare_is_refused(void **state)
{
	char text[1024] = "";

	(void)state;
	if (!mount)
		skip();
	assert_path_refused("", "the path is empty");
	assert_path_refused("/no/../such", "has \"..\"");
	assert_path_refused("/a*/../b", "has \"..\"");
	assert_path_refused("/a*b*", "has two \"*\" in a component");
	assert_path_refused("/dev/null", "is not a directory");
	memset(text, 'a', PROCSIEVE_CGROUP_PATH_SIZE);
	text[200] = '/';
	assert_path_refused(text, "is longer than 447 bytes or 48 components");
	*text = '\0';
	for (unsigned int i = 0; i < PROCSIEVE_CGROUP_PATH_DEPTH + 1; i++)
		strcat(text, "/a");
	assert_path_refused(text, "is longer than 447 bytes or 48 components");
	memset(text, '\0', sizeof(text));
	memset(text, 'a', 256);
	text[0] = '*';
	assert_path_refused(text, "a component is longer than 255 bytes");
}

static void as_many_as_fit_are_taken(void **state)
{
	struct procsieve_filter filter = {0};
	bool missing;
	char text[32];

	(void)state;
	if (!mount)
		skip();
	for (unsigned int i = 0; i < PROCSIEVE_CGROUP_PATHS_MAX; i++) {
		snprintf(text, sizeof(text), "/no-%u%s", i,
			 i < PROCSIEVE_CGROUP_GLOBS_MAX ? "*" : "");
		assert_int_equal(parse_cgroup_path("--cgroup", text, &filter, &missing, &why), 0);
	}
	assert_int_equal(parse_cgroup_path("--cgroup", "/x", &filter, &missing, &why), -EINVAL);
	assert_string_equal(why.text, "--cgroup: more than 64 paths");
	filter.cgroup_path_count = PROCSIEVE_CGROUP_GLOBS_MAX;
	assert_int_equal(parse_cgroup_path("--cgroup", "/x*", &filter, &missing, &why), -EINVAL);
	assert_string_equal(why.text, "--cgroup: more than 16 paths with a \"*\"");
	assert_int_equal(parse_cgroup_path("--cgroup", "/no-0*", &filter, &missing, &why), 0);
	assert_int_equal(filter.cgroup_path_count, PROCSIEVE_CGROUP_GLOBS_MAX);
	filter_clear(&filter);
}

static int decode_paths(struct procsieve_cgroup_path *paths, size_t count, enum wire_operation what)
{
	static char packet[WIRE_REQUEST_LIMIT];
	struct wire_request request = {
		.operation = what,
		.filter = {.events = 1, .cgroup_paths = paths, .cgroup_path_count = count},
	};
	struct wire_request decoded;
	char reason[128];
	long size = wire_encode(&request, packet, sizeof(packet));
	int err;

	assert_true(size > 0);
	err = wire_decode(packet, size, &decoded, reason, sizeof(reason));
	if (!err)
		wire_request_clear(&decoded);
	return err;
}

static void a_server_accepts_only_paths_that_can_be(void **state)
{
	static const char *const good[] = {"/", "/a", "/a/b*c/*", "/...", "/.a"};
	static const char *const bad[] = {"",	 "a",	 "/a/",	  "//a",   "/a//b", "/.",
					  "/..", "/a/.", "/../a", "/a*b*", "//"};
	static struct procsieve_cgroup_path paths[PROCSIEVE_CGROUP_GLOBS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		struct procsieve_cgroup_path path = {.below = i};

		strcpy(path.path, good[i]);
		assert_int_equal(decode_paths(&path, 1, WIRE_LISTEN), 0);
		assert_int_equal(decode_paths(&path, 1, WIRE_SNAPSHOT), -EINVAL);
		/* Padding must be zeros: two equal paths are one key. */
		path.path[PROCSIEVE_CGROUP_PATH_SIZE - 1] = 'x';
		assert_int_equal(decode_paths(&path, 1, WIRE_LISTEN), -EINVAL);
	}
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct procsieve_cgroup_path path = {0};

		strcpy(path.path, bad[i]);
		if (!decode_paths(&path, 1, WIRE_LISTEN))
			fail_msg("\"%s\" is accepted", bad[i]);
	}
	for (size_t i = 0; i < LENGTH(paths); i++)
		snprintf(paths[i].path, sizeof(paths[i].path), "/%zu*", i);
	assert_int_equal(decode_paths(paths, LENGTH(paths) - 1, WIRE_LISTEN), 0);
	assert_int_equal(decode_paths(paths, LENGTH(paths), WIRE_LISTEN), -EINVAL);
}

static int keep_key(void *context, enum sieve_table table, const void *key)
{
	memcpy(context, key, sizeof(struct sieve_path));
	return (int)table;
}

static void assert_key(const char *path, enum sieve_table table, unsigned int depth,
		       const char *text)
{
	struct procsieve_cgroup_path named = {0};
	const struct procsieve_filter filter = {.cgroup_paths = &named, .cgroup_path_count = 1};
	struct sieve_path key;

	strcpy(named.path, path);
	assert_int_equal(sieve_add_cgroups(&filter, keep_key, &key), table);
	assert_int_equal(key.below, SIEVE_ROOT_CGROUP);
	assert_int_equal(key.depth, depth);
	assert_string_equal(key.text, text);
}

static void the_longest_pattern_fits_into_a_key(void **state)
{
	struct procsieve_cgroup_path longest = {0};
	const struct procsieve_filter filter = {.cgroup_paths = &longest, .cgroup_path_count = 1};
	struct sieve_path key;

	(void)state;
	for (unsigned int i = 0; i < PROCSIEVE_CGROUP_PATH_DEPTH; i++)
		strcat(longest.path, "/*aaaaaa");
	memset(longest.path + strlen(longest.path), 'a', 447 - strlen(longest.path));
	assert_int_equal(decode_paths(&longest, 1, WIRE_LISTEN), 0);
	assert_int_equal(sieve_add_cgroups(&filter, keep_key, &key), SIEVE_GLOB);
	assert_int_equal(strlen(key.text), 447 + PROCSIEVE_CGROUP_PATH_DEPTH);
	assert_key("/", SIEVE_PATH, 0, "");
	assert_key("/a/b", SIEVE_PATH, 0, "/a/b");
	assert_key("/a*bc/*/d*", SIEVE_GLOB, 3, "/a*\3bc/*\1/d*\1");
}

static void random_text(char *text, unsigned int most)
{
	unsigned int length = random() % (most + 1);

	for (unsigned int i = 0; i < length; i++)
		text[i] = 'a' + (char)(random() % 2);
	text[length] = '\0';
}

static void names_match_as_fnmatch_says(void **state)
{
	unsigned int matches = 0;

	(void)state;
	srandom(1);
	for (unsigned int i = 0; i < 100000; i++) {
		char name[8], pattern[24], before[4], after[4];
		bool expected;

		random_text(name, 6);
		random_text(before, 3);
		random_text(after, 3);
		snprintf(pattern, sizeof(pattern), "%s%s%s", before, random() % 4 ? "*" : "",
			 after);
		expected = !fnmatch(pattern, name, FNM_NOESCAPE);
		matches += expected;
		if (cgroup_glob_matches(pattern, strlen(pattern), name) != expected)
			fail_msg("\"%s\" and \"%s\"", pattern, name);
	}
	assert_in_range(matches, 1000, 99000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_that_does_not_exist_is_taken_as_written),
		cmocka_unit_test(a_path_with_a_star_is_not_looked_up),
		cmocka_unit_test(a_path_that_exists_leads_to_the_cgroup),
		cmocka_unit_test(what_the_kernel_side_cannot_compare_is_refused),
		cmocka_unit_test(as_many_as_fit_are_taken),
		cmocka_unit_test(a_server_accepts_only_paths_that_can_be),
		cmocka_unit_test(the_longest_pattern_fits_into_a_key),
		cmocka_unit_test(names_match_as_fnmatch_says),
	};

	return cmocka_run_group_tests(tests, find_hierarchy, free_hierarchy);
}

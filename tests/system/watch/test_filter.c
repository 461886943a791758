// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filters, alone and in random combinations. The test determines every property of its children: a
 * listener receives exactly the exits of those that match.
 */
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/cgroups.h"
#include "harness/records.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define CHILDREN      300
#define LISTENERS     6 /* at the same time */
#define ROUNDS	      6

/* The properties of a child. A child has one value of each. */
enum { UID, GID, CPU, NAME, CGROUP, CODE, DIMENSIONS };

static const unsigned int ids[] = {0, 1, 12345, 54321};
static const char *const names[] = {"alpha", "beta", "two words", "exactly-15-byte"};
static const char *const groups[] = {"", "/a", "/b", "/b/c"};
static const int codes[] = {0, 1, 2, 200};

/* The option, and its argument for each value. */
static const struct dimension {
	const char *option;
	const char *words[4];
	unsigned int count;
} dimensions[DIMENSIONS] = {
	[UID] = {"--user", {"root", "daemon", "12345", "54321"}, 4},
	[GID] = {"-g", {"0", "daemon", "12345", "54321"}, 4},
	[CPU] = {"--cpu", {"0", "1"}, 2},
	[NAME] = {"--comm", {"alpha", "beta", "two words", "exactly-15-byte"}, 4},
	[CGROUP] = {"--cgroup", {NULL}, 4},
	[CODE] = {"--exit-status", {"0", "1", "2", "200"}, 4},
};

struct child {
	pid_t pid;
	unsigned int values[DIMENSIONS];
};

/* A filter: for each property the values that pass, as bits; 0: not used. */
struct filter {
	unsigned int passing[DIMENSIONS];
};

static struct child children[CHILDREN];
static char base[64]; /* the test's cgroup */
static bool with_cgroups;

static const char *group_name(char *name, size_t size, unsigned int value)
{
	snprintf(name, size, "%s%s", base, groups[value]);
	return name;
}

static _Noreturn void be_child(const unsigned int *values)
{
	char group[80];
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(values[CPU], &cpus);
	if (with_cgroups && !cgroups_join(group_name(group, sizeof(group), values[CGROUP])))
		_exit(99);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || prctl(PR_SET_NAME, names[values[NAME]]))
		_exit(99);
	if (setgroups(0, NULL) || setgid(ids[values[GID]]) || setuid(ids[values[UID]]))
		_exit(99);
	_exit(codes[values[CODE]]);
}

/* Children are not reaped before all have run, so that no process ID is reused. */
static void run_children(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (size_t i = 0; i < tool_fewer(CHILDREN); i++) {
		for (unsigned int d = 0; d < DIMENSIONS; d++)
			children[i].values[d] = random() % dimensions[d].count;
		children[i].values[CPU] %= cpus;
		if (!with_cgroups)
			children[i].values[CGROUP] = 0;
		children[i].pid = fork();
		assert_true(children[i].pid >= 0);
		if (!children[i].pid)
			be_child(children[i].values);
	}
	for (size_t i = 0; i < tool_fewer(CHILDREN); i++) {
		int status;

		waitpid(children[i].pid, &status, 0);
		if (status != codes[children[i].values[CODE]] << 8)
			fail_msg("the generator is broken: %#x", status);
	}
}

/* A cgroup includes its descendants: b includes b/c. */
static bool passes(const struct filter *filter, const struct child *child)
{
	for (unsigned int d = 0; d < DIMENSIONS; d++) {
		unsigned int has = 1u << child->values[d];

		if (d == CGROUP && child->values[d] == 3)
			has |= 1u << 2;
		if (d == CGROUP)
			has |= 1u << 0;
		if (filter->passing[d] && !(filter->passing[d] & has))
			return false;
	}
	return true;
}

/* A listener's command line. */
struct words {
	const char *words[40];
	char text[40][200];
	unsigned int count;
};

static void add_word(struct words *words, const char *word)
{
	snprintf(words->text[words->count], sizeof(words->text[0]), "%s", word);
	words->words[words->count] = words->text[words->count];
	words->words[++words->count] = NULL;
}

/* --cgroup takes one path and may be repeated; the other options take lists. */
static void add_cgroups(struct words *words, unsigned int passing)
{
	char group[80];

	for (unsigned int value = 0; value < LENGTH(groups); value++) {
		if (!(passing & 1u << value))
			continue;
		add_word(words, "--cgroup");
		add_word(words, group_name(group, sizeof(group), value));
	}
}

static void make_words(struct words *words, const struct filter *filter)
{
	*words = (struct words){0};
	add_word(words, "-e");
	add_word(words, "exit");
	for (unsigned int d = 0; d < DIMENSIONS; d++) {
		char list[200] = "";

		if (!filter->passing[d])
			continue;
		if (d == CGROUP) {
			add_cgroups(words, filter->passing[d]);
			continue;
		}
		for (unsigned int value = 0; value < dimensions[d].count; value++) {
			if (!(filter->passing[d] & 1u << value))
				continue;
			strcat(list, *list ? "," : "");
			strcat(list, dimensions[d].words[value]);
		}
		add_word(words, dimensions[d].option);
		add_word(words, list);
	}
}

static void fail_child(const struct words *words, const struct child *child, const char *what)
{
	char line[1000] = "";

	for (unsigned int i = 0; i < words->count; i++) {
		strcat(line, " ");
		strcat(line, words->words[i]);
	}
	fail_msg("%s: uid %u gid %u cpu %u comm %s cgroup %s code %d:%s", what,
		 ids[child->values[UID]], ids[child->values[GID]], child->values[CPU],
		 names[child->values[NAME]], groups[child->values[CGROUP]],
		 codes[child->values[CODE]], line);
}

static void check_child(const json_t *records, const struct filter *filter,
			const struct words *words, const struct child *child)
{
	size_t count = records_count(records, "exit", child->pid);
	const json_t *record;

	if (count != passes(filter, child))
		fail_child(words, child, count ? "let through" : "held back");
	if (!count)
		return;
	record = records_only(records, "exit", child->pid);
	if (record_number(record, "uid") != ids[child->values[UID]] ||
	    record_number(record, "gid") != ids[child->values[GID]] ||
	    record_number(record, "cpu") != child->values[CPU] ||
	    strcmp(record_text(record, "comm"), names[child->values[NAME]]) != 0 ||
	    record_number(record, "ppid") != getpid())
		fail_child(words, child, "wrong");
}

/* Several listeners at the same time, each with its filter, for one run of the children. */
static void check_filters(const struct filter *filters, size_t count)
{
	struct tool tools[LISTENERS];
	struct words words[LISTENERS];

	for (size_t i = 0; i < count; i++) {
		make_words(&words[i], &filters[i]);
		watch_start(&tools[i], words[i].words);
	}
	run_children();
	for (size_t i = 0; i < count; i++) {
		json_t *records = watch_finish(&tools[i]);

		assert_int_equal(records_lost(records), 0);
		for (size_t c = 0; c < tool_fewer(CHILDREN); c++)
			check_child(records, &filters[i], &words[i], &children[c]);
		json_decref(records);
		tool_clear(&tools[i]);
	}
}

static void each_dimension_alone(void **state)
{
	(void)state;
	for (unsigned int d = 0; d < DIMENSIONS; d++) {
		struct filter filters[3] = {0};

		if (d == CGROUP && !with_cgroups)
			continue;
		for (unsigned int i = 0; i < 3; i++)
			filters[i].passing[d] = d == CPU ? 1 + i : 2 + 3 * i;
		check_filters(filters, 3);
	}
}

static void random_combinations(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < tool_fewer(ROUNDS); round++) {
		struct filter filters[LISTENERS] = {0};

		for (unsigned int i = 0; i < LISTENERS; i++)
			for (unsigned int d = 0; d < DIMENSIONS; d++)
				if (random() % 2 && (d != CGROUP || with_cgroups))
					filters[i].passing[d] =
						random() % (1u << dimensions[d].count);
		check_filters(filters, LISTENERS);
	}
}

static int set_up(void **state)
{
	char group[80];

	(void)state;
	srandom(1);
	snprintf(base, sizeof(base), "procsieve-test-%d", getpid());
	with_cgroups = cgroups_mount();
	for (unsigned int i = 0; with_cgroups && i < LENGTH(groups); i++)
		with_cgroups = cgroups_create(group_name(group, sizeof(group), i));
	return 0;
}

static int tear_down(void **state)
{
	char group[80];

	(void)state;
	/* Children before parents. */
	for (unsigned int i = 1; with_cgroups && i <= LENGTH(groups); i++)
		cgroups_remove(group_name(group, sizeof(group), LENGTH(groups) - i));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_dimension_alone),
		cmocka_unit_test(random_combinations),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

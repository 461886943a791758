/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes that end in every possible way, each with its status from wait(2): the oracle for
 * procsieve's exit events. For single-threaded tests. When exit_mode_run() returns, no child and no
 * file is left.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_EXIT_CHILDREN_H
#define TESTS_SYSTEM_WORKLOAD_EXIT_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A child that has been reaped. */
struct exited_child {
	pid_t pid;
	int status; /* from waitpid() */
};

/* The maximum number of children of one run. */
#define EXIT_MODE_CHILDREN_MAX 2

struct exit_mode {
	const char *name;
	int variants; /* exit codes, signals and so on; numbered from 0 */

	/*
	 * For exit_children.c: how the child is made, what it does, and which status wait(2) must
	 * return. other_status is for modes in which the kernel may return either status; otherwise
	 * NULL.
	 */
	int (*run)(const struct exit_mode *mode, int variant,
		   struct exited_child exited[EXIT_MODE_CHILDREN_MAX]);
	void (*act)(int variant);
	int (*status)(int variant);
	int (*other_status)(int variant);
};

extern const struct exit_mode exit_modes[];
extern const size_t exit_mode_count;

/*
 * Runs one variant. Returns the number of children that ended, the child under test first, or
 * -errno.
 */
int exit_mode_run(const struct exit_mode *mode, int variant,
		  struct exited_child exited[EXIT_MODE_CHILDREN_MAX]);

/*
 * Returns whether the variant may end with this status. If not, this generator is wrong, not
 * procsieve.
 */
bool exit_mode_fits(const struct exit_mode *mode, int variant, int status);

/* One run of a long test. */
struct exit_run {
	const struct exit_mode *mode;
	int variant;
};

/*
 * Fills `turns` with all variants of all modes, repeated as needed, and shuffles them. The same
 * seed gives the same order.
 */
void exit_runs_shuffle(struct exit_run *turns, size_t count, unsigned int seed);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Children that end in every way there is, each with the status that wait(2) gave for it: the
 * oracle for what procsieve says of exits. For tests of one thread. Each run is over when way_run()
 * returns: no child and no file is left.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_EXIT_CHILDREN_H
#define TESTS_SYSTEM_WORKLOAD_EXIT_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A child that is gone. */
struct ended {
	pid_t pid;
	int status; /* from waitpid() */
};

/* How many children one run can make. */
#define WAY_CHILDREN_MAX 2

struct way {
	const char *name;
	int variants; /* exit codes, signals and the like; numbered from 0 */

	/*
	 * For children.c: how the child is made, what it does, and what wait(2) has to say of it.
	 * The second status is for ways that leave the kernel a choice, NULL for all others.
	 */
	int (*run)(const struct way *way, int variant, struct ended ended[WAY_CHILDREN_MAX]);
	void (*act)(int variant);
	int (*status)(int variant);
	int (*other_status)(int variant);
};

extern const struct way ways[];
extern const size_t way_count;

/*
 * Runs one variant. Returns how many children ended, the one that the way is about first, or
 * -errno.
 */
int way_run(const struct way *way, int variant, struct ended ended[WAY_CHILDREN_MAX]);

/* May the variant end with this status? False: the generator is broken, not procsieve. */
bool way_fits(const struct way *way, int variant, int status);

/* One run of a long test. */
struct turn {
	const struct way *way;
	int variant;
};

/*
 * Fills `turns` with all variants of all ways, again and again, and shuffles them; the same seed
 * gives the same order.
 */
void turns_shuffle(struct turn *turns, size_t count, unsigned int seed);

#endif

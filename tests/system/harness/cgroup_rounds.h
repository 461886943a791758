/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of --cgroup with cgroups that are made and removed: in each round a child starts in a
 * cgroup with clone3(CLONE_INTO_CGROUP) and executes a program whose argument is the number of the
 * round. The oracle is the children that wait(2) returned: each has exactly one exec and one exit
 * record.
 *
 * The names of cgroups begin with a slash; they are below a cgroup of the test.
 */
#ifndef TESTS_SYSTEM_HARNESS_CGROUP_ROUNDS_H
#define TESTS_SYSTEM_HARNESS_CGROUP_ROUNDS_H

#include <limits.h>
#include <stdbool.h>

#include "harness/run_tool.h"

/* rounds_begin() makes the test's cgroup. rounds_end() removes it, with all that tests left. */
bool rounds_begin(void);
void rounds_end(void);

/* The name of a cgroup below the mount point, as cgroups.h takes it; valid until the next call. */
const char *rounds_name(const char *name);

/* The argument of --cgroup; valid until the next call. */
const char *rounds_option(const char *name);

/* Its directory. `path` must have room for PATH_MAX bytes. Returns `path`. */
char *rounds_path(char *path, const char *name);

/* These return whether they succeeded, and may be called in child processes. */
bool rounds_make(const char *name);
bool rounds_remove(const char *name); /* waits for processes that were reaped to leave it */

/*
 * Runs a program in the cgroup and reaps it. Returns whether it ended with 0. `prepare` is called
 * in the child before the exec; it may be NULL.
 */
bool rounds_run(const char *name, unsigned int round, tool_prepare *prepare, const void *context);

/* One life of a cgroup: makes it, runs a program in it, and removes it. */
bool rounds_live(const char *name, unsigned int round);

/*
 * Ends a `watch -j -e exec,exit`. Checks that rounds `from` to `to` - 1, and no others, have one
 * record of each type. No other process may have records. All numbers are below `rounds`.
 */
void rounds_check(struct tool *tool, unsigned int from, unsigned int to, unsigned int rounds);

#endif

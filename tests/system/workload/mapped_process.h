/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that have mappings and open files, and stand still: so that two who look at them see
 * the same.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_MAPPED_PROCESS_H
#define TESTS_SYSTEM_WORKLOAD_MAPPED_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SUBJECT_PAGE 4096

/* The name of a file that every subject that maps or opens has. */
#define SUBJECT_ODD_NAME "odd (name) [x]\nof \"any\" \\ \xff bytes"

/* Stands still until its pipe is closed. */
struct subject {
	pid_t pid;
	int hold; /* the end that keeps it */
};

/* Done in the child, in a directory that is the test's own. */
typedef void subject_prepare(void);

/*
 * Starts one, and returns when it stands still. `threads`: has some. Fails where it cannot prepare.
 */
struct subject subject_start(subject_prepare *have, bool threads);
void subject_end(struct subject *subject);

/* To prepare with: all that /proc can show of mappings; of open files. */
void subject_maps(void);
void subject_opens(void);

/* The same by piece. What goes wrong ends the child with a code of its own. */
void subject_need(bool condition, int code);
int subject_file(const char *name, int flags);
void subject_map(size_t pages, int prot, int flags, int fd, off_t page);
void subject_keep(int fd, int code);

/* The directory of all, in which "layers" is an empty one. */
int subject_set_up(void **state);
int subject_tear_down(void **state);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that have mappings and open files and do not change, so that procsieve and /proc must
 * show the same.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_MAPPED_PROCESS_H
#define TESTS_SYSTEM_WORKLOAD_MAPPED_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define MAPPED_PAGE 4096

/* The name of a file that every process with mappings or files has. */
#define ODD_FILE_NAME "odd (name) [x]\nof \"any\" \\ \xff bytes"

/* Does not change until its pipe is closed. */
struct mapped_process {
	pid_t pid;
	int hold; /* closing this end of the pipe ends the process */
};

/* Called in the child, in a directory of the test. */
typedef void mapped_process_prepare(void);

/*
 * Starts a process and returns when it does not change any more. `threads`: it has several. Fails
 * if the child cannot prepare.
 */
struct mapped_process mapped_process_start(mapped_process_prepare *have, bool threads);
void mapped_process_end(struct mapped_process *process);

/* Prepare functions: every kind of mapping, and of open file, that /proc can show. */
void mapped_process_maps(void);
void mapped_process_files(void);

/* Single steps for other prepare functions. On an error the child exits with a code of its own. */
void child_need(bool condition, int code);
int child_open(const char *name, int flags);
void child_map(size_t pages, int prot, int flags, int fd, off_t page);
void child_set_fd(int fd, int code);

/* Makes the directory of all these processes, with an empty directory "layers" in it. */
int mapped_processes_set_up(void **state);
int mapped_processes_tear_down(void **state);

#endif

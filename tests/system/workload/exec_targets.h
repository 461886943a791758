/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of one user that all execute a program at the same time, on request. The program is a
 * copy of the test's own. If it is set-user-ID, it has a secret at exactly the addresses where the
 * arguments of the process were before.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_EXEC_TARGETS_H
#define TESTS_SYSTEM_WORKLOAD_EXEC_TARGETS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define TARGETS	    48
#define SECRET_SIZE 12288

struct targets {
	uid_t user;
	bool set_uid;
	char program[PATH_MAX]; /* the program that they execute */
	char secret[64];	/* path of a file that only a set-user-ID program can read */
	pid_t pids[TARGETS];
	int go_fd,
		ready; /* pipes: closing `go_fd` starts the exec; `ready` gets a byte per target */
};

/*
 * Makes the program with this mode, and the secret's file. Returns false if there is no directory
 * for such programs.
 */
bool targets_prepare(struct targets *targets, uid_t user, mode_t mode);
void targets_remove(const struct targets *targets);

/* Starts the targets and waits until all are ready. */
void targets_start(struct targets *targets);

/* Lets the targets execute the program and waits until all have. */
void targets_execute(struct targets *targets);

void targets_end(struct targets *targets);

/* The index of the target with this PID, or -1. */
int targets_find(const struct targets *targets, pid_t pid);

/* Returns whether these bytes contain a part of the secret. */
bool targets_secret_in(const void *bytes, size_t size);

/* If this process is the program, plays its part and does not return. */
void targets_main(int argc, char **argv);

#endif

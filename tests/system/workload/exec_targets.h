/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of one user that execute a program when they are told to, all at once. The program is a
 * copy of the test's own; where it is set-uid it has a secret, at the very addresses where the
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
	char program[PATH_MAX]; /* what they execute */
	char secret[64];	/* path of the file that it reads where it may */
	pid_t pids[TARGETS];
	int go, ready; /* pipes: closing the one lets them go; a byte comes for each that has */
};

/*
 * Makes the program, with this mode, and the file. Returns false where there is no place for such
 * programs.
 */
bool targets_prepare(struct targets *targets, uid_t user, mode_t mode);
void targets_remove(const struct targets *targets);

/* Starts them, and returns once each is what it is to be. */
void targets_start(struct targets *targets);

/* Lets them execute the program, and returns once all have. */
void targets_execute(struct targets *targets);

void targets_end(struct targets *targets);

/* The number of one, or -1. */
int targets_find(const struct targets *targets, pid_t pid);

/* Is there any of the secret in these bytes? */
bool targets_secret_in(const void *bytes, size_t size);

/* Where the process is that program: does not return. */
void targets_take_part(int argc, char **argv);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Set-user-ID programs, made on a file system that supports them. */
#ifndef TESTS_SYSTEM_WORKLOAD_SETUID_PROGRAM_H
#define TESTS_SYSTEM_WORKLOAD_SETUID_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Copies /bin/true to a new path and sets this owner and mode (04755 and the like). Returns false
 * if no directory that all users may enter is on a file system that honours set-user-ID bits. The
 * caller unlinks the file.
 */
bool setuid_program_create(char path[PATH_MAX], uid_t uid, gid_t gid, mode_t mode);

/* Like setuid_program_create(), for another program. */
bool setuid_program_copy(const char *program, char path[PATH_MAX], uid_t uid, gid_t gid,
			 mode_t mode);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that run as who owns them, where a file system lets them. */
#ifndef TESTS_SYSTEM_WORKLOAD_SETUID_PROGRAM_H
#define TESTS_SYSTEM_WORKLOAD_SETUID_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Copies /bin/true to a path of its own and gives it this owner and mode (04755 and the like).
 * Returns false where no directory that everybody may enter is on a file system that heeds set-uid
 * bits. The caller unlinks it.
 */
bool suid_make(char path[PATH_MAX], uid_t uid, gid_t gid, mode_t mode);

/* The same of another program. */
bool suid_copy(const char *program, char path[PATH_MAX], uid_t uid, gid_t gid, mode_t mode);

#endif

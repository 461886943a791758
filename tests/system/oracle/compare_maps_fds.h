/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a snapshot says of the mappings and files of processes that stand still, against
 * /proc/PID/maps, fd and fdinfo.
 */
#ifndef TESTS_SYSTEM_ORACLE_COMPARE_MAPS_FDS_H
#define TESTS_SYSTEM_ORACLE_COMPARE_MAPS_FDS_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/* All that /proc says of a process stands behind its line, and no more. */
void belongings_check(const json_t *records, pid_t pid, bool mappings, bool files);

/*
 * The path of a mapping or file, in a buffer of its own until the next call; "" where there is
 * none.
 */
const char *belongings_path(const json_t *record);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares a snapshot of the mappings and files of processes that do not change with
 * /proc/PID/maps, fd and fdinfo.
 */
#ifndef TESTS_SYSTEM_ORACLE_COMPARE_MAPS_FDS_H
#define TESTS_SYSTEM_ORACLE_COMPARE_MAPS_FDS_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/* Fails unless the records after that of the process are exactly what /proc lists. */
void assert_maps_and_fds_match(const json_t *records, pid_t pid, bool mappings, bool files);

/*
 * The path of a mapping or file, in a static buffer that is valid until the next call; "" if it has
 * none.
 */
const char *maps_fds_path(const json_t *record);

#endif

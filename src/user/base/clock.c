// SPDX-License-Identifier: GPL-2.0-or-later
/* The boot clock of the initial time namespace; see clock.h. */
#include "base/clock.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

/*
 * The file of offsets describes the namespace for children. It is the caller's own after
 * execve(2), but before Linux 6.3 only after fork(2).
 */
static bool is_in_namespace_for_children(void)
{
	struct stat own, children;

	return !stat("/proc/self/ns/time", &own) &&
	       !stat("/proc/self/ns/time_for_children", &children) && own.st_ino == children.st_ino;
}

/*
 * Returns the offset of CLOCK_BOOTTIME in the caller's time namespace, or 0 if it cannot be read:
 * without /proc, or if the kernel has no time namespaces.
 */
static int64_t read_boot_offset(void)
{
	FILE *file =
		is_in_namespace_for_children() ? fopen("/proc/self/timens_offsets", "re") : NULL;
	int64_t seconds, nanoseconds, offset = 0;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "boottime %" SCNd64 " %" SCNd64, &seconds, &nanoseconds) == 2)
			offset = seconds * 1000000000 + nanoseconds;
	if (file)
		fclose(file);
	return offset;
}

uint64_t clock_boot_ns(void)
{
	/* The offset of a namespace never changes while a process is in it. */
	static _Atomic int64_t offset;
	static atomic_bool known;

	if (!known) {
		offset = read_boot_offset();
		known = true;
	}
	return clock_ns(CLOCK_BOOTTIME) - (uint64_t)offset;
}

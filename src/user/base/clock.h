/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel clocks as integers. */
#ifndef USER_BASE_CLOCK_H
#define USER_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Returns the time of a clock of clock_gettime(2), in nanoseconds. */
static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/*
 * Returns CLOCK_BOOTTIME of the initial time namespace, in nanoseconds: the clock of all times in
 * records. In another time namespace (time_namespaces(7)), clock_gettime(2) adds an offset to it.
 */
uint64_t clock_boot_ns(void);

#endif

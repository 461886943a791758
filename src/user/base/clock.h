/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's clocks as numbers. */
#ifndef USER_BASE_CLOCK_H
#define USER_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* What a clock of clock_gettime(2) shows, in nanoseconds. */
static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

#endif

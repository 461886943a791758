/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of the CPUs that this machine can have. They may have holes: a machine with two CPUs
 * may number them 0 and 64.
 */
#ifndef USER_BASE_CPUS_H
#define USER_BASE_CPUS_H

#include <linux/types.h>
#include <stddef.h>

/*
 * Returns one more than the highest number, or -errno. Sets the bits of the numbers in `mask`, of
 * `words` words; numbers that have no bit there are left out. `mask` may be NULL.
 */
int cpus_possible(__u64 *mask, size_t words);

/* The same for a list in the format of cpuset(7): "0-3,8-11". Returns -EINVAL if it is none. */
int cpus_parse(const char *list, __u64 *mask, size_t words);

#endif

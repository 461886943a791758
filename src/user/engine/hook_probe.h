/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests what kinds of hooks the kernel lets this process have, before the whole set of programs is
 * loaded in vain.
 */
#ifndef USER_ENGINE_HOOK_PROBE_H
#define USER_ENGINE_HOOK_PROBE_H

#include <bpf/btf.h>
#include <linux/types.h>
#include <stdbool.h>

/*
 * Returns whether the record of task_rename contains the pid. Some kernels around 6.19 have no such
 * field.
 */
bool hook_probe_rename_has_pid(void);

/*
 * Tests whether this process may open events for all tasks on a CPU. Uses a dummy event, because
 * closing a real one takes long.
 */
int hook_probe_perf_event(void);

/*
 * Tests whether programs can be attached to a kernel function, before the whole set is loaded in
 * vain. Loads a program that does nothing, and attaches it if *link is not open yet: some kernels
 * load such programs but do not attach them. Returns 0 or -errno.
 */
int hook_probe_function(const struct btf *types, const char *name, int *link);

/*
 * Returns whether ftrace is disabled. Hooks on functions can then still be attached, but never run.
 */
bool hook_probe_ftrace_off(void);

/*
 * Attaches a program that does nothing to all of these functions at once. Returns the link, or
 * -errno.
 */
int hook_probe_kprobe(const char *const *functions, unsigned int count, __u32 flags);

#endif

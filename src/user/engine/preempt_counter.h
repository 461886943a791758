/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds out from the kernel's BTF where the preempt count of the current CPU is, for kernel_btf.c.
 */
#ifndef USER_ENGINE_PREEMPT_COUNTER_H
#define USER_ENGINE_PREEMPT_COUNTER_H

#include <linux/types.h>

#include "engine/btf_file.h"
#include "engine/kernel_btf.h"

/* The per-CPU variables that are needed, and the section that contains the offsets of all. */
enum counter_name {
	COUNTER_RUNQUEUES,
	COUNTER_PREEMPT_COUNT, /* x86: up to 6.1, and since 6.15 */
	COUNTER_PCPU_HOT,      /* x86 between these: a structure that contains the count */
	COUNTER_SECTION,
	COUNTER_NAMES
};

extern const char *const counter_names[COUNTER_NAMES];

/* The kernel's ids of what has these names; 0: not found. */
struct counter_ids {
	__u32 by_name[COUNTER_NAMES];
};

/* Stores the id of a type if it is one of those needed. */
void counter_store_id(struct counter_ids *ids, __u32 id, const struct btf_type *type,
		      const char *name);

/* The index must be complete. `task_struct` is the id of that structure. */
struct kernel_counter counter_find(const struct btf_index *kernel, const struct counter_ids *ids,
				   __u32 task_struct);

#endif

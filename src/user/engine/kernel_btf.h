/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few types of the running kernel (BTF) that our programs name, for libbpf to relocate against:
 * it looks through all that it is given once for each type that it looks for, and of the whole
 * kernel's BTF that took most of the start-up time.
 */
#ifndef USER_ENGINE_KERNEL_BTF_H
#define USER_ENGINE_KERNEL_BTF_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "bpf/shared/kernel_ids.h"

/* A type of the kernel's by its true id. */
struct kernel_hook {
	const char *name;
	__u32 id;   /* 0: this kernel has none of that name */
	__u32 kind; /* BTF_KIND_FUNC or BTF_KIND_TYPEDEF */
};

/*
 * A file of BTF, made at the first call and kept until the process ends, for
 * bpf_object_open_opts.btf_custom_path. It has all structs, unions, enums and typedefs by the names
 * that the programs use, and what their members need; what a pointer points to is left out. NULL
 * where it cannot be made: libbpf is then left to look for itself. Any thread may call.
 */
const char *kernel_btf_path(void);

/*
 * The kernel's own ids of types whose ids the programs use, for their constant `kernel_ids`: libbpf
 * would take those of the file. 0 where they are not known.
 */
struct kernel_ids kernel_btf_ids(void);

/*
 * The types that programs are attached to, and the functions that they call, in the kernel's own
 * numbering. Returns how many; 0 where kernel_btf_path() is NULL for want of them.
 */
size_t kernel_btf_hooks(const struct kernel_hook **hooks);

/*
 * The way to the preempt count of the CPU: from the current task by so many steps, each so many
 * bytes on from where the one before has led. At the last lies the count (32 bits), at each other a
 * pointer.
 */
struct kernel_counter {
	unsigned int steps; /* 0: it is not known */
	__s32 offsets[3];
};

struct kernel_counter kernel_types_counter(void);

/* Has the kernel this function? Only of those that programs hang on or call. */
bool kernel_types_have_function(const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small BTF file with the few types of the running kernel that our programs name, for libbpf to
 * relocate against. For each type it needs, libbpf searches all types it is given. With the
 * kernel's whole BTF that took most of the start-up time.
 */
#ifndef USER_ENGINE_KERNEL_BTF_H
#define USER_ENGINE_KERNEL_BTF_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "bpf/shared/btf_ids.h"

/* The BTF of the running kernel. */
#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* A type of the kernel, with its id in the kernel's own BTF. */
struct kernel_hook {
	const char *name;
	__u32 id;   /* 0: this kernel has no type of that name */
	__u32 kind; /* BTF_KIND_FUNC or BTF_KIND_TYPEDEF */
};

/*
 * Returns the path of a BTF file for bpf_object_open_opts.btf_custom_path. The first call builds
 * it; it exists until the process ends. It contains all structs, unions, enums and typedefs with
 * the names that the programs use, and the types of their members; the targets of pointers are left
 * out. Returns NULL if it cannot be built: libbpf then reads the kernel's BTF itself. Thread-safe.
 */
const char *kernel_btf_path(void);

/*
 * Returns the kernel's own ids of the types whose ids the programs use, for their constant
 * `btf_ids`: libbpf would use the ids of the small file. An id that is not known is 0.
 */
struct btf_ids kernel_btf_ids(void);

/*
 * Sets *hooks to the types that programs attach to and the functions that they call, with the
 * kernel's own ids. Returns their number, or 0 if kernel_btf_path() returns NULL.
 */
size_t kernel_btf_hooks(const struct kernel_hook **hooks);

/*
 * How to read the preempt count of the current CPU. Start at the current task. Each step adds an
 * offset in bytes. All steps but the last load a pointer there, which is the base of the next step;
 * at the last is the count (32 bits).
 */
struct kernel_counter {
	unsigned int steps; /* 0: not known */
	__s32 offsets[3];
};

struct kernel_counter kernel_btf_counter(void);

/*
 * Returns whether the kernel has this function. Only for functions that programs attach to or call.
 */
bool kernel_btf_has_function(const char *name);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the preempt count in the kernel's BTF; see preempt_counter.h. */
#include "engine/preempt_counter.h"

#include <string.h>

const char *const counter_names[COUNTER_NAMES] = {"runqueues", "__preempt_count", "pcpu_hot",
						  ".data..percpu"};

void counter_store_id(struct counter_ids *ids, __u32 id, const struct btf_type *type,
		      const char *name)
{
	__u32 kind = BTF_INFO_KIND(type->info);

	for (unsigned int i = 0; i < COUNTER_NAMES; i++)
		if (kind == (i == COUNTER_SECTION ? BTF_KIND_DATASEC : BTF_KIND_VAR) &&
		    !strcmp(counter_names[i], name))
			ids->by_name[i] = id;
}

/*
 * Finds a member by name in a struct or union, also inside unnamed members. Sets *offset to its
 * offset in bytes.
 */
static const struct btf_member *find_member(const struct btf_index *kernel, __u32 id,
					    const char *wanted, __s32 *offset, int depth)
{
	const struct btf_type *type = btf_index_type(kernel, id);
	const struct btf_member *members = (const void *)(type + 1);
	__u32 kind = BTF_INFO_KIND(type->info);

	if (!id || depth > 4 || (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION))
		return NULL;
	for (__u32 i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		const char *name = btf_file_name(&kernel->file, members[i].name_off);
		const struct btf_member *found = &members[i];
		__s32 inside = 0;

		if (strcmp(name, wanted) != 0)
			found = *name ? NULL
				      : find_member(kernel, members[i].type, wanted, &inside,
						    depth + 1);
		if (!found)
			continue;
		*offset = (__s32)((members[i].offset & 0xffffff) / 8) + inside;
		return found;
	}
	return NULL;
}

/*
 * Adds a member's offset to *offset. Returns the id of the member's type, or of the type that it
 * points to; 0 if there is no such member.
 */
static __u32 follow_member(const struct btf_index *kernel, __u32 id, const char *member,
			   __s32 *offset)
{
	__s32 at = 0;
	const struct btf_member *found = find_member(kernel, id, member, &at, 0);

	*offset += at;
	if (!found)
		return 0;
	id = found->type;
	return BTF_INFO_KIND(btf_index_type(kernel, id)->info) == BTF_KIND_PTR
		       ? btf_index_type(kernel, id)->type
		       : id;
}

/* Returns a variable's offset in the per-CPU section, or -1 if it is not there. */
static __s64 percpu_offset(const struct btf_index *kernel, const struct counter_ids *ids,
			   enum counter_name variable)
{
	const struct btf_type *section = btf_index_type(kernel, ids->by_name[COUNTER_SECTION]);
	const struct btf_var_secinfo *variables = (const void *)(section + 1);
	__u32 id = ids->by_name[variable];

	if (!ids->by_name[COUNTER_SECTION] || !id)
		return -1;
	for (__u32 i = 0; i < BTF_INFO_VLEN(section->info); i++)
		if (variables[i].type == id)
			return variables[i].offset;
	return -1;
}

/*
 * On x86 the count is a per-CPU variable. Its address is not secret, but some kernels do not give
 * it to BPF programs. So follow pointers from the task to the CPU's run queue, which is another
 * per-CPU variable, and add the distance between the two.
 */
static struct kernel_counter find_percpu_counter(const struct btf_index *kernel,
						 const struct counter_ids *ids, __u32 task_struct)
{
	struct kernel_counter counter = {.steps = 0};
	__s64 queues = percpu_offset(kernel, ids, COUNTER_RUNQUEUES);
	__s64 count = percpu_offset(kernel, ids, COUNTER_PREEMPT_COUNT);
	__s32 inside = 0;
	__u32 id;

	if (count < 0) {
		count = percpu_offset(kernel, ids, COUNTER_PCPU_HOT);
		id = btf_index_type(kernel, ids->by_name[COUNTER_PCPU_HOT])->type;
		if (count < 0 || !find_member(kernel, id, "preempt_count", &inside, 0))
			return counter;
	}
	id = follow_member(kernel, task_struct, "se", &counter.offsets[0]);
	id = follow_member(kernel, id, "cfs_rq", &counter.offsets[0]);
	id = follow_member(kernel, id, "rq", &counter.offsets[1]);
	counter.offsets[2] = (__s32)(count + inside - queues);
	counter.steps = queues >= 0 && id ? 3 : 0;
	return counter;
}

/* Other architectures keep the count in the task. */
struct kernel_counter counter_find(const struct btf_index *kernel, const struct counter_ids *ids,
				   __u32 task_struct)
{
	struct kernel_counter counter = {.steps = 1};
	__u32 id = follow_member(kernel, task_struct, "thread_info", &counter.offsets[0]);
	__s32 inside = 0;

	if (!id || !find_member(kernel, id, "preempt_count", &inside, 0))
		return find_percpu_counter(kernel, ids, task_struct);
	counter.offsets[0] += inside;
	return counter;
}

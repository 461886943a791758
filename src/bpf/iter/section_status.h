/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections with the state of a living process: credentials, scheduling, memory. */
#ifndef BPF_ITER_SECTION_STATUS_H
#define BPF_ITER_SECTION_STATUS_H

#include "section/section.h"
#include "iter/select.h"

/* DEFAULT_PRIO and MAX_RT_PRIO of the kernel. */
#define STATUS_NICE_ZERO     120
#define STATUS_PRIORITY_ZERO 100

#define status_task(address) task_untrusted((const struct task_struct *)(address))

static __always_inline __u64 status_capabilities(const void *set)
{
	__u64 capabilities = 0;

	bpf_probe_read_kernel(&capabilities, sizeof(capabilities), set);
	return capabilities;
}

#define STATUS_CAPABILITIES(cred, member) \
	status_capabilities((const void *)(cred) + bpf_core_field_offset(struct cred, member))

__noinline __u32 status_cred(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	const struct task_struct *task;
	struct procsieve_cred section;
	const struct cred *cred;

	if (!scratch)
		return 0;
	task = status_task(scratch->subject);
	cred = kernel_load(task, real_cred);
	section = (struct procsieve_cred){
		.ruid = kernel_load(cred, uid.val),
		.euid = kernel_load(cred, euid.val),
		.suid = kernel_load(cred, suid.val),
		.fsuid = kernel_load(cred, fsuid.val),
		.rgid = kernel_load(cred, gid.val),
		.egid = kernel_load(cred, egid.val),
		.sgid = kernel_load(cred, sgid.val),
		.fsgid = kernel_load(cred, fsgid.val),
		.cap_inheritable = STATUS_CAPABILITIES(cred, cap_inheritable),
		.cap_permitted = STATUS_CAPABILITIES(cred, cap_permitted),
		.cap_effective = STATUS_CAPABILITIES(cred, cap_effective),
		.cap_bounding = STATUS_CAPABILITIES(cred, cap_bset),
		.cap_ambient = STATUS_CAPABILITIES(cred, cap_ambient),
	};

	return section_put(scratch, used, PROCSIEVE_SECTION_CRED, &section, sizeof(section));
}

__noinline __u32 status_sched(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	struct procsieve_sched section;
	const struct task_struct *task;

	if (!scratch)
		return 0;
	task = status_task(scratch->subject);
	section = (struct procsieve_sched){
		.policy = kernel_load(task, policy),
		.nice = kernel_load(task, static_prio) - STATUS_NICE_ZERO,
		.rt_priority = kernel_load(task, rt_priority),
		.priority = kernel_load(task, prio) - STATUS_PRIORITY_ZERO,
	};

	return section_put(scratch, used, PROCSIEVE_SECTION_SCHED, &section, sizeof(section));
}

/*
 * For the distance from the common address of a per-CPU variable to the copy of one CPU. It is the
 * same for all variables, so that of a map of our own is used. (The kernel's table of distances is
 * a symbol that not every kernel exports.)
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} percpu_base SEC(".maps");

__u64 address_store;

/*
 * Turns a pointer into a plain number: it is stored to memory and loaded again. Otherwise the
 * verifier tracks it as a pointer.
 */
static __always_inline __u64 status_address(const void *pointer)
{
	*(volatile __u64 *)&address_store = (__u64)pointer;
	return *(volatile __u64 *)&address_store;
}

static __always_inline __u64 status_percpu_offset(__u32 cpu)
{
	const struct bpf_array *array = (const struct bpf_array *)status_address(&percpu_base);
	__u64 common = (__u64)BPF_CORE_READ(array, pptrs[0]);
	__u32 zero = 0;

	return status_address(bpf_map_lookup_percpu_elem(&percpu_base, &zero, cpu)) - common;
}

struct status_rss {
	__s64 pages[4];	   /* by MM_* */
	__u64 counters[4]; /* addresses of the per-CPU parts */
};

static long status_rss_step(__u32 cpu, struct status_rss *rss)
{
	__u64 distance;
	__s32 part;

	/* The kernel's offset of a number without a CPU is undefined. */
	if (!(snapshot_config.possible[cpu / 64 % (SNAPSHOT_CPUS_MAX / 64)] >> cpu % 64 & 1))
		return 0;
	distance = status_percpu_offset(cpu);
	for (int kind = 0; kind < 4; kind++)
		if (!bpf_probe_read_kernel(&part, sizeof(part),
					   (const void *)(rss->counters[kind] + distance)))
			rss->pages[kind] += part;
	return 0;
}

#define STATUS_COUNTER(kind)                                                           \
	do {                                                                           \
		rss->pages[kind] = kernel_load(mm, rss_stat[kind].count);              \
		rss->counters[kind] = (__u64)kernel_load(mm, rss_stat[kind].counters); \
	} while (0)

/* The exact sum, as the kernel computes it: the common part alone may be far off. */
static __always_inline void status_read_rss(struct status_rss *rss, const struct mm_struct *mm)
{
	const struct mm_struct___plain *plain = (const void *)mm;

	if (bpf_core_type_exists(struct mm_rss_stat)) {
		bpf_core_read(rss->pages, sizeof(rss->pages), &plain->rss_stat.count);
		return;
	}
	STATUS_COUNTER(MM_FILEPAGES);
	STATUS_COUNTER(MM_ANONPAGES);
	STATUS_COUNTER(MM_SWAPENTS);
	STATUS_COUNTER(MM_SHMEMPAGES);
	bpf_loop(snapshot_config.cpus, status_rss_step, rss, 0);
}

static __always_inline __u64 status_pages(__s64 pages)
{
	return pages < 0 ? 0 : pages;
}

static __always_inline __u64 status_max(__u64 one, __u64 other)
{
	return one > other ? one : other;
}

__noinline __u32 status_mem(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	struct procsieve_mem section;
	struct status_rss rss = {};
	const struct task_struct *task;
	const struct mm_struct *mm;

	if (!scratch)
		return 0;
	task = status_task(scratch->subject);
	mm = kernel_load(task, mm);
	if (!mm)
		return 0;
	status_read_rss(&rss, mm);
	section.size = kernel_load(mm, total_vm);
	section.rss_anon = status_pages(rss.pages[MM_ANONPAGES]);
	section.rss_file = status_pages(rss.pages[MM_FILEPAGES]);
	section.rss_shmem = status_pages(rss.pages[MM_SHMEMPAGES]);
	section.swap = status_pages(rss.pages[MM_SWAPENTS]);
	section.peak_size = status_max(kernel_load(mm, hiwater_vm), section.size);
	section.peak_rss = status_max(kernel_load(mm, hiwater_rss),
				      section.rss_anon + section.rss_file + section.rss_shmem);
	return section_put(scratch, used, PROCSIEVE_SECTION_MEM, &section, sizeof(section));
}

#endif

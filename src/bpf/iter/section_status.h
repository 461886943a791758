/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections that say how a living process stands: credentials, scheduling, memory. */
#ifndef BPF_ITER_SECTION_STATUS_H
#define BPF_ITER_SECTION_STATUS_H

#include "section/section.h"
#include "iter/select.h"

/* DEFAULT_PRIO and MAX_RT_PRIO of the kernel. */
#define STATE_NICE_ZERO	   120
#define STATE_REAL_TIME_UP 100

#define state_task(number) task_untrusted((const struct task_struct *)(number))

static __always_inline __u64 status_capabilities(const void *set)
{
	__u64 capabilities = 0;

	bpf_probe_read_kernel(&capabilities, sizeof(capabilities), set);
	return capabilities;
}

#define STATE_CAPABILITIES(cred, member) \
	status_capabilities((const void *)(cred) + bpf_core_field_offset(struct cred, member))

__noinline __u32 status_cred(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	const struct task_struct *task;
	struct procsieve_cred section;
	const struct cred *cred;

	if (!scratch)
		return 0;
	task = state_task(scratch->subject);
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
		.cap_inheritable = STATE_CAPABILITIES(cred, cap_inheritable),
		.cap_permitted = STATE_CAPABILITIES(cred, cap_permitted),
		.cap_effective = STATE_CAPABILITIES(cred, cap_effective),
		.cap_bounding = STATE_CAPABILITIES(cred, cap_bset),
		.cap_ambient = STATE_CAPABILITIES(cred, cap_ambient),
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
	task = state_task(scratch->subject);
	section = (struct procsieve_sched){
		.policy = kernel_load(task, policy),
		.nice = kernel_load(task, static_prio) - STATE_NICE_ZERO,
		.rt_priority = kernel_load(task, rt_priority),
		.priority = kernel_load(task, prio) - STATE_REAL_TIME_UP,
	};

	return section_put(scratch, used, PROCSIEVE_SECTION_SCHED, &section, sizeof(section));
}

/*
 * How far is what a CPU has of a variable from the variable's common address? The same for all; so
 * ask a map of our own. (The kernel's table of it is a symbol that not every kernel tells.)
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} spread SEC(".maps");

__u64 spread_address;

/* A pointer as a number: by way of memory, since the verifier follows it otherwise. */
static __always_inline __u64 status_number(const void *pointer)
{
	*(volatile __u64 *)&spread_address = (__u64)pointer;
	return *(volatile __u64 *)&spread_address;
}

static __always_inline __u64 status_distance(__u32 cpu)
{
	const struct bpf_array *array = (const struct bpf_array *)status_number(&spread);
	__u64 common = (__u64)BPF_CORE_READ(array, pptrs[0]);
	__u32 zero = 0;

	return status_number(bpf_map_lookup_percpu_elem(&spread, &zero, cpu)) - common;
}

struct state_rss {
	__s64 pages[4];	   /* by MM_* */
	__u64 counters[4]; /* addresses of what the CPUs keep */
};

static long status_rss_step(__u32 cpu, struct state_rss *rss)
{
	__u64 distance;
	__s32 part;

	/* What the kernel keeps for a number without a CPU is anything. */
	if (!(config.possible[cpu / 64 % (SNAPSHOT_CPUS_MAX / 64)] >> cpu % 64 & 1))
		return 0;
	distance = status_distance(cpu);
	for (int kind = 0; kind < 4; kind++)
		if (!bpf_probe_read_kernel(&part, sizeof(part),
					   (const void *)(rss->counters[kind] + distance)))
			rss->pages[kind] += part;
	return 0;
}

#define STATE_COUNTER(kind)                                                            \
	do {                                                                           \
		rss->pages[kind] = kernel_load(mm, rss_stat[kind].count);              \
		rss->counters[kind] = (__u64)kernel_load(mm, rss_stat[kind].counters); \
	} while (0)

/* Exactly, as the kernel's own sums: the common part alone may be far off. */
static __always_inline void status_count(struct state_rss *rss, const struct mm_struct *mm)
{
	const struct mm_struct___plain *plain = (const void *)mm;

	if (bpf_core_type_exists(struct mm_rss_stat)) {
		bpf_core_read(rss->pages, sizeof(rss->pages), &plain->rss_stat.count);
		return;
	}
	STATE_COUNTER(MM_FILEPAGES);
	STATE_COUNTER(MM_ANONPAGES);
	STATE_COUNTER(MM_SWAPENTS);
	STATE_COUNTER(MM_SHMEMPAGES);
	bpf_loop(config.cpus, status_rss_step, rss, 0);
}

static __always_inline __u64 status_pages(__s64 pages)
{
	return pages < 0 ? 0 : pages;
}

static __always_inline __u64 status_larger(__u64 one, __u64 other)
{
	return one > other ? one : other;
}

__noinline __u32 status_mem(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	struct procsieve_mem section;
	struct state_rss rss = {};
	const struct task_struct *task;
	const struct mm_struct *mm;

	if (!scratch)
		return 0;
	task = state_task(scratch->subject);
	mm = kernel_load(task, mm);
	if (!mm)
		return 0;
	status_count(&rss, mm);
	section.size = kernel_load(mm, total_vm);
	section.rss_anon = status_pages(rss.pages[MM_ANONPAGES]);
	section.rss_file = status_pages(rss.pages[MM_FILEPAGES]);
	section.rss_shmem = status_pages(rss.pages[MM_SHMEMPAGES]);
	section.swap = status_pages(rss.pages[MM_SWAPENTS]);
	section.peak_size = status_larger(kernel_load(mm, hiwater_vm), section.size);
	section.peak_rss = status_larger(kernel_load(mm, hiwater_rss),
					 section.rss_anon + section.rss_file + section.rss_shmem);
	return section_put(scratch, used, PROCSIEVE_SECTION_MEM, &section, sizeof(section));
}

#endif

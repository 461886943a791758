/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections that say what an exiting task has used: the current one, which has just made up its accounts. For a process
 * that is the sums that its dead threads have left in signal_struct, and what is left of the others.
 */
#ifndef ACCOUNTING_H
#define ACCOUNTING_H

#include "section.h"

/* Threads that are looked through. */
#define ACCOUNTING_THREADS 32768

static __always_inline const struct task_struct *accounting_task(void)
{
	return kernel_loose_task(bpf_get_current_task_btf());
}

/* Is the record that of a process, or of one of its threads? */
static __always_inline bool accounting_of_process(const struct scratch *scratch)
{
	return !(scratch->header.flags & PROCSIEVE_F_THREAD);
}

struct accounting_sum {
	struct procsieve_time time;
	struct procsieve_io io;
};

static __always_inline void accounting_add(struct accounting_sum *sum, struct task_struct *task)
{
	sum->time.utime += BPF_CORE_READ(task, utime);
	sum->time.stime += BPF_CORE_READ(task, stime);
	sum->time.runtime += BPF_CORE_READ(task, se.sum_exec_runtime);
	sum->time.minflt += BPF_CORE_READ(task, min_flt);
	sum->time.majflt += BPF_CORE_READ(task, maj_flt);
	sum->time.nvcsw += BPF_CORE_READ(task, nvcsw);
	sum->time.nivcsw += BPF_CORE_READ(task, nivcsw);
	sum->io.rchar += BPF_CORE_READ(task, ioac.rchar);
	sum->io.wchar += BPF_CORE_READ(task, ioac.wchar);
	sum->io.read_bytes += BPF_CORE_READ(task, ioac.read_bytes);
	sum->io.write_bytes += BPF_CORE_READ(task, ioac.write_bytes);
}

static __always_inline void accounting_take(struct accounting_sum *sum,
					    const struct signal_struct *signal)
{
	sum->time.utime = signal->utime;
	sum->time.stime = signal->stime;
	sum->time.runtime = signal->sum_sched_runtime;
	sum->time.minflt = signal->min_flt;
	sum->time.majflt = signal->maj_flt;
	sum->time.nvcsw = signal->nvcsw;
	sum->time.nivcsw = signal->nivcsw;
	/* The sums of I/O have the children that were waited for as well; these, in blocks, have not. */
	sum->io.read_bytes = signal->inblock * 512;
	sum->io.write_bytes = signal->oublock * 512;
	/* Of these there are no others. No statistics: no thread has gone, and it is all the children's. */
	if (bpf_core_field_exists(signal->stats) && !signal->stats) {
		sum->io.rchar = 0;
		sum->io.wchar = 0;
		return;
	}
	sum->io.rchar = signal->ioac.rchar;
	sum->io.wchar = signal->ioac.wchar;
}

/* In the scratch area. */
static __always_inline struct accounting_sum *accounting_area(struct scratch *scratch)
{
	_Static_assert(sizeof(struct accounting_sum) <= sizeof(scratch->work), "there is room");
	return (struct accounting_sum *)scratch->work;
}

struct accounting_walk {
	struct scratch *scratch; /* with the sum */
	__u64 entry, end;	 /* of the list of threads */
};

static long accounting_step(__u32 turn, struct accounting_walk *walk)
{
	struct list_head *entry = (struct list_head *)walk->entry;

	if (walk->entry == walk->end)
		return 1;
	accounting_add(accounting_area(walk->scratch),
		       (void *)entry - bpf_core_field_offset(struct task_struct, thread_node));
	walk->entry = (__u64)BPF_CORE_READ(entry, next);
	return 0;
}

/* Adds up what there is. False: a thread has moved its share into the sums meanwhile, under the lock that is watched here. */
static __always_inline bool accounting_try(struct scratch *scratch,
					   const struct signal_struct *signal)
{
	const volatile __u32 *sequence = &signal->stats_lock.seqcount.seqcount.sequence;
	struct accounting_walk walk = {.scratch = scratch};
	__u32 before = *sequence;

	accounting_take(accounting_area(scratch), signal);
	walk.entry = (__u64)signal->thread_head.next;
	walk.end = (__u64)signal + bpf_core_field_offset(struct signal_struct, thread_head);
	bpf_loop(ACCOUNTING_THREADS, accounting_step, &walk, 0);
	return !(before & 1) && before == *sequence;
}

/* Three times at most; no loop, since the 6.1 verifier takes the way back for an endless one. */
static __always_inline void accounting_of_threads(struct scratch *scratch,
						  const struct signal_struct *signal)
{
	if (!accounting_try(scratch, signal) && !accounting_try(scratch, signal))
		accounting_try(scratch, signal);
}

/* Of processes that never had several threads there are no statistics: then the task is all. */
static __always_inline __u64 accounting_run_delay(const struct task_struct *task, bool process)
{
	const struct signal_struct *signal = task->signal;

	if (!bpf_core_field_exists(task->sched_info.run_delay))
		return PROCSIEVE_UNKNOWN;
	if (!process)
		return task->sched_info.run_delay;
	if (!bpf_core_field_exists(signal->stats))
		return signal->nr_threads == 1 ? task->sched_info.run_delay : PROCSIEVE_UNKNOWN;
	return signal->stats ? signal->stats->cpu_delay_total : task->sched_info.run_delay;
}

static __always_inline void accounting_sum(struct scratch *scratch, bool process)
{
	const struct task_struct *task = accounting_task();
	const struct signal_struct *signal = task->signal;
	const struct prev_cputime *told = process ? &signal->prev_cputime : &task->prev_cputime;
	struct accounting_sum *sum = accounting_area(scratch);

	if (process) {
		accounting_of_threads(scratch, signal);
	} else {
		__builtin_memset(sum, 0, sizeof(*sum));
		accounting_add(sum, (struct task_struct *)task);
	}
	sum->time.told_utime = BPF_CORE_READ(told, utime);
	sum->time.told_stime = BPF_CORE_READ(told, stime);
	sum->time.run_delay = accounting_run_delay(task, process);
}

/* Where threads have gone and children were waited for, nobody can tell what the two have read and written apart. */
static __always_inline bool accounting_is_mixed(void)
{
	const struct signal_struct *signal = accounting_task()->signal;

	return (!bpf_core_field_exists(signal->stats) || signal->stats) && signal->cmin_flt;
}

/* TIME and IO, from one pass. */
__noinline __u32 accounting_use(__u32 used, bool time, bool io)
{
	struct scratch *scratch = scratch_get();
	struct accounting_sum *sum;
	__u32 added = 0;

	if (!scratch)
		return 0;
	sum = accounting_area(scratch);
	accounting_sum(scratch, accounting_of_process(scratch));
	if (accounting_of_process(scratch) && accounting_is_mixed())
		sum->io.rchar = sum->io.wchar = PROCSIEVE_UNKNOWN;
	if (time)
		added = section_put(used, PROCSIEVE_SECTION_TIME, &sum->time, sizeof(sum->time));
	if (io && bpf_core_field_exists(struct task_io_accounting, read_bytes))
		added += section_put(used + added, PROCSIEVE_SECTION_IO, &sum->io, sizeof(sum->io));
	return added;
}

/* The kernel has raised the mark for the last time before it told of the exit. */
__noinline __u32 accounting_peak(__u32 used)
{
	struct scratch *scratch = scratch_get();
	struct procsieve_peak peak;

	if (!scratch || !accounting_of_process(scratch))
		return 0;
	peak.pages = accounting_task()->signal->maxrss;
	return peak.pages ? section_put(used, PROCSIEVE_SECTION_PEAK, &peak, sizeof(peak)) : 0;
}

static __always_inline void accounting_delay_of_task(struct procsieve_delay *delay,
						     const struct task_delay_info *info)
{
	delay->blkio = info->blkio_delay;
	delay->swapin = info->swapin_delay;
	delay->reclaim = info->freepages_delay;
	delay->thrashing = info->thrashing_delay;
	delay->compact = info->compact_delay;
	delay->wpcopy = info->wpcopy_delay;
	delay->irq = bpf_core_field_exists(info->irq_delay) ? info->irq_delay : PROCSIEVE_UNKNOWN;
}

static __always_inline void accounting_delay_of_process(struct procsieve_delay *delay,
							const struct taskstats *stats)
{
	delay->blkio = stats->blkio_delay_total;
	delay->swapin = stats->swapin_delay_total;
	delay->reclaim = stats->freepages_delay_total;
	delay->thrashing = stats->thrashing_delay_total;
	delay->compact = stats->compact_delay_total;
	delay->wpcopy = stats->wpcopy_delay_total;
	delay->irq = bpf_core_field_exists(stats->irq_delay_total) ? stats->irq_delay_total
								   : PROCSIEVE_UNKNOWN;
}

/* The kernel keeps them for tasks that began while delay accounting was on. */
__noinline __u32 accounting_delay(__u32 used)
{
	const struct task_struct *task = accounting_task();
	const struct signal_struct *signal = task->signal;
	struct scratch *scratch = scratch_get();
	struct procsieve_delay delay = {};
	bool process;

	if (!scratch || !bpf_core_field_exists(task->delays) || !task->delays)
		return 0;
	process = accounting_of_process(scratch);
	if (process && bpf_core_field_exists(signal->stats) && signal->stats)
		accounting_delay_of_process(&delay, signal->stats);
	else if (!process || signal->nr_threads == 1)
		accounting_delay_of_task(&delay, task->delays);
	else
		return 0;
	return section_put(used, PROCSIEVE_SECTION_DELAY, &delay, sizeof(delay));
}

#endif

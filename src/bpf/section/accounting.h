/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections with the resource usage of a task. For a process, that is the sum that its dead threads
 * have left in signal_struct, plus the values of the other threads. For an exiting task, which has
 * just added its share, it is final.
 */
#ifndef BPF_SECTION_ACCOUNTING_H
#define BPF_SECTION_ACCOUNTING_H

#include "section/section.h"
#include "core/threads.h"

#define accounting_task(address) task_untrusted((const struct task_struct *)(address))

/* Whether the record describes a process, and not one of its threads. */
static __always_inline bool accounting_of_process(const struct scratch *scratch)
{
	return !(scratch->header.flags & PROCSIEVE_F_THREAD);
}

struct accounting_sum {
	struct procsieve_time time;
	struct procsieve_io io;
};

/*
 * Whether the task has added its values to the sums of the dead threads, if the kernel has such
 * sums.
 */
static __always_inline bool accounting_is_summed(const struct task_struct *task)
{
	const struct signal_struct *signal = BPF_CORE_READ(task, signal);

	return BPF_CORE_READ(task, exit_state) && bpf_core_field_exists(signal->stats) &&
	       BPF_CORE_READ(signal, stats);
}

static __always_inline void accounting_add(struct accounting_sum *sum,
					   const struct task_struct *task)
{
	if (bpf_core_field_exists(task->sched_info.run_delay) && !accounting_is_summed(task))
		sum->time.run_delay += kernel_load(task, sched_info.run_delay);
	sum->time.utime += kernel_load(task, utime);
	sum->time.stime += kernel_load(task, stime);
	sum->time.runtime += kernel_load(task, se.sum_exec_runtime);
	sum->time.minflt += kernel_load(task, min_flt);
	sum->time.majflt += kernel_load(task, maj_flt);
	sum->time.nvcsw += kernel_load(task, nvcsw);
	sum->time.nivcsw += kernel_load(task, nivcsw);
	sum->io.rchar += kernel_load(task, ioac.rchar);
	sum->io.wchar += kernel_load(task, ioac.wchar);
	sum->io.read_bytes += kernel_load(task, ioac.read_bytes);
	sum->io.write_bytes += kernel_load(task, ioac.write_bytes);
}

/* The sums of I/O as in /proc/PID/io: with the children that were waited for. */
static __always_inline void accounting_read_io(struct procsieve_io *io,
					       const struct signal_struct *signal)
{
	io->rchar = kernel_load(signal, ioac.rchar);
	io->wchar = kernel_load(signal, ioac.wchar);
	io->read_bytes = kernel_load(signal, ioac.read_bytes);
	io->write_bytes = kernel_load(signal, ioac.write_bytes);
}

/*
 * Without the children. For bytes read from and written to devices, there are sums of the threads
 * alone, in blocks. For the other bytes there are none. But without taskstats no thread has exited,
 * and all of the sum belongs to the children.
 */
static __always_inline void accounting_read_own_io(struct procsieve_io *io,
						   const struct signal_struct *signal)
{
	accounting_read_io(io, signal);
	io->read_bytes = kernel_load(signal, inblock) * 512;
	io->write_bytes = kernel_load(signal, oublock) * 512;
	if (bpf_core_field_exists(signal->stats) && !BPF_CORE_READ(signal, stats))
		io->rchar = io->wchar = 0;
}

static __always_inline void accounting_read_sums(struct accounting_sum *sum,
						 const struct signal_struct *signal, bool children)
{
	sum->time.run_delay = 0;
	sum->time.utime = kernel_load(signal, utime);
	sum->time.stime = kernel_load(signal, stime);
	sum->time.runtime = kernel_load(signal, sum_sched_runtime);
	sum->time.minflt = kernel_load(signal, min_flt);
	sum->time.majflt = kernel_load(signal, maj_flt);
	sum->time.nvcsw = kernel_load(signal, nvcsw);
	sum->time.nivcsw = kernel_load(signal, nivcsw);
	if (children)
		accounting_read_io(&sum->io, signal);
	else
		accounting_read_own_io(&sum->io, signal);
}

/* In the scratch area. */
static __always_inline struct accounting_sum *accounting_area(struct scratch *scratch)
{
	_Static_assert(sizeof(struct accounting_sum) <= sizeof(scratch->work), "there is room");
	return (struct accounting_sum *)scratch->work;
}

/* Iterates over the threads of a process; the signature is that of a bpf_loop() callback. */
struct accounting_walk {
	struct scratch *scratch; /* contains the sum */
	struct threads threads;
};

static long accounting_step(__u32 turn, struct accounting_walk *walk)
{
	__u64 thread = threads_next(&walk->threads);

	if (!thread)
		return 1;
	accounting_add(accounting_area(walk->scratch), accounting_task(thread));
	return 0;
}

/*
 * Adds up the values. Returns 0 if in the meantime a thread moved its share into the sums, which it
 * does under the seqlock that is checked here. A global function with a number as its argument: so
 * it is loaded once, and not once for each attempt.
 */
__noinline __u32 accounting_sum_threads_once(__u32 area, bool children)
{
	struct scratch *scratch = scratch_of(area);
	const struct signal_struct *signal;
	const struct task_struct *task;
	struct accounting_walk walk;
	__u32 sequence;

	if (!scratch)
		return 1;
	task = accounting_task(scratch->subject);
	signal = kernel_load(task, signal);
	sequence = BPF_CORE_READ(signal, stats_lock.seqcount.seqcount.sequence);
	barrier();
	accounting_read_sums(accounting_area(scratch), signal, children);
	walk = (struct accounting_walk){scratch, threads_of(signal)};
	bpf_loop(THREADS_MAX, accounting_step, &walk, 0);
	barrier();
	return !(sequence & 1) &&
	       sequence == BPF_CORE_READ(signal, stats_lock.seqcount.seqcount.sequence);
}

/*
 * The CPU that is in the middle of the update may be a virtual one that does not run for a while.
 */
#define ACCOUNTING_TRIES 64

/*
 * Unrolled: the 6.1 verifier rejects the backward jump as an endless loop, and bpf_loop() would
 * take more of the stack.
 */
static __always_inline void accounting_sum_threads(__u32 area, bool children)
{
#pragma unroll
	for (int turn = 0; turn < ACCOUNTING_TRIES; turn++)
		if (accounting_sum_threads_once(area, children))
			return;
}

/*
 * The time that a task or process has waited for a CPU, at exit. Processes that never had several
 * threads have no taskstats: then the task's value is all.
 */
static __always_inline __u64 accounting_run_delay_at_exit(const struct task_struct *task,
							  bool process)
{
	const struct signal_struct *signal = BPF_CORE_READ(task, signal);
	__u64 own;

	if (!bpf_core_field_exists(task->sched_info.run_delay))
		return PROCSIEVE_UNKNOWN;
	own = BPF_CORE_READ(task, sched_info.run_delay);
	if (!process)
		return own;
	if (!bpf_core_field_exists(signal->stats))
		return BPF_CORE_READ(signal, nr_threads) == 1 ? own : PROCSIEVE_UNKNOWN;
	return BPF_CORE_READ(signal, stats) ? BPF_CORE_READ(signal, stats, cpu_delay_total) : own;
}

/*
 * The same for a process that is alive or not yet reaped; `sum` is that of the threads that still
 * exist.
 */
static __always_inline __u64 accounting_run_delay_now(const struct task_struct *task, __u64 sum)
{
	const struct signal_struct *signal = BPF_CORE_READ(task, signal);

	if (!bpf_core_field_exists(task->sched_info.run_delay))
		return PROCSIEVE_UNKNOWN;
	if (!bpf_core_field_exists(signal->stats))
		return BPF_CORE_READ(signal, nr_threads) == 1 ? sum : PROCSIEVE_UNKNOWN;
	return sum + BPF_CORE_READ(signal, stats, cpu_delay_total);
}

static __always_inline void accounting_sum(struct scratch *scratch, bool process, bool children)
{
	const struct task_struct *task = accounting_task(scratch->subject);
	const struct signal_struct *signal = kernel_load(task, signal);
	struct accounting_sum *sum = accounting_area(scratch);

	if (process) {
		accounting_sum_threads(scratch->area, children);
		sum->time.prev_utime = kernel_load(signal, prev_cputime.utime);
		sum->time.prev_stime = kernel_load(signal, prev_cputime.stime);
	} else {
		__builtin_memset(sum, 0, sizeof(*sum));
		accounting_add(sum, task);
		sum->time.prev_utime = kernel_load(task, prev_cputime.utime);
		sum->time.prev_stime = kernel_load(task, prev_cputime.stime);
	}
	if (process && children)
		sum->time.run_delay = accounting_run_delay_now(task, sum->time.run_delay);
	else
		sum->time.run_delay = accounting_run_delay_at_exit(task, process);
}

/*
 * If threads have exited and children were waited for, the bytes that the two have read and written
 * cannot be separated.
 */
static __always_inline bool accounting_io_is_mixed(const struct task_struct *task)
{
	const struct signal_struct *signal = BPF_CORE_READ(task, signal);

	return (!bpf_core_field_exists(signal->stats) || BPF_CORE_READ(signal, stats)) &&
	       BPF_CORE_READ(signal, cmin_flt);
}

/*
 * TIME and IO, from one iteration. `children`: the I/O includes that of children that were waited
 * for.
 */
__noinline __u32 section_put_time_io(__u32 area, __u32 used, bool time, bool io, bool children)
{
	struct scratch *scratch = scratch_of(area);
	const struct task_struct *task;
	struct accounting_sum *sum;
	__u32 added = 0;

	if (!scratch)
		return 0;
	task = accounting_task(scratch->subject);
	sum = accounting_area(scratch);
	accounting_sum(scratch, accounting_of_process(scratch), children);
	if (accounting_of_process(scratch) && !children && accounting_io_is_mixed(task))
		sum->io.rchar = sum->io.wchar = PROCSIEVE_UNKNOWN;
	if (time)
		added = section_put(scratch, used, PROCSIEVE_SECTION_TIME, &sum->time,
				    sizeof(sum->time));
	if (io && bpf_core_field_exists(struct task_io_accounting, read_bytes))
		added += section_put(scratch, used + added, PROCSIEVE_SECTION_IO, &sum->io,
				     sizeof(sum->io));
	return added;
}

/* At exit: the kernel has updated the maximum for the last time before the hook runs. */
__noinline __u32 section_put_peak(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	const struct signal_struct *signal;
	const struct task_struct *task;
	struct procsieve_peak peak;

	if (!scratch || !accounting_of_process(scratch))
		return 0;
	task = accounting_task(scratch->subject);
	signal = BPF_CORE_READ(task, signal);
	peak.pages = BPF_CORE_READ(signal, maxrss);
	if (!peak.pages)
		return 0;
	return section_put(scratch, used, PROCSIEVE_SECTION_PEAK, &peak, sizeof(peak));
}

static __always_inline void accounting_add_task_delay(struct procsieve_delay *delay,
						      const struct task_delay_info *info)
{
	delay->blkio += BPF_CORE_READ(info, blkio_delay);
	delay->swapin += BPF_CORE_READ(info, swapin_delay);
	delay->reclaim += BPF_CORE_READ(info, freepages_delay);
	delay->thrashing += BPF_CORE_READ(info, thrashing_delay);
	delay->compact += BPF_CORE_READ(info, compact_delay);
	delay->wpcopy += BPF_CORE_READ(info, wpcopy_delay);
	if (bpf_core_field_exists(info->irq_delay))
		delay->irq += BPF_CORE_READ(info, irq_delay);
	else
		delay->irq = PROCSIEVE_UNKNOWN;
}

static __always_inline void accounting_read_delay_sums(struct procsieve_delay *delay,
						       const struct taskstats *stats)
{
	delay->blkio = BPF_CORE_READ(stats, blkio_delay_total);
	delay->swapin = BPF_CORE_READ(stats, swapin_delay_total);
	delay->reclaim = BPF_CORE_READ(stats, freepages_delay_total);
	delay->thrashing = BPF_CORE_READ(stats, thrashing_delay_total);
	delay->compact = BPF_CORE_READ(stats, compact_delay_total);
	delay->wpcopy = BPF_CORE_READ(stats, wpcopy_delay_total);
	if (bpf_core_field_exists(stats->irq_delay_total))
		delay->irq = BPF_CORE_READ(stats, irq_delay_total);
	else
		delay->irq = PROCSIEVE_UNKNOWN;
}

/* At exit all threads count as dead, if the kernel keeps sums of the dead threads. */
static __always_inline bool accounting_delay_at_exit(struct procsieve_delay *delay,
						     const struct task_struct *task,
						     const struct signal_struct *signal)
{
	const struct taskstats *stats = NULL;

	if (bpf_core_field_exists(signal->stats))
		stats = BPF_CORE_READ(signal, stats);
	if (!stats && BPF_CORE_READ(signal, nr_threads) != 1)
		return false;
	if (stats)
		accounting_read_delay_sums(delay, stats);
	else
		accounting_add_task_delay(delay, BPF_CORE_READ(task, delays));
	return true;
}

static __always_inline struct procsieve_delay *accounting_delay_area(struct scratch *scratch)
{
	_Static_assert(sizeof(struct procsieve_delay) <= sizeof(scratch->work), "there is room");
	return (struct procsieve_delay *)scratch->work;
}

static long accounting_delay_step(__u32 turn, struct accounting_walk *walk)
{
	__u64 address = threads_next(&walk->threads);
	const struct task_struct *thread = accounting_task(address);

	if (!address)
		return 1;
	if (!accounting_is_summed(thread))
		accounting_add_task_delay(accounting_delay_area(walk->scratch),
					  BPF_CORE_READ(thread, delays));
	return 0;
}

/*
 * For a process that is alive or not yet reaped: the sums of its dead threads, plus the values of
 * the others.
 */
static __always_inline bool accounting_delay_now(struct scratch *scratch,
						 const struct signal_struct *signal)
{
	struct procsieve_delay *delay = accounting_delay_area(scratch);
	struct accounting_walk walk;

	__builtin_memset(delay, 0, sizeof(*delay));
	if (bpf_core_field_exists(signal->stats))
		accounting_read_delay_sums(delay, BPF_CORE_READ(signal, stats));
	else if (BPF_CORE_READ(signal, nr_threads) != 1)
		return false;
	walk = (struct accounting_walk){scratch, threads_of(signal)};
	bpf_loop(THREADS_MAX, accounting_delay_step, &walk, 0);
	return true;
}

/* The kernel keeps delays only for tasks that started while delay accounting was on. */
__noinline __u32 section_put_delay(__u32 area, __u32 used, bool now)
{
	struct scratch *scratch = scratch_of(area);
	const struct task_struct *task;
	struct procsieve_delay *delay;
	bool known = true;

	if (!scratch || !bpf_core_field_exists(struct task_struct, delays))
		return 0;
	task = accounting_task(scratch->subject);
	if (!BPF_CORE_READ(task, delays))
		return 0;
	delay = accounting_delay_area(scratch);
	__builtin_memset(delay, 0, sizeof(*delay));
	if (!accounting_of_process(scratch))
		accounting_add_task_delay(delay, BPF_CORE_READ(task, delays));
	else if (now)
		known = accounting_delay_now(scratch, BPF_CORE_READ(task, signal));
	else
		known = accounting_delay_at_exit(delay, task, BPF_CORE_READ(task, signal));
	if (!known)
		return 0;
	return section_put(scratch, used, PROCSIEVE_SECTION_DELAY, delay, sizeof(*delay));
}

#endif

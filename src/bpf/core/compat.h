/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between kernels. The answers are constants once libbpf has relocated them, so that
 * the verifier drops the branch that the running kernel could not execute.
 */
#ifndef BPF_CORE_COMPAT_H
#define BPF_CORE_COMPAT_H

#include "bpf/shared/kernel_ids.h"
#include "core/prelude.h"
#include "bpf/shared/sieve.h"

/* For tests: take the way of older kernels where this one has a newer. Set before loading. */
const volatile bool emulate_old_kernel = false;

/* Set before loading. */
const volatile struct kernel_ids kernel_ids = {};

/* Has sched_process_exit group_dead as its second argument? (Since 6.16.) */
static __always_inline bool kernel_tells_group_dead(void)
{
	return bpf_core_field_exists(struct trace_event_raw_sched_process_exit, group_dead);
}

/* Does it come before the memory goes? One change made both. */
static __always_inline bool kernel_exit_keeps_mm(void)
{
	return kernel_tells_group_dead() && !emulate_old_kernel;
}

enum special_kfunc_type {
	KF_bpf_rdonly_cast, /* 6.2; the numbers are the kernel's own and relocated */
	KF_bpf_rcu_read_lock,
};

extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;

/* Can a number be made a pointer that is read through without a helper? */
static __always_inline bool kernel_casts(void)
{
	return bpf_core_enum_value_exists(enum special_kfunc_type, KF_bpf_rdonly_cast);
}

extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;

/*
 * For a program that may sleep: what is reached by pointers from here to the second stays in its
 * place, be it given up meanwhile; else a name, say, could be read of memory that is another's by
 * then. The others have that throughout. (Before 6.2 there is no way; there it holds for kernels
 * that do not switch tasks in the midst of a program.)
 */
static __always_inline void kernel_keep_memory(void)
{
	if (bpf_core_enum_value_exists(enum special_kfunc_type, KF_bpf_rcu_read_lock))
		bpf_rcu_read_lock();
}

static __always_inline void kernel_let_memory_go(void)
{
	if (bpf_core_enum_value_exists(enum special_kfunc_type, KF_bpf_rcu_read_lock))
		bpf_rcu_read_unlock();
}

/* 6.2. The caller releases what is not NULL. */
extern struct task_struct *bpf_task_from_pid(int pid) __ksym __weak;
extern void bpf_task_release(struct task_struct *task) __ksym __weak;

/* Events of a type whose task a hook did not find; added to what the kernel passes over. */
__u64 tasks_not_found[PROCSIEVE_EVENT_LIMIT];

/*
 * The task of an id in the record of a tracepoint, which the caller releases. NULL, and counted,
 * where there is none.
 */
static __always_inline struct task_struct *kernel_find_task(int pid, enum procsieve_type type)
{
	struct task_struct *task = bpf_task_from_pid(pid);

	if (!task)
		__sync_fetch_and_add(&tasks_not_found[type], 1);
	return task;
}

/* The verifier knows these constants, and drops what comes behind ?: where there is one. */
static __always_inline __u32 kernel_task_id(void)
{
	return kernel_ids.task_struct ?: bpf_core_type_id_kernel(struct task_struct);
}

static __always_inline __u32 kernel_timespec_id(void)
{
	return kernel_ids.timespec64 ?: bpf_core_type_id_kernel(struct timespec64);
}

/*
 * The same task, for following its pointers. For every pointer that is read out of a trusted one,
 * the verifier since 6.2 searches the kernel's BTF by name several times, which together took most
 * of the start-up time. From a pointer that is not trusted it does not; reads are then guarded by
 * the fault handler, as they are on older kernels throughout.
 */
static __always_inline const struct task_struct *task_untrusted(const struct task_struct *task)
{
	if (kernel_casts())
		return bpf_rdonly_cast(task, kernel_task_id());
	return task;
}

/* Credentials whose address is but a number; only where there are casts. */
static __always_inline const struct cred *kernel_cred(__u64 number)
{
	return bpf_rdonly_cast((const void *)number,
			       kernel_ids.cred ?: bpf_core_type_id_kernel(struct cred));
}

/*
 * What was read before this was read before what is read after it. On x86 loads stay in order;
 * elsewhere an atomic operation keeps them so, whose result has to be used (without, it orders
 * nothing). Its partners are in the kernel: the write barrier in commit_creds(), and the locking of
 * exec_update_lock.
 */
static __always_inline void kernel_order_loads(void)
{
#ifdef __TARGET_ARCH_x86
	asm volatile("" : : : "memory");
#else
	__u64 nothing = 0;
	__u64 call_state = __sync_fetch_and_add(&nothing, 1);

	asm volatile("" : : "r"(call_state) : "memory");
#endif
}

/*
 * A member of what a loose task has, or leads to by such members. Where there are casts it is a
 * load, which takes a tenth of the time of the helper that BPF_CORE_READ() calls: for where many
 * are read in a row.
 */
#define kernel_load(pointer, member) \
	(kernel_casts() ? (pointer)->member : BPF_CORE_READ(pointer, member))

/*
 * The name that a task is about to get. The kernel's callers hand over 16 bytes, with whatever
 * there was behind the terminating zero: that is cleared here, as the kernel does in
 * task_struct.comm.
 */
static __always_inline void kernel_copy_name(struct sieve_comm *comm, const char *name)
{
	const __u64 ones = 0x0101010101010101, tops = 0x8080808080808080;
	__u64 words[2] = {}, zero;

	_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");
	if (kernel_casts()) {
		/* Any type of 16 bytes without pointers: loads instead of the calls of a helper. */
		const struct timespec64 *pair = bpf_rdonly_cast(name, kernel_timespec_id());

		words[0] = pair->tv_sec;
		words[1] = pair->tv_nsec;
	} else {
		bpf_probe_read_kernel(words, sizeof(words), name);
	}
	zero = (words[0] - ones) & ~words[0] & tops;
	if (zero) {
		words[0] &= (zero & -zero) - 1;
		words[1] = 0;
	}
	zero = (words[1] - ones) & ~words[1] & tops;
	if (zero)
		words[1] &= (zero & -zero) - 1;
	__builtin_memcpy(comm->name, words, sizeof(words));
	comm->name[sizeof(comm->name) - 1] = '\0';
}

#endif

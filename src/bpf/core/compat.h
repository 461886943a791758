/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Differences between kernel versions. The answers become constants when libbpf relocates them, so
 * the verifier removes the branch that the running kernel cannot execute.
 */
#ifndef BPF_CORE_COMPAT_H
#define BPF_CORE_COMPAT_H

#include "bpf/shared/btf_ids.h"
#include "core/prelude.h"
#include "bpf/shared/sieve.h"

/* For tests: use the code for older kernels even on a newer one. Set before loading. */
const volatile bool emulate_old_kernel = false;

/* Set before loading. */
const volatile struct btf_ids btf_ids = {};

/* Whether group_dead is the second argument of sched_process_exit (since 6.16). */
static __always_inline bool kernel_has_group_dead(void)
{
	return bpf_core_field_exists(struct trace_event_raw_sched_process_exit, group_dead);
}

/*
 * Whether sched_process_exit fires before the memory is released. The same kernel change made both.
 */
static __always_inline bool kernel_exit_keeps_mm(void)
{
	return kernel_has_group_dead() && !emulate_old_kernel;
}

enum special_kfunc_type {
	KF_bpf_rdonly_cast, /* 6.2; the values are the kernel's, libbpf relocates them */
	KF_bpf_rcu_read_lock,
};

extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;

/* Whether an address can be turned into a pointer that is read without a helper. */
static __always_inline bool kernel_has_rdonly_cast(void)
{
	return bpf_core_enum_value_exists(enum special_kfunc_type, KF_bpf_rdonly_cast);
}

extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;

/*
 * For a program that may sleep: an RCU read-side critical section. Memory that is reached through
 * pointers between the two calls is not reused, even if it is freed in the meantime. Otherwise a
 * name, for example, could be read from memory that already belongs to another object. Programs
 * that do not sleep have this protection throughout. (Before 6.2 these calls do not exist. The
 * protection then holds on kernels that do not switch tasks during a program.)
 */
static __always_inline void kernel_rcu_lock(void)
{
	if (bpf_core_enum_value_exists(enum special_kfunc_type, KF_bpf_rcu_read_lock))
		bpf_rcu_read_lock();
}

static __always_inline void kernel_rcu_unlock(void)
{
	if (bpf_core_enum_value_exists(enum special_kfunc_type, KF_bpf_rcu_read_lock))
		bpf_rcu_read_unlock();
}

/* 6.2. The caller releases a result that is not NULL. */
extern struct task_struct *bpf_task_from_pid(int pid) __ksym __weak;
extern void bpf_task_release(struct task_struct *task) __ksym __weak;

/*
 * Number of events, by type, whose task a hook did not find; added to the count of hooks that the
 * kernel skipped.
 */
__u64 tasks_not_found[PROCSIEVE_EVENT_LIMIT];

/*
 * Returns the task of an id in a tracepoint's record; the caller releases it. Returns NULL, and
 * counts the event, if there is no such task.
 */
static __always_inline struct task_struct *kernel_find_task(int pid, enum procsieve_type type)
{
	struct task_struct *task = bpf_task_from_pid(pid);

	if (!task)
		__sync_fetch_and_add(&tasks_not_found[type], 1);
	return task;
}

/* The verifier knows these constants, and removes the part after ?: if the constant is not 0. */
static __always_inline __u32 kernel_task_btf_id(void)
{
	return btf_ids.task_struct ?: bpf_core_type_id_kernel(struct task_struct);
}

static __always_inline __u32 kernel_timespec_btf_id(void)
{
	return btf_ids.timespec64 ?: bpf_core_type_id_kernel(struct timespec64);
}

/*
 * Returns the same task as an untrusted pointer, for reading through its members. For every pointer
 * that is read from a trusted one, the verifier since 6.2 searches the kernel's BTF by name several
 * times; together these searches took most of the start-up time. For an untrusted pointer it does
 * not search; the fault handler then guards the reads, as it always does on older kernels.
 */
static __always_inline const struct task_struct *task_untrusted(const struct task_struct *task)
{
	if (kernel_has_rdonly_cast())
		return bpf_rdonly_cast(task, kernel_task_btf_id());
	return task;
}

/* Turns the address of a task into a pointer; only if kernel_has_rdonly_cast(). */
static __always_inline struct task_struct *task_from_address(__u64 address)
{
	return bpf_rdonly_cast((const void *)address, kernel_task_btf_id());
}

/* Turns the address of credentials into a pointer; only if kernel_has_rdonly_cast(). */
static __always_inline const struct cred *cred_from_address(__u64 address)
{
	return bpf_rdonly_cast((const void *)address,
			       btf_ids.cred ?: bpf_core_type_id_kernel(struct cred));
}

/*
 * Orders loads: those before the call happen before those after it. On x86 loads stay in order.
 * Elsewhere an atomic operation orders them, and its result has to be used (without that, it orders
 * nothing). The partners are in the kernel: the write barrier in commit_creds(), and the locking of
 * exec_update_lock.
 */
static __always_inline void kernel_order_loads(void)
{
#ifdef __TARGET_ARCH_x86
	asm volatile("" : : : "memory");
#else
	__u64 nothing = 0;
	__u64 previous = __sync_fetch_and_add(&nothing, 1);

	asm volatile("" : : "r"(previous) : "memory");
#endif
}

/*
 * Reads a member through an untrusted pointer. If kernel_has_rdonly_cast(), it is a load, which
 * takes a tenth of the time of the helper that BPF_CORE_READ() calls. For code that reads many
 * members.
 */
#define kernel_load(pointer, member) \
	(kernel_has_rdonly_cast() ? (pointer)->member : BPF_CORE_READ(pointer, member))

/*
 * Copies the name that a task is about to get. The kernel's callers pass 16 bytes, with arbitrary
 * bytes after the terminating zero: these are cleared here, as the kernel does in task_struct.comm.
 */
static __always_inline void kernel_copy_comm(struct sieve_comm *comm, const char *name)
{
	const __u64 ones = 0x0101010101010101, tops = 0x8080808080808080;
	__u64 words[2] = {}, zero;

	_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");
	if (kernel_has_rdonly_cast()) {
		/* Any type of 16 bytes without pointers: loads instead of calls of a helper. */
		const struct timespec64 *pair = bpf_rdonly_cast(name, kernel_timespec_btf_id());

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

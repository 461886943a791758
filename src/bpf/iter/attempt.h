/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a snapshot handles a process that executes a program while its record is built. The record is
 * discarded and built again: when a program returns 1, the kernel discards what it has written and
 * calls it again for the same task. (If there is nothing before that in the reader's buffer,
 * read(2) fails with EAGAIN.) The number of attempts is limited, because a process could do this
 * forever. After the last one, the record is omitted for a caller that may not see all processes;
 * other callers get it as it is, without arguments.
 */
#ifndef BPF_ITER_ATTEMPT_H
#define BPF_ITER_ATTEMPT_H

#include "core/identity.h"
#include "iter/select.h"

/* Maximum number of attempts, and of attempts that read the arguments, which take longest. */
#define ATTEMPTS_MAX		8
#define ATTEMPTS_WITH_ARGUMENTS 4

/*
 * How long a process may be between two programs: there it has to free memory and close files, and
 * the CPU may be busy with other tasks. The longer time is for unprivileged users, which wait for
 * their own processes.
 */
#define ATTEMPT_WAIT_NS	     20000000
#define ATTEMPT_WAIT_LONG_NS 1000000000

/* The attempts for the current task of a stream. */
struct attempts {
	__u64 task;	  /* its address */
	__u64 waiting_ns; /* start of the wait; 0: not waiting */
	__u32 tid;
	__u16 failed;
	__u16 timed_out; /* a wait for a process has timed out */
};

/*
 * For a variable that the programs share: otherwise the compiler splits it into one variable for
 * each member, with names that the kernel rejects.
 */
#define __not_split __attribute__((used))

enum attempt {
	ATTEMPT_WRITE,
	ATTEMPT_AGAIN,
	ATTEMPT_DROP,
};

/* The return value of the program. */
static __always_inline int attempt_result(enum attempt attempt)
{
	return attempt == ATTEMPT_AGAIN;
}

/* Before the first read of a task. */
static __always_inline void attempt_begin(struct attempts *attempts, struct identity *identity,
					  const struct task_struct *task)
{
	if (attempts->tid != (__u32)task->pid) {
		attempts->tid = task->pid;
		attempts->failed = 0;
		attempts->waiting_ns = 0;
	}
	identity_save(identity, task_untrusted(task));
}

/*
 * Whether the caller may see the task. Its address is stored to memory and loaded again, which
 * makes it a plain number: otherwise the verifier tracks it as a pointer.
 */
static __always_inline bool attempt_is_visible(struct attempts *attempts,
					       const struct task_struct *task)
{
	if (!snapshot_config.restricted)
		return true;
	*(volatile __u64 *)&attempts->task = (__u64)task;
	return select_is_visible(*(volatile __u64 *)&attempts->task);
}

/* Whether arguments may be read. */
static __always_inline bool attempt_reads_arguments(const struct attempts *attempts)
{
	return attempts->failed < ATTEMPTS_WITH_ARGUMENTS;
}

/*
 * Before anything is read, and after attempt_begin(). Between two programs only root may see a
 * process: wait until that is over. A user can create processes that stay in that state. So root
 * waits for only one of them in a stream, and users wait for each of their own.
 */
static __always_inline enum attempt attempt_wait_for_exec(struct attempts *attempts,
							  const struct identity *identity)
{
	__u64 now;

	if (!identity->in_exec || (attempts->timed_out && !snapshot_config.restricted))
		return ATTEMPT_WRITE;
	now = bpf_ktime_get_ns();
	if (!attempts->waiting_ns)
		attempts->waiting_ns = now;
	if (now - attempts->waiting_ns <
	    (snapshot_config.restricted ? ATTEMPT_WAIT_LONG_NS : ATTEMPT_WAIT_NS))
		return ATTEMPT_AGAIN;
	attempts->timed_out = true;
	if (!snapshot_config.restricted)
		return ATTEMPT_WRITE;
	attempts->tid = 0;
	return ATTEMPT_DROP;
}

static __always_inline enum attempt attempt_failed(struct attempts *attempts)
{
	attempts->waiting_ns = 0;
	if (++attempts->failed < ATTEMPTS_MAX)
		return ATTEMPT_AGAIN;
	return snapshot_config.restricted ? ATTEMPT_DROP : ATTEMPT_WRITE;
}

/*
 * After everything was read: whether it belongs to the identity that was checked, and whether that
 * may still be seen.
 */
static __always_inline enum attempt attempt_end(struct attempts *attempts,
						const struct identity *identity,
						const struct task_struct *task)
{
	enum attempt attempt = ATTEMPT_WRITE;

	if (!identity_unchanged(identity, task_untrusted(task)))
		attempt = attempt_failed(attempts);
	if (attempt == ATTEMPT_WRITE && !attempt_is_visible(attempts, task))
		attempt = ATTEMPT_DROP;
	if (attempt != ATTEMPT_AGAIN)
		attempts->tid = 0;
	return attempt;
}

#endif

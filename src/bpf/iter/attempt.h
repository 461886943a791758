/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a snapshot does about a process that executes a program while its record is made. The record
 * is dropped and made anew: a program that returns 1 is called again for the same task, and the
 * kernel takes back what it has written. (Where nothing stands before that in the reader's buffer,
 * read(2) fails with EAGAIN.) That ends: a process could go on for ever. Then the record is left
 * out, for a caller that may not see all; others get it as it is, without arguments.
 */
#ifndef BPF_ITER_ATTEMPT_H
#define BPF_ITER_ATTEMPT_H

#include "core/identity.h"
#include "iter/select.h"

/* Times that a record is made, and of these with arguments: reading them takes longest. */
#define ATTEMPTS_MAX		8
#define ATTEMPTS_WITH_ARGUMENTS 4

/*
 * For how long a process may be between two programs: some memory has to be freed there, some files
 * closed, and the CPU may have much else to do. The longer one is for users, who wait for their own
 * processes.
 */
#define ATTEMPT_WAIT_NS	     20000000
#define ATTEMPT_WAIT_LONG_NS 1000000000

/* Those at the current task of a stream. */
struct attempts {
	__u64 task;	  /* its address */
	__u64 waiting_ns; /* since when; 0: not at all */
	__u32 tid;
	__u16 failed;
	__u16 stuck; /* a process has been waited for in vain */
};

/*
 * Of a variable of the programs' own: else the compiler makes one of each member, with names that
 * no kernel takes.
 */
#define __in_one_piece __attribute__((used))

enum attempt {
	ATTEMPT_WRITE,
	ATTEMPT_AGAIN,
	ATTEMPT_DROP,
};

/* What the program is to return. */
static __always_inline int attempt_result(enum attempt attempt)
{
	return attempt == ATTEMPT_AGAIN;
}

/* Before the first look at a task. */
static __always_inline void attempt_note(struct attempts *attempts, struct identity *identity,
					 const struct task_struct *task)
{
	if (attempts->tid != (__u32)task->pid) {
		attempts->tid = task->pid;
		attempts->failed = 0;
		attempts->waiting_ns = 0;
	}
	identity_note(identity, task_untrusted(task));
}

/*
 * May the caller see the task? Its address becomes a number by way of memory, since the verifier
 * follows it otherwise.
 */
static __always_inline bool attempt_is_seen(struct attempts *attempts,
					    const struct task_struct *task)
{
	if (!config.restricted)
		return true;
	*(volatile __u64 *)&attempts->task = (__u64)task;
	return select_owned(*(volatile __u64 *)&attempts->task);
}

/* May arguments be read? */
static __always_inline bool attempt_is_early(const struct attempts *attempts)
{
	return attempts->failed < ATTEMPTS_WITH_ARGUMENTS;
}

/*
 * Before anything is read, and after attempt_note(). Between two programs a process is nobody's but
 * root's: wait until it is over. A user can make processes that stay there: root waits for one of
 * them in a stream, users for each of their own.
 */
static __always_inline enum attempt attempt_judge(struct attempts *attempts,
						  const struct identity *identity)
{
	__u64 now;

	if (!identity->in_exec || (attempts->stuck && !config.restricted))
		return ATTEMPT_WRITE;
	now = bpf_ktime_get_ns();
	if (!attempts->waiting_ns)
		attempts->waiting_ns = now;
	if (now - attempts->waiting_ns <
	    (config.restricted ? ATTEMPT_WAIT_LONG_NS : ATTEMPT_WAIT_NS))
		return ATTEMPT_AGAIN;
	attempts->stuck = true;
	if (!config.restricted)
		return ATTEMPT_WRITE;
	attempts->tid = 0;
	return ATTEMPT_DROP;
}

static __always_inline enum attempt attempt_failed(struct attempts *attempts)
{
	attempts->waiting_ns = 0;
	if (++attempts->failed < ATTEMPTS_MAX)
		return ATTEMPT_AGAIN;
	return config.restricted ? ATTEMPT_DROP : ATTEMPT_WRITE;
}

/* When all is read: is it of what was judged, and is that still to be seen? */
static __always_inline enum attempt attempt_end(struct attempts *attempts,
						const struct identity *identity,
						const struct task_struct *task)
{
	enum attempt attempt = ATTEMPT_WRITE;

	if (!identity_holds(identity, task_untrusted(task)))
		attempt = attempt_failed(attempts);
	if (attempt == ATTEMPT_WRITE && !attempt_is_seen(attempts, task))
		attempt = ATTEMPT_DROP;
	if (attempt != ATTEMPT_AGAIN)
		attempts->tid = 0;
	return attempt;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Delivery with sections. Listeners without sections get the record first, as it is. Then the
 * sections are built once for each group of listeners that requested the same ones. So each
 * listener gets exactly the sections that it requested, and a listener without sections costs
 * nothing more.
 *
 * The code of the sections takes longer to load than all other code, and before Linux 6.8 the
 * verifier checks it even if it cannot be called. So a hook that is often the only one exists
 * twice: as on_exit(), and as on_exit_plain() without this code.
 */
#ifndef BPF_SECTION_DELIVER_SECTIONS_H
#define BPF_SECTION_DELIVER_SECTIONS_H

#include "core/deliver.h"
#include "section/env.h"
#include "core/exec_id.h"
#include "core/identity.h"
#include "section/process_sections.h"

/*
 * Returns the listeners of `set` that get the same sections as that of `bit`. A listener shares
 * none if it requested variables of the environment, or sees only the processes of its namespaces.
 * There are no branches, because the verifier would follow every path through them. Not inlined:
 * before 6.13 all functions of a call chain share 512 bytes of stack, and the caller is in the
 * longest chain.
 */
__noinline __u64 sections_shared(__u64 set, __u64 bit)
{
	__u32 slot = listener_slot(bit);
	__u64 unrestricted = sieve.unused[SIEVE_OWNER];

	if ((sieve.with[PROCSIEVE_SECTION_ENV] | sieve.confined) & bit)
		return bit;
	set &= ~sieve.confined & ~(unrestricted ^ -(unrestricted >> slot & 1));
	for (__u32 i = 0; i < PROCSIEVE_SECTION_COUNT; i++) {
		__u64 with = sieve.with[i];

		set &= ~(with ^ -(with >> slot & 1));
	}
	return set;
}

/*
 * Returns whether the task is still the one that the record is about. It may be gone if it is not
 * the current one.
 */
static __always_inline bool sections_same_task(const struct scratch *scratch, __u64 task)
{
	const struct task_struct *subject = attr_task(task);

	return (__u32)BPF_CORE_READ(subject, pid) == scratch->header.tid &&
	       BPF_CORE_READ(subject, group_leader, start_boottime) == scratch->header.start_ns;
}

/*
 * Returns whether the task still is what it was when its visibility was decided. This matters only
 * for a listener that may not see every process.
 */
static __always_inline bool sections_identity_unchanged(const struct scratch *scratch, __u64 task,
							__u64 bit)
{
	if (!scratch->has_identity || sieve.unused[SIEVE_OWNER] & bit)
		return true;
	return identity_unchanged(&scratch->identity, task_untrusted(attr_task(task)));
}

/*
 * The sections that any listener can request. Set before loading, so that the verifier removes the
 * code of the others, which would take it time to check.
 */
const volatile __u32 sections_possible = 0;

/* The sections of accounts, which only an exit has. */
#define SECTIONS_OF_EXIT                                                             \
	(PROCSIEVE_SECTION(TIME) | PROCSIEVE_SECTION(IO) | PROCSIEVE_SECTION(PEAK) | \
	 PROCSIEVE_SECTION(DELAY))

/*
 * Returns the sections that the listener of `bit` gets with an event of this type. Not inlined, for
 * the same reason.
 */
__noinline __u32 sections_wanted(__u64 bit, __u32 type)
{
	__u32 slot = listener_slot(bit), wanted = 0;

	for (__u32 kind = 0; kind < PROCSIEVE_SECTION_COUNT; kind++)
		wanted |= (__u32)(sieve.with[kind] >> slot & 1) << kind;
	if (type != PROCSIEVE_EXIT)
		wanted &= ~SECTIONS_OF_EXIT;
	/* An exec has its directory in any case. */
	if (type == PROCSIEVE_EXEC)
		wanted &= ~PROCSIEVE_SECTION(CWD);
	else
		wanted &= ~PROCSIEVE_SECTION(ENV);
	return wanted;
}

/*
 * Appends the sections that the listener of `bit` gets to the record of `used` bytes. Returns the
 * new size of the record.
 */
static __always_inline __u32 sections_put(struct scratch *scratch, __u64 bit, __u32 used)
{
	__u32 area = scratch->area, start = used;
	/* The constant here, where the verifier can drop the code of the others. */
	__u32 wanted = sections_wanted(bit, scratch->header.type) & sections_possible;

	if (!sections_same_task(scratch, scratch->subject))
		return used;
	used = sections_add(area, used, wanted, bit, false);
	if (wanted & PROCSIEVE_SECTION(ENV))
		used += env_put(area, bit, used);
	return sections_identity_unchanged(scratch, scratch->subject, bit)
		       ? sections_end(scratch, start, used)
		       : start;
}

struct sections_delivery {
	struct scratch *scratch;
	__u64 set; /* listeners that do not have it yet */
	__u64 size;
};

/*
 * Delivers to one group of listeners; the signature is that of bpf_loop(). Returns 1 when no
 * listener is left.
 */
static long sections_deliver_next(__u32 turn, struct sections_delivery *d)
{
	struct scratch *scratch = d->scratch;
	__u64 bit = d->set & -d->set, shared;
	__u32 used;

	if (!bit)
		return 1;
	shared = sections_shared(d->set, bit);
	d->set &= ~shared;
	scratch->header.flags &= ~PROCSIEVE_F_SECTIONS;
	used = sections_put(scratch, bit, d->size);
	deliver_as_is(scratch, shared, used, used);
	return 0;
}

/*
 * First the listeners that get argv: their sections follow it. Those of the others replace it.
 */
__noinline int sections_deliver(__u32 area, __u64 set, __u64 size, __u64 size_without_argv)
{
	struct sections_delivery d = {scratch_of(area), set & sieve.args, size};

	if (!d.scratch)
		return 0;
	bpf_loop(PROCSIEVE_LISTENERS, sections_deliver_next, &d, 0);
	d.set = set & ~sieve.args;
	d.size = size_without_argv;
	bpf_loop(PROCSIEVE_LISTENERS, sections_deliver_next, &d, 0);
	return 0;
}

/*
 * Notes which listeners may not see the parent. Their records do not have the exec id of the
 * parent.
 */
static __always_inline void deliver_hide_parent(struct scratch *scratch,
						const struct task_struct *task, __u64 want)
{
	__u64 restricted = visible_restricted(want);

	scratch->parent_hidden = 0;
	if (!restricted)
		return;
	/* Through memory, which turns the pointer into a number for the verifier. */
	scratch->subject = (__u64)task;
	scratch->parent_exec_id = scratch->header.parent_exec_id;
	scratch->parent_hidden =
		restricted & ~parent_visible_to(restricted, *(volatile __u64 *)&scratch->subject);
}

/*
 * Delivers the record in the scratch area, which is about `task`, to the listeners of `want`.
 * `sections`: a constant. `identity`: what the task was when it was matched; NULL if it cannot
 * change.
 */
static __always_inline void deliver_with_identity(struct scratch *scratch,
						  const struct task_struct *task, __u64 want,
						  __u64 size, __u64 size_without_argv,
						  bool sections, const struct identity *identity)
{
	__u64 more = sections && sections_possible ? want & sieve.sections : 0;

	deliver_hide_parent(scratch, task, want);
	want &= ~more;
	if (want)
		deliver_as_is(scratch, want, size, size_without_argv);
	if (!more)
		return;
	scratch->subject = (__u64)task;
	scratch->has_identity = identity != NULL;
	if (identity)
		scratch->identity = *identity;
	sections_deliver(scratch->area, more, size, size_without_argv);
}

/* Delivers a record about the current task, or about one that cannot execute a program now. */
static __always_inline void deliver(struct scratch *scratch, const struct task_struct *task,
				    __u64 want, __u64 size, __u64 size_without_argv, bool sections)
{
	deliver_with_identity(scratch, task, want, size, size_without_argv, sections, NULL);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Delivery with sections. Listeners that want none get the record as it is, first; those that want
 * the same ones share one build of them. So each gets just what it asked for, and who asks for
 * nothing pays nothing.
 *
 * The code of sections takes longer to load than all else, and before Linux 6.8 the kernel checks
 * it whether it can be called or not. So hooks that are often alone come twice, as on_exit() and
 * on_exit_plain(), which has none of it.
 */
#ifndef BPF_SECTION_DELIVER_SECTIONS_H
#define BPF_SECTION_DELIVER_SECTIONS_H

#include "core/deliver.h"
#include "section/env.h"
#include "core/exec_id.h"
#include "core/identity.h"
#include "section/process_sections.h"

/*
 * The listeners of `set` that want the same as the one of `bit`. What of the environment, is each
 * one's own, and so is what it sees from its namespaces. Without branches: the verifier would go
 * every way through them. Not inlined: before 6.13 all functions of a call chain share 512 bytes of
 * stack, and the caller is in the longest chain.
 */
__noinline __u64 sections_shared(__u64 set, __u64 bit)
{
	__u32 slot = listener_slot(bit);
	__u64 any = sieve.any[SIEVE_OWNER];

	if ((sieve.with[PROCSIEVE_SECTION_ENV] | sieve.confined) & bit)
		return bit;
	set &= ~sieve.confined & ~(any ^ -(any >> slot & 1));
	for (__u32 i = 0; i < PROCSIEVE_SECTION_COUNT; i++) {
		__u64 with = sieve.with[i];

		set &= ~(with ^ -(with >> slot & 1));
	}
	return set;
}

/*
 * Is the task still the one that the record is about? Asked where it is not the current one, and
 * may have gone.
 */
static __always_inline bool sections_same_task(const struct scratch *scratch, __u64 task)
{
	const struct task_struct *subject = attr_task(task);

	return (__u32)BPF_CORE_READ(subject, pid) == scratch->header.tid &&
	       BPF_CORE_READ(subject, group_leader, start_boottime) == scratch->header.start_ns;
}

/*
 * Has the task been what it was judged as, until now? For a listener that may see all it does not
 * matter.
 */
static __always_inline bool sections_identity_unchanged(const struct scratch *scratch, __u64 task,
							__u64 bit)
{
	if (!scratch->has_identity || sieve.any[SIEVE_OWNER] & bit)
		return true;
	return identity_unchanged(&scratch->identity, task_untrusted(attr_task(task)));
}

/*
 * Which sections can be asked for? Set before loading: the verifier takes its time for each, and
 * drops those that nobody will ask for.
 */
const volatile __u32 sections_possible = 0;

/* Sections that an exit alone has: nothing else is the end of an account. */
#define SECTIONS_OF_EXIT                                                             \
	(PROCSIEVE_SECTION(TIME) | PROCSIEVE_SECTION(IO) | PROCSIEVE_SECTION(PEAK) | \
	 PROCSIEVE_SECTION(DELAY))

/* What the listener of `bit` wants with an event of this type. Not inlined, for the same reason. */
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
 * Puts what the listener of `bit` wants behind `used`. Returns how much of the scratch area is used
 * then.
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
	__u64 set; /* listeners that have not had it yet */
	__u64 size;
};

/*
 * A turn for those that want the same; the signature is bpf_loop()'s. Returns 1 when nobody is
 * left.
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

/* Those that want argv first: behind it there is room, and the others need none of it. */
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

/* Which listeners may not see the parent: the id of what it runs is left out of what they get. */
static __always_inline void deliver_hide_parent(struct scratch *scratch,
						const struct task_struct *task, __u64 want)
{
	__u64 restricted = visible_restricted(want);

	scratch->parent_hidden = 0;
	if (!restricted)
		return;
	/* By way of memory, which makes a number of the pointer. */
	scratch->subject = (__u64)task;
	scratch->parent_exec_id = scratch->header.parent_exec_id;
	scratch->parent_hidden =
		restricted & ~parent_visible_to(restricted, *(volatile __u64 *)&scratch->subject);
}

/*
 * Delivers the record in the scratch area, which is about `task`, to the listeners of `want`.
 * `sections`: a constant. `identity`: where the task runs on meanwhile, what it was when it was
 * matched.
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

/* Of the current task, or of one that cannot execute a program now. */
static __always_inline void deliver(struct scratch *scratch, const struct task_struct *task,
				    __u64 want, __u64 size, __u64 size_without_argv, bool sections)
{
	deliver_with_identity(scratch, task, want, size, size_without_argv, sections, NULL);
}

#endif

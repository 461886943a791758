/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The section ENV: the variables that a listener named, from the environment of the new program.
 * Each variable is read into its place in the record, and stays there or is overwritten by the
 * next.
 */
#ifndef BPF_SECTION_ENV_H
#define BPF_SECTION_ENV_H

#include "section/section.h"
#include "core/sieve_maps.h"

/* From a variable's name to the set of listeners that want it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROCSIEVE_LIST_MAX);
	__type(key, struct sieve_env);
	__type(value, __u64);
} by_env SEC(".maps");

/* Maximum number of variables that are read. */
#define ENV_COUNT_MAX 4096

struct env_walk {
	struct scratch *scratch; /* cursor: the end of the variables that stay */
	__u64 listener;		 /* bit of the listener */
	__u64 from, end;	 /* in the program's memory */
	__u64 limit;
	bool inside; /* in a variable that is longer than one read */
	bool cut;
};

/* Whether the listener wants the variable whose text is at `at` in the record. */
static __always_inline bool env_wants(const struct env_walk *walk, __u64 at)
{
	struct sieve_env *key = (struct sieve_env *)walk->scratch->work;
	__u64 *set;

	_Static_assert(sizeof(*key) <= sizeof(walk->scratch->work), "there is room");
	__builtin_memset(key, 0, sizeof(*key));
	for (__u32 i = 0; i < sizeof(key->name); i++) {
		char byte = walk->scratch->record[at + i];

		if (byte == '=' || !byte)
			break;
		key->name[i] = byte;
	}
	set = bpf_map_lookup_elem(&by_env, key);
	return set && *set & walk->listener;
}

static long env_step(__u32 turn, struct env_walk *walk)
{
	__u64 at = walk->scratch->cursor;
	bool inside = walk->inside;
	long got;

	if (walk->from >= walk->end)
		return 1;
	if (at >= walk->limit || at > SECTION_START_MAX) {
		walk->cut = true;
		return 1;
	}
	at = bounded(at, SECTION_START_MAX);
	got = bpf_probe_read_user_str(walk->scratch->record + at, PROCSIEVE_ENV_VALUE_MAX,
				      (void *)walk->from);
	if (got <= 0) {
		walk->cut = true;
		return 1;
	}
	/* If the variable was cut, a zero replaces a byte, which is read again. */
	walk->inside = got == PROCSIEVE_ENV_VALUE_MAX;
	walk->from += walk->inside ? got - 1 : got;
	if (inside || !env_wants(walk, at))
		return 0;
	walk->scratch->cursor = at + got;
	walk->cut |= walk->inside;
	return 0;
}

/* For the current task, only in exec: later the program itself can change this memory. */
__noinline __u32 env_put(__u32 area, __u64 listener, __u32 used)
{
	const struct mm_struct *mm = task_untrusted(bpf_get_current_task_btf())->mm;
	struct scratch *scratch = scratch_of(area);
	struct env_walk walk = {.scratch = scratch, .listener = listener};
	__u64 start;

	if (!mm || !scratch || used > SECTION_START_MAX)
		return 0;
	used = bounded(used, SECTION_START_MAX);
	start = (__u64)used + sizeof(struct procsieve_section);
	scratch->cursor = start;
	walk.limit = start + PROCSIEVE_ENV_MAX - PROCSIEVE_ENV_VALUE_MAX;
	walk.from = mm->env_start;
	walk.end = mm->env_end;
	bpf_loop(ENV_COUNT_MAX, env_step, &walk, 0);
	return section_write_head(scratch, used, PROCSIEVE_SECTION_ENV, scratch->cursor - start,
				  !walk.cut);
}

#endif

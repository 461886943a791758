// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the counters of the BPF side: delivered records, missed events and the cost of hooks; see
 * engine.h.
 */
#include <string.h>
#include <sys/mman.h>

#include "engine/engine_internal.h"

static size_t counts_size(const struct engine *engine)
{
	return bpf_map__max_entries(engine->bpf->maps.scratch_counts) *
	       sizeof(struct scratch_count);
}

int engine_counters_open(struct engine *engine)
{
	void *counts = mmap(NULL, counts_size(engine), PROT_READ, MAP_SHARED,
			    bpf_map__fd(engine->bpf->maps.scratch_counts), 0);

	if (counts == MAP_FAILED)
		return -1;
	engine->counts = counts;
	return 0;
}

void engine_counters_close(struct engine *engine)
{
	if (engine->counts)
		munmap((void *)engine->counts, counts_size(engine));
}

__u64 engine_delivered(const struct engine *engine, const struct engine_slot *slot)
{
	__u32 areas = bpf_map__max_entries(engine->bpf->maps.scratch_counts);
	__u64 sum = 0;

	for (__u32 area = 0; area < areas; area++)
		sum += engine->counts[area].delivered[slot->number];
	return sum - slot->delivered_before;
}

/*
 * Reads the kernel's information about a hook's program. Returns false if there is no program or
 * the kernel refuses.
 */
static bool read_program_info(const struct engine_hook *hook, struct bpf_prog_info *info)
{
	__u32 size = sizeof(*info);

	memset(info, 0, size);
	return hook->program &&
	       !bpf_obj_get_info_by_fd(bpf_program__fd(hook->program), info, &size);
}

size_t engine_hook_costs(const struct engine *engine, struct engine_hook_cost *costs, size_t most)
{
	size_t count = 0;

	for (unsigned int i = 0; i < ENGINE_HOOKS && count < most; i++) {
		struct bpf_prog_info info;

		/* Another thread may be attaching: `name` is valid once `link` is set. */
		if (!__atomic_load_n(&engine->hooks[i].link, __ATOMIC_ACQUIRE) ||
		    !read_program_info(&engine->hooks[i], &info))
			continue;
		costs[count++] = (struct engine_hook_cost){engine->hooks[i].name, info.run_cnt,
							   info.run_time_ns, info.recursion_misses};
	}
	return count;
}

/*
 * The events whose programs need the state saved at syscall entry. If there was no memory to save
 * it, the event is missed just as if the kernel had skipped the hook.
 */
#define CALL_STATE_EVENTS                                                \
	(PROCSIEVE_MASK(PROCSIEVE_UID) | PROCSIEVE_MASK(PROCSIEVE_GID) | \
	 PROCSIEVE_MASK(PROCSIEVE_SID) | PROCSIEVE_MASK(PROCSIEVE_PTRACE))

void engine_count_missed(const struct engine *engine, __u64 events,
			 __u64 missed[PROCSIEVE_EVENT_LIMIT])
{
	const struct procsieve_bpf__bss *bss = engine->bpf->bss;

	for (unsigned int type = 0; type < PROCSIEVE_EVENT_LIMIT; type++)
		missed[type] = events >> type & 1 ? bss->tasks_not_found[type] : 0;
	if (events & CALL_STATE_EVENTS)
		missed[__builtin_ctz(events & CALL_STATE_EVENTS)] += bss->call_states_missed;
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		__u32 serves = engine->hooks[i].events & events;
		struct bpf_prog_info info;

		if (serves && read_program_info(&engine->hooks[i], &info))
			missed[__builtin_ctz(serves)] += info.recursion_misses;
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel side counts: records delivered, and what the hooks cost; see engine.h. */
#include <sys/mman.h>

#include "engine_internal.h"

static size_t counts_size(const struct engine *engine)
{
	return bpf_map__max_entries(engine->bpf->maps.scratch_counts) *
	       sizeof(struct scratch_count);
}

int engine_count_open(struct engine *engine)
{
	void *counts = mmap(NULL, counts_size(engine), PROT_READ, MAP_SHARED,
			    bpf_map__fd(engine->bpf->maps.scratch_counts), 0);

	if (counts == MAP_FAILED)
		return -1;
	engine->counts = counts;
	return 0;
}

void engine_count_close(struct engine *engine)
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

size_t engine_costs(const struct engine *engine, struct engine_hook_cost *costs, size_t most)
{
	size_t count = 0;

	for (unsigned int i = 0; i < ENGINE_HOOKS && count < most; i++) {
		struct bpf_prog_info info = {0};
		__u32 size = sizeof(info);

		if (!engine->hooks[i].link ||
		    bpf_obj_get_info_by_fd(engine->hooks[i].program_fd, &info, &size))
			continue;
		costs[count++] = (struct engine_hook_cost){engine->hooks[i].name, info.run_cnt,
							   info.run_time_ns};
	}
	return count;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel side counts: records delivered, and what the hooks cost; see engine.h. */
#include <sys/mman.h>

#include "engine_internal.h"
#include "scratch_area.h"

static size_t areas_size(const struct engine *engine)
{
	return bpf_map__max_entries(engine->bpf->maps.scratches) * sizeof(struct scratch);
}

int engine_count_open(struct engine *engine)
{
	void *areas = mmap(NULL, areas_size(engine), PROT_READ, MAP_SHARED,
			   bpf_map__fd(engine->bpf->maps.scratches), 0);

	if (areas == MAP_FAILED)
		return -1;
	engine->areas = areas;
	return 0;
}

void engine_count_close(struct engine *engine)
{
	if (engine->areas)
		munmap((void *)engine->areas, areas_size(engine));
}

__u64 engine_delivered(const struct engine *engine, const struct engine_slot *slot)
{
	__u32 cpus = bpf_map__max_entries(engine->bpf->maps.scratches);
	__u64 sum = 0;

	for (__u32 cpu = 0; cpu < cpus; cpu++)
		sum += engine->areas[cpu].delivered[slot->number];
	return sum - slot->delivered_before;
}

size_t engine_costs(const struct engine *engine, struct engine_hook_cost *costs, size_t most)
{
	size_t count = 0;

	for (unsigned int i = 0; i < ENGINE_HOOKS && count < most; i++) {
		struct bpf_prog_info info = {0};
		__u32 size = sizeof(info);

		/* Another thread may be attaching: name and program stand there once the link does. */
		if (!__atomic_load_n(&engine->hooks[i].link, __ATOMIC_ACQUIRE) ||
		    bpf_obj_get_info_by_fd(engine->hooks[i].program_fd, &info, &size))
			continue;
		costs[count++] = (struct engine_hook_cost){engine->hooks[i].name, info.run_cnt,
							   info.run_time_ns};
	}
	return count;
}

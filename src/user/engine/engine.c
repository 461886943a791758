// SPDX-License-Identifier: GPL-2.0-or-later
/* Implementation of the engine: the life of the BPF object and of listener slots; see engine.h. */
#include "engine/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpus.h"
#include "engine/engine_internal.h"
#include "engine/kernel_btf.h"
#include "engine/load_errors.h"
#include "engine/privilege.h"
#include "engine/sieve_maps.h"

/*
 * Returns the number of processes that the by_pid table must hold: pid_max, limited to 2^18. Each
 * entry costs 16 bytes.
 */
static unsigned int process_limit(void)
{
	unsigned int limit = 0;
	FILE *file = fopen("/proc/sys/kernel/pid_max", "re");

	if (file) {
		if (fscanf(file, "%u", &limit) != 1)
			limit = 0;
		fclose(file);
	}
	return limit && limit < 1u << 18 ? limit : 1u << 18;
}

/*
 * With one listener the tables have room for its filter. With several they have room for all
 * filters, and allocate memory on demand.
 */
static int set_tables(struct procsieve_bpf *bpf, unsigned int listeners)
{
	struct bpf_map *const tables[] = {
		bpf->maps.by_uid,  bpf->maps.by_euid,	     bpf->maps.by_gid,	 bpf->maps.by_auid,
		bpf->maps.by_comm, bpf->maps.by_thread_comm, bpf->maps.by_owner, bpf->maps.by_env};
	int err = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !err && listeners > 1; i++) {
		err = bpf_map__set_map_flags(tables[i], BPF_F_NO_PREALLOC);
		if (!err)
			err = bpf_map__set_max_entries(tables[i], listeners * PROCSIEVE_LIST_MAX);
	}
	return err;
}

int engine_check_cpus(const struct procsieve_filter *filter, struct reason *why)
{
	const int cpus = cpus_possible(NULL, 0);

	for (size_t i = 0; i < filter->cpus.count && cpus > 0; i++)
		if (filter->cpus.values[i] >= (unsigned int)cpus)
			return reason_set(why, STATUS_USAGE,
					  "CPU %llu is not one of this machine's CPUs 0-%d",
					  (unsigned long long)filter->cpus.values[i], cpus - 1);
	return 0;
}

static int set_sizes(struct procsieve_bpf *bpf, unsigned int listeners)
{
	int cpus = cpus_possible(NULL, 0);
	int err = cpus < 0 ? cpus : set_tables(bpf, listeners);

	if (!err)
		err = bpf_map__set_max_entries(bpf->maps.by_cpu, cpus);
	if (!err)
		err = bpf_map__set_max_entries(bpf->maps.by_pid, process_limit());
	return err;
}

static int run_probe(struct procsieve_bpf *bpf)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(bpf_program__fd(bpf->progs.probe_kernel), &opts);
}

int engine_load(struct engine *engine, __u64 events, __u32 sections, struct reason *why)
{
	struct engine_test_links test_links;
	int err, ring;

	if (engine->loaded)
		return 0;
	/*
	 * Nothing loads without ring buffers. Creating one first gives a clearer error than loading
	 * does.
	 */
	err = engine_create_ring(sysconf(_SC_PAGESIZE), &ring, why);
	if (err)
		return err;
	close(ring);
	engine->bpf->rodata->sections_possible = sections;
	if (engine->listeners > 1)
		events |= ENGINE_CGROUPS;
	err = engine_cgroups_plan(engine->bpf, engine->listeners, events & ENGINE_CGROUPS);
	if (err)
		return load_failed(err, why);
	err = engine_hooks_select(engine, events, sections, &test_links, why);
	if (err)
		return err;
	err = load_check_descriptors(engine->bpf->obj, why);
	if (err) {
		engine_test_links_wait(&test_links);
		return err;
	}
	err = engine_scratch_plan(engine->bpf, engine->preempted);
	if (!err)
		err = procsieve_bpf__load(engine->bpf);
	engine_test_links_wait(&test_links);
	if (!err)
		err = run_probe(engine->bpf);
	if (!err)
		err = engine_counters_open(engine);
	if (err)
		return load_failed(err, why);
	engine->loaded = true;
	return engine->listeners > 1 ? engine_hooks_open(engine->hooks, why) : 0;
}

static int open_skeleton(struct engine *engine, struct reason *why)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = kernel_btf_path());
	int err;

	load_begin();
	engine->bpf = procsieve_bpf__open_opts(&opts);
	if (!engine->bpf)
		return load_failed(-errno, why);
	engine->bpf->rodata->btf_ids = kernel_btf_ids();
	bpf_program__set_autoload(engine->bpf->progs.add_filter_value, true);
	engine->bpf->rodata->emulate_old_kernel = getenv("PROCSIEVE_EMULATE_OLD_KERNEL") != NULL;
	err = set_sizes(engine->bpf, engine->listeners);
	if (!err)
		err = engine_server_select(engine);
	return err ? load_failed(err, why) : 0;
}

int engine_open(struct engine **engine, unsigned int listeners, enum hook_mode hook_mode,
		struct reason *why)
{
	int err = privilege_check(why);

	if (err)
		return err;
	*engine = calloc(1, sizeof(**engine));
	if (!*engine)
		return reason_set(why, STATUS_FAILURE, "out of memory");
	(*engine)->hook_mode = hook_mode;
	(*engine)->listeners = listeners;
	err = open_skeleton(*engine, why);
	if (err) {
		engine_close(*engine);
		*engine = NULL;
	}
	return err;
}

void engine_close(struct engine *engine)
{
	if (!engine)
		return;
	engine_hooks_detach(engine->hooks);
	engine_counters_close(engine);
	procsieve_bpf__destroy(engine->bpf);
	free(engine);
}

/* Returns the bit of the hooks that filters with cgroups need, if this is one. */
static __u64 cgroups_for(const struct procsieve_filter *filter)
{
	return filter->cgroups.count || filter->cgroup_path_count ? ENGINE_CGROUPS : 0;
}

/*
 * Returns the events that must be hooked for this filter: those requested and those the filter
 * itself needs.
 */
static __u64 hooked_events(const struct engine *engine, const struct procsieve_filter *filter)
{
	__u64 events = filter->events;

	if (filter->pids.count)
		events |= PROCSIEVE_MASK(PROCSIEVE_EXIT) | ENGINE_PID_FILTER;
	if (filter->follow)
		events |= PROCSIEVE_MASK(PROCSIEVE_FORK);
	events |= cgroups_for(filter);
	/* The exec cache stores programs at exec and copies them at fork. */
	if (filter->events & PROCSIEVE_MASK(PROCSIEVE_EXIT) &&
	    !engine->bpf->bss->kernel_probe.exit_keeps_mm)
		events |= PROCSIEVE_MASK(PROCSIEVE_EXEC) | PROCSIEVE_MASK(PROCSIEVE_FORK);
	return events;
}

static int write_filter(struct engine *engine, unsigned int slot,
			const struct procsieve_filter *filter, const struct engine_owner *owner,
			struct reason *why)
{
	const struct sieve_writer writer = {&engine->bpf->bss->add_filter_value_args,
					    bpf_program__fd(engine->bpf->progs.add_filter_value),
					    1ull << slot};
	struct procsieve_bpf__bss *bss = engine->bpf->bss;
	__u64 key = owner ? sieve_owner(owner->uid, owner->gid) : 0;
	int err = sieve_write(&bss->sieve, slot, filter, owner && !owner->all ? &key : NULL,
			      sieve_maps_add, (void *)&writer);

	if (owner)
		sieve_confine(&bss->sieve, bss->ns_views, slot, &owner->view);
	if (!err)
		sieve_follow_cgroups(&bss->sieve, slot, filter);
	return err ? reason_set(why, STATUS_FAILURE, "cannot store the filter in the BPF maps: %s",
				strerror(-err))
		   : 0;
}

/*
 * Loads the programs if necessary and writes the filter into the sieve, while other threads publish
 * the maps.
 */
static int load_and_attach(struct engine *engine, const struct procsieve_filter *filter,
			   const struct engine_owner *owner, const struct engine_slot *slot,
			   struct reason *why)
{
	struct publication publications[2];
	int err, publish_err;

	engine_publish_start(engine->bpf, slot, publications);
	if (!engine->loaded)
		engine->bpf->rodata->dimensions_possible = sieve_dimensions(filter);
	err = engine_load(engine, filter->events | cgroups_for(filter), filter->sections, why);
	if (!err)
		err = write_filter(engine, slot->number, filter, owner, why);
	if (!err)
		err = engine_hooks_attach(engine->hooks, hooked_events(engine, filter), why);
	publish_err = engine_publish_wait(publications);
	if (!err && publish_err)
		err = reason_set(why, STATUS_FAILURE, "cannot publish a listener's maps: %s",
				 strerror(-publish_err));
	return err;
}

static int listen_in_slot(struct engine *engine, const struct procsieve_filter *filter,
			  size_t ring_size, const struct engine_owner *owner,
			  struct engine_slot *slot, struct reason *why)
{
	int err = engine_create_maps(engine->bpf, engine->loaded, ring_size, slot, why);

	if (!err)
		err = load_and_attach(engine, filter, owner, slot, why);
	if (!err && filter->pids.count)
		err = engine_add_pids(engine->bpf, slot->number, filter, owner, why);
	if (!err && cgroups_for(filter))
		err = engine_add_cgroups(engine->bpf, slot->number, why);
	if (err)
		return err;
	if (!engine->bpf->bss->kernel_probe.exit_keeps_mm &&
	    filter->events & PROCSIEVE_MASK(PROCSIEVE_EXIT))
		engine_exec_cache_fill(engine->bpf);
	slot->delivered_before = engine_delivered(engine, slot);
	engine->requested[slot->number] = filter->events;
	engine_count_missed(engine, filter->events, engine->missed_before[slot->number]);
	sieve_set_active(&engine->bpf->bss->sieve, slot->number, true);
	return 0;
}

static void close_slot(struct engine_slot *slot)
{
	if (slot->ring_fd >= 0)
		close(slot->ring_fd);
	if (slot->control_fd >= 0)
		close(slot->control_fd);
}

int engine_listen(struct engine *engine, const struct procsieve_filter *filter, size_t ring_size,
		  const struct engine_owner *owner, struct engine_slot *slot, struct reason *why)
{
	int err;

	if (!~engine->used) {
		reason_set(why, STATUS_FAILURE, "all %d listener slots are taken",
			   PROCSIEVE_LISTENERS);
		return -EDQUOT;
	}
	err = engine_check_pids(filter, owner, why);
	if (err)
		return err;
	*slot = (struct engine_slot){
		.number = __builtin_ctzll(~engine->used), .ring_fd = -1, .control_fd = -1};
	engine->used |= 1ull << slot->number;
	engine->needs[slot->number] = 0;
	err = listen_in_slot(engine, filter, ring_size, owner, slot, why);
	if (!err) {
		engine->needs[slot->number] = hooked_events(engine, filter);
		return 0;
	}
	close_slot(slot);
	if (engine->loaded) {
		engine_stop(engine, slot);
		engine_free(engine, slot);
	} else {
		engine->used &= ~(1ull << slot->number);
	}
	return err;
}

void engine_missed(const struct engine *engine, const struct engine_slot *slot,
		   __u64 missed[PROCSIEVE_EVENT_LIMIT])
{
	engine_count_missed(engine, engine->requested[slot->number], missed);
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_LIMIT; type++)
		missed[type] -= engine->missed_before[slot->number][type];
}

/*
 * Writes the missed counts into the control page for the reader, which may be another process. Only
 * the process that loaded the programs can query them.
 */
static void report_missed(const struct engine *engine, const struct engine_slot *slot)
{
	__u64 missed[PROCSIEVE_EVENT_LIMIT];

	engine_missed(engine, slot, missed);
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_LIMIT; type++) {
		__u64 numbers[] = {slot->number, type, missed[type]};
		LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = numbers,
			    .ctx_size_in = sizeof(numbers));

		if (missed[type])
			bpf_prog_test_run_opts(bpf_program__fd(engine->bpf->progs.report_missed),
					       &opts);
	}
}

void engine_stop(struct engine *engine, const struct engine_slot *slot)
{
	sieve_set_active(&engine->bpf->bss->sieve, slot->number, false);
	/*
	 * A hook that has matched may still be delivering. After it removes a map from an array of
	 * maps, the kernel waits for all running programs. An event that finds no ring is counted
	 * as lost.
	 */
	bpf_map_delete_elem(bpf_map__fd(engine->bpf->maps.rings), &slot->number);
	report_missed(engine, slot);
	/* From here on nothing can count losses for this listener. */
	bpf_map_delete_elem(bpf_map__fd(engine->bpf->maps.controls), &slot->number);
}

/* Clears a listener's bits in the sieve, as if its filter were empty. */
static void clear_filter(struct engine *engine, unsigned int slot)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct procsieve_bpf__bss *bss = engine->bpf->bss;
	const struct procsieve_filter nothing = {0};

	sieve_write(&bss->sieve, slot, &nothing, NULL, NULL, NULL);
	bss->remove_listener_args.listener = 1ull << slot;
	bss->remove_listener_args.clear_pids = !~bss->sieve.unused[SIEVE_PID];
	bpf_prog_test_run_opts(bpf_program__fd(engine->bpf->progs.remove_listener), &opts);
}

/* The same condition as exec_cache_wanted() in src/bpf/event/exec_cache.h. */
static bool uses_exec_cache(const struct engine *engine)
{
	return !engine->bpf->bss->kernel_probe.exit_keeps_mm &&
	       engine->bpf->bss->sieve.by_event[PROCSIEVE_EXIT][0];
}

/* Returns the events that must be hooked for all listeners together. */
static __u64 needed_events(const struct engine *engine)
{
	__u64 needed = 0;

	for (unsigned int i = 0; i < PROCSIEVE_LISTENERS; i++)
		if (engine->used >> i & 1)
			needed |= engine->needs[i];
	return needed;
}

void engine_free(struct engine *engine, const struct engine_slot *slot)
{
	bool caches = uses_exec_cache(engine);

	clear_filter(engine, slot->number);
	if (caches && !uses_exec_cache(engine))
		engine_exec_cache_clear(engine->bpf);
	engine->used &= ~(1ull << slot->number);
}

bool engine_has_unneeded_hooks(const struct engine *engine)
{
	return engine_hooks_has_unneeded(engine->hooks, needed_events(engine));
}

void engine_detach_unneeded(struct engine *engine)
{
	engine_hooks_detach_unneeded(engine->hooks, needed_events(engine));
}

void engine_hooks(const struct engine *engine, __u64 events, char *text, size_t size)
{
	_Static_assert(ENGINE_HOOKS * ENGINE_HOOK_NAME <= ENGINE_HOOKS_TEXT, "all names fit");
	const char *names[ENGINE_HOOKS];
	size_t count = engine_hooks_names(engine->hooks, events, names, ENGINE_HOOKS);
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < count && used < size; i++)
		used += snprintf(text + used, size - used, "%s%s", i ? " " : "", names[i]);
}

size_t engine_event_hooks(const struct engine *engine, __u64 events, const char **names,
			  size_t most)
{
	return engine_hooks_names(engine->hooks, events, names, most);
}

__u64 engine_needs(const struct engine *engine, const struct engine_slot *slot)
{
	return engine->needs[slot->number];
}

int engine_by_pid(const struct engine *engine)
{
	return bpf_map__fd(engine->bpf->maps.by_pid);
}

int engine_by_cgroup(const struct engine *engine)
{
	return bpf_map__fd(engine->bpf->maps.by_cgroup);
}

const char *engine_libbpf_version(void)
{
	return libbpf_version_string();
}

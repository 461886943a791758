/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cgroups that filters name by their path: which listeners name a cgroup, and the table by_cgroup,
 * which has the ids of those that exist.
 *
 * The kernel holds its cgroup_mutex while this code runs: at the tracepoints of a cgroup that is
 * made or removed (event/cgroup.bpf.h), and in the iterator over existing cgroups
 * (control/seed_cgroups.bpf.h). So it never runs twice at the same time, and one of the two finds
 * each cgroup. Exception: cgroup_forget().
 */
#ifndef BPF_CORE_CGROUP_FILTER_H
#define BPF_CORE_CGROUP_FILTER_H

#include "core/deliver.h"
#include "core/match.h"

/*
 * Paths are few and long, so they take memory as they come. Sizes are set before loading.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct sieve_path);
	__type(value, __u64);
} by_path SEC(".maps"), by_glob SEC(".maps");

/*
 * The most cgroups in by_cgroup for one listener; 0: no filter names cgroups. Set before loading.
 */
const volatile __u32 cgroups_per_listener = 0;

/* How many of each listener are there. */
static __u32 cgroups_held[PROCSIEVE_LISTENERS];

/* The cgroup that is looked up. */
struct cgroup_lookup {
	__u64 cgroup; /* its address */
	__u64 set;    /* listeners that name it */
	__u32 depth;  /* components that are in `text` */
	/* By number of components, counted from the end of the path: */
	__u32 starts[MATCH_CGROUP_DEPTH + 1]; /* where in `text` they begin */
	__u64 below[MATCH_CGROUP_DEPTH + 1];  /* id of the cgroup that they are below; [0]: own */
	/*
	 * The path, written from right to left: it ends at SIEVE_PATH_SIZE. Only zeros follow, so
	 * that a key is SIEVE_PATH_SIZE bytes from any start.
	 */
	char text[2 * SIEVE_PATH_SIZE];
	char name[SCRATCH_NAME_MAX + 1];
	struct sieve_path key;
	struct {
		__u64 text, pattern; /* next byte of the path, and of the pattern in `key` */
		__u64 left;	     /* components of the path that have not begun */
		bool matches;
	} glob;
};

/* Here and not on the stack, so that the verifier need not follow what the loops change. */
static struct cgroup_lookup cgroup_lookup;

/* Adds the listeners that name the path from `start` on, which begins at the cgroup `below`. */
static __always_inline void cgroup_find_path(__u64 below, __u64 start)
{
	__u64 *set;

	cgroup_lookup.key.below = below;
	cgroup_lookup.key.depth = 0;
	start = bounded(start, SIEVE_PATH_SIZE);
	bpf_probe_read_kernel(cgroup_lookup.key.text, SIEVE_PATH_SIZE, &cgroup_lookup.text[start]);
	set = bpf_map_lookup_elem(&by_path, &cgroup_lookup.key);
	if (set)
		cgroup_lookup.set |= *set;
}

/*
 * Adds one component on the left, and looks up the path from there. The signature is bpf_loop()'s.
 */
static long cgroup_step(__u32 turn, void *context)
{
	struct cgroup *cgroup = (struct cgroup *)cgroup_lookup.cgroup, *own = NULL, *above = NULL;
	int level = BPF_CORE_READ(cgroup, level) - (int)turn;
	__u64 start, length, below;
	long got;

	if (level <= 0 || turn >= MATCH_CGROUP_DEPTH)
		return 1;
	bpf_core_read(&own, sizeof(own), &cgroup->ancestors[level]);
	bpf_core_read(&above, sizeof(above), &cgroup->ancestors[level - 1]);
	got = bpf_probe_read_kernel_str(cgroup_lookup.name, sizeof(cgroup_lookup.name),
					BPF_CORE_READ(own, kn, name));
	length = got - 1;
	start = cgroup_lookup.starts[turn];
	/* A key ends with a zero: what does not fit is longer than any path of a filter. */
	if (got <= 0 || length + 1 >= start || start > SIEVE_PATH_SIZE)
		return 1;
	start -= length + 1;
	start = bounded(start, SIEVE_PATH_SIZE);
	cgroup_lookup.text[start] = '/';
	bpf_probe_read_kernel(&cgroup_lookup.text[start + 1], length & SCRATCH_NAME_MAX,
			      cgroup_lookup.name);
	below = BPF_CORE_READ(above, kn, id);
	cgroup_lookup.depth = turn + 1;
	cgroup_lookup.starts[turn + 1] = start;
	cgroup_lookup.below[turn + 1] = below;
	cgroup_find_path(below, start);
	return 0;
}

/*
 * Compares one byte, or passes over what a '*' matches. The signature is bpf_loop()'s.
 */
static long cgroup_glob_step(__u32 turn, void *context)
{
	__u64 text = cgroup_lookup.glob.text, pattern = cgroup_lookup.glob.pattern;
	__u64 left = cgroup_lookup.glob.left, rest, end;
	char byte;

	if (text > SIEVE_PATH_SIZE || pattern > SIEVE_PATH_SIZE - 2)
		return 1;
	byte = cgroup_lookup.key.text[pattern];
	if (byte == '*') {
		if (left > MATCH_CGROUP_DEPTH)
			return 1;
		rest = (__u8)cgroup_lookup.key.text[pattern + 1] - 1;
		end = cgroup_lookup.starts[left];
		cgroup_lookup.glob.text = end - rest;
		cgroup_lookup.glob.pattern = pattern + 2;
		return text + rest > end;
	}
	if (byte != cgroup_lookup.text[text])
		return 1;
	cgroup_lookup.glob.matches = !byte;
	cgroup_lookup.glob.left = left - (byte == '/');
	cgroup_lookup.glob.text = text + 1;
	cgroup_lookup.glob.pattern = pattern + 1;
	return !byte;
}

/* The signature is bpf_for_each_map_elem()'s. */
static long cgroup_try_glob(void *map, const struct sieve_path *key, const __u64 *set,
			    void *context)
{
	__u32 depth = key->depth;

	if (depth > cgroup_lookup.depth || depth > MATCH_CGROUP_DEPTH ||
	    cgroup_lookup.below[depth] != key->below)
		return 0;
	cgroup_lookup.glob.text = cgroup_lookup.starts[depth];
	cgroup_lookup.glob.pattern = 0;
	cgroup_lookup.glob.left = depth;
	cgroup_lookup.glob.matches = false;
	bpf_probe_read_kernel(cgroup_lookup.key.text, SIEVE_PATH_SIZE, key->text);
	bpf_loop(SIEVE_PATH_SIZE, cgroup_glob_step, NULL, 0);
	if (cgroup_lookup.glob.matches)
		cgroup_lookup.set |= *set;
	return 0;
}

/*
 * Of the listeners that are confined to namespaces, those whose cgroup namespace has the cgroup:
 * the others do not learn from a filter that it exists. The signature is bpf_loop()'s.
 */
struct cgroup_view {
	__u64 set, visible;
	__u32 level; /* of the cgroup */
};

static long cgroup_view_next(__u32 turn, struct cgroup_view *view)
{
	const struct sieve_ns_view *ns;
	__u32 depth;
	__u64 bit;

	if (!view->set)
		return 1;
	bit = listener_pop(&view->set);
	ns = &ns_views[listener_slot(bit)];
	depth = view->level - ns->cgroup_level;
	if (depth <= cgroup_lookup.depth && depth <= MATCH_CGROUP_DEPTH &&
	    cgroup_lookup.below[depth] == ns->cgroup)
		view->visible |= bit;
	return 0;
}

static __always_inline __u64 cgroup_visible(const struct cgroup *cgroup, __u64 set)
{
	struct cgroup_view view = {.set = set & sieve.confined};

	if (!view.set)
		return set;
	view.level = BPF_CORE_READ(cgroup, level);
	bpf_loop(PROCSIEVE_LISTENERS, cgroup_view_next, &view, 0);
	return (set & ~sieve.confined) | view.visible;
}

/*
 * Which listeners name cgroup_lookup.cgroup, by its id or its path? The result is in
 * cgroup_lookup.set. A function of its own, so that it is checked once for each program.
 */
__noinline int cgroup_look_up(void)
{
	struct cgroup *cgroup = (struct cgroup *)cgroup_lookup.cgroup;

	cgroup_lookup.set = 0;
	cgroup_lookup.depth = 0;
	cgroup_lookup.starts[0] = SIEVE_PATH_SIZE;
	cgroup_lookup.below[0] = BPF_CORE_READ(cgroup, kn, id);
	cgroup_find_path(cgroup_lookup.below[0], SIEVE_PATH_SIZE);
	bpf_loop(MATCH_CGROUP_DEPTH, cgroup_step, NULL, 0);
	if (sieve.has_globs)
		bpf_for_each_map_elem(&by_glob, cgroup_try_glob, NULL, 0);
	cgroup_lookup.set = cgroup_visible(cgroup, cgroup_lookup.set);
	return 0;
}

/* Its address goes by the memory, which makes a number of it. */
static __always_inline __u64 cgroup_named(const struct cgroup *cgroup)
{
	cgroup_lookup.cgroup = (__u64)cgroup;
	cgroup_look_up();
	return cgroup_lookup.set;
}

/* Listeners that are to get a cgroup in by_cgroup, and those of them for whom there is no room. */
struct cgroup_change {
	__u64 set, left_out;
	bool counts;
};

static long cgroup_change_next(__u32 turn, struct cgroup_change *change)
{
	struct procsieve_control *control;
	__u32 slot;
	__u64 bit;

	if (!change->set)
		return 1;
	bit = listener_pop(&change->set);
	slot = listener_slot(bit);
	if (!change->counts) {
		if (cgroups_held[slot] >= cgroups_per_listener)
			change->left_out |= bit;
	} else if (!(change->left_out & bit)) {
		__sync_fetch_and_add(&cgroups_held[slot], 1);
	} else {
		control = listener_control(slot);
		if (control)
			__sync_fetch_and_add(&control->cgroups_left_out, 1);
	}
	return 0;
}

static __always_inline void cgroup_change(struct cgroup_change *change, __u64 set, bool counts)
{
	change->set = set;
	change->counts = counts;
	bpf_loop(PROCSIEVE_LISTENERS, cgroup_change_next, change, 0);
}

/*
 * Puts a cgroup into by_cgroup for `set`. Each listener has at most cgroups_per_listener there, so
 * that none takes the room of another.
 */
__noinline int cgroup_enter(__u64 id, __u64 set)
{
	struct cgroup_change change = {};
	__u64 *held = bpf_map_lookup_elem(&by_cgroup, &id), entered;

	if (held)
		set &= ~*held;
	cgroup_change(&change, set, false);
	entered = set & ~change.left_out;
	if (held)
		__sync_fetch_and_or(held, entered);
	else if (entered && bpf_map_update_elem(&by_cgroup, &id, &entered, BPF_NOEXIST))
		change.left_out = set;
	cgroup_change(&change, set, true);
	return 0;
}

static long cgroup_release_next(__u32 turn, __u64 *set)
{
	if (!*set)
		return 1;
	__sync_fetch_and_add(&cgroups_held[listener_slot(listener_pop(set))], -1);
	return 0;
}

/* Takes a cgroup out of by_cgroup: it is removed, and the kernel does not use its id again. */
static __always_inline void cgroup_remove(__u64 id)
{
	__u64 *held = bpf_map_lookup_elem(&by_cgroup, &id), set;

	if (!held)
		return;
	/* Atomic, as in cgroup_forget(): each listener is released once. */
	set = __sync_lock_test_and_set(held, 0);
	bpf_map_delete_elem(&by_cgroup, &id);
	bpf_loop(PROCSIEVE_LISTENERS, cgroup_release_next, &set, 0);
}

/*
 * Takes a listener that is gone out of an entry of by_cgroup. The key is copied: a cgroup that is
 * removed at this moment gives its entry back, which may become that of another.
 */
static __always_inline void cgroup_forget(const __u64 *key, __u64 *held, __u64 listener)
{
	__u64 id = *key, before;

	if (!(*held & listener))
		return;
	before = __sync_fetch_and_and(held, ~listener);
	if (before & listener)
		__sync_fetch_and_add(&cgroups_held[listener_slot(listener)], -1);
	if (before == listener)
		bpf_map_delete_elem(&by_cgroup, &id);
}

#endif

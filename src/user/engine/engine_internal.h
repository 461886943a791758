/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations shared by the files of the engine: the loaded BPF object and what belongs to it. */
#ifndef USER_ENGINE_ENGINE_INTERNAL_H
#define USER_ENGINE_ENGINE_INTERNAL_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdbool.h>

#include "engine/engine.h"
#include "engine/tracepoint_hold.h"
#include "bpf/shared/add_filter_value.h"
#include "bpf/shared/remove_listener.h"
#include "bpf/shared/btf_ids.h"
#include "bpf/shared/peer.h"
#include "bpf/shared/kernel_probe.h"
#include "bpf/shared/exec_cache_entry.h"
#include "bpf/shared/scratch_area.h"
#include "bpf/shared/seed_cgroups.h"
#include "bpf/shared/seed_pids.h"
#include "bpf/shared/sieve.h"

#include "procsieve.skel.h"

/*
 * Number of programs attached to tracepoints and functions: the rows of the table in hook_choice.c.
 */
#define ENGINE_HOOKS 20

/* Bits beside the event types: hooks that only pid filters need, or filters with cgroups. */
#define ENGINE_PID_FILTER (1ull << 63)
#define ENGINE_CGROUPS	  (1ull << 62)

struct engine_hook {
	__u64 events;		     /* mask of the events that it serves */
	struct bpf_program *program; /* the loaded one; NULL: none */
	int tracepoint_id;	     /* for a classic program */
	const char *name;	     /* set when first attached: "tp_btf/sched_process_exit" */
	struct bpf_link *link;	     /* NULL: not attached; atomic, see is_attached() */
	int event_fd;		     /* classic program: perf event kept open for its links */
	bool event_open;	     /* event_fd is valid */
	struct bpf_program
		*holder; /* kprobe.multi of a tracepoint: see tracepoint_hold.h; or NULL */
	int holders[TRACEPOINT_HOLDERS]; /* open while `link` is, if there is a holder */
};

struct engine {
	struct procsieve_bpf *bpf;
	struct engine_hook hooks[ENGINE_HOOKS];
	unsigned int listeners;		      /* maximum number */
	__u64 used;			      /* bit mask of slots */
	__u64 needs[PROCSIEVE_LISTENERS];     /* by slot: events that must be hooked */
	__u64 requested[PROCSIEVE_LISTENERS]; /* by slot: events in its filter */
	__u64 missed_before[PROCSIEVE_LISTENERS][PROCSIEVE_EVENT_LIMIT];
	enum hook_mode hook_mode;
	const struct scratch_count *counts; /* mapped; one for each scratch area */
	bool loaded;
	bool preempted; /* raw tracepoint programs may be preempted; set by engine_hooks_select() */
};

/* Maps the delivered counts. The programs must be loaded. Returns 0 or -1. */
int engine_counters_open(struct engine *engine);
void engine_counters_close(struct engine *engine);

/*
 * Call before loading: leaves out the programs that only a server needs if there is at most one
 * listener. Returns 0 or -errno.
 */
int engine_server_select(struct engine *engine);

/*
 * Links to functions, attached as a test and now being closed. That takes the kernel about 100 ms.
 */
struct engine_test_links {
	int links[2]; /* -1: none */
	pthread_t thread;
	bool has_thread; /* the thread runs */
};

/*
 * Call before loading. Selects the programs that these events (a mask) need, for filters with or
 * without sections, and the kind of hook where there are several. Returns 0, or the result of
 * reason_set(). After success the caller must call engine_test_links_wait() before it attaches
 * anything.
 */
int engine_hooks_select(struct engine *engine, __u64 events, bool sections,
			struct engine_test_links *test, struct reason *why);
void engine_test_links_wait(struct engine_test_links *test);

/*
 * Call before loading and after the programs are selected: gives each program that may be preempted
 * a scratch area of its own. `raw_tracepoints`: whether programs on raw tracepoints may be
 * preempted. Returns 0 or -errno.
 */
int engine_scratch_plan(struct procsieve_bpf *bpf, bool raw_tracepoints);

/*
 * Opens the perf events that classic programs attach to, and keeps them open until all hooks are
 * detached. For an engine that will drop its privilege, or detach hooks and attach them again.
 * Closing one takes the kernel about 70 ms. Returns 0, or the result of reason_set().
 */
int engine_hooks_open(struct engine_hook *hooks, struct reason *why);

/*
 * engine_hooks_attach() attaches the hooks that these events need and that are not attached yet.
 * Returns 0, or the result of reason_set(). engine_hooks_detach() detaches all hooks and closes
 * their perf events.
 */
int engine_hooks_attach(struct engine_hook *hooks, __u64 events, struct reason *why);
void engine_hooks_detach(struct engine_hook *hooks);

/* Detaches the hooks that these events do not need. */
void engine_hooks_detach_unneeded(struct engine_hook *hooks, __u64 events);

/* Returns whether a hook is attached that these events do not need. */
bool engine_hooks_has_unneeded(const struct engine_hook *hooks, __u64 events);

/*
 * Fills at most `most` names of attached hooks that serve these events. Returns the number filled.
 */
size_t engine_hooks_names(const struct engine_hook *hooks, __u64 events, const char **names,
			  size_t most);

/*
 * Counts, by event type, how often the kernel has skipped hooks since loading. A hook that serves
 * several types counts for the first of them in `events`. Hooks that serve none of them are left
 * out.
 */
void engine_count_missed(const struct engine *engine, __u64 events,
			 __u64 missed[PROCSIEVE_EVENT_LIMIT]);

/* A map being stored into an array of maps, possibly by a thread. */
struct publication {
	int array_fd, map_fd;
	unsigned int slot;
	int err;
	pthread_t thread;
	bool has_thread; /* the thread runs */
};

/* Creates a ring buffer of `size` bytes. Returns 0 and *fd, or the result of reason_set(). */
int engine_create_ring(size_t size, int *fd, struct reason *why);

/*
 * Creates a listener's ring buffer and control page. Before the first load, also creates the arrays
 * of maps that hold them. Returns 0, or the result of reason_set(). In both cases *slot holds the
 * descriptors created so far.
 */
int engine_create_maps(struct procsieve_bpf *bpf, bool loaded, size_t ring_size,
		       struct engine_slot *slot, struct reason *why);

/*
 * engine_publish_start() starts to store both maps into the arrays that the programs read,
 * concurrently with the caller. engine_publish_wait() waits for that and returns 0 or -errno.
 */
void engine_publish_start(struct procsieve_bpf *bpf, const struct engine_slot *slot,
			  struct publication publications[2]);
int engine_publish_wait(struct publication publications[2]);

/*
 * Checks early whether the processes in a pid filter can exist. Only engine_add_pids() can be
 * certain, but it needs attached hooks, which are expensive. Ids of another pid namespace are not
 * checked. Returns 0, or -ESRCH with *why filled.
 */
int engine_check_pids(const struct procsieve_filter *filter, const struct engine_owner *owner,
		      struct reason *why);

/*
 * Adds the processes of a pid filter to the sieve (src/bpf/control/seed_pids.bpf.h), with their
 * living descendants if the filter follows. The hooks must be attached.
 */
int engine_add_pids(struct procsieve_bpf *bpf, unsigned int slot,
		    const struct procsieve_filter *filter, const struct engine_owner *owner,
		    struct reason *why);

/*
 * Call before loading: sets the sizes of the tables of cgroups, and whether the iterator over
 * cgroups is loaded. `used`: whether a filter may name cgroups. Returns 0 or -errno.
 */
int engine_cgroups_plan(struct procsieve_bpf *bpf, unsigned int listeners, bool used);

/*
 * Adds the existing cgroups that a listener's filter names to by_cgroup
 * (src/bpf/control/seed_cgroups.bpf.h). The hooks must be attached and the filter written. Returns
 * 0, or the result of reason_set().
 */
int engine_add_cgroups(struct procsieve_bpf *bpf, unsigned int slot, struct reason *why);

/*
 * Kernels before 6.16: caches the programs of the processes that already run
 * (src/bpf/event/exec_cache.h). The hooks must be attached. Processes that cannot be read are left
 * out.
 */
void engine_exec_cache_fill(struct procsieve_bpf *bpf);

/*
 * No listener is subscribed to exits any longer. Nothing is cached from now on, so the entries
 * would be stale when a listener subscribes again: removes them.
 */
void engine_exec_cache_clear(struct procsieve_bpf *bpf);

#endif

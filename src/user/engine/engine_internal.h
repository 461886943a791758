/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the engine share: the loaded BPF side, with the types of its variables. */
#ifndef USER_ENGINE_ENGINE_INTERNAL_H
#define USER_ENGINE_ENGINE_INTERNAL_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdbool.h>

#include "engine/engine.h"
#include "bpf/shared/add_filter_value.h"
#include "bpf/shared/remove_listener.h"
#include "bpf/shared/kernel_ids.h"
#include "bpf/shared/peer.h"
#include "bpf/shared/kernel_probe.h"
#include "bpf/shared/exec_cache_entry.h"
#include "bpf/shared/scratch_area.h"
#include "bpf/shared/seed_pids.h"
#include "bpf/shared/sieve.h"

#include "procsieve.skel.h"

/* How many programs hang on tracepoints and functions: the rows of engine_choice.c. */
#define ENGINE_HOOKS 18

/* Beside the types of events: what is to be noticed for pid filters. */
#define ENGINE_FOLLOWS (1ull << 63)

struct engine_hook {
	__u64 events;		     /* that it serves: a mask */
	struct bpf_program *program; /* that is loaded; NULL: none */
	int tracepoint_id;	     /* where the program is of the classic kind */
	const char *name;	     /* once it was attached: "tp_btf/sched_process_exit" */
	struct bpf_link *link;	     /* NULL: not attached; atomic: see is_attached() */
	int event_fd;		     /* of the classic kind: what links hang on, where it is */
	bool event_open;	     /* already */
};

struct engine {
	struct procsieve_bpf *bpf;
	struct engine_hook hooks[ENGINE_HOOKS];
	unsigned int listeners;		  /* there can be */
	__u64 used;			  /* slots */
	__u64 needs[PROCSIEVE_LISTENERS]; /* events that must be noticed for each */
	__u64 asked[PROCSIEVE_LISTENERS]; /* events of its filter */
	__u64 missed_before[PROCSIEVE_LISTENERS][PROCSIEVE_EVENT_LIMIT];
	enum hook_mode way;
	const struct scratch_count *counts; /* of each scratch area, mapped */
	bool loaded;
	bool preempted; /* programs on raw tracepoints may be; found out when hooks are chosen */
};

/* Maps what is counted; after loading. Returns 0 or -1. */
int engine_counters_open(struct engine *engine);
void engine_counters_close(struct engine *engine);

/*
 * Before loading: leaves out what only a server needs where there is one listener. Returns 0 or
 * -errno.
 */
int engine_server_select(struct engine *engine);

/*
 * A hook on a function that was put on for a try, and is being taken off: the kernel takes some 100
 * ms for that.
 */
struct engine_trial {
	int link;
	pthread_t thread;
	bool apart; /* the thread runs */
};

/*
 * Before loading: leaves the programs out that these events (a mask), and whether there are
 * sections, do not need, and chooses where there are several kinds. Returns 0, or what reason_set()
 * returns; after 0 the caller waits for *trial before it attaches anything.
 */
int engine_hooks_select(struct engine *engine, __u64 events, bool sections,
			struct engine_trial *trial, struct reason *why);
void engine_trial_end(struct engine_trial *trial);

/*
 * Before loading, when it is chosen which programs are: gives those that may be preempted a scratch
 * area to themselves. Are programs on raw tracepoints among them? Returns 0 or -errno.
 */
int engine_scratch_plan(struct procsieve_bpf *bpf, bool raw_tracepoints);

/*
 * Opens what classic hooks hang on, to be kept until all are detached: for an engine that will give
 * up the privilege, or let go of hooks and take them again. The kernel takes some 70 ms to close
 * one. Returns 0, or what reason_set() returns.
 */
int engine_hooks_open(struct engine_hook *hooks, struct reason *why);

/* Attaches what these events need and is not attached. Returns 0, or what reason_set() returns. */
int engine_hooks_attach(struct engine_hook *hooks, __u64 events, struct reason *why);
void engine_hooks_detach(struct engine_hook *hooks);

/* Detaches those that these events do not need. */
void engine_hooks_keep(struct engine_hook *hooks, __u64 events);

/* Is one attached that these events do not need? */
bool engine_hooks_spare(const struct engine_hook *hooks, __u64 events);

/* The names of those that are attached and serve these events. Returns how many, at most `most`. */
size_t engine_hooks_names(const struct engine_hook *hooks, __u64 events, const char **names,
			  size_t most);

/*
 * How often hooks were passed over since loading, by type of event. A hook that serves several
 * types counts with the first of them that is in `events`; those that serve none are left out.
 */
void engine_count_missed(const struct engine *engine, __u64 events,
			 __u64 missed[PROCSIEVE_EVENT_LIMIT]);

/* A map on its way into an array of maps. */
struct publication {
	int array_fd, map_fd;
	unsigned int slot;
	int err;
	pthread_t thread;
	bool apart; /* the thread runs */
};

/* Makes a ring of `size` bytes. Returns 0 and *fd, or what reason_set() returns. */
int engine_make_ring(size_t size, int *fd, struct reason *why);

/*
 * Makes a listener's ring and control page; before the first loading, also the arrays that they go
 * into. Returns 0, or what reason_set() returns; the descriptors there are stand in *slot in either
 * case.
 */
int engine_make_maps(struct procsieve_bpf *bpf, bool loaded, size_t ring_size,
		     struct engine_slot *slot, struct reason *why);

/*
 * Shows both to the programs, beside what the caller does next; engine_published() waits and
 * returns 0 or -errno.
 */
void engine_publish(struct procsieve_bpf *bpf, const struct engine_slot *slot,
		    struct publication publications[2]);
int engine_published(struct publication publications[2]);

/*
 * May there be the processes that a pid filter names? What is certain is found out by
 * engine_seed(); but that takes hooks, which cost. Returns 0, or -ESRCH with the reason.
 */
int engine_seed_possible(const struct procsieve_filter *filter, struct reason *why);

/*
 * Enters the processes of a pid filter into the sieve (src/bpf/control/seed_pids.bpf.h), with their
 * living descendants where the filter follows. The hooks must be on.
 */
int engine_seed(struct procsieve_bpf *bpf, unsigned int slot, const struct procsieve_filter *filter,
		struct reason *why);

/*
 * Before 6.16: remembers the programs of the processes that live already
 * (src/bpf/event/exec_cache.h). The hooks must be on. What cannot be read is left out.
 */
void engine_exec_cache_fill(struct procsieve_bpf *bpf);

/*
 * Nobody wants exits any more: nothing is remembered from now on, and what is would be wrong by the
 * time that somebody does.
 */
void engine_exec_cache_clear(struct procsieve_bpf *bpf);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine: loads the BPF side, attaches the hooks that somebody wants, and gives each listener a
 * slot with a filter, a ring and a control page. The only part that knows libbpf. It never touches
 * an event.
 */
#ifndef USER_ENGINE_ENGINE_H
#define USER_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include <procsieve/event.h>
#include <procsieve/filter.h>

#include "bpf/shared/peer.h"
#include "base/hook_mode.h"
#include "base/reason.h"

struct engine;

/* Sizes of a ring, in bytes: a power of two. */
#define ENGINE_RING_MIN	    4096
#define ENGINE_RING_DEFAULT (4u << 20)
#define ENGINE_RING_MAX	    (1u << 30)

/* Whose events may a listener have? NULL in its place: everybody's. */
struct engine_owner {
	__u32 uid, gid;
	bool all;		  /* of all users; the two above do not count */
	struct sieve_space space; /* and from which namespaces? empty: from all */
};

/* A listener's place in the engine. The descriptors belong to whoever got them. */
struct engine_slot {
	unsigned int number;
	__u64 delivered_before; /* by listeners that had this slot earlier */
	int ring_fd;		/* BPF_MAP_TYPE_RINGBUF */
	int control_fd;		/* one struct procsieve_control, to be mapped */
};

/*
 * Prepares an engine for up to so many listeners. Returns 0 and *engine, or what reason_set()
 * returns.
 */
int engine_open(struct engine **engine, unsigned int listeners, enum hook_mode way,
		struct reason *why);

/*
 * Loads the programs that listeners for these events and sections (masks) can need, and attaches
 * none. Done by the first engine_listen() for its own where it was not before.
 */
int engine_load(struct engine *engine, __u64 events, __u32 sections, struct reason *why);

/*
 * Does a filter ask for a CPU that this machine cannot have? Returns 0, or what reason_set()
 * returns.
 */
int engine_check_cpus(const struct procsieve_filter *filter, struct reason *why);

/* Detaches and unloads everything; what a listener has mapped stays readable. NULL is allowed. */
void engine_close(struct engine *engine);

/*
 * Gives a listener a slot: ring of `ring_size` bytes, filter, hooks, processes of the pid filter;
 * and switches it on. A process named in filter->pids that does not live, or is not the owner's, is
 * an error (-ESRCH), and so is that there is no slot any more (-EDQUOT). Returns 0, or what
 * reason_set() returns with nothing left behind but hooks that are attached.
 */
int engine_listen(struct engine *engine, const struct procsieve_filter *filter, size_t ring_size,
		  const struct engine_owner *owner, struct engine_slot *slot, struct reason *why);

/*
 * In which namespaces was the process that connected to this socket? Their addresses are valid
 * while the connection is there. After loading. One thread at a time. Returns 0 or -errno.
 */
int engine_look_at_peer(struct engine *engine, int fd, struct peer *peer);

/*
 * Switches a listener off and waits until no hook is at work for it any more: from then on its ring
 * and its lost counts stand still.
 */
void engine_stop(struct engine *engine, const struct engine_slot *slot);

/*
 * How often hooks that serve a listener's events were passed over since it began, so that events
 * may be missing that are not counted lost: the kernel runs no program again on a CPU before it is
 * done there, and it may switch to another task in its midst; programs of the classic kind it
 * passes over while another of that kind, or a map's update by bpf(2), is at work on that CPU. By
 * type; a hook that serves several types counts with the first of them that the listener asked for.
 */
void engine_missed(const struct engine *engine, const struct engine_slot *slot,
		   __u64 missed[PROCSIEVE_EVENT_LIMIT]);

/*
 * Forgets a listener that was stopped: its slot can be another's. The descriptors stay open, and
 * hooks that only it wanted stay attached until engine_settle().
 *
 * engine_listen(), engine_free() and engine_settle() must not run beside each other. Whatever else
 * a server calls (engine_stop(), what lists hooks and counts, and what is below) may run in other
 * threads meanwhile.
 */
void engine_free(struct engine *engine, const struct engine_slot *slot);

/* Are hooks attached that no listener needs? Detaching them takes the kernel some 10 to 100 ms. */
bool engine_unsettled(const struct engine *engine);
void engine_settle(struct engine *engine);

/*
 * The table of the processes that listeners hold by pid: a descriptor that stays the engine's.
 * After loading.
 */
int engine_by_pid(const struct engine *engine);

/* The number of a map, which no other gets while the server lives; 0: not known. */
__u32 engine_map_id(int fd);

/* Calls `visit` with the number of each map of the machine. Returns 0 or -errno. */
typedef void engine_map_visit(void *context, __u32 id);
int engine_maps_visit(struct engine *engine, engine_map_visit *visit, void *context);

/* How many records a listener got, the closing of gaps not counted. */
__u64 engine_delivered(const struct engine *engine, const struct engine_slot *slot);

/* What an attached hook has cost, while the kernel counts that (kernel.bpf_stats_enabled). */
struct engine_hook_cost {
	const char *name;
	__u64 runs, time_ns;
	__u64 missed; /* how often the kernel passed over it; counted always */
};

/* Fills at most `most` of them. Returns how many. */
size_t engine_costs(const struct engine *engine, struct engine_hook_cost *costs, size_t most);

/*
 * Names of the hooks that serve one of these events (a mask) and are attached; at most `most`.
 * Returns how many.
 */
size_t engine_event_hooks(const struct engine *engine, __u64 events, const char **names,
			  size_t most);

/* The events that must be noticed for a listener: those asked for, and what its filter takes. */
__u64 engine_needs(const struct engine *engine, const struct engine_slot *slot);

/*
 * What this kernel lacks, one thing at a time from `at` 0 on, as a line for the user: what is
 * missing, since when kernels have it, and what that costs. NULL behind the last. For an engine
 * that has loaded the programs of all events.
 */
const char *engine_missing_feature(const struct engine *engine, unsigned int at);

/* Room for the names of all hooks, with blanks between. */
#define ENGINE_HOOK_NAME  64
#define ENGINE_HOOKS_TEXT (128 * ENGINE_HOOK_NAME)

/*
 * Writes the names of the attached hooks that serve one of these events (a mask), as
 * "tp_btf/task_newtask", separated by blanks.
 */
void engine_hooks(const struct engine *engine, __u64 events, char *text, size_t size);

/* The version of libbpf that is linked in, as "v1.1". */
const char *engine_libbpf_version(void);

#endif

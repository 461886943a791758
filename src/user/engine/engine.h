/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine: loads the BPF object, attaches the hooks that listeners need, and gives each listener
 * a slot with a filter, a ring buffer and a control page. Only the files in this directory call
 * libbpf. The engine never handles an event itself.
 */
#ifndef USER_ENGINE_ENGINE_H
#define USER_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include <procsieve/event.h>
#include <procsieve/filter.h>

#include "bpf/shared/peer.h"
#include "bpf/shared/request_pid_ns.h"
#include "base/hook_mode.h"
#include "base/reason.h"

struct engine;

/* Limits for the size of a ring buffer, in bytes. It must be a power of two. */
#define ENGINE_RING_MIN	    4096
#define ENGINE_RING_DEFAULT (4u << 20)
#define ENGINE_RING_MAX	    (1u << 30)

/*
 * The processes whose events a listener may receive. A NULL pointer to it means those of all users.
 */
struct engine_owner {
	__u32 uid, gid;
	bool all;		      /* of all users; uid and gid are ignored */
	struct sieve_ns_view view;    /* namespaces that the listener is confined to; empty: all */
	struct request_pid_ns pid_ns; /* of the process ids in its request; empty: the engine's */
};

/*
 * The slot of a listener. engine_listen() passes the descriptors to its caller, which must close
 * them.
 */
struct engine_slot {
	unsigned int number;
	__u64 delivered_before; /* records delivered to earlier listeners in this slot */
	int ring_fd;		/* BPF_MAP_TYPE_RINGBUF */
	int control_fd;		/* an mmap-able map of one struct procsieve_control */
};

/*
 * Opens an engine for at most `listeners` listeners. Returns 0 and *engine, or the result of
 * reason_set().
 */
int engine_open(struct engine **engine, unsigned int listeners, enum hook_mode hook_mode,
		struct reason *why);

/*
 * Loads the programs that listeners for these events and sections (both masks) can need. Attaches
 * nothing. Optional: the first engine_listen() otherwise loads the programs for its own filter.
 * Returns 0, or the result of reason_set().
 */
int engine_load(struct engine *engine, __u64 events, __u32 sections, struct reason *why);

/*
 * Checks that this machine can have all CPUs that the filter names. Returns 0, or the result of
 * reason_set().
 */
int engine_check_cpus(const struct procsieve_filter *filter, struct reason *why);

/* Detaches and unloads everything. Maps that a reader has mapped stay readable. NULL is allowed. */
void engine_close(struct engine *engine);

/*
 * Starts a listener: makes a ring buffer of `ring_size` bytes, writes the filter, attaches hooks,
 * adds the processes of the pid filter, and enables the slot. Returns 0 and *slot; -ESRCH if a
 * process in filter->pids does not exist or is not the owner's; -EDQUOT if no slot is free;
 * otherwise the result of reason_set(). After an error only hooks may stay attached.
 */
int engine_listen(struct engine *engine, const struct procsieve_filter *filter, size_t ring_size,
		  const struct engine_owner *owner, struct engine_slot *slot, struct reason *why);

/*
 * Fills *peer with the namespaces of the process that connected to socket `fd`. The namespace
 * addresses in it are valid as long as the connection is open. The programs must be loaded. Only
 * one thread may call this at a time. Returns 0 or -errno.
 */
int engine_read_peer(struct engine *engine, int fd, struct peer *peer);

/*
 * Disables a listener and waits until no hook works for it. After that its ring and its lost counts
 * no longer change.
 */
void engine_stop(struct engine *engine, const struct engine_slot *slot);

/*
 * Counts, by event type, how often the kernel has skipped hooks that serve a listener's events
 * since the listener started. Each skip may be an event that is missing and not counted as lost.
 * The kernel does not run a program on a CPU where the same program has not returned yet, and it
 * may switch to another task while the program runs. It skips a classic program while another
 * classic program, or an update of a map by bpf(2), runs on the same CPU. A hook that serves
 * several types counts for the first of them that the listener requested.
 */
void engine_missed(const struct engine *engine, const struct engine_slot *slot,
		   __u64 missed[PROCSIEVE_EVENT_LIMIT]);

/*
 * Frees the slot of a stopped listener for reuse. The descriptors stay open. Hooks that only this
 * listener needed stay attached until engine_detach_unneeded().
 *
 * engine_listen(), engine_free() and engine_detach_unneeded() must not run concurrently. All other
 * functions that a server calls (engine_stop(), those that list hooks and counts, and those below)
 * may run concurrently with them in other threads.
 */
void engine_free(struct engine *engine, const struct engine_slot *slot);

/*
 * engine_has_unneeded_hooks() returns whether hooks are attached that no listener needs;
 * engine_detach_unneeded() detaches them. Detaching takes the kernel 10 to 100 ms.
 */
bool engine_has_unneeded_hooks(const struct engine *engine);
void engine_detach_unneeded(struct engine *engine);

/*
 * Returns the descriptor of the by_pid table: the processes in the listeners' pid filters. The
 * engine keeps the descriptor. The programs must be loaded.
 */
int engine_by_pid(const struct engine *engine);

/* The same for the by_cgroup table: the ids of the existing cgroups in the listeners' filters. */
int engine_by_cgroup(const struct engine *engine);

/*
 * Returns the id of a map, or 0 if it is not known. The kernel does not reuse the id while the
 * server runs.
 */
__u32 engine_map_id(int fd);

/* Calls `visit` with the id of each BPF map on the machine. Returns 0 or -errno. */
typedef void engine_map_function(void *context, __u32 id);
int engine_for_each_map(struct engine *engine, engine_map_function *visit, void *context);

/* Returns the number of records delivered to a listener. Records of type lost are not counted. */
__u64 engine_delivered(const struct engine *engine, const struct engine_slot *slot);

/*
 * The cost of an attached hook. The kernel counts runs and time only while the sysctl
 * kernel.bpf_stats_enabled is on.
 */
struct engine_hook_cost {
	const char *name;
	__u64 runs, time_ns;
	__u64 missed; /* how often the kernel skipped it; always counted */
};

/* Fills at most `most` elements. Returns the number filled. */
size_t engine_hook_costs(const struct engine *engine, struct engine_hook_cost *costs, size_t most);

/*
 * Fills at most `most` names of attached hooks that serve any of these events (a mask). Returns the
 * number filled.
 */
size_t engine_event_hooks(const struct engine *engine, __u64 events, const char **names,
			  size_t most);

/*
 * Returns the events (a mask) that must be hooked for a listener: those requested and those its
 * filter needs.
 */
__u64 engine_needs(const struct engine *engine, const struct engine_slot *slot);

/*
 * Returns a line for the user about the feature number `at` that this kernel lacks: what is
 * missing, since which version kernels have it, and the consequence. Count `at` up from 0; NULL
 * marks the end. The engine must have loaded the programs for all events.
 */
const char *engine_missing_feature(const struct engine *engine, unsigned int at);

/* Buffer size for the names of all hooks, separated by blanks. */
#define ENGINE_HOOK_NAME  64
#define ENGINE_HOOKS_TEXT (128 * ENGINE_HOOK_NAME)

/*
 * Writes the names of the attached hooks that serve any of these events (a mask), such as
 * "tp_btf/task_newtask", separated by blanks.
 */
void engine_hooks(const struct engine *engine, __u64 events, char *text, size_t size);

/* Returns the version of the linked libbpf, such as "v1.1". */
const char *engine_libbpf_version(void);

#endif

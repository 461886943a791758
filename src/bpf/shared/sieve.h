/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sieve decides which listeners want an event. Each listener has one bit. Shared by both sides
 * of the engine: src/user/engine/sieve_compile.c translates a filter into it, src/bpf/core/match.h
 * evaluates it.
 *
 * Each dimension of a filter maps a fact of the event to the set of listeners that accept it. The
 * result is the AND of all dimensions. A listener that does not use a dimension has its bit in that
 * dimension's `unused` set. So a dimension that no listener uses costs one load, and the cost of an
 * event that no listener wants does not grow with the number of listeners.
 */
#ifndef BPF_SHARED_SIEVE_H
#define BPF_SHARED_SIEVE_H

#include <linux/types.h>

#include <procsieve/event.h>
#include <procsieve/filter.h>
#include <procsieve/section.h>

/*
 * The dimensions. X(ENUMERATOR, map, key type, text). `map` is the table of that dimension, from a
 * fact to a set of listeners. HACKING.md shows what else a new dimension needs. Exit statuses have
 * few values, so their table is inside struct sieve.
 */
#define SIEVE_DIMENSIONS(X)                                                                     \
	X(PID, by_pid, __u32, "process")                                                        \
	X(UID, by_uid, __u32, "real uid")                                                       \
	X(EUID, by_euid, __u32, "effective uid")                                                \
	X(GID, by_gid, __u32, "real gid")                                                       \
	X(AUID, by_auid, __u64, "audit login uid, or PROCSIEVE_AUID_SET")                       \
	X(CGROUP, by_cgroup, __u64, "cgroup v2 and those above it")                             \
	X(CPU, by_cpu, __u32, "CPU")                                                            \
	X(COMM, by_comm, struct sieve_comm, "name of the process after the event")              \
	X(THREAD_COMM, by_thread_comm, struct sieve_comm, "name of the thread after the event") \
	X(OWNER, by_owner, __u64, "user and group that own all of it")

/*
 * Tables that select the contents of records, not the events: which listeners want this value in
 * their records.
 */
#define SIEVE_CHOICES(X) X(ENV, by_env, struct sieve_env, "variable of the environment")

/*
 * Tables that new cgroups are compared with: which listeners want the cgroups with such a path in
 * by_cgroup.
 */
#define SIEVE_CGROUP_NAMES(X)                                   \
	X(PATH, by_path, struct sieve_path, "path of a cgroup") \
	X(GLOB, by_glob, struct sieve_path, "pattern of paths of cgroups")

/* Only the dimensions have an `unused` set. */
enum sieve_table {
#define X(NAME, map, key, text) SIEVE_##NAME,
	SIEVE_DIMENSIONS(X)
#undef X
		SIEVE_DIMENSION_COUNT,
	SIEVE_DIMENSION_LAST = SIEVE_DIMENSION_COUNT - 1,
#define X(NAME, map, key, text) SIEVE_##NAME,
	SIEVE_CHOICES(X) SIEVE_CGROUP_NAMES(X)
#undef X
		SIEVE_TABLE_COUNT
};

struct sieve_comm {
	char name[16];
};

struct sieve_env {
	char name[PROCSIEVE_ENV_NAME_SIZE];
};

/*
 * Id of the root of the cgroup hierarchy: the kernel numbers the nodes of a pseudo file system from
 * 1.
 */
#define SIEVE_ROOT_CGROUP 1

/* A '*' of a pattern takes one byte more than in a filter: see struct sieve_path. */
#define SIEVE_PATH_SIZE (PROCSIEVE_CGROUP_PATH_SIZE + PROCSIEVE_CGROUP_PATH_DEPTH)

/*
 * Cgroups by their path: key of by_path and by_glob. The path begins at the cgroup `below` and is
 * empty for that cgroup itself. In a pattern each '*' is followed by a byte with the length of the
 * rest of its component, plus 1. So the kernel compares what is before the '*' and what is after
 * it, and does not search.
 */
struct sieve_path {
	__u64 below;
	__u32 depth; /* number of components of a pattern; 0 in by_path */
	__u32 padding;
	char text[SIEVE_PATH_SIZE]; /* padded with zeros */
};

/* Key of by_owner. */
static inline __u64 sieve_owner(__u32 uid, __u32 gid)
{
	return (__u64)gid << 32 | uid;
}

/*
 * The part of the namespaces that a listener may see: processes of its user in its own user
 * namespace and in those below it, and processes that have a process id in its pid namespace.
 * Namespaces are given by address; the listener's connection keeps them valid.
 */
struct sieve_ns_view {
	__u64 user_ns; /* 0: all namespaces, and processes of all users */
	__u64 pid_ns;  /* 0: all */
	/* of the listener in user_ns; in the initial user namespace none counts */
	__u64 capabilities;
	__u32 user_level, pid_level;
	__u32 uid;
	__u32 cgroup_level; /* number of cgroups above `cgroup` */
	/*
	 * Id of the root of the listener's cgroup namespace; 0: not known. Only cgroups below it
	 * count as named.
	 */
	__u64 cgroup;
};

/* Index into by_status: an exit code, or, after the codes, a signal. */
#define SIEVE_STATUS_SIGNAL 256
#define SIEVE_STATUS_COUNT  (SIEVE_STATUS_SIGNAL + 128)

static inline __u32 sieve_status_index(__u32 status)
{
	__u32 signal = status & 0x7f;

	return signal ? SIEVE_STATUS_SIGNAL + signal : status >> 8 & 0xff;
}

/*
 * The state that every event reads, on one page, most used first. Written by user space, a
 * listener's bits only while its bit in `active` is off. Exception: the kernel writes `lossy`.
 */
struct sieve {
	/* listeners that are on: one store switches a listener */
	__u64 active;
	/* have lost events since their last lost record; written by the kernel */
	__u64 lossy;
	/* are matched: use at least one dimension, or may not see everything */
	__u64 has_filter;
	__u64 sections; /* want at least one section */
	__u64 args;	/* want argv */
	__u64 follow;	/* pid filters: children inherit */
	/* may see only a part of the namespaces: struct sieve_ns_view */
	__u64 confined;
	__u64 unused[SIEVE_DIMENSION_COUNT]; /* do not use that dimension, so accept any value */
	/* [type][of a thread]: one cache line for both */
	__u64 by_event[PROCSIEVE_EVENT_COUNT][2];
	__u64 with[PROCSIEVE_SECTION_LIMIT]; /* want this section */
	__u64 by_core;			     /* accept every exit that dumped core */
	__u64 by_status[SIEVE_STATUS_COUNT];

	/* Read when a cgroup is made. Changed atomically: engine_stop() may run in any thread. */
	__u64 names_cgroups; /* has keys in by_path or by_glob */
	__u64 has_globs;     /* has keys in by_glob */
};

#endif

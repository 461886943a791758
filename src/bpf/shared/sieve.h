/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sieve: which listeners want this event? One bit a listener. Shared by both sides of the
 * engine: src/user/engine/sieve_compile.c translates a filter into it, src/bpf/core/match.h asks
 * it.
 *
 * Every dimension of a filter maps a fact of the event to the set of the listeners that accept it;
 * the answer is the AND of all. A listener that does not use a dimension has its bit in that
 * dimension's `any` set, so that a dimension that nobody uses costs one load, and the cost of an
 * event that nobody wants does not grow with the number of listeners.
 */
#ifndef BPF_SHARED_SIEVE_H
#define BPF_SHARED_SIEVE_H

#include <linux/types.h>

#include <procsieve/event.h>
#include <procsieve/section.h>

/*
 * The dimensions. X(ENUMERATOR, map, key type, text). `map` is the table of that dimension, from a
 * fact to a set of listeners; a new dimension is one row, one map in src/bpf/core/sieve_maps.h, one
 * lookup in src/bpf/core/match.h and one line in src/user/engine/sieve_compile.c. Exit statuses
 * have few values: their table is inside struct sieve.
 */
#define SIEVE_DIMENSIONS(X)                                         \
	X(PID, by_pid, __u32, "process")                            \
	X(UID, by_uid, __u32, "real uid")                           \
	X(GID, by_gid, __u32, "real gid")                           \
	X(CGROUP, by_cgroup, __u64, "cgroup v2 and those above it") \
	X(CPU, by_cpu, __u32, "CPU")                                \
	X(COMM, by_comm, struct sieve_comm, "name after the event") \
	X(OWNER, by_owner, __u64, "user and group that all of it belongs to")

/* Tables that no event is matched against: which listeners want this in their records? */
#define SIEVE_CHOICES(X) X(ENV, by_env, struct sieve_env, "variable of the environment")

/* The dimensions have an `any` set as well. */
enum sieve_table {
#define X(NAME, map, key, text) SIEVE_##NAME,
	SIEVE_DIMENSIONS(X)
#undef X
		SIEVE_DIMENSION_COUNT,
	SIEVE_DIMENSION_LAST = SIEVE_DIMENSION_COUNT - 1,
#define X(NAME, map, key, text) SIEVE_##NAME,
	SIEVE_CHOICES(X)
#undef X
		SIEVE_TABLE_COUNT
};

struct sieve_comm {
	char name[16];
};

struct sieve_env {
	char name[PROCSIEVE_ENV_NAME_SIZE];
};

/* Key of by_owner. */
static inline __u64 sieve_owner(__u32 uid, __u32 gid)
{
	return (__u64)gid << 32 | uid;
}

/*
 * What a listener sees of the namespaces: that of its own user namespace and those below it, where
 * they are its user's; and what has a process id in its own pid namespace. Namespaces by address,
 * which the listener's connection keeps valid.
 */
struct sieve_space {
	__u64 user_ns;	    /* 0: all, and of all users */
	__u64 pid_ns;	    /* 0: all */
	__u64 capabilities; /* that it has in user_ns; in the initial one none counts */
	__u32 user_level, pid_level;
	__u32 uid;
	__u32 padding;
};

/* Index into by_status: an exit code, or a signal behind the codes. */
#define SIEVE_STATUS_SIGNAL 256
#define SIEVE_STATUS_COUNT  (SIEVE_STATUS_SIGNAL + 128)

static inline __u32 sieve_status_index(__u32 status)
{
	__u32 signal = status & 0x7f;

	return signal ? SIEVE_STATUS_SIGNAL + signal : status >> 8 & 0xff;
}

/*
 * What every event reads, on one page, most used first. Written by user space (a listener's bits
 * while its bit in `active` is off) but for `lossy`.
 */
struct sieve {
	__u64 active;			  /* the switch: one store puts a listener on or off */
	__u64 lossy;			  /* has lost events since its last lost record; kernel's */
	__u64 narrow;			  /* uses one of the dimensions */
	__u64 sections;			  /* wants a section or more */
	__u64 args;			  /* wants argv */
	__u64 follow;			  /* pids: children inherit */
	__u64 confined;			  /* sees a part of the namespaces: struct sieve_space */
	__u64 any[SIEVE_DIMENSION_COUNT]; /* does not use that dimension */
	__u64 by_event[PROCSIEVE_EVENT_COUNT][2]; /* [type][of a thread]: one cache line for both */
	__u64 with[PROCSIEVE_SECTION_LIMIT];	  /* wants this section */
	__u64 by_core;				  /* takes any exit that dumped core */
	__u64 by_status[SIEVE_STATUS_COUNT];
};

#endif

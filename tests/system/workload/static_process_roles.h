/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The roles of the static processes. Used by static_processes.c, which starts them. */
#ifndef TESTS_SYSTEM_WORKLOAD_STATIC_PROCESS_ROLES_H
#define TESTS_SYSTEM_WORKLOAD_STATIC_PROCESS_ROLES_H

#include <stddef.h>
#include <sys/types.h>

/* A role, and the states of its processes at rest, as letters of /proc/PID/stat. */
struct role {
	const char *name;
	/* Runs in the child; does not return. `number` counts the instances of the role. */
	void (*act)(unsigned int number);
	unsigned int count;	  /* instances; 0: as many sleepers as the test wants */
	const char *states;	  /* of each process of an instance */
	unsigned int ready_count; /* how many of these call role_ready() */
	int seized;		  /* the test traces it (PTRACE_SEIZE) and lets it sleep */
	int scheduled;		  /* role_set_policy() is called for it, once it is at rest */
};

extern const struct role roles[];
extern const size_t role_count;

/*
 * Where they work: a directory, and a cgroup that contains "a b" and "a b/c". Empty if there is
 * none.
 */
extern char role_directory[64];
extern char role_cgroup[64];

/* A pipe: a process writes one byte when it is ready. */
extern int role_ready_fd;

/* The comm of processes that run and are never at rest. */
#define ROLE_RUNNING "always running"
/* The comm of processes with exited threads, whose context switches /proc does not count. */
#define ROLE_DEAD_THREADS "dead threads"

/* Ends the process, and makes the test fail. */
_Noreturn void role_fail(const char *what);

/*
 * Changes policy and priority. Called from outside, because on a busy machine the process might not
 * get the CPU to do it itself.
 */
void role_set_policy(pid_t pid, unsigned int number);

/* fork(2), repeated while all process IDs are temporarily in use. */
pid_t fork_retry(void);

/* The last call before a process sleeps, stops, ends... */
void role_ready(void);
_Noreturn void role_sleep_forever(void);

#endif

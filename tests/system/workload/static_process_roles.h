/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each member of the crowd is; for crowd.c, which makes them. */
#ifndef TESTS_SYSTEM_WORKLOAD_STATIC_PROCESS_ROLES_H
#define TESTS_SYSTEM_WORKLOAD_STATIC_PROCESS_ROLES_H

#include <stddef.h>
#include <sys/types.h>

/* How a member is when it is at rest, as the letters of /proc/PID/stat. */
struct role {
	const char *name;
	/* In the child; does not return. `number` counts the members of the role. */
	void (*act)(unsigned int number);
	unsigned int count; /* members; 0: as many sleepers as the test wants */
	const char *states; /* of the processes that each member is */
	unsigned int says;  /* how many of these call member_is_ready() */
	int seized;	    /* the test traces it, and lets it sleep */
	int scheduled;	    /* member_schedule() is called for it, once it rests */
};

extern const struct role roles[];
extern const size_t role_count;

/*
 * Where members work: a directory, and a cgroup below which there are "a b" and "a b/c". Empty:
 * there are none.
 */
extern char member_directory[64];
extern char member_cgroup[64];

/* Where to say that one is ready: a byte each. */
extern int member_says;

/* Those that run, and are never at rest, have this name. */
#define MEMBER_RUNNING "crowd running"
/* Those whose threads have gone, so that /proc does not tell all of their context switches. */
#define MEMBER_MOURNS "crowd mourns"

/* Ends the member, and with it the test. */
_Noreturn void member_fails(const char *what);

/*
 * Gives it another policy and priority: from outside, since on a busy machine it would not get
 * there by itself.
 */
void member_schedule(pid_t pid, unsigned int number);

/* fork(2), once more where others have taken all the ids there are for a moment. */
pid_t patient_fork(void);

/* The last thing that it does before it rests, stops, ends... */
void member_is_ready(void);
_Noreturn void member_rests(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hunt for events that a user must not see. Actors change their credentials quickly, and after
 * every change ask viewers (hidepid_view.h: /proc with hidepid=2) which of them see the actor now.
 * Receivers, which are listeners and snapshots of the viewers' users in the viewers' namespaces,
 * note what they receive. In the end, each record must be about a process that its viewer saw at
 * that time, and no receiver may have a byte that a process of another user marked as its secret.
 */
#ifndef TESTS_HUNT_HUNT_H
#define TESTS_HUNT_HUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "oracle/hidepid_view.h"

#define VIEWERS	  4
#define ACTORS	  6
#define STATES	  (1u << 20)
#define RECEIPTS  (1u << 20) /* of each receiver */
#define RECEIVERS (2 * VIEWERS)

/* The two users. No other process has their IDs. */
#define USERS 2

/*
 * The beginning of a text that only its own user may read; followed by a letter: the user's, or R
 * for root.
 */
#define SECRET "HUNTED-"

/*
 * A state of a process. From changing_ns, before the first system call of a change, to settled_ns,
 * after the viewers' answers, the process may be in this state or in the previous one.
 */
struct state {
	uint64_t changing_ns, settled_ns; /* CLOCK_BOOTTIME */
	uint32_t pid;
	uint8_t seen;	    /* by which viewers, one bit each */
	uint8_t unchanging; /* a child that does not change before it exits */
};

/* A record that a receiver got: about which process, and when. */
struct receipt {
	uint64_t from_ns, to_ns;
	uint32_t pid;
	uint8_t type, flags;
};

struct receiver {
	uint32_t receipt_count; /* atomic, like the others */
	uint32_t snapshots;
	uint64_t lost, lost_exits;
	uint32_t secrets; /* records with bytes that do not belong to its user */
	char secret[64];  /* the first of these, with the bytes around it */
	struct receipt receipts[RECEIPTS];
};

struct hunt {
	uint64_t seed;
	uid_t users[USERS];
	char directory[64]; /* with programs; all users may enter it */
	char socket[80];
	uint32_t ended, states;
	struct viewer viewers[VIEWERS]; /* for programs that are executed */
	struct state log[STATES];
	struct receiver receivers[RECEIVERS];
};

/* All of it: shared memory, inherited at this descriptor. */
#define HUNT_FD 100
extern struct hunt *hunt;

/* Where they are mapped in this process. */
extern struct viewer viewers[VIEWERS];

uint64_t hunt_now(void);

/* The next number below `limit` of this process's own sequence. */
unsigned int hunt_random(unsigned int limit);
void hunt_random_seed(uint64_t seed);

/*
 * Records the state of the calling process since `changing_ns`, with the viewers that see it now.
 * Returns these viewers.
 */
uint8_t hunt_settle(unsigned int requester, uint64_t changing_ns, bool unchanging);

/* Runs one actor after the other in this slot, until the hunt has ended. */
_Noreturn void actors_run(unsigned int slot);

/* main() of an actor that has executed a program. */
int actor_go_on(char **argv);

/* Listens, or makes snapshots, as the viewer's user in its namespaces, until the hunt has ended. */
_Noreturn void receiver_listen(unsigned int viewer);
_Noreturn void receiver_take_snapshots(unsigned int viewer);

/* Compares what the receivers got with what the viewers saw. Prints and counts the faults. */
unsigned int compare(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hunt for events that a user must not see. Actors change who they are at speed, and ask viewers
 * (viewer.h: /proc with hidepid=2) after every single change who sees them now; ears, listeners and
 * snapshots of the viewers' users in the viewers' namespaces, note what they get. In the end each
 * record must be of a process that its viewer saw at that time, and no ear may ever have got a byte
 * that a process of another user marked as its secret.
 */
#ifndef TESTS_HUNT_HUNT_H
#define TESTS_HUNT_HUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "oracle/hidepid_view.h"

#define VIEWERS 4
#define ACTORS	6
#define STATES	(1u << 20)
#define SOUNDS	(1u << 20) /* of each ear */
#define EARS	(2 * VIEWERS)

/* The two users. Nobody else has their ids. */
#define USERS 2

/* Begins what none but its own user may read; a letter follows: of the user, or R for root. */
#define SECRET "HUNTED-"

/*
 * From the first system call of a change to the answers after it a process may be what it was, or
 * this.
 */
struct state {
	uint64_t changing_ns, settled_ns; /* CLOCK_BOOTTIME */
	uint32_t pid;
	uint8_t seen; /* by which viewers: a bit each */
	uint8_t only; /* a child that stays as it is and ends */
};

/* What an ear got: of which process, when. */
struct sound {
	uint64_t from_ns, to_ns;
	uint32_t pid;
	uint8_t type, flags;
};

struct ear {
	uint32_t sounds; /* atomic, as the others */
	uint32_t snapshots;
	uint64_t lost, lost_exits;
	uint32_t secrets; /* records with bytes that are not its user's */
	char secret[64];  /* the first of these, with what surrounds it */
	struct sound heard[SOUNDS];
};

struct hunt {
	uint64_t seed;
	uid_t users[USERS];
	char directory[64]; /* with programs; everybody may enter it */
	char socket[80];
	uint32_t ended, states;
	struct viewer viewers[VIEWERS]; /* for programs that are executed */
	struct state log[STATES];
	struct ear ears[EARS];
};

/* The whole of it: shared memory, inherited at this descriptor. */
#define HUNT_FD 100
extern struct hunt *hunt;

/* Mapped where this process has them. */
extern struct viewer viewers[VIEWERS];

uint64_t hunt_now(void);

/* The next number below `limit` of this process' own sequence. */
unsigned int hunt_random(unsigned int limit);
void hunt_random_seed(uint64_t seed);

/*
 * Notes what the calling process is since `changing_ns`, as the viewers see it now. Returns which
 * do.
 */
uint8_t hunt_settle(unsigned int asker, uint64_t changing_ns, bool only);

/* One actor after the other at this place, until the hunt has ended. */
_Noreturn void actors_run(unsigned int place);

/* main() of an actor that has executed a program in the midst of its life. */
int actor_go_on(char **argv);

/* Listens, or makes snapshots, as the viewer's user in its namespaces until the hunt has ended. */
_Noreturn void ear_listen(unsigned int viewer);
_Noreturn void ear_look(unsigned int viewer);

/* What is wrong with what was heard, printed. Returns how many faults. */
unsigned int judge(void);

#endif

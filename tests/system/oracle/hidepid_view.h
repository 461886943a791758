/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users, in namespaces or not, and the oracle of what they may see: /proc, mounted with hidepid=2
 * in their namespaces. A viewer is a process of that user that looks there whenever it is asked, by
 * the process that is looked for.
 */
#ifndef TESTS_SYSTEM_ORACLE_HIDEPID_VIEW_H
#define TESTS_SYSTEM_ORACLE_HIDEPID_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Who, and where: flags of unshare(2), CLONE_NEWUSER and CLONE_NEWPID. In a user namespace of its
 * own the user is its root.
 */
struct viewer_place {
	uid_t uid;
	gid_t gid;
	int namespaces;
};

/*
 * Becomes that user there; all of this process but where CLONE_NEWPID is wanted, whose place a
 * child takes. _exit(99)s.
 */
void viewer_enter(const struct viewer_place *place);

struct viewer {
	struct viewer_place place;
	pid_t pid;
	int requests;	   /* to be asked at */
	int shared;	   /* the memory of the answers */
	uint32_t *answers; /* shared memory, VIEWER_ASKERS of them */
};

/* Processes that can ask at a time, each at a number of its own. */
#define VIEWER_ASKERS 256

/* Returns false where the user's namespaces cannot be made, or nothing can be mounted there. */
bool viewer_start(struct viewer *viewer, const struct viewer_place *place);

/*
 * Becomes the same user in the viewer's own namespaces, with all capabilities there. Called by
 * root; as a tool_prepare.
 */
void viewer_join(const void *viewer);

/*
 * The same without ending the process where it cannot be, and with the children alone in the pid
 * namespace.
 */
bool viewer_enter_user_ns(const struct viewer *viewer);

/* Is the process that calls this to be seen by the viewer? */
bool viewer_sees_me(const struct viewer *viewer, unsigned int asker);

/* Makes it usable again in a program that was executed with its descriptors. */
void viewer_map(struct viewer *viewer);

void viewer_end(struct viewer *viewer);

#endif

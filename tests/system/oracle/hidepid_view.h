/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users, inside or outside namespaces, and an oracle for what they may see: /proc, mounted with
 * hidepid=2 in their namespaces. A viewer is a process of such a user. A process asks it, and the
 * viewer looks up whether that process is visible.
 */
#ifndef TESTS_SYSTEM_ORACLE_HIDEPID_VIEW_H
#define TESTS_SYSTEM_ORACLE_HIDEPID_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The user and its namespaces: flags of unshare(2), CLONE_NEWUSER and CLONE_NEWPID. In a user
 * namespace of its own the user is root.
 */
struct viewer_identity {
	uid_t uid;
	gid_t gid;
	int namespaces;
};

/*
 * Makes the calling process this user in these namespaces. With CLONE_NEWPID a child continues in
 * its place. Calls _exit(99) on errors.
 */
void viewer_enter(const struct viewer_identity *identity);

struct viewer {
	struct viewer_identity identity;
	pid_t pid;
	int requests;	   /* socket for requests */
	int shared;	   /* descriptor of the shared memory */
	uint32_t *answers; /* shared memory, VIEWER_REQUESTERS entries */
};

/* Number of processes that can send a request at the same time, each with its own number. */
#define VIEWER_REQUESTERS 256

/* Returns false if the namespaces cannot be made, or /proc cannot be mounted in them. */
bool viewer_start(struct viewer *viewer, const struct viewer_identity *identity);

/*
 * Makes the calling process the same user in the viewer's namespaces, with all capabilities there.
 * Must be called by root. It is a tool_prepare.
 */
void viewer_join(const void *viewer);

/* Like viewer_join(), but returns false on errors, and only children enter the PID namespace. */
bool viewer_enter_user_ns(const struct viewer *viewer);

/* Returns whether the viewer can see the calling process. */
bool viewer_sees_me(const struct viewer *viewer, unsigned int requester);

/* Maps the shared memory again in a program that was executed with the viewer's descriptors. */
void viewer_map(struct viewer *viewer);

void viewer_end(struct viewer *viewer);

#endif

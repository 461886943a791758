/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps numbers to names and names to numbers: events, signals, users, groups. Users and groups are
 * read directly from /etc/passwd and /etc/group, because a static program cannot load name service
 * modules.
 */
#ifndef USER_BASE_NAMES_H
#define USER_BASE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include <procsieve/event.h>

#include "base/nearest.h"

/*
 * Returns the name of an event type ("exec") or of a snapshot record type ("process", "mapping",
 * "fd"), or NULL if the type is unknown.
 */
const char *event_name(unsigned int type);

/* Returns the event type with that name, or -1. */
int event_find(const char *name);

/*
 * Returns "SIGSEGV", "SIGRTMIN+3" and so on, or NULL if the number is not a signal (1 to 64).
 * SIGRTMIN is 34, as in the C library, shells and systemd. The two numbers below it are SIG32 and
 * SIG33.
 */
const char *signal_name(unsigned int number);

/* Returns the signal number of "SIGSEGV" or "SEGV", in upper or lower case, or -1. */
int signal_find(const char *name);

/*
 * Returns the name of a scheduling policy, as chrt(1) prints it without the prefix "SCHED_"
 * ("OTHER", "FIFO"...), or "?" if the policy is unknown.
 */
const char *policy_name(uint32_t policy);

/*
 * Returns the permissions of a mapping (PROCSIEVE_MAP_*) in the format of /proc/PID/maps: "r-xp".
 */
const char *perms_name(uint32_t flags);

/* Looks up a name in /etc/passwd or /etc/group. Returns false if it is not there. */
bool user_find(const char *name, uint32_t *uid);
bool group_find(const char *name, uint32_t *gid);

/* Compare the names of all signals, or those in a file, with a word that is none of them. */
void signal_suggest(struct nearest *nearest);
void user_suggest(struct nearest *nearest);
void group_suggest(struct nearest *nearest);

/*
 * Returns the name of a uid or gid, or the number as text if it has no name. Reads /etc/passwd or
 * /etc/group at the first call, and again when an id is not found and the file has changed. The
 * string is valid until the next call of the same function. Only one thread may call these.
 */
const char *user_name(uint32_t uid);
const char *group_name(uint32_t gid);

#endif

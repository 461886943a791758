/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names for numbers and numbers for names: events, signals, users, groups. Users and groups come
 * straight from /etc/passwd and /etc/group, since a static program cannot load name service
 * modules.
 */
#ifndef USER_BASE_NAMES_H
#define USER_BASE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include <procsieve/event.h>

/* "exec"; also "process", "mapping", "fd" of snapshots. NULL for what is neither. */
const char *event_name(unsigned int type);

/* The type of that name, or -1. */
int event_find(const char *name);

/*
 * "SIGSEGV", "SIGRTMIN+3", or NULL for a number that is no signal (1 to 64 are). SIGRTMIN is 34, as
 * for the C library, shells and systemd; the two below it are SIG32 and SIG33.
 */
const char *signal_name(unsigned int number);

/* The number for "SIGSEGV" or "SEGV", or -1. */
int signal_find(const char *name);

/*
 * "OTHER", "FIFO"... for a scheduling policy, as chrt(1) has them without their "SCHED_"; "?" for
 * one that is not known.
 */
const char *policy_name(uint32_t policy);

/* "r-xp" for PROCSIEVE_MAP_*: what may be done with a mapping, as /proc/PID/maps has it. */
const char *perms_name(uint32_t flags);

/* Reads /etc/passwd (/etc/group) for a name. Returns false where there is none. */
bool user_find(const char *name, uint32_t *uid);
bool group_find(const char *name, uint32_t *gid);

/*
 * The name of a uid, or the number as text where it has none. /etc/passwd is read at the first
 * call, and again where it has changed and a uid is not among those read. The string is valid until
 * the next call. For one thread.
 */
const char *user_name(uint32_t uid);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads from tracefs the ids of tracepoints, which perf_event_open(2) needs. */
#ifndef USER_ENGINE_TRACEFS_H
#define USER_ENGINE_TRACEFS_H

/*
 * Opens tracefs where it is mounted and readable. Otherwise mounts an instance of its own, which is
 * attached to no directory and disappears with the descriptor; that needs CAP_SYS_ADMIN. Returns a
 * descriptor that the caller must close, or -errno.
 */
int tracefs_open(void);

/* Returns the id of a tracepoint such as "sched/sched_process_exit", or -errno. */
int tracefs_id(int tracefs, const char *name);

#endif

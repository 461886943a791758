/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers that the kernel gives its tracepoints, as perf_event_open(2) wants them; tracefs
 * tells them.
 */
#ifndef USER_ENGINE_TRACEFS_H
#define USER_ENGINE_TRACEFS_H

/*
 * Opens tracefs: where it is mounted for this process to read, else one of its own, which is in no
 * directory and goes with the descriptor (that takes CAP_SYS_ADMIN). Returns a descriptor for the
 * caller to close, or -errno.
 */
int tracefs_open(void);

/* The number of a tracepoint, as "sched/sched_process_exit". Returns -errno where there is none. */
int tracefs_id(int tracefs, const char *name);

#endif

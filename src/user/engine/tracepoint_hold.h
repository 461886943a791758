/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kprobe.multi for tracepoints. Where raw programs may be preempted and classic ones are refused
 * (perf_event_open(2) may need CAP_SYS_ADMIN), this needs no more than raw ones do.
 *
 * If several programs are attached to a tracepoint, the kernel calls them from a function that is
 * named after the tracepoint. Two programs that do nothing make it do so, and kprobe.multi hooks
 * the function, with preemption off.
 */
#ifndef USER_ENGINE_TRACEPOINT_HOLD_H
#define USER_ENGINE_TRACEPOINT_HOLD_H

#define TRACEPOINT_PREFIX  "__traceiter_"
#define TRACEPOINT_HOLDERS 2

/*
 * Returns the name of the tracepoint that this function calls the programs of, or NULL if it is no
 * such function.
 */
const char *tracepoint_of_function(const char *function);

/*
 * Makes the kernel call that function for this tracepoint, until the descriptors in `holders` are
 * closed. `program` is a loaded raw tracepoint program that does nothing. Returns 0 or -errno; then
 * no descriptor is open.
 */
int tracepoint_hold(const char *tracepoint, int program, int holders[TRACEPOINT_HOLDERS]);
void tracepoint_release(const int holders[TRACEPOINT_HOLDERS]);

#endif

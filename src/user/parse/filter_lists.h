/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the words of a command line to values: lists of events, statuses, users, CPUs... Each
 * function takes the option's name for its message, returns 0, or -EINVAL with *why filled (status
 * 2: what was wrong, what is allowed), and leaves its result alone in that case. Lists are
 * separated by commas, without blanks; an empty item is an error. A list given twice adds to what
 * is there.
 */
#ifndef USER_PARSE_FILTER_LISTS_H
#define USER_PARSE_FILTER_LISTS_H

#include <stdint.h>

#include <procsieve/filter.h>
#include <procsieve/snapshot.h>

#include "base/hook_mode.h"
#include "base/reason.h"

/*
 * "fork,exit", "all", "-comm" (takes one out; in first place: out of the default). The result is
 * never empty.
 */
int parse_events(const char *option, const char *text, __u64 *mask, struct reason *why);

/* "1,2,126-127,SIGSEGV,signal,core" */
int parse_statuses(const char *option, const char *text, struct procsieve_statuses *statuses,
		   struct reason *why);

/* PID_MAX_LIMIT of the kernel. */
#define PARSE_PID_MAX 4194304

/* Process ids, 1 to PARSE_PID_MAX. */
int parse_pids(const char *option, const char *text, struct procsieve_list *list,
	       struct reason *why);

/* Names or numbers; names from /etc/passwd and /etc/group. */
int parse_users(const char *option, const char *text, struct procsieve_list *list,
		struct reason *why);
int parse_groups(const char *option, const char *text, struct procsieve_list *list,
		 struct reason *why);

/* "0-3,7", each below `cpus`, the number that the machine can have. */
int parse_cpus(const char *option, const char *text, unsigned int cpus, struct procsieve_list *list,
	       struct reason *why);

/* Process names of 1 to 15 bytes. */
int parse_comms(const char *option, const char *text, struct procsieve_filter *filter,
		struct reason *why);

/* Words of context.h that can be asked of `of` (WITH_OF_*), as a mask. */
int parse_with(const char *option, const char *text, unsigned int of, uint32_t *words,
	       struct reason *why);

/* Letters of states, "R,D,Z", as a mask of PROCSIEVE_STATES. */
int parse_states(const char *option, const char *text, uint32_t *states, struct reason *why);

/* Names of environment variables, of 1 to 63 bytes. */
int parse_envs(const char *option, const char *text, struct procsieve_filter *filter,
	       struct reason *why);

/*
 * A cgroup v2 directory, absolute or below the mount point of the hierarchy. One path, not a list.
 */
int parse_cgroup(const char *option, const char *text, struct procsieve_list *list,
		 struct reason *why);

/* A decimal number from `least` to `most`. */
int parse_number(const char *option, const char *text, uint64_t least, uint64_t most,
		 uint64_t *value, struct reason *why);

/*
 * Seconds or milliseconds with a decimal fraction, as nanoseconds; `unit_ns` is 1000000000 or
 * 1000000.
 */
int parse_time(const char *option, const char *text, uint64_t unit_ns, uint64_t least_ns,
	       uint64_t most_ns, uint64_t *value_ns, struct reason *why);

/* Bytes: a number with K, M or G behind it or not; a power of two from `least` to `most`. */
int parse_size(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value,
	       struct reason *why);

/* "auto", "tracepoint", "fentry" */
int parse_hook_mode(const char *option, const char *text, enum hook_mode *way, struct reason *why);

/* Frees what the parsers above have put into a filter. */
void filter_clear(struct procsieve_filter *filter);

#endif

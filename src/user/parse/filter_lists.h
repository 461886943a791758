/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Converts command-line arguments to values: lists of events, statuses, users, CPUs... Each
 * function takes the option's name for its message. It returns 0; or -EINVAL with *why filled (exit
 * status 2: what was wrong and what is allowed), and the result is unchanged; or -EIO if memory is
 * short. List items are separated by commas without spaces; an empty item is an error; a backslash
 * makes the next byte a part of the item. A list that is given twice adds to the first.
 */
#ifndef USER_PARSE_FILTER_LISTS_H
#define USER_PARSE_FILTER_LISTS_H

#include <stdbool.h>
#include <stdint.h>

#include <procsieve/filter.h>
#include <procsieve/snapshot.h>

#include "base/hook_mode.h"
#include "base/reason.h"

/* The events that are selected if no option selects any: `default` in the table of event.h. */
extern const uint64_t parse_default_events;

/*
 * Parses "fork,exit", "all", "-comm". A "-" removes an event from those before it; in the first
 * item it removes it from the default. The result is never empty.
 */
int parse_events(const char *option, const char *text, __u64 *mask, struct reason *why);

/* Parses "1,2,126-127,SIGSEGV,signal,core". */
int parse_statuses(const char *option, const char *text, struct procsieve_statuses *statuses,
		   struct reason *why);

/* PID_MAX_LIMIT of the kernel. */
#define PARSE_PID_MAX 4194304

/* Parses process ids, 1 to PARSE_PID_MAX. */
int parse_pids(const char *option, const char *text, struct procsieve_list *list,
	       struct reason *why);

/* Parse names or numbers. Names are looked up in /etc/passwd and /etc/group. */
int parse_users(const char *option, const char *text, struct procsieve_list *list,
		struct reason *why);
int parse_groups(const char *option, const char *text, struct procsieve_list *list,
		 struct reason *why);

/* Parses "0-3,7". Each number must be less than `cpus`, the number of possible CPUs. */
int parse_cpus(const char *option, const char *text, unsigned int cpus, struct procsieve_list *list,
	       struct reason *why);

/* Parses user names or numbers, "set" and "unset" into a list of audit login uids. */
int parse_auids(const char *option, const char *text, struct procsieve_list *list,
		struct reason *why);

/* Parse names of processes or threads, of 1 to 15 bytes, into filter->comms or thread_comms. */
int parse_comms(const char *option, const char *text, struct procsieve_filter *filter,
		struct reason *why);
int parse_thread_comms(const char *option, const char *text, struct procsieve_filter *filter,
		       struct reason *why);

/* Parses words of base/with_words.h that apply to `of` (WITH_OF_*) into a mask. */
int parse_with(const char *option, const char *text, unsigned int of, uint32_t *words,
	       struct reason *why);

/*
 * Parses state letters, "R,D,Z", into a mask of bits; the n-th letter of PROCSIEVE_STATES is bit n.
 */
int parse_states(const char *option, const char *text, uint32_t *states, struct reason *why);

/* Parses names of environment variables of 1 to 63 bytes into filter->envs. */
int parse_envs(const char *option, const char *text, struct procsieve_filter *filter,
	       struct reason *why);

/*
 * Parses the path of one cgroup v2 directory (not a list), absolute or relative to the mount point
 * of the hierarchy, and adds its id to the list. A component may contain one '*': then it adds the
 * ids of all existing cgroups that match, and it is an error if there are none.
 */
int parse_cgroup(const char *option, const char *text, struct procsieve_list *list,
		 struct reason *why);

/*
 * Parses such a path for a filter that follows it (struct procsieve_cgroup_path), and adds it to
 * filter->cgroup_paths. It need not exist: *missing is set to whether no cgroup has it now. A
 * component may contain one '*'.
 */
int parse_cgroup_path(const char *option, const char *text, struct procsieve_filter *filter,
		      bool *missing, struct reason *why);

/* Parses a decimal number from `least` to `most`. */
int parse_number(const char *option, const char *text, uint64_t least, uint64_t most,
		 uint64_t *value, struct reason *why);

/*
 * Parses a time with an optional decimal fraction and an optional unit (ms, s, m, h) into
 * nanoseconds. A number without a unit is seconds or milliseconds: `unit_ns` is 1000000000 or
 * 1000000.
 */
int parse_time(const char *option, const char *text, uint64_t unit_ns, uint64_t least_ns,
	       uint64_t most_ns, uint64_t *value_ns, struct reason *why);

/*
 * Parses a size in bytes, optionally with the suffix K, M or G. It must be a power of two from
 * `least` to `most`.
 */
int parse_size(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value,
	       struct reason *why);
/* A number of bytes with an optional suffix, which need not be a power of two. */
int parse_bytes(const char *option, const char *text, uint64_t least, uint64_t most,
		uint64_t *value, struct reason *why);

/* Parses "auto", "tracepoint", "fentry" or "classic". */
int parse_hook_mode(const char *option, const char *text, enum hook_mode *mode, struct reason *why);

/* Frees what the parsers above have stored in a filter. */
void filter_clear(struct procsieve_filter *filter);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The filter of a listener: which events it receives, and which sections their records contain. An
 * event passes if all dimensions that are set accept it. A dimension that is not set accepts every
 * event. The kernel applies the filter before it builds a record.
 */
#ifndef PROCSIEVE_FILTER_H
#define PROCSIEVE_FILTER_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include <procsieve/record.h>
#include <procsieve/section.h>

#define PROCSIEVE_LISTENERS 64	 /* concurrent listeners of one engine */
#define PROCSIEVE_LIST_MAX  1024 /* values in one list of a filter */

/* A set of the ways in which a process can end. */
struct procsieve_statuses {
	__u64 codes[4];	  /* exit codes 0 to 255, one bit each */
	__u64 signals[2]; /* fatal signals 1 to 127, one bit each */
	bool core;	  /* also any end that dumped core */
};

/* A list of numbers. The creator of the filter owns the memory. */
struct procsieve_list {
	__u64 *values;
	size_t count; /* 0: the dimension is not set */
};

struct procsieve_filter {
	__u64 events;	/* PROCSIEVE_MASK() of each requested type */
	__u32 sections; /* PROCSIEVE_SECTION() of each requested section */
	bool threads;	/* include events of single threads */
	bool no_args;	/* omit argv from the records */
	bool follow;	/* with `pids`: include all their descendants */
	bool statuses_set;
	/* Exit events: accept only these; no effect on other events. */
	struct procsieve_statuses statuses;
	struct procsieve_list pids;    /* process ids (task_struct.tgid) */
	struct procsieve_list uids;    /* real user ids */
	struct procsieve_list gids;    /* real group ids */
	struct procsieve_list cgroups; /* cgroup v2 ids; each includes its descendants */
	struct procsieve_list cpus;
	/* Names after the event, padded with zeros to the full size. */
	char (*comms)[PROCSIEVE_COMM_SIZE];
	size_t comm_count;
	/* Names of the variables in the section ENV, padded with zeros to the full size. */
	char (*envs)[PROCSIEVE_ENV_NAME_SIZE];
	size_t env_count;
};

#endif

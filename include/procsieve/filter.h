/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A listener's filter: what it asks for. All dimensions that are set must accept an event; a
 * dimension that is not set accepts every event. The kernel applies it before a record is made.
 */
#ifndef PROCSIEVE_FILTER_H
#define PROCSIEVE_FILTER_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include <procsieve/record.h>
#include <procsieve/section.h>

#define PROCSIEVE_LISTENERS 64	 /* listeners at a time on one engine */
#define PROCSIEVE_LIST_MAX  1024 /* values in one list of a filter */

/* How a process can end, as a set. */
struct procsieve_statuses {
	__u64 codes[4];	  /* exit codes 0 to 255, a bit each */
	__u64 signals[2]; /* fatal signals 1 to 127, a bit each */
	bool core;	  /* or any end that dumped core */
};

/* A list of numbers. The memory belongs to the filter's owner. */
struct procsieve_list {
	__u64 *values;
	size_t count; /* 0: the dimension is not set */
};

struct procsieve_filter {
	__u64 events;	/* PROCSIEVE_MASK() of each type asked for */
	__u32 sections; /* PROCSIEVE_SECTION() of each kind asked for */
	bool threads;	/* events of single threads too */
	bool no_args;	/* leave argv out of the records */
	bool follow;	/* pids: and all their descendants */
	bool statuses_set;
	struct procsieve_statuses
		statuses;	       /* exits: only these; other events are not touched by it */
	struct procsieve_list pids;    /* processes */
	struct procsieve_list uids;    /* real uid */
	struct procsieve_list gids;    /* real gid */
	struct procsieve_list cgroups; /* cgroup v2 ids, each with all below it */
	struct procsieve_list cpus;
	char (*comms)[PROCSIEVE_COMM_SIZE]; /* names after the event, padded with zeros */
	size_t comm_count;
	char (*envs)[PROCSIEVE_ENV_NAME_SIZE]; /* variables of the section ENV, padded with zeros */
	size_t env_count;
};

#endif

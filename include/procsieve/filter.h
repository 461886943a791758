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

/* Limits of procsieve_filter.cgroup_paths. */
#define PROCSIEVE_CGROUP_PATHS_MAX  64	/* paths in one filter */
#define PROCSIEVE_CGROUP_GLOBS_MAX  16	/* of them with a '*' */
#define PROCSIEVE_CGROUP_PATH_SIZE  448 /* bytes of a path, with its zero */
#define PROCSIEVE_CGROUP_PATH_DEPTH 48	/* components of a path */

/* A value of procsieve_filter.auids: any login uid that is set. */
#define PROCSIEVE_AUID_SET (1ull << 32)

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

/*
 * Cgroups (version 2) that a filter names by their path. A cgroup that has this path is in the
 * filter, with its descendants, from the moment when it is made until it is removed: one that
 * exists, one that is made later, and one that is removed and made again. The kernel compares the
 * path before mkdir(2) returns.
 */
struct procsieve_cgroup_path {
	/*
	 * Id of the cgroup at which the path begins: the inode number of its directory, such as
	 * that of the mount point. 0: the root of the hierarchy.
	 */
	__u64 below;
	/*
	 * As in /proc/PID/cgroup: components that each follow a '/', without "." or "..", or "/"
	 * alone for the cgroup `below` itself. Padded with zeros to the full size. A component may
	 * contain one '*', which matches any bytes, or none, of one component.
	 */
	char path[PROCSIEVE_CGROUP_PATH_SIZE];
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
	struct procsieve_list pids; /* process ids (task_struct.tgid) */
	struct procsieve_list uids; /* real user ids */
	struct procsieve_list gids; /* real group ids */
	/*
	 * Effective user ids: those whose rights the process has. For an exec, those of the new
	 * program.
	 */
	struct procsieve_list euids;
	/*
	 * Audit login uids of the task (struct procsieve_login), PROCSIEVE_AUID_UNSET, or
	 * PROCSIEVE_AUID_SET. On a kernel without CONFIG_AUDIT no task has a login uid.
	 */
	struct procsieve_list auids;
	/* Ids of existing cgroups (version 2); each includes its descendants. */
	struct procsieve_list cgroups;
	struct procsieve_list cpus;
	/*
	 * Names of processes after the event, padded with zeros to the full size. The name of a
	 * process is that of its first thread, whichever thread the event is about.
	 */
	char (*comms)[PROCSIEVE_COMM_SIZE];
	size_t comm_count;
	/* The same for the thread itself: procsieve_record.comm. */
	char (*thread_comms)[PROCSIEVE_COMM_SIZE];
	size_t thread_comm_count;
	/* Names of the variables in the section ENV, padded with zeros to the full size. */
	char (*envs)[PROCSIEVE_ENV_NAME_SIZE];
	size_t env_count;
	/* More cgroups, by their paths; not for snapshots. */
	struct procsieve_cgroup_path *cgroup_paths;
	size_t cgroup_path_count;
};

#endif

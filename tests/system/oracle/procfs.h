/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc shows of a process or of one of its threads: the oracle for snapshots. */
#ifndef TESTS_SYSTEM_ORACLE_PROCFS_H
#define TESTS_SYSTEM_ORACLE_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Numbers of /proc/PID/status, io and schedstat; -1 if a number is missing. */
enum procfs_number {
	PROCFS_TRACER,
	PROCFS_VM_PEAK, /* KiB, like all memory sizes */
	PROCFS_VM_SIZE,
	PROCFS_VM_HWM,
	PROCFS_VM_SWAP,
	PROCFS_RSS_ANON,
	PROCFS_RSS_FILE,
	PROCFS_RSS_SHMEM,
	PROCFS_VOLUNTARY, /* context switches of one thread */
	PROCFS_INVOLUNTARY,
	PROCFS_RUN_DELAY, /* ns, of one thread */
	PROCFS_RCHAR,
	PROCFS_WCHAR,
	PROCFS_READ_BYTES,
	PROCFS_WRITE_BYTES,
	PROCFS_NUMBERS
};

/* Capability sets, in the order of /proc/PID/status. */
#define PROCFS_CAPS 5

struct procfs {
	pid_t pid, tid;
	char state;
	char comm[64];
	int ppid, pgid, sid, processor;
	unsigned int terminal; /* device number */
	unsigned int policy;
	long priority, nice, threads, rt_priority;
	uint64_t minflt, majflt;
	uint64_t utime, stime, start; /* in clock ticks */
	int64_t numbers[PROCFS_NUMBERS];
	uint32_t uids[4], gids[4]; /* real, effective, saved, file system */
	char caps[PROCFS_CAPS][17];
	uint32_t auid, ses;	  /* loginuid and sessionid; ~0: not set */
	uint32_t ns_pid, pid_ns;  /*
			 * ID in the innermost PID namespace, and that namespace's inode; 0 if it
			 * has been released
			 */
	char *cgroup, *exe, *cwd; /* NULL: none; paths relative to the process's own root */
	char *cmdline;
	size_t cmdline_size;
};

/*
 * Reads everything; `tid` 0: of the process. Returns false if the task is gone. procfs_clear()
 * frees the result in both cases.
 */
bool procfs_read(struct procfs *facts, pid_t pid, pid_t tid);
void procfs_clear(struct procfs *facts);

/* Read only this value; 0 and '\0' if the process is gone. */
pid_t procfs_parent(pid_t pid);
char procfs_state(pid_t pid);

/* Returns whether the process has that comm and sleeps. */
bool procfs_sleeps_as(pid_t pid, const char *comm);

/*
 * The numeric names in a directory of /proc ("/proc", "/proc/5/task"). Returns their count; the
 * caller frees the array.
 */
size_t procfs_list(const char *directory, pid_t **ids);

/*
 * A process and all its descendants, by their parents in /proc; sorted. Returns their count; the
 * caller frees the array.
 */
size_t procfs_family(pid_t root, pid_t **ids);

/* Compares IDs for qsort() and bsearch(). */
int procfs_compare(const void *one, const void *other);

#endif

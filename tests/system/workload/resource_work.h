/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Children that do known work and end, each with what wait4(2) says it has used: an oracle for
 * accounting, and lower bounds that hold whatever the oracle says. None of them has children.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_RESOURCE_WORK_H
#define TESTS_SYSTEM_WORKLOAD_RESOURCE_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

/*
 * What a work uses at least; 0 where that is open. Nothing of system time alone: the kernel parts
 * the time by what it was at when its clock ticked, and of a few ticks none may have met it there.
 */
struct work_floor {
	long cpu_us;
	long minflt, majflt;
	long nvcsw, nivcsw;
	long rss_kb;
	long read_bytes,
		write_bytes; /* of storage, where files are kept on some (work_has_storage) */
	long cpu_delay_us;
	bool wpcopy; /* waits for copies of pages, where that is counted */
};

struct work {
	const char *name;
	void (*run)(void);    /* in the child; it ends with 0 where this returns */
	int status;	      /* what wait(2) says */
	unsigned int threads; /* beside the one that ends last */
	bool exact;	      /* reads and writes these bytes and no others */
	long rchar, wchar;
	struct work_floor floor;
};

extern const struct work works[];
extern const size_t work_count;

/* A child that is gone. */
struct worker {
	const struct work *work;
	pid_t pid;
	struct rusage usage; /* from wait4() */
};

/* For tests of one thread. Fails (cmocka) where the child did not end as it should. */
void work_do(const struct work *work, struct worker *worker);

/* Do files of the works lie on a device? */
bool work_has_storage(void);

#endif

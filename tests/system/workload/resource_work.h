/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes that do known work and end, each with its resource usage from wait4(2): an oracle
 * for accounting, with lower bounds that hold independently of it. None of them has children.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_RESOURCE_WORK_H
#define TESTS_SYSTEM_WORKLOAD_RESOURCE_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

/*
 * The least that a work uses; 0 if unknown. There is no bound for system time alone: the kernel
 * divides the CPU time by what was running at each clock tick, and none of a few ticks may have
 * been in the kernel.
 */
struct work_floor {
	long cpu_us;
	long minflt, majflt;
	long nvcsw, nivcsw;
	long rss_kb;
	long read_bytes, write_bytes; /* of storage (work_has_storage) */
	long cpu_delay_us;
	bool wpcopy; /* waits for copies of pages, on kernels that count them */
};

struct work {
	const char *name;
	void (*run)(void);    /* in the child, which exits with 0 if this returns */
	int status;	      /* from wait(2) */
	unsigned int threads; /* besides the one that ends last */
	bool exact;	      /* reads and writes exactly these bytes */
	long rchar, wchar;
	struct work_floor floor;
};

extern const struct work works[];
extern const size_t work_count;

/* A child that has been reaped. */
struct worker {
	const struct work *work;
	pid_t pid;
	struct rusage usage; /* from wait4() */
};

/* For single-threaded tests. Fails (cmocka) if the child did not end as expected. */
void work_do(const struct work *work, struct worker *worker);

/* Returns whether the files of the works are on a device. */
bool work_has_storage(void);

#endif

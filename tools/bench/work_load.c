// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The load that is measured: creates processes or changes its name, and does as little else as
 * possible.
 *
 *   work_load storm COUNT        vfork, _exit, wait
 *   work_load flood COUNT        prctl(PR_SET_NAME)
 *   work_load lasting MS         the same, for this number of milliseconds
 *   work_load steady COUNT RATE  the same, at this number per second
 *   work_load calls COUNT        getppid
 *   work_load ids COUNT          setresuid, from root to another effective user and back
 *
 * Runs on CPU 0 (steady: on any CPU). Prints the nanoseconds of one turn in wall time and in CPU
 * time, which includes that of the children, then the number of turns.
 */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static uint64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static uint64_t cpu_ns(void)
{
	struct rusage children;

	getrusage(RUSAGE_CHILDREN, &children);
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID) +
	       (children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1000000000ull +
	       (children.ru_utime.tv_usec + children.ru_stime.tv_usec) * 1000ull;
}

static void storm(uint64_t count)
{
	while (count--) {
		pid_t pid = vfork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

static void flood(uint64_t count)
{
	while (count--)
		prctl(PR_SET_NAME, count & 1 ? "one" : "other");
}

/* Returns the number of changes. Reads the clock so rarely that its cost does not matter. */
static uint64_t lasting(uint64_t ms)
{
	uint64_t end = now_ns() + ms * 1000000, changes = 0;

	while (now_ns() < end) {
		flood(1000);
		changes += 1000;
	}
	return changes;
}

static void calls(uint64_t count)
{
	while (count--)
		syscall(SYS_getppid);
}

/*
 * Makes the system call directly: the C library would make it in every thread. The real user ID
 * stays root, so it may change back.
 */
static void ids(uint64_t count)
{
	while (count--)
		syscall(SYS_setresuid, -1, count & 1 ? 4100000 : 0, -1);
}

/* Works in portions of one millisecond. */
static void steady(uint64_t count, uint64_t rate)
{
	uint64_t portion = rate / 1000, next = now_ns();

	for (; portion && count >= portion; count -= portion) {
		struct timespec until;

		flood(portion);
		next += 1000000;
		until = (struct timespec){next / 1000000000, next % 1000000000};
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	}
}

static void stay_on_first_cpu(void)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	uint64_t wall, cpu;

	if (!count) {
		fprintf(stderr, "work_load: storm|flood|calls|ids COUNT, lasting MS or steady "
				"COUNT RATE\n");
		return 2;
	}
	if (strcmp(argv[1], "steady") != 0)
		stay_on_first_cpu();
	cpu = cpu_ns();
	wall = now_ns();
	if (!strcmp(argv[1], "storm"))
		storm(count);
	else if (!strcmp(argv[1], "flood"))
		flood(count);
	else if (!strcmp(argv[1], "lasting"))
		count = lasting(count);
	else if (!strcmp(argv[1], "calls"))
		calls(count);
	else if (!strcmp(argv[1], "ids"))
		ids(count);
	else
		steady(count, argc > 3 ? strtoull(argv[3], NULL, 10) : 1000000);
	wall = now_ns() - wall;
	cpu = cpu_ns() - cpu;
	printf("%.1f %.1f %llu\n", (double)wall / (double)count, (double)cpu / (double)count,
	       (unsigned long long)count);
	return 0;
}

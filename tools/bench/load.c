// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is measured: a storm of processes or a flood of names, with as little as possible around it.
 *
 *   load storm COUNT        vfork, _exit, wait
 *   load flood COUNT        prctl(PR_SET_NAME)
 *   load calls COUNT        getppid
 *   load steady COUNT RATE  the same, so many a second
 *
 * Stays on CPU 0 (steady: on the CPU it was started on). Prints the nanoseconds of one turn.
 */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
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

static void calls(uint64_t count)
{
	while (count--)
		syscall(SYS_getppid);
}

/* In portions of a millisecond. */
static void steady(uint64_t count, uint64_t rate)
{
	uint64_t portion = rate / 1000, next = now_ns();

	for (; count >= portion; count -= portion) {
		struct timespec until;

		flood(portion);
		next += 1000000;
		until = (struct timespec){next / 1000000000, next % 1000000000};
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	}
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	cpu_set_t first;
	uint64_t start;

	if (!count) {
		fprintf(stderr, "load: storm|flood|calls COUNT, or steady COUNT RATE\n");
		return 2;
	}
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (strcmp(argv[1], "steady") != 0)
		sched_setaffinity(0, sizeof(first), &first);
	start = now_ns();
	if (!strcmp(argv[1], "storm"))
		storm(count);
	else if (!strcmp(argv[1], "flood"))
		flood(count);
	else if (!strcmp(argv[1], "calls"))
		calls(count);
	else
		steady(count, argc > 3 ? strtoull(argv[3], NULL, 10) : 1000000);
	printf("%.1f\n", (double)(now_ns() - start) / (double)count);
	return 0;
}

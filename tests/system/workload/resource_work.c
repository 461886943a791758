// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Child processes that do known work; see resource_work.h. The exit of a child also uses resources,
 * which wait4(2) counts and no other source can see. Therefore memory is freed and files are closed
 * first.
 */
#include "workload/resource_work.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/run_tool.h"

/* On most machines this directory is on a device. */
#define DIRECTORY   "/var/tmp"

#define CODE_BROKEN 99
#define XFS_MAGIC   0x58465342

#define BURN_MS	    30
#define CALL_MS	    150
#define SLEEPS	    20
#define FAULTS	    1000
#define MEMORY	    (24 << 20)
#define FILE_SIZE   (1 << 20)
#define PIPE_SIZE   1234
#define PIPE_TURNS  50
#define COPIED	    200
#define THREADS	    3
#define PAGE	    4096 /* the smallest page size */

static void need(bool fine)
{
	if (!fine)
		_exit(CODE_BROKEN);
}

static int64_t milliseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void work_burn(void)
{
	int64_t end = milliseconds(CLOCK_THREAD_CPUTIME_ID) + BURN_MS;
	volatile unsigned int sum = 0;

	do
		for (unsigned int i = 0; i < 200000; i++)
			sum += i;
	while (milliseconds(CLOCK_THREAD_CPUTIME_ID) < end);
}

/*
 * Mostly in the kernel, in a call that costs more than its entry and exit; for many ticks of the
 * kernel's clock.
 */
static void work_call(void)
{
	static char zeros[65536];
	int64_t end = milliseconds(CLOCK_THREAD_CPUTIME_ID) + CALL_MS;
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	do
		for (unsigned int i = 0; i < 100; i++)
			need(read(fd, zeros, sizeof(zeros)) == sizeof(zeros));
	while (milliseconds(CLOCK_THREAD_CPUTIME_ID) < end);
	close(fd);
}

/* Long enough for a context switch: a time that is over before that causes none. */
static void sleep_until_switched(void)
{
	nanosleep(&(struct timespec){.tv_nsec = tool_longer(1000000)}, NULL);
}

static void work_sleep(void)
{
	for (unsigned int i = 0; i < SLEEPS; i++)
		sleep_until_switched();
}

static char *map(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(memory != MAP_FAILED);
	/* Use small pages. */
	madvise(memory, size, MADV_NOHUGEPAGE);
	return memory;
}

static void touch(char *memory, size_t size)
{
	for (size_t at = 0; at < size; at += PAGE)
		((volatile char *)memory)[at] = 1;
}

static void use_memory(size_t size)
{
	char *memory = map(size);

	touch(memory, size);
	munmap(memory, size);
}

static void work_fault(void)
{
	use_memory((size_t)FAULTS * sysconf(_SC_PAGESIZE));
}

static void work_grow(void)
{
	use_memory(MEMORY);
}

/* The peak RSS is kept across exec. */
static void work_grow_and_exec(void)
{
	char *memory = map(MEMORY);

	touch(memory, MEMORY);
	execl("/bin/true", "true", (char *)NULL);
	_exit(CODE_BROKEN);
}

/* Shared with the parent until it is written to. */
static char *inherited;

static size_t inherited_size(void)
{
	return (size_t)COPIED * sysconf(_SC_PAGESIZE);
}

static void work_copy(void)
{
	touch(inherited, inherited_size());
}

static void work_pipe(void)
{
	char data[PIPE_SIZE] = {0};
	int ends[2];

	need(!pipe2(ends, O_CLOEXEC));
	for (unsigned int i = 0; i < PIPE_TURNS; i++) {
		need(write(ends[1], data, sizeof(data)) == sizeof(data));
		need(read(ends[0], data, sizeof(data)) == sizeof(data));
	}
	close(ends[0]);
	close(ends[1]);
}

/* An unnamed file, so that none is left. */
static int file_open(void)
{
	char path[] = DIRECTORY "/procsieve-work-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	need(fd >= 0);
	unlink(path);
	return fd;
}

static void file_fill(int fd)
{
	static char data[FILE_SIZE];

	need(write(fd, data, sizeof(data)) == sizeof(data) && !fsync(fd));
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

static void work_file(void)
{
	static char data[FILE_SIZE];
	int fd = file_open();

	file_fill(fd);
	need(pread(fd, data, sizeof(data), 0) == sizeof(data));
	close(fd);
}

/* Page faults that must read from storage. */
static void work_mapped_file(void)
{
	int fd = file_open();
	char *memory;

	file_fill(fd);
	memory = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(memory != MAP_FAILED);
	touch(memory, FILE_SIZE);
	munmap(memory, FILE_SIZE);
	close(fd);
}

static void work_fail(void)
{
	_exit(3);
}

static void work_die(void)
{
	use_memory(100 * PAGE);
	kill(getpid(), SIGKILL);
}

static void pin(void)
{
	cpu_set_t cpus, one;

	need(!sched_getaffinity(0, sizeof(cpus), &cpus));
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &cpus))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		need(!sched_setaffinity(0, sizeof(one), &one));
		return;
	}
}

static pthread_t start(void *(*body)(void *))
{
	pthread_t thread;

	need(!pthread_create(&thread, NULL, body, NULL));
	return thread;
}

/* A little of everything. */
static void *thread_body(void *argument)
{
	(void)argument;
	sleep_until_switched();
	work_fault();
	work_pipe();
	work_burn();
	return NULL;
}

static void work_threads_joined(void)
{
	pthread_t threads[THREADS];

	for (unsigned int i = 0; i < THREADS; i++)
		threads[i] = start(thread_body);
	thread_body(NULL);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static pthread_barrier_t complete;

static void *thread_at_once(void *argument)
{
	thread_body(argument);
	if (pthread_barrier_wait(&complete) == PTHREAD_BARRIER_SERIAL_THREAD)
		_exit(0);
	for (;;)
		pause();
}

/* One arbitrary thread of them ends all. */
static void work_threads_at_once(void)
{
	pthread_barrier_init(&complete, NULL, THREADS + 1);
	for (unsigned int i = 0; i < THREADS; i++)
		start(thread_at_once);
	thread_at_once(NULL);
}

/* On one CPU, each thread waits for the others. */
static void work_threads_on_one_cpu(void)
{
	pthread_t thread;

	pin();
	thread = start(thread_body);
	work_burn();
	pthread_join(thread, NULL);
}

static _Noreturn void end_thread(void)
{
	for (;;)
		syscall(SYS_exit, 0);
}

/*
 * The leader has ended when it is a zombie. It cannot be reaped before the last thread has ended.
 */
static void wait_for_zombie(void)
{
	char text[256];
	const char *name_end = NULL;

	do {
		int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
		ssize_t size = read(fd, text, sizeof(text) - 1);

		close(fd);
		need(size > 0);
		text[size] = '\0';
		name_end = strrchr(text, ')');
		sched_yield();
	} while (!name_end || name_end[2] != 'Z');
}

static void *thread_last(void *argument)
{
	wait_for_zombie();
	thread_body(argument);
	end_thread();
}

static void work_leader_first(void)
{
	start(thread_last);
	thread_body(NULL);
	end_thread();
}

static atomic_bool leader_done;

static void *thread_exec(void *argument)
{
	thread_body(argument);
	while (!atomic_load(&leader_done))
		sched_yield();
	execl("/bin/true", "true", (char *)NULL);
	_exit(CODE_BROKEN);
}

/* The thread takes the leader's ID, and the leader exits as a thread. */
static void work_exec_from_thread(void)
{
	start(thread_exec);
	thread_body(NULL);
	atomic_store(&leader_done, true);
	for (;;)
		pause();
}

const struct work works[] = {
	{"burn", work_burn, .exact = true, .floor = {.cpu_us = BURN_MS * 900}},
	{"call", work_call, .floor = {.cpu_us = CALL_MS * 900}},
	{"sleep", work_sleep, .exact = true, .floor = {.nvcsw = SLEEPS}},
	{"fault", work_fault, .exact = true, .floor = {.minflt = FAULTS}},
	{"grow", work_grow, .exact = true, .floor = {.rss_kb = MEMORY >> 10}},
	{"grow and exec", work_grow_and_exec, .floor = {.rss_kb = MEMORY >> 10}},
	{"copy", work_copy, .exact = true, .floor = {.minflt = COPIED, .wpcopy = true}},
	{"pipe", work_pipe, .exact = true, .rchar = PIPE_SIZE * PIPE_TURNS,
	 .wchar = PIPE_SIZE * PIPE_TURNS},
	{"file", work_file, .exact = true, .rchar = FILE_SIZE, .wchar = FILE_SIZE,
	 .floor = {.read_bytes = FILE_SIZE, .write_bytes = FILE_SIZE}},
	{"mapped file", work_mapped_file, .exact = true, .wchar = FILE_SIZE,
	 .floor = {.read_bytes = FILE_SIZE, .write_bytes = FILE_SIZE, .majflt = 1}},
	{"fail", work_fail, .status = 3 << 8, .exact = true},
	{"die", work_die, .status = SIGKILL, .exact = true, .floor = {.minflt = 100}},
	{"threads joined", work_threads_joined, .threads = THREADS, .exact = true,
	 .rchar = (THREADS + 1) * PIPE_SIZE * PIPE_TURNS,
	 .wchar = (THREADS + 1) * PIPE_SIZE * PIPE_TURNS,
	 .floor = {.cpu_us = (THREADS + 1) * BURN_MS * 900,
		   .minflt = (THREADS + 1) * FAULTS,
		   .nvcsw = THREADS + 1}},
	{"threads at once", work_threads_at_once, .threads = THREADS, .exact = true,
	 .rchar = (THREADS + 1) * PIPE_SIZE * PIPE_TURNS,
	 .wchar = (THREADS + 1) * PIPE_SIZE * PIPE_TURNS,
	 .floor = {.cpu_us = (THREADS + 1) * BURN_MS * 900,
		   .minflt = (THREADS + 1) * FAULTS,
		   .nvcsw = THREADS + 1}},
	{"threads_on_one_cpu", work_threads_on_one_cpu, .threads = 1, .exact = true,
	 .rchar = PIPE_SIZE * PIPE_TURNS, .wchar = PIPE_SIZE * PIPE_TURNS,
	 .floor = {.cpu_us = 2 * BURN_MS * 900,
		   .minflt = FAULTS,
		   .nivcsw = 1,
		   .cpu_delay_us = 1000}},
	{"leader first", work_leader_first, .threads = 1,
	 .floor = {.cpu_us = 2 * BURN_MS * 900, .minflt = 2 * FAULTS, .nvcsw = 2}},
	{"exec from thread", work_exec_from_thread, .threads = 1,
	 .floor = {.cpu_us = 2 * BURN_MS * 900, .minflt = 2 * FAULTS, .nvcsw = 2}},
};

const size_t work_count = sizeof(works) / sizeof(works[0]);

static _Noreturn void be_worker(const struct work *work)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* if the test is killed */
	work->run();
	_exit(0);
}

void work_do(const struct work *work, struct worker *worker)
{
	int status;

	/* Gives the child something to copy. */
	if (!inherited)
		inherited = map(inherited_size());
	touch(inherited, inherited_size());
	worker->work = work;
	worker->pid = fork();
	if (!worker->pid)
		be_worker(work);
	assert_true(worker->pid > 0);
	assert_int_equal(wait4(worker->pid, &status, 0, &worker->usage), worker->pid);
	if (status != work->status)
		fail_msg("the generator is broken: %s ended with %#x", work->name, status);
}

bool work_has_storage(void)
{
	struct statfs where;

	if (statfs(DIRECTORY, &where))
		return false;
	return where.f_type == EXT4_SUPER_MAGIC || where.f_type == XFS_MAGIC ||
	       where.f_type == BTRFS_SUPER_MAGIC;
}

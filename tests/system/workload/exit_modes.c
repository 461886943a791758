// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a child does until it ends; see exit_modes.h. Children end with raw system calls, so that
 * none of the test's own state (buffers, exit handlers) takes effect in them.
 */
#include "workload/exit_modes.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define SIGNAL_MAX    64 /* the kernel's highest; the C library may reserve some of them */
#define CORE_BIT      0x80

/* Added to the variant by the thread that is not the leader, for an exit code of its own. */
#define OTHER_CODE 100

static _Noreturn void die_of(int number)
{
	kill(getpid(), number);
	for (;;)
		pause();
}

static _Noreturn void end_thread(int code)
{
	for (;;)
		syscall(SYS_exit, code);
}

static void start_thread(void *(*body)(void *), int variant)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, (void *)(intptr_t)variant))
		_exit(CODE_BROKEN);
}

static void execute(const char *program)
{
	execl(program, program, (char *)NULL);
}

/* Reads a small file of /proc as a string. Returns its length, or -1. */
static ssize_t read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -1;
	length = read(fd, text, size - 1);
	close(fd);
	if (length >= 0)
		text[length] = '\0';
	return length;
}

/* Sets the core size limit. With a limit of 1 no core is dumped, neither to files nor to pipes. */
static void limit_core(rlim_t size)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit))
		_exit(CODE_BROKEN);
	limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
	if (setrlimit(RLIMIT_CORE, &limit))
		_exit(CODE_BROKEN);
}

/*
 * Uses the system call: the C library does not change signals 32 and 33, which the test may have
 * inherited as ignored.
 */
static void default_signal(int number)
{
	struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		unsigned long mask;
	} action = {.handler = SIG_DFL};

	/* Fails for SIGKILL and SIGSTOP, whose action is always the default. */
	syscall(SYS_rt_sigaction, number, &action, NULL, sizeof(action.mask));
}

void act_prepare(void)
{
	sigset_t none;

	for (int number = 1; number <= SIGNAL_MAX; number++)
		default_signal(number);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	limit_core(1);
}

void act_code(int variant)
{
	_exit(variant);
}

int code_status(int variant)
{
	return variant << 8;
}

/*
 * Numbers, because 32 and 33 have no name. The C library handles these two only in a process that
 * cancels threads or changes IDs.
 */
static const int fatal_signals[] = {
	1,  2,	3,  4,	5,  6,	7,  8,	9,  10, 11, 12, 13, 14, 15, 16, 24, 25, 26,
	27, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46,
	47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64,
};
_Static_assert(LENGTH(fatal_signals) == FATAL_SIGNALS, "act.h has the count");

void act_signal(int variant)
{
	die_of(fatal_signals[variant]);
}

int signal_status(int variant)
{
	return fatal_signals[variant];
}

static const int core_signals[] = {
	SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS,
};
_Static_assert(LENGTH(core_signals) == CORE_SIGNALS, "act.h has the count");

/*
 * Returns whether a core is written to the child's own directory. Anywhere else the test would
 * leave it behind.
 */
static bool cores_stay_here(void)
{
	struct rlimit limit;
	char pattern[128];

	if (read_text("/proc/sys/kernel/core_pattern", pattern, sizeof(pattern)) <= 1)
		return false;
	if (getrlimit(RLIMIT_CORE, &limit) || limit.rlim_max != RLIM_INFINITY)
		return false;
	return pattern[0] != '|' && pattern[0] != '@' && !strchr(pattern, '/');
}

/* Dumps no memory: the size of the core is not tested. */
static void empty_core(void)
{
	int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		_exit(CODE_BROKEN);
	close(fd);
}

void act_core(int variant)
{
	if (cores_stay_here()) {
		empty_core();
		limit_core(RLIM_INFINITY);
	}
	die_of(core_signals[variant]);
}

int core_status(int variant)
{
	return core_signals[variant] | (cores_stay_here() ? CORE_BIT : 0);
}

static const struct {
	int code;
	int signal;
	const char *program;
} simple_ends[] = {
	{.code = 0},
	{.code = 1},
	{.code = 127},
	{.code = 255},
	{.signal = SIGKILL},
	{.signal = SIGSEGV},
	{.signal = SIGTERM},
	{.signal = SIGNAL_MAX},
	{.program = "/bin/true", .code = 0},
	{.program = "/bin/false", .code = 1},
};
_Static_assert(LENGTH(simple_ends) == SIMPLE_ENDS, "act.h has the count");

void act_simple(int variant)
{
	if (simple_ends[variant].program)
		execute(simple_ends[variant].program);
	else if (simple_ends[variant].signal)
		die_of(simple_ends[variant].signal);
	else
		_exit(simple_ends[variant].code);
}

int simple_status(int variant)
{
	if (simple_ends[variant].signal)
		return simple_ends[variant].signal;
	return code_status(simple_ends[variant].code);
}

static void *thread_exit_group(void *variant)
{
	_exit((int)(intptr_t)variant);
}

void act_exit_group(int variant)
{
	start_thread(thread_exit_group, variant);
	for (;;)
		pause();
}

/*
 * The leader has ended when it is a zombie. It cannot be reaped before the last thread has ended.
 */
static void wait_until_leader_is_gone(void)
{
	char path[64], text[256];
	const char *name_end;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	do {
		if (read_text(path, text, sizeof(text)) <= 0)
			_exit(CODE_BROKEN);
		name_end = strrchr(text, ')');
	} while (!name_end || name_end[2] != 'Z');
}

enum { LAST_EXITS, LAST_EXITS_GROUP, LAST_IS_KILLED };

static void *thread_last(void *argument)
{
	int variant = (int)(intptr_t)argument;

	wait_until_leader_is_gone();
	switch (variant % LEADER_FIRST_ENDS) {
	case LAST_EXITS:
		end_thread(OTHER_CODE + variant);
	case LAST_EXITS_GROUP:
		_exit(OTHER_CODE + variant);
	default:
		die_of(SIGKILL);
	}
}

void act_leader_first(int variant)
{
	start_thread(thread_last, variant);
	end_thread(variant);
}

int leader_first_status(int variant)
{
	if (variant % LEADER_FIRST_ENDS == LAST_IS_KILLED)
		return SIGKILL;
	return code_status(OTHER_CODE + variant);
}

int leader_first_old_status(int variant)
{
	if (variant % LEADER_FIRST_ENDS == LAST_EXITS)
		return code_status(variant);
	return leader_first_status(variant);
}

/*
 * Both threads spin until the other has arrived: a thread that first had to wake up would be too
 * late for the race.
 */
static void meet(void)
{
	static atomic_int arrived;

	atomic_fetch_add(&arrived, 1);
	while (atomic_load(&arrived) < 2)
		;
}

static void *thread_race(void *variant)
{
	meet();
	end_thread(OTHER_CODE + (int)(intptr_t)variant);
}

void act_race(int variant)
{
	start_thread(thread_race, variant);
	meet();
	end_thread(variant);
}

int race_status(int variant)
{
	return code_status(OTHER_CODE + variant);
}

/* Indexed by their exit codes. */
static const char *const programs[] = {"/bin/true", "/bin/false"};
_Static_assert(2 * LENGTH(programs) == THREAD_EXECS, "act.h has the count");

static bool leader_goes_first(int variant)
{
	return variant % 2;
}

static void *thread_exec(void *argument)
{
	int variant = (int)(intptr_t)argument;

	if (leader_goes_first(variant))
		wait_until_leader_is_gone();
	execute(programs[variant / 2]);
	_exit(CODE_BROKEN);
}

void act_thread_exec(int variant)
{
	start_thread(thread_exec, variant);
	if (leader_goes_first(variant))
		end_thread(OTHER_CODE);
	for (;;)
		pause();
}

int thread_exec_status(int variant)
{
	return code_status(variant / 2);
}

#define GROUP_THREADS 4 /* threads, including the leader */

static const int group_kill_signals[] = {SIGKILL, SIGTERM, SIGSEGV, SIGNAL_MAX};
_Static_assert(LENGTH(group_kill_signals) == GROUP_KILL_SIGNALS, "act.h has the count");

static pthread_barrier_t group_complete;

/* One arbitrary thread of them kills all. */
static void *thread_group_kill(void *variant)
{
	if (pthread_barrier_wait(&group_complete) == PTHREAD_BARRIER_SERIAL_THREAD)
		die_of(group_kill_signals[(intptr_t)variant]);
	for (;;)
		pause();
}

void act_group_kill(int variant)
{
	pthread_barrier_init(&group_complete, NULL, GROUP_THREADS);
	for (int i = 1; i < GROUP_THREADS; i++)
		start_thread(thread_group_kill, variant);
	thread_group_kill((void *)(intptr_t)variant);
}

int group_kill_status(int variant)
{
	return group_kill_signals[variant];
}

void act_exec_failure(int variant)
{
	execute(variant ? "/" : "/nonexistent/program");
	_exit(errno == ENOENT ? 127 : 126);
}

int exec_failure_status(int variant)
{
	return code_status(variant ? 126 : 127);
}

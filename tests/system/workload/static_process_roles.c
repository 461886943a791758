// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The roles of the static processes; see static_process_roles.h. Those about arguments are in
 * argv_cases.c.
 */
#include "workload/static_process_roles.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "workload/cgroups.h"
#include "workload/login.h"
#include "workload/argv_cases.h"

char role_directory[64], role_cgroup[64];
int role_ready_fd;

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

_Noreturn void role_fail(const char *what)
{
	dprintf(STDERR_FILENO, "static process: %s: %s\n", what, strerror(errno));
	(void)!write(role_ready_fd, "!", 1);
	_exit(1);
}

pid_t fork_retry(void)
{
	pid_t pid;

	for (int tries = 0; (pid = fork()) < 0 && errno == EAGAIN && tries < 200; tries++)
		usleep(50000);
	return pid;
}

static void start_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*work)(void *),
			 void *data)
{
	int err = EAGAIN;

	for (int tries = 0; err == EAGAIN && tries < 200; tries++) {
		if (tries)
			usleep(50000);
		err = pthread_create(thread, attributes, work, data);
	}
	errno = err;
	if (err)
		role_fail("pthread_create");
}

void role_ready(void)
{
	/* Not earlier: a change of IDs clears this setting. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(role_ready_fd, ".", 1) != 1)
		_exit(1);
}

_Noreturn void role_sleep_forever(void)
{
	role_ready();
	for (;;)
		pause();
}

/* Settings change with different periods, so that most combinations occur. */
static void set_name(unsigned int number)
{
	static const char *const names[] = {
		"crowd",	   "two words",	   "a) S 1 (b",	 "new\nline",
		"q\"uote\\s",	   "\xff\xfe.",	   "b\xc3\xa4r", "",
		"exactly15bytes!", "\x01\x1b[31m", "((",	 "crowd ) R",
	};

	prctl(PR_SET_NAME, names[number % LENGTH(names)]);
}

/* Where real-time scheduling is not permitted, the policy is not changed. */
void role_set_policy(pid_t pid, unsigned int number)
{
	static const int policies[] = {SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_FIFO, SCHED_RR};
	int policy = policies[number % LENGTH(policies)];
	struct sched_param param = {0};

	if (policy == SCHED_FIFO || policy == SCHED_RR)
		param.sched_priority = 1 + (int)number % 99;
	setpriority(PRIO_PROCESS, pid, (int)(number % 40) - 20);
	sched_setscheduler(pid, policy, &param);
}

static void set_capabilities(unsigned int permitted, unsigned int effective, unsigned int inherited)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{.permitted = permitted, .effective = effective, .inheritable = inherited},
	};

	if (syscall(SYS_capset, &header, data))
		role_fail("capset");
}

static void set_ids(unsigned int number)
{
	if (number % 5 < 2)
		login_set(1000 + number % 5);
	switch (number % 6) {
	case 0:
		if (setresgid(2001, 2002, 2003) || setresuid(1001, 1002, 1003))
			role_fail("setresuid");
		setfsuid(1003);
		setfsgid(2001);
		break;
	case 1:
		if (setresgid(2000 + number, -1, -1) || setresuid(1000 + number, -1, -1))
			role_fail("setresuid");
		break;
	case 2:
		set_capabilities(1 << CAP_KILL | 1 << CAP_CHOWN, 1 << CAP_KILL, 1 << CAP_CHOWN);
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0);
		break;
	case 3:
		prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0);
		if (setresuid(65534, 65534, 65534))
			role_fail("setresuid");
		break;
	}
}

static void set_group(unsigned int number)
{
	char cgroup[128];

	if (number % 5 == 1)
		setsid();
	else if (number % 5 == 2)
		setpgid(0, 0);
	if (!*role_cgroup || number % 9 > 2)
		return;
	snprintf(cgroup, sizeof(cgroup), "%s%s", role_cgroup,
		 number % 9 == 0   ? ""
		 : number % 9 == 1 ? "/a b"
				   : "/a b/c");
	if (!cgroups_join(cgroup))
		role_fail("cgroup");
}

static void sleeper(unsigned int number)
{
	set_group(number);
	set_name(number);
	set_ids(number / 3);
	role_sleep_forever();
}

static void stopped(unsigned int number)
{
	set_name(number);
	role_ready();
	raise(SIGSTOP);
	_exit(1);
}

static void zombie(unsigned int number)
{
	set_name(number);
	set_ids(number / 3);
	role_ready();
	if (number % 2)
		raise(SIGKILL);
	_exit((int)number);
}

static void traced(unsigned int number)
{
	set_name(number);
	if (ptrace(PTRACE_TRACEME, 0, 0, 0))
		role_fail("ptrace");
	role_ready();
	raise(SIGSTOP);
	_exit(1);
}

static void attached(unsigned int number)
{
	set_name(number);
	role_sleep_forever();
}

/* The parent waits uninterruptibly until its child has gone. */
static void vforker(unsigned int number)
{
	set_name(number);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!vfork())
		role_sleep_forever();
	_exit(1);
}

static void runner(unsigned int number)
{
	struct sched_param param = {0};

	(void)number;
	prctl(PR_SET_NAME, ROLE_RUNNING);
	role_ready();
	/*
	 * Runs only when no other task wants the CPU; a task that waits for the CPU is in state R
	 * as well.
	 */
	sched_setscheduler(0, SCHED_IDLE, &param);
	for (volatile unsigned int turns = 0;; turns++)
		;
}

static _Noreturn void *sleep_in_thread(void *started)
{
	static unsigned int count;
	char name[16];

	snprintf(name, sizeof(name), "thread %u", __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED));
	prctl(PR_SET_NAME, name);
	__atomic_add_fetch((unsigned int *)started, 1, __ATOMIC_RELEASE);
	for (;;)
		pause();
}

/* Adds something to the sums of its process. */
static void *work_in_thread(void *data)
{
	char bytes[4096];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	while (read(fd, bytes, sizeof(bytes)) > 0)
		sched_yield();
	close(fd);
	usleep(1000);
	return data;
}

static void start_threads(unsigned int count)
{
	unsigned int started = 0;
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	for (unsigned int i = 0; i < count; i++)
		start_thread(&thread, &attributes, sleep_in_thread, &started);
	while (__atomic_load_n(&started, __ATOMIC_ACQUIRE) < count)
		usleep(1000);
}

static void threaded(unsigned int number)
{
	start_threads(number ? 5 : 200);
	role_sleep_forever();
}

static void dead_threads(unsigned int number)
{
	pthread_t thread;

	prctl(PR_SET_NAME, ROLE_DEAD_THREADS);
	for (unsigned int i = 0; i < 20; i++) {
		start_thread(&thread, NULL, work_in_thread, NULL);
		pthread_join(thread, NULL);
	}
	start_threads(number);
	role_sleep_forever();
}

static void dead_leader(unsigned int number)
{
	set_name(number);
	start_threads(1 + number);
	role_ready();
	syscall(SYS_exit, 0);
	_exit(1);
}

/* The tracer is a thread that is not the leader: /proc shows the thread's ID. */
static void *trace_in_thread(void *data)
{
	pid_t pid = fork_retry();

	if (!pid)
		role_sleep_forever();
	if (pid < 0 || ptrace(PTRACE_SEIZE, pid, 0, 0))
		role_fail("ptrace");
	role_ready();
	for (;;)
		pause();
	return data;
}

static void tracer(unsigned int number)
{
	pthread_t thread;

	set_name(number);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	start_thread(&thread, NULL, trace_in_thread, NULL);
	for (;;)
		pause();
}

/* Three nested PID namespaces. */
static void nested(unsigned int number)
{
	for (unsigned int level = 0; level < 3; level++) {
		pid_t pid;

		if (unshare(CLONE_NEWPID))
			role_fail("unshare");
		pid = fork_retry();
		if (pid < 0)
			role_fail("fork");
		if (pid)
			break;
		/* Makes the IDs differ between the levels. */
		for (unsigned int i = 0; i < 3 + number; i++)
			if (!(pid = fork_retry()))
				_exit(0);
			else
				waitpid(pid, NULL, 0);
	}
	role_sleep_forever();
}

/* Has a controlling terminal of its own. */
static void terminal(unsigned int number)
{
	int master, slave;

	set_name(number);
	if (openpty(&master, &slave, NULL, NULL, NULL) || setsid() < 0 ||
	    ioctl(slave, TIOCSCTTY, 0))
		role_fail("terminal");
	role_sleep_forever();
}

static void move_bytes(unsigned int number)
{
	static char bytes[65536];
	char name[128];
	int fd;

	snprintf(name, sizeof(name), "%s/bytes-%d", role_directory, getpid());
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	unlink(name);
	for (unsigned int i = 0; i <= number; i++)
		if (write(fd, bytes, sizeof(bytes)) != sizeof(bytes))
			role_fail("write");
	if (lseek(fd, 0, SEEK_SET) || read(fd, bytes, 1000 + number) <= 0)
		role_fail("read");
	close(fd);
}

/* /proc also counts children that have been waited for. */
static void writer(unsigned int number)
{
	pid_t pid = fork_retry();

	if (!pid) {
		move_bytes(number / 2);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	move_bytes(number);
	role_sleep_forever();
}

static void map_pages(size_t pages, int flags, bool stay)
{
	size_t size = pages * (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		role_fail("mmap");
	memset(memory, 1, size);
	if (!stay)
		munmap(memory, size);
}

/* Memory that it still has, and memory that it has freed (for the peaks). */
static void holder(unsigned int number)
{
	size_t pages = 100 + 37 * (size_t)number;

	map_pages(2 * pages, MAP_PRIVATE, false);
	map_pages(pages, MAP_PRIVATE, true);
	map_pages(pages / 2, MAP_SHARED, true);
	role_sleep_forever();
}

static void in_directory(unsigned int number)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/in %u \xff\"", role_directory, number);
	if (mkdir(path, 0700) || chdir(path))
		role_fail(path);
	/* For those with an odd number, the directory is removed. */
	if (number % 2 && rmdir(path))
		role_fail(path);
	role_sleep_forever();
}

static void chrooted(unsigned int number)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/root %u", role_directory, number);
	if (mkdir(path, 0700) || chdir(path) || mkdir("inside", 0700) || chroot("."))
		role_fail(path);
	if (number && chdir("inside"))
		role_fail(path);
	role_sleep_forever();
}

const struct role roles[] = {
	{"sleeper", sleeper, 0, "S", 1, 0, 1},
	{"stopped", stopped, 150, "T", 1, 0, 0},
	{"zombie", zombie, 200, "Z", 1, 0, 0},
	{"traced", traced, 60, "t", 1, 0, 0},
	{"attached", attached, 60, "S", 1, 1, 0},
	{"vforker", vforker, 20, "DS", 1, 0, 0},
	{"runner", runner, 2, "R", 1, 0, 0},
	{"threaded", threaded, 2, "S", 1, 0, 0},
	{"dead threads", dead_threads, 4, "S", 1, 0, 0},
	{"dead leader", dead_leader, 10, "Z", 1, 0, 0},
	{"tracer", tracer, 4, "SS", 2, 0, 0},
	{"nested", nested, 8, "SSSS", 4, 0, 0},
	{"terminal", terminal, 4, "S", 1, 0, 0},
	{"writer", writer, 20, "S", 1, 0, 0},
	{"holder", holder, 30, "S", 1, 0, 0},
	{"in_directory", in_directory, 6, "S", 1, 0, 0},
	{"chrooted", chrooted, 4, "S", 1, 0, 0},
	{"role_argv_case", role_argv_case, ARGV_CASES, "S", 1, 0, 0},
	{"vanished", role_removed_program, 4, "S", 1, 0, 0},
	{"placeless", role_memfd_program, 2, "S", 1, 0, 0},
};

const size_t role_count = LENGTH(roles);

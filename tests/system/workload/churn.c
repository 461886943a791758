// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes that fork, exec, rename and exit all the time; see churn.h. */
#include "workload/churn.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/run_tool.h"

/*
 * The number of processes, and the longest sleep between two actions. It leaves a slow machine idle
 * time as well.
 */
#define IS_SLOW (tool_longer(1) > 1)
#define LEAST	(IS_SLOW ? 5 : 15)
#define MOST	(IS_SLOW ? 12 : 40)
#define REST_US (IS_SLOW ? 200000 : 3000)

struct herd_order {
	atomic_uint hold; /* a futex; a process that waits for it does nothing else */
	atomic_bool end;
	atomic_bool ready; /* the first process has its user ID */
	atomic_int living;
	bool threads;
};

static struct herd_order *order;
static int order_fd;

static void rest(void)
{
	usleep(rand() % REST_US);
	while (order->hold)
		syscall(SYS_futex, &order->hold, FUTEX_WAIT, 1, NULL, NULL, 0);
}

static _Noreturn void leave(void)
{
	order->living--;
	if (rand() % 2)
		kill(getpid(), SIGKILL);
	_exit(rand() % 3);
}

static void *thread_body(void *argument)
{
	(void)argument;
	rest();
	prctl(PR_SET_NAME, rand() % 2 ? "thread one" : "thread two");
	rest();
	/* A raw system call, since the rest of the process may have exited. */
	syscall(SYS_exit, 0);
	return NULL;
}

static void start_thread(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_create(&thread, &attributes, thread_body, NULL);
}

static void run_again(void)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", order_fd);
	execl("/proc/self/exe", rand() % 2 ? "member" : "another", "--herd", fd, (char *)NULL);
}

static void bear(void)
{
	pid_t pid;

	order->living++;
	pid = fork();
	if (pid < 0)
		order->living--;
	if (!pid)
		srand(getpid());
}

static void do_something(bool first)
{
	char name[16];

	switch (rand() % 8) {
	case 0:
	case 1:
		if (order->living < MOST)
			bear();
		return;
	case 2:
	case 3:
		if (!first && order->living > LEAST)
			leave();
		return;
	case 4:
	case 5:
		snprintf(name, sizeof(name), "name %d", rand() % 100);
		prctl(PR_SET_NAME, name);
		return;
	case 6:
		if (!first)
			run_again();
		return;
	default:
		if (order->threads)
			start_thread();
	}
}

static _Noreturn void live(pid_t first)
{
	while (!order->end) {
		rest();
		if (!order->hold && !order->end)
			do_something(getpid() == first);
	}
	_exit(0);
}

static void map_order(int fd)
{
	order_fd = fd;
	order = mmap(NULL, sizeof(*order), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (order == MAP_FAILED)
		_exit(98);
}

void herd_main(int argc, char **argv)
{
	if (argc != 3 || strcmp(argv[1], "--herd") != 0)
		return;
	map_order(atoi(argv[2]));
	srand(getpid());
	live(0);
}

/* The first process ends them all if the test dies. */
static void *look_for_test(void *argument)
{
	pid_t test = *(pid_t *)argument;

	while (getppid() == test && !order->end)
		usleep(100000);
	order->end = true;
	order->hold = 0;
	syscall(SYS_futex, &order->hold, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	return NULL;
}

static _Noreturn void be_first(pid_t test, uid_t uid)
{
	pthread_t thread;

	setsid();
	/* Children are reaped automatically, both its own and orphans. */
	signal(SIGCHLD, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		_exit(99);
	pthread_create(&thread, NULL, look_for_test, &test);
	order->ready = true;
	live(getpid());
}

void herd_prepare(struct herd *herd)
{
	*herd = (struct herd){.uid = 1000000 + getpid()};
}

void herd_start(struct herd *herd, bool threads)
{
	pid_t test = getpid();

	herd->memory = syscall(SYS_memfd_create, "herd", 0);
	assert_true(herd->memory >= 0);
	assert_int_equal(ftruncate(herd->memory, sizeof(*order)), 0);
	map_order(herd->memory);
	herd->order = order;
	order->hold = 1;
	order->threads = threads;
	order->living = 1;
	herd->pid = fork();
	if (!herd->pid)
		be_first(test, herd->uid);
	assert_true(herd->pid > 0);
	WAIT_UNTIL(order->ready);
}

void herd_go(struct herd *herd)
{
	herd->order->hold = 0;
	syscall(SYS_futex, &herd->order->hold, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static bool all_rest(const struct member *members, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!members[i].rests)
			return false;
	return true;
}

void herd_hold(struct herd *herd)
{
	struct member before[512] = {0}, now[512] = {0};
	size_t count, last = 0;

	herd->order->hold = 1;
	/* Waits until two listings are equal and every process in them is at rest. */
	for (unsigned int turn = 0; turn < tool_longer(2000); turn++) {
		usleep(5000);
		count = herd_members(herd, now, 512, true);
		if (turn && count == last && !memcmp(before, now, count * sizeof(*now)) &&
		    all_rest(now, count))
			return;
		memcpy(before, now, sizeof(now));
		last = count;
	}
	fail_msg("the herd does not come to rest");
}

void herd_end(struct herd *herd)
{
	struct member members[512] = {0};

	if (!herd->pid)
		return;
	herd->order->end = true;
	herd_go(herd);
	waitpid(herd->pid, NULL, 0);
	while (herd_members(herd, members, 512, false))
		usleep(5000);
	munmap(herd->order, sizeof(*herd->order));
	close(herd->memory);
	*herd = (struct herd){.uid = herd->uid};
}

/* Reads a file of /proc as text; "" if it is gone. */
static void read_proc(char *text, size_t size, pid_t pid, pid_t tid, const char *name)
{
	char path[64];
	ssize_t got = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, text, size - 1);
		close(fd);
	}
	text[got > 0 ? got : 0] = '\0';
}

static bool read_member(struct member *member, uid_t uid, pid_t pid, pid_t tid)
{
	char status[4096], stat[1024];
	const char *ids, *name, *end;
	unsigned int real = 0;

	memset(member, 0, sizeof(*member));
	read_proc(status, sizeof(status), pid, tid, "status");
	ids = strstr(status, "\nUid:");
	if (!ids || sscanf(ids, "\nUid: %u", &real) != 1 || real != uid)
		return false;
	read_proc(stat, sizeof(stat), pid, tid, "stat");
	name = strchr(stat, '(');
	end = strrchr(stat, ')');
	if (!name || !end)
		return false;
	*member = (struct member){.pid = pid, .tid = tid, .rests = !strchr("RD", end[2])};
	memcpy(member->comm, name + 1, end - name - 1);
	/* Finds field 22 (starttime); the field after the comm is field 3. */
	for (unsigned int at = 2; at < 22 && end; at++)
		end = strchr(end + 1, ' ');
	if (pid == tid && end)
		member->start = strtoull(end, NULL, 10);
	return true;
}

int member_compare(const void *one, const void *other)
{
	pid_t a = ((const struct member *)one)->tid, b = ((const struct member *)other)->tid;

	return (a > b) - (a < b);
}

static size_t add_threads(struct member *members, size_t most, uid_t uid, pid_t pid, bool threads)
{
	char path[64];
	struct dirent *entry;
	size_t count = 0;
	DIR *directory;

	if (!threads)
		return read_member(members, uid, pid, pid);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	directory = opendir(path);
	while (directory && count < most && (entry = readdir(directory)))
		if (atoi(entry->d_name))
			count += read_member(members + count, uid, pid, atoi(entry->d_name));
	if (directory)
		closedir(directory);
	return count;
}

size_t herd_members(const struct herd *herd, struct member *members, size_t most, bool threads)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(proc);
	while (count < most && (entry = readdir(proc)))
		if (atoi(entry->d_name))
			count += add_threads(members + count, most - count, herd->uid,
					     atoi(entry->d_name), threads);
	closedir(proc);
	qsort(members, count, sizeof(*members), member_compare);
	return count;
}

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
#define IS_SLOW	 (tool_longer(1) > 1)
#define LEAST	 (IS_SLOW ? 5 : 15)
#define MOST	 (IS_SLOW ? 12 : 40)
#define SLEEP_US (IS_SLOW ? 200000 : 3000)

struct churn_control {
	atomic_uint hold; /* a futex; a process that waits for it does nothing else */
	atomic_bool end;
	atomic_bool ready; /* the first process has its user ID */
	atomic_int living;
	bool threads;
};

static struct churn_control *control;
static int control_fd;

static void rest(void)
{
	usleep(rand() % SLEEP_US);
	while (control->hold)
		syscall(SYS_futex, &control->hold, FUTEX_WAIT, 1, NULL, NULL, 0);
}

static _Noreturn void exit_randomly(void)
{
	control->living--;
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

	snprintf(fd, sizeof(fd), "%d", control_fd);
	execl("/proc/self/exe", rand() % 2 ? "one" : "another", "--churn", fd, (char *)NULL);
}

static void fork_child(void)
{
	pid_t pid;

	control->living++;
	pid = fork();
	if (pid < 0)
		control->living--;
	if (!pid)
		srand(getpid());
}

static void do_something(bool first)
{
	char name[16];

	switch (rand() % 8) {
	case 0:
	case 1:
		if (control->living < MOST)
			fork_child();
		return;
	case 2:
	case 3:
		if (!first && control->living > LEAST)
			exit_randomly();
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
		if (control->threads)
			start_thread();
	}
}

static _Noreturn void churn_until_end(pid_t first)
{
	while (!control->end) {
		rest();
		if (!control->hold && !control->end)
			do_something(getpid() == first);
	}
	_exit(0);
}

static void map_control(int fd)
{
	control_fd = fd;
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (control == MAP_FAILED)
		_exit(98);
}

void churn_main(int argc, char **argv)
{
	if (argc != 3 || strcmp(argv[1], "--churn") != 0)
		return;
	map_control(atoi(argv[2]));
	srand(getpid());
	churn_until_end(0);
}

/* The first process ends them all if the test dies. */
static void *exit_with_test(void *argument)
{
	pid_t test = *(pid_t *)argument;

	while (getppid() == test && !control->end)
		usleep(100000);
	control->end = true;
	control->hold = 0;
	syscall(SYS_futex, &control->hold, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
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
	pthread_create(&thread, NULL, exit_with_test, &test);
	control->ready = true;
	churn_until_end(getpid());
}

void churn_prepare(struct churn *churn)
{
	*churn = (struct churn){.uid = 1000000 + getpid()};
}

void churn_start(struct churn *churn, bool threads)
{
	pid_t test = getpid();

	churn->memory = syscall(SYS_memfd_create, "churn", 0);
	assert_true(churn->memory >= 0);
	assert_int_equal(ftruncate(churn->memory, sizeof(*control)), 0);
	map_control(churn->memory);
	churn->control = control;
	control->hold = 1;
	control->threads = threads;
	control->living = 1;
	churn->pid = fork();
	if (!churn->pid)
		be_first(test, churn->uid);
	assert_true(churn->pid > 0);
	WAIT_UNTIL(control->ready);
}

void churn_resume(struct churn *churn)
{
	churn->control->hold = 0;
	syscall(SYS_futex, &churn->control->hold, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static bool all_sleep(const struct churn_task *tasks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!tasks[i].sleeps)
			return false;
	return true;
}

void churn_pause(struct churn *churn)
{
	struct churn_task before[512] = {0}, now[512] = {0};
	size_t count, last = 0;

	churn->control->hold = 1;
	/* Waits until two listings are equal and every process in them is at rest. */
	for (unsigned int turn = 0; turn < tool_longer(2000); turn++) {
		usleep(5000);
		count = churn_list_tasks(churn, now, 512, true);
		if (turn && count == last && !memcmp(before, now, count * sizeof(*now)) &&
		    all_sleep(now, count))
			return;
		memcpy(before, now, sizeof(now));
		last = count;
	}
	fail_msg("the processes do not come to rest");
}

void churn_end(struct churn *churn)
{
	struct churn_task tasks[512] = {0};

	if (!churn->pid)
		return;
	churn->control->end = true;
	churn_resume(churn);
	waitpid(churn->pid, NULL, 0);
	while (churn_list_tasks(churn, tasks, 512, false))
		usleep(5000);
	munmap(churn->control, sizeof(*churn->control));
	close(churn->memory);
	*churn = (struct churn){.uid = churn->uid};
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

static bool read_task(struct churn_task *task, uid_t uid, pid_t pid, pid_t tid)
{
	char status[4096], stat[1024];
	const char *ids, *name, *end;
	unsigned int real = 0;

	memset(task, 0, sizeof(*task));
	read_proc(status, sizeof(status), pid, tid, "status");
	ids = strstr(status, "\nUid:");
	if (!ids || sscanf(ids, "\nUid: %u", &real) != 1 || real != uid)
		return false;
	read_proc(stat, sizeof(stat), pid, tid, "stat");
	name = strchr(stat, '(');
	end = strrchr(stat, ')');
	if (!name || !end)
		return false;
	*task = (struct churn_task){.pid = pid, .tid = tid, .sleeps = !strchr("RD", end[2])};
	memcpy(task->comm, name + 1, end - name - 1);
	/* Finds field 22 (starttime); the field after the comm is field 3. */
	for (unsigned int at = 2; at < 22 && end; at++)
		end = strchr(end + 1, ' ');
	if (pid == tid && end)
		task->start = strtoull(end, NULL, 10);
	return true;
}

int churn_task_compare(const void *one, const void *other)
{
	pid_t a = ((const struct churn_task *)one)->tid,
	      b = ((const struct churn_task *)other)->tid;

	return (a > b) - (a < b);
}

static size_t add_threads(struct churn_task *tasks, size_t most, uid_t uid, pid_t pid, bool threads)
{
	char path[64];
	struct dirent *entry;
	size_t count = 0;
	DIR *directory;

	if (!threads)
		return read_task(tasks, uid, pid, pid);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	directory = opendir(path);
	while (directory && count < most && (entry = readdir(directory)))
		if (atoi(entry->d_name))
			count += read_task(tasks + count, uid, pid, atoi(entry->d_name));
	if (directory)
		closedir(directory);
	return count;
}

size_t churn_list_tasks(const struct churn *churn, struct churn_task *tasks, size_t most,
			bool threads)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(proc);
	while (count < most && (entry = readdir(proc)))
		if (atoi(entry->d_name))
			count += add_threads(tasks + count, most - count, churn->uid,
					     atoi(entry->d_name), threads);
	closedir(proc);
	qsort(tasks, count, sizeof(*tasks), churn_task_compare);
	return count;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Starts, measures and stops listeners and loads; see process.h. */
#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_MS 5000

/* The processes to kill when the benchmark ends. 0: a free element. */
static volatile pid_t running[8];

static void kill_all(void)
{
	for (size_t i = 0; i < sizeof(running) / sizeof(running[0]); i++) {
		if (!running[i])
			continue;
		kill(running[i], SIGKILL);
		waitpid(running[i], NULL, 0);
		running[i] = 0;
	}
}

static void on_end(int number)
{
	kill_all();
	_exit(128 + number);
}

void process_kill_at_exit(void)
{
	struct sigaction action = {.sa_handler = on_end};

	sigaddset(&action.sa_mask, SIGINT);
	sigaddset(&action.sa_mask, SIGTERM);
	sigaddset(&action.sa_mask, SIGHUP);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	atexit(kill_all);
}

static void fail(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void replace_pid(pid_t old, pid_t new)
{
	for (size_t i = 0; i < sizeof(running) / sizeof(running[0]); i++)
		if (running[i] == old) {
			running[i] = new;
			return;
		}
}

bool program_is_installed(const char *name)
{
	const char *path = getenv("PATH");
	char list[4096], file[4400], *rest = list;
	const char *directory;

	snprintf(list, sizeof(list), "/usr/sbin:%s", path ? path : "/usr/bin");
	while ((directory = strsep(&rest, ":"))) {
		snprintf(file, sizeof(file), "%s/%s", directory, name);
		if (!access(file, X_OK))
			return true;
	}
	return false;
}

static void exec_program(const char *const *argv, int out, int err, int cpu)
{
	cpu_set_t allowed;

	/* Ends this process even if the benchmark is killed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CPU_ZERO(&allowed);
	if (cpu != ANY_CPU) {
		CPU_SET(cpu, &allowed);
		sched_setaffinity(0, sizeof(allowed), &allowed);
	}
	dup2(out >= 0 ? out : open("/dev/null", O_WRONLY), STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execvp(argv[0], (char **)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

void process_start(struct process *process, const char *const *argv, int out, int cpu)
{
	sigset_t all, old;

	*process = (struct process){.err = memfd_create("err", MFD_CLOEXEC)};
	/* Otherwise a signal between fork() and replace_pid() would leave the process. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	process->pid = fork();
	if (!process->pid) {
		sigprocmask(SIG_SETMASK, &old, NULL);
		exec_program(argv, out, process->err, cpu);
	}
	if (process->pid > 0)
		replace_pid(0, process->pid);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (process->pid < 0 || process->err < 0)
		fail("cannot start a process");
}

static double timeval_ns(struct timeval time)
{
	return (double)time.tv_sec * 1e9 + (double)time.tv_usec * 1e3;
}

/* Waits up to `ms` milliseconds for the process to end (-1: no limit). Returns whether it has. */
static bool wait_and_reap(struct process *process, int ms, int *status)
{
	struct rusage usage;
	pid_t got;

	do {
		got = wait4(process->pid, status, ms < 0 ? 0 : WNOHANG, &usage);
		if (!got)
			usleep(1000);
	} while ((!got && ms-- > 0) || (got < 0 && errno == EINTR));
	if (got < 0)
		fail("cannot wait");
	if (!got)
		return false;
	replace_pid(process->pid, 0);
	process->cpu_ns = timeval_ns(usage.ru_utime) + timeval_ns(usage.ru_stime);
	process->peak_kb = usage.ru_maxrss;
	return true;
}

static int read_err(struct process *process, int status)
{
	ssize_t got = pread(process->err, process->err_text, sizeof(process->err_text) - 1, 0);

	process->err_text[got > 0 ? got : 0] = '\0';
	close(process->err);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int process_wait(struct process *process)
{
	int status;

	wait_and_reap(process, -1, &status);
	return read_err(process, status);
}

int process_stop(struct process *process)
{
	int status;

	kill(process->pid, SIGINT);
	if (!wait_and_reap(process, STOP_MS, &status)) {
		kill(process->pid, SIGKILL);
		wait_and_reap(process, -1, &status);
	}
	return read_err(process, status);
}

bool process_ended(const struct process *process)
{
	siginfo_t info = {0};

	return waitid(P_PID, process->pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

bool process_read_counts(const struct process *process, uint64_t *events, uint64_t *lost)
{
	unsigned long long seen, missed;

	if (sscanf(process->err_text, "%*[^:]: %llu event%*[^0-9]%llu", &seen, &missed) != 2)
		return false;
	*events = seen;
	*lost = missed;
	return true;
}

static void add_cpu(const char *task, void *sum)
{
	unsigned long long ns;
	char path[320];
	FILE *file;

	snprintf(path, sizeof(path), "%s/schedstat", task);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "%llu", &ns) == 1)
		*(uint64_t *)sum += ns;
	fclose(file);
}

static long read_status(const char *task, const char *label)
{
	size_t length = strlen(label);
	char path[320], line[256];
	long number = -1;
	FILE *file;

	snprintf(path, sizeof(path), "%s/status", task);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, label, length) && line[length] == ':')
			number = strtol(line + length + 1, NULL, 10);
	if (file)
		fclose(file);
	return number;
}

static void add_switches(const char *task, void *sum)
{
	*(long *)sum += read_status(task, "voluntary_ctxt_switches") +
			read_status(task, "nonvoluntary_ctxt_switches");
}

static void each_task(const struct process *process, void (*add)(const char *, void *), void *sum)
{
	struct dirent *entry;
	char path[300];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", process->pid);
	tasks = opendir(path);
	if (!tasks)
		fail("cannot read a listener's threads");
	while ((entry = readdir(tasks))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s", process->pid, entry->d_name);
		add(path, sum);
	}
	closedir(tasks);
}

uint64_t process_cpu_ns(const struct process *process)
{
	uint64_t sum = 0;

	each_task(process, add_cpu, &sum);
	return sum;
}

long process_switches(const struct process *process)
{
	long sum = 0;

	each_task(process, add_switches, &sum);
	return sum;
}

long process_status(const struct process *process, const char *label)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d", process->pid);
	return read_status(path, label);
}

struct turn load_run(const char *kind, uint64_t count)
{
	struct process load;
	struct turn turn;
	char number[32], text[64] = "";
	int out[2];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)count);
	if (pipe2(out, O_CLOEXEC))
		fail("cannot make a pipe");
	process_start(&load, (const char *const[]){BUILD "/bench/work_load", kind, number, NULL},
		      out[1], ANY_CPU);
	close(out[1]);
	if (read(out[0], text, sizeof(text) - 1) <= 0 ||
	    sscanf(text, "%lf %lf", &turn.wall_ns, &turn.cpu_ns) != 2) {
		fprintf(stderr, "bench: the load %s printed nothing\n", kind);
		exit(1);
	}
	close(out[0]);
	process_wait(&load);
	return turn;
}

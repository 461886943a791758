// SPDX-License-Identifier: GPL-2.0-or-later
/* Listeners and loads; see process.h. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

void process_start(struct process *process, const char *const *argv, int out)
{
	*process = (struct process){.err = memfd_create("err", MFD_CLOEXEC)};
	process->pid = fork();
	if (process->pid < 0 || process->err < 0)
		die("cannot start a process");
	if (process->pid)
		return;
	/* It must not outlive an interrupted bench. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out >= 0 ? out : open("/dev/null", O_WRONLY), STDOUT_FILENO);
	dup2(process->err, STDERR_FILENO);
	execvp(argv[0], (char **)argv);
	_exit(127);
}

int process_wait(struct process *process)
{
	ssize_t got;
	int status;

	while (waitpid(process->pid, &status, 0) < 0)
		if (errno != EINTR)
			die("cannot wait");
	got = pread(process->err, process->said, sizeof(process->said) - 1, 0);
	process->said[got > 0 ? got : 0] = '\0';
	close(process->err);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int process_stop(struct process *process)
{
	kill(process->pid, SIGINT);
	return process_wait(process);
}

static FILE *open_proc(const struct process *process, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", process->pid, name);
	return fopen(path, "re");
}

uint64_t process_cpu_ns(const struct process *process)
{
	FILE *file = open_proc(process, "schedstat");
	unsigned long long ns = 0;

	if (!file || fscanf(file, "%llu", &ns) != 1)
		die("cannot read schedstat");
	fclose(file);
	return ns;
}

long process_status(const struct process *process, const char *label)
{
	FILE *file = open_proc(process, "status");
	size_t length = strlen(label);
	char line[256];
	long number = -1;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, label, length) && line[length] == ':')
			number = strtol(line + length + 1, NULL, 10);
	if (file)
		fclose(file);
	return number;
}

double process_load(const char *kind, uint64_t count)
{
	const char *path = "build/bench/load";
	struct process load;
	char number[32], text[64] = "";
	int out[2];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)count);
	if (pipe2(out, O_CLOEXEC))
		die("cannot make a pipe");
	process_start(&load, (const char *const[]){path, kind, number, NULL}, out[1]);
	close(out[1]);
	if (read(out[0], text, sizeof(text) - 1) <= 0)
		die("the load said nothing");
	close(out[0]);
	process_wait(&load);
	return strtod(text, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes that execute a program on request; see exec_targets.h. */
#include "workload/exec_targets.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/prctl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/setuid_program.h"
#include "harness/run_tool.h"

/* The address of the targets' arguments, and after the exec that of the program's secret. */
#define FIXED_ADDRESS ((char *)0x100000000)
#define NAME	      "procsieve-target"

/* Occurs in no other memory. */
static const char secret[] = "pr0cs1eve's s3cr3t! ";

static void fill_secret(char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = secret[i % (sizeof(secret) - 1)];
}

bool targets_secret_in(const void *bytes, size_t size)
{
	return memmem(bytes, size, secret, sizeof(secret) / 2);
}

static void make_secret(char *path)
{
	char bytes[SECRET_SIZE];
	int fd;

	strcpy(path, "/tmp/procsieve-secret-XXXXXX");
	fd = mkostemp(path, O_CLOEXEC);
	assert_true(fd >= 0);
	fill_secret(bytes, sizeof(bytes));
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	close(fd);
}

bool targets_prepare(struct targets *targets, uid_t user, mode_t mode)
{
	*targets =
		(struct targets){.user = user, .set_uid = mode & S_ISUID, .go_fd = -1, .ready = -1};
	if (!setuid_program_copy("/proc/self/exe", targets->program, 0, 0, mode))
		return false;
	make_secret(targets->secret);
	return true;
}

void targets_remove(const struct targets *targets)
{
	unlink(targets->program);
	unlink(targets->secret);
}

static char *map_fixed_page(void)
{
	char *place = mmap(FIXED_ADDRESS, SECRET_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (place != FIXED_ADDRESS)
		_exit(90);
	return memset(place, 'a', SECRET_SIZE - 1);
}

/* The layout of this process's memory, from the fields of /proc/self/stat after the comm. */
static void read_bounds(struct prctl_mm_map *map)
{
	unsigned long long fields[53] = {0};
	char text[2048], *at;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t got = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[got > 0 ? got : 0] = '\0';
	at = strrchr(text, ')');
	for (unsigned int i = 3; at && i < 53; i++) {
		at = strchr(at + 1, ' ');
		fields[i] = at ? strtoull(at, NULL, 10) : 0;
	}
	*map = (struct prctl_mm_map){
		.start_code = fields[26],
		.end_code = fields[27],
		.start_stack = fields[28],
		.start_data = fields[45],
		.end_data = fields[46],
		.start_brk = fields[47],
		.brk = (uintptr_t)sbrk(0),
		.env_start = fields[50],
		.env_end = fields[51],
		.exe_fd = -1,
	};
}

/* Uses PR_SET_MM_MAP, which an unprivileged process may use. */
static void move_arguments(void)
{
	struct prctl_mm_map map;

	read_bounds(&map);
	map.arg_start = (uintptr_t)map_fixed_page();
	map.arg_end = map.arg_start + SECRET_SIZE;
	if (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0))
		_exit(91);
}

static _Noreturn void run_target(const struct targets *targets, int go_fd, int ready)
{
	char descriptor[16], byte = '.';

	if (setgroups(0, NULL) || setresgid(targets->user, targets->user, targets->user) ||
	    setresuid(targets->user, targets->user, targets->user))
		_exit(92);
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	move_arguments();
	if (write(ready, &byte, 1) != 1 || read(go_fd, &byte, 1))
		_exit(93);
	snprintf(descriptor, sizeof(descriptor), "%d", ready);
	execl(targets->program, NAME, targets->secret, descriptor, (char *)NULL);
	_exit(94);
}

static void wait_ready(const struct targets *targets)
{
	char byte;

	for (unsigned int i = 0; i < TARGETS; i++)
		assert_int_equal(read(targets->ready, &byte, 1), 1);
}

void targets_start(struct targets *targets)
{
	int go_fd[2], ready[2];

	assert_int_equal(pipe2(go_fd, O_CLOEXEC) | pipe(ready), 0);
	for (unsigned int i = 0; i < TARGETS; i++) {
		targets->pids[i] = fork();
		if (!targets->pids[i]) {
			close(go_fd[1]);
			close(ready[0]);
			run_target(targets, go_fd[0], ready[1]);
		}
	}
	close(go_fd[0]);
	close(ready[1]);
	targets->go_fd = go_fd[1];
	targets->ready = ready[0];
	wait_ready(targets);
}

void targets_execute(struct targets *targets)
{
	close(targets->go_fd);
	targets->go_fd = -1;
	wait_ready(targets);
}

void targets_end(struct targets *targets)
{
	for (unsigned int i = 0; i < TARGETS; i++) {
		kill(targets->pids[i], SIGKILL);
		waitpid(targets->pids[i], NULL, 0);
	}
	if (targets->go_fd >= 0)
		close(targets->go_fd);
	close(targets->ready);
}

int targets_find(const struct targets *targets, pid_t pid)
{
	for (int i = 0; i < TARGETS; i++)
		if (targets->pids[i] == pid)
			return i;
	return -1;
}

void targets_main(int argc, char **argv)
{
	char byte = '.', *place;
	int file;

	if (argc != 3 || strcmp(argv[0], NAME) != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	place = map_fixed_page();
	file = open(argv[1], O_RDONLY);
	if (file >= 0 && read(file, place, SECRET_SIZE) != SECRET_SIZE)
		_exit(95);
	if (write(atoi(argv[2]), &byte, 1) != 1)
		_exit(96);
	for (;;)
		pause();
}

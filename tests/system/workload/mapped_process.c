// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes with mappings and files of every kind; see mapped_process.h. */
#include "workload/mapped_process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run_tool.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA	     0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

#define PAGE MAPPED_PAGE

static char mapped_processes_directory[64];

void child_need(bool condition, int code)
{
	if (!condition)
		_exit(code);
}

int child_open(const char *name, int flags)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | flags, 0600);

	child_need(fd >= 0 && !ftruncate(fd, 16 * PAGE), 90);
	return fd;
}

/* What the process keeps for its lifetime. */
static void *held;

void child_map(size_t pages, int prot, int flags, int fd, off_t page)
{
	held = mmap(NULL, pages * PAGE, prot, flags, fd, page * PAGE);
	child_need(held != MAP_FAILED, 91);
}

static void map_named(size_t pages, int flags, const char *name)
{
	child_map(pages, PROT_READ, MAP_ANONYMOUS | flags, -1, 0);
	/* A kernel without these names shows none in /proc either. */
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, held, pages * PAGE, name);
}

void child_set_fd(int fd, int code)
{
	child_need(fd >= 0, code);
}

void mapped_process_maps(void)
{
	int odd = child_open(ODD_FILE_NAME, 0), gone = child_open("gone", 0);
	const int anonymous = MAP_ANONYMOUS | MAP_PRIVATE;

	child_map(3, PROT_READ, MAP_PRIVATE, odd, 2);
	child_map(1, PROT_READ | PROT_WRITE, MAP_SHARED, odd, 15);
	child_map(2, PROT_READ | PROT_EXEC, MAP_PRIVATE, gone, 0);
	child_map(2, PROT_READ, MAP_SHARED, gone, 0);
	child_need(!unlink("gone"), 92);
	child_map(4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	child_map(4, PROT_NONE, anonymous, -1, 0);
	child_map(4, PROT_READ | PROT_WRITE, anonymous, -1, 0);
	child_map(4, PROT_READ | PROT_WRITE | PROT_EXEC, anonymous, -1, 0);
	child_map(4, PROT_WRITE, anonymous | MAP_GROWSDOWN, -1, 0);
	map_named(4, MAP_PRIVATE, "a name (of mine)");
	map_named(4, MAP_SHARED, "shared");
	/* Otherwise there is no heap. */
	held = sbrk(PAGE);
}

void mapped_process_files(void)
{
	int fds[2], memory = memfd_create("name of memory", MFD_ALLOW_SEALING);
	int log = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int gone = child_open("gone as well", O_NONBLOCK | O_SYNC);

	child_need(memory >= 0 && write(memory, "12345", 5) == 5, 80);
	child_need(log >= 0 && write(log, "123", 3) == 3, 81);
	child_need(lseek(gone, 0x123456789, SEEK_SET) == 0x123456789 && !unlink("gone as well"),
		   82);
	child_need(!pipe(fds) && !pipe2(fds, O_NONBLOCK | O_CLOEXEC | O_DIRECT), 83);
	child_set_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 84);
	child_need(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 85);
	child_set_fd(eventfd(3, EFD_CLOEXEC | EFD_NONBLOCK), 86);
	child_set_fd(epoll_create1(EPOLL_CLOEXEC), 86);
	child_set_fd(open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), 87);
	child_set_fd(open(".", O_PATH), 88);
	child_set_fd(open("/dev/null", O_RDWR), 88);
	child_set_fd(open("/proc/self/maps", O_RDONLY), 89);
	child_set_fd(open(ODD_FILE_NAME, O_RDONLY), 89);
	child_need(dup2(log, 500) == 500, 79);
}

static void *stand_still(void *hold)
{
	char byte;

	while (read(*(int *)hold, &byte, 1) < 0 && errno == EINTR)
		;
	return NULL;
}

static void have_threads(int *hold)
{
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		child_need(!pthread_create(&thread, NULL, stand_still, hold), 78);
}

struct mapped_process mapped_process_start(mapped_process_prepare *have, bool threads)
{
	int hold[2], ready[2];
	struct mapped_process process;
	char byte = 0;

	assert_int_equal(pipe2(hold, O_CLOEXEC) | pipe2(ready, O_CLOEXEC), 0);
	process = (struct mapped_process){fork(), hold[1]};
	assert_true(process.pid >= 0);
	if (!process.pid) {
		close(hold[1]);
		close(ready[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		child_need(!chdir(mapped_processes_directory), 77);
		have();
		if (threads)
			have_threads(&hold[0]);
		child_need(write(ready[1], &byte, 1) == 1, 76);
		stand_still(&hold[0]);
		_exit(0);
	}
	close(hold[0]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		int status = 0;

		waitpid(process.pid, &status, 0);
		fail_msg("the child could not prepare: status %#x", status);
	}
	close(ready[0]);
	return process;
}

void mapped_process_end(struct mapped_process *process)
{
	close(process->hold);
	waitpid(process->pid, NULL, 0);
}

int mapped_processes_set_up(void **state)
{
	char layers[96];

	(void)state;
	strcpy(mapped_processes_directory, "/tmp/procsieve-maps-XXXXXX");
	if (!mkdtemp(mapped_processes_directory))
		return -1;
	snprintf(layers, sizeof(layers), "%s/layers", mapped_processes_directory);
	return mkdir(layers, 0700);
}

int mapped_processes_tear_down(void **state)
{
	static const char *const names[] = {ODD_FILE_NAME, "log", "gone", "gone as well"};
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", mapped_processes_directory, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/layers", mapped_processes_directory);
	rmdir(path);
	return rmdir(mapped_processes_directory);
}

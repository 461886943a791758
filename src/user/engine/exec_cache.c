// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernels before 6.16: fills the exec cache (src/bpf/event/exec_cache.h) from /proc with the
 * programs of the processes that already run when a listener starts. Runs once, before the first
 * event is delivered.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <procsieve/record.h>

#include "engine/engine_internal.h"
#include "base/memory_bound.h"

/*
 * Root owns a process's /proc directory if even the process's own user may not inspect it. For a
 * process of root this check says nothing.
 */
static bool is_private(int pid)
{
	struct stat status;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return stat(path, &status) || !status.st_uid;
}

/*
 * Reads filename and argv of a running process. Returns false if it has none, like kernel threads
 * and zombies.
 */
static bool read_program(int pid, struct exec_cache_long *program)
{
	char path[64];
	ssize_t name, args;
	int fd;

	memset(&program->head, 0, sizeof(program->head));
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	name = readlink(path, program->data, PROCSIEVE_PATH_MAX);
	if (name < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	args = read(fd, program->data + name, sizeof(program->data) - name);
	close(fd);
	if (args < 0)
		return false;
	if (name + args == sizeof(program->data))
		program->head.flags = PROCSIEVE_F_ARGV_CUT;
	program->head.filename_len = name;
	program->head.argv_len = args;
	program->head.from_proc = 1;
	program->head.not_dumpable = is_private(pid);
	return true;
}

/* Stores a program unless an exec or fork hook has stored one first. Returns whether it was new. */
static bool store_program(struct procsieve_bpf *bpf, int pidfd,
			  const struct exec_cache_long *program)
{
	int short_fd = bpf_map__fd(bpf->maps.short_cmdlines);
	int long_fd = bpf_map__fd(bpf->maps.long_cmdlines);
	size_t length = program->head.filename_len + program->head.argv_len;
	struct exec_cache_short short_program = {.head = program->head};

	if (length > sizeof(short_program.data))
		return !bpf_map_update_elem(long_fd, &pidfd, program, BPF_NOEXIST);
	memcpy(short_program.data, program->data, length);
	return !bpf_map_update_elem(short_fd, &pidfd, &short_program, BPF_NOEXIST);
}

/*
 * Keeps a quarter of the memory limit free for everything else, as src/bpf/core/memcg_room.h does.
 */
static bool has_room(void)
{
	struct memory_bound bound;
	uint64_t left, limit;
	bool room;

	memory_bound_open(&bound);
	room = !memory_bound_left(&bound, &left, &limit) || left >= limit / 4;
	memory_bound_close(&bound);
	return room;
}

static bool cache_program(struct procsieve_bpf *bpf, int pid, int pidfd,
			  struct exec_cache_long *program)
{
	return has_room() && read_program(pid, program) && store_program(bpf, pidfd, program);
}

static bool remove_program(struct procsieve_bpf *bpf, int pid, int pidfd,
			   struct exec_cache_long *program)
{
	(void)pid;
	(void)program;
	bpf_map_delete_elem(bpf_map__fd(bpf->maps.short_cmdlines), &pidfd);
	bpf_map_delete_elem(bpf_map__fd(bpf->maps.long_cmdlines), &pidfd);
	return true;
}

typedef bool process_visit(struct procsieve_bpf *bpf, int pid, int pidfd,
			   struct exec_cache_long *program);

static bool visit_process(struct procsieve_bpf *bpf, int pid, process_visit *visit,
			  struct exec_cache_long *program)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);
	bool done;

	if (pidfd < 0)
		return false;
	done = visit(bpf, pid, pidfd, program);
	close(pidfd);
	return done;
}

/* Returns the number of processes for which `visit` returned true. */
static unsigned int visit_all(struct procsieve_bpf *bpf, process_visit *visit,
			      struct exec_cache_long *program)
{
	DIR *proc = opendir("/proc");
	unsigned int count = 0;
	struct dirent *entry;

	if (!proc)
		return 0;
	while ((entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			count += visit_process(bpf, atoi(entry->d_name), visit, program);
	closedir(proc);
	return count;
}

void engine_exec_cache_fill(struct procsieve_bpf *bpf)
{
	struct exec_cache_long *program = malloc(sizeof(*program));

	/*
	 * If a process forks before its own program is cached, the child inherits nothing. Repeat
	 * until a pass finds nothing new.
	 */
	while (program && visit_all(bpf, cache_program, program))
		;
	free(program);
}

void engine_exec_cache_clear(struct procsieve_bpf *bpf)
{
	visit_all(bpf, remove_program, NULL);
}

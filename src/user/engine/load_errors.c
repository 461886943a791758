// SPDX-License-Identifier: GPL-2.0-or-later
/* Explains why the kernel refused our programs; see load_errors.h. */
#include "engine/load_errors.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/kernel_btf.h"
#include "engine/required_features.h"

#define SHOW_MORE "PROCSIEVE_DEBUG=1 in the environment shows more"

/* What libbpf prints is for developers; our messages state cause and remedy without it. */
static int print_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_WARN || !getenv("PROCSIEVE_DEBUG"))
		return 0;
	return vfprintf(stderr, format, args);
}

/*
 * Replaces libbpf's function (see src/link/link.mk), which lists the ids of BTF objects to find
 * module types. Our programs use none. Listing them needs a privilege that the server has dropped
 * when it loads a snapshot.
 */
int __wrap_bpf_btf_get_next_id(__u32 start, __u32 *next);

int __wrap_bpf_btf_get_next_id(__u32 start, __u32 *next)
{
	(void)start;
	(void)next;
	errno = ENOENT;
	return -ENOENT;
}

void load_begin(void)
{
	libbpf_set_print(print_warning);
}

int load_refused(int err, struct reason *why)
{
	if (err == -ENOSYS)
		return reason_set(why, STATUS_KERNEL,
				  "this kernel has no bpf(2); it must be built with "
				  "CONFIG_BPF_SYSCALL=y");
	if (err == -EPERM || err == -EACCES)
		return reason_set(why, STATUS_PRIVILEGE,
				  "the kernel refuses BPF to this process (lockdown, seccomp, or a "
				  "container without privileges); " SHOW_MORE);
	return 0;
}

/*
 * Returns whether a program may read kernel memory, as all of ours do. Under
 * lockdown=confidentiality the kernel returns just EINVAL.
 */
static bool may_read_kernel(void)
{
	static const struct bpf_insn read_nothing[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 1, .src_reg = 10},
		{.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 1, .imm = -8},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 8},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int program =
		bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "read_nothing", "GPL", read_nothing,
			      sizeof(read_nothing) / sizeof(*read_nothing), NULL);

	if (program >= 0)
		close(program);
	return program != -EINVAL;
}

/* Descriptors needed besides an object's own: rings, hooks, epoll, output. */
#define OTHER_FDS 32

/* Tests whether `count` descriptors can be opened (at most 256), by duplicating one that often. */
static bool can_open_fds(unsigned int count)
{
	int copies[256];
	unsigned int opened = 0;

	if (count > sizeof(copies) / sizeof(copies[0]))
		count = sizeof(copies) / sizeof(copies[0]);
	while (opened < count && (copies[opened] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		opened++;
	for (unsigned int i = 0; i < opened; i++)
		close(copies[i]);
	return opened == count;
}

int load_check_descriptors(const struct bpf_object *object, struct reason *why)
{
	unsigned int needed = OTHER_FDS;
	struct bpf_program *program;
	const struct bpf_map *map;

	bpf_object__for_each_map(map, object) needed++;
	bpf_object__for_each_program(program, object) needed += bpf_program__autoload(program);
	if (can_open_fds(needed))
		return 0;
	return reason_set(why, STATUS_FAILURE,
			  "the BPF programs need %u file descriptors, more than this process may "
			  "open; raise ulimit -n or LimitNOFILE=",
			  needed);
}

/*
 * Errors that mean that this process, its user or the machine lacks a resource, whatever the kernel
 * supports.
 */
static const struct {
	int error;
	const char *cause;
} shortages[] = {
	{EMFILE,
	 "this process may not open more file descriptors; raise ulimit -n or LimitNOFILE="},
	{ENFILE, "too many files are open on this machine; raise sysctl fs.file-max"},
	{ENOMEM, "out of memory (of the machine, of this cgroup, or ulimit -v)"},
	{ENOSPC, "no space is left in a table of the kernel"},
	{EAGAIN,
	 "the kernel cannot do this at the moment; try again, or raise ulimit -u or TasksMax="},
	{EINTR, "a signal interrupted this"},
};

/* Returns the cause if an error is in the table above, or NULL. */
static const char *shortage_of(int err)
{
	for (size_t i = 0; i < sizeof(shortages) / sizeof(shortages[0]); i++)
		if (err == -shortages[i].error)
			return shortages[i].cause;
	return NULL;
}

bool load_is_shortage(int err)
{
	return shortage_of(err) != NULL;
}

enum status load_status(int err)
{
	return load_is_shortage(err) ? STATUS_FAILURE : STATUS_KERNEL;
}

int load_failed(int err, struct reason *why)
{
	const char *shortage = shortage_of(err);
	int refused;

	if (shortage)
		return reason_set(why, STATUS_FAILURE, "the BPF programs do not load: %s",
				  shortage);
	if (access("/sys/kernel", F_OK))
		return reason_set(why, STATUS_KERNEL,
				  "/sys is not mounted here, and " KERNEL_BTF " is needed; mount "
				  "it: mount -t sysfs sysfs /sys");
	if (access(KERNEL_BTF, R_OK))
		return reason_set(why, STATUS_KERNEL,
				  "this kernel does not describe its types (" KERNEL_BTF ": "
				  "%s); it must be built with CONFIG_DEBUG_INFO_BTF=y",
				  strerror(errno));
	refused = err == -EACCES ? 0 : load_refused(err, why);
	if (refused)
		return refused;
	refused = features_check(why);
	if (refused)
		return refused;
	if (err == -EINVAL && !may_read_kernel())
		return reason_set(why, STATUS_KERNEL,
				  "this kernel does not let BPF programs read its memory "
				  "(lockdown=confidentiality)");
	return reason_set(why, STATUS_KERNEL,
			  "the BPF programs do not load on this kernel: %s; " SHOW_MORE,
			  strerror(-err));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another user of BPF; see other_bpf_user.h. Uses system calls, so that it does not depend on
 * libbpf as procsieve does.
 */
#include "workload/other_bpf_user.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run_tool.h"

/* FSCONFIG_CMD_CREATE, which <sys/mount.h> has since glibc 2.36. */
#define CREATE 6

static const char *const tracepoints[] = {"task/task_rename", "task/task_newtask",
					  "sched/sched_process_exit"};

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* Runs for a while: it counts down. */
static int load(enum bpf_prog_type type)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = 256},
		{.code = BPF_ALU64 | BPF_SUB | BPF_K, .dst_reg = 1, .imm = 1},
		{.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 1, .off = -2},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (uintptr_t)insns,
		.insn_cnt = sizeof(insns) / sizeof(insns[0]),
		.license = (uintptr_t) "GPL",
	};

	return (int)bpf(BPF_PROG_LOAD, &attr);
}

static bool attach_raw(const char *tracepoint)
{
	union bpf_attr attr = {0};

	attr.raw_tracepoint.name = (uintptr_t)(strchr(tracepoint, '/') + 1);
	attr.raw_tracepoint.prog_fd = load(BPF_PROG_TYPE_RAW_TRACEPOINT);
	return bpf(BPF_RAW_TRACEPOINT_OPEN, &attr) >= 0;
}

static int open_tracefs(void)
{
	int context = (int)syscall(SYS_fsopen, "tracefs", 0);

	if (context < 0 || syscall(SYS_fsconfig, context, CREATE, NULL, NULL, 0))
		return -1;
	return (int)syscall(SYS_fsmount, context, 0, 0);
}

static bool attach_classic(int tracefs, const char *tracepoint)
{
	struct perf_event_attr event = {.type = PERF_TYPE_TRACEPOINT, .size = sizeof(event)};
	char path[64], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "events/%s/id", tracepoint);
	fd = openat(tracefs, path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return false;
	close(fd);
	event.config = strtoull(text, NULL, 10);
	fd = (int)syscall(SYS_perf_event_open, &event, -1, 0, -1, 0);
	return fd >= 0 && !ioctl(fd, PERF_EVENT_IOC_SET_BPF, load(BPF_PROG_TYPE_TRACEPOINT));
}

static bool attach(void)
{
	int tracefs = open_tracefs();

	for (size_t i = 0; i < sizeof(tracepoints) / sizeof(tracepoints[0]); i++)
		if (!attach_raw(tracepoints[i]) || !attach_classic(tracefs, tracepoints[i]))
			return false;
	return true;
}

static void update(int map)
{
	unsigned long value = 0;
	unsigned int key = 1;
	union bpf_attr attr = {.map_fd = (unsigned int)map};

	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&value;
	for (;; value++)
		bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

static void run(unsigned int cpu, int ready)
{
	union bpf_attr attr = {.map_type = BPF_MAP_TYPE_HASH,
			       .key_size = sizeof(unsigned int),
			       .value_size = sizeof(unsigned long),
			       .max_entries = 16};
	int map = (int)bpf(BPF_MAP_CREATE, &attr);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (map < 0 || sched_setaffinity(0, sizeof(set), &set) || !attach() ||
	    write(ready, "", 1) != 1)
		_exit(1);
	update(map);
}

void other_bpf_user_start(struct other_bpf_user *other_bpf_user, unsigned int cpu)
{
	char byte;
	int ready[2];

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	other_bpf_user->pid = fork();
	assert_true(other_bpf_user->pid >= 0);
	if (!other_bpf_user->pid)
		run(cpu, ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		fail_msg("no other programs can be had beside ours");
	close(ready[0]);
}

void other_bpf_user_end(struct other_bpf_user *other_bpf_user)
{
	kill(other_bpf_user->pid, SIGKILL);
	waitpid(other_bpf_user->pid, NULL, 0);
}

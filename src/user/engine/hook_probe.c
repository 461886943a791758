// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests what kinds of hooks the kernel allows; see hook_probe.h. */
#include "engine/hook_probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/kernel_btf.h"

/*
 * Some kernels return this for every function when the first program is attached to one. <errno.h>
 * does not define it.
 */
#define KERNEL_ENOTSUPP 524

/* A program that does nothing. */
static const struct bpf_insn empty_program[] = {
	{.code = BPF_ALU64 | BPF_MOV | BPF_K},
	{.code = BPF_JMP | BPF_EXIT},
};

bool hook_probe_rename_has_pid(void)
{
	const char *path = kernel_btf_path();
	struct btf *types = path ? btf__parse(path, NULL) : btf__load_vmlinux_btf();
	int id = types ? btf__find_by_name_kind(types, "trace_event_raw_task_rename",
						BTF_KIND_STRUCT)
		       : -1;
	bool found = false;

	if (id > 0) {
		const struct btf_type *type = btf__type_by_id(types, id);

		for (unsigned int i = 0; i < btf_vlen(type); i++)
			found |= !strcmp(btf__name_by_offset(types, btf_members(type)[i].name_off),
					 "pid");
	}
	btf__free(types);
	return found;
}

int hook_probe_perf_event(void)
{
	struct perf_event_attr event = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(event),
		.config = PERF_COUNT_SW_DUMMY,
		.disabled = 1,
	};
	unsigned int cpu = 0;
	int fd;

	syscall(SYS_getcpu, &cpu, NULL, NULL);
	fd = (int)syscall(SYS_perf_event_open, &event, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int hook_probe_function(const struct btf *types, const char *name, int *link)
{
	int function = types ? btf__find_by_name_kind(types, name, BTF_KIND_FUNC) : -ENOENT;
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FEXIT,
		    .attach_btf_id = function);
	int program, err = 0;

	if (function < 0)
		return function;
	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "try_function", "GPL", empty_program, 2,
				&opts);
	if (program < 0)
		return program;
	if (*link < 0) {
		*link = bpf_raw_tracepoint_open(NULL, program);
		err = *link < 0 ? *link : 0;
	}
	close(program);
	return err == -KERNEL_ENOTSUPP ? -ENOTSUP : err;
}

bool hook_probe_ftrace_off(void)
{
	FILE *file = fopen("/proc/sys/kernel/ftrace_enabled", "re");
	int first = file ? fgetc(file) : EOF;

	if (file)
		fclose(file);
	return first == '0';
}

int hook_probe_kprobe(const char *const *functions, unsigned int count, __u32 flags)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_KPROBE_MULTI);
	LIBBPF_OPTS(bpf_link_create_opts, targets);
	int program, link;

	program = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "try_kprobe", "GPL", empty_program, 2, &opts);
	if (program < 0)
		return program;
	targets.kprobe_multi.syms = (const char **)functions;
	targets.kprobe_multi.cnt = count;
	targets.kprobe_multi.flags = flags;
	link = bpf_link_create(program, 0, BPF_TRACE_KPROBE_MULTI, &targets);
	close(program);
	return link;
}

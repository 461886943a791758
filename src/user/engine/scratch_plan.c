// SPDX-License-Identifier: GPL-2.0-or-later
/* Assigns scratch areas to programs; see engine_internal.h and src/bpf/core/scratch.h. */
#include <stdio.h>
#include <string.h>

#include "base/cpus.h"
#include "engine/engine_internal.h"
#include "bpf/shared/scratch_area.h"

/* By enum scratch_program. Each may have a "_plain" variant without sections. */
static const char *const programs[SCRATCH_PROGRAMS] = {
	[SCRATCH_FORK] = "on_fork",
	[SCRATCH_EXEC] = "on_exec",
	[SCRATCH_EXIT] = "on_exit",
	[SCRATCH_COMM] = "on_comm",
	[SCRATCH_COREDUMP] = "on_signal",
	[SCRATCH_EXEC_IDS] = "on_exec_ids",
	[SCRATCH_SYSCALL] = "on_syscall_leave",
	[SCRATCH_CREDS] = "on_creds_leave",
	[SCRATCH_SETSID] = "on_setsid_leave",
	[SCRATCH_PTRACE] = "on_ptrace_leave",
	[SCRATCH_PTRACE_COMPAT] = "on_ptrace_compat_leave",
};

/* Returns whether a program is loaded and the kernel may switch to another task while it runs. */
static bool is_preempted(struct procsieve_bpf *bpf, const char *name, bool raw_tracepoints)
{
	struct bpf_program *program = bpf_object__find_program_by_name(bpf->obj, name);
	const char *section;

	if (!program || !bpf_program__autoload(program))
		return false;
	section = bpf_program__section_name(program);
	if (!strncmp(section, "fentry/", 7) || !strncmp(section, "fexit/", 6))
		return true;
	return raw_tracepoints && strstr(section, "tp_btf/");
}

int engine_scratch_plan(struct procsieve_bpf *bpf, bool raw_tracepoints)
{
	int cpus = cpus_possible(NULL, 0), err;
	struct scratch_plan plan = {.areas = 1};
	char plain[64];

	if (cpus < 0)
		return cpus;
	for (unsigned int program = 0; program < SCRATCH_PROGRAMS; program++) {
		snprintf(plain, sizeof(plain), "%s_plain", programs[program]);
		if (is_preempted(bpf, programs[program], raw_tracepoints) ||
		    is_preempted(bpf, plain, raw_tracepoints))
			plan.own[program] = plan.areas++;
	}
	/* The cast removes the volatile of the skeleton's members. */
	memcpy((void *)&bpf->rodata->scratch_plan, &plan, sizeof(plan));
	err = bpf_map__set_max_entries(bpf->maps.scratches, cpus * plan.areas);
	return err ? err : bpf_map__set_max_entries(bpf->maps.scratch_counts, cpus * plan.areas);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists the features that the running kernel lacks, and the consequences for the user; see
 * engine.h.
 */
#include <stdio.h>
#include <string.h>

#include "engine/engine_internal.h"

/* Returns whether the kernel accounts task delays. The sysctl can change at run time. */
static bool keeps_delays(void)
{
	FILE *file = fopen("/proc/sys/kernel/task_delayacct", "re");
	int on = 0;

	if (!file)
		return false;
	if (fscanf(file, "%d", &on) != 1)
		on = 0;
	fclose(file);
	return on;
}

/* Returns whether a program is loaded whose section name contains `part`. */
static bool has_hook(const struct engine *engine, const char *part)
{
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		const struct bpf_program *program = engine->hooks[i].program;

		if (program && strstr(bpf_program__section_name(program), part))
			return true;
	}
	return false;
}

const char *engine_missing_feature(const struct engine *engine, unsigned int at)
{
	const struct procsieve_bpf *bpf = engine->bpf;
	const struct {
		bool there;
		const char *text;
	} things[] = {
		{bpf->bss->kernel_probe.exit_keeps_mm,
		 "exits come without their memory (before Linux 6.16): programs are remembered "
		 "from "
		 "exec on, which takes 0.4 to 32 KiB for each process while exits are watched"},
		{has_hook(engine, "sched_prepare_exec") || has_hook(engine, "commit_creds"),
		 "there is no sched_prepare_exec (before Linux 6.9): a set-uid program is no uid "
		 "or "
		 "gid event"},
		{bpf->bss->kernel_probe.has_rdonly_cast,
		 "there is no bpf_rdonly_cast() (before Linux 6.2): there are no ptrace events"},
		{!engine->preempted || !has_hook(engine, "tp_btf/"),
		 "programs on raw tracepoints (tp_btf) are preempted (since Linux 7.0): the kernel "
		 "passes over them meanwhile, which is counted as missed; classic ones want "
		 "perf_event_open(2) and a tracefs that can be read"},
		{keeps_delays(),
		 "delay accounting is off: --accounting tells no delays but that for the CPU; "
		 "sysctl "
		 "kernel.task_delayacct=1 switches it on, for processes that start from then on"},
	};

	for (unsigned int i = 0; i < sizeof(things) / sizeof(things[0]); i++)
		if (!things[i].there && !at--)
			return things[i].text;
	return NULL;
}

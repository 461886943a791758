// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists the features that the running kernel lacks, and the consequences for the user; see
 * engine.h.
 */
#include <stdio.h>
#include <string.h>

#include "engine/engine_internal.h"

/* Returns whether the kernel accounts task delays. The sysctl can change at run time. */
static bool accounts_delays(void)
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
static bool has_program(const struct engine *engine, const char *part)
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
		bool present;
		const char *text;
	} features[] = {
		{bpf->bss->kernel_probe.exit_keeps_mm,
		 "an exiting process no longer has its memory (before Linux 6.16): programs are "
		 "cached at exec, which takes 0.4 to 32 KiB for each process while exits are "
		 "watched"},
		{has_program(engine, "sched_prepare_exec") || has_program(engine, "commit_creds"),
		 "there is no tracepoint sched_prepare_exec (before Linux 6.9): the exec of a "
		 "set-user-ID program causes no uid or gid event"},
		{bpf->bss->kernel_probe.has_rdonly_cast,
		 "there is no bpf_rdonly_cast() (before Linux 6.2): there are no ptrace events"},
		{!engine->preempted || !has_program(engine, "tp_btf/"),
		 "programs on raw tracepoints (tp_btf) can be preempted (since Linux 7.0): until "
		 "such a program continues, the kernel skips it for other tasks, which is counted "
		 "as missed; classic ones need perf_event_open(2) and a readable tracefs"},
		{accounts_delays(),
		 "delay accounting is off: --accounting reports only the delay for the CPU; sysctl "
		 "kernel.task_delayacct=1 switches it on, for processes that start after that"},
	};

	for (unsigned int i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (!features[i].present && !at--)
			return features[i].text;
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The hooks: which programs serve which events, loaded and attached as they are asked for; see engine_internal.h. */
#include <errno.h>
#include <string.h>

#include <procsieve/event.h>

#include "engine_internal.h"

#define BIT(name)      PROCSIEVE_MASK(PROCSIEVE_##name)
#define ID_EVENTS      (BIT(UID) | BIT(GID))
#define SYSCALL_EVENTS (ID_EVENTS | BIT(SID) | BIT(PTRACE))

/* In the order in which they are attached. */
static const struct row {
	const char *program;
	__u32 events;
	const char *tracepoint; /* one that not every kernel has; without it the hook is left out */
} rows[ENGINE_HOOKS] = {
	{"on_fork", BIT(FORK), NULL},
	{"on_prepare_exec", ID_EVENTS, "sched_prepare_exec"},
	{"on_exec_ids", ID_EVENTS, "sched_prepare_exec"},
	{"on_exec", BIT(EXEC), NULL},
	{"on_exit", BIT(EXIT), NULL},
	{"on_comm", BIT(COMM), NULL},
	{"on_syscall_enter", SYSCALL_EVENTS, NULL},
	{"on_syscall_exit", SYSCALL_EVENTS, NULL},
	{"on_signal", BIT(COREDUMP), NULL},
};

/* Those that others' work needs too are always loaded: following, remembering. */
#define ALWAYS_LOADED (BIT(FORK) | BIT(EXEC) | BIT(EXIT))

static bool is_there(const struct row *row)
{
	return !row->tracepoint ||
	       libbpf_find_vmlinux_btf_id(row->tracepoint, BPF_TRACE_RAW_TP) > 0;
}

static struct bpf_program *find(struct procsieve_bpf *bpf, const struct row *row)
{
	return bpf_object__find_program_by_name(bpf->obj, row->program);
}

int engine_hooks_select(struct procsieve_bpf *bpf, __u32 events)
{
	int err = bpf_map__set_autocreate(bpf->maps.befores, events & SYSCALL_EVENTS);

	for (unsigned int i = 0; i < ENGINE_HOOKS && !err; i++) {
		bool wanted = rows[i].events & (events | ALWAYS_LOADED) && is_there(&rows[i]);

		err = bpf_program__set_autoload(find(bpf, &rows[i]), wanted);
	}
	return err;
}

static int attach(struct procsieve_bpf *bpf, const struct row *row, struct engine_hook *hook,
		  struct reason *why)
{
	struct bpf_program *program = find(bpf, row);

	if (hook->link || (row->tracepoint && bpf_program__fd(program) < 0))
		return 0;
	hook->name = bpf_program__section_name(program);
	hook->program_fd = bpf_program__fd(program);
	hook->link = bpf_program__attach(program);
	if (!hook->link)
		return reason_set(why, STATUS_KERNEL, "cannot attach to %s: %s", hook->name,
				  strerror(errno));
	return 0;
}

int engine_hooks_attach(struct procsieve_bpf *bpf, struct engine_hook *hooks, __u32 events,
			struct reason *why)
{
	int err = 0;

	for (unsigned int i = 0; i < ENGINE_HOOKS && !err; i++)
		if (rows[i].events & events)
			err = attach(bpf, &rows[i], &hooks[i], why);
	return err;
}

void engine_hooks_detach(struct engine_hook *hooks)
{
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++)
		bpf_link__destroy(hooks[i].link);
}

void engine_hooks_keep(struct engine_hook *hooks, __u32 events)
{
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		if (!hooks[i].link || rows[i].events & events)
			continue;
		bpf_link__destroy(hooks[i].link);
		hooks[i].link = NULL;
	}
}

size_t engine_hooks_names(const struct engine_hook *hooks, __u32 events, const char **names,
			  size_t most)
{
	size_t count = 0;

	for (unsigned int i = 0; i < ENGINE_HOOKS; i++)
		if (hooks[i].link && rows[i].events & events && count < most)
			names[count++] = hooks[i].name;
	return count;
}

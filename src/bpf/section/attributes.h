/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections with attributes of a process: its program file, working directory, cgroup, pid
 * namespace, ancestors, terminal, login.
 */
#ifndef BPF_SECTION_ATTRIBUTES_H
#define BPF_SECTION_ATTRIBUTES_H

#include "core/identity.h"
#include "core/login.h"
#include "core/path.h"
#include "section/section.h"
#include "core/visibility.h"

/* A task that may not be the current one: the fault handler guards every read. */
#define attr_task(address) ((struct task_struct *)(address))

static __always_inline __u32 attr_path(struct scratch *scratch, __u32 used,
				       struct task_struct *task, struct path *path,
				       enum procsieve_section_kind kind)
{
	struct procsieve_section *section;
	__u32 length;
	bool whole;

	if (used > SECTION_START_MAX)
		return 0;
	used = bounded(used, SECTION_START_MAX);
	length = path_put(scratch, used + sizeof(struct procsieve_section), task, path, &whole);
	length = section_write_head(scratch, used, kind, length, whole);
	section = (void *)(scratch->record + used);
	if (length && path_is_deleted(path))
		section->flags |= PROCSIEVE_SECTION_DELETED;
	return length;
}

/* Kernel threads have no memory, so no program file; nor has an exit before 6.16. */
__noinline __u32 section_put_exe(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	struct task_struct *task;
	struct file *file;

	if (!scratch)
		return 0;
	task = attr_task(scratch->subject);
	file = BPF_CORE_READ(task, mm, exe_file);
	return file ? attr_path(scratch, used, task, &file->f_path, PROCSIEVE_SECTION_EXE) : 0;
}

__noinline __u32 section_put_cwd(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	struct task_struct *task;
	struct fs_struct *fs;

	if (!scratch)
		return 0;
	task = attr_task(scratch->subject);
	fs = BPF_CORE_READ(task, fs);
	return fs ? attr_path(scratch, used, task, &fs->pwd, PROCSIEVE_SECTION_CWD) : 0;
}

__noinline __u32 section_put_ns(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	struct procsieve_ns ns = {};
	struct pid_namespace *pid_ns = NULL;
	struct task_struct *task;
	struct pid *pid;
	/* A variable of its own: inside the macro it would be relocated. */
	__u32 level;

	if (!scratch)
		return 0;
	task = attr_task(scratch->subject);
	pid = BPF_CORE_READ(task, group_leader, thread_pid);
	if (!pid)
		return 0;
	level = BPF_CORE_READ(pid, level) & 31;
	bpf_core_read(&ns.pid, sizeof(ns.pid), &pid->numbers[level].nr);
	bpf_core_read(&pid_ns, sizeof(pid_ns), &pid->numbers[level].ns);
	ns.pid_ns = BPF_CORE_READ(pid_ns, ns.inum);
	return section_put(scratch, used, PROCSIEVE_SECTION_NS, &ns, sizeof(ns));
}

__noinline __u32 attr_login(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	struct procsieve_login login;

	if (!scratch)
		return 0;
	login = login_of_task(scratch->subject);
	if (login.auid == PROCSIEVE_AUID_UNSET && login.ses == PROCSIEVE_SES_UNSET)
		return 0;
	return section_put(scratch, used, PROCSIEVE_SECTION_LOGIN, &login, sizeof(login));
}

struct ancestor_walk {
	struct scratch *scratch; /* cursor: the end of the list */
	__u64 task;
	__u64 bit; /* only ancestors that this listener may see */
	bool whole;
};

/* The identity of an ancestor when it was checked; in the scratch area. */
static __always_inline struct identity *ancestor_identity(const struct ancestor_walk *walk)
{
	_Static_assert(sizeof(struct identity) <= sizeof(walk->scratch->work), "there is room");
	return (struct identity *)walk->scratch->work;
}

/* Whether the listener may see this ancestor. */
static __always_inline bool ancestor_is_visible(const struct ancestor_walk *walk,
						const struct task_struct *ancestor)
{
	struct identity *identity = ancestor_identity(walk);

	if (!visible_restricted(walk->bit))
		return true;
	identity_save(identity, task_untrusted(ancestor));
	return !identity->in_exec && visible_to_one(walk->bit, (__u64)ancestor);
}

/* The ancestor keeps running: whether its identity was the same all the time. */
static __always_inline bool ancestor_unchanged(const struct ancestor_walk *walk,
					       const struct task_struct *ancestor)
{
	return !visible_restricted(walk->bit) ||
	       identity_unchanged(ancestor_identity(walk), task_untrusted(ancestor));
}

static long attr_ancestor_step(__u32 turn, struct ancestor_walk *walk)
{
	struct task_struct *task = attr_task(walk->task);
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	struct task_struct *leader = BPF_CORE_READ(parent, group_leader);
	struct procsieve_ancestor *ancestor;
	__u32 pid = BPF_CORE_READ(parent, tgid);
	__u64 at;

	/* The idle task, pid 0, created the first processes; it is not a process itself. */
	if (!pid) {
		walk->whole = true;
		return 1;
	}
	if (turn == PROCSIEVE_ANCESTORS_MAX || !ancestor_is_visible(walk, parent))
		return 1;
	/* After the calls: the 6.1 verifier forgets what it knew about the value before them. */
	at = walk->scratch->cursor;
	if (at > SECTION_START_MAX)
		return 1;
	at = bounded(at, SECTION_START_MAX);
	ancestor = (void *)(walk->scratch->record + at);
	ancestor->pid = pid;
	/* With the zeros after its end: the bytes there now belong to another record. */
	bpf_probe_read_kernel(ancestor->comm, sizeof(ancestor->comm), &leader->comm);
	if (!ancestor_unchanged(walk, parent))
		return 1;
	walk->task = (__u64)parent;
	walk->scratch->cursor = at + sizeof(*ancestor);
	return 0;
}

/* `bit`: of the listener, which may see the subject. */
__noinline __u32 section_put_ancestors(__u32 area, __u32 used, __u64 bit)
{
	struct scratch *scratch = scratch_of(area);
	struct ancestor_walk walk = {.scratch = scratch};
	__u64 start;

	if (!scratch || used > SECTION_START_MAX)
		return 0;
	used = bounded(used, SECTION_START_MAX);
	start = (__u64)used + sizeof(struct procsieve_section);
	walk.task = scratch->subject;
	walk.bit = bit;
	/* The task may have executed a set-uid program since it was matched. */
	if (visible_restricted(bit) && !visible_to_one(bit, walk.task))
		return 0;
	scratch->cursor = start;
	bpf_loop(PROCSIEVE_ANCESTORS_MAX + 1, attr_ancestor_step, &walk, 0);
	return section_write_head(scratch, used, PROCSIEVE_SECTION_ANCESTORS,
				  scratch->cursor - start, walk.whole);
}

__noinline __u32 section_put_tty(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	struct task_struct *task;
	struct tty_struct *tty;
	long got;

	if (!scratch || used > SECTION_START_MAX)
		return 0;
	task = attr_task(scratch->subject);
	tty = BPF_CORE_READ(task, signal, tty);
	if (!tty)
		return 0;
	used = bounded(used, SECTION_START_MAX);
	got = bpf_probe_read_kernel_str(scratch->record + used + sizeof(struct procsieve_section),
					sizeof(tty->name), &tty->name);
	return section_write_head(scratch, used, PROCSIEVE_SECTION_TTY, got > 0 ? got - 1 : 0,
				  true);
}

#endif

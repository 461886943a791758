// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Chooses, before loading, which programs serve which events, from what this kernel supports and
 * what is requested; see engine_internal.h.
 *
 * A tracepoint can have a raw program (tp_btf) or a classic one. Raw programs cost least. But some
 * kernels may switch to another task while a raw program runs, and then skip the program for every
 * other task of that CPU. On those kernels the classic programs are used, because they disable
 * preemption; if they are refused, kprobe.multi is used (tracepoint_hold.h). Events without a
 * tracepoint of their own use hooks on kernel functions (src/bpf/event/hooks_function.bpf.h) or on
 * the entry and exit of every syscall.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <procsieve/event.h>

#include "engine/engine_internal.h"
#include "engine/hook_probe.h"
#include "engine/kernel_btf.h"
#include "engine/load_errors.h"
#include "engine/preempt_probe.h"
#include "engine/tracefs.h"
#include "engine/tracepoint_hold.h"

#define BIT(name)      PROCSIEVE_MASK(PROCSIEVE_##name)
#define ID_EVENTS      (BIT(UID) | BIT(GID))
#define SYSCALL_EVENTS (ID_EVENTS | BIT(SID) | BIT(PTRACE))

/*
 * These are always loaded, because other events need them to follow processes and to fill the exec
 * cache.
 */
#define ALWAYS_LOADED (BIT(FORK) | BIT(EXEC) | BIT(EXIT))

enum hook_target {
	ON_TRACEPOINT, /* has a classic variant */
	ON_SYSCALLS,
	ON_FUNCTION, /* has a kprobe.multi variant */
};

/* In the order of attachment. */
static const struct row {
	const char *program;
	__u64 events;
	const char *tracepoint; /* some kernels lack it: the hook is then left out */
	enum hook_target target;
	bool optional; /* left out if the kernel lacks its function */
} rows[ENGINE_HOOKS] = {
	{"on_fork", BIT(FORK), NULL, ON_TRACEPOINT, false},
	{"on_prepare_exec", ID_EVENTS, "sched_prepare_exec", ON_TRACEPOINT, false},
	{"on_exec_ids", ID_EVENTS, "sched_prepare_exec", ON_TRACEPOINT, false},
	{"on_exec", BIT(EXEC), NULL, ON_TRACEPOINT, false},
	{"on_exit", BIT(EXIT), NULL, ON_TRACEPOINT, false},
	{"on_comm", BIT(COMM), NULL, ON_TRACEPOINT, false},
	{"on_syscall_enter", SYSCALL_EVENTS, NULL, ON_SYSCALLS, false},
	{"on_syscall_leave", SYSCALL_EVENTS, NULL, ON_SYSCALLS, false},
	/* The two programs of a function must be adjacent: it is tested once. */
	{"on_creds_enter", ID_EVENTS, NULL, ON_FUNCTION, false},
	{"on_creds_leave", ID_EVENTS, NULL, ON_FUNCTION, false},
	{"on_setsid_enter", BIT(SID), NULL, ON_FUNCTION, false},
	{"on_setsid_leave", BIT(SID), NULL, ON_FUNCTION, false},
	{"on_ptrace_enter", BIT(PTRACE), NULL, ON_FUNCTION, false},
	{"on_ptrace_leave", BIT(PTRACE), NULL, ON_FUNCTION, false},
	{"on_ptrace_compat_enter", BIT(PTRACE), NULL, ON_FUNCTION, true},
	{"on_ptrace_compat_leave", BIT(PTRACE), NULL, ON_FUNCTION, true},
	{"on_signal", BIT(COREDUMP), NULL, ON_TRACEPOINT, false},
	{"on_free", ENGINE_PID_FILTER, NULL, ON_TRACEPOINT, false},
	{"on_cgroup_mkdir", ENGINE_CGROUPS, NULL, ON_TRACEPOINT, false},
	{"on_cgroup_rmdir", ENGINE_CGROUPS, NULL, ON_TRACEPOINT, false},
};

/* The choice, and the facts about the kernel that it depends on. */
struct choice {
	struct btf *types;	 /* of the kernel; NULL: none, or not needed */
	bool classic;		 /* use classic programs where `ids` is set */
	bool kprobe_tracepoints; /* use kprobe.multi for tracepoints */
	bool may_skip;		 /* the kernel may skip hooks on tracepoints */
	int ids[ENGINE_HOOKS];
	enum { FUNCTIONS_NONE, FUNCTIONS_FENTRY, FUNCTIONS_KPROBE } functions;
	bool missing[ENGINE_HOOKS];
	int probe_links[2]; /* of the attach tests, to tracepoints and functions; -1: none */
};

static struct bpf_program *find_program(struct procsieve_bpf *bpf, const struct row *row,
					const char *variant, const char *plain)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s%s", row->program, variant, plain);
	return bpf_object__find_program_by_name(bpf->obj, name);
}

/* Returns the part of a program's section name after the last '/'. */
static const char *section_target(const struct bpf_program *program)
{
	return strrchr(bpf_program__section_name(program), '/') + 1;
}

static bool has_tracepoint(const struct btf *types, const char *name)
{
	char type[64];

	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return types && btf__find_by_name_kind(types, type, BTF_KIND_TYPEDEF) > 0;
}

/* Reads the tracepoint ids. An id that cannot be read stays 0, and the raw program is used. */
static void read_ids(struct choice *choice, struct procsieve_bpf *bpf, int tracefs)
{
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		const struct bpf_program *program = find_program(bpf, &rows[i], "_classic", "");
		int id;

		if (!program || (rows[i].events == BIT(COMM) && !hook_probe_rename_has_pid()))
			continue;
		id = tracefs_id(tracefs, strchr(bpf_program__section_name(program), '/') + 1);
		choice->ids[i] = id > 0 ? id : 0;
	}
}

static int try_classic(struct choice *choice, struct procsieve_bpf *bpf, struct reason *why)
{
	int tracefs, err = hook_probe_perf_event();

	if (load_is_shortage(err))
		return load_failed(err, why);
	if (err)
		return reason_set(why, STATUS_PRIVILEGE,
				  "--hooks classic: the kernel refuses perf_event_open(2): %s",
				  strerror(-err));
	if (!kernel_btf_has_function("bpf_task_from_pid"))
		return reason_set(why, STATUS_KERNEL,
				  "--hooks classic: this kernel has no bpf_task_from_pid() "
				  "(since Linux 6.2)");
	tracefs = tracefs_open();
	if (load_is_shortage(tracefs))
		return load_failed(tracefs, why);
	if (tracefs < 0)
		return reason_set(why, STATUS_KERNEL,
				  "--hooks classic: this process can neither read a mounted "
				  "tracefs nor mount one: %s",
				  strerror(-tracefs));
	read_ids(choice, bpf, tracefs);
	close(tracefs);
	choice->classic = true;
	return 0;
}

/*
 * Tests the functions that these events need. Returns 0, or the result of reason_set() for the
 * first required function that cannot be hooked.
 */
static int try_fentry(struct choice *choice, struct procsieve_bpf *bpf, __u64 events,
		      struct reason *why)
{
	const char *last = "";
	int err = 0;

	if (hook_probe_ftrace_off())
		return reason_set(why, STATUS_KERNEL,
				  "--hooks fentry: ftrace is off; sysctl kernel.ftrace_enabled=1 "
				  "switches it on");
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		const char *name;

		if (!(rows[i].events & events) || rows[i].target != ON_FUNCTION)
			continue;
		name = section_target(find_program(bpf, &rows[i], "", ""));
		if (strcmp(name, last) != 0)
			err = hook_probe_function(choice->types, name, &choice->probe_links[1]);
		last = name;
		if (load_is_shortage(err))
			return load_failed(err, why);
		if (err && !rows[i].optional)
			return reason_set(why, STATUS_KERNEL,
					  "--hooks fentry: this kernel does not allow programs on "
					  "its function %s: %s",
					  name, strerror(-err));
		choice->missing[i] = err;
	}
	choice->functions = FUNCTIONS_FENTRY;
	return 0;
}

/* Tests all tracepoints at once: without one of them, events would be missed. */
static void try_kprobe_tracepoints(struct choice *choice, struct procsieve_bpf *bpf)
{
	const char *functions[ENGINE_HOOKS];
	unsigned int count = 0;

	if (hook_probe_ftrace_off() || !kernel_btf_has_function("bpf_rdonly_cast"))
		return;
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		const struct bpf_program *program = find_program(bpf, &rows[i], "_kprobe", "");

		if (program && tracepoint_of_function(section_target(program)))
			functions[count++] = section_target(program);
	}
	choice->probe_links[0] = hook_probe_kprobe(functions, count, 0);
	choice->kprobe_tracepoints = choice->probe_links[0] >= 0;
}

/*
 * Returns whether it is an error that a kind of hook could not be used: it was requested, or a
 * resource is lacking, which says nothing about the kernel. Otherwise another kind is used.
 */
static bool is_final(const struct engine *engine, enum hook_mode mode, int err,
		     const struct reason *why)
{
	return engine->hook_mode == mode || (err && why->status == STATUS_FAILURE);
}

static int choose_tracepoints(struct choice *choice, struct engine *engine, struct reason *why)
{
	int err;

	if (engine->hook_mode == HOOK_TRACEPOINT ||
	    (engine->hook_mode != HOOK_CLASSIC && !engine->preempted))
		return 0;
	err = try_classic(choice, engine->bpf, why);
	if (is_final(engine, HOOK_CLASSIC, err, why))
		return err;
	if (err)
		try_kprobe_tracepoints(choice, engine->bpf);
	return 0;
}

static void try_kprobes(struct choice *choice, struct procsieve_bpf *bpf, __u64 events)
{
	const char *functions[ENGINE_HOOKS];
	unsigned int count = 0;

	if (hook_probe_ftrace_off())
		return;
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		const char *name;

		if (!(rows[i].events & events) || rows[i].target != ON_FUNCTION)
			continue;
		name = section_target(find_program(bpf, &rows[i], "_kprobe", ""));
		if (kernel_btf_has_function(name)) {
			if (!count || strcmp(functions[count - 1], name) != 0)
				functions[count++] = name;
		} else if (rows[i].optional) {
			choice->missing[i] = true;
		} else {
			return;
		}
	}
	choice->probe_links[1] = hook_probe_kprobe(functions, count, BPF_F_KPROBE_MULTI_RETURN);
	if (choice->probe_links[1] >= 0)
		choice->functions = FUNCTIONS_KPROBE;
}

static int choose_functions(struct choice *choice, struct engine *engine, __u64 events,
			    struct reason *why)
{
	int err = 0;

	switch (engine->hook_mode) {
	case HOOK_FENTRY:
		return try_fentry(choice, engine->bpf, events, why);
	case HOOK_CLASSIC:
		try_kprobes(choice, engine->bpf, events);
		return 0;
	case HOOK_AUTO:
		if (!preempt_is_possible())
			err = try_fentry(choice, engine->bpf, events, why);
		else if (engine->preempted)
			try_kprobes(choice, engine->bpf, events);
		/* If neither is possible, the tracepoints of the syscalls are used. */
		return is_final(engine, HOOK_FENTRY, err, why) ? err : 0;
	default:
		return 0;
	}
}

static bool is_needed(const struct choice *choice, unsigned int at, __u64 events)
{
	const struct row *row = &rows[at];
	bool functions = choice->functions != FUNCTIONS_NONE;

	if (!(row->events & (events | ALWAYS_LOADED | ENGINE_PID_FILTER)) || choice->missing[at])
		return false;
	if (row->events & ENGINE_PID_FILTER)
		return choice->may_skip;
	if (row->events & SYSCALL_EVENTS && functions != (row->target == ON_FUNCTION))
		return false;
	return !row->tracepoint || has_tracepoint(choice->types, row->tracepoint);
}

/* Returns the suffix of the program's name for the kind of hook chosen for a row. */
static const char *variant_of(const struct choice *choice, struct procsieve_bpf *bpf,
			      unsigned int at)
{
	if (rows[at].target == ON_TRACEPOINT && choice->classic && choice->ids[at])
		return "_classic";
	if (rows[at].target == ON_TRACEPOINT && choice->kprobe_tracepoints &&
	    find_program(bpf, &rows[at], "_kprobe", ""))
		return "_kprobe";
	if (rows[at].target == ON_FUNCTION && choice->functions == FUNCTIONS_KPROBE)
		return "_kprobe";
	return "";
}

/*
 * Selects the program of a hook; without sections its "_plain" variant, if there is one. No other
 * variant is loaded.
 */
static int select_program(const struct choice *choice, struct engine *engine, unsigned int at,
			  bool needed, bool sections)
{
	static const char *const variants[] = {"", "_classic", "_kprobe"};
	static const char *const suffixes[] = {"", "_plain"};
	struct engine_hook *hook = &engine->hooks[at];
	const char *variant = variant_of(choice, engine->bpf, at);
	int err = 0;

	*hook = (struct engine_hook){.events = rows[at].events, .tracepoint_id = choice->ids[at]};
	if (needed && !sections)
		hook->program = find_program(engine->bpf, &rows[at], variant, "_plain");
	if (needed && !hook->program)
		hook->program = find_program(engine->bpf, &rows[at], variant, "");
	if (rows[at].target == ON_TRACEPOINT && !strcmp(variant, "_kprobe"))
		hook->holder = engine->bpf->progs.hold_tracepoint;
	for (unsigned int i = 0; i < 6 && !err; i++) {
		struct bpf_program *program =
			find_program(engine->bpf, &rows[at], variants[i / 2], suffixes[i % 2]);

		if (program)
			err = bpf_program__set_autoload(program, program == hook->program);
	}
	return err;
}

static int select_programs(const struct choice *choice, struct engine *engine, __u64 events,
			   bool sections, struct reason *why)
{
	int err = bpf_map__set_autocreate(engine->bpf->maps.call_states, events & SYSCALL_EVENTS);

	if (!err)
		err = bpf_program__set_autoload(engine->bpf->progs.hold_tracepoint,
						choice->kprobe_tracepoints);
	for (unsigned int i = 0; i < ENGINE_HOOKS && !err; i++)
		err = select_program(choice, engine, i, is_needed(choice, i, events), sections);
	return err ? reason_set(why, STATUS_FAILURE, "cannot choose the hooks: %s", strerror(-err))
		   : 0;
}

static void *close_links(void *links)
{
	for (unsigned int i = 0; i < 2; i++)
		if (((const int *)links)[i] >= 0)
			close(((const int *)links)[i]);
	return NULL;
}

/* Closes the test links in a thread, because that takes as long as loading the programs does. */
static void close_test_links(struct engine_test_links *test, const int links[2])
{
	*test = (struct engine_test_links){.links = {links[0], links[1]}};
	if (links[0] < 0 && links[1] < 0)
		return;
	test->has_thread = !pthread_create(&test->thread, NULL, close_links, test->links);
	if (!test->has_thread)
		close_links(test->links);
}

void engine_test_links_wait(struct engine_test_links *test)
{
	if (test->has_thread)
		pthread_join(test->thread, NULL);
}

int engine_hooks_select(struct engine *engine, __u64 events, bool sections,
			struct engine_test_links *test, struct reason *why)
{
	struct choice choice = {.probe_links = {-1, -1}};
	int err;

	engine->preempted = preempt_hits_raw_tracepoints();
	err = choose_tracepoints(&choice, engine, why);
	choice.may_skip = choice.classic ||
			  (engine->preempted && kernel_btf_has_function("bpf_task_from_pid"));
	if (!err && events & SYSCALL_EVENTS) {
		/* Takes 5 ms. */
		choice.types = btf__load_vmlinux_btf();
		err = choice.types ? 0 : -errno;
		/* Without types, loading fails and finds the cause. */
		err = load_is_shortage(err) ? load_failed(err, why)
					    : choose_functions(&choice, engine, events, why);
	}
	if (!err)
		err = select_programs(&choice, engine, events, sections, why);
	btf__free(choice.types);
	close_test_links(test, choice.probe_links);
	if (err)
		engine_test_links_wait(test);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hooks: which programs serve which events, loaded and attached as they are asked for; see engine_internal.h. What
 * has no tracepoint of its own hangs on functions or on the way in and out of every syscall.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <procsieve/event.h>

#include "engine_internal.h"
#include "load.h"

/* What some kernels say of all functions, to the first program that is attached to one; not in <errno.h>. */
#define KERNEL_ENOTSUPP 524

#define BIT(name)	PROCSIEVE_MASK(PROCSIEVE_##name)
#define ID_EVENTS	(BIT(UID) | BIT(GID))
#define SYSCALL_EVENTS	(ID_EVENTS | BIT(SID) | BIT(PTRACE))

/* In the order in which they are attached. */
static const struct row {
	const char *program;
	const char *tracepoint; /* one that not every kernel has; without it the hook is left out */
	__u64 events;
	bool optional; /* left out where its function is missing */
} rows[ENGINE_HOOKS] = {
	{"on_fork", NULL, BIT(FORK), false},
	{"on_prepare_exec", "sched_prepare_exec", ID_EVENTS, false},
	{"on_exec_ids", "sched_prepare_exec", ID_EVENTS, false},
	{"on_exec", NULL, BIT(EXEC), false},
	{"on_exit", NULL, BIT(EXIT), false},
	{"on_comm", NULL, BIT(COMM), false},
	{"on_syscall_enter", NULL, SYSCALL_EVENTS, false},
	{"on_syscall_leave", NULL, SYSCALL_EVENTS, false},
	/* The two of a function stand together: it is tried once. */
	{"on_creds_enter", NULL, ID_EVENTS, false},
	{"on_creds_leave", NULL, ID_EVENTS, false},
	{"on_setsid_enter", NULL, BIT(SID), false},
	{"on_setsid_leave", NULL, BIT(SID), false},
	{"on_ptrace_enter", NULL, BIT(PTRACE), false},
	{"on_ptrace_leave", NULL, BIT(PTRACE), false},
	{"on_ptrace_compat_enter", NULL, BIT(PTRACE), true},
	{"on_ptrace_compat_leave", NULL, BIT(PTRACE), true},
	{"on_signal", NULL, BIT(COREDUMP), false},
};

/* Those that others' work needs too are always loaded: following, remembering. */
#define ALWAYS_LOADED (BIT(FORK) | BIT(EXEC) | BIT(EXIT))

/* The program that knows no sections; NULL: there is but one. */
static struct bpf_program *find_plain(struct procsieve_bpf *bpf, const struct row *row)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_plain", row->program);
	return bpf_object__find_program_by_name(bpf->obj, name);
}

/* The one of the two that is loaded. */
static struct bpf_program *find(struct procsieve_bpf *bpf, const struct row *row)
{
	struct bpf_program *plain = find_plain(bpf, row);

	if (plain && bpf_program__autoload(plain))
		return plain;
	return bpf_object__find_program_by_name(bpf->obj, row->program);
}

static bool is_function(const char *section)
{
	return !strncmp(section, "fentry/", 7) || !strncmp(section, "fexit/", 6);
}

static bool has_tracepoint(const struct btf *types, const char *name)
{
	char type[64];

	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return types && btf__find_by_name_kind(types, type, BTF_KIND_TYPEDEF) > 0;
}

/*
 * Loads a program for a function that does nothing, before the whole set is loaded in vain, and attaches it where *link is
 * not there yet: some kernels let load what they do not let attach. Returns 0 or -errno.
 */
static int try_function(const struct btf *types, const char *name, int *link)
{
	static const struct bpf_insn nothing[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int function = types ? btf__find_by_name_kind(types, name, BTF_KIND_FUNC) : -ENOENT;
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FEXIT,
		    .attach_btf_id = function);
	int program, err = 0;

	if (function < 0)
		return function;
	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "try_function", "GPL", nothing, 2, &opts);
	if (program < 0)
		return program;
	if (*link < 0) {
		*link = bpf_raw_tracepoint_open(NULL, program);
		err = *link < 0 ? *link : 0;
	}
	close(program);
	return err == -KERNEL_ENOTSUPP ? -ENOTSUP : err;
}

/* The first line of one of the kernel's files; empty where there is none. */
static void read_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(line, size, file))
		*line = '\0';
	if (file)
		fclose(file);
}

/* May the kernel stop a hook on a function to run another task, and so pass over that one's call? Unknown counts as yes. */
static bool is_preemptible(void)
{
	struct utsname kernel;
	char modes[64];

	uname(&kernel);
	if (!strstr(kernel.version, "PREEMPT"))
		return false;
	/* Chosen at boot; the one in use stands in parentheses. */
	read_line("/sys/kernel/debug/sched/preempt", modes, sizeof(modes));
	return !strstr(modes, "(none)") && !strstr(modes, "(voluntary)");
}

/* Is ftrace switched off? Hooks on functions are attached then all the same, and never run. */
static bool is_disabled(void)
{
	char line[16];

	read_line("/proc/sys/kernel/ftrace_enabled", line, sizeof(line));
	return *line == '0';
}

/* Which programs to load, and what is known of the kernel for it. */
struct choice {
	struct btf *types; /* the kernel's; NULL: there are none, or none are needed */
	bool functions;	   /* not the way in and out of every syscall */
	int link;	   /* of the function that was tried first; -1: none */
	bool lacks[ENGINE_HOOKS];
};

/* Tries the functions that these events need. Returns 0, or what reason_set() returns for the first that must be there. */
static int try_functions(struct choice *choice, struct procsieve_bpf *bpf, __u64 events,
			 struct reason *why)
{
	const char *last = "";
	int err = 0;

	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		const char *section = bpf_program__section_name(find(bpf, &rows[i]));
		const char *name = strchr(section, '/') + 1;

		if (!(rows[i].events & events) || !is_function(section))
			continue;
		if (strcmp(name, last) != 0)
			err = try_function(choice->types, name, &choice->link);
		last = name;
		if (err && !rows[i].optional)
			return reason_set(why, load_status(err),
					  "--hooks fentry: this kernel lets no program hang on "
					  "its function %s: %s",
					  name, strerror(-err));
		choice->lacks[i] = err;
	}
	choice->functions = true;
	return 0;
}

static int choose(struct choice *choice, struct procsieve_bpf *bpf, enum engine_way way,
		  __u64 events, struct reason *why)
{
	int err;

	if (way == ENGINE_WAY_TRACEPOINT || (way == ENGINE_WAY_AUTO && is_preemptible()))
		return 0;
	if (is_disabled())
		err = reason_set(why, STATUS_KERNEL,
				 "--hooks fentry: ftrace is off (sysctl kernel.ftrace_enabled)");
	else
		err = try_functions(choice, bpf, events, why);
	return way == ENGINE_WAY_FENTRY ? err : 0;
}

static bool is_wanted(const struct choice *choice, unsigned int at, const char *section,
		      __u64 events)
{
	const struct row *row = &rows[at];

	if (!(row->events & (events | ALWAYS_LOADED)) || choice->lacks[at])
		return false;
	if (row->events & SYSCALL_EVENTS && is_function(section) != choice->functions)
		return false;
	return !row->tracepoint || has_tracepoint(choice->types, row->tracepoint);
}

/* Loads the program of a hook, or its plain one, or none. */
static int select_program(struct procsieve_bpf *bpf, const struct row *row, bool wanted,
			  bool sections)
{
	struct bpf_program *plain = find_plain(bpf, row), *program = find(bpf, row);
	int err = bpf_program__set_autoload(program, wanted && (sections || !plain));

	if (!err && plain)
		err = bpf_program__set_autoload(plain, wanted && !sections);
	return err;
}

static int select_rows(const struct choice *choice, struct procsieve_bpf *bpf, __u64 events,
		       bool sections, struct reason *why)
{
	int err = bpf_map__set_autocreate(bpf->maps.befores, events & SYSCALL_EVENTS);

	for (unsigned int i = 0; i < ENGINE_HOOKS && !err; i++) {
		const char *section = bpf_program__section_name(find(bpf, &rows[i]));

		err = select_program(bpf, &rows[i], is_wanted(choice, i, section, events),
				     sections);
	}
	return err ? reason_set(why, STATUS_FAILURE, "cannot choose the hooks: %s", strerror(-err))
		   : 0;
}

static void *close_link(void *trial)
{
	close(((struct engine_trial *)trial)->link);
	return NULL;
}

/* Beside the loading, which takes as long. */
static void trial_begin_end(struct engine_trial *trial, int link)
{
	*trial = (struct engine_trial){.link = link};
	if (link < 0)
		return;
	trial->apart = !pthread_create(&trial->thread, NULL, close_link, trial);
	if (!trial->apart)
		close(link);
}

void engine_trial_end(struct engine_trial *trial)
{
	if (trial->apart)
		pthread_join(trial->thread, NULL);
}

int engine_hooks_select(struct procsieve_bpf *bpf, enum engine_way way, __u64 events, bool sections,
			struct engine_trial *trial, struct reason *why)
{
	struct choice choice = {.link = -1};
	int err = 0;

	if (events & SYSCALL_EVENTS) {
		/* Takes 5 ms. */
		choice.types = btf__load_vmlinux_btf();
		err = choose(&choice, bpf, way, events, why);
	}
	if (!err)
		err = select_rows(&choice, bpf, events, sections, why);
	btf__free(choice.types);
	trial_begin_end(trial, choice.link);
	if (err)
		engine_trial_end(trial);
	return err;
}

static int attach(struct procsieve_bpf *bpf, const struct row *row, struct engine_hook *hook,
		  struct reason *why)
{
	struct bpf_program *program = find(bpf, row);
	struct bpf_link *link;

	if (hook->link || !bpf_program__autoload(program))
		return 0;
	hook->name = bpf_program__section_name(program);
	hook->program_fd = bpf_program__fd(program);
	link = bpf_program__attach(program);
	if (!link)
		return reason_set(why, load_status(-errno), "cannot attach to %s: %s", hook->name,
				  strerror(errno));
	/* Whoever sees the link sees its name: is_attached(). */
	__atomic_store_n(&hook->link, link, __ATOMIC_RELEASE);
	return 0;
}

/* May be asked while another thread attaches and detaches. */
static bool is_attached(const struct engine_hook *hook)
{
	return __atomic_load_n(&hook->link, __ATOMIC_ACQUIRE);
}

static void detach(struct engine_hook *hook)
{
	struct bpf_link *link = hook->link;

	__atomic_store_n(&hook->link, NULL, __ATOMIC_RELAXED);
	bpf_link__destroy(link);
}

int engine_hooks_attach(struct procsieve_bpf *bpf, struct engine_hook *hooks, __u64 events,
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
		detach(&hooks[i]);
}

void engine_hooks_keep(struct engine_hook *hooks, __u64 events)
{
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++)
		if (hooks[i].link && !(rows[i].events & events))
			detach(&hooks[i]);
}

bool engine_hooks_spare(const struct engine_hook *hooks, __u64 events)
{
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++)
		if (hooks[i].link && !(rows[i].events & events))
			return true;
	return false;
}

size_t engine_hooks_names(const struct engine_hook *hooks, __u64 events, const char **names,
			  size_t most)
{
	size_t count = 0;

	for (unsigned int i = 0; i < ENGINE_HOOKS; i++)
		if (is_attached(&hooks[i]) && rows[i].events & events && count < most)
			names[count++] = hooks[i].name;
	return count;
}

__u64 engine_hooks_missed(struct procsieve_bpf *bpf, const struct engine_hook *hooks)
{
	__u64 missed = bpf->bss->befores_missed;

	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		struct bpf_prog_info info = {0};
		__u32 size = sizeof(info);

		if (hooks[i].link &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(find(bpf, &rows[i])), &info, &size))
			missed += info.recursion_misses;
	}
	return missed;
}

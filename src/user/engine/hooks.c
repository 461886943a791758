// SPDX-License-Identifier: GPL-2.0-or-later
/* Attaches and detaches hooks; see engine_internal.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/engine_internal.h"
#include "engine/load_errors.h"

static bool is_classic(const struct engine_hook *hook)
{
	return hook->program && bpf_program__type(hook->program) == BPF_PROG_TYPE_TRACEPOINT;
}

/*
 * Opens a perf event for a tracepoint. One event serves all CPUs, because its program runs for the
 * whole tracepoint. It is opened on the current CPU, which is certainly online.
 */
static int open_event(int id)
{
	struct perf_event_attr event = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(event),
		.config = (__u64)id,
		.sample_period = 1,
		.disabled = 1,
	};
	unsigned int cpu = 0;

	syscall(SYS_getcpu, &cpu, NULL, NULL);
	return (int)syscall(SYS_perf_event_open, &event, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

int engine_hooks_open(struct engine_hook *hooks, struct reason *why)
{
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		if (!is_classic(&hooks[i]))
			continue;
		hooks[i].event_fd = open_event(hooks[i].tracepoint_id);
		if (hooks[i].event_fd < 0)
			return reason_set(
				why, load_status(-errno), "cannot open a perf event for %s: %s",
				bpf_program__section_name(hooks[i].program), strerror(errno));
		hooks[i].event_open = true;
	}
	return 0;
}

/* The link takes ownership of the descriptor and closes it. */
static struct bpf_link *attach_classic(const struct engine_hook *hook)
{
	int fd = hook->event_open ? fcntl(hook->event_fd, F_DUPFD_CLOEXEC, 0)
				  : open_event(hook->tracepoint_id);
	struct bpf_link *link = NULL;

	if (fd >= 0)
		link = bpf_program__attach_perf_event(hook->program, fd);
	if (fd >= 0 && !link)
		close(fd);
	return link;
}

/*
 * Attaches by function name, which the kernel resolves. This process need not be allowed to read
 * kernel addresses. On failure errno is set.
 */
static struct bpf_link *attach_kprobe(struct engine_hook *hook)
{
	const char *function = strchr(hook->name, '/') + 1;
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .syms = &function, .cnt = 1,
		    .retprobe = !strncmp(hook->name, "kret", 4));
	struct bpf_link *link;
	int err = 0;

	if (hook->holder)
		err = tracepoint_hold(tracepoint_of_function(function),
				      bpf_program__fd(hook->holder), hook->holders);
	if (err) {
		errno = -err;
		return NULL;
	}
	link = bpf_program__attach_kprobe_multi_opts(hook->program, NULL, &opts);
	if (hook->holder && !link) {
		err = errno;
		tracepoint_release(hook->holders);
		errno = err;
	}
	return link;
}

static struct bpf_link *attach_program(struct engine_hook *hook)
{
	switch (bpf_program__type(hook->program)) {
	case BPF_PROG_TYPE_TRACEPOINT:
		return attach_classic(hook);
	case BPF_PROG_TYPE_KPROBE:
		return attach_kprobe(hook);
	default:
		return bpf_program__attach(hook->program);
	}
}

static int attach_hook(struct engine_hook *hook, struct reason *why)
{
	struct bpf_link *link;

	if (hook->link || !hook->program)
		return 0;
	hook->name = bpf_program__section_name(hook->program);
	link = attach_program(hook);
	if (!link)
		return reason_set(why, load_status(-errno), "cannot attach to %s: %s", hook->name,
				  strerror(errno));
	/* Release: a thread that sees the link also sees the name (is_attached()). */
	__atomic_store_n(&hook->link, link, __ATOMIC_RELEASE);
	return 0;
}

/* Another thread may attach or detach concurrently. */
static bool is_attached(const struct engine_hook *hook)
{
	return __atomic_load_n(&hook->link, __ATOMIC_ACQUIRE);
}

int engine_hooks_attach(struct engine_hook *hooks, __u64 events, struct reason *why)
{
	int err = 0;

	for (unsigned int i = 0; i < ENGINE_HOOKS && !err; i++)
		if (hooks[i].events & events)
			err = attach_hook(&hooks[i], why);
	return err;
}

void engine_hooks_detach(struct engine_hook *hooks)
{
	engine_hooks_detach_unneeded(hooks, 0);
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++)
		if (hooks[i].event_open)
			close(hooks[i].event_fd);
}

static void detach_hook(struct engine_hook *hook)
{
	struct bpf_link *link = hook->link;

	__atomic_store_n(&hook->link, NULL, __ATOMIC_RELAXED);
	bpf_link__destroy(link);
	if (hook->holder)
		tracepoint_release(hook->holders);
}

void engine_hooks_detach_unneeded(struct engine_hook *hooks, __u64 events)
{
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++) {
		if (!hooks[i].link || hooks[i].events & events)
			continue;
		detach_hook(&hooks[i]);
	}
}

bool engine_hooks_has_unneeded(const struct engine_hook *hooks, __u64 events)
{
	for (unsigned int i = 0; i < ENGINE_HOOKS; i++)
		if (hooks[i].link && !(hooks[i].events & events))
			return true;
	return false;
}

size_t engine_hooks_names(const struct engine_hook *hooks, __u64 events, const char **names,
			  size_t most)
{
	size_t count = 0;

	for (unsigned int i = 0; i < ENGINE_HOOKS; i++)
		if (is_attached(&hooks[i]) && hooks[i].events & events && count < most)
			names[count++] = hooks[i].name;
	return count;
}

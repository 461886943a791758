// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads the programs of a snapshot; see snapshot.h. */
#include "snapshot.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kernel_types.h"
#include "load.h"
#include "privilege.h"
#include "scratch_area.h"
#include "snapshot_config.h"
#include "tables.h"

#include "snapshot.skel.h"

/* What one snapshot is made of while it is being made. */
struct making {
	struct snapshot_bpf *bpf;
	const struct procsieve_filter *filter;
	const struct procsieve_selection *selection;
	const struct engine_owner *owner;
	const struct snapshot_listener *listener;
	struct reason *why;
};

static unsigned int slot_of(const struct making *making)
{
	return making->listener ? making->listener->slot : 0;
}

/* The one that tells what is asked for, and little else. */
static struct bpf_program *task_program(const struct making *making)
{
	const struct procsieve_filter *filter = making->filter;

	if (!filter->no_args)
		return making->bpf->progs.snapshot_tasks_args;
	return filter->sections | making->selection->sections
		       ? making->bpf->progs.snapshot_tasks
		       : making->bpf->progs.snapshot_tasks_bare;
}

static void configure(const struct making *making)
{
	const struct procsieve_filter *filter = making->filter;
	struct snapshot_bpf *bpf = making->bpf;

	bpf->rodata->kernel_ids = kernel_types_ids();
	bpf->rodata->config = (struct snapshot_config){
		.bit = 1ull << slot_of(making),
		.sections = filter->sections | making->selection->sections,
		.states = making->selection->states,
		.strategy = making->selection->strategy,
		.cpus = libbpf_num_possible_cpus(),
		.page_size = sysconf(_SC_PAGESIZE),
		.threads = filter->threads,
		.living = making->listener != NULL,
		.restricted = making->owner != NULL,
	};
	bpf_program__set_autoload(task_program(making), true);
	bpf_program__set_autoload(bpf->progs.snapshot_mappings, making->selection->mappings);
	bpf_program__set_autoload(bpf->progs.snapshot_files, making->selection->files);
}

static int set_size(struct bpf_map *map, size_t count)
{
	return bpf_map__set_max_entries(map, count ? count : 1);
}

/* A scratch area for each stream, up to the last: nothing keeps the reader from reading several at once. */
static size_t scratch_count(const struct procsieve_selection *selection)
{
	if (selection->files)
		return PROCSIEVE_STREAM_FILES + 1;
	return selection->mappings ? PROCSIEVE_STREAM_MAPPINGS + 1 : PROCSIEVE_STREAM_PROCESSES + 1;
}

/* Tables as large as what is entered. */
static int set_sizes(const struct making *making)
{
	const struct procsieve_filter *filter = making->filter;
	struct snapshot_bpf *bpf = making->bpf;
	int err = set_size(bpf->maps.scratches, scratch_count(making->selection));

	if (!err)
		err = set_size(bpf->maps.by_uid, filter->uids.count);

	if (!err)
		err = set_size(bpf->maps.by_gid, filter->gids.count);
	if (!err)
		err = set_size(bpf->maps.by_cgroup, filter->cgroups.count);
	if (!err)
		err = set_size(bpf->maps.by_comm, filter->comm_count);
	if (!err)
		err = set_size(bpf->maps.by_owner, 1);
	if (!err && making->listener)
		err = bpf_map__reuse_fd(bpf->maps.by_pid, making->listener->by_pid_fd);
	else if (!err)
		err = set_size(bpf->maps.by_pid, filter->pids.count);
	return err;
}

/* What the sieve asks of events alone is left out. */
static int write_sieve(const struct making *making)
{
	const struct engine_owner *owner = making->owner;
	struct procsieve_filter filter = *making->filter;
	const struct tables tables = {
		.fds =
			{
#define X(NAME, map, key_type, text) [SIEVE_##NAME] = bpf_map__fd(making->bpf->maps.map),
				SIEVE_DIMENSIONS(X)
#undef X
			},
		.bit = 1ull << slot_of(making),
	};
	__u64 key = owner ? sieve_owner(owner->uid, owner->gid) : 0;

	filter.cpus.count = 0;
	filter.env_count = 0;
	return sieve_write(&making->bpf->bss->sieve, slot_of(making), &filter, owner ? &key : NULL,
			   tables_enter, (void *)&tables);
}

static int load(const struct making *making)
{
	int err;

	load_begin();
	configure(making);
	err = set_sizes(making);
	if (!err)
		err = snapshot_bpf__load(making->bpf);
	if (!err)
		err = write_sieve(making);
	return err ? load_failed(err, making->why) : 0;
}

/* Begins a pass of a program, over all tasks, or over the one `tid`. Returns a descriptor to read from, or -errno. */
static int begin_pass(const struct bpf_program *program, __u32 tid)
{
	union bpf_iter_link_info info = {.task.tid = tid};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts);
	struct bpf_link *link;
	int fd;

	if (tid) {
		opts.link_info = &info;
		opts.link_info_len = sizeof(info);
	}
	link = bpf_program__attach_iter(program, &opts);
	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	/* What is being read holds what it needs. */
	bpf_link__destroy(link);
	return fd;
}

static int refuse_pass(const struct making *making, int err)
{
	return reason_set(making->why, STATUS_KERNEL, "cannot iterate over the tasks: %s",
			  strerror(-err));
}

/* The id of a named process as the kernel itself has it. The name is an id in the caller's pid namespace. */
static int find_process(const struct making *making, __u32 name, __u32 *pid)
{
	int fd = begin_pass(task_program(making), name);
	ssize_t got;

	if (fd < 0 && fd != -ESRCH)
		return refuse_pass(making, fd);
	got = fd < 0 ? 0 : read(fd, pid, sizeof(*pid));
	if (fd >= 0)
		close(fd);
	if (got == sizeof(*pid))
		return 0;
	reason_set(making->why, STATUS_FAILURE, "no process has the id %u", name);
	return -ESRCH;
}

static int enter_process(const struct making *making, __u32 pid)
{
	const __u64 set = 1ull << slot_of(making);

	return bpf_map_update_elem(bpf_map__fd(making->bpf->maps.by_pid), &pid, &set, BPF_ANY);
}

/*
 * Several streams are merged by the ids that processes have here, which is the order that the kernel tells them in. How deep
 * that is below the initial namespace is learnt from any process that is named: from this one, if from no other.
 */
static int find_level(const struct making *making)
{
	int fd = begin_pass(task_program(making), getpid()), err = fd;
	__u32 pid;

	if (fd >= 0) {
		/* Nothing, where it is not one that may be seen: it is looked at all the same. */
		err = read(fd, &pid, sizeof(pid)) < 0 ? -errno : 0;
		close(fd);
	}
	return err < 0 ? refuse_pass(making, err) : 0;
}

/* Those that the user has named: in the filter, which a listener's has been already, and as root. */
static int find_named(const struct making *making)
{
	const struct procsieve_list *pids = &making->filter->pids;
	struct snapshot_pass *pass = &making->bpf->bss->pass;
	__u32 pid = 0;
	int err = 0;

	pass->naming = true;
	if (making->selection->mappings || making->selection->files)
		err = find_level(making);
	for (size_t i = 0; i < pids->count && !err && !making->listener; i++) {
		err = find_process(making, pids->values[i], &pid);
		if (!err && enter_process(making, pid))
			err = reason_set(making->why, STATUS_FAILURE, "out of memory");
	}
	if (!err && making->selection->strategy != PROCSIEVE_ALL)
		err = find_process(making, making->selection->root, &pass->root);
	pass->naming = false;
	return err;
}

/*
 * What processes have is looked for in all of them, unless there is but one that can have been meant: which spares the locks
 * of the others' memory.
 */
static __u32 only_process(const struct making *making)
{
	const struct procsieve_list *pids = &making->filter->pids;

	return pids->count == 1 && !making->listener ? pids->values[0] : 0;
}

static int open_stream(const struct making *making, const struct bpf_program *program, __u32 tid,
		       int *stream)
{
	int fd = begin_pass(program, tid);

	if (fd < 0)
		return refuse_pass(making, fd);
	*stream = fd;
	return 0;
}

static int open_streams(const struct making *making, int fds[PROCSIEVE_STREAM_COUNT])
{
	const struct snapshot_bpf *bpf = making->bpf;
	int err = open_stream(making, task_program(making), 0, &fds[PROCSIEVE_STREAM_PROCESSES]);

	if (!err && making->selection->mappings)
		err = open_stream(making, bpf->progs.snapshot_mappings, only_process(making),
				  &fds[PROCSIEVE_STREAM_MAPPINGS]);
	if (!err && making->selection->files)
		err = open_stream(making, bpf->progs.snapshot_files, only_process(making),
				  &fds[PROCSIEVE_STREAM_FILES]);
	for (int i = 0; err && i < PROCSIEVE_STREAM_COUNT; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
	return err;
}

int snapshot_open(const struct procsieve_filter *filter,
		  const struct procsieve_selection *selection, const struct engine_owner *owner,
		  const struct snapshot_listener *listener, int fds[PROCSIEVE_STREAM_COUNT],
		  struct reason *why)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = kernel_types_path());
	struct making making = {
		snapshot_bpf__open_opts(&opts), filter, selection, owner, listener, why};
	int err;

	for (int i = 0; i < PROCSIEVE_STREAM_COUNT; i++)
		fds[i] = -1;
	if (!making.bpf)
		return load_failed(-errno, why);
	err = load(&making);
	if (!err)
		err = find_named(&making);
	if (!err)
		err = open_streams(&making, fds);
	snapshot_bpf__destroy(making.bpf);
	return err;
}

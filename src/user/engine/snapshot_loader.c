// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads the programs of a snapshot; see snapshot_loader.h. */
#include "engine/snapshot_loader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpus.h"
#include "engine/kernel_btf.h"
#include "engine/load_errors.h"
#include "engine/privilege.h"
#include "bpf/shared/scratch_area.h"
#include "bpf/shared/snapshot_config.h"
#include "engine/sieve_maps.h"
#include "engine/required_features.h"

#include "snapshot.skel.h"

/* The parameters and the BPF object of the snapshot being opened. */
struct loader {
	struct snapshot_bpf *bpf;
	const struct procsieve_filter *filter;
	const struct procsieve_selection *selection;
	const struct engine_owner *owner;
	const struct snapshot_listener *listener;
	struct reason *why;
};

static unsigned int slot_of(const struct loader *loader)
{
	return loader->listener ? loader->listener->slot : 0;
}

/* Returns the smallest program that reports everything requested. */
static struct bpf_program *task_program(const struct loader *loader)
{
	const struct procsieve_filter *filter = loader->filter;

	if (!filter->no_args)
		return loader->bpf->progs.snapshot_tasks_args;
	return filter->sections | loader->selection->sections
		       ? loader->bpf->progs.snapshot_tasks
		       : loader->bpf->progs.snapshot_tasks_bare;
}

/* Returns whether the caller may not see the processes of all users. */
static bool is_restricted(const struct engine_owner *owner)
{
	return owner && (!owner->all || owner->view.user_ns || owner->view.pid_ns);
}

/* Returns the pid namespace of the ids in the request; empty: this process's. */
static struct request_pid_ns request_pid_ns(const struct loader *loader)
{
	return loader->owner ? loader->owner->pid_ns : (struct request_pid_ns){0};
}

/* Returns whether any key must be added to a table. */
static bool needs_filter_values(const struct loader *loader)
{
	const struct procsieve_filter *filter = loader->filter;

	return loader->owner || filter->uids.count || filter->euids.count || filter->gids.count ||
	       filter->auids.count || filter->comm_count || filter->thread_comm_count ||
	       ((filter->pids.count || filter->cgroups.count) && !loader->listener);
}

static void configure(const struct loader *loader)
{
	const struct procsieve_filter *filter = loader->filter;
	struct snapshot_bpf *bpf = loader->bpf;
	int cpus;

	bpf->rodata->btf_ids = kernel_btf_ids();
	bpf->rodata->dimensions_possible = sieve_dimensions(filter);
	bpf->rodata->snapshot_config = (struct snapshot_config){
		.listener = 1ull << slot_of(loader),
		.sections = filter->sections | loader->selection->sections,
		.states = loader->selection->states,
		.strategy = loader->selection->strategy,
		.page_size = sysconf(_SC_PAGESIZE),
		.threads = filter->threads,
		.alive_only = loader->listener != NULL,
		.restricted = is_restricted(loader->owner),
	};
	cpus = cpus_possible((__u64 *)bpf->rodata->snapshot_config.possible,
			     SNAPSHOT_CPUS_MAX / 64);
	bpf->rodata->snapshot_config.cpus = cpus > 0 ? cpus : 0;
	bpf_program__set_autoload(task_program(loader), true);
	bpf_program__set_autoload(bpf->progs.add_filter_value, needs_filter_values(loader));
	bpf_program__set_autoload(bpf->progs.snapshot_mappings, loader->selection->mappings);
	bpf_program__set_autoload(bpf->progs.snapshot_fds, loader->selection->fds);
}

static int set_size(struct bpf_map *map, size_t count)
{
	return bpf_map__set_max_entries(map, count ? count : 1);
}

/*
 * Returns the number of scratch areas: one for each stream up to the last, because a reader may
 * read several streams concurrently.
 */
static size_t scratch_count(const struct procsieve_selection *selection)
{
	if (selection->fds)
		return PROCSIEVE_STREAM_FDS + 1;
	return selection->mappings ? PROCSIEVE_STREAM_MAPPINGS + 1 : PROCSIEVE_STREAM_PROCESSES + 1;
}

/* Uses the tables of the listener that change while it runs. */
static int reuse_tables(const struct loader *loader)
{
	const struct snapshot_bpf *bpf = loader->bpf;
	int err = bpf_map__reuse_fd(bpf->maps.by_pid, loader->listener->by_pid_fd);

	return err ? err : bpf_map__reuse_fd(bpf->maps.by_cgroup, loader->listener->by_cgroup_fd);
}

/* Makes each table as large as the number of its keys. */
static int set_sizes(const struct loader *loader)
{
	const struct procsieve_filter *filter = loader->filter;
	struct snapshot_bpf *bpf = loader->bpf;
	int err = set_size(bpf->maps.scratches, scratch_count(loader->selection));

	if (!err)
		err = set_size(bpf->maps.by_uid, filter->uids.count);
	if (!err)
		err = set_size(bpf->maps.by_euid, filter->euids.count);
	if (!err)
		err = set_size(bpf->maps.by_auid, filter->auids.count);
	if (!err)
		err = set_size(bpf->maps.by_gid, filter->gids.count);
	if (!err)
		err = set_size(bpf->maps.by_comm, filter->comm_count);
	if (!err)
		err = set_size(bpf->maps.by_thread_comm, filter->thread_comm_count);
	if (!err)
		err = set_size(bpf->maps.by_owner, 1);
	if (!err && loader->listener)
		return reuse_tables(loader);
	if (!err)
		err = set_size(bpf->maps.by_cgroup, filter->cgroups.count);
	if (!err)
		err = set_size(bpf->maps.by_pid, filter->pids.count);
	return err;
}

static struct sieve_writer writer_of(const struct loader *loader)
{
	return (struct sieve_writer){&loader->bpf->bss->add_filter_value_args,
				     bpf_program__fd(loader->bpf->progs.add_filter_value),
				     1ull << slot_of(loader)};
}

/*
 * Adds a value. A cgroup is named by its id here: paths are only for listeners, and a listener's
 * table of cgroups is complete.
 */
static int add_value(void *context, enum sieve_table table, const void *key)
{
	const struct loader *loader = context;
	struct sieve_writer writer = writer_of(loader);
	const struct sieve_path *path = key;

	if (table == SIEVE_PATH || table == SIEVE_GLOB)
		return loader->listener ? 0 : sieve_maps_add(&writer, SIEVE_CGROUP, &path->below);
	return sieve_maps_add(&writer, table, key);
}

/* Writes the filter without the dimensions that only apply to events. */
static int write_sieve(const struct loader *loader)
{
	const struct engine_owner *owner = loader->owner;
	struct procsieve_filter filter = *loader->filter;
	struct snapshot_bpf__bss *bss = loader->bpf->bss;
	__u64 key = owner ? sieve_owner(owner->uid, owner->gid) : 0;
	int err;

	filter.cpus.count = 0;
	filter.env_count = 0;
	err = sieve_write(&bss->sieve, slot_of(loader), &filter, owner && !owner->all ? &key : NULL,
			  add_value, (void *)loader);
	if (owner)
		sieve_confine(&bss->sieve, bss->ns_views, slot_of(loader), &owner->view);
	return err;
}

static int load_programs(const struct loader *loader)
{
	int err;

	load_begin();
	configure(loader);
	err = load_check_descriptors(loader->bpf->obj, loader->why);
	if (err)
		return err;
	err = set_sizes(loader);
	if (!err)
		err = snapshot_bpf__load(loader->bpf);
	if (!err)
		err = write_sieve(loader);
	return err ? load_failed(err, loader->why) : 0;
}

/*
 * Starts an iterator program over all tasks, or over the one task `tid`. Returns a descriptor to
 * read from, or -errno.
 */
static int open_iterator(const struct bpf_program *program, __u32 tid)
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
	/* The open iterator keeps a reference to what it needs. */
	bpf_link__destroy(link);
	return fd;
}

static int refuse_iterator(const struct loader *loader, int err)
{
	return reason_set(loader->why, load_status(err), "cannot iterate over the tasks: %s",
			  strerror(-err));
}

/*
 * Returns whether an iterator can be limited to one task. Before 6.1 the kernel ignores the ids and
 * iterates over all tasks. So pass two ids: older kernels refuse the size of the structure (E2BIG),
 * newer ones refuse that both are set.
 */
static bool can_iterate_one(const struct bpf_program *program)
{
	union bpf_iter_link_info info = {.task = {.tid = 1, .pid = 1}};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_link *link = bpf_program__attach_iter(program, &opts);

	if (!link)
		return errno != E2BIG;
	bpf_link__destroy(link);
	return false;
}

static int refuse_pid(const struct loader *loader, __u32 name)
{
	reason_set(loader->why, STATUS_FAILURE, "no process has the id %u", name);
	return -ESRCH;
}

/*
 * Finds the id of a named process in the initial pid namespace. `name` is its id in this process's
 * pid namespace.
 */
static int lookup_process(const struct loader *loader, __u32 name, __u32 *pid)
{
	int fd = open_iterator(task_program(loader), name);
	struct snapshot_ids found;
	ssize_t got;

	if (fd < 0 && fd != -ESRCH)
		return refuse_iterator(loader, fd);
	got = fd < 0 ? 0 : read(fd, &found, sizeof(found));
	if (fd >= 0)
		close(fd);
	if (got != sizeof(found))
		return refuse_pid(loader, name);
	*pid = found.pid;
	return 0;
}

static int add_process(const struct loader *loader, __u32 pid)
{
	const struct sieve_writer writer = writer_of(loader);

	return sieve_maps_write(&writer, SIEVE_PID, &pid, sizeof(pid));
}

/*
 * Several streams are merged by the process ids of this pid namespace, which is the order in which
 * the kernel iterates. The programs learn the level of this namespace below the initial one when
 * they look up any process. If no process is named, this one is looked up.
 */
static int lookup_level(const struct loader *loader)
{
	int fd = open_iterator(task_program(loader), getpid()), err = fd;
	struct snapshot_ids ids;

	if (fd >= 0) {
		/* Reads nothing if this process may not be seen, but the program has run. */
		err = read(fd, &ids, sizeof(ids)) < 0 ? -errno : 0;
		close(fd);
	}
	return err < 0 ? refuse_iterator(loader, err) : 0;
}

/*
 * Looks up the named processes one by one, by their ids in this process's pid namespace. As with
 * ps(1), it is an error only if none of them exists.
 */
static int lookup_own_pids(const struct loader *loader, const struct procsieve_list *pids)
{
	bool found = !pids->count;
	__u32 pid = 0;
	int err = 0;

	for (size_t i = 0; i < pids->count && (!err || err == -ESRCH); i++) {
		err = lookup_process(loader, pids->values[i], &pid);
		found |= !err;
		if (!err && add_process(loader, pid))
			err = reason_set(loader->why, STATUS_FAILURE, "out of memory");
	}
	if (found && err == -ESRCH)
		err = 0;
	if (!err && loader->selection->strategy != PROCSIEVE_ALL)
		err = lookup_process(loader, loader->selection->root,
				     &loader->bpf->bss->snapshot_pass.root);
	return err;
}

/* Adds a process if it is a named one, and marks its ids in the list as found. */
static int add_if_named(const struct loader *loader, const struct procsieve_list *pids, bool *found,
			const struct snapshot_ids *ids)
{
	bool named = false;

	for (size_t i = 0; i < pids->count; i++)
		if (pids->values[i] == ids->requested)
			named = found[i] = true;
	if (loader->selection->root == ids->requested)
		loader->bpf->bss->snapshot_pass.root = ids->pid;
	return named ? add_process(loader, ids->pid) : 0;
}

/* Reads the ids of all processes that have one in the request's pid namespace. */
static int add_named(const struct loader *loader, const struct procsieve_list *pids, bool *found)
{
	struct snapshot_ids ids[512];
	int fd = open_iterator(task_program(loader), 0), err = 0;
	ssize_t got = 0;

	if (fd < 0)
		return fd;
	/* EAGAIN: very many processes one after the other have no id there. */
	while (!err && ((got = read(fd, ids, sizeof(ids))) > 0 || (got < 0 && errno == EAGAIN)))
		for (ssize_t i = 0; i < got / (ssize_t)sizeof(*ids) && !err; i++)
			err = add_if_named(loader, pids, found, &ids[i]);
	if (!err && got < 0)
		err = -errno;
	close(fd);
	return err;
}

/* Looks up the named processes in one pass over all, by their ids in another pid namespace. */
static int lookup_foreign_pids(const struct loader *loader, const struct procsieve_list *pids)
{
	bool has_root = loader->selection->strategy != PROCSIEVE_ALL;
	bool *found, any = !pids->count;
	int err;

	if (!pids->count && !has_root)
		return 0;
	found = calloc(pids->count + 1, sizeof(*found));
	if (!found)
		return refuse_iterator(loader, -ENOMEM);
	err = add_named(loader, pids, found);
	if (err)
		err = refuse_iterator(loader, err);
	for (size_t i = 0; i < pids->count; i++)
		any |= found[i];
	if (!err && !any)
		err = refuse_pid(loader, pids->values[0]);
	if (!err && has_root && !loader->bpf->bss->snapshot_pass.root)
		err = refuse_pid(loader, loader->selection->root);
	free(found);
	return err;
}

/*
 * Looks up the processes that the user named: in the filter, unless a listener has already entered
 * them, and as the root of a tree.
 */
static int lookup_named(const struct loader *loader)
{
	const struct procsieve_list none = {0};
	const struct procsieve_list *pids = loader->listener ? &none : &loader->filter->pids;
	struct snapshot_pass *pass = &loader->bpf->bss->snapshot_pass;
	int err = 0;

	if (!can_iterate_one(task_program(loader)))
		return features_refuse("iterator over a single task", "6.1",
				       "to find a process by its id", loader->why);
	pass->list_ids = true;
	if (loader->selection->mappings || loader->selection->fds)
		err = lookup_level(loader);
	pass->pid_ns = request_pid_ns(loader);
	if (!err)
		err = pass->pid_ns.ns ? lookup_foreign_pids(loader, pids)
				      : lookup_own_pids(loader, pids);
	pass->list_ids = false;
	return err;
}

/*
 * Returns the only process whose mappings or descriptors can be requested, or 0 if there may be
 * several. Limiting the iterator to it avoids taking the memory locks of all others.
 */
static __u32 only_process(const struct loader *loader)
{
	const struct procsieve_list *pids = &loader->filter->pids;

	if (pids->count != 1 || loader->listener || request_pid_ns(loader).ns)
		return 0;
	return pids->values[0];
}

static int open_stream(const struct loader *loader, const struct bpf_program *program, __u32 tid,
		       int *stream)
{
	int fd = open_iterator(program, tid);

	if (fd < 0)
		return refuse_iterator(loader, fd);
	*stream = fd;
	return 0;
}

static int open_streams(const struct loader *loader, int fds[PROCSIEVE_STREAM_COUNT])
{
	const struct snapshot_bpf *bpf = loader->bpf;
	int err = open_stream(loader, task_program(loader), 0, &fds[PROCSIEVE_STREAM_PROCESSES]);

	if (!err && loader->selection->mappings)
		err = open_stream(loader, bpf->progs.snapshot_mappings, only_process(loader),
				  &fds[PROCSIEVE_STREAM_MAPPINGS]);
	if (!err && loader->selection->fds)
		err = open_stream(loader, bpf->progs.snapshot_fds, only_process(loader),
				  &fds[PROCSIEVE_STREAM_FDS]);
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
		  __u32 *map, struct reason *why)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = kernel_btf_path());
	struct loader loader = {
		snapshot_bpf__open_opts(&opts), filter, selection, owner, listener, why};
	int err;

	for (int i = 0; i < PROCSIEVE_STREAM_COUNT; i++)
		fds[i] = -1;
	if (!loader.bpf)
		return load_failed(-errno, why);
	err = load_programs(&loader);
	if (!err)
		err = lookup_named(&loader);
	if (!err)
		err = open_streams(&loader, fds);
	/* All programs use this map to build their records. */
	if (!err && map)
		*map = engine_map_id(bpf_map__fd(loader.bpf->maps.scratches));
	snapshot_bpf__destroy(loader.bpf);
	return err;
}

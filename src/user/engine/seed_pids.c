// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adds running processes to a pid filter with the iterator in src/bpf/control/seed_pids.bpf.h; see
 * engine_internal.h.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine_internal.h"
#include "engine/load_errors.h"
#include "engine/sieve_maps.h"

/* Fills the table of roots. Keys already there are left over from a filter that was refused. */
static int set_roots(struct procsieve_bpf *bpf, const struct procsieve_list *pids)
{
	int fd = bpf_map__fd(bpf->maps.seed_roots);
	const struct sieve_writer writer = {.args = &bpf->bss->add_filter_value_args,
					    .program_fd =
						    bpf_program__fd(bpf->progs.add_filter_value)};
	__u32 pid;
	int err = 0;

	while (!bpf_map_get_next_key(fd, NULL, &pid))
		bpf_map_delete_elem(fd, &pid);
	for (size_t i = 0; i < pids->count && !err; i++) {
		pid = pids->values[i];
		err = sieve_maps_write(&writer, SIEVE_PID_ROOTS, &pid, sizeof(pid));
	}
	return err;
}

/* Returns the number of processes that the iterator has reported, or -errno. */
static int count_added(int iterator)
{
	__u32 pids[1024];
	int count = 0;
	ssize_t got;

	while ((got = read(iterator, pids, sizeof(pids))) > 0)
		count += (int)(got / sizeof(*pids));
	return got < 0 ? -errno : count;
}

/* Runs one pass over all tasks. Returns the number of processes added, or -errno. */
static int run_pass(const struct bpf_link *link)
{
	int iterator = bpf_iter_create(bpf_link__fd(link));
	int count;

	if (iterator < 0)
		return iterator;
	count = count_added(iterator);
	close(iterator);
	return count;
}

/* Adds the roots, then their descendants, one generation in each pass, until a pass adds none. */
static int run_passes(struct procsieve_bpf *bpf, struct bpf_link *link, bool follow)
{
	int count;

	bpf->bss->seed_pids_args.descend = false;
	count = run_pass(link);
	bpf->bss->seed_pids_args.descend = true;
	while (follow && count > 0)
		count = run_pass(link);
	return count < 0 ? count : 0;
}

static int refuse_pid(__u32 id, struct reason *why)
{
	reason_set(why, STATUS_FAILURE, "no process has the id %u", id);
	return -ESRCH;
}

int engine_check_pids(const struct procsieve_filter *filter, const struct engine_owner *owner,
		      struct reason *why)
{
	if (owner && owner->pid_ns.ns)
		return 0;
	for (size_t i = 0; i < filter->pids.count; i++) {
		/* kill(2) takes 0 and negative ids for process groups. */
		pid_t pid = filter->pids.values[i];

		if (pid <= 0 || (kill(pid, 0) && errno == ESRCH))
			return refuse_pid(pid, why);
	}
	return 0;
}

int engine_add_pids(struct procsieve_bpf *bpf, unsigned int slot,
		    const struct procsieve_filter *filter, const struct engine_owner *owner,
		    struct reason *why)
{
	struct bpf_link *link = bpf_program__attach_iter(bpf->progs.seed_pids, NULL);
	__u32 missing;
	int err;

	if (!link)
		return reason_set(why, load_status(-errno), "cannot iterate over the tasks: %s",
				  strerror(errno));
	bpf->bss->seed_pids_args.listener = 1ull << slot;
	bpf->bss->seed_pids_args.pid_ns = owner ? owner->pid_ns : (struct request_pid_ns){0};
	err = set_roots(bpf, &filter->pids);
	if (!err)
		err = run_passes(bpf, link, filter->follow);
	bpf_link__destroy(link);
	if (err)
		return reason_set(why, STATUS_FAILURE, "cannot add the processes of the filter: %s",
				  strerror(-err));
	if (bpf_map_get_next_key(bpf_map__fd(bpf->maps.seed_roots), NULL, &missing))
		return 0;
	return refuse_pid(missing, why);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens snapshots: loads the programs in src/bpf/snapshot.bpf.c for one request, with its
 * parameters as constants. The result is a set of descriptors to read until end of file. They need
 * neither this process nor a privilege, and return what the request was granted, whichever process
 * reads them.
 */
#ifndef USER_ENGINE_SNAPSHOT_LOADER_H
#define USER_ENGINE_SNAPSHOT_LOADER_H

#include <procsieve/snapshot.h>

#include "engine/engine.h"

/*
 * Limits a snapshot to the running processes that a listener's filter accepts. It uses the
 * listener's by_pid table, including the processes that it follows, and its by_cgroup table.
 */
struct snapshot_listener {
	int by_pid_fd, by_cgroup_fd;
	unsigned int slot;
};

/*
 * Opens the requested streams; the others are set to -1. `owner` limits the snapshot to processes
 * of that owner. `listener` may be NULL. It is an error if a named process does not exist or is not
 * the owner's. If `map` is not NULL, *map receives the id of a map that exists as long as any of
 * the streams (engine_map_id()). Returns 0 and descriptors that the caller must close, or the
 * result of reason_set(); -ESRCH if a process does not exist.
 */
int snapshot_open(const struct procsieve_filter *filter,
		  const struct procsieve_selection *selection, const struct engine_owner *owner,
		  const struct snapshot_listener *listener, int fds[PROCSIEVE_STREAM_COUNT],
		  __u32 *map, struct reason *why);

#endif

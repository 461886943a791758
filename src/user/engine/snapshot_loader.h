/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Snapshots: loads the programs of src/bpf/snapshot.bpf.c for one of them, with all that is asked
 * for built in. What comes out are descriptors to be read until their end; they need neither this
 * process nor a privilege, and give what the request was granted, whoever reads. Beside the engine
 * the only part that knows libbpf.
 */
#ifndef USER_ENGINE_SNAPSHOT_LOADER_H
#define USER_ENGINE_SNAPSHOT_LOADER_H

#include <procsieve/snapshot.h>

#include "engine/engine.h"

/*
 * Of a listener: what its filter accepts and lives now. Its table of processes counts, with those
 * that it follows.
 */
struct snapshot_listener {
	int by_pid_fd;
	unsigned int slot;
};

/*
 * Makes the streams that are asked for; the others are -1. `owner`: only processes of this one.
 * `listener` may be NULL. Processes that are named and do not live, or are not the owner's, are an
 * error. *map, where `map` is not NULL, is the number of a map that is there as long as one of the
 * streams is (engine_map_id()). Returns 0 and descriptors that are the caller's, or what
 * reason_set() returns.
 */
int snapshot_open(const struct procsieve_filter *filter,
		  const struct procsieve_selection *selection, const struct engine_owner *owner,
		  const struct snapshot_listener *listener, int fds[PROCSIEVE_STREAM_COUNT],
		  __u32 *map, struct reason *why);

#endif

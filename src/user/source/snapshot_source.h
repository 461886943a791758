/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One snapshot, whether it is taken by a server or in this process. */
#ifndef USER_SOURCE_SNAPSHOT_SOURCE_H
#define USER_SOURCE_SNAPSHOT_SOURCE_H

#include <procsieve/procsieve.h>
#include <procsieve/snapshot.h>

#include "source/listener.h"

/*
 * Opens a snapshot: at the server if there is one, otherwise in this process. Returns 0 and
 * *snapshot, which procsieve_snapshot_close() frees, or a negative value with *why filled.
 */
int snapshot_source_open(struct procsieve_snapshot **snapshot,
			 const struct procsieve_filter *filter,
			 const struct procsieve_selection *selection,
			 const struct listener_source *source, struct reason *why);

#endif

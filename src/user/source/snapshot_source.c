// SPDX-License-Identifier: GPL-2.0-or-later
/* Opens a snapshot; see snapshot_source.h. */
#include "source/snapshot_source.h"

#include "engine/privilege.h"
#include "engine/snapshot_loader.h"

static int open_without_server(struct procsieve_snapshot **snapshot,
			       const struct procsieve_filter *filter,
			       const struct procsieve_selection *selection, struct reason *why)
{
	int fds[PROCSIEVE_STREAM_COUNT];
	int err = privilege_check(why);

	if (!err)
		err = snapshot_open(filter, selection, NULL, NULL, fds, NULL, why);
	if (err)
		return err;
	if (procsieve_snapshot_adopt(snapshot, fds))
		return reason_set(why, STATUS_FAILURE, "out of memory");
	return 0;
}

int snapshot_source_open(struct procsieve_snapshot **snapshot,
			 const struct procsieve_filter *filter,
			 const struct procsieve_selection *selection,
			 const struct listener_source *source, struct reason *why)
{
	const struct procsieve_options options = {.socket = source->socket};
	char text[512] = "";
	int err;

	if (source->standalone)
		return open_without_server(snapshot, filter, selection, why);
	err = procsieve_snapshot_open(snapshot, filter, selection, &options, text, sizeof(text));
	if (!err)
		return 0;
	if (listener_server_missing(err) && !source->server_required)
		return open_without_server(snapshot, filter, selection, why);
	return reason_set(why, listener_status(err), "%s", text);
}

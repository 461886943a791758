// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes of a snapshot as JSON fields; see json_process.h. */
#include "json_process.h"

#include <procsieve/payload.h>

void json_process(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_process *process =
		procsieve_payload(record, size, offsetof(struct procsieve_process, command));

	if (!process)
		return;
	put_bytes(line, QUOTED("state"), &process->state, 1);
	put_number(line, "pgid", process->pgid);
	put_number(line, "sid", process->sid);
	put_number(line, "threads", process->threads);
	if (!process->tracer_pid)
		return;
	put_number(line, "tracer_pid", process->tracer_pid);
	put_number(line, "tracer_tid", process->tracer_tid);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes of a snapshot as JSON fields; see json_process.h. */
#include "json_process.h"

#include <procsieve/payload.h>

#include "names.h"

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

/* Last: it looks for its room itself. */
static void put_path(struct line *line, const struct procsieve_record *record, size_t size)
{
	size_t length;
	const char *path = procsieve_path(record, size, &length);

	if (record->flags & PROCSIEVE_F_FILENAME_CUT)
		line->cut |= CUT_PATH;
	if (path && length && !put_bytes(line, QUOTED("path"), path, length))
		line->cut |= CUT_PATH;
}

#define put_address(line, key, number) \
	((line)->at = text_literal(    \
		 text_hex_from(text_literal((line)->at, ",\"" key "\":\""), number, 8), "\""))

void json_mapping(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_mapping *mapping =
		procsieve_payload(record, size, offsetof(struct procsieve_mapping, path));

	if (!mapping)
		return;
	put_address(line, "start", mapping->start);
	put_address(line, "end", mapping->end);
	put_name(line, "perms", perms_name(mapping->flags));
	put_address(line, "offset", mapping->offset);
	put(line, ",\"dev\":\"");
	line->at = text_hex_from(line->at, mapping->dev_major, 2);
	put(line, ":");
	line->at = text_hex_from(line->at, mapping->dev_minor, 2);
	put(line, "\"");
	put_wide(line, "inode", mapping->inode);
	put_path(line, record, size);
}

void json_file(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_file *file =
		procsieve_payload(record, size, offsetof(struct procsieve_file, path));

	if (!file)
		return;
	put_number(line, "fd", file->fd);
	put(line, ",\"flags\":\"");
	line->at = text_octal(line->at, file->flags);
	put(line, "\"");
	put_wide(line, "pos", file->offset);
	put_wide(line, "inode", file->inode);
	put_path(line, record, size);
}

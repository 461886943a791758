// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes processes of a snapshot as JSON fields; see json_process.h. */
#include "format/json_process.h"

#include <procsieve/read_record.h>

#include "format/fields.h"
#include "base/names.h"

#define JSON_STATE(line, key, state) put_bytes(line, QUOTED(key), state, 1)

void json_process(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_process *process =
		procsieve_payload(record, size, offsetof(struct procsieve_process, command));

	if (!process)
		return;
	FIELDS_PROCESS(JSON_FIELD, process)
	if (process->tracer_pid) {
		FIELDS_TRACED(JSON_FIELD, process)
	}
}

/* Must be the last field: its size varies, and it is cut if it does not fit. */
static void put_path(struct line *line, const struct procsieve_record *record, size_t size)
{
	size_t length;
	const char *path = procsieve_path(record, size, &length);

	if (record->flags & PROCSIEVE_F_FILENAME_CUT)
		line->cut |= CUT_PATH;
	if (path && length && !put_bytes(line, QUOTED("path"), path, length))
		line->cut |= CUT_PATH;
}

#define JSON_ADDRESS(line, key, number) \
	((line)->at = fmt_literal(      \
		 fmt_hex_from(fmt_literal((line)->at, ",\"" key "\":\""), number, 8), "\""))
#define JSON_OCTAL(line, key, number) \
	((line)->at =                 \
		 fmt_literal(fmt_octal(fmt_literal((line)->at, ",\"" key "\":\""), number), "\""))
#define JSON_DEVICE(line, key, mapping)                                         \
	do {                                                                    \
		put(line, ",\"" key "\":\"");                                   \
		(line)->at = fmt_hex_from((line)->at, (mapping)->dev_major, 2); \
		put(line, ":");                                                 \
		(line)->at = fmt_hex_from((line)->at, (mapping)->dev_minor, 2); \
		put(line, "\"");                                                \
	} while (0)

void json_mapping(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_mapping *mapping =
		procsieve_payload(record, size, offsetof(struct procsieve_mapping, path));

	if (!mapping)
		return;
	FIELDS_MAPPING(JSON_FIELD, mapping)
	put_path(line, record, size);
}

void json_fd(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_fd *file =
		procsieve_payload(record, size, offsetof(struct procsieve_fd, path));

	if (!file)
		return;
	FIELDS_FD(JSON_FIELD, file)
	put_path(line, record, size);
}

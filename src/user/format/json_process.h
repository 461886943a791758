/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a snapshot says of processes, as JSON fields. */
#ifndef USER_FORMAT_JSON_PROCESS_H
#define USER_FORMAT_JSON_PROCESS_H

#include <procsieve/record.h>

#include "format/json_line.h"

/*
 * Of fixed size: of a process; of what it has mapped; of a file that it has open. What is too short
 * for its type has none.
 */
void json_process(struct line *line, const struct procsieve_record *record, size_t size);
void json_mapping(struct line *line, const struct procsieve_record *record, size_t size);
void json_fd(struct line *line, const struct procsieve_record *record, size_t size);

#endif

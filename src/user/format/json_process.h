/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the payloads of snapshot records as JSON fields. */
#ifndef USER_FORMAT_JSON_PROCESS_H
#define USER_FORMAT_JSON_PROCESS_H

#include <procsieve/record.h>

#include "format/json_line.h"

/*
 * Write the fields of a process (those of fixed size), a mapping, an open file. A record that is
 * too short for its type adds no fields.
 */
void json_process(struct line *line, const struct procsieve_record *record, size_t size);
void json_mapping(struct line *line, const struct procsieve_record *record, size_t size);
void json_fd(struct line *line, const struct procsieve_record *record, size_t size);

#endif

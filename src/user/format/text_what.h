/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened in an event, in words: the WHAT column of the text format. */
#ifndef USER_FORMAT_TEXT_WHAT_H
#define USER_FORMAT_TEXT_WHAT_H

#include <stddef.h>
#include <stdint.h>

#include <procsieve/record.h>

#include "base/display.h"

/* Writes what happened, which depends on the type of the event; nothing if the type says it all. */
void text_put_what(struct display *line, const struct procsieve_record *record, size_t size);

/* Writes a status of wait(2): "code 3", "SIGSEGV core". */
void text_put_status(struct display *line, uint32_t status);

/* Returns the escape sequence of the color in which the event is shown. */
const char *text_what_color(const struct procsieve_record *record, size_t size);

#endif

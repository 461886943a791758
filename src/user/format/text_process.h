/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a snapshot without events in columns; see struct format. */
#ifndef USER_FORMAT_TEXT_PROCESS_H
#define USER_FORMAT_TEXT_PROCESS_H

#include <time.h>

#include "format/format.h"
#include "format/text_clock.h"

/* Cached by a text printer between lines, because many processes start in the same second. */
struct text_state {
	time_t start, now; /* arguments that `text` was computed from, in seconds since 1970 */
	char text[16];
	struct text_clock clock; /* of a stream of events */
};

/* The functions of struct format for such a snapshot. */
void text_list_begin(struct printer *printer, uint64_t boot_ns);
void text_list(struct printer *printer, const struct procsieve_record *record, size_t size,
	       const char *branch);
void text_list_end(struct printer *printer, uint64_t boot_ns, uint64_t count);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot that stands alone, as columns; see struct format. */
#ifndef USER_FORMAT_TEXT_PROCESS_H
#define USER_FORMAT_TEXT_PROCESS_H

#include <time.h>

#include "format/format.h"

/* What a text printer keeps from one line to the next: many processes start in the same second. */
struct text_state {
	time_t start, now; /* seconds since 1970 that `text` is about */
	char text[16];
};

void text_list_begin(struct printer *printer, uint64_t boot_ns);
void text_list(struct printer *printer, const struct procsieve_record *record, size_t size,
	       const char *branch);
void text_list_end(struct printer *printer, uint64_t boot_ns, uint64_t count);

#endif

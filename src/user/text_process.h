/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot that stands alone, as columns; see struct format. */
#ifndef TEXT_PROCESS_H
#define TEXT_PROCESS_H

#include "format.h"

void text_list_begin(struct buffer *out, const struct run *run, uint64_t seq, uint64_t boot_ns);
void text_list(struct buffer *out, const struct run *run, uint64_t seq,
	       const struct procsieve_record *record, size_t size, const char *branch);
void text_list_end(struct buffer *out, const struct run *run, uint64_t seq, uint64_t boot_ns,
		   uint64_t count);

#endif

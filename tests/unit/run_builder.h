/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formatters' description of a run, for their tests. */
#ifndef TESTS_UNIT_RUN_BUILDER_H
#define TESTS_UNIT_RUN_BUILDER_H

#include <stdlib.h>

#include "format/format.h"

static inline struct run build_run(size_t max_line)
{
	return (struct run){
		.version = "1.2.3",
		.kernel = "6.18.0",
		.host = "host",
		.boot_id = "0123",
		.run_id = "4567",
		.filter = "watch -j",
		.hooks = "tp_btf/one tp_btf/two",
		.clock_offset_ns = 1700000000000000000,
		.max_line = max_line,
	};
}

/* A printer that has written `seq` lines; valid until the next call. */
static inline struct printer *printer_of(const struct format *format, struct buffer *out,
					 const struct run *run, uint64_t seq)
{
	static struct printer printer;

	printer_close(&printer);
	if (printer_open(&printer, format, run, out))
		abort();
	printer.seq = seq;
	return &printer;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a section is put behind what a record has so far. Each section is a function of its own,
 * checked once by the verifier: it takes the number of the scratch area, which says what task it is
 * about, and how much of it is used, and returns how much it has added, 0 where the kernel does not
 * know what was asked for.
 */
#ifndef BPF_SECTION_SECTION_H
#define BPF_SECTION_SECTION_H

#include "core/compat.h"
#include "core/scratch.h"

/* Where a section begins at the latest: behind a head there is room for a path. */
#define SECTION_START_MAX \
	(SCRATCH_RECORD_MAX - sizeof(struct procsieve_section) - PROCSIEVE_PATH_MAX - sizeof(__u32))

/* Writes the head of the section whose data stand at used + sizeof(struct procsieve_section). */
static __always_inline __u32 section_close(struct scratch *scratch, __u32 used,
					   enum procsieve_section_kind kind, __u32 size, bool whole)
{
	struct procsieve_section *section = (void *)(scratch->record + used);

	if (!size)
		return 0;
	section->kind = kind;
	section->flags = whole ? 0 : PROCSIEVE_SECTION_CUT;
	section->size = size;
	return sizeof(*section) + size;
}

/* Puts a section of fixed size behind `used`. */
static __always_inline __u32 section_put(struct scratch *scratch, __u32 used,
					 enum procsieve_section_kind kind, const void *data,
					 __u32 size)
{
	/* Not what has been loaded before, and is loaded again behind the check. */
	asm volatile("" : "+r"(used));
	if (used > SECTION_START_MAX)
		return 0;
	used = bounded(used, SECTION_START_MAX);
	bpf_probe_read_kernel(scratch->record + used + sizeof(struct procsieve_section), size,
			      data);
	return section_close(scratch, used, kind, size, true);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Appends sections to a record. Each section is a global function, which the verifier checks once.
 * Its arguments are the index of the scratch area, which names the task, and the number of bytes
 * used in the area. It returns the number of bytes added, 0 if the kernel does not have the data.
 */
#ifndef BPF_SECTION_SECTION_H
#define BPF_SECTION_SECTION_H

#include "core/compat.h"
#include "core/scratch.h"

/* Maximum offset at which a section may begin: after its head there is space for a path. */
#define SECTION_START_MAX \
	(SCRATCH_RECORD_MAX - sizeof(struct procsieve_section) - PROCSIEVE_PATH_MAX - sizeof(__u32))

/* Writes the head of the section whose data is at used + sizeof(struct procsieve_section). */
static __always_inline __u32 section_write_head(struct scratch *scratch, __u32 used,
						enum procsieve_section_kind kind, __u32 size,
						bool whole)
{
	struct procsieve_section *section = (void *)(scratch->record + used);

	if (!size)
		return 0;
	section->kind = kind;
	section->flags = whole ? 0 : PROCSIEVE_SECTION_CUT;
	section->size = size;
	return sizeof(*section) + size;
}

/* Appends a section of fixed size at `used`. */
static __always_inline __u32 section_put(struct scratch *scratch, __u32 used,
					 enum procsieve_section_kind kind, const void *data,
					 __u32 size)
{
	/* A value in a register: otherwise the compiler loads it again after the check. */
	asm volatile("" : "+r"(used));
	if (used > SECTION_START_MAX)
		return 0;
	used = bounded(used, SECTION_START_MAX);
	bpf_probe_read_kernel(scratch->record + used + sizeof(struct procsieve_section), size,
			      data);
	return section_write_head(scratch, used, kind, size, true);
}

#endif

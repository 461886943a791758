/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests: a build with SCRATCH_MARKER fills all memory in which records are built with a marker
 * before each record. A marker byte in what a listener receives was not written for that record; in
 * a normal build it would come from another record.
 */
#ifndef BPF_CORE_SCRATCH_MARK_H
#define BPF_CORE_SCRATCH_MARK_H

#include "core/prelude.h"
#include "bpf/shared/scratch_area.h"

#ifdef SCRATCH_MARKER

static const char scratch_marker[SCRATCH_RECORD_MAX] = {
	[0 ... SCRATCH_RECORD_MAX - 1] = (char)SCRATCH_MARKER,
};

static __always_inline void scratch_mark(void *memory, __u32 size)
{
	bpf_probe_read_kernel(memory, size, scratch_marker);
}

#else

static __always_inline void scratch_mark(void *memory, __u32 size)
{
}

#endif

#endif

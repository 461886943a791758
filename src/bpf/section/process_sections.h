/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sections that events and snapshots share, in the order in which a record has them. A new one
 * is added to sections_add().
 */
#ifndef BPF_SECTION_PROCESS_SECTIONS_H
#define BPF_SECTION_PROCESS_SECTIONS_H

#include "section/accounting.h"
#include "section/attributes.h"
#include "section/cgroup_path.h"

/*
 * Adds the sections of `wanted` after `used`, and returns how much of the scratch area is used
 * then. `bit`: the listener that gets them, which may not see every ancestor. `alive`: false
 * at the exit; a constant at compile time.
 */
static __always_inline __u32 sections_add(__u32 area, __u32 used, __u32 wanted, __u64 bit,
					  bool alive)
{
#define IS_WANTED(kind) (wanted & PROCSIEVE_SECTION(kind))
	if (IS_WANTED(TIME) || IS_WANTED(IO))
		used += section_put_time_io(area, used, IS_WANTED(TIME), IS_WANTED(IO), alive);
	if (!alive && IS_WANTED(PEAK))
		used += section_put_peak(area, used);
	if (IS_WANTED(DELAY))
		used += section_put_delay(area, used, alive);
	if (IS_WANTED(NS))
		used += section_put_ns(area, used);
	if (IS_WANTED(LOGIN))
		used += attr_login(area, used);
	if (IS_WANTED(TTY))
		used += section_put_tty(area, used);
	if (IS_WANTED(EXE))
		used += section_put_exe(area, used);
	if (IS_WANTED(CWD))
		used += section_put_cwd(area, used);
	if (IS_WANTED(CGROUP))
		used += section_put_cgroup(area, used);
	if (IS_WANTED(CGROUP_V1))
		used += section_put_cgroup_v1(area, used);
	if (IS_WANTED(ANCESTORS))
		used += section_put_ancestors(area, used, bit);
	return used;
#undef IS_WANTED
}

/*
 * Appends the total size of the sections. A reader starts at the end of the record and goes back by
 * that size. Returns the size of the record: `start` if there are no sections or they do not fit.
 */
static __always_inline __u32 sections_end(struct scratch *scratch, __u32 start, __u32 used)
{
	if (used == start || used > SCRATCH_RECORD_MAX - sizeof(__u32))
		return start;
	*(__u32 *)(scratch->record + used) = used - start;
	scratch->header.flags |= PROCSIEVE_F_SECTIONS;
	return used + sizeof(__u32);
}

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots: every process that there is, in one read. An object of its own, loaded for one
 * snapshot, with what is asked for as constants: so it loads fast, and what is not asked for is not
 * there.
 */

#include "control/add_filter_value.bpf.h"
#include "iter/fd.bpf.h"
#include "iter/vma.bpf.h"
#include "iter/task.bpf.h"

char LICENSE[] SEC("license") = "GPL";

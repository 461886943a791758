// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots: all existing processes, in one read. This object is loaded for one snapshot, with the
 * request as constants: so it loads fast, because the code for anything else is removed.
 */

#include "control/add_filter_value.bpf.h"
#include "iter/fd.bpf.h"
#include "iter/vma.bpf.h"
#include "iter/task.bpf.h"

char LICENSE[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots: every process that there is, in one read. An object of its own, loaded for one snapshot, with what is asked
 * for as constants: so it loads fast, and what is not asked for is not there.
 */

#include "file.bpf.h"
#include "mapping.bpf.h"
#include "process.bpf.h"

char LICENSE[] SEC("license") = "GPL";

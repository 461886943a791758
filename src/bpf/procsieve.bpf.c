// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All BPF programs of the event engine in one object: the hooks, one file an event, in the order of
 * the event table; then the programs that user space runs. They are one compilation unit because
 * bpftool's linker (7.1) cannot merge references to kernel functions.
 */

/* For headers of both objects: this one has the tables that only events need. */
#define OBJECT_OF_EVENTS

#include "event/fork.bpf.h"

#include "event/exec.bpf.h"

#include "event/exit.bpf.h"

#include "event/comm.bpf.h"

#include "event/task_free.bpf.h"

#include "event/cgroup.bpf.h"

#include "event/hooks_syscall.bpf.h"

#include "event/hooks_function.bpf.h"

#include "event/coredump.bpf.h"

#include "control/kernel_probe.bpf.h"

#include "control/seed_pids.bpf.h"

#include "control/seed_cgroups.bpf.h"

#include "control/peer.bpf.h"

#include "control/add_filter_value.bpf.h"

#include "control/remove_listener.bpf.h"

#include "control/report_missed.bpf.h"

#include "control/list_maps.bpf.h"

#include "control/hold_tracepoint.bpf.h"

char LICENSE[] SEC("license") = "GPL";

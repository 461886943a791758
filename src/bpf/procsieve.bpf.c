// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel side as one object: a hook a file, in the order of the event table, then the programs that user space runs.
 * One unit and not linked from several, since bpftool's linker (7.1) cannot merge references to kernel functions.
 */
#include "fork.bpf.h"

#include "exec.bpf.h"

#include "exit.bpf.h"

#include "comm.bpf.h"

#include "free.bpf.h"

#include "syscall.bpf.h"

#include "function.bpf.h"

#include "coredump.bpf.h"

#include "probe.bpf.h"

#include "seed.bpf.h"

#include "peer.bpf.h"

#include "enter.bpf.h"

#include "forget.bpf.h"

#include "missed.bpf.h"

#include "maps.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Included by every program: the kernel's types, libbpf's helpers, the records. */
#ifndef BPF_CORE_PRELUDE_H
#define BPF_CORE_PRELUDE_H

#include "vmlinux.h"
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include <procsieve/filter.h>
#include <procsieve/record.h>

#endif

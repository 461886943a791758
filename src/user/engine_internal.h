/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the engine share: the loaded BPF side, with the types of its variables. */
#ifndef ENGINE_INTERNAL_H
#define ENGINE_INTERNAL_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "engine.h"
#include "probe.h"
#include "remembered.h"
#include "seed.h"
#include "sieve.h"

#include "procsieve.skel.h"

/*
 * Enters the processes of a pid filter into the sieve (src/bpf/seed.bpf.c), with their living descendants where the
 * filter follows. The hooks must be on.
 */
int engine_seed(struct procsieve_bpf *bpf, unsigned int slot, const struct procsieve_filter *filter,
		struct reason *why);

/*
 * Before 6.16: remembers the programs of the processes that live already (src/bpf/remember.h). The hooks must be on.
 * What cannot be read is left out.
 */
void engine_remember(struct procsieve_bpf *bpf);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* The sieve's tables; see tables.h. */
#include "tables.h"

#include <bpf/bpf.h>

int tables_enter(void *context, enum sieve_table table, const void *key)
{
	const struct tables *tables = context;
	__u64 set = 0;

	if (bpf_map_lookup_elem(tables->fds[table], key, &set))
		set = 0;
	set |= tables->bit;
	return bpf_map_update_elem(tables->fds[table], key, &set, BPF_ANY);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes keys to the sieve's tables; see sieve_maps.h. */
#include "engine/sieve_maps.h"

#include <bpf/bpf.h>
#include <string.h>

int sieve_maps_write(const struct sieve_writer *writer, __u32 table, const void *key, size_t size)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err;

	*writer->args = (struct add_filter_value_args){.listener = writer->bit, .table = table};
	memcpy(&writer->args->key, key, size);
	err = bpf_prog_test_run_opts(writer->program_fd, &opts);
	return err ? err : (int)opts.retval;
}

int sieve_maps_add(void *context, enum sieve_table table, const void *key)
{
	static const size_t sizes[SIEVE_TABLE_COUNT] = {
#define X(NAME, map, key_type, text) [SIEVE_##NAME] = sizeof(key_type),
		SIEVE_DIMENSIONS(X) SIEVE_CHOICES(X) SIEVE_CGROUP_NAMES(X)
#undef X
	};

	return sieve_maps_write(context, table, key, sizes[table]);
}

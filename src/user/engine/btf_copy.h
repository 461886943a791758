/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies types of a BTF file, with all types that they refer to except through pointers, into a new
 * and smaller BTF file.
 */
#ifndef USER_ENGINE_BTF_COPY_H
#define USER_ENGINE_BTF_COPY_H

#include <linux/types.h>
#include <stdbool.h>

#include "engine/btf_file.h"

/* A buffer that grows at its end. */
struct bytes {
	__u8 *data;
	__u32 size, capacity;
};

struct btf_copy {
	bool failed; /* out of memory, or the original is not as BTF must be */

	/* Internal: */
	const struct btf_index *from;
	__u32 *copies;	    /* by original id: id of the copy, or 0 */
	struct bytes queue; /* original ids of the copies, in the order of the copies */
	struct bytes types, names;
};

/*
 * Starts a copy of types of `from`, which must stay valid. Its entries need not be filled yet.
 * Returns false if out of memory. Call btf_copy_close() in both cases.
 */
bool btf_copy_open(struct btf_copy *copy, const struct btf_index *from);
void btf_copy_close(struct btf_copy *copy);

/* Adds a type by its original id, unless the copy has it already. */
void btf_copy_add(struct btf_copy *copy, __u32 id);

/*
 * Copies the added types, and writes a BTF file to a memfd. All types must be in the index now.
 * Returns the descriptor, which is the caller's, or -1.
 */
int btf_copy_write(struct btf_copy *copy);

#endif

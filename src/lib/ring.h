/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a BPF ring buffer (BPF_MAP_TYPE_RINGBUF) through its mapping. Needs its descriptor, but no
 * privilege and no libbpf. Only one thread may read a ring.
 *
 * The reader controls its wake-ups: the kernel wakes it when the record at the consumer position is
 * committed. A reader that comes back without a wake-up keeps that position a few bytes before the
 * end of what it has read (ring_release()), and is not woken, however many records arrive. A reader
 * that is about to sleep stores the exact position (ring_arm()), and the next record wakes it.
 */
#ifndef LIB_RING_H
#define LIB_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
	uint64_t *consumer;	  /* page shared with the kernel: consumer position */
	const uint64_t *producer; /* page of the kernel: producer position */
	const char *data;	  /* mapped twice in a row, so that no record is split */
	uint64_t read;		  /* position after the last record returned */
	uint64_t seen;		  /* producer position when it was last read */
	size_t size;
};

/*
 * Maps a ring with `size` bytes of data, a power of two and at least one page. Returns 0 or -errno.
 * The caller keeps ownership of the descriptor.
 */
int ring_open(struct ring *ring, int fd, size_t size);
void ring_close(struct ring *ring);

/*
 * Returns the next record and its size in bytes, or NULL if none is ready. It stays valid until
 * ring_release() or ring_arm(). It is inside the mapping, whatever the ring contains: contents that
 * the kernel cannot have written are treated as an empty ring.
 */
const void *ring_next(struct ring *ring, size_t *size);

/* Returns the space of all records read so far to the kernel. Requests no wake-up. */
void ring_release(struct ring *ring);

/*
 * Does the same and requests a wake-up for the next record. Returns false if there is a record to
 * read already: the caller must not sleep then.
 */
bool ring_arm(struct ring *ring);

#endif

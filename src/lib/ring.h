/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a BPF ring buffer (BPF_MAP_TYPE_RINGBUF) through its mapping; needs its descriptor and
 * nothing else, no privilege and no libbpf. One reader.
 *
 * Who decides on wake-ups: the kernel wakes the reader when a record is committed just where the
 * reader says it has read up to. So a reader that comes back by itself stays a few bytes behind
 * (ring_release()), and storms pass silently; one that goes to sleep says the truth (ring_arm()),
 * and the first record wakes it.
 */
#ifndef LIB_RING_H
#define LIB_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
	uint64_t *consumer;	  /* page shared with the kernel: read up to here */
	const uint64_t *producer; /* page of the kernel: reserved up to here */
	const char *data;	  /* twice in a row, so that no record is ever split */
	uint64_t read;		  /* behind the last record given out */
	uint64_t seen;		  /* producer position when last looked at */
	size_t size;
};

/*
 * Maps a ring of `size` bytes of data, a power of two and a page at least. Returns 0 or -errno; the
 * descriptor stays the caller's.
 */
int ring_open(struct ring *ring, int fd, size_t size);
void ring_close(struct ring *ring);

/*
 * The next record and its size, or NULL where none is ready. It stays valid until ring_release() or
 * ring_arm(). It lies inside the mapping whatever the ring holds: one that the kernel cannot have
 * written is taken for empty.
 */
const void *ring_next(struct ring *ring, size_t *size);

/* Gives the room of all that was read back to the writers, without asking to be woken. */
void ring_release(struct ring *ring);

/*
 * Gives the room back and asks to be woken by the next record. Returns false where there is
 * something to read already: then do not sleep.
 */
bool ring_arm(struct ring *ring);

#endif

// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reading a BPF ring buffer; see ring.h. The layout is that of kernel/bpf/ringbuf.c, promised in
 * <linux/bpf.h>.
 */
#include "lib/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

/* Records lie at multiples of eight bytes: so far behind is no record's place. */
#define RING_BEHIND 8

int ring_open(struct ring *ring, int fd, size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *consumer, *producer;

	/* Places are positions under a mask, and twice the size is mapped. */
	if (size < page || size & (size - 1) || size > SIZE_MAX / 4)
		return -EINVAL;
	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (consumer == MAP_FAILED)
		return -errno;
	producer = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, page);
	if (producer == MAP_FAILED) {
		int err = -errno;

		munmap(consumer, page);
		return err;
	}
	*ring = (struct ring){
		.consumer = consumer,
		.producer = producer,
		.data = (const char *)producer + page,
		.size = size,
	};
	ring->read = ring->seen = *ring->consumer;
	return 0;
}

void ring_close(struct ring *ring)
{
	size_t page = sysconf(_SC_PAGESIZE);

	munmap(ring->consumer, page);
	munmap((void *)ring->producer, page + 2 * ring->size);
}

static bool look(struct ring *ring)
{
	/*
	 * Acquire: the record headers behind this position are there (the kernel's store-release on
	 * reserve).
	 */
	ring->seen = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	/* More than there is room for is nothing that the kernel wrote. */
	if (ring->seen - ring->read > ring->size)
		ring->read = ring->seen;
	return ring->read != ring->seen;
}

const void *ring_next(struct ring *ring, size_t *size)
{
	while (ring->read != ring->seen || look(ring)) {
		/* A place of a header, whatever the position. */
		const char *header = ring->data + (ring->read & (ring->size - 8));
		/* Acquire: the record itself (the kernel's xchg of the length on commit). */
		uint32_t length = __atomic_load_n((const uint32_t *)header, __ATOMIC_ACQUIRE);
		uint64_t step;

		if (length & BPF_RINGBUF_BUSY_BIT)
			return NULL;
		*size = length & ~BPF_RINGBUF_DISCARD_BIT;
		step = (*size + BPF_RINGBUF_HDR_SZ + 7) & ~7ull;
		/*
		 * A record that goes beyond what was reserved is none, and what is behind it cannot
		 * be found.
		 */
		if (step > ring->seen - ring->read) {
			ring->read = ring->seen;
			return NULL;
		}
		ring->read += step;
		if (!(length & BPF_RINGBUF_DISCARD_BIT))
			return header + BPF_RINGBUF_HDR_SZ;
	}
	return NULL;
}

void ring_release(struct ring *ring)
{
	/* Release: nothing is read any more of what is given back. */
	if (ring->read - *ring->consumer > RING_BEHIND)
		__atomic_store_n(ring->consumer, ring->read - RING_BEHIND, __ATOMIC_RELEASE);
}

bool ring_arm(struct ring *ring)
{
	/*
	 * Full order between this store and the load in look(): its partner is the exchange in the
	 * kernel's commit, which stands between a writer's reserve and its look at the consumer's
	 * position. One of the two sees the other.
	 */
	__atomic_store_n(ring->consumer, ring->read, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !look(ring);
}

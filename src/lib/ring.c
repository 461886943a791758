// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads a BPF ring buffer; see ring.h. The layout is that of kernel/bpf/ringbuf.c, which
 * <linux/bpf.h> guarantees.
 */
#include "lib/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * ring_release() leaves the consumer position this far before the end of what was read. Records
 * start at multiples of eight bytes, and this position is inside a record that was read. So no new
 * record starts there, and the kernel does not wake the reader.
 */
#define RING_RELEASE_GAP 8

int ring_open(struct ring *ring, int fd, size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *consumer, *producer;

	/* A record's offset is its position modulo the size. Twice the size is mapped. */
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

static bool update_seen(struct ring *ring)
{
	/*
	 * Acquire: the headers of all records before this position are visible. Pairs with the
	 * kernel's store-release on reserve.
	 */
	ring->seen = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	/*
	 * The kernel never reserves more than the size of the ring. If the positions say so, it did
	 * not write them: the ring is treated as empty.
	 */
	if (ring->seen - ring->read > ring->size)
		ring->read = ring->seen;
	return ring->read != ring->seen;
}

const void *ring_next(struct ring *ring, size_t *size)
{
	while (ring->read != ring->seen || update_seen(ring)) {
		/* A possible offset of a header, whatever the position is. */
		const char *header = ring->data + (ring->read & (ring->size - 8));
		/*
		 * Acquire: the record itself is visible. Pairs with the kernel's xchg of the length
		 * on commit.
		 */
		uint32_t length = __atomic_load_n((const uint32_t *)header, __ATOMIC_ACQUIRE);
		uint64_t step;

		if (length & BPF_RINGBUF_BUSY_BIT)
			return NULL;
		*size = length & ~BPF_RINGBUF_DISCARD_BIT;
		step = (*size + BPF_RINGBUF_HDR_SZ + 7) & ~7ull;
		/*
		 * A record that ends after the reserved space is invalid, and the records after it
		 * cannot be found.
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
	/* Release: all reads of the records are done before their space is returned. */
	if (ring->read - *ring->consumer > RING_RELEASE_GAP)
		__atomic_store_n(ring->consumer, ring->read - RING_RELEASE_GAP, __ATOMIC_RELEASE);
}

bool ring_arm(struct ring *ring)
{
	/*
	 * Full barrier between this store and the load in update_seen(). Pairs with the exchange in
	 * the kernel's commit, which is between a writer's reserve and its load of the consumer
	 * position. So at least one side sees the other's store.
	 */
	__atomic_store_n(ring->consumer, ring->read, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !update_seen(ring);
}

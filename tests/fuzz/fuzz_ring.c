// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ring reader, with arbitrary positions and data. The kernel would not write these; but in any
 * case the reader stays inside its mapping, which is surrounded by unmapped memory here, and
 * terminates.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/ring.h"

#define RING_SIZE   4096u

#define PLAN_NEAR   1 /* the producer's distance is less than twice the ring */
#define PLAN_REPEAT 2 /* the data of the ring is repeated; otherwise zeros follow */

/* The input, before the data of the ring. */
struct plan {
	uint64_t consumer, producer; /* producer: as a distance */
	uint8_t flags;		     /* PLAN_NEAR, PLAN_REPEAT */
	uint8_t steps[15];
};

static char *map_data(void)
{
	int fd = memfd_create("ring", MFD_CLOEXEC);
	char *data = mmap(NULL, 4 * RING_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	require(fd >= 0 && data != MAP_FAILED && !ftruncate(fd, RING_SIZE));
	data += RING_SIZE;
	for (unsigned int i = 0; i < 2; i++) {
		void *place = data + i * RING_SIZE;
		const void *mapped = mmap(place, RING_SIZE, PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_FIXED, fd, 0);

		require(mapped == place);
	}
	close(fd);
	return data;
}

/* The data begins at the reader's position, followed by the same data or by zeros. */
static void fill_ring(char *ring, uint64_t start, const uint8_t *bytes, size_t size, bool repeat)
{
	memset(ring, 0, RING_SIZE);
	for (size_t i = 0; size && i < RING_SIZE && (repeat || i < size); i++)
		ring[(start + i) % RING_SIZE] = (char)bytes[i % size];
}

/* Reads all records. */
static void read_all(struct ring *ring)
{
	const char *record;
	size_t size, count = 0;

	while ((record = ring_next(ring, &size))) {
		require(size <= ring->size);
		require((uintptr_t)record % 8 == 0);
		require(record >= ring->data);
		require(record + size <= ring->data + 2 * ring->size);
		touch(record, size);
		require(ring->seen - ring->read <= ring->size);
		require(++count <= RING_SIZE / 8);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *ring_data;
	struct plan plan;
	uint64_t consumer, producer, max;
	struct ring ring;

	if (size < sizeof(plan))
		return 0;
	if (!ring_data)
		ring_data = map_data();
	memcpy(&plan, data, sizeof(plan));
	max = plan.flags & PLAN_NEAR ? 2 * RING_SIZE : UINT64_MAX;
	consumer = plan.consumer;
	producer = consumer + plan.producer % max;
	fill_ring(ring_data, consumer, data + sizeof(plan), size - sizeof(plan),
		  plan.flags & PLAN_REPEAT);
	ring = (struct ring){.consumer = &consumer,
			     .producer = &producer,
			     .data = ring_data,
			     .read = consumer,
			     .seen = consumer,
			     .size = RING_SIZE};
	for (size_t i = 0; i < sizeof(plan.steps); i++) {
		read_all(&ring);
		if (plan.steps[i] & 1)
			ring_release(&ring);
		if (plan.steps[i] & 2)
			ring_arm(&ring);
		/* The writer advances by any amount. */
		producer += plan.steps[i] & 4 ? plan.producer * plan.steps[i] % max
					      : plan.steps[i] / 8 * 8u;
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader of a ring, on rings made by hand: a writer that lays records as kernel/bpf/ringbuf.c does, and the pages as
 * the kernel maps them, the data twice in a row.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "ring.h"

#define RING_SIZE 4096u
#define HEADER	  BPF_RINGBUF_HDR_SZ

/* Both ends of one ring. */
struct made_ring {
	struct ring ring; /* the reader's */
	_Alignas(8) uint64_t consumer, producer;
	char *data; /* writable, twice in a row */
};

static void make_ring(struct made_ring *made)
{
	int fd = memfd_create("ring", MFD_CLOEXEC);
	char *data = mmap(NULL, 2 * RING_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_int_equal(ftruncate(fd, RING_SIZE), 0);
	for (unsigned int i = 0; i < 2; i++)
		assert_ptr_equal(mmap(data + i * RING_SIZE, RING_SIZE, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_FIXED, fd, 0),
				 data + i * RING_SIZE);
	close(fd);
	*made = (struct made_ring){.data = data};
	made->ring = (struct ring){.consumer = &made->consumer,
				   .producer = &made->producer,
				   .data = data,
				   .size = RING_SIZE};
}

static void drop_ring(struct made_ring *made)
{
	munmap(made->data, 2 * RING_SIZE);
}

static uint32_t *header_at(struct made_ring *made, uint64_t position)
{
	return (uint32_t *)(made->data + position % RING_SIZE);
}

/* Reserves: the length with the busy bit, then the position. Returns where, or -1 where there is no room. */
static int64_t reserve(struct made_ring *made, uint32_t size)
{
	uint64_t at = made->producer, end = at + ((size + HEADER + 7) & ~7u);

	if (end - __atomic_load_n(&made->consumer, __ATOMIC_ACQUIRE) > RING_SIZE - 1)
		return -1;
	__atomic_store_n(header_at(made, at), size | BPF_RINGBUF_BUSY_BIT, __ATOMIC_RELAXED);
	__atomic_store_n(&made->producer, end, __ATOMIC_RELEASE);
	return (int64_t)at;
}

static void commit(struct made_ring *made, uint64_t at, uint32_t flags)
{
	uint32_t length = (*header_at(made, at) & ~BPF_RINGBUF_BUSY_BIT) | flags;

	__atomic_exchange_n(header_at(made, at), length, __ATOMIC_SEQ_CST);
}

/* Would the kernel wake the reader for the record committed here? */
static bool wakes(struct made_ring *made, uint64_t at)
{
	return __atomic_load_n(&made->consumer, __ATOMIC_SEQ_CST) == at;
}

static uint64_t put(struct made_ring *made, const void *bytes, uint32_t size)
{
	int64_t at = reserve(made, size);

	assert_true(at >= 0);
	memcpy(made->data + at % RING_SIZE + HEADER, bytes, size);
	commit(made, at, 0);
	return at;
}

static void assert_next(struct made_ring *made, const void *bytes, size_t size)
{
	size_t got;
	const void *record = ring_next(&made->ring, &got);

	assert_non_null(record);
	assert_int_equal(got, size);
	assert_memory_equal(record, bytes, size);
}

static void assert_empty(struct made_ring *made)
{
	size_t size;

	assert_null(ring_next(&made->ring, &size));
}

static void records_come_in_order_and_of_any_length(void **state)
{
	struct made_ring made;
	char bytes[64];

	(void)state;
	make_ring(&made);
	assert_empty(&made);
	for (uint32_t size = 0; size < sizeof(bytes); size++) {
		memset(bytes, (int)size, size);
		put(&made, bytes, size);
	}
	for (uint32_t size = 0; size < sizeof(bytes); size++) {
		memset(bytes, (int)size, size);
		assert_next(&made, bytes, size);
	}
	assert_empty(&made);
	drop_ring(&made);
}

static void a_record_over_the_end_comes_in_one_piece(void **state)
{
	char bytes[1000];
	struct made_ring made;

	(void)state;
	make_ring(&made);
	for (unsigned int i = 0; i < 50; i++) {
		for (size_t at = 0; at < sizeof(bytes); at++)
			bytes[at] = (char)(i + at);
		put(&made, bytes, sizeof(bytes));
		assert_next(&made, bytes, sizeof(bytes));
		ring_release(&made.ring);
	}
	drop_ring(&made);
}

/* Behind a record that is still being written nothing is read: order is kept. */
static void a_record_in_work_stops_the_reader(void **state)
{
	struct made_ring made;
	int64_t busy;

	(void)state;
	make_ring(&made);
	put(&made, "one", 3);
	busy = reserve(&made, 3);
	put(&made, "three", 5);
	assert_next(&made, "one", 3);
	assert_empty(&made);
	assert_empty(&made);
	memcpy(made.data + busy + HEADER, "two", 3);
	commit(&made, busy, 0);
	assert_next(&made, "two", 3);
	assert_next(&made, "three", 5);
	drop_ring(&made);
}

static void discarded_records_are_passed_over(void **state)
{
	struct made_ring made;

	(void)state;
	make_ring(&made);
	commit(&made, reserve(&made, 100), BPF_RINGBUF_DISCARD_BIT);
	put(&made, "one", 3);
	commit(&made, reserve(&made, 7), BPF_RINGBUF_DISCARD_BIT);
	commit(&made, reserve(&made, 8), BPF_RINGBUF_DISCARD_BIT);
	assert_next(&made, "one", 3);
	assert_empty(&made);
	assert_int_equal(made.ring.read, made.producer);
	drop_ring(&made);
}

/* Who comes back by itself is not woken; who sleeps is, by the first record and by no other. */
static void the_reader_decides_whether_it_is_woken(void **state)
{
	struct made_ring made;

	(void)state;
	make_ring(&made);
	assert_true(ring_arm(&made.ring));
	assert_true(wakes(&made, put(&made, "one", 3)));
	assert_false(wakes(&made, put(&made, "two", 3)));
	assert_next(&made, "one", 3);
	assert_next(&made, "two", 3);
	ring_release(&made.ring);
	assert_false(wakes(&made, put(&made, "three", 5)));
	assert_false(wakes(&made, put(&made, "four", 4)));
	/* Two are there: not the time to sleep. */
	assert_false(ring_arm(&made.ring));
	assert_next(&made, "three", 5);
	assert_next(&made, "four", 4);
	assert_true(ring_arm(&made.ring));
	assert_true(wakes(&made, put(&made, "five", 4)));
	drop_ring(&made);
}

/* What is given back never goes backwards, never beyond what was read, and leaves no record's place. */
static void release_gives_all_back_but_a_few_bytes(void **state)
{
	struct made_ring made;

	(void)state;
	make_ring(&made);
	ring_release(&made.ring);
	assert_int_equal(made.consumer, 0);
	put(&made, "one", 3);
	assert_next(&made, "one", 3);
	ring_release(&made.ring);
	assert_int_equal(made.consumer, made.ring.read - 8);
	assert_true(ring_arm(&made.ring));
	assert_int_equal(made.consumer, made.ring.read);
	ring_release(&made.ring);
	assert_int_equal(made.consumer, made.ring.read);
	drop_ring(&made);
}

#define RECORDS 200000

/* A record says its number in each of its bytes' places. */
static uint32_t size_of(uint32_t number)
{
	return 4 + number * 2654435761u % 200;
}

static void *write_records(void *argument)
{
	struct made_ring *made = argument;

	for (uint32_t number = 0; number < RECORDS;) {
		int64_t at = reserve(made, size_of(number));
		char *bytes;

		if (at < 0)
			continue;
		bytes = made->data + at % RING_SIZE + HEADER;
		memset(bytes, (int)number, size_of(number));
		memcpy(bytes, &number, 4);
		/* Some are given up. */
		commit(made, at, number % 7 ? 0 : BPF_RINGBUF_DISCARD_BIT);
		number++;
	}
	return NULL;
}

static void a_writer_on_another_cpu_is_followed(void **state)
{
	struct made_ring made;
	uint32_t expected = 0;
	pthread_t writer;

	(void)state;
	make_ring(&made);
	pthread_create(&writer, NULL, write_records, &made);
	while (expected < RECORDS) {
		size_t size;
		const char *record = ring_next(&made.ring, &size);
		uint32_t number;

		expected += expected % 7 == 0;
		if (!record) {
			if (expected % 2)
				ring_release(&made.ring);
			else
				ring_arm(&made.ring);
			if (expected >= RECORDS)
				break;
			continue;
		}
		memcpy(&number, record, 4);
		assert_int_equal(number, expected);
		assert_int_equal(size, size_of(number));
		for (size_t at = 4; at < size; at++)
			assert_int_equal((uint8_t)record[at], (uint8_t)number);
		expected++;
	}
	pthread_join(writer, NULL);
	drop_ring(&made);
}

static void what_is_no_ring_is_refused(void **state)
{
	struct ring ring;

	(void)state;
	assert_int_equal(ring_open(&ring, -1, RING_SIZE), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_in_order_and_of_any_length),
		cmocka_unit_test(a_record_over_the_end_comes_in_one_piece),
		cmocka_unit_test(a_record_in_work_stops_the_reader),
		cmocka_unit_test(discarded_records_are_passed_over),
		cmocka_unit_test(the_reader_decides_whether_it_is_woken),
		cmocka_unit_test(release_gives_all_back_but_a_few_bytes),
		cmocka_unit_test(a_writer_on_another_cpu_is_followed),
		cmocka_unit_test(what_is_no_ring_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

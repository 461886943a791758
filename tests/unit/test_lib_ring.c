// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ring reader, with rings made by hand: a writer that lays out records as kernel/bpf/ringbuf.c
 * does, and pages as the kernel maps them, the data twice in a row.
 */
#include <linux/bpf.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/ring.h"

#define RING_SIZE 4096u
#define HEADER	  BPF_RINGBUF_HDR_SZ

/* Both ends of one ring. */
struct test_ring {
	struct ring ring; /* the reader */
	_Alignas(8) uint64_t consumer, producer;
	char *data; /* writable, mapped twice in a row */
};

static void create_ring(struct test_ring *made)
{
	int fd = memfd_create("ring", MFD_CLOEXEC);
	char *data = mmap(NULL, 2 * RING_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_int_equal(ftruncate(fd, RING_SIZE), 0);
	for (unsigned int i = 0; i < 2; i++)
		assert_ptr_equal(mmap(data + i * RING_SIZE, RING_SIZE, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_FIXED, fd, 0),
				 data + i * RING_SIZE);
	close(fd);
	*made = (struct test_ring){.data = data};
	made->ring = (struct ring){.consumer = &made->consumer,
				   .producer = &made->producer,
				   .data = data,
				   .size = RING_SIZE};
}

static void drop_ring(struct test_ring *made)
{
	munmap(made->data, 2 * RING_SIZE);
}

static uint32_t *header_at(struct test_ring *made, uint64_t position)
{
	return (uint32_t *)(made->data + position % RING_SIZE);
}

/*
 * Reserves a record: stores the length with the busy bit, then the position. Returns the position,
 * or -1 if the ring is full.
 */
static int64_t reserve(struct test_ring *made, uint32_t size)
{
	uint64_t at = made->producer, end = at + ((size + HEADER + 7) & ~7u);

	if (end - __atomic_load_n(&made->consumer, __ATOMIC_ACQUIRE) > RING_SIZE - 1)
		return -1;
	__atomic_store_n(header_at(made, at), size | BPF_RINGBUF_BUSY_BIT, __ATOMIC_RELAXED);
	__atomic_store_n(&made->producer, end, __ATOMIC_RELEASE);
	return (int64_t)at;
}

static void commit(struct test_ring *made, uint64_t at, uint32_t flags)
{
	uint32_t length = (*header_at(made, at) & ~BPF_RINGBUF_BUSY_BIT) | flags;

	__atomic_exchange_n(header_at(made, at), length, __ATOMIC_SEQ_CST);
}

/* Returns whether the kernel would wake the reader for the record committed here. */
static bool wakes(struct test_ring *made, uint64_t at)
{
	return __atomic_load_n(&made->consumer, __ATOMIC_SEQ_CST) == at;
}

static uint64_t put(struct test_ring *made, const void *bytes, uint32_t size)
{
	int64_t at = reserve(made, size);

	assert_true(at >= 0);
	memcpy(made->data + at % RING_SIZE + HEADER, bytes, size);
	commit(made, at, 0);
	return at;
}

static void assert_next(struct test_ring *made, const void *bytes, size_t size)
{
	size_t got;
	const void *record = ring_next(&made->ring, &got);

	assert_non_null(record);
	assert_int_equal(got, size);
	assert_memory_equal(record, bytes, size);
}

static void assert_empty(struct test_ring *made)
{
	size_t size;

	assert_null(ring_next(&made->ring, &size));
}

static void records_come_in_order_and_of_any_length(void **state)
{
	struct test_ring made;
	char bytes[64];

	(void)state;
	create_ring(&made);
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
	struct test_ring made;

	(void)state;
	create_ring(&made);
	for (unsigned int i = 0; i < 50; i++) {
		for (size_t at = 0; at < sizeof(bytes); at++)
			bytes[at] = (char)(i + at);
		put(&made, bytes, sizeof(bytes));
		assert_next(&made, bytes, sizeof(bytes));
		ring_release(&made.ring);
	}
	drop_ring(&made);
}

/* Positions count bytes and never wrap around; they are not offsets. */
static void positions_go_beyond_32_bits(void **state)
{
	struct test_ring made;

	(void)state;
	create_ring(&made);
	made.consumer = made.producer = made.ring.read = made.ring.seen = UINT32_MAX - 23;
	for (unsigned int i = 0; i < 10; i++) {
		put(&made, "record", 6);
		assert_next(&made, "record", 6);
		ring_release(&made.ring);
	}
	assert_true(made.consumer == (1ull << 32) + 10 * 16 - 24 - 8);
	drop_ring(&made);
}

/* A record that is still being written stops the reader: order is kept. */
static void a_record_in_work_stops_the_reader(void **state)
{
	struct test_ring made;
	int64_t busy;

	(void)state;
	create_ring(&made);
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
	struct test_ring made;

	(void)state;
	create_ring(&made);
	commit(&made, reserve(&made, 100), BPF_RINGBUF_DISCARD_BIT);
	put(&made, "one", 3);
	commit(&made, reserve(&made, 7), BPF_RINGBUF_DISCARD_BIT);
	commit(&made, reserve(&made, 8), BPF_RINGBUF_DISCARD_BIT);
	assert_next(&made, "one", 3);
	assert_empty(&made);
	assert_int_equal(made.ring.read, made.producer);
	drop_ring(&made);
}

/*
 * Data that no kernel writes: the reader stays inside its mapping, and continues with what follows.
 */
static void a_broken_ring_is_empty(void **state)
{
	static const struct {
		uint64_t producer;
		uint32_t length; /* of the first record */
	} cases[] = {
		{RING_SIZE, RING_SIZE - HEADER + 1},
		{RING_SIZE, RING_SIZE},
		{RING_SIZE, 0x3fffffff},
		{RING_SIZE, 0x3fffffff | BPF_RINGBUF_DISCARD_BIT},
		{8, 1},
		{7, 0},
		{RING_SIZE + 8, 0},
		{1ull << 60, BPF_RINGBUF_DISCARD_BIT},
		{(1ull << 63) - 8, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct test_ring made;

		create_ring(&made);
		made.producer = cases[i].producer;
		*header_at(&made, 0) = cases[i].length;
		assert_empty(&made);
		assert_true(ring_arm(&made.ring));
		assert_int_equal(made.ring.read, made.producer);
		/* Where a writer could continue. */
		if (made.producer % 8 == 0) {
			put(&made, "record", 6);
			assert_next(&made, "record", 6);
		}
		drop_ring(&made);
	}
}

/* The largest record that fits into a ring is valid. */
static void a_record_may_fill_the_ring(void **state)
{
	static char bytes[RING_SIZE - 2 * HEADER];
	struct test_ring made;

	(void)state;
	create_ring(&made);
	put(&made, bytes, sizeof(bytes));
	assert_next(&made, bytes, sizeof(bytes));
	drop_ring(&made);
}

/* A reader that polls is not woken. A sleeping reader is woken by the first record only. */
static void the_reader_decides_whether_it_is_woken(void **state)
{
	struct test_ring made;

	(void)state;
	create_ring(&made);
	assert_true(ring_arm(&made.ring));
	assert_true(wakes(&made, put(&made, "one", 3)));
	assert_false(wakes(&made, put(&made, "two", 3)));
	assert_next(&made, "one", 3);
	assert_next(&made, "two", 3);
	ring_release(&made.ring);
	assert_false(wakes(&made, put(&made, "three", 5)));
	assert_false(wakes(&made, put(&made, "four", 4)));
	/* There are two records: it must not sleep. */
	assert_false(ring_arm(&made.ring));
	assert_next(&made, "three", 5);
	assert_next(&made, "four", 4);
	assert_true(ring_arm(&made.ring));
	assert_true(wakes(&made, put(&made, "five", 4)));
	drop_ring(&made);
}

/*
 * Reserved and not committed: the commit may have checked before the reader announced that it
 * sleeps.
 */
static void the_reader_does_not_sleep_on_a_record_in_work(void **state)
{
	struct test_ring made;
	int64_t busy;

	(void)state;
	create_ring(&made);
	busy = reserve(&made, 3);
	assert_false(ring_arm(&made.ring));
	assert_empty(&made);
	assert_false(ring_arm(&made.ring));
	commit(&made, busy, BPF_RINGBUF_DISCARD_BIT);
	assert_true(wakes(&made, busy));
	assert_empty(&made);
	assert_true(ring_arm(&made.ring));
	drop_ring(&made);
}

/*
 * The released position never goes backwards, never beyond what was read, and is always the
 * beginning of a record.
 */
static void release_gives_all_back_but_a_few_bytes(void **state)
{
	struct test_ring made;

	(void)state;
	create_ring(&made);
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

#define RECORDS	     100000
#define LONGEST	     3000
#define WAKE_SECONDS 20

/*
 * A writer on another CPU, and how it wakes the reader. Static, because a failed test leaves its
 * writer running.
 */
static struct test_ring shared;
static sem_t wake;

static uint32_t mix(uint32_t number)
{
	number = (number ^ number >> 16) * 0x7feb352du;
	number = (number ^ number >> 15) * 0x846ca68bu;
	return number ^ number >> 16;
}

static uint32_t size_of(uint32_t number)
{
	return mix(number) % (mix(~number) % 50 ? 200 : LONGEST);
}

static bool is_discarded(uint32_t number)
{
	return mix(number + RECORDS) % 7 == 0;
}

/* Bytes that encode the record's number and their position in it. */
static void fill(char *bytes, uint32_t number, uint32_t size)
{
	for (uint32_t at = 0; at < size; at++)
		bytes[at] = (char)(mix(number) + at * 7);
}

static void *write_records(void *unused)
{
	for (uint32_t number = 0; number < RECORDS;) {
		int64_t at = reserve(&shared, size_of(number));

		if (at < 0)
			continue;
		fill(shared.data + at % RING_SIZE + HEADER, number, size_of(number));
		commit(&shared, at, is_discarded(number) ? BPF_RINGBUF_DISCARD_BIT : 0);
		if (wakes(&shared, at))
			sem_post(&wake);
		number++;
	}
	return unused;
}

static void release_checked(struct test_ring *made)
{
	uint64_t before = made->consumer, behind = made->ring.read - 8;

	ring_release(&made->ring);
	assert_int_equal(made->consumer, made->ring.read - before > 8 ? behind : before);
}

/* Sleeps until a record is available, as poll() would. Returns false if that was not necessary. */
static bool sleep_until_woken(struct test_ring *made, uint32_t expected)
{
	struct timespec end;

	if (!ring_arm(&made->ring))
		return false;
	assert_int_equal(made->consumer, made->ring.read);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += WAKE_SECONDS;
	if (sem_timedwait(&wake, &end) != 0)
		fail_msg("asleep before record %u, and nobody wakes", expected);
	return true;
}

static void assert_is_record(const char *record, size_t size, uint32_t number)
{
	static char bytes[LONGEST];

	if (size != size_of(number))
		fail_msg("record %u: expected %u bytes, got %zu", number, size_of(number), size);
	fill(bytes, number, size);
	if (memcmp(record, bytes, size) != 0)
		fail_msg("record %u has other bytes than were written", number);
}

/*
 * All records in order, byte for byte, while the reader releases space or sleeps; no wake-up is
 * missed.
 */
static void a_writer_on_another_cpu_is_followed(void **state)
{
	unsigned int empty = 0, slept = 0;
	pthread_t writer;

	(void)state;
	create_ring(&shared);
	assert_int_equal(sem_init(&wake, 0, 0), 0);
	assert_int_equal(pthread_create(&writer, NULL, write_records, NULL), 0);
	for (uint32_t expected = 0;;) {
		size_t size;
		const char *record;

		while (expected < RECORDS && is_discarded(expected))
			expected++;
		if (expected == RECORDS)
			break;
		record = ring_next(&shared.ring, &size);
		if (record)
			assert_is_record(record, size, expected++);
		else if (mix(empty++) % 2)
			release_checked(&shared);
		else
			slept += sleep_until_woken(&shared, expected);
	}
	pthread_join(writer, NULL);
	/* Discarded records may be left. */
	assert_empty(&shared);
	assert_true(slept > 0);
	drop_ring(&shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_in_order_and_of_any_length),
		cmocka_unit_test(a_record_over_the_end_comes_in_one_piece),
		cmocka_unit_test(positions_go_beyond_32_bits),
		cmocka_unit_test(a_record_in_work_stops_the_reader),
		cmocka_unit_test(discarded_records_are_passed_over),
		cmocka_unit_test(a_broken_ring_is_empty),
		cmocka_unit_test(a_record_may_fill_the_ring),
		cmocka_unit_test(the_reader_decides_whether_it_is_woken),
		cmocka_unit_test(the_reader_does_not_sleep_on_a_record_in_work),
		cmocka_unit_test(release_gives_all_back_but_a_few_bytes),
		cmocka_unit_test(a_writer_on_another_cpu_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

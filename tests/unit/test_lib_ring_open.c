// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening a ring by its descriptor: a file with the layout of the kernel's map. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/ring.h"

#define RING_SIZE 4096u
#define HEADER	  BPF_RINGBUF_HDR_SZ

/* A file with the pages of a ring: the consumer's, the producer's, the data twice in a row. */
static int make_ring_file(uint64_t consumer, uint64_t producer)
{
	long page = sysconf(_SC_PAGESIZE);
	int fd = memfd_create("made-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(ftruncate(fd, 2 * page + 2 * RING_SIZE), 0);
	assert_int_equal(pwrite(fd, &consumer, 8, 0), 8);
	assert_int_equal(pwrite(fd, &producer, 8, page), 8);
	return fd;
}

static unsigned int count_ring_mappings(void)
{
	FILE *file = fopen("/proc/self/maps", "re");
	unsigned int count = 0;
	char line[512];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, "made-ring") != NULL;
	fclose(file);
	return count;
}

/*
 * The reader continues where the previous one stopped, here with a record that wraps around the
 * end.
 */
static void a_ring_is_opened_where_its_reader_stopped(void **state)
{
	long page = sysconf(_SC_PAGESIZE);
	uint64_t start = 5 * RING_SIZE - 16, end = start + HEADER + 104;
	int fd = make_ring_file(start, end);
	uint32_t length = 100;
	char bytes[100];
	uint64_t consumer;
	struct ring ring;
	size_t size = 0;
	const void *record;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(pwrite(fd, &length, 4, 2 * page + start % RING_SIZE), 4);
	assert_int_equal(pwrite(fd, bytes, 100, 2 * page + start % RING_SIZE + HEADER), 100);
	assert_int_equal(ring_open(&ring, fd, RING_SIZE), 0);
	record = ring_next(&ring, &size);
	assert_non_null(record);
	assert_int_equal(size, 100);
	assert_memory_equal(record, bytes, 100);
	ring_release(&ring);
	assert_int_equal(pread(fd, &consumer, 8, 0), 8);
	assert_int_equal(consumer, end - 8);
	assert_true(ring_arm(&ring));
	assert_int_equal(pread(fd, &consumer, 8, 0), 8);
	assert_int_equal(consumer, end);
	ring_close(&ring);
	assert_int_equal(count_ring_mappings(), 0);
	close(fd);
}

/*
 * What cannot be mapped: a closed descriptor, a read-only one, too much data, sizes that no ring
 * has.
 */
static void what_is_no_ring_is_refused(void **state)
{
	int fd = make_ring_file(0, 0), sealed = make_ring_file(0, 0);
	int unwritable = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct ring ring;

	(void)state;
	assert_int_equal(fcntl(sealed, F_ADD_SEALS, F_SEAL_WRITE), 0);
	assert_int_equal(ring_open(&ring, -1, RING_SIZE), -EBADF);
	assert_int_equal(ring_open(&ring, unwritable, RING_SIZE), -EACCES);
	assert_int_equal(ring_open(&ring, sealed, RING_SIZE), -EPERM);
	assert_int_equal(ring_open(&ring, fd, (size_t)1 << 60), -ENOMEM);
	assert_int_equal(ring_open(&ring, fd, (size_t)1 << 63), -EINVAL);
	assert_int_equal(ring_open(&ring, fd, 0), -EINVAL);
	assert_int_equal(ring_open(&ring, fd, RING_SIZE / 2), -EINVAL);
	assert_int_equal(ring_open(&ring, fd, RING_SIZE + 8), -EINVAL);
	assert_int_equal(count_ring_mappings(), 0);
	close(unwritable);
	close(sealed);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ring_is_opened_where_its_reader_stopped),
		cmocka_unit_test(what_is_no_ring_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

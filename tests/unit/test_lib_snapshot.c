// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a snapshot: its streams, made by hand and delivered in pieces of any size, are merged in
 * the order of the processes; broken streams are reported and not read.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <procsieve/event.h>
#include <procsieve/snapshot.h>

#define MOST (1 << 20)

/* A stream to be read. */
struct made {
	char bytes[MOST];
	size_t size;
};

static struct made made[PROCSIEVE_STREAM_COUNT];
static uint64_t starts; /* start_ns of the processes that are added */

/* Appends a record of `size` bytes for process `pid`. */
static void add(unsigned int stream, unsigned int type, uint32_t pid, uint32_t tid, size_t size)
{
	struct made *to = &made[stream];
	struct procsieve_frame frame = {.size = size, .order = pid};
	struct procsieve_record record = {.type = type,
					  .start_ns = starts,
					  .pid = pid,
					  .tid = tid,
					  .flags = pid == tid ? 0 : PROCSIEVE_F_THREAD};

	assert_true(to->size + size + 64 < MOST);
	memcpy(to->bytes + to->size, &frame, sizeof(frame));
	memset(to->bytes + to->size + sizeof(frame), (int)pid, (size + 7) & ~7ul);
	memcpy(to->bytes + to->size + sizeof(frame), &record,
	       size < sizeof(record) ? size : sizeof(record));
	to->size += sizeof(frame) + ((size + 7) & ~7ul);
}

/*
 * A process that writes the stream, `piece` bytes at a time. Sequenced packets keep the pieces
 * separate.
 */
static int write_pieces(const struct made *from, size_t piece)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	if (!fork()) {
		close(ends[0]);
		for (size_t at = 0; at < from->size; at += piece) {
			size_t left = from->size - at;

			if (write(ends[1], from->bytes + at, left < piece ? left : piece) < 0)
				_exit(1);
		}
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

static struct procsieve_snapshot *open_snapshot(size_t piece)
{
	struct procsieve_snapshot *snapshot;
	int fds[PROCSIEVE_STREAM_COUNT];

	for (unsigned int i = 0; i < PROCSIEVE_STREAM_COUNT; i++)
		fds[i] = made[i].size ? write_pieces(&made[i], piece) : -1;
	assert_int_equal(procsieve_snapshot_adopt(&snapshot, fds), 0);
	return snapshot;
}

static void close_snapshot(struct procsieve_snapshot *snapshot)
{
	procsieve_snapshot_close(snapshot);
	while (wait(NULL) > 0)
		;
}

/* Expects these records, as letters with IDs: "p1 m1 m1 f1 p2". */
static void assert_text(size_t piece, const char *expected, int end)
{
	struct procsieve_snapshot *snapshot = open_snapshot(piece);
	const struct procsieve_record *record;
	char text[512] = "";
	size_t size;
	int more;

	while ((more = procsieve_snapshot_next(snapshot, &record, &size)) > 0) {
		static const char letters[] = {
			[PROCSIEVE_PROCESS] = 'p', [PROCSIEVE_MAPPING] = 'm', [PROCSIEVE_FD] = 'f'};

		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%c%u",
			 *text ? " " : "", letters[record->type], record->tid);
		for (size_t i = sizeof(*record); i < size; i++)
			assert_int_equal(((const char *)record)[i], (char)record->pid);
	}
	assert_int_equal(more, end);
	assert_string_equal(text, expected);
	close_snapshot(snapshot);
}

static int reset_streams(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PROCSIEVE_STREAM_COUNT; i++)
		made[i].size = 0;
	return 0;
}

static const size_t pieces[] = {1, 7, 8, 100, 4096, 65536};

#define PIECES (sizeof(pieces) / sizeof(pieces[0]))

static void pieces_become_records(void **state)
{
	(void)state;
	for (uint32_t pid = 1; pid <= 5; pid++)
		add(0, PROCSIEVE_PROCESS, pid, pid, sizeof(struct procsieve_record) + 10 * pid);
	for (size_t i = 0; i < PIECES; i++)
		assert_text(pieces[i], "p1 p2 p3 p4 p5", 0);
}

static void mappings_and_files_come_after_their_process(void **state)
{
	const size_t size = sizeof(struct procsieve_record) + 3;

	(void)state;
	for (uint32_t pid = 2; pid <= 8; pid += 2)
		add(0, PROCSIEVE_PROCESS, pid, pid, size);
	/*
	 * Mappings of processes that the first stream does not have, before, between and after the
	 * others.
	 */
	add(1, PROCSIEVE_MAPPING, 1, 1, size);
	add(1, PROCSIEVE_MAPPING, 2, 2, size);
	add(1, PROCSIEVE_MAPPING, 2, 2, size);
	add(1, PROCSIEVE_MAPPING, 5, 5, size);
	add(1, PROCSIEVE_MAPPING, 8, 8, size);
	add(1, PROCSIEVE_MAPPING, 9, 9, size);
	add(2, PROCSIEVE_FD, 2, 2, size);
	add(2, PROCSIEVE_FD, 6, 6, size);
	for (size_t i = 0; i < PIECES; i++)
		assert_text(pieces[i], "p2 m2 m2 f2 p4 p6 f6 p8 m8", 0);
}

/* Between the two streams, a process has ended and another one got its ID. */
static void another_process_with_that_id_is_left_out(void **state)
{
	const size_t size = sizeof(struct procsieve_record) + 8;

	(void)state;
	add(0, PROCSIEVE_PROCESS, 1, 1, size);
	add(0, PROCSIEVE_PROCESS, 2, 2, size);
	add(2, PROCSIEVE_FD, 2, 2, size);
	starts = 1;
	add(1, PROCSIEVE_MAPPING, 1, 1, size);
	starts = 0;
	add(1, PROCSIEVE_MAPPING, 2, 2, size);
	assert_text(4096, "p1 p2 m2 f2", 0);
}

/* Threads are ordered by their own IDs, and no mappings or files come after them. */
static void threads_do_not_disturb(void **state)
{
	const size_t size = sizeof(struct procsieve_record) + 8;

	(void)state;
	add(0, PROCSIEVE_PROCESS, 50, 3, size);
	add(0, PROCSIEVE_PROCESS, 4, 4, size);
	add(0, PROCSIEVE_PROCESS, 50, 50, size);
	add(0, PROCSIEVE_PROCESS, 4, 60, size);
	add(1, PROCSIEVE_MAPPING, 4, 4, size);
	add(1, PROCSIEVE_MAPPING, 50, 50, size);
	assert_text(4096, "p3 p4 m4 p50 m50 p60", 0);
}

static void no_process_at_all_is_the_end(void **state)
{
	struct procsieve_snapshot *snapshot;
	const struct procsieve_record *record;
	int ends[2], fds[PROCSIEVE_STREAM_COUNT] = {-1, -1, -1};
	size_t size;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[1]);
	fds[0] = ends[0];
	assert_int_equal(procsieve_snapshot_adopt(&snapshot, fds), 0);
	assert_int_equal(procsieve_snapshot_next(snapshot, &record, &size), 0);
	assert_int_equal(procsieve_snapshot_next(snapshot, &record, &size), 0);
	procsieve_snapshot_close(snapshot);
}

static void a_truncated_stream_is_an_error(void **state)
{
	(void)state;
	add(0, PROCSIEVE_PROCESS, 1, 1, sizeof(struct procsieve_record));
	add(0, PROCSIEVE_PROCESS, 2, 2, sizeof(struct procsieve_record) + 100);
	made[0].size -= 50;
	assert_text(100, "p1", -EPROTO);
	made[0].size -= 60 + sizeof(struct procsieve_record) - 4;
	assert_text(100, "p1", -EPROTO);
}

static void a_record_that_is_too_short_is_an_error(void **state)
{
	(void)state;
	add(0, PROCSIEVE_PROCESS, 1, 1, sizeof(struct procsieve_record) - 1);
	assert_text(100, "", -EPROTO);
}

/* Longer than any record of the kernel. */
static void a_record_that_is_too_long_is_an_error(void **state)
{
	(void)state;
	add(0, PROCSIEVE_PROCESS, 1, 1, sizeof(struct procsieve_record));
	add(0, PROCSIEVE_PROCESS, 2, 2, 400000);
	assert_text(4096, "p1", -EPROTO);
	((struct procsieve_frame *)(made[0].bytes + made[0].size))->size = UINT32_MAX;
	made[0].size += 300000;
	assert_text(65536, "p1", -EPROTO);
}

#define TEST(function) cmocka_unit_test_teardown(function, reset_streams)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pieces_become_records),
		TEST(mappings_and_files_come_after_their_process),
		TEST(another_process_with_that_id_is_left_out),
		TEST(threads_do_not_disturb),
		TEST(no_process_at_all_is_the_end),
		TEST(a_truncated_stream_is_an_error),
		TEST(a_record_that_is_too_short_is_an_error),
		TEST(a_record_that_is_too_long_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

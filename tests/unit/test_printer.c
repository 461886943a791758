// SPDX-License-Identifier: GPL-2.0-or-later
/* A format may keep state between records, and write several lines or none for a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/fmt.h"
#include "record_builder.h"
#include "run_builder.h"
#include "stream/output.h"

/* Collects two records and then writes a heading and a line for each of them. */
struct batch {
	unsigned int count;
	uint32_t pids[2];
};

static void put_line(struct printer *printer, uint64_t number)
{
	char *end = fmt_u64(printer->out->end, number);

	printer->out->end = fmt_literal(end, "\n");
	printer->seq++;
}

static void batch_event(struct printer *printer, const struct procsieve_record *record, size_t size)
{
	struct batch *batch = printer->state;

	(void)size;
	batch->pids[batch->count++] = record->pid;
	if (batch->count < 2)
		return;
	put_line(printer, batch->count);
	for (batch->count = 0; batch->count < 2; batch->count++)
		put_line(printer, batch->pids[batch->count]);
	batch->count = 0;
}

static const struct format batches = {
	.name = "batches",
	.lines = 3,
	.state_size = sizeof(struct batch),
	.event = batch_event,
};

static void print(struct printer *printer, uint32_t pid)
{
	struct built_record built;

	build_header(&built, PROCSIEVE_COMM, "name");
	built.header.pid = pid;
	printer->format->event(printer, &built.header, built.size);
}

static void a_record_may_have_no_line_and_another_several(void **state)
{
	const struct run run = build_run(FORMAT_MIN_LINE);
	char bytes[64] = "";
	struct buffer out = {bytes, bytes, bytes + sizeof(bytes)};
	struct printer printer;

	(void)state;
	assert_int_equal(printer_open(&printer, &batches, &run, &out), 0);
	print(&printer, 7);
	assert_ptr_equal(out.end, out.start);
	print(&printer, 8);
	assert_string_equal(bytes, "2\n7\n8\n");
	print(&printer, 9);
	assert_string_equal(bytes, "2\n7\n8\n");
	assert_int_equal(printer.seq, 3);
	printer_close(&printer);
}

static void each_printer_has_its_own_state(void **state)
{
	const struct run run = build_run(FORMAT_MIN_LINE);
	char bytes[2][64] = {"", ""};
	struct buffer out[2] = {{bytes[0], bytes[0], bytes[1]},
				{bytes[1], bytes[1], bytes[1] + 64}};
	struct printer printers[2];

	(void)state;
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(printer_open(&printers[i], &batches, &run, &out[i]), 0);
	for (unsigned int i = 0; i < 4; i++)
		print(&printers[i % 2], 10 + i);
	assert_string_equal(bytes[0], "2\n10\n12\n");
	assert_string_equal(bytes[1], "2\n11\n13\n");
	for (unsigned int i = 0; i < 2; i++)
		printer_close(&printers[i]);
}

static void the_output_has_room_for_all_lines_of_two_records(void **state)
{
	const struct run run = build_run(FORMAT_MAX_LINE);
	struct printer printer;
	const struct output_target target = {.path = "/dev/null"};
	struct output output;
	struct reason why;

	(void)state;
	assert_int_equal(
		output_open(&output, &target, format_room(&batches, FORMAT_MAX_LINE), &why), 0);
	assert_int_equal(printer_open(&printer, &batches, &run, &output.buffer), 0);
	assert_true(output_has_room(&output, 2 * printer_room(&printer)));
	printer_close(&printer);
	assert_int_equal(output_close(&output, &why), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_may_have_no_line_and_another_several),
		cmocka_unit_test(each_printer_has_its_own_state),
		cmocka_unit_test(the_output_has_room_for_all_lines_of_two_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

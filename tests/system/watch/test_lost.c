// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Floods of events: what was not delivered is counted. For every listener, delivered + lost =
 * produced, exactly, for any ring size and any reader speed.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"

#define PRODUCERS 2
#define RENAMES	  tool_fewer(200000) /* by each producer */

static int gate[2];

/* A child that waits at the gate and then renames itself that many times. */
static pid_t start_producer(void)
{
	pid_t pid = fork();
	char word;

	if (pid)
		return pid;
	if (read(gate[0], &word, 1) != 1)
		_exit(99);
	for (unsigned int i = 0; i < RENAMES; i++)
		prctl(PR_SET_NAME, i % 2 ? "one" : "other");
	_exit(0);
}

struct flood {
	pid_t producers[PRODUCERS];
	char list[40]; /* the argument of --pid */
};

static void flood_prepare(struct flood *flood)
{
	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	for (unsigned int i = 0; i < PRODUCERS; i++)
		flood->producers[i] = start_producer();
	snprintf(flood->list, sizeof(flood->list), "%d,%d", flood->producers[0],
		 flood->producers[1]);
}

static void flood_release(void)
{
	assert_int_equal(write(gate[1], "12", PRODUCERS), PRODUCERS);
}

static void flood_wait(const struct flood *flood)
{
	for (unsigned int i = 0; i < PRODUCERS; i++) {
		int status;

		waitpid(flood->producers[i], &status, 0);
		assert_int_equal(status, 0);
	}
	close(gate[0]);
	close(gate[1]);
}

/* Compares the lost records, the closing record and the summary with what the producers did. */
static int64_t check_books(const struct tool *tool, const json_t *records)
{
	const json_t *record, *last = json_array_get(records, json_array_size(records) - 1);
	int64_t gaps = 0, lost = records_lost(records);
	int64_t delivered = (int64_t)records_count(records, "comm", 0);
	char summary[100];

	records_each(records, record)
	{
		if (!record_is(record, "lost"))
			continue;
		gaps += record_number(record, "count");
		assert_true(strcmp(record_text(record, "since"), record_text(record, "until")) <=
			    0);
		assert_int_equal(json_integer_value(json_object_get(
					 json_object_get(record, "by_type"), "comm")),
				 record_number(record, "count"));
	}
	assert_int_equal(delivered + lost, PRODUCERS * RENAMES);
	assert_int_equal(gaps, lost);
	assert_int_equal(record_number(last, "events"), delivered);
	snprintf(summary, sizeof(summary), "procsieve: %lld events, %lld lost\n",
		 (long long)delivered, (long long)lost);
	assert_string_equal(tool->err_text, summary);
	return lost;
}

static void check_flood(const char *ring, const char *latency, bool must_lose)
{
	struct flood flood;
	struct tool tool;
	json_t *records;
	int64_t lost;

	flood_prepare(&flood);
	watch_start(&tool,
		    WORDS("-e", "comm", "-p", flood.list, "--ring", ring, "--latency", latency));
	flood_release();
	flood_wait(&flood);
	tool_wait(&tool);
	records = watch_finish(&tool);
	lost = check_books(&tool, records);
	if (must_lose)
		assert_true(lost > 0);
	json_decref(records);
	tool_clear(&tool);
}

static void delivered_plus_lost_is_produced_with_a_tiny_ring(void **state)
{
	(void)state;
	check_flood("4K", "1", true);
	check_flood("4K", "0", false);
	check_flood("64K", "20", true);
}

static void a_large_ring_loses_nothing(void **state)
{
	struct flood flood;
	struct tool tool;
	json_t *records;

	(void)state;
	flood_prepare(&flood);
	watch_start(&tool, WORDS("-e", "comm", "-p", flood.list, "--ring", "64M"));
	flood_release();
	flood_wait(&flood);
	tool_wait(&tool);
	records = watch_finish(&tool);
	assert_int_equal(check_books(&tool, records), 0);
	json_decref(records);
	tool_clear(&tool);
}

static void delivered_plus_lost_is_produced_with_a_stopped_reader(void **state)
{
	struct flood flood;
	struct tool tool;
	json_t *records;

	(void)state;
	flood_prepare(&flood);
	watch_start(&tool, WORDS("-e", "comm", "-p", flood.list, "--ring", "256K"));
	kill(tool.pid, SIGSTOP);
	flood_release();
	flood_wait(&flood);
	kill(tool.pid, SIGCONT);
	tool_wait(&tool);
	records = watch_finish(&tool);
	assert_true(check_books(&tool, records) > 0);
	json_decref(records);
	tool_clear(&tool);
}

static char *grow(char *text, size_t room)
{
	char *grown = realloc(text, room + 1);

	assert_non_null(grown);
	return grown;
}

/* Reads a pipe to its end, slowly at first. */
static char *read_slowly(int fd)
{
	size_t size = 0, room = 1 << 16;
	char *text = malloc(room + 1);
	ssize_t got;

	while ((got = read(fd, text + size, room - size)) > 0) {
		size += got;
		if (size == room)
			text = grow(text, room *= 2);
		if (size < 1 << 20)
			usleep(10000);
	}
	text[size] = '\0';
	return text;
}

static void delivered_plus_lost_is_produced_with_a_slow_pipe(void **state)
{
	struct flood flood;
	struct tool tool;
	json_t *records;
	char *text, *all;
	char first;
	int out[2];

	(void)state;
	flood_prepare(&flood);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	tool_start(&tool, WORDS("watch", "-j", "-e", "comm", "-p", flood.list, "--ring", "256K"),
		   out[1]);
	close(out[1]);
	close(tool.out);
	tool.out = -1;
	/* Wait for the start record: now it is listening. */
	assert_int_equal(read(out[0], &first, 1), 1);
	flood_release();
	flood_wait(&flood);
	text = read_slowly(out[0]);
	close(out[0]);
	tool_wait(&tool);
	all = malloc(strlen(text) + 2);
	sprintf(all, "%c%s", first, text);
	records = records_load(all);
	assert_true(check_books(&tool, records) > 0);
	assert_int_equal(tool_status(&tool), 0);
	json_decref(records);
	tool_clear(&tool);
	free(text);
	free(all);
}

static void strict_reports_losses_in_the_exit_status(void **state)
{
	static const struct {
		const char *ring;
		int status;
	} cases[] = {{"4K", 5}, {"64M", 0}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct flood flood;
		struct tool tool;

		flood_prepare(&flood);
		watch_start(&tool, WORDS("-e", "comm", "-p", flood.list, "--strict", "--ring",
					 cases[i].ring));
		flood_release();
		flood_wait(&flood);
		tool_wait(&tool);
		assert_int_equal(tool_status(&tool), cases[i].status);
		tool_clear(&tool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delivered_plus_lost_is_produced_with_a_tiny_ring),
		cmocka_unit_test(a_large_ring_loses_nothing),
		cmocka_unit_test(delivered_plus_lost_is_produced_with_a_stopped_reader),
		cmocka_unit_test(delivered_plus_lost_is_produced_with_a_slow_pipe),
		cmocka_unit_test(strict_reports_losses_in_the_exit_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

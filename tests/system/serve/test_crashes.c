// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unexpected ends: clients and servers are killed at any moment. Nothing is left behind, and the
 * survivors get everything or know what they lost.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "harness/records.h"
#include "harness/serve_fixture.h"

#define CLIENTS	   tool_fewer(1000)
#define AT_A_TIME  12
#define REUSES	   60
#define LOAD_NAMES 4

static struct server server;

/* Processes that rename themselves in turn and count. */
struct load {
	pid_t pid;
	int counts; /* a pipe on which each reports its count at the end */
};

static volatile sig_atomic_t load_ends;

static void end_load(int number)
{
	(void)number;
	load_ends = true;
}

static void load_start(struct load *load, const char *names[LOAD_NAMES])
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	load->counts = ends[0];
	load->pid = fork();
	if (!load->pid) {
		unsigned long count = 0;

		signal(SIGTERM, end_load);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (!load_ends) {
			prctl(PR_SET_NAME, names[count++ % LOAD_NAMES]);
			if (count % 64 == 0)
				usleep(100);
		}
		if (write(ends[1], &count, sizeof(count)) != sizeof(count))
			_exit(99);
		_exit(0);
	}
	close(ends[1]);
}

static unsigned long load_stop(struct load *load)
{
	unsigned long count = 0;

	kill(load->pid, SIGTERM);
	assert_int_equal(read(load->counts, &count, sizeof(count)), sizeof(count));
	waitpid(load->pid, NULL, 0);
	close(load->counts);
	return count;
}

static struct procsieve *open_listener(const char *name, size_t ring_size)
{
	static char comms[1][PROCSIEVE_COMM_SIZE];
	const struct procsieve_filter filter = {
		.events = PROCSIEVE_MASK(PROCSIEVE_COMM),
		.comms = comms,
		.comm_count = 1,
	};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = ring_size};
	struct procsieve *listener;
	char reason[512];

	strncpy(comms[0], name, sizeof(comms[0]) - 1);
	if (procsieve_open(&listener, &filter, &options, reason, sizeof(reason)))
		fail_msg("no listener: %s", reason);
	return listener;
}

/* A client that sends requests and perhaps receives or reads, until it is killed. */
static _Noreturn void be_client(void)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_ALL_EVENTS};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = 65536};
	struct procsieve *listener;
	size_t size;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		if (procsieve_open(&listener, &filter, &options, NULL, 0))
			continue;
		if (procsieve_wait(listener, 20) > 0)
			while (procsieve_next(listener, &size))
				;
		/* Sometimes it closes in the regular way. */
		if (getpid() % 3 == 0)
			procsieve_close(listener);
		else
			pause();
	}
}

static size_t drain(struct procsieve *listener)
{
	const struct procsieve_record *record;
	size_t count = 0, size;

	while ((record = procsieve_next(listener, &size)))
		count += record->type == PROCSIEVE_COMM;
	procsieve_release(listener);
	return count;
}

/* Returns how many records the witness got during that time. */
static size_t kill_clients(struct procsieve *witness)
{
	pid_t clients[AT_A_TIME] = {0};
	size_t delivered = 0;

	srandom(1);
	for (unsigned int i = 0; i < CLIENTS + AT_A_TIME; i++) {
		pid_t *place = &clients[i % AT_A_TIME];

		if (*place) {
			usleep(random() % 8000);
			kill(*place, SIGKILL);
			waitpid(*place, NULL, 0);
		}
		*place = i < CLIENTS ? fork() : 0;
		if (i < CLIENTS && !*place)
			be_client();
		delivered += drain(witness);
	}
	return delivered;
}

/* Waits until the server has released everything of the killed clients. */
static void wait_until_freed(unsigned int descriptors, unsigned int maps)
{
	WAIT_UNTIL(server_descriptors(&server) == descriptors);
	WAIT_UNTIL(kernel_map_count() <= maps);
}

static void killed_clients_leave_nothing_and_disturb_no_other(void **state)
{
	const char *names[LOAD_NAMES] = {"wanted", "a", "b", "c"};
	struct load load;
	struct procsieve *witness;
	unsigned int descriptors, maps;
	unsigned long made;
	size_t delivered;

	(void)state;
	witness = open_listener("wanted", 16 << 20);
	descriptors = server_descriptors(&server);
	maps = kernel_map_count();
	load_start(&load, names);
	delivered = kill_clients(witness);
	made = load_stop(&load);
	wait_until_freed(descriptors, maps);
	delivered += drain(witness);
	assert_int_equal(delivered + procsieve_lost(witness, NULL),
			 (made + LOAD_NAMES - 1) / LOAD_NAMES);
	assert_int_equal(procsieve_lost(witness, NULL), 0);
	assert_true(delivered > 1000);
	procsieve_close(witness);
}

/* One after the other in the same slot, each with another filter. */
static void a_slot_keeps_nothing_of_its_former_listener(void **state)
{
	const char *names[LOAD_NAMES] = {"first", "second", "third", "fourth"};
	const struct procsieve_record *record;
	struct load load;
	size_t size, seen = 0;

	(void)state;
	load_start(&load, names);
	for (unsigned int i = 0; i < REUSES; i++) {
		const char *name = names[i % LOAD_NAMES];
		struct procsieve *listener = open_listener(name, 65536);

		if (procsieve_wait(listener, 2000) > 0) {
			while ((record = procsieve_next(listener, &size))) {
				if (record->type != PROCSIEVE_COMM)
					continue;
				assert_string_equal(record->comm, name);
				seen++;
			}
		}
		procsieve_close(listener);
	}
	load_stop(&load);
	assert_true(seen > REUSES);
}

static void a_killed_server_leaves_nothing_in_the_kernel(void **state)
{
	unsigned int maps, programs;
	struct tool tool;

	(void)state;
	server_end(&server, SIGTERM);
	maps = kernel_map_count();
	programs = kernel_program_count();
	server_start(&server, WORDS(NULL));
	watch_start(&tool, WORDS("--socket", server.socket));
	server_end(&server, SIGKILL);
	/* Its clients notice it, print it and exit. */
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 1);
	assert_non_null(strstr(tool.err_text, "the server is gone"));
	assert_non_null(strstr(tool.out_text, "\"type\":\"stop\""));
	tool_clear(&tool);
	WAIT_UNTIL(kernel_map_count() <= maps);
	WAIT_UNTIL(kernel_program_count() <= programs);
}

static void exit_with(int code)
{
	pid_t pid = fork();

	if (!pid)
		_exit(code);
	waitpid(pid, NULL, 0);
}

static size_t ends_with(const json_t *records, int code)
{
	const json_t *record, *value;
	size_t count = 0;

	records_each(records, record)
	{
		value = json_object_get(record, "exit_code");
		count += value && json_integer_value(value) == code;
	}
	return count;
}

/* A line has the time without a listener; the number of lost events is unknown. */
static void a_waiting_client_continues_when_the_server_is_back(void **state)
{
	const json_t *record;
	size_t gaps = 0;
	struct tool tool;
	json_t *records;
	char self[16];

	(void)state;
	snprintf(self, sizeof(self), "%d", getpid());
	watch_start(&tool, WORDS("--socket", server.socket, "--reconnect", "-e", "exit", "-p", self,
				 "--follow", "--strict"));
	exit_with(41);
	server_end(&server, SIGKILL);
	tool_wait_error(&tool, "waiting for it");
	exit_with(42);
	server_start(&server, WORDS(NULL));
	tool_wait_error(&tool, "is back");
	exit_with(43);
	tool_stop(&tool);
	/* It is unknown whether events were lost. */
	assert_int_equal(tool_status(&tool), 5);
	assert_non_null(strstr(tool.err_text, "0 lost\nprocsieve: the server was gone 1 time"));
	records = records_load(tool.out_text);
	assert_int_equal(ends_with(records, 41), 1);
	assert_int_equal(ends_with(records, 42), 0);
	assert_int_equal(ends_with(records, 43), 1);
	records_each(records, record)
	{
		if (!record_is(record, "lost"))
			continue;
		assert_null(json_object_get(record, "count"));
		assert_true(strcmp(record_text(record, "since"), record_text(record, "until")) < 0);
		gaps++;
	}
	assert_int_equal(gaps, 1);
	json_decref(records);
	tool_clear(&tool);
}

/* A client that is interrupted while it waits still ends in the regular way. */
static void waiting_for_a_server_can_be_interrupted(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	watch_start(&tool, WORDS("--socket", server.socket, "--reconnect", "-e", "exit"));
	server_end(&server, SIGKILL);
	tool_wait_error(&tool, "waiting for it");
	usleep(300000);
	records = watch_finish(&tool);
	assert_true(record_is(json_array_get(records, json_array_size(records) - 1), "stop"));
	json_decref(records);
	tool_clear(&tool);
}

/* Waiting for it would never end. */
static void a_process_that_is_gone_is_not_waited_for(void **state)
{
	struct tool tool;
	char child[16];
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
	}
	snprintf(child, sizeof(child), "%d", pid);
	watch_start(&tool, WORDS("--socket", server.socket, "--reconnect", "-p", child));
	server_end(&server, SIGKILL);
	tool_wait_error(&tool, "waiting for it");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	server_start(&server, WORDS(NULL));
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 1);
	assert_non_null(strstr(tool.err_text, "no process has the id"));
	assert_non_null(strstr(tool.out_text, "\"type\":\"stop\""));
	tool_clear(&tool);
}

static int start(void **state)
{
	(void)state;
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	return 0;
}

static int end(void **state)
{
	(void)state;
	server_clear(&server);
	return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(killed_clients_leave_nothing_and_disturb_no_other),
		TEST(a_slot_keeps_nothing_of_its_former_listener),
		TEST(a_killed_server_leaves_nothing_in_the_kernel),
		TEST(a_waiting_client_continues_when_the_server_is_back),
		TEST(waiting_for_a_server_can_be_interrupted),
		TEST(a_process_that_is_gone_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

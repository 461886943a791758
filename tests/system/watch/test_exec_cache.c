// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cache of exec data for exit records, on kernels that release the memory before the exit
 * event: it is filled only while a listener subscribes to exits, and no listener gets data from an
 * earlier listener's time.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle/procfs.h"
#include "harness/records.h"
#include "harness/serve_fixture.h"

static struct server server;

/* Runs one program, and another after it has read a byte. */
static _Noreturn void be_two_programs(int gate)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(gate, STDIN_FILENO);
	execl("/bin/sh", "sh", "-c", "read line; exec sleep 1000", NULL);
	_exit(99);
}

static void listen_for_exits(struct tool *tool, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	watch_start(tool, WORDS("--socket", server.socket, "-e", "exit", "-p", text));
}

static void no_listener_gets_data_from_before_it(void **state)
{
	struct tool first, second;
	json_t *records, *record;
	int gate[2];
	char *name;
	size_t size;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	pid = fork();
	if (!pid)
		be_two_programs(gate[0]);
	WAIT_UNTIL(procfs_sleeps_as(pid, "sh"));
	listen_for_exits(&first, pid);
	json_decref(watch_finish(&first));
	tool_clear(&first);
	server_wait_idle(&server);
	assert_int_equal(write(gate[1], "\n", 1), 1);
	WAIT_UNTIL(procfs_sleeps_as(pid, "sleep"));
	listen_for_exits(&second, pid);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	tool_wait(&second);
	records = watch_finish(&second);
	record = records_only(records, "exit", pid);
	name = record_item(record, "argv", 0, &size);
	assert_string_equal(name, "sleep");
	free(name);
	json_decref(records);
	tool_clear(&second);
	close(gate[0]);
	close(gate[1]);
}

static int set_up(void **state)
{
	(void)state;
	tool_emulate_old_kernel();
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	return 0;
}

static int tear_down(void **state)
{
	server_end(&server, SIGTERM);
	server_clear(&server);
	return tool_stop_emulation(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_listener_gets_data_from_before_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

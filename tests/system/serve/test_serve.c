// SPDX-License-Identifier: GPL-2.0-or-later
/* A server as an operator uses it: status, configuration, service manager, shutdown. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"
#include "harness/serve_fixture.h"

static struct server server;

static void end_children(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(5);
		waitpid(pid, NULL, 0);
	}
}

static json_t *status_json(void)
{
	struct tool tool;
	json_t *status;

	tool_run(&tool, WORDS("status", "--socket", server.socket, "--json"));
	assert_int_equal(tool_status(&tool), 0);
	status = json_loads(tool.out_text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(status);
	tool_clear(&tool);
	return status;
}

static bool is_idle(void)
{
	json_t *status = status_json();
	bool is = !record_items(status, "listeners") && !record_items(status, "hooks");

	json_decref(status);
	return is;
}

#define ENDS 50

static void the_status_lists_the_listeners(void **state)
{
	json_t *status, *listeners, *listener, *records;
	struct tool tool;
	char self[16];
	pid_t pid;

	(void)state;
	server_start(&server, WORDS(NULL));
	snprintf(self, sizeof(self), "%d", getpid());
	watch_start(&tool, WORDS("--socket", server.socket, "-e", "exit", "-p", self, "--follow",
				 "--exit-status", "5", "--ring", "64K", "--accounting"));
	pid = tool.pid;
	end_children(ENDS);
	tool_wait_lines(&tool, 1 + ENDS);
	status = status_json();
	listeners = json_object_get(status, "listeners");
	assert_int_equal(json_array_size(listeners), 1);
	listener = json_array_get(listeners, 0);
	assert_int_equal(record_number(listener, "pid"), pid);
	assert_int_equal(record_number(listener, "uid"), 0);
	assert_int_equal(record_number(listener, "delivered"), ENDS);
	assert_int_equal(record_number(listener, "lost"), 0);
	assert_int_equal(record_number(listener, "ring_bytes"), 65536);
	assert_int_equal(record_items(listener, "events"), 1);
	assert_int_equal(record_items(listener, "flags"), 2);
	assert_int_equal(record_number(json_object_get(listener, "values"), "pids"), 1);
	assert_true(record_items(status, "hooks") >= 2);
	json_decref(status);
	records = watch_finish(&tool);
	json_decref(records);
	tool_clear(&tool);
	/* The hooks are detached with the last listener. */
	WAIT_UNTIL(is_idle());
	server_end(&server, SIGTERM);
}

static bool have(const char *program)
{
	char command[128];

	snprintf(command, sizeof(command), "%s --version >/dev/null 2>&1", program);
	return !system(command);
}

static void the_metrics_satisfy_prometheus(void **state)
{
	char command[400];
	struct tool tool;

	(void)state;
	if (!have("PATH=$PATH:build/tools promtool"))
		skip();
	server_start(&server, WORDS(NULL));
	watch_start(&tool, WORDS("--socket", server.socket));
	snprintf(command, sizeof(command),
		 "%s status --socket %s --prometheus | PATH=$PATH:build/tools promtool check "
		 "metrics >&2",
		 tool_path(), server.socket);
	assert_int_equal(system(command), 0);
	tool_stop(&tool);
	tool_clear(&tool);
	server_end(&server, SIGTERM);
}

static void without_a_server_there_is_no_status(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("status", "--socket", server.socket));
	assert_int_equal(tool_status(&tool), 1);
	assert_non_null(strstr(tool.err_text, "is `procsieve serve` running?"));
	tool_clear(&tool);
	/* An explicit --socket is required of watch as well. */
	tool_run(&tool, WORDS("watch", "--socket", server.socket));
	assert_int_equal(tool_status(&tool), 1);
	tool_clear(&tool);
}

static void there_is_one_server_at_a_socket(void **state)
{
	struct tool second;

	(void)state;
	server_start(&server, WORDS(NULL));
	tool_run(&second, WORDS("serve", "--socket", server.socket, "--config", "/dev/null"));
	assert_int_equal(tool_status(&second), 1);
	assert_non_null(strstr(second.err_text, "already"));
	tool_clear(&second);
	/* A socket that was left by a killed server is replaced. */
	server_end(&server, SIGKILL);
	assert_int_equal(access(server.socket, F_OK), 0);
	server_start(&server, WORDS(NULL));
	server_end(&server, SIGTERM);
	assert_int_equal(access(server.socket, F_OK), -1);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static unsigned int mode_of_socket(void)
{
	struct stat status;

	assert_int_equal(stat(server.socket, &status), 0);
	return status.st_mode & 0777;
}

static void the_configuration_is_reloaded(void **state)
{
	char config[128];

	(void)state;
	snprintf(config, sizeof(config), "%s/conf", server.directory);
	write_file(config, "mode = 0600\n# that is all\n");
	server_start(&server, WORDS("--config", config));
	assert_int_equal(mode_of_socket(), 0600);
	write_file(config, "mode = 0640\n");
	kill(server.tool.pid, SIGHUP);
	WAIT_UNTIL(mode_of_socket() == 0640);
	/* An error in the file is reported and changes nothing. */
	write_file(config, "mode = 0666\nlisteners-per-user = many\n");
	kill(server.tool.pid, SIGHUP);
	tool_wait_error(&server.tool, ":2: listeners-per-user");
	assert_int_equal(mode_of_socket(), 0640);
	server_end(&server, SIGTERM);
	unlink(config);
}

/* The server may no longer change another owner's socket, and does not need to. */
static void a_reload_keeps_the_sockets_owner(void **state)
{
	(void)state;
	server_start(&server, WORDS("--owner", "65534", "--mode", "0640"));
	/* The file with the lower number is read first. */
	kill(server.tool.pid, SIGHUP);
	kill(server.tool.pid, SIGTERM);
	tool_wait(&server.tool);
	assert_int_equal(tool_status(&server.tool), 0);
	assert_null(strstr(server.tool.err_text, "cannot"));
	tool_clear(&server.tool);
}

static void an_invalid_configuration_is_reported(void **state)
{
	static const struct {
		const char *line, *said;
	} lines[] = {
		{"socket = relative", "absolute"},
		{"mode = 999", "octal"},
		{"owner = nosuchuser", "no user"},
		{"colour = red", "setting"},
		{"allow-group = a,b", "group"},
		{"ring-per-user = 3", "power"},
		{"no sense", "="},
	};
	char config[128];

	(void)state;
	snprintf(config, sizeof(config), "%s/conf", server.directory);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct tool tool;

		write_file(config, lines[i].line);
		tool_run(&tool, WORDS("serve", "--config", config));
		if (tool_status(&tool) != 2 || !strstr(tool.err_text, lines[i].said) ||
		    !strstr(tool.err_text, "conf:1:"))
			fail_msg("%s: %d, %s", lines[i].line, tool_status(&tool), tool.err_text);
		tool_clear(&tool);
	}
	unlink(config);
}

/* The service manager's side: receives the server's messages, one datagram each. */
static int notify_socket(char path[80])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval timeout = {.tv_sec = 10};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(path, 80, "%s/notify", server.directory);
	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	return fd;
}

static void assert_read(int fd, const char *expected)
{
	char text[256];
	ssize_t got;

	/* Watchdog messages come in between. */
	do {
		got = recv(fd, text, sizeof(text) - 1, 0);
		assert_true(got > 0);
		text[got] = '\0';
	} while (!strcmp(text, "WATCHDOG=1") && strcmp(expected, text) != 0);
	if (strncmp(text, expected, strlen(expected)) != 0)
		fail_msg("expected %s, got %s", expected, text);
}

static void the_service_manager_is_notified(void **state)
{
	char path[80];
	int fd = notify_socket(path);

	(void)state;
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "200000", 1);
	server_start(&server, WORDS(NULL));
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	assert_read(fd, "READY=1");
	assert_read(fd, "WATCHDOG=1");
	assert_read(fd, "WATCHDOG=1");
	kill(server.tool.pid, SIGHUP);
	assert_read(fd, "RELOADING=1\nMONOTONIC_USEC=");
	assert_read(fd, "READY=1");
	server_end(&server, SIGTERM);
	assert_read(fd, "STOPPING=1");
	close(fd);
	unlink(path);
}

static int set_up(void **state)
{
	(void)state;
	server_prepare(&server);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	server_clear(&server);
	return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_status_lists_the_listeners),
		TEST(the_metrics_satisfy_prometheus),
		TEST(without_a_server_there_is_no_status),
		TEST(there_is_one_server_at_a_socket),
		TEST(the_configuration_is_reloaded),
		TEST(an_invalid_configuration_is_reported),
		TEST(a_reload_keeps_the_sockets_owner),
		TEST(the_service_manager_is_notified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

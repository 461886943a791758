// SPDX-License-Identifier: GPL-2.0-or-later
/* A server for tests; see serve_fixture.h. */
#include "harness/serve_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

void server_prepare(struct server *server)
{
	*server = (struct server){.directory = "/tmp/procsieve-serve-XXXXXX"};
	assert_non_null(mkdtemp(server->directory));
	assert_int_equal(chmod(server->directory, 0755), 0);
	snprintf(server->socket, sizeof(server->socket), "%s/socket", server->directory);
}

/*
 * Connects and waits until the server has closed the connection, so that the probe leaves no open
 * descriptor in the server.
 */
static bool answers(const struct server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool answered;
	char byte;

	strcpy(address.sun_path, server->socket);
	answered = !connect(fd, (struct sockaddr *)&address, sizeof(address));
	shutdown(fd, SHUT_WR);
	while (recv(fd, &byte, 1, 0) > 0)
		;
	close(fd);
	return answered;
}

static void prepare_nothing(const void *context)
{
	(void)context;
}

void server_start(struct server *server, const char *const *options)
{
	server_start_after(server, options, prepare_nothing, NULL);
}

void server_start_after(struct server *server, const char *const *options, tool_prepare *prepare,
			const void *context)
{
	const char *words[32] = {"serve", "--socket", server->socket, "--config", "/dev/null"};
	unsigned int count = 5;

	for (; *options; options++)
		words[count++] = *options;
	tool_start_after(&server->tool, words, prepare, context);
	for (unsigned int i = 0; i < tool_longer(1000); i++) {
		if (answers(server)) {
			server->idle_descriptors = server_descriptors(server);
			return;
		}
		usleep(20000);
	}
	tool_stop(&server->tool);
	fail_msg("the server does not answer: %s", server->tool.err_text);
}

void server_wait_idle(const struct server *server)
{
	WAIT_UNTIL(server_descriptors(server) <= server->idle_descriptors);
}

void server_end(struct server *server, int signal)
{
	kill(server->tool.pid, signal);
	tool_wait(&server->tool);
	if (signal == SIGTERM)
		assert_int_equal(tool_status(&server->tool), 0);
	tool_clear(&server->tool);
	memset(&server->tool, 0, sizeof(server->tool));
}

void server_clear(struct server *server)
{
	if (server->tool.pid)
		tool_clear(&server->tool);
	unlink(server->socket);
	rmdir(server->directory);
}

static struct server *group_server;

void server_group_use(struct server *server)
{
	group_server = server;
}

int server_group_set_up(void **state)
{
	(void)state;
	server_prepare(group_server);
	server_start(group_server, WORDS(NULL));
	return 0;
}

int server_group_tear_down(void **state)
{
	(void)state;
	server_end(group_server, SIGTERM);
	server_clear(group_server);
	return 0;
}

struct user {
	uid_t uid;
	gid_t gid;
};

static void become_user(const void *context)
{
	const struct user *user = context;

	if (setgroups(0, NULL) || setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		_exit(99);
}

void tool_start_as(struct tool *tool, const char *const *words, uid_t uid, gid_t gid)
{
	const struct user user = {uid, gid};

	tool_start_after(tool, words, become_user, &user);
}

int run_as_user(uid_t uid, int (*function)(void))
{
	const struct user user = {uid, uid};
	int status;
	pid_t pid = fork();

	if (!pid) {
		become_user(&user);
		_exit(function());
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

unsigned int server_descriptors(const struct server *server)
{
	unsigned int count = 0;
	char path[64];
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", server->tool.pid);
	directory = opendir(path);
	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static unsigned int count_objects(int command)
{
	union bpf_attr attr = {0};
	unsigned int count = 0;

	while (!syscall(SYS_bpf, command, &attr, sizeof(attr))) {
		attr.start_id = attr.next_id;
		count++;
	}
	assert_int_equal(errno, ENOENT);
	return count;
}

unsigned int kernel_map_count(void)
{
	return count_objects(BPF_MAP_GET_NEXT_ID);
}

unsigned int kernel_program_count(void)
{
	return count_objects(BPF_PROG_GET_NEXT_ID);
}

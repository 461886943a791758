// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server's socket: its permissions, its directory, what happens if another file takes its name,
 * and a lack of descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/raw_client.h"
#include "harness/serve_fixture.h"

static struct server server;

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

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode & 07777;
}

/* A file of root that no other user may read. */
static void make_secret(char path[96])
{
	int fd;

	snprintf(path, 96, "%s/secret", server.directory);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
}

static void a_reload_changes_no_file_at_the_sockets_name(void **state)
{
	char secret[96], moved[96];

	(void)state;
	make_secret(secret);
	server_start(&server, WORDS(NULL));
	assert_int_equal(mode_of(server.socket), 0666);
	snprintf(moved, sizeof(moved), "%s/moved", server.directory);
	assert_int_equal(rename(server.socket, moved), 0);
	assert_int_equal(chmod(moved, 0600), 0);
	assert_int_equal(symlink(secret, server.socket), 0);
	kill(server.tool.pid, SIGHUP);
	/*
	 * The socket itself gets its permissions back, wherever it is now; and the server reports
	 * that it is not at its path.
	 */
	tool_wait_error(&server.tool, "no longer the server's socket");
	assert_int_equal(mode_of(moved), 0666);
	assert_int_equal(mode_of(secret), 0600);
	server_end(&server, SIGTERM);
	/* The server does not remove another file at its path. */
	assert_int_equal(unlink(server.socket), 0);
	assert_int_equal(unlink(moved), 0);
	assert_int_equal(unlink(secret), 0);
}

#define NOBODY 65534

/* Checks that no server starts with that socket, and that the message names cause and rule. */
static void assert_refused(const char *socket, const char *directory, const char *cause)
{
	char named[128];
	struct tool tool;

	snprintf(named, sizeof(named), "\"%s\"", directory);
	tool_run(&tool, WORDS("serve", "--socket", socket, "--config", "/dev/null"));
	assert_int_equal(tool_status(&tool), 1);
	if (!strstr(tool.err_text, named) || !strstr(tool.err_text, cause) ||
	    !strstr(tool.err_text, "must belong to root"))
		fail_msg("%s: nothing of %s and \"%s\" in %s", socket, named, cause, tool.err_text);
	assert_int_equal(access(socket, F_OK), -1);
	tool_clear(&tool);
}

static void a_directory_that_others_can_write_to_is_refused(void **state)
{
	/* In a sticky directory, any user can take the socket's name while no server runs. */
	static const mode_t refused[] = {0777, 0775, 01777};

	(void)state;
	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_int_equal(chmod(server.directory, refused[i]), 0);
		assert_refused(server.socket, server.directory, "other users can write to");
	}
	assert_int_equal(chmod(server.directory, 0755), 0);
	assert_int_equal(chown(server.directory, NOBODY, -1), 0);
	assert_refused(server.socket, server.directory, "belongs to user 65534");
	assert_int_equal(chown(server.directory, 0, -1), 0);
	server_start(&server, WORDS(NULL));
}

/* Entries of the server's directory for a path that leads there. */
static char theirs[96], link_to_safe[112], safe[96];

/* Makes theirs/link, a link of this owner to safe/, in a directory of that owner and mode. */
static void make_path(uid_t link_owner, uid_t owner, mode_t mode)
{
	snprintf(theirs, sizeof(theirs), "%s/theirs", server.directory);
	snprintf(safe, sizeof(safe), "%s/safe", server.directory);
	snprintf(link_to_safe, sizeof(link_to_safe), "%s/link", theirs);
	assert_int_equal(mkdir(safe, 0755), 0);
	assert_int_equal(mkdir(theirs, 0755), 0);
	assert_int_equal(symlink("../safe", link_to_safe), 0);
	assert_int_equal(lchown(link_to_safe, link_owner, -1), 0);
	assert_int_equal(chown(theirs, owner, -1), 0);
	assert_int_equal(chmod(theirs, mode), 0);
}

static void remove_path(void)
{
	assert_int_equal(unlink(link_to_safe), 0);
	assert_int_equal(rmdir(theirs), 0);
	assert_int_equal(rmdir(safe), 0);
}

/*
 * Each directory and link that the path names counts, also where a link or ".." leads out of it
 * again: its owner can make the path lead elsewhere.
 */
static void a_path_that_others_can_redirect_is_refused(void **state)
{
	static const struct {
		uid_t link_owner, owner;
		mode_t mode;
		bool is_link;
		const char *rest, *cause;
	} refused[] = {
		{0, NOBODY, 0755, false, "theirs/in/socket", "belongs to user 65534"},
		{0, NOBODY, 0755, false, "theirs/link/socket", "belongs to user 65534"},
		{0, NOBODY, 0755, false, "theirs/../safe/socket", "belongs to user 65534"},
		{0, 0, 0777, false, "theirs/link/socket", "other users can write to"},
		{0, 0, 0775, false, "theirs/link/in/socket", "other users can write to"},
		{NOBODY, 0, 0755, true, "theirs/link/socket", "belongs to user 65534"},
		{NOBODY, 0, 01777, true, "theirs/link/socket", "belongs to user 65534"},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		char socket[112];

		make_path(refused[i].link_owner, refused[i].owner, refused[i].mode);
		snprintf(socket, sizeof(socket), "%s/%s", server.directory, refused[i].rest);
		assert_refused(socket, refused[i].is_link ? link_to_safe : theirs,
			       refused[i].cause);
		remove_path();
	}
}

/* A link of root's leads there, also in a sticky directory: no other user can rename it. */
static void a_path_through_links_of_root_is_served(void **state)
{
	struct server through = server;

	(void)state;
	make_path(0, 0, 01777);
	assert_in_range(snprintf(through.socket, sizeof(through.socket), "%s/socket", link_to_safe),
			1, sizeof(through.socket) - 1);
	server_start(&through, WORDS(NULL));
	assert_true(client_is_served_as(&through, NOBODY, tool_longer(10)));
	assert_int_equal(mode_of(through.socket), 0666);
	server_end(&through, SIGTERM);
	assert_int_equal(access(through.socket, F_OK), -1);
	remove_path();
}

static void close_all(const void *context)
{
	(void)context;
	umask(077);
}

static void a_umask_keeps_no_user_out(void **state)
{
	struct server inner = server;

	(void)state;
	assert_in_range(
		snprintf(inner.socket, sizeof(inner.socket), "%s/in/socket", server.directory), 1,
		sizeof(inner.socket) - 1);
	server_start_after(&inner, WORDS(NULL), close_all, NULL);
	assert_true(client_is_served_as(&inner, NOBODY, tool_longer(10)));
	server_end(&inner, SIGTERM);
	strcat(inner.directory, "/in");
	assert_int_equal(mode_of(inner.directory), 0755);
	assert_int_equal(rmdir(inner.directory), 0);
}

static void a_server_that_ends_leaves_anothers_socket(void **state)
{
	struct server second = server;
	struct stat status;

	(void)state;
	server_start(&server, WORDS(NULL));
	assert_int_equal(unlink(server.socket), 0);
	server_start(&second, WORDS(NULL));
	server_end(&server, SIGTERM);
	assert_int_equal(lstat(server.socket, &status), 0);
	assert_true(client_is_served_as(&second, 0, tool_longer(10)));
	server_end(&second, SIGTERM);
	assert_int_equal(lstat(server.socket, &status), -1);
}

/* Any user can take a lock on a directory that it can read. */
static void a_lock_on_the_directory_keeps_no_server_from_starting(void **state)
{
	int fd = open(server.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	server_start(&server, WORDS(NULL));
	server_end(&server, SIGTERM);
	close(fd);
}

/*
 * The limit is set after the start, since loading maps and programs takes more descriptors than
 * that.
 */
static void limit_descriptors(rlim_t count)
{
	struct rlimit limit;

	assert_int_equal(prlimit(server.tool.pid, RLIMIT_NOFILE, NULL, &limit), 0);
	limit.rlim_cur = count;
	assert_int_equal(prlimit(server.tool.pid, RLIMIT_NOFILE, &limit, NULL), 0);
}

/* CPU time of the server, in clock ticks. */
static unsigned long ticks_used(void)
{
	char path[64], text[1024] = "";
	unsigned long user, system;
	const char *at;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", server.tool.pid);
	fd = open(path, O_RDONLY);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	at = strrchr(text, ')');
	assert_non_null(at);
	assert_int_equal(
		sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system),
		2);
	return user + system;
}

/* Measures one second: a busy loop would take all of it. The idle server wakes up once. */
static void a_server_without_descriptors_waits_for_some(void **state)
{
	unsigned long before;
	int clients[8];

	(void)state;
	server_start(&server, WORDS(NULL));
	limit_descriptors(server_descriptors(&server) - 2);
	for (unsigned int i = 0; i < 8; i++)
		clients[i] = client_connect(&server);
	sleep(1);
	before = ticks_used();
	sleep(2);
	assert_in_range(ticks_used() - before, 0, sysconf(_SC_CLK_TCK) / 2);
	for (unsigned int i = 0; i < 8; i++)
		close(clients[i]);
	limit_descriptors(1024);
	assert_true(client_is_served_as(&server, 0, tool_longer(10)));
}

/* Puts a FIFO at the path of each file, in a mount namespace of its own. */
static void put_fifos(const void *context)
{
	char fifo[96];

	snprintf(fifo, sizeof(fifo), "%s/fifo", (const char *)context);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mkfifo(fifo, 0644) || mount(fifo, "/etc/passwd", NULL, MS_BIND, NULL) ||
	    mount(fifo, "/etc/group", NULL, MS_BIND, NULL) || unlink(fifo))
		_exit(99);
}

static void a_fifo_in_place_of_passwd_does_not_block(void **state)
{
	struct tool tool;

	(void)state;
	tool_start_after(&tool,
			 WORDS("watch", "--standalone", "-o", "-", "-e", "exec", "--", "true"),
			 put_fifos, server.directory);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 0);
	assert_non_null(strstr(tool.out_text, "true"));
	tool_clear(&tool);
	tool_start_after(&tool, WORDS("ps", "--standalone", "-u", "root"), put_fifos,
			 server.directory);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 2);
	tool_clear(&tool);
	tool_start_after(&tool, WORDS("ps", "--standalone", "--group", "root"), put_fifos,
			 server.directory);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 2);
	tool_clear(&tool);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reload_changes_no_file_at_the_sockets_name),
		TEST(a_directory_that_others_can_write_to_is_refused),
		TEST(a_path_that_others_can_redirect_is_refused),
		TEST(a_path_through_links_of_root_is_served),
		TEST(a_umask_keeps_no_user_out),
		TEST(a_server_that_ends_leaves_anothers_socket),
		TEST(a_lock_on_the_directory_keeps_no_server_from_starting),
		TEST(a_server_without_descriptors_waits_for_some),
		TEST(a_fifo_in_place_of_passwd_does_not_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

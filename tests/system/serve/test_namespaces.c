// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a user gets from a server is what /proc, mounted with hidepid=2 in the user's namespaces,
 * shows: for processes outside of a user or PID namespace, for threads with their own IDs, for
 * children of hidden processes. The oracle is such a /proc (hidepid_view.h).
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pthread.h>

#include <procsieve/procsieve.h>

#include "harness/raw_client.h"
#include "harness/records.h"
#include "harness/serve_fixture.h"
#include "oracle/hidepid_view.h"
#include "lib/wire.h"

#define REQUESTER 7

#define SEEN	  1
#define HIDDEN	  2

/* What an actor reports about itself, in shared memory. */
struct said {
	pid_t pid;
	int seen; /* whether the viewer sees it; 0: not asked yet */

	/* Descriptors of a snapshot. */
	int streams[PROCSIEVE_STREAM_COUNT];
	unsigned int count;
};

static struct server server;
static struct said *said;
static uid_t user; /* an ID that no other process has */

/*
 * Asks whether the viewer sees it, has a child, and waits to be released if it is to be inspected.
 */
static void run_visible_process(const struct viewer *viewer, int gate)
{
	char byte;
	pid_t child;

	said->seen = viewer_sees_me(viewer, REQUESTER) ? SEEN : HIDDEN;
	child = fork();
	if (!child)
		_exit(3);
	waitpid(child, NULL, 0);
	if (gate >= 0 && read(gate, &byte, 1) < 0)
		_exit(97);
}

/* Its process ID in the server's PID namespace, which is the test's. */
static pid_t own_id(void)
{
	char text[32];
	ssize_t length = readlink("/proc/self", text, sizeof(text) - 1);

	return length > 0 ? (text[length] = '\0', atoi(text)) : 0;
}

static void be_outside(const struct viewer *viewer, int gate)
{
	const struct viewer_identity identity = {user, user, 0};

	viewer_enter(&identity);
	run_visible_process(viewer, gate);
}

static void be_elsewhere(const struct viewer *viewer, int gate)
{
	const struct viewer_identity identity = {user, user, CLONE_NEWUSER};

	viewer_enter(&identity);
	run_visible_process(viewer, gate);
}

static void be_inside(const struct viewer *viewer, int gate)
{
	viewer_join(viewer);
	/* This may be a child by now. */
	said->pid = own_id();
	run_visible_process(viewer, gate);
}

static void be_root(const struct viewer *viewer, int gate)
{
	run_visible_process(viewer, gate);
}

struct threaded {
	const struct viewer *viewer;
	int gate;
};

/* With raw system calls, because the C library would change the IDs of all threads. */
static void change_thread_ids(void)
{
	if (syscall(SYS_setresgid, user, user, user) || syscall(SYS_setresuid, user, user, user))
		_exit(99);
}

static void *be_users_thread(void *argument)
{
	const struct threaded *threaded = argument;

	change_thread_ids();
	prctl(PR_SET_DUMPABLE, 1);
	run_visible_process(threaded->viewer, threaded->gate);
	return NULL;
}

/*
 * A process of root that has nothing to hide, with one thread whose IDs are the user's; that thread
 * exits last.
 */
static void run_half_owned_process(const struct viewer *viewer, int gate)
{
	struct threaded threaded = {viewer, gate};
	pthread_t thread;

	pthread_create(&thread, NULL, be_users_thread, &threaded);
	pthread_join(thread, NULL);
	prctl(PR_SET_DUMPABLE, 1);
	pthread_create(&thread, NULL, be_users_thread, &threaded);
	pthread_exit(NULL);
}

static const struct {
	const char *name;
	void (*be)(const struct viewer *viewer, int gate);
} actors[] = {
	{"root's", be_root},
	{"the user's", be_outside},
	{"the user's, in another namespace", be_elsewhere},
	{"the user's, in the viewer's own", be_inside},
	{"root's, with a thread of the user's", run_half_owned_process},
};

#define ACTORS (sizeof(actors) / sizeof(actors[0]))

static pid_t act(unsigned int which, const struct viewer *viewer, int gate)
{
	pid_t pid;

	*said = (struct said){0};
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		said->pid = getpid();
		actors[which].be(viewer, gate);
		_exit(4);
	}
	return pid;
}

/* Its child is another process; if a thread of the user forked it, it belongs to the user. */
static size_t records_about(const json_t *records, pid_t pid)
{
	const json_t *record;
	size_t count = 0;

	records_each(records, record)
	{
		if (json_object_get(record, "pid"))
			count += record_number(record, "pid") == pid;
	}
	return count;
}

static void check_events(const struct viewer *viewer)
{
	struct said all[ACTORS];
	struct tool tool;
	json_t *records;

	tool_start_after(&tool,
			 WORDS("watch", "-j", "-e", "all", "--threads", "--with", "ancestors",
			       "--socket", server.socket),
			 viewer_join, viewer);
	tool_wait_lines(&tool, 1);
	for (unsigned int i = 0; i < ACTORS; i++) {
		waitpid(act(i, viewer, -1), NULL, 0);
		all[i] = *said;
	}
	records = watch_finish(&tool);
	for (unsigned int i = 0; i < ACTORS; i++) {
		size_t count = records_about(records, all[i].pid);

		if ((all[i].seen == SEEN) != (count != 0))
			fail_msg("%s: /proc %s it, and there are %zu records", actors[i].name,
				 all[i].seen == SEEN ? "shows" : "hides", count);
	}
	json_decref(records);
	tool_clear(&tool);
}

static void check_snapshots(const struct viewer *viewer)
{
	for (unsigned int i = 0; i < ACTORS; i++) {
		int gate[2];
		struct tool tool;
		json_t *records;
		pid_t pid;

		assert_int_equal(pipe(gate), 0);
		pid = act(i, viewer, gate[0]);
		WAIT_UNTIL(((volatile struct said *)said)->seen);
		tool_start_after(&tool, WORDS("ps", "-j", "--threads", "--socket", server.socket),
				 viewer_join, viewer);
		tool_wait(&tool);
		assert_int_equal(tool_status(&tool), 0);
		records = records_load(tool.out_text);
		if ((said->seen == SEEN) != (records_about(records, said->pid) != 0))
			fail_msg("%s: a snapshot: %s", actors[i].name, tool.out_text);
		json_decref(records);
		tool_clear(&tool);
		/* One byte for each of its threads. */
		assert_int_equal(write(gate[1], "go", 2), 2);
		waitpid(pid, NULL, 0);
		close(gate[1]);
		close(gate[0]);
	}
}

static void check(int namespaces)
{
	const struct viewer_identity identity = {user, user, namespaces};
	struct viewer viewer;

	if (!viewer_start(&viewer, &identity))
		skip();
	check_events(&viewer);
	check_snapshots(&viewer);
	viewer_end(&viewer);
}

static void a_user_sees_what_proc_shows(void **state)
{
	(void)state;
	check(0);
}

static void a_user_namespace_sees_what_proc_shows_there(void **state)
{
	(void)state;
	check(CLONE_NEWUSER);
}

static void a_pid_namespace_sees_what_proc_shows_there(void **state)
{
	(void)state;
	check(CLONE_NEWUSER | CLONE_NEWPID);
}

/* What a process in namespaces requests: all kinds of streams, or a listener with its snapshot. */
enum { REQUEST_SNAPSHOT, REQUEST_LISTENER, REQUEST_COUNT };

/* Reads a stream to its end and returns its length. */
static size_t stream_length(int stream)
{
	static char room[65536];
	size_t length = 0;
	ssize_t got;

	/* EAGAIN: a process is in the middle of an exec. */
	while ((got = read(stream, room, sizeof(room))) > 0 || (got < 0 && errno == EAGAIN))
		length += got > 0 ? got : 0;
	return got < 0 ? SIZE_MAX : length;
}

/* Requests, and closes the connection. Returns the number of streams. */
static unsigned int request_and_close(int what, int streams[PROCSIEVE_STREAM_COUNT])
{
	struct wire_request request = {
		.operation = what == REQUEST_LISTENER ? WIRE_LISTEN : WIRE_SNAPSHOT,
		.filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT), .threads = 1},
		.ring_size = 4096,
		.existing = what == REQUEST_LISTENER,
	};
	struct wire_reply reply = {0};
	/* A snapshot has as many streams. */
	int fds[WIRE_DESCRIPTORS];

	request.selection.mappings = request.selection.fds = what == REQUEST_SNAPSHOT;
	close(client_request(&server, &request, &reply, fds));
	if (reply.status != WIRE_DONE)
		_exit(96);
	if (what == REQUEST_SNAPSHOT) {
		memcpy(streams, fds, PROCSIEVE_STREAM_COUNT * sizeof(int));
		return PROCSIEVE_STREAM_COUNT;
	}
	close(fds[WIRE_RING]);
	close(fds[WIRE_CONTROL]);
	streams[0] = fds[WIRE_PROCESSES];
	return 1;
}

/*
 * Requests twice. It finds itself in the streams that it reads; the others are read outside, while
 * it lives on.
 */
static void request_inside(const struct viewer_identity *identity, int what, int gate)
{
	int streams[PROCSIEVE_STREAM_COUNT];
	size_t shortest = SIZE_MAX;
	unsigned int count;
	char byte;

	viewer_enter(identity);
	count = request_and_close(what, streams);
	for (unsigned int i = 0; i < count; i++) {
		size_t length = stream_length(streams[i]);

		if (length < shortest)
			shortest = length;
	}
	said->pid = own_id();
	said->count = request_and_close(what, said->streams);
	said->seen = shortest ? SEEN : HIDDEN;
	if (read(gate, &byte, 1) < 0)
		_exit(97);
}

/* The test takes the descriptors, as a process takes those that it is sent. */
static void check_outside(void)
{
	int process = syscall(SYS_pidfd_open, said->pid, 0);

	assert_true(process >= 0);
	for (unsigned int i = 0; i < said->count; i++) {
		int stream = syscall(SYS_pidfd_getfd, process, said->streams[i], 0);
		size_t length = stream_length(stream);

		if (length)
			fail_msg("stream %u of %u has %zu bytes for a reader outside", i,
				 said->count, length);
		close(stream);
	}
	close(process);
}

static void check_reader(int namespaces, int what)
{
	const struct viewer_identity identity = {user, user, namespaces};
	int gate[2], status = 0;
	pid_t pid, gone = 0;

	*said = (struct said){0};
	assert_int_equal(pipe(gate), 0);
	pid = fork();
	if (!pid) {
		close(gate[1]);
		request_inside(&identity, what, gate[0]);
		_exit(0);
	}
	close(gate[0]);
	WAIT_UNTIL(((volatile struct said *)said)->seen || (gone = waitpid(pid, &status, WNOHANG)));
	/* These namespaces cannot be made. */
	if (gone && WEXITSTATUS(status) == 99)
		skip();
	assert_int_equal(said->seen, SEEN);
	check_outside();
	close(gate[1]);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

/*
 * The server knows the namespaces of a client by their addresses. Once the connection is closed and
 * no process is left in them, the addresses may be those of other namespaces: only a reader inside
 * keeps them.
 */
static void a_snapshot_of_a_namespace_is_read_there_alone(void **state)
{
	(void)state;
	for (int what = 0; what < REQUEST_COUNT; what++) {
		check_reader(CLONE_NEWUSER, what);
		check_reader(CLONE_NEWUSER | CLONE_NEWPID, what);
	}
}

/*
 * Requests the exits of a process and its descendants. Returns the connection and the control page.
 */
static int follow(pid_t pid, const struct procsieve_control **control)
{
	__u64 pids[] = {pid};
	const struct wire_request request = {
		.operation = WIRE_LISTEN,
		.filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT),
			   .pids = {pids, 1},
			   .follow = 1},
		.ring_size = 4096,
	};
	struct wire_reply reply = {0};
	int fds[WIRE_DESCRIPTORS], fd;

	assert_int_equal(seteuid(user), 0);
	fd = client_request(&server, &request, &reply, fds);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(reply.status, WIRE_DONE);
	*control = mmap(NULL, sizeof(**control), PROT_READ, MAP_SHARED, fds[WIRE_CONTROL], 0);
	assert_true(*control != MAP_FAILED);
	close(fds[WIRE_RING]);
	close(fds[WIRE_CONTROL]);
	return fd;
}

static void have_children(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		pid_t child = fork();

		if (!child)
			_exit(0);
		waitpid(child, NULL, 0);
	}
}

/*
 * A user's process, with two children that the user may see, and five that were forked while it had
 * something to hide.
 */
static pid_t start_hiding_process(const int gate[2])
{
	pid_t pid = fork();
	char byte;

	if (pid)
		return pid;
	/* In root's group, as the client is. */
	if (setresuid(user, user, user))
		_exit(99);
	prctl(PR_SET_DUMPABLE, 1);
	if (read(gate[0], &byte, 1) != 1)
		_exit(98);
	have_children(2);
	prctl(PR_SET_DUMPABLE, 0);
	have_children(5);
	prctl(PR_SET_DUMPABLE, 1);
	_exit(0);
}

static void children_of_what_is_hidden_are_not_counted(void **state)
{
	const struct procsieve_control *control;
	int gate[2], fd;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	pid = start_hiding_process(gate);
	usleep(100000);
	fd = follow(pid, &control);
	assert_int_equal(write(gate[1], "x", 1), 1);
	waitpid(pid, NULL, 0);
	assert_int_equal(control->joined, 3);
	assert_int_equal(control->members, 0);
	munmap((void *)control, sizeof(*control));
	close(fd);
	close(gate[0]);
	close(gate[1]);
}

static json_t *status_of(uid_t uid)
{
	struct tool tool;
	json_t *status;

	tool_start_as(&tool, WORDS("status", "-j", "--socket", server.socket), uid, uid);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 0);
	status = json_loads(tool.out_text, 0, NULL);
	assert_non_null(status);
	tool_clear(&tool);
	return status;
}

/* The output without the times. */
static char *text_of(uid_t uid)
{
	json_t *status = status_of(uid);
	char *text;

	json_object_del(status, "seconds");
	text = json_dumps(status, JSON_SORT_KEYS);
	json_decref(status);
	return text;
}

static void the_status_reveals_nothing_about_others(void **state)
{
	struct tool own, other;
	json_t *status;
	char *before, *after;

	(void)state;
	before = text_of(user);
	tool_start_as(&other, WORDS("watch", "-j", "-e", "uid,ptrace", "--socket", server.socket),
		      user + 1, user + 1);
	tool_wait_lines(&other, 1);
	after = text_of(user);
	assert_string_equal(before, after);
	free(before);
	free(after);
	/* Only its own hooks are reported. */
	tool_start_as(&own, WORDS("watch", "-j", "-e", "coredump", "--socket", server.socket), user,
		      user);
	tool_wait_lines(&own, 1);
	status = status_of(user);
	assert_int_equal(record_items(status, "listeners"), 1);
	assert_int_equal(record_items(status, "hooks"), 1);
	json_decref(status);
	tool_stop(&own);
	assert_null(strstr(own.out_text, "sys_enter"));
	assert_null(strstr(own.out_text, "commit_creds"));
	tool_stop(&other);
	status = status_of(0);
	assert_true(record_number(status, "accepted") > 0);
	json_decref(status);
	tool_clear(&own);
	tool_clear(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_sees_what_proc_shows),
		cmocka_unit_test(a_user_namespace_sees_what_proc_shows_there),
		cmocka_unit_test(a_pid_namespace_sees_what_proc_shows_there),
		cmocka_unit_test(a_snapshot_of_a_namespace_is_read_there_alone),
		cmocka_unit_test(children_of_what_is_hidden_are_not_counted),
		cmocka_unit_test(the_status_reveals_nothing_about_others),
	};

	user = 1000000 + getpid();
	said = mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return server_run_group_tests(tests, &server);
}

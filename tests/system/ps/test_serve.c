// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots from a server: root gets every process, other users those that they fully own, as /proc
 * with hidepid=2 would show them. The user that made the request counts, not the one that reads.
 * The oracle is such a /proc.
 */
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "harness/records.h"
#include "harness/serve_fixture.h"

#define NOBODY	65534
#define SECOND	54321
#define FRIENDS 54399 /* a group that no account has */

/* The credentials of a process, and why it may be hidden. */
static const struct kind {
	uid_t real, effective, saved;
	gid_t gid, effective_gid;
	enum {
		PLAIN,
		UNDUMPABLE,
		CAPABLE,     /* has a capability that its user does not have */
		OWN_USER_NS, /* in a user namespace of its own, in which it has all capabilities */
	} state;
	bool to_nobody, to_second; /* these users may see it */
} kinds[] = {
	{NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, PLAIN, true, false},
	{0, 0, 0, 0, 0, PLAIN, false, false},
	{SECOND, SECOND, SECOND, SECOND, SECOND, PLAIN, false, true},
	{NOBODY, 0, 0, NOBODY, NOBODY, PLAIN, false, false},
	{NOBODY, NOBODY, 0, NOBODY, NOBODY, PLAIN, false, false},
	{NOBODY, SECOND, SECOND, NOBODY, NOBODY, PLAIN, false, false},
	{NOBODY, NOBODY, NOBODY, SECOND, SECOND, PLAIN, false, false},
	{NOBODY, NOBODY, NOBODY, NOBODY, 0, PLAIN, false, false},
	{NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, UNDUMPABLE, false, false},
	{NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, CAPABLE, false, false},
	{NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, OWN_USER_NS, true, false},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct server server;
static pid_t made[KINDS];

static void keep_one_capability(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{.permitted = CAP_TO_MASK(CAP_NET_BIND_SERVICE)}};

	if (syscall(SYS_capset, &header, data))
		_exit(99);
}

static _Noreturn void sleep_forever(const struct kind *kind, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_KEEPCAPS, kind->state == CAPABLE);
	if (setgroups(0, NULL) || setresgid(kind->gid, kind->effective_gid, kind->effective_gid) ||
	    setresuid(kind->real, kind->effective, kind->saved))
		_exit(99);
	if (kind->state == CAPABLE)
		keep_one_capability();
	if (kind->state == OWN_USER_NS && unshare(CLONE_NEWUSER))
		_exit(99);
	/* The change of IDs has made every process undumpable and has cleared PR_SET_PDEATHSIG. */
	prctl(PR_SET_DUMPABLE, kind->state != UNDUMPABLE);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(ready);
	for (;;)
		pause();
}

static void create_all(void)
{
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	for (unsigned int i = 0; i < KINDS; i++) {
		made[i] = fork();
		if (!made[i]) {
			close(ready[0]);
			sleep_forever(&kinds[i], ready[1]);
		}
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 0);
	close(ready[0]);
}

static const struct kind *kind_of(int64_t pid)
{
	for (unsigned int i = 0; i < KINDS; i++)
		if (made[i] == pid)
			return &kinds[i];
	return NULL;
}

/* Runs `procsieve ps -j WORDS...` as a user, and returns the reported processes. */
static json_t *run_ps_as(uid_t uid, const char *const *words)
{
	const char *all[16] = {"ps", "-j", "--socket", server.socket};
	struct tool tool;
	json_t *records;

	for (size_t i = 0; words[i]; i++)
		all[4 + i] = words[i];
	tool_start_as(&tool, all, uid, uid);
	tool_wait(&tool);
	if (tool_status(&tool))
		fail_msg("%s", tool.err_text);
	records = records_load(tool.out_text);
	tool_clear(&tool);
	return records;
}

/*
 * Asserts that exactly those of the test's processes are reported for which `may` is true; a
 * restricted user gets no others except the tool itself.
 */
static void assert_seen(const json_t *records, bool (*may)(const struct kind *kind),
			bool restricted)
{
	const json_t *record;
	size_t others = 0;

	for (unsigned int i = 0; i < KINDS; i++) {
		size_t reported = records_count(records, "process", made[i]);

		if (reported != may(&kinds[i]))
			fail_msg("kind %u is reported %zu times", i, reported);
	}
	records_each(records, record)
	{
		if (!record_is(record, "process"))
			continue;
		if (!kind_of(record_number(record, "pid")))
			others++;
		/* Their parent is the test, which runs as root. */
		else
			assert_int_equal(!json_object_get(record, "parent_exec_id"), restricted);
	}
	if (restricted && others > 1)
		fail_msg("%zu other processes are reported", others);
}

/*
 * Returns, as bits, which of them have a directory in /proc for that user; in a child process,
 * which mounts a /proc of its own.
 */
static unsigned int seen_in_proc(uid_t uid, const char *proc)
{
	char path[64];
	unsigned int seen = 0;
	struct stat status;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", proc, "proc", 0, "hidepid=2") || setgroups(0, NULL) ||
	    setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		_exit(99);
	for (unsigned int i = 0; i < KINDS; i++) {
		snprintf(path, sizeof(path), "%s/%d", proc, made[i]);
		seen |= (unsigned int)!stat(path, &status) << i;
	}
	return seen;
}

static void assert_proc_shows(uid_t uid, bool (*may)(const struct kind *kind))
{
	char proc[] = "/tmp/procsieve-proc-XXXXXX";
	unsigned int seen = 0;
	int ends[2], status;
	pid_t pid;

	assert_non_null(mkdtemp(proc));
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		seen = seen_in_proc(uid, proc);
		if (write(ends[1], &seen, sizeof(seen)) != sizeof(seen))
			_exit(1);
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &seen, sizeof(seen)), sizeof(seen));
	close(ends[0]);
	waitpid(pid, &status, 0);
	rmdir(proc);
	assert_int_equal(status, 0);
	for (unsigned int i = 0; i < KINDS; i++)
		if ((seen >> i & 1) != may(&kinds[i]))
			fail_msg("/proc has another opinion of kind %u", i);
}

static bool to_root(const struct kind *kind)
{
	(void)kind;
	return true;
}

static bool to_nobody(const struct kind *kind)
{
	return kind->to_nobody;
}

static bool to_second(const struct kind *kind)
{
	return kind->to_second;
}

static void the_expected_visibility_matches_proc(void **state)
{
	(void)state;
	assert_proc_shows(NOBODY, to_nobody);
	assert_proc_shows(SECOND, to_second);
}

static void each_user_sees_its_own_processes(void **state)
{
	static const struct {
		uid_t uid;
		bool (*may)(const struct kind *kind);
	} users[] = {{0, to_root}, {NOBODY, to_nobody}, {SECOND, to_second}};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		json_t *records = run_ps_as(users[i].uid, WORDS("--with", "args,cred,mem,exe,cwd"));

		assert_seen(records, users[i].may, users[i].uid);
		json_decref(records);
		records = run_ps_as(users[i].uid, WORDS("--threads", "-u", "0,65534,54321"));
		assert_seen(records, users[i].may, users[i].uid);
		json_decref(records);
	}
}

static void refused(uid_t uid, const char *option, pid_t pid)
{
	struct tool tool;
	char number[16];

	snprintf(number, sizeof(number), "%d", pid);
	tool_start_as(&tool, WORDS("ps", "--socket", server.socket, option, number), uid, uid);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 1);
	assert_non_null(strstr(tool.err_text, "no process has the id"));
	assert_string_equal(tool.out_text, "");
	tool_clear(&tool);
}

/* The same error as for processes that do not exist. */
static void others_cannot_be_named(void **state)
{
	json_t *records;
	char number[16];

	(void)state;
	for (unsigned int i = 0; i < KINDS; i++) {
		if (kinds[i].to_nobody)
			continue;
		refused(NOBODY, "-p", made[i]);
		refused(NOBODY, "--children", made[i]);
		refused(NOBODY, "--descendants", made[i]);
	}
	refused(NOBODY, "--descendants", getpid());
	snprintf(number, sizeof(number), "%d", made[0]);
	records = run_ps_as(NOBODY, WORDS("-p", number));
	assert_int_equal(records_count(records, "process", made[0]), 1);
	json_decref(records);
}

/*
 * Opens a snapshot as one user and reads it as another; returns, as bits, which of the test's
 * processes it contains.
 */
static unsigned int read_as(uid_t opener, uid_t reader)
{
	const struct procsieve_filter filter = {.no_args = true};
	const struct procsieve_options options = {.socket = server.socket};
	struct procsieve_snapshot *snapshot;
	const struct procsieve_record *record;
	unsigned int seen = 0;
	char reason[256];
	size_t size;
	int more;

	if (setegid(opener) || seteuid(opener))
		return ~0u;
	if (procsieve_snapshot_open(&snapshot, &filter, NULL, &options, reason, sizeof(reason)))
		return ~0u;
	if (seteuid(0) || setegid(0) || setresgid(reader, reader, reader) ||
	    setresuid(reader, reader, reader))
		return ~0u;
	while ((more = procsieve_snapshot_next(snapshot, &record, &size)) > 0)
		for (unsigned int i = 0; i < KINDS; i++)
			if ((pid_t)record->pid == made[i])
				seen |= 1u << i;
	procsieve_snapshot_close(snapshot);
	return more ? ~0u : seen;
}

static unsigned int kinds_seen_by_nobody(void)
{
	unsigned int bits = 0;

	for (unsigned int i = 0; i < KINDS; i++)
		bits |= (unsigned int)kinds[i].to_nobody << i;
	return bits;
}

static unsigned int seen_by(uid_t opener, uid_t reader)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(read_as(opener, reader) ==
				      (opener ? kinds_seen_by_nobody() : (1u << KINDS) - 1)
			      ? 7
			      : 1);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

/* The user that opened the snapshot counts. */
static void the_user_that_opened_the_snapshot_counts(void **state)
{
	(void)state;
	assert_int_equal(seen_by(0, 0), 7);
	assert_int_equal(seen_by(0, NOBODY), 7);
	assert_int_equal(seen_by(NOBODY, 0), 7);
	assert_int_equal(seen_by(NOBODY, NOBODY), 7);
}

static void a_stream_begins_with_the_users_own_processes(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	tool_start_as(
		&tool,
		WORDS("watch", "-j", "--existing", "--socket", server.socket, "--duration", "0.3"),
		NOBODY, NOBODY);
	tool_wait(&tool);
	records = records_load(tool.out_text);
	assert_seen(records, to_nobody, true);
	json_decref(records);
	tool_clear(&tool);
}

/* Clients that stop in the middle leave nothing behind. */
static void closed_snapshots_leave_nothing_behind(void **state)
{
	unsigned int descriptors, maps, programs;

	(void)state;
	json_decref(run_ps_as(0, WORDS(NULL)));
	descriptors = server_descriptors(&server);
	maps = kernel_map_count();
	programs = kernel_program_count();
	for (unsigned int i = 0; i < 30; i++) {
		struct tool tool;

		tool_start(&tool, WORDS("ps", "-j", "--socket", server.socket), -1);
		usleep(i * 1000);
		kill(tool.pid, SIGKILL);
		tool_clear(&tool);
	}
	/* The kernel frees maps and programs some time later. */
	WAIT_UNTIL(server_descriptors(&server) <= descriptors);
	WAIT_UNTIL(kernel_map_count() <= maps && kernel_program_count() <= programs);
	json_decref(run_ps_as(0, WORDS(NULL)));
}

static void a_group_member_sees_all_processes(void **state)
{
	json_t *records;

	(void)state;
	server_end(&server, SIGTERM);
	server_start(&server, WORDS("--allow-group", "54399"));
	/* Then neither the group nor the user has processes of its own. */
	records = run_ps_as(FRIENDS, WORDS(NULL));
	assert_seen(records, to_root, false);
	json_decref(records);
}

static int start(void **state)
{
	(void)state;
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	create_all();
	return 0;
}

static int end(void **state)
{
	(void)state;
	server_clear(&server);
	for (unsigned int i = 0; i < KINDS; i++) {
		kill(made[i], SIGKILL);
		waitpid(made[i], NULL, 0);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_expected_visibility_matches_proc),
		cmocka_unit_test(each_user_sees_its_own_processes),
		cmocka_unit_test(others_cannot_be_named),
		cmocka_unit_test(the_user_that_opened_the_snapshot_counts),
		cmocka_unit_test(a_stream_begins_with_the_users_own_processes),
		cmocka_unit_test(closed_snapshots_leave_nothing_behind),
		cmocka_unit_test(a_group_member_sees_all_processes),
	};

	return cmocka_run_group_tests(tests, start, end);
}

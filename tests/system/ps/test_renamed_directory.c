// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots while a directory is renamed all the time: a path has the old name or the new one, and
 * never bytes from the memory after either. The rename takes no lock that the BPF programs could
 * wait for.
 */
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <procsieve/read_record.h>
#include <procsieve/procsieve.h>

#include "harness/serve_fixture.h"

#define RESIDENTS 48
#define SNAPSHOTS 100

/* Names that the kernel stores inside the dentry, and one that it stores outside. */
#define NAMES 3
static const char *const names[NAMES] = {
	"s",
	"middle-middle-middle-middle-mid",
	"long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long",
};

static struct server server;
static char place[] = "/tmp/procsieve-rename-XXXXXX";
static pid_t residents[RESIDENTS], renamer;

static void path_of(char path[PATH_MAX], unsigned int name)
{
	snprintf(path, PATH_MAX, "%s/%s", place, names[name % NAMES]);
}

static _Noreturn void rename_for_ever(void)
{
	char paths[NAMES][PATH_MAX];

	for (unsigned int i = 0; i < NAMES; i++)
		path_of(paths[i], i);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned int i = 0;; i++)
		if (rename(paths[i % NAMES], paths[(i + 1) % NAMES]))
			_exit(1);
}

static bool is_expected_path(const struct procsieve_section *section)
{
	char path[PATH_MAX];

	for (unsigned int i = 0; i < NAMES; i++) {
		path_of(path, i);
		if (section->size == strlen(path) && !memcmp(section->data, path, section->size))
			return true;
	}
	return false;
}

static bool is_resident(pid_t pid)
{
	for (unsigned int i = 0; i < RESIDENTS; i++)
		if (residents[i] == pid)
			return true;
	return false;
}

/* Returns whether the record contains its directory. */
static bool check_record(const struct procsieve_record *record, size_t size)
{
	size_t offset = procsieve_body_size(record, size);
	const struct procsieve_section *section;

	if (!is_resident((pid_t)record->pid))
		return false;
	section = procsieve_next_section(record, size, &offset);
	/* A path that kept changing is truncated and marked as such. */
	if (!section || section->flags & PROCSIEVE_SECTION_CUT)
		return false;
	assert_int_equal(section->kind, PROCSIEVE_SECTION_CWD);
	if (!is_expected_path(section))
		fail_msg("\"%.*s\", %u bytes", section->size, section->data, section->size);
	return true;
}

static unsigned int check_snapshot(void)
{
	const struct procsieve_filter filter = {.sections = PROCSIEVE_SECTION(CWD),
						.no_args = true};
	const struct procsieve_options options = {.socket = server.socket};
	const struct procsieve_record *record;
	struct procsieve_snapshot *snapshot;
	unsigned int count = 0;
	char reason[256] = "";
	size_t size;

	if (procsieve_snapshot_open(&snapshot, &filter, NULL, &options, reason, sizeof(reason)))
		fail_msg("%s", reason);
	while (procsieve_snapshot_next(snapshot, &record, &size) > 0)
		count += check_record(record, size);
	procsieve_snapshot_close(snapshot);
	return count;
}

static void a_path_has_one_name_or_the_other(void **state)
{
	unsigned int count = 0, snapshots = tool_fewer(SNAPSHOTS);

	(void)state;
	for (unsigned int i = 0; i < snapshots; i++)
		count += check_snapshot();
	/* Most of them are found. */
	assert_true(count > snapshots * RESIDENTS / 2);
	assert_int_equal(waitpid(renamer, NULL, WNOHANG), 0);
}

static int start(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_non_null(mkdtemp(place));
	path_of(path, 0);
	assert_int_equal(mkdir(path, 0700), 0);
	for (unsigned int i = 0; i < RESIDENTS; i++) {
		residents[i] = fork();
		if (residents[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (chdir(path))
			_exit(1);
		raise(SIGSTOP);
		_exit(0);
	}
	for (unsigned int i = 0; i < RESIDENTS; i++)
		waitpid(residents[i], NULL, WUNTRACED);
	renamer = fork();
	if (!renamer)
		rename_for_ever();
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	return 0;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int end(void **state)
{
	char path[PATH_MAX];

	(void)state;
	server_clear(&server);
	end_child(renamer);
	for (unsigned int i = 0; i < RESIDENTS; i++)
		end_child(residents[i]);
	for (unsigned int i = 0; i < NAMES; i++) {
		path_of(path, i);
		rmdir(path);
	}
	return rmdir(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_has_one_name_or_the_other),
	};

	return cmocka_run_group_tests(tests, start, end);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every byte of a record was written for that record. This test runs a build that fills the memory
 * in which records are built with a marker before each record: no marker may be delivered. It
 * inspects the bytes that a client receives, for all events, sections and snapshots. Text never
 * contains the marker; a number can, but not always at the same offset.
 */
#include <limits.h>
#include <linux/bpf.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <procsieve/read_record.h>
#include <procsieve/procsieve.h>

#include "workload/cgroups_v1.h"
#include "workload/event_actions.h"
#include "workload/delayacct.h"
#include "workload/login.h"
#include "harness/records.h"
#include "harness/run_check.h"
#include "harness/serve_fixture.h"

/* MARKED_BYTE in the Makefile. */
#define MARKER 0xf7

/* That many in a row do not occur in a number. */
#define RUN 4

/*
 * If a number at one offset is the marker in at least this many records and in all of them, it is
 * not by chance.
 */
#define SAMPLES 6

#define PLACES	256
#define ALL	((1u << PROCSIEVE_SECTION_COUNT) - 1)
#define ACTIONS 150
#define USER	54321

/* What has been seen at one offset of the records, or sections, of one kind. */
struct place {
	unsigned int seen, marked;
};

/* More types of records than exist. */
#define TYPES 128

static struct server server;
static const char *mount_v1; /* of cgroups of version 1; NULL: none */
static char container[CGROUPS_V1_PATH];
static struct place records[TYPES][PLACES], sections[PROCSIEVE_SECTION_COUNT][PLACES];
static unsigned int records_seen[TYPES], sections_seen[PROCSIEVE_SECTION_COUNT];

static void fail_in(const char *what, unsigned int kind, size_t at)
{
	fail_msg("%s of kind %u: byte %zu was not written", what, kind, at);
}

static void check_text(const void *text, size_t size, const char *what, unsigned int kind)
{
	const unsigned char *found = memchr(text, MARKER, size);

	if (found)
		fail_in(what, kind, found - (const unsigned char *)text);
}

static void check_numbers(struct place *places, const void *bytes, size_t size)
{
	assert_true(size <= PLACES);
	for (size_t i = 0; i < size; i++) {
		places[i].seen++;
		places[i].marked += ((const unsigned char *)bytes)[i] == MARKER;
	}
}

static void check_runs(const unsigned char *bytes, size_t size, unsigned int kind)
{
	for (size_t i = 0, run = 0; i < size; i++) {
		run = bytes[i] == MARKER ? run + 1 : 0;
		if (run == RUN)
			fail_in("record", kind, i);
	}
}

static void check_ancestors(const struct procsieve_section *section)
{
	struct procsieve_ancestor ancestor;

	assert_int_equal(section->size % sizeof(ancestor), 0);
	for (size_t at = 0; at < section->size; at += sizeof(ancestor)) {
		memcpy(&ancestor, section->data + at, sizeof(ancestor));
		check_numbers(sections[section->kind], &ancestor.pid, sizeof(ancestor.pid));
		check_text(ancestor.comm, sizeof(ancestor.comm), "section", section->kind);
	}
}

static void check_section(const struct procsieve_section *section)
{
	assert_true(section->kind < PROCSIEVE_SECTION_COUNT);
	assert_false(section->flags & ~(PROCSIEVE_SECTION_CUT | PROCSIEVE_SECTION_DELETED));
	sections_seen[section->kind]++;
	switch (section->kind) {
	case PROCSIEVE_SECTION_TTY:
	case PROCSIEVE_SECTION_EXE:
	case PROCSIEVE_SECTION_CWD:
	case PROCSIEVE_SECTION_CGROUP:
	case PROCSIEVE_SECTION_CGROUP_V1:
	case PROCSIEVE_SECTION_ENV:
		check_text(section->data, section->size, "section", section->kind);
		break;
	case PROCSIEVE_SECTION_ANCESTORS:
		check_ancestors(section);
		break;
	default:
		check_numbers(sections[section->kind], section->data, section->size);
	}
}

/* The size of a record's numeric part, except the comm in the header; text comes after it. */
static size_t numbers_of(const struct procsieve_record *record, size_t body)
{
	size_t payload = body - sizeof(*record);

	switch (record->type) {
	case PROCSIEVE_EXEC:
		payload = offsetof(struct procsieve_exec, command.data);
		break;
	case PROCSIEVE_EXIT:
		payload = record->flags & PROCSIEVE_F_THREAD
				  ? payload
				  : offsetof(struct procsieve_exit, command.data);
		break;
	case PROCSIEVE_COMM:
		payload = 0;
		break;
	case PROCSIEVE_PROCESS:
		payload = offsetof(struct procsieve_process, command.data);
		break;
	case PROCSIEVE_MAPPING:
		payload = offsetof(struct procsieve_mapping, path);
		break;
	case PROCSIEVE_FD:
		payload = offsetof(struct procsieve_fd, path);
		break;
	}
	return sizeof(*record) + payload;
}

static void check_record(const struct procsieve_record *record, size_t size)
{
	size_t body = procsieve_body_size(record, size), numbers = numbers_of(record, body);
	const char *bytes = (const char *)record;
	const struct procsieve_section *section;

	assert_true(record->type < TYPES && numbers <= body);
	records_seen[record->type]++;
	check_runs((const unsigned char *)bytes, size, record->type);
	check_text(record->comm, sizeof(record->comm), "record", record->type);
	check_text(bytes + numbers, body - numbers, "record", record->type);
	check_numbers(records[record->type], bytes, numbers);
	while ((section = procsieve_next_section(record, size, &body)))
		check_section(section);
}

static void drain(struct procsieve *listener)
{
	const struct procsieve_record *record;
	size_t size;

	while ((record = procsieve_next(listener, &size)))
		check_record(record, size);
	procsieve_release(listener);
}

static struct procsieve *listen_to(const struct procsieve_filter *filter, size_t ring_size)
{
	const struct procsieve_options options = {.socket = server.socket, .ring_size = ring_size};
	struct procsieve *listener;
	char reason[256] = "";

	if (procsieve_open(&listener, filter, &options, reason, sizeof(reason)))
		fail_msg("%s", reason);
	return listener;
}

/* A process that has a terminal. */
static void use_terminal(void)
{
	int terminal, status;
	char text[64];
	pid_t pid = forkpty(&terminal, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (!pid) {
		execl("/bin/sh", "sh", "-c", "/bin/true; /bin/true; exit 3", (char *)NULL);
		_exit(99);
	}
	while (read(terminal, text, sizeof(text)) > 0)
		;
	waitpid(pid, &status, 0);
	close(terminal);
}

/*
 * All events, with all sections and with none, once with lost events, and the end of a filter's
 * last process. The ring of the third listener holds only a few records.
 */
static void check_events(void)
{
	static char envs[2][PROCSIEVE_ENV_NAME_SIZE] = {"PATH", "HOME"};
	struct procsieve_filter filter = {.events = (1u << PROCSIEVE_EVENT_COUNT) - 1,
					  .threads = true};
	struct procsieve *all, *plain, *small, *last;
	struct action_runner runner;
	__u64 pid;

	plain = listen_to(&filter, 1 << 22);
	filter.sections = ALL;
	filter.envs = envs;
	filter.env_count = 2;
	all = listen_to(&filter, 1 << 24);
	small = listen_to(&filter, 4096);
	action_runner_start(&runner, tool_fewer(ACTIONS));
	pid = runner.pid;
	filter.pids = (struct procsieve_list){&pid, 1};
	last = listen_to(&filter, 1 << 20);
	action_runner_run(&runner);
	use_terminal();
	drain(small);
	use_terminal();
	usleep(tool_longer(100) * 1000);
	drain(all);
	drain(plain);
	drain(small);
	drain(last);
	procsieve_close(all);
	procsieve_close(plain);
	procsieve_close(small);
	procsieve_close(last);
}

/* The padding up to the next record is in the client's buffer, after the record. */
static void check_padding(const struct procsieve_record *record, size_t size)
{
	for (size_t i = size; i % 8; i++)
		if (((const char *)record)[i])
			fail_in("filling of a record", record->type, i);
}

static void check_snapshot(uid_t user, bool no_args)
{
	const struct procsieve_filter filter = {
		.sections = no_args ? 0 : ALL, .threads = true, .no_args = no_args};
	const struct procsieve_selection selection = {.mappings = true, .fds = true};
	const struct procsieve_options options = {.socket = server.socket};
	struct procsieve_snapshot *snapshot;
	const struct procsieve_record *record;
	char reason[256] = "";
	size_t size;
	int more;

	assert_int_equal(setegid(user) | seteuid(user), 0);
	more = procsieve_snapshot_open(&snapshot, &filter, &selection, &options, reason,
				       sizeof(reason));
	assert_int_equal(seteuid(0) | setegid(0), 0);
	if (more)
		fail_msg("%s", reason);
	while ((more = procsieve_snapshot_next(snapshot, &record, &size)) > 0) {
		check_record(record, size);
		check_padding(record, size);
	}
	assert_int_equal(more, 0);
	procsieve_snapshot_close(snapshot);
}

/* Asserts that no number is the marker in all records. */
static void assert_written(const struct place places[PLACES], const char *what, unsigned int kind)
{
	for (size_t i = 0; i < PLACES; i++)
		if (places[i].seen >= SAMPLES && places[i].marked == places[i].seen)
			fail_in(what, kind, i);
}

static void assert_all_written(void)
{
	for (unsigned int i = 0; i < TYPES; i++)
		assert_written(records[i], "record", i);
	for (unsigned int i = 0; i < PROCSIEVE_SECTION_COUNT; i++)
		assert_written(sections[i], "section", i);
}

static void assert_seen(unsigned int type)
{
	if (!records_seen[type])
		fail_msg("no record of type %u came", type);
}

static int map_of_scratches(__u32 id)
{
	struct bpf_map_info info = {0};
	union bpf_attr attr = {.map_id = id};
	int fd = syscall(SYS_bpf, BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr));

	attr = (union bpf_attr){
		.info = {.bpf_fd = fd, .info_len = sizeof(info), .info = (__u64)&info}};
	if (fd >= 0 && !syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) &&
	    !strcmp(info.name, "scratches"))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Returns whether a per-CPU scratch map is full of markers. */
static bool is_marked(int map)
{
	static unsigned char value[1 << 18], marked[1024];
	__u32 key = 0;
	union bpf_attr attr = {.map_fd = map, .key = (__u64)&key, .value = (__u64)value};
	bool found = false;

	memset(marked, MARKER, sizeof(marked));
	for (; !syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)); key++)
		found |= memmem(value, sizeof(value), marked, sizeof(marked)) != NULL;
	return found;
}

/* Asserts that this is the marked build; with another one the test could not fail. */
static void assert_marked(void)
{
	union bpf_attr attr = {0};
	bool found = false;

	while (!syscall(SYS_bpf, BPF_MAP_GET_NEXT_ID, &attr, sizeof(attr))) {
		int map = map_of_scratches(attr.next_id);

		attr.start_id = attr.next_id;
		if (map < 0)
			continue;
		found |= is_marked(map);
		close(map);
	}
	assert_true(found);
}

/* Before Linux 6.2 there are no ptrace events. */
static bool reports_ptrace;

static void no_event_has_stale_bytes(void **state)
{
	(void)state;
	if (!actions_prepare(true))
		skip();
	check_events();
	assert_marked();
	actions_clear();
	assert_all_written();
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++)
		if (type != PROCSIEVE_PTRACE || reports_ptrace)
			assert_seen(type);
	assert_seen(PROCSIEVE_LOST);
	assert_seen(PROCSIEVE_TARGETS_GONE);
}

/* There, the programs of processes are cached. */
static void no_event_has_stale_bytes_on_an_older_kernel(void **state)
{
	(void)state;
	server_end(&server, SIGTERM);
	tool_emulate_old_kernel();
	server_start(&server, WORDS(NULL));
	no_event_has_stale_bytes(state);
}

static void no_snapshot_has_stale_bytes(void **state)
{
	static const uid_t users[] = {0, USER};
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		/* So that the user may see at least one process. */
		if (setregid(USER, USER) || setreuid(USER, USER))
			_exit(99);
		execl("/bin/sleep", "sleep", "60", (char *)NULL);
		_exit(98);
	}
	for (unsigned int round = 0; round < SAMPLES; round++) {
		check_snapshot(users[round % 2], false);
		check_snapshot(users[round % 2], true);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_all_written();
	assert_seen(PROCSIEVE_PROCESS);
	assert_seen(PROCSIEVE_MAPPING);
	assert_seen(PROCSIEVE_FD);
}

/*
 * Runs after the other tests. Delays occur only if the kernel counts them, and cgroups of version 1
 * if they can be mounted, logins if the kernel keeps them.
 */
static void all_sections_occurred(void **state)
{
	bool delays = delayacct_switch(true);

	(void)state;
	if (delays)
		check_events();
	delayacct_restore();
	assert_all_written();
	for (unsigned int kind = 0; kind < PROCSIEVE_SECTION_COUNT; kind++)
		if (!sections_seen[kind] && (delays || kind != PROCSIEVE_SECTION_DELAY) &&
		    (mount_v1 || kind != PROCSIEVE_SECTION_CGROUP_V1) &&
		    (login_is_kept() || kind != PROCSIEVE_SECTION_LOGIN))
			fail_msg("no section of kind %u came", kind);
}

/* All processes of the test are in a container's cgroup of version 1. */
static void enter_container(void)
{
	const char *name;

	mount_v1 = cgroups_v1_mount(&name);
	if (!mount_v1)
		return;
	snprintf(container, sizeof(container), "%s/docker/%064d", mount_v1, 1);
	cgroups_v1_create(mount_v1, container);
	assert_true(cgroups_v1_join(container));
}

static void leave_container(void)
{
	if (!mount_v1)
		return;
	cgroups_v1_join(mount_v1);
	cgroups_v1_remove(mount_v1, container);
	cgroups_v1_unmount();
}

static int start(void **state)
{
	static char path[PATH_MAX];
	const char *slash = strrchr(tool_path(), '/');
	json_t *answer = check_run(NULL);

	(void)state;
	snprintf(path, sizeof(path), "%.*s/marked/procsieve",
		 slash ? (int)(slash - tool_path()) : 1, slash ? tool_path() : ".");
	setenv("PROCSIEVE", path, 1);
	assert_non_null(answer);
	reports_ptrace = check_works(answer, "ptrace");
	json_decref(answer);
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	enter_container();
	/* The processes of the test have this login too. */
	login_set(0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	/* Remains of a failed test. */
	actions_clear();
	server_clear(&server);
	leave_container();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_event_has_stale_bytes),
		cmocka_unit_test(no_snapshot_has_stale_bytes),
		cmocka_unit_test(all_sections_occurred),
		cmocka_unit_test_teardown(no_event_has_stale_bytes_on_an_older_kernel,
					  tool_stop_emulation),
	};

	return cmocka_run_group_tests(tests, start, end);
}

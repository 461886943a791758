// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots of processes that execute a program while they are read. The reader has the lowest
 * priority, and another task takes its CPU in the middle of a read until all processes have
 * executed the program. So the old program was checked, and the new one is read. The oracle is what
 * each program can know.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <procsieve/read_record.h>
#include <procsieve/procsieve.h>

#include "harness/records.h"
#include "harness/serve_fixture.h"
#include "workload/exec_targets.h"

#define ROUNDS 24

#define SECTIONS                                                                     \
	(PROCSIEVE_SECTION(CRED) | PROCSIEVE_SECTION(EXE) | PROCSIEVE_SECTION(CWD) | \
	 PROCSIEVE_SECTION(MEM) | PROCSIEVE_SECTION(CGROUP))

/* One snapshot, and its reader. */
struct reading {
	struct procsieve_snapshot *snapshot;
	uid_t caller;
	bool all;		    /* with mappings and files too */
	struct procsieve *listener; /* a listener that begins with a snapshot; NULL: none */
	atomic_bool begun, ended, stop;
	int error;
	unsigned int reported[TARGETS];
	unsigned int mixed; /* records that mix two programs */
	unsigned int secrets, others;
};

static struct server server;
static struct targets targets;
static uid_t user;

/* Pins to the last CPU. */
static void pin(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
	pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
}

/* Which program a section shows: 1: the executed one; 0: the previous one; -1: unknown. */
static int section_program(const struct procsieve_section *section)
{
	const char *program = targets.program;
	struct procsieve_cred cred;

	if (section->kind == PROCSIEVE_SECTION_EXE)
		return section->size == strlen(program) &&
		       !memcmp(section->data, program, section->size);
	if (section->kind != PROCSIEVE_SECTION_CRED ||
	    procsieve_section_copy(section, &cred, sizeof(cred)))
		return -1;
	/* Of the IDs, a set-user-ID program changes only the effective ones. */
	return cred.euid != user || cred.cap_permitted;
}

/* Checks that the whole record shows the same program. */
static void check_process(struct reading *reading, const struct procsieve_record *record,
			  size_t size)
{
	const char *base = strrchr(targets.program, '/') + 1;
	bool set_uid = targets.set_uid;
	int first = !strncmp(record->comm, base, PROCSIEVE_COMM_SIZE - 1);
	size_t offset = procsieve_body_size(record, size);
	const struct procsieve_section *section;
	bool mixed = targets_secret_in(record, size) && !(first && set_uid);

	while ((section = procsieve_next_section(record, size, &offset))) {
		int program = section_program(section);

		if (section->kind == PROCSIEVE_SECTION_CRED && !set_uid)
			program = program == 1 ? !first : -1;
		mixed |= program >= 0 && program != first;
	}
	reading->mixed += mixed;
}

/*
 * What an ordinary user must not know of a set-user-ID program: the file that it reads, and its
 * content.
 */
static bool holds_secret(const void *record, size_t size)
{
	return targets.set_uid && (targets_secret_in(record, size) ||
				   memmem(record, size, targets.secret, strlen(targets.secret)));
}

static void check_record(struct reading *reading, const struct procsieve_record *record,
			 size_t size)
{
	int number = targets_find(&targets, (pid_t)record->pid);

	if (number < 0) {
		reading->others += reading->caller == user;
		return;
	}
	reading->secrets += holds_secret(record, size);
	if (record->type != PROCSIEVE_PROCESS)
		return;
	reading->reported[number]++;
	check_process(reading, record, size);
}

static void *read_all(void *data)
{
	const struct sched_param param = {0};
	const struct procsieve_record *record;
	struct reading *reading = data;
	size_t size;

	pin();
	pthread_setschedparam(pthread_self(), SCHED_IDLE, &param);
	atomic_store(&reading->begun, true);
	while ((reading->error = procsieve_snapshot_next(reading->snapshot, &record, &size)) > 0)
		check_record(reading, record, size);
	atomic_store(&reading->ended, true);
	return NULL;
}

/* Takes the reader's CPU a moment after the read has begun, until it is stopped. */
static void *hold_up(void *data)
{
	struct reading *reading = data;
	struct timespec moment = {.tv_nsec = rand() % (reading->all ? 2000000 : 500000)};

	pin();
	while (!atomic_load(&reading->begun))
		usleep(20);
	nanosleep(&moment, NULL);
	while (!atomic_load(&reading->stop))
		;
	return NULL;
}

/* With `begins`, the snapshot is the beginning of a listener. */
static void open_as(struct reading *reading, bool begins)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT),
						.sections = SECTIONS};
	const struct procsieve_selection selection = {.mappings = reading->all,
						      .fds = reading->all};
	const struct procsieve_options options = {.socket = server.socket,
						  .existing = begins ? &selection : NULL};
	char reason[256] = "";
	int err;

	assert_int_equal(setegid(reading->caller) | seteuid(reading->caller), 0);
	if (begins)
		err = procsieve_open(&reading->listener, &filter, &options, reason, sizeof(reason));
	else
		err = procsieve_snapshot_open(&reading->snapshot, &filter, &selection, &options,
					      reason, sizeof(reason));
	assert_int_equal(seteuid(0) | setegid(0), 0);
	if (err)
		fail_msg("%s", reason);
	if (begins)
		reading->snapshot = procsieve_existing(reading->listener);
}

static void close_all(const struct reading *reading)
{
	if (reading->listener)
		procsieve_close(reading->listener);
	else
		procsieve_snapshot_close(reading->snapshot);
}

/* Returns whether the programs were executed during the read. */
static bool read_once(struct reading *reading, bool begins)
{
	pthread_t reader, other;
	bool amid;

	targets_start(&targets);
	open_as(reading, begins);
	assert_int_equal(pthread_create(&other, NULL, hold_up, reading), 0);
	assert_int_equal(pthread_create(&reader, NULL, read_all, reading), 0);
	while (!atomic_load(&reading->begun))
		usleep(20);
	/* Gives it time to be interrupted. */
	usleep(3000);
	targets_execute(&targets);
	amid = !atomic_load(&reading->ended);
	atomic_store(&reading->stop, true);
	pthread_join(other, NULL);
	pthread_join(reader, NULL);
	close_all(reading);
	targets_end(&targets);
	return amid;
}

/*
 * Checks what this caller receives about processes that execute a program with this mode. With
 * `always`, every process must be reported once.
 */
static void check(mode_t mode, uid_t caller, bool always)
{
	unsigned int amid = 0, secrets = 0, mixed = 0;

	if (!targets_prepare(&targets, user, mode))
		skip();
	for (unsigned int round = 0; round < tool_fewer(ROUNDS); round++) {
		struct reading reading = {.caller = caller, .all = round % 4 == 3};

		amid += read_once(&reading, round % 4 == 1);
		assert_int_equal(reading.error, 0);
		assert_int_equal(reading.others, 0);
		secrets += caller ? reading.secrets : 0;
		mixed += reading.mixed;
		for (unsigned int i = 0; i < TARGETS; i++)
			if (reading.reported[i] > 1 || (always && !reading.reported[i]))
				fail_msg("process %u is reported %u times", i, reading.reported[i]);
	}
	if (secrets || mixed)
		fail_msg("%u records with a secret, %u of two programs", secrets, mixed);
	assert_true(amid);
}

static void a_user_gets_nothing_of_a_set_uid_program(void **state)
{
	(void)state;
	check(04755, user, false);
}

static void a_user_gets_each_process_once(void **state)
{
	(void)state;
	check(0755, user, true);
}

static void root_gets_each_process_once_with_one_program(void **state)
{
	(void)state;
	check(04755, 0, true);
}

static int remove_targets(void **state)
{
	(void)state;
	targets_remove(&targets);
	return 0;
}

static int start(void **state)
{
	(void)state;
	/* A user ID that no other process has. */
	user = 1000000 + getpid();
	srand(getpid());
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_user_gets_nothing_of_a_set_uid_program, remove_targets),
		cmocka_unit_test_teardown(a_user_gets_each_process_once, remove_targets),
		cmocka_unit_test_teardown(root_gets_each_process_once_with_one_program,
					  remove_targets),
	};

	targets_main(argc, argv);
	return cmocka_run_group_tests(tests, start, end);
}

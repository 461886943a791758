// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares records with /proc; see compare_procfs.h. */
#include "oracle/compare_procfs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "workload/static_process_roles.h"

/*
 * The tolerance per CPU for the memory sums of older kernels, which do not add up their per-CPU
 * counters for /proc; see memory_tolerance().
 */
#define BATCH_PAGES 64

struct comparison {
	const json_t *record;
	const struct procfs *before, *after;
};

static void differs(const struct comparison *c, const char *key, const char *expected)
{
	char *text = json_dumps(c->record, 0);

	fail_msg("%s: /proc says \"%s\" of %s", key, expected, text);
}

static void check_number(const struct comparison *c, const char *key, int64_t before, int64_t after)
{
	int64_t number = record_number(c->record, key), low = before < after ? before : after;
	int64_t high = before < after ? after : before;
	char text[64];

	if (number >= low && number <= high)
		return;
	snprintf(text, sizeof(text), "%lld to %lld", (long long)low, (long long)high);
	differs(c, key, text);
}

#define check_same(c, key, member) check_number(c, key, (c)->before->member, (c)->after->member)

static void check_numbered(const struct comparison *c, const char *key, enum procfs_number number)
{
	check_same(c, key, numbers[number]);
}

static bool is_text(const struct comparison *c, const char *key, const char *expected)
{
	size_t size;
	char *bytes;
	bool is;

	if (!expected || !json_object_get(c->record, key))
		return !expected && !json_object_get(c->record, key);
	bytes = record_bytes(c->record, key, &size);
	is = size == strlen(expected) && !memcmp(bytes, expected, size);
	free(bytes);
	return is;
}

static void check_text(const struct comparison *c, const char *key, const char *before,
		       const char *after)
{
	if (!is_text(c, key, before) && !is_text(c, key, after))
		differs(c, key, before ? before : "(nothing)");
}

static bool has_not_run(const struct comparison *c)
{
	const int64_t *before = c->before->numbers, *after = c->after->numbers;

	return before[PROCFS_VOLUNTARY] == after[PROCFS_VOLUNTARY] &&
	       before[PROCFS_INVOLUNTARY] == after[PROCFS_INVOLUNTARY] && c->before->state != 'R' &&
	       c->after->state != 'R';
}

/* For a kernel thread, /proc may show more than the comm (a work queue's name). */
static bool is_kernel_thread(const struct procfs *facts)
{
	return facts->ppid == 2 || facts->pid == 2;
}

static void check_name(const struct comparison *c)
{
	size_t size;
	char *name;

	if (!is_kernel_thread(c->before)) {
		check_text(c, "comm", c->before->comm, c->after->comm);
		return;
	}
	name = record_bytes(c->record, "comm", &size);
	if (strncmp(name, c->before->comm, size) != 0)
		differs(c, "comm", c->before->comm);
	free(name);
}

/* A field that is absent if it has the value `absent`. */
static void check_unless(const struct comparison *c, const char *key, uint32_t value,
			 uint32_t absent)
{
	if (value != absent)
		check_number(c, key, value, value);
	else if (json_object_get(c->record, key))
		differs(c, key, "(nothing)");
}

static void check_identity(const struct comparison *c)
{
	const long ticks = sysconf(_SC_CLK_TCK);
	const char state[2] = {c->before->state};

	assert_int_equal(record_number(c->record, "pid"), c->before->pid);
	assert_int_equal(record_number(c->record, "tid"),
			 c->before->tid ? c->before->tid : c->before->pid);
	assert_int_equal(!!json_object_get(c->record, "thread"),
			 c->before->tid && c->before->tid != c->before->pid);
	if (has_not_run(c) && !is_text(c, "state", state))
		differs(c, "state", state);
	if (has_not_run(c))
		check_same(c, "cpu", processor);
	check_name(c);
	check_same(c, "ppid", ppid);
	check_same(c, "pgid", pgid);
	check_same(c, "sid", sid);
	check_same(c, "threads", threads);
	check_same(c, "uid", uids[0]);
	check_same(c, "gid", gids[0]);
	/* With the credentials they are always there. */
	if (!json_object_get(c->record, "ruid")) {
		check_unless(c, "euid", c->before->uids[1], c->before->uids[0]);
		check_unless(c, "egid", c->before->gids[1], c->before->gids[0]);
	}
	/* A thread's record has the start time of its process. */
	if (!c->before->tid || c->before->tid == c->before->pid)
		assert_int_equal(record_u64(c->record, "start_ns") / (1000000000 / ticks),
				 c->before->start);
}

static void check_tracer(const struct comparison *c)
{
	pid_t tracer = c->before->numbers[PROCFS_TRACER];

	if (!tracer) {
		assert_null(json_object_get(c->record, "tracer_tid"));
		assert_null(json_object_get(c->record, "tracer_pid"));
		return;
	}
	check_numbered(c, "tracer_tid", PROCFS_TRACER);
	/* /proc/TID exists for every thread, although it is not listed. */
	assert_int_equal(procfs_parent(record_number(c->record, "tracer_pid")),
			 procfs_parent(tracer));
}

static void check_credentials(const struct comparison *c)
{
	static const char *const caps[] = {"cap_inheritable", "cap_permitted", "cap_effective",
					   "cap_bounding", "cap_ambient"};
	static const char kinds[4][3] = {"r", "e", "s", "fs"};

	for (size_t i = 0; i < 4; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%suid", kinds[i]);
		check_same(c, key, uids[i]);
		snprintf(key, sizeof(key), "%sgid", kinds[i]);
		check_same(c, key, gids[i]);
	}
	for (size_t i = 0; i < PROCFS_CAPS; i++)
		check_text(c, caps[i], c->before->caps[i], c->after->caps[i]);
}

/* Allows a difference of one tick, since each reader rounds separately. */
static void check_ticks(const struct comparison *c, const char *key, uint64_t before,
			uint64_t after)
{
	const int64_t tick = 1000000 / sysconf(_SC_CLK_TCK);

	check_number(c, key, (int64_t)(before ? before - 1 : 0) * tick,
		     ((int64_t)after + 2) * tick);
}

/*
 * A process's sum in /proc covers only its live threads; the record also counts those that have
 * exited.
 */
static void check_switches(const struct comparison *c, const char *key, enum procfs_number number)
{
	bool has_dead_threads = !strcmp(c->before->comm, ROLE_DEAD_THREADS);

	if (has_dead_threads && !c->before->tid)
		check_number(c, key, c->before->numbers[number], INT64_MAX);
	else
		check_numbered(c, key, number);
}

static void check_run_delay(const struct comparison *c)
{
	int64_t before = c->before->numbers[PROCFS_RUN_DELAY] / 1000;
	int64_t after = c->after->numbers[PROCFS_RUN_DELAY] / 1000;

	/* Without statistics of exited threads, it is unknown whether the process had any. */
	if (before < 0 || (c->before->threads > 1 && !json_object_get(c->record, "cpu_delay_us")))
		return;
	if (!strcmp(c->before->comm, ROLE_DEAD_THREADS) && !c->before->tid)
		after = INT64_MAX;
	check_number(c, "cpu_delay_us", before, after);
}

static void check_times(const struct comparison *c)
{
	check_ticks(c, "utime_us", c->before->utime, c->after->utime);
	check_ticks(c, "stime_us", c->before->stime, c->after->stime);
	check_same(c, "minflt", minflt);
	check_same(c, "majflt", majflt);
	check_switches(c, "nvcsw", PROCFS_VOLUNTARY);
	check_switches(c, "nivcsw", PROCFS_INVOLUNTARY);
	check_run_delay(c);
	check_numbered(c, "rchar", PROCFS_RCHAR);
	check_numbered(c, "wchar", PROCFS_WCHAR);
	check_numbered(c, "read_bytes", PROCFS_READ_BYTES);
	check_numbered(c, "write_bytes", PROCFS_WRITE_BYTES);
}

static void check_schedule(const struct comparison *c)
{
	static const char *const policies[] = {"OTHER", "FIFO", "RR",	   "BATCH",
					       NULL,	"IDLE", "DEADLINE"};

	check_same(c, "priority", priority);
	check_same(c, "nice", nice);
	check_same(c, "rt_priority", rt_priority);
	if (c->before->policy < sizeof(policies) / sizeof(policies[0]))
		check_text(c, "policy", policies[c->before->policy], policies[c->after->policy]);
}

/*
 * Compares the Rss of smaps_rollup, which is counted page by page, with the sums in status. If they
 * differ, the kernel's sums are not exact. Returns the tolerance in KiB.
 */
static int64_t memory_tolerance(const struct procfs *facts)
{
	char path[64], line[256];
	int64_t rss = 0, sum = facts->numbers[PROCFS_RSS_ANON] + facts->numbers[PROCFS_RSS_FILE] +
			       facts->numbers[PROCFS_RSS_SHMEM];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", facts->pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "Rss:", 4))
			rss = strtoll(line + 4, NULL, 10);
	if (file)
		fclose(file);
	return rss == sum ? 0
			  : BATCH_PAGES * sysconf(_SC_NPROCESSORS_CONF) *
				    (sysconf(_SC_PAGESIZE) / 1024);
}

static void check_memory(const struct comparison *c)
{
	static const struct {
		const char *key;
		enum procfs_number number;
	} sums[] = {
		{"rss_anon_kb", PROCFS_RSS_ANON},   {"rss_file_kb", PROCFS_RSS_FILE},
		{"rss_shmem_kb", PROCFS_RSS_SHMEM}, {"swap_kb", PROCFS_VM_SWAP},
		{"peak_rss_kb", PROCFS_VM_HWM},
	};
	int64_t off = -1;

	if (c->before->numbers[PROCFS_VM_SIZE] < 0) {
		assert_null(json_object_get(c->record, "vsz_kb"));
		return;
	}
	check_numbered(c, "vsz_kb", PROCFS_VM_SIZE);
	check_numbered(c, "peak_vsz_kb", PROCFS_VM_PEAK);
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		int64_t reported = record_number(c->record, sums[i].key);
		int64_t before = c->before->numbers[sums[i].number];

		if (reported != before && off < 0)
			off = memory_tolerance(c->before);
		if (reported != before)
			check_number(c, sums[i].key, before - off,
				     c->after->numbers[sums[i].number] + off);
	}
	assert_int_equal(record_number(c->record, "rss_kb"),
			 record_number(c->record, "rss_anon_kb") +
				 record_number(c->record, "rss_file_kb") +
				 record_number(c->record, "rss_shmem_kb"));
}

static void check_attributes(const struct comparison *c)
{
	const struct procfs *before = c->before, *after = c->after;
	char terminal[32] = "";

	check_text(c, "exe", before->exe, after->exe);
	check_text(c, "cwd", before->cwd, after->cwd);
	check_text(c, "cgroup", before->cgroup, after->cgroup);
	check_unless(c, "auid", before->auid, ~0u);
	check_unless(c, "ses", before->ses, ~0u);
	/* A thread's record has the ID of its process. */
	if (!before->tid)
		check_same(c, "ns_pid", ns_pid);
	if (before->pid_ns)
		check_same(c, "pid_ns", pid_ns);
	/* Only Unix98 terminals have this name; major numbers are in <linux/major.h>. */
	if (before->terminal && major(before->terminal) != 136)
		return;
	snprintf(terminal, sizeof(terminal), "pts/%u", minor(before->terminal));
	check_text(c, "tty", before->terminal ? terminal : NULL, NULL);
}

static void check_ancestors(const struct comparison *c)
{
	const json_t *ids = json_object_get(c->record, "ancestors");
	/* The process may have ended by now, but its ancestors are still there. */
	pid_t pid = c->before->ppid;
	size_t count = 0;

	for (; pid; pid = procfs_parent(pid), count++)
		if (json_integer_value(json_array_get(ids, count)) != pid)
			differs(c, "ancestors", "another");
	assert_int_equal(json_array_size(ids), count);
	assert_int_equal(record_items(c->record, "ancestor_comms"), count);
}

/* Joins the words, each with a terminating zero. Returns the number of bytes. */
static size_t join_words(const json_t *record, char **bytes)
{
	size_t count = record_items(record, "argv"), size = 0, room = 4096;

	*bytes = malloc(room);
	for (size_t i = 0; i < count; i++) {
		size_t length;
		char *word = record_item(record, "argv", i, &length);

		while (size + length + 1 > room)
			*bytes = realloc(*bytes, room *= 2);
		memcpy(*bytes + size, word, length);
		size += length;
		(*bytes)[size++] = '\0';
		free(word);
	}
	return size;
}

/*
 * A changed title may have no terminating zero. A truncated cmdline is compared with the beginning
 * only.
 */
static void check_arguments(const struct comparison *c)
{
	const char *line = c->before->cmdline;
	size_t expected = c->before->cmdline_size, size, zeros = 0;
	bool cut = record_is_cut(c->record, "argv");
	char *bytes;

	if (!expected) {
		assert_null(json_object_get(c->record, "argv"));
		return;
	}
	size = join_words(c->record, &bytes);
	for (size_t i = 0; i < expected; i++)
		zeros += !line[i];
	if (expected && line[expected - 1] && size)
		size--;
	if ((cut ? size > expected || size < 4096 : size != expected) ||
	    memcmp(bytes, line, size - cut) != 0)
		differs(c, "argv", line);
	/*
	 * Without a terminating zero there may be more words than /proc shows. For a truncated
	 * record, argc is the number of words at exec; a rewritten title with two zeros in a row
	 * does not show it.
	 */
	if (!line[expected - 1] && !(cut && memmem(line, expected, "\0", 2)))
		check_number(c, "argc", (int64_t)zeros, (int64_t)zeros);
	free(bytes);
}

void assert_record_matches_procfs(const json_t *record, const struct procfs *before,
				  const struct procfs *after)
{
	const struct comparison c = {record, before, after};

	check_identity(&c);
	check_tracer(&c);
	check_credentials(&c);
	check_schedule(&c);
	check_attributes(&c);
	check_ancestors(&c);
	/* A running task's counters have grown since. */
	if (!has_not_run(&c))
		return;
	check_times(&c);
	check_memory(&c);
	check_arguments(&c);
}

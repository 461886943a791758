// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measures the cost of one event for the process that causes it, by hook mode (--hooks). A comm
 * event comes from a tracepoint, with a raw or a classic program. A uid event comes from hooks on
 * kernel functions (fentry; in the classic mode kprobe.multi), or, without such hooks, from the
 * entry and exit of every system call; a separate row has what these cost other system calls.
 */
#include <string.h>

#include "rows.h"

static const struct kind {
	const char *work, *load;
	const char *argv[12];
} kinds[] = {
	{"a comm event, --hooks tracepoint",
	 "flood",
	 {TOOL, "watch", "-j", "-e", "comm", RING, "--hooks", "tracepoint"}},
	{"a comm event, --hooks classic",
	 "flood",
	 {TOOL, "watch", "-j", "-e", "comm", RING, "--hooks", "classic"}},
	{"a uid event, --hooks fentry",
	 "ids",
	 {TOOL, "watch", "-j", "-e", "uid", RING, "--hooks", "fentry"}},
	{"a uid event, --hooks classic",
	 "ids",
	 {TOOL, "watch", "-j", "-e", "uid", RING, "--hooks", "classic"}},
	{"a uid event, --hooks tracepoint",
	 "ids",
	 {TOOL, "watch", "-j", "-e", "uid", RING, "--hooks", "tracepoint"}},
	{"any system call, with -e uid", "calls", {TOOL, "watch", "-e", "uid"}},
};

/* The listener runs on another CPU, so only the work of the kernel is measured. */
static void measure(const struct kind *kind, unsigned int rounds, uint64_t count)
{
	struct row row = {.work = kind->work, .unit = "ns"};
	uint64_t all_lost = 0;

	for (unsigned int i = 0; i < rounds; i++) {
		uint64_t events = 0, lost = 0;
		struct turn bare, with;
		struct process process;

		round_begin(&row);
		bare = load_run(kind->load, count);
		process_start(&process, kind->argv, -1, OTHER_CPU);
		pause_ms(SETTLE_MS);
		if (process_ended(&process)) {
			process_wait(&process);
			table_print_skipped(kind->work, strtok(process.err_text, "\n"));
			return;
		}
		with = load_run(kind->load, count);
		process_stop(&process);
		row_difference(&row, bare.cpu_ns, with.cpu_ns);
		process_read_counts(&process, &events, &lost);
		if (strcmp(kind->load, "calls") != 0)
			row.blind += events + lost < count;
		all_lost += lost;
	}
	if (all_lost)
		row_add_remark(&row, "%llu lost", (unsigned long long)all_lost);
	table_print_row(&row);
}

void rows_hooks(const struct effort *effort)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		measure(&kinds[i], effort->peer_rounds, effort->flood / 2);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions that measure and print the rows of the table. */
#ifndef TOOLS_BENCH_ROWS_H
#define TOOLS_BENCH_ROWS_H

#include <stdbool.h>
#include <unistd.h>

#include "process.h"
#include "other_tools.h"
#include "table.h"

#define TOOL	  BUILD "/procsieve"
#define CONNECTOR BUILD "/bench/cn_listener"
#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})
/*
 * Large enough for all events while other processes use the reader's CPU: a lost event costs less
 * than a delivered one.
 */
#define RING	     "--ring", "64M"
#define SETTLE_MS    500
#define CONNECTOR_MS 200
/* Not the CPU of the load, so that only the work of the kernel is measured there. */
#define OTHER_CPU 1

/* How much is measured. --quick measures less. */
struct effort {
	unsigned int rounds;
	unsigned int peer_rounds;
	unsigned int slow_rounds; /* of peers that take seconds to start */
	unsigned int storm;
	unsigned int flood;
	unsigned int sustained_ms;
};

/* Returns a path for a server's socket, or NULL if the build directory has no path. */
const char *bench_socket(void);

static inline void pause_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* Call at the start of a round, while no listener of the benchmark runs. */
static inline void round_begin(struct row *row)
{
	row->rounds++;
	row->watched += other_tool_runs();
}

void rows_fork(const struct effort *effort);
void rows_listeners(const struct effort *effort);
void rows_comm(const struct effort *effort);
void rows_hooks(const struct effort *effort);
void rows_idle(const struct effort *effort);
void rows_ps(const struct effort *effort);
void rows_clients(const struct effort *effort);

#endif

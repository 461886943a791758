/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the table, by what they need. */
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
 * A ring that holds the flood while others have the reader's CPU: a lost event costs less than one
 * that is kept.
 */
#define RING	     "--ring", "64M"
#define SETTLE_MS    500
#define CONNECTOR_MS 200
/* Not the CPU of the load: what is then seen there is the kernel's work alone. */
#define OTHER_CPU 1

/* How much is done; --quick does less. */
struct effort {
	unsigned int rounds;
	unsigned int peer_rounds;
	unsigned int slow_rounds; /* of peers that take seconds to start */
	unsigned int storm;
	unsigned int flood;
	unsigned int sustained_ms;
};

/* A path for a server's socket; NULL: there is no place for one. */
const char *bench_socket(void);

static inline void pause_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* A round of the row begins or ends: nothing of ours listens. */
static inline void round_begins(struct row *row)
{
	row->rounds++;
	row->beside += stranger_watches();
}

void rows_storm(const struct effort *effort);
void rows_many(const struct effort *effort);
void rows_flood(const struct effort *effort);
void rows_hooks(const struct effort *effort);
void rows_alone(const struct effort *effort);
void rows_snapshot(const struct effort *effort);
void rows_visit(const struct effort *effort);

#endif

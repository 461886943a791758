/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Things that processes do and that the proc connector tells of; for the comparison of the two. */
#ifndef TESTS_SYSTEM_WORKLOAD_EVENT_ACTIONS_H
#define TESTS_SYSTEM_WORKLOAD_EVENT_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Each runs in a child of its own that ends afterwards. */
struct deed {
	const char *name;
	void (*run)(void);
};

extern const struct deed deeds[];
extern const size_t deed_count;

/*
 * A set-uid and set-gid program for the deeds that want one (or, for kernels that do not let it be
 * told, one that is neither); removed by deeds_clear(). Returns false where there is no place for
 * one.
 */
bool deeds_prepare(bool set_uid);
void deeds_clear(void);

/*
 * A process that does deeds, all of them once and then at random, each in a child; it waits, to be
 * watched before.
 */
struct root {
	pid_t pid;
	char text[16];
	int gate;
};

void root_start(struct root *root, unsigned int count);

/* Lets it go, and waits for its end. */
void root_run(struct root *root);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Things that processes do and that the proc connector tells of; for the comparison of the two. */
#ifndef DEEDS_H
#define DEEDS_H

#include <stddef.h>

/* Each runs in a child of its own that ends afterwards. */
struct deed {
	const char *name;
	void (*run)(void);
};

extern const struct deed deeds[];
extern const size_t deed_count;

/* A set-uid and set-gid program for the deeds that want one; removed by deeds_clear(). */
void deeds_prepare(void);
void deeds_clear(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Others who watch the machine's processes: beside them a bare run is none. */
#ifndef TOOLS_BENCH_OTHER_TOOLS_H
#define TOOLS_BENCH_OTHER_TOOLS_H

#include <stdbool.h>

/* Does one watch now? Asked while no listener of the bench runs. */
bool stranger_watches(void);

#endif
